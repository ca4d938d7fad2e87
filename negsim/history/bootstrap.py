"""How sure a difference between two forecasts is: whole talks drawn again, or stretches of origins within talks.

Issues of one origin end together and horizons of neighbouring origins overlap, so neither is drawn singly. With a
handful of talks the first interval is a caution and not a test: no such number of talks can give significance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from negsim.history.backtest import Scored
from negsim.history.scores import generator

DRAWS = 2000
#: Origins are half a year apart and horizons three years, so about six of them share what happens.
STRETCH = 6
SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean CRPS of one forecast minus that of another, in days, with 90 % intervals of two kinds of bootstrap."""

    method: str
    against: str
    kind: str
    days: float
    ratio: float
    over_talks: tuple[float, float]
    over_origins: tuple[float, float]


def difference(scored: Scored, method: str, against: str, kind: str = "open") -> Difference:
    """The difference between two methods; the same draws for any two, so that their difference has one sign."""
    by_talks = []
    for talks in scored.ends:
        one, other = (scored.by_origin(name, talks, kind=kind) for name in (method, against))
        if one:
            by_talks.append(np.asarray([one[origin] - other[origin] for origin in one]))
    means = np.asarray([values.mean() for values in by_talks])
    random = generator("bootstrap over talks", kind)
    over_talks = means[random.integers(len(means), size=(DRAWS, len(means)))].mean(axis=1)
    random = generator("bootstrap over origins", kind)
    over_origins = np.mean([_stretches(values, random) for values in by_talks], axis=0)
    base = scored.mean(against, kind=kind)
    return Difference(
        method,
        against,
        kind,
        float(means.mean()),
        scored.mean(method, kind=kind) / base if base else float("nan"),
        _interval(over_talks),
        _interval(over_origins),
    )


def _stretches(
    values: np.ndarray[tuple[int], np.dtype[np.float64]], random: np.random.Generator
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Means of the values of some talks, put together of stretches of neighbours; behind the last is the first."""
    n = len(values)
    long = min(STRETCH, max(n // 2, 1))
    starts = random.integers(n, size=(DRAWS, -(-n // long)))
    which = (starts[:, :, None] + np.arange(long)) % n
    means: np.ndarray[tuple[int], np.dtype[np.float64]] = values[which.reshape(DRAWS, -1)[:, :n]].mean(axis=1)
    return means


def _interval(draws: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, float]:
    low, high = np.quantile(draws, [(1 - SHARE) / 2, (1 + SHARE) / 2])
    return float(low), float(high)
