"""Explorer: a notebook panel that changes a scenario and shows the effect on the dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from negsim.errors import NegsimError, checks_arguments
from negsim.projection import DEFAULT_RUNS, DEFAULT_SEED, as_scenario

if TYPE_CHECKING:
    from negsim.explorer.widget import Explorer
    from negsim.projection import ScenarioLike, Workers


@checks_arguments
def explore(
    scenario: ScenarioLike,
    runs: int = DEFAULT_RUNS,
    seed: int = DEFAULT_SEED,
    engine: str = "auto",
    *,
    reference: bool = False,
    workers: Workers = 1,
) -> Explorer:
    """A Jupyter panel that changes a scenario and shows the effect on the dates.

    Levers: for each side its tactic, toughness and patience; the gap between rounds and good offices of each channel;
    the climate at the start; which issues are in; packages. All variants use the same random numbers, so that a
    difference in the picture comes from the lever. Variants can be pinned for comparison and exported as a file.

    Args:
        scenario: the initial scenario: a scenario, a file, a name, or a projection.
        runs: number of runs of each variant.
        seed: seed of all random draws.
        engine: as for `negsim.run`.
        reference: show the base rates of other negotiations at the start; a check box switches them.
        workers: as for `negsim.run`.

    Returns:
        The panel. Its state is in ``.exploration``: ``.exploration.variant.scenario``, ``.projection`` ...

    Raises:
        NegsimError: anywidget is not installed, or anything that `negsim.run` raises.

    >>> import negsim as ns
    >>> panel = ns.explore("baseline", runs=20)
    >>> panel.exploration.projection.runs
    20
    """
    try:
        from negsim.explorer.widget import Explorer
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("anywidget"):
            raise
        raise NegsimError("ns.explore needs anywidget: pip install 'negsim[notebook]'") from None
    from negsim.explorer.exploration import Exploration

    found = as_scenario(scenario)
    return Explorer(lambda: Exploration(found, runs, seed, engine, workers, reference), engine, runs)
