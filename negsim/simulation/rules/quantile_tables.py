"""Tables of standard quantiles, made once at compile time. ``quantiles`` describes the layout.

The quantiles are those of ``scipy.stats``, bit for bit, but mostly from ``scipy.special``: importing ``scipy.stats``
takes a third of a second, which every command would wait for. Tables of one shape are kept in the cache beside the
machine code, so most commands load no SciPy at all.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

import numpy as np

from negsim.simulation.cache import cache_folder, store, stored
from negsim.simulation.rules import quantiles as q
from negsim.simulation.version import version_of

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

#: At most this many tables are in the cache: 7 MB.
MOST_KEPT = 256

#: Nodes over the uncertain shapes of each family.
SHAPE_NODES = {q.PERT: (33, 1), q.GAMMA: (33, 1), q.BETA: (21, 21)}


def tail_nodes() -> Floats:
    """The ``w`` of one tail's nodes, from 1/2 down to 2^-53.

    >>> tail_nodes()[0], tail_nodes()[-1] == 2.0**-53
    (np.float64(0.5), np.True_)
    """
    place = np.arange(q.TAIL)
    halving, cell = np.divmod(place, q.CELLS)
    return np.asarray(np.ldexp(1.0 - cell / (2.0 * q.CELLS), -1 - halving))


def _nodes(family: int, first: float = 0.0, second: float = 0.0) -> Floats:
    """The lower quantiles of a standard form at the nodes, then the upper ones."""
    w = tail_nodes()
    with warnings.catch_warnings():
        # at w = 2^-50 the root finding behind a beta may give up with a value that is as good as any
        warnings.simplefilter("ignore", RuntimeWarning)
        lower, upper = _tails(family, w, first, second)
    return np.concatenate([np.fmin.accumulate(lower), np.fmax.accumulate(upper)])


def _kept_nodes(family: int, first: float = 0.0, second: float = 0.0) -> Floats:
    """`_nodes`, from the cache if they are there: a start with the same shapes needs no SciPy."""
    folder = cache_folder()
    file = folder / f"quantiles-{version_of('scipy')}-{family}-{float(first).hex()}-{float(second).hex()}"
    content = stored(file)
    if content is not None and len(content) == 8 * q.NODES:
        return np.frombuffer(content)
    values = _nodes(family, first, second)
    with suppress(OSError):  # another process may remove the same table
        kept = sorted(folder.glob("quantiles-*"), key=lambda table: table.stat().st_mtime)
        for oldest in kept[: max(0, len(kept) + 1 - MOST_KEPT)]:
            oldest.unlink()
    store(file, values.tobytes())
    return values


def _tails(family: int, w: Floats, first: float, second: float) -> tuple[Any, Any]:
    """The quantiles at ``w`` and at ``1 - w``."""
    from scipy import special

    if family == q.UNIFORM:
        return w, 1.0 - w
    if family == q.LOGNORMAL:  # the logarithm, in units of its deviation
        return special.ndtri(w), 0.0 - special.ndtri(w)
    if family in (q.WEIBULL, q.EXPONENTIAL):
        return -special.log1p(-w), -np.log(w)
    if family == q.GAMMA:  # of mean 1, so that between two shapes the mean stays right
        return special.gammaincinv(first, w) * (1 / first), special.gammainccinv(first, w) * (1 / first)
    if family == q.TRIANGULAR:
        from scipy import stats

        return stats.triang(first).ppf(w), stats.triang(first).isf(w)
    # A PERT is a beta with a = 1 + 4 m, b = 5 - 4 m, where the mode is at m of the range.
    a, b = (1 + 4 * first, 5 - 4 * first) if family == q.PERT else (first, second)
    return _beta_tails(w, a, b)


def exact_quantile(family: int, numbers: Sequence[float], u: Floats) -> Floats:
    """The quantiles of a distribution at ``u`` in (0, 1), in closed form or from SciPy: what the tables approximate.

    ``numbers``: those of the family in the order of the model page, in its units.

    >>> exact_quantile(q.EXPONENTIAL, [20.0], np.array([0.5])).round(6)
    array([13.862944])
    """
    n, first, second = [*numbers, 0.0, 0.0, 0.0], 0.0, 0.0
    loc, scale = 0.0, n[0]
    if family in (q.UNIFORM, q.TRIANGULAR, q.PERT):
        loc, scale = n[0], (n[1] if family == q.UNIFORM else n[2]) - n[0]
        first = (n[1] - n[0]) / scale
    elif family == q.GAMMA:
        first, scale = n[0], n[0] * n[1]
    elif family == q.BETA:
        first, second, loc, scale = n[0], n[1], n[2], n[3] - n[2]
    lower, upper = _tails(family, np.minimum(u, 1.0 - u), first, second)
    standard = np.where(u <= 0.5, lower, upper)
    if family == q.LOGNORMAL:
        return np.asarray(scale * np.exp(np.log(n[1] / n[0]) / q.Z90 * standard))
    if family == q.WEIBULL:
        standard = standard ** (1.0 / n[1])
    return np.asarray(loc + scale * standard)


def _beta_tails(w: Floats, a: float, b: float) -> tuple[Any, Any]:
    from scipy.special import _ufuncs, betainccinv

    if hasattr(_ufuncs, "_beta_ppf"):  # what scipy.stats calls; betaincinv differs in the last bit
        return _ufuncs._beta_ppf(w, a, b), betainccinv(a, b, w)
    from scipy import stats

    return stats.beta(a, b).ppf(w), stats.beta(a, b).isf(w)


# Scenarios that are compared or explored share most shapes, and root finding is most of the time that compiling takes.
@lru_cache(maxsize=256)
def standard_tables(family: int, shapes: tuple[float, float] | None) -> tuple[Floats, int, int]:
    """The quantile table of a family's standard form, or one for each node over its uncertain shapes (``None``).

    Returns the tables end to end, read-only, and the numbers of nodes over the first and second shape.
    """
    values, n1, n2 = _standard_tables(family, shapes)
    values.setflags(write=False)
    return values, n1, n2


def _standard_tables(family: int, shapes: tuple[float, float] | None) -> tuple[Floats, int, int]:
    if family in (q.UNIFORM, q.LOGNORMAL, q.WEIBULL, q.EXPONENTIAL):
        return _kept_nodes(family), 1, 1
    if shapes is not None:
        return _kept_nodes(family, *shapes), 1, 1
    if family == q.TRIANGULAR:
        return np.zeros(1), 1, 1  # computed, not looked up
    n1, n2 = SHAPE_NODES[family]
    if family == q.PERT:
        return np.concatenate([_nodes(family, i / (n1 - 1)) for i in range(n1)]), n1, n2
    logs = _log_gamma(n1) if family == q.GAMMA else _logit_beta(n1)
    return logs.ravel(), n1, n2


def pert_median(mode: float) -> float:
    """The median of a PERT distribution from 0 to 1, from its table, which a compiled scenario has without SciPy.

    >>> round(pert_median(0.25), 3)
    0.314
    """
    return float(standard_tables(q.PERT, (mode, 0.0))[0][0])


_LEAST = 1e-300  # below it the quantile of a small shape is 0 for a computer, and has no logarithm


def _shapes(n: int) -> Floats:
    return np.geomspace(q.SHAPE_LOW, q.SHAPE_HIGH, n)


def _log_gamma(n: int) -> Floats:
    """Logarithms of the quantiles of gammas of mean 1."""
    from scipy import special

    w, shape = tail_nodes(), _shapes(n)[:, None]
    quantiles = np.concatenate([special.gammaincinv(shape, w), special.gammainccinv(shape, w)], axis=1)
    logs: Floats = np.log(np.maximum(quantiles, _LEAST) / shape)
    return logs


def _logit_beta(n: int) -> Floats:
    """Log of Q to 1 - Q, of betas; the upper tail of (a, b) is the lower one of (b, a) turned round."""
    from scipy import special

    a, b = _shapes(n)[:, None, None], _shapes(n)[None, :, None]
    w = tail_nodes()
    below, above = special.betaincinv(a, b, w), special.betainccinv(b, a, w)
    lower = np.log(np.maximum(below, _LEAST)) - np.log(np.maximum(above, _LEAST))
    return np.concatenate([lower, -lower.transpose(1, 0, 2)], axis=2)
