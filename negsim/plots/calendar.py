"""Calendar: the recorded statuses of each issue, then the dates by which shares of the runs resolve it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.dates import date2num

from negsim.agenda import Status
from negsim.analysis import date_text
from negsim.plots import frame, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from negsim.analysis import View
    from negsim.files import Columns


#: Shortest bar, as a share of the horizon, whose colour a reader can see; the legend names no shorter one.
SEEN = 0.004


def height(view: View) -> float:
    """A row an issue."""
    return frame.height_of(len(view.context.issues), 0.55)


def calendar(view: View, ax: Axes) -> Axes:
    """Draw a ribbon from the 10 % to the 90 % date of each issue. Its middle half is darker; a line marks the median.

    A ribbon that ends beyond the horizon has an arrow at the horizon, with the share of runs that resolve the issue
    before it.
    """
    context = view.context
    first = view.facts["first"]
    statuses: dict[Status, None] = {}
    hatched = False
    for j, issue in enumerate(context.issues):
        own = view.rows.where(issue=issue.id)
        hatched |= _past(own.where(part="recorded"), context, first, j, ax, statuses)
        _ribbon(own.where(part="projected").row(0), context, j, ax, view.facts["unit"])
        _others(view, issue.id, j, ax)
    frame.date_axis(ax, context, first, words=False)
    frame.between(ax, context)
    frame.rows(ax, [issue.title for issue in context.issues])
    if any(entry.latest < first for issue in context.issues for entry in issue.history[:1]):
        ax.tick_params(axis="y", pad=10)  # room for the arrows of a record that begins earlier
    frame.heading(ax, context, view.verdict)
    from matplotlib.lines import Line2D

    future = view.rows.where(part="projected").records()
    handles: dict[str, Any] = {
        "10 to 90 % date": frame.swatch(style.BAND_80),
        "25 to 75 %": frame.swatch(style.BAND_50),
        "50 %": Line2D([], [], color=style.VERMILLION, linewidth=2.6),
    }
    for name, low, high in (("10 to 90 % date", "p10", "p90"), ("25 to 75 %", "p25", "p75"), ("50 %", "p50", "")):
        if not any(row[low] is not None and (not high or row[low] != row[high]) for row in future):
            del handles[name]
    handles |= {f"recorded: {s.label}": frame.swatch(*style.STATUS[s], edge=style.GREY) for s in sorted(statuses)}
    if hatched:
        handles[frame.DAY_UNKNOWN] = frame.swatch("white", "/////")
    for n, (name, _) in enumerate(view.others):
        handles[f"{name}: 10 to 90 %, 50 %"] = Line2D([], [], color=style.BESIDE[n % len(style.BESIDE)][0], marker="o",
                                                      markersize=4, linewidth=1.4)  # fmt: skip
    frame.below(ax, view.note, list(handles.values()), list(handles))
    return ax


def _others(view: View, issue: str, j: int, ax: Axes) -> None:
    """Draw other projections below the ribbon: a line from the 10 to the 90 % date, a dot at the 50 % date."""
    end = view.context.horizon
    for n, (_, rows) in enumerate(view.others):
        own = rows.where(issue=issue, part="projected")
        row = own.row(0) if len(own) else {"p10": None}
        if row["p10"] is None or row["p10"] >= end:
            continue
        colour = style.BESIDE[n % len(style.BESIDE)][0]
        y = j + 0.8 + 0.18 * (n + 0.5) / len(view.others)
        last = end if row["p90"] is None else min(row["p90"], end)
        ax.plot([date2num(row["p10"]), date2num(last)], [y, y], color=colour, linewidth=1.4)
        if row["p50"] is not None and row["p50"] < end:
            ax.plot([date2num(row["p50"])], [y], color=colour, marker="o", markersize=4)


def _past(rows: Columns, context: Any, first: Any, j: int, ax: Axes, statuses: dict[Status, None]) -> bool:
    """Draw the recorded statuses; returns whether the day of a change is not known."""
    hatched = False
    ends = [*rows["from"][1:], context.as_of][: len(rows)]  # an issue may have no record
    left_edge = date2num(first)
    for row, end in zip(rows.records(), ends, strict=True):
        status = Status[row["status"].upper()]
        start, sure, stop = (max(float(date2num(day)), left_edge) for day in (row["from"], row["to"], end))
        if stop <= max(start, left_edge):  # it lasts no time, or ended before the picture
            continue
        if stop - start > SEEN * context.horizon_days:
            statuses[status] = None
        if date2num(row["from"]) < left_edge:
            ax.annotate("◂", (left_edge, j + 0.5), xytext=(-1, 0), textcoords="offset points", ha="right", va="center",
                        fontsize=8, annotation_clip=False)  # fmt: skip
        colour, hatch = style.STATUS[status]
        ax.barh(
            j + 0.5, stop - start, left=start, height=0.3, facecolor=colour, hatch=hatch, edgecolor=style.GREY,
            linewidth=0.6,
        )  # fmt: skip
        if sure > start:  # it began on one of these days
            ax.barh(j + 0.5, sure - start, left=start, height=0.3, facecolor="white", hatch="/////",
                    edgecolor=style.GREY, linewidth=0.6)  # fmt: skip
            hatched = True
    return hatched


def _ribbon(row: dict[str, Any], context: Any, j: int, ax: Axes, unit: str) -> None:
    horizon = float(date2num(context.horizon))

    def at(name: str) -> float:
        return horizon if row[name] is None else float(date2num(row[name]))

    for low, high, colour, thick in (("p10", "p90", style.BAND_80, 0.56), ("p25", "p75", style.BAND_50, 0.56)):
        if row[low] is not None:
            ax.barh(j + 0.5, at(high) - at(low), left=at(low), height=thick, facecolor=colour, linewidth=0)
    if row["p50"] is not None:
        ax.plot([at("p50")] * 2, [j + 0.2, j + 0.8], color=style.VERMILLION, linewidth=2.6, solid_capstyle="butt")
        text = date_text(row["p50"], unit)
        right = at("p50") > horizon - (0.0175 * len(text) + 0.03) * context.horizon_days  # it would touch the horizon
        ax.annotate(
            text, (at("p50"), j + 0.5), xytext=(-5 if right else 5, 0),
            textcoords="offset points",
            ha="right" if right else "left", va="center", fontsize=8.5,
        )  # fmt: skip
    if row["p90"] is None:
        said = f"▸ {100 * row['resolved']:.0f} % resolved by then"
        colour = style.INK if row["p50"] is None else style.GREY
        ax.annotate(
            said, (horizon, j + 0.5), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8.5,
            color=colour, annotation_clip=False,
        )  # fmt: skip
