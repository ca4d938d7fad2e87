"""Cumulative flow: the number of issues with each status over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.dates import date2num
from matplotlib.ticker import MaxNLocator

from negsim.agenda import Status
from negsim.analysis import STATUS_ORDER
from negsim.plots import frame, style
from negsim.plots.labels import widest

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from negsim.analysis import View

#: An area has a label if its height is at least this share of the picture.
NAMED = 0.075


def flow(view: View, ax: Axes) -> Axes:
    """Draw the statuses as stacked areas, from resolved at the bottom to dormant at the top."""
    rows, total = view.rows, len(view.context.issues)
    days = [float(day) for day in date2num(rows.where(status=STATUS_ORDER[0].label)["date"])]
    days.append(float(date2num(view.context.horizon)))
    bottom = np.zeros(len(days))
    handles = {}
    for status in STATUS_ORDER:
        height = rows.where(status=status.label)["issues"]
        if not height.any():
            continue
        top = bottom + np.append(height, height[-1])
        colour, hatch = style.STATUS[status]
        # A mean changes almost every day. Draw only the steps that a reader can see.
        keep = _corners(np.stack([bottom, top]), total / 400)
        area = ax.fill_between(np.asarray(days)[keep], bottom[keep], top[keep], step="post", facecolor=colour)
        area.set(edgecolor=style.GREY if hatch else "white", linewidth=0.4, hatch=hatch)
        best, level, room = widest(np.asarray(days), bottom, top)
        if room > NAMED * total:
            light = status in (Status.RESOLVED, Status.LAPSED, Status.CONVERGING)
            box = {"facecolor": colour, "edgecolor": "none", "pad": 1.2} if hatch else None
            ax.text(best, level, status.label, ha="center", va="center", fontsize=9, bbox=box,
                    color="white" if light else style.INK)  # fmt: skip
        else:
            handles[status.label] = frame.swatch(colour, hatch, style.GREY)
        bottom = top
    frame.date_axis(ax, view.context, view.facts["first"], words=False)
    frame.between(ax, view.context)
    ax.set_ylim(0, total)
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    ax.set_ylabel("issues (mean over runs)")
    frame.heading(ax, view.context, view.verdict)
    labels = list(handles)[::-1]
    frame.below(ax, view.note, [handles[name] for name in labels], labels, columns=6)
    return ax


def _corners(lines: np.ndarray, fine: float) -> np.ndarray:
    """Which columns to draw: the first, the last, and each that differs by more than ``fine`` from the one before."""
    keep, last = [0], lines[:, 0]
    for k in range(1, lines.shape[1]):
        if np.abs(lines[:, k] - last).max() > fine or k == lines.shape[1] - 1:
            keep.append(k)
            last = lines[:, k]
    return np.array(keep)
