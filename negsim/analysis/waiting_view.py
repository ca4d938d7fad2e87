"""Waiting: the mean time that each issue waits for each thing."""

from __future__ import annotations

from negsim.agenda import Spent
from negsim.analysis.context import Context
from negsim.analysis.headline import WAITS
from negsim.analysis.tally import Tally
from negsim.analysis.view import View
from negsim.files import Columns

#: Order of the parts of a bar.
WAITING_ORDER = (
    Spent.DORMANT, Spent.MEETING, Spent.ROOM, Spent.SUSPENDED, Spent.SIDE_A, Spent.SIDE_B, Spent.BOTH, Spent.STALLED,
    Spent.PACKAGE, Spent.OTHERS, Spent.BLOCKED, Spent.IMPLEMENTING,
)  # fmt: skip


def waiting_words(what: Spent, context: Context) -> str:
    """What an issue waits for, with the sides by name."""
    return {Spent.SIDE_A: context.sides[0], Spent.SIDE_B: context.sides[1]}.get(what) or WAITS[what]


def waiting(context: Context, tally: Tally, note: str = "") -> View:
    """Mean days that each issue waits for each thing, from ``as_of`` until it is settled or the run ends."""
    mean = tally.spent / tally.runs
    rows = Columns.of_records(
        [
            {
                "issue": issue.id,
                "title": issue.title,
                "what": what.name.lower(),
                "words": waiting_words(what, context),
                "days": float(mean[j, what]),
                "share": float(mean[j, what] / mean[j].sum()) if mean[j].sum() > 0 else 0.0,
            }
            for j, issue in enumerate(context.issues)
            for what in WAITING_ORDER
        ]
    )
    total = mean.sum(axis=0)
    if not total.sum() > 0:
        return View(context, rows, "no issue waits", note)
    most = sorted(WAITING_ORDER, key=lambda what: -total[what])[:2]
    parts = [
        f"{waiting_words(what, context)} ({100 * total[what] / total.sum():.0f} % of the time)"
        for what in most
        if total[what]
    ]
    who = "issues wait" if len(context.issues) > 1 else "the issue waits"
    return View(context, rows, f"{who} most for {' and '.join(parts)}", note)
