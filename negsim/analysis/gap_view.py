"""Gap: the offers of each side and the gap between them over time.

Raiffa (1982, The Art and Science of Negotiation) calls this picture the negotiation dance.
"""

from __future__ import annotations

import numpy as np

from negsim.analysis.context import Context
from negsim.analysis.logs import Array, Logs
from negsim.analysis.view import View, dates, days
from negsim.files import Columns

#: Least share of runs that still negotiate for a band of offers.
LEAST = 0.05
QUANTILES = {"q10": 0.1, "q25": 0.25, "median": 0.5, "q75": 0.75, "q90": 0.9}


def gap(context: Context, logs: Logs, note: str = "", points: int = 110) -> View:
    """Quantiles of the offers as side A's utility, and of the gap, over the runs that still negotiate.

    A package replaces its issues. ``talking`` is the share of runs in which both sides have made offers and there is
    no deal. Offers before ``as_of`` come from the scenario, in their order (``order``) and without dates.
    """
    at = days(context, max(1, context.horizon_days // points))
    when = dates(context, at)
    n = len(context.issues)
    parts, first, verdicts, without = [], {}, {}, []
    for bargain in logs.bargains():
        a, b = logs.stands(bargain, at)
        both = ~np.isnan(a) & ~np.isnan(b)
        a, b = np.where(both, a, np.nan), np.where(both, b, np.nan)
        talking = both.mean(axis=0)
        name = context.issues[bargain].id if bargain < n else context.names.package_ids[bargain - n]
        first[bargain] = name
        shown = talking >= LEAST
        for side, offers in zip(context.side_ids, logs.before[bargain] if bargain < n else ((), ()), strict=True):
            earlier = {"bargain": name, "title": context.bargain(bargain), "what": f"{side} before"}
            parts.append(Columns.of_records([earlier | {"order": k + 1, "median": u} for k, u in enumerate(offers)]))
        for what, table in ((context.side_ids[0], a), (context.side_ids[1], b), ("gap", np.maximum(a - b, 0.0))):
            found = _quantiles(table)
            found[:, ~shown] = np.nan
            head = {"bargain": name, "title": context.bargain(bargain), "what": what, "date": when, "talking": talking}
            parts.append(Columns(head | dict(zip(QUANTILES, found, strict=True))))
            if what == "gap" and shown.any():
                verdicts[bargain] = (float(found[2][shown][0]), float(found[2][shown][-1]))
        if not shown.any():
            without.append(bargain)
    columns = ["bargain", "title", "what", "order", "date", "talking", *QUANTILES]
    rows = Columns.joined(parts, columns, whole=["order"])
    if not verdicts:
        return View(context, rows, "no offers are made: no issue is settled by concession", note)
    wide = max(verdicts, key=lambda k: verdicts[k][0])
    scale = context.issues[wide].scale if wide < n else None
    if scale is None:
        first_gap, last_gap = (f"{100 * each:.0f}" for each in verdicts[wide])
        first_gap += " points"
    else:
        first_gap, last_gap = map(scale.distance, verdicts[wide])
    verdict = (
        f"first offers are {first_gap} apart on {context.bargain(wide)} and the last {last_gap} "
        "(medians of runs that negotiate)"
    )
    if without:
        named = ", ".join(context.bargain(bargain) for bargain in without)
        note += f" No row: {named}; fewer than {100 * LEAST:.0f} % of the runs negotiate on it at any time."
    return View(context, rows, verdict, note, {"without": [first[each] for each in without]})


def _quantiles(table: Array) -> Array:
    """Quantiles of each column without its NaN (order statistics); NaN for an empty column."""
    rising = np.sort(np.ascontiguousarray(table.T), axis=1)  # NaN is last
    numbers = (~np.isnan(rising)).sum(axis=1)
    ranks = [np.maximum(np.ceil(q * numbers - 1e-9).astype(int) - 1, 0) for q in QUANTILES.values()]
    return np.stack([rising[np.arange(len(rising)), rank] for rank in ranks])
