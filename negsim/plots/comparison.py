"""Comparison: a row for each issue, with the difference in the share resolved and in the mean time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from negsim.plots import frame, style
from negsim.plots.picture import Picture

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from negsim.analysis import View

#: Left edge and width of the two panels, as shares of the width of the axes.
PANELS = ((0.0, 0.48), (0.52, 0.48))
#: Colour and marker of each of the others, so that colour is not the only difference.
MARKS = ((style.BLUE, "o"), (style.VERMILLION, "s"), (style.GREEN, "^"), (style.PURPLE, "D"), (style.BLACK, "v"))


def comparison_picture(view: View) -> Picture:
    """Draw a row for each issue: left the difference in the share resolved, right that in the mean time.

    A vertical line marks no difference. Numbers stand beside the intervals.
    """
    from matplotlib import rc_context
    from matplotlib.lines import Line2D

    titles = {row["issue"]: row["title"] for row in view.rows.records()}
    order = [*(issue for issue in titles if issue != "all"), *(["all"] if len(titles) > 2 else [])]
    names, size, unit = view.facts["names"], view.facts["size"], view.facts["unit"]
    with rc_context(style.RC):
        figure, ax = style.new_figure(height=frame.height_of(len(order), 0.34 + 0.18 * len(names)) + 0.2)
        ax.tick_params(bottom=False, labelbottom=False)
        ax.spines["bottom"].set_visible(False)
        frame.rows(ax, [titles[issue] for issue in order])
        shares, times = (ax.inset_axes((left, 0, width, 1)) for left, width in PANELS)
        _panel(shares, view, order, ("difference", "low", "high"), 100.0)
        _panel(times, view, order, ("mean_days", "mean_days_low", "mean_days_high"), 1 / size)
        _words(shares, f"resolved{view.facts['by']}, points", "← less often", "more often →")
        _words(times, f"mean time to resolution, {unit}", "← earlier", "later →")
        frame.heading(ax, view.context, view.verdict)
        handles = [
            Line2D([], [], color=colour, marker=marker, markersize=6, linewidth=1.4)
            for colour, marker in (MARKS[n % len(MARKS)] for n in range(len(names)))
        ]
        if len(names) == 1:  # the heading names it
            handles, names = [], []
        frame.below(ax, view.note, handles, names, columns=3)
        style.settle(figure)
    return Picture(figure, view.columns())


def _panel(ax: Axes, view: View, order: list[str], columns: tuple[str, str, str], times: float) -> None:
    """Draw the values of three columns with their intervals, one row per issue; ``times`` scales them."""
    others = list(dict.fromkeys(view.rows["scenario"]))
    ax.axvline(0, color=style.INK, linewidth=1, zorder=1)
    reach = [0.0]
    for row in (row for row in view.rows.records() if row["issue"] in order):
        n = others.index(row["scenario"])
        y = order.index(row["issue"]) + (n + 1) / (len(others) + 1)
        value, low, high = (times * row[name] for name in columns)
        reach += [end for end in (value, low, high) if math.isfinite(end)]
        _interval(ax, y, (value, low, high), *MARKS[n % len(MARKS)])
    left, right = min(reach), max(reach)
    room = (right - left) or 1.0
    ax.set_xlim(left - (0.3 if left < 0 else 0.08) * room, right + (0.3 if right > 0 else 0.08) * room)
    ax.set_ylim(len(order), 0)
    ax.set_yticks([])
    ax.patch.set_visible(False)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.locator_params(axis="x", nbins=6)


def _interval(ax: Axes, y: float, found: tuple[float, float, float], colour: str, marker: str) -> None:
    """Draw a value and its interval, with the value as text beyond the interval."""
    value, low, high = found
    known = math.isfinite(low) and math.isfinite(high)
    shown = known and not low <= 0 <= high
    if known:
        ax.plot([low, high], [y, y], color=colour, linewidth=1.4, zorder=2)
    face: Mapping[str, Any] = {} if shown else {"markerfacecolor": "white"}
    ax.plot([value], [y], marker=marker, color=colour, markersize=6, zorder=3, **face)
    text = f"{value:+.{0 if abs(value) >= 10 else 1}f}".replace("-", "−")
    text = text if text.strip("+−0.") else "0"
    right = value >= 0
    end = (high if right else low) if known else value
    ax.annotate(
        text, (end, y), xytext=(6 if right else -6, 0), textcoords="offset points", va="center",
        ha="left" if right else "right", fontsize=8.5, color=style.INK if shown else style.GREY,
    )  # fmt: skip


def _words(ax: Axes, title: str, less: str, more: str) -> None:
    """Name what a panel measures above its frame, and its directions below its axis."""
    small: dict[str, Any] = {"fontsize": 8.5, "color": style.GREY}
    ax.set_title(title, fontsize=9, pad=2, loc="left")
    ax.set_xlabel(less, loc="left", **small)
    beside: Any = ("axes fraction", ax.xaxis.label)
    ax.annotate(more, (1, 0), xycoords=beside, ha="right", va="bottom", **small)
    ax.tick_params(length=3, labelsize=9)
