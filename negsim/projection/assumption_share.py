"""The same assumptions with other random numbers, for the share of the assumptions in a variance."""

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

#: Draws of the assumptions, and runs with each draw.
DRAWS, LUCKS = 1000, 8


def under_lucks(compiled: Compiled, seed: int, draws: int = DRAWS) -> Iterator[npt.NDArray[np.float64]]:
    """The days on which issues are resolved (draws by issues, ``inf`` for never), for each set of random numbers."""
    engine = pick_engine("auto", draws * LUCKS)
    for luck in range(LUCKS):
        job = Job(compiled, engine, seed, luck)
        parts = [play(job, chunk, *size, keep=True) for chunk, size in sizes(draws).items()]
        resolved = np.concatenate([part.outcomes["resolved"] for part in parts])
        yield np.where(np.isnan(resolved), np.inf, resolved)
