"""Gap: the offers of both sides over time, one row per bargain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.dates import date2num

from negsim.plots import frame, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from negsim.analysis import Scale, View
    from negsim.files import Columns

FULL = 0.84

#: Distance between offers that have an order but no date, as a share of the horizon.
RING = 0.02

#: Width of the label of a first offer, as a share of the horizon. It does not cross the line of the as-of date.
LABEL = 0.05

#: The lines of the two sides.
DASHES: tuple[Any, Any] = ("-", (0, (4, 1.2)))


def height(view: View) -> float:
    """Height in inches, one row per bargain."""
    return frame.height_of(len(set(_shown(view)["bargain"])), 0.85)


def _shown(view: View) -> Columns:
    """The rows of the bargains with offers to show."""
    without = view.facts.get("without", ())
    return view.rows.take([name not in without for name in view.rows["bargain"]])


def gap(view: View, ax: Axes) -> Axes:
    """Draw the median offer of each side with the middle 80 % of runs. A row goes from one demand to the other.

    A band ends where fewer than 5 % of the runs still negotiate.
    """
    context = view.context
    bargains = list(_shown(view).groups("bargain"))
    scales: dict[Any, Scale] = {issue.id: issue.scale for issue in context.issues if issue.scale is not None}
    for j, (name_of, rows) in enumerate(bargains):
        floor = j + 0.92

        def level(values: Any, floor: float = floor) -> np.ndarray:
            return floor - FULL * np.asarray(values, float)

        ax.axhspan(floor - FULL, floor, facecolor="#F6F7F8", linewidth=0, zorder=0.2)
        firsts: dict[int, float] = {}
        for side, (name, colour, dashes) in enumerate(zip(context.side_ids, style.SIDES, DASHES, strict=True)):
            own = rows[(rows["what"] == name) & ~np.isnan(rows["median"])]
            if not len(own):
                continue
            days = [float(day) for day in date2num(own["date"])]
            ax.fill_between(days, level(own["q10"]), level(own["q90"]), facecolor=colour, alpha=0.22, linewidth=0)
            ax.plot(days, level(own["median"]), color=colour, linewidth=1.8, linestyle=dashes)
            past = rows.where(what=f"{name} before")["median"]
            at = float(date2num(context.as_of)) - context.horizon_days * RING * np.arange(len(past), 0, -1)
            ax.plot(at, level(past), linestyle="none", marker="o", markersize=4.5, markerfacecolor="white",
                    markeredgecolor=colour, markeredgewidth=1.3)  # fmt: skip
            if len(days) == 1:
                ax.plot(days, level(own["median"]), linestyle="none", marker="o", markersize=4.5, color=colour)
            first = firsts[side] = float(past[0] if len(past) else own["median"][0])
            near = side == 1 and abs(first - firsts.get(0, -1.0)) < 0.2
            as_of = float(date2num(context.as_of))
            place = at[0] if len(past) else as_of if days[0] - as_of < LABEL * context.horizon_days else days[0]
            text = scales[name_of].number(first) if name_of in scales else f"{100 * first:.0f}"
            ax.annotate(
                text, (place, float(level([first])[0])), xytext=(-5, 0),
                ha="right", va="center" if not near else "top" if first <= firsts[0] else "bottom",
                textcoords="offset points", fontsize=7.5, color=colour, fontweight="bold",
            )  # fmt: skip
            if side == 0:
                talking = own["talking"]
                ends = float(talking[-1])
                ax.annotate(
                    f"{100 * talking.max():.0f} → {100 * ends:.0f} % negotiate",
                    (float(date2num(context.horizon)), floor), xytext=(5, 1), textcoords="offset points",
                    fontsize=7.5, color=style.GREY, va="bottom", annotation_clip=False,
                )  # fmt: skip
    frame.date_axis(ax, context, context.as_of, words=False)
    most = int(max([0, *(each for each in view.rows["order"] if each > 0)]))
    left = (0.05 + RING * most) * context.horizon_days
    ax.set_xlim(float(date2num(context.as_of)) - left, float(date2num(context.horizon)))
    ax.axvline(float(date2num(context.as_of)), color=style.INK, linewidth=1, linestyle=(0, (1, 2)))
    frame.between(ax, context)
    titles = [str(rows["title"][0]) + (f", {scales[name].unit}" if name in scales else "") for name, rows in bargains]
    frame.rows(ax, titles, lines=False)
    frame.heading(ax, context, view.verdict)
    handles = _handles(view, bool(bargains), bool(most))
    frame.below(ax, view.note, list(handles.values()), list(handles), columns=4)
    return ax


def _handles(view: View, offers: bool, earlier: bool) -> dict[str, Any]:
    """The legend: lines and bands if there are offers, rings if there are earlier ones."""
    from matplotlib.lines import Line2D

    handles: dict[str, Any] = {}
    for name, colour, dashes in zip(view.context.sides, style.SIDES, DASHES, strict=True) if offers else ():
        line = Line2D([], [], color=colour, linewidth=1.8, linestyle=dashes)
        handles[f"{name}: median and 80 % of runs"] = (frame.swatch(_faint(colour)), line)
    if earlier:
        handles["earlier offers, as assumed"] = Line2D(
            [], [], linestyle="none", marker="o", markersize=4.5, markerfacecolor="white", markeredgecolor=style.INK
        )
    return handles


def _faint(colour: str) -> str:
    from matplotlib.colors import to_hex, to_rgb

    r, g, b = (0.22 * part + 0.78 for part in to_rgb(colour))
    return to_hex((r, g, b))
