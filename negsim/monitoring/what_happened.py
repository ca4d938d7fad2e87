"""What the record says about the time between two days, as the summaries that runs are compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from negsim.agenda import Agenda, Status
from negsim.analysis import all_of
from negsim.errors import NegsimError, check_name
from negsim.quantities import PartialDate

if TYPE_CHECKING:
    from negsim.scenario import Scenario

#: What an issue may be at the end: not settled, settled (agreed or resolved), lapsed.
OPEN, SETTLED, LAPSED = range(3)
WORDS = ("not settled", "settled", "lapsed")
_SETTLED = (Status.AGREED, Status.BLOCKED, Status.IMPLEMENTING, Status.RESOLVED)

#: The first and the last possible day of an event, counted from the as-of date of the scenario.
Days = tuple[int, int]


@dataclass(frozen=True)
class Observed:
    """What happened in ``days`` days.

    ``ends``: for each issue that counts, what it is at the end; ``agreed``: the days of its agreement, if there is one;
    ``held`` and ``cancelled``: the days of the rounds held and called off.
    """

    days: int
    ends: Mapping[str, int]
    agreed: Mapping[str, Days]
    held: tuple[Days, ...]
    cancelled: tuple[Days, ...]

    @property
    def words(self) -> str:
        """The summaries in a sentence."""
        ends = [sum(end == kind for end in self.ends.values()) for kind in range(len(WORDS))]
        total, counted = len(self.ends), [(n, words) for n, words in zip(ends, WORDS, strict=True) if n]
        parts = [f"{n} {words}" for n, words in counted]
        if counted:
            n, words = counted[0]
            parts[0] = f"{all_of(total) if n == total else f'{n} of {total} issues'} {words}"
        rounds = f"{len(self.held)} round{'' if len(self.held) == 1 else 's'} held, {len(self.cancelled)} called off"
        return f"{', '.join(parts) or 'no issue compared'}; {rounds}"


def observed(scenario: Scenario, to: date, unknown: Sequence[str] = ()) -> Observed:
    """What the record says about the time from the as-of date of a scenario to the end of the day ``to``.

    Args:
        scenario: the scenario.
        to: the last day.
        unknown: issues of which the record does not tell whether they are settled; runs are not compared on them.

    Raises:
        NegsimError: the day is not after the as-of date, or there is no such issue.
    """
    if to <= scenario.as_of:
        raise NegsimError(f"the day {to} is not after the as-of date {scenario.as_of}")
    if to >= scenario.horizon:
        raise NegsimError(f"the day {to} is not before the horizon {scenario.horizon}")
    for name in unknown:
        check_name(name, list(scenario.issues), f'there is no issue "{name}" in play')
    record = scenario.record.known_by(to)
    ends, agreed = {}, {}
    for name in scenario.issues:
        if name in unknown:
            continue
        ends[name] = _end(record.status(name, to))
        if ends[name] == SETTLED and (when := _agreement(record, name)) is not None:
            agreed[name] = _days(when, scenario.as_of)
    dates = [one.date for one in record.rounds.values()]
    off = [one.cancelled for one in record.targets if one.cancelled is not None]
    held, cancelled = (
        tuple(sorted(_days(day, scenario.as_of) for day in days if day.earliest > scenario.as_of))
        for days in (dates, off)
    )
    return Observed((to - scenario.as_of).days, ends, agreed, held, cancelled)


def _end(status: Status) -> int:
    return LAPSED if status is Status.LAPSED else SETTLED if status in _SETTLED else OPEN


def _agreement(record: Agenda, name: str) -> PartialDate | None:
    """The date of the agreement that stands."""
    found = None
    for change in record.issues[name].changes:
        stands = change.status in _SETTLED
        found = (found or change.date) if stands else None
    return found


def _days(day: PartialDate, start: date) -> Days:
    return (day.earliest - start).days, (day.latest - start).days
