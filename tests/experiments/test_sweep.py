"""Sweeps move what they say, under one luck, and are whole or go on where they stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import negsim as ns
from negsim.errors import NegsimError
from negsim.experiments.designs import DESIGNS, points
from negsim.experiments.experiment import ALL
from negsim.experiments.factors import Factor, read_vary
from negsim.experiments.sweeps import Sweep, own_factors, sweep
from negsim.projection.running import run
from negsim.quantities.parsing import parse
from negsim.quantities.quantity import Draw, Rule
from negsim.scenario import from_mapping
from negsim.simulation import compiler as compiled
from tests.conftest import heed_interrupts

BASELINE = "scenarios/baseline.yaml"
BETA = {"tactics.us.beta": [0.2, 1]}
UNIT = {"uniform": {"low": 0, "high": 1}}


# --- what is varied --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "path", "given"),
    [
        ("a.b=1,2", "a.b", [1, 2]),
        ("a= 6 months, 1 year", "a", ["6 months", "1 year"]),
        ("leave_out=[],[x, y]", "leave_out", [[], ["x", "y"]]),
        ("a={uniform: {low: 0, high: 1}}", "a", UNIT),
        ("a={uniform: {low: 0, high: 1}},0.5", "a", [UNIT, 0.5]),
    ],
)
def test_what_stands_behind_vary_is_what_a_file_would_say(text, path, given):
    assert read_vary(text) == (path, given)


@pytest.mark.parametrize(
    ("family", "numbers"),
    [
        ("uniform", {"low": 1, "high": 3}),
        ("triangular", {"low": 1, "mode": 2, "high": 5}),
        ("pert", {"low": 1, "mode": 2, "high": 5}),
        ("lognormal", {"median": 2, "q90": 6}),
        ("weibull", {"scale": 3, "shape": 1.4}),
        ("gamma", {"shape": 2, "scale": 3}),
        ("exponential", {"mean": 2}),
        ("beta", {"a": 2, "b": 5}),
        ("empirical", {"values": [3, 1, 2, 2]}),
    ],
)
def test_a_factor_takes_the_quantiles_that_a_scenario_would_draw(baseline, family, numbers):
    drawn = {family: numbers}
    scenario = baseline.replace({"parameters.us_beta.value": drawn})
    factor, tables = Factor.of("x", drawn), compiled.compile(scenario)
    for u in (0.03, 0.4, 0.97):
        assert factor.at(u) == pytest.approx(tables.assumption("parameters.us_beta", u), rel=2e-4)
    assert isinstance(parse(drawn, Rule("number")), Draw)


def test_words_are_categories_and_numbers_come_in_one_unit(baseline):
    given = {"tactics.us.patience": ["6 months", "1 year"], "undertaking": ["early_harvest", "single"]}
    table = sweep(baseline, given, runs=5).table
    assert sorted(table["tactics.us.patience"].unique()) == [182.625, 365.25]
    assert sorted(table["undertaking"].unique()) == ["early_harvest", "single"]


@pytest.mark.parametrize(
    ("vary", "message"),
    [
        ({"title": ["a", "b"]}, "no computation depends on this path; a and b give the same"),
        ({"channels.consultations.venue": ["Oslo", "Rome"]}, "no computation depends on this path"),
        ({"tactics.us.bta": [1, 2]}, 'did you mean "beta"'),
        ({"parameters.us_bta.value": [1, 2]}, 'did you mean "us_beta"'),
        ({"tactics.us.beta": [-1, 2]}, r"beta was -1; allowed: a number above 0"),
        ({"tactics.us.beta": [1, 1.0]}, "two or more different values"),
        ({"tactics.us.beta": [1]}, "two or more different values"),
        ({"tactics.us.beta": 1}, "over a list of values or a distribution"),
        ({"tactics.us.beta": {"uniform": {"low": 2, "high": 1}}}, "high must be more than low"),
        ({"tactics.us.patience": {"uniform": {"low": 1, "high": 2}}}, "patience needs a unit"),
        ({}, "nothing is varied"),
    ],
    ids=lambda value: next(iter(value), "nothing") if isinstance(value, dict) else "",
)
def test_what_would_be_silent_copies_or_no_scenario_is_an_error_before_anything_runs(
    baseline, monkeypatch, vary, message
):
    monkeypatch.setattr("negsim.experiments.experiment.play", lambda *_: pytest.fail("it ran"))
    drawn = any(isinstance(given, dict) for given in vary.values())
    with pytest.raises(NegsimError, match=message):
        sweep(baseline, vary, "latin" if drawn else "grid", 4, runs=5)


def test_one_value_that_copies_another_is_an_error_too(baseline):
    given = {"leave_out": [["flights"], ["flights", "visas"], ["visas", "flights"]]}
    with pytest.raises(NegsimError, match=r"\[flights, visas\] and \[visas, flights\] give the same"):
        sweep(baseline, given, runs=5)


def test_values_that_only_together_make_no_scenario_are_an_error_that_names_the_experiment(baseline):
    gap = "channels.consultations.gap.lognormal"
    given = {f"{gap}.median": ["40 days", "120 days"], f"{gap}.q90": ["130 days", "110 days"]}
    with pytest.raises(NegsimError, match=rf"experiment 3 \({gap}.median = 120 days, .*q90 must be more than median"):
        sweep(baseline, given, runs=5)


# --- designs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("design", DESIGNS)
def test_a_design_is_the_same_each_time_and_another_under_another_seed(design):
    factors = [Factor.of("a", [1, 2]), Factor.of("b", [1, 2, 3])]
    rows = [points(design, factors, 8, seed) for seed in (1, 1, 2)]
    assert rows[0].tobytes() == rows[1].tobytes()
    assert (rows[0].tobytes() == rows[2].tobytes()) == (design == "grid")
    number = {"grid": 6, "latin": 8, "sobol": 8, "saltelli": 8 * 4, "morris": 8 * 3}[design]
    assert rows[0].shape == (number, 2)
    assert (rows[0].min(), rows[0].max()) > (0, 0)
    assert rows[0].max() <= 1


def test_a_latin_hypercube_has_one_sample_in_each_slice():
    rows = points("latin", [Factor.of("a", UNIT), Factor.of("b", UNIT)], 50, 3)
    assert (np.sort((rows * 50).astype(int), axis=0) == np.arange(50)[:, None]).all()


@pytest.mark.parametrize(
    ("design", "samples", "message"),
    [
        ("grit", 4, 'did you mean "grid"'),
        ("grid", 4, "a grid takes lists of values; for b use --design latin or sobol"),
        ("sobol", 100, "a power of two, such as 64 or 128, but was 100"),
        ("latin", 1, "2 samples or more"),
    ],
)
def test_a_design_that_cannot_be_made_says_why(design, samples, message):
    with pytest.raises(NegsimError, match=message):
        points(design, [Factor.of("a", [1, 2]), Factor.of("b", UNIT)], samples, 1)


# --- what comes out --------------------------------------------------------------------------------------------------


def test_an_experiment_is_what_a_run_of_the_changed_scenario_gives(baseline):
    done = sweep(baseline, BETA, runs=100, seed=3)
    for number, value in enumerate(BETA["tactics.us.beta"]):
        p = run(baseline.replace({"tactics.us.beta": value}), 100, 3)
        rows = done.table[done.table["experiment"] == number].set_index("issue")
        resolved = p.resolved_by("2026-04-10")["p"]
        assert rows["p_12m"].to_dict() == resolved.to_dict()
        days = np.minimum(np.where(np.isnan(p.outcomes["resolved"]), np.inf, np.floor(p.outcomes["resolved"])), 1096)
        horizon = baseline.horizon_days
        assert rows["mean_days"].drop(ALL).tolist() == pytest.approx(np.minimum(days, horizon).mean(axis=0).tolist())
        assert rows.loc[ALL, "resolved"] == pytest.approx((days < horizon).sum(axis=1).mean())
        assert rows.loc["banking", "resolved"] == rows.loc["banking", "p_horizon"]
        half = np.sort(days[:, 0])[49]
        assert rows.loc["banking", "p50_days"] == (half if half < horizon else np.inf)


def test_all_experiments_share_their_luck(baseline):
    done = sweep(baseline, {"shocks.setback.rate": ["0.6 per year", "0.603 per year"]}, runs=200).table
    one, two = (done[done["experiment"] == k]["mean_days"].to_numpy() for k in (0, 1))
    # Under other luck the means of 200 runs would differ by 20 days or so.
    assert 0 < np.abs(one - two).max() < 10


def test_months_beyond_the_horizon_are_not_a_number(baseline):
    table = sweep(baseline, {"horizon": ["11 months", "2 years"], **BETA}, runs=5).table
    assert table.groupby("horizon")["p_12m"].apply(lambda p: p.isna().all()).tolist() == [True, False]


def test_fixing_an_assumption_at_what_a_run_drew_gives_that_run(baseline, projection):
    tables = compiled.compile(baseline)
    from negsim.simulation.engines import batch

    values = projection.parameters.loc[7].to_dict()
    alone, _ = batch.run(tables.assuming(values), 1, 7, 1)
    assert alone[0].tobytes() == projection.outcomes[7].tobytes()
    other, _ = batch.run(tables.assuming(projection.parameters.loc[8].to_dict()), 1, 7, 1)
    assert other[0].tobytes() != projection.outcomes[7].tobytes()


def test_what_runs_assume_follows_the_distributions_of_the_file(baseline, projection):
    found = projection.parameters
    assert found.shape == (projection.runs, len(compiled.compile(baseline).assumptions))
    law = stats.lognorm(np.log(1.6 / 0.6) / 1.2815515655446004, scale=0.6)
    assert stats.kstest(found["parameters.us_beta"], law.cdf).pvalue > 0.001
    assert (found["climate.regimes.thaw.gap_factor"].between(0.5, 1)).all()


def test_a_scenarios_own_assumptions_can_be_the_factors(baseline):
    names = ("parameters.us_patience", "issues.flights.reservation.us")
    done = sweep(baseline, own_factors(baseline, names), "latin", 8, runs=20)
    table = done.table.drop_duplicates("experiment")
    assert table["issues.flights.reservation.us"].between(0.2, 0.9).all()
    with pytest.raises(NegsimError, match=r'draws no "parameters.us_patence".*did you mean "parameters.us_patience"'):
        own_factors(baseline, ("parameters.us_patence",))


# --- workers and folders ---------------------------------------------------------------------------------------------


def test_threads_change_nothing(baseline):
    alone = sweep(baseline, BETA, runs=50).table
    with ThreadPoolExecutor(2) as executor:
        assert sweep(baseline, BETA, runs=50, workers=executor).table.equals(alone)


@pytest.mark.slow
def test_processes_change_nothing(baseline):
    from concurrent.futures import ProcessPoolExecutor

    alone = sweep(baseline, BETA, runs=50).table
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        assert sweep(baseline, BETA, runs=50, workers=executor).table.equals(alone)


@pytest.mark.slow
def test_a_dask_cluster_changes_nothing(baseline):
    import distributed

    alone = sweep(baseline, BETA, runs=50).table
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert sweep(baseline, BETA, runs=50, workers=client.get_executor()).table.equals(alone)


@pytest.mark.slow
def test_a_sweep_is_read_back_as_it_was_written(baseline, tmp_path):
    done = sweep(baseline, {**BETA, "horizon": ["1 year", "2 years"]}, runs=20, out=tmp_path / "a")
    back = Sweep.load(tmp_path / "a")
    assert back.table.equals(done.table)
    assert (back.factors, back.scenario, repr(back)) == (done.factors, done.scenario, repr(done))
    back.save(tmp_path / "b")
    assert (tmp_path / "b" / "experiments.parquet").read_bytes() == (
        tmp_path / "a" / "experiments.parquet"
    ).read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
    assert list(done.table.columns) == ["experiment", "tactics.us.beta", "horizon", "issue", *done.outcomes]


def test_dates_that_are_varied_are_not_told_as_if_they_were_not(baseline):
    from negsim.experiments.cases import Outcome, cases_of

    done = sweep(baseline, {"as_of": ["2025-04-08", "2025-04-10"]}, runs=5)
    assert cases_of(done, Outcome("visas", "24 months")).words.endswith("Visa processing is resolved within 24 months")
    done = sweep(baseline, {"horizon": ["1 year", "3 years"]}, runs=5)
    assert cases_of(done, Outcome("visas", "6 months")).words.endswith("within 6 months (by 2025-10-10)")
    assert len(cases_of(done, Outcome("visas", "24 months")).y) == 1
    assert cases_of(done, Outcome("visas", "horizon")).words.endswith("resolved within the horizon")


def test_a_folder_with_something_in_it_is_left_alone(baseline, tmp_path, monkeypatch):
    (tmp_path / "mine").write_text("mine")
    monkeypatch.setattr("negsim.experiments.experiment.play", lambda *_: pytest.fail("it ran"))
    with pytest.raises(NegsimError, match="is not empty"):
        sweep(baseline, BETA, runs=5, out=tmp_path)


def test_a_table_that_was_edited_is_not_taken_for_one_that_was_computed(baseline, tmp_path):
    sweep(baseline, BETA, runs=5, out=tmp_path / "a")
    with (tmp_path / "a" / "experiments.parquet").open("ab") as file:
        file.write(b" ")
    with pytest.raises(NegsimError, match=r"does not match"):
        Sweep.load(tmp_path / "a")
    with pytest.raises(NegsimError, match="holds no sweep"):
        Sweep.load(tmp_path)


KILLED = """
import os, signal, sys
left, real = 5, os.replace

