"""Recalibrated forecasts: the spread that makes 80 % intervals cover 80 % of other negotiations.

A forecast with the distribution ``F`` becomes ``Phi(Phi^-1(F) / s)`` (Kuleshov, Fenner and Ermon 2018, with one
parameter). Above 1, ``s`` widens; below 1, it narrows. With it the central 80 % interval covers the share
``0.8 (n + 1) / n`` of the ``n`` negotiations that were left out: the level of conformal prediction, which makes up for
their small number (Vovk, Gammerman and Shafer 2005; Romano, Patterson and Candes 2019).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from negsim.history.scores import coverage

Floats = npt.NDArray[np.float64]

SHARE = 0.8
#: Fewer negotiations tell nothing about the spread.
LEAST = 8
LIMITS = (0.5, 3.0)


def spread(bounds: Sequence[tuple[float, float]], weights: Sequence[float], negotiations: int) -> float:
    """The spread from the bounds of the transforms of other negotiations; 1 if there are fewer than `LEAST`.

    >>> even = [(n / 100, n / 100) for n in range(1, 100)]
    >>> round(spread(even, [1.0] * 99, 99), 1), spread(even, [1.0] * 99, 3)
    (1.0, 1.0)
    """
    from scipy.special import ndtri

    if negotiations < LEAST:
        return 1.0
    total, share = float(sum(weights)), SHARE * (negotiations + 1) / negotiations
    low, high = LIMITS
    for _ in range(40):
        middle = (low + high) / 2.0
        inside = 2.0 * _phi(middle * float(ndtri(0.5 + SHARE / 2.0))) - 1.0
        covered = sum(w * coverage(each, inside) for each, w in zip(bounds, weights, strict=True)) / total
        low, high = (middle, high) if covered < share else (low, middle)
    return (low + high) / 2.0


def _phi(z: float) -> float:
    from scipy.special import ndtr

    return float(ndtr(z))


def recalibrated_cdf(cdf: Floats, s: float) -> Floats:
    """``Phi(Phi^-1(F) / s)``.

    >>> recalibrated_cdf(np.array([0.0, 0.1, 0.5, 1.0]), 2.0).round(3).tolist()
    [0.0, 0.261, 0.5, 1.0]
    """
    from scipy.special import ndtr, ndtri

    return np.asarray(ndtr(ndtri(cdf) / s))


def recalibrated(samples: Floats, s: float) -> Floats:
    """The same for draws: those that are known are replaced, by rank, with quantiles at ``Phi(s Phi^-1(u))``.

    >>> recalibrated(np.array([3.0, np.nan, 1.0, 2.0]), 1.0).tolist()
    [3.0, nan, 1.0, 2.0]
    """
    from scipy.special import ndtr, ndtri

    known = np.flatnonzero(~np.isnan(samples))
    if not len(known):
        return samples
    order = known[np.argsort(samples[known], kind="stable")]
    at = ndtr(s * ndtri((np.arange(len(order)) + 0.5) / len(order)))
    found = samples.copy()
    found[order] = samples[order][np.minimum((at * len(order)).astype(int), len(order) - 1)]
    return found
