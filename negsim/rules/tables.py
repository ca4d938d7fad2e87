"""Tables of standard quantiles, made once at compile time from ``scipy.stats``. The layout is told in ``quantiles``."""

from __future__ import annotations

from typing import Any

import numpy as np

from negsim.rules import quantiles as q

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

#: Nodes over the uncertain shapes of each family.
SHAPE_NODES = {q.TRIANGULAR: (33, 1), q.PERT: (33, 1), q.GAMMA: (65, 1), q.BETA: (17, 13)}


def tail_nodes() -> Floats:
    """The ``w`` of one tail's nodes, from 1/2 down to 2^-53.

    >>> tail_nodes()[0], tail_nodes()[-1] == 2.0**-53
    (np.float64(0.5), np.True_)
    """
    place = np.arange(q.TAIL)
    halving, cell = np.divmod(place, q.CELLS)
    return np.asarray(np.ldexp(1.0 - cell / (2.0 * q.CELLS), -1 - halving))


def _nodes(law: Any) -> Floats:
    w = tail_nodes()
    return np.concatenate([law.ppf(w), law.isf(w)])


def standard_tables(family: int, shapes: tuple[float, float] | None) -> tuple[Floats, int, int]:
    """The quantile table of a family's standard form, or one for each node over its uncertain shapes (``None``).

    Returns the tables end to end and the numbers of nodes over the first and second shape.
    """
    from scipy import stats

    if family == q.UNIFORM:
        return _nodes(stats.uniform()), 1, 1
    if family == q.LOGNORMAL:
        return _nodes(stats.norm()), 1, 1
    if family in (q.WEIBULL, q.EXPONENTIAL):
        return _nodes(stats.expon()), 1, 1
    if shapes is not None:
        return _nodes(_law(family, *shapes)), 1, 1
    n1, n2 = SHAPE_NODES[family]
    tables = []
    for i in range(n1):
        for j in range(n2):
            if family == q.GAMMA:
                shape = _spaced(q.GAMMA_LOW, q.GAMMA_HIGH, i, n1), 0.0
            elif family == q.BETA:
                mean = min(max(i / (n1 - 1), 1e-3), 1 - 1e-3)
                nu = _spaced(q.NU_LOW, q.NU_HIGH, j, n2)
                shape = mean * nu, (1 - mean) * nu
            else:
                shape = i / (n1 - 1), 0.0
            tables.append(_nodes(_law(family, *shape)))
    return np.concatenate(tables), n1, n2


def _spaced(low: float, high: float, i: int, n: int) -> float:
    return float(low * (high / low) ** (i / (n - 1)))


def _law(family: int, first: float, second: float) -> Any:
    from scipy import stats

    if family == q.TRIANGULAR:
        return stats.triang(first)
    if family == q.PERT:  # the beta that PERT means: a = 1 + 4 m, b = 5 - 4 m with the mode at m of the range
        return stats.beta(1 + 4 * first, 5 - 4 * first)
    if family == q.GAMMA:  # of mean 1, so that between two shapes the mean stays right
        return stats.gamma(first, scale=1 / first)
    return stats.beta(first, second)
