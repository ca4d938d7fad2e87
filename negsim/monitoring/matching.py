"""Which runs match what happened: summaries of runs, and levels of tolerance.

Each level accepts or refuses a run. The first level with enough accepted runs is used, so the tolerance is as small as
the number of runs allows. This is approximate Bayesian computation by rejection: Beaumont, Zhang and Balding 2002,
Genetics 162, 2025-2035.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from negsim.agenda import Status
from negsim.monitoring.what_happened import LAPSED, OPEN, SETTLED, Days, Observed
from negsim.simulation import Kind

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Level:
    """A level of tolerance.

    ``misses``: the most issues that end otherwise than on record; ``held``: the largest difference in the number of
    rounds held, None for any; ``called_off``: whether the number of cancelled rounds must be equal; ``days``: how far
    agreements and rounds may be from their days, None for any.
    """

    misses: int
    held: int | None
    called_off: bool
    days: int | None

    @property
    def words(self) -> str:
        """The level in words."""
        parts = [f"all but {self.misses} issues end as on record" if self.misses else "every issue ends as on record"]
        if self.held is not None:
            parts.append("as many rounds are held" if self.held == 0 else f"rounds held differ by at most {self.held}")
        if self.called_off:
            parts.append("as many are cancelled")
        if self.days is not None:
            parts.append(f"agreements and rounds are within {self.days} days")
        return ", ".join(parts)


#: The levels, from the smallest tolerance on.
LEVELS = (
    Level(0, 0, True, 30),
    Level(0, 0, True, 90),
    Level(0, 0, True, None),
    Level(0, 0, False, None),
    Level(0, 1, False, None),
    Level(0, None, False, None),
    Level(1, None, False, None),
)

#: Statuses that do not change any more.
_FINAL = [int(status) for status in Status if status.final]
_SETTLED = [int(status) for status in (Status.AGREED, Status.BLOCKED, Status.IMPLEMENTING, Status.RESOLVED)]


def ends_of(outcomes: Array) -> npt.NDArray[np.int8]:
    """What each issue is at the end of each run: an array (runs, issues)."""
    status = outcomes["status"]
    found = np.full(status.shape, OPEN, np.int8)
    found[np.isin(status, _SETTLED)] = SETTLED
    found[status == int(Status.LAPSED)] = LAPSED
    return found


def misses_of(outcomes: Array, issues: Sequence[str], seen: Observed) -> npt.NDArray[np.int64]:
    """In each run, the number of issues that end otherwise than on record."""
    columns = [j for j, name in enumerate(issues) if name in seen.ends]
    record = np.array([seen.ends[issues[j]] for j in columns], np.int8)
    return np.asarray((ends_of(outcomes)[:, columns] != record).sum(axis=1))


def coarse(level: Level, misses: Array, held: Array, seen: Observed) -> npt.NDArray[np.bool_]:
    """The runs that a level accepts by the ends of the issues and the number of rounds held."""
    fits = misses <= level.misses
    if level.held is not None:
        fits &= np.abs(held - len(seen.held)) <= level.held
    return np.asarray(fits)


def early(
    level: Level, outcomes: Array, held: Array, issues: Sequence[str], seen: Observed, day: int
) -> npt.NDArray[np.bool_]:
    """The runs that a level may still accept at the end of an earlier ``day``.

    A run is refused if an issue has ended for good otherwise than on record, or more rounds were held than on record.
    """
    columns = [j for j, name in enumerate(issues) if name in seen.ends]
    record = np.array([seen.ends[issues[j]] for j in columns], np.int8)
    final = np.isin(outcomes["status"][:, columns], _FINAL)
    wrong = (final & (ends_of(outcomes)[:, columns] != record)).sum(axis=1)
    fits = wrong <= level.misses
    if level.held is not None:
        fits &= held <= len(seen.held) + level.held
    return np.asarray(fits)


def fine(
    level: Level, outcomes: Array, log: Array, issues: Sequence[str], seen: Observed, day: int | None = None
) -> bool:
    """Whether a level accepts one run by its cancelled rounds and by days; ``log`` is the run's event log.

    With an earlier ``day``: whether it may still accept the run at the end of that day. What is due by then with all
    tolerance must have happened, and nothing beyond the record.
    """
    day = seen.days if day is None else day
    last = day == seen.days
    meetings = log[(log["kind"] == int(Kind.MEETING)) & (log["t"] < day + 1)]
    cancelled = meetings["t"][meetings["now"] != 0]
    if level.called_off and (len(cancelled) != len(seen.cancelled) if last else len(cancelled) > len(seen.cancelled)):
        return False
    if level.days is None:
        return True
    # An agreement may still give way to a later one, so it counts only when its time is over. A round stays.
    pairs = [(float(outcomes["agreed"][issues.index(name)]), span) for name, span in seen.agreed.items()]
    for times, spans in ((meetings["t"][meetings["now"] == 0], seen.held), (cancelled, seen.cancelled)):
        if not all(_near(t, span, level.days) for t, span in zip(times.tolist(), spans, strict=False)):
            return False
        pairs += [] if last else [(np.nan, span) for span in spans[len(times) :]]
    return all(_near(t, span, level.days) for t, span in pairs if last or span[1] + level.days <= day)


def _near(t: float, span: Days, tolerance: int) -> bool:
    return bool(span[0] - tolerance <= np.floor(t) <= span[1] + tolerance)
