"""Scenario discovery with a classification tree (CART) of scikit-learn."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.analysis.prim import Array, Box, checked, measured
from negsim.errors import NegsimError

if TYPE_CHECKING:
    import pandas as pd

#: Separates a factor from one of its words in the columns of the tree.
_IS = " = "


def cart(x: pd.DataFrame, y: Array, least: float = 0.05, density: float = 0.5) -> list[Box]:
    """The leaves of a classification tree with a share of interest of at least ``density``, the densest first.

    Each word of a factor is a column of 0 and 1. Breiman et al. (1984), Classification and regression trees.

    Raises:
        NegsimError: all or none of the rows are of interest, or scikit-learn is missing.
    """
    from importlib.util import find_spec

    import pandas as pd

    y = checked(y)
    if find_spec("sklearn") is None:
        raise NegsimError("cart needs scikit-learn: pip install 'negsim[analysis]'")
    from sklearn.tree import DecisionTreeClassifier

    columns: dict[str, Any] = {}
    for name in x.columns:
        if pd.api.types.is_numeric_dtype(x[name]):
            columns[name] = x[name].to_numpy(float)
        else:
            columns |= {f"{name}{_IS}{word}": (x[name] == word).to_numpy(float) for word in sorted(set(x[name]))}
    smallest = max(math.ceil(least * len(y)), 1)
    tree = DecisionTreeClassifier(min_samples_leaf=smallest, random_state=1)
    tree.fit(np.column_stack([*columns.values()]), y)
    leaves = _leaves(tree.tree_, list(columns))
    found = [measured(limits, x, y) for leaf in leaves if (limits := _of_leaf(leaf, x))]
    return sorted((box for box in found if box.density >= density), key=lambda box: -box.density)


def _leaves(tree: Any, names: list[str]) -> Iterator[dict[str, tuple[float | None, float | None]]]:
    """For each leaf, the limits of the columns on the way to it."""
    todo: list[tuple[int, dict[str, tuple[float | None, float | None]]]] = [(0, {})]
    while todo:
        node, limits = todo.pop()
        if tree.children_left[node] < 0:
            yield limits
            continue
        name, cut = names[tree.feature[node]], float(tree.threshold[node])
        low, high = limits.get(name, (None, None))
        todo.append((tree.children_left[node], {**limits, name: (low, cut)}))
        todo.append((tree.children_right[node], {**limits, name: (cut, high)}))


def _of_leaf(leaf: dict[str, tuple[float | None, float | None]], x: pd.DataFrame) -> dict[str, Any]:
    """The limits of a leaf by factor: of the words, those that it allows."""
    limits: dict[str, Any] = {}
    for name in x.columns:
        if name in leaf:
            limits[name] = leaf[name]
            continue
        start = f"{name}{_IS}"
        own = {column.removeprefix(start): ends for column, ends in leaf.items() if column.startswith(start)}
        if not own:
            continue
        required = frozenset(word for word, (low, _) in own.items() if low is not None)
        limits[name] = required or frozenset(set(x[name]) - set(own))
    return limits
