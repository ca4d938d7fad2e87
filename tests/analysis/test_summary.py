"""The headline figures, from outcomes whose answers are known by hand."""

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negsim.agenda.status import Reason, Spent
from negsim.analysis import summary as summaries
from negsim.analysis.headline import data, headline_frame, terms_words, waits_words
from negsim.analysis.summary import chance_by, quantile, quantile_range
from negsim.analysis.time_scale import add_months
from negsim.errors import NegsimError
from tests.conftest import by_day, context, counted, outcomes

NEVER = float("nan")


def summarise(facts, rows):
    return summaries.summarise(facts, counted(facts, rows))


def one(summary, issue=0):
    return summary.issues[issue]


def test_by_a_date_includes_that_day_to_its_last_moment():
    times = by_day([365.0, 365.999, 366.0, NEVER])
    assert chance_by(times, context().day_of(date(2026, 4, 10))).p == 0.5


def test_a_date_is_as_of_plus_whole_days():
    summary = summarise(context(1), outcomes([[30.99]] * 4))
    assert one(summary).p50 == date(2025, 5, 10)


def test_never_is_later_than_everything_and_no_missing_number():
    summary = summarise(context(1), outcomes([[100.0], [200.0], [300.0], [NEVER]]))
    assert (one(summary).p50, one(summary).p80) == (date(2025, 4, 10) + (date(2025, 10, 27) - date(2025, 4, 10)), None)
    assert one(summary).resolved.p == 0.75


@pytest.mark.parametrize(("resolved", "p50"), [(999, False), (1000, True), (1001, True)])
def test_there_is_a_median_date_as_soon_as_half_of_the_runs_resolve(resolved, p50):
    times = np.full((2000, 1), NEVER)
    times[:resolved] = 5.0
    assert (one(summarise(context(1), outcomes(times))).p50 is not None) == p50


@given(
    st.lists(st.one_of(st.just(math.inf), st.integers(0, 1095)), min_size=1, max_size=60),
    st.sampled_from([0.1, 0.5, 0.8]),
)
def test_a_quantile_is_the_first_value_that_enough_runs_do_not_exceed(times, q):
    found = quantile(by_day(times), q)
    done = sum(t <= found for t in times)
    before = sum(t < found for t in times)
    assert before < q * len(times) <= done + 1e-9
    low, high = quantile_range(by_day(times), q)
    assert low <= found <= high


def test_the_standard_error_is_that_of_a_share():
    summary = summarise(context(1), outcomes([[1.0]] * 36 + [[NEVER]] * 64))
    assert one(summary).resolved.se == pytest.approx(0.048)


def test_all_are_resolved_when_the_last_is():
    summary = summarise(context(2), outcomes([[10.0, 400.0], [10.0, NEVER]]))
    assert summary.all_resolved.p == 0.5
    assert summary.all_by == {date(2025, 10, 10): chance_by(by_day([400, NEVER]), 183), **{
        date(2026, 4, 10): chance_by(by_day([400, NEVER]), 365),
        date(2027, 4, 10): chance_by(by_day([400, NEVER]), 730),
    }}  # fmt: skip


def test_milestones_beyond_the_horizon_are_left_out():
    from dataclasses import replace

    short = replace(context(1), horizon=date(2026, 10, 10))
    assert list(summarise(short, outcomes([[1.0]])).issues[0].by) == [
        date(2025, 7, 10),
        date(2025, 10, 10),
        date(2026, 4, 10),
    ]


def test_months_end_with_the_month():
    assert [add_months(date(2024, 8, 31), n) for n in (6, 16)] == [date(2025, 2, 28), date(2025, 12, 31)]


def test_a_date_outside_the_runs_is_refused_with_their_span():
    with pytest.raises(NegsimError, match=r"2028-04-11: the runs cover 2025-04-10 to 2028-04-09"):
        context().day_of(date(2028, 4, 11))
    assert context().day_of(date(2028, 4, 10)) == 1096


def test_terms_are_the_mean_share_over_runs_that_have_any():
    rows = outcomes([[20.0], [20.0], [NEVER]], u_a=[[0.5], [0.7], [NEVER]])
    summary = summarise(context(1), rows)
    assert terms_words(one(summary), summary.context) == "North 60 %"


def test_terms_of_options_are_the_commonest_one():
    rows = outcomes([[20.0], [20.0], [30.0]], u_a=0.5, option=[[1], [1], [0]])
    summary = summarise(context(1, ("none", "a cap")), rows)
    assert terms_words(one(summary), summary.context) == "a cap (67 %)"


def test_what_settles_by_chance_has_no_terms():
    summary = summarise(context(1), outcomes([[20.0]]))
    assert terms_words(one(summary), summary.context) == ""
    assert data(summary)["issues"][0]["terms"] is None


def test_what_is_waited_for_is_the_largest_part_of_the_time():
    spent = np.zeros((2, 1, len(Spent)))
    spent[:, 0, Spent.SIDE_B], spent[:, 0, Spent.MEETING] = 30, 10
    summary = summarise(context(1), outcomes([[40.0], [40.0]], spent=spent))
    assert waits_words(one(summary), summary.context) == "South 75 %"
    assert data(summary)["issues"][0]["waits_for"]["side_b"] == 0.75


def test_no_time_is_no_wait():
    summary = summarise(context(1), outcomes([[0.0]]))
    assert waits_words(one(summary), summary.context) == ""


def test_the_ends_of_an_issue_add_up_to_one():
    summary = summarise(
        context(1), outcomes([[1.0], [NEVER], [NEVER]], reason=[[0], [Reason.NO_ZONE], [Reason.HORIZON]])
    )
    assert sum(one(summary).reasons.values()) == pytest.approx(1)
    assert set(data(summary)["issues"][0]["ends"]) == {"resolved", "no zone", "horizon"}


def test_the_table_says_after_where_a_date_is_not_reached():
    table = headline_frame(summarise(context(2), outcomes([[10.0, NEVER], [10.0, NEVER]])))
    assert table["p80"].tolist() == ["2025-04-20", "after 2028-04-09", "after 2028-04-09"]
    assert table.index.tolist() == ["i0", "i1", "all"]
