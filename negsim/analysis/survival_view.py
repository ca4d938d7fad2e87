"""The share of runs in which each issue is unresolved, with what became of the others."""

from __future__ import annotations

import numpy as np

from negsim.analysis.context import Context
from negsim.analysis.tally import Tally
from negsim.analysis.view import View, dates, percent, wilson


def survival(context: Context, tally: Tally, note: str = "") -> View:
    """For each issue and each day on which something changes: the shares resolved, lapsed, and still open.

    Runs end at the horizon alone, so the product-limit estimate (Kaplan and Meier 1958) of being unresolved is the
    plain share; lapsing competes with it and is kept apart. ``low`` and ``high`` are the 95 % score interval of the
    share that is not resolved; ``at_risk`` counts the runs in which it still can be: neither resolved nor lapsed.
    """
    import pandas as pd

    parts, ends = [], {}
    last = context.horizon_days - 1
    for j, issue in enumerate(context.issues):
        resolved = np.cumsum(tally.resolved[j, :-1])
        lapsed = np.cumsum(tally.lapsed[j, :-1])
        changed = (tally.resolved[j, :-1] > 0) | (tally.lapsed[j, :-1] > 0)
        changed[[0, last]] = True
        at = np.flatnonzero(changed)
        resolved, lapsed = resolved[at], lapsed[at]
        low, high = wilson(tally.runs - resolved, tally.runs)
        parts.append(
            pd.DataFrame(
                {
                    "issue": issue.id,
                    "title": issue.title,
                    "date": dates(context, at),
                    "at_risk": tally.runs - resolved - lapsed,
                    "resolved": resolved / tally.runs,
                    "lapsed": lapsed / tally.runs,
                    "open": 1 - (resolved + lapsed) / tally.runs,
                    "unresolved": 1 - resolved / tally.runs,
                    "low": low,
                    "high": high,
                }
            )
        )
        ends[issue.title] = 1 - resolved[-1] / tally.runs
    most, least = max(ends, key=lambda name: ends[name]), min(ends, key=lambda name: ends[name])
    verdict = f"unresolved at the horizon: {most} in {percent(ends[most])} of runs"
    if ends[least] < ends[most]:
        verdict += f", {least} in {percent(ends[least])}"
    elif len(ends) > 1:
        verdict = f"unresolved at the horizon: every issue in {percent(ends[most])} of runs"
    return View(context, pd.concat(parts, ignore_index=True), verdict, note, {"runs": tally.runs})
