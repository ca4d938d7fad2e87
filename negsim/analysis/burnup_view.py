"""Burnup: the number of issues opened, resolved and reopened."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from negsim.agenda import Status
from negsim.analysis.burndown_view import bands, beginning, changes, count_of, cut, held, recorded, share_of_runs
from negsim.analysis.context import Context
from negsim.analysis.logs import Logs
from negsim.analysis.tally import Tally
from negsim.analysis.view import View, dates, days

if TYPE_CHECKING:
    import pandas as pd


def burnup(context: Context, tally: Tally, logs: Logs, note: str = "", since: date | None = None) -> View:
    """Issues opened so far (``scope``) and resolved (``done``), recorded and projected.

    The scope grows when an issue opens. ``reopened`` is the mean number of reopenings up to the day, over the runs
    with logs.
    """
    import pandas as pd

    at = days(context)
    parts = []
    for what, counts, counted in (("scope", tally.scope, _opened), ("done", tally.done, _resolved)):
        record = recorded(changes(context, counted), context.as_of)
        parts.append(record.assign(part="recorded", what=what))
        mean = {"mean": counts @ np.arange(counts.shape[1]) / tally.runs}
        table = {"date": dates(context, at), **bands(counts), **mean, "part": "projected", "what": what}
        parts.append(pd.DataFrame(table))
    again = np.asarray(logs.reopened() / logs.runs)
    parts.append(pd.DataFrame({"date": dates(context, at), "mean": again, "part": "projected", "what": "reopened"}))
    rows = pd.concat(parts, ignore_index=True)
    first = beginning(context, since)
    note += cut(rows["date"].min(), first)
    rows = rows[[day >= first for day in rows["date"]]].reset_index(drop=True)
    whole = ["low", "high", "q10", "q25", "median", "q75", "q90"]
    rows = rows.astype(dict.fromkeys(whole, "Int64"))[["what", "part", "date", *whole, "mean"]]
    done, scope = (part(rows, what, "projected").iloc[-1] for what in ("done", "scope"))
    verdict = f"{count_of(done['median'], len(context.issues))} resolved at the horizon {share_of_runs(done)}"
    if closed := len(context.issues) - int(scope["median"]):
        verdict += f"; {closed} not opened"
    if again[-1]:
        verdict += f"; {again[-1]:.1f} reopened in an average run"
    start = rows["date"].min()
    return View(context, rows, verdict, note, {"rounds": held(context, start), "first": start})


def _opened(status: Status) -> bool:
    return status is not Status.DORMANT


def _resolved(status: Status) -> bool:
    return status is Status.RESOLVED


def part(rows: pd.DataFrame, what: str, which: str) -> pd.DataFrame:
    """The rows of one line of the picture."""
    return rows[(rows["what"] == what) & (rows["part"] == which)]
