"""The result of a calibration for a terminal and as plain data."""

from __future__ import annotations

from typing import Any

from negsim.calibration.calibrate import Calibration
from negsim.calibration.evidence import NUMBERS
from negsim.files import TextStyle, pad, to_line, wrap

#: The quantiles that are shown.
SHOWN = (0.1, 0.5, 0.9)


def data(found: Calibration) -> dict[str, Any]:
    """The numbers with their quantiles and observations, the changes, and the scenario as plain data."""
    return {
        "title": found.scenario.title,
        "as_of": str(found.scenario.as_of),
        "learned_from": [talks.id for talks in found.fit.taught.telling],
        "numbers": [
            {
                "number": name,
                "words": NUMBERS[name].words,
                **{f"q{round(100 * p)}": float(f"{law.ppf(p):.6g}") for p in SHOWN},
                "observations": dict(zip(("other_talks", "own"), found.fit.observations(name), strict=True)),
            }
            for name, law in found.fit.laws.items()
        ],
        "changes": [
            {"path": each.path, "old": each.old, "new": each.new, "evidence": each.evidence} for each in found.changes
        ],
        "left_alone": [{"path": each.path, "why": each.why} for each in found.left],
        "patience": None if found.patience is None else found.patience.data(),
        "scenario": found.said,
    }


def text(found: Calibration, look: TextStyle) -> str:
    """A table of the numbers, then the changes."""
    others = found.fit.taught.telling
    lines = wrap(
        f"{found.scenario.title}, as of {found.scenario.as_of}. Learned from {len(others)} talks: "
        f"{', '.join(talks.id for talks in others)}.",
        look.width,
    )
    heads = ("10 %", "50 %", "90 %", "others", "own")
    left = look.width - 8 * len(heads)
    lines += ["", pad("", left) + "".join(head.rjust(8) for head in heads), look.faint("─" * look.width)]
    for name, law in found.fit.laws.items():
        figures = [f"{float(law.ppf(p)):.3g}" for p in SHOWN]
        counts = map(str, found.fit.observations(name))
        lines.append(pad(NUMBERS[name].words, left) + "".join(each.rjust(8) for each in (*figures, *counts)))
    if found.patience is not None:
        lines += ["", *found.patience.text(look)]
    note = (
        "10 %, 50 %, 90 %: quantiles of the number for this negotiation. others, own: observations from other talks "
        "and from this one."
    )
    lines += ["", *(look.faint(line) for line in wrap(note, look.width))]
    return "\n".join([*lines, *changes(found, look)]) + "\n"


def changes(found: Calibration, look: TextStyle) -> list[str]:
    """Old -> new with the evidence for each replaced number, then each number left alone with the reason."""
    lines: list[str] = []
    if found.changes:
        lines += ["", look.bold("Replaced")]
    for change in found.changes:
        old = "none" if change.old is None else to_line(change.old)
        lines += wrap(f"{change.path}: {old} -> {to_line(change.new)}", look.width, "    ", "  ")
        lines += wrap(change.evidence, look.width, "    ", "    ")
    if found.left:
        lines += ["", look.bold("Left alone")]
    for left in found.left:
        lines += wrap(f"{left.path}: {left.why}", look.width, "    ", "  ")
    return lines
