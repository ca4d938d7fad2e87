"""Dates of which perhaps only the month or the year is known."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from negsim.errors import Complaint, ComplaintsError, was

_PATTERN = r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"
#: A date in words, for JSON schemas.
WORDS_PATTERN = r"^([A-Z][a-z]+,? )?(([0-9]{1,2} )?[A-Z][a-z]+\.?|[A-Z][a-z]+\.? [0-9]{1,2},?) [0-9]{4}$"
_FORMS = "2025-04-10, or 2025-02 if only the month is known, or 2025 if only the year is"
_MONTHS = [name.lower() for name in calendar.month_name]
_WEEKDAYS = [name.lower() for name in calendar.day_name]
_IN_WORDS = re.compile(
    r"(?:(?P<weekday>[a-z]+)\.?,?\s+)?(?:(?P<before>[0-9]{1,2})\s+)?(?P<month>[a-z]+)\.?"
    r"(?:\s+(?P<after>[0-9]{1,2}),?)?\s+(?P<year>[0-9]{4})"
)
_NUMBERS = re.compile(r"([0-9]{1,4})([-/.])([0-9]{1,2})\2([0-9]{1,4})")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A day, a month or a year.

    Two dates are equal if they have the same parts. There is no ``<``, because a month has no order with a day in it.
    Compare ``earliest`` and ``latest``, or use `certainly_by` and `certainly_before`.

    Raises:
        ValueError: there is no such day.

    >>> when = PartialDate.parse("2025-02")
    >>> str(when), when.earliest.isoformat(), when.latest.isoformat()
    ('2025-02', '2025-02-01', '2025-02-28')
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.month is None and self.day is not None:
            raise ValueError("a day needs its month")
        date(self.year, self.month or 1, self.day or 1)

    @classmethod
    def parse(cls, value: object) -> PartialDate:
        """Read a date: text, a whole number (a year) or a ``datetime.date``.

        The text is an ISO date or has the month in words. Dates such as 03/04/2024 are ambiguous and refused.

        Raises:
            ValueError: the form is wrong, or there is no such day.

        >>> PartialDate.parse("2025-04-10")
        PartialDate(year=2025, month=4, day=10)
        >>> str(PartialDate.parse("Thursday, 10 April 2025")), str(PartialDate.parse("Feb. 2025"))
        ('2025-04-10', '2025-02')
        >>> PartialDate.parse(2021)
        PartialDate(year=2021, month=None, day=None)
        """
        if isinstance(value, PartialDate):
            return value
        if isinstance(value, date):
            return cls(value.year, value.month, value.day)
        text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
        text = _in_numbers(text) or text
        if not re.fullmatch(_PATTERN, text):
            raise ComplaintsError([_refused(value, text)])
        try:
            return cls(*(int(part) for part in text.split("-")))
        except ValueError:
            raise ValueError(f"there is no such day as {text}") from None

    @property
    def earliest(self) -> date:
        """The first possible day.

        >>> PartialDate(2021).earliest.isoformat()
        '2021-01-01'
        """
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        """The last possible day.

        >>> PartialDate(2024, 2).latest.isoformat()
        '2024-02-29'
        """
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    @property
    def exact(self) -> bool:
        """Whether the day is known.

        >>> PartialDate(2025, 2).exact, PartialDate(2025, 4, 10).exact
        (False, True)
        """
        return self.day is not None

    def certainly_by(self, on: date) -> bool:
        """Whether every possible day is at or before ``on``.

        >>> february = PartialDate(2025, 2)
        >>> february.certainly_by(date(2025, 2, 27)), february.certainly_by(date(2025, 2, 28))
        (False, True)
        """
        return self.latest <= on

    def certainly_before(self, other: PartialDate) -> bool:
        """Whether every possible day is before every possible day of ``other``.

        >>> PartialDate(2025, 2).certainly_before(PartialDate(2025, 2, 27))
        False
        >>> PartialDate(2025, 2).certainly_before(PartialDate(2025, 3, 1))
        True
        """
        return self.latest < other.earliest

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"]
        parts += [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.parse, serialization=core_schema.plain_serializer_function_ser_schema(str, when_used="json")
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {
            "type": ["string", "integer"],
            "pattern": f"{_PATTERN}|{WORDS_PATTERN}",
            "minimum": 1,
            "maximum": 9999,
            "description": "A day (2025-04-10), a month (2025-02) or a year (2025); or the month in words.",
        }


def _in_numbers(text: str) -> str:
    """A date in words as an ISO date; empty for other text.

    Raises:
        ComplaintsError: the day of the week is not that of the date.
    """
    found = _IN_WORDS.fullmatch(text.strip().lower())
    if found is None or (found["before"] and found["after"]):
        return ""
    month, weekday = _index(found["month"], _MONTHS, 1), None
    day = found["before"] or found["after"]
    if found["weekday"]:
        weekday = _index(found["weekday"], _WEEKDAYS, 0)
        if weekday is None or day is None:
            return ""
    if month is None:
        return ""
    iso = f"{found['year']}-{month:02d}" + (f"-{int(day):02d}" if day else "")
    if weekday is not None:
        try:
            real = date.fromisoformat(iso).weekday()
        except ValueError:
            return iso
        if real != weekday:
            message = f"{iso} is a {calendar.day_name[real]}, not a {calendar.day_name[weekday]}"
            raise ComplaintsError([Complaint(message, allowed="the right day of the week, or none")])
    return iso


def _index(word: str, names: list[str], first: int) -> int | None:
    """The place of a name, or of its first letters (three at least), among names."""
    matching = [n for n in range(first, len(names)) if len(word) >= 3 and names[n].startswith(word)]
    return matching[0] if len(matching) == 1 else 9 if word == "sept" else None


def _refused(value: object, text: str) -> Complaint:
    """The complaint about a text that is not a date, with the dates that it may mean."""
    found = _NUMBERS.fullmatch(text.strip())
    if found is None:
        return Complaint(f"{was(value)} is not a date", allowed=_FORMS)
    a, b, c = int(found[1]), int(found[3]), int(found[4])
    orders = [(a, b, c)] if len(found[1]) == 4 else [(c, b, a), (c, a, b)] if len(found[4]) == 4 else []
    meant = []
    for year, month, day in orders:
        try:
            meant.append(date(year, month, day).isoformat())
        except ValueError:
            continue
    meant = list(dict.fromkeys(meant))
    if len(meant) == 2:
        return Complaint(f"{was(value)} is not a date that can be read in one way only", allowed=" or ".join(meant))
    return Complaint(f"{was(value)} is not a date", allowed=_FORMS, suggestion=meant[0] if meant else "")
