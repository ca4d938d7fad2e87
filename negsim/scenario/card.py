"""A scenario as HTML, for notebooks."""

from __future__ import annotations

from negsim.files import render
from negsim.scenario.description import describe
from negsim.scenario.resolved import Resolved


def scenario_card(scenario: Resolved) -> str:
    """Title and description, then every assumption in words with its sources; those of single issues unfold."""
    sections = {section.title: section.statements for section in describe(scenario)}
    of_issues = sections.pop("Issues", ())
    return render(
        "scenario/card.html",
        scenario=scenario,
        issues=[
            [scenario.agenda.issues[name].short_title, issue.start.status, _settled(scenario, name)]
            for name, issue in scenario.issues.items()
        ],
        assumptions=[
            [title if n == 0 else "", one.words, one.sources]
            for title, statements in sections.items()
            for n, one in enumerate(statements)
        ],
        of_issues=[[one.words, one.sources] for one in of_issues],
    )


def _settled(scenario: Resolved, name: str) -> str:
    for package in scenario.packages.values():
        if name in package.issues:
            return f"in the package {package.title}"
    return "alone" if scenario.issues[name].settle == "concession" else "by chance"
