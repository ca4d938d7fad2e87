"""What can go wrong, as people are to read it.

    NegsimError            everything this package raises on purpose; the command line ends with exit code 2
    └── InputError         a file, or what was given in its place, is not what it should be: all problems at once

A :class:`Problem` is one of them: where, what, what is allowed instead. A :class:`ComplaintsError` is raised by
validators, which know a value and not its place in a file; ``negsim.files.models.validate`` turns it into problems.
"""

from __future__ import annotations

import difflib
import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

#: Longer source lines are cut around the place that is meant.
_WIDTH = 140


class NegsimError(Exception):
    """Everything negsim raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in one place; lines and columns count from 1, line 0 means that there is no file behind it.

    >>> print(Problem("a.yaml", 2, 11, "hours needs a unit, but was 3", "  hours:  3", 'hours: "1 hour"').render())
    a.yaml:2:11: hours needs a unit, but was 3; allowed: hours: "1 hour"
      hours:  3
              ^
    """

    file: str
    line: int
    col: int
    message: str
    source_line: str = ""
    allowed: str = ""
    suggestion: str = ""
    warning: bool = False

    def data(self) -> dict[str, str | int | None]:
        """The problem for programs; what there is not is null.

        >>> Problem("a.yaml", 2, 11, "hours needs a unit").data()["severity"]
        'error'
        """
        return {
            "file": self.file,
            "line": self.line or None,
            "column": self.col or None,
            "severity": "warning" if self.warning else "error",
            "message": self.message,
            "allowed": self.allowed or None,
            "suggestion": self.suggestion.strip('"') or None,
        }

    @property
    def headline(self) -> str:
        """The problem in one line: ``file:line:col: message; allowed: ...; did you mean ...?``."""
        return self._headline(str)

    def _headline(self, bold: Callable[[str], str]) -> str:
        place = f"{self.file}:{self.line}:{self.col}" if self.line else self.file
        parts = [bold(harmless(f"{'warning: ' if self.warning else ''}{self.message}"))]
        if self.allowed:
            parts.append(harmless(f"allowed: {self.allowed}"))
        if self.suggestion:
            parts.append(harmless(f"did you mean {self.suggestion}?"))
        return f"{harmless(place)}: {'; '.join(parts)}"

    def render(self, bold: Callable[[str], str] = str) -> str:
        """The headline, then the offending line with a caret under the place."""
        if not self.source_line.strip():
            return self._headline(bold)
        text, at = self.source_line, self.col - 1
        if len(text) > _WIDTH:
            start = max(0, min(at - _WIDTH // 2, len(text) - _WIDTH))
            text, at = text[start : start + _WIDTH], at - start
        pad = "".join("\t" if char == "\t" else " " * cells(char) for char in text[:at])
        return f"{self._headline(bold)}\n{harmless(text)}\n{pad}{bold('^')}"


class InputError(NegsimError):
    """A file is not what it should be; ``problems`` holds every mistake found, in the order of the file.

    >>> str(InputError([Problem("a.yaml", 0, 0, "there is no such file")]))
    'a.yaml: there is no such file'
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(problem.render() for problem in self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[list[Problem]]]:
        return type(self), (self.problems,)


@dataclass(frozen=True, slots=True)
class Complaint:
    """A mistake seen from inside a value: ``path`` leads from that value to the culprit.

    ``on_key`` says that the key is meant and not what stands behind it.
    """

    message: str
    path: tuple[str | int, ...] = ()
    allowed: str = ""
    suggestion: str = ""
    on_key: bool = False
    warning: bool = False


class ComplaintsError(ValueError):
    """What a validator raises when it has something to say about the parts of its value."""

    def __init__(self, items: Iterable[Complaint]) -> None:
        self.items = tuple(items)
        super().__init__("; ".join(item.message for item in self.items))


def was(value: object) -> str:
    """How a message shows the value that it complains about.

    >>> was(42), was("six"), was(None), was({"a": 1}), was(True)
    ('42', '"six"', 'nothing', 'a mapping', 'true')
    """
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, str | bool | int | float):
        text = json.dumps(value, ensure_ascii=False)
        return text if len(text) <= 60 else f"{text[:56]}...{text[-1]}"
    return repr(value)


def did_you_mean(word: object, names: Iterable[str]) -> str:
    """The one of ``names`` that was probably meant, in quotes, or nothing.

    >>> did_you_mean("patiense", ["kind", "patience"])
    '"patience"'
    """
    by_lower = {name.lower(): name for name in names}
    close = difflib.get_close_matches(str(word).lower(), by_lower, n=1, cutoff=0.6)
    return json.dumps(by_lower[close[0]], ensure_ascii=False) if close else ""


def one_of(names: Iterable[str], most: int = 12) -> str:
    """A list of names as messages show it; long lists are cut.

    >>> one_of(["us", "russia"]), one_of([])
    ('us, russia', 'none')
    """
    all_names = list(names)
    shown = ", ".join(all_names[:most])
    if len(all_names) > most:
        return f"{shown} and {len(all_names) - most} more"
    return shown or "none"


def cells(text: str) -> int:
    r"""How many columns a text takes: East Asian wide letters take two, combining marks none.

    >>> cells("talks"), cells("会談"), cells("e\u0301")
    (5, 4, 1)
    """
    return sum(0 if unicodedata.combining(c) else 2 if is_wide(c) else 1 for c in text)


def harmless(text: str) -> str:
    r"""Text without what could steer a terminal; tabs and spaces stay as they are.

    >>> harmless("a\x1b[31m\t b")
    'a?[31m\t b'
    """
    return "".join(c if c.isprintable() or c == "\t" else "?" for c in text)


def is_wide(letter: str) -> bool:
    """Whether a letter takes two columns of a terminal."""
    return unicodedata.east_asian_width(letter) in "WF"
