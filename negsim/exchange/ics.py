"""A projection as calendar entries (iCalendar, RFC 5545)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from negsim.errors import NegsimError

if TYPE_CHECKING:
    from icalendar import Event

    from negsim.projection import Projection

#: Characters of the hash of a scenario that identify its entries.
_HASH = 12


def calendar_file(projection: Projection) -> bytes:
    """The announced dates of the agenda and the 50 % dates of the issues, as entries of whole days.

    An announced date that is known to the month covers the month. A 50 % date is tentative, and its title begins with
    "Projection". An issue without a 50 % date within the horizon has no entry. The same projection gives the same
    bytes; a later projection of the same scenario file gives new entries, because its hash differs.

    Raises:
        NegsimError: icalendar is not installed.

    >>> import negsim as ns
    >>> text = calendar_file(ns.run("baseline", runs=50)).decode()
    >>> text.count("BEGIN:VEVENT"), "SUMMARY:Projection: 50 %" in text
    (5, True)
    """
    try:
        from icalendar import Calendar
    except ImportError:
        raise NegsimError("a calendar needs icalendar: pip install 'negsim[exchange]'") from None
    calendar = Calendar()
    calendar.add("prodid", "-//negsim//negsim//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{projection.context.talks}: {projection.context.title}")
    for event in [*_announced(projection), *_projected(projection)]:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _announced(projection: Projection) -> list[Event]:
    as_of = projection.context.as_of
    events = []
    for number, one in enumerate(projection.scenario.agenda.announced(as_of)):
        target = one.target
        text = f"Announced by {target.who} on {target.said}: {one.what}. State on {as_of}: {one.state}."
        days = (target.by.earliest, target.by.latest)
        title = f"{target.what} ({target.who}, {target.by})"
        events.append(_event(projection, f"announced-{number}", title, text, days, "CONFIRMED"))
    return events


def _projected(projection: Projection) -> list[Event]:
    events = []
    for issue in projection.digest.issues:
        if issue.p50 is None:
            continue
        text = (
            f"In 50 % of {projection.runs:,} simulated runs this issue is resolved by this day, and in 80 % by "
            f"{issue.p80 or f'no day before {projection.context.horizon}'}. It holds if the sides concede as the "
            f"scenario assumes. {projection.provenance}"
        )
        title = f"Projection: 50 % of runs have resolved {issue.facts.title}"
        events.append(_event(projection, f"p50-{issue.facts.id}", title, text, (issue.p50, issue.p50), "TENTATIVE"))
    return events


def _event(projection: Projection, name: str, title: str, text: str, days: tuple[date, date], status: str) -> Event:
    """An entry from the first to the last day, both included."""
    from icalendar import Event

    event = Event()
    event.add("uid", f"{projection.hash.removeprefix('sha256:')[:_HASH]}-{projection.seed}-{name}@negsim")
    # The day of the scenario, not of the export: the same projection gives the same bytes.
    event.add("dtstamp", datetime.combine(projection.context.as_of, time(), UTC))
    event.add("dtstart", days[0])
    event.add("dtend", days[1] + timedelta(days=1))
    event.add("summary", title)
    event.add("description", text)
    event.add("status", status)
    event.add("transp", "TRANSPARENT")
    event.add("categories", ["announced" if status == "CONFIRMED" else "projection"])
    return event
