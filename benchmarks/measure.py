"""Turns, medians, tables.

The load of a shared machine varies. What is compared therefore takes turns in one process, ratios are taken within a
turn, and the median of the turns counts. One thread is measured by the processor time of the process, which other load
disturbs least (a run may play in a thread of its own); several threads and whole processes by wall time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parent.parent
BASELINE = ROOT / "scenarios" / "baseline.yaml"
#: What engines are measured with: it does not change, and the lean version simulates all that it has.
PUBLISHED = ROOT / "scenarios" / "us_russia_2025_04.yaml"
TURNS = 9

Work = Callable[[int], int]
Seconds = dict[str, list[float]]


def interleaved(
    works: Mapping[str, Work], turns: int = TURNS, clock: Callable[[], float] = time.process_time
) -> Seconds:
    """Seconds per unit of each work in each turn. A work gets the number of the turn and returns its units."""
    seconds: Seconds = {name: [] for name in works}
    for turn in range(turns):
        for name, work in works.items():
            start = clock()
            units = work(turn)
            seconds[name].append((clock() - start) / units)
    return seconds


def ratio(seconds: Seconds, slow: str, fast: str) -> float:
    """The median over the turns of the time of ``slow`` divided by that of ``fast``."""
    return median(a / b for a, b in zip(seconds[slow], seconds[fast], strict=True))


def table(title: str, head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """Print a table in Markdown, with numbers to three digits."""
    print(f"\n{title}\n")
    for row in (head, ["---"] + ["---:"] * (len(head) - 1), *rows):
        print("| " + " | ".join(map(_cell, row)) + " |")


def _cell(value: Any) -> str:
    if not isinstance(value, float):
        return f"{value:,}" if isinstance(value, int) else str(value)
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
