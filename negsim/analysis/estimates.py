"""Estimates with a Monte Carlo error and a 95 % interval: shares, means, and paired differences of shares."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from negsim.analysis.summary import Chance, chance
from negsim.analysis.view import Z95, wilson
from negsim.simulation import cache_folder, store, stored, version_of

Array = npt.NDArray[Any]

#: With fewer pairs that differ, the mean of paired differences has no interval.
FEW = 10

#: The most degrees of freedom whose quantile is in the cache: 80 kB.
_MOST = 10_000


@dataclass(frozen=True)
class Estimate:
    """A figure from runs with its standard error and its 95 % interval.

    The standard error is NaN and the interval infinite if the data do not allow an estimate of the error.
    """

    value: float
    se: float
    low: float
    high: float

    @property
    def shown(self) -> bool:
        """Whether the interval excludes 0."""
        return not self.low <= 0 <= self.high

    def data(self) -> dict[str, float | None]:
        """Plain data for JSON; null for what is not estimable."""
        return {name: value if math.isfinite(value) else None for name, value in vars(self).items()}


@dataclass(frozen=True)
class ChanceDifference:
    """A probability under both, and ``difference``: the other minus the base.

    ``variance`` is the variance of the difference of one pair of runs; ``apart`` is the variance with independent
    seeds, ``p1 (1 - p1) + p2 (1 - p2)``.
    """

    base: Chance
    other: Chance
    difference: Estimate
    variance: float
    apart: float

    @property
    def saved(self) -> float:
        """``apart / variance``: ``inf`` if no run differs, NaN if both are 0."""
        return ratio(self.apart, self.variance)


def ratio(apart: float, together: float) -> float:
    """A quotient of variances, ``inf`` or NaN if the second is 0."""
    if together > 0:
        return apart / together
    return math.inf if apart > 0 else math.nan


def t95(df: int) -> float:
    """The 97.5 % quantile of Student's t distribution; infinite without degrees of freedom.

    >>> round(t95(9), 3), t95(0)
    (2.262, inf)
    """
    if df < 1:
        return math.inf
    if df <= _MOST:
        return float(_t95()[df - 1])
    from scipy.special import stdtrit

    return float(stdtrit(df, 0.975))


@cache
def _t95() -> Array:
    """The quantiles for 1 to ``_MOST`` degrees of freedom, from the cache; SciPy loads slowly."""
    file = cache_folder() / f"t95-{version_of('scipy')}"
    content = stored(file)
    if content is None:
        from scipy.special import stdtrit

        content = stdtrit(np.arange(1, _MOST + 1), 0.975).tobytes()
        store(file, content)
    return np.frombuffer(content)


def mean(values: Array) -> Estimate:
    """The mean of a sample: ``se = s / sqrt(n)`` with ``s`` for ``n - 1``, interval of Student's t with ``n - 1``.

    One value has a mean without an error; no value gives NaN. Student (1908), "The probable error of a mean",
    Biometrika 6.

    >>> found = mean(np.array([1.0, 2.0, 3.0]))
    >>> found.value, round(found.se, 3), round(found.low, 2), round(found.high, 2)
    (2.0, 0.577, -0.48, 4.48)
    >>> mean(np.array([1.0]))
    Estimate(value=1.0, se=nan, low=-inf, high=inf)
    """
    n = len(values)
    if n < 2:
        return Estimate(float(values[0]) if n else math.nan, math.nan, -math.inf, math.inf)
    value, se = float(values.mean()), float(values.std(ddof=1) / math.sqrt(n))
    half = t95(n - 1) * se
    return Estimate(value, se, value - half, value + half)


def paired_mean(differences: Array) -> Estimate:
    """The mean of paired differences, many of which are 0, with a 95 % interval.

    A few pairs that differ make a skewed mean, whose Student interval covers too rarely: 81 % with five pairs. Hall's
    transformation of the t statistic corrects the skewness ``g``: ``T + g T^2 / (3 sqrt n) + g^2 T^3 / (27 n) + g / (6
    sqrt n)``. It covers too rarely if differences of both signs cancel. The interval goes to the outer ends of both. If
    fewer than 10 pairs differ, no interval holds: the error is NaN and the interval infinite.

    Hall (1992), "On the removal of skewness by transformation", Journal of the Royal Statistical Society B 54; Student
    (1908), "The probable error of a mean", Biometrika 6.

    >>> found = paired_mean(np.array([0.0] * 80 + [1.0, 2.0] * 10))
    >>> found.value, round(found.low, 2), round(found.high, 2)
    (0.3, 0.17, 0.45)
    >>> paired_mean(np.array([0.0] * 99 + [1.0]))
    Estimate(value=0.01, se=nan, low=-inf, high=inf)
    """
    found, n = mean(differences), len(differences)
    if np.count_nonzero(differences) < FEW:
        return Estimate(found.value, math.nan, -math.inf, math.inf)
    rest = differences - found.value
    spread = float((rest**2).mean())
    skewness = float((rest**3).mean()) / spread**1.5 if spread > 0 else 0.0
    a = skewness / (3 * math.sqrt(n))
    if abs(a) < 1e-9:
        return found
    t = [(float(np.cbrt(1 + 3 * a * (end - a / 2))) - 1) / a for end in (t95(n - 1), -t95(n - 1))]
    low, high = (found.value - each * found.se for each in t)
    return Estimate(found.value, found.se, min(found.low, low), max(found.high, high))


def batch_mean(values: Array, weights: Array) -> Estimate:
    """The weighted mean of means of batches: ``se^2 = sum of w (x - mean)^2 / ((B - 1) sum of w)``, Student's t.

    ``weights`` are the runs in each of the ``B`` batches; a batch mean has a variance that is inverse to its runs.
    Schmeiser (1982), "Batch size effects in the analysis of simulation output", Operations Research 30.

    >>> found = batch_mean(np.array([1.0, 2.0, 3.0]), np.array([10, 10, 10]))
    >>> found.value, round(found.se, 3)
    (2.0, 0.577)
    """
    batches, n = len(values), weights.sum()
    value = float((weights * values).sum() / n)
    if batches < 2:
        return Estimate(value, math.nan, -math.inf, math.inf)
    se = math.sqrt(float((weights * (values - value) ** 2).sum()) / ((batches - 1) * n))
    half = t95(batches - 1) * se
    return Estimate(value, se, value - half, value + half)


def share(hits: int, runs: int) -> Estimate:
    """A share of runs with Wilson's score interval (1927), which stays within 0 and 1.

    >>> nothing = share(0, 100)
    >>> nothing.value, nothing.low, round(nothing.high, 3)
    (0.0, 0.0, 0.037)
    """
    found, (low, high) = chance(hits, runs), wilson(np.asarray(hits), runs)
    return Estimate(found.p, found.se, float(low), float(high))


def difference(a: Array, b: Array) -> ChanceDifference:
    """The difference of two probabilities from pairs of runs: events under the base, and under the other.

    The standard error is that of the mean of the paired differences ``d``: ``sqrt((mean(d^2) - mean(d)^2) / n)``. The
    interval is Tango's score interval, or the exact one if no pair differs: see `paired_interval`.

    >>> d = difference(np.array([True, True, False, True]), np.array([True, False, False, False])).difference
    >>> d.value, round(d.se, 3), round(d.low, 2), round(d.high, 2)
    (-0.5, 0.25, -0.85, 0.23)
    """
    runs = len(a)
    gained, lost = int((b & ~a).sum()), int((a & ~b).sum())
    before, after = chance(int(a.sum()), runs), chance(int(b.sum()), runs)
    value = (gained - lost) / runs
    variance = (gained + lost) / runs - value**2
    low, high = paired_interval(gained, lost, runs)
    estimate = Estimate(value, math.sqrt(variance / runs), low, high)
    return ChanceDifference(before, after, estimate, variance, runs * (before.se**2 + after.se**2))


def paired_interval(gained: int, lost: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a difference of paired shares, from ``gained`` and ``lost`` pairs among ``n``.

    It holds the differences ``d`` that the score test does not reject: ``|gained - lost - n d| <= 1.96 sqrt(n (2 q +
    d (1 - d)))``, where ``q`` is the maximum-likelihood share of lost pairs given ``d``. Tango (1998), "Equivalence
    test and confidence interval for the difference in proportions for the paired-sample design", Statistics in Medicine
    17. If no pair differs, the bounds are the exact ones of 0 in ``n``, ``1 - 0.025 ** (1 / n)``, about ``3.7 / n``.

    >>> [round(end, 4) for end in paired_interval(0, 0, 1000)], [round(end, 4) for end in paired_interval(8, 0, 1000)]
    ([-0.0037, 0.0037], [0.0041, 0.0157])
    """
    if gained == lost == 0:
        bound = 1 - 0.025 ** (1 / n)
        return -bound, bound
    return -_upper(lost, gained, n), _upper(gained, lost, n)


def _upper(gained: int, lost: int, n: int) -> float:
    """The largest difference that the score test does not reject, by bisection."""
    low, high = (gained - lost) / n, 1.0
    for _ in range(60):
        d = (low + high) / 2
        b = (2 * n - gained + lost) * d - gained - lost
        q = (math.sqrt(max(b * b + 8 * n * lost * d * (1 - d), 0.0)) - b) / (4 * n)
        accepted = (n * d - gained + lost) ** 2 <= Z95**2 * n * (2 * q + d * (1 - d))
        low, high = (d, high) if accepted else (low, d)
    return high
