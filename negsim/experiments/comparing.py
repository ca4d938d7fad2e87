"""Run scenarios with the same random numbers and compare them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from negsim.analysis import dates_in_common
from negsim.errors import NegsimError, checks_arguments
from negsim.experiments.comparison import Comparison
from negsim.projection import (
    DEFAULT_RUNS,
    DEFAULT_SEED,
    KEPT,
    Projection,
    ScenarioLike,
    Workers,
    as_source,
    day_of_text,
    executor_of,
    run,
    several,
)

if TYPE_CHECKING:
    from negsim.scenario import Scenario


@checks_arguments
def compare(
    *scenarios: ScenarioLike | Sequence[ScenarioLike],
    runs: int | None = None,
    seed: int | None = None,
    engine: str = "auto",
    by: str | date | None = None,
    workers: Workers = 1,
    progress: Callable[[int], object] | None = None,
) -> Comparison:
    """Compare scenarios with the first one, run by run with the same random numbers.

    Args:
        scenarios: two or more scenarios, files, names, projections or results folders, or one list of them;
            projections are not run again.
        runs: number of pairs; that of a given projection, else 2,000.
        seed: the key of all draws; that of a given projection, else 1.
        engine: as for `negsim.run`.
        by: the day of the verdicts: a date, a time from the as-of date (``24 months``) or ``horizon``; default: of the
            milestones and the last common date, the one at which the probabilities of both are nearest to one half.
        workers: as for `negsim.run`.
        progress: called with how many more runs are finished.

    Raises:
        NegsimError: fewer than two, projections with other random numbers, no issue or date in common, too many
            outcomes for memory, or anything that `negsim.run` raises.

    >>> import negsim as ns
    >>> s = ns.load("scenarios/baseline.yaml")
    >>> ns.compare("baseline", s.replace(horizon="2 years"), runs=20, engine="reference", by="2026-04-10")
    <Comparison: 'Baseline (B)' with 'Baseline (A)', 20 runs, seed 1>
    """
    one_list = len(scenarios) == 1 and isinstance(scenarios[0], list | tuple)
    sources = [as_source(each) for each in several(scenarios[0] if one_list else scenarios)]
    if len(sources) < 2:
        raise NegsimError("a comparison takes two scenarios or more")
    begin = sources[0].scenario if isinstance(sources[0], Projection) else sources[0]
    on = None if by is None else day_of_text(by, (begin.as_of, begin.horizon_date))
    given = [each for each in sources if isinstance(each, Projection)]
    first = given[0] if given else None
    runs = runs if runs is not None else first.runs if first else DEFAULT_RUNS
    seed = seed if seed is not None else first.seed if first else DEFAULT_SEED
    _refuse_in_vain(sources, runs, on)
    luck = first.luck if first else 0
    with executor_of(workers, engine) as executor:
        where = executor or 1
        played = [
            each if isinstance(each, Projection) else run(each, runs, seed, engine, progress, workers=where, luck=luck)
            for each in sources
        ]
    return Comparison(played[0], tuple(played[1:]), on)


def _refuse_in_vain(scenarios: Sequence[Scenario | Projection], runs: int, on: date | None) -> None:
    """Check before any run what would fail afterwards."""
    first, *others = [each.scenario if isinstance(each, Projection) else each for each in scenarios]
    for other in others:
        dates_in_common(first.as_of, first.horizon_date, other.as_of, other.horizon_date, on)
    for each in scenarios:
        if not isinstance(each, Projection) and runs * len(each.issues) > KEPT:
            raise NegsimError(
                f"{runs:,} runs of {len(each.issues)} issues are too many to keep in memory; run each scenario into a "
                "folder (negsim run --out) and compare the folders, or compare with fewer runs"
            )
