"""How much of a spread is assumption and how much is chance: the same assumptions under several lucks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from negsim.errors import NegsimError

Array = npt.NDArray[Any]

_RESAMPLES = 1000


@dataclass(frozen=True)
class Split:
    """A variance in two parts, each with its 95 % interval; ``share`` is the assumptions' part of the whole.

    ``draws`` times the assumptions were drawn, and ``lucks`` runs were played under each.
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


def split(y: Array, seed: int = 1) -> Split:
    """Split the variance of outcomes (draws of the assumptions, lucks) by a one-way analysis of variance.

    ``chance = mean of the variances within a row``, ``assumption = variance of the rows' means - chance / lucks``: the
    correction takes away what chance alone adds to the spread of the means. Intervals are percentiles of a bootstrap
    over rows. The assumptions' part is unbiased, so it can come out below 0 where there is none.

    Raises:
        NegsimError: there are fewer than two rows or two columns.

    >>> found = split(np.array([[1.0, 3.0], [5.0, 7.0]]))
    >>> found.chance, found.assumption
    (2.0, 7.0)
    """
    draws, lucks = y.shape if y.ndim == 2 else (0, 0)
    if draws < 2 or lucks < 2:
        raise NegsimError("two draws of the assumptions and two lucks are needed to tell them apart")
    means, within = y.mean(axis=1), y.var(axis=1, ddof=1)
    rng = np.random.default_rng(seed)
    parts = [_parts(means, within, lucks)]
    parts += [_parts(means[rows], within[rows], lucks) for rows in rng.integers(0, draws, (_RESAMPLES, draws))]
    found = np.array(parts)
    low, high = np.nanquantile(found[1:], (0.025, 0.975), axis=0) if np.ptp(y) > 0 else (found[0], found[0])
    (assumption, chance, share) = found[0].tolist()
    ranges = [(float(a), float(b)) for a, b in zip(low, high, strict=True)]
    return Split(float(y.mean()), assumption, chance, share, ranges[0], ranges[1], ranges[2], draws, lucks)


def _parts(means: Array, within: Array, lucks: int) -> tuple[float, float, float]:
    chance = float(within.mean())
    assumption = float(means.var(ddof=1)) - chance / lucks
    total = assumption + chance
    return assumption, chance, assumption / total if total > 0 else float("nan")
