"""Text for people: lines and tables that fit the width of a terminal, with bold and faint letters."""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TextIO

from negsim.errors import cells, harmless, is_wide

#: Columns of piped output, and of a terminal that does not report its width.
WIDTH = 80
#: With less room than this, the names of a table are printed above their figures.
_NARROW = 8


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

    def faint(self, text: str) -> str:
        """Text in faint letters."""
        return f"\x1b[2m{text}\x1b[0m" if self.styled and text else text


@dataclass(frozen=True)
class TextPage:
    r"""Lines for a terminal, added from top to bottom. They fit the width and hold no control characters.

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
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All lines, each with its line end."""
        return "".join(f"{line.rstrip()}\n" for line in self.lines)

    def add(self, text: str = "", later: str = "", first: str = "", style: Callable[[str], str] = str) -> TextPage:
        """Add a paragraph; without a text, an empty line."""
        self.lines.extend(style(line) for line in wrap(text, self.look.width, later, first))
        return self

    def title(self, text: str) -> TextPage:
        """Add a paragraph in bold letters."""
        return self.add(text, style=self.look.bold)

    def note(self, text: str) -> TextPage:
        """Add a paragraph in faint letters."""
        return self.add(text, style=self.look.faint)

    def items(self, texts: Iterable[str]) -> TextPage:
        """Add a list."""
        for text in texts:
            self.add(text, "  ", "- ")
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
        look, left = self.look, self.look.width - sum(widths)
        above = left < _NARROW

        def line(name: str, texts: Sequence[str], style: Callable[[str], str] = str) -> list[str]:
            """The name and its figures; the further lines of the name."""
            figures = zip(map(harmless, texts), widths, strict=True)
            right = "".join(" " * (wide - cells(text)) + text for text, wide in figures)
            names = wrap(name, look.width if above else left - 1, f"{indent}  ", indent)
            if above:
                self.lines.extend(map(style, names))
                names = [""]
            self.lines.append(style(pad(names[0], left)) + right)
            return names[1:]

        line(heads[0], heads[1:])
        for row in (None, *rows) if rule else rows:
            if row is None:
                self.lines.append(look.faint("─" * look.width))
                continue
            name, texts, details = row
            names = line(name, texts, look.bold)
            right = wrap(details, look.width - left - 2) if beside and details else []
            for more, detail in zip_longest(names, right, fillvalue=""):
                self.lines.append(look.bold(pad(more, left)) + look.faint(f"  {detail}" if detail else ""))
            if details and not beside:
                self.add(details, "  ", "  ", look.faint)


def clean(text: str) -> str:
    r"""Text without control characters; runs of white space become one space.

    >>> clean("a\x1b[31m\nb")
    'a?[31m b'
    """
    return " ".join("".join(c if c.isprintable() or c.isspace() else "?" for c in text).split())


def pad(text: str, width: int) -> str:
    """Text padded with spaces to a number of columns."""
    return text + " " * max(width - cells(text), 0)


def wrap(text: str, width: int, later: str = "", first: str = "") -> list[str]:
    """Text in lines of at most ``width`` columns; the first begins with ``first``, all others with ``later``.

    Lines end between words, after the hyphen of a compound, and between East Asian wide letters. A number and its per
    cent sign stay together; a word that is longer than a line is cut.

    >>> wrap("waits for a meeting 41 %", 22)
    ['waits for a meeting', '41 %']
    >>> wrap("会談の議題", 6, later="  ")
    ['会談の', '  議題']
    """
    lines, line, fresh = [], first, True
    for word in clean(text).replace(" %", "\u00a0%").split(" "):
        gap = "" if fresh else " "
        while word and cells(line + gap + word) > width:
            room = width - cells(line + gap)
            # A word that fits on no line is cut. A line takes at least one letter, so that the loop ends.
            cut = _break(word, room) or (0 if not fresh else _cut(word, room))
            if cut == 0 and fresh and line == later:
                cut = 1
            lines.append(line + gap + word[:cut] if cut else line)
            word, line, gap, fresh = word[cut:], later, "", True
        if word:
            line, fresh = line + gap + word, False
    if not fresh or not lines:
        lines.append(line)
    return [line.rstrip().replace("\u00a0", " ") for line in lines]


def _break(word: str, room: int) -> int:
    """The number of letters that fit into ``room`` columns if the word is broken only at an allowed place."""
    found = 0
    for n in range(1, len(word)):
        if cells(word[:n]) > room:
            break
        last, following = word[n - 1], word[n]
        compound = last == "-" and word[n - 2 : n - 1].isalpha() and following.isalpha()
        if compound or ((is_wide(last) or is_wide(following)) and not unicodedata.combining(following)):
            found = n
    return found


def _cut(word: str, room: int) -> int:
    """The number of letters of a word that fit into ``room`` columns."""
    return max((n for n in range(len(word) + 1) if cells(word[:n]) <= room), default=0)
