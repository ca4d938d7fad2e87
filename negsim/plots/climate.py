"""Climate: the share of runs in each regime over time, or the regimes of one run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.dates import date2num

from negsim.plots import frame, style
from negsim.plots.labels import widest

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from negsim.analysis import View


def look(severity: Sequence[str], regime: str) -> tuple[str, str]:
    """Colour and hatch of a regime, by its place from mild to severe."""
    shades = (("#FBF3CF", ""), ("#D9DCE0", "||||"), ("#C98F6B", "////"), ("#55504C", ""))
    return (shades + style.KINDS)[severity.index(regime) % (len(shades) + len(style.KINDS))]


def height(view: View) -> float:
    """Height in inches: one run is a ribbon, shares need more room."""
    return 2.6 if "run" in view.facts else 4.6


def climate(view: View, ax: Axes) -> Axes:
    """Draw the regimes: the shares as stacked areas, one run as a ribbon."""
    context = view.context
    regimes = view.facts["severity"]
    named: list[str] = []
    if "run" in view.facts:
        for row in view.rows.records():
            left, right = date2num(row["from"]), date2num(row["to"])
            colour, hatch = look(regimes, row["regime"])
            ax.barh(0.5, right - left, left=left, height=1, facecolor=colour, hatch=hatch, edgecolor=style.GREY,
                    linewidth=0.4)  # fmt: skip
            if right - left > 0.09 * context.horizon_days:
                box = {"facecolor": colour, "edgecolor": "none", "pad": 1.2}
                named.append(row["regime"])
                ax.text((left + right) / 2, 0.5, row["regime"], ha="center", va="center", fontsize=9, bbox=box)
        end = float(date2num(context.horizon))
        if end - right > 0.25 * context.horizon_days:
            ax.text((right + end) / 2, 0.5, "the run ends: no issue is open", ha="center", va="center", fontsize=9,
                    color=style.GREY)  # fmt: skip
        ax.set_ylim(0, 1)
        ax.set_yticks([])
    else:
        bottom = np.zeros(0)
        for name in regimes:
            rows = view.rows.where(regime=name)
            share = np.append(rows["share"], rows["share"][-1])
            days = np.array([*date2num(rows["date"]), date2num(context.horizon)])
            bottom = bottom if len(bottom) else np.zeros(len(days))
            top = bottom + share
            colour, hatch = look(regimes, name)
            thin = np.unique(np.append(np.arange(0, len(days), max(1, len(days) // 240)), len(days) - 1))
            ax.fill_between(days[thin], bottom[thin], top[thin], facecolor=colour, hatch=hatch, edgecolor=style.GREY,
                            linewidth=0.4)  # fmt: skip
            words = f"{name}: {100 * share[-1]:.0f} % at the end" if len(regimes) > 1 else name
            middle, height, room = widest(days, bottom, top, 0.0115 * len(words) + 0.02)
            if room > 0.07:
                named.append(name)
                box = {"facecolor": colour, "edgecolor": "none", "pad": 1.2}
                ax.text(middle, height, words, ha="center", va="center", fontsize=9, bbox=box)
            bottom = top
        ax.set_ylim(0, 1)
        frame.percents(ax.yaxis)
        ax.set_ylabel("share of runs")
    frame.date_axis(ax, context, words=False)
    frame.between(ax, context)
    frame.heading(ax, context, view.verdict, hedge="" if "run" in view.facts else frame.IF)
    shown = set(view.rows["regime"]) if "run" in view.facts else regimes
    rest = [name for name in regimes if name in shown and name not in named]
    frame.below(ax, view.note, [frame.swatch(*look(regimes, name), edge=style.GREY) for name in rest], rest)
    return ax
