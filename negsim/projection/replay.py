"""One run of a scenario, replayed and described."""

from __future__ import annotations

from negsim.errors import checks_arguments
from negsim.projection.arguments import ScenarioLike, as_scenario
from negsim.projection.chunks import DEFAULT_SEED
from negsim.projection.narrative import Trace
from negsim.projection.narrator import narrate


@checks_arguments
def trace(scenario: ScenarioLike, run: int = 0, seed: int = DEFAULT_SEED, luck: int = 0) -> Trace:
    """Replay one run of a scenario, a file or a name, and describe its events.

    Raises:
        NegsimError: the number of the run or the seed is out of range.

    >>> import negsim as ns
    >>> ns.trace("baseline", 3).data()["run"]
    3
    """
    return narrate(as_scenario(scenario), run, seed, luck)
