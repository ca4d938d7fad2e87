"""Survival: the shares of runs in which each issue is open, lapsed and resolved over time."""

from __future__ import annotations

import numpy as np

from negsim.analysis.context import Context
from negsim.analysis.tally import Tally
from negsim.analysis.view import View, dates, percent, wilson
from negsim.files import Columns


def survival(context: Context, tally: Tally, note: str = "") -> View:
    """The shares resolved, lapsed and open, for each issue and each day with a change.

    All runs are censored at the horizon, so the product-limit estimate (Kaplan and Meier 1958) of the share unresolved
    is the plain share. Lapsed issues have their own share. ``low`` and ``high`` are the 95 % score interval of the
    share unresolved. ``at_risk`` counts the runs in which the issue is neither resolved nor lapsed.
    """
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
            Columns(
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
    every = ends[least] == ends[most] and len(ends) > 1
    who = "every issue" if every else most
    verdict = f"{who} is unresolved at the horizon in {percent(ends[most])} of runs"
    if not ends[most]:
        verdict = f"every run resolves {who} within the horizon"
    elif ends[least] == 1:
        verdict = f"no run resolves {'an issue' if every else most} within the horizon"
    elif ends[least] < ends[most]:
        verdict += f", {least} in {percent(ends[least])}"
    return View(context, Columns.joined(parts), verdict, note, {"runs": tally.runs})
