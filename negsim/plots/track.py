"""Pictures of a backtest: scores by negotiation, and the reliability of the probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from negsim.plots import frame, style
from negsim.plots.picture import Picture

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from matplotlib.axes import Axes

#: Markers and lines, so that colour is not the only difference.
MARKS = (("o", "-"), ("s", "--"), ("^", ":"), ("D", "-."))
#: Distance between the marks of one row, in rows.
APART = 0.16
#: Height of a row and of everything else, in inches.
ROW, AROUND = 0.28, 1.5
COLOURS = (style.BLUE, style.ORANGE, style.GREEN, style.PURPLE)


def record_picture(draw: Callable[[pd.DataFrame, Axes], Axes], table: pd.DataFrame, height: float = 4.6) -> Picture:
    """Draw a table on a new figure, with a row of at least `ROW` inches for each negotiation."""
    from matplotlib import rc_context

    with rc_context(style.RC):
        rows = table["talks"].nunique() if "talks" in table else 0
        figure, ax = style.new_figure(height=max(height, AROUND + ROW * rows))
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
    frame.titled(ax, "Error of the forecasts of open issues", _best(table))
    frame.below(ax, "", *ax.get_legend_handles_labels(), columns=len(methods))
    return ax


def _best(table: pd.DataFrame) -> str:
    """The method with the smallest error in the most negotiations."""
    crps = table.pivot(index="talks", columns="method", values="crps").dropna()
    wins = crps.eq(crps.min(axis=1), axis=0).sum()
    return f"{wins.idxmax()} has the smallest error in {wins.max()} of {len(crps)} negotiations"


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
    ax.set_aspect("equal", anchor="W")
    ax.set_xlabel("forecast probability of a closing")
    ax.set_ylabel("observed share of closings")
    ax.grid()
    frame.titled(ax, "Forecast probability and observed share", _reliable(table))
    legend = ax.legend(
        loc="upper left", bbox_to_anchor=(1.03, 1), fontsize=9, title="larger mark: more cases", borderaxespad=0
    )
    legend.get_title().set_fontsize(9)
    return ax


def _reliable(table: pd.DataFrame) -> str:
    """The mean forecast and the observed share, for each number of days."""
    if table.empty:
        return "no forecast is due yet"
    parts = []
    for days, rows in table.groupby("days", sort=True):
        given, came = (float(np.average(rows[name], weights=rows["weight"])) for name in ("forecast", "happened"))
        parts.append(f"within {days} days: {100 * given:.0f} % forecast, {100 * came:.0f} % observed")
    return "; ".join(parts)
