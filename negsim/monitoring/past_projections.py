"""The timeline: the projection as it would have been on each of several days, from what was known then."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from negsim.analysis import add_months
from negsim.errors import NegsimError, check_name, checks_arguments
from negsim.files import Checkpoint, check_replaceable
from negsim.monitoring.timeline_data import Timeline
from negsim.monitoring.timeline_storage import DATA, FORMAT, TABLE, finish
from negsim.projection import DEFAULT_RUNS, DEFAULT_SEED, Workers, as_scenario, executor_of, spread, versions
from negsim.quantities import parse_day

if TYPE_CHECKING:
    from negsim.projection import ScenarioLike
    from negsim.scenario import Scenario

#: Months from one day of a timeline to the next.
STEPS = {"month": 1, "quarter": 3, "year": 12}


@checks_arguments
def timeline(
    scenario: ScenarioLike,
    every: str = "month",
    dates: Sequence[str | date] | None = None,
    issues: Sequence[str] | None = None,
    runs: int = DEFAULT_RUNS,
    seed: int = DEFAULT_SEED,
    *,
    workers: Workers = 1,
    out: str | os.PathLike[str] | None = None,
    progress: Callable[[int], object] | None = None,
) -> Timeline:
    """The projection of a scenario as of several days, each from the record of its day, to one horizon.

    Args:
        scenario: a scenario, its file or its name. Its horizon is that of every day.
        every: `month`, `quarter` or `year`: from its day to the last day of the record.
        dates: the days, in place of ``every``.
        issues: ids of issues; default: all.
        runs: number of runs of each day.
        seed: the key of all draws.
        workers: as for `negsim.run`; the result does not depend on it.
        out: a folder in which finished days stay; after an interruption the same call resumes there.
        progress: called with the number of newly finished days.

    Raises:
        NegsimError: there is no such step, day or issue, or the folder cannot be written.

    >>> import negsim as ns
    >>> found = ns.timeline("record_alone", dates=["2025-04-10", "2025-10-10"], runs=100)
    >>> found.table["day"].unique().tolist()
    ['2025-04-10', '2025-10-10']
    """
    base = as_scenario(scenario)
    days = _days(base, every, dates)
    base.check_work(len(days) * runs)
    chosen = list(issues) if issues is not None else list(base.issues)
    for name in chosen:
        check_name(name, list(base.record.issues), f'there is no issue "{name}"')
    identity = {"hash": base.hash, "record": base.record.model_dump_json(), "runs": runs, "seed": seed}
    identity |= {"days": [str(day) for day in days], "versions": versions()}
    parts: dict[str, Any] = {}
    with _checkpoint(out, identity) as checkpoint:
        if checkpoint is not None:
            parts = dict(checkpoint.parts())
        todo = [str(day) for day in days if str(day) not in parts]
        with executor_of(workers, "batch") as executor:
            job = (base, runs, seed)
            for day, part in spread(_of_day, job, todo, executor):
                parts[day] = part
                if checkpoint is not None:
                    checkpoint.put(day, part)
                if progress is not None:
                    progress(1)
        fields: dict[str, Any] = {"scenario": base, "parts": {day: parts[str(day)] for day in days}}
        fields |= {"issues": tuple(chosen), "runs": runs, "seed": seed}
        found = Timeline(**fields)
        if checkpoint is not None:
            finish(checkpoint, identity, found.table.to_csv(index=False, lineterminator="\n"), fields)
    return found


def _of_day(job: tuple[Scenario, int, int], day: str) -> tuple[str, dict[str, Any]]:
    """The counts of a day: for each issue, the runs that have resolved it by the end of day 0, 1, ... from there."""
    import numpy as np

    from negsim.projection import run

    base, runs, seed = job
    on = date.fromisoformat(day)
    moved = base if on == base.as_of else base.replace({"horizon": base.horizon.isoformat()}).at(on)
    projection = run(moved, runs, seed, "batch")
    counts = projection.tally.resolved
    return day, {
        "resolved": {name: np.cumsum(counts[j][:-1]).tolist() for j, name in enumerate(moved.issues)},
        "runs": runs,
    }


def _days(scenario: Scenario, every: str, dates: Sequence[str | date] | None) -> list[date]:
    last = scenario.record.last_day
    if dates is not None:
        try:
            days = sorted({parse_day(day) for day in dates})
        except ValueError:
            raise NegsimError(f"dates are written 2025-04-10, but were {list(dates)!r}") from None
    else:
        check_name(every, list(STEPS), f'there is no step "{every}"')
        days = [scenario.as_of]
        while (following := add_months(scenario.as_of, STEPS[every] * len(days))) <= last:
            days.append(following)
    beyond = [day for day in days if not scenario.as_of <= day < scenario.horizon]
    if beyond:
        span = f"from {scenario.as_of} to {scenario.horizon - timedelta(days=1)}"
        raise NegsimError(f"{beyond[0]} is not a day {span}")
    return days


@contextlib.contextmanager
def _checkpoint(out: str | os.PathLike[str] | None, identity: dict[str, Any]) -> Iterator[Checkpoint | None]:
    if out is None:
        yield None
        return
    check_replaceable(Path(out), FORMAT, (TABLE, DATA))
    with Checkpoint(Path(out), identity) as checkpoint:
        yield checkpoint
