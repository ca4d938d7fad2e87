"""Pictures of a backtest: scores by negotiation, and the reliability of the probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from negsim.plots import style
from negsim.plots.picture import Picture

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from matplotlib.axes import Axes

#: Markers and lines, so that colour is not the only difference.
MARKS = (("o", "-"), ("s", "--"), ("^", ":"), ("D", "-."))
#: Distance between the marks of one row, in rows.
APART = 0.16
COLOURS = (style.BLUE, style.ORANGE, style.GREEN, style.PURPLE)


def record_picture(draw: Callable[[pd.DataFrame, Axes], Axes], table: pd.DataFrame, height: float = 4.6) -> Picture:
    """Draw a table on a new figure."""
    from matplotlib import rc_context

    with rc_context(style.RC):
        figure, ax = style.new_figure(height=height)
        draw(table, ax)
        style.settle(figure)
    return Picture(figure, table)


def by_talks(table: pd.DataFrame, ax: Axes) -> Axes:
    """Draw the CRPS (``crps``) of each ``method``, one row per negotiation (``talks``)."""
    talks = list(dict.fromkeys(table["talks"]))
    methods = list(dict.fromkeys(table["method"]))
    for y in range(1, len(talks)):
        ax.axhline(y - 0.5, color=style.FAINT, linewidth=0.8)
    for n, method in enumerate(methods):
        mine = table[table["method"] == method].set_index("talks")["crps"]
        marker, _ = MARKS[n % len(MARKS)]
        ax.plot(
            [float(mine[name]) for name in talks],
            [y + APART * (n - (len(methods) - 1) / 2) for y in range(len(talks))],
            marker, color=COLOURS[n % len(COLOURS)], markersize=9, label=method, zorder=2, markeredgecolor="white",
        )  # fmt: skip
    ax.set_yticks(range(len(talks)), talks)
    ax.set_ylim(len(talks) - 0.5, -0.5)
    ax.set_xlim(left=0)
    ax.set_xlabel("CRPS in days (smaller is better)")
    ax.grid(axis="x")
    ax.set_title("Error of the forecasts of open issues", fontweight="bold")
    ax.legend(loc="upper left", bbox_to_anchor=(0, -0.14), ncols=len(methods), fontsize=9, borderaxespad=0)
    return ax


def reliability(table: pd.DataFrame, ax: Axes) -> Axes:
    """Draw the observed share (``happened``) against the ``forecast``, a line for each number of ``days``."""
    ax.plot([0, 1], [0, 1], color=style.GREY, linewidth=0.9)
    for n, (days, rows) in enumerate(table.groupby("days", sort=True)):
        marker, line = MARKS[n % len(MARKS)]
        colour = COLOURS[n % len(COLOURS)]
        rows = rows.sort_values("forecast")
        x, y = rows["forecast"].to_numpy(float), rows["happened"].to_numpy(float)
        ax.plot(x, y, line, color=colour, linewidth=1.2)
        sizes = 20 + 260 * np.sqrt(rows["weight"].to_numpy(float))
        ax.scatter(x, y, s=sizes, marker=marker, color=colour, edgecolor="white", zorder=3, label=f"within {days} days")
    ax.set_xlim(-0.03, 1.03)
    ax.set_ylim(-0.03, 1.03)
    ax.set_aspect("equal")
    ax.set_xlabel("forecast probability of a closing")
    ax.set_ylabel("observed share of closings")
    ax.grid()
    ax.set_title("Forecast probability and observed share", fontweight="bold")
    legend = ax.legend(
        loc="upper left", bbox_to_anchor=(1.03, 1), fontsize=9, title="larger mark: more cases", borderaxespad=0
    )
    legend.get_title().set_fontsize(9)
    return ax
