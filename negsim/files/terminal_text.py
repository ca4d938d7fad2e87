"""Text for people: paragraphs, lists and tables that fit the width of a terminal. rich lays them out."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

#: Columns of piped output, and of a terminal that does not report its width.
WIDTH = 80
#: With less room than this, names that do not fit are printed above the figures of their table.
_NARROW = 16
#: Takes the place of a space at which no line may end; rich would break at a no-break space.
_GLUE = "\ue000"
#: Joins emoji to one.
_JOINER = "\u200d"


@dataclass(frozen=True)
class TextStyle:
    """The number of columns, and whether bold and faint letters are used."""

    width: int = WIDTH
    styled: bool = False

    @classmethod
    def of(cls, stream: TextIO) -> TextStyle:
        """The style of a stream; plain and 80 columns wide if it is not a terminal."""
        if not stream.isatty():
            return cls()
        width = min(max(shutil.get_terminal_size((WIDTH, 24)).columns, 60), 120)
        return cls(width, not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb")

    @classmethod
    def of_stdout(cls) -> TextStyle:
        """The style of standard output."""
        return cls.of(sys.stdout)

    def bold(self, text: str) -> str:
        """Text in bold letters."""
        return f"\x1b[1m{text}\x1b[0m" if self.styled and text else text


@dataclass(frozen=True)
class TextPage:
    r"""Paragraphs and tables for a terminal, added from top to bottom. They hold no control characters.

    >>> page = TextPage(TextStyle(30)).add("Two\x1b issues:")
    >>> page.table(("issue", "2027"), (8,), [("a bridge over the river", ("41",), "open"), None, ("all", ("3",), "")])
    >>> print(page.text.replace("─", "-"), end="")
    Two? issues:
    issue                     2027
    ------------------------------
    a bridge over the           41
      river
      open
    ------------------------------
    all                          3
    """

    look: TextStyle
    parts: list[RenderableType] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All lines, each with its line end."""
        console = _console(self.look)
        with console.capture() as shown:
            for part in self.parts:
                console.print(part, crop=False)
        return "".join(f"{line.rstrip()}\n" for line in shown.get().splitlines())

    def add(self, text: str = "", later: str = "", first: str = "", style: str = "") -> TextPage:
        """Add a paragraph; without a text, an empty line. ``style`` is one of rich."""
        self.parts.append(_folded(text, self.look.width, later, first, style))
        return self

    def title(self, text: str) -> TextPage:
        """Add a paragraph in bold letters."""
        return self.add(text, style="bold")

    def note(self, text: str) -> TextPage:
        """Add a paragraph in faint letters."""
        return self.add(text, style="dim")

    def items(self, texts: Iterable[str], bullet: str = "- ", style: str = "") -> TextPage:
        """Add a list; without a bullet, paragraphs."""
        for text in texts:
            self.add(text, " " * len(bullet), bullet, style)
        return self

    def labelled(self, label: str, text: str, room: int, style: str = "") -> TextPage:
        """Add a label in ``room`` columns, and a paragraph beside it."""
        grid = _grid((room, self.look.width - room))
        first = " " * (len(label) - len(label.lstrip()))
        grid.add_row(_folded(label, room - 1, first, first, style), _folded(text, self.look.width - room))
        self.parts.append(grid)
        return self

    def table(
        self,
        heads: Sequence[str],
        widths: Sequence[int],
        rows: Iterable[tuple[str, Sequence[str], str] | None],
        beside: bool = False,
        rule: bool = True,
        indent: str = "",
    ) -> None:
        """Add a table: a column of names that takes the remaining width, then figures of the given widths.

        Args:
            heads: of the names, then of the figures.
            widths: of the columns of figures.
            rows: name, figures and details of each row; None draws a line.
            beside: details are printed beside the further lines of the name, not below them.
            rule: whether a line follows the heads.
            indent: printed before every name.
        """
        from rich.rule import Rule

        rows, room = list(rows), self.look.width - sum(widths)
        above = room < _NARROW and any(len(row[0]) + len(indent) >= room for row in rows if row is not None)
        self.row(heads[0], heads[1:], widths, indent=indent, style="", above=above)
        for row in (None, *rows) if rule else rows:
            if row is None:
                self.parts.append(Rule(style="dim"))
                continue
            name, texts, details = row
            self.row(name, texts, widths, details if beside else "", indent, above=above)
            if details and not beside:
                self.add(details, "  ", "  ", "dim")

    def row(
        self,
        name: str,
        texts: Sequence[str],
        widths: Sequence[int],
        details: str = "",
        indent: str = "",
        style: str = "bold",
        left: bool = False,
        above: bool = False,
    ) -> None:
        """Add one row: a name, then figures with details below them.

        ``left``: figures start at the left; ``above``: they are below the name.
        """
        from rich.console import Group

        widths = list(widths)
        while sum(widths) > self.look.width:  # the widest column has most room to spare
            widths[widths.index(max(widths))] -= 1
        room = self.look.width - sum(widths)
        if above and name:
            self.add(name, f"{indent}  ", indent, style)
            name = ""
        figures = _grid(widths, left)
        figures.add_row(*map(clean, texts))
        right = Group(figures, *([_folded(details, sum(widths), "  ", "  ", "dim")] if details else ()))
        if room == 0:  # rich has no column without a width
            self.parts.append(right)
            return
        row = _grid((room, sum(widths)))
        row.add_row(_folded(name, max(room - 1, 1), f"{indent}  ", indent, style), right)
        self.parts.append(row)


