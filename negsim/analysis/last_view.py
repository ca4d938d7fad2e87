"""Last: how often each issue is resolved first, and how often last."""

from __future__ import annotations

from typing import Any

from negsim.analysis.context import Context
from negsim.analysis.summary import chance
from negsim.analysis.tally import Tally
from negsim.analysis.view import View, percent, wilson
from negsim.files import Columns


def last(context: Context, tally: Tally, note: str = "") -> View:
    """Shares of runs in which an issue is resolved first or last, with standard errors and 95 % score intervals.

    The last issue is resolved after all others, or is the only unresolved one. The row ``none`` has the runs without
    a single first or last issue: none is resolved, several are resolved at the same moment (as in a package), or
    several are unresolved at the horizon.
    """
    names = {facts.id: facts.title for facts in context.issues} | {"none": "none, or several"}
    rows: list[dict[str, Any]] = []
    for j, (name, title) in enumerate(names.items()):
        first, end = chance(int(tally.first[j]), tally.runs), chance(int(tally.last[j]), tally.runs)
        rows.append({"issue": name, "title": title, "first": first.p, "first_se": first.se})
        rows[-1] |= {"last": end.p, "last_se": end.se}
    table = Columns.of_records(rows)
    for what, counts in (("first", tally.first), ("last", tally.last)):
        low, high = wilson(counts, tally.runs)
        table = table.assign(**{f"{what}_low": low, f"{what}_high": high})
    earliest = max(rows[:-1], key=lambda row: row["first"])
    most = max(rows[:-1], key=lambda row: row["last"])
    several = rows[-1]["last"]
    verdict = f"{most['title']} is last in {percent(most['last'])} of runs"
    if several >= 0.5:
        verdict = (
            f"in {percent(several)} of runs no single issue is last: several are unresolved at the horizon, or are "
            "resolved together"
        )
    elif several:
        verdict += f"; in {percent(several)} no single issue is last"
    if len(context.issues) == 1:
        verdict = "the only issue is both first and last"
    elif earliest["first"]:
        verdict += f"; {earliest['title']} is first in {percent(earliest['first'])}"
    return View(context, table, verdict, note)
