"""Explanation of one issue: runs, and pairs of runs with one assumption changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from negsim.analysis import Gain, chance_by, dates_in_common, gain, nearest_half, qualities, why
from negsim.errors import InputError, NegsimError, check_name, checks_arguments
from negsim.experiments.candidates import Candidate, candidates
from negsim.experiments.explanation import TOLD, Explanation, Tried, reaches
from negsim.projection import (
    DEFAULT_RUNS,
    DEFAULT_SEED,
    KEPT,
    Projection,
    ScenarioLike,
    Workers,
    as_scenario,
    day_of_text,
    executor_of,
    run,
)

if TYPE_CHECKING:
    from negsim.scenario import Scenario
    from negsim.simulation import Compiled


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
    workers: Workers = 1,
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
        workers: as for `negsim.run`.
        progress: called with the number of newly finished runs; `variants` gives the number of sets.

    Raises:
        NegsimError: there is no such issue, side or date, or anything that `negsim.run` raises.

    >>> import negsim as ns
    >>> ns.explain("baseline", "visas", side="us", runs=100)
    <Explanation of ...: 100 runs of 'Baseline'>
    """
    scenario = as_scenario(scenario)
    _check(scenario, issue, side)
    total = runs if runs is not None else DEFAULT_RUNS
    if total * len(scenario.issues) > KEPT:
        raise NegsimError(f"{total:,} runs are too many to keep in memory for each change; use fewer")
    ends = (scenario.as_of, scenario.horizon_date)
    wanted = None if by is None else day_of_text(by, ends)
    dates = dates_in_common(*ends, *ends, wanted)[2]

    with executor_of(workers, engine) as executor:

        def play(one: Scenario, key: int) -> Projection:
            return run(one, total, key, engine, progress, workers=executor or 1)

        place, pilot_seed = list(scenario.issues).index(issue), (seed + 1) % 2**64
        base, pilot_base = play(scenario, seed), play(scenario, pilot_seed)
        counts = base.tally.resolved[place]
        on = wanted or nearest_half({day: [chance_by(counts, base.context.day_of(day)).p] for day in dates})

        def gained(first: Projection, other: Projection) -> Gain:
            return gain(base.context, first.outcomes["resolved"], other.outcomes["resolved"], place, on)

        found = why(base.context, base.outcomes, base.logs, place, on)
        tried, scenarios = [], []
        for lever, changed, why_not in _changed(scenario, _candidates(scenario, issue, side, found.worst)):
            scenarios.append(changed)
            pilot = None if changed is None else gained(pilot_base, play(changed, pilot_seed))
            tried.append(Tried(lever, pilot, why_not=why_not))
        for k in _choice(tried, reaches(scenario, side)):
            if (changed := scenarios[k]) is not None:
                tried[k] = replace(tried[k], found=gained(base, play(changed, seed)))
        talked = [b for b in base.logs.bargains() if place in base.logs.members[b]]
        good = qualities(base.context, base.logs, talked[-1:])
        return Explanation(base, issue, found, tuple(tried), pilot_seed, side, good[0] if good else None)


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


def _changed(scenario: Scenario, tried: Sequence[Candidate]) -> Iterator[tuple[Candidate, Scenario | None, str]]:
    """Each candidate with its scenario, or with None and the reason why there is none."""
    from negsim.simulation import compile

    base = compile(scenario)
    for lever in tried:
        if lever.changes is None:
            yield lever, None, lever.why_not
            continue
        try:
            changed = scenario.replace(lever.changes)
            same = _same(base, compile(changed))
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
    """Numbers of the candidates to measure again: by the pilot, the best of each reach, and the worst of all."""
    ranks = {k: each.pilot.rank for k, each in enumerate(tried) if each.pilot is not None and each.pilot.shown}
    order = sorted(ranks, key=lambda k: ranks[k])
    best: list[int] = []
    for reach in within:
        # A package with one partner is reported once, with the better weights.
        ways: dict[tuple[str, ...], int] = {}
        for k in order:
            lever = tried[k].lever
            if lever.helps and lever.reach == reach and ranks[k] < (0.0, 0.0):
                ways.setdefault(tuple(lever.changes or ()), k)
        best += list(ways.values())[:TOLD]
    worst = [k for k in order[::-1] if not tried[k].lever.helps and ranks[k] > (0.0, 0.0)]
    return [*best, *worst[:TOLD]]