def _console(look: TextStyle) -> Console:
    """A console of rich that heeds the style only, not the environment or the terminal."""
    from rich.console import Console

    return Console(
        width=look.width,
        height=25,
        force_terminal=look.styled,
        force_jupyter=False,
        color_system="standard" if look.styled else None,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        _environ={},
    )


def _grid(widths: Sequence[int], left: bool = True) -> Table:
    """A row of columns with fixed widths."""
    from rich.table import Table

    grid = Table.grid()
    for width in widths:
        grid.add_column(width=width, justify="left" if left else "right", overflow="fold")
    return grid


def _folded(text: str, width: int, later: str = "", first: str = "", style: str = "") -> Text:
    from rich.text import Text

    return Text("\n".join(wrap(text, width, later, first)), style, no_wrap=True, overflow="ignore")


def clean(text: str) -> str:
    r"""Text without control characters; runs of white space become one space.

    >>> clean("a\x1b[31m\nb")
    'a?[31m b'
    """
    return " ".join("".join(c if c.isprintable() or c.isspace() or c == _JOINER else "?" for c in text).split())


def number_text(value: float) -> str:
    """A number to three digits, with an exponent only from a million on.

    >>> number_text(0.12345), number_text(1234.5), number_text(12.345), number_text(3.2e7)
    ('0.123', '1,234', '12.3', '3.2e+07')
    """
    return f"{value:,.0f}" if 100 <= abs(value) < 1e6 else f"{value:.3g}"


def size_text(size: int) -> str:
    """A number of bytes in kB, MB or GB.

    >>> size_text(312), size_text(795_400), size_text(5_640_000), size_text(1_273_900_000)
    ('0.3 kB', '795.4 kB', '5.6 MB', '1.3 GB')
    """
    for unit, bytes_ in (("GB", 1e9), ("MB", 1e6)):
        if size >= bytes_:
            return f"{size / bytes_:,.1f} {unit}"
    return f"{size / 1e3:.1f} kB"


def wrap(text: str, width: int, later: str = "", first: str = "") -> list[str]:
    """Text in lines of at most ``width`` columns; the first begins with ``first``, all others with ``later``.

    A number and its per cent sign stay together; a word that is longer than a line is cut.

    >>> wrap("waits for a meeting 41 %", 22)
    ['waits for a meeting', '41 %']
    >>> wrap("会談の議題", 6, later="  ")
    ['会談の', '  議題']
    """
    from rich.text import Text

    def folded(text: str, start: str) -> list[str]:
        lines = Text(text).wrap(_console(TextStyle()), width - len(start), overflow="fold")
        return [line.plain.rstrip() for line in lines]

    text = clean(text).replace(" %", f"{_GLUE}%")
    begin = folded(text, first)[0]
    rest = text[len(begin) :].lstrip()
    lines = [first + begin, *(later + line for line in (folded(rest, later) if rest else ()))]
    return [line.rstrip().replace(_GLUE, " ") for line in lines]
