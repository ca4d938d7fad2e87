"""Burndown: the number of unresolved issues, as recorded and as projected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.dates import date2num

from negsim.plots import frame, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from negsim.analysis import Burndown
    from negsim.files import Columns

#: Order of the legend.
LEGEND = ("recorded", frame.DAY_UNKNOWN, "round held", "median", "50 % of runs", "80 % of runs")


def burndown(data: Burndown, ax: Axes) -> Axes:
    """Draw a burndown: the record as a solid line, then the median and the middle 50 and 80 % of runs as steps.

    Where the record gives only the month of a change, a hatched area spans the fewest and the most issues that were
    possibly open.
    """
    _record(data, ax)
    _projection(data, ax)
    _others(data, ax)
    _rounds(data, ax)
    _axes(data, ax)
    _words(data, ax)
    return ax


def _record(data: Burndown, ax: Axes) -> None:
    if len(data.recorded) < 2:  # nothing happened before the as-of date
        return
    past = frame.corners(data.recorded, ["low", "high"])
    days, low, high = date2num(past["date"]).tolist(), list(past["low"]), list(past["high"])
    label = frame.DAY_UNKNOWN
    for k in range(len(days) - 1):
        if low[k] < high[k]:
            span = ax.fill_between(days[k : k + 2], low[k], high[k], label=label)
            span.set(facecolor="none", edgecolor=style.GREY, hatch="/////", linewidth=0.8)
            label = ""
    known = [float("nan") if least < most else most for least, most in zip(low, high, strict=True)]
    ax.step(days, known, where="post", color=style.INK, linewidth=2.4, solid_capstyle="butt", label="recorded")


def _projection(data: Burndown, ax: Axes) -> None:
    future = frame.corners(data.projected, ["q10", "q25", "median", "q75", "q90"])
    days = _days(future, data)

    def steps(name: str) -> list[int]:
        return _steps(future, name)

    for low, high, colour, label in (
        ("q10", "q90", style.BAND_80, "80 % of runs"),
        ("q25", "q75", style.BAND_50, "50 % of runs"),
    ):
        if (future[low] == future[high]).all():
            continue
        ax.fill_between(days, steps(low), steps(high), step="post", color=colour, linewidth=0, label=label)
    ax.step(
        days, steps("median"), where="post", color=style.VERMILLION, linewidth=2.4, linestyle=(0, (4, 1.2)),
        label="median",
    )  # fmt: skip


def _others(data: Burndown, ax: Axes) -> None:
    for number, (name, table) in enumerate(data.others):
        future = frame.corners(table, ["median"])
        colour, dashes = style.BESIDE[number % len(style.BESIDE)]
        end = min(float(date2num(table["date"][-1])) + 1, float(date2num(data.context.horizon)))
        ax.step(
            [*date2num(future["date"]), end], _steps(future, "median"), where="post", color=colour,
            linewidth=1.4, linestyle=dashes, label=f"{name}: median",
        )  # fmt: skip


def _days(future: Columns, data: Burndown) -> list[float]:
    return [*(float(day) for day in date2num(future["date"])), float(date2num(data.context.horizon))]


def _steps(future: Columns, name: str) -> list[int]:
    values = list(future[name])
    return [*values, values[-1]]


def _rounds(data: Burndown, ax: Axes) -> None:
    if frame.rounds(ax, data.rounds, _strip(data), 0):
        ax.plot(
            [], [], linestyle="none", marker="|", markersize=10, markeredgewidth=2.4, color=style.INK,
            label="round held",
        )  # fmt: skip


def _strip(data: Burndown) -> float:
    """How far the strip with the rounds extends below zero."""
    return -0.05 * data.total


def _axes(data: Burndown, ax: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    frame.date_axis(ax, data.context, data.span[0])
    ax.set_ylim(_strip(data), data.total * 1.12)
    ax.axhline(0, color=style.GREY, linewidth=0.8)
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=12, steps=[1, 2, 5, 10]))
    ax.set_ylabel("unresolved issues")
    ax.grid(axis="y")


def _words(data: Burndown, ax: Axes) -> None:
    context, left = data.context, data.at_horizon["median"]
    ax.annotate(
        f"{left} left", (date2num(context.horizon), left), xytext=(6, 0), textcoords="offset points", va="center",
        fontweight="bold", color=style.VERMILLION, annotation_clip=False,
    )  # fmt: skip
    frame.heading(ax, context, data.verdict)
    handles, labels = ax.get_legend_handles_labels()
    # Other projections come last, in their own order.
    order = sorted(range(len(labels)), key=lambda n: LEGEND.index(labels[n]) if labels[n] in LEGEND else len(LEGEND))
    frame.below(ax, data.note, [handles[n] for n in order], [labels[n] for n in order])
