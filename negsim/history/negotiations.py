"""Records of past negotiations: issues with days of opening and closing, meetings, announced dates.

A date from memory only hides what came after it, unless the record is loaded with ``memory=True``. `known_by` cuts a
record off at the end of a day. Code that must not look ahead gets its result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from negsim.errors import NegsimError
from negsim.history.start import NOTHING_KNOWN, Start


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue of a past negotiation; a day is None if it has not come or is not on record.

    ``opened_unsure`` and ``closed_unsure`` mean that the day comes from memory and is not used.
    """

    name: str
    title: str
    opened: date | None
    closed: date | None
    opened_unsure: bool = False
    closed_unsure: bool = False
    source: str = ""
    note: str = ""

    @property
    def unsure(self) -> bool:
        """Whether a day that has come is in doubt, so that the issue is left out."""
        return self.opened_unsure or self.closed_unsure

    @property
    def at_once(self) -> bool:
        """Whether it was closed on the day of its opening."""
        return self.opened is not None and self.opened == self.closed


@dataclass(frozen=True, slots=True)
class Meeting:
    """A round that was held, or was planned and not held (``held`` is False; ``start`` may then be None).

    ``added``: the month in which its row was added to the record; empty for the first record.
    """

    name: str
    start: date | None
    end: date | None
    venue: str
    held: bool
    planned: date | None
    unsure: bool
    source: str = ""
    note: str = ""
    added: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """An announced date: who announced what for when, and when it happened (None: not, or not yet).

    ``about`` is ``end`` (of the whole negotiation), ``part`` or ``meeting``. ``lawful`` means that the date stands in a
    law, a treaty or a measure in force, by which something happens then if the sides do not agree. ``added``: as of a
    `Meeting`.
    """

    said: date
    who: str
    what: str
    about: str
    earliest: date
    latest: date
    actual: date | None
    source: str = ""
    unsure: bool = False
    lawful: bool = False
    added: str = ""

    @property
    def slip(self) -> float | None:
        """The actual time divided by the announced time, both from the announcement on; None if it never happened.

        >>> target = Target(date(2018, 3, 19), "", "", "end", date(2018, 3, 19), date(2018, 10, 31), date(2018, 11, 14))
        >>> round(target.slip, 3)
        1.062
        """
        announced = (self.latest - self.said).days
        return (self.actual - self.said).days / announced if self.actual is not None and announced > 0 else None


@dataclass(frozen=True, slots=True)
class Talks:
    """The record of a negotiation up to the day ``until``, and its state then: concluded, stalled or running.

    ``stepwise``: openings and closings happen at meetings, as in accessions. On a tracker's agenda they are the days on
    which a document first shows them. ``outline``: only the start and the end are on record.
    """

    id: str
    title: str
    sides: tuple[str, str]
    end: str
    until: date
    issues: tuple[Issue, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    targets: tuple[Target, ...] = ()
    stepwise: bool = True
    start: Start = NOTHING_KNOWN
    outline: bool = False

    @property
    def sure(self) -> tuple[Issue, ...]:
        """The issues without a date in doubt."""
        return tuple(issue for issue in self.issues if not issue.unsure)

    @property
    def first(self) -> date | None:
        """The day of the first opening without doubt."""
        return min((issue.opened for issue in self.sure if issue.opened), default=None)

    def _repr_html_(self) -> str:
        from negsim.files import values_table

        rows = [{"issue": i.title, "opened": i.opened, "closed": i.closed, "in doubt": i.unsure} for i in self.issues]
        foot = f"{len(self.meeting_days())} meeting days; the record ends on {self.until}."
        return values_table(f"{self.title}, {self.end}", rows, foot)

    def meeting_days(self) -> list[date]:
        """The known meeting days in order: rounds held, openings and closings.

        A date in doubt is no meeting day. An issue with one date in doubt still shows a meeting on the other.
        """
        days = {meeting.start for meeting in self.meetings if meeting.held and meeting.start and not meeting.unsure}
        if not self.stepwise:
            return sorted(days)
        days |= {issue.opened for issue in self.issues if issue.opened and not issue.opened_unsure}
        days |= {issue.closed for issue in self.issues if issue.closed and not issue.closed_unsure}
        return sorted(days)


def known_by(talks: Talks, on: date) -> Talks:
    """The record as known at the end of the day ``on``: without later events, and without doubts about them.

    Raises:
        NegsimError: The negotiation is not concluded, and its record ends before that day.
    """
    if on > talks.until and talks.end != "concluded":
        raise NegsimError(f"the record of {talks.id} ends on {talks.until}, so nothing is known of {on}")
    return replace(
        talks,
        end=talks.end if on >= talks.until else "running",
        until=on,
        issues=tuple(_issue_by(issue, on) for issue in talks.issues),
        meetings=tuple(meeting for meeting in talks.meetings if _held_by(meeting, on)),
        targets=tuple(_target_by(target, on) for target in talks.targets if target.said <= on),
    )


def others_by(others: Sequence[Talks], on: date) -> list[Talks]:
    """The records of other negotiations as known at the end of a day; a record that ends earlier is used in full."""
    return [known_by(talks, min(on, talks.until)) for talks in others]


def _issue_by(issue: Issue, on: date) -> Issue:
    opened, closed = _by(issue.opened, on), _by(issue.closed, on)
    return replace(
        issue,
        opened=opened,
        closed=closed,
        opened_unsure=issue.opened_unsure and opened is not None,
        closed_unsure=issue.closed_unsure and closed is not None,
        # Sources and notes were written when all was over.
        source=issue.source if (opened, closed) == (issue.opened, issue.closed) and closed is not None else "",
        note="",
    )


def _by(day: date | None, on: date) -> date | None:
    return day if day is not None and day <= on else None


def _held_by(meeting: Meeting, on: date) -> bool:
    day = meeting.start or meeting.planned
    return day is not None and max(day, meeting.end or day) <= on


def _target_by(target: Target, on: date) -> Target:
    return replace(target, actual=_by(target.actual, on), source="")


@dataclass(frozen=True, slots=True)
class State:
    """The state of a negotiation at the end of a day. ``unsure`` holds the issues left out for a date in doubt."""

    on: date
    waiting: tuple[Issue, ...]
    open: tuple[Issue, ...]
    closed: tuple[Issue, ...]
    unsure: tuple[Issue, ...]
    meetings: int
    last_meeting: date | None
    targets: tuple[Target, ...]

    def _repr_html_(self) -> str:
        from negsim.files import values_table

        rows = [
            {"issue": issue.title, "state": kind, "opened": issue.opened, "closed": issue.closed}
            for kind in ("open", "waiting", "closed", "unsure")
            for issue in getattr(self, kind)
        ]
        last = f", the last on {self.last_meeting}" if self.last_meeting else ""
        return values_table(f"State at the end of {self.on}", rows, f"{self.meetings} meeting days{last}.")


def state(talks: Talks, on: date) -> State:
    """The state at the end of the day ``on``, without later information; targets are those not yet met.

    Raises:
        NegsimError: As `known_by`.
    """
    then = known_by(talks, on)
    days = then.meeting_days()
    sure = then.sure
    return State(
        on,
        tuple(issue for issue in sure if issue.opened is None),
        tuple(issue for issue in sure if issue.opened is not None and issue.closed is None),
        tuple(issue for issue in sure if issue.closed is not None),
        tuple(issue for issue in then.issues if issue.unsure),
        len(days),
        days[-1] if days else None,
        tuple(target for target in then.targets if target.actual is None and not target.unsure),
    )
