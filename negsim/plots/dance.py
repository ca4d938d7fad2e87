"""Dance: the recorded offers of a negotiation over time, one row for each issue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from matplotlib.dates import date2num

from negsim.plots import frame, style
from negsim.plots.labels import LOOSE, untangle
from negsim.plots.picture import Picture

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

#: The part of a row between its lowest and its highest value.
FULL = 0.64
#: Height of a row in inches.
ROW = 1.4
#: Marker of each kind of offer.
MARKS = {"demand": "o", "offer": "o", "final offer": "s", "mediator's proposal": "D", "settlement": "*"}
#: The lines of the two sides.
DASHES: tuple[Any, Any] = ("-", (0, (4, 1.2)))
_BOTH = style.GREEN
NOTE = (
    "A row goes from the lowest to the highest value on record. A line keeps the last offer of a side. An empty mark: "
    "the day is not exactly known."
)


def dance_picture(title: str, sides: Sequence[str], table: pd.DataFrame) -> Picture:
    """Draw recorded offers on a new figure.

    Args:
        title: of the negotiation.
        sides: names of side A and side B.
        table: one row for each offer (``issue``, ``unit``, ``date``, ``known``, ``side``, ``kind``, ``value``), and one
            for each deadline (``date``, with ``deadline`` as ``kind``).
    """
    from matplotlib import rc_context

    with rc_context(style.RC):
        figure, ax = style.new_figure(height=frame.AROUND + ROW * max(table["issue"].nunique(), 2))
        dance(title, sides, table, ax)
        style.settle(figure)
        untangle(figure)
    return Picture(figure, table)


def dance(title: str, sides: Sequence[str], table: pd.DataFrame, ax: Axes) -> Axes:
    """Draw recorded offers on given axes: a step line for each side, a mark for each offer, values beside the marks."""
    table, due = table[table["kind"] != "deadline"], table[table["kind"] == "deadline"]
    issues = list(table.groupby("issue", sort=False))
    last = max(date2num(date.fromisoformat(day)) for day in table["date"])
    for j, (_, rows) in enumerate(issues):
        floor = j + (1 + FULL) / 2
        ax.axhspan(floor - FULL, floor, facecolor="#F6F7F8", linewidth=0, zorder=0.2)
        _row(rows, sides, floor, float(last), ax)
    frame.rows(ax, [f"{name}, {rows['unit'].iloc[0]}" for name, rows in issues], lines=False)
    frame.date_ticks(ax)
    ax.margins(x=0.07)
    frame.titled(ax, title, _answer(issues))
    handles = _handles(sides, table) | _deadlines(due, ax)
    frame.below(ax, NOTE, list(handles.values()), list(handles), columns=5)
    return ax


def _deadlines(due: pd.DataFrame, ax: Axes) -> dict[str, Any]:
    """A dotted line at each deadline between the edges of the picture, and its handle for the legend."""
    low, high = ax.get_xlim()
    days = [day for day in (float(date2num(date.fromisoformat(each))) for each in due["date"]) if low < day < high]
    lines = [ax.axvline(day, color=style.GREY, linestyle=":", linewidth=1.2, zorder=0.5) for day in days]
    return {"deadline": lines[0]} if lines else {}


def _row(rows: pd.DataFrame, sides: Sequence[str], floor: float, last: float, ax: Axes) -> None:
    low, high = float(rows["value"].min()), float(rows["value"].max())

    def level(value: float) -> float:
        return floor - FULL * ((value - low) / (high - low) if high > low else 0.5)

    deal = rows[rows["kind"] == "settlement"]
    end = float(date2num(date.fromisoformat(deal["date"].iloc[0]))) if len(deal) else last
    means = {side: float(rows[rows["side"] == side]["value"].iloc[0]) for side in sides if (rows["side"] == side).any()}
    for n, side in enumerate((*sides, "mediator", "both")):
        mine = rows[rows["side"] == side]
        if mine.empty:
            continue
        colour = (*style.SIDES, style.INK, _BOTH)[n]
        days = [float(date2num(date.fromisoformat(day))) for day in mine["date"]]
        values = [float(value) for value in mine["value"]]
        if n < 2:
            ax.step([*days, end], [level(value) for value in (*values, values[-1])], where="post", color=colour,
                    linewidth=1.6, linestyle=DASHES[n])  # fmt: skip
        upper = side not in sides or means[side] >= max(means.values())
        before = None
        for day, value, kind, known in zip(days, values, mine["kind"], mine["known"], strict=True):
            ax.plot(
                day,
                level(value),
                linestyle="none",
                marker=MARKS[kind],
                markersize=11 if kind == "settlement" else 6,
                markerfacecolor=colour if known == "day" else "white",
                markeredgecolor=colour,
                zorder=3,
            )
            if value != before:
                _label(f"{value:,.10g}", day, level(value), upper, colour, ax)
            before = value


def _label(text: str, day: float, y: float, upper: bool, colour: str, ax: Axes) -> None:
    """Write a value beside its mark, away from the step that leads to it."""
    up = 4 if upper else -4
    ax.annotate(
        text, (day, y), xytext=(4, up), textcoords="offset points", ha="left", va="bottom" if upper else "top",
        fontsize=7.5, fontweight="bold", color=colour, annotation_clip=False, gid=LOOSE,
    )  # fmt: skip


def _answer(issues: Sequence[tuple[Any, pd.DataFrame]]) -> str:
    """Whether the issues settled, and when; of a single issue also the value."""
    ended = [rows[rows["kind"] == "settlement"] for _, rows in issues]
    settled = [rows.iloc[-1] for rows in ended if len(rows)]
    offers = sum(int((rows["kind"] != "settlement").sum()) for _, rows in issues)
    if not settled:
        return f"no settlement on record after {offers} offers"
    last = max(row["date"] for row in settled)
    if len(issues) == 1:
        row = settled[0]
        return f"settled at {row['value']:,.10g} {row['unit']} on {last}, after {offers} offers"
    return f"{len(settled)} of {len(issues)} issues settled by {last}, after {offers} offers"


def _handles(sides: Sequence[str], table: pd.DataFrame) -> dict[str, Any]:
    """The legend: only what the picture shows."""
    from matplotlib.lines import Line2D

    handles: dict[str, Any] = {
        side: Line2D([], [], color=colour, linewidth=1.6, linestyle=dashes)
        for side, colour, dashes in zip(sides, style.SIDES, DASHES, strict=True)
        if (table["side"] == side).any()
    }
    colours = {"final offer": style.GREY, "mediator's proposal": style.INK, "settlement": _BOTH}
    for kind, colour in colours.items():
        if (table["kind"] == kind).any():
            handles[kind] = Line2D([], [], linestyle="none", marker=MARKS[kind], markersize=8, color=colour)
    return handles
