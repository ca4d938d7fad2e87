"""Chunks of runs, the unit of work and storage: their sizes, the job of a worker and its result."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any

from negsim.errors import NegsimError

if TYPE_CHECKING:
    from negsim.analysis import Tally
    from negsim.simulation import Compiled

DEFAULT_RUNS = 2000
DEFAULT_SEED = 1

#: Runs that are counted together. Results are summed by chunk, whatever the engine, the workers or the split.
CHUNK = 8192


def sizes(runs: int, first: int = 0) -> dict[int, tuple[int, int]]:
    """The chunks of runs ``first`` to ``first + runs - 1``: for each its first run and the number of its runs.

    >>> sizes(10000)
    {0: (0, 8192), 1: (8192, 1808)}
    """
    last = first + runs
    return {
        chunk: (max(first, chunk * CHUNK), min(last, (chunk + 1) * CHUNK) - max(first, chunk * CHUNK))
        for chunk in range(first // CHUNK, -(-last // CHUNK))
    }


@dataclass(frozen=True)
class Job:
    """What a worker needs, sent once."""

    compiled: Compiled
    engine: str
    seed: int
    luck: int = 0


@dataclass(frozen=True)
class Part:
    """The result of a chunk: its counts, and its outcomes and rows if they are requested."""

    chunk: int
    tally: Tally
    outcomes: Any = None
    rows: Any = None


def whole_number(what: str, value: object, low: int, high: int) -> int:
    """A whole number within its range.

    Raises:
        NegsimError: it is something else.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or not low <= int(value) <= high:
        raise NegsimError(f"{what} is a whole number from {low} to {high}, but was {value!r}")
    return int(value)
