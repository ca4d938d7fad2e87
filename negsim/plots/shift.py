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
        figure, ax = style.new_figure(height=frame.height_of(len(rows), 0.5) + 0.2)
        handles = {}
        for j, row in enumerate(rows):
            unit = row["before_50"] or 1.0
            for what, colour, at, mark in (("before", style.GREY, 0.35, "o"), ("after", style.VERMILLION, 0.65, "D")):
                low, middle, high = (max(row[f"{what}_{q}"] / unit, 1e-3) for q in (10, 50, 90))
                ax.plot([low, high], [j + at] * 2, color=colour, linewidth=2)
                handles[what] = ax.plot([middle], [j + at], mark, color=colour, markersize=6)[0]
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
        ax.xaxis.set_minor_formatter(lambda x, _: "")
        ax.axvline(1, color=style.INK, linewidth=0.8)
        ax.grid(axis="x")
        ax.set_xlabel("times the median before")
        frame.rows(ax, data.labels)
        moved = int(np.sum(data.table["moved"]))
        frame.heading(ax, data.context, f"{moved} of {len(rows)} assumptions shown moved by more than chance allows.")
        note = f"Points: medians. Lines: the middle 80 %. {data.note}"
        frame.below(ax, note, list(handles.values()), list(handles), columns=2)
        style.settle(figure)
    return Picture(figure, data.table.reset_index())
