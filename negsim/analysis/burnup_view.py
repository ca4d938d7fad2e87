"""Burnup: the number of issues opened, resolved and reopened."""

from __future__ import annotations

from datetime import date

import numpy as np

from negsim.agenda import Status
from negsim.analysis.burndown_view import (
    QUANTILES,
    bands,
    beginning,
    changes,
    cut,
    held,
    recorded,
    share_of_runs,
)
from negsim.analysis.context import Context, count_of
from negsim.analysis.logs import Logs
from negsim.analysis.tally import Tally
from negsim.analysis.view import View, dates, days
from negsim.files import Columns


def burnup(context: Context, tally: Tally, logs: Logs, note: str = "", since: date | None = None) -> View:
    """Issues opened so far (``scope``) and resolved (``done``), recorded and projected.

    The scope grows when an issue opens. ``reopened`` is the mean number of reopenings up to the day, over the runs
    with logs.
    """
    at = days(context)
    parts = []
    for what, counts, counted in (("scope", tally.scope, _opened), ("done", tally.done, _resolved)):
        record = recorded(changes(context, counted), context.as_of)
        parts.append(record.assign(part="recorded", what=what))
        mean = {"mean": counts @ np.arange(counts.shape[1]) / tally.runs}
        table = {"date": dates(context, at), **bands(counts), **mean, "part": "projected", "what": what}
        parts.append(Columns(table))
    again = np.asarray(logs.reopened() / logs.runs)
    parts.append(Columns({"date": dates(context, at), "mean": again, "part": "projected", "what": "reopened"}))
    whole = ["low", "high", "q10", "q25", "median", "q75", "q90"]
    rows = Columns.joined(parts, ["what", "part", "date", *whole, "mean"], whole)
    first = beginning(context, since)
    note += cut(rows["date"].min(), first)
    rows = rows[rows["date"] >= first]
    ends = (part(rows, what, "projected").row(-1) for what in ("done", "scope"))
    done, scope = ({name: int(end[name]) for name in QUANTILES} for end in ends)
    verdict = f"{count_of(done['median'], len(context.issues))} resolved at the horizon {share_of_runs(done)}"
    if closed := len(context.issues) - scope["median"]:
        verdict += f"; {closed} not opened"
    if again[-1]:
        verdict += f"; {again[-1]:.1f} reopened in an average run"
    start = rows["date"].min()
    return View(context, rows, verdict, note, {"rounds": held(context, start), "first": start})


def _opened(status: Status) -> bool:
    return status is not Status.DORMANT


def _resolved(status: Status) -> bool:
    return status is Status.RESOLVED


def part(rows: Columns, what: str, which: str) -> Columns:
    """The rows of one line of the picture."""
    return rows.where(what=what, part=which)
