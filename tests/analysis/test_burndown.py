"""The burndown's numbers, as recorded and as projected."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from negsim.analysis import burndown_view as burndowns
from negsim.analysis.burndown_view import Change, projected, recorded
from negsim.analysis.context import Round
from negsim.analysis.tally import still_open, whole
from tests.conftest import context, counted, outcomes, recorded_as

NEVER = float("nan")
AS_OF = date(2025, 4, 10)


def burndown(facts, rows, changes, rounds, *more):
    facts = recorded_as(facts, changes, rounds)
    return burndowns.burndown(facts, counted(facts, rows), *more)


def counts(opened, resolved, horizon):
    return still_open(whole(opened, horizon), np.minimum(whole(resolved, horizon), horizon), horizon)


TIMES = st.lists(st.lists(st.one_of(st.just(NEVER), st.floats(0, 30)), min_size=3, max_size=3), min_size=1, max_size=8)


@given(TIMES, st.data())
def test_counts_are_those_of_counting_run_by_run(times, data):
    resolved = np.array(times)
    opened = np.where(np.isnan(resolved), 0.0, resolved * data.draw(st.sampled_from([0.0, 0.5, 1.0])))
    table = counts(opened, resolved, 25)
    for day in (0, 1, 7, 24):
        level = ((np.floor(opened) <= day) & ~(np.floor(resolved) <= day)).sum(axis=1)
        assert table[day].tolist() == np.bincount(level, minlength=4).tolist()


def test_an_issue_that_never_opens_is_never_counted():
    assert counts(np.array([[0.0, NEVER]]), np.array([[NEVER, NEVER]]), 2).tolist() == [[0, 1, 0]] * 2


def test_quantiles_are_the_smallest_number_that_enough_runs_do_not_exceed():
    resolved = np.array([[NEVER] * 3, [NEVER] * 3, [0.5, NEVER, NEVER], [0.5, 0.5, 0.5]])
    table = projected(counted(replace(context(3), horizon=date(2025, 4, 12)), outcomes(resolved, agreed=NEVER)), AS_OF)
    assert [table[name][0] for name in ("q10", "q25", "median", "q75", "q90")] == [0, 0, 2, 3, 3]
    assert table["mean"][0] == 2.0


def test_a_month_is_a_span_and_counts_when_it_is_over():
    february = Change(date(2025, 2, 1), date(2025, 2, 28), 1)
    table = recorded([february], AS_OF).frame().set_index("date")
    assert table.loc[date(2025, 2, 15)].tolist() == [0, 1]
    assert table.loc[date(2025, 2, 28)].tolist() == [1, 1]


def test_what_the_record_cannot_know_yet_does_not_count():
    april = Change(date(2025, 4, 1), date(2025, 4, 30), 1)
    assert recorded([april], AS_OF)["high"].tolist() == [0]


def test_a_resolution_of_which_the_month_is_known_lowers_the_least_first():
    opened, closed = Change(date(2025, 1, 1), date(2025, 1, 1), 1), Change(date(2025, 3, 1), date(2025, 3, 31), -1)
    table = recorded([opened, closed], AS_OF).frame().set_index("date")
    assert table.loc[date(2025, 3, 10)].tolist() == [0, 1]
    assert table.loc[AS_OF].tolist() == [0, 0]


def test_a_long_record_is_cut_and_says_where_it_begins():
    old = Change(date(2014, 3, 18), date(2014, 3, 18), 1)
    shown = burndown(context(1), outcomes([[NEVER]]), [old], [Round(AS_OF, AS_OF, "second")])
    assert shown.earlier == date(2014, 3, 18)
    assert shown.recorded["date"][0] > date(2023, 1, 1)
    assert shown.recorded["low"][0] == 1
    recent = Change(date(2025, 2, 1), date(2025, 2, 28), 1)
    assert burndown(context(1), outcomes([[NEVER]]), [recent], []).earlier is None


def test_rounds_that_are_not_certainly_over_are_not_shown():
    held = Round(date(2025, 2, 1), date(2025, 2, 28), "first")
    later = Round(date(2025, 4, 1), date(2025, 4, 30), "not yet")
    assert burndown(context(1), outcomes([[NEVER]]), [], [held, later]).rounds == (held,)


def test_the_verdict_counts_what_is_left_at_the_horizon():
    times = np.full((10, 3), NEVER)
    times[:8, 0] = 5.0
    shown = burndown(context(3), outcomes(times), [], [])
    assert shown.verdict == "2 of 3 issues are unresolved at the horizon (2 to 3 in 80 % of runs)"


def test_the_table_has_a_row_a_day_and_no_gap_between_record_and_projection():
    change = Change(AS_OF - timedelta(days=3), AS_OF - timedelta(days=3), 1)
    table = burndown(context(1), outcomes([[NEVER]]), [change], []).table()
    assert table["part"].value_counts().to_dict() == {"projected": 1096, "recorded": 4}
    assert table["date"].iloc[[0, 3, 4, -1]].tolist() == [AS_OF - timedelta(days=3), AS_OF, AS_OF, date(2028, 4, 9)]
