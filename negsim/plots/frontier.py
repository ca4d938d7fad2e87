"""Frontier of a bargain with the solution points of theory and the deals of the runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from negsim.analysis import SOLUTIONS
from negsim.plots import frame, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from negsim.analysis import View
    from negsim.files import Columns

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
    line = rows.where(what="frontier")
    handles: dict[str, Any] = {}
    for _, piece in line.groups("piece"):
        points = len(piece) == 1
        (handles["frontier"],) = ax.plot(
            piece["u_a"], piece["u_b"], color=style.INK, linewidth=0 if points else 2, marker="o" if points else "",
            markersize=7, markerfacecolor="white", markeredgewidth=1.8, zorder=2,
        )  # fmt: skip
    floors = rows.where(what="reservation")
    (low_a, mid_a, high_a), (low_b, mid_b, high_b) = floors["u_a"], floors["u_b"]
    for draw, line_, low, mid, high in (
        (ax.axvspan, ax.axvline, low_a, mid_a, high_a),
        (ax.axhspan, ax.axhline, low_b, mid_b, high_b),
    ):
        if high > low:
            draw(low, high, facecolor="#EFEFEF", linewidth=0, zorder=0.3)
        line_(mid, color=style.GREY, linewidth=1.2, linestyle=(0, (4, 2)), zorder=0.6)
    deals = rows.where(what="deals")
    if len(deals):
        count = deals["runs"].astype(float)
        areas = 12 + 380 * count / count.max()
        handles["deals (area: number of runs)"] = ax.scatter(
            deals["u_a"], deals["u_b"], s=areas, facecolor=style.SKY, edgecolor="white", linewidth=0.6, alpha=0.75,
            zorder=3,
        )  # fmt: skip
    handles |= _solutions(rows, ax)
    top_a, top_b = line["u_a"].max(), line["u_b"].max()
    ax.set_xlim(0, top_a * 1.04)
    ax.set_ylim(0, top_b * 1.04)
    ax.set_aspect("equal", adjustable="box", anchor="W")
    ax.grid()
    ax.set_xlabel(f"utility of {a} (1: its full demand)")
    ax.set_ylabel(f"utility of {b}")
    # Labels outside the frame cross neither the frontier nor the deals.
    small: dict[str, Any] = {"fontsize": 8.5, "color": style.GREY, "textcoords": "offset points"}
    side = "left" if mid_a < 0.35 * top_a else "center" if mid_a < 0.65 * top_a else "right"
    ax.annotate(f"reservation value of {_short(a)}", (mid_a, 1), xycoords=("data", "axes fraction"), xytext=(0, 2),
                ha=side, va="bottom", **small)  # fmt: skip
    ax.annotate(f"reservation value\nof {_short(b)}", (1, mid_b), xycoords=("axes fraction", "data"), xytext=(4, 0),
                va="center", **small)  # fmt: skip
    frame.heading(ax, view.context, view.verdict)
    low = mid_b > top_b / 2  # the legend is at the other end
    ax.legend(
        handles.values(), handles.keys(), loc="lower left" if low else "upper left",
        bbox_to_anchor=(1.02, 0 if low else 1), fontsize=9, labelspacing=1.1, borderaxespad=0,
    )  # fmt: skip
    frame.below(ax, view.note)
    return ax


def _short(side: str) -> str:
    return frame.fitted(side, frame.LETTERS)


def _solutions(rows: Columns, ax: Axes) -> dict[str, Any]:
    """Draw the solution points. Those at one place share an entry of the legend."""
    handles: dict[str, Any] = {}
    places: dict[str, tuple[list[str], list[Any]]] = {}
    for size, (name, (marker, colour)) in zip((15, 12, 9, 10), MARKS.items(), strict=True):
        own = rows.where(what=name)
        if len(own):
            (mark,) = ax.plot(
                own["u_a"], own["u_b"], linestyle="none", marker=marker, markersize=size, markerfacecolor=colour,
                markeredgecolor="white", markeredgewidth=1.2, zorder=5,
            )  # fmt: skip
            names, marks = places.setdefault(f"{own['u_a'][0]:.2f}, {own['u_b'][0]:.2f}", ([], []))
            names.append(_title(name))
            marks.append(mark)
    for place, (names, marks) in places.items():
        handles[" and\n".join(names) + f": {place}"] = tuple(marks)
    return handles


def _title(name: str) -> str:
    return {"nash": "Nash", "kalai-smorodinsky": "Kalai-Smorodinsky"}.get(name, name)
