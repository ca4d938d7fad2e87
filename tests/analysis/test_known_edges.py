"""Known answers at the edges: ends of scales and horizons, few runs, ties, and tables in notebooks."""

from __future__ import annotations

import math
import re
from datetime import date

import numpy as np
import pytest

from negsim.analysis.context import all_of
from negsim.analysis.default_date import nearest_half
from negsim.analysis.estimates import Estimate, difference, mean, paired_interval, paired_mean, ratio, share, t95
from negsim.analysis.headline import issue_row
from negsim.analysis.logs import step
from negsim.analysis.paired import dates_in_common, median_difference
from negsim.analysis.planning import HowMany, check_probability, how_many, named, rank_interval, when
from negsim.analysis.quality import error
from negsim.analysis.scale import Scale
from negsim.analysis.summary import quantile_range
from negsim.analysis.tally import Tally, still_open, whole
from negsim.analysis.time_scale import add_months, date_in_words, date_text, milestone, milestones, unit_for
from negsim.analysis.view import days, percent, wilson
from negsim.errors import NegsimError
from tests.analysis.made import facts, made_outcomes
from tests.conftest import context, counted

NEVER = float("nan")
START = date(2025, 4, 10)


def same(a: Tally, b: Tally) -> bool:
    return all(np.allclose(a.arrays()[name], b.arrays()[name], rtol=1e-12, atol=0) for name in a.arrays())


def test_a_tally_of_parts_is_that_of_the_whole():
    rows = made_outcomes()
    both = counted(facts(), rows[:2], clipped=3) + counted(facts(), rows[2:], clipped=4)
    assert same(both, counted(facts(), rows, clipped=7))
    assert same(Tally.of_arrays(both.arrays()), both)
    assert (both.runs, both.clipped, type(Tally.of_arrays(both.arrays()).runs)) == (5, 7, int)


def test_days_of_the_horizon():
    assert whole(np.array([0.0, 9.99, 10.0, 11.0, NEVER]), 10).tolist() == [0, 9, 10, 10, 10]
    table = still_open(np.array([[0, 1], [3, 2]]), np.array([[2, 3], [3, 3]]), 3)
    assert table.tolist() == [[1, 1, 0], [1, 0, 1], [0, 2, 0]]
    assert days(facts()).tolist() == list(range(10))
    assert days(facts(), 4).tolist() == [0, 4, 8, 9]
    assert days(facts(), 3).tolist() == [0, 3, 6, 9]


def test_a_step_ends_with_its_run():
    run, t, x = np.array([0, 0, 2]), np.array([1.0, 1.0, 4.5]), np.array([5.0, 6.0, 7.0])
    found = step(run, t, x, 3, np.array([0, 1, 4]))
    np.testing.assert_array_equal(found, [[NEVER, 6, 6], [NEVER] * 3, [NEVER, NEVER, 7]])
    assert np.isnan(step(run[:0], t[:0], x[:0], 2, np.array([1, 2]))).tolist() == [[True, True]] * 2


def test_the_scale_of_side_b():
    scale = Scale("dollars", 39.0, 60.0)
    assert scale.utility(46.0, 1) == pytest.approx(1 / 3)
    assert (scale.utility(60.0, 1), scale.utility(39.0, 1), scale.utility(39.0, 0)) == (1, 0, 1)
    assert [Scale("", 0.0, b).digits for b in (1.0, 100.0, 101.0, 1e6)] == [2, 0, 0, 0]
    assert Scale("", 5.0, 2.0).digits == 2


def test_units_of_time():
    assert [unit_for(each) for each in (400, 401, 7320, 7321)] == ["day", "month", "month", "year"]
    assert [(m.words, m.short, m.code) for m in milestones(START, date(2025, 4, 14))] == [
        ("1 day", "1 d.", "1d"), ("2 days", "2 d.", "2d"), ("3 days", "3 d.", "3d"),
    ]  # fmt: skip
    assert [m.words for m in milestones(START, date(2025, 4, 12))] == ["1 day"]
    assert str(milestone(START, "3 weeks").date) == "2025-05-01"
    assert str(milestone(START, "2 years").date) == "2027-04-10"
    assert [date_text(START, unit) for unit in ("day", "week", "month", "year")] == [
        "2025-04-10", "2025-W15", "2025-04", "2025",
    ]  # fmt: skip
    assert date_in_words(START, "week") == "week 15 of 2025"
    moved = [add_months(date(2024, 12, 31), n) for n in (0, 1, 2, 11, 12, 14)]
    assert [str(day) for day in moved] == [
        "2024-12-31", "2025-01-31", "2025-02-28", "2025-11-30", "2025-12-31", "2026-02-28",
    ]  # fmt: skip
    with pytest.raises(NegsimError, match=r"1 month, 2 months do not"):
        milestones(START, date(2025, 5, 10), ["1 month", "2 months"])
    assert [m.words for m in milestones(START, date(2025, 5, 11), ["1 month", "1 day", "1 month"])] == [
        "1 day", "1 month",
    ]  # fmt: skip


