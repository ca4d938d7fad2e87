"""Context of an analysis: the names and dates of a scenario, without its assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from negsim.agenda import Status
from negsim.errors import NegsimError


@dataclass(frozen=True)
class Entry:
    """A recorded status of an issue that began between two dates (both included)."""

    earliest: date
    latest: date
    status: Status


@dataclass(frozen=True)
class Round:
    """A round that was held between two dates (both included)."""

    earliest: date
    latest: date
    title: str


@dataclass(frozen=True)
class IssueFacts:
    """An issue of the scenario: id, title, status label at ``as_of``, titles of its options, and its record.

    ``history`` holds the recorded statuses up to ``as_of``, oldest first.
    """

    id: str
    title: str
    status: str
    options: tuple[str, ...] = ()
    history: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Names:
    """Names for the numbers in an event log: titles of packages, channels, shocks and regimes, in their order."""

    packages: tuple[str, ...] = ()
    package_ids: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    shocks: tuple[str, ...] = ()
    regimes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Context:
    """The names and dates of a scenario; ``talks`` is the title of its agenda.

    Runs end at the start of the ``horizon``, so the last simulated day is the day before it.

    >>> s = Context("Talks", date(2025, 4, 10), date(2028, 4, 10), ("US", "Russia"), ())
    >>> s.horizon_days, str(s.last_day)
    (1096, '2028-04-09')
    """

    title: str
    as_of: date
    horizon: date
    sides: tuple[str, str]
    issues: tuple[IssueFacts, ...]
    side_ids: tuple[str, str] = ("a", "b")
    talks: str = ""
    rounds: tuple[Round, ...] = ()
    names: Names = Names()

    def bargain(self, number: int) -> str:
        """The title of a bargain. Numbers after the last issue are packages."""
        n = len(self.issues)
        return self.issues[number].title if number < n else self.names.packages[number - n]

    @property
    def horizon_days(self) -> int:
        """The number of simulated days."""
        return (self.horizon - self.as_of).days

    @property
    def last_day(self) -> date:
        """The last simulated date."""
        return self.horizon - timedelta(days=1)

    def date_of(self, day: float) -> date | None:
        """The date of a time in days from ``as_of``; None if it is not within the horizon.

        >>> s = Context("Talks", date(2025, 4, 10), date(2028, 4, 10), ("US", "Russia"), ())
        >>> str(s.date_of(30.7)), s.date_of(float("inf"))
        ('2025-05-10', None)
        """
        if not day < self.horizon_days:
            return None
        return self.as_of + timedelta(days=int(day // 1))

    def day_of(self, on: date) -> int:
        """The number of days from ``as_of`` to a date.

        Raises:
            NegsimError: the date is before ``as_of`` or after the horizon.
        """
        if not self.as_of <= on <= self.horizon:
            raise NegsimError(f"nothing was computed for {on}: the runs cover {self.as_of} to {self.last_day}")
        return (on - self.as_of).days

    def months(self, counts: Sequence[int] = (6, 12, 24)) -> dict[int, date]:
        """The dates some months after ``as_of``, without those from the horizon on.

        >>> s = Context("Talks", date(2025, 8, 31), date(2026, 9, 1), ("US", "Russia"), ())
        >>> {n: str(d) for n, d in s.months().items()}
        {6: '2026-02-28', 12: '2026-08-31'}
        """
        dates = {n: add_months(self.as_of, n) for n in counts}
        return {n: d for n, d in dates.items() if d < self.horizon}


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day if it is shorter.

    >>> str(add_months(date(2024, 1, 31), 1))
    '2024-02-29'
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))
