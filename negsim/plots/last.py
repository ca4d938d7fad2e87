"""Last: how often each issue is resolved first, and how often last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from negsim.plots import frame, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from negsim.analysis import View


def height(view: View) -> float:
    """Height in inches: one row per issue, and one for runs without a single first or last issue."""
    return frame.height_of(len(_shown(view)), 0.5)


def _shown(view: View) -> list[dict[str, Any]]:
    """The rows; that of runs without a single first or last issue only if there are any."""
    rows = view.rows.records()
    return rows if rows[-1]["first"] or rows[-1]["last"] else rows[:-1]


def last(view: View, ax: Axes) -> Axes:
    """Draw two bars per issue: how often it is resolved last, and how often first. Lines are 95 % intervals."""
    rows = _shown(view)
    most = max(max(row["first_high"], row["last_high"]) for row in rows)
    handles = {}
    for j, row in enumerate(rows):
        for what, colour, hatch, at in (
            ("last", style.VERMILLION, "", 0.32),
            ("first", style.BAND_50, "////", 0.70),
        ):
            p, low, high = row[what], row[f"{what}_low"], row[f"{what}_high"]
            bar = ax.barh(j + at, p, height=0.34, facecolor=colour, hatch=hatch, edgecolor=style.GREY, linewidth=0.5)
            handles["resolved first" if what == "first" else "resolved last, or alone unresolved"] = bar[0]
            ax.plot([low, high], [j + at] * 2, color=style.INK, linewidth=1)
            text = "<1" if 0 < p <= 0.005 else f"{100 * p:.0f}"
            ax.annotate(
                f"{text} %", (high, j + at), xytext=(4, 0), textcoords="offset points", va="center",
                fontsize=8.5, fontweight="bold" if what == "last" else "normal",
            )  # fmt: skip
    ax.set_xlim(0, most * 1.1)
    frame.percents(ax.xaxis)
    ax.grid(axis="x")
    frame.rows(ax, [row["title"] for row in rows])
    frame.heading(ax, view.context, view.verdict)
    frame.below(ax, view.note, list(handles.values()), list(handles), columns=3)
    return ax
