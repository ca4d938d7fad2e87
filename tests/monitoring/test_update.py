"""Conditioning on the record: what counts as a match, what comes out, and calibration by simulation."""

from __future__ import annotations

import json
import warnings
from datetime import date

import numpy as np
import pytest

import negsim as ns
from negsim.errors import NegsimError
from negsim.history.scores import crps_of_samples
from negsim.monitoring import LEVELS, Observed, Update, observed, update
from negsim.monitoring.conditioning import _until, chosen
from negsim.monitoring.filtering import filtered, plain
from negsim.monitoring.matching import ends_of, misses_of
from negsim.scenario import from_mapping
from negsim.simulation import compile
from negsim.simulation.engines import batch, reference
from tests import kit


def talks(**over):
    """Three issues that each meeting settles with one unknown chance, and a gap of unknown length."""
    parameters = {
        "p": {"value": {"beta": {"a": 1, "b": 4}}},
        "gap": {"value": {"lognormal": {"median": "30 days", "q90": "90 days"}}},
    }
    mapping = kit.chance(
        {"parameter": "p"},
        "a b c",
        gap={"lognormal": {"median": {"parameter": "gap"}, "q90": {"parameter": "gap", "times": 3}}},
    )
    return (
        mapping
        | {"parameters": {k: v | {"source": kit.SOURCE} for k, v in parameters.items()}, "horizon": "2 years"}
        | over
    )


def with_record(*entries, rounds=()):
    mapping = talks()
    for issue, day, status in entries:
        mapping["agenda"]["issues"][issue]["history"].append({"date": day, "status": status, "what": "It happened."})
    mapping["agenda"]["rounds"] = {
        f"r{n}": {"title": "Round", "date": day, "what": "Held.", "issues": []} for n, day in enumerate(rounds)
    }
    return from_mapping(mapping)


@pytest.mark.slow
def test_the_record_between_two_days_in_summaries():
    scenario = with_record(
        ("a", "2025-05-10", "agreed"), ("b", "2025-06-10", "agreed"), ("b", "2025-07-01", "discussing"),
        rounds=("2025-04-01", "2025-05-10", "2025-06"),
    )  # fmt: skip
    found = observed(scenario, date(2025, 8, 1), ["c"])
    assert dict(found.ends) == {"a": 1, "b": 0}
    assert dict(found.agreed) == {"a": (30, 30)}
    assert found.held == ((30, 30), (52, 81))
    assert found.words == "1 of 2 issues not settled, 1 settled; 2 rounds held, 0 called off"


@pytest.mark.slow
def test_silence_makes_talks_slower_and_success_quicker():
    silent = update(with_record(), "2025-12-01", runs=3000, enough=100)
    busy = update(
        with_record(*((name, "2025-05-10", "agreed") for name in "ab"), rounds=("2025-05-10",)), "2025-06-01",
        runs=3000, enough=100,
    )  # fmt: skip
    before, after = (silent.assumptions.loc["parameters.gap", f"{when}_50"] for when in ("before", "after"))
    assert after > 1.5 * before
    assert busy.assumptions.loc["parameters.p", "after_50"] > 1.5 * busy.assumptions.loc["parameters.p", "before_50"]
    assert any("parameters.gap is larger" in line for line in silent.sentences)


@pytest.mark.slow
def test_the_updated_scenario_has_the_assumptions_of_the_matching_runs_and_names_its_source():
    found = update(with_record(), "2025-12-01", runs=3000, enough=100)
    gap = found.scenario.parameters["gap"]
    assert found.scenario.as_of == date(2025, 12, 1)
    assert np.median(gap.value.values) == pytest.approx(found.assumptions.loc["parameters.gap", "after_50"], rel=0.01)
    assert "conditioned on the record from 2025-04-10 to 2025-12-01" in str(gap.source)
    assert from_mapping(found.scenario.resolved()) == found.scenario


