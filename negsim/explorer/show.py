"""HTML of the explorer: the burndown, and a table of the dates of each issue."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.analysis import Context, chance_by, date_text, quantile
from negsim.analysis import comparison_sentences as verdicts
from negsim.errors import NegsimError
from negsim.files import render
from negsim.plots import burndown as burndown_plot
from negsim.plots import style

if TYPE_CHECKING:
    from datetime import date

    from negsim.analysis import IssueComparison, Paired
    from negsim.explorer.exploration import Exploration

#: Size of the burndown in inches; levers and picture fit on one screen.
SIZE = (9.0, 3.7)


def picture(exploration: Exploration) -> str:
    """The burndown of the current variant with the medians of the pins, and its verdict for screen readers."""
    from matplotlib import rc_context

    data = exploration.projection.view("burndown")
    pins = tuple((pin.name, pin.projection.view("burndown").projected) for pin in exploration.pins)
    data = replace(data, others=pins, note=f"How computed: {exploration.projection.provenance}.")
    figure, ax = style.new_figure(*SIZE)
    with rc_context(style.RC):
        burndown_plot.burndown(data, ax)
        style.settle(figure)
    image = b64encode(style.render(figure, "svg")).decode()
    return words("picture", words=f"Burndown. {data.context.title}: {data.verdict}", image=image)


def table(exploration: Exploration) -> str:
    """Each issue with the range of its dates, its probability, its 50 and 80 % dates, and the differences from pins."""
    projection = exploration.projection
    context, tally = projection.context, projection.tally
    on = context.milestones[-1].date if context.milestones else context.last_day
    pairs = [(pin.name, _paired(exploration, n)) for n, pin in enumerate(exploration.pins)]
    covered = f"{_text(context.as_of, context)} to {_text(context.horizon, context)}"
    heads = ["issue", covered, f"by {_text(on, context)}", "50 %", "80 %"]
    heads += [head for name, _ in pairs for head in (f"50 %, {name}", f"points, {name}")]
    rows = [(facts.id, facts.title, tally.resolved[j]) for j, facts in enumerate(context.issues)]
    rows.append(("all", "all issues", tally.all_resolved))
    shown = []
    for name, title, counts in rows:
        found = [None if pair is None else _issue(pair, name) for _, pair in pairs]
        marks = [_day(each.p50.base, context) if each else None for each in found]
        cells = [f"{100 * chance_by(counts, context.day_of(on)).p:.0f} %"]
        cells += [_month(quantile(counts, q), context) for q in (0.5, 0.8)]
        for (_, pair), each in zip(pairs, found, strict=True):
            cells += [verdicts.date_of_pair(each.p50.base, pair), _points(each, pair)] if pair and each else ["", ""]
        shown.append({"title": title, "cells": cells, "bars": _bars(counts, context, marks)})
    foot = f"Bar: from the 10 to the 90 % date, the middle half darker, the line at 50 %. {projection.provenance}."
    if pairs:
        foot += " Points: difference in the percentage of runs from the pin, with a 95 % interval."
    return render("explorer/table.html", heads=heads, rows=shown, foot=foot, grey=style.GREY)


def status(exploration: Exploration) -> str:
    """The moved levers and the notes, in words."""
    variant = exploration.variant
    return words("status", moved="; ".join(variant.words) or "nothing", notes=variant.notes)


def pinned(exploration: Exploration) -> str:
    """The pins with their moved levers."""
    pins = [(pin.name, "; ".join(pin.variant.words) or "nothing moved") for pin in exploration.pins]
    return words("pinned", pins=pins)


def words(part: str, **values: Any) -> str:
    """A short text of the explorer: status, pinned, heading, paragraph, hint, complaint or picture."""
    return render("explorer/words.html", part, **values)


def _paired(exploration: Exploration, number: int) -> Paired | None:
    try:
        return exploration.comparison(exploration.pins[number]).pairs[0]
    except NegsimError:  # no issue in common
        return None


def _issue(pair: Paired, name: str) -> IssueComparison | None:
    return next((issue for issue in (*pair.issues, pair.every) if issue.facts.id == name), None)


def _points(issue: IssueComparison, pair: Paired) -> str:
    if issue.same.value == 1:
        return "0"
    return verdicts.signed_points(issue.by[pair.on].difference)


def _month(day: float, context: Context) -> str:
    found = context.date_of(day)
    return f"after {_text(context.last_day, context)}" if found is None else _text(found, context)


def _text(day: date, context: Context) -> str:
    return date_text(day, context.unit)


def _day(day: date | None, context: Context) -> float | None:
    return None if day is None else float((day - context.as_of).days)


def _bars(counts: np.ndarray, context: Context, marks: list[float | None]) -> list[dict[str, Any]]:
    """The range of the dates as bars: 10 to 90 %, the middle half, the 50 % dates of the pins, the 50 % date."""
    long = context.horizon_days
    p10, p25, p50, p75, p90 = (min(quantile(counts, q), long) for q in (0.1, 0.25, 0.5, 0.75, 0.9))
    spans = [(p10, p90, style.BAND_80), (p25, p75, style.BAND_50)]
    for number, mark in enumerate(marks):
        if mark is not None:
            colour, _ = style.BESIDE[number % len(style.BESIDE)]
            spans.append((mark, mark + long / 150, colour))
    if p50 < long:
        spans.append((p50, p50 + long / 75, style.VERMILLION))
    return [
        {"x": 150 * left / long, "width": 150 * (right - left) / long, "colour": colour}
        for left, right, colour in spans
        if right > left
    ]
