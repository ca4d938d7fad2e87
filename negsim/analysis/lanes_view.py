"""Lanes of one run: the statuses of each issue, the meetings, the shocks and the climate."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from negsim.agenda import Status
from negsim.analysis.climate_view import stretches
from negsim.analysis.context import Context
from negsim.analysis.logs import Array
from negsim.analysis.time_scale import date_in_words
from negsim.analysis.view import View
from negsim.files import Columns
from negsim.simulation import Kind

if TYPE_CHECKING:
    from datetime import date

OUTCOMES = ("held", "cancelled", "lost")


def lanes(context: Context, log: Array, statuses: tuple[Status, ...], regime: int, run: int, note: str = "") -> View:
    """The statuses of each issue in one run with first and last date, then meetings, shocks and climate."""
    end = float(log["t"][-1]) if len(log) else float(context.horizon_days)
    rows: list[dict[str, Any]] = []
    resolved: list[tuple[float, str]] = []
    for j, issue in enumerate(context.issues):
        moves = log[(log["kind"] == Kind.STATUS) & (log["who"] == j)]
        times = [0.0, *moves["t"].tolist(), end]
        passed = [statuses[j], *(Status(int(s)) for s in moves["now"])]
        for status, t, u in zip(passed, times[:-1], times[1:], strict=True):
            last = u == end and t == times[-2]
            if u > t or last:
                row = {"what": "status", "name": issue.id, "title": issue.title, "value": status.label}
                rows.append(row | {"from": _on(context, t), "to": _on(context, u), "day": t, "until": u})
        if passed[-1] is Status.RESOLVED:
            resolved.append((times[-2], issue.title))
    for event in log[log["kind"] == Kind.MEETING]:
        row = {"what": "meeting", "title": context.names.channels[event["who"]], "value": OUTCOMES[event["now"]]}
        rows.append(row | {"from": _on(context, event["t"]), "day": float(event["t"])})
    for event in log[log["kind"] == Kind.SHOCK]:
        row = {"what": "shock", "title": context.names.shocks[event["who"]]}
        rows.append(row | {"from": _on(context, event["t"]), "day": float(event["t"])})
    for stretch in stretches(context, log, regime).records():
        rows.append({"what": "climate", "value": stretch["regime"], "from": stretch["from"], "to": stretch["to"]})
    columns = ["what", "name", "title", "value", "from", "to", "day", "until"]
    table = Columns.of_records(rows, columns)
    verdict = f"run {run}: {len(resolved)} of {len(context.issues)} resolved"
    if resolved:
        t, title = max(resolved)
        unit = context.unit
        on = "on" if unit == "day" else "in"
        verdict += f", the last of them {title} {on} {date_in_words(_on(context, t), unit)}"
    return View(context, table, verdict, note, {"run": run, "end": _on(context, end)})


def _on(context: Context, t: float) -> date:
    return context.as_of + timedelta(days=int(t // 1))
