"""Burnup: the number of issues opened and resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.dates import date2num
from matplotlib.ticker import MaxNLocator

from negsim.analysis import part
from negsim.plots import frame, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from negsim.analysis import View
    from negsim.files import Columns

STRIP = 0.05


def burnup(view: View, ax: Axes) -> Axes:
    """Draw opened and resolved issues: recorded as lines, projected as medians with bands.

    A dotted line adds the reopened issues to the opened ones.
    """
    rows, total = view.rows, len(view.context.issues)
    handles: dict[str, Any] = {}
    ends: dict[str, float] = {}
    for what, colour, band, dashes in (
        ("done", style.GREEN, "#BFE3D6", (0, (4, 1.2))),
        ("scope", style.INK, "#DDDDDD", (0, (8, 2))),
    ):
        past = frame.corners(part(rows, what, "recorded"), ["low", "high"])
        future = frame.corners(part(rows, what, "projected"), ["q10", "median", "q90"])
        days, as_of, horizon = _days(past), date2num(view.context.as_of), date2num(view.context.horizon)
        if (past["low"] < past["high"]).any():
            span = ax.fill_between([*days, as_of], _on(past, "low"), _on(past, "high"), step="post")
            span.set(facecolor="none", edgecolor=style.GREY, hatch="/////", linewidth=0.8)
            handles[frame.DAY_UNKNOWN] = span
        ax.step([*days, as_of], _on(past, "low"), where="post", color=colour, linewidth=2.4)
        days = [*_days(future), horizon]
        area = ax.fill_between(days, _on(future, "q10"), _on(future, "q90"), step="post", color=band, linewidth=0)
        (line,) = ax.step(days, _on(future, "median"), where="post", color=colour, linewidth=2.4, linestyle=dashes)
        name = {"done": "resolved", "scope": "opened"}[what]
        if (future["q10"] < future["q90"]).any():
            handles[f"{name}: median and 80 % of runs"] = (area, line)
        else:
            handles[f"{name}: median"] = line
        ends[name] = _on(future, "median")[-1]
    top = max([total, *_reopened(rows, ax, handles)])
    if frame.rounds(ax, view.facts["rounds"], -STRIP * top, 0):
        handles["round held"] = frame.round_mark()
    frame.date_axis(ax, view.context, view.facts["first"])
    ax.set_ylim(-STRIP * top, top * 1.14)
    ax.axhline(0, color=style.GREY, linewidth=0.8)
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=12, steps=[1, 2, 5, 10]))
    ax.set_ylabel("issues")
    _ends(ends, date2num(view.context.horizon), 0.05 * top, ax)
    ax.grid(axis="y")
    frame.heading(ax, view.context, view.verdict)
    frame.below(ax, view.note, list(handles.values()), list(handles))
    return ax


def _reopened(rows: Columns, ax: Axes, handles: dict[str, Any]) -> list[float]:
    """Draw the mean number of issues opened and reopened, if any is reopened; returns the values drawn."""
    opened, more = part(rows, "scope", "projected"), part(rows, "reopened", "projected")
    if not more["mean"].any():
        return []
    every = slice(None, None, max(1, len(more) // 150))
    again = (opened["mean"] + more["mean"])[every]
    (handles["opened and reopened, mean"],) = ax.plot(
        _days(more[every]), again, color=style.VERMILLION, linewidth=1.6, linestyle=(0, (1, 1))
    )
    return [float(value) for value in again]


def _ends(ends: dict[str, float], horizon: float, least: float, ax: Axes) -> None:
    """Write both medians at the horizon to the right of the frame."""
    colours = {"resolved": style.GREEN, "opened": style.INK}
    near = abs(ends["opened"] - ends["resolved"]) < least
    for name, value in ends.items():
        ax.annotate(
            f"{value:.0f} {name}", (horizon, value), xytext=(6, 0), textcoords="offset points", fontsize=9,
            va="center" if not near else "top" if name == "resolved" else "bottom", fontweight="bold",
            color=colours[name], annotation_clip=False,
        )  # fmt: skip


def _days(rows: Columns) -> list[float]:
    return [float(day) for day in date2num(rows["date"])]


def _on(rows: Columns, column: str) -> list[float]:
    """The values of a line. The last one is repeated for the end of the line."""
    values = [float(value) for value in rows[column]]
    return [*values, values[-1]]
