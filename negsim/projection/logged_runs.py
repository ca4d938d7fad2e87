"""Replay of runs with their event logs, for pictures that need more than outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.agenda import Status
from negsim.analysis import Logs, joined
from negsim.simulation import compiler as compiled
from negsim.simulation.engines import batch

if TYPE_CHECKING:
    import numpy.typing as npt

    from negsim.scenario import IssueSetup, Scenario
    from negsim.simulation import Compiled, Record

#: Largest number of logged runs: enough for quantiles within 0.01 or 0.02, in about a second.
MOST = 2000


def watch(scenario: Scenario, numbers: npt.NDArray[np.int64], seed: int, luck: int = 0) -> Logs:
    """The logs of the runs with these numbers, at most the first `MOST`."""
    names = compiled.compile(scenario)
    numbers = numbers[:MOST]
    runs = len(numbers)
    bargains = range(len(names.bargains))
    events, floors = [], np.empty((runs, len(bargains), 2))
    frontiers: list[list[Any]] = [[] for _ in bargains]
    for k, (log, record) in enumerate(_logs(names, numbers, seed, luck)):
        events.append(log)
        floors[k] = record.arrays["side"]["r"][: 2 * len(bargains)].reshape(-1, 2)
        for b in bargains:
            if k == 0 or names.tables["bargain_is"]["uncertain"][b]:
                frontiers[b].append(_frontier(names, record, b))
    joint, run = joined(events)
    return Logs(
        runs=runs,
        horizon=names.horizon,
        events=joint,
        run=run,
        statuses=tuple(Status[issue.start.status.upper()] for issue in scenario.issues.values()),
        regime=names.regimes.index(scenario.climate.start),
        regimes=len(names.regimes),
        members=names.members,
        floors=floors,
        frontiers=tuple(tuple(kept) for kept in frontiers),
        before=tuple(_before(issue, scenario.sides) for issue in scenario.issues.values()),
    )


def _logs(
    names: Compiled, numbers: npt.NDArray[np.int64], seed: int, luck: int
) -> Iterator[tuple[npt.NDArray[np.void], Record]]:
    if len(numbers) == int(numbers[-1]) + 1:  # all runs from 0 on: one record serves all
        yield from batch.watch(names, seed, 0, len(numbers), luck)
        return
    for number in numbers:
        yield from batch.watch(names, seed, int(number), 1, luck)


def _before(issue: IssueSetup, sides: tuple[str, str]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Offers before ``as_of``, as utilities of the side that made them."""
    a, b = (tuple(issue.start.offers.get(side, ())) for side in sides)
    return (tuple(1 - left for left in a), b) if issue.outcome == "divisible" else ((), ())


def _frontier(names: Compiled, record: Record, bargain: int) -> Any:
    first, pieces = names.tables["bargain_is"]["piece"][bargain], record.arrays["bargain"]["pieces"][bargain]
    rows = record.arrays["piece"][first : first + pieces]
    return np.stack([rows[name] for name in ("a0", "b0", "a1", "b1")], axis=1)
