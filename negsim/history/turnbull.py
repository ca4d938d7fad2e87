"""The survival curve of times of which some are known, some censored, and some lie in an interval.

The estimator is that of Turnbull 1976, J. R. Stat. Soc. B 38:290-295. Without intervals it is that of Kaplan and Meier.
SciPy has no estimator for intervals. lifelines has one, but needs autograd, formulaic and an older pandas.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from negsim.history.snapshot import Floats

#: The steps of the EM algorithm stop when no mass moves by more than this.
_PRECISION, _STEPS = 1e-10, 20_000
#: At the same time: a known time comes first, then the end of an interval, then what is known to come later.
_AT, _UNTIL, _AFTER = 0, 1, 2


def turnbull(seen: Floats, running: Floats, within: Floats) -> Callable[[Floats], Floats]:
    """The nonparametric maximum likelihood estimate of the probability that a time is longer than some days.

    Args:
        seen: Known times, in days.
        running: Times that are longer than this.
        within: Rows of two numbers: longer than the first, and at most the second.

    Returns:
        A function of days. Mass in an interval without a known time lies at its end. Behind the last time the curve is
        constant.

    >>> curve = turnbull(np.array([2.0, 4.0]), np.array([3.0]), np.array([[0.0, 2.0]]))
    >>> curve(np.array([1, 2, 3, 4])).round(6).tolist()
    [1.0, 0.5, 0.5, 0.0]
    """
    within = np.reshape(within, (-1, 2))
    low = [(t, _AT) for t in seen] + [(t, _AFTER) for t in running] + [(a, _AFTER) for a, _ in within]
    high = [(t, _UNTIL) for t in seen] + [(np.inf, _UNTIL)] * len(running) + [(b, _UNTIL) for _, b in within]
    order = {end: n for n, end in enumerate(sorted({*low, *high}))}
    ends = sorted(order)
    lows, highs = set(low), set(high)
    # Mass can only lie where a lower end is followed by an upper one.
    places = [n for n in range(len(ends) - 1) if ends[n] in lows and ends[n + 1] in highs]
    begin = np.array([order[end] for end in low])[:, None]
    end = np.array([order[end] for end in high])[:, None]
    possible = (begin <= np.array(places)) & (np.array(places) + 1 <= end)
    days = np.array([ends[n + 1][0] for n in places])
    mass = np.full(len(places), 1.0 / len(places))
    for _ in range(_STEPS):
        share = possible * mass
        better = (share / share.sum(axis=1, keepdims=True)).mean(axis=0)
        moved, mass = np.abs(better - mass).max(), better
        if moved < _PRECISION:
            break
    left = np.concatenate([[1.0], 1.0 - np.cumsum(mass)])
    return lambda at: np.clip(left[np.searchsorted(days, at, side="right")], 0.0, 1.0)
