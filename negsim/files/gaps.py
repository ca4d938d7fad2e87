"""Entries that a file may leave out: errors in strict reading, else one warning for the whole file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from negsim.errors import Complaint, Problem
from negsim.files.nodes import Node


@dataclass(frozen=True, slots=True)
class Gap:
    """An entry that is missing: the error in strict reading, the name that the warning counts, a line that fills it."""

    complaint: Complaint
    name: str
    paste: str


def gap_problems(node: Node, gaps: Sequence[Gap], what: str, strict: bool = False) -> list[Problem]:
    """The problems of gaps: in strict reading an error for each, else one warning with lines to paste.

    ``what`` names the file in the warning, such as "the agenda".

    >>> from negsim.files.nodes import Place
    >>> gaps = [Gap(Complaint('wages has no "title"', ("wages",)), "title", "title: Wages")] * 2
    >>> print(gap_problems(Node.of({"wages": {}}, Place("a.yaml", 1, 1)), gaps, "the agenda")[0].headline)
    a.yaml:1:1: warning: the agenda has no title (2 times), so defaults apply; allowed: in wages: "title: Wages"
    """
    if strict:
        return [node.at(gap.complaint.path, gap.complaint.on_key).problem(gap.complaint) for gap in gaps]
    if not gaps:
        return []
    counts = Counter(gap.name for gap in gaps)
    names = ", ".join(f"{name} ({n} times)" if n > 1 else name for name, n in counts.items())
    first = {gap.name: gap for gap in reversed(gaps)}
    lines: dict[str, list[str]] = {}
    for name in counts:
        where = ".".join(map(str, first[name].complaint.path)) or "the file"
        lines.setdefault(where, []).append(f'"{first[name].paste}"')
    allowed = "; ".join(f"in {where}: {', '.join(texts)}" for where, texts in lines.items())
    return [node.problem(f"{what} has no {names}, so defaults apply", allowed=allowed, warning=True)]
