"""How often each issue is the last one standing, and how often the first to be resolved."""

from __future__ import annotations

from negsim.analysis.context import Context
from negsim.analysis.summary import chance
from negsim.analysis.tally import Tally
from negsim.analysis.view import View, percent, wilson


def last(context: Context, tally: Tally, note: str = "") -> View:
    """Shares of runs in which an issue comes first, and in which it is the last one standing.

    With standard errors and 95 % score intervals.

    The last one standing is resolved after all others, or is the only one that is not. The row ``none`` has the
    runs in which no issue is resolved or several are first together, and those in which several stand last: at the
    same moment, as a package does, or at the horizon.
    """
    import pandas as pd

    names = {facts.id: facts.title for facts in context.issues} | {"none": "none, or several"}
    rows = []
    for j, (name, title) in enumerate(names.items()):
        first, end = chance(int(tally.first[j]), tally.runs), chance(int(tally.last[j]), tally.runs)
        rows.append({"issue": name, "title": title, "first": first.p, "first_se": first.se})
        rows[-1] |= {"last": end.p, "last_se": end.se}
    table = pd.DataFrame(rows)
    for what, counts in (("first", tally.first), ("last", tally.last)):
        table[f"{what}_low"], table[f"{what}_high"] = wilson(counts, tally.runs)
    most = table.iloc[:-1].sort_values("last", ascending=False, kind="stable").iloc[0]
    several = float(table["last"].iloc[-1])
    verdict = f"{most['title']} is the last one standing in {percent(most['last'])} of runs"
    if several:
        verdict += f"; in {percent(several)} several stand last together"
    return View(context, table, verdict, note)
