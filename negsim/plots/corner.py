"""Box of a scenario discovery: its range of each factor, and the share of cases of interest along the factor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.plots import frame, style
from negsim.plots.picture import Picture

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from negsim.analysis import Context

#: Number of slices of a factor.
_SLICES = 20
#: Most rows; the data have all limits.
ROWS = 8


@dataclass(frozen=True, eq=False)
class Corner:
    """Data of the picture: cases (``x``, one column per factor; ``y``, 1 for interest) and the ``limits`` of a box.

    ``amounts`` has the lowest value, the median and the highest value of a factor in words, or its words in order.
    """

    context: Context
    x: pd.DataFrame
    y: Any
    limits: Mapping[str, Any]  # the strongest first
    limit_words: Mapping[str, str]
    amounts: Mapping[str, Sequence[str]]
    sentence: str
    note: str
    each: str
    base: float
    provenance: str


def corner_picture(data: Corner) -> Picture:
    """Draw a row for each factor that the box restricts: the share of interest in each slice, and the range of the box.

    The axis is the quantile of the factor, so slices hold equal numbers of cases. Each word has its own slice.
    """
    import pandas as pd
    from matplotlib import rc_context
    from matplotlib.patches import Rectangle

    records: list[dict[str, Any]] = []
    names = list(data.limits)[:ROWS]
    with rc_context(style.RC):
        figure, ax = style.new_figure(height=frame.height_of(len(names), 0.95) + 0.2)
        top = 0.0
        for name in data.limits:
            slices = _slices(data.x[name], data.y, data.limits[name])
            records += [{"factor": name, **one} for one in slices]
            top = max([top, *(one["share"] for one in slices)])
        for j, name in enumerate(names):
            mine = [one for one in records if one["factor"] == name]
            for one in mine:
                colour, hatch = (style.BLUE, "") if one["inside"] > 0.5 else (style.FAINT, "////")
                tall = 0.62 * one["share"] / top if top else 0.0
                ax.add_patch(Rectangle((one["left"], j + 0.72 - tall), one["right"] - one["left"], tall,
                                       facecolor=colour, hatch=hatch, edgecolor="white", linewidth=0.5))  # fmt: skip
            for left, right in _ranges(data.x[name], data.limits[name], mine):
                ax.plot([left, right], [j + 0.76] * 2, color=style.VERMILLION, linewidth=3, solid_capstyle="butt")
            ax.plot([0, 1], [j + 0.72] * 2, color=style.GREY, linewidth=0.8)
            _ticks(data.amounts[name], isinstance(data.limits[name], frozenset), j, ax)
        ax.set_xlim(0, 1)
        ax.set_xticks([0, 0.5, 1], ["lowest", "median", "highest"])
        frame.rows(ax, [data.limit_words[name] for name in names])
        frame.heading(ax, data.context, f"{data.sentence[:1].lower()}{data.sentence[1:]}")
        note = (
            f"Columns hold equal numbers of {data.each}s. Height: the share in which the outcome happens, at most "
            f"{100 * top:.0f} %, over all {data.each}s {100 * data.base:.0f} %. Other factors vary too. "
            f"{_left_out(len(data.limits) - len(names))}{data.note} From {data.provenance}."
        )
        marks = [frame.swatch(style.BLUE), frame.swatch(style.FAINT, "////"), frame.swatch(style.VERMILLION)]
        frame.below(ax, note, marks, ["in the box", "outside", "range of the box"], columns=3)
        style.settle(figure)
    return Picture(figure, pd.DataFrame(records))


def _left_out(number: int) -> str:
    """A sentence for the footnote on the limits that have no row."""
    return f"No row: {number} weaker limit{'s' if number > 1 else ''}. " if number else ""


def _ticks(amounts: Sequence[str], words: bool, j: int, ax: Axes) -> None:
    """Write values below the columns of a factor: at both ends and in the middle, or a word under each column."""
    for k, text in enumerate(amounts):
        at = (k + 0.5) / len(amounts) if words else k / 2
        side = "center" if words or k == 1 else ("left", "", "right")[k]
        ax.annotate(text, (at, j + 0.8), ha=side, va="top", fontsize=8.5)


def _ranges(column: Any, limit: Any, slices: list[dict[str, Any]]) -> list[tuple[float, float]]:
    """The range of the box as quantiles of the cases, from 0 to 1."""
    if isinstance(limit, frozenset):
        return [(one["left"], one["right"]) for one in slices if one["inside"] > 0.5]
    values = column.to_numpy()
    low, high = limit
    return [
        (0.0 if low is None else float(np.mean(values < low)), 1.0 if high is None else float(np.mean(values <= high)))
    ]


def _slices(column: Any, y: Any, limit: Any) -> list[dict[str, Any]]:
    """Slices of a factor with equal numbers of cases, from low to high; words in alphabetical order."""
    values = column.to_numpy()
    found: list[dict[str, Any]] = []
    if isinstance(limit, frozenset):
        words = sorted(set(values))
        for k, word in enumerate(words):
            mask = values == word
            found.append(_slice(word, word, k / len(words), (k + 1) / len(words), y[mask], float(word in limit)))
        return found
    order = np.argsort(values, kind="stable")
    low, high = (-np.inf if limit[0] is None else limit[0]), (np.inf if limit[1] is None else limit[1])
    parts = [part for part in np.array_split(order, _SLICES) if len(part)]
    left = 0.0
    for part in parts:
        right = left + len(part) / len(order)
        mine = values[part]
        inside = float(np.mean((mine >= low) & (mine <= high)))
        found.append(_slice(float(mine[0]), float(mine[-1]), left, right, y[part], inside))
        left = right
    return found


def _slice(first: Any, last: Any, left: float, right: float, y: Any, inside: float) -> dict[str, Any]:
    return {
        "from": first, "to": last, "left": left, "right": right, "cases": len(y),
        "share": float(np.mean(y)) if len(y) else 0.0, "inside": inside,
    }  # fmt: skip
