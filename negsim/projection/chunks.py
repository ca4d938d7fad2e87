"""How many runs are cut into chunks, the grain of all results."""

from __future__ import annotations

#: Runs that are counted together. Results are added up in this grain whatever the engine, the workers or the split.
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
