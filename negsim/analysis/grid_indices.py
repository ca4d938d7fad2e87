"""Sensitivity on a full grid: the exact decomposition of the variance over its cells, without Monte Carlo noise."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from negsim.analysis.case_outcomes import jackknife
from negsim.analysis.estimates import t95
from negsim.errors import NegsimError

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]
_Effect = tuple[int, ...]

#: Most factors of a grid: there are ``2 ** factors - 1`` effects.
MOST = 10


@dataclass(frozen=True, eq=False)
class GridIndices:
    """Shares of the variance over the cells of a grid.

    ``factors`` has a row for each factor: ``first`` (its main effect) and ``total`` (with all its interactions).
    ``interactions`` has a row for each interaction of two or more factors. All with 95 % intervals, largest first.
    """

    factors: pd.DataFrame
    interactions: pd.DataFrame


def grid(names: Sequence[str], levels: Sequence[int], batches: Array, weights: Array) -> GridIndices:
    """Decompose the variance over the cells of a full grid into main effects and interactions.

    ``V_u = mean over cells of e_u^2 - noise_u``, where ``e_u`` is the effect of the factors ``u`` in the mean of the
    cells, and ``noise_u`` is its Monte Carlo variance, estimated from the spread of ``e_u`` over batches of runs. Each
    batch goes through all cells, so the estimate is right if cells share random numbers. ``share_u = V_u / sum of V``.
    The intervals are those of a jackknife over batches with Student's t, at least as long as those of noise alone.

    Args:
        names: the factors.
        levels: the number of values of each.
        batches: the mean outcome of each batch in each cell (batches, cells); cells in the order of the product.
        weights: the number of runs in each batch.

    Raises:
        NegsimError: there are too many factors, one batch only, or no variance beyond the noise.

    Source: Fisher (1925), Statistical methods for research workers (analysis of variance); Saltelli et al. (2008),
    Global sensitivity analysis: the primer; Efron and Stein (1981), "The jackknife estimate of variance".

    >>> cells = np.array([[0.0, 1.0, 2.0, 3.0]] * 4) + np.array([[0.1], [-0.1], [0.2], [-0.2]])
    >>> found = grid(["a", "b"], [2, 2], cells, np.full(4, 10))
    >>> found.factors[["factor", "first", "total"]].round(3).values.tolist()
    [['a', 0.8, 0.8], ['b', 0.2, 0.2]]
    """
    import pandas as pd

    if len(names) > MOST:
        raise NegsimError(f"the analysis of a grid takes {MOST} factors at most; use --design saltelli for more")
    if len(batches) < 2:
        raise NegsimError("the Monte Carlo noise of one run an experiment is not estimable; use more runs")
    effects = _effects(batches.reshape(len(batches), *levels))
    variances = _variances(effects, weights)
    if not sum(variances.values()) > 0:
        raise NegsimError("the experiments differ by no more than their Monte Carlo noise; use more runs")
    keep = [np.where(np.arange(len(weights)) == k, 0, weights) for k in range(len(weights))]
    dropped = [_variances(effects, left) for left in keep] if len(batches) > 2 else []

    def index(name: str, chosen: Sequence[_Effect]) -> dict[str, float]:
        return _index(name, chosen, variances, dropped, _noise(effects, chosen, weights))

    rows = [
        {"factor": name, **index("first", [(i,)]), **index("total", [u for u in variances if i in u])}
        for i, name in enumerate(names)
    ]
    more = [{"factor": " x ".join(names[i] for i in u), **index("share", [u])} for u in variances if len(u) > 1]
    columns = ["factor", "share", "share_low", "share_high"]
    return GridIndices(_sorted(pd.DataFrame(rows), "total"), _sorted(pd.DataFrame(more, columns=columns), "share"))


def _effects(cells: Array) -> dict[_Effect, Array]:
    """The effect of each set of factors in each batch: the mean over the others, less the effects of its subsets."""
    axes = range(1, cells.ndim)
    found: dict[_Effect, Array] = {(): cells.mean(axis=tuple(axes), keepdims=True)}
    for size in range(1, cells.ndim):
        for u in itertools.combinations(range(cells.ndim - 1), size):
            others = tuple(axis for axis in axes if axis - 1 not in u)
            effect = cells.mean(axis=others, keepdims=True) if others else cells
            for part in (v for k in range(size) for v in itertools.combinations(u, k)):
                effect = effect - found[part]
            found[u] = effect
    del found[()]
    return found


def _variances(effects: dict[_Effect, Array], weights: Array) -> dict[_Effect, float]:
    used = weights > 0
    n, batches = weights[used].sum(), used.sum()
    found = {}
    for u, effect in effects.items():
        each = effect.reshape(len(effect), -1)[used]
        parts = weights[used, None] / n
        middle = (parts * each).sum(axis=0)
        noise = (parts * (each - middle) ** 2).sum(axis=0) / (batches - 1)
        found[u] = float((middle**2).mean() - noise.mean())
    return found


def _index(
    name: str,
    effects: Sequence[_Effect],
    variances: dict[_Effect, float],
    dropped: Sequence[dict[_Effect, float]],
    noise: float,
) -> dict[str, float]:
    """The share of some effects with the interval of the jackknife; infinite ends if there are too few batches.

    Its variance is at least that of effects that are ``noise`` alone: small shares would have too short intervals.
    """

    def share(found: dict[_Effect, float]) -> float:
        total = sum(found.values())
        return sum(found[u] for u in effects) / total if total > 0 else float("nan")

    value, rest = share(variances), np.array([share(found) for found in dropped])
    n = len(rest)
    least = noise / sum(variances.values()) ** 2
    half = t95(n - 1) * math.sqrt(max(float(jackknife(rest)), least)) if n and not np.isnan(rest).any() else math.inf
    return {name: value, f"{name}_low": value - half, f"{name}_high": value + half}


def _noise(effects: dict[_Effect, Array], chosen: Sequence[_Effect], weights: Array) -> float:
    """The variance of the sum of some variances if these effects are nothing but noise: ``2 tr(C^2) / cells^2``.

    ``C`` is the covariance of the means of the effects in the cells, estimated from the batches.
    """
    total = sum(np.broadcast_to(effects[u], np.broadcast_shapes(*(e.shape for e in effects.values()))) for u in chosen)
    each = np.asarray(total).reshape(len(weights), -1)
    parts = weights[:, None] / weights.sum()
    rest = np.sqrt(parts / (len(weights) - 1)) * (each - (parts * each).sum(axis=0))
    return float(2 * ((rest @ rest.T / each.shape[1]) ** 2).sum())


def _sorted(table: pd.DataFrame, by: str) -> pd.DataFrame:
    return table.sort_values(by, ascending=False, kind="stable").reset_index(drop=True)
