"""Text for people at a terminal: tables that fit its width."""

from __future__ import annotations

import math
import os
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from negsim.analysis.headline import terms_words, waits_words

if TYPE_CHECKING:
    from negsim.analysis.setting import Setting
    from negsim.analysis.summary import Chance, IssueSummary, Summary

WIDTH, CHANCE, DATE = 80, 7, 14


@dataclass(frozen=True)
class Look:
    """How text is shown: how many columns there are, and whether bold and faint letters are wanted."""

    width: int = WIDTH
    styled: bool = False

    @classmethod
    def of_stdout(cls) -> Look:
        """What standard output can show; plain and 80 columns wide where nobody looks on."""
        if not sys.stdout.isatty():
            return cls()
        width = min(max(shutil.get_terminal_size((WIDTH, 24)).columns, 60), 120)
        return cls(width, not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb")

    def bold(self, text: str) -> str:
        """Text that stands out."""
        return f"\x1b[1m{text}\x1b[0m" if self.styled else text

    def faint(self, text: str) -> str:
        """Text that stands back."""
        return f"\x1b[2m{text}\x1b[0m" if self.styled else text


def cells(text: str) -> int:
    r"""How many columns a text takes: East Asian wide letters take two, combining marks none.

    >>> cells("talks"), cells("会談"), cells("e\u0301")
    (5, 4, 1)
    """
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def clean(text: str) -> str:
    r"""Text without what could steer a terminal; runs of white space become one space.

    >>> clean("a\x1b[31m\nb")
    'a?[31m b'
    """
    return " ".join("".join(c if c.isprintable() or c.isspace() else "?" for c in text).split())


def pad(text: str, width: int) -> str:
    """Text filled up with spaces to a number of columns."""
    return text + " " * max(width - cells(text), 0)


def wrap(text: str, width: int, later: str = "") -> list[str]:
    """Text in lines of at most ``width`` columns, the second and all further ones indented by ``later``.

    A number and its per cent sign stay together.

    >>> wrap("waits for a meeting 41 %", 22)
    ['waits for a meeting', '41 %']
    """
    held = clean(text).replace(" %", "\u00a0%")
    return [line.replace("\u00a0", " ") for line in textwrap.wrap(held, width, subsequent_indent=later)] or [""]


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


def month(day: date | None, setting: Setting) -> str:
    """A date to the month; one beyond the horizon reads ``after`` the last month that was looked at."""
    return f"after {setting.last_day:%Y-%m}" if day is None else f"{day:%Y-%m}"


def projection_table(summary: Summary, provenance: str, look: Look, notes: Sequence[str] = ()) -> str:
    """The headline of a projection, two lines an issue or a little more, with its origin and how to read it."""
    setting = summary.setting
    columns = [f"{n} mo." for n in setting.months()] + ["horizon"]
    left = look.width - CHANCE * len(columns) - 1 - 2 * DATE
    rule = look.faint("─" * look.width)
    lines = [look.bold(line) for line in wrap(setting.talks, look.width)] + wrap(setting.title, look.width)
    lines += wrap(f"From {setting.as_of} to the horizon {setting.horizon}; {provenance}.", look.width)
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
        lines += _row(issue.facts.title, numbers, issue.p50, issue.p80, _details(issue, setting), left, setting, look)
    lines.append(rule)
    numbers = [*summary.all_by.values(), summary.all_resolved]
    lines += _row(
        f"all {len(summary.issues)} issues", numbers, summary.all_p50, summary.all_p80, "", left, setting, look
    )
    lines.append("")
    for note in notes:
        lines += [look.faint(line) for line in wrap(note, look.width)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _details(issue: IssueSummary, setting: Setting) -> str:
    parts = [issue.facts.status]
    if words := terms_words(issue, setting):
        parts.append(f"terms {words}")
    if words := waits_words(issue, setting):
        parts.append(f"waits for {words}")
    return " · ".join(parts)


def _row(
    title: str,
    numbers: Sequence[Chance],
    p50: date | None,
    p80: date | None,
    details: str,
    left: int,
    setting: Setting,
    look: Look,
) -> list[str]:
    figures = _figures([percent(c) for c in numbers])
    figures += "".join(month(day, setting).rjust(DATE) for day in (p50, p80))
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
