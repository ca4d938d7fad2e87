"""Calendar: the recorded statuses of each issue, and its 10, 50 and 90 % dates."""

from __future__ import annotations

from datetime import date

from negsim.analysis.burndown_view import PAST, beginning, cut
from negsim.analysis.context import Context
from negsim.analysis.summary import quantile
from negsim.analysis.tally import Tally
from negsim.analysis.time_scale import date_in_words
from negsim.analysis.view import View, percent
from negsim.files import Columns

#: Quantiles of the date of resolution.
QUANTILES = {"p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9}


def calendar(context: Context, tally: Tally, note: str = "", since: date | None = None) -> View:
    """Dates by which shares of the runs resolve each issue, empty beyond the horizon, and the recorded statuses.

    A recorded status began between ``from`` and ``to``. They differ where the record gives only a month or a year.
    """
    parts, beyond = [], 0
    for j, issue in enumerate(context.issues):
        for entry in issue.history:
            row = {"part": "recorded", "status": entry.status.label, "from": entry.earliest, "to": entry.latest}
            parts.append({"issue": issue.id, "title": issue.title, **row})
        found = {name: context.date_of(quantile(tally.resolved[j], q)) for name, q in QUANTILES.items()}
        resolved = tally.resolved[j, :-1].sum() / tally.runs
        parts.append(
            {"issue": issue.id, "title": issue.title, "part": "projected", **found, "resolved": float(resolved)}
        )
        beyond += found["p50"] is None
    columns = ["issue", "title", "part", "status", "from", "to", *QUANTILES, "resolved"]
    rows = Columns.of_records(parts, columns)
    projected = rows.where(part="projected").records()
    dated = sorted((row for row in projected if row["p50"]), key=lambda row: (row["p50"], row["p75"] or date.max))
    unit = context.unit_of([row["p50"] or None for row in projected])
    if dated:
        soonest, latest = dated[0], dated[-1]
        verdict = f"half of the runs resolve {soonest['title']} by {date_in_words(soonest['p50'], unit)}"
        if beyond:
            have = "has" if beyond == 1 else "have"
            verdict += f"; {beyond} of {len(projected)} issues {have} no such date within the horizon"
        elif len(dated) > 1 and soonest["p50"] == latest["p50"]:
            verdict = f"half of the runs resolve each issue by {date_in_words(soonest['p50'], unit)}"
        elif len(dated) > 1:
            verdict += f", and the last, {latest['title']}, by {date_in_words(latest['p50'], unit)}"
    else:
        best = max(projected, key=lambda row: row["resolved"])
        verdict = f"no issue is resolved in half of the runs; {best['title']} in {percent(best['resolved'])}"
        if not best["resolved"]:
            verdict = "no run resolves an issue within the horizon"
    first = beginning(context, since, PAST / 2)
    start = min((entry.latest for issue in context.issues for entry in issue.history), default=context.as_of)
    if since is not None or start == context.as_of:  # before it the picture is empty
        first = max(first, start)
    if any(row["p90"] is None for row in projected):
        note += " ▸: it extends beyond the horizon."
    if start < context.as_of:
        note += " Left: the recorded statuses."
    return View(context, rows, verdict, note + cut(start, first), {"unit": unit, "first": first})
