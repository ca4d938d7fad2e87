"""Places of labels: free of each other, inside an area, apart from a column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.dates import AutoDateLocator

from negsim.plots import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Group id of the labels that `untangle` may move.
LOOSE = "loose"
#: Space between two labels, in points.
_SPACE = 0.5
#: Half of the width of a mark, in points.
_MARK = 3.0


class Dates(AutoDateLocator):
    """Dates without the last days of a month that are too close to the first of the next, such as 29 and 1."""

    #: The interval last asked for, and its days: a figure asks eight times while it is laid out and drawn.
    _last: tuple[tuple[float, float], Any] = ((0.0, 0.0), None)

    def __call__(self) -> Any:
        """The days, as matplotlib numbers them."""
        assert self.axis is not None
        interval = tuple(self.axis.get_view_interval())
        if interval != self._last[0] or self._last[1] is None:
            days = np.asarray(super().__call__())  # type: ignore[no-untyped-call]
            gaps = np.diff(days)
            if len(gaps) > 1:
                days = days[np.append(gaps > 0.85 * np.median(gaps), True)]
            self._last = interval, days
        return self._last[1]


def untangle(figure: Figure) -> None:
    """Move each label marked `LOOSE` to a corner of its mark where it covers no other label, and no mark if possible.

    A label that is free nowhere is removed: the data beside the picture have its value. Call it on a settled figure.
    """
    from matplotlib.text import Annotation
    from matplotlib.transforms import Bbox

    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    point = figure.dpi / 72
    loose: Any = figure.findobj(lambda each: isinstance(each, Annotation) and each.get_gid() == LOOSE)
    places = [label.axes.transData.transform(label.xy) for label in loose]
    marks = [Bbox.from_extents(x, y, x, y).padded(_MARK * point) for x, y in places]
    taken: list[Any] = []
    with style.any_script():
        for label, own in zip(loose, marks, strict=True):
            others = [mark for mark in marks if not np.allclose(mark.extents, own.extents)]
            free = [box for box in _corners(label, renderer, _SPACE * point) if not _covers(box[0], taken)]
            free = [box for box in free if figure.bbox.containsx(box[0].x1)]
            if not free:
                label.remove()
                continue
            box, place = next((each for each in free if not _covers(each[0], others)), free[0])
            _put(label, *place)
            taken.append(box)


def _corners(label: Any, renderer: Any, space: float) -> list[tuple[Any, tuple[bool, bool]]]:
    """The boxes of a label at the corners of its mark, that of its own choice first, with their places."""
    up, found = label.get_va() == "bottom", []
    for place in ((True, up), (True, not up), (False, up), (False, not up)):
        _put(label, *place)
        found.append((label.get_window_extent(renderer).padded(space), place))
    return found


def _put(label: Any, right: bool, over: bool) -> None:
    x, y = (abs(part) for part in label.xyann)
    label.xyann = (x if right else -x, y if over else -y)
    label.set(ha="left" if right else "right", va="bottom" if over else "top")


def _covers(box: Any, others: Sequence[Any]) -> bool:
    return any(box.overlaps(other) for other in others)


def widest(days: np.ndarray, bottom: np.ndarray, top: np.ndarray, wide: float = 0.11) -> tuple[float, float, float]:
    """The best place in an area for words of a share ``wide`` of the width: its middle, and the free height there."""
    best = (0.0, 0.0, 0.0)
    half = wide / 2 * (days[-1] - days[0])
    for middle in np.linspace(days[0] + half, days[-1] - half, 60):
        inside = (days >= middle - half) & (days <= middle + half)
        inside[np.searchsorted(days, middle - half, side="right") - 1] = True  # the step that holds at the left end
        low, high = bottom[inside].max(), top[inside].min()
        if high - low > best[2]:
            best = (float(middle), float((low + high) / 2), float(high - low))
    return best


def apart(places: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Rising places moved as little as needed, so that neighbours are ``least`` apart, between ``low`` and ``high``.

    >>> apart([0.1, 0.11, 0.5], 0.05, 0, 1)
    [0.08, 0.13, 0.5]
    """
    steps = least * np.arange(len(places))
    pools: list[list[float]] = []  # the mean of neighbours that would come too close, and their number
    for wish in np.asarray(places, float) - steps:
        pools.append([float(wish), 1])
        while len(pools) > 1 and pools[-1][0] < pools[-2][0]:
            mean, number = pools.pop()
            before, count = pools[-1]
            pools[-1] = [(before * count + mean * number) / (count + number), count + number]
    firsts = np.repeat([mean for mean, _ in pools], [int(number) for _, number in pools])
    found = np.clip(firsts, low, max(low, high - least * (len(places) - 1))) + steps
    return [round(float(each), 9) for each in found]
