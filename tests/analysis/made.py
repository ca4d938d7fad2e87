"""Runs made by hand over ten days: logs of three runs with a package and two regimes, and outcomes of five runs."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from negsim.agenda.status import Spent, Status
from negsim.analysis.context import Context, Entry, IssueFacts, Names, Round
from negsim.analysis.logs import Logs, joined
from negsim.simulation.events import EVENT, Kind
from tests.conftest import outcomes

DORMANT, RAISED, DISCUSSING, AGREED, BLOCKED, IMPLEMENTING, RESOLVED, LAPSED = (
    Status[name]
    for name in ("DORMANT", "RAISED", "DISCUSSING", "AGREED", "BLOCKED", "IMPLEMENTING", "RESOLVED", "LAPSED")
)

#: The texts of the known answers.
KNOWN = Path(__file__).parent / "known"


def table(rows: pd.DataFrame) -> str:
    """A table as text, to six digits."""
    rounded = rows.map(lambda value: float(f"{round(value, 9):.6g}") if isinstance(value, float) else value)
    return rounded.to_csv(index=rows.index.name is not None, float_format="%.6g")


def plain(data: Any) -> str:
    """Plain data as text, to nine digits."""
    rounded = json.loads(json.dumps(data, default=str), parse_float=lambda number: float(f"{float(number):.9g}"))
    return json.dumps(rounded, indent=1)


def event(kind, t, who=0, **columns):
    row = np.zeros(1, EVENT)
    row["kind"], row["t"], row["who"] = kind, t, who
    for name, value in columns.items():
        row[name] = value
    return row


def move(t, issue, was, now):
    return event(Kind.STATUS, t, issue, was=was, now=now)


def offer(t, bargain, side, x):
    return event(Kind.OFFER, t, bargain, other=side, x=x, y=1 - x)


#: It reaches an agreement on issue 0 at 5 and, after a collapse, at 7.5; the climate is foul from 2 to 7.
FIRST = np.concatenate(
    [
        event(Kind.MEETING, 0.5),
        offer(0.5, 0, 0, 0.9),
        offer(1.0, 0, 1, 0.3),
        move(1.0, 0, RAISED, DISCUSSING),
        event(Kind.CLIMATE, 2.0, 1, was=0),
        event(Kind.SHOCK, 2.5),
        event(Kind.MEETING, 3.25, now=1),
        offer(4.0, 0, 0, 0.6),
        event(Kind.DEAL, 5.0, x=0.5, y=0.4),
        move(5.0, 0, DISCUSSING, IMPLEMENTING),
        move(6.0, 0, IMPLEMENTING, RAISED),
        event(Kind.MEETING, 6.5, 1),
        event(Kind.CLIMATE, 7.0, 0, was=1),
        event(Kind.DEAL, 7.5, x=0.7, y=0.2),
        move(7.5, 0, RAISED, IMPLEMENTING),
        move(8.0, 0, IMPLEMENTING, RESOLVED),
        event(Kind.END, 10.0, now=1),
    ]
)
#: It negotiates on the package; issue 1 lapses, issue 2 opens.
SECOND = np.concatenate(
    [
        event(Kind.MEETING, 1.5),
        offer(1.5, 3, 0, 0.8),
        offer(1.5, 3, 1, 0.4),
        offer(2.0, 0, 0, 0.7),
        offer(2.0, 0, 1, 0.5),
        move(2.0, 2, DORMANT, RAISED),
        move(4.0, 1, RAISED, LAPSED),
        event(Kind.DEAL, 6.0, 3, x=np.nan, y=np.nan),
        event(Kind.END, 10.0, now=1),
    ]
)
#: It agrees on issue 0 by chance, which is blocked, and offers on a member of the package.
THIRD = np.concatenate(
    [
        offer(0.25, 1, 0, 1.0),
        event(Kind.MEETING, 0.75),
        move(1.0, 0, RAISED, AGREED),
        event(Kind.DEAL, 1.0, x=np.nan, y=np.nan),
        move(2.0, 0, AGREED, BLOCKED),
        event(Kind.CLIMATE, 9.0, 1, was=0),
        event(Kind.END, 10.0, now=1),
    ]
)
STATUSES = (RAISED, RAISED, DORMANT)


def facts():
    """Three issues with a record of the last days of March, one round in February."""
    began = (Entry(date(2025, 4, 1), date(2025, 4, 2), RAISED),)
    later = (
        Entry(date(2025, 4, 1), date(2025, 4, 1), DORMANT),
        Entry(date(2025, 4, 4), date(2025, 4, 8), RAISED),
    )
    return Context(
        "As it stands",
        date(2025, 4, 10),
        date(2025, 4, 20),
        ("North", "South"),
        (
            IssueFacts("x", "Border", "raised", history=began),
            IssueFacts("y", "Trade", "raised", ("none", "a cap", "all"), history=later),
            IssueFacts("z", "Visas", "dormant"),
        ),
        ("north", "south"),
        "Talks of North and South",
        (Round(date(2025, 4, 7), date(2025, 4, 7), "held"), Round(date(2025, 2, 1), date(2025, 2, 28), "old")),
        Names(("Both",), ("p",), ("Rounds", "Calls"), ("Storm",), ("fair", "foul")),
    )


def made_logs():
    """The three runs as logs; the frontier of every bargain is the line from (0, 1) to (1, 0)."""
    events, run = joined([FIRST, SECOND, THIRD])
    line = np.array([[0.0, 1.0, 1.0, 0.0]])
    floors = np.broadcast_to([0.1, 0.2], (3, 4, 2)) + np.arange(3)[:, None, None] / 10
    members = ((0,), (1,), (2,), (1, 2))
    before = (((0.95, 0.92), (0.2,)), ((), ()), ((), ()))
    return Logs(3, 10, events, run, STATUSES, 0, 2, members, floors, ((line,),) * 4, before)


def made_outcomes():
    """Outcomes of five runs over the same issues, with options, terms, lapses, collapses, waits and late openings."""
    never = np.nan
    rows = outcomes([[8.0, never, never], [3.5, 9.9, never], [3.5, 3.5, never], [never, 5.0, never], [1.0, 2.0, 3.0]])
    rows["agreed"] = [[7.5, 6, never], [2, 8, never], [2, 2, never], [1, 4, never], [1, 2, 2]]
    rows["u_a"] = [[0.7, 0.1, never], [0.5, 0.5, never], [never, 0.5, never], [0.9975, 0.5, never], [1.0, 0.3, 0.5]]
    rows["option"][:, 1] = [1, 1, 0, 2, 1]
    rows["opened"][:, 2] = [never, 2.5, never, 9, 1]
    rows["lapsed"][3, 0], rows["lapsed"][1, 2] = 6.5, 4.0
    rows["reason"][3, 0], rows["reason"][:, 2] = 1, [5, 2, 5, 6, 0]
    for issue, what, days in (
        (0, Spent.MEETING, [2, 1, 1, 3, 1]),
        (0, Spent.SIDE_B, [3, 1, 1, 2, 0]),
        (1, Spent.BLOCKED, [1, 1, 1, 1, 0]),
        (1, Spent.SIDE_A, [1, 1, 1, 1, 8]),
    ):
        rows["spent"][:, issue, what] = days
    rows["discussions"][:, 0], rows["reopened"][:, 0] = [5, 3, 2, 4, 1], [1, 0, 0, 1, 0]
    return rows
