"""Run a scenario many times, or tell one run; which engine does it is chosen here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from numbers import Integral
from typing import TYPE_CHECKING

from negsim import __version__
from negsim.errors import NegsimError, did_you_mean, one_of

if TYPE_CHECKING:
    from negsim.projection import Projection
    from negsim.scenario import Scenario
    from negsim.story import Story

#: The engines by name, and the module of each.
ENGINES = {"reference": "negsim.engines.reference"}

DEFAULT_RUNS = 2000
DEFAULT_SEED = 1

#: The packages whose version can change a result.
_MATTERS = ("numba", "numpy", "scipy", "simpy")


def run(
    scenario: Scenario,
    runs: int = DEFAULT_RUNS,
    seed: int = DEFAULT_SEED,
    engine: str = "auto",
    progress: Callable[[int], object] | None = None,
) -> Projection:
    """Run a scenario and return what comes out as a projection.

    Args:
        scenario: what is assumed, as `negsim.load` returns it.
        runs: how many times; the Monte Carlo error of a probability is at most ``0.5 / sqrt(runs)``.
        seed: the key of all draws. One seed, one result, whatever else the machine does.
        engine: ``auto`` or the name of one.
        progress: called with how many more runs are finished, such as the ``update`` of a progress bar.

    Raises:
        NegsimError: the number of runs or the seed is out of range, or there is no such engine.

    >>> import negsim as ns
    >>> p = ns.run(ns.load("scenarios/baseline.yaml"), runs=20, seed=1)
    >>> p.runs, p.seed, p.engine
    (20, 1, 'reference')
    """
    from negsim import compiled
    from negsim.projection import Projection

    engine = pick_engine(engine)
    runs, seed = _whole("runs", runs, 1, 100_000_000), _whole("seed", seed, 0, 2**64 - 1)
    module = import_module(ENGINES[engine])
    outcomes, run_table = module.run(compiled.compile(scenario), seed, 0, runs, progress=progress)
    return Projection(scenario, outcomes, run_table, seed=seed, engine=engine, versions=versions())


def trace(scenario: Scenario, run: int, seed: int = DEFAULT_SEED, luck: int = 0) -> Story:
    """Replay one run of a scenario, alone, and tell what happens in it.

    Raises:
        NegsimError: the number of the run or the seed is out of range.
    """
    from negsim import compiled
    from negsim.engines import reference
    from negsim.telling import tell

    run, seed = _whole("run", run, 0, 2**63 - 1), _whole("seed", seed, 0, 2**64 - 1)
    names = compiled.compile(scenario)
    outcomes, _ = reference.run(names, seed, run, 1, luck)
    return tell(scenario, names, reference.trace(names, seed, run, luck), outcomes[0], run=run, seed=seed)


def pick_engine(name: str) -> str:
    """The engine that a name stands for; ``auto`` is the fastest there is.

    Raises:
        NegsimError: there is no such engine.

    >>> pick_engine("auto")
    'reference'
    """
    if name == "auto":
        return "reference"
    if name not in ENGINES:
        hint = did_you_mean(name, ENGINES)
        raise NegsimError(
            f'there is no engine "{name}"; allowed: {one_of(["auto", *ENGINES])}'
            + (f"; did you mean {hint}?" if hint else "")
        )
    return name


def versions() -> dict[str, str]:
    """The versions of everything that a result depends on."""
    import platform
    from importlib import metadata

    ours = {"negsim": __version__, "python": platform.python_version()}
    return ours | {name: metadata.version(name) for name in _MATTERS}


def _whole(what: str, value: object, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral) or not low <= int(value) <= high:
        raise NegsimError(f"{what} is a whole number from {low} to {high}, but was {value!r}")
    return int(value)
