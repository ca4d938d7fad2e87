"""Sensitivity indices of designs and of given data, and the means behind a tornado."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from negsim.analysis.case_outcomes import CaseOutcomes, jackknife
from negsim.analysis.estimates import batch_mean, mean, t95
from negsim.errors import NegsimError

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]

#: The share of the experiments at either end of a factor that a tornado shows.
END = 0.2
#: Harmonics of RBD-FAST; each takes two degrees of freedom.
_HARMONICS = 10
#: Least number of cases of `given`: three for each degree of freedom.
LEAST = 60
#: Least number of samples of a Saltelli design whose indices have an interval.
_ROWS = 64
#: The step of a Morris trajectory on four levels, as a part of the range of the factor.
_STEP = 2 / 3


def need_salib() -> None:
    """Check that SALib is installed.

    Raises:
        NegsimError: it is not.
    """
    from importlib.util import find_spec

    if find_spec("SALib") is None:
        raise NegsimError("this needs SALib: pip install 'negsim[analysis]'")


def problem(names: Sequence[str]) -> dict[str, Any]:
    """A SALib problem with factors from 0 to 1."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def sobol(names: Sequence[str], y: Array, batches: Array | None = None, weights: Array | None = None) -> pd.DataFrame:
    """Sobol indices of a Saltelli design without second order, with 95 % intervals.

    ``first`` is the share of the variance of ``y`` that a factor explains alone, ``total`` the share that it explains
    with its interactions: both with ``_low`` and ``_high``; the largest total first. A row of the design has a case of
    the sample A, one for each factor i (``AB_i``: A with this factor of the sample B), and one of B:
    ``first = mean(B (AB_i - A)) / var``, ``total = mean((A - AB_i)^2) / (2 var)``. With the outcomes by batch of runs
    (batches, cases) and ``weights`` runs in each, the Monte Carlo noise is subtracted from each mean. The intervals are
    those of a jackknife over rows and over batches with Student's t; infinite for fewer than 64 rows.

    Saltelli et al. (2010), "Variance based sensitivity analysis of model output", Computer Physics Communications 181.

    Raises:
        NegsimError: ``y`` is the same everywhere, or differs by no more than its Monte Carlo noise.

    >>> a, b = np.random.default_rng(1).random((2, 512))
    >>> y = np.column_stack([a, b, a, b]).ravel()  # the first of two factors
    >>> sobol(["x", "y"], y)[["factor", "first", "total"]].round(1).values.tolist()
    [['x', 1.0, 1.0], ['y', 0.0, 0.0]]
    """
    import pandas as pd

    _check(y)
    rows = len(y) // (len(names) + 2)

    def indices(cells: CaseOutcomes, used: Array) -> Array:
        return _quotients(cells.less_noise(lambda v: _saltelli(v.reshape(*v.shape[:-1], rows, -1)[..., used, :])))

    cells, every = CaseOutcomes.of(y, batches, weights), np.arange(rows)
    found = _known(indices(cells, every))
    # Blocks of a Sobol sequence, each spread evenly over the space.
    parts = min(rows, 32)
    without = [indices(cells, every[every * parts // rows != part]) for part in range(parts)]
    variance = jackknife(np.array(without)) + cells.spread(lambda rest: indices(rest, every))
    half = t95(min(parts, len(cells.weights) or parts) - 1) * np.sqrt(variance) if rows >= _ROWS else np.inf
    columns: dict[str, Any] = {"factor": list(names)}
    for name, part in (("first", slice(len(names))), ("total", slice(len(names), None))):
        columns |= _interval(name, found[part], np.broadcast_to(half, found.shape)[part])
    return _sorted(pd.DataFrame(columns), "total")


def _saltelli(rows: Array) -> Array:
    """The variance, and the numerators of the first-order and total indices, of rows (..., rows, factors + 2)."""
    rows = rows - rows.mean(axis=(-2, -1), keepdims=True)
    a, mixed, b = rows[..., :1], rows[..., 1:-1], rows[..., -1:]
    variance = rows[..., [0, -1]].var(axis=(-2, -1))[..., None]
    return np.concatenate([variance, (b * (mixed - a)).mean(axis=-2), ((a - mixed) ** 2).mean(axis=-2) / 2], axis=-1)


def morris(
    names: Sequence[str], x: Array, y: Array, batches: Array | None = None, weights: Array | None = None
) -> pd.DataFrame:
    """Morris' screening: the mean size of elementary effects (``mu_star``, 95 % interval) and their spread (``sigma``).

    A factor with a small ``mu_star`` does nothing; a large ``sigma`` beside it says that what it does depends on where
    the others are. ``mu_star = mean of |effect|`` over trajectories. Monte Carlo noise makes ``|effect|`` larger. With
    outcomes by batch of runs (batches, cases) and ``weights`` runs in each, a batch is therefore multiplied by the sign
    of the effect in the other batches. This has no bias for a factor that does nothing or much, and a negative one
    between them. The interval covers both biases: its lower end is that of the corrected mean, its upper end that of
    the mean without correction (Student's t over trajectories, and the jackknife over batches).

    Campolongo et al. (2007), "An effective screening design", Environmental Modelling & Software 22.

    Raises:
        NegsimError: ``y`` is the same everywhere.

    >>> x = np.array([[0.0, 0.0], [2 / 3, 0.0], [2 / 3, 2 / 3]] * 2)
    >>> morris(["a", "b"], x, x @ np.array([3.0, 1.0])).round(2).values.tolist()
    [['a', 3.0, 3.0, 3.0, 0.0], ['b', 1.0, 1.0, 1.0, 0.0]]
    """
    import pandas as pd

    _check(y)
    cells = CaseOutcomes.of(y, batches, weights)
    steps = np.diff(x.reshape(-1, len(names) + 1, len(names)), axis=1)
    order = np.argmax(np.abs(steps), axis=2).argsort(axis=1)
    sign = np.sign(steps.sum(axis=2))

    def effects_of(v: Array) -> Array:
        each = np.diff(v.reshape(*v.shape[:-1], len(steps), -1), axis=-1) * sign / _STEP
        return np.take_along_axis(each, np.broadcast_to(order, each.shape), axis=-1)

    found = effects_of(cells.y)
    raw, size = np.abs(found), _sizes(effects_of(cells.batches), cells.weights) if len(cells.weights) else np.abs(found)
    noise = cells.less_noise(lambda v: effects_of(v).var(axis=-2, ddof=1))
    n = len(found)
    common = cells.spread(lambda rest: np.abs(effects_of(rest.y)).mean(axis=0))
    low, high = (
        part.mean(axis=0) + way * t95(n - 1) * np.sqrt(part.var(axis=0, ddof=1) / n + common)
        for way, part in ((-1, size), (1, raw))
    )
    columns = {
        "factor": list(names),
        "mu_star": np.maximum(size.mean(axis=0), 0),
        "mu_star_low": np.maximum(low, 0),
        "mu_star_high": high,
        "sigma": np.sqrt(np.maximum(noise, 0)),
    }
    return _sorted(pd.DataFrame(columns), "mu_star")


def _sizes(batches: Array, weights: Array) -> Array:
    """The size of effects (batches, ...) without the bias of an absolute value."""
    w = (weights / weights.sum()).reshape(-1, *[1] * (batches.ndim - 1))
    others = (w * batches).sum(axis=0) - w * batches
    return np.asarray((w * np.sign(others) * batches).sum(axis=0))


def given(
    names: Sequence[str],
    x: Array,
    y: Array,
    seed: int = 1,
    batches: Array | None = None,
    weights: Array | None = None,
) -> pd.DataFrame:
    """First-order shares of the variance from random or space-filling data, with 95 % intervals.

    A factor with more than 20 values: RBD-FAST with ten harmonics. ``y`` in the order of the factor, up and down again,
    is a signal; ``first`` is the share of the first ten harmonics in its variance. Fewer values: the share of the means
    of each value (correlation ratio). Both with ``1 - (1 - share) / (1 - d / n)`` for ``d`` degrees of freedom, which
    removes the bias of order ``1 / n``. With the outcomes by batch of runs (batches, cases) and ``weights`` runs in
    each, the Monte Carlo noise is subtracted from both variances.

    With ``g`` the fit, ``e`` the residual of a case that the fit leaves out and ``V`` the variance, the variance of the
    share is the mean of ``(2 g e + g^2 - mean g^2 - share ((y - mean)^2 - V))^2 / (n V^2)`` less ``2 d r^2 / (n V)^2``
    with the residual variance ``r``. The latter is its value for a factor that does nothing, and its smallest value.
    The jackknife variance over batches is added.

    Interactions are not estimated. Structure above the tenth harmonic is lost. The factors must be sampled
    independently: on a grid in product order RBD-FAST fails, so use `grid` there. Cases are shuffled if values repeat,
    so that ties are in random order.

    Tissot and Prieur (2012), "Bias correction for the estimation of sensitivity indices based on random
    balance designs", Reliability Engineering & System Safety 107; Kelley (1935), "An unbiased correlation ratio
    measure", PNAS 21; Efron (1982), The jackknife, the bootstrap and other resampling plans (infinitesimal jackknife).

    Raises:
        NegsimError: ``y`` is the same everywhere, differs by no more than its noise, or there are too few cases.

    >>> x = np.random.default_rng(1).random((500, 2))
    >>> given(["a", "b"], x, 3 * x[:, 0])[["factor", "first"]].round(2).values.tolist()
    [['a', 1.0], ['b', ...]]
    """
    import pandas as pd

    _check(y)
    if len(y) < LEAST:
        raise NegsimError(f"{LEAST} cases or more are needed, but there are {len(y)}")
    order = np.random.default_rng(seed).permutation(len(y))
    cells = CaseOutcomes.of(y[order], None if batches is None else batches[:, order], weights)
    rows = np.array([_first(column, cells) for column in x[order].T])
    columns = {"factor": list(names), **_interval("first", _known(rows[:, 0]), rows[:, 1])}
    return _sorted(pd.DataFrame(columns), "first")


def _first(x: Array, cells: CaseOutcomes) -> tuple[float, float]:
    """The first-order share of a factor and half of its interval."""
    fit, freedom = _fit(x)
    n = len(x)

    def share(cells: CaseOutcomes) -> Array:
        return _quotients(cells.less_noise(lambda v: np.stack([v.var(axis=-1), fit(v).var(axis=-1)], axis=-1)))

    found, y = float(share(cells)[0]), cells.y - cells.y.mean()
    total = float(cells.less_noise(lambda v: v.var(axis=-1, keepdims=True))[0])
    g, left = fit(y), 1 - freedom / n
    rest = (y - g) / np.sqrt(left - 1 / n)  # the fit takes a part of the residual
    without = rest / np.sqrt(left - 1 / n)  # the residual of a case that the fit does not use
    influence = 2 * g * without + g**2 - (g**2).mean() - found * (y**2 - (y**2).mean())
    noise = 2 * freedom * float((rest**2).mean()) ** 2 / n**2
    variance = max(float((influence**2).mean()) / n - noise, noise) / total**2 + cells.spread(share)
    half = t95(n - freedom - 1) * float(np.sqrt(variance).item()) / left
    return 1 - (1 - found) / left, half


def _fit(x: Array) -> tuple[Callable[[Array], Array], int]:
    """The fit of an outcome (..., cases) to a factor, and its degrees of freedom."""
    values, code = np.unique(x, return_inverse=True)
    if len(values) <= 2 * _HARMONICS:
        member = np.eye(len(values))[code]
        means = member / member.sum(axis=0)
        return lambda v: (v @ means)[..., code] - v.mean(axis=-1, keepdims=True), len(values) - 1
    up = np.argsort(x, kind="stable")
    order = np.concatenate([up[::2], up[1::2][::-1]])
    back = np.argsort(order)

    def harmonics(v: Array) -> Array:
        spectrum = np.fft.rfft(v[..., order], axis=-1)
        spectrum[..., 0] = spectrum[..., _HARMONICS + 1 :] = 0
        return np.asarray(np.fft.irfft(spectrum, len(x), axis=-1)[..., back])

    return harmonics, 2 * _HARMONICS


def _quotients(forms: Array) -> Array:
    """Forms as shares of the first of them; NaN if it is not positive."""
    return np.asarray(forms[1:] / forms[0]) if forms[0] > 0 else np.full(len(forms) - 1, np.nan)


def _known(shares: Array) -> Array:
    if np.isnan(shares).any():
        raise NegsimError("the experiments differ by no more than their Monte Carlo noise; use more runs")
    return shares


def effects(x: pd.DataFrame, y: Array, batches: Array | None = None, weights: Array | None = None) -> pd.DataFrame:
    """The means behind a tornado: of ``y`` where a factor is low and where it is high, the largest swing first.

    For numbers these are the lowest and the highest fifth of the data; for words, those with the least and the largest
    mean. ``low_end`` and ``high_end`` are the limits of these parts, ``low_se`` and ``high_se`` standard errors,
    ``..._from`` and ``..._to`` 95 % intervals of the means (Student's t). The cases are a sample; if they are a full
    grid instead, give the outcomes by ``batches`` (batches, cases), which have the Monte Carlo error alone.
    """
    import pandas as pd

    rows = []
    for name in x.columns:
        column = x[name]
        if pd.api.types.is_numeric_dtype(column):
            ends = [float(column.quantile(share)) for share in (END, 1 - END)]
            masks = [(column <= ends[0]).to_numpy(), (column >= ends[1]).to_numpy()]
        else:
            means = pd.Series(y).groupby(column.to_numpy()).mean().sort_values(kind="stable")
            ends = [means.index[0], means.index[-1]]
            masks = [(column == end).to_numpy() for end in ends]
        row: dict[str, Any] = {"factor": name}
        for what, end, mask in zip(("low", "high"), ends, masks, strict=True):
            part = y[mask]
            found = mean(part) if batches is None else batch_mean(batches[:, mask].mean(axis=1), np.asarray(weights))
            row |= {what: found.value, f"{what}_se": found.se, f"{what}_from": found.low, f"{what}_to": found.high}
            row[f"{what}_end"] = end
        row["swing"] = row["high"] - row["low"]
        rows.append(row)
    table = pd.DataFrame(rows)
    order = table["swing"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _check(y: Array) -> None:
    if not np.ptp(y) > 0:
        raise NegsimError("the outcome is the same in all cases; choose another issue or date")


def _interval(name: str, value: Any, half: Any) -> dict[str, Any]:
    half = np.where(np.isnan(half), np.inf, half)
    return {name: value, f"{name}_low": value - half, f"{name}_high": value + half}


def _sorted(table: pd.DataFrame, by: str) -> pd.DataFrame:
    return table.sort_values(by, ascending=False, kind="stable").reset_index(drop=True)
