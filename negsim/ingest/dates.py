"""Dates in English sentences, found by our own pattern and relative to the date of the document.

A general date parser finds dates in ordinary words ("may", "second", "sat"). This pattern wants a capital letter for a
month or a day of the week, and a number, a preposition or both beside them.
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from negsim.quantities import PartialDate

_MONTH = (
    "(?P<month>January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan\.?|Feb\.?|Mar\.?|Apr\.?|Jun\.?|Jul\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?)"
)
_DAY = r"(?P<day>[0-3]?[0-9])(?:st|nd|rd|th)?"
_YEAR = "(?P<year>(?:19|20)[0-9]{2})"
_NAMES = [name.lower() for name in calendar.month_name]
_WEEKDAYS = {name: number for number, name in enumerate(calendar.day_name)}
_SEASONS = {"winter": 2, "spring": 5, "summer": 8, "autumn": 11, "fall": 11}
_NUMBERS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "ten": 10}
_UNITS = {"day": 1, "week": 7, "month": 30, "year": 365}
_IN = r"\b(?i:in|since|during|by|until|before|after|from|of|this|last|next|early|late|mid)[ -]"
_COUNT = rf"(?P<count>[0-9]{{1,2}}|(?i:{'|'.join(_NUMBERS)}))"
_PATTERNS = [
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("iso", r"\b(?P<year>(?:19|20)[0-9]{2})-(?P<number>[01][0-9])(?:-(?P<day>[0-3][0-9]))?\b"),
        ("parts", rf"\b{_MONTH} {_DAY}(?:,? {_YEAR})?\b(?!:)"),
        ("parts", rf"\b{_DAY}(?: of)? {_MONTH}(?:,? {_YEAR})?\b"),
        ("parts", rf"\b{_MONTH},? {_YEAR}\b"),
        ("season", rf"\b(?P<season>winter|spring|summer|autumn|fall)(?: of)? {_YEAR}\b"),
        ("season", r"\b(?i:this|next|end of|early|late)(?: the)? (?P<season>winter|spring|summer|autumn|fall)\b"),
        ("year end", r"\bend of (?:the|this) year\b"),
        ("month end", r"\bend of (?:the|this) month\b"),
        ("month", rf"{_IN}{_MONTH}\b"),
        ("year", rf"{_IN}{_YEAR}\b(?!-)"),
        ("year", rf"\b{_YEAR}(?= [a-z])"),
        ("weekday", rf"\b(?P<next>next |coming )?(?P<weekday>{'|'.join(_WEEKDAYS)})\b(?:'s)?"),
        ("near", r"\b(?P<near>[Yy]esterday|[Tt]oday|[Tt]omorrow)\b(?!'s)"),
        ("ago", rf"\b{_COUNT} (?P<unit>day|week|month|year)s? ago\b"),
        ("ahead", rf"\b(?i:in|within|after) (?:the next )?{_COUNT} (?P<unit>day|week|month|year)s?\b"),
        ("relative", r"\b(?P<which>last|next|this) (?P<unit>week|month|year)\b"),
    )
]
_PUBLISHED = re.compile(r"^(?:published|updated|posted|date|last updated)\b[: ]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a sentence: its place and the date; ``last`` is the last day that it may mean."""

    start: int
    end: int
    date: PartialDate
    last: datetime.date


def find_dates(sentence: str, on: PartialDate | None = None) -> list[Found]:
    """The dates of a sentence, in its order; without ``on``, the date of the document, only those with a year.

    >>> [str(one.date) for one in find_dates("It may march on 10 April 2025, not in May 2026.")]
    ['2025-04-10', '2026-05']
    >>> [str(one.date) for one in find_dates("They met on Thursday, and before in February.", PartialDate(2025, 4, 11))]
    ['2025-04-10', '2025-02']
    """
    found: list[Found] = []
    seen: list[tuple[int, int]] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(sentence):
            if any(match.start() < end and start < match.end() for start, end in seen):
                continue
            seen.append(match.span())
            when = _meaning(kind, match, on.latest if on is not None else None)
            if when is not None:
                found.append(Found(match.start(), match.end(), when, when.latest))
    return sorted(found, key=lambda one: one.start)


