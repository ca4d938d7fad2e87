"""CSV files with the place of every field: each mistake is a problem with line and column."""

from __future__ import annotations

import calendar
import csv
import io
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from negsim.errors import InputError, Problem, did_you_mean, one_of, was

#: The largest file that is read.
MAX_BYTES = 5_000_000

#: Confidence in a date: seen in a source; seen in part, so the day may be wrong; from memory, not checked.
CONFIDENCE = ("verified", "partly", "memory")

#: What makes a day, month or year, by its length, a day.
_FIRST_DAY = {10: "", 7: "-01", 4: "-01-01"}

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


def anything(value: str) -> str:
    """A field that may hold any text, or none."""
    return value


def identifier(value: str) -> str:
    """An id to which other files refer.

    Raises:
        FieldError: it is none.

    >>> identifier("us_korea")
    'us_korea'
    """
    if not value.isidentifier() or value != value.lower() or not value.isascii():
        raise FieldError(f"{was(value)} is no id", "lower-case letters, digits and _, a letter first")
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


def period(value: str) -> tuple[date, date] | None:
    """First and last day of a day, month or year such as ``2011-06-30``, ``2011-06``, ``2011``; None if it is empty.

    Raises:
        FieldError: it is none of these.

    >>> [str(day) for day in period("2012-02")]
    ['2012-02-01', '2012-02-29']
    """
    if not value:
        return None
    try:
        first = day(value + _FIRST_DAY[len(value)])
    except (KeyError, FieldError):
        raise FieldError(f"{was(value)} is no day, month or year", "such as 2011-06-30, 2011-06 or 2011") from None
    if len(value) == 10:
        return first, first
    year, month = first.year, first.month if len(value) == 7 else 12
    return first, date(year, month, calendar.monthrange(year, month)[1])


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


@dataclass(frozen=True)
class Fields:
    """One row of a CSV file as it stands: its fields, and the column (from 1) where each begins."""

    values: list[str]
    file: str
    line: int
    source: str
    places: list[int]


def read_fields(path: Path, problems: list[Problem]) -> list[Fields]:
    """All rows of a CSV file that are not empty, the header first; a mistake is added to ``problems``."""
    name = str(path)

    def refuse(message: str, allowed: str = "", suggestion: str = "") -> list[Fields]:
        problems.append(Problem(name, 0, 0, message, allowed=allowed, suggestion=suggestion))
        return []

    try:
        raw = path.read_bytes()
        content = raw.decode("utf-8-sig")
    except FileNotFoundError:
        near = did_you_mean(path.name, [other.name for other in path.parent.glob("*.csv")])
        return refuse("there is no such file", suggestion=near)
    except UnicodeDecodeError:
        return refuse("the file is not UTF-8 text")
    except OSError as error:
        return refuse(f"the file can't be read: {error.strerror or error}")
    if len(raw) > MAX_BYTES:
        return refuse("the file is too large", allowed=f"at most {MAX_BYTES // 10**6} MB")
    lines = content.splitlines()
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    rows, line = [], 1
    try:
        for values in reader:
            source = lines[line - 1] if line <= len(lines) else ""
            if values:
                rows.append(Fields(values, name, line, source, _places(source)))
            line = reader.line_num + 1
    except csv.Error as error:
        return refuse(f"this is not valid CSV: {error}")
    return rows


def read_table(
    path: Path, columns: Mapping[str, Parser], problems: list[Problem], optional: Collection[str] = ()
) -> list[Row]:
    """The valid rows of a CSV file with these columns; the mistakes in the others are added to ``problems``.

    Args:
        path: the file.
        columns: the parser of each column.
        problems: the list that gets the mistakes.
        optional: the columns that may be missing. They are then empty in every row, so their parsers allow that. A row
            may also leave them out at its end.
    """
    name, found = str(path), len(problems)
    rows = read_fields(path, problems)
    if len(problems) > found:
        return []
    header = rows[0] if rows else Fields([], name, 1, "", [])
    for at, column in zip(header.places, header.values, strict=False):
        if column not in columns:
            hint, allowed = did_you_mean(column, columns), one_of(columns, 20)
            problems.append(Problem(name, 1, at, f"unknown column {was(column)}", header.source, allowed, hint))
        elif header.values.count(column) > 1:
            problems.append(Problem(name, 1, at, f"duplicate column {was(column)}", header.source))
    missing = [column for column in columns if column not in header.values]
    for column in missing:
        if column not in optional:
            problems.append(Problem(name, 1, 1, f"the column {was(column)} is missing", header.source))
    if len(problems) > found:
        return []
    whole = [_filled(each, header.values, optional) for each in rows[1:]]
    valid = [row for each in whole if (row := _row(each, header.values, columns, problems)) is not None]
    empty = {column: columns[column]("") for column in missing}
    return [replace(row, values={**row.values, **empty}) for row in valid]


def _filled(fields: Fields, header: list[str], optional: Collection[str]) -> Fields:
    """The row with empty fields for optional columns that it leaves out at its end."""
    missing = header[len(fields.values) :]
    if not missing or not set(missing) <= set(optional):
        return fields
    end = len(fields.source) + 1
    return replace(
        fields, values=[*fields.values, *("" for _ in missing)], places=[*fields.places, *(end for _ in missing)]
    )


def _row(fields: Fields, header: list[str], columns: Mapping[str, Parser], problems: list[Problem]) -> Row | None:
    if len(fields.values) != len(header):
        message = f"the row has {len(fields.values)} fields, but the header has {len(header)}"
        allowed = "text with a comma must be in double quotes"
        problems.append(Problem(fields.file, fields.line, 1, message, fields.source, allowed))
        return None
    row = Row({}, fields.file, fields.line, fields.source, dict(zip(header, fields.places, strict=False)))
    values = {}
    for column, value in zip(header, fields.values, strict=True):
        try:
            values[column] = columns[column](" ".join(value.split()))
        except FieldError as error:
            problems.append(row.problem(column, f"{column}: {error}", error.allowed, error.suggestion))
    return Row(values, row.file, row.line, row.source, row.places) if len(values) == len(header) else None


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
