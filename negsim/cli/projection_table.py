"""The table of a projection for people at a terminal, as wide as that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from negsim.analysis import terms_words, waits_words
from negsim.files import TextStyle, pad, wrap

if TYPE_CHECKING:
    from negsim.analysis import Chance, Context, IssueSummary, Summary

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


def month(day: date | None, context: Context) -> str:
    """A date to the month; one beyond the horizon reads ``after`` the last month that was looked at."""
    return f"after {context.last_day:%Y-%m}" if day is None else f"{day:%Y-%m}"


def projection_table(summary: Summary, provenance: str, look: TextStyle, notes: Sequence[str] = ()) -> str:
    """The headline of a projection, two lines an issue or a little more, with its origin and how to read it."""
    context = summary.context
    columns = [f"{n} mo." for n in context.months()] + ["horizon"]
    left = look.width - CHANCE * len(columns) - 1 - 2 * DATE
    rule = look.faint("─" * look.width)
    lines = [look.bold(line) for line in wrap(context.talks, look.width)] + wrap(context.title, look.width)
    lines += wrap(f"From {context.as_of} to the horizon {context.horizon}; {provenance}.", look.width)
    lines += [
        "",
        " " * left
        + pad("  % of runs resolved within", CHANCE * len(columns) + 1)
        + "50 % resolved".rjust(DATE)
        + "80 % resolved".rjust(DATE),
    ]
    lines += [pad("issue", left) + _figures(columns) + "by".rjust(DATE) * 2, rule]
    for issue in summary.issues:
        numbers = [*issue.by.values(), issue.resolved]
        lines += _row(issue.facts.title, numbers, issue.p50, issue.p80, _details(issue, context), left, context, look)
    lines.append(rule)
    numbers = [*summary.all_by.values(), summary.all_resolved]
    lines += _row(
        f"all {len(summary.issues)} issues", numbers, summary.all_p50, summary.all_p80, "", left, context, look
    )
    lines.append("")
    for note in notes:
        lines += [look.faint(line) for line in wrap(note, look.width)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _details(issue: IssueSummary, context: Context) -> str:
    parts = [issue.facts.status]
    if words := terms_words(issue, context):
        parts.append(f"terms {words}")
    if words := waits_words(issue, context):
        parts.append(f"waits for {words}")
    return " · ".join(parts)


def _row(
    title: str,
    numbers: Sequence[Chance],
    p50: date | None,
    p80: date | None,
    details: str,
    left: int,
    context: Context,
    look: TextStyle,
) -> list[str]:
    figures = _figures([percent(c) for c in numbers])
    figures += "".join(month(day, context).rjust(DATE) for day in (p50, p80))
    names = wrap(title, left - 1, "  ")
    beside = [figures, *wrap(details, look.width - left - 2)] if details else [figures]
    lines = []
    for n in range(max(len(names), len(beside))):
        name = pad(names[n] if n < len(names) else "", left)
        text = beside[n] if n < len(beside) else ""
        lines.append(look.bold(name) + (text if n == 0 else look.faint("  " + text)))
    return lines


def _figures(texts: Sequence[str]) -> str:
    # The last column, the horizon's, is one wider: so is its heading.
    return "".join(text.rjust(CHANCE) for text in texts[:-1]) + texts[-1].rjust(CHANCE + 1)
