"""Scenario discovery: planted boxes are found, said in words and drawn; other libraries' own loops run a scenario."""

from __future__ import annotations

import importlib.machinery
import json
import sys
import types

import numpy as np
import pandas as pd
import pytest

import negsim as ns
from negsim.analysis.prim import Box, measured, prim
from negsim.analysis.tree import cart
from negsim.errors import NegsimError
from negsim.experiments.adapters import ema_model, salib_model, salib_problem
from negsim.experiments.cases import cases_of
from negsim.experiments.experiment import milestones_of, outcomes
from negsim.experiments.factors import Factor
from negsim.experiments.sweeps import sweep
from negsim.projection.running import run

BASELINE = "scenarios/baseline.yaml"


@pytest.fixture(scope="module")
def planted():
    """A thousand cases, of interest where a < 0.3, b > 0.5 and k is no r; c does nothing."""
    rng = np.random.default_rng(1)
    x = pd.DataFrame(rng.random((1000, 3)), columns=list("abc"))
    x["k"] = rng.choice(["p", "q", "r"], 1000)
    return x, ((x["a"] < 0.3) & (x["b"] > 0.5) & (x["k"] != "r")).to_numpy()


def test_prim_finds_a_planted_box(planted):
    x, y = planted
    (box,) = prim(x, y, density=0.95)
    assert set(box.limits) == {"a", "b", "k"}
    assert box.limits["k"] == {"p", "q"}
    assert box.limits["a"] == (None, pytest.approx(0.3, abs=0.03))
    assert box.limits["b"] == (pytest.approx(0.5, abs=0.03), None)
    assert min(box.coverage, box.density) > 0.95


def test_a_box_is_what_it_says_counted_on_the_data(planted):
    x, y = planted
    for box in (*prim(x, y), *cart(x, y)):
        inside = box.holds(x)
        assert box.cases == inside.sum()
        assert box.coverage == y[inside].sum() / y.sum()
        assert box.density == y[inside].mean()
        assert box.mass == inside.mean()


def test_cart_finds_the_box_too_and_its_words_hold(planted):
    x, y = planted
    boxes = cart(x, y, least=0.03, density=0.9)
    assert sum(box.coverage for box in boxes) > 0.8
    assert all(box.limits["a"][1] == pytest.approx(0.3, abs=0.03) for box in boxes)
    assert all("r" not in box.limits.get("k", "r") for box in boxes)
    assert boxes == cart(x, y, least=0.03, density=0.9)


def test_a_leaf_of_one_word_is_told_by_that_word():
    rng = np.random.default_rng(6)
    x = pd.DataFrame({"a": rng.random(600), "k": rng.choice(["p", "q", "r"], 600)})
    (box,) = cart(x, ((x["a"] < 0.5) & (x["k"] == "q")).to_numpy(), density=0.9)
    assert box.limits == {"a": (None, pytest.approx(0.5, abs=0.02)), "k": frozenset("q")}
    assert box.coverage > 0.95


def test_a_second_box_is_found_in_what_the_first_leaves():
    x = pd.DataFrame(np.random.default_rng(5).random((2000, 2)), columns=["a", "b"])
    y = ((x["a"] > 0.7) | ((x["a"] < 0.3) & (x["b"] > 0.8))).to_numpy()
    one, two = prim(x, y, density=0.95, boxes=2)
    assert one.limits == {"a": (pytest.approx(0.7, abs=0.02), None)}
    assert two.limits["a"] == (None, pytest.approx(0.3, abs=0.02))
    assert two.limits["b"] == (pytest.approx(0.8, abs=0.02), None)
    assert one.coverage + two.coverage > 0.95


def test_restrictions_that_do_nothing_are_not_told():
    rng = np.random.default_rng(4)
    x = pd.DataFrame(rng.random((500, 6)), columns=list("abcdef"))
    (box,) = prim(x, (x["a"] > 0.6).to_numpy(), density=0.99)
    assert list(box.limits) == ["a"]


@pytest.mark.parametrize("y", [np.zeros(100, bool), np.ones(100, bool)])
def test_without_a_difference_there_is_no_corner(y):
    with pytest.raises(NegsimError, match=r"(none|all) of the 100 cases are of interest"):
        prim(pd.DataFrame({"a": np.arange(100.0)}), y)


def test_on_pure_noise_the_density_of_fresh_cases_is_the_base_rate():
    """Six factors that do nothing, 200 cases, a base rate of 0.3: the selecting cases promise far more."""
    rng = np.random.default_rng(8)
    selected, fresh, held = [], [], 0
    for _ in range(20):
        x, new = (pd.DataFrame(rng.random((n, 6)), columns=list("abcdef")) for n in (200, 2000))
        (box,) = prim(x, rng.random(200) < 0.3, least=0.1)
        again = measured(box.limits, new, rng.random(2000) < 0.3)
        selected.append(box.density)
        fresh.append(again.density)
        held += again.density_range[0] <= 0.3 <= again.density_range[1]
    assert np.mean(selected) > 0.45
    assert np.mean(fresh) == pytest.approx(0.3, abs=0.02)
    assert held >= 17


