"""What matters: indices that are known, assumption and chance of a closed form, and what is said of the baseline."""

from __future__ import annotations

import json
import shlex

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import negsim as ns
from negsim.analysis import sensitivity_indices as drivers
from negsim.analysis.grid_indices import grid
from negsim.analysis.variance_split import split
from negsim.errors import NegsimError
from negsim.experiments.cases import Outcome, cases_of, run_outcome
from negsim.experiments.designs import points
from negsim.experiments.factors import Factor
from negsim.experiments.sweeps import sweep
from negsim.projection.running import run

BASELINE = "scenarios/baseline.yaml"
NAMES = ["a", "b", "c"]
UNIT = {"uniform": {"low": 0, "high": 1}}
PATIENCE = ("parameters.us_patience", "parameters.russia_patience")
FACTORS = [Factor.of(name, UNIT) for name in NAMES]
#: Of a + 2 b + 3 c with independent uniforms: a share of 1, 4 and 9 in 14, first order and total.
KNOWN = {"a": 1 / 14, "b": 4 / 14, "c": 9 / 14}


def linear(x):
    return x @ np.array([1.0, 2.0, 3.0])


# --- known answers ---------------------------------------------------------------------------------------------------


def test_sobol_indices_of_a_linear_function_are_the_known_ones():
    x = points("saltelli", FACTORS, 1024, 1)
    found = drivers.sobol(NAMES, linear(x)).set_index("factor")
    for name, share in KNOWN.items():
        assert found.loc[name, "first"] == pytest.approx(share, abs=0.01)
        assert found.loc[name, "total"] == pytest.approx(share, abs=0.01)
        assert found.loc[name, "first_low"] < share < found.loc[name, "first_high"]
    assert found.index.tolist() == ["c", "b", "a"]


def test_a_total_index_sees_what_factors_do_together_and_a_first_order_does_not():
    x = points("saltelli", FACTORS[:2], 1024, 1)
    found = drivers.sobol(NAMES[:2], (x[:, 0] - 0.5) * (x[:, 1] - 0.5)).set_index("factor")
    assert found["first"].abs().max() < 0.05
    assert found["total"].min() > 0.9


def test_morris_gives_the_slopes_of_a_linear_function():
    x = points("morris", FACTORS, 10, 1)
    found = drivers.morris(NAMES, x, linear(x)).set_index("factor")
    # From the 5 % to the 95 % point of each.
    assert found.loc[NAMES, "mu_star"].tolist() == pytest.approx([0.9, 1.8, 2.7])
    assert found["sigma"].max() < 1e-9


def test_given_data_find_the_same_shares_without_a_design():
    x = np.random.default_rng(1).random((4000, 3))
    found = drivers.given(NAMES, x, linear(x)).set_index("factor")
    for name, share in KNOWN.items():
        assert found.loc[name, "first"] == pytest.approx(share, abs=0.04)


def test_given_data_of_an_outcome_of_0_and_1_with_chance_in_it():
    """P(y = 1) = a: Var E(y | a) = 1/12 of a variance of 1/4, so a third; b does nothing."""
    rng = np.random.default_rng(2)
    x = rng.random((8000, 2))
    found = drivers.given(NAMES[:2], x, (rng.random(8000) < x[:, 0]).astype(float)).set_index("factor")
    assert found["first"].to_dict() == pytest.approx({"a": 1 / 3, "b": 0.0}, abs=0.03)


def test_assumption_and_chance_of_a_beta_geometric_case_are_10_and_30():
    """p ~ Beta(4, 12), T geometric: chance E[(1 - p) / p^2] = 30, assumption Var(1 / p) = 10, mean 5."""
    draws, lucks = 40_000, 5
    p = stats.beta(4, 12).ppf((np.arange(draws) + 0.5) / draws)
    y = np.random.default_rng(1).geometric(p[:, None], (draws, lucks)).astype(float)
    found = split(y)
    assert found.mean == pytest.approx(5, abs=0.1)
    assert found.chance == pytest.approx(30, rel=0.06)
    assert found.assumption == pytest.approx(10, rel=0.1)
    assert found.share == pytest.approx(0.25, abs=0.02)
    for value, (low, high) in ((10, found.assumption_range), (30, found.chance_range), (0.25, found.share_range)):
        assert low < value < high
    # What the correction is for: the spread of the means alone would be 16.
    assert y.mean(axis=1).var() == pytest.approx(16, rel=0.1)


