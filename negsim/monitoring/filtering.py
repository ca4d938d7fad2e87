"""The sequential filter: runs are branched at the days of the record, so that more of them match it exactly.

At each stage all runs are compared with the record up to its day. Those that match are multiplied; each copy keeps its
assumptions and its past, and has other chance from there on. This is a particle filter with potentials 0 and 1, also
known as multilevel splitting: Del Moral, Doucet, Jasra 2012, Statistics and Computing 22, 1009-1020.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.monitoring.matching import Level, coarse, early, fine, misses_of
from negsim.monitoring.what_happened import Observed
from negsim.projection import executor_of, spread

if TYPE_CHECKING:
    from negsim.projection import Workers
    from negsim.scenario import Scenario
    from negsim.simulation import Compiled

#: Runs that a worker compares at a time.
_PIECE = 2048


@dataclass(frozen=True)
class Branches:
    """Runs with their numbers, which stand for assumptions, and their chance: a row of ``lucks`` for each run.

    ``turns`` are the days at which chance changes, counted from the as-of date.
    """

    numbers: Any
    lucks: Any
    turns: tuple[int, ...]

    @cached_property
    def effective(self) -> float:
        """The effective number of runs, ``(sum n)^2 / sum n^2`` for n runs with each draw of the assumptions.

        It counts copies of one draw as one, as if nothing else differed between them. So it is cautious.
        """
        _, copies = np.unique(self.numbers, return_counts=True)
        return float(copies.sum() ** 2 / max((copies**2).sum(), 1))

    def matching(self, which: Any) -> Branches:
        """The runs at these places."""
        return Branches(self.numbers[which], self.lucks[which], self.turns)

    def multiplied(self, runs: int, day: int) -> Branches:
        """As many runs as ``runs``: each run the same number of times, up to one, with new chance from ``day`` on."""
        of = np.arange(runs) * len(self.numbers) // runs
        stage = len(self.turns) + 1
        new = (stage << 32) + np.arange(runs, dtype=np.int64)
        return Branches(self.numbers[of], np.column_stack([self.lucks[of], new]), (*self.turns, day))


def plain(numbers: Any) -> Branches:
    """Runs without turns, such as rejection accepts."""
    return Branches(numbers, np.zeros((len(numbers), 1), np.int64), ())


@dataclass(frozen=True)
class _Stage:
    """What a worker needs: the runs end with the stage's day, and are compared with the record up to there."""

    compiled: Compiled
    seed: int
    level: Level
    seen: Observed
    day: int
    turns: tuple[int, ...]


def stages(seen: Observed, level: Level) -> list[int]:
    """The last day of each stage: when an event of the record is over for the level; then the last day.

    >>> stages(Observed(440, {}, {}, ((235, 265),), ((67, 67),)), Level(0, 0, True, 30))
    [97, 295, 440]
    """
    spans = [*seen.agreed.values(), *seen.held, *seen.cancelled]
    over = {last + (level.days or 0) for _, last in spans}
    return [*sorted(day for day in over if day < seen.days), seen.days]


def filtered(
    scenario: Scenario, level: Level, seen: Observed, runs: int, seed: int, until: Callable[..., Compiled],
    workers: Workers = 1,
) -> Branches:  # fmt: skip
    """The runs that match the record at a level, of ``runs`` at each stage; there may be none.

    Args:
        scenario: the scenario before the record was looked at.
        level: what a match is.
        seen: the record.
        runs: number of runs of each stage.
        seed: the key of all draws.
        until: compiles the scenario up to the end of a day.
        workers: as for `negsim.run`; the result does not depend on it.
    """
    found = plain(np.arange(runs))
    days = stages(seen, level)
    with executor_of(workers, "batch") as executor:
        for n, day in enumerate(days):
            compiled = until(scenario, scenario.as_of + timedelta(days=day))
            stage = _Stage(compiled, seed, level, seen, day, found.turns)
            many = len(found.numbers)
            pieces = [(k, found.numbers[k : k + _PIECE], found.lucks[k : k + _PIECE]) for k in range(0, many, _PIECE)]
            done = (
                (_fits(stage, piece) for piece in pieces)
                if executor is None
                else spread(_fits, stage, pieces, executor)
            )
            fits = np.zeros(many, bool)
            for first, part in done:
                fits[first : first + len(part)] = part
            found = found.matching(np.flatnonzero(fits))
            if not len(found.numbers) or n == len(days) - 1:
                break
            found = found.multiplied(runs, day + 1)
    return found


def _fits(stage: _Stage, piece: tuple[int, Any, Any]) -> tuple[int, Any]:
    """Which runs of a piece match the record up to the day of the stage."""
    from negsim.simulation.engines import batch

    first, numbers, lucks = piece
    issues = stage.compiled.issues
    outcomes, rows = batch.branches(stage.compiled, stage.seed, numbers, lucks, stage.turns)
    last = stage.day == stage.seen.days
    if last:
        fits = coarse(stage.level, misses_of(outcomes, issues, stage.seen), rows["meetings"].astype(int), stage.seen)
    else:
        fits = early(stage.level, outcomes, rows["meetings"].astype(int), issues, stage.seen, stage.day)
    places = np.flatnonzero(fits)
    logs = batch.watch_branches(stage.compiled, stage.seed, numbers[places], lucks[places], stage.turns)
    for place, log in zip(places.tolist(), logs, strict=True):
        fits[place] = fine(stage.level, outcomes[place], log, list(issues), stage.seen, stage.day)
    return first, fits
