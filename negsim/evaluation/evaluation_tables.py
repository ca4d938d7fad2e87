"""The result of a backtest as plain data and as tables for a terminal."""

from __future__ import annotations

import math
from typing import Any

from negsim.files import TextPage, TextStyle
from negsim.history import BRIER_DAYS, KINDS, SCORES, Difference, Scored

SHOWN = tuple(name for name in SCORES if not name.startswith("pit"))

CAUTION = (
    "The interval is that of Student's law over negotiations, each one observation. So few negotiations can't give "
    "significance, and their issues and origins are no further observations. If their differences are skewed, the "
    "interval covers 76 to 85 % instead of 90 %."
)

HOW = (
    "CRPS of min(time to closing, horizon) in days, smaller is better. It is the mean over the issues of an origin, "
    "then over the origins of a negotiation, then over negotiations. What came after an origin is hidden. The other "
    "talks are known in full."
)


def data(scored: Scored, differences: list[Difference]) -> dict[str, Any]:
    """All figures as plain data; a figure without a value is null."""
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
                "interval": [_number(value) for value in each.interval],
            }
            for each in differences
        ],
        "caution": CAUTION,
    }


def _number(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def table(scored: Scored, differences: list[Difference], look: TextStyle) -> str:
    """The scores of a backtest for a terminal."""
    page = TextPage(look)
    for kind in KINDS:
        if not (cases := [case for case in scored.cases if case.kind == kind]):
            continue
        origins = len({(case.talks, case.origin) for case in cases})
        page.title(f"Issues {kind}: {len(cases)} forecasts at {origins} origins of {len(scored.ends)} talks")
        _scores(scored, kind, page)
        page.add()
        _by_talks(scored, kind, page)
        page.add()
    if differences:
        page.title("Differences in CRPS, in days, with 90 % intervals")
        for kind in dict.fromkeys(each.kind for each in differences):
            rows = [_difference(each) for each in differences if each.kind == kind]
            page.table((f"issues {kind}", "days", "ratio", "interval"), (6, 7, 16), rows, rule=False)
        page.add()
    return page.note(HOW).note(CAUTION).text


def _scores(scored: Scored, kind: str, page: TextPage) -> None:
    heads = ("", "CRPS", "log", *(f"B{day}" for day in BRIER_DAYS), "50 %", "80 %", "concl.", "other")
    digits = (0, 2, 3, 3, 3, 2, 2, 0, 0)
    rows = []
    for method in scored.methods:
        figures = [scored.mean(method, name, kind) for name in SHOWN]
        for end in ("concluded", "other"):
            of = scored.ended(end)
            figures.append(scored.mean(method, "crps", kind, of) if of else math.nan)
        texts = [_text(value, places) for value, places in zip(figures, digits, strict=True)]
        rows.append((method, texts, ""))
    page.table(heads, (7,) * (len(heads) - 1), rows)


def _by_talks(scored: Scored, kind: str, page: TextPage) -> None:
    names = [
        name
        for name in scored.ends
        if any(math.isfinite(scored.of_talks(method, name, kind=kind)) for method in scored.methods)
    ]
    room = page.look.width - 18
    wide = max(8, min(14, room // max(len(names), 1)))
    for begin in range(0, len(names), many := room // wide):
        some = names[begin : begin + many]
        rows = [
            (method, [_text(scored.of_talks(method, name, kind=kind), 0) for name in some], "")
            for method in scored.methods
        ]
        heads = ("CRPS by talks", *(name[: wide - 1] for name in some))
        page.table(heads, (wide,) * len(some), rows, rule=False)


def _difference(each: Difference) -> tuple[str, list[str], str]:
    figures = [f"{each.days:+.0f}", _text(each.ratio, 2), interval_text(each)]
    return f"{each.method} - {each.against}", figures, ""


def interval_text(each: Difference) -> str:
    """The interval of a difference in words; empty if there is none."""
    low, high = each.interval
    return f"{low:.0f} to {high:.0f}" if math.isfinite(low) else ""


def _text(value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if math.isfinite(value) else ""