@pytest.mark.parametrize("lucks", [2, 10])
def test_pure_chance_has_no_assumption_in_it_however_few_lucks(lucks):
    found = split(np.random.default_rng(3).random((5000, lucks)))
    assert abs(found.share) < 0.04
    assert found.chance == pytest.approx(1 / 12, rel=0.05)
    assert found.share_range[0] < 0 < found.share_range[1]


def test_without_chance_all_is_assumption():
    found = split(np.repeat(np.arange(10.0)[:, None], 3, axis=1))
    assert (found.share, found.chance) == (1.0, 0.0)


def test_one_luck_tells_nothing():
    with pytest.raises(NegsimError, match="two runs each are needed"):
        split(np.zeros((10, 1)))


def test_a_tornado_shows_the_means_at_both_ends():
    x = pd.DataFrame({"a": np.arange(100.0), "k": ["p", "q"] * 50})
    found = drivers.effects(x, x["a"].to_numpy() + 1000 * (x["k"] == "q").to_numpy()).set_index("factor")
    assert found.index.tolist() == ["k", "a"]
    assert found.loc["k", ["low_end", "high_end"]].tolist() == ["p", "q"]
    assert found.loc["k", "swing"] == pytest.approx(1001)
    assert found.loc["a", ["low_end", "high_end"]].tolist() == pytest.approx([19.8, 79.2])
    assert found.loc["a", ["low", "high"]].tolist() == pytest.approx([509.5, 589.5])
    # The lowest fifth: 20 values with a variance of 263,719.2 (n - 1); Student's t of 19 degrees is 2.093.
    se = (263_719.2105 / 20) ** 0.5
    assert found.loc["a", "low_se"] == pytest.approx(se, rel=1e-5)
    assert found.loc["a", ["low_from", "low_to"]].tolist() == pytest.approx(
        [509.5 - 2.093 * se, 509.5 + 2.093 * se], rel=1e-3
    )


def test_an_outcome_that_never_changes_is_an_error():
    x = np.random.default_rng(1).random((100, 3))
    with pytest.raises(NegsimError, match="the same in all cases"):
        drivers.given(NAMES, x, np.zeros(100))
    with pytest.raises(NegsimError, match="60 cases or more"):
        drivers.given(NAMES, x[:50], x[:50, 0])


def test_too_few_experiments_name_the_command_that_gives_enough(baseline):
    vary = {"tactics.us.beta": {"uniform": {"low": 0.2, "high": 2}}, "tactics.russia.kind": ["time", "fixed"]}
    few = ns.sweep(baseline, vary, "latin", samples=4, runs=3)
    with pytest.raises(NegsimError) as error:
        ns.sensitivity(few)
    command = shlex.split(str(error.value).partition(": ")[2])
    assert command[:2] == ["negsim", "sweep"]
    assert command[3:7] == [
        "--vary", "tactics.us.beta={uniform: {low: 0.2, high: 2}}", "--vary", "tactics.russia.kind=time,fixed",
    ]  # fmt: skip


# --- of a scenario ---------------------------------------------------------------------------------------------------


def test_outcomes_of_runs_are_those_of_the_projection(projection):
    by = projection.scenario.as_of.replace(year=2027)
    p = projection.resolved_by(by)["p"]
    for issue in ("banking", "flights", "all"):
        found = cases_of(projection, Outcome(issue, "24 months"))
        assert found.y.mean() == pytest.approx(p[issue])
    ever = projection.tally.resolved[:, :-1].sum(axis=1) / projection.runs
    assert cases_of(projection, Outcome("visas", "horizon")).y.mean() == pytest.approx(ever[5])
    assert cases_of(projection, Outcome()).y.mean() == pytest.approx(ever.sum())
    days = cases_of(projection, Outcome("visas", days=True)).y
    assert days.max() == projection.scenario.horizon_days


def test_the_day_itself_counts_and_never_is_the_horizon(baseline):
    days = np.full((3, len(baseline.issues)), np.inf)
    days[:, list(baseline.issues).index("visas")] = [730.9, 731.0, np.inf]  # 24 months on is day 730

    def outcome(*what, **more):
        return run_outcome(days, baseline, Outcome(*what, **more)).tolist()

    assert outcome("visas", "24 months") == [1, 0, 0]
    assert outcome("visas", "horizon") == outcome() == [1, 1, 0]
    assert outcome("visas", days=True) == [730.9, 731.0, baseline.horizon_days]
    assert outcome("all", "horizon") == [0, 0, 0]


