"""The projection over the days on which it was made, with the events of the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from negsim.analysis import equal_courses, percent
from negsim.plots import frame, labels, style
from negsim.plots.picture import Picture

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes

    from negsim.analysis import Context

_COLOURS = (style.BLUE, style.VERMILLION, style.GREEN, style.PURPLE, style.ORANGE)
_LINES = ("-", "--", ":", "-.")
_EVENTS = {"round": ("|", style.INK), "cancellation": ("x", style.VERMILLION), "announcement": ("v", style.GREY)}

#: Letters of a label beside the end of its line, and the least distance of two such labels, as a share of the height.
NAME, APART = 36, 0.05
#: Least height of the axis of probabilities.
LEAST = 0.3


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
    """Draw the probability of each issue over the days of a timeline. Issues with equal probabilities share a line."""
    from matplotlib import rc_context
    from matplotlib.dates import date2num

    with rc_context(style.RC):
        figure, ax = style.new_figure(height=5.4)
        handles: dict[str, Any] = {}
        ends: list[tuple[float, str, str]] = []
        days = [float(date2num(date.fromisoformat(day))) for day in dict.fromkeys(data.table["day"])]
        for n, (names, values) in enumerate(_courses(data.table)):
            colour, line = _COLOURS[n % len(_COLOURS)], _LINES[n // len(_COLOURS) % len(_LINES)]
            ax.plot(days, values, line, color=colour, marker=".")
            ends.append((float(values[-1]), _named([data.titles[name] for name in names], len(data.titles)), colour))
        low, high = _span(data.table["p"].to_numpy(float))
        for kind, day in data.events:
            mark, colour = _EVENTS[kind]
            at = (date2num(day), 0.03)
            (handles[kind],) = ax.plot(*at, mark, color=colour, markersize=9, transform=ax.get_xaxis_transform())
        ax.set_ylim(low - 0.08 * (high - low), high)
        if len(days) < 2:
            ax.set_xlim(days[0] - 15, days[0] + 15)
        frame.date_ticks(ax, most=6)  # labels take a third of the width
        ax.tick_params(length=3)
        frame.percents(ax.yaxis)
        ax.grid()
        _label(sorted(ends, key=lambda end: end[0]), days[-1], ax)
        frame.heading(ax, data.context, _answer(data))
        note = f"Probability that an issue is resolved by {data.by}, as of each day. {data.note}"
        frame.below(ax, note, list(handles.values()), list(handles), columns=3)
        style.settle(figure)
    return Picture(figure, data.table)


def _courses(table: pd.DataFrame) -> list[tuple[list[str], list[float]]]:
    """The issues with (almost) the same probability on every day, and that probability."""
    shares = {str(name): [float(p) for p in rows["p"]] for name, rows in table.groupby("issue", sort=False)}
    return [(names, shares[names[0]]) for names in equal_courses(shares)]


def _named(titles: Sequence[str], every: int) -> str:
    """The label of a line that several issues share."""
    if len(titles) > 2:
        if len(titles) == every:
            return f"each of the {every} issues"
        return f"{frame.fitted(titles[0], NAME - 12)} and {len(titles) - 1} others"
    return " and\n".join(frame.fitted(title, NAME) for title in titles)


def _span(shares: np.ndarray) -> tuple[float, float]:
    """The axis of probabilities: around the shares, so that lines do not lie on each other."""
    low, high = float(shares.min()) - 0.05, float(shares.max()) + 0.05
    more = max(0.0, LEAST - (high - low)) / 2
    low, high = low - more, high + more
    low, high = (low - max(0.0, high - 1.02), 1.02) if high > 1.02 else (low, high)
    return max(-0.02, low), high + max(0.0, -0.02 - low)


def _label(ends: Sequence[tuple[float, str, str]], day: float, ax: Axes) -> None:
    """Write the last share and the title of each line to the right of the frame, from the lowest line up."""
    low, high = ax.get_ylim()
    apart = [APART * (1 + text.count("\n")) for _, text, _ in ends]
    places = labels.apart([(p - low) / (high - low) for p, _, _ in ends], max(apart, default=APART), 0.02, 0.99)
    for (p, text, colour), at in zip(ends, places, strict=True):
        ax.annotate(
            f"{100 * p:.0f} % {text}", (day, p), xytext=(1.04, at), textcoords="axes fraction", va="center",
            fontsize=8.5, color=_dark(colour), annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.5, "shrinkA": 1, "shrinkB": 2,
                        "relpos": (0, 0.5)},
        )  # fmt: skip


def _dark(colour: str) -> str:
    """A colour for text: orange and purple are too light to read on white."""
    return {style.ORANGE: "#8A5F00", style.PURPLE: "#A0487A"}.get(colour, colour)


def _answer(data: History) -> str:
    """The most and the least likely issue as of the last day."""
    last = data.table[data.table["day"] == data.table["day"].max()].sort_values("p", kind="stable")
    least, most = last.iloc[0], last.iloc[-1]
    start = f"as of {most['day']}, "
    if len(last) > 1 and percent(most["p"]) == percent(least["p"]):
        return f"{start}each of the {len(last)} issues is resolved by {data.by} in {percent(most['p'])} of runs"
    said = f"{start}{data.titles[most['issue']]} is resolved by {data.by} in {percent(most['p'])} of runs"
    return said if len(last) < 2 else f"{said}, {data.titles[least['issue']]} in {percent(least['p'])}"
