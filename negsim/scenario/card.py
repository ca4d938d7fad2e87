"""A scenario as HTML, for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from negsim.files import table
from negsim.scenario.description import describe
from negsim.scenario.resolved import Resolved


def scenario_card(scenario: Resolved) -> str:
    """Title and description, then every assumption in words with its sources; those of single issues unfold."""
    parts = [f"<p><b>{escape(scenario.title)}</b>: {scenario.as_of} to {scenario.horizon}</p>"]
    parts += [f"<p>{escape(text)}</p>" for text in (scenario.question, scenario.description) if text]
    issues = [
        [escape(scenario.agenda.issues[name].short_title), escape(issue.start.status), escape(_settled(scenario, name))]
        for name, issue in scenario.issues.items()
    ]
    parts.append(table("Issues in play", ["issue", "now", "settled"], issues))
    sections = {section.title: section.statements for section in describe(scenario)}
    of_issues = sections.pop("Issues", ())
    rows = [
        [escape(title) if n == 0 else "", escape(one.words), _lines(one.sources)]
        for title, statements in sections.items()
        for n, one in enumerate(statements)
    ]
    parts.append(table("Assumptions", ["about", "assumption", "source"], rows))
    if of_issues:
        each = [[escape(one.words), _lines(one.sources)] for one in of_issues]
        unfolded = table("Assumptions about each issue", ["assumption", "source"], each)
        parts.append(f"<details><summary>Assumptions about each issue</summary>{unfolded}</details>")
    return "".join(parts)


def _settled(scenario: Resolved, name: str) -> str:
    for package in scenario.packages.values():
        if name in package.issues:
            return f"in the package {package.title}"
    return "alone" if scenario.issues[name].settle == "concession" else "by chance"


def _lines(lines: Sequence[str]) -> str:
    """The first line; the others unfold."""
    first, more = "".join(escape(line) for line in lines[:1]), "<br>".join(escape(line) for line in lines[1:])
    return f"{first}<details><summary>{len(lines) - 1} more</summary>{more}</details>" if more else first
