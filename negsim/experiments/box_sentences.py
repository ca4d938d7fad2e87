"""Boxes of a discovery in sentences and as data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from negsim.analysis import Box

#: Limits of a box that its sentence names; it names one more if no other is left.
NAMED = 3


def box_words(
    box: Box, fresh: Box, limits: Sequence[str], happens: str, each: str, sizes: tuple[int, int]
) -> tuple[str, str]:
    """The answer of a box in a sentence, and its figures.

    Args:
        box: measured on the cases that selected it.
        fresh: measured on fresh cases.
        limits: in words, the strongest first.
        happens: the event of interest in words.
        each: what a case is.
        sizes: number of cases that selected the box, and of fresh ones.
    """
    if len(limits) > NAMED + 1:
        limits = [*limits[:NAMED], f"{len(limits) - NAMED} weaker limits hold"]
    where = ", ".join(limits[:-1]) + (" and " if limits[1:] else "") + limits[-1]
    selected = (
        f"In the {sizes[0]:,} {each}s that selected it: {100 * box.density:.0f} % and {100 * box.coverage:.0f} %."
    )
    if not fresh.cases:
        return f"Where {where}: none of {sizes[1]:,} fresh {each}s lies there.", selected
    return (
        f"In {_percent(fresh.density, fresh.density_range)} % of the {each}s where {where}, {happens}.",
        f"This corner has {100 * fresh.mass:.0f} % of all {each}s and "
        f"{_percent(fresh.coverage, fresh.coverage_range)} % of those in which it happens, in "
        f"{sizes[1]:,} fresh {each}s. {selected}",
    )


def _percent(value: float, ends: tuple[float, float]) -> str:
    return f"{100 * value:.0f} ({100 * ends[0]:.0f} to {100 * ends[1]:.0f})"


def box_data(box: Box) -> dict[str, Any]:
    """The figures of a box; None for a density or coverage that no case gives."""

    def known(value: float) -> float | None:
        return None if np.isnan(value) else value

    return {
        "coverage": known(box.coverage),
        "coverage_range": list(box.coverage_range),
        "density": known(box.density),
        "density_range": list(box.density_range),
        "mass": box.mass,
        "cases": box.cases,
    }