def move(one, other):
    global left
    left -= "out" in str(other)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    real(one, other)

os.replace = move
from negsim.cli import main
main()
"""


@pytest.mark.alone
@pytest.mark.slow
def test_a_sweep_that_was_killed_goes_on_and_ends_with_the_same_bytes(negsim, tmp_path, monkeypatch, root):
    command = [
        "sweep",
        str(root / BASELINE),
        "--vary",
        "tactics.us.beta=0.1,0.2,0.4,0.8,1.6",
        "-n",
        "20",
        "--out",
        "out",
    ]
    quiet, place = tmp_path / "quiet", tmp_path / "place"
    for folder in (quiet, place):
        folder.mkdir()
    monkeypatch.chdir(quiet)
    assert negsim(*command).code == 0
    environment = {**os.environ, "PYTHONPATH": str(root)}
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, *command], cwd=place, env=environment, capture_output=True, timeout=300,
        preexec_fn=heed_interrupts, check=False,
    )  # fmt: skip
    assert ended.returncode == -signal.SIGKILL
    assert len(list((place / "out.unfinished" / "parts").glob("[0-9]*.json"))) == 3
    played = []
    monkeypatch.chdir(place)
    import negsim.experiments.sweeps as module

    real = module.play_experiment
    monkeypatch.setattr(module, "play_experiment", lambda base, piece: played.append(piece[0]) or real(base, piece))
    assert negsim(*command).code == 0
    assert played == [3, 4]
    files = ["batches.parquet", "experiments.parquet", "manifest.json"]
    for name in files:
        assert (place / "out" / name).read_bytes() == (quiet / "out" / name).read_bytes()
    assert sorted(path.name for path in place.rglob("*")) == [*files, "out"]


def test_unfinished_work_of_another_sweep_is_left_alone_and_two_do_not_work_at_one(baseline, tmp_path):
    from negsim.files import Checkpoint

    with Checkpoint(tmp_path / "out", {"another": 1}, ("parts",)) as checkpoint:
        checkpoint.write("parts/000000.json", b"{}")
        with pytest.raises(NegsimError, match="another negsim is at work"):
            sweep(baseline, BETA, runs=5, out=tmp_path / "out")
    with pytest.raises(NegsimError, match="holds unfinished work of another"):
        sweep(baseline, BETA, runs=5, out=tmp_path / "out")


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_keeps_and_prints_the_same(negsim, tmp_path):
    out = tmp_path / "out"
    ended = negsim("sweep", BASELINE, "--vary", "tactics.us.beta=0.2,1", "-n", 20, "--out", out, "--json")
    printed = json.loads(ended.out)
    assert (ended.code, printed["experiments"], len(printed["outcomes"])) == (0, 2, 20)
    table = Sweep.load(out).table
    assert [row["p_24m"] for row in printed["outcomes"]] == table["p_24m"].tolist()
    assert {row["p50_days"] for row in printed["outcomes"]} >= {None}
    text = negsim("sweep", BASELINE, "--vary", "tactics.us.beta=0.2,1", "-n", 20).out
    assert max(map(len, text.splitlines())) <= 80
    assert "2 experiments (grid) x 20 runs, seed 1" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--vary", "title=a,b", "--vary", "tactics.us.bta=1,2"), 'did you mean "beta"'),
        (("--vary", "title=a,b", "--vary", "tactics.us.bta=1,2"), "no computation depends on this path"),
        (("--vary", "title"), "write --vary path=value,value"),
        (("--vary", "tactics.us.beta=["), "this is not valid YAML"),
        (("--vary", "a=1,2", "--vary", "a=1,2"), "a path is varied twice"),
    ],
)
def test_mistakes_of_the_command_are_said_all_at_once(negsim, arguments, message):
    ended = negsim("sweep", BASELINE, *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
    assert "Traceback" not in ended.err


def test_public_names_are_the_functions():
    assert ns.sweep is sweep
    assert ns.Sweep is Sweep
    assert callable(ns.sensitivity)
    assert callable(ns.discover)
    assert Path(BASELINE).is_file()


def test_outcomes_by_value_have_the_error_of_all_their_runs(baseline):
    vary = {"tactics.us.beta": [0.2, 1], "undertaking": ["early_harvest", "single"]}
    done = sweep(baseline, vary, runs=200)
    found = done.by_value("p_24m")
    single = done.table[(done.table["undertaking"] == "single") & (done.table["issue"] == "visas")]["p_24m"]
    row = found.loc[("undertaking", "single", "visas")]
    assert (row["experiments"], row["p_24m"]) == (2, pytest.approx(single.mean()))
    # The runs of both experiments share their random numbers: at least the error of 400 runs, at most that of 200.
    p = row["p_24m"]
    assert 0.5 * np.sqrt(p * (1 - p) / 400) < row["se"] < 1.6 * np.sqrt(p * (1 - p) / 200)
    assert row["low"] < p < row["high"]
    drawn = sweep(baseline, {"tactics.us.beta": {"uniform": {"low": 0.2, "high": 2}}}, "latin", 10, runs=20)
    assert drawn.by_value().loc["tactics.us.beta"].xs("visas", level="issue")["experiments"].tolist() == [2] * 5
    with pytest.raises(NegsimError, match="outcome takes p_6m"):
        done.by_value("p50_days")


STRIKE = {
    "agenda": {"sides": ["Ford", "UAW"], "issues": ["Wages", "Pensions"]},
    "as_of": "2023-09-16",
    "horizon": "15 weeks",
}


def test_the_outcomes_of_a_strike_are_by_weeks(tmp_path):
    scenario = from_mapping(STRIKE)
    vary = {"tactics.ford.beta": [0.2, 1]}
    done = sweep(scenario, vary, runs=60, out=tmp_path / "out")
    of = done.table[done.table["experiment"] == 1].set_index("issue")
    base = run(scenario.replace({"tactics.ford.beta": 1}), 60)
    assert [name for name in of if name.startswith("p_")] == ["p_2w", "p_4w", "p_8w", "p_12w", "p_horizon"]
    assert of["p_8w"].to_dict() == base.resolved_by("2023-11-11")["p"].to_dict()
    assert ns.sensitivity(Sweep.load(tmp_path / "out"), "wages", by="2023-11-11").cases.y[1] == of.loc["wages", "p_8w"]
    with pytest.raises(NegsimError, match="by 2 weeks, 4 weeks, 8 weeks, 12 weeks and the horizon, not by 5 weeks"):
        ns.sensitivity(done, "wages", by="5 weeks")
    assert "p_10d" in sweep(scenario, vary, runs=5, milestones=["10 days"]).table
    with pytest.raises(NegsimError, match="1 year does not"):
        sweep(scenario, vary, milestones=["1 year"])


def test_a_folder_of_a_sweep_from_before_has_months(baseline, tmp_path):
    sweep(baseline, BETA, runs=5, out=tmp_path / "out")
    manifest = tmp_path / "out" / "manifest.json"
    data = json.loads(manifest.read_text())
    assert data.pop("milestones") == ["6 months", "12 months", "24 months"]
    manifest.write_text(json.dumps(data))
    assert Sweep.load(tmp_path / "out").milestones == ("6 months", "12 months", "24 months")


def test_the_table_of_a_strike_is_by_a_day_in_the_unit_asked_for(negsim, tmp_path):
    (tmp_path / "s.yaml").write_text(json.dumps(STRIKE))
    call = ("sweep", tmp_path / "s.yaml", "--vary", "tactics.ford.kind=time,fixed,reciprocal", "-n", 10)
    ended = negsim(*call)
    assert ended.out.splitlines()[3].endswith("within 12 weeks (by 2023-12-09)")
    assert [line.split()[0] for line in ended.out.splitlines()[7:10]] == ["time", "fixed", "reciprocal"]
    assert "within 5 weeks (by 2023-10)" in negsim(*call, "--by", "5 weeks", "--dates", "month").out


@pytest.mark.slow
@pytest.mark.parametrize("design", DESIGNS)
def test_no_library_writes_on_standard_error(negsim, tmp_path, design):
    (tmp_path / "s.yaml").write_text(json.dumps({**STRIKE, "source": "judgement: a strike"}))
    values = "0.1,4" if design == "grid" else "{uniform: {low: 0.1, high: 4}}"
    vary = ("--vary", f"tactics.ford.beta={values}", "--vary", f"tactics.uaw.beta={values}")
    samples = () if design == "grid" else ("--samples", 64 if design in ("latin", "sobol") else 8)
    out = tmp_path / "out"
    swept = negsim("sweep", tmp_path / "s.yaml", *vary, "--design", design, *samples, "-n", 60, "--out", out)
    found = negsim("sensitivity", out, "--issue", "wages", "--by", "8 weeks", "-o", tmp_path / "t.svg")
    assert [(ended.code, ended.err) for ended in (swept, found)] == [(0, ""), (0, "")]
