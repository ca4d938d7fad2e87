"""Medians of quantities, against the same distributions of scipy."""

import math

import pytest
from scipy import stats

from negsim.quantities.distributions import median
from negsim.quantities.parsing import parse
from negsim.quantities.quantity import Rule

NUMBER = Rule("number", 0.0, 10.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (0.3, 0.3),
        ({"uniform": {"low": 1, "high": 2}}, 1.5),
        ({"lognormal": {"median": 0.5, "q90": 1.4}}, 0.5),
        ({"triangular": {"low": 0, "mode": 0.2, "high": 1}}, stats.triang(0.2).median()),
        ({"triangular": {"low": 1, "mode": 2.8, "high": 3}}, stats.triang(0.9, 1, 2).median()),
        ({"pert": {"low": 0, "mode": 1, "high": 4}}, stats.beta(2, 4, 0, 4).median()),
        ({"beta": {"a": 2, "b": 5}}, stats.beta(2, 5).median()),
        ({"beta": {"a": 2, "b": 5, "low": 1, "high": 3}}, stats.beta(2, 5, 1, 2).median()),
        ({"gamma": {"shape": 4, "scale": 0.15}}, stats.gamma(4, scale=0.15).median()),
        ({"weibull": {"scale": 2, "shape": 1.5}}, stats.weibull_min(1.5, scale=2).median()),
        ({"exponential": {"mean": 3}}, stats.expon(scale=3).median()),
        ({"empirical": {"values": [1, 5, 2]}}, 2),
    ],
    ids=str,
)
def test_half_of_the_draws_lie_below_the_median(text: object, expected: float) -> None:
    assert math.isclose(median(parse(text, NUMBER), {}), expected, rel_tol=1e-9)


def test_an_uncertain_number_within_a_distribution_stands_for_its_own_median() -> None:
    inner = {"uniform": {"low": 1, "high": 3}}
    chance = Rule("number", 0.0, 10.0, chance=True)
    assert median(parse({"lognormal": {"median": inner, "q90": 9}}, chance), {}) == 2


def test_a_parameter_is_scaled_and_shifted_and_kept_within_the_range() -> None:
    named = {"x": parse({"lognormal": {"median": 4, "q90": 8}}, NUMBER)}
    assert median(parse({"parameter": "x", "times": 2, "plus": 1}, NUMBER), named) == 9
    assert median(parse({"parameter": "x", "times": 5}, NUMBER), named) == 10
