"""A projection and its pins in one table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from negsim.analysis import until

if TYPE_CHECKING:
    from negsim.projection import Projection


def side_by_side(projection: Projection, pins: Sequence[tuple[str, Projection]]) -> dict[str, Any]:
    """A row for each issue: the share of runs that resolve it by the horizon and its 50 % date, now and in each pin.

    >>> import negsim as ns
    >>> p = ns.run("baseline", runs=200)
    >>> side_by_side(p, [("Pin 1", p)])["rows"][0]
    ['Banking and financing of the missions', '68 %, 2026-07', '68 %, 2026-07']
    """
    every = [projection, *(pinned for _, pinned in pins)]
    known = [{issue.facts.id: issue for issue in each.digest.issues} for each in every]
    titles: dict[str, str] = {}
    for issues in known:
        titles = {name: issue.facts.title for name, issue in issues.items()} | titles

    def cell(number: int, name: str) -> str:
        issue, of = known[number].get(name), every[number]
        if issue is None:
            return "–"
        return f"{100 * issue.resolved.p:.0f} %, {until(issue.p50, of.context, of.digest.unit)}"

    return {
        "caption": "Resolved by the horizon, and the 50 % date",
        "heads": ["issue", "now", *(name for name, _ in pins)],
        "rows": [[title, *(cell(number, name) for number in range(len(every)))] for name, title in titles.items()],
    }
