"""The projection over the days on which it was made, with the events of the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from negsim.analysis import percent
from negsim.plots import frame, style
from negsim.plots.picture import Picture

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from negsim.analysis import Context

_COLOURS = (style.BLUE, style.VERMILLION, style.GREEN, style.PURPLE, style.ORANGE)
_LINES = ("-", "--", ":", "-.")
_EVENTS = {"round": ("|", style.INK), "cancellation": ("x", style.VERMILLION), "announcement": ("v", style.GREY)}

#: Letters of a title beside the end of its line, and the least distance of two such labels in shares.
NAME, APART = 34, 0.05


@dataclass(frozen=True, eq=False)
class History:
    """Data of the picture: ``table`` with ``day``, ``issue`` and ``p``; ``events`` with their day; the day ``by``."""

    context: Context
    table: pd.DataFrame
    titles: Mapping[str, str]
    events: Sequence[tuple[str, date]]
    by: date
    note: str


def history_picture(data: History) -> Picture:
    """Draw the probability of each issue over the days of a timeline."""
    from matplotlib import rc_context
    from matplotlib.dates import date2num

    with rc_context(style.RC):
        figure, ax = style.new_figure(height=5.4)
        handles: dict[str, Any] = {}
        ends: list[tuple[float, float, str, str]] = []
        for n, (name, rows) in enumerate(data.table.groupby("issue", sort=False)):
            days = [date2num(date.fromisoformat(day)) for day in rows["day"]]
            colour, line = _COLOURS[n % len(_COLOURS)], _LINES[n // len(_COLOURS) % len(_LINES)]
            title = data.titles[str(name)]
            ax.plot(days, rows["p"], line, color=colour, marker=".", label=title)
            ends.append((float(rows["p"].iloc[-1]), days[-1], title, colour))
        for kind, day in data.events:
            mark, colour = _EVENTS[kind]
            (handles[kind],) = ax.plot([date2num(day)], [-0.04], mark, color=colour, markersize=9, clip_on=False)
        ax.set_ylim(-0.08, 1.02)
        ax.xaxis_date()
        ax.yaxis.set_major_formatter(lambda y, _: f"{100 * y:g} %")
        ax.grid()
        _label(sorted(ends), ax)
        frame.heading(ax, data.context, _answer(data))
        note = f"Probability that an issue is resolved by {data.by}, as of each day. {data.note}"
        frame.below(ax, note, list(handles.values()), list(handles), columns=3)
        style.settle(figure)
    return Picture(figure, data.table)


def _label(ends: Sequence[tuple[float, float, str, str]], ax: Axes) -> None:
    """Write the last share and the title of each line to the right of the frame, from the lowest line up."""
    room = max(0.0, 1 - APART * (len(ends) - 1))
    at = -1.0
    for n, (p, day, title, colour) in enumerate(ends):
        at = max(at + APART, min(p, room + APART * n))
        ax.annotate(
            f"{100 * p:.0f} % {frame.fitted(title, NAME)}", (day, p), xytext=(1.02, at),
            textcoords=ax.get_yaxis_transform(), va="center", fontsize=8.5, color=colour, annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.5, "shrinkA": 1, "shrinkB": 2},
        )  # fmt: skip


def _answer(data: History) -> str:
    """The most and the least likely issue as of the last day."""
    last = data.table[data.table["day"] == data.table["day"].max()].sort_values("p", kind="stable")
    least, most = last.iloc[0], last.iloc[-1]
    said = f"as of {most['day']}, {data.titles[most['issue']]} is resolved by {data.by} in {percent(most['p'])} of runs"
    return said if len(last) < 2 else f"{said}, {data.titles[least['issue']]} in {percent(least['p'])}"
