"""Which issue is first and which last, and how much of a spread is assumption: cases whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from negsim.analysis.variance_split import split
from negsim.projection.running import run
from negsim.scenario.scenario import from_mapping
from tests.kit import chance, talks


def test_every_run_has_one_first_and_one_last_or_none(projection):
    table = projection.ends()
    assert table[["first", "last"]].sum().tolist() == pytest.approx([1, 1])
    resolved = projection.outcomes["resolved"]
    assert table.loc["none", "first"] == pytest.approx(np.isnan(resolved).all(axis=1).mean())
    assert table.loc["none", "last"] == pytest.approx((np.isnan(resolved).sum(axis=1) > 1).mean())


def test_the_easier_of_two_issues_is_first_and_the_other_last():
    mapping = talks({"a": {"reservation": {"us": 0.4, "russia": 0.4}}, "b": {}})
    table = run(from_mapping(mapping), runs=20, engine="reference").ends()
    assert (table.loc["b", "first"], table.loc["a", "last"]) == (1, 1)


def test_what_is_agreed_by_a_date_is_no_less_than_what_is_resolved(projection):
    agreed, resolved = projection.agreed_by("2027-04-10"), projection.resolved_by("2027-04-10")
    assert (agreed["p"] >= resolved["p"]).all()
    assert (agreed["p"] > resolved["p"]).any()


def test_pure_chance_has_no_share_of_assumption_and_a_pure_assumption_has_all():
    luck = run(from_mapping(chance(0.2)), runs=2000, engine="reference").assumption_share("2025-05-20")
    assert luck.loc["a", "low"] < 0 < luck.loc["a", "high"]
    mapping = talks("a", both={"patience": {"uniform": {"low": "100 days", "high": "400 days"}}})
    sure = run(from_mapping(mapping), runs=500, engine="reference").assumption_share("2025-10-10")
    assert 0.1 < sure.loc["a", "p"] < 0.9
    assert sure.loc["a", "assumption"] == pytest.approx(1)


def zeros_and_ones(p, share, draws, rng):
    """Outcomes of 8 runs for each draw, with this probability and this share of the assumptions in the variance."""
    chances = rng.beta(p * (1 - share) / share, (1 - p) * (1 - share) / share, draws) if share else np.full(draws, p)
    return (rng.random((draws, 8)) < chances[:, None]).astype(float)


@pytest.mark.parametrize("p", [0.02, 0.1, 0.5, 0.95, 0.98])
@pytest.mark.parametrize("share", [0.0, 0.05, 0.2, 0.5])
def test_intervals_of_the_share_of_assumptions_hold_the_truth(p, share):
    rng, held, known, values = np.random.default_rng(4), 0, 0, []
    for _ in range(100):
        found = split(zeros_and_ones(p, share, 1000, rng))
        if not np.isnan(found.share):
            known += 1
            values.append(found.share)
            held += found.share_range[0] <= share <= found.share_range[1]
    assert held >= 0.87 * known
    assert np.mean(values) == pytest.approx(share, abs=0.03)


def test_the_share_of_an_outcome_that_is_too_rare_is_not_estimable():
    rng = np.random.default_rng(5)
    rare = split(zeros_and_ones(0.005, 0.0, 1000, rng))
    assert np.isnan([rare.share, *rare.share_range]).all()
    assert not np.isnan(split(zeros_and_ones(0.005, 0.8, 4000, rng)).share)


def test_the_interval_of_a_share_of_few_draws_stays_below_one_and_holds_the_truth():
    """Five normal draws of two runs, a true share of 0.9."""
    rng, held = np.random.default_rng(6), 0
    for _ in range(300):
        found = split(rng.normal(0, 3, (5, 1)) + rng.normal(0, 1, (5, 2)))
        low, high = found.share_range
        assert -1 <= low < high < 1
        held += low <= 0.9 <= high
    assert held >= 0.87 * 300
