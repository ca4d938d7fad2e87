"""Explanation of one issue: runs, and pairs of runs with one assumption changed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from negsim.analysis import Gain, chance_by, dates_in_common, gain, nearest_half, qualities, whole, why
from negsim.errors import InputError, NegsimError, check_name, checks_arguments
from negsim.experiments.candidates import Candidate, candidates
from negsim.experiments.explanation import TOLD, Explanation, Tried, reaches
from negsim.experiments.outside import OUTSIDE
from negsim.projection import (
    DEFAULT_RUNS,
    DEFAULT_SEED,
    KEPT,
    Job,
    Projection,
    ScenarioLike,
    Workers,
    as_scenario,
    day_of_text,
    days_resolved,
    executor_of,
    run,
    useful_workers,
    worker_errors,
    workers_in,
)
from negsim.scenario import variant
from negsim.simulation import Compiled, compile, pick_engine

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from negsim.scenario import Scenario

    Days: TypeAlias = npt.NDArray[np.int64]


@checks_arguments
def explain(
    scenario: ScenarioLike,
    issue: str,
    *,
    side: str | None = None,
    by: str | date | None = None,
    runs: int | None = None,
    seed: int = DEFAULT_SEED,
    engine: str = "auto",
    workers: Workers | None = None,
    progress: Callable[[int], object] | None = None,
) -> Explanation:
    """Explain when an issue is resolved, what brings it forward and what delays it.

    Args:
        scenario: a scenario, a file or a name; of a projection or a results folder, the scenario that was run.
        issue: the id of the issue.
        side: only changes that this side can make alone; default: each side, and both together.
        by: the day of the probabilities that rank the changes: a date, a time from the as-of date or ``horizon``;
            default: of the milestones and the last date, the one at which the probability is nearest to one half.
        runs: pairs of runs for each candidate; default 2,000.
        seed: the key of all draws; candidates are chosen under the next one.
        engine: as for `negsim.run`.
        workers: as for `negsim.run`; by default all processors, if the runs of all changes are more than one chunk.
        progress: called with the number of newly finished runs; `variants` gives the number of sets.

    Raises:
        NegsimError: there is no such issue, side or date, or anything that `negsim.run` raises.

    >>> import negsim as ns
    >>> ns.explain("baseline", "visas", side="us", runs=100)
    <Explanation of ...: 100 runs of 'Baseline'>
    """
    scenario = as_scenario(scenario)
    _check(scenario, issue, side)
    total, engine = runs if runs is not None else DEFAULT_RUNS, pick_engine(engine)
    if total * len(scenario.issues) > KEPT:
        raise NegsimError(f"{total:,} runs are too many to keep in memory for each change; use fewer")
    ends = (scenario.as_of, scenario.horizon_date)
    wanted = None if by is None else day_of_text(by, ends)
    dates = dates_in_common(*ends, *ends, wanted)[2]
    if workers is None:
        workers = useful_workers(engine, total * variants(scenario, issue, side))

    with executor_of(workers, engine) as executor:
        base = run(scenario, total, seed, engine, progress, workers=executor or 1)
        place, pilot_seed = list(scenario.issues).index(issue), (seed + 1) % 2**64
        counts = base.tally.resolved[place]
        on = wanted or nearest_half({day: [chance_by(counts, base.context.day_of(day)).p] for day in dates})
        found = why(base.context, base.outcomes, base.logs, place, on)
        pairs = _Pairs(base, place, on, executor or _Here(), progress or (lambda _: None))
        tried = pairs.pilots(_changed(scenario, _candidates(scenario, issue, side, found.worst)), pilot_seed)
        talked = [b for b in base.logs.bargains() if place in base.logs.members[b]]
        with ThreadPoolExecutor(1) as beside:  # this thread waits for workers
            good = beside.submit(qualities, base.context, base.logs, talked[-1:])
            pairs.measure(tried, _choice(tried, reaches(scenario, side)))
        quality = next(iter(good.result()), None)
        return Explanation(base, issue, found, tuple(tried), pilot_seed, side, quality)


class _Here(Executor):
    """Do each task in this thread, at once."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@dataclass