def test_the_time_until_a_settlement_counts_from_the_day_of_the_update():
    """The draws of the matching runs count from the day of the prior; the updated scenario has the law of the rest."""
    mapping = talks()
    mapping["parameters"]["wait"] = {"value": {"uniform": {"low": "1 day", "high": "900 days"}}, "source": kit.SOURCE}
    wait = {"kind": "suspend", "issues": ["a"], "duration": {"parameter": "wait"}, "probability": 0.5}
    nothing = {"kind": "reservation", "side": "us", "issues": ["a"], "delta": 0}
    dates = [{"date": "2025-04-10", "probability": 1}]
    mapping["shocks"] = {
        "link": {"title": "L", "dates": dates, "marks": [wait], "source": kit.SOURCE},
        "end": {"title": "E", "pending": [{"parameter": "wait"}], "marks": [nothing], "source": kit.SOURCE},
    }
    found = update(from_mapping(mapping), "2025-12-01", runs=200, enough=10)
    found.__dict__["assumptions"] = found.assumptions.assign(moved=True)
    later = found.prior.at("2025-12-01")
    assert found.scenario.parameters["wait"] == later.parameters["wait"]
    assert max(later.parameters["wait"].value.values) < 900 - 235
    assert "conditioned on the record" in str(found.scenario.parameters["gap"].source)
    assert [str(one.date) for one in found.scenario.shocks["link"].dates] == ["2025-12-01"]


@pytest.mark.slow
def test_the_continued_runs_have_settled_nothing_by_the_day():
    found = update(with_record(), "2025-12-01", runs=3000, enough=100)
    assert found.continued.runs == found.matching
    assert found.continued.resolved_by("2025-12-01")["p"].max() == 0
    assert found.continued.resolved_by("2027-04-01")["p"]["a"] > 0


@pytest.mark.slow
def test_workers_do_not_show():
    one, two = (update(with_record(), "2025-10-01", runs=20_000, enough=50, workers=n) for n in (1, 2))
    assert (one.numbers, one.level) == (two.numbers, two.level)
    assert one.scenario.hash == two.scenario.hash


@pytest.mark.slow
def test_few_matching_runs_give_a_warning_and_none_an_error():
    assert "Use more runs" in update(with_record(), "2025-12-01", runs=200, enough=100).warning
    with pytest.raises(NegsimError, match="is not after the as-of date"):
        update(with_record(), "2025-04-10")
    with pytest.raises(NegsimError, match="is not before the horizon"):
        update(with_record(), "2030-01-01")
    lapsed = with_record(*((name, "2025-05-01", "lapsed") for name in "abc"))
    with pytest.raises(NegsimError, match="none of 100 runs matches"):
        update(lapsed, "2025-12-01", runs=100)


def test_without_an_uncertain_assumption_the_table_is_empty(negsim, tmp_path):
    file = tmp_path / "s.yaml"
    file.write_text(json.dumps(kit.chance(0.01, horizon="1 year")), encoding="utf-8")
    found = update(file, "2025-05-10", runs=20)
    assert found.assumptions.shape == (0, 8)
    assert found.assumptions["moved"].dtype.kind == "b"
    assert found.data()["assumptions"] == []
    with pytest.raises(NegsimError, match="no assumption is uncertain"):
        found.plot()
    picture = tmp_path / "shift.svg"
    ended = negsim("update", file, "--to", "2025-05-10", "--runs", 20, "-o", tmp_path / "p.yaml", "--picture", picture)
    assert (ended.code, picture.exists()) == (0, False)
    assert "no assumption is uncertain" in ended.out
    assert "no picture is written" in ended.err