def publication_date(sentences: Sequence[str]) -> PartialDate | None:
    """The date that the head of a document states: after a word such as "Published", or alone on its line.

    >>> str(publication_date(["Talks go on", "Published: April 10, 2025"]))
    '2025-04-10'
    """
    for sentence in sentences:
        dates = [one for one in find_dates(sentence) if one.date.exact]
        rest = sentence[: dates[0].start] + sentence[dates[0].end :] if len(dates) == 1 else ""
        alone = dates and len(re.findall(r"[A-Za-z]+", rest)) <= 2 and len(sentence) < 60
        if dates and (_PUBLISHED.search(sentence) or alone):
            return dates[0].date
    return None


def _meaning(kind: str, match: re.Match[str], on: date | None) -> PartialDate | None:
    """The date of a match; None if there is no such day, or the document has no date."""
    said = match.groupdict()
    try:
        return next(_read(kind, said, on), None)
    except (ValueError, OverflowError):
        return None


def _read(kind: str, said: dict[str, Any], on: date | None) -> Iterator[PartialDate]:
    month = _month(said.get("month"))
    year = int(said["year"]) if said.get("year") else None
    if kind == "iso" and year:
        yield PartialDate(year, int(said["number"] or 1), int(said["day"]) if said["day"] else None)
    elif kind in ("parts", "month") and month:
        day = int(said["day"]) if said.get("day") else None
        if year is None and on is not None:
            year = _nearest_year(on, month, day)
        if year is not None:
            yield PartialDate(year, month, day)
    elif kind == "season" and (year or on is not None):
        last = _SEASONS[str(said["season"])]
        year = year or (on.year if on is not None and on.month <= last else (on.year + 1 if on is not None else 0))
        yield PartialDate(year, last, calendar.monthrange(year, last)[1])
    elif kind == "year":
        yield PartialDate(int(year or 0))
    elif on is not None:
        yield from _relative(kind, said, on)


def _relative(kind: str, said: dict[str, Any], on: date) -> Iterator[PartialDate]:
    """Dates that need the day of the document."""
    if kind == "year end":
        yield PartialDate(on.year, 12, 31)
    elif kind == "month end":
        yield PartialDate(on.year, on.month, calendar.monthrange(on.year, on.month)[1])
    elif kind == "weekday":
        weekday = _WEEKDAYS[str(said["weekday"])]
        back = (on.weekday() - weekday) % 7
        yield PartialDate.parse(on + timedelta(7 - back) if said["next"] else on - timedelta(back))
    elif kind == "near":
        shift = {"yesterday": -1, "today": 0, "tomorrow": 1}[str(said["near"]).lower()]
        yield PartialDate.parse(on + timedelta(shift))
    elif kind in ("ago", "ahead"):
        days = _UNITS[str(said["unit"])] * _number(str(said["count"])) * (-1 if kind == "ago" else 1)
        when = on + timedelta(days)
        yield PartialDate(when.year, when.month, when.day if said["unit"] in ("day", "week") else None)
    elif kind == "relative":
        shift = {"last": -1, "this": 0, "next": 1}[str(said["which"])]
        when = on + timedelta(shift * _UNITS[str(said["unit"])])
        yield PartialDate(when.year, None if said["unit"] == "year" else when.month)


def _nearest_year(on: date, month: int, day: int | None) -> int:
    """The year in which a month and day lie nearest to the document, with a liking for the past."""
    days = {year: (date(year, month, min(day or 15, 28)) - on).days for year in (on.year - 1, on.year, on.year + 1)}
    return min(days, key=lambda year: abs(days[year]) + (60 if days[year] > 0 else 0))


def _month(word: str | None) -> int | None:
    if not word:
        return None
    short = word.rstrip(".").lower()[:3]
    return next(number for number, name in enumerate(_NAMES) if number and name.startswith(short))


def _number(word: str) -> int:
    return _NUMBERS[word.lower()] if word.lower() in _NUMBERS else int(word)
