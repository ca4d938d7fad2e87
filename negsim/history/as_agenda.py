"""Past negotiations as agendas, so that boards, pictures and scenarios work on them."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from negsim.agenda import NO_POSITION, Agenda
from negsim.errors import NegsimError
from negsim.history.negotiations import Issue, Talks, Target, known_by

if TYPE_CHECKING:
    from collections.abc import Iterable


def to_agenda(talks: Talks, on: date | None = None) -> Agenda:
    """The negotiation as an agenda at the end of the day ``on``, by default the last day of the record.

    An opening is ``raised``. A closing is ``resolved``, with the statuses before it on the same day. Issues not yet
    opened are ``dormant`` from the first opening on. Issues that are open when the negotiation stalls are
    ``suspended``. Issues with a date in doubt are left out, and the description says so. There are no citations; the
    text names the source of each date. An announced end names all issues.

    Raises:
        NegsimError: No issue is on record by then, or `known_by` has nothing to say of that day.
    """
    return Agenda.model_validate(agenda_data(talks, on))


def agenda_data(talks: Talks, on: date | None = None) -> dict[str, Any]:
    """The same as plain data.

    Raises:
        NegsimError: As `to_agenda`.
    """
    then = known_by(talks, on if on is not None else talks.until)
    first = then.first
    if first is None:
        raise NegsimError(f"no issue of {talks.id} is on record with a sure day by {then.until}")
    sides = dict(zip(_names(then.sides), then.sides, strict=True))
    names = names_of(then)
    doubt = len(then.issues) - len(then.sure)
    left_out = (
        f" {doubt} of {len(then.issues)} issues are left out, because a day of theirs is in doubt." if doubt else ""
    )
    meetings = [meeting for meeting in then.meetings if meeting.held and meeting.start and not meeting.unsure]
    return {
        "title": then.title,
        "description": f"Made from a history: days, and no demands. The record stands at {then.until}.{left_out}",
        "sides": {name: {"title": title} for name, title in sides.items()},
        "issues": {name: _issue(issue, then, first, list(sides)) for name, issue in zip(names, then.sure, strict=True)},
        "rounds": {
            name: {
                "title": f"Round {meeting.name}",
                "date": str(meeting.start),
                "what": "A round was held.",
                **({"venue": meeting.venue} if meeting.venue else {}),
            }
            for name, meeting in zip(_names(f"round {m.name}" for m in meetings), meetings, strict=True)
        },
        "targets": [_target(target, names) for target in then.targets if not target.unsure],
    }


def _target(target: Target, names: list[str]) -> dict[str, Any]:
    return {
        "who": target.who,
        "said": str(target.said),
        "what": target.what,
        "by": str(target.latest),
        **({"came": str(target.actual)} if target.actual is not None else {}),
        # The end of the talks is that of all issues.
        **({"issues": names} if target.about == "end" else {}),
    }


def _issue(issue: Issue, talks: Talks, first: date, sides: list[str]) -> dict[str, Any]:
    nobody = {side: {"text": NO_POSITION} for side in sides}
    return {
        "title": issue.title,
        "summary": f"An issue of: {talks.title}.",
        "demands": nobody,
        "stances": nobody,
        "history": [
            {"date": str(day), "status": status, "what": what} for day, status, what in _history(issue, talks, first)
        ],
        "resolves_when": "The record says that it is closed.",
    }


def _history(issue: Issue, talks: Talks, first: date) -> Iterable[tuple[date, str, str]]:
    if issue.opened is None:
        yield first, "dormant", "On the list, and not opened yet."
        return
    if issue.opened > first:
        yield first, "dormant", "On the list, and not opened yet."
    yield issue.opened, "raised", "Opened."
    if issue.closed is not None:
        # The tracker knows stages that a history does not tell apart.
        for status in ("agreed", "implementing"):
            yield issue.closed, status, "Closed."
        yield issue.closed, "resolved", f"Closed. Source: {issue.source}" if issue.source else "Closed."
    elif talks.end == "stalled":
        yield talks.until, "suspended", "Open when the talks stalled."


def names_of(talks: Talks) -> list[str]:
    """The ids that the issues of `Talks.sure` have on an agenda, in their order."""
    return _names(issue.title for issue in talks.sure)


def _names(titles: Iterable[str]) -> list[str]:
    """Ids made of titles: letters, digits and _, each once."""
    names: list[str] = []
    for title in titles:
        stem = re.sub("[^a-z0-9]+", "_", title.lower()).strip("_")
        stem = stem if stem[:1].isalpha() else f"no_{stem}".rstrip("_")
        name, n = stem, 2
        while name in names:
            name, n = f"{stem}_{n}", n + 1
        names.append(name)
    return names
