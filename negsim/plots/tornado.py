"""Tornado: the effect of each factor on an outcome between its low and its high end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from negsim.plots import frame, style
from negsim.plots.picture import Picture

if TYPE_CHECKING:
    import pandas as pd

    from negsim.analysis import Context


@dataclass(frozen=True, eq=False)
class Tornado:
    """Data of the picture: ``effects``, one row per factor, with ``labels`` and the labels of both ``ends``.

    ``event`` is the event whose share the outcome is, in words; empty for an outcome that is no share.
    """

    context: Context
    effects: pd.DataFrame
    labels: Sequence[str]
    ends: Sequence[Mapping[str, str]]
    mean: float
    share: bool
    outcome: str
    event: str
    each: str
    provenance: str


def tornado_picture(data: Tornado) -> Picture:
    """Draw the mean outcome where a factor is low and where it is high. Lines are 95 % intervals."""
    from matplotlib import rc_context

    rows, mean = data.effects.to_dict("records"), data.mean
    with rc_context(style.RC):
        figure, ax = style.new_figure(height=frame.height_of(len(rows), frame.row(data.labels)) + 0.2)
        bars: dict[str, Any] = {}
        for j, row in enumerate(rows):
            for what, colour, hatch, at in (("low", style.BAND_50, "////", 0.32), ("high", style.VERMILLION, "", 0.68)):
                value, low, high = row[what], row[f"{what}_from"], row[f"{what}_to"]
                bar = ax.barh(j + at, value - mean, left=mean, height=0.34, facecolor=colour, hatch=hatch,
                              edgecolor=style.GREY, linewidth=0.5)  # fmt: skip
                bars[what] = bar[0]
                ax.plot([low, high], [j + at] * 2, color=style.INK, linewidth=1)
                right = value >= mean
                end = high if right else low
                ax.annotate(
                    data.ends[j][what], (end, j + at), xytext=(4 if right else -4, 0),
                    textcoords="offset points", va="center", ha="left" if right else "right", fontsize=8,
                )  # fmt: skip
        ax.axvline(mean, color=style.INK, linewidth=1)
        ax.margins(x=0.18)
        if data.share:
            frame.percents(ax.xaxis)
        ax.grid(axis="x")
        frame.rows(ax, data.labels)
        frame.heading(ax, data.context, _answer(data))
        note = (
            f"Means over the {data.each}s in the lowest and in the highest fifth of a factor; for a factor with words, "
            "over the word with the smallest and the word with the largest mean. Beside each bar: the value at that "
            f"end. Lines: 95 % intervals. Vertical line: the mean of all {data.each}s. From {data.provenance}."
        )
        frame.below(ax, note, list(bars.values()), ["the factor is low", "the factor is high"], columns=2)
        style.settle(figure)
    table = data.effects.assign(outcome=data.outcome, mean=mean)
    return Picture(figure, table)


def _answer(data: Tornado) -> str:
    """The means at both ends of the strongest factor."""
    row, (low, high) = data.effects.iloc[0], (data.ends[0][end] for end in ("low", "high"))
    start = f"{data.labels[0]} has the largest effect"
    if data.share:
        first, last = (f"{100 * row[end]:.0f} %" for end in ("low", "high"))
        return f"{start}: {data.event} in {first} of runs where it is {low}, in {last} where it is {high}"
    return f"{start}: {row['low']:.3g} where it is {low}, {row['high']:.3g} where it is {high}. Outcome: {data.outcome}"
