"""The time to the end of a negotiation that is concluded, from announced dates and from how often the sides meet.

The logarithm of the days that are left follows Student's law with few degrees of freedom, because a few negotiations
end much sooner or later than others:

    log(days / 365) = b0 + b1 ahead + b2 ahead log((left + 30) / 180) + b3 log((age + 60) / (60 meetings)) + s t(4)

``ahead`` is 1 if a date that was announced for the end lies ahead, and ``left`` are the days to it; if there are more
such dates, the one that was announced last counts. A date that has passed is like none. ``age`` are the days since the
first meeting, so that the last sign is the time from meeting to meeting, with one gap of 60 days in front. Negotiations
that meet twice as often end about 1.4 times as soon.

The coefficients come from other negotiations that were concluded, seen each quarter of a year. As in
`negsim.history.conclusion`, all landmarks have the same weight, and together that of the number of negotiations. The
coefficients are the mode under a normal prior around 0, found by the EM algorithm for Student's law (Lange, Little and
Taylor 1989, J. Am. Stat. Assoc. 84:881-896). Their uncertainty widens the scale: ``s^2 + x' C x``.

The form was chosen by the log-likelihood of left-out negotiations, before any forecast with it was scored
(`python benchmarks/times_to_end.py`). Beside these signs, the pace at which issues were closed, the age and the share
of closed issues tell no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from negsim.history.conclusion import landmarks
from negsim.history.negotiations import Talks, Target
from negsim.history.snapshot import Floats, Snapshot

#: Degrees of freedom of the law of the logarithm.
FREEDOM = 4.0
#: The standard deviations of the coefficients under the prior: of the level (around a year), of the others (around 0).
LEVEL, COEFFICIENT = 3.0, 1.0
_DEVIATIONS = np.array([LEVEL, COEFFICIENT, COEFFICIENT, COEFFICIENT])
#: The prior of the squared scale, in negotiations, and its value there.
SCALE = 0.5
_YEAR, _DAYS, _SOON, _GAP = 365.0, 180.0, 30.0, 60.0
_STEPS = 60


def ahead(snapshot: Snapshot) -> Target | None:
    """Of the dates ahead that were announced for the end, the one that was announced last; None without one."""
    said = [target for target in snapshot.now.targets if target.about == "end" and target.latest > snapshot.now.on]
    return max(said, key=lambda target: (target.said, target.latest), default=None)


def between_meetings(snapshot: Snapshot) -> float:
    """The logarithm of the days from meeting to meeting so far, with one gap of 60 days in front, divided by 60.

    >>> from datetime import date
    >>> from negsim.history import load
    >>> brexit = load("seeds/histories")["brexit"]
    >>> round(60 * float(np.exp(between_meetings(Snapshot.of(brexit, date(2018, 5, 4), 30)))))
    25
    """
    days = snapshot.days
    age = (snapshot.now.on - days[0]).days if days else 0
    return float(np.log((age + _GAP) / (_GAP * max(len(days), 1))))


def signs(snapshot: Snapshot, announcements: bool = True) -> Floats:
    """A one, whether an announced end lies ahead, the logarithm of the days to it, and `between_meetings`.

    >>> from datetime import date
    >>> from negsim.history import load
    >>> brexit = load("seeds/histories")["brexit"]
    >>> signs(Snapshot.of(brexit, date(2018, 5, 4), 30)).round(2).tolist()
    [1.0, 1.0, 0.15, -0.86]
    """
    last, often = ahead(snapshot) if announcements else None, between_meetings(snapshot)
    if last is None:
        return np.array([1.0, 0.0, 0.0, often])
    return np.array([1.0, 1.0, np.log(((last.latest - snapshot.now.on).days + _SOON) / _DAYS), often])


@cache
def _seen(talks: Talks, announcements: bool) -> tuple[Floats, Floats]:
    """The signs at each landmark of a negotiation that was concluded, and the logarithm of the years left."""
    before = [each for each in landmarks(talks) if each.now.on < talks.until] if talks.end == "concluded" else []
    left = [np.log((talks.until - each.now.on).days / _YEAR) for each in before]
    return np.array([signs(each, announcements) for each in before]).reshape(-1, len(_DEVIATIONS)), np.array(left)


@dataclass(frozen=True)
class TimeToEnd:
    """The law of the time to the end: coefficients, their covariance, and the scale of Student's law."""

    mean: Floats
    covariance: Floats
    scale: float
    announcements: bool = True

    def quantiles(self, snapshot: Snapshot, number: int) -> Floats:
        """The days to the end as equally likely values in ascending order."""
        from scipy.special import stdtrit

        middle, wide = self._of(snapshot)
        noise = stdtrit(FREEDOM, (np.arange(number) + 0.5) / number)
        with np.errstate(over="ignore"):
            return np.asarray(_YEAR * np.exp(middle + wide * noise), dtype=np.float64)

    def cdf(self, snapshot: Snapshot) -> Floats:
        """The probability that the negotiation has ended by the end of day 0, 1, ... after the origin, if it ends."""
        from scipy.special import stdtr

        middle, wide = self._of(snapshot)
        z = (np.log(np.arange(1, snapshot.horizon + 1) / _YEAR) - middle) / wide
        return np.concatenate([[0.0], np.asarray(stdtr(FREEDOM, z), dtype=np.float64)])

    def _of(self, snapshot: Snapshot) -> tuple[float, float]:
        """The median and the scale of the logarithm of the years to the end."""
        at = signs(snapshot, self.announcements)
        return float(at @ self.mean), float(np.sqrt(self.scale**2 + at @ self.covariance @ at))


def time_to_end(others: Sequence[Talks], announcements: bool = True) -> TimeToEnd:
    """The law from other negotiations; only those that were concluded tell.

    >>> from datetime import date
    >>> from negsim.history import load
    >>> record = load("seeds/histories")
    >>> law = time_to_end([talks for talks in record.talks.values() if talks.id != "brexit"])
    >>> law.quantiles(Snapshot.of(record["brexit"], date(2018, 5, 4), 30), 3).round(-2).tolist()
    [100.0, 400.0, 900.0]
    """
    parts = [part for talks in others if len((part := _seen(talks, announcements))[0])]
    mean, covariance, scale = fit_student(parts, _DEVIATIONS)
    return TimeToEnd(mean, covariance, scale, announcements)


def fit_student(parts: Sequence[tuple[Floats, Floats]], deviations: Floats) -> tuple[Floats, Floats, float]:
    """Coefficients, their covariance and the scale of a regression with Student's law of `FREEDOM`.

    Args:
        parts: for each negotiation rows of signs and a value for each row. All rows have the same weight, and together
            that of the number of negotiations.
        deviations: of the coefficients under the prior, around 0.
    """
    size = len(deviations)
    x = np.concatenate([np.zeros((0, size)), *(rows for rows, _ in parts)])
    y = np.concatenate([np.zeros(0), *(values for _, values in parts)])
    each = np.full(len(y), len(parts) / max(len(y), 1))
    precision = np.diag(deviations**-2.0)
    squared, weights, mean, curve = 1.0, each, np.zeros(size), precision
    for _ in range(_STEPS):
        curve = (x.T * weights) @ x / squared + precision
        mean = np.linalg.solve(curve, x.T @ (weights * y) / squared)
        error = y - x @ mean
        weights = each * (FREEDOM + 1.0) / (FREEDOM + error**2 / squared)
        squared = (float(weights @ error**2) + SCALE) / (float(each.sum()) + 1.0)
    return mean, np.asarray(np.linalg.inv(curve)), float(np.sqrt(squared))
