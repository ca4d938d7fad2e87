"""What changed in an agenda between two days, or between two agendas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from negsim.agenda.agenda import Agenda


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that differs: what it is about, its old and its new version; empty if there is none."""

    about: str
    before: str
    after: str

    @property
    def text(self) -> str:
        """The change in one line.

        >>> Change("visas, status", "raised", "discussing").text, Change("rounds", "", "Third round").text
        ('visas, status: raised -> discussing', 'rounds: new: Third round')
        """
        if not self.before:
            return f"{self.about}: new: {self.after}"
        return f"{self.about}: {self.before} -> {self.after}" if self.after else f"{self.about}: gone: {self.before}"

    def data(self) -> dict[str, Any]:
        """The change as plain data; None where there is no version."""
        return {"about": self.about, "before": self.before or None, "after": self.after or None}


def difference(old: Agenda, before: date, new: Agenda, after: date) -> list[Change]:
    """What the record of ``new`` on the day ``after`` says otherwise than that of ``old`` on the day ``before``.

    Statuses, milestones, demands, rounds held, announced dates, outside events and disputes are compared, each as known
    at the end of its day.

    >>> from negsim.agenda.reader import load_agenda
    >>> from negsim.files import find_data
    >>> record = load_agenda(find_data("seeds/agenda.yaml").path)
    >>> changes = difference(record, date(2025, 3, 1), record, date(2025, 4, 10))
    >>> changes[0].text
    'banking, status: discussing (2025-02) -> converging (2025-04-10)'
    """
    was, now = dict(_facts(old, before)), dict(_facts(new, after))
    keys = list(dict.fromkeys([*now, *was]))
    return [Change(key[0], was.get(key, ""), now.get(key, "")) for key in keys if was.get(key, "") != now.get(key, "")]


def _facts(agenda: Agenda, on: date) -> Iterator[tuple[tuple[str, str], str]]:
    """Every fact known at the end of the day, by what it is about and by its identity."""
    for row in agenda.board(on):
        since = f" ({row.since})" if row.since else ""
        yield (f"{row.id}, status", ""), f"{row.status.label}{since}"
        for side, text in row.demands.items():
            yield (f"{row.id}, demand of {side}", ""), text or ""
        for entry in agenda.issues[row.id].history:
            if entry.date.certainly_by(on) and entry not in agenda.issues[row.id].changes:
                yield (f"{row.id}, milestone", f"{entry.date} {entry.what}"), f"{entry.date} {entry.what}"
        for name in row.disputed:
            yield (f"{row.id}, disputed", name), agenda.disputed[name].question
    for name, held in agenda.rounds.items():
        if held.date.certainly_by(on):
            yield ("rounds", name), f"{held.title} ({held.date})"
    for name, event in agenda.events.items():
        if event.date is not None and event.date.certainly_by(on):
            yield ("outside events", name), f"{event.title} ({event.date})"
    for one in agenda.announced(on):
        target = one.target
        yield (
            ("announced dates", f"{target.who} {target.said} {target.what}"),
            f"{target.what} by {target.by}: {one.state}",
        )
