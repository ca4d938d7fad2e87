"""The result of a calibration for a terminal and as plain data."""

from __future__ import annotations

from typing import Any

from negsim.calibration.calibrate import Calibration
from negsim.calibration.evidence import NUMBERS
from negsim.files import TextPage, TextStyle, to_line

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
    """The numbers, the checks of the numbers, then the changes."""
    others = found.fit.taught.telling
    page = TextPage(look).add(
        f"{found.scenario.title}, as of {found.scenario.as_of}. Learned from {len(others)} talks: "
        f"{', '.join(talks.id for talks in others)}."
    )
    rows = []
    for name, law in found.fit.laws.items():
        figures = [f"{float(law.ppf(p)):.3g}" for p in SHOWN]
        rows.append((NUMBERS[name].words, [*figures, *map(str, found.fit.observations(name))], ""))
    page.add().table(("", "10 %", "50 %", "90 %", "others", "own"), (8,) * 5, rows)
    if found.patience is not None:
        found.patience.add_to(page.add())
    note = (
        "10 %, 50 %, 90 %: quantiles of the number for this negotiation. others, own: observations from other talks "
        "and from this one."
    )
    return page.add().note(note).text + changes(found, look)


def changes(found: Calibration, look: TextStyle) -> str:
    """Old -> new with the evidence for each replaced number, then each number left alone with the reason."""
    page = TextPage(look)
    if found.changes:
        page.add().title("Replaced")
    for change in found.changes:
        old = "none" if change.old is None else to_line(change.old)
        page.add(f"{change.path}: {old} -> {to_line(change.new)}", "    ", "  ").add(change.evidence, "    ", "    ")
    if found.left:
        page.add().title("Left alone")
    for left in found.left:
        page.add(f"{left.path}: {left.why}", "    ", "  ")
    return page.text
