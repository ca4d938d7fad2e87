"""One run as swim lanes: how each issue stands from day to day, the meetings, the shocks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from negsim.agenda.status import Status
from negsim.analysis.climate import stretches
from negsim.analysis.context import Setting
from negsim.analysis.logs import Array
from negsim.analysis.view import View
from negsim.simulation.events import Kind

if TYPE_CHECKING:
    from datetime import date

OUTCOMES = ("held", "cancelled", "lost")


def lanes(setting: Setting, log: Array, statuses: tuple[Status, ...], regime: int, run: int, note: str = "") -> View:
    """The statuses of each issue in one run with their first and last date, then meetings, shocks and the climate."""
    import pandas as pd

    end = float(log["t"][-1]) if len(log) else float(setting.horizon_days)
    rows: list[dict[str, Any]] = []
    resolved: list[tuple[float, str]] = []
    for j, issue in enumerate(setting.issues):
        moves = log[(log["kind"] == Kind.STATUS) & (log["who"] == j)]
        times = [0.0, *moves["t"].tolist(), end]
        passed = [statuses[j], *(Status(int(s)) for s in moves["now"])]
        for status, t, u in zip(passed, times[:-1], times[1:], strict=True):
            last = u == end and t == times[-2]
            if u > t or last:
                row = {"what": "status", "name": issue.id, "title": issue.title, "value": status.label}
                rows.append(row | {"from": _on(setting, t), "to": _on(setting, u), "day": t, "until": u})
        if passed[-1] is Status.RESOLVED:
            resolved.append((times[-2], issue.title))
    for event in log[log["kind"] == Kind.MEETING]:
        row = {"what": "meeting", "title": setting.names.channels[event["who"]], "value": OUTCOMES[event["now"]]}
        rows.append(row | {"from": _on(setting, event["t"]), "day": float(event["t"])})
    for event in log[log["kind"] == Kind.SHOCK]:
        row = {"what": "shock", "title": setting.names.shocks[event["who"]]}
        rows.append(row | {"from": _on(setting, event["t"]), "day": float(event["t"])})
    for stretch in stretches(setting, log, regime).to_dict("records"):
        row = {"what": "climate", "value": stretch["regime"], "from": stretch["from"], "to": stretch["to"]}
        rows.append({str(key): value for key, value in row.items()})
    columns = ["what", "name", "title", "value", "from", "to", "day", "until"]
    table = pd.DataFrame(rows, columns=columns)
    verdict = f"run {run}: {len(resolved)} of {len(setting.issues)} resolved"
    if resolved:
        t, title = max(resolved)
        verdict += f", the last of them {title} in {_on(setting, t):%B %Y}"
    return View(setting, table, verdict, note, {"run": run, "end": _on(setting, end)})


def _on(setting: Setting, t: float) -> date:
    return setting.as_of + timedelta(days=int(t // 1))
