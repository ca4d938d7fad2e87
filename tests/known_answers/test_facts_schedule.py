"""Stylised facts of the theory page on time scale and schedule (F29-F35) and on what is inferred (F47-F52)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from tests.kit import chance, near, steady, talks

RUNS = 3000
MONTH = 365.25 / 12


def test_F29_with_clocks_of_rounds_dates_scale_exactly_with_the_gaps(play):
    def days(factor: float) -> np.ndarray:
        gap = {"gamma": {"shape": 3, "scale": f"{4 * factor} days"}}
        both = {"clock": "rounds", "patience": "20 rounds"}
        return play(talks(both=both, channel={"gap": gap}), 50)("agreed")

    assert days(4) == pytest.approx(4 * days(1), rel=1e-12)


@pytest.mark.parametrize("gap", [1, 7, 30, 90, 200])
def test_F29_with_calendar_clocks_longer_gaps_only_round_up(play, gap):
    got = play(talks(channel={"gap": f"{gap} days"}))  # the crossing is on day 187.5
    assert got("agreed")[0] == gap * math.ceil(187.5 / gap)


@pytest.mark.parametrize("q", [0.2, 0.5])
def test_F30_cancellation_divides_the_mean_by_what_is_held(play, q):
    assert near(play(chance(0.3, climate=steady(only={"cancellation": q})), RUNS)("agreed"), 10 / 0.3 / (1 - q))


def test_F31_gap_variance_leaves_the_mean_and_adds_its_own_over_p(play):
    gap = {"gamma": {"shape": 4, "scale": "15 days"}}  # mean 60, sd 30
    days = play(chance(0.2, gap=gap), 5000)("agreed")
    assert near(days, 300)
    assert near((days - 300) ** 2, 276.6**2)


def test_F32_a_day_picked_at_random_inside_a_gap_waits_the_residual_mean(play):
    gap = {"gamma": {"shape": 4, "scale": "15 days"}}
    law = stats.gamma(4, scale=15)
    ages = np.arange(2.5, 250, 5)
    waits = [
        play(chance(1.0, gap=gap, channel={"since_last": f"{age} days"}), 60, first=60 * n)("agreed").mean()
        for n, age in enumerate(ages)
    ]
    weight = law.sf(ages)
    assert (weight * waits).sum() / weight.sum() == pytest.approx((60**2 + 30**2) / 120, rel=0.04)


def test_F33_a_sure_thing_settles_at_its_first_discussion_and_a_hopeless_one_never(play):
    got = play(talks({"sure": {"settle": {"chance": 1}}, "never": {"settle": {"chance": 0}}}), 5)
    assert (got("agreed", "sure") == 10).all()
    assert np.isnan(got("agreed", "never")).all()


def test_F34_exponential_gaps_give_an_exponential_time(play):
    days = play(chance(0.2, gap={"exponential": {"mean": "15 days"}}), RUNS)("agreed")
    assert stats.kstest(days, stats.expon(scale=75).cdf).pvalue > 1e-4
    assert near(days, 75)


def test_F34_fixed_gaps_give_a_geometric_one_on_the_grid(play):
    rounds = play(chance(0.2), RUNS)("agreed") / 10
    assert (rounds == np.round(rounds)).all()
    seen = np.bincount(rounds.astype(int), minlength=12)[1:11]
    expected = RUNS * stats.geom(0.2).pmf(np.arange(1, 11))
    rest = RUNS - seen.sum()
    assert stats.chisquare([*seen, rest], [*expected, RUNS - expected.sum()]).pvalue > 1e-4


@pytest.mark.parametrize("stages", [1, 2, 4, 6])
def test_F35_the_spread_falls_with_the_number_of_stages(play, stages):
    p = 0.2
    issues: dict = {}
    for n in range(stages):
        issues[f"s{n}"] = {"settle": {"chance": p}}
        if n:
            issues[f"s{n}"]["opens"] = {"when": {"issue": f"s{n - 1}", "reaches": "agreed"}}
    rounds = play(talks(issues, horizon="80 years"), RUNS)("agreed", f"s{stages - 1}") / 10
    assert near(rounds, stages / p)
    variance = stages * (1 - p) / p**2
    assert near((rounds - stages / p) ** 2, variance)
    assert rounds.std() / rounds.mean() == pytest.approx(math.sqrt((1 - p) / stages), rel=0.1)


# -- inference ---------------------------------------------------------------------------------------------------------
def test_F47_unlike_memoryless_issues_together_have_a_falling_hazard(play):
    rounds = play(chance({"beta": {"a": 2, "b": 6}}, horizon="400 years"), 5000)("agreed") / 10
    rounds = np.where(np.isnan(rounds), np.inf, rounds)
    for n, survival in ((1, 0.75), (2, 0.5833), (4, 0.3818), (8, 0.2)):
        assert near((rounds > n).astype(float), survival)
    hazards = [((rounds == n).sum() / (rounds >= n).sum()) for n in (1, 2, 3, 4, 5)]
    assert hazards == pytest.approx([0.25, 0.2222, 0.2, 0.1818, 0.1667], abs=0.03)
    assert hazards[0] > hazards[2] > hazards[4]


def remaining(play, lag: dict, months: float, runs: int = 1500) -> np.ndarray:
    """Months that an implementation under way for so long still takes."""
    start = {"status": "implementing", "terms": {"us": 0.5, "russia": 0.5}, "passed": f"{months * MONTH} days"}
    mapping = talks({"a": {"start": start, "implementation": {"lag": lag}}}, horizon="400 years")
    return play(mapping, runs)("resolved") / MONTH


@pytest.mark.parametrize(("shape", "sign"), [(2.276, -1), (1.0, 0), (0.92, 1)])
def test_F48_what_is_left_shrinks_stays_or_grows_with_the_shape(play, shape, sign):
    scale = 20.558
    law = stats.weibull_min(shape, scale=scale)
    lag = {"weibull": {"scale": f"{scale * MONTH} days", "shape": shape}}
    exact = [law.expect(lambda v: v, lb=age, conditional=True) - age for age in (0, 12, 24)]
    for age, mean in zip((0, 12, 24), exact, strict=True):
        assert near(remaining(play, lag, age), mean)
    assert np.sign(np.round(np.diff(exact), 6)).tolist() == [sign] * 2


def test_F48_treaties_unsigned_at_twenty_months_have_a_median_of_25_5(play):
    lag = {"weibull": {"scale": f"{20.557843 * MONTH} days", "shape": 2.276265}}
    assert near((remaining(play, lag, 20) + 20 <= 25.497).astype(float), 0.5)
    assert near((remaining(play, lag, 12) + 12 <= 24).astype(float), 0.67659)
    assert near((remaining(play, lag, 0) <= 24).astype(float), 0.75888)


def test_F49_means_of_what_has_resolved_are_biased_short(play):
    p, rounds = 0.1, 12
    days = play(chance(p, horizon=f"{10 * rounds + 1} days"), RUNS)("agreed")
    done = days[~np.isnan(days)] / 10
    k = np.arange(1, rounds + 1)
    law = stats.geom(p).pmf(k)
    exact = (k * law).sum() / law.sum()
    assert near(done, exact)
    assert done.mean() < 0.6 / p


def test_F51_what_never_resolves_is_a_share_of_runs_and_not_a_date(play):
    reservation = {"us": 0.4, "russia": {"uniform": {"low": 0.2, "high": 0.8}}}
    days = play(talks({"a": {"reservation": reservation}}, horizon="2 years"), 2000)("resolved")
    assert near(np.isnan(days).astype(float), 1 / 3)
    assert np.nanmax(days) <= 300


def test_F52_the_spread_of_assumptions_and_of_chance_are_told_apart_by_luck(play):
    mapping = chance({"beta": {"a": 4, "b": 12}}, horizon="800 years")
    one, two = (play(mapping, 8000, luck=luck)("agreed") / 10 for luck in (0, 1))
    assert near((one + two) / 2, 5)
    assert near((one - 5) * (two - 5), 10, errors=5)  # shared: the assumptions'
    assert near((one - two) ** 2 / 2, 30, errors=5)  # not shared: chance's


def test_F52_more_certain_experts_take_away_the_part_of_assumptions_alone(play):
    certain = chance(0.25, horizon="800 years")
    one, two = (play(certain, 3000, luck=luck)("agreed") / 10 for luck in (0, 1))
    assert near((one - 4) * (two - 4), 0)
    assert near((one - two) ** 2 / 2, 0.75 / 0.25**2)
