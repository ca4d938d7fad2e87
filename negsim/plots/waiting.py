"""Waiting: what each issue waits for, one bar per issue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from negsim.agenda import Spent
from negsim.analysis import WAITING_ORDER, waiting_words
from negsim.plots import frame, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from negsim.analysis import View

#: Waiting for a side is solid, waiting for procedure is hatched, after an agreement is green.
LOOK = {
    Spent.DORMANT: ("#FFFFFF", "----"),
    Spent.MEETING: ("#F6E7A6", "////"),
    Spent.ROOM: ("#E9C46A", "xxxx"),
    Spent.SUSPENDED: ("#F6E7A6", "||||"),
    Spent.SIDE_A: (style.SIDES[0], ""),
    Spent.SIDE_B: (style.SIDES[1], ""),
    Spent.BOTH: (style.PURPLE, ""),
    Spent.STALLED: ("#55504C", ""),
    Spent.PACKAGE: ("#D9DCE0", "----"),
    Spent.OTHERS: ("#D9DCE0", "\\\\\\\\"),
    Spent.BLOCKED: ("#A8DFCC", "xxxx"),
    Spent.IMPLEMENTING: ("#3DB391", ""),
}
#: A part has a label if it is at least this share of the longest bar.
NAMED = 0.05


def height(view: View) -> float:
    """Height in inches, one row per issue."""
    return frame.height_of(len(view.context.issues), 0.5) + 0.2


def _unit(days: float) -> tuple[str, float]:
    """The unit of the axis for bars of so many days, and its length in days."""
    if days < 2:
        return "hours", 1 / 24
    if days < 60:
        return "days", 1.0
    return ("months", 365.25 / 12) if days < 6 * 366 else ("years", 365.25)


def waiting(view: View, ax: Axes) -> Axes:
    """Draw the mean time of each issue as a bar, divided by what it waits for."""
    context = view.context
    issues = list(view.rows.groups("issue"))
    days = max((rows["days"].sum() for _, rows in issues), default=0.0)
    unit, length = _unit(days)
    longest = days / length or 1.0
    used = set()
    for j, (_, rows) in enumerate(issues):
        left = 0.0
        for what, spent, share in zip(WAITING_ORDER, rows["days"], rows["share"], strict=True):
            width = spent / length
            if not width > 0:
                continue
            used.add(what)
            colour, hatch = LOOK[what]
            ax.barh(j + 0.5, width, left=left, height=0.66, facecolor=colour, hatch=hatch,
                    edgecolor=style.GREY if hatch else "white", linewidth=0.5)  # fmt: skip
            if width > NAMED * longest:
                dark = what in (Spent.SIDE_A, Spent.SIDE_B, Spent.STALLED)
                box = {"facecolor": colour, "edgecolor": "none", "pad": 1} if hatch else None
                ax.text(left + width / 2, j + 0.5, f"{100 * share:.0f} %", ha="center", va="center", fontsize=8,
                        color="white" if dark else style.INK, bbox=box)  # fmt: skip
            left += width
    ax.set_xlim(0, longest * 1.02)
    ax.set_xlabel(f"{unit} from the as-of date until the issue is settled or the run ends (mean over runs)")
    ax.grid(axis="x")
    frame.rows(ax, [str(rows["title"][0]) for _, rows in issues], lines=False)
    frame.heading(ax, context, view.verdict)
    shown = [what for what in WAITING_ORDER if what in used]
    handles = [frame.swatch(*LOOK[what], edge=style.GREY) for what in shown]
    frame.below(ax, view.note, handles, [waiting_words(what, context) for what in shown])
    return ax
