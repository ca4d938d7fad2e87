"""CSV files with the place of every field: each mistake is a problem with line and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from negsim.errors import InputError, Problem, did_you_mean, one_of, was

#: The largest file that is read.
MAX_BYTES = 5_000_000

#: Confidence in a date: seen in a source; seen in part, so the day may be wrong; from memory, not checked.
CONFIDENCE = ("verified", "partly", "memory")

Parser = Callable[[str], Any]


class FieldError(ValueError):
    """A field is invalid; ``allowed`` and ``suggestion`` say what is valid."""

    def __init__(self, message: str, allowed: str = "", suggestion: str = "") -> None:
        super().__init__(message)
        self.allowed = allowed
        self.suggestion = suggestion


def text(value: str) -> str:
    """A field that must not be empty.

    Raises:
        FieldError: it is empty.
    """
    if not value:
        raise FieldError("this field is empty")
    return value


def optional_day(value: str) -> date | None:
    """A day such as ``2011-06-30``; None for an empty field.

    Raises:
        FieldError: it is neither a day nor empty.

    >>> optional_day("2011-06-30"), optional_day("")
    (datetime.date(2011, 6, 30), None)
    """
    return day(value) if value else None


def day(value: str) -> date:
    """A day such as ``2011-06-30``.

    Raises:
        FieldError: it is not a day.
    """
    try:
        if len(value) != 10:
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise FieldError(
            f"{was(value) if value else 'an empty field'} is not a day", "a day such as 2011-06-30"
        ) from None


def word(*allowed: str) -> Parser:
    """A parser that accepts the given words; an empty field only if "" is among them."""

    def parse(value: str) -> str:
        if value not in allowed:
            names = [name for name in allowed if name]
            raise FieldError(f"{was(value)} is not allowed here", one_of(names), did_you_mean(value, names))
        return value

    return parse


@dataclass(frozen=True)
class Row:
    """A row: its values by column, with the place of each."""

    values: Mapping[str, Any]
    file: str
    line: int
    source: str
    places: Mapping[str, int]

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    def problem(self, column: str, message: str, allowed: str = "", suggestion: str = "") -> Problem:
        """A mistake in one of its fields."""
        return Problem(self.file, self.line, self.places.get(column, 1), message, self.source, allowed, suggestion)


def read_table(path: Path, columns: Mapping[str, Parser], problems: list[Problem]) -> list[Row]:
    """The valid rows of a CSV file; the mistakes in the others are added to ``problems``."""
    name = str(path)
    try:
        raw = path.read_bytes()
        content = raw.decode("utf-8-sig")
    except FileNotFoundError:
        near = did_you_mean(path.name, [other.name for other in path.parent.glob("*.csv")])
        problems.append(Problem(name, 0, 0, "there is no such file", suggestion=near))
        return []
    except UnicodeDecodeError:
        problems.append(Problem(name, 0, 0, "the file is not UTF-8 text"))
        return []
    except OSError as error:
        problems.append(Problem(name, 0, 0, f"the file can't be read: {error.strerror or error}"))
        return []
    if len(raw) > MAX_BYTES:
        problems.append(Problem(name, 0, 0, "the file is too large", allowed=f"at most {MAX_BYTES // 10**6} MB"))
        return []
    lines = content.splitlines()
    try:
        return list(_rows(name, content, lines, columns, problems))
    except csv.Error as error:
        problems.append(Problem(name, 0, 0, f"this is not valid CSV: {error}"))
        return []


def _rows(
    name: str, content: str, lines: list[str], columns: Mapping[str, Parser], problems: list[Problem]
) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    header = next(reader, [])
    top = lines[0] if lines else ""
    found = len(problems)
    for at, column in zip(_places(top), header, strict=False):
        if column not in columns:
            hint = did_you_mean(column, columns)
            problems.append(Problem(name, 1, at, f"unknown column {was(column)}", top, one_of(columns, 20), hint))
        elif header.count(column) > 1:
            problems.append(Problem(name, 1, at, f"duplicate column {was(column)}", top))
    for column in columns:
        if column not in header:
            problems.append(Problem(name, 1, 1, f"the column {was(column)} is missing", top))
    if len(problems) > found:
        return
    line = reader.line_num + 1
    for fields in reader:
        here, line = line, reader.line_num + 1
        source = lines[here - 1] if here <= len(lines) else ""
        if not fields:
            continue
        if len(fields) != len(header):
            message = f"the row has {len(fields)} fields, but the header has {len(header)}"
            problems.append(Problem(name, here, 1, message, source, "text with a comma must be in double quotes"))
            continue
        row = Row({}, name, here, source, dict(zip(header, _places(source), strict=False)))
        values = {}
        for column, value in zip(header, fields, strict=True):
            try:
                values[column] = columns[column](" ".join(value.split()))
            except FieldError as error:
                problems.append(row.problem(column, f"{column}: {error}", error.allowed, error.suggestion))
        if len(values) == len(header):
            yield Row(values, name, here, source, row.places)


def _places(line: str) -> list[int]:
    """The columns (from 1) where the fields of a line begin."""
    places, quoted = [1], False
    for n, letter in enumerate(line):
        quoted ^= letter == '"'
        if letter == "," and not quoted:
            places.append(n + 2)
    return places


def raise_in_order(problems: list[Problem]) -> None:
    """Raise all problems, ordered by file and line.

    Raises:
        InputError: there are any.
    """
    if problems:
        raise InputError(sorted(problems, key=lambda problem: (problem.file, problem.line, problem.col)))
