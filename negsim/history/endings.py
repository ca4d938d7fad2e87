"""The end of a negotiation, from its pace so far and from announced dates.

The open issues are usually closed as one package at the end. Two things inform its day: the latest announced date times
a slip, and the pace so far. A negotiation that took ``t`` days for a share ``p`` of the way needs ``t (1 - p) / p``
more at that pace. Half of the way is to open all issues, half to close them. This is the earned schedule of project
planning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import numpy as np

from negsim.history.negotiations import Talks
from negsim.history.snapshot import Floats, Snapshot
from negsim.history.stayers import last_alive

#: Added to the time so far and to the steps taken, so that the first day has a finite pace.
DAYS, STEPS = 90.0, 0.5
#: Days between the snapshots of other negotiations.
EVERY = 91
#: The weight of the prior of the pace in negotiations (a mean of 0, a spread of 0.6), and the smallest spread, since
#: few negotiations underestimate it.
SHRINK, LEAST = 1.0, 0.35


def paced(snapshot: Snapshot, easy: bool = False) -> float:
    """The days that a negotiation still needs at the pace so far.

    An issue closed on the day of its opening counts as one step, not two, unless ``easy``. Such issues need no
    negotiation, and many of them at the start would look like a fast pace.
    """
    at_once = 0 if easy else sum(issue.at_once for issue in snapshot.now.closed)
    steps = 2.0 * len(snapshot.now.closed) + len(snapshot.now.open) - at_once
    whole = 2.0 * (len(snapshot.now.closed) + len(snapshot.now.open) + len(snapshot.now.waiting)) - at_once
    share = (steps + STEPS) / (whole + 2 * STEPS)
    first = snapshot.talks.first
    elapsed = (snapshot.now.on - first).days if first else 0
    return (elapsed + DAYS) * (1.0 - share) / share


@dataclass(frozen=True)
class Pace:
    """The law of log(days needed / days at the pace so far): normal, with its mean and standard deviation."""

    mean: float
    spread: float
    easy: bool = False

    def cdf(self, snapshot: Snapshot) -> Floats:
        """The probability that the negotiation has ended by the end of day 0, 1, ... after the origin."""
        from scipy.special import ndtr

        after = np.arange(1, snapshot.horizon + 1)
        z = (np.log(after / paced(snapshot, self.easy)) - self.mean) / self.spread
        return np.concatenate([[0.0], np.asarray(ndtr(z), dtype=np.float64)])


def pace_of(others: Sequence[Talks], easy: bool = False, stayers: bool = False) -> Pace:
    """The maximum likelihood law over snapshots of other negotiations; those that were not concluded are censored.

    Each negotiation has the same weight, whatever its number of snapshots. The prior has the weight of ``SHRINK``
    negotiations. With ``stayers`` a negotiation that stalled is censored on the day of its last meeting: until then it
    moved and could have been concluded. Without, it is censored at the end of its record.
    """
    from scipy.optimize import minimize
    from scipy.special import log_ndtr

    seen: list[tuple[float, float]] = []
    cut: list[tuple[float, float]] = []
    for talks in others:
        until = last_alive(talks) if stayers else talks.until
        looks = [snapshot for snapshot in looks_back(talks) if snapshot.now.on < until]
        for snapshot in looks:
            ratio = np.log((until - snapshot.now.on).days / paced(snapshot, easy))
            (seen if talks.end == "concluded" else cut).append((ratio, 1.0 / len(looks)))
    ended, weights = np.asarray(seen).reshape(-1, 2).T
    still, still_weights = np.asarray(cut).reshape(-1, 2).T

    def loss(parameters: Floats) -> float:
        mean, log_spread = parameters
        spread = np.exp(log_spread)
        z = (ended - mean) / spread
        fit = np.sum(weights * (z**2 / 2 + log_spread)) - np.sum(still_weights * log_ndtr(-(still - mean) / spread))
        return float(fit + SHRINK * (mean**2 / 2 + (log_spread + 0.5) ** 2))

    found = minimize(loss, np.array([0.0, -0.5]), method="Nelder-Mead").x
    return Pace(float(found[0]), max(float(np.exp(found[1])), LEAST), easy)


@cache
def looks_back(talks: Talks) -> tuple[Snapshot, ...]:
    """Snapshots of a negotiation, a quarter apart, from its first opening to its end."""
    first = talks.first
    if first is None:
        return ()
    days = range(0, (talks.until - first).days, EVERY)
    return tuple(Snapshot.of(talks, first + timedelta(days=n), 1) for n in days)