@pytest.mark.slow
def test_the_runs_that_exist_tell_that_patience_matters_most(baseline):
    found = ns.sensitivity(run(baseline, 4096), "hurdles", days=True)
    assert set(found.table["factor"].head(2)) == {"parameters.us_patience", "parameters.russia_patience"}
    assert "runs that do not resolve it count as the horizon (1,095 days)" in found.cases.words
    assert found.split is not None
    assert found.split.share_range[0] > 0.3


def test_the_share_of_assumption_is_the_same_from_a_sensitivity_and_from_a_projection(baseline):
    found = ns.sensitivity(baseline, "visas", "24 months", method="morris", names=PATIENCE, samples=2, runs=10).split
    other = run(baseline, 1000).assumption_share("2027-04-10").loc["visas"]
    assert found is not None
    assert (found.share, *found.share_range) == tuple(other[["assumption", "low", "high"]])


@pytest.mark.parametrize("method", ["sobol", "morris"])
def test_designs_find_the_factor_that_matters_and_the_one_that_does_not(baseline, method):
    names = ("parameters.us_patience", "climate.regimes.thaw.cancellation")
    found = ns.sensitivity(baseline, method=method, names=names, samples=16, runs=60)
    column = {"sobol": "total", "morris": "mu_star"}[method]
    table = found.table.set_index("factor")[column]
    assert table["parameters.us_patience"] > 3 * table["climate.regimes.thaw.cancellation"]
    assert found.cases.each == "experiment"


@pytest.mark.slow
def test_a_sweep_is_analysed_by_the_method_of_its_design(baseline):
    vary = {
        "parameters.us_patience.value": {"uniform": {"low": "1 month", "high": "8 years"}},
        "climate.start": ["thaw", "cautious"],
    }
    found = ns.sensitivity(sweep(baseline, vary, "latin", 64, runs=40), "hurdles")
    assert (found.method, found.split) == ("given", None)
    assert found.table["factor"].iloc[0] == "parameters.us_patience.value"
    done = sweep(baseline, vary, "morris", 4, runs=40)
    assert ns.sensitivity(done, "hurdles").method == "morris"
    with pytest.raises(NegsimError, match="a morris sweep is analysed by morris; sobol needs --design saltelli"):
        ns.sensitivity(done, "hurdles", method="sobol")


