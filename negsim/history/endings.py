"""When talks end: by how far they have come in the time that they took, and by what was announced.

What is left of talks is usually closed as one package when they end. Two things tell when that is: the latest announced
date times a slip, and the pace so far. Talks that needed ``t`` days for a share ``p`` of the way (half of it is to open
all issues, half to close them) need ``t (1 - p) / p`` more at that pace; the earned schedule of project planners.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import numpy as np

from negsim.history.negotiations import Talks
from negsim.history.snapshot import Floats, Snapshot

#: What is added to the time so far and to the steps taken, so that the first day of talks says something too.
DAYS, STEPS = 90.0, 0.5
#: Days between the looks back at other talks.
EVERY = 91
#: How many talks the prior of the law of the pace counts as (a mean of 0, a spread of 0.6), and the least spread that a
#: handful of talks may leave.
SHRINK, LEAST = 1.0, 0.35


def paced(snapshot: Snapshot, easy: bool = False) -> float:
    """How many days more talks need at the pace so far.

    An issue that was closed on the day of its opening was one step and not two, unless ``easy``: such issues need no
    talks, and many of them at the beginning would look like a fast pace.
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
    """A law of log(days that were needed / days at the pace so far): normal, by its mean and standard deviation."""

    mean: float
    spread: float
    easy: bool = False

    def cdf(self, snapshot: Snapshot) -> Floats:
        """The probability that the talks have ended by the end of day 0, 1, ... after the origin."""
        from scipy.special import ndtr

        after = np.arange(1, snapshot.horizon + 1)
        z = (np.log(after / paced(snapshot, self.easy)) - self.mean) / self.spread
        return np.concatenate([[0.0], np.asarray(ndtr(z), dtype=np.float64)])


def pace_of(others: Sequence[Talks], easy: bool = False) -> Pace:
    """The law by maximum likelihood over looks back at other talks; talks that were not concluded are censored.

    Every talks count once, however often one looks back at them, and a prior counts as ``SHRINK`` more.
    """
    from scipy.optimize import minimize
    from scipy.special import log_ndtr

    seen: list[tuple[float, float]] = []
    cut: list[tuple[float, float]] = []
    for talks in others:
        looks = looks_back(talks)
        for snapshot in looks:
            ratio = np.log((talks.until - snapshot.now.on).days / paced(snapshot, easy))
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
    """Scenes of some talks, a quarter apart, from their first opening until they ended."""
    first = talks.first
    if first is None:
        return ()
    days = range(0, (talks.until - first).days, EVERY)
    return tuple(Snapshot.of(talks, first + timedelta(days=n), 1) for n in days)