def test_a_box_without_cases_has_no_density():
    box = measured({"a": (2.0, None)}, pd.DataFrame({"a": [0.0, 1.0]}), np.array([True, False]))
    assert np.isnan(box.density)
    assert (box.cases, box.coverage, box.density_range) == (0, 0, (0, 1))


def test_pasting_takes_back_what_a_peel_cut_too_far():
    x = pd.DataFrame({"a": np.arange(400.0), "b": np.tile(np.arange(20.0), 20)})
    y = ((x["a"] >= 210) & (x["b"] < 11)).to_numpy()
    (box,) = prim(x, y, density=1.0)
    assert (box.density, box.coverage) == (1, 1)


# --- of a scenario ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_flights_are_resolved_in_time_where_both_sides_lose_patience_early():
    found = ns.discover("us_russia_2025_04", "flights", "24 months", density=0.45, runs=4096)
    (box,) = found.boxes
    assert {"parameters.us_patience", "parameters.russia_patience"} <= set(box.limits)
    assert box.density > 2 * found.base
    (words,) = found.sentences
    (fresh,) = found.fresh
    assert words.startswith(f"In {100 * fresh.density:.0f} (")
    assert "parameter us_patience is under" in words
    assert "Direct flights is resolved within 24 months" in words
    assert words.endswith(f"selected it: {100 * box.density:.0f} % and {100 * box.coverage:.0f} %.")
    again = run(ns.load("us_russia_2025_04"), 4096, seed=2)
    inside = box.holds(again.parameters)
    assert fresh.density == cases_of(again, found.cases.outcome).y[inside].mean()


@pytest.mark.slow
def test_experiments_of_a_sweep_are_cases_too(baseline, tmp_path):
    patience = {"uniform": {"low": "3 months", "high": "4 years"}}
    vary = {f"parameters.{side}_patience.value": patience for side in ("us", "russia")}
    done = sweep(baseline, {**vary, "undertaking": ["early_harvest", "single"]}, "latin", 128, runs=50)
    found = ns.discover(done, "hurdles", "24 months", at_least=0.4)
    assert (len(found.cases.y), len(found.fresh_cases.y)) == (64, 64)
    assert sorted([*found.cases.y, *found.fresh_cases.y]) == sorted(cases_of(done, found.cases.outcome).y)
    for cases, box in ((found.cases, found.boxes[0]), (found.fresh_cases, found.fresh[0])):
        assert (cases.y[box.holds(cases.x)] >= 0.4).mean() == box.density > 0.5
    assert "of the experiments where" in found.sentences[0]
    assert "in at least 40 % of the runs" in found.sentences[0]
    few = ns.discover(done, "hurdles", "24 months", at_least=0.4, names=["undertaking"])
    assert set(few.boxes[0].limits if few.boxes else {"undertaking": 0}) == {"undertaking"}
    found.plot().save(tmp_path / "c.svg")
    rows = pd.read_csv(tmp_path / "c.csv")
    assert set(rows["factor"]) == set(found.boxes[0].limits)
    assert rows.groupby("factor")["cases"].sum().unique().tolist() == [64]


def test_a_range_that_one_end_of_is_idle_is_told_by_the_other(planted):
    x, y = planted
    box = measured({"a": (0.0001, 0.3), "b": (0.5, None), "k": frozenset("pq")}, x, y)
    assert isinstance(box, Box)
    from negsim.analysis.prim import _pruned

    assert _pruned(dict(box.limits), x, y).limits["a"] == (None, 0.3)


