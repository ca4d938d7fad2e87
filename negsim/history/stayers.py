"""Movers and stayers by silence: whether a negotiation, or one of its issues, still moves at all.

A *step* is a day on which an issue is opened or closed, a month or more after the step before. A negotiation that moves
stalls for good at a rate ``r``; after that it is a stayer, and nothing more is opened or closed in it. Nobody announces
this, so its silence has to tell. ``S(u)`` is the probability that a mover pauses for longer than ``u``. After a time
``u`` without a step a negotiation is a stayer with probability

    (1 - exp(-r u)) / (1 - exp(-r u) + exp(-r u) S(u))

It is 0 on the day of a step. What may happen later is in the rate. This is the mover-stayer model of Blumen, Kogan and
McCarthy 1955 with pauses in place of fixed periods. For a single issue, the share of stayers is that of a cure model
(Boag 1949, J. R. Stat. Soc. B 11:15-53).
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from negsim.history.negotiations import Talks
from negsim.history.snapshot import Floats
from negsim.quantities import DAYS_PER_YEAR

#: Days that separate two steps.
APART = 30


def steps(talks: Talks) -> list[date]:
    """The steps of a negotiation in order; on a tracker's agenda, where openings are no steps, its meeting days.

    >>> from negsim.history import load
    >>> [str(day) for day in steps(load("seeds/histories")["brexit"])]
    ['2017-06-19', '2018-03-19', '2018-11-14']
    """
    days: set[date] = set()
    if talks.stepwise:
        for issue in talks.issues:
            days |= {issue.opened} if issue.opened and not issue.opened_unsure else set()
            days |= {issue.closed} if issue.closed and not issue.closed_unsure else set()
    found: list[date] = []
    for day in sorted(days) if talks.stepwise else talks.meeting_days():
        if not found or (day - found[-1]).days >= APART:
            found.append(day)
    return found


def pauses(talks: Talks) -> list[float]:
    """Days from each step to the next."""
    return [float((later - day).days) for day, later in pairwise(steps(talks))]


def pause_so_far(talks: Talks) -> int:
    """Days since the last step; 0 before the first."""
    days = steps(talks)
    return (talks.until - days[-1]).days if days else 0


def standing_still(rate: npt.ArrayLike, days: float, longer: npt.ArrayLike) -> Floats:
    """The probability that a negotiation is a stayer.

    Args:
        rate: Stalls per year of a negotiation that moves.
        days: Days since the last step.
        longer: The probability that a mover pauses for longer than that.

    >>> [standing_still(0.2, days, longer).round(2).item() for days, longer in ((0, 1), (365.25, 0.5), (3652.5, 0.01))]
    [0.0, 0.31, 1.0]
    """
    stalled = -np.expm1(-np.asarray(rate, dtype=np.float64) * days / DAYS_PER_YEAR)
    alive = (1.0 - stalled) * np.asarray(longer)
    return np.asarray(stalled / np.maximum(stalled + alive, 1e-300), dtype=np.float64)


def issue_stays(share: npt.ArrayLike, chance: npt.ArrayLike, stood: int) -> Floats:
    """The probability that an issue stays, after meetings that did not close it.

    Args:
        share: The share of stayers among new issues.
        chance: The chance per meeting that closes an issue that moves.
        stood: Meetings that did not close the issue.

    >>> issue_stays(0.5, 0.1, 0).item(), issue_stays(0.5, 0.1, 20).round(2).item()
    (0.5, 0.89)
    """
    moves = np.asarray((1.0 - np.asarray(share)) * (1.0 - np.asarray(chance)) ** stood, dtype=np.float64)
    return np.asarray(np.asarray(share) / (np.asarray(share) + moves), dtype=np.float64)


def last_alive(talks: Talks) -> date:
    """The last meeting of a negotiation that stalled; otherwise the end of its record."""
    days = talks.meeting_days()
    return days[-1] if days and talks.end == "stalled" else talks.until


def years_met(talks: Talks) -> float:
    """Years from the first meeting to `last_alive`."""
    days = talks.meeting_days()
    return max((last_alive(talks) - days[0]).days, 1) / DAYS_PER_YEAR if days else 0.0
