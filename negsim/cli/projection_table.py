"""The result of a projection as text and data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from negsim.analysis import all_of, date_text, terms_words, waits_words
from negsim.files import TextPage, TextStyle

if TYPE_CHECKING:
    from negsim.analysis import Chance, Context, IssueSummary, Summary
    from negsim.projection import Projection

CHANCE, DATE = 7, 14


def percent(chance: Chance) -> str:
    """A chance as a percentage and its standard error, rounded up; ``<1`` and ``>99`` near the ends.

    >>> from negsim.analysis.summary import chance
    >>> percent(chance(620, 1000)), percent(chance(50, 1000)), percent(chance(1, 1000)), percent(chance(0, 1000))
    ('62±2', '5±1', '<1', '0')
    """
    p, error = 100 * chance.p, 100 * chance.se
    if chance.se == 0:
        return f"{p:.0f}"
    if p < 1 or p > 99:
        return "<1" if p < 50 else ">99"
    return f"{p:.0f}±{math.ceil(error)}"


def shown(day: date | None, context: Context, unit: str) -> str:
    """A date in a unit. Beyond the horizon it is "after" the last one, or "later" if that is too wide."""
    if day is None:
        return "later" if unit == "day" else f"after {date_text(context.last_day, unit)}"
    return date_text(day, unit)


def projection_data(projection: Projection, reference: Projection | None = None) -> dict[str, Any]:
    """The result of a projection as plain data for JSON; with base rates, if given, under ``reference``."""
    from negsim.analysis import headline
    from negsim.scenario import as_data

    scenario = projection.scenario
    return {
        "title": scenario.title,
        "as_of": str(scenario.as_of),
        "horizon": str(scenario.horizon_date),
        "runs": projection.runs,
        "seed": projection.seed,
        "engine": projection.engine,
        "precision": projection.precision_data,
        "warnings": as_data(scenario.warnings),
        "hash": projection.hash,
        "versions": dict(projection.versions),
        **headline.data(projection.digest),
        **({"reference": headline.data(reference.digest)} if reference is not None else {}),
    }


OTHER_ROW = "  other negotiations"
OTHERS = (
    "other negotiations: base rates from records alone, for an issue about whose positions nothing is known "
    "(negsim calibrate). Negotiations on record end more often than others do. An issue that is dormant has none."
)


def projection_table(
    summary: Summary, provenance: str, look: TextStyle, notes: Sequence[str] = (), reference: Summary | None = None
) -> str:
    """The result of a projection as text: a table of the issues, then notes.

    With base rates (``reference``), each issue has a second row of them.
    """
    context = summary.context
    columns, unit = [*(milestone.short for milestone in context.milestones), "horizon"], summary.unit
    widths = [CHANCE] * (len(columns) - 1) + [CHANCE + 1, DATE, DATE]
    page = TextPage(look).title(context.talks)
    if context.title != context.talks:  # a scenario without a title has that of its agenda
        page.add(context.title)
    page.add(f"From {context.as_of} to the horizon {context.horizon}; {provenance}.").add()
    above = ("% of runs resolved within", "50 % resolved", "80 % resolved")
    page.row("", above, (sum(widths[:-2]) - 3, DATE + 3, DATE))
    rows = [
        _row(
            issue.facts.title,
            [*issue.by.values(), issue.resolved],
            issue.p50,
            issue.p80,
            context,
            unit,
            _details(issue, context),
        )
        for issue in summary.issues
    ]
    if reference is not None:
        of_others = {issue.facts.id: issue for issue in reference.issues}
        rows = [
            each
            for row, issue in zip(rows, summary.issues, strict=True)
            for each in (row, *_others(of_others.get(issue.facts.id), context, unit))
        ]
        notes = [OTHERS, *notes]
    every = [*summary.all_by.values(), summary.all_resolved]
    last = [_row(all_of(len(summary.issues)), every, summary.all_p50, summary.all_p80, context, unit)]
    if reference is not None and {issue.facts.id for issue in summary.issues} == set(of_others):
        chances = [*reference.all_by.values(), reference.all_resolved]
        last.append(_row(OTHER_ROW, chances, reference.all_p50, reference.all_p80, context, unit))
    page.table(("issue", *columns, "by", "by"), widths, [*rows, None, *last], beside=True)
    return page.add().items(notes, "", "dim").text


def _others(issue: IssueSummary | None, context: Context, unit: str) -> list[tuple[str, list[str], str]]:
    if issue is None:
        return []
    return [_row(OTHER_ROW, [*issue.by.values(), issue.resolved], issue.p50, issue.p80, context, unit)]


def _details(issue: IssueSummary, context: Context) -> str:
    parts = [issue.facts.id, issue.facts.status]
    if words := terms_words(issue, context):
        parts.append(f"terms {words}")
    if words := waits_words(issue, context):
        parts.append(f"waits for {words} of its time")
    return " · ".join(parts)


def _row(
    title: str,
    chances: Sequence[Chance],
    p50: date | None,
    p80: date | None,
    context: Context,
    unit: str,
    details: str = "",
) -> tuple[str, list[str], str]:
    return title, [*map(percent, chances), shown(p50, context, unit), shown(p80, context, unit)], details
