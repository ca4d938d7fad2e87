"""Errors, and problems of input with their place.

    NegsimError            every error that negsim raises deliberately; the command line exits with code 2
    ├── InputError         a file or another input is invalid; it lists all problems
    └── ArgumentTypeError  an argument of a public function has a wrong type or name; it is a TypeError, too

A :class:`Problem` states a place, a mistake and what is allowed. Validators know a value but not its place in a file.
They raise :class:`ComplaintsError`, and ``negsim.files.models.try_validate`` turns it into problems.
"""

from __future__ import annotations

import difflib
import functools
import inspect
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from numbers import Integral, Real
from typing import NoReturn, ParamSpec, TypeVar

#: Longer source lines are cut around the place of the problem.
_WIDTH = 140


class NegsimError(Exception):
    """Base class of all errors that negsim raises deliberately.

    >>> import negsim as ns
    >>> ns.run("baseline", runs=0)
    Traceback (most recent call last):
    negsim.errors.NegsimError: runs ...
    """


class ArgumentTypeError(NegsimError, TypeError):
    """An argument has a wrong type, or there is no such keyword; the message says what is allowed.

    >>> import negsim as ns
    >>> ns.run("baseline", n_runs=5)
    Traceback (most recent call last):
    negsim.errors.ArgumentTypeError: run() has no keyword "n_runs"; did you mean "runs"?
    """


_P = ParamSpec("_P")
_R = TypeVar("_R")


#: Plain types of annotations: what a value has to be, in words and as classes.
_PLAIN: dict[str, tuple[str, tuple[type, ...]]] = {
    "int": ("a whole number", (Integral,)),
    "float": ("a number", (Real,)),
    "bool": ("True or False", (bool,)),
    "str": ("text", (str,)),
    "date": ("a date", (date,)),
    "Path": ("a path", (str, os.PathLike)),
    "Mapping[str, Any]": ("a mapping", (Mapping,)),
    "os.PathLike[str]": ("a path", (os.PathLike,)),
    "Sequence[str]": ("a list of texts", (list, tuple)),
    "Workers": ("a number or an executor", (Integral,)),  # what has `submit` is an executor
    "None": ("None", (type(None),)),
}


def checks_arguments(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Let a public function refuse unknown keywords, missing arguments and values of wrong plain types, in one line.

    A type is checked if all its parts are plain, such as ``int | None``. The function itself checks the others.

    Raises:
        ArgumentTypeError: from the function, for such an argument.
    """
    signature = inspect.signature(function)
    known = list(signature.parameters)

    @functools.wraps(function)
    def checked(*args: _P.args, **keywords: _P.kwargs) -> _R:
        for name in keywords:
            if name not in known:
                meant = did_you_mean(name, known)
                hint = f"did you mean {meant}?" if meant else f"allowed: {one_of(known, 20)}"
                raise ArgumentTypeError(f'{function.__name__}() has no keyword "{name}"; {hint}')
        try:
            given = signature.bind(*args, **keywords).arguments
        except TypeError as error:
            raise ArgumentTypeError(f"{function.__name__}(): {error}; it takes {one_of(known, 20)}") from None
        for name, value in given.items():
            if not _fits(value, parts := str(signature.parameters[name].annotation).split(" | ")):
                allowed = " or ".join(_PLAIN[part][0] for part in parts)
                raise ArgumentTypeError(f"{function.__name__}() takes {allowed} as {name}, but was {value!r:.60}")
        return function(*args, **keywords)

    return checked


def not_called(name: str, makes: str) -> NoReturn:
    """Refuse a call of a class whose values a function makes from files or mappings.

    Raises:
        ArgumentTypeError: always.

    >>> not_called("Scenario", "negsim.load")
    Traceback (most recent call last):
    negsim.errors.ArgumentTypeError: Scenario() can't be called; negsim.load makes one from ...
    """
    raise ArgumentTypeError(
        f"{name}() can't be called; {makes} makes one from a file, or from a mapping in the form of a file"
    )


def _fits(value: object, parts: list[str]) -> bool:
    """Whether a value has one of some types; true if one of them is not plain."""
    if not all(part in _PLAIN for part in parts):
        return True
    if isinstance(value, bool) or ("Workers" in parts and hasattr(value, "submit")):
        return not isinstance(value, bool) or "bool" in parts
    if "Sequence[str]" in parts and isinstance(value, list | tuple):
        return all(isinstance(item, str) for item in value)
    return isinstance(value, tuple(cls for part in parts for cls in _PLAIN[part][1]))


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake at one place. Lines and columns count from 1; line 0 means that there is no file.

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
        """The problem as plain data; missing parts are null.

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
        """The headline, then the line of the file with a caret under the place."""
        if not self.source_line.strip():
            return self._headline(bold)
        from rich.cells import cell_len

        text, at = self.source_line, self.col - 1
        if len(text) > _WIDTH:
            start = max(0, min(at - _WIDTH // 2, len(text) - _WIDTH))
            text, at = text[start : start + _WIDTH], at - start
        pad = re.sub(r"[^\t]+", lambda part: " " * cell_len(part[0]), text[:at])
        return f"{self._headline(bold)}\n{harmless(text)}\n{pad}{bold('^')}"


class InputError(NegsimError):
    """An input is invalid; ``problems`` holds every mistake found, in file order.

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
    """A mistake inside a value; ``path`` leads from the value to the wrong part.

    ``on_key``: the key is wrong, not its value.
    """

    message: str
    path: tuple[str | int, ...] = ()
    allowed: str = ""
    suggestion: str = ""
    on_key: bool = False
    warning: bool = False


class ComplaintsError(ValueError):
    """Raised by a validator, with all mistakes in the parts of its value."""

    def __init__(self, items: Iterable[Complaint]) -> None:
        self.items = tuple(items)
        super().__init__("; ".join(item.message for item in self.items))


def was(value: object) -> str:
    """The value as a message shows it.

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
    """The most similar of ``names``, in quotes; an empty string if none is similar.

    >>> did_you_mean("patiense", ["kind", "patience"])
    '"patience"'
    """
    by_lower = {name.lower(): name for name in names}
    close = difflib.get_close_matches(str(word).lower(), by_lower, n=1, cutoff=0.6)
    return json.dumps(by_lower[close[0]], ensure_ascii=False) if close else ""


def check_name(name: str, names: Iterable[str], message: str) -> None:
    """Raise a `NegsimError` with the message, what is allowed and what was probably meant if a name is unknown.

    >>> check_name("prm", ["prim", "cart"], 'there is no method "prm"')
    Traceback (most recent call last):
    negsim.errors.NegsimError: there is no method "prm"; allowed: prim, cart; did you mean "prim"?
    """
    if isinstance(names, Mapping) and name in names:  # without a list of all, which may be long
        return
    known = list(names)
    if name not in known:
        hint = did_you_mean(name, known)
        raise NegsimError(f"{message}; allowed: {one_of(known, 20)}" + (f"; did you mean {hint}?" if hint else ""))


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


def harmless(text: str) -> str:
    r"""Text with every control character replaced by "?"; tabs and spaces stay.

    >>> harmless("a\x1b[31m\t b")
    'a?[31m\t b'
    """
    return "".join(c if c.isprintable() or c == "\t" else "?" for c in text)
