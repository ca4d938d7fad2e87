"""The result of a backtest: figures as plain data, and as tables for a terminal."""

from __future__ import annotations

import math
from typing import Any

from negsim.files import TextStyle, pad, wrap
from negsim.history import BRIER_DAYS, KINDS, SCORES, Difference, Scored

SHOWN = tuple(name for name in SCORES if not name.startswith("pit"))

CAUTION = (
    "A handful of talks can't give significance: the intervals say how much hangs on which talks, or which stretch of "
    "them, are looked at, and no more."
)

HOW = (
    "CRPS of min(time to closing, horizon) in days, smaller is better: mean over the issues of an origin, then over "
    "the origins of talks, then over talks. What lies after an origin is hidden; talks are forecast by what the "
    "others, in full, have taught."
)


def data(scored: Scored, differences: list[Difference]) -> dict[str, Any]:
    """All figures as plain data; what there is not is null."""
    groups = {
        "all": list(scored.ends),
        "concluded": scored.ended("concluded"),
        "not concluded": scored.ended("stalled"),
    }
    return {
        "talks": dict(scored.ends),
        "issues": {kind: sum(case.kind == kind for case in scored.cases) for kind in KINDS},
        "origins": len({(case.talks, case.origin) for case in scored.cases}),
        "scores": [
            {
                "method": method,
                "kind": kind,
                "group": group,
                **{name: _number(scored.mean(method, name, kind, names)) for name in SHOWN},
            }
            for kind in KINDS
            for group, names in groups.items()
            for method in scored.methods
            if names
        ],
        "crps_by_talks": {
            kind: {
                method: {talks: _number(scored.of_talks(method, talks, kind=kind)) for talks in scored.ends}
                for method in scored.methods
            }
            for kind in KINDS
        },
        "differences": [
            {
                "method": each.method,
                "against": each.against,
                "kind": each.kind,
                "days": _number(each.days),
                "ratio": _number(each.ratio),
                "interval_over_talks": [_number(value) for value in each.over_talks],
                "interval_over_origins": [_number(value) for value in each.over_origins],
            }
            for each in differences
        ],
        "caution": CAUTION,
    }


def _number(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def table(scored: Scored, differences: list[Difference], look: TextStyle) -> str:
    """The scores of a backtest for a terminal, 80 columns wide."""
    lines: list[str] = []
    for kind in KINDS:
        cases = [case for case in scored.cases if case.kind == kind]
        if not cases:
            continue
        origins = len({(case.talks, case.origin) for case in cases})
        head = f"Issues {kind}: {len(cases)} forecasts at {origins} origins of {len(scored.ends)} talks"
        lines += [look.bold(head), *_scores(scored, kind, look), "", *_by_talks(scored, kind, look), ""]
    if differences:
        lines += [look.bold("Differences in CRPS, in days, with 90 % intervals"), *_differences(differences, look), ""]
    for note in (HOW, CAUTION):
        lines += [look.faint(line) for line in wrap(note, look.width)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _scores(scored: Scored, kind: str, look: TextStyle) -> list[str]:
    heads = ("CRPS", "log", *(f"B{day}" for day in BRIER_DAYS), "50 %", "80 %", "concl.", "other")
    left = look.width - 7 * len(heads)
    lines = [pad("", left) + "".join(head.rjust(7) for head in heads), look.faint("─" * look.width)]
    for method in scored.methods:
        figures = [scored.mean(method, name, kind) for name in SHOWN]
        texts = [f"{figures[0]:.0f}", f"{figures[1]:.2f}", *(f"{value:.3f}" for value in figures[2:5])]
        texts += [f"{value:.2f}" for value in figures[5:]]
        for end in ("concluded", "other"):
            value = scored.mean(method, "crps", kind, scored.ended(end) or ["none"]) if scored.ended(end) else math.nan
            texts.append(f"{value:.0f}" if math.isfinite(value) else "")
        lines.append(pad(method, left) + "".join(text.replace("nan", "").rjust(7) for text in texts))
    return lines


def _by_talks(scored: Scored, kind: str, look: TextStyle) -> list[str]:
    wide = max(8, min(14, (look.width - 18) // max(len(scored.ends), 1)))
    many = (look.width - 18) // wide
    names = list(scored.ends)
    lines: list[str] = []
    for begin in range(0, len(names), many):
        some = names[begin : begin + many]
        lines.append(pad("CRPS by talks", 18) + "".join(name[: wide - 1].rjust(wide) for name in some))
        for method in scored.methods:
            values = [scored.of_talks(method, name, kind=kind) for name in some]
            texts = [f"{value:.0f}" if math.isfinite(value) else "" for value in values]
            lines.append(pad(method, 18) + "".join(text.rjust(wide) for text in texts))
    return lines


def _differences(differences: list[Difference], look: TextStyle) -> list[str]:
    lines: list[str] = []
    heads = "days".rjust(6) + "ratio".rjust(7) + "over talks".rjust(16) + "over origins".rjust(16)
    kind = ""
    for each in differences:
        if each.kind != kind:
            kind = each.kind
            lines.append(pad(f"issues {kind}", look.width - len(heads)) + heads)
        intervals = "".join(f"{low:.0f} to {high:.0f}".rjust(16) for low, high in (each.over_talks, each.over_origins))
        name = f"{each.method} - {each.against}"
        ratio = f"{each.ratio:.2f}" if math.isfinite(each.ratio) else ""
        figures = f"{each.days:+.0f}".rjust(6) + ratio.rjust(7) + intervals
        left = look.width - len(figures)
        names = wrap(name, left, "  ")
        lines += [*names[:-1], pad(names[-1], left) + figures]
    return lines
