"""Distributions from expert judgements as text."""

from __future__ import annotations

from typing import Any

from negsim.experiments import CHANCES, UNIT, Elicitation
from negsim.files import TextPage, TextStyle, number_text, to_line, to_yaml
from negsim.quantities import ELICIT, Draw


def feedback_text(one: Elicitation, look: TextStyle) -> str:
    """The distributions that the judgements about one number imply."""
    page, unit = TextPage(look), UNIT[one.rule.kind]
    if one.path:
        page.title(one.path)
    if one.place:
        page.add(one.place, "  ", "  ", "dim")
    for name, words, expert in zip(one.names, one.words, one.experts, strict=True):
        weight = f", weight {expert.weight:g}" if len(one.experts) > 1 else ""
        page.add(f"{name}{weight}: {words}", "    ", "  ")
        if expert.interval:
            low, high = map(number_text, expert.interval)
            page.add(f"rescaled to 90 %: {low} to {high} {unit}", "    ", "    ")
    heads = (unit or "number", *(_percent(p) for p in CHANCES), "mean", "outside", "stated")
    rows = [
        (
            row.name,
            [
                *map(number_text, (*row.quantiles, row.mean)),
                _percent(row.outside),
                "" if row.said is None else _percent(row.said),
            ],
            "",
        )
        for row in (*one.each, *([one.pool] if one.pool else []))
    ]
    columns = zip(heads[1:], *(figures for _, figures, _ in rows), strict=True)
    widths = [max(map(len, column)) + 2 for column in columns]
    page.add().table(heads, widths, rows, rule=False, indent="  ")
    page.add().add(_becomes(one.draw), "  ", "  ")
    for remark in one.remarks:
        page.add(remark, "  ", "! ")
    return page.text


def _becomes(draw: Draw) -> str:
    when = "at each use" if draw.rule.chance else "once a run"
    if draw.family == "empirical":
        return f"Drawn {when} from the pool of {len(draw.values)} values with equal probabilities."
    return f"Drawn {when} from {to_line(draw.text)}."


def snippet(stated: Any) -> str:
    """The judgements as lines of a scenario file; one line if it fits."""
    from rich.cells import cell_len

    line = to_line({ELICIT: stated})[1:-1]
    return line if cell_len(line) <= 80 else to_yaml({ELICIT: stated}).rstrip("\n")


def _percent(chance: float) -> str:
    return f"{100 * chance:.0f} %"
