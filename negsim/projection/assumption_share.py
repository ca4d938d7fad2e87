"""The same assumptions with other chance: what tells how much of a spread is assumption."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from negsim.projection.chunks import Job, sizes
from negsim.projection.execution import play
from negsim.simulation import pick_engine

if TYPE_CHECKING:
    import numpy.typing as npt

    from negsim.simulation import Compiled

#: How many times the assumptions are drawn, and how many runs are made under each draw.
DRAWS, LUCKS = 1000, 8


def under_lucks(compiled: Compiled, seed: int, draws: int = DRAWS) -> Iterator[npt.NDArray[np.float64]]:
    """The days on which issues are resolved (draws by issues, ``inf`` for never), once for each of the lucks."""
    engine = pick_engine("auto", draws * LUCKS)
    for luck in range(LUCKS):
        job = Job(compiled, engine, seed, luck)
        parts = [play(job, chunk, *size, keep=True) for chunk, size in sizes(draws).items()]
        resolved = np.concatenate([part.outcomes["resolved"] for part in parts])
        yield np.where(np.isnan(resolved), np.inf, resolved)
