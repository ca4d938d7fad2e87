"""Tally: exact counts over all runs, from which every figure of a projection is computed.

Outcomes are counted in chunks of a fixed number of runs, which are added in their order. Counts are whole numbers,
and sums of days are added chunk by chunk, so the bits do not depend on how the work is divided. The size does not
grow with the number of runs.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from negsim.agenda import Reason, Spent

Array = npt.NDArray[Any]

#: Bins of side A's utility in the terms that stand, from 0 to 1.
BINS = 200


@dataclass(frozen=True, eq=False)
class Tally:
    """Counts over runs, of ``n`` issues over ``d`` days. Index ``d`` of a day axis means "not within the horizon".

    ``agreed`` and ``resolved``: runs by issue and day of the standing agreement or the resolution (n, d + 1);
    ``all_agreed`` and ``all_resolved``: by the day of the last of them (d + 1); ``open``: runs with k issues opened
    and unresolved at the end of each day (d, n + 1), ``scope`` with k opened so far, ``done`` with k resolved;
    ``lapsed``: as ``resolved``; ``reasons`` (n, reasons); ``options`` (n, most options); ``terms``: runs by side A's
    share, ``BINS`` bins (n, BINS); ``shares``: the sum of side A's shares and their number (n, 2); ``spent``: sums of
    days (n, ways); ``talked``: sums of discussions and reopenings (n, 2); ``first`` and ``last``: runs by the issue
    that is resolved first, and by the issue that is resolved last or is the only unresolved one (n + 1); index n
    counts runs with none or several; ``clipped``: draws outside their range; ``meetings``: meetings held.
    """

    runs: int
    agreed: Array
    resolved: Array
    all_agreed: Array
    all_resolved: Array
    open: Array
    scope: Array
    done: Array
    lapsed: Array
    reasons: Array
    options: Array
    terms: Array
    shares: Array
    spent: Array
    talked: Array
    first: Array
    last: Array
    clipped: int
    meetings: int

    def __add__(self, other: Tally) -> Tally:
        """The tally of both; the runs of ``other`` come second."""
        both: dict[str, Any] = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        return Tally(**both)

    def arrays(self) -> dict[str, Array]:
        """All counts as arrays by name; ``Tally.of_arrays`` is the inverse."""
        return {f.name: np.asarray(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def of_arrays(cls, arrays: dict[str, Array]) -> Tally:
        """A tally from its arrays."""
        scalar = {"runs", "clipped", "meetings"}
        values: dict[str, Any] = dict(arrays) | {name: int(arrays[name]) for name in scalar}
        return cls(**values)


def count(outcomes: Array, rows: Array, horizon: int, options: int = 0) -> Tally:
    """Count the outcomes (runs by issues, ``OUTCOME``) and the runs (``RUN``) of one chunk.

    Args:
        outcomes: one row per run and issue.
        rows: one row per run.
        horizon: days to the horizon.
        options: largest number of options of an issue.
    """
    runs, n = outcomes.shape
    agreed, resolved = whole(outcomes["agreed"], horizon), whole(outcomes["resolved"], horizon)
    opened, never = whole(outcomes["opened"], horizon), np.full((runs, n), horizon)
    settled = ~np.isnan(outcomes["agreed"]) & ~np.isnan(outcomes["u_a"])
    share = np.where(settled, outcomes["u_a"], 0.0)
    bins = np.minimum((share * BINS).astype(np.int64), BINS - 1)
    return Tally(
        runs=runs,
        agreed=_by_column(agreed, horizon + 1),
        resolved=_by_column(resolved, horizon + 1),
        all_agreed=np.bincount(agreed.max(axis=1, initial=0), minlength=horizon + 1),
        all_resolved=np.bincount(resolved.max(axis=1, initial=0), minlength=horizon + 1),
        open=still_open(opened, resolved, horizon),
        scope=still_open(opened, never, horizon),
        done=still_open(resolved, never, horizon),
        lapsed=_by_column(whole(outcomes["lapsed"], horizon), horizon + 1),
        reasons=_by_column(outcomes["reason"].astype(np.int64), len(Reason)),
        options=_by_column(np.where(settled, outcomes["option"], -1) + 1, options + 1)[:, 1:],
        terms=_by_column(np.where(settled, bins, -1) + 1, BINS + 1)[:, 1:],
        shares=np.stack([share.sum(axis=0), settled.sum(axis=0)], axis=1),
        spent=outcomes["spent"].sum(axis=0).reshape(n, len(Spent)),
        talked=np.stack([outcomes["discussions"].sum(axis=0), outcomes["reopened"].sum(axis=0)], axis=1),
        first=np.bincount(_first(outcomes["resolved"], horizon), minlength=n + 1),
        last=np.bincount(_last(outcomes["resolved"], horizon), minlength=n + 1),
        clipped=int(rows["clipped"].sum()),
        meetings=int(rows["meetings"].sum()),
    )


def _first(resolved: Array, horizon: int) -> Array:
    """The issue that is resolved before all others in each run; n if there is none, or several at the same moment.

    >>> _first(np.array([[1.0, 2.0], [1.0, 1.0], [np.nan, np.nan]]), 10).tolist()
    [0, 2, 2]
    """
    times = np.where(resolved < horizon, resolved, np.inf)
    n = times.shape[1]
    least = times.min(axis=1, initial=np.inf)
    alone = np.isfinite(least) & ((times == least[:, None]).sum(axis=1) == 1)
    return np.asarray(np.where(alone, times.argmin(axis=1) if n else n, n))


def _last(resolved: Array, horizon: int) -> Array:
    """The issue that is resolved after all others, or is the only unresolved one, in each run; n if there is none.

    >>> _last(np.array([[1.0, 2.0], [1.0, np.nan], [2.0, 2.0], [np.nan, np.nan]]), 10).tolist()
    [1, 1, 2, 2]
    """
    times = np.where(resolved < horizon, resolved, np.inf)
    n = times.shape[1]
    alone = (times == times.max(axis=1, initial=-np.inf)[:, None]).sum(axis=1) == 1
    return np.asarray(np.where(alone, times.argmax(axis=1) if n else n, n))


def whole(times: Array, horizon: int) -> Array:
    """Whole days of times in days; ``horizon`` for events that did not happen before it.

    >>> whole(np.array([3.9, float("nan")]), 100).tolist()
    [3, 100]
    """
    return np.where(times < horizon, np.floor(times), horizon).astype(np.int64)


def _by_column(values: Array, size: int) -> Array:
    """Number of times that each value from 0 to ``size - 1`` occurs in each column."""
    n = values.shape[1]
    return np.bincount((values + np.arange(n) * size).ravel(), minlength=n * size).reshape(n, size)


def still_open(opened: Array, resolved: Array, horizon: int) -> Array:
    """Number of runs with k issues open and unresolved at the end of each day: an array (days, k).

    ``opened`` and ``resolved`` hold whole days, runs by issues, ``horizon`` for never. A lapsed issue remains
    unresolved.

    >>> still_open(np.array([[0, 0]]), np.array([[1, 3]]), 3).tolist()
    [[0, 0, 1], [0, 1, 0], [0, 1, 0]]
    """
    runs, n = opened.shape
    when = np.concatenate([opened, resolved], axis=1)
    step = np.repeat([1, -1], n)[None, :].repeat(runs, axis=0)
    order = np.argsort(when, axis=1, kind="stable")
    when, step = np.take_along_axis(when, order, axis=1), np.take_along_axis(step, order, axis=1)
    after = np.cumsum(step, axis=1)
    seen = when < horizon
    day, after, step = when[seen], after[seen], step[seen]
    # Each change moves a run from one level to another on its day. The sum over days gives the levels.
    size = horizon * (n + 1)
    moves = np.bincount(day * (n + 1) + after, minlength=size) - np.bincount(
        day * (n + 1) + after - step, minlength=size
    )
    table = moves.reshape(horizon, n + 1)
    table[0, 0] += runs
    return np.cumsum(table, axis=0)
