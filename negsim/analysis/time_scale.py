"""Time scale: the unit of dates and the milestones of tables, chosen from the length of the horizon."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from negsim.errors import NegsimError, check_name

#: Units in which a date is shown.
UNITS = ("day", "week", "month", "year")

#: Days up to which dates are shown as days, and up to which they are shown as months.
TO_DAYS, TO_MONTHS = 400, 20 * 366

#: Milestones by horizon: the longest horizon in days for which a row is used, and its milestones.
#: The first falls early, the last at one half to four fifths of the horizon.
DEFAULTS: tuple[tuple[float, tuple[str, ...]], ...] = (
    (4, ("1 day", "2 days", "3 days")),
    (10, ("1 day", "3 days", "5 days", "7 days")),
    (24, ("3 days", "1 week", "2 weeks")),
    (45, ("1 week", "2 weeks", "4 weeks")),
    (84, ("2 weeks", "4 weeks", "6 weeks", "8 weeks")),
    (183, ("2 weeks", "4 weeks", "8 weeks", "12 weeks")),
    (366, ("1 month", "3 months", "6 months", "9 months")),
    (549, ("3 months", "6 months", "12 months")),
    (4 * 366, ("6 months", "12 months", "24 months")),
    (8 * 366, ("12 months", "24 months", "48 months")),
    (20 * 366, ("1 year", "2 years", "5 years", "10 years")),
    (40 * 366, ("2 years", "5 years", "10 years", "20 years")),
    (float("inf"), ("5 years", "10 years", "20 years", "40 years")),
)

_SHORT = {"day": "d.", "week": "wk.", "month": "mo.", "year": "yr."}
_LENGTH = re.compile(r"\s*([1-9]\d{0,4})\s*(d(?:ays?)?|w(?:eeks?)?|m(?:o|onths?)?|y(?:ears?)?)\s*", re.IGNORECASE)
_UNIT = {unit[0]: unit for unit in UNITS}


@dataclass(frozen=True)
class Milestone:
    """A date some days, weeks, months or years after the as-of date."""

    count: int
    unit: str
    date: date

    @property
    def words(self) -> str:
        """The length in words: ``6 months``."""
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"

    @property
    def short(self) -> str:
        """The length for the head of a column: ``6 mo.``."""
        return f"{self.count} {_SHORT[self.unit]}"

    @property
    def code(self) -> str:
        """The length in names of columns: ``6m``."""
        return f"{self.count}{self.unit[0]}"


def milestones(as_of: date, horizon: date, asked: Sequence[str] | None = None) -> tuple[Milestone, ...]:
    """The milestones before a horizon: those ``asked`` for, or defaults that suit its length.

    Raises:
        NegsimError: a milestone is not a length of time, or is not before the horizon.

    >>> strike = date(2023, 9, 15), date(2023, 12, 29)
    >>> [m.words for m in milestones(*strike)]
    ['2 weeks', '4 weeks', '8 weeks', '12 weeks']
    >>> [str(m.date) for m in milestones(*strike, ["10 days", "1 month"])]
    ['2023-09-25', '2023-10-15']
    """
    if asked is None:
        days = (horizon - as_of).days
        row = next(row for most, row in DEFAULTS if days <= most)
        return tuple(found for found in (milestone(as_of, text) for text in row) if found.date < horizon)
    found = [milestone(as_of, text) for text in asked]
    late = [each.words for each in found if each.date >= horizon]
    if late:
        verb = "does" if len(late) == 1 else "do"
        raise NegsimError(f"milestones lie before the horizon, {horizon}, but {', '.join(late)} {verb} not")
    return tuple(sorted(dict.fromkeys(found), key=lambda each: each.date))


def milestone(as_of: date, text: str) -> Milestone:
    """The milestone of a length of time in text.

    Raises:
        NegsimError: the text is not a length of time, or there is no such date.

    >>> [milestone(date(2025, 4, 10), text).words for text in ("4 weeks", "24mo", "1 Year")]
    ['4 weeks', '24 months', '1 year']
    """
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise NegsimError(
            f'a milestone is a length of time such as "4 weeks", "6 months" or "2 years", but was "{text}"'
        )
    count, unit = int(found[1]), _UNIT[found[2][0].lower()]
    try:
        if unit in ("day", "week"):
            return Milestone(count, unit, as_of + timedelta(days=count * (7 if unit == "week" else 1)))
        return Milestone(count, unit, add_months(as_of, count * (12 if unit == "year" else 1)))
    except (OverflowError, ValueError):
        raise NegsimError(f"there is no date {text} after {as_of}") from None


def unit_for(days: float) -> str:
    """The unit that suits dates up to so many days away.

    >>> unit_for(105), unit_for(1096), unit_for(30 * 365)
    ('day', 'month', 'year')
    """
    return "day" if days <= TO_DAYS else "month" if days <= TO_MONTHS else "year"


def check_time_scale(as_of: date, horizon: date, unit: str | None, asked: Sequence[str] | None) -> None:
    """Check the unit of dates and the milestones that somebody asks for.

    Raises:
        NegsimError: the unit does not exist, or a milestone is not a length of time or not before the horizon.
    """
    milestones(as_of, horizon, asked)
    if unit is not None:
        check_name(unit, UNITS, f'dates are not shown as "{unit}"')


def date_text(day: date, unit: str) -> str:
    """A date to the day, week (ISO 8601), month or year.

    >>> [date_text(date(2026, 1, 1), unit) for unit in UNITS]
    ['2026-01-01', '2026-W01', '2026-01', '2026']
    """
    if unit == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    return day.isoformat()[: {"day": 10, "month": 7, "year": 4}[unit]]


def date_in_words(day: date, unit: str) -> str:
    """A date in a sentence.

    >>> [date_in_words(date(2026, 1, 1), unit) for unit in UNITS]
    ['1 January 2026', 'week 1 of 2026', 'January 2026', '2026']
    """
    if unit == "week":
        year, week, _ = day.isocalendar()
        return f"week {week} of {year}"
    return {"day": f"{day.day} {day:%B %Y}", "month": f"{day:%B %Y}", "year": f"{day.year}"}[unit]


def unit_of(as_of: date, horizon: date, shown: Iterable[date | None]) -> str:
    """The unit that suits some dates; None is a date beyond the horizon."""
    dates = list(shown)
    last = max((day for day in dates if day is not None), default=horizon)
    return unit_for(((horizon if None in dates else last) - as_of).days)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day if it is shorter.

    >>> str(add_months(date(2024, 1, 31), 1))
    '2024-02-29'
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))
