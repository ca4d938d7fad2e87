"""Context of an analysis: the names and dates of a scenario, without its assumptions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from negsim.agenda import Status
from negsim.analysis.scale import Scale
from negsim.analysis.time_scale import Milestone, milestones, unit_for, unit_of
from negsim.errors import NegsimError


def all_of(issues: int) -> str:
    """The row of all issues.

    >>> all_of(3), all_of(2), all_of(1)
    ('all 3 issues', 'both issues', 'the only issue')
    """
    return f"{all_words(issues)} issues" if issues != 1 else "the only issue"


def all_words(number: int) -> str:
    """All of a number of things, without their name.

    >>> all_words(3), all_words(2), all_words(1)
    ('all 3', 'both', 'the only one')
    """
    return {1: "the only one", 2: "both"}.get(number, f"all {number}")


def count_of(number: int, total: int) -> str:
    """So many of all issues, with the verb.

    >>> count_of(1, 3), count_of(2, 3), count_of(3, 3), count_of(2, 2), count_of(1, 1), count_of(0, 1)
    ('1 of 3 issues is', '2 of 3 issues are', 'all 3 issues are', 'both issues are', 'the only issue is', 'no issue is')
    """
    if not number:
        return "no issue is"
    if number == total:
        return f"{all_of(total)} {'is' if total == 1 else 'are'}"
    return f"{number} of {total} issues {'is' if number == 1 else 'are'}"


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
    """An issue of the scenario: id, title, status label at ``as_of``, titles of its options, its record, its scale.

    ``history`` holds the recorded statuses up to ``as_of``, oldest first.
    """

    id: str
    title: str
    status: str
    options: tuple[str, ...] = ()
    history: tuple[Entry, ...] = ()
    scale: Scale | None = None


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

    Runs end at the start of the ``horizon``, so the last simulated day is the day before it. ``asked_unit`` and
    ``asked_milestones`` replace the defaults of the time scale.

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
    asked_unit: str | None = None
    asked_milestones: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        """The title of the talks, and that of the scenario if it has one of its own."""
        return self.talks if self.title == self.talks else f"{self.talks}: {self.title}"

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

    @property
    def milestones(self) -> tuple[Milestone, ...]:
        """The milestones of tables, all before the horizon.

        >>> s = Context("Talks", date(2025, 8, 31), date(2027, 9, 1), ("US", "Russia"), ())
        >>> {m.words: str(m.date) for m in s.milestones}
        {'6 months': '2026-02-28', '12 months': '2026-08-31', '24 months': '2027-08-31'}
        """
        return milestones(self.as_of, self.horizon, self.asked_milestones)

    @property
    def unit(self) -> str:
        """The unit in which dates are shown: the one asked for, or one that suits the horizon."""
        return self.asked_unit or unit_for(self.horizon_days)

    @property
    def fine_unit(self) -> str:
        """The unit of dates with an interval: the one asked for, else days, or months where others are years."""
        return self.asked_unit or ("month" if self.unit == "year" else "day")

    def unit_of(self, shown: Iterable[date | None]) -> str:
        """The unit in which some dates are shown; None is a date beyond the horizon."""
        return self.asked_unit or unit_of(self.as_of, self.horizon, shown)
