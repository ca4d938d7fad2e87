"""Sentences and data on delays and comparisons of runs made by hand, as checked by hand.

``python -m tests.analysis.test_known_sentences`` writes the texts in ``tests/analysis/known`` again; check the changes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from negsim.agenda.status import Reason, Spent, Status
from negsim.analysis import comparison_sentences as sentences
from negsim.analysis import delay_sentences
from negsim.analysis.comparison_view import comparison
from negsim.analysis.delay import Unresolved, gain, mood, why
from negsim.analysis.delay_sentences import gain_words
from negsim.analysis.estimates import ChanceDifference, Estimate
from negsim.analysis.paired import Paired, compare
from negsim.analysis.summary import chance
from negsim.analysis.tally import whole
from tests.analysis.made import KNOWN, facts, made_logs, made_outcomes, plain, table
from tests.conftest import context, outcomes

NEVER = float("nan")
START = date(2025, 4, 10)


def pair(before, after, years=3, **columns: Any) -> Paired:
    """Two sets of a hundred runs: for each issue, numbers of runs and their days."""
    made = []
    for times in (before, after):
        made.append(np.column_stack([np.repeat([day for _, day in t], [n for n, _ in t]) for t in times]))
    talks = replace(context(len(before)), horizon=date(2025 + years, 4, 10))
    return compare(talks, made[0], replace(talks, title=columns.pop("title", talks.title)), made[1], **columns)


def told(found: Paired) -> str:
    view = comparison(["A", "B"], [found], "N.")
    lines = [sentences.verdict(found), *sentences.issue_verdicts(found), sentences.saved_words(found)]
    return "\n".join([*lines, view.verdict, view.note, str(view.facts), table(view.table())])


def delays(j: int) -> str:
    rows = made_outcomes()
    rows["status"][:, 1:] = Status.RAISED
    rows["status"][3, 1] = Status.IMPLEMENTING
    found = why(facts(), rows, made_logs(), j, date(2025, 4, 14))
    lines = [delay_sentences.dates(found, facts()), delay_sentences.time(found, facts())]
    return "\n".join([*lines, *delay_sentences.unresolved(found, facts()), plain(found.data())])


def long_delay() -> str:
    """Forty runs of 3 years: 30 resolve the issue, 10 still discuss it, with few meetings and in the foul climate."""
    days = np.where(np.arange(40) < 30, 100.0 + np.arange(40), NEVER)[:, None]
    rows = outcomes(days, discussions=np.where(np.arange(40) < 30, 5 + np.arange(40) % 7, np.arange(40) % 9)[:, None])
    rows["spent"][:, 0, Spent.MEETING], rows["spent"][:, 0, Spent.ROOM] = 96, 3
    rows["spent"][:, 0, Spent.SIDE_A] = 1
    rows["reason"][38, 0], rows["reason"][39, 0] = Reason.DEADLINE, Reason.BREAKDOWN
    talks = replace(context(1), names=facts().names)
    found = why(talks, rows, made_logs(), 0, date(2025, 8, 1))
    lines = [delay_sentences.dates(found, talks), delay_sentences.time(found, talks)]
    return "\n".join([*lines, *delay_sentences.unresolved(found, talks), plain(found.data())])


def gains() -> str:
    talks, days = context(2), np.arange(100.0)[:, None]
    lines = []
    for before, after in (
        (np.hstack([days + 100, days]), np.hstack([days + 90, days + 300])),
        (np.hstack([days, days]), np.hstack([days, days])),
        (np.hstack([days * 9, days]), np.hstack([days * 9 + (days > 97), days])),
        (np.hstack([days * 9, days * 4]), np.hstack([days * 9 - 4 * (days > 60), days * 4 - 99 * (days > 40)])),
        (np.hstack([days * 9 - 4 * (days > 60), days]), np.hstack([days * 9, days])),
    ):
        one, two = (whole(times, talks.horizon_days) for times in (before, after))
        found = gain(talks, one, two, 0, date(2025, 9, 1))
        lines += [gain_words(found, "then", 100), f"{found.shown} {found.rank}", plain(found.data())]
    return "\n".join(lines)


CASES: dict[str, Callable[[], str]] = {
    "compare": lambda: told(
        pair(
            [[(50, 100.0), (50, NEVER)], [(60, 300.0), (40, NEVER)], [(100, 9.0)], [(50, 200.0), (50, 800.0)]],
            [[(80, 90.0), (20, NEVER)], [(20, 350.0), (80, NEVER)], [(100, 9.5)], [(45, 200.0), (55, 900.0)]],
            title="Another",
            by=date(2026, 4, 10),
        )
    ),
    "compare_dates": lambda: told(
        pair(
            [[(100, 100.0)], [(50, 100.0), (50, 500.0)], [(100, 50.0)], [(51, 40.0), (49, NEVER)]],
            [[(100, 101.0)], [(50, 70.0), (50, 500.0)], [(95, 50.0), (5, 60.0)], [(49, 40.0), (51, NEVER)]],
        )
    ),
    "compare_equal": lambda: sentences.verdict(
        pair([[(100, 100.0)], [(100, NEVER)]], [[(100, 100.0)], [(100, NEVER)]])
    ),
    "compare_few": lambda: told(pair([[(100, 100.0)]], [[(96, 100.0), (4, 70.0)]])),
    "compare_long": lambda: told(
        pair([[(60, 900.0), (40, NEVER)]], [[(60, 4500.0), (40, NEVER)]], years=30, by=date(2035, 4, 10))
    ),
    "delay_border": lambda: delays(0),
    "delay_trade": lambda: delays(1),
    "delay_visas": lambda: delays(2),
    "delay_long": long_delay,
    "gain": gains,
}


@pytest.mark.parametrize("name", CASES)
def test_sentences_on_runs_made_by_hand(name):
    assert CASES[name]() == (KNOWN / f"{name}.txt").read_text(encoding="utf-8")


def test_days_by_climate():
    worst, shares = mood(made_logs())
    assert worst == 0  # 3 meetings in 24 fair days, 1 in 6 foul ones
    np.testing.assert_allclose(shares, [[0.5, 0.5], [1, 0], [0.9, 0.1]])
    early = made_logs().events.copy()
    early["t"][early["kind"] == 13] = [8.0, 5.0, 9.5]
    worst, shares = mood(replace(made_logs(), events=early))
    np.testing.assert_allclose(shares, [[3 / 8, 5 / 8], [1, 0], [9 / 9.5, 0.5 / 9.5]])
    assert mood(replace(made_logs(), events=early[early["kind"] == 13], run=np.arange(3)))[0] is None


def test_runs_that_do_not_resolve_an_issue():
    rows = outcomes([[NEVER]] * 8)
    rows["reason"][:, 0] = [1, 2, 3, 4, 5, 6, 6, 6]
    rows["status"][5:, 0] = [Status.SUSPENDED, Status.AGREED, Status.IMPLEMENTING]
    found = why(replace(context(1), names=facts().names), rows, made_logs(), 0, START).unresolved
    assert [found[what].value * 8 for what in Unresolved] == [1, 1, 1, 1, 1, 2, 1]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ((1461, 1400, 1461), "1461 days (95 %: 1400 to 1461)"),
        ((1461, 1400, 1462), "4.0 years (95 %: 3.8 to 4.0)"),
        ((15, 14, 20), "15 days (95 %: 14 to 20)"),
        ((-15, -19, -14), "15.0 days (95 %: 14.0 to 19.0)"),
        ((0.5, 0.25, 1.0), "0.5 days (95 %: 0.2 to 1.0)"),
        ((0.5, 0.25, 0.75), "12 hours (95 %: 6 to 18)"),
        ((1 / 24, 0.0, 2 / 24), "1 hour (95 %: 0 to 2)"),
        ((0, 0, 0), "0.0 days (95 %: 0.0 to 0.0)"),
    ],
)
def test_a_span_of_time(days, words):
    assert sentences.span(*days) == words


@pytest.mark.parametrize(
    ("value", "low", "high", "words"),
    [
        (0.012, 0.002, 0.022, "+1.2 (+0.2 to +2.2)"),
        (0.01, 0.005, 0.015, "+1.0 (+0.5 to +1.5)"),
        (0.2, 0.01, 0.39, "+20 (+1 to +39)"),
        (-0.2, -0.3, -0.1, "-20 (-30 to -10)"),
        (0.0, -0.004, 0.004, "0.0 (-0.4 to +0.4)"),
        (0.0, -0.0004, 0.0004, "0.00 (-0.04 to +0.04)"),
        (0.00002, -0.00001, 0.00005, "0.00 (0.00 to +0.01)"),
        (0.0, 0.0, 0.0, "0 (0 to 0)"),
        (0.03, -0.02, 0.08, "+3 (-2 to +8)"),
    ],
)
def test_points_with_signs(value, low, high, words):
    assert sentences.signed_points(Estimate(value, 0.01, low, high)) == words


def test_points_of_one_and_of_none():
    one = ChanceDifference(chance(2, 100), chance(3, 100), Estimate(0.01, 0.001, 0.008, 0.012), 0.1, 0.1)
    assert sentences.points(one) == "1.0 points more of the runs (95 %: 0.8 to 1.2), 3.0 % instead of 2.0 %"
    wide = replace(one, difference=Estimate(-0.01, 0.01, -0.05, -0.005))
    assert sentences.points(wide) == "1 point fewer of the runs (95 %: 0 to 5), 3 % instead of 2 %"
    assert sentences.percent_range(Estimate(0.5, 0.1, 0.4, 0.6)) == "50 (40 to 60)"


def test_time_words():
    longer = sentences.time_words(Estimate(2.0, math.nan, -math.inf, math.inf), 1000)
    assert longer == "mean time longer, 2 days, without an interval because fewer than 10 of 1,000 pairs differ"
    assert sentences.time_words(Estimate(30.0, 1.0, 28.0, 32.0), 10) == "mean time longer, 30 days (95 %: 28 to 32)"
    none = sentences.time_words(Estimate(0.0, math.nan, -math.inf, math.inf), 10)
    assert none == "mean time without a difference that 10 runs can show"


def test_days_of_a_date():
    days = sentences.span_of_dates
    assert days(1, 1, 3) == "1 day (95 %: 1 to 3)"
    assert days(-2, 1, 1461) == "2 days (95 %: 1 to 1461)"
    assert days(2000, 1000, 1462) == "5.5 years (95 %: 2.7 to 4.0)"


if __name__ == "__main__":
    KNOWN.mkdir(exist_ok=True)
    for name, made in CASES.items():
        (KNOWN / f"{name}.txt").write_text(made(), encoding="utf-8")