def test_the_command_tells_and_draws(negsim, tmp_path):
    factors = [word for side in ("us", "russia") for word in ("--factor", f"parameters.{side}_patience")]
    command = ["discover", BASELINE, "--issue", "flights", "--density", 0.6, "-n", 1024, *factors]
    ended = negsim(*command, "-o", tmp_path / "c.svg")
    assert ended.code == 0, ended.err
    assert max(map(len, ended.out.splitlines())) <= 80
    assert "In " in ended.out
    assert (tmp_path / "c.svg").read_text(encoding="utf-8").startswith("<?xml")
    data = json.loads(negsim(*command, "--json").out)
    assert data["boxes"][0]["density"] > data["share"]
    assert data["boxes"][0]["fresh"]["density"] > data["fresh_share"]
    assert data["fresh_cases"] == 1024
    assert "seed 2" in data["fresh_from"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "give --issue"),
        (("--issue", "flihgts"), 'did you mean "flights"'),
        (("--issue", "flights", "--method", "prm"), 'did you mean "prim"'),
        (
            ("--issue", "flights", "--factor", "parameters.us_patence", "-n", "100"),
            'did you mean "parameters.us_patience"',
        ),
    ],
)
def test_mistakes_are_told(negsim, arguments, message):
    ended = negsim("discover", BASELINE, *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err


# --- in the libraries' own loops -------------------------------------------------------------------------------------

VARY = {
    "tactics.us.beta": {"uniform": {"low": 0.2, "high": 2}},
    "parameters.us_patience.value": {"lognormal": {"median": "1 year", "q90": "3 years"}},
    "undertaking": ["early_harvest", "single"],
}


class Named:
    """The part of the workbench's parameters and outcomes that a model needs."""

    def __init__(self, name, *arguments):
        self.name, self.arguments = name, arguments


class FakeModel:
    """An `ema_workbench.Model` that evaluates one experiment."""

    def __init__(self, name, function):
        self.name, self.function = name, function


@pytest.fixture
def workbench(monkeypatch):
    """The names of the EMA workbench that the adapter uses, in place of the library."""
    fake = types.ModuleType("ema_workbench")
    fake.__spec__ = importlib.machinery.ModuleSpec("ema_workbench", None)
    for name in ("CategoricalParameter", "RealParameter", "ScalarOutcome"):
        setattr(fake, name, type(name, (Named,), {}))
    fake.Model = FakeModel
    monkeypatch.setitem(sys.modules, "ema_workbench", fake)


def test_the_workbench_gets_a_model_that_evaluates_a_scenario(baseline, workbench):
    model = ema_model(baseline, VARY, "visas", runs=40)
    parameters = {each.name: (type(each).__name__, each.arguments) for each in model.uncertainties}
    assert parameters == {
        "tactics__us__beta": ("RealParameter", (0.2, 2.0)),
        "parameters__us_patience__value": ("RealParameter", (0.0, 1.0)),
        "undertaking": ("CategoricalParameter", ([0, 1],)),
    }
    assert [outcome.name for outcome in model.outcomes] == list(outcomes(milestones_of(baseline)))
    found = model.function(tactics__us__beta=0.5, parameters__us_patience__value=0.7, undertaking=1)
    patience = Factor.of("x", VARY["parameters.us_patience.value"]).at(0.7)
    changes = {"tactics.us.beta": 0.5, "parameters.us_patience.value": patience, "undertaking": "single"}
    assert found["p_24m"] == ns.run(baseline.replace(changes), 40).resolved_by("2027-04-10").loc["visas", "p"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_real_workbench_performs_experiments(baseline):
    ema = pytest.importorskip("ema_workbench", reason="the EMA workbench is in none of the extras")
    with ema.SequentialEvaluator(ema_model(baseline, VARY, "visas", runs=20)) as evaluator:
        experiments, outcomes = evaluator.perform_experiments(scenarios=3)
    assert len(experiments) == len(outcomes["mean_days"]) == 3


def test_without_the_workbench_the_error_says_how_to_install_it(baseline, monkeypatch):
    monkeypatch.setattr("negsim.experiments.adapters.find_spec", lambda name: None)
    with pytest.raises(NegsimError, match="pip install ema_workbench"):
        ema_model(baseline, VARY)


@pytest.mark.slow
def test_salib_samples_evaluates_and_analyses_a_scenario(baseline):
    from SALib.analyze import sobol as analyze
    from SALib.sample import sobol as sample

    problem = salib_problem(baseline, VARY)
    assert problem["bounds"] == [[0.2, 2.0], [0.0, 1.0], [0.0, 1.0]]
    x = sample.sample(problem, 8, calc_second_order=False, seed=1)
    y = salib_model(baseline, VARY, "mean_days", "visas", runs=40)(x)
    assert (
        y[0]
        == ns.sweep(
            baseline.replace({"undertaking": VARY["undertaking"][int(x[0, 2] * 2)]}),
            {
                "tactics.us.beta": [float(x[0, 0]), 3],
                "parameters.us_patience.value": [f"{_quantile(x[0, 1])} days", "9 years"],
            },
            runs=40,
        )
        .table.query("experiment == 0 and issue == 'visas'")["mean_days"]
        .item()
    )
    found = analyze.analyze(problem, y, calc_second_order=False, num_resamples=20, seed=1)
    assert problem["names"][found["ST"].argmax()] == "undertaking"


def _quantile(u):
    from scipy import stats

    return float(stats.lognorm(np.log(3) / 1.2815515655446004, scale=365.25).ppf(u))


def test_adapters_check_what_they_are_given(baseline, workbench):
    with pytest.raises(NegsimError, match="no computation depends"):
        salib_problem(baseline, {"title": ["a", "b"]})
    with pytest.raises(NegsimError, match="there is no issue"):
        ema_model(baseline, VARY, "flihgts")
    with pytest.raises(NegsimError, match='there is no outcome "p_9m"'):
        salib_model(baseline, VARY, "p_9m")