def test_dates_of_a_context():
    talks = context(2)
    assert (talks.name, all_of(1), all_of(2)) == (
        "Talks of North and South: As it stands",
        "the only issue",
        "both issues",
    )
    assert (talks.date_of(1095.9), talks.date_of(1096)) == (date(2028, 4, 9), None)
    assert (talks.day_of(START), talks.day_of(talks.horizon)) == (0, 1096)
    with pytest.raises(NegsimError, match="nothing was computed for 2025-04-09"):
        talks.day_of(date(2025, 4, 9))
    assert [facts().bargain(k) for k in (0, 2, 3)] == ["Border", "Visas", "Both"]
    assert nearest_half({1: [0.4], 2: [0.6], 3: [0.9]}) == 2


def test_ranges_of_quantiles():
    """100 runs, one a day: the standard error of the median's rank is 5, that of the rank of 80 % is 4."""
    counts = np.append(np.ones(100, int), 0)
    assert quantile_range(counts, 0.5) == (44.0, 54.0)
    assert quantile_range(counts, 0.8) == (75.0, 83.0)
    assert quantile_range(counts, 0.5, 2.0) == (39.0, 59.0)
    assert quantile_range(np.array([1, 0, 1]), 0.5) == (0.0, math.inf)
    assert rank_interval(6, 0.5) == (1, 6)
    assert rank_interval(5, 0.5) == (0, 6)
    assert rank_interval(10, 1.0) == (10, 11)


def test_estimates():
    assert (ratio(2.0, 4.0), ratio(2.0, 0.0), math.isnan(ratio(0.0, 0.0))) == (0.5, math.inf, True)
    assert (round(t95(1), 3), t95(0)) == (12.706, math.inf)
    assert mean(np.array([1.0, 3.0])) == Estimate(2.0, 1.0, 2 - t95(1), 2 + t95(1))
    empty = mean(np.zeros(0))
    assert (math.isnan(empty.value), math.isnan(empty.se), empty.low, empty.high) == (True, True, -math.inf, math.inf)
    nine, ten = (paired_mean(np.array([1.0] * n + [0.0] * 90)) for n in (9, 10))
    assert math.isnan(nine.se)
    assert [round(value, 5) for value in vars(ten).values()] == [0.1, 0.03015, 0.04017, 0.17754]
    even = paired_mean(np.array([-1.0, 1.0] * 10))
    assert even == mean(np.array([-1.0, 1.0] * 10))
    assert [round(end, 6) for end in paired_interval(5, 3, 40)] == [-0.101208, 0.20446]
    assert [round(end, 6) for end in paired_interval(40, 0, 40)] == [0.824757, 1.0]
    assert not Estimate(1.0, 1.0, 0.0, 2.0).shown
    assert not Estimate(-1.0, 1.0, -2.0, 0.0).shown
    found = difference(np.array([True] * 3 + [False] * 7), np.array([True] * 5 + [False] * 5))
    assert found.difference.se == pytest.approx(math.sqrt((0.2 - 0.04) / 10))
    assert found.apart == pytest.approx(0.3 * 0.7 + 0.25)
    assert found.saved == pytest.approx(0.46 / 0.16)
    low, high = wilson(np.array([1]), 4)
    assert (round(float(low[0]), 5), round(float(high[0]), 5)) == (0.04559, 0.69936)
    assert share(1, 4).low == low[0]


def test_the_50_percent_date_of_few_runs():
    found = median_difference(np.array([1, 2, 3, 4]), np.array([3, 3, 9, 9]), 9, START)
    assert (str(found.base), str(found.other), found.days) == ("2025-04-12", "2025-04-13", 1)
    assert (found.low, found.high) == (0.0, math.inf)
    one = median_difference(np.array([4]), np.array([6]), 9, START)
    assert (one.days, one.low, one.high) == (2, 2.0, 2.0)
    mixed = median_difference(np.arange(40), (np.arange(40) * 7) % 41 + 5, 99, START)
    assert (mixed.days, mixed.low, mixed.high) == (5, -3.0, 13.0)


