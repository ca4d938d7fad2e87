"""Estimates: intervals that hold the truth as often as they say, over the range in which users meet them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from negsim.analysis.estimates import batch_mean, difference, mean, paired_interval, paired_mean


def test_known_intervals():
    # The bounds solve the score equation with the maximum of the likelihood found by search.
    for gained, lost, n in ((4, 0, 30), (12, 3, 50), (0, 7, 1000), (50, 0, 50)):
        for d, sign in zip(paired_interval(gained, lost, n), (1, -1), strict=True):
            if abs(d) < 1:
                grid = np.linspace(1e-9, 1 - abs(d) - 1e-9, 200_001)
                # The likelihood of the lost share q given d: gained pairs q + d, lost pairs q, the rest equal.
                q = grid if d >= 0 else grid + abs(d)
                q = q[(q + d > 0) & (2 * q + d < 1)]
                log = gained * np.log(q + d) + lost * np.log(q) + (n - gained - lost) * np.log1p(-2 * q - d)
                best = q[np.nanargmax(log)]
                z = sign * (gained - lost - n * d) / np.sqrt(n * (2 * best + d * (1 - d)))
                assert z == pytest.approx(stats.norm.ppf(0.975), abs=0.02)


def test_without_a_pair_that_differs_the_interval_is_the_exact_one():
    for n in (1, 10, 2000):
        low, high = paired_interval(0, 0, n)
        assert high == pytest.approx(stats.binomtest(0, n).proportion_ci(method="exact").high)
        assert low == -high


@pytest.mark.parametrize("n", [10, 50, 2000, 100_000])
@pytest.mark.parametrize("one_way", [1.0, 0.9, 0.5])
@pytest.mark.parametrize("pairs", [0.2, 1, 2, 3, 10])
def test_intervals_of_paired_differences_hold_the_truth(n, one_way, pairs):
    """``pairs`` differ on average, that share of them one way: exact coverage by the Poisson or binomial law."""
    share = min(pairs / n, 0.9)
    k = np.arange(0, min(n, 60) + 1)
    law = stats.binom.pmf(k, n, share)
    covered = 0.0
    for total, weight in zip(k.tolist(), law, strict=True):
        for gained in range(total + 1):
            chance = weight * stats.binom.pmf(gained, total, one_way)
            if chance > 1e-7:
                low, high = paired_interval(gained, total - gained, n)
                covered += chance * (low <= share * (2 * one_way - 1) <= high)
    assert covered > 0.92


def test_the_mean_of_few_values_has_the_interval_of_student():
    rng = np.random.default_rng(1)
    for n in (2, 3, 5, 16):
        x = rng.normal(5, 2, (4000, n))
        held = sum(found.low <= 5 <= found.high for found in map(mean, x))
        assert held / 4000 == pytest.approx(0.95, abs=0.015)
    found = mean(np.array([1.0, 4.0, 2.5]))
    low, high = stats.t.interval(0.95, 2, 2.5, stats.sem([1.0, 4.0, 2.5]))
    assert (found.low, found.high) == pytest.approx((low, high))


@pytest.mark.parametrize(("pairs", "one_way"), [(12, 1.0), (12, 0.5), (20, 0.9), (60, 1.0)])
def test_means_of_pairs_of_which_few_differ_hold_the_truth(pairs, one_way):
    """Student's interval covers 88 % of 12 exponential differences, all one way; 12 of them need the skewness."""
    rng, held, n = np.random.default_rng(1), [], 1000
    for _ in range(1500):
        values = np.zeros(n)
        differ = rng.binomial(n, pairs / n)
        values[:differ] = rng.exponential(1, differ) * np.where(rng.random(differ) < one_way, 1, -1)
        found = paired_mean(values)
        if differ >= 10:
            held.append(found.low <= pairs / n * (2 * one_way - 1) <= found.high)
        else:
            assert found.data()["low"] is None
    assert np.mean(held) > 0.935


def test_a_difference_that_is_the_same_in_all_pairs_is_sure():
    found = paired_mean(np.full(50, 30.0))
    assert (found.value, found.low, found.high) == (30, 30, 30)


def test_one_value_has_no_error_and_says_so():
    found = mean(np.array([3.0]))
    assert found.data() == {"value": 3.0, "se": None, "low": None, "high": None}
    assert not found.shown
    assert batch_mean(np.array([3.0]), np.array([10])).data() == found.data()


def test_means_of_unequal_batches_hold_the_truth():
    rng, weights, held = np.random.default_rng(2), np.array([24, 25] * 10), 0
    for _ in range(1000):
        found = batch_mean(rng.binomial(weights, 0.1) / weights, weights)
        held += found.low <= 0.1 <= found.high
    assert held / 1000 == pytest.approx(0.95, abs=0.025)


def test_a_difference_is_counted_from_pairs():
    a, b = np.array([True, False, False, True]), np.array([True, True, True, False])
    found = difference(a, b)
    assert (found.base.p, found.other.p, found.difference.value) == (0.5, 0.75, 0.25)
    assert (found.variance, found.apart) == (3 / 4 - 1 / 16, 0.25 + 0.1875)
