"""The distribution of the date of each issue on a fixed number of points, as forecasting sites take it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

    from negsim.projection import Projection

Array = npt.NDArray[Any]

#: Number of points of a distribution: both bounds and 199 between them.
POINTS = 201
#: Rules of Metaculus for a date question (https://www.metaculus.com/api/): the least and the largest step between
#: points, and the least mass beyond an open bound.
LEAST_STEP, LARGEST_STEP, LEAST_BEYOND = 0.01 / (POINTS - 1), 0.2, 0.001


def days_of_points(horizon: int) -> Array:
    """The times of the points in days from the as-of date: evenly from 0 to the horizon.

    >>> days_of_points(400)[:3].tolist(), len(days_of_points(400))
    ([0.0, 2.0, 4.0], 201)
    """
    return np.linspace(0.0, horizon, POINTS)


def date_distribution(projection: Projection) -> pd.DataFrame:
    """The probability that each issue, and all of them, are resolved by each of 201 times: 201 rows per issue.

    Columns: ``issue``; ``point`` from 0 to 200; ``time`` in days from the start of the as-of date; ``date``, the date
    in which that time lies; ``p = P(T <= time)``, counted over the runs, where an issue that is resolved on day d
    counts from the end of that day; ``p_site``, `for_sites` of it. The upper bound is open: ``1 - p`` of the last
    point is the mass that is not within the horizon. The Monte Carlo error of each value is sqrt(p (1 - p) / runs).

    >>> import negsim as ns
    >>> table = date_distribution(ns.run("baseline", runs=50))
    >>> len(table), table["p"].max() <= 1
    (2010, np.True_)
    """
    import pandas as pd

    context, tally = projection.context, projection.tally
    points = days_of_points(context.horizon_days)
    dates = [str(context.as_of + timedelta(days=int(point))) for point in points]
    parts = []
    for name, counts in zip(
        [*(facts.id for facts in context.issues), "all"], [*tally.resolved, tally.all_resolved], strict=True
    ):
        p = _by(counts, points)
        columns = {"issue": name, "point": range(POINTS), "time": points.round(3), "date": dates}
        parts.append(pd.DataFrame({**columns, "p": p, "p_site": for_sites(p)}))
    return pd.concat(parts, ignore_index=True)


def _by(counts: Array, times: Array) -> Array:
    """Share of the runs resolved on a day that has ended by each time; the last count is "not within the horizon"."""
    ended = np.concatenate([[0], np.cumsum(counts[:-1])])
    return np.asarray(ended[np.floor(times).astype(np.int64)] / counts.sum())


def for_sites(p: Array) -> Array:
    """A distribution that a forecasting site accepts: closed lower bound, open upper bound, bounded steps.

    1 % of the mass is spread evenly over the range, 0.1 % goes beyond the upper bound, and the part of a step above
    0.2 moves to the next points. What does not fit before the last point goes beyond the bound.

    Args:
        p: a distribution function on evenly spaced points, from 0.

    Raises:
        ValueError: it does not start at 0 or decreases.

    >>> sharp = np.where(np.arange(POINTS) < 100, 0.0, 1.0)
    >>> out = for_sites(sharp)
    >>> out[99:105].round(3).tolist(), round(float(out[-1]), 3)
    ([0.005, 0.205, 0.405, 0.605, 0.805, 0.994], 0.999)
    """
    if p[0] != 0 or (np.diff(p) < 0).any():
        raise ValueError("a distribution function starts at 0 and does not decrease")
    even = LEAST_STEP * (len(p) - 1)
    steps = np.diff(p) * (1 - even - LEAST_BEYOND) + LEAST_STEP
    carried = 0.0
    for k, step in enumerate(steps):
        steps[k] = min(step + carried, LARGEST_STEP)
        carried += step - steps[k]
    return np.concatenate([[0.0], np.cumsum(steps)])
