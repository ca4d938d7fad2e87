"""The negotiation that a scenario is for: a past one, or an agenda of the tracker, at the end of a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from negsim.agenda import Agenda, Status
from negsim.errors import NegsimError
from negsim.history import Issue, Meeting, Snapshot, Talks, Target, agenda_data, known_by, names_of

#: Statuses in which the sides have agreed.
_AGREED = (Status.AGREED, Status.BLOCKED, Status.IMPLEMENTING, Status.RESOLVED)


@dataclass(frozen=True)
class Subject:
    """A negotiation up to a day.

    ``ids``: the id of each issue on an agenda. ``agenda``: that agenda in the form of a scenario file. ``complete``:
    the agenda leaves nothing out, so that its scenario can be strict.
    """

    snapshot: Snapshot
    ids: dict[str, str]
    agenda: Any
    complete: bool = True


def of_history(talks: Talks, on: date, horizon: int) -> Subject:
    """A past negotiation.

    Raises:
        NegsimError: Nothing of them is open or waiting on that day, or `known_by` has nothing to say of it.
    """
    snapshot = Snapshot.of(talks, on, horizon)
    ids = dict(zip((issue.name for issue in snapshot.talks.sure), names_of(snapshot.talks), strict=True))
    return _checked(Subject(snapshot, ids, agenda_data(snapshot.talks)))


def of_agenda(agenda: Agenda, on: date, horizon: int, said: Any, records: Sequence[Talks] = ()) -> Subject:
    """An agenda; ``said`` is its form in a scenario file. A record of the same negotiation adds its meetings.

    Raises:
        NegsimError: Nothing of it is open or waiting on that day.
    """
    talks = talks_of(agenda, on)
    for record in records:
        if same_talks(record, talks):
            # A record that ends earlier is continued by the agenda.
            last = on if record.end == "concluded" else min(on, record.until)
            later = tuple(meeting for meeting in talks.meetings if meeting.start and meeting.start > last)
            talks = replace(talks, meetings=(*known_by(record, last).meetings, *later), start=record.start)
    snapshot = Snapshot.of(talks, on, horizon)
    return _checked(Subject(snapshot, {name: name for name in agenda.issues}, said, not agenda.warnings))


def _checked(subject: Subject) -> Subject:
    now = subject.snapshot.now
    if not (now.open or (now.waiting and subject.snapshot.talks.stepwise)):
        raise NegsimError(f"{subject.snapshot.talks.title}: on {subject.snapshot.now.on} no issue is open or waiting")
    return subject


def same_talks(one: Talks, other: Talks) -> bool:
    """Whether two records are of the same negotiation: the same sides met on the same day."""
    days = set(one.meeting_days()) & set(other.meeting_days())
    return one.id == other.id or (set(one.sides) == set(other.sides) and bool(days))


def talks_of(agenda: Agenda, on: date) -> Talks:
    """An agenda as a record, up to the end of a day. An event known to the month counts when the month is over.

    A meeting known to the month only has no day and informs no gap.

    An issue is opened by its first entry that is not dormant, and closed when the sides agree. A lapsed issue stays
    open, since it was not settled. An announced date without issues, or with all of them, is about the end. An issue
    without a history has its status since ``on``, because nothing says since when.
    """

    def day_of(issue_id: str, agreed: bool) -> date | None:
        issue = agenda.issues[issue_id]
        if not issue.history:
            status = issue.first_status
            return on if (status in _AGREED if agreed else status is not Status.DORMANT) else None
        for entry in agenda.issues[issue_id].history:
            if entry.date.certainly_by(on) and (
                entry.status in _AGREED if agreed else entry.status is not Status.DORMANT
            ):
                return entry.date.latest
        return None

    return Talks(
        id="agenda",
        title=agenda.title,
        sides=tuple(side.title for side in agenda.sides.values()),  # type: ignore[arg-type]
        end="running",
        until=on,
        issues=tuple(
            Issue(name, issue.title, day_of(name, agreed=False), day_of(name, agreed=True))
            for name, issue in agenda.issues.items()
            if issue.entry(on) is not None or not issue.history
        ),
        meetings=tuple(
            Meeting(name, held.date.latest, held.date.latest, held.city or "", True, None, unsure=not held.date.exact)
            for name, held in agenda.rounds.items()
            if held.date.certainly_by(on)
        ),
        targets=tuple(
            Target(
                target.said.latest,
                target.who,
                target.what,
                "end" if set(target.issues) in (set(), set(agenda.issues)) else "part",
                target.said.latest,
                target.by.latest,
                target.came.latest if target.came else None,
            )
            for target in (each.target for each in agenda.announced(on))
        ),
        stepwise=False,
    )
