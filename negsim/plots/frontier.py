"""Frontier of a bargain with the solution points of theory and the deals of the runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from negsim.analysis import SOLUTIONS
from negsim.plots import frame, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from negsim.analysis import View

MARKS = dict(zip(SOLUTIONS, (("D", style.VERMILLION), ("s", style.GREEN), ("^", style.PURPLE), ("v", style.BLUE)),
                 strict=True))  # fmt: skip


def height(view: View) -> float:
    """Height in inches: nearly square, so both utilities have the same scale."""
    return 6.6


def frontier(view: View, ax: Axes) -> Axes:
    """Draw the frontier, both reservation values with the middle 80 % of runs, solution points and deals.

    The area of a circle is proportional to the number of runs with that deal.
    """
    rows = view.rows
    a, b = view.context.sides
    line = rows[rows["what"] == "frontier"]
    handles: dict[str, Any] = {}
    for _, piece in line.groupby("piece"):
        points = len(piece) == 1
        (handles["frontier"],) = ax.plot(
            piece["u_a"], piece["u_b"], color=style.INK, linewidth=0 if points else 2, marker="o" if points else "",
            markersize=7, markerfacecolor="white", markeredgewidth=1.8, zorder=2,
        )  # fmt: skip
    floors = rows[rows["what"] == "reservation"]
    (low_a, mid_a, high_a), (low_b, mid_b, high_b) = floors["u_a"], floors["u_b"]
    for draw, line_, low, mid, high in (
        (ax.axvspan, ax.axvline, low_a, mid_a, high_a),
        (ax.axhspan, ax.axhline, low_b, mid_b, high_b),
    ):
        if high > low:
            draw(low, high, facecolor="#EFEFEF", linewidth=0, zorder=0.3)
        line_(mid, color=style.GREY, linewidth=1.2, linestyle=(0, (4, 2)), zorder=0.6)
    deals = rows[rows["what"] == "deals"]
    if len(deals):
        count = deals["runs"].to_numpy(float)
        areas = 12 + 380 * count / count.max()
        handles["deals (area: number of runs)"] = ax.scatter(
            deals["u_a"], deals["u_b"], s=areas, facecolor=style.SKY, edgecolor="white", linewidth=0.6, alpha=0.75,
            zorder=3,
        )  # fmt: skip
    for size, (name, (marker, colour)) in zip((15, 12, 9, 10), MARKS.items(), strict=True):
        own = rows[rows["what"] == name]
        if len(own):
            (handles[f"{_title(name)} {own['u_a'].iloc[0]:.2f}, {own['u_b'].iloc[0]:.2f}"],) = ax.plot(
                own["u_a"], own["u_b"], linestyle="none", marker=marker, markersize=size, markerfacecolor=colour,
                markeredgecolor="white", markeredgewidth=1.2, zorder=5,
            )  # fmt: skip
    top_a, top_b = line["u_a"].max(), line["u_b"].max()
    ax.set_xlim(0, top_a * 1.04)
    ax.set_ylim(0, top_b * 1.04)
    ax.set_aspect("equal", adjustable="box", anchor="W")
    ax.grid()
    ax.set_xlabel(f"utility of {a} (1: its full demand)")
    ax.set_ylabel(f"utility of {b}")
    behind = {"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.85}  # a label may cross the deals
    small: dict[str, Any] = {"fontsize": 8.5, "color": style.GREY, "textcoords": "offset points", "zorder": 6}
    small["bbox"] = behind
    ax.annotate(f"reservation value of {a}", (mid_a, top_b * 0.01), xytext=(3, 2), rotation=90, va="bottom", **small)
    ax.annotate(f"reservation value of {b}", (top_a * 1.03, mid_b), xytext=(0, 3), ha="right", **small)
    frame.heading(ax, view.context, view.verdict)
    ax.legend(
        handles.values(), handles.keys(), loc="upper left", bbox_to_anchor=(1.02, 1), fontsize=9, labelspacing=1.1,
        borderaxespad=0,
    )  # fmt: skip
    frame.below(ax, view.note)
    return ax


def _title(name: str) -> str:
    return {"nash": "Nash", "kalai-smorodinsky": "Kalai-Smorodinsky"}.get(name, name)
