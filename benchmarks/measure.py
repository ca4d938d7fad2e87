"""Taking turns, medians, tables.

A machine shared with others is busy now and idle then. What is compared therefore takes turns in one process, ratios
are taken within a turn, and the median of the turns counts. Work of one thread is measured by the processor time of
that thread, which another's work disturbs least; threads and whole processes by the clock on the wall.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
BASELINE = ROOT / "scenarios" / "baseline.yaml"
TURNS = 9

Work = Callable[[int], int]
Seconds = dict[str, list[float]]


def interleaved(
    works: Mapping[str, Work], turns: int = TURNS, clock: Callable[[], float] = time.thread_time
) -> Seconds:
    """Seconds per unit of each work in each turn; a work is called with the number of the turn, returns its units."""
    seconds: Seconds = {name: [] for name in works}
    for turn in range(turns):
        for name, work in works.items():
            start = clock()
            units = work(turn)
            seconds[name].append((clock() - start) / units)
    return seconds


def ratio(seconds: Seconds, slow: str, fast: str) -> float:
    """The median over the turns of how many times ``slow`` takes what ``fast`` takes."""
    return statistics.median(a / b for a, b in zip(seconds[slow], seconds[fast], strict=True))


def middle(values: Iterable[float]) -> float:
    return statistics.median(values)


def table(title: str, head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """Print a table in Markdown, numbers to three digits."""
    cells = [head, *(tuple(map(_cell, row)) for row in rows)]
    widths = [max(len(row[k]) for row in cells) for k in range(len(head))]
    print(f"\n{title}\n")
    for n, row in enumerate(cells):
        print("| " + " | ".join(_place(c, w, k) for k, (c, w) in enumerate(zip(row, widths, strict=True))) + " |")
        if n == 0:
            print("|" + "|".join("-" * (w + 1) + ("-" if k == 0 else ":") for k, w in enumerate(widths)) + "|")


def _place(text: str, width: int, column: int) -> str:
    return text.ljust(width) if column == 0 else text.rjust(width)


def _cell(value: Any) -> str:
    if not isinstance(value, float):
        return f"{value:,}" if isinstance(value, int) else str(value)
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