def test_dates_that_two_scenarios_share():
    start, end, dates = dates_in_common(START, date(2025, 4, 14), date(2025, 4, 12), date(2025, 4, 13))
    assert (str(start), str(end), [str(day) for day in dates]) == ("2025-04-12", "2025-04-13", ["2025-04-12"])
    with pytest.raises(NegsimError, match="there is no date to compare"):
        dates_in_common(START, date(2025, 4, 12), date(2025, 4, 12), date(2025, 4, 13))
    for by in (date(2025, 4, 9), date(2025, 4, 14)):
        with pytest.raises(NegsimError, match="is not among the dates that both cover, 2025-04-10 to 2025-04-13"):
            dates_in_common(START, date(2025, 4, 14), START, date(2025, 4, 20), by)
    for by in (START, date(2025, 4, 13)):
        assert by in dates_in_common(START, date(2025, 4, 14), START, date(2025, 4, 20), by)[2]


def cells(html: str) -> list[str]:
    return [text for text in re.sub(r"<style.*?</style>|<[^>]+>", "\n", html, flags=re.S).split("\n") if text.strip()]


def test_planning_tables_in_notebooks():
    resolved = made_outcomes()["resolved"]
    found = when(facts(), resolved, 0.6, ["x", "y"], 1)
    assert (str(found.day), str(found.low), found.high, found.by_horizon.value) == ("2025-04-13", "2025-04-11", None, 1)
    text = cells(found._repr_html_())
    assert text[0] == "Resolved with probability 0.6"
    assert [each for each in text if each in ("x, y", "100 %", "after 2025-04-19", "2025-04-13", "5 runs.")] == [
        "x, y", "2025-04-13", "after 2025-04-19", "100 %", "5 runs.",
    ]  # fmt: skip
    never = cells(when(facts(), resolved, 0.5, ["z"])._repr_html_())
    assert never.count("after 2025-04-19") == 2
    many = how_many(facts(), resolved, date(2025, 4, 13))
    assert (many.counts, many.mean, many.median, many.range) == ((2, 1, 1, 1), 1.2, 1, (0, 3))
    assert (many.surely(0.6), many.surely(0.61), many.at_least(1).value) == (1, 0, 0.6)
    text = cells(many._repr_html_())
    assert text[0] == "Resolved by 2025-04-13"
    assert many.data()["surely_80"] == 0
    assert many.data()["exactly"] == {"0": 0.4, "1": 0.2, "2": 0.2, "3": 0.2}
    assert [round(many.data()["at_least"][k]["value"], 9) for k in "123"] == [0.6, 0.4, 0.2]
    numbers = [float(each) for each in text if re.fullmatch(r"[\d.]+", each)]
    assert numbers[:4] == pytest.approx([1, 60, 100 * many.at_least(1).low, 100 * many.at_least(1).high], abs=0.51)
    assert how_many(facts(), resolved, date(2025, 4, 20)).counts == (0, 2, 2, 1)
    assert HowMany(START, ("x",), (1, 1)).median == 0


def test_refused_questions():
    for wrong in (0, 1.01, True, "half", 80):
        with pytest.raises(NegsimError, match="a probability is a number above 0 to 1"):
            check_probability(wrong)
    check_probability(1)
    assert named(facts(), ["y", "x", "y"]) == ("y", "x")
    for wrong in ("x", []):
        with pytest.raises(NegsimError, match="issues are a list of names such as"):
            named(facts(), wrong)
    for first in (0, 4, True):
        with pytest.raises(NegsimError, match="the first 1 to 3 can be asked for"):
            when(facts(), made_outcomes()["resolved"], 0.5, first=first)
    assert when(facts(), made_outcomes()["resolved"], 0.2).first == 3


def test_words_of_shares_and_errors():
    assert [percent(each) for each in (0.005, 0.0051, 0.0, 1.0)] == ["less than 1 %", "1 %", "0 %", "100 %"]
    assert [error(Estimate(0.5, se, 0, 1)) for se in (0.1, 0.101, 1e-12, 2e-12)] == ["0.10", "0.11", "0", "0.01"]
    assert error(Estimate(0.5, 0.034, 0, 1), 0) == "4"
    with pytest.raises(NegsimError, match="there is no issue"):
        issue_row(made_table(), "w")
    assert issue_row(made_table(), "all")["title"] == "all issues"


def made_table():
    from negsim.analysis.headline import headline_frame
    from negsim.analysis.summary import summarise

    return headline_frame(summarise(facts(), counted(facts(), made_outcomes())))
