"""The difference between two forecasts, with an interval over negotiations.

Issues of one origin end together, and the horizons of neighbouring origins overlap. So a negotiation is one
observation, however many issues and origins it has.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from negsim.history.backtest import Scored

SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean CRPS of one forecast minus that of another, in days, with a 90 % interval (NaN: no interval)."""

    method: str
    against: str
    kind: str
    days: float
    ratio: float
    interval: tuple[float, float]


def difference(scored: Scored, method: str, against: str, kind: str = "open") -> Difference:
    """The mean over negotiations of the paired difference, with the interval of Student's law.

    With ``d`` the mean difference in each of ``n`` negotiations: ``mean(d) +- t(n - 1) sd(d) / sqrt(n)``, the standard
    deviation with ``n - 1``. It assumes independent negotiations and nearly normal means. One negotiation has no
    interval.
    """
    from scipy.special import stdtrit

    by_talks = []
    for talks in scored.ends:
        one, other = (scored.by_origin(name, talks, kind=kind) for name in (method, against))
        if one:
            by_talks.append(np.mean([one[origin] - other[origin] for origin in one]))
    n, mean = len(by_talks), float(np.mean(by_talks))
    half = float(stdtrit(n - 1, (1 + SHARE) / 2) * np.std(by_talks, ddof=1) / math.sqrt(n)) if n > 1 else math.nan
    base = scored.mean(against, kind=kind)
    ratio = scored.mean(method, kind=kind) / base if base else math.nan
    return Difference(method, against, kind, mean, ratio, (mean - half, mean + half))
