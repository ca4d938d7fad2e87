"""Every view of the runs made by hand: its sentence, footnote and table, as checked by hand.

``python -m tests.analysis.test_known_views`` writes the texts in ``tests/analysis/known`` again; check the changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from negsim.analysis import burndown, burnup, climate, flow, gap, lanes, last, one_climate
from negsim.analysis.calendar_view import calendar
from negsim.analysis.context import Context, Entry, Names
from negsim.analysis.frontier_view import frontier, quality
from negsim.analysis.headline import chances_by, data, headline_frame, quantile_dates
from negsim.analysis.logs import joined
from negsim.analysis.quality import qualities, quality_frame, quality_words
from negsim.analysis.scale import Scale
from negsim.analysis.summary import summarise
from negsim.analysis.survival_view import survival
from negsim.analysis.terms_view import terms
from negsim.analysis.view import View
from negsim.analysis.waiting_view import waiting
from negsim.simulation.events import Kind
from tests.analysis.made import (
    AGREED,
    FIRST,
    KNOWN,
    RAISED,
    RESOLVED,
    STATUSES,
    event,
    facts,
    made_logs,
    made_outcomes,
    move,
    offer,
    plain,
    table,
)
from tests.conftest import context, counted, outcomes

NEVER = float("nan")
LINE = np.array([[0.0, 1.0, 1.0, 0.0]])


def text(view: View) -> str:
    shown = {name: value for name, value in view.facts.items() if name not in ("rounds", "severity")}
    rounds = [each.title for each in view.facts.get("rounds", ())]
    return f"{view.verdict}\n{view.note}\n{shown} {rounds}\n{table(view.table())}"


def tally():
    return counted(facts(), made_outcomes())


def closed() -> Context:
    """The same issues; the record has the first of them resolved two days before ``as_of``."""
    first, *rest = facts().issues
    history = (*first.history, Entry(date(2025, 4, 7), date(2025, 4, 8), RESOLVED))
    return replace(facts(), issues=(replace(first, history=history), *rest))


def no_record(issues=3) -> Context:
    return replace(context(issues), horizon=date(2025, 4, 20))


def few(*times, **columns):
    """Facts without a record, and the tally of these days of resolution (runs by issues)."""
    made = no_record(len(times[0]))
    return made, counted(made, outcomes(times, **columns))


def many_runs():
    """Forty runs: in one of them there are offers on issue 1, in all on issue 0; the gap of issue 0 is 0.25 or 0.5."""
    parts = []
    for run in range(40):
        own = [offer(1.0, 0, 0, 0.75), offer(1.5, 0, 1, 0.5 if run % 2 else 0.25)]
        own += [offer(2.0, 1, 0, 0.9), offer(2.0, 1, 1, 0.2)] if run == 7 else []
        parts.append(np.concatenate([*own, event(Kind.END, 10.0, now=1)]))
    events, run = joined(parts)
    logs = replace(made_logs(), runs=40, events=events, run=run, before=(((), ()),) * 3)
    return replace(logs, floors=np.full((40, 4, 2), 0.2))


def wide_gaps():
    """Runs whose first offers are 100 points apart on issue 0, and 95 on the package."""
    offers = [offer(1.0, 0, 0, 1.0), offer(1.0, 0, 1, 0.0), offer(2.0, 3, 0, 0.98), offer(2.0, 3, 1, 0.03)]
    events, run = joined([np.concatenate([*offers, event(Kind.END, 10.0, now=1)])] * 3)
    return replace(made_logs(), events=events, run=run)


def no_events():
    events, run = joined([event(Kind.END, 10.0, now=1)] * 3)
    return replace(made_logs(), events=events, run=run)


def burndown_text(found) -> str:
    parts = (found.verdict, found.note, found.opened, found.total, found.at_horizon, found.earlier, found.runs)
    return "\n".join(map(str, (*parts, found.span, [each.title for each in found.rounds], table(found.table()))))


def headlines(*options: int) -> str:
    made, rows = facts(), made_outcomes()
    rows["option"][:, 1] = options
    scaled = replace(made, issues=(replace(made.issues[0], scale=Scale("million", 31.0, 52.0)), *made.issues[1:]))
    counts = counted(made, rows)
    found = summarise(scaled, counts)
    by = chances_by(made, counts.resolved, counts.all_resolved, date(2025, 4, 13))
    parts = [headline_frame(found), quantile_dates(made, counts, 0.5).to_frame(), by]
    return "\n".join([plain(data(found)), found.unit, *map(table, parts)])


def three_deals():
    """Deals on issue 0: on the frontier, inside it, and at a reservation value without a zone."""
    runs = [event(Kind.DEAL, 1.0, x=a, y=b) for a, b in ((0.5, 0.5), (0.4, 0.3), (0.61, 0.39))]
    events, run = joined(runs)
    floors = np.zeros((3, 4, 2))
    floors[:, 0] = [[0.2, 0.2], [0.25, 0.1], [0.6, 0.6]]
    return replace(made_logs(), events=events, run=run, floors=floors)


def options_logs():
    """Deals on issue 1, which has three options; the frontier is three points."""
    points = np.array([[0.1, 0.9, 0.1, 0.9], [0.5, 0.6, 0.5, 0.6], [0.9, 0.15, 0.9, 0.15]])
    runs = [event(Kind.DEAL, 1.0, 1, x=a, y=b) for a, b in ((0.5, 0.6), (0.5, 0.6), (0.9, 0.15))]
    events, run = joined(runs)
    return replace(made_logs(), events=events, run=run, frontiers=((LINE,), (points,), (LINE,), (LINE,)))


def qualities_text(logs, bargains) -> str:
    found = qualities(facts(), logs, bargains)
    words = [line for each in found for line in quality_words(each, ("North", "South"))]
    return "\n".join([*words, table(quality_frame(found)), plain(found[0].data())])


def lone(**over) -> Context:
    return replace(facts(), names=Names(channels=("Rounds",), regimes=("fair",)), **over)


VIEWS: dict[str, Callable[[], str]] = {
    "burndown": lambda: burndown_text(burndown(facts(), tally(), "N.")),
    "burndown_plain": lambda: burndown_text(burndown(*few([1.0, NEVER]), "N.", date(2025, 4, 10))),
    "burndown_closed": lambda: burndown_text(burndown(closed(), tally(), "N.", date(2025, 4, 9))),
    "burnup_closed": lambda: text(burnup(closed(), tally(), made_logs(), "N.", date(2025, 4, 4))),
    "burnup": lambda: text(burnup(facts(), tally(), made_logs(), "N.", date(2025, 4, 3))),
    "burnup_plain": lambda: text(burnup(*few([1.0, NEVER], opened=[[0.0, NEVER]]), no_events(), "N.")),
    "calendar": lambda: text(calendar(facts(), tally(), "N.")),
    "calendar_since": lambda: text(calendar(facts(), tally(), "N.", date(2025, 4, 4))),
    "calendar_plain": lambda: text(calendar(*few([1.0, 3.0], [1.0, 3.0]), "N.", date(2025, 4, 1))),
    "calendar_together": lambda: text(calendar(*few([1.0, 1.5], [1.0, 1.5]), "N.")),
    "calendar_one": lambda: text(calendar(*few([1.0], [2.0]), "N.")),
    "calendar_never": lambda: text(calendar(*few([NEVER, 1.0], [NEVER] * 2, [NEVER] * 2), "N.")),
    "climate": lambda: text(climate(facts(), made_logs(), "N.")),
    "climate_one": lambda: text(climate(lone(), replace(no_events(), regimes=1), "N.")),
    "climate_run": lambda: text(one_climate(facts(), FIRST, 0, 7, "N.")),
    "climate_no_log": lambda: text(one_climate(facts(), FIRST[:0], 1, 7, "N.")),
    "flow": lambda: text(flow(facts(), made_logs(), "N.")),
    "flow_since": lambda: text(flow(facts(), no_events(), "N.", date(2025, 4, 2))),
    "frontier": lambda: text(frontier(facts(), made_logs(), 0, "N.")),
    "frontier_deals": lambda: text(frontier(facts(), three_deals(), 0, "N.")),
    "frontier_options": lambda: text(frontier(facts(), options_logs(), 1, "N.")),
    "frontier_none": lambda: text(frontier(facts(), no_events(), 3, "N.")),
    "gap": lambda: text(gap(facts(), made_logs(), "N.")),
    "gap_many": lambda: text(gap(facts(), many_runs(), "N.", points=3)),
    "gap_wide": lambda: text(gap(facts(), wide_gaps(), "N.", points=2)),
    "gap_none": lambda: text(gap(facts(), no_events(), "N.")),
    "headline": lambda: headlines(1, 1, 0, 2, 1),
    "headline_first_option": lambda: headlines(0, 1, 0, 2, 0),
    "lanes": lambda: text(lanes(facts(), FIRST, STATUSES, 0, 7, "N.")),
    "lanes_at_the_end": lambda: text(
        lanes(facts(), np.concatenate([move(10.0, 0, RAISED, AGREED), event(Kind.END, 10.0)]), STATUSES, 1, 0)
    ),
    "lanes_at_one_moment": lambda: text(
        lanes(
            facts(),
            np.concatenate([move(5.0, 0, RAISED, AGREED), move(5.0, 0, AGREED, RESOLVED), FIRST[-1:]]),
            STATUSES,
            1,
            0,
        )
    ),
    "lanes_no_log": lambda: text(lanes(facts(), FIRST[:0], (RESOLVED, RAISED, RAISED), 0, 0)),
    "last": lambda: text(last(facts(), tally(), "N.")),
    "last_always": lambda: text(last(*few([1.0, 2.0], [1.0, 2.0]))),
    "last_half": lambda: text(last(*few([1.0, 2.0], [2.0, 2.0]))),
    "quality": lambda: qualities_text(three_deals(), [0, 1]),
    "quality_one_deal": lambda: qualities_text(made_logs(), [0]),
    "quality_options": lambda: qualities_text(options_logs(), [1]),
    "survival": lambda: text(survival(facts(), tally(), "N.")),
    "survival_equal": lambda: text(survival(*few([1.0, 2.0], [NEVER, NEVER]))),
    "survival_one": lambda: text(survival(*few([1.0], [NEVER]))),
    "terms": lambda: text(terms(facts(), tally(), "N.")),
    "terms_none": lambda: text(terms(*few([1.0], [2.0]))),
    "terms_one": lambda: text(terms(*few([1.0], [2.0], u_a=[[0.0], [1.0]]))),
    "waiting": lambda: text(waiting(facts(), tally(), "N.")),
    "waiting_none": lambda: text(waiting(*few([0.0], [0.0]))),
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_of_runs_made_by_hand(name):
    assert VIEWS[name]() == (KNOWN / f"{name}.txt").read_text(encoding="utf-8")


def test_quality_of_each_deal():
    found = quality(three_deals(), 0)
    assert found["most"].tolist() == [1, 1, 1]
    assert found["surplus_a"][:2] == pytest.approx([0.5, 0.15 / 0.35])
    assert found["to_frontier"] == pytest.approx([0, 0.3 / 2**0.5, 0])
    assert np.isnan(found["to_nash"]).tolist() == [False, False, True]
    assert np.isnan(found["surplus_a"]).tolist() == [False, False, True]


def test_logs_by_day():
    logs = made_logs()
    assert logs.by_regime()[:, 1].tolist() == [0, 0, 1, 1, 1, 1, 1, 0, 0, 1]
    assert logs.by_regime().sum(axis=1).tolist() == [3] * 10
    assert logs.reopened().tolist() == [0] * 6 + [1] * 4
    assert logs.meetings().tolist() == [2, 3, 3, 3, 3, 3, 4, 4, 4, 4]
    assert logs.bargains() == [0, 3]
    late = replace(logs, horizon=6)
    assert late.meetings().tolist() == [2, 3, 3, 3, 3, 3]
    assert late.reopened().tolist() == [0] * 6
    assert late.by_regime()[:, 0].tolist() == [3, 3, 2, 2, 2, 2]
    assert [deals.tolist() for deals in logs.deals(0)] == [[0], [0.7], [0.2]]
    assert late.by_status().sum(axis=2).tolist() == [[3] * 6] * 3


def test_offers_that_stand():
    a, b = made_logs().stands(0, np.arange(10))
    nan = NEVER
    np.testing.assert_array_equal(a[0], [0.9, 0.9, 0.9, 0.9, 0.6, nan, 0.6, nan, nan, nan])
    np.testing.assert_array_equal(b[0], [nan, 0.3, 0.3, 0.3, 0.3, nan, 0.3, nan, nan, nan])
    np.testing.assert_array_equal(a[1], [nan, nan, *[0.7] * 8])
    assert np.isnan(a[2]).all()
    package, _ = made_logs().stands(3, np.array([1, 3, 4]))
    np.testing.assert_array_equal(package[1], [0.8, 0.8, nan])


@pytest.mark.parametrize(("piece", "most"), [([0.0, 1.0, 0.6, 0.8], 1.4), ([0.2, 1.0, 1.0, 0.0], 1.2)])
def test_the_largest_joint_utility_is_at_either_end_of_a_piece(piece, most):
    found = quality(replace(made_logs(), frontiers=((np.array([piece]),),) * 4), 0)
    assert found["most"].tolist() == pytest.approx([most] * len(found["run"]))
    assert len(found["run"]) > 0


if __name__ == "__main__":
    KNOWN.mkdir(exist_ok=True)
    for name, made in VIEWS.items():
        (KNOWN / f"{name}.txt").write_text(made(), encoding="utf-8")
