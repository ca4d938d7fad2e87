"""The arithmetic of expert judgement: distributions from statements of experts, and their pool.

Three points with a confidence are rescaled to 90 % as in the IDEA protocol and become a PERT. Quantiles become the
family that fits best, as in SHELF. Several experts become their linear pool. All functions take plain numbers in
canonical units; :mod:`negsim.quantities.experts` reads files.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

#: The interval that three points are rescaled to, and its two ends.
COVERAGE: Final = 0.9
ENDS: Final = (0.05, 0.95)
#: The number of equally likely values that represent a pool; odd, so that one of them is its median.
POOL_VALUES: Final = 199
#: A later family must fit better than an earlier one by this much, in squared probability.
_TIE = 1e-8
_Z90 = 1.2815515655446004


def rescaled(low: float, mode: float, high: float, confidence: float) -> tuple[float, float]:
    """The 90 % interval of an expert with ``confidence`` in ``low`` to ``high``: mode - (mode - low) 0.9 / C.

    The same for the upper end; Hemming et al. 2018, "A practical guide to structured expert elicitation using the IDEA
    protocol".

    >>> rescaled(30, 90, 365, 0.9)
    (30.0, 365.0)
    >>> rescaled(40, 100, 160, 0.6)
    (10.0, 190.0)
    """
    factor = COVERAGE / confidence
    return mode - (mode - low) * factor, mode + (high - mode) * factor


def pert_through(
    five: float, mode: float, ninety_five: float, lo: float = -math.inf, hi: float = math.inf
) -> dict[str, float]:
    """The low, mode and high of the PERT with these 5 % and 95 % quantiles, inside ``lo`` to ``hi``.

    If it exceeds one end of that range, that end becomes its low or high, and the quantile on the other side stays
    exact. If it exceeds both ends, it spans the whole range. The mode never changes.

    >>> {name: round(value, 3) for name, value in pert_through(-1.0, 0.0, 1.0).items()}
    {'low': -1.609, 'mode': 0.0, 'high': 1.609}
    """
    low, high = _pert_between(five, mode, ninety_five)
    if low < lo and high > hi:
        low, high = lo, hi
    elif low < lo:
        low, high = lo, min(_high_above(lo, mode, ninety_five), hi)
    elif high > hi:
        low, high = max(-_high_above(-hi, -mode, -five), lo), hi
    span = high - low
    return {
        "low": max(min(rounded(low, span), mode), lo),
        "mode": mode,
        "high": min(max(rounded(high, span), mode), hi),
    }


def _pert_between(five: float, mode: float, ninety_five: float) -> tuple[float, float]:
    """The ends of a PERT, from one equation for the relative place of its mode."""
    from scipy.optimize import brentq

    # The relative place of the mode between the two quantiles rises with the share, from below 0 to above 1. So there
    # is always exactly one solution.
    wanted = (mode - five) / (ninety_five - five)

    def too_high(share: float) -> float:
        a, b = _ends(share)
        return (share - a) / (b - a) - wanted

    share = float(brentq(too_high, 0.0, 1.0, xtol=1e-15))
    a, b = _ends(share)
    span = (ninety_five - five) / (b - a)
    return mode - share * span, mode + (1 - share) * span


def _high_above(low: float, mode: float, ninety_five: float) -> float:
    """The high of the PERT with this low, mode and 95 % quantile."""
    from scipy.optimize import brentq

    if mode <= low:
        return low + (ninety_five - low) / _ends(0.0)[1]
    share = float(brentq(lambda s: _ends(s)[1] * (mode - low) - s * (ninety_five - low), 0.0, 1.0, xtol=1e-15))
    return low + (mode - low) / share


def _ends(share: float) -> tuple[float, float]:
    """The 5 % and 95 % quantiles of a PERT from 0 to 1 with its mode at ``share``."""
    from scipy.special import betaincinv

    first, second = (float(betaincinv(1 + 4 * share, 5 - 4 * share, p)) for p in ENDS)
    return first, second


def fitted(quantiles: Sequence[tuple[float, float]], lo: float, hi: float) -> tuple[str, dict[str, float]]:
    """The family and its numbers whose cdf is closest to the quantiles, by least squares.

    A beta from ``lo`` to ``hi`` if the range has two ends; else the best of lognormal, Weibull and gamma, which begin
    at 0. Of equal fits the first wins, so two quantiles give a lognormal. ``quantiles`` are (probability, value),
    rising, with values strictly inside the range.

    >>> fitted([(0.5, 20.0), (0.9, 60.0)], 0.0, math.inf)
    ('lognormal', {'median': 20.0, 'q90': 60.0})
    """
    if math.isfinite(hi):
        inside = [(p, (x - lo) / (hi - lo)) for p, x in quantiles]
        (a, b), _ = _fit("beta", inside)
        return "beta", {"a": rounded(a), "b": rounded(b), "low": lo, "high": hi}
    # In units of the geometric mean, so that one optimiser works for seconds and centuries.
    unit = math.exp(sum(math.log(x) for _, x in quantiles) / len(quantiles))
    scaled = [(p, x / unit) for p, x in quantiles]
    best, (first, second), loss = "", (0.0, 0.0), math.inf
    for family in ("lognormal", "weibull", "gamma"):
        numbers, missed = _fit(family, scaled)
        if missed < loss - _TIE:
            best, (first, second), loss = family, numbers, missed
    if best == "lognormal":
        span = (second - first) * unit
        return best, {"median": rounded(first * unit, span), "q90": rounded(second * unit, span)}
    if best == "weibull":
        return best, {"scale": rounded(first * unit), "shape": rounded(second)}
    return best, {"shape": rounded(first), "scale": rounded(second * unit)}


def _fit(family: str, quantiles: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], float]:
    """The two numbers of a family by least squares on the cdf, and the remaining sum of squares."""
    import numpy as np
    from scipy import special
    from scipy.optimize import least_squares

    p, x = (np.array(column) for column in zip(*quantiles, strict=True))
    z = special.ndtri(p)
    # Straight lines through transformed quantiles: exact for two quantiles, a good start for more.
    log_spread, log_middle = np.polyfit(z, np.log(x), 1)
    # A location and the logarithm of a width, so that every point of the optimiser is valid.
    match family:
        case "lognormal":
            start = [log_middle, math.log(log_spread)]

            def numbers(at: Any) -> tuple[float, float]:
                return math.exp(at[0]), math.exp(at[0] + _Z90 * math.exp(at[1]))

            def cdf(at: Any) -> Any:
                return special.ndtr((np.log(x) - at[0]) * math.exp(-at[1]))
        case "weibull":
            slope, place = np.polyfit(np.log(-np.log1p(-p)), np.log(x), 1)
            start = [place, -math.log(slope)]

            def numbers(at: Any) -> tuple[float, float]:
                return math.exp(at[0]), math.exp(at[1])

            def cdf(at: Any) -> Any:
                return -np.expm1(-np.exp((np.log(x) - at[0]) * math.exp(at[1])))
        case "gamma":
            start = [log_middle + min(log_spread, 3.0) ** 2 / 2, -math.log(math.expm1(min(log_spread, 3.0) ** 2))]

            def numbers(at: Any) -> tuple[float, float]:
                return math.exp(at[1]), math.exp(at[0] - at[1])

            def cdf(at: Any) -> Any:
                shape, scale = numbers(at)
                return special.gammainc(shape, x / scale)
        case _:
            spread, middle = np.polyfit(z, x, 1)
            mean = min(max(float(middle), 0.01), 0.99)
            cases = max(mean * (1 - mean) / float(spread) ** 2 - 1, 0.5)
            start = [math.log(mean / (1 - mean)), math.log(cases)]

            def numbers(at: Any) -> tuple[float, float]:
                return float(special.expit(at[0])) * math.exp(at[1]), float(special.expit(-at[0])) * math.exp(at[1])

            def cdf(at: Any) -> Any:
                return special.betainc(*numbers(at), x)

    def missed(at: Any) -> Any:
        return cdf(at) - p

    around = (np.array(start) - 12, np.array(start) + 12)
    with np.errstate(all="ignore"):  # an overflow means a cdf of 0 or 1
        found = least_squares(missed, start, bounds=around, xtol=1e-13, ftol=1e-13)
    return numbers(found.x), 2 * float(found.cost)


def pooled(laws: Sequence[Any], weights: Sequence[float] | None = None, count: int = POOL_VALUES) -> tuple[float, ...]:
    """The linear pool of distributions as ``count`` equally likely values: its quantiles (k - 1/2) / count.

    The pool is the mixture: its cdf is the weighted mean of their cdfs (equal weights by default). ``laws`` have a
    ``cdf`` and a ``ppf`` that take arrays, as in `scipy.stats`.

    >>> from scipy import stats
    >>> pooled([stats.uniform(0, 1), stats.uniform(1, 1)], [3, 1], 4)
    (0.166667, 0.5, 0.833333, 1.5)
    """
    import numpy as np

    share = np.ones(len(laws)) if weights is None else np.asarray(weights, dtype=float)
    share = share / share.sum()
    p = (np.arange(count) + 0.5) / count
    each = np.array([law.ppf(p) for law in laws])
    # Bisection between the least and the greatest quantile of the experts.
    below, above = each.min(axis=0), each.max(axis=0)
    for _ in range(60):
        middle = (below + above) / 2
        enough = sum(w * law.cdf(middle) for w, law in zip(share, laws, strict=True)) >= p
        below, above = np.where(enough, below, middle), np.where(enough, middle, above)
    span = float(above[-1] - above[0])
    return tuple(rounded(float(value), span or abs(float(value))) for value in above)


def outside(law: Any, low: float, high: float) -> float:
    """The probability of a value below ``low`` or above ``high``.

    >>> from scipy import stats
    >>> round(outside(stats.uniform(0, 10), 1, 8), 9)
    0.3
    """
    return float(law.cdf(math.nextafter(low, -math.inf)) + 1 - law.cdf(high))


def rounded(value: float, span: float = math.inf) -> float:
    """A number with six significant digits, or to a millionth of ``span`` if that is finer.

    >>> rounded(12.3456789), rounded(1000.123456, 0.01), rounded(0.0)
    (12.3457, 1000.123456, 0.0)
    """
    scale = min(abs(value), span)
    return value if scale <= 0 else round(value, 5 - math.floor(math.log10(scale)))
