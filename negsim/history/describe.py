"""Figures of past negotiations: numbers of issues, their status, durations, announced dates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise
from statistics import median
from typing import Any

from negsim.files import TextPage, TextStyle
from negsim.history.negotiations import State, Talks


@dataclass(frozen=True, slots=True)
class Description:
    """Figures of a negotiation; days, gap and slip are medians, None if there are no values.

    ``days`` is the time from opening to closing of the issues that were closed, and not at once. It leaves out issues
    that are still open, so that it is short. ``at_once`` counts the issues closed on the day of their opening.
    """

    id: str
    title: str
    end: str
    first: date | None
    until: date
    issues: int
    in_doubt: int
    opened: int
    closed: int
    at_once: int
    days: float | None
    meeting_days: int
    gap: float | None
    targets: int
    slip: float | None


def describe(talks: Talks) -> Description:
    """The figures of a negotiation.

    >>> from negsim.history import load
    >>> found = describe(load("seeds/histories", memory=True)["croatia"])
    >>> found.issues, found.closed, found.at_once, found.days
    (35, 35, 4, 564)
    """
    sure = talks.sure
    days = talks.meeting_days()
    lasted = [
        (issue.closed - issue.opened).days for issue in sure if issue.opened and issue.closed and not issue.at_once
    ]
    slips = [target.slip for target in talks.targets if target.slip is not None and not target.unsure]
    return Description(
        talks.id,
        talks.title,
        talks.end,
        talks.first,
        talks.until,
        len(talks.issues),
        len(talks.issues) - len(sure),
        sum(issue.opened is not None for issue in sure),
        sum(issue.closed is not None for issue in sure),
        sum(issue.at_once for issue in sure),
        _median(lasted),
        len(days),
        _median([(later - day).days for day, later in pairwise(days)]),
        sum(not target.unsure for target in talks.targets),
        _median(slips),
    )


def _median(values: list[Any]) -> float | None:
    return median(values) if values else None


def descriptions_data(talks: Iterable[Talks], outlines: Sequence[Talks] = ()) -> dict[str, Any]:
    """The figures of all talks as plain data, and how many ended of those with only a start and an end on record."""
    return {
        "talks": [_plain(asdict(describe(one))) for one in talks],
        "starts_and_ends": {
            subject: {"concluded": ended, "of": of} for subject, (ended, of) in shares(outlines).items()
        },
    }


def shares(outlines: Iterable[Talks]) -> dict[str, tuple[int, int]]:
    """By subject, how many negotiations were concluded, of how many; only the start and the end are on record.

    >>> from negsim.history import load
    >>> list(shares(load("seeds/histories").outlines))[:2]
    ['trade_two', 'trade_many']
    """
    found: dict[str, tuple[int, int]] = {}
    for one in outlines:
        ended, of = found.get(one.start.subject, (0, 0))
        found[one.start.subject] = ended + (one.end == "concluded"), of + 1
    return found


def state_data(talks: Talks, at: State) -> dict[str, Any]:
    """The state of a negotiation on a day as plain data."""
    return {
        "talks": talks.id,
        "on": str(at.on),
        **{
            kind: [_plain({"issue": issue.title, "opened": issue.opened, "closed": issue.closed}) for issue in issues]
            for kind, issues in (("open", at.open), ("closed", at.closed), ("waiting", at.waiting))
        },
        "in_doubt": [issue.title for issue in at.unsure],
        "meeting_days": at.meetings,
        "last_meeting": str(at.last_meeting) if at.last_meeting else None,
        "targets": [
            _plain({"said": target.said, "who": target.who, "what": target.what, "by": target.latest})
            for target in at.targets
        ],
    }


def descriptions_table(talks: Iterable[Talks], look: TextStyle, outlines: Sequence[Talks] = ()) -> str:
    """The figures of all talks for a terminal, and a line on those with only a start and an end on record."""
    heads = ("talks", "issues", "opened", "closed", "days", "in doubt", "gap", "targets", "slip")
    rows = []
    for one in talks:
        of = describe(one)
        counts = [str(count) if of.issues else "" for count in (of.issues, of.opened, of.closed, of.in_doubt)]
        figures = [*counts[:3], _rounded(of.days), counts[3], _rounded(of.gap), str(of.targets or "")]
        figures.append(f"{of.slip:.2f}" if of.slip is not None else "")
        when = f"{of.title}, {of.end}, " + (f"{of.first} to {of.until}" if of.first else f"to {of.until}")
        rows.append((of.id, figures, when))
    page = TextPage(look)
    page.table(heads, [max(len(head), 4) + 2 for head in heads[1:]], rows)
    note = (
        "days: median from opening to closing, without issues closed at once. in doubt: issues with a date from "
        "memory, left out; --memory includes them. gap: median days between meeting days. slip: median of the time "
        "that an announced date took, divided by the time announced."
    )
    if outlines:
        counts = [f"{subject} {ended} of {of}" for subject, (ended, of) in shares(outlines).items()]
        page.add().add(
            f"{len(outlines)} more with only the start and the end on record. Concluded: {', '.join(counts)}."
        )
    return page.add().note(note).text


def state_text(talks: Talks, at: State, look: TextStyle) -> str:
    """The state of a negotiation on a day for a terminal."""
    page = TextPage(look).title(f"{talks.title} at the end of {at.on}")
    last = f", the last on {at.last_meeting}" if at.last_meeting else ""
    page.add(f"{at.meetings} meeting days{last}.")
    for kind, issues in (("open", at.open), ("not yet opened", at.waiting), ("closed", at.closed)):
        page.add().title(f"{kind}: {len(issues)}")
        for issue in issues:
            days = " to ".join(str(day) for day in (issue.opened, issue.closed) if day)
            page.add(f"{issue.title}{', ' + days if days else ''}", "    ", "  ")
    if at.unsure:
        titles = "; ".join(issue.title for issue in at.unsure)
        page.add().title(f"in doubt, left out: {len(at.unsure)}").add(titles, "  ", "  ")
    if at.targets:
        page.add().title("announced and not yet reached")
        for target in at.targets:
            page.add(f"{target.said}, {target.who}: {target.what} (by {target.latest})", "    ", "  ")
    return page.text


def _rounded(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, date) else value for name, value in values.items()}