class _Pairs:
    """Pairs of runs of the base and of changed scenarios. Each set of runs is a task, so workers share the changes."""

    base: Projection
    place: int
    on: date
    executor: Executor
    progress: Callable[[int], object]
    #: The compiled scenario of each change, by its number.
    compiled: dict[int, Compiled] = field(default_factory=dict)

    def pilots(self, changes: Iterator[tuple[Candidate, Compiled | None, str]], seed: int) -> list[Tried]:
        """Each candidate with its effect under the seed of the pilot.

        While workers play, this thread makes the next scenarios.
        """
        tried: list[Tried] = []

        def sets() -> Iterator[tuple[int, Compiled]]:
            yield -1, compile(self.base.scenario)
            for k, (lever, changed, why_not) in enumerate(changes):
                tried.append(Tried(lever, None, why_not=why_not))
                if changed is not None:
                    self.compiled[k] = changed
                    yield k, changed

        base = None
        for k, resolved in self._played(sets(), seed):
            if base is None:  # the base is the first
                base = resolved
            else:
                tried[k] = replace(tried[k], pilot=self._gained(base, resolved))
        return tried

    def measure(self, tried: list[Tried], chosen: Sequence[int]) -> None:
        """Add the effects of the chosen candidates under the seed of the base."""
        base = whole(self.base.outcomes["resolved"], self.base.context.horizon_days)
        for k, resolved in self._played(((k, self.compiled[k]) for k in chosen), self.base.seed):
            tried[k] = replace(tried[k], found=self._gained(base, resolved))

    def _gained(self, first: Days, other: Days) -> Gain:
        return gain(self.base.context, first, other, self.place, self.on)

    def _played(self, sets: Iterator[tuple[int, Compiled]], seed: int) -> Iterator[tuple[int, Days]]:
        """The days of each set of runs, in order; few sets wait at once, because each needs memory."""
        waiting: deque[tuple[int, Future[Days]]] = deque()
        most = 2 * workers_in(self.executor)

        def first() -> tuple[int, Days]:
            k, task = waiting.popleft()
            while wait([task], timeout=0.2).not_done:
                self.progress(0)  # it may stop the work
            self.progress(self.base.runs)
            return k, task.result()

        with worker_errors():
            for k, compiled in sets:
                job = Job(compiled, self.base.engine, seed)
                waiting.append((k, self.executor.submit(days_resolved, job, self.base.runs)))
                while len(waiting) >= most:
                    yield first()
            while waiting:
                yield first()


def variants(scenario: Scenario, issue: str, side: str | None = None) -> int:
    """An upper bound of the number of sets of runs of an explanation.

    Raises:
        NegsimError: there is no such issue or side.
    """
    _check(scenario, issue, side)
    worst = next(iter(scenario.climate.regimes))  # any regime gives one candidate
    return 2 + len(_candidates(scenario, issue, side, worst)) + TOLD * (len(reaches(scenario, side)) + 1)


def _check(scenario: Scenario, issue: str, side: str | None) -> None:
    for what, name, names in (("issue", issue, list(scenario.issues)), ("side", side, list(scenario.sides))):
        if name is not None:
            check_name(name, names, f'there is no {what} "{name}" in play')


def _candidates(scenario: Scenario, issue: str, side: str | None, worst: str | None) -> list[Candidate]:
    """All candidates that delay the issue, and those that help within the requested reach."""
    within = reaches(scenario, side)
    return [lever for lever in candidates(scenario, issue, worst) if not lever.helps or lever.reach in within]


def _changed(scenario: Scenario, tried: Sequence[Candidate]) -> Iterator[tuple[Candidate, Compiled | None, str]]:
    """Each candidate with its compiled scenario, or with None and the reason why there is none."""
    base = compile(scenario)
    for lever in tried:
        if lever.changes is None:
            yield lever, None, lever.why_not
            continue
        try:
            changed = compile(variant(scenario, lever.changes))
            same = _same(base, changed)
        except InputError as error:
            yield lever, None, "; ".join(problem.message for problem in error.problems)
        except NegsimError as error:
            yield lever, None, str(error)
        else:
            yield lever, None if same else changed, "it changes no number of the simulation" if same else ""


def _same(one: Compiled, other: Compiled) -> bool:
    """Whether both give the same simulation."""
    return (one.rows, one.horizon, one.bargains) == (other.rows, other.horizon, other.bargains) and all(
        table.tobytes() == other.tables[name].tobytes() for name, table in one.tables.items()
    )


def _choice(tried: Sequence[Tried], within: Sequence[str]) -> list[int]:
    """Numbers of the candidates to measure again: by the pilot, the best of each reach, events, the worst of all."""
    ranks = {k: each.pilot.rank for k, each in enumerate(tried) if each.pilot is not None and each.pilot.shown}
    order = sorted(ranks, key=lambda k: ranks[k])
    best: list[int] = []
    for reach in within:
        # A package with one partner is reported once, with the better weights; of an event, each day.
        ways: dict[tuple[str, ...], int] = {}
        for k in order:
            lever = tried[k].lever
            if lever.helps and lever.reach == reach and (ranks[k] < (0.0, 0.0) or reach == OUTSIDE):
                ways.setdefault((lever.words,) if reach == OUTSIDE else tuple(lever.changes or ()), k)
        best += list(ways.values())[:TOLD]
    worst = [k for k in order[::-1] if not tried[k].lever.helps and ranks[k] > (0.0, 0.0)]
    return [*best, *worst[:TOLD]]
