"""How text looks to people: its width in columns, bold and faint letters where they are wanted, lines that fit."""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from dataclasses import dataclass
from typing import TextIO

from negsim.errors import cells, is_wide

#: Columns of a terminal that does not say how many it has, and of everything that is piped.
WIDTH = 80


@dataclass(frozen=True)
class TextStyle:
    """How text is shown: how many columns there are, and whether bold and faint letters are wanted."""

    width: int = WIDTH
    styled: bool = False

    @classmethod
    def of(cls, stream: TextIO) -> TextStyle:
        """What a stream can show; plain and 80 columns wide where nobody looks on."""
        if not stream.isatty():
            return cls()
        width = min(max(shutil.get_terminal_size((WIDTH, 24)).columns, 60), 120)
        return cls(width, not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb")

    @classmethod
    def of_stdout(cls) -> TextStyle:
        """What standard output can show."""
        return cls.of(sys.stdout)

    def bold(self, text: str) -> str:
        """Text that stands out."""
        return f"\x1b[1m{text}\x1b[0m" if self.styled and text else text

    def faint(self, text: str) -> str:
        """Text that stands back."""
        return f"\x1b[2m{text}\x1b[0m" if self.styled and text else text


def clean(text: str) -> str:
    r"""Text without what could steer a terminal; runs of white space become one space.

    >>> clean("a\x1b[31m\nb")
    'a?[31m b'
    """
    return " ".join("".join(c if c.isprintable() or c.isspace() else "?" for c in text).split())


def pad(text: str, width: int) -> str:
    """Text filled up with spaces to a number of columns."""
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
            # What fits on no line is cut; a line has room for one letter at least, so that this comes to an end.
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
    """How many letters of a word may stand in ``room`` columns if it is broken where words may be."""
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
    """How many letters of a word stand in ``room`` columns."""
    return max((n for n in range(len(word) + 1) if cells(word[:n]) <= room), default=0)
