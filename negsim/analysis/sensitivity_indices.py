"""Sensitivity indices of factors: the methods of SALib on arrays, and the means behind a tornado."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from negsim.analysis.estimates import batch_mean, mean
from negsim.errors import NegsimError

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]

#: The share of the experiments at either end of a factor that a tornado shows.
END = 0.2
_RESAMPLES = 100
#: Least number of cases of `given`: RBD-FAST needs more than two for each of its ten harmonics.
LEAST = 60


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


def sobol(names: Sequence[str], y: Array, seed: int = 1) -> pd.DataFrame:
    """Sobol indices of a Saltelli design without second order, with bootstrap intervals of 95 %.

    ``first`` is the share of the variance of ``y`` that a factor explains alone, ``total`` the share that it explains
    with its interactions: both with ``_low`` and ``_high``; the largest total first. Saltelli et al. (2010), "Variance
    based sensitivity analysis of model output", Computer Physics Communications 181.

    Raises:
        NegsimError: ``y`` is the same everywhere, or SALib is missing.
    """
    import pandas as pd

    need_salib()
    _check(y)
    from SALib.analyze import sobol as salib

    found = salib.analyze(
        problem(names), y, calc_second_order=False, num_resamples=_RESAMPLES, seed=seed, print_to_console=False
    )
    columns: dict[str, Any] = {"factor": list(names)}
    for name, key in (("first", "S1"), ("total", "ST")):
        columns |= _interval(name, found[key], found[f"{key}_conf"])
    return _sorted(pd.DataFrame(columns), "total")


def morris(names: Sequence[str], x: Array, y: Array, seed: int = 1) -> pd.DataFrame:
    """Morris' screening: the mean size of elementary effects (``mu_star``, 95 % interval) and their spread (``sigma``).

    A factor with a small ``mu_star`` does nothing; a large ``sigma`` beside it says that what it does depends on where
    the others are. Campolongo et al. (2007), "An effective screening design", Environmental Modelling & Software 22.

    Raises:
        NegsimError: ``y`` is the same everywhere, or SALib is missing.
    """
    import pandas as pd

    need_salib()
    _check(y)
    from SALib.analyze import morris as salib

    found = salib.analyze(problem(names), x, y, num_resamples=_RESAMPLES, seed=seed, print_to_console=False)
    mu = np.asarray(found["mu_star"], float)
    columns = {"factor": list(names), **_interval("mu_star", mu, found["mu_star_conf"]), "sigma": found["sigma"]}
    return _sorted(pd.DataFrame(columns), "mu_star")


def given(names: Sequence[str], x: Array, y: Array, seed: int = 1) -> pd.DataFrame:
    """First-order shares of the variance from random or space-filling data: RBD-FAST, bootstrap intervals of 95 %.

    Interactions are not estimated. The estimator removes the bias of order ``1 / n``; a smaller one remains, and
    structure above the tenth harmonic is lost. It needs factors that are sampled independently: on a grid in product
    order it fails, so use `grid` there. Rows are shuffled if values repeat, so that ties are in random order.

    Tissot and Prieur (2012), "Bias correction for the estimation of sensitivity indices based on random
    balance designs", Reliability Engineering & System Safety 107.

    Raises:
        NegsimError: ``y`` is the same everywhere, there are too few data, or SALib is missing.
    """
    import pandas as pd

    need_salib()
    _check(y)
    from SALib.analyze import rbd_fast as salib

    if len(y) < LEAST:
        raise NegsimError(f"{LEAST} cases or more are needed, but there are {len(y)}")
    if any(len(np.unique(column)) < len(column) for column in x.T):
        order = np.random.default_rng(seed).permutation(len(y))
        x, y = x[order], y[order]
    found = salib.analyze(problem(names), x, y, num_resamples=_RESAMPLES, seed=seed, print_to_console=False)
    columns = {"factor": list(names), **_interval("first", found["S1"], found["S1_conf"])}
    return _sorted(pd.DataFrame(columns), "first")


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
    value, half = np.asarray(value, float), np.asarray(half, float)
    return {name: value, f"{name}_low": value - half, f"{name}_high": value + half}


def _sorted(table: pd.DataFrame, by: str) -> pd.DataFrame:
    return table.sort_values(by, ascending=False, kind="stable").reset_index(drop=True)
