"""Feedback on expert judgement for people at a terminal."""

from __future__ import annotations

from typing import Any

from negsim.errors import cells
from negsim.experiments import CHANCES, UNIT, Elicitation, shown
from negsim.files import TextStyle, pad, to_line, to_yaml, wrap
from negsim.quantities import ELICIT, Draw


def feedback_text(one: Elicitation, look: TextStyle) -> str:
    """The feedback on one number, for people."""
    lines = [look.bold(line) for line in wrap(one.path, look.width)] if one.path else []
    lines += [look.faint(line) for line in wrap(one.place, look.width, "  ", "  ")] if one.place else []
    for name, words, expert in zip(one.names, one.words, one.experts, strict=True):
        weight = f", weight {expert.weight:g}" if len(one.experts) > 1 else ""
        lines += wrap(f"{name}{weight}: {words}", look.width, "    ", "  ")
        if expert.interval:
            low, high = map(shown, expert.interval)
            lines += wrap(f"rescaled to 90 %: {low} to {high} {UNIT[one.rule.kind]}", look.width, "    ", "    ")
    lines += ["", *_table(one, look), ""]
    lines += wrap(_becomes(one.draw), look.width, "  ", "  ")
    for remark in one.remarks:
        lines += wrap(remark, look.width, "  ", "! ")
    return "\n".join(lines) + "\n"


def _table(one: Elicitation, look: TextStyle) -> list[str]:
    rows = [*one.each, *([one.pool] if one.pool else [])]
    heads = [*(f"{100 * p:.0f} %" for p in CHANCES), "mean", "outside", "said"]
    figures = [
        [
            *map(shown, (*row.quantiles, row.mean)),
            _percent(row.outside),
            "" if row.said is None else _percent(row.said),
        ]
        for row in rows
    ]
    widths = [max(map(len, column)) + 2 for column in zip(heads, *figures, strict=True)]
    left, unit = look.width - sum(widths), UNIT[one.rule.kind]
    lines = []
    for name, texts in zip([unit or "number", *(row.name for row in rows)], [heads, *figures], strict=True):
        numbers = "".join(text.rjust(n) for text, n in zip(texts, widths, strict=True)).rstrip()
        names = wrap(name, look.width, "    ", "  ")
        # A name that is too long for its column stands above.
        if len(names) > 1 or cells(names[0]) > left:
            lines += names
            names = [""]
        lines.append(pad(names[0], left) + (look.bold(numbers) if one.pool and texts is figures[-1] else numbers))
    return lines


def _becomes(draw: Draw) -> str:
    when = "each time" if draw.rule.chance else "once a run"
    if draw.family == "empirical":
        return f"Drawn {when} from the pool: {len(draw.values)} values, each as likely."
    return f"Drawn {when} from {to_line(draw.text)}."


def snippet(stated: Any) -> str:
    """What was said, as it stands in a file: in one line if it fits one."""
    line = to_line({ELICIT: stated})[1:-1]
    return line if cells(line) <= 80 else to_yaml({ELICIT: stated}).rstrip("\n")


def _percent(chance: float) -> str:
    return f"{100 * chance:.0f} %"
