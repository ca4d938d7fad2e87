"""The burndown: how many issues are unresolved, as recorded and as projected."""

from __future__ import annotations

from datetime import timedelta
from textwrap import fill
from typing import TYPE_CHECKING, Any

from matplotlib.dates import date2num

from negsim.plots import style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from negsim.analysis.burndown import Burndown


LEGEND = ("recorded", "recorded, day not known", "round held", "median", "50 % of runs", "80 % of runs")


def burndown(data: Burndown, ax: Axes) -> Axes:
    """Draw a burndown: the record as a solid line, then the median and the middle 50 and 80 % of runs as steps.

    A change of which only the month is on record is drawn as a hatched area between the least and the most issues
    that can have been open, not as if its day were known.
    """
    _record(data, ax)
    _projection(data, ax)
    _rounds(data, ax)
    _axes(data, ax)
    _words(data, ax)
    return ax


def _corners(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """The rows in which something changes, and the last one: all that a drawing in steps needs."""
    steps = table[columns]
    changes = (steps != steps.shift()).any(axis=1)
    changes.iloc[-1] = True
    return table[changes]


def _record(data: Burndown, ax: Axes) -> None:
    past = _corners(data.recorded, ["low", "high"])
    days, low, high = [date2num(day) for day in past["date"]], list(past["low"]), list(past["high"])
    label = "recorded, day not known"
    for k in range(len(days) - 1):
        if low[k] < high[k]:
            span = ax.fill_between(days[k : k + 2], low[k], high[k], label=label)
            span.set(facecolor="none", edgecolor=style.GREY, hatch="/////", linewidth=0.8)
            label = ""
    known = [float("nan") if least < most else most for least, most in zip(low, high, strict=True)]
    ax.step(days, known, where="post", color=style.INK, linewidth=2.4, solid_capstyle="butt", label="recorded")


def _projection(data: Burndown, ax: Axes) -> None:
    future = _corners(data.projected, ["q10", "q25", "median", "q75", "q90"])
    days = [*(date2num(day) for day in future["date"]), date2num(data.setting.horizon)]

    def steps(name: str) -> list[int]:
        values = list(future[name])
        return [*values, values[-1]]

    for low, high, colour, label in (
        ("q10", "q90", style.BAND_80, "80 % of runs"),
        ("q25", "q75", style.BAND_50, "50 % of runs"),
    ):
        ax.fill_between(days, steps(low), steps(high), step="post", color=colour, linewidth=0, label=label)
    ax.step(
        days, steps("median"), where="post", color=style.VERMILLION, linewidth=2.4, linestyle=(0, (4, 1.2)),
        label="median",
    )  # fmt: skip


def _rounds(data: Burndown, ax: Axes) -> None:
    from matplotlib.patches import Rectangle

    bottom = _strip(data)
    for held in data.rounds:
        left, right = date2num(held.earliest), date2num(held.latest + timedelta(days=1))
        if held.earliest == held.latest:
            ax.plot([left, left], [bottom, 0], color=style.INK, linewidth=2.4, solid_capstyle="butt")
        else:
            span = Rectangle((left, bottom), right - left, -bottom)
            span.set(facecolor="white", edgecolor=style.INK, hatch="/////", linewidth=0.8)
            ax.add_patch(span)
    if data.rounds:
        ax.plot(
            [],
            [],
            linestyle="none",
            marker="|",
            markersize=10,
            markeredgewidth=2.4,
            color=style.INK,
            label="round held",
        )


def _strip(data: Burndown) -> float:
    """How far the strip of rounds reaches below zero."""
    return -0.05 * data.total


def _axes(data: Burndown, ax: Axes) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
    from matplotlib.ticker import MaxNLocator

    first, last = data.span
    left, as_of, horizon = (date2num(day) for day in (first, data.setting.as_of, last))
    ax.set_xlim(left - 0.012 * (horizon - left), horizon)
    ax.set_ylim(_strip(data), data.total * 1.12)
    ax.axhline(0, color=style.GREY, linewidth=0.8)
    locator = AutoDateLocator(minticks=4, maxticks=9)
    ax.xaxis.set_major_locator(locator)
    formats = ["%Y", "%b %Y", "%d %b", "%H:%M", "%H:%M", "%S.%f"]
    zeros = ["", "%Y", "%b %Y", "%d %b", "%H:%M", "%H:%M"]
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator, formats=formats, zero_formats=zeros, show_offset=False))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=12, steps=[1, 2, 5, 10]))
    ax.tick_params(length=3)
    ax.set_ylabel("unresolved issues")
    ax.grid(axis="y")
    ax.axvline(as_of, color=style.INK, linewidth=1, linestyle=(0, (1, 2)))
    ax.axvline(horizon, color=style.GREY, linewidth=1)


def _words(data: Burndown, ax: Axes) -> None:
    setting, left = data.setting, data.at_horizon["median"]
    as_of, horizon = date2num(setting.as_of), date2num(setting.horizon)
    small: dict[str, Any] = {
        "fontsize": 8.5,
        "color": style.GREY,
        "textcoords": "offset points",
        "annotation_clip": False,
    }
    at_top: dict[str, Any] = {"xycoords": ax.get_xaxis_transform(), "va": "top", **small}
    ax.annotate(f"as of {setting.as_of}: projected →", (as_of, 0.985), xytext=(5, 0), ha="left", **at_top)
    ax.annotate(f"horizon {setting.horizon}", (horizon, 0.985), xytext=(-5, 0), ha="right", **at_top)
    if data.earlier is not None:
        level = data.recorded["high"].iloc[0]
        since = f"on record since {data.earlier.year}"
        ax.annotate(since, (0.012, level), xycoords=("axes fraction", "data"), xytext=(0, 5), **small)
    ax.annotate(
        f"{left} left", (horizon, left), xytext=(6, 0), textcoords="offset points", va="center", fontweight="bold",
        color=style.VERMILLION, annotation_clip=False,
    )  # fmt: skip
    ax.set_title(fill(setting.talks, 68), loc="left", fontsize=13, fontweight="bold", pad=27)
    ax.annotate(
        f"{setting.title}: {data.verdict}", (0, 1), xycoords="axes fraction", xytext=(0, 10),
        textcoords="offset points", fontsize=11,
        annotation_clip=False,
    )  # fmt: skip
    handles, labels = ax.get_legend_handles_labels()
    order = sorted(range(len(labels)), key=lambda n: LEGEND.index(labels[n]))
    ax.legend(
        [handles[n] for n in order], [labels[n] for n in order], loc="upper left", bbox_to_anchor=(0, -0.085), ncols=6,
        fontsize=9, frameon=False, columnspacing=1.5, handlelength=1.8, borderaxespad=0,
    )  # fmt: skip
    ax.annotate(
        fill(data.note, 125), (0, 0), xycoords="axes fraction", xytext=(0, -54), va="top", **(small | {"fontsize": 8})
    )
