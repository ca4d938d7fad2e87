"""The input of a forecaster: a negotiation cut off at a day, other negotiations, and the figures of both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from negsim.history.negotiations import Issue, State, Talks, Target, known_by, state

Floats = npt.NDArray[np.float64]
#: By the name of an issue, the probability that it is closed by the end of day 0, 1, ... after the origin.
Forecasts: TypeAlias = "dict[str, Floats]"


@dataclass(frozen=True)
class Snapshot:
    """A negotiation as known on a day; forecasts reach ``horizon`` days from there."""

    talks: Talks
    now: State
    horizon: int

    @classmethod
    def of(cls, talks: Talks, on: date, horizon: int) -> Snapshot:
        """The negotiation at the end of the day ``on``. Later events are cut off here, and nowhere else."""
        then = known_by(talks, on)
        return cls(then, state(then, on), horizon)

    @property
    def targeted(self) -> tuple[Issue, ...]:
        """The issues that are forecast: open ones, then those not yet opened."""
        return (*self.now.open, *self.now.waiting)

    @cached_property
    def days(self) -> list[date]:
        """The known meeting days."""
        return self.talks.meeting_days()

    @cached_property
    def silent(self) -> int:
        """Days since the last meeting."""
        return (self.now.on - self.days[-1]).days if self.days else 0

    def age(self, issue: Issue) -> int:
        """Days since an issue was opened; for one not yet opened, since the first opening."""
        since = issue.opened or self.talks.first
        return (self.now.on - since).days if since else 0

    @property
    def announced(self) -> Target | None:
        """The latest announcement of the end of the negotiation; None without one."""
        said = [target for target in self.now.targets if target.about == "end"]
        return max(said, key=lambda target: (target.said, target.latest)) if said else None


#: Shown other talks (all of their record), a forecaster gives a function from a snapshot to forecasts.
Forecaster: TypeAlias = "Callable[[Sequence[Talks]], Callable[[Snapshot], Forecasts]]"


@dataclass(frozen=True)
class Durations:
    """Durations in days: known; still under way; in an interval from 0 (closings from memory)."""

    seen: Floats
    running: Floats
    within: Floats


def durations(others: Sequence[Talks], whole: bool = False) -> Durations:
    """Durations of issues from opening to closing, without issues closed at once.

    ``whole``: from the first opening of the negotiation, also for issues not yet opened. A closing from memory lies
    between the opening and the end of the record. An issue with an opening from memory is left out.
    """
    seen, running, within = [], [], []
    for talks in others:
        first = talks.first
        for issue in talks.issues:
            opened = first if whole else issue.opened
            if opened is None or (issue.opened_unsure and not whole):
                continue
            if issue.closed_unsure:
                within.append((talks.until - opened).days)
            elif issue.closed is None:
                running.append((talks.until - opened).days)
            elif whole or not issue.at_once:
                seen.append((issue.closed - opened).days)
    return Durations(*(np.maximum(np.asarray(part, dtype=np.float64), 0.5) for part in (seen, running, within)))


def gaps(talks: Talks) -> list[int]:
    """Days from one meeting to the next."""
    days = talks.meeting_days()
    return [(later - day).days for day, later in pairwise(days)]


@dataclass(frozen=True)
class Moves:
    """Openings and closings at the meetings of a negotiation, and the opportunities for them.

    ``closings`` of ``open_meetings`` (pairs of an open issue and a meeting); ``openings`` of ``waiting_meetings``;
    ``at_once`` of ``openings``.
    """

    open_meetings: int
    closings: int
    waiting_meetings: int
    openings: int
    at_once: int
    open_days: int
    waiting_days: int


def moves(talks: Talks) -> Moves:
    """The counts over the issues without a date in doubt; days of waiting count from the first meeting."""
    days = np.asarray([day.toordinal() for day in talks.meeting_days()])
    last = talks.until.toordinal()
    # Without a meeting no day of waiting has passed.
    first = days[0] if len(days) else last
    open_meetings = closings = waiting = openings = at_once = open_days = waiting_days = 0
    for issue in talks.sure:
        opened = issue.opened.toordinal() if issue.opened else last
        closed = issue.closed.toordinal() if issue.closed else last
        waiting += int(np.sum(days <= opened))
        waiting_days += max(opened - first, 0)
        if issue.opened is None:
            continue
        openings += 1
        at_once += issue.at_once
        if not issue.at_once:
            open_meetings += int(np.sum((days > opened) & (days <= closed)))
            closings += issue.closed is not None
            open_days += closed - opened
    return Moves(open_meetings, closings, waiting, openings, at_once, open_days, waiting_days)


def slips(others: Sequence[Talks]) -> Floats:
    """The actual time to the end divided by the announced time, for each announcement; infinity if it never came."""
    found = [
        target.slip if target.slip is not None else np.inf
        for talks in others
        for target in talks.targets
        if target.about == "end" and not target.unsure and target.latest > target.said
    ]
    return np.sort(np.asarray(found, dtype=np.float64))