@pytest.mark.slow
def test_the_command_writes_a_scenario_and_a_picture(negsim, tmp_path):
    ended = negsim(
        "update", "record_alone", "--to", "2025-10-01", "--runs", 2000, "--enough", 50, "--json",
        "-o", tmp_path / "posterior.yaml", "--picture", tmp_path / "shift.svg",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["matching"] >= 50
    assert ns.load(tmp_path / "posterior.yaml").as_of == date(2025, 10, 1)
    assert (tmp_path / "shift.svg").is_file()
    shown = negsim(
        "update", "record_alone", "--to", "2025-10-01", "--runs", 2000, "--enough", 50, "-o", tmp_path / "p.yaml"
    )
    assert "Assumptions that moved" in shown.out, shown.err


# --- simulation-based calibration (Talts and others 2018) ------------------------------------------------------------

HALF, DRAWS = 365, 39


def calibrated(histories, runs=20_000):
    """For each simulated history: ranks of the truth, whether its 80 % interval covers, and CRPS with and without.

    The quantities are the chance, the gap, and one that depends on the data: the chance times the issues left.
    """
    scenario = from_mapping(talks())
    whole = compile(scenario)
    short = compile(scenario.replace({"horizon": "366 days"}))
    assert short.horizon == HALF + 1
    outcomes, rows = batch.run(short, 1, 0, runs)
    later, _ = batch.run(whole, 1, 0, runs)
    values = whole.assumed(1, 0, runs)
    names = list(whole.assumptions)
    p, gap = (values[:, names.index(f"parameters.{name}")] for name in ("p", "gap"))
    truths, truth_rows = batch.run(short, 2, 0, histories)
    truth_later, _ = batch.run(whole, 2, 0, histories)
    true = whole.assumed(2, 0, histories)
    ranks, covers, errors = [], [], []
    for h in range(histories):
        ends = ends_of(truths)[h]
        seen = Observed(
            HALF, dict(zip("abc", map(int, ends), strict=True)), {}, ((0, 0),) * int(truth_rows["meetings"][h]), ()
        )
        misses = misses_of(outcomes, whole.issues, seen)
        matching = np.flatnonzero((misses == 0) & (rows["meetings"] == len(seen.held)))
        if len(matching) < DRAWS:
            continue
        kept = matching[:DRAWS]
        left = int((ends == 0).sum())
        mine = [true[h, names.index("parameters.p")], true[h, names.index("parameters.gap")]]
        mine.append(mine[0] * mine[1] * (1 + left))
        ranks.append(
            [
                int((draws < value).sum())
                for draws, value in zip((p[kept], gap[kept], p[kept] * gap[kept] * (1 + left)), mine, strict=True)
            ]
        )
        low, high = np.quantile(gap[matching], (0.1, 0.9))
        covers.append(low <= mine[1] <= high)
        for j in np.flatnonzero(ends == 0):
            day = truth_later["resolved"][h, j]
            outcome = None if np.isnan(day) else float(day)
            mine_ = later["resolved"][matching[:500], j]
            # Without the record: the assumptions as before, restarted at half-time.
            restarted = later["resolved"][:500, j] + HALF
            errors.append([crps_of_samples(np.nan_to_num(t, nan=1e9), outcome, 730.0) for t in (mine_, restarted)])
    return np.array(ranks), np.mean(covers), np.array(errors).mean(axis=0)


@pytest.mark.slow
def test_ranks_of_the_truth_look_uniform_in_a_small_check():
    ranks, covers, _ = calibrated(60, 6000)
    assert len(ranks) > 30
    assert np.abs(ranks.mean(axis=0) / DRAWS - 0.5).max() < 4 * (1 / 12 / len(ranks)) ** 0.5
    assert covers > 0.6


@pytest.mark.slow
def test_ranks_are_uniform_intervals_cover_and_scores_improve():
    """200 histories, conditioned at half-time; bands after Saeilynoja, Buerkner, Vehtari 2022, from arviz."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # on a coming version, once a day
        from arviz.stats import ecdf_utils as bands

    ranks, covers, (with_record_, without) = calibrated(260, 60_000)
    ranks = ranks[:200]
    assert len(ranks) == 200
    at = np.arange(DRAWS + 1)
    expected = (at + 1) / (DRAWS + 1)
    low, high = bands.ecdf_confidence_band(
        len(ranks), at, expected, 0.99, rvs=lambda size, random_state: random_state.integers(0, DRAWS + 1, size),
        method="simulated", num_trials=2000, random_state=np.random.default_rng(1),
    )  # fmt: skip
    for column in ranks.T:
        share = (column[:, None] <= at).mean(axis=0)
        assert ((low - 1e-9 <= share) & (share <= high + 1e-9)).all()
    assert 0.75 <= covers <= 0.85
    assert with_record_ < 0.9 * without


@pytest.mark.slow
def test_a_level_with_days_looks_at_the_logs():
    scenario = with_record(("a", "2025-05-10", "agreed"), rounds=("2025-05-10",))
    seen = observed(scenario, date(2025, 6, 1))
    short = compile(scenario.replace({"horizon": "2025-06-02"}))
    outcomes, rows = batch.run(short, 1, 0, 4000)
    level, found = chosen(short, 1, misses_of(outcomes, short.issues, seen), rows["meetings"], seen, 5)
    assert level == LEVELS[0]
    assert np.all(np.abs(outcomes["agreed"][found.numbers, 0] - 30) <= 31)


# --- the sequential filter -------------------------------------------------------------------------------------------


def eventful():
    """Two rounds and an agreement in two hundred days: few runs have them near their days."""
    scenario = with_record(("a", "2025-06-20", "agreed"), rounds=("2025-05-10", "2025-06-20"))
    return scenario, observed(scenario, date(2025, 10, 1))


def test_a_branched_run_keeps_its_assumptions_and_its_past():
    compiled = compile(from_mapping(talks()))
    numbers, lucks = np.arange(20), np.column_stack([np.zeros(20, np.int64), np.full(20, 7)])
    whole = [batch.trace(compiled, 1, n) for n in range(20)]
    branched = list(batch.watch_branches(compiled, 1, numbers, lucks, (100,)))
    for log, other in zip(whole, branched, strict=True):
        early = (log["t"] < 100).sum()
        assert log[:early].tobytes() == other[:early].tobytes()
    assert any(log.tobytes() != other.tobytes() for log, other in zip(whole, branched, strict=True))
    latest = 0.0
    for n in range(10):  # the other engine gives the same bytes
        record = compiled.record(4096, (100,))
        record.arrays["turn"]["luck"] = 7
        reference.Run(compiled, record).play(1, 0, n)
        assert record.log().tobytes() == branched[n][: len(record.log())].tobytes()
        latest = max(latest, record.log()["t"].max())
    assert latest > 100


@pytest.mark.slow
def test_the_filter_finds_what_rejection_finds():
    scenario, seen = eventful()
    level = LEVELS[0]
    found = filtered(scenario, level, seen, 20_000, 2, _until)
    compiled = _until(scenario, date(2025, 10, 1))
    outcomes, rows = batch.run(compiled, 1, 0, 60_000)
    _, rejected = chosen(compiled, 1, misses_of(outcomes, compiled.issues, seen), rows["meetings"], seen, 1)
    assert min(found.effective, rejected.effective) > 50
    for name in ("p", "gap"):
        column = list(compiled.assumptions).index(f"parameters.{name}")
        few, many = (
            np.log([compiled.assumed(seed, n, 1)[0, column] for n in each.numbers.tolist()])
            for seed, each in ((1, rejected), (2, found))
        )
        error = np.sqrt(few.var() / rejected.effective + many.var() / found.effective)
        assert abs(few.mean() - many.mean()) < 4 * error


@pytest.mark.slow
def test_an_update_by_the_filter_says_so_and_workers_do_not_show():
    scenario, _ = eventful()
    one, two = (update(scenario, "2025-10-01", runs=8000, enough=25, workers=n) for n in (1, 2))
    assert (one.method, one.level) == ("filter", LEVELS[0])
    assert one.effective < one.matching
    assert one.numbers == two.numbers
    assert one.scenario.hash == two.scenario.hash
    assert "effective number" in one.counted
    assert one.continued.resolved_by("2025-07-01")["p"]["b"] == 0
    with pytest.raises(NegsimError, match="cannot be replayed"):
        _ = one.continued.logs


def test_the_updated_scenario_keeps_how_assumptions_go_together():
    """Without the number of rounds, no agreement means rare meetings or small chances: the two go together."""
    prior, day = with_record(), date(2025, 12, 1)
    short, seen = _until(prior, day), observed(prior, day)
    outcomes, _ = batch.run(short, 1, 0, 4000)
    matching = np.flatnonzero(misses_of(outcomes, short.issues, seen) == 0)
    found = Update(prior, day, 4000, 1, seen, LEVELS[5], plain(matching))
    row = found.correlations.set_index(["first", "second"]).iloc[0]
    assert row["kept"]
    draws = np.array(compile(found.scenario).assumed(3, 0, 20_000))
    again = np.corrcoef(draws.argsort(axis=0).argsort(axis=0), rowvar=False)[0, 1]
    assert abs(again - row["rank_correlation"]) < 0.2
    assert abs(row["rank_correlation"]) > 0.2
    for name in ("p", "gap"):
        values = found.scenario.parameters[name].value
        assert values.joint == "update 2025-12-01"
    median = compile(found.scenario).assumption("parameters.gap", 0.5)
    assert median == pytest.approx(found.assumptions.loc["parameters.gap", "after_50"], rel=0.02)


def test_the_picture_names_assumptions_in_words():
    found = update("record_alone", "2025-06-01", runs=200, enough=20)
    axis = found.plot(top=3).figure.axes[0]
    labels = [" ".join(label.get_text().split()) for label in axis.get_yticklabels()]
    assert len(labels) == 3
    assert not [label for label in labels if "." in label]
    assert all(label.startswith("parameter ") for label in labels)
