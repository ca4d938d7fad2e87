"""Scenario discovery: PRIM (patient rule induction) and classification trees, which find boxes of interesting cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from negsim.analysis.estimates import share
from negsim.errors import NegsimError

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]
Limits = Mapping[str, Any]

#: The share of the cases in a box that one step of PRIM removes or adds.
STEP = 0.05
#: Most of the density that a dropped restriction may cost.
_LOSS = 0.01


@dataclass(frozen=True)
class Box:
    """A box: for each restricted factor, the ends of its range (None: no limit) or the words that it may take.

    ``coverage`` is the share of the cases of interest that lie in the box, ``density`` the share of interest among the
    cases in the box (NaN if there is none), ``mass`` the share of all cases that lie in it, ``cases`` their number.
    ``density_range`` and ``coverage_range`` are 95 % intervals (Wilson). On the cases that selected the box they are
    too optimistic.
    """

    limits: Limits
    coverage: float
    density: float
    mass: float
    cases: int
    coverage_range: tuple[float, float]
    density_range: tuple[float, float]

    def holds(self, x: pd.DataFrame) -> Array:
        """Which rows lie in the box."""
        return inside(self.limits, x)


def inside(limits: Limits, x: pd.DataFrame) -> Array:
    """Which rows lie within limits."""
    found = np.ones(len(x), bool)
    for name, limit in limits.items():
        found &= _within(limit, x[name].to_numpy())
    return found


def measured(limits: Limits, x: pd.DataFrame, y: Array) -> Box:
    """A box with its figures, counted on some cases.

    >>> import pandas as pd
    >>> box = measured({"a": (None, 2)}, pd.DataFrame({"a": [1, 2, 3, 4]}), np.array([True, False, True, False]))
    >>> box.coverage, box.density, box.cases
    (0.5, 0.5, 2)
    """
    y, held = np.asarray(y, bool), inside(limits, x)
    hits, n, total = int(y[held].sum()), int(held.sum()), int(y.sum())
    coverage = share(hits, total) if total else None
    density = share(hits, n) if n else None
    return Box(
        limits,
        coverage.value if coverage else float("nan"),
        density.value if density else float("nan"),
        n / len(y),
        n,
        (coverage.low, coverage.high) if coverage else (0.0, 1.0),
        (density.low, density.high) if density else (0.0, 1.0),
    )


def prim(x: pd.DataFrame, y: Array, density: float = 0.8, least: float = 0.05, boxes: int = 1) -> list[Box]:
    """The boxes that PRIM finds, each among the cases that the boxes before it left.

    Peeling removes in each step 5 % of the cases at one end of a number, or one word: the step with the largest gain in
    density for each case removed. Of these boxes the one with the largest coverage that reaches ``density`` is
    selected, or else the densest one. Pasting then widens it as long as its density does not fall, and
    restrictions that add no density are dropped.

    Args:
        x: the factors, numbers or words.
        y: which rows are of interest.
        density: the share of interest that a box should reach.
        least: the smallest share of the cases in a box.
        boxes: the largest number of boxes.

    Raises:
        NegsimError: all or none of the rows are of interest.

    Source: Friedman and Fisher (1999), "Bump hunting in high-dimensional data", Statistics and Computing 9; Bryant and
    Lempert (2010), "Thinking inside the box", Technological Forecasting and Social Change 77; the gain for each case
    removed: Kwakkel and Jaxa-Rozen (2016), Environmental Modelling & Software 79.

    >>> import pandas as pd
    >>> x = pd.DataFrame({"a": np.arange(100.0), "b": np.arange(100.0) % 7})
    >>> prim(x, x["a"].to_numpy() >= 60, density=1)[0].limits
    {'a': (59.5, None)}
    """
    y = checked(y)
    columns = {name: x[name].to_numpy() for name in x.columns}
    left, found = np.ones(len(y), bool), []
    for _ in range(boxes):
        if not y[left].any():
            break
        steps = _peeled(columns, y, left, least)
        good = [step for step in steps if step[1] >= density]
        limits = max(good, key=lambda step: step[2])[0] if good else max(steps, key=lambda step: step[1])[0]
        if not limits:
            break
        box = _pruned(_pasted(limits, columns, y, left), x, y)
        found.append(box)
        left &= ~box.holds(x)
    return found


def _peeled(columns: Mapping[str, Array], y: Array, left: Array, least: float) -> list[tuple[Limits, float, int]]:
    """The boxes of a peeling, from all cases on: limits, density and the number of cases of interest."""
    held, limits = left, dict[str, Any]()
    steps: list[tuple[Limits, float, int]] = [({}, float(y[held].mean()), int(y[held].sum()))]
    while True:
        best, gain = None, -np.inf
        now = y[held].mean()
        for name, limit in _peels(columns, limits, held):
            kept = held & _within(limit, columns[name])
            n = int(kept.sum())
            if n < max(least * len(y), 1):
                continue
            better = (y[kept].mean() - now) / (held.sum() - n)
            if better > gain:
                best, gain = (name, limit, kept), better
        if best is None:
            return steps
        name, limit, held = best
        limits = {**limits, name: limit}
        steps.append((limits, float(y[held].mean()), int(y[held].sum())))


def _peels(columns: Mapping[str, Array], limits: Limits, held: Array) -> Iterator[tuple[str, Any]]:
    """The next peels: a share at either end of each number, or one word; always at least one value."""
    for name, column in columns.items():
        values = column[held]
        if values.dtype.kind not in "iufb":
            words = frozenset(values.tolist())
            if len(words) > 1:
                yield from ((name, words - {word}) for word in sorted(words))
            continue
        low, high = limits.get(name, (None, None))
        ordered = np.sort(values)
        if ordered[0] == ordered[-1]:
            continue
        k = max(int(STEP * len(ordered)), 1)
        first = int(np.searchsorted(ordered, ordered[k], "left")) or int(np.searchsorted(ordered, ordered[0], "right"))
        last = int(np.searchsorted(ordered, ordered[-1 - k], "right"))
        if last == len(ordered):
            last = int(np.searchsorted(ordered, ordered[-1], "left"))
        yield name, (float(ordered[first - 1] + ordered[first]) / 2, high)
        yield name, (low, float(ordered[last - 1] + ordered[last]) / 2)


def _pasted(limits: Limits, columns: Mapping[str, Array], y: Array, left: Array) -> Limits:
    """The box widened by steps of cases as long as its density does not fall."""

    def held(box: Limits) -> Array:
        found = left.copy()
        for name, limit in box.items():
            found &= _within(limit, columns[name])
        return found

    now = held(limits)
    while True:
        best, density = None, float(y[now].mean())
        for name, limit in _pastes(limits, columns, now, held):
            wider = held({**limits, name: limit})
            if wider.sum() > now.sum() and y[wider].mean() >= density:
                best, density = {**limits, name: limit}, float(y[wider].mean())
        if best is None:
            return limits
        limits, now = best, held(best)


def _pastes(limits: Limits, columns: Mapping[str, Array], now: Array, held: Any) -> Iterator[tuple[str, Any]]:
    k = max(int(STEP * now.sum()), 1)
    for name, limit in limits.items():
        others = held({other: each for other, each in limits.items() if other != name})
        outside = columns[name][others & ~now]
        if not len(outside):
            continue
        if isinstance(limit, frozenset):
            yield from ((name, limit | {word}) for word in sorted(set(outside.tolist())))
            continue
        low, high = limit
        below = np.sort(outside[outside < low]) if low is not None else outside[:0]
        above = np.sort(outside[outside > high]) if high is not None else outside[:0]
        if len(below):
            yield name, (float(below[-min(k, len(below))]) if len(below) > k else None, high)
        if len(above):
            yield name, (low, float(above[k - 1]) if len(above) > k else None)


def _pruned(limits: Limits, x: pd.DataFrame, y: Array) -> Box:
    """The box without restrictions, or ends of ranges, that add no more than a hundredth of density."""
    box = whole = measured(limits, x, y)
    while wider := list(_wider(box.limits)):
        best = max((measured(rest, x, y) for rest in wider), key=lambda other: other.density)
        if best.density < whole.density - _LOSS:
            break
        box = best
    return box


def _wider(limits: Limits) -> Iterator[dict[str, Any]]:
    """The box with one restriction less, as long as one is left."""
    for name, limit in limits.items():
        if len(limits) > 1:
            yield {other: kept for other, kept in limits.items() if other != name}
        if not isinstance(limit, frozenset) and None not in limit:
            yield {**limits, name: (None, limit[1])}
            yield {**limits, name: (limit[0], None)}


def _within(limit: Any, values: Array) -> Array:
    if isinstance(limit, frozenset):
        return np.isin(values, sorted(limit))
    low, high = limit
    found = np.ones(len(values), bool)
    if low is not None:
        found &= values >= low
    if high is not None:
        found &= values <= high
    return found


def checked(y: Array) -> Array:
    """The flags of interest, if there are both kinds.

    Raises:
        NegsimError: all or none of the rows are of interest.
    """
    y = np.asarray(y, bool)
    if y.all() or not y.any():
        raise NegsimError(
            f"{'all' if y.all() else 'none'} of the {len(y):,} cases are of interest, so there is no corner"
        )
    return y
