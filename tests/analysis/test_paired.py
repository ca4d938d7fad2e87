"""Comparisons: paired figures recomputed in another way, intervals that hold the truth, edges of the horizon."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from negsim.analysis import comparison_sentences as verdicts
from negsim.analysis.context import Context, IssueFacts
from negsim.analysis.paired import compare, difference, median_difference, share
from negsim.errors import NegsimError
from tests import kit
from tests.conftest import context

NEVER = np.nan
START = date(2025, 4, 10)


def pair(before, after, **over):
    """Two sets of runs of the same talks, made by hand (runs by issues)."""
    talks = context(np.shape(before)[1])
    return compare(talks, np.array(before, float), talks, np.array(after, float), **over)


def some_days(runs=500, seed=3):
    """Correlated days with some that never come."""
    luck = np.random.default_rng(seed)
    days = luck.exponential(600, (runs, 3))
    later = days + luck.normal(60, 80, (runs, 3))
    return tuple(np.where((d >= 0) & (d < 1096), d, NEVER) for d in (days, later))


def test_figures_are_those_that_pandas_finds():
    before, after = some_days()
    found = pair(before, after)
    never = pd.DataFrame({"a": before[:, 1], "b": after[:, 1]}).fillna(np.inf)
    days = np.floor(never)
    for day, chance in found.issues[1].by.items():
        hits = (days <= (day - START).days).astype(float)
        d = hits["b"] - hits["a"]
        assert chance.difference.value == pytest.approx(d.mean())
        assert chance.difference.se == pytest.approx(d.std(ddof=0) / np.sqrt(len(d)))
        assert chance.saved == pytest.approx((hits["a"].var(ddof=0) + hits["b"].var(ddof=0)) / d.var(ddof=0))
        assert (chance.base.p, chance.other.p) == (hits["a"].mean(), hits["b"].mean())
    issue = found.issues[1]
    assert issue.earlier.value == (days["b"] < days["a"]).mean()
    assert issue.later.value == (days["b"] > days["a"]).mean()
    assert issue.neither == np.isinf(days).all(axis=1).mean()
    last = (
        np.floor(np.nan_to_num(before, nan=np.inf)).max(axis=1),
        np.floor(np.nan_to_num(after, nan=np.inf)).max(axis=1),
    )
    assert found.every.later.value == (last[1] > last[0]).mean()
    assert [str(day) for day in issue.by] == ["2025-10-10", "2026-04-10", "2027-04-10", "2028-04-09"]


def test_earlier_same_and_later_are_all_there_is():
    for issue in pair(*some_days()).issues:
        assert issue.earlier.value + issue.same.value + issue.later.value == pytest.approx(1)
        assert all(0 < each.value < 1 for each in (issue.earlier, issue.same, issue.later))


def test_the_difference_of_the_mean_interval_is_the_normal_one_when_many_pairs_differ():
    luck = np.random.default_rng(1)
    a, b = luck.random(100_000) < 0.4, luck.random(100_000) < 0.5
    found = difference(a, b).difference
    for end, sign in ((found.low, -1), (found.high, 1)):
        assert end == pytest.approx(found.value + sign * 1.959964 * found.se, abs=1e-5)
    assert found.shown


def test_a_few_pairs_that_differ_do_not_yet_show_a_difference():
    a, none = np.zeros(1000, bool), np.zeros(1000, bool)
    assert not difference(a, none).difference.shown
    for few, shown in ((3, False), (8, True)):
        b = none.copy()
        b[:few] = True
        assert difference(a, b).difference.shown is shown


def test_shares_have_the_interval_of_wilson():
    for runs in (1, 2, 9, 50, 2000, 10**6):
        for hits in sorted({0, 1, runs // 50, runs // 3, runs // 2, runs - 1, runs}):
            found = share(hits, runs)
            known = stats.binomtest(hits, runs).proportion_ci(method="wilson")
            assert (found.low, found.high) == pytest.approx((known.low, known.high), rel=1e-9, abs=1e-15)
    assert (share(0, 9).low, share(9, 9).high) == (0, 1)
    assert share(0, 9).high > 0.2


@pytest.mark.parametrize("kind", ["chance", "days"])
def test_intervals_hold_the_true_difference_as_often_as_they_say(kind):
    """Pairs of correlated lognormal days, medians 300 and 390: of 400 intervals 95 % hold it, give or take 4 errors."""
    luck = np.random.default_rng(11)
    held = 0
    true = 90 if kind == "days" else _below(300, 390) - _below(300, 300)
    for _ in range(400):
        common, own = luck.normal(size=500), luck.normal(size=500)
        a = np.floor(300 * np.exp(0.5 * common))
        b = np.floor(390 * np.exp(0.5 * (0.8 * common + 0.6 * own)))
        if kind == "days":
            found = median_difference(a.astype(int), b.astype(int), 100_000, START)
            held += found.low - 0.5 <= true <= found.high + 0.5  # days are cut to whole ones
        else:
            interval = difference(a < 300, b < 300).difference
            held += interval.low <= true <= interval.high
    assert abs(held / 400 - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 400)


def _below(day, median):
    from scipy.stats import norm

    return norm.cdf(np.log(day / median) / 0.5)


def test_the_interval_of_the_date_is_that_of_a_paired_bootstrap():
    before, after = (np.nan_to_num(days[:, 0], nan=9999).astype(int) for days in some_days(800))
    found = median_difference(before, after, 9999, START)
    luck = np.random.default_rng(5)
    moved = []
    for _ in range(2000):
        drawn = luck.integers(0, 800, 800)
        moved.append(np.sort(after[drawn])[399] - np.sort(before[drawn])[399])
    low, high = np.quantile(moved, [0.025, 0.975])
    assert found.low == pytest.approx(low, abs=0.25 * (high - low))
    assert found.high == pytest.approx(high, abs=0.25 * (high - low))
    assert found.low < found.days < found.high


def test_what_is_paired_has_a_narrower_interval_than_what_is_not():
    before, after = some_days()
    together, apart = pair(before, after), pair(before, np.roll(after, 1, axis=0))
    for one, two in zip(together.issues, apart.issues, strict=True):
        assert one.by[together.on].difference.value == two.by[together.on].difference.value
        assert one.by[together.on].saved > 2
        assert two.by[together.on].saved == pytest.approx(1, abs=0.25)
        assert one.p50.high - one.p50.low < two.p50.high - two.p50.low


def test_a_date_that_is_not_reached_bounds_the_difference_on_one_side():
    early, late = [[100.0 + k] for k in range(99)], [[NEVER]] * 99
    slower, faster = pair(early, late).issues[0].p50, pair(late, early).issues[0].p50
    assert (str(slower.base), slower.other, slower.days, slower.high) == ("2025-09-06", None, None, np.inf)
    # 1,096 days are looked at; the median of A is day 149, give or take ten.
    assert 1096 - 149 - 12 < slower.low < 1096 - 149
    assert slower.shown
    assert (faster.base, faster.low, faster.high) == (None, -np.inf, -slower.low)
    words = verdicts.date_words(faster, pair(late, early))
    assert words.startswith("the 50 % date moves from after 2028-04 to 2025-09, at least 9")
    assert words.endswith("days earlier (95 %)")


def test_never_in_either_is_no_difference_and_is_said():
    found = pair([[NEVER, 5.0]] * 50, [[NEVER, 5.0]] * 50)
    issue = found.issues[0]
    assert (issue.same.value, issue.neither, issue.by[found.on].difference.value) == (1, 1, 0)
    assert (issue.p50.base, issue.p50.other, issue.p50.days, issue.p50.shown) == (None, None, None, False)
    assert "neither resolves it in half of the runs by 2028-04-09" in verdicts.date_words(issue.p50, found)
    assert "no difference that 50 runs can show" in verdicts.issue_verdict(issue, found)
    assert np.isnan(issue.by[found.on].saved)


def test_times_on_the_day_of_the_horizon_are_not_within_it():
    found = pair([[1095.9]], [[1096.0]])
    assert found.issues[0].later.value == 1
    assert str(found.issues[0].p50.base) == "2028-04-09"
    assert found.issues[0].p50.other is None


def other_context(as_of=START, horizon=date(2028, 4, 10), ids=("i0",)):
    return Context("Other", as_of, horizon, ("N", "S"), tuple(IssueFacts(name, name, "raised") for name in ids))


def test_other_dates_are_compared_by_the_calendar_on_those_that_both_cover():
    later = other_context(date(2025, 4, 20), date(2026, 4, 10))
    before = np.array([[30.0], [400.0], [5.0]])
    after = np.array([[20.0], [300.0], [NEVER]])
    found = compare(context(1), before, later, after)
    issue = found.issues[0]
    assert (str(found.start), str(found.last_day)) == ("2025-04-20", "2026-04-09")
    # 30 days after the 10th are 20 after the 20th; day 400 is beyond what B looks at; day 5 is before it begins.
    assert (issue.same.value, issue.earlier.value, issue.later.value) == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert [str(day) for day in issue.by] == ["2025-05-20", "2025-07-20", "2025-10-20", "2026-01-20", "2026-04-09"]
    assert [chance.base.p for chance in issue.by.values()] == pytest.approx([2 / 3] * 5)


def test_issues_are_matched_by_name_and_the_rest_listed():
    other = other_context(ids=("new", "i1", "i0"))
    before, after = np.array([[1.0, 2.0, 3.0]]), np.array([[9.0, 2.0, 4.0]])
    found = compare(context(3), before, other, after)
    assert [issue.facts.id for issue in found.issues] == ["i0", "i1"]
    assert [issue.later.value for issue in found.issues] == [1, 0]
    assert ([f.id for f in found.only_base], [f.id for f in found.only_other]) == (["i2"], ["new"])
    # What is in one only has no say in when all are resolved.
    assert str(found.every.p50.other) == "2025-04-14"


@pytest.mark.parametrize(
    ("other", "by", "message"),
    [
        (other_context(ids=("x",)), None, "have no issue in common"),
        (other_context(date(2029, 1, 1), date(2030, 1, 1)), None, "there is no date to compare"),
        (other_context(), date(2030, 1, 1), "2030-01-01 is not among the dates"),
    ],
)
def test_what_cannot_be_compared_is_refused(other, by, message):
    with pytest.raises(NegsimError, match=message):
        compare(context(1), np.zeros((2, 1)), other, np.zeros((2, 1)), by)


def test_a_verdict_names_chances_and_dates():
    before = [[200.0]] * 40 + [[900.0]] * 60
    after = [[200.0]] * 10 + [[900.0]] * 35 + [[NEVER]] * 55
    found = pair(before, after, by=date(2026, 4, 10))
    assert verdicts.issue_verdict(found.issues[0], found) == (
        "Issue 0: resolved by 2026-04-10 in 30 points fewer of the runs (95 %: 22 to 40), 10 % instead of 40 %; "
        "the 50 % date moves from 2027-09 to after 2028-04, a change that 100 runs cannot show; mean time longer, "
        "318 days (95 %: 266 to 372)."
    )
    assert verdicts.verdict(found) == (
        'With the other "As it stands" instead of the first, by 2026-04-10, the only issue is '
        "resolved in fewer of the runs (30 points fewer of the runs (95 %: 22 to 40), 10 % instead of 40 %). The mean "
        "time to resolution, up to 2028-04-09, is longer (318 days (95 %: 266 to 372))."
    )


def test_the_true_difference_of_two_geometric_waits_is_in_the_interval():
    """A meeting every 10 days settles with 0.2 or 0.1, the first after 10: P(by day 60) is 1 - q^6."""
    plays = [kit.play(kit.chance(p), runs=2000, seed=4) for p in (0.2, 0.1)]
    before, after = (played("resolved")[:, None] for played in plays)
    facts = Context("T", START, date(2105, 4, 10), ("N", "S"), (IssueFacts("a", "A", "raised"),))
    found = compare(facts, before, facts, after, by=date(2025, 6, 9)).issues[0]
    interval = found.by[date(2025, 6, 9)].difference
    assert interval.low <= 0.8**6 - 0.9**6 <= interval.high
    assert interval.high < -0.2
    # Half are done by meeting 4 (1 - 0.8^4 = 0.59) and 7 (1 - 0.9^7 = 0.52).
    assert (found.p50.base, found.p50.other, found.p50.days) == (date(2025, 5, 20), date(2025, 6, 19), 30)
    assert found.p50.low <= 30 <= found.p50.high
    # One uniform a meeting decides for both: what settles with 0.1 settles with 0.2.
    assert found.earlier.value == 0
