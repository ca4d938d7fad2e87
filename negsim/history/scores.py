"""Scores of a forecast of a time, in days 0, 1, 2, ... after an origin; smaller is better.

A forecast is ``cdf``: ``cdf[d]`` is the probability that the event has happened by the end of day ``d``. It need not
reach 1. The outcome is the day of the event, or None if it was not within the horizon. Scores are of ``min(T,
horizon)``, with the forecast cut off at the same day. So they are proper for infinite and for censored T. Formulas:
Gneiting and Raftery 2007, JASA 102:359-378.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: The log score is of months, because no question asks for a single day.
MONTH = 30
#: Every forecast is mixed with this much of a uniform one before its log score, so that no forecast is at infinity.
SHARE = 0.01


def crps(cdf: Floats, outcome: float | None, horizon: int, step: float = 1.0) -> float:
    """The continuous ranked probability score of min(T, horizon), in days.

    The integral of ``(F(t) - 1{t >= y})^2`` from 0 to the horizon, exact for a forecast that steps once a day.

    Args:
        cdf: The forecast at the left end of each cell of a grid.
        outcome: When it happened, in days; None if not within the horizon.
        horizon: The number of cells.
        step: The width of a cell in days.

    >>> certain = np.array([0.0, 0.0, 1.0, 1.0, 1.0])
    >>> crps(certain, 2, 4), crps(certain, 3, 4), crps(certain, None, 4)
    (0.0, 1.0, 2.0)
    """
    y = horizon if outcome is None else min(round(outcome / step), horizon)
    return float(step * (np.sum(cdf[:y] ** 2) + np.sum((cdf[y:horizon] - 1.0) ** 2)))


def crps_of_samples(samples: npt.ArrayLike, outcome: float | None, horizon: float, fair: bool = False) -> float:
    """The same from draws of T: ``E|X - y| - E|X - X'| / 2`` with everything cut off at the horizon.

    ``fair``: divide the second mean by m (m - 1) and not by m squared, which takes out the bias of few draws.

    >>> crps_of_samples([1, 2, 4, 8], 3, 100), round(crps_of_samples([1, 2, 4, 8], 3, 100, fair=True), 6)
    (0.8125, 0.333333)
    """
    x = np.sort(np.minimum(np.asarray(samples, dtype=np.float64), horizon))
    y = horizon if outcome is None else min(outcome, horizon)
    m = len(x)
    # The sum over pairs of |x_i - x_j| is, of sorted numbers, a weighted sum.
    pairs = 2.0 * np.sum((2 * np.arange(1, m + 1) - m - 1) * x)
    return float(np.mean(np.abs(x - y)) - pairs / (2.0 * m * ((m - 1) if fair else m)))


def brier(cdf: Floats, outcome: float | None, day: int) -> float:
    """The squared error of the probability that it has happened by the end of a day.

    >>> brier(np.array([0.0, 0.2, 0.9]), 2, 1), round(brier(np.array([0.0, 0.2, 0.9]), 2, 2), 4)
    (0.04000000000000001, 0.01)
    """
    happened = outcome is not None and outcome <= day
    return float((cdf[day] - happened) ** 2)


def log_score(cdf: Floats, outcome: float | None, horizon: int, share: float = SHARE) -> float:
    """Minus the logarithm of the probability of the month in which it happened, or of "not within the horizon".

    Months have 30 days, the last may be shorter. The first also holds day 0, the day of the origin. A part ``share`` of
    the forecast is uniform over these outcomes.

    >>> round(log_score(np.linspace(0, 0.5, 61), None, 60, share=0), 6)
    0.693147
    """
    ends = np.minimum(np.arange(MONTH, max(horizon, 1) + MONTH, MONTH), horizon)
    at = np.append(cdf[ends], 1.0)
    masses = (1.0 - share) * np.diff(at, prepend=0.0) + share / len(at)
    which = len(masses) - 1 if outcome is None else max(-(-int(outcome) // MONTH) - 1, 0)
    return float(-np.log(masses[which])) if masses[which] > 0 else float("inf")


def pit_bounds(cdf: Floats, outcome: float | None, horizon: int) -> tuple[float, float]:
    """Between which two values the probability integral transform of min(T, horizon) lies.

    The width is the probability that the forecast gave to just this outcome; all that lies beyond the horizon is one.

    >>> pit_bounds(np.array([0.0, 0.2, 0.9]), 2, 2), pit_bounds(np.array([0.0, 0.2, 0.9]), None, 2)
    ((0.2, 0.9), (0.9, 1.0))
    """
    if outcome is None:
        return float(cdf[horizon]), 1.0
    day = int(outcome)
    return float(cdf[day - 1]) if day > 0 else 0.0, float(cdf[day])


def coverage(bounds: tuple[float, float], share: float) -> float:
    """The expected coverage of the central interval of a share, over the randomisation of the transform.

    A forecast with lumps (a third of its mass in one month) has no interval of exactly 80 %. Over the randomisation a
    calibrated forecast covers exactly the share.

    >>> round(coverage((0.0, 0.2), 0.8), 6), coverage((0.5, 0.5), 0.8), coverage((0.95, 0.95), 0.8)
    (0.5, 1.0, 0.0)
    """
    low, high = (1.0 - share) / 2.0, (1.0 + share) / 2.0
    left, right = bounds
    if right - left < 1e-12:
        return float(low <= left <= high)
    return max(0.0, min(right, high) - max(left, low)) / (right - left)


def generator(*key: object) -> np.random.Generator:
    """Random numbers that are a function of a key and of nothing else.

    >>> bool(generator("a", 1).random() == generator("a", 1).random())
    True
    """
    digest = hashlib.sha256("\x1f".join(map(str, key)).encode()).digest()
    words: Any = np.frombuffer(digest[:16], dtype="<u8").astype(np.uint64)
    return np.random.Generator(np.random.Philox(key=words))
