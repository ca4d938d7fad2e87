"""What is on record of talks, in figures: how many issues, how far they came, how long it took, what was announced."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise
from statistics import median
from typing import Any

from negsim.files import TextStyle, pad, wrap
from negsim.history.negotiations import Histories, State, Talks


@dataclass(frozen=True, slots=True)
class Description:
    """Figures of some talks; days and slips are medians, None where there is nothing to take one of.

    ``days`` is the time from opening to closing of what was closed, and not at once: issues still open are not in it,
    so that it is short. ``at_once`` counts what was closed on the day of its opening.
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
    """The figures of some talks.

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


def descriptions_data(histories: Histories) -> dict[str, Any]:
    """The figures of all talks as plain data."""
    return {"talks": [_plain(asdict(describe(talks))) for talks in histories.talks.values()]}


def state_data(talks: Talks, at: State) -> dict[str, Any]:
    """The state of some talks on a day as plain data."""
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


def descriptions_table(histories: Histories, look: TextStyle) -> str:
    """The figures of all talks for a terminal."""
    heads = ("issues", "opened", "closed", "days", "in doubt", "gap", "targets", "slip")
    left = look.width - 8 * len(heads) - 1
    lines = [pad("talks", left) + "".join(head.rjust(8 + (head == "in doubt")) for head in heads)]
    lines.append(look.faint("─" * look.width))
    for talks in histories.talks.values():
        of = describe(talks)
        figures = (
            str(of.issues or ""),
            str(of.opened if of.issues else ""),
            str(of.closed if of.issues else ""),
            _rounded(of.days),
            str(of.in_doubt if of.issues else ""),
            _rounded(of.gap),
            str(of.targets or ""),
            f"{of.slip:.2f}" if of.slip is not None else "",
        )
        numbers = "".join(text.rjust(8 + (n == 4)) for n, text in enumerate(figures))
        name, *more = wrap(of.id, left - 1, "  ")
        lines += [look.bold(pad(name, left)) + numbers, *more]
        when = f"{of.title}, {of.end}, " + (f"{of.first} to {of.until}" if of.first else f"to {of.until}")
        lines += [look.faint(line) for line in wrap(when, look.width, "  ", "  ")]
    note = (
        "days: median from opening to closing of what was closed, not at once. in doubt: issues with a day from "
        "memory, left out; --memory takes them in. gap: median days between meeting days. slip: median of the time "
        "that an announced date took by the time announced."
    )
    return "\n".join([*lines, "", *(look.faint(line) for line in wrap(note, look.width))]) + "\n"


def state_text(talks: Talks, at: State, look: TextStyle) -> str:
    """The state of some talks on a day for a terminal."""
    lines = [look.bold(line) for line in wrap(f"{talks.title} at the end of {at.on}", look.width)]
    last = f", the last on {at.last_meeting}" if at.last_meeting else ""
    lines += wrap(f"{at.meetings} meeting days{last}.", look.width)
    for kind, issues in (("open", at.open), ("not yet opened", at.waiting), ("closed", at.closed)):
        lines += ["", look.bold(f"{kind}: {len(issues)}")]
        for issue in issues:
            days = " to ".join(str(day) for day in (issue.opened, issue.closed) if day)
            lines += wrap(f"{issue.title}{', ' + days if days else ''}", look.width, "    ", "  ")
    if at.unsure:
        titles = "; ".join(issue.title for issue in at.unsure)
        lines += ["", look.bold(f"in doubt, left out: {len(at.unsure)}"), *wrap(titles, look.width, "  ", "  ")]
    if at.targets:
        lines += ["", look.bold("announced and not yet come true")]
        for target in at.targets:
            lines += wrap(f"{target.said}, {target.who}: {target.what} (by {target.latest})", look.width, "    ", "  ")
    return "\n".join(lines) + "\n"


def _rounded(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, date) else value for name, value in values.items()}
