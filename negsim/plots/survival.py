"""Survival: the share of runs in which each issue is unresolved, one row per issue."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.dates import date2num
from matplotlib.patches import Rectangle

from negsim.agenda import Status
from negsim.plots import frame, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from negsim.analysis import View
    from negsim.files import Columns

#: Share of a row for the areas; the rest is for the numbers at risk.
FULL = 0.72

#: Most steps of a curve; a reader could not see more.
POINTS = 100


def height(view: View) -> float:
    """Height in inches, one row per issue with a curve and a line of numbers."""
    return frame.height_of(len(view.context.issues), 0.82)


def survival(view: View, ax: Axes) -> Axes:
    """Draw the shares of runs for each issue as stacked areas: still open, lapsed, resolved.

    The line below the resolved area is the share unresolved, with its 95 % interval. The numbers count the runs in
    which the issue can still be resolved.
    """
    context = view.context
    end = date2num(context.horizon)
    issues = list(view.rows.groups("issue"))
    for j, (_, every) in enumerate(issues):
        rows = _thin(every)
        floor = j + 0.04 + FULL
        days = [*date2num(rows["date"]), end]

        def level(values: np.ndarray, floor: float = floor) -> list[float]:
            shares = [floor - FULL * value for value in values]
            return [*shares, shares[-1]]

        how: Any = {"step": "post"} if len(rows) < POINTS else {}
        still, unresolved = level(rows["open"]), level(rows["unresolved"])
        whole = Rectangle((days[0], floor - FULL), days[-1] - days[0], FULL)
        whole.set(facecolor=style.STATUS[Status.RESOLVED][0], linewidth=0)
        ax.add_patch(whole)
        for low, high, status in (
            (still, unresolved, Status.LAPSED),
            ([floor] * len(days), still, Status.DISCUSSING),
        ):
            ax.fill_between(days, low, high, facecolor=style.STATUS[status][0], linewidth=0, **how)
        band = ax.fill_between(days, level(rows["low"]), level(rows["high"]), **how)
        band.set(facecolor="white", alpha=0.55, linewidth=0)
        ax.plot(days, unresolved, color=style.INK, linewidth=1.5, drawstyle="steps-post" if how else "default")
        _others(view, str(every["issue"][0]), floor, ax)
        _at_risk(view, every, j, ax)
        last = rows.row(-1)
        words = f"{100 * last['unresolved']:.0f} %"
        ax.annotate(
            words, (end, floor - FULL * last["unresolved"]), xytext=(5, 0), textcoords="offset points", va="center",
            fontsize=9, fontweight="bold", annotation_clip=False,
        )  # fmt: skip
    frame.date_axis(ax, context, words=False)
    frame.between(ax, context)
    frame.rows(ax, [str(rows["title"][0]) for _, rows in issues])
    frame.heading(ax, context, view.verdict)
    colours = {"resolved": Status.RESOLVED} if view.rows["resolved"].any() else {}
    if view.rows["lapsed"].any():
        colours["lapsed"] = Status.LAPSED
    colours["still open"] = Status.DISCUSSING
    handles = [frame.swatch(style.STATUS[status][0]) for status in colours.values()]
    from matplotlib.lines import Line2D

    handles.append(Line2D([], [], color=style.INK, linewidth=1.5))
    names = [*colours, "share unresolved, 95 % interval in white"]
    for n, (name, _) in enumerate(view.others):
        colour, dashes = style.BESIDE[n % len(style.BESIDE)]
        handles.append(Line2D([], [], color=colour, linestyle=dashes, linewidth=1.4))
        names.append(f"{name}: share unresolved")
    frame.below(ax, view.note, handles, names)
    return ax


def _others(view: View, issue: str, floor: float, ax: Axes) -> None:
    """Draw the share unresolved of other projections as lines."""
    end = view.context.horizon
    for n, (_, rows) in enumerate(view.others):
        own = rows[(rows["issue"] == issue) & (rows["date"] <= end)]
        if not len(own):
            continue
        stop = min(date2num(rows["date"].max()) + 1, date2num(end))
        own = _thin(own)
        colour, dashes = style.BESIDE[n % len(style.BESIDE)]
        shares = own["unresolved"]
        days = [*date2num(own["date"]), stop]
        # A white line below the coloured one keeps it visible on every area.
        ax.plot(days, floor - FULL * np.append(shares, shares[-1]), color="white", linewidth=3)
        ax.plot(days, floor - FULL * np.append(shares, shares[-1]), color=colour, linestyle=dashes, linewidth=1.4)


def _at_risk(view: View, rows: Columns, j: int, ax: Axes) -> None:
    """Write the number of runs in which the issue can still be resolved, at five dates."""
    context = view.context
    last = min(4, context.horizon_days - 1)
    for k in range(last + 1):
        day = context.as_of + timedelta(days=round(k * (context.horizon_days - 1) / max(last, 1)))
        count = int(rows[rows["date"] <= day]["at_risk"][-1])
        ax.annotate(
            f"{count:,}" + (" runs open" if k == 0 else ""), (date2num(day), j + 0.98), xytext=(0 if k else 2, 0),
            ha="left" if k == 0 else "right" if k == last else "center", va="bottom", fontsize=7.5, color=style.GREY,
            textcoords="offset points",
        )  # fmt: skip


def _thin(rows: Columns) -> Columns:
    """Keep the rows with a visible change, at most `POINTS` of them, and the last row."""
    levels = (np.stack([rows["open"], rows["unresolved"]], axis=1) * 400).round()
    changed = np.append(True, (levels[1:] != levels[:-1]).any(axis=1))
    steps = np.flatnonzero(changed)[:: -(-int(changed.sum()) // POINTS)]
    return rows.take(np.unique(np.append(steps, len(rows) - 1)))
