"""Whether a negotiation is concluded at all: the share of a mixture cure model, with two signs.

A part of negotiations is never concluded, however long one waits (Farewell 1982, Biometrics 38:1041-1046). On a day
with a snapshot, a negotiation belongs to the others, which are concluded, with the probability ``w``:

    logit w = b0 + b1 announced + b2 log(1 + years)

``announced`` is 1 if the end of the negotiation has been announced for a day. ``years`` are those since its first
meeting if no closing is on record, and 0 after a closing. The coefficients are learned from other negotiations, seen
each quarter of a year (landmarks: van Houwelingen 2007, Scand. J. Stat. 34:70-85).

A further sign may be given: the logarithm of a likelihood ratio of the two classes. Its coefficient would be 1 if it
were independent of the other signs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import numpy as np

from negsim.history.endings import EVERY
from negsim.history.negotiations import Talks
from negsim.history.snapshot import Floats, Snapshot
from negsim.quantities import DAYS_PER_YEAR

#: The standard deviation of each coefficient under the prior, around 0 (judgement).
PRIOR = 2.0
#: Steps of Newton's method; the loss is convex, and a few suffice.
_STEPS = 25


def signs(snapshot: Snapshot, announcements: bool = True) -> tuple[float, float, float]:
    """A one, whether an end has been announced, and the logarithm of the years without a closing.

    Args:
        snapshot: The negotiation on a day.
        announcements: Whether announcements are used; otherwise the second sign is 0.

    >>> from datetime import date
    >>> from negsim.history import load
    >>> signs(Snapshot.of(load("seeds/histories")["kerry"], date(2014, 1, 29), 30))
    (1.0, 1.0, 0.407...)
    """
    target = snapshot.announced if announcements else None
    barren = 0.0
    if snapshot.days and not snapshot.now.closed:
        barren = float(np.log1p((snapshot.now.on - snapshot.days[0]).days / DAYS_PER_YEAR))
    return 1.0, float(target is not None and target.latest > target.said), barren


@cache
def landmarks(talks: Talks) -> tuple[Snapshot, ...]:
    """A negotiation each quarter, from its first opening or else its first meeting to its end."""
    first = talks.first or next(iter(talks.meeting_days()), None)
    if first is None:
        return ()
    days = range(0, max((talks.until - first).days, 1), EVERY)
    return tuple(Snapshot.of(talks, first + timedelta(days=n), 1) for n in days)


@cache
def _signs(talks: Talks, announcements: bool) -> Floats:
    """The signs at each landmark, by landmarks."""
    return np.asarray([signs(each, announcements) for each in landmarks(talks)])


@dataclass(frozen=True)
class Concluding:
    """The law of the coefficients: normal, with the mean and covariance of the Laplace approximation."""

    mean: Floats
    covariance: Floats
    announcements: bool = True

    def probability(self, snapshot: Snapshot, *further: float) -> float:
        """The probability that the negotiation is concluded at some time, averaged over the coefficients.

        The average of a logistic function over a normal law is that of MacKay 1992 (Neural Computation 4:720-736).

        Args:
            snapshot: The negotiation on a day.
            further: The further sign, if the coefficients were learned with one.
        """
        at = np.asarray([*signs(snapshot, self.announcements), *further])
        logit = float(at @ self.mean) / np.sqrt(1.0 + np.pi * float(at @ self.covariance @ at) / 8.0)
        return float(1.0 / (1.0 + np.exp(-logit)))


def concluding(
    others: Sequence[Talks],
    announcements: bool = True,
    further: Callable[[Talks], Sequence[float]] | None = None,
) -> Concluding:
    """The coefficients from other negotiations. Each has the same weight; those still running tell nothing.

    Args:
        others: Records of other negotiations.
        announcements: Whether announcements are used as a sign.
        further: A further sign of a negotiation at each of its `landmarks`.

    >>> from datetime import date
    >>> from negsim.history import load
    >>> record = load("seeds/histories")
    >>> law = concluding([talks for talks in record.talks.values() if talks.id != "cyprus"])
    >>> [round(law.probability(Snapshot.of(record["cyprus"], date(y, 9, 3), 30)), 1) for y in (2008, 2012, 2018)]
    [0.5, 0.1, 0.1]
    """
    size = 3 if further is None else 4
    rows, ended, weights = [np.zeros((0, size))], [np.zeros(0)], [np.zeros(0)]
    for talks in others:
        seen = _signs(talks, announcements)
        if len(seen) and talks.end != "running":
            rows.append(seen if further is None else np.column_stack([seen, further(talks)]))
            ended.append(np.full(len(seen), float(talks.end == "concluded")))
            weights.append(np.full(len(seen), 1.0 / len(seen)))
    x, y, w = np.concatenate(rows), np.concatenate(ended), np.concatenate(weights)
    mean, precision = np.zeros(size), np.eye(size) / PRIOR**2
    for _ in range(_STEPS):
        p = 1.0 / (1.0 + np.exp(-(x @ mean)))
        curve = (x.T * (w * p * (1.0 - p))) @ x + precision
        mean = mean + np.linalg.solve(curve, x.T @ (w * (y - p)) - precision @ mean)
    return Concluding(mean, np.asarray(np.linalg.inv(curve), dtype=np.float64), announcements)
