"""Scenario discovery: in which corner of the factors the cases of interest lie. PRIM and CART of the EMA workbench."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from negsim.errors import NegsimError

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]

#: What separates a factor from one of its words in the columns that CART is given.
_IS = " = "


@dataclass(frozen=True)
class Box:
    """A corner: for each factor that is restricted, the ends of its range (None: no limit) or the words it may take.

    ``coverage`` is the share of the cases of interest that lie in the box, ``density`` the share of what lies in the
    box that is of interest, ``mass`` the share of everything that lies in it, ``cases`` how many that are.
    """

    limits: Mapping[str, tuple[float | None, float | None] | frozenset[str]]
    coverage: float
    density: float
    mass: float
    cases: int

    def holds(self, x: pd.DataFrame) -> Array:
        """Which rows lie in the box."""
        inside = np.ones(len(x), bool)
        for name, limit in self.limits.items():
            if isinstance(limit, frozenset):
                inside &= x[name].isin(list(limit)).to_numpy()
            else:
                low, high = limit
                inside &= (x[name] >= (-np.inf if low is None else low)).to_numpy()
                inside &= (x[name] <= (np.inf if high is None else high)).to_numpy()
        return inside


def measured(limits: Mapping[str, Any], x: pd.DataFrame, y: Array) -> Box:
    """A box with its figures, counted on the data themselves."""
    inside = Box(limits, 0.0, 0.0, 0.0, 0).holds(x)
    hits, n = int(y[inside].sum()), int(inside.sum())
    return Box(limits, hits / max(int(y.sum()), 1), hits / max(n, 1), n / len(y), n)


def prim(x: pd.DataFrame, y: Array, density: float = 0.8, least: float = 0.05, boxes: int = 1) -> list[Box]:
    """The boxes that PRIM finds, one after the other, each among what the ones before it left.

    Of a box's peeling trajectory the step is taken that reaches ``density`` with the largest coverage; if none does,
    the densest. Restrictions that can be dropped without a loss of density are dropped. Friedman and Fisher (1999),
    "Bump hunting in high-dimensional data", Statistics and Computing 9; Bryant and Lempert (2010), "Thinking inside the
    box", Technological Forecasting and Social Change 77.

    Args:
        x: the factors, numbers or words.
        y: which rows are of interest.
        density: what a box should reach.
        least: the smallest share of the data that a box may hold.
        boxes: how many boxes at the most.

    Raises:
        NegsimError: all or none of the rows are of interest, or the EMA workbench is missing.
    """
    y = _check(y)
    need_ema()
    with quiet():
        from ema_workbench.analysis import prim as ema

        table = _typed(x)
        # Any threshold above 0 will do: which step of a box is taken is decided here.
        algorithm = ema.Prim(table, y, threshold=1e-9, mass_min=least)
        whole = algorithm.box_init
        found = []
        for _ in range(boxes):
            box = algorithm.find_box()
            if box is None or not len(box.peeling_trajectory) > 1:
                break
            steps = box.peeling_trajectory
            good = steps[steps["density"] >= density]
            step = int(good["coverage"].idxmax() if len(good) else steps["density"].idxmax())
            limits = _limits(box.box_lims[step], whole, x)
            if not limits:
                break
            found.append(_pruned(limits, x, y))
            box.select(step)
    return found


def cart(x: pd.DataFrame, y: Array, least: float = 0.05, density: float = 0.5) -> list[Box]:
    """The leaves of a classification tree in which the share of interest is at least ``density``; the densest first.

    Words are given to the tree as a column of 0 and 1 each.

    Raises:
        NegsimError: as for `prim`.
    """
    import pandas as pd

    y = _check(y)
    need_ema()
    columns: dict[str, Any] = {}
    for name in x.columns:
        if pd.api.types.is_numeric_dtype(x[name]):
            columns[name] = x[name].astype(float)
        else:
            for word in sorted(set(x[name])):
                columns[f"{name}{_IS}{word}"] = (x[name] == word).astype(float)
    table = pd.DataFrame(columns)
    with quiet():
        from ema_workbench.analysis import cart as ema

        tree = ema.CART(table, y, mass_min=least)
        state = np.random.get_state()
        np.random.seed(1)
        try:
            tree.build_tree()
        finally:
            np.random.set_state(state)
        leaves = [
            {name: (float(b[name].iloc[0]), float(b[name].iloc[1])) for name in table.columns} for b in tree.boxes
        ]
    found = [measured(_of_leaf(leaf, table, x), x, y) for leaf in leaves]
    return sorted((box for box in found if box.density >= density), key=lambda box: -box.density)


def need_ema() -> None:
    """See that the EMA workbench is installed.

    Raises:
        NegsimError: it is not.
    """
    from importlib.util import find_spec

    if find_spec("ema_workbench") is None:
        raise NegsimError("this needs the EMA workbench: pip install 'negsim[analysis]'")


def _check(y: Array) -> Array:
    y = np.asarray(y, bool)
    if y.all() or not y.any():
        raise NegsimError(
            f"{'all' if y.all() else 'none'} of the {len(y):,} cases are of interest, so there is no corner"
        )
    return y


@contextmanager
def quiet() -> Iterator[None]:
    """What the workbench tells of optional packages and of the future of pandas is not for whoever asked for boxes."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _typed(x: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    numbers = pd.api.types.is_numeric_dtype
    return pd.DataFrame(
        {name: x[name].astype(float) if numbers(x[name]) else x[name].astype("category") for name in x.columns}
    ).reset_index(drop=True)


