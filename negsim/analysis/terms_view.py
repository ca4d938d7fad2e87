"""Terms: the distribution of the terms of each issue over the runs in which it settles."""

from __future__ import annotations

import numpy as np

from negsim.analysis.context import Context
from negsim.analysis.tally import BINS, Tally
from negsim.analysis.view import View
from negsim.files import Columns

#: Bins of the picture, from the demand of side B to that of side A.
SHOWN = 40
QUANTILES = {"q10": 0.1, "median": 0.5, "q90": 0.9}


def terms(context: Context, tally: Tally, note: str = "") -> View:
    """The distribution of side A's share in the final agreement of each issue, or the share of each option.

    Shares are in bins of half a per cent, quantiles are the middles of bins. ``settled`` is the share of runs with
    terms.
    """
    parts, middles = [], {}
    for j, issue in enumerate(context.issues):
        total = int(tally.shares[j, 1])
        head = {"issue": issue.id, "title": issue.title, "settled": total / tally.runs}
        if not total:
            parts.append(Columns.of_records([head | {"what": "none"}]))
        elif issue.options:
            taken = tally.options[j, : len(issue.options)] / total
            parts.append(Columns(head | {"what": list(issue.options), "p": taken}))
        else:
            fine, count = tally.terms[j], np.cumsum(tally.terms[j])
            at = {name: (np.searchsorted(count, q * total - 1e-9) + 0.5) / BINS for name, q in QUANTILES.items()}
            middles[issue.title] = at["median"]
            edges = np.linspace(0, 1, SHOWN + 1)
            p = fine.reshape(SHOWN, -1).sum(axis=1) / total
            shares = {"what": "share", "from": edges[:-1], "to": edges[1:], "p": p}
            parts.append(Columns(head | shares | at))
    columns = ["issue", "title", "settled", "what", "from", "to", "p", *QUANTILES]
    rows = Columns.joined(parts, columns)
    if not middles:
        settled = rows["settled"].any()
        verdict = "issues are settled by picking an option" if settled else "no run settles an issue on terms"
    else:
        high, low = max(middles, key=lambda k: middles[k]), min(middles, key=lambda k: middles[k])
        units = {each.title: f"{each.scale.text(middles[each.title])}, " for each in context.issues
                 if each.scale is not None and each.title in middles}  # fmt: skip
        told = {title: f"{units.get(title, '')}{100 * middles[title]:.0f} %" for title in (high, low)}
        verdict = f"the median terms of {high} are {told[high]} of the way to the demand of {context.sides[0]}"
        if high != low:
            verdict += f", those of {low} {told[low]}"
    return View(context, rows, verdict, note)
