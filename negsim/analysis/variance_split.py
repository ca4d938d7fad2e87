"""Shares of assumptions and chance in a variance: the same assumptions with several sets of random numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from negsim.analysis.estimates import t95
from negsim.errors import NegsimError

Array = npt.NDArray[Any]

#: An outcome of two values needs so many draws of the assumptions in which the rarer one occurs twice or more.
INFORMATIVE = 10


@dataclass(frozen=True)
class Split:
    """A variance in two parts with 95 % intervals; ``share`` is the part of the assumptions in the sum.

    There are ``draws`` draws of the assumptions, each with ``lucks`` runs. ``share`` and its interval are NaN if the
    data do not allow an estimate.
    """

    mean: float
    assumption: float
    chance: float
    share: float
    assumption_range: tuple[float, float]
    chance_range: tuple[float, float]
    share_range: tuple[float, float]
    draws: int
    lucks: int


def split(y: Array) -> Split:
    """Split the variance of outcomes (draws, runs of each draw) by a one-way analysis of variance.

    ``chance = mean of the variances within draws``, ``assumption = variance of the means of draws - chance / runs``,
    ``share = assumption / (assumption + chance)``, the intraclass correlation. The estimates are unbiased, so small
    parts can be below 0. The intervals are jackknife intervals over draws, without an assumption of normality; that of
    the share is on Fisher's scale ``log((1 + (runs - 1) share) / (1 - share))``. An outcome of two values so rare that
    fewer than 10 draws have it twice or more does not allow an estimate.

    Raises:
        NegsimError: there are fewer than two draws or two runs of each.

    Source: Fisher (1925), Statistical methods for research workers, on the intraclass correlation; Ukoumunne (2002),
    "A comparison of confidence interval methods for the intraclass correlation coefficient in cluster randomized
    trials", Statistics in Medicine 21; Efron and Stein (1981), "The jackknife estimate of variance".

    >>> found = split(np.array([[1.0, 3.0], [5.0, 7.0]]))
    >>> found.chance, found.assumption
    (2.0, 7.0)
    """
    draws, runs = y.shape if y.ndim == 2 else (0, 0)
    if draws < 2 or runs < 2:
        raise NegsimError("two draws of the assumptions with two runs each are needed")
    means, within = y.mean(axis=1), y.var(axis=1, ddof=1)
    shifted = means - means.mean()
    chance, assumption = float(within.mean()), float(means.var(ddof=1) - within.mean() / runs)
    share = float("nan")
    ranges = [(float("nan"), float("nan"))] * 3
    if _estimable(y) and chance + assumption > 0:
        share = assumption / (assumption + chance)
        if draws > 2:
            # Without each draw in turn.
            rest = (within.sum() - within) / (draws - 1)
            middle = -shifted / (draws - 1)
            squares = (shifted**2).sum() - shifted**2 - (draws - 1) * middle**2
            spread = squares / (draws - 2) - rest / runs
            ranges = [_interval(assumption, spread), _interval(chance, rest)]
            ranges.append(_share_interval(share, spread, rest, runs))
    return Split(float(y.mean()), assumption, chance, share, ranges[0], ranges[1], ranges[2], draws, runs)


def _estimable(y: Array) -> bool:
    values = np.unique(y)
    if len(values) != 2:
        return len(values) > 1
    rare = values[int((y == values[1]).mean() < 0.5)]
    return int(((y == rare).sum(axis=1) >= 2).sum()) >= min(INFORMATIVE, len(y) // 2)


def _interval(value: float, without: Array) -> tuple[float, float]:
    n = len(without)
    half = t95(n - 1) * float(np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))
    return value - half, value + half


def _share_interval(share: float, spread: Array, rest: Array, runs: int) -> tuple[float, float]:
    if share == 1:
        return 1.0, 1.0
    edge = 1e-9

    def scaled(values: Any) -> Any:
        r = np.clip(values, -1 / (runs - 1) + edge, 1 - edge)
        return np.log((1 + (runs - 1) * r) / (1 - r))

    low, high = np.exp(_interval(float(scaled(share)), scaled(spread / (spread + rest))))
    return float((low - 1) / (low + runs - 1)), float((high - 1) / (high + runs - 1))
