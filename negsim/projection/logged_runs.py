"""Playing some runs again with their event logs, for the pictures that need more than how each issue ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.agenda import Status
from negsim.analysis import Logs, joined
from negsim.simulation import compiler as compiled
from negsim.simulation.engines import batch

if TYPE_CHECKING:
    from negsim.scenario import IssueSetup, Scenario
    from negsim.simulation import Compiled, Record

#: The most runs whose logs a picture takes: their quantiles are good to a hundredth or two, and they take a second.
MOST = 2000


def watch(scenario: Scenario, runs: int, seed: int, luck: int = 0) -> Logs:
    """The logs of the first runs, at most `MOST`."""
    names = compiled.compile(scenario)
    runs = min(runs, MOST)
    bargains = range(len(names.bargains))
    events, floors = [], np.empty((runs, len(bargains), 2))
    frontiers: list[list[Any]] = [[] for _ in bargains]
    for k, (log, record) in enumerate(batch.watch(names, seed, 0, runs, luck)):
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


def _before(issue: IssueSetup, sides: tuple[str, str]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Offers from before the start: each says what it left to the other side."""
    a, b = (tuple(issue.start.offers.get(side, ())) for side in sides)
    return (tuple(1 - left for left in a), b) if issue.outcome == "divisible" else ((), ())


def _frontier(names: Compiled, record: Record, bargain: int) -> Any:
    first, pieces = names.tables["bargain_is"]["piece"][bargain], record.arrays["bargain"]["pieces"][bargain]
    rows = record.arrays["piece"][first : first + pieces]
    return np.stack([rows[name] for name in ("a0", "b0", "a1", "b1")], axis=1)
