"""Default assumptions: values for what a scenario file leaves out, each with its source.

Every default adds a line with the mark `ASSUMED` to the sources of its block, so that a full form shows which of its
numbers nobody stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median
from typing import Any, Final

from negsim.agenda import Agenda, Status

#: The mark of a default in a source, after the kind of the source.
ASSUMED: Final = "assumed by default: "
#: The source of numbers for which the file gives none.
NO_SOURCE: Final = "judgement: no source given"
#: Within talks, nine gaps in ten are below this multiple of the median (`negsim calibrate`, rounds.csv).
GAP_SPREAD: Final = 3.08
#: The median gap as a share of the length of the talks: the median over the five talks of rounds.csv with three rounds.
GAP_SHARE: Final = 0.09


@dataclass(frozen=True)
class Default:
    """A value, and the line that tells it in the sources."""

    value: Any
    source: str


@dataclass(frozen=True)
class Defaults:
    """The default assumptions of a scenario, from its horizon and the record."""

    agenda: Agenda
    as_of: date | None
    horizon_days: float

    def tactic(self, key: str, who: str) -> Default:
        """The default of a key of a tactic: `kind`, `beta` or `patience`."""
        if key == "kind":
            return Default("time", _line("judgement", f"{who} concede by the time tactic; it needs no past offers"))
        if key == "beta":
            value: Any = {"pert": {"low": 0.25, "mode": 0.6, "high": 2}}
            words = "0.25 to 2, around 0.6; sides concede mostly late, because neither wants to pay first"
            return Default(value, _line("judgement", f"beta of {who} {words}"))
        half, late = _days(self.horizon_days / 2), _days(self.horizon_days * 1.5)
        words = f"median {half}, one in ten above {late}: half the horizon, and one and a half times the horizon"
        return Default({"lognormal": {"median": half, "q90": late}}, _line("judgement", f"patience of {who} {words}"))

    @property
    def reservation(self) -> Default:
        """The reservation value of a side on an issue."""
        words = "reservation values 0.1 to 0.7, around 0.35: a side accepts about a third of its demand"
        return Default({"pert": {"low": 0.1, "mode": 0.35, "high": 0.7}}, _line("judgement", words))

    @property
    def hours(self) -> Default:
        """The length of a discussion."""
        return Default("1 hour", _line("judgement", "a discussion takes 1 hour"))

    @property
    def lag(self) -> Default:
        """The time from agreement to resolution."""
        return Default("0 days", _line("judgement", "an agreement is implemented at once"))

    def session(self, hours: float) -> Default:
        """The length of a meeting: enough for all issues."""
        long = "1 hour" if hours == 1 else f"{hours:g} hours"
        words = f"a meeting lasts {long}, enough for every issue: no record limits it"
        return Default(f"{hours:g} hours", _line("judgement", words))

    @property
    def gap(self) -> Default:
        """The gap between meetings: the median gap on record, else a share of the horizon."""
        days = self.meetings()
        gaps = [(after - before).days for before, after in pairwise(days)]
        if gaps:
            middle: float = median(gaps)
            words = f"the median of {len(gaps)} on record" if len(gaps) > 1 else "the only gap on record"
            kind = "arithmetic"
        else:
            middle = self.horizon_days * GAP_SHARE
            words = f"{100 * GAP_SHARE:g} % of the horizon; in five past talks it is 6 to 18 % of the whole length"
            kind = "history"
        value = {"lognormal": {"median": _days(middle), "q90": _days(middle * GAP_SPREAD)}}
        words = f"gap between meetings of median {_days(middle)}, {words}"
        return Default(value, _line(kind, f"{words}; nine gaps in ten are below {GAP_SPREAD:g} times it (rounds.csv)"))

    def meetings(self) -> list[date]:
        """The days of the meetings on record by `as_of`, each once; a meeting without an exact day does not count."""
        if self.as_of is None:
            return []
        days = {one.date.earliest for one in self.agenda.rounds.values() if one.date.exact}
        return sorted(day for day in days if day <= self.as_of)


def equal_terms(sides: Sequence[str], title: str) -> Default:
    """Terms of an agreement that the file does not state: half for each side."""
    words = f"the agreement on {title} gives each side utility 0.5"
    return Default(equal_shares(sides), _line("judgement", words))


def equal_shares(sides: Sequence[str]) -> dict[str, float]:
    """Terms that give each side half of what it demands."""
    return dict.fromkeys(sides, 0.5)


@dataclass(frozen=True)
class Counted:
    """The state of an issue at a day, counted from the dates of its record."""

    days: int
    rounds: int
    passed: int
    before: Status | None


def counted(agenda: Agenda, name: str, as_of: date) -> Counted:
    """Time under discussion, rounds, time since the last change and the status before it, by the record.

    The clock counts the days in which the issue is discussing, converging or stalled since it was last raised or
    reopened. A round counts if it names the issue and is not earlier than the first of these days.
    """
    entries = [entry for entry in agenda.issues[name].changes if entry.date.certainly_by(as_of)]
    statuses = [entry.status for entry in entries]
    anew = [n for n in range(len(entries)) if _begins_anew(statuses[: n + 1])]
    current = entries[anew[-1] :] if anew else entries
    ends = [*(entry.date.latest for entry in current[1:]), as_of] if current else []
    spans = [(end - one.date.latest).days for one, end in zip(current, ends, strict=True) if one.status in _TALKING]
    first = next((entry.date for entry in current if entry.status in _TALKING), None)
    rounds = [one for one in agenda.rounds.values() if name in one.issues and one.date.certainly_by(as_of)]
    held = [one for one in rounds if first is None or not one.date.certainly_before(first)]
    passed = (as_of - entries[-1].date.latest).days if entries else 0
    return Counted(sum(spans), len(held), passed, statuses[-2] if len(entries) > 1 else None)


_TALKING = (Status.DISCUSSING, Status.CONVERGING, Status.STALLED)
_SETTLED = (Status.AGREED, Status.BLOCKED, Status.IMPLEMENTING)


def _begins_anew(statuses: Sequence[Status]) -> bool:
    """Whether the last status opens the issue, for the first time or after an agreement."""
    last = statuses[-1]
    return last is Status.RAISED or (last in _TALKING and len(statuses) > 1 and statuses[-2] in _SETTLED)


def _line(kind: str, words: str) -> str:
    return f"{kind}: {ASSUMED}{words}"


def _days(days: float) -> str:
    return f"{round(days, 1):g} days"