def _limits(lims: pd.DataFrame, whole: pd.DataFrame, x: pd.DataFrame) -> dict[str, Any]:
    """What a box of the library restricts."""
    import pandas as pd

    limits: dict[str, Any] = {}
    for name in x.columns:
        if not pd.api.types.is_numeric_dtype(x[name]):
            if (words := frozenset(lims[name].iloc[0])) != frozenset(whole[name].iloc[0]):
                limits[name] = words
            continue
        ends = [float(lims[name].iloc[k]) for k in (0, 1)]
        free = [ends[k] == float(whole[name].iloc[k]) for k in (0, 1)]
        if not all(free):
            limits[name] = (None if free[0] else ends[0], None if free[1] else ends[1])
    return limits


def _pruned(limits: dict[str, Any], x: pd.DataFrame, y: Array) -> Box:
    """The box without restrictions, or ends of ranges, whose absence costs no more than a hundredth of density."""
    box = whole = measured(limits, x, y)
    while wider := list(_wider(box.limits)):
        best = max((measured(rest, x, y) for rest in wider), key=lambda other: other.density)
        if best.density < whole.density - 0.01:
            break
        box = best
    return box


def _wider(limits: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The box with one restriction less, as long as one is left."""
    for name, limit in limits.items():
        if len(limits) > 1:
            yield {other: kept for other, kept in limits.items() if other != name}
        if not isinstance(limit, frozenset) and None not in limit:
            yield {**limits, name: (None, limit[1])}
            yield {**limits, name: (limit[0], None)}


def _of_leaf(leaf: Mapping[str, tuple[float, float]], table: pd.DataFrame, x: pd.DataFrame) -> dict[str, Any]:
    """What a leaf restricts, in the factors' own terms."""
    limits: dict[str, Any] = {}
    for name in x.columns:
        own: Sequence[str] = [column for column in table.columns if column.startswith(f"{name}{_IS}")]
        if not own:
            low, high = leaf[name]
            ends = (None if low <= table[name].min() else low, None if high >= table[name].max() else high)
            if ends != (None, None):
                limits[name] = ends
            continue
        words = {column.removeprefix(f"{name}{_IS}") for column in own if leaf[column][1] > 0.5}
        sure = {column.removeprefix(f"{name}{_IS}") for column in own if leaf[column][0] >= 0.5}
        kept = frozenset(sure or words)
        if len(kept) < len(own):
            limits[name] = kept
    return limits
