"""Trace: one run as lanes, one per issue, below the meetings, the shocks and the climate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from matplotlib.dates import date2num

from negsim.agenda import Status
from negsim.analysis import date_text
from negsim.plots import frame, style
from negsim.plots.climate import look

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from negsim.analysis import View
    from negsim.files import Columns

MEETINGS = {"held": ("|", style.INK), "cancelled": ("x", style.VERMILLION), "lost": (".", style.GREY)}

#: Letters in a line of the name of a shock, and the width of a letter as a share of the axis.
NAME, LETTER = 30, 0.0105
#: Thickness of a bar before and after the end of an issue, as a share of its lane.
_THICK, _THIN = 0.62, 0.2


def height(view: View) -> float:
    """Height in inches: one lane per issue, and those above them."""
    return frame.height_of(len(view.context.issues) + _shared(view), 0.5)


def _shared(view: View) -> int:
    """Number of lanes above the issues: meetings, then shocks and climate if there are any."""
    return 1 + int((view.rows["what"] == "shock").any()) + int(len(view.context.names.regimes) > 1)


def trace(view: View, ax: Axes) -> Axes:
    """Draw one run: meetings, shocks and climate, then the status of each issue over time."""
    context, rows = view.context, view.rows
    titles, handles = ["Meetings"], {}
    meetings = rows.where(what="meeting")
    for outcome, (marker, colour) in MEETINGS.items():
        own = meetings.where(value=outcome)
        if len(own):
            (handles[f"meeting {outcome}"],) = ax.plot(
                _days(view, own), [0.5] * len(own), linestyle="none", marker=marker, color=colour, markersize=9,
                markeredgewidth=1.6,
            )  # fmt: skip
    shocks = rows.where(what="shock")
    if len(shocks):
        lane = len(titles)
        titles.append("Shocks")
        kinds = list(dict.fromkeys(shocks["title"]))
        markers = "ovsD^*Phd<>"
        for k, kind in enumerate(kinds):
            own = shocks.where(title=kind)
            (mark,) = ax.plot(
                _days(view, own), [lane + 0.5] * len(own), linestyle="none", marker=markers[k % len(markers)],
                color=style.KINDS[k % len(style.KINDS)][0], markeredgecolor=style.INK, markersize=7,
                clip_on=False,  # the mark of the first day is whole
            )  # fmt: skip
            if not _named(view, shocks, own, lane, ax):
                handles[kind] = mark
    if len(context.names.regimes) > 1:
        lane = len(titles)
        titles.append("Climate")
        bars: dict[str, tuple[float, float, str, str]] = {}
        for row in rows.where(what="climate").records():
            colour, hatch = look(view.facts["severity"], row["value"])
            left, right = date2num(row["from"]), date2num(row["to"])
            _bar(ax, lane, left, right, colour, hatch)
            bars[row["value"]] = max(bars.get(row["value"], (0.0, 0.0, "", "")), (right - left, left, colour, hatch))
        for regime, longest in bars.items():
            handles |= _regime(regime, longest, lane, context.horizon_days, ax)
    for label, bar in _statuses(view, ax, len(titles)):
        handles.setdefault(label, bar)
    frame.date_axis(ax, context, words=False)
    frame.between(ax, context)
    frame.rows(ax, [*titles, *(issue.title for issue in context.issues)])
    ax.tick_params(axis="y", pad=8)  # room for the mark of a shock on the first day
    ax.axhline(len(titles), color=style.GREY, linewidth=1)
    frame.heading(ax, context, view.verdict, hedge="")
    order = [status.label for status in style.STATUS]
    names = sorted(handles, key=lambda name: order.index(name) if name in order else -1)
    frame.below(ax, view.note, [handles[name] for name in names], names, columns=5)
    return ax


def _named(view: View, shocks: Columns, own: Columns, lane: int, ax: Axes) -> bool:
    """Write the name of a shock beside one of its marks, if there is room up to the next mark."""
    title = frame.fitted(str(own["title"][0]), NAME, 2)
    wide = LETTER * max(map(len, title.split("\n"))) + 0.02
    start, long = float(date2num(view.context.as_of)), view.context.horizon_days
    for day in own["day"]:
        later = shocks["day"][shocks["day"] > day]
        if min([float(long), *later]) - day > wide * long:
            ax.annotate(title, (start + day, lane + 0.5), xytext=(7, 0), textcoords="offset points", va="center",
                        fontsize=7.5)  # fmt: skip
            return True
    return False


def _regime(regime: str, longest: tuple[float, float, str, str], lane: int, long: int, ax: Axes) -> dict[str, Any]:
    """Write the name of a regime into its longest bar. Without room there, return its entry of the legend."""
    wide, left, colour, hatch = longest
    if wide > (LETTER * len(regime) + 0.02) * long:
        box = {"facecolor": colour, "edgecolor": "none", "pad": 1.2}
        ax.text(left + wide / 2, lane + 0.5, regime, ha="center", va="center", fontsize=8, bbox=box)
        return {}
    return {f"climate: {regime}": frame.swatch(colour, hatch, style.GREY)}


def _statuses(view: View, ax: Axes, lane: int) -> Iterator[tuple[str, Any]]:
    """Draw the status of each issue over time, from a lane on; gives each status drawn with its bar."""
    context, rows = view.context, view.rows
    statuses = rows.where(what="status")
    unit = context.asked_unit or "day"
    for j, issue in enumerate(context.issues):
        for row in statuses.where(name=issue.id).records():
            status = Status[row["value"].upper()]
            final = status.final
            left = date2num(context.as_of) + row["day"]
            right = date2num(context.horizon) if final else date2num(context.as_of) + row["until"]
            if right <= left:  # it lasts no time
                continue
            colour, hatch = style.STATUS[status]
            bar = _bar(ax, lane + j, left, right, colour, hatch, _THIN if final else _THICK)
            yield status.label, bar
            if final:
                mark = "✓" if status is Status.RESOLVED else "✗"
                # Near the horizon the label is left of its date, below the bar of the earlier status and on the line
                # between two lanes.
                text = f"{mark} {date_text(row['from'], unit)}"
                late = left > date2num(context.horizon) - (0.012 * len(text) + 0.01) * context.horizon_days
                ax.annotate(
                    text,
                    (left, lane + j + 0.5 + (_THICK if late else _THIN) / 2), xytext=(3, -4.6 if late else -6.5),
                    textcoords="offset points", fontsize=7.5, va="center", annotation_clip=False, zorder=0.8,
                    ha="right" if late else "left", bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
                )  # fmt: skip


def _days(view: View, rows: Columns) -> list[float]:
    start = float(date2num(view.context.as_of))
    return [start + float(day) for day in rows["day"]]


def _bar(ax: Axes, lane: int, left: float, right: float, colour: str, hatch: str, thick: float = _THICK) -> Any:
    bar = ax.barh(
        lane + 0.5, right - left, left=left, height=thick, facecolor=colour, hatch=hatch, edgecolor=style.GREY,
        linewidth=0.4,
    )  # fmt: skip
    return bar[0]
