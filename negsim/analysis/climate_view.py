"""Climate: the share of runs in each regime over time, or the regimes of one run."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from negsim.analysis.context import Context
from negsim.analysis.logs import Array, Logs
from negsim.analysis.view import View, dates, days, percent
from negsim.files import Columns
from negsim.simulation import Kind


def climate(context: Context, logs: Logs, note: str = "") -> View:
    """The share of runs in each regime at the end of each day."""
    share = logs.by_regime() / logs.runs
    when = dates(context, days(context))
    parts = [
        Columns({"regime": name, "date": when, "share": share[:, r]}) for r, name in enumerate(context.names.regimes)
    ]
    if len(context.names.regimes) == 1:
        verdict = f"the climate stays {context.names.regimes[0]} throughout"
    else:
        end = ", ".join(f"{name} in {percent(share[-1, r])}" for r, name in enumerate(context.names.regimes))
        verdict = f"at the horizon the climate is {end} of runs"
    return View(context, Columns.joined(parts), verdict, note)


def one_climate(context: Context, log: Array, regime: int, run: int, note: str = "") -> View:
    """The regimes of one run, each with its first and last date."""
    rows = stretches(context, log, regime)
    days_in = {name: float(own["days"].sum()) for name, own in rows.groups("regime")}
    every = sum(days_in[name] for name in sorted(days_in))
    said = ", ".join(f"{name} {percent(days_in[name] / every)}" for name in context.names.regimes if name in days_in)
    return View(context, rows, f"run {run}: {said} of the time", note, {"run": run})


def stretches(context: Context, log: Array, regime: int) -> Columns:
    """The regimes of one run in order: ``regime``, ``from``, ``to``, ``days``."""
    moves = log[log["kind"] == Kind.CLIMATE]
    end = float(log["t"][-1]) if len(log) else float(context.horizon_days)
    times = np.concatenate([[0.0], moves["t"], [end]])
    regimes = [regime, *moves["who"].tolist()]
    return Columns.of_records(
        [
            {
                "regime": context.names.regimes[r],
                "from": context.as_of + timedelta(days=float(t)),
                "to": context.as_of + timedelta(days=float(u)),
                "days": float(u - t),
            }
            for r, t, u in zip(regimes, times[:-1], times[1:], strict=True)
            if u > t
        ],
        ["regime", "from", "to", "days"],
    )
