"""Expert judgement: known answers of the arithmetic, the forms of a file, and what a scenario makes of them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from negsim.experiments.factors import Factor, read_vary
from negsim.files.nodes import Node, Place
from negsim.files.yaml import read_yaml_text
from negsim.quantities.distributions import law
from negsim.quantities.elicitation import fitted, outside, pert_through, pooled, rescaled
from negsim.quantities.parsing import parse
from negsim.quantities.quantity import Draw, Rule, head, kind_of
from negsim.scenario.layering import overlay
from negsim.scenario.scenario import from_mapping, load

ROOT = Path(__file__).parents[2]
TALKS = ROOT / "tests" / "invalid" / "scenario" / "base" / "talks.yaml"
DESKS = ROOT / "scenarios" / "two_desks.yaml"
SPAN = Rule("duration", 0.0, lo_open=True, chance=True)
SHARE = Rule("number", 0.0, 1.0)
OFFICER = {"low": "100 days", "mode": "200 days", "high": "300 days", "confidence": 0.8}


def drawn(stated: Any, rule: Rule = SPAN) -> Draw:
    quantity = parse({"elicit": stated}, rule)
    assert isinstance(quantity, Draw)
    return quantity


def points(low: object, mode: object, high: object, confidence: float = 0.9) -> dict[str, object]:
    return {"low": low, "mode": mode, "high": high, "confidence": confidence}


# --- known answers ---------------------------------------------------------------------------------------------------


def test_three_points_are_rescaled_to_ninety_per_cent() -> None:
    assert rescaled(30, 90, 365, 0.9) == (30, 365)
    # L' = B - (B - L) S / C, and U' likewise: Hemming et al. 2018, with S = 90 %.
    assert rescaled(100, 200, 500, 0.6) == pytest.approx((200 - 100 * 1.5, 200 + 300 * 1.5))


def test_the_pert_of_a_textbook_comes_back_from_its_quantiles() -> None:
    """PERT(2, 4, 12): mean 5, and 10, 50 and 90 % at 2.899, 4.767 and 7.453."""
    numbers = {"pert": {"low": "2 days", "mode": "4 days", "high": "12 days"}}
    textbook = law(parse(numbers, Rule("duration", 0.0)))  # type: ignore[arg-type]
    again = pert_through(textbook.ppf(0.05), 4.0, textbook.ppf(0.95))
    assert again == pytest.approx({"low": 2, "mode": 4, "high": 12}, rel=1e-5)
    five, ninety_five = (f"{textbook.ppf(p)} days" for p in (0.05, 0.95))
    one = law(drawn(points(five, "4 days", ninety_five)))
    assert one.ppf([0.1, 0.5, 0.9]) == pytest.approx([2.899, 4.767, 7.453], abs=5e-4)
    assert one.mean() == pytest.approx(5, abs=1e-4)


def test_who_is_ninety_per_cent_sure_gets_these_very_quantiles() -> None:
    one = law(drawn(points("100 days", "150 days", "300 days")))
    assert one.ppf([0.05, 0.95]) == pytest.approx([100, 300], rel=1e-6)


def test_who_is_less_sure_gets_more_width() -> None:
    widths = []
    for confidence in (0.95, 0.9, 0.8, 0.7, 0.6, 0.5):
        one = law(drawn(points("300 days", "400 days", "550 days", confidence)))
        assert one.ppf([0.05, 0.95]) == pytest.approx(rescaled(300, 400, 550, confidence), rel=1e-6)
        widths.append(one.ppf(0.95) - one.ppf(0.05))
    assert widths == sorted(widths)
    assert len(set(widths)) == len(widths)


def test_at_one_end_of_the_range_the_other_side_stays_exact() -> None:
    low = drawn(points("30 days", "90 days", "365 days", 0.7))
    assert low.text["pert"]["low"] == "0 days"
    assert law(low).ppf(0.95) == pytest.approx(rescaled(30, 90, 365, 0.7)[1], rel=1e-6)
    high = drawn(points(0.55, 0.8, 0.92, 0.7), SHARE)
    assert high.text["pert"]["high"] == 1
    assert law(high).ppf(0.05) == pytest.approx(rescaled(0.55, 0.8, 0.92, 0.7)[0], rel=1e-5)


def test_over_both_ends_it_goes_from_end_to_end() -> None:
    assert drawn(points(0.02, 0.4, 0.95, 0.6), SHARE).text == {"pert": {"low": 0, "mode": 0.4, "high": 1}}


def test_a_mode_at_the_end_of_the_range_is_kept() -> None:
    one = drawn(points("0 days", "0 days", "60 days"))
    assert one.text["pert"]["mode"] == "0 days"
    assert law(one).ppf(0.95) == pytest.approx(60, rel=1e-5)


def test_two_quantiles_give_the_lognormal_through_them() -> None:
    one = drawn({"quantiles": {0.5: "2 years", 0.9: "6 years"}})
    assert one.family == "lognormal"
    assert law(one).ppf([0.5, 0.9]) == pytest.approx([730.5, 2191.5], rel=1e-5)


@pytest.mark.parametrize(
    ("family", "true"),
    [
        ("lognormal", stats.lognorm(0.9, scale=70.0)),
        ("weibull", stats.weibull_min(2.5, scale=300.0)),
        ("gamma", stats.gamma(0.6, scale=4000.0)),
    ],
)
def test_the_quantiles_of_a_family_give_that_family_back(family: str, true: Any) -> None:
    chances = (0.05, 0.25, 0.5, 0.75, 0.95)
    found, numbers = fitted([(p, float(true.ppf(p))) for p in chances], 0.0, math.inf)
    again = law(drawn({"quantiles": {p: f"{true.ppf(p)} days" for p in chances}}))
    assert found == family
    assert again.ppf(chances) == pytest.approx(true.ppf(chances), rel=1e-4)
    assert all(number > 0 for number in numbers.values())


def test_shares_are_fitted_by_a_beta() -> None:
    true = stats.beta(2.0, 5.0)
    one = drawn({"quantiles": {p: float(true.ppf(p)) for p in (0.1, 0.5, 0.9)}}, SHARE)
    assert one.text["beta"] == pytest.approx({"a": 2, "b": 5, "low": 0, "high": 1}, rel=1e-4)
    step = drawn({"quantiles": {0.1: -0.5, 0.9: 0.5}}, Rule("number", -1.0, 1.0))
    assert (step.text["beta"]["low"], step.text["beta"]["high"]) == (-1, 1)
    assert law(step).ppf([0.1, 0.9]) == pytest.approx([-0.5, 0.5], rel=1e-4)


def test_quantiles_that_no_family_meets_are_met_as_well_as_can_be() -> None:
    """The loss of the fit is no higher than that of distributions close to it."""
    quantiles = [(0.1, 30.0), (0.5, 90.0), (0.9, 600.0)]
    one = drawn({"quantiles": {p: f"{x} days" for p, x in quantiles}})
    assert one.family == "lognormal"
    median, q90 = (one.numbers[name].value for name in ("median", "q90"))  # type: ignore[union-attr]

    def loss(median: float, q90: float) -> float:
        near = stats.lognorm(math.log(q90 / median) / stats.norm.ppf(0.9), scale=median)
        return sum((float(near.cdf(x)) - p) ** 2 for p, x in quantiles)

    best = loss(median, q90)
    assert best > 1e-5
    for factor in (0.98, 1.02):
        assert loss(median * factor, q90) > best
        assert loss(median, q90 * factor) > best


# --- the pool --------------------------------------------------------------------------------------------------------


def test_a_pool_of_equals_is_each_of_them() -> None:
    one = stats.gamma(2.0, scale=30.0)
    assert pooled([one, one], count=99) == pytest.approx(one.ppf((np.arange(99) + 0.5) / 99), rel=1e-5)


def test_the_pool_is_the_weighted_mean_of_the_cdfs() -> None:
    laws, weights = [stats.lognorm(0.8, scale=50.0), stats.gamma(9.0, scale=30.0), stats.uniform(400, 50)], (1, 2, 5)
    values = np.array(pooled(laws, weights, 199))
    mixed = sum(w * one.cdf(values) for one, w in zip(laws, weights, strict=True)) / 8
    assert mixed == pytest.approx((np.arange(199) + 0.5) / 199, abs=1e-5)
    assert list(values) == sorted(values)


def test_between_experts_who_do_not_overlap_nothing_is_drawn() -> None:
    values = pooled([stats.uniform(0, 1), stats.uniform(9, 1)], count=10)
    assert values == pytest.approx((0.1, 0.3, 0.5, 0.7, 0.9, 9.1, 9.3, 9.5, 9.7, 9.9))


def test_a_list_of_one_is_that_one() -> None:
    assert drawn([{**OFFICER, "weight": 3}]) == drawn(OFFICER)


def test_experts_are_pooled_by_their_weights() -> None:
    lawyer = {"quantiles": {0.1: "1 year", 0.9: "3 years"}}
    pool = drawn([OFFICER, {**lawyer, "weight": 3}])
    values = np.array(pool.values)
    mixed = (law(drawn(OFFICER)).cdf(values) + 3 * law(drawn(lawyer)).cdf(values)) / 4
    assert len(values) == 199
    assert mixed == pytest.approx((np.arange(199) + 0.5) / 199, abs=1e-4)
    assert drawn([OFFICER, lawyer]) != pool


def test_the_chance_outside_counts_both_sides() -> None:
    assert outside(stats.norm(), -1.0, 2.0) == pytest.approx(stats.norm.cdf(-1) + stats.norm.sf(2))
    observed = law(parse({"empirical": {"values": [1, 2, 2, 5]}}, Rule("number")))  # type: ignore[arg-type]
    assert outside(observed, 1.0, 2.0) == 0.25, "what lies on an end is not outside"


# --- what always holds -----------------------------------------------------------------------------------------------

VALUE = st.floats(0.001, 0.999).map(lambda x: round(x, 4))


@settings(max_examples=20, deadline=None)
@given(
    st.lists(VALUE, min_size=3, max_size=3, unique=True).map(sorted),
    st.floats(0.5, 0.99),
    st.sampled_from([(SHARE, 1.0), (SPAN, 1000.0), (Rule("rate", 0.0), 1e-4), (Rule("number", -1.0, 1.0), 0.7)]),
)
def test_what_is_in_order_gives_a_distribution_inside_the_range(
    values: list[float], confidence: float, field: tuple[Rule, float]
) -> None:
    rule, scale = field
    unit = {"duration": " days", "rate": " per year"}.get(rule.kind)
    low, mode, high = (value * scale if unit is None else f"{value * scale!r}{unit}" for value in values)
    one = drawn(points(low, mode, high, confidence), rule)
    numbers = {name: number.value for name, number in one.numbers.items()}  # type: ignore[union-attr]
    assert rule.lo <= numbers["low"] <= numbers["mode"] <= numbers["high"] <= rule.hi
    assert numbers["mode"] == values[1] * scale
    fit = drawn({"quantiles": {0.1: low, 0.5: mode, 0.95: high}}, rule)
    pool = drawn([points(low, mode, high, confidence), {"quantiles": {0.1: low, 0.5: mode, 0.95: high}}], rule)
    for each in (one, fit, pool):
        assert parse(each.text, rule) == each, "what show prints is read as the same"
        ends = law(each).ppf([0.01, 0.99])
        assert rule.lo <= ends[0] <= ends[1] <= rule.hi
        assert np.isfinite(ends).all()


# --- in a file -------------------------------------------------------------------------------------------------------


def test_the_form_and_its_kind_are_known() -> None:
    assert head({"elicit": {"low": 1}}) == head({"elicit": []}) == "elicit"
    assert head({"elicit": {"hours": "1 hour"}}) is None, "an issue may be called elicit"
    assert kind_of({"elicit": [{"who": "a"}, {"quantiles": {"0.1": "2 rounds"}}]}) == "rounds"
    assert kind_of({"elicit": {"low": 1, "mode": "soon"}}) == "number"
    assert kind_of({"elicit": {}}) is None


def test_a_parameter_is_above_nought_if_all_that_was_said_is() -> None:
    talks = load(TALKS)
    changed = talks.replace({"parameters.wait.value": {"elicit": points("30 days", "90 days", "1 year", 0.7)}})
    assert changed.resolved()["parameters"]["wait"]["value"]["pert"]["low"] == "0 days"
    below = drawn(points(-0.1, 0.2, 0.9), Rule("number"))
    assert law(below).ppf(0.05) == pytest.approx(-0.1, abs=1e-6)


def test_numbers_of_what_is_drawn_each_time_may_be_elicited() -> None:
    lag = parse({"exponential": {"mean": {"elicit": OFFICER}}}, SPAN)
    assert isinstance(lag, Draw)
    inner = lag.numbers["mean"]
    assert isinstance(inner, Draw)
    assert (inner.family, inner.rule.chance) == ("pert", False)


def merged(base: str, over: str) -> Any:
    here = Place("x")
    nodes = [Node.of(read_yaml_text(f"x: {text}", "x").data, here) for text in (base, over)]
    return overlay(*nodes).data["x"]


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("{pert: {low: 1, mode: 2, high: 3}}", "{elicit: {low: 1, mode: 2, high: 4}}", None),
        ("{elicit: {low: 1, mode: 2, high: 4}}", "{pert: {low: 1, mode: 2, high: 3}}", None),
        ("{elicit: [{low: 1, mode: 2, high: 4}]}", "{uniform: {low: 1, high: 3}}", None),
        ("{parameter: y, times: 2}", "{elicit: [{low: 1, mode: 2, high: 4}]}", None),
        ("{elicit: {low: 1, mode: 2, high: 4}}", "{elicit: [{low: 1, mode: 2, high: 4}]}", None),
        ("{elicit: [{low: 1, mode: 2, high: 4}]}", "{elicit: {low: 1, mode: 2, high: 4}}", None),
        ("{elicit: {low: 1, mode: 2, high: 4}}", "{elicit: {quantiles: {0.1: 1, 0.9: 2}}}", None),
        ("{elicit: {quantiles: {0.1: 1, 0.9: 2}}}", "{elicit: {low: 1, mode: 2, high: 4}}", None),
        ("{elicit: {low: 1, mode: 2, high: 4}}", "0.5", None),
        (
            "{elicit: {low: 1, mode: 2, high: 4}}",
            "{elicit: {confidence: 0.7}}",
            {"elicit": {"low": 1, "mode": 2, "high": 4, "confidence": 0.7}},
        ),
    ],
)
def test_an_elicitation_replaces_another_form_and_is_changed_by_its_own(base: str, over: str, expected: Any) -> None:
    assert merged(base, over) == (expected or read_yaml_text(f"x: {over}", "x").data["x"])


def test_the_full_form_holds_ordinary_distributions_only() -> None:
    scenario = load(DESKS)
    text = scenario.to_yaml()
    assert "elicit:" not in text
    assert from_mapping(read_yaml_text(text, "full.yaml").data).hash == scenario.hash
    assert scenario.issues["flights"].implementation.lag.family == "empirical"  # type: ignore[union-attr]
    assert "elicit" in scenario.written["issues"]["flights"]["implementation"]["lag"]


def test_a_change_in_one_line_and_a_sweep_know_the_form() -> None:
    talks = load(TALKS).replace({"tactics.russia.patience": {"elicit": OFFICER}})
    surer = talks.replace({"tactics.russia.patience.elicit.confidence": 0.95})
    widths = [law(each.parameters["tactics.russia.patience"].value).std() for each in (talks, surer)]  # type: ignore[arg-type]
    assert widths[0] > widths[1]
    factor = Factor.of(*read_vary("tactics.us.beta={elicit: {low: 0.2, mode: 0.5, high: 2}}"))
    assert factor.kind == "number"
    assert factor.law.ppf(0.95) == pytest.approx(2, rel=1e-5)
