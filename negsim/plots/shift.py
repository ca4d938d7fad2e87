"""Assumptions before and after the record was looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from negsim.plots import frame, style
from negsim.plots.picture import Picture

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from negsim.analysis import Context


@dataclass(frozen=True, eq=False)
class Shift:
    """Data of the picture: a row per assumption with its 10, 50 and 90 % points before and after, and its label."""

    context: Context
    table: pd.DataFrame
    labels: Sequence[str]
    note: str


def shift_picture(data: Shift) -> Picture:
    """Draw the middle 80 % and the median of each assumption, before and after, in units of the median before."""
    from matplotlib import rc_context

    rows = data.table.to_dict("records")
    with rc_context(style.RC):
        figure, ax = style.new_figure(height=frame.height_of(len(rows), frame.row(data.labels)) + 0.2)
        handles = {}
        for j, row in enumerate(rows):
            unit = row["before_50"] or 1.0
            for what, colour, at, mark in (("before", style.GREY, 0.35, "o"), ("after", style.VERMILLION, 0.65, "D")):
                low, middle, high = (max(row[f"{what}_{q}"] / unit, 1e-3) for q in (10, 50, 90))
                ax.plot([low, high], [j + at] * 2, color=colour, linewidth=2)
                handles[what] = ax.plot([middle], [j + at], mark, color=colour, markersize=6)[0]
        ax.set_xscale("log")
        _ticks(ax)
        ax.axvline(1, color=style.INK, linewidth=0.8)
        ax.grid(axis="x")
        ax.set_xlabel("times the median before")
        frame.rows(ax, data.labels)
        frame.heading(ax, data.context, _answer(data), hedge="")
        note = f"Points: medians. Lines: the middle 80 %. {data.note}"
        frame.below(ax, note, list(handles.values()), list(handles), columns=2)
        style.settle(figure)
    return Picture(figure, data.table.reset_index())


def _ticks(ax: Axes) -> None:
    """Label a logarithmic axis with few round numbers, at least two of them within the frame."""
    from matplotlib.ticker import FixedLocator, NullLocator

    low, high = ax.get_xlim()
    for digits in ((1,), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 7), tuple(d / 10 for d in range(10, 100))):
        marks = [d * 10.0**k for k in range(-4, 5) for d in digits]
        if sum(low <= mark <= high for mark in marks) > 2:
            break
    ax.xaxis.set_major_locator(FixedLocator(marks))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:g}")


def _answer(data: Shift) -> str:
    """Which assumption moved most, by what factor, and how many moved."""
    rows = data.table.to_dict("records")
    moved = [k for k, row in enumerate(rows) if row["moved"]]
    if not moved:
        return f"none of the {len(rows)} assumptions shown moved by more than chance allows"
    strongest = max(moved, key=lambda k: rows[k]["distance"])
    row, others = rows[strongest], len(moved) - 1
    times = row["after_50"] / row["before_50"] if row["before_50"] else float("nan")
    rest = f"; {others} more moved too" if others else ""
    size = f"its median is {times:.2g} times that before" if np.isfinite(times) else "its median was 0 before"
    return f"{data.labels[strongest]} moved most: {size}{rest}"
