"""Cumulative flow: the number of issues with each status, as recorded and as the mean over runs."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from negsim.agenda import Status
from negsim.analysis.burndown_view import beginning, cut, held
from negsim.analysis.context import Context
from negsim.analysis.logs import Logs
from negsim.analysis.view import View, dates, days
from negsim.files import Columns

#: Order of the stacked areas, from resolved to dormant.
STATUS_ORDER = (
    Status.RESOLVED, Status.IMPLEMENTING, Status.BLOCKED, Status.AGREED, Status.CONVERGING, Status.DISCUSSING,
    Status.RAISED, Status.STALLED, Status.SUSPENDED, Status.LAPSED, Status.DORMANT,
)  # fmt: skip


def flow(context: Context, logs: Logs, note: str = "", since: date | None = None) -> View:
    """The mean number of issues in each status at the end of each day.

    A recorded month counts at its end. Before its first entry an issue counts as dormant.
    """
    counts = logs.by_status().sum(axis=0) / logs.runs
    start = min((issue.history[0].latest for issue in context.issues if issue.history), default=context.as_of)
    first = max(start, beginning(context, since))
    past = [first + timedelta(days=k) for k in range((context.as_of - first).days)]
    before = np.zeros((len(past), len(Status)))
    for issue in context.issues:
        status, entries = Status.DORMANT, list(issue.history)
        for k, day in enumerate(past):
            while entries and entries[0].latest <= day:
                status = entries.pop(0).status
            before[k, status] += 1
    parts = [
        Columns({"part": name, "date": when, "status": status.label, "issues": table[:, status]})
        for name, when, table in (("recorded", past, before), ("projected", dates(context, days(context)), counts))
        for status in STATUS_ORDER
    ]
    rows = Columns.joined(parts)
    end = counts[-1]
    under_way = end[Status.AGREED] + end[Status.BLOCKED] + end[Status.IMPLEMENTING]
    talking = end[[Status.RAISED, Status.DISCUSSING, Status.CONVERGING, Status.STALLED, Status.SUSPENDED]].sum()
    verdict = f"{end[Status.RESOLVED]:.1f} of {len(context.issues)} issues are resolved at the horizon on average"
    for number, words in (
        (under_way, "agreed but not carried out"),
        (talking, "still negotiated"),
        (end[Status.LAPSED], "lapsed"),
        (end[Status.DORMANT], "not opened"),
    ):
        verdict += f", {number:.1f} {words}" if number >= 0.05 else ""
    note += cut(start, first)
    return View(context, rows, verdict, note, {"first": first, "rounds": held(context, first)})
