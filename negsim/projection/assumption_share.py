"""The share of the assumptions in a variance, from runs of the same assumptions with other random numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from negsim.analysis import split
from negsim.projection.chunks import Job, sizes
from negsim.projection.execution import play
from negsim.simulation import compile, pick_engine

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from negsim.projection.results import Results
    from negsim.simulation import Compiled

#: Draws of the assumptions, and runs with each draw.
DRAWS, LUCKS = 1000, 8


def under_lucks(compiled: Compiled, seed: int, draws: int = DRAWS) -> Iterator[npt.NDArray[np.float64]]:
    """The days on which issues are resolved (draws by issues, ``inf`` for never), for each set of random numbers."""
    engine = pick_engine("auto")
    for luck in range(LUCKS):
        job = Job(compiled, engine, seed, luck)
        parts = [play(job, chunk, *size, keep=True) for chunk, size in sizes(draws).items()]
        resolved = np.concatenate([part.outcomes["resolved"] for part in parts])
        yield np.where(np.isnan(resolved), np.inf, resolved)


def assumption_share(results: Results, on: date) -> pd.DataFrame:
    """The shares of `Projection.assumption_share`.

    Raises:
        NegsimError: the date is out of range, or there are fewer than two runs.
    """
    import pandas as pd

    day = results.context.day_of(on)
    days = list(under_lucks(compile(results.scenario), results.seed, min(results.runs, DRAWS)))
    rows = []
    for j, facts in enumerate(results.context.issues):
        found = split(np.column_stack([np.floor(each[:, j]) <= day for each in days]).astype(float))
        low, high = found.share_range
        row = {"issue": facts.id, "title": facts.title, "p": found.mean, "assumption": found.share}
        rows.append(row | {"low": low, "high": high})
    return pd.DataFrame(rows).set_index("issue")
