"""The projection over the days on which it was made, with the events of the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from negsim.plots import frame, style
from negsim.plots.picture import Picture

if TYPE_CHECKING:
    import pandas as pd

    from negsim.analysis import Context

_COLOURS = (style.BLUE, style.VERMILLION, style.GREEN, style.PURPLE, style.ORANGE)
_LINES = ("-", "--", ":", "-.")
_EVENTS = {"round": ("|", style.INK), "cancellation": ("x", style.VERMILLION), "announcement": ("v", style.GREY)}


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
        for n, (name, rows) in enumerate(data.table.groupby("issue", sort=False)):
            days = [date2num(date.fromisoformat(day)) for day in rows["day"]]
            colour, line = _COLOURS[n % len(_COLOURS)], _LINES[n // len(_COLOURS) % len(_LINES)]
            title = data.titles[str(name)]
            (handles[title],) = ax.plot(days, rows["p"], line, color=colour, marker=".", label=title)
        for kind, day in data.events:
            mark, colour = _EVENTS[kind]
            (handles[kind],) = ax.plot([date2num(day)], [-0.04], mark, color=colour, markersize=9, clip_on=False)
        ax.set_ylim(-0.08, 1.02)
        ax.xaxis_date()
        ax.yaxis.set_major_formatter(lambda y, _: f"{100 * y:g} %")
        ax.grid()
        frame.heading(ax, data.context, f"Probability that an issue is resolved by {data.by}, as of each day.")
        frame.below(ax, data.note, list(handles.values()), list(handles), columns=3)
        style.settle(figure)
    return Picture(figure, data.table)
