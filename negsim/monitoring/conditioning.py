"""Condition a scenario on what happened: runs from its day on are kept if they match the record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.errors import NegsimError, checks_arguments
from negsim.monitoring.filtering import Branches, filtered, plain
from negsim.monitoring.matching import LEVELS, Level, coarse, fine, misses_of
from negsim.monitoring.updated import Update
from negsim.monitoring.what_happened import Observed, observed
from negsim.projection import DEFAULT_SEED, Job, Workers, as_scenario, executor_of, play, sizes, spread, whole_number
from negsim.quantities import parse_day

if TYPE_CHECKING:
    from negsim.projection import ScenarioLike
    from negsim.scenario import Scenario
    from negsim.simulation import Compiled

#: Runs, unless stated otherwise; and the number of matching runs that ends the search for them.
RUNS, ENOUGH = 100_000, 1000
#: The most runs that are played again with their event log, to compare days.
LOGGED = 10_000
#: The most runs of each stage of the sequential filter.
BRANCHED = 100_000


@checks_arguments
def update(
    scenario: ScenarioLike,
    to: str | date,
    runs: int = RUNS,
    seed: int = DEFAULT_SEED,
    *,
    unknown: Sequence[str] = (),
    enough: int = ENOUGH,
    workers: Workers = 1,
    progress: Callable[[int], object] | None = None,
) -> Update:
    """Condition the assumptions of a scenario on the record up to a later day.

    The talks are simulated from the day of the scenario. Runs that match the record count alike, all others do not
    count: approximate Bayesian computation by rejection (Beaumont, Zhang, Balding 2002). The first of `LEVELS` with
    ``enough`` matching runs decides what a match is. At a level that compares days and has fewer, a sequential filter
    is tried: it branches the runs at the days of the record (Del Moral, Doucet, Jasra 2012).

    Args:
        scenario: a scenario, its file or its name.
        to: the day, after the as-of date and before the horizon.
        runs: number of runs.
        seed: the key of all draws.
        unknown: issues of which the record does not tell whether they are settled.
        enough: effective number of runs at which a smaller tolerance is preferred to more runs.
        workers: as for `negsim.run`; the result does not depend on it.
        progress: called with each number of newly finished runs.

    Raises:
        NegsimError: the day is out of range, or no run matches.

    >>> import negsim as ns
    >>> found = ns.update("record_alone", "2025-09-01", runs=500, enough=50)
    >>> found.day.isoformat(), found.matching > 0
    ('2025-09-01', True)
    """
    prior = as_scenario(scenario)
    runs = whole_number("runs", runs, 1, 100_000_000)
    prior.check_work(runs)
    day = _day(to)
    seen = observed(prior, day, unknown)
    compiled = _until(prior, day)
    job = (Job(compiled, "batch", seed), seen)
    misses, held = np.zeros(runs, np.int64), np.zeros(runs, np.int64)
    pieces = [(chunk, first, number) for chunk, (first, number) in sizes(runs).items()]
    with executor_of(workers, "batch") as executor:
        for first, missed, rounds in spread(_summaries, job, pieces, executor):
            misses[first : first + len(missed)], held[first : first + len(missed)] = missed, rounds
            if progress is not None:
                progress(len(missed))
    level, found = chosen(
        compiled, seed, misses, held, seen, enough,
        lambda level: filtered(prior, level, seen, min(runs, BRANCHED), seed, _until, workers),
    )  # fmt: skip
    if not len(found.numbers):
        raise NegsimError(f"none of {runs:,} runs matches the record up to {day} ({seen.words}); more runs may help")
    return Update(prior, day, runs, seed, seen, level, found)


def _day(value: str | date) -> date:
    try:
        return parse_day(value)
    except ValueError:
        raise NegsimError(f"a day is written 2025-04-10, but was {value!r}") from None


def _until(scenario: Scenario, day: date) -> Compiled:
    """The scenario with the end of the day as its horizon: a run then ends as it stands on that day."""
    from datetime import timedelta

    from negsim.simulation import compile

    short = scenario.replace({"horizon": (day + timedelta(days=1)).isoformat()})
    return compile(short)


def _summaries(job: tuple[Job, Observed], piece: tuple[int, int, int]) -> tuple[int, Any, Any]:
    part = play(job[0], *piece, keep=True)
    return piece[1], misses_of(part.outcomes, job[0].compiled.issues, job[1]), part.rows["meetings"].astype(np.int64)


def chosen(
    compiled: Compiled, seed: int, misses: Any, held: Any, seen: Observed, enough: int,
    branched: Callable[[Level], Branches] | None = None, levels: Sequence[Level] = LEVELS,
) -> tuple[Level, Branches]:  # fmt: skip
    """The first level with enough matching runs, and these; without one, the level with the most.

    ``branched`` gives the matching runs of the sequential filter, for a level that compares days.
    """
    most = levels[-1], plain(np.zeros(0, np.int64))
    played: dict[int, tuple[Any, Any]] = {}
    for level in levels:
        found = plain(_matching(level, compiled, seed, misses, held, seen, played))
        if found.effective < enough and level.days is not None and branched is not None:
            found = max(found, branched(level), key=lambda each: each.effective)
        if found.effective >= enough:
            return level, found
        if found.effective > most[1].effective:
            most = level, found
    return most


def _matching(
    level: Level, compiled: Compiled, seed: int, misses: Any, held: Any, seen: Observed,
    played: dict[int, tuple[Any, Any]],
) -> Any:  # fmt: skip
    """The numbers of the runs that a level accepts; ``played`` keeps what was played again."""
    from negsim.simulation.engines import batch

    numbers = np.flatnonzero(coarse(level, misses, held, seen))
    if not level.called_off and level.days is None:
        return numbers
    numbers = numbers[:LOGGED]
    new = plain(np.array([number for number in numbers.tolist() if number not in played], np.int64))
    outcomes, _ = batch.branches(compiled, seed, new.numbers, new.lucks, ())
    logs = batch.watch_branches(compiled, seed, new.numbers, new.lucks, ())
    played.update(zip(new.numbers.tolist(), zip(outcomes, logs, strict=True), strict=True))
    issues = list(compiled.issues)
    return np.array([n for n in numbers.tolist() if fine(level, *played[n], issues, seen)], np.int64)