@pytest.mark.slow
def test_a_tornado_is_drawn_with_its_data_and_is_the_same_each_time(projection, tmp_path):
    found = ns.sensitivity(projection)
    table = found.plot(3).save(tmp_path / "a.svg")
    assert found.plot(3).svg == (tmp_path / "a.svg").read_text(encoding="utf-8")
    rows = pd.read_csv(table)
    assert rows["factor"].tolist() == found.table["factor"].head(3).tolist()
    assert rows["outcome"].unique().tolist() == [found.cases.words]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--issue", "flihgts"), 'did you mean "flights"'),
        (("--issue", "flights", "--by", "18 moons"), "by takes a date (2027-04-10), a time"),
        (("--days",), "days are those of an issue"),
        (("--method", "sobl"), 'did you mean "sobol"'),
        (("--method", "morris", "--factor", "parameters.us_patence"), 'did you mean "parameters.us_patience"'),
        (("-o", "x.pdf"), "written as .svg or .png"),
    ],
)
def test_mistakes_are_told_and_nothing_is_played(negsim, monkeypatch, arguments, message):
    monkeypatch.setattr("negsim.projection.execution.play", lambda *_: pytest.fail("it ran"))
    monkeypatch.setattr("negsim.experiments.sensitivities._split", lambda *_: None)
    ended = negsim("sensitivity", BASELINE, *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err


@pytest.mark.slow
def test_the_command_says_what_is_analysed_and_how_much_is_chance(negsim, tmp_path):
    negsim("run", BASELINE, "--runs", 300, "--out", tmp_path / "out")
    ended = negsim(
        "sensitivity", tmp_path / "out", "--issue", "hurdles", "--by", "24 months", "--top", 2, "-o", tmp_path / "t.svg"
    )
    text = " ".join(ended.out.split())
    assert ended.code == 0, ended.err
    assert max(map(len, ended.out.splitlines())) <= 80
    title = "Administrative hurdles and secure communication for consular work"
    assert f"Outcome: whether {title} is resolved within 24 months (by 2027-04-10), 1 or 0 in each run." in text
    assert "of the variance of the outcome. Random draws cause the rest" in text
    assert "more factors have smaller effects" in text
    assert "In brackets: 95 % intervals." in text
    assert (tmp_path / "t.csv").is_file()
    data = json.loads(negsim("sensitivity", tmp_path / "out", "--issue", "hurdles", "--json").out)
    assert data["method"] == "given"
    assert 0 < data["split"]["share"] < 1


def test_without_salib_the_error_names_the_extra(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(NegsimError, match=r"pip install 'negsim\[analysis\]'"):
        points("morris", FACTORS, 4, 1)


# --- a full grid -----------------------------------------------------------------------------------------------------


def cells(p, runs=400, seed=3):
    """Means of 20 batches in each cell of a grid of probabilities; runs share most of their random numbers."""
    rng = np.random.default_rng(seed)
    own, common = rng.random((runs, p.size)), rng.random((runs, 1))
    hits = np.where(rng.random((runs, p.size)) < 0.15, own, common) < p.ravel()
    return hits.reshape(20, -1, p.size).mean(axis=1), np.full(20, runs // 20)


def test_a_factor_of_a_grid_that_does_nothing_gets_no_share():
    p = np.linspace(0.2, 0.7, 20)[:, None] + np.zeros(3)
    found = grid(["a", "b"], p.shape, *cells(p)).factors.set_index("factor")
    assert found.loc["b", ["first", "total"]].abs().max() < 0.005
    assert found.loc["a", "first"] == pytest.approx(1, abs=0.005)


def test_intervals_of_shares_of_a_grid_hold_those_of_the_exact_probabilities():
    a, b = np.linspace(0, 1, 4)[:, None], np.linspace(-1, 1, 3)
    p = 0.3 + 0.2 * a + 0.1 * b + 0.1 * a * b
    main = {"a": p.mean(axis=1).var() / p.var(), "b": p.mean(axis=0).var() / p.var()}
    held, values = {"a": 0, "b": 0, "a x b": 0}, []
    for seed in range(100):
        found = grid(["a", "b"], p.shape, *cells(p, seed=seed))
        rows = found.factors.set_index("factor")
        for name, truth in main.items():
            held[name] += rows.loc[name, "first_low"] < truth < rows.loc[name, "first_high"]
        (more,) = found.interactions.to_dict("records")
        held[more["factor"]] += more["share_low"] < 1 - sum(main.values()) < more["share_high"]
        values.append(rows.loc["b", "first"])
    assert min(held.values()) >= 80  # small shares are skewed: 84 to 100 in docs/statistics.md
    assert np.mean(values) == pytest.approx(main["b"], abs=0.01)


def test_the_interval_of_an_effect_of_a_grid_that_is_noise_alone_holds_zero():
    """The noise of b is 0.1 or -0.1 in turn, so that every batch has the same square: the jackknife variance is 0."""
    batches = np.array([0.3, 0.3, 0.6, 0.6]) + np.array([[0.1], [-0.1]] * 10) * [-1, 1, -1, 1]
    b = grid(["a", "b"], [2, 2], batches, np.full(20, 20)).factors.set_index("factor").loc["b"]
    assert b["first_low"] <= 0 <= b["first_high"]


def test_noise_that_cells_do_not_share_is_subtracted_too():
    """No factor does anything but ``a``, a little; raw means would give the rest to the interaction."""
    p = np.array([0.3, 0.36])[:, None] + np.zeros(8)
    rng = np.random.default_rng(5)
    raw, found = [], []
    for _ in range(60):
        batches = rng.binomial(20, np.broadcast_to(p.ravel(), (20, p.size))) / 20
        found.append(grid(["a", "b"], p.shape, batches, np.full(20, 20)).factors.set_index("factor").loc["b", "total"])
        middle = batches.mean(axis=0).reshape(p.shape)
        raw.append(1 - middle.mean(axis=1).var() / middle.var())
    assert np.mean(raw) > 0.3
    assert abs(np.mean(found)) < 0.1


def test_a_grid_sweep_gets_the_decomposition_of_its_own_table(baseline):
    vary = {"tactics.russia.beta": [0.1, 0.3, 0.6, 1, 2, 4], "tactics.us.beta": [0.9, 1, 1.1]}
    done = sweep(baseline, vary, runs=400)
    found = ns.sensitivity(done, "visas", "24 months")
    table = found.table.set_index("factor")
    of = done.table[done.table["issue"] == "visas"]
    p = of["p_24m"]
    raw = of.groupby("tactics.us.beta")["p_24m"].mean().var(ddof=0) / p.var(ddof=0)
    assert found.method == "grid"
    assert table.loc["tactics.us.beta", "first"] == pytest.approx(raw, abs=0.01)
    assert table.loc["tactics.us.beta", "total_high"] < 0.1
    assert table.loc["tactics.russia.beta", "first_low"] > 0.85
    effects = found.effects.set_index("factor")
    assert effects.loc["tactics.us.beta", "low_se"] > 0.005  # of 2,400 runs, not of six equal cells
    assert found.data()["interactions"][0]["factor"] == "tactics.russia.beta x tactics.us.beta"


def test_a_grid_with_a_hole_or_one_run_is_refused(baseline):
    done = sweep(baseline, {"horizon": ["1 year", "3 years"], "tactics.us.beta": [0.5, 1]}, runs=4)
    with pytest.raises(NegsimError, match="2 of 4 experiments have no such outcome"):
        ns.sensitivity(done, "visas", "24 months")
    with pytest.raises(NegsimError, match="is analysed by grid; given needs --design latin"):
        ns.sensitivity(done, "visas", method="given")
    with pytest.raises(NegsimError, match="the Monte Carlo noise of one run"):
        grid(["a"], [2], np.array([[0.0, 1.0]]), np.array([1]))
    with pytest.raises(NegsimError, match="no more than their Monte Carlo noise"):
        grid(["a"], [2], np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([1, 1]))


@pytest.mark.parametrize("design", ["latin", "sobol"])
def test_listed_values_of_a_random_design_do_not_get_shares_by_their_order(design):
    factors = [Factor.of("a", UNIT), Factor.of("b", [1, 2, 3])]
    found = []
    for seed in range(8):
        x = points(design, factors, 256, seed)
        x[:, 1] = np.floor(3 * x[:, 1])
        y = x[:, 0] + np.random.default_rng(seed).normal(0, 0.05, 256)
        found.append(drivers.given(["a", "b"], x, y).set_index("factor")["first"])
    assert np.mean([each["a"] for each in found]) == pytest.approx(1, abs=0.05)
    assert np.mean([each["b"] for each in found]) == pytest.approx(0, abs=0.05)


def test_24_months_are_all_of_a_horizon_of_24_months(baseline):
    short = baseline.replace(horizon="24 months")
    done = sweep(short, {"tactics.us.beta": [0.1, 1, 4]}, runs=100)
    rows = done.table[done.table["issue"] == "visas"]
    assert ns.sensitivity(done, "visas", "24 months").table["first"].tolist() == pytest.approx([1])
    assert sorted(cases_of(done, Outcome("visas")).y) == sorted(rows["p_horizon"])
    played = run(short, 100)
    assert (
        ns.sensitivity(played, "visas", "24 months").cases.y.mean()
        == played.resolved_by("2027-04-10").loc["visas", "p"]
    )


def test_the_default_date_is_where_the_probability_is_nearest_to_one_half(baseline):
    for issue, by in (("visas", None), (None, "horizon")):
        played = run(baseline, 300)
        found = ns.sensitivity(played, issue)
        if by is None:
            shares = {
                w: cases_of(played, Outcome(issue, w)).y.mean()
                for w in ("6 months", "12 months", "24 months", "horizon")
            }
            by = min(shares, key=lambda w: abs(shares[w] - 0.5))
        assert found.cases.outcome.by == by


def test_any_day_within_the_horizon_has_an_outcome_of_runs(projection):
    found = ns.sensitivity(projection, "visas", by="2026-01-31").time_scale("month")
    assert found.cases.y.mean() == projection.resolved_by("2026-01-31").loc["visas", "p"]
    assert found.cases.words == "whether Visa processing is resolved within 296 days (by 2026-01), 1 or 0 in each run"
    for by, message in (
        ("soon", "by takes a date"),
        ("2025-04-10", "is not after the as-of"),
        ("9 years", "after the hor"),
    ):
        with pytest.raises(ns.NegsimError, match=message):
            ns.sensitivity(projection, "visas", by=by)
