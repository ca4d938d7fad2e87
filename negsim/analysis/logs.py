"""Event logs of some runs by day: statuses, climate, offers, agreements.

Outcomes hold only how each issue ended. Logs hold every event. They are long, so a projection does not keep them: it
simulates a part of its runs again when a picture needs logs (`Projection.logs`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from negsim.agenda import Status
from negsim.simulation import Kind

Array = npt.NDArray[Any]

#: Statuses of an issue under discussion.
TALKING = (Status.RAISED, Status.DISCUSSING, Status.CONVERGING, Status.STALLED, Status.SUSPENDED)


@dataclass(frozen=True, eq=False)
class Logs:
    """The logs of runs 0 to ``runs - 1``, one after the other, and the state at the start.

    ``events``: rows as `events.EVENT` describes them, by run and time; ``run``: the run of each; ``statuses``: of each
    issue at ``as_of``; ``regime``, ``regimes``: the first regime and the number of regimes; ``members``: the issues of
    each bargain; ``floors``: reservations at the end of the run (runs, bargains, 2); ``frontiers``: of each bargain,
    one for each run or one for all, pieces ``a0, b0, a1, b1`` (k, 4); ``before``: of each issue, the offers of both
    sides before ``as_of`` in the scenario, oldest first, as side A's utility.
    """

    runs: int
    horizon: int
    events: Array
    run: Array
    statuses: tuple[Status, ...]
    regime: int
    regimes: int
    members: tuple[tuple[int, ...], ...]
    floors: Array
    frontiers: tuple[tuple[Array, ...], ...]
    before: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...] = ()

    def of(self, kind: Kind) -> tuple[Array, Array]:
        """The events of one kind, and the run of each."""
        if kind not in self._by_kind:
            rows = self.events["kind"] == kind
            self._by_kind[kind] = self.events[rows], self.run[rows]
        return self._by_kind[kind]

    @cached_property
    def _by_kind(self) -> dict[Kind, tuple[Array, Array]]:
        return {}

    def by_status(self) -> Array:
        """Runs by issue, day and status at the end of the day: (issues, days, statuses)."""
        moves, _ = self.of(Kind.STATUS)
        n = len(self.statuses)
        table = np.zeros((n, self.horizon, len(Status)), np.int64)
        _move(table.reshape(n * self.horizon, -1), moves, self.horizon, moves["who"])
        for j, status in enumerate(self.statuses):
            table[j, 0, status] += self.runs
        return np.cumsum(table, axis=1)

    def by_regime(self) -> Array:
        """Runs by day and climate regime at the end of the day: (days, regimes)."""
        moves, _ = self.of(Kind.CLIMATE)
        table = np.zeros((self.horizon, self.regimes), np.int64)
        days = _days(moves, self.horizon)
        seen = days < self.horizon
        np.add.at(table, (days[seen], moves["who"][seen]), 1)
        np.add.at(table, (days[seen], moves["was"][seen]), -1)
        table[0, self.regime] += self.runs
        return np.cumsum(table, axis=0)

    def frontier(self, bargain: int, run: int) -> Array:
        """The Pareto frontier of a bargain in a run."""
        kept = self.frontiers[bargain]
        return kept[min(run, len(kept) - 1)]

    def reopened(self) -> Array:
        """Number of reopenings by the end of each day, over all runs: (days,)."""
        moves, _ = self.of(Kind.STATUS)
        back = (moves["was"] == Status.IMPLEMENTING) & (moves["now"] == Status.RAISED)
        days = _days(moves[back], self.horizon)
        return np.asarray(np.cumsum(np.bincount(days[days < self.horizon], minlength=self.horizon)))

    def meetings(self) -> Array:
        """Number of meetings by the end of each day, over all runs: (days,)."""
        held, _ = self.of(Kind.MEETING)
        days = _days(held[held["now"] == 0], self.horizon)
        return np.asarray(np.cumsum(np.bincount(days[days < self.horizon], minlength=self.horizon)))

    def bargains(self) -> list[int]:
        """The bargains with offers: packages, and issues that are in no package."""
        offers, _ = self.of(Kind.OFFER)
        seen = set(np.unique(offers["who"]).tolist())
        packages = [b for b in seen if len(self.members[b]) > 1]
        packed = {j for b in packages for j in self.members[b]}
        return sorted(b for b in seen if len(self.members[b]) > 1 or not packed & set(self.members[b]))

    def stands(self, bargain: int, days: Array) -> tuple[Array, Array]:
        """The last offer of each side at the end of some days, as side A's utility: two tables (runs, days).

        NaN before the first offer, and when the bargain is no longer under discussion. Offers of single members after a
        package has been dissolved do not count.
        """
        offers, run = self.of(Kind.OFFER)
        first = self.members[bargain][0]
        moves, moved = self.of(Kind.STATUS)
        rows = moves["who"] == first
        status = step(moved[rows], moves["t"][rows], moves["now"][rows].astype(float), self.runs, days)
        status = np.where(np.isnan(status), float(self.statuses[first]), status)
        talking = np.isin(status, [int(s) for s in TALKING])
        tables = []
        for side in (0, 1):
            rows = (offers["who"] == bargain) & (offers["other"] == side)
            at = step(run[rows], offers["t"][rows], offers["x"][rows], self.runs, days)
            tables.append(np.where(talking, at, np.nan))
        return tables[0], tables[1]

    def deals(self, bargain: int) -> tuple[Array, Array, Array]:
        """The last agreement with terms of each run in a bargain: run, side A's utility, side B's."""
        deals, run = self.of(Kind.DEAL)
        rows = (deals["who"] == bargain) & ~np.isnan(deals["x"])
        deals, run = deals[rows], run[rows]
        last = np.append(run[1:] != run[:-1], True) if len(run) else np.zeros(0, bool)
        return run[last], deals["x"][last], deals["y"][last]


def joined(logs: Sequence[Array]) -> tuple[Array, Array]:
    """Logs of runs one after the other, and the run of each row."""
    return np.concatenate(logs), np.repeat(np.arange(len(logs)), [len(log) for log in logs])


def step(run: Array, t: Array, value: Array, runs: int, days: Array) -> Array:
    """The last value by the end of each day in each run: (runs, days); NaN before the first.

    Rows are sorted by ``run``, then by ``t``.

    >>> step(np.array([0, 0, 1]), np.array([1.5, 3.0, 0.0]), np.array([7.0, 8.0, 9.0]), 2, np.array([0, 1, 3])).tolist()
    [[nan, 7.0, 8.0], [9.0, 9.0, 9.0]]
    """
    if not len(run):
        return np.full((runs, len(days)), np.nan)
    width = float(max(t.max(), days.max())) + 2.0
    asked = np.arange(runs)[:, None] * width + days[None, :] + 1.0
    first = np.searchsorted(asked.ravel(), run * width + t, side="right")  # the first day that sees the row
    seen = first < (run + 1) * len(days)  # some day of its run does
    rows = np.zeros(runs * len(days), np.int32)
    rows[first[seen]] = np.flatnonzero(seen) + 1  # of several rows, the last
    rows = np.maximum.accumulate(rows.reshape(runs, -1), axis=1)
    return np.append(np.nan, value)[rows]


def _days(events: Array, horizon: int) -> Array:
    return np.asarray(np.minimum(np.floor(events["t"]), horizon), np.int64)


def _move(table: Array, moves: Array, horizon: int, row: Array) -> None:
    days = _days(moves, horizon)
    seen = days < horizon
    at = row[seen] * horizon + days[seen]
    np.add.at(table, (at, moves["now"][seen]), 1)
    np.add.at(table, (at, moves["was"][seen]), -1)
