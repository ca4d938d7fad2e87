"""Run a scenario many times, and choose the engine."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Generator, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from negsim.errors import checks_arguments
from negsim.projection.chunks import DEFAULT_RUNS, DEFAULT_SEED, Job, sizes, whole_number
from negsim.simulation import __version__, pick_engine, version_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from negsim.analysis import Tally
    from negsim.projection.arguments import ScenarioLike
    from negsim.projection.chunks import Part
    from negsim.projection.executors import Workers
    from negsim.projection.precision import Precision
    from negsim.projection.projection import Projection
    from negsim.projection.storage import ChunkCheckpoint
    from negsim.scenario import Scenario

#: With more rows of outcomes than this (runs x issues), only counts stay in memory; ``out`` stores all.
KEPT = 4_000_000

#: The packages whose version can change a result.
_MATTERS = ("numba", "numpy", "scipy", "simpy")


@checks_arguments
def run(
    scenario: ScenarioLike,
    runs: int | None = None,
    seed: int = DEFAULT_SEED,
    engine: str = "auto",
    progress: Callable[[int], object] | None = None,
    *,
    workers: Workers | None = None,
    out: str | os.PathLike[str] | None = None,
    precision: str | float | None = None,
    luck: int = 0,
    command: str = "",
    force: bool = False,
) -> Projection:
    """Run a scenario and return its projection.

    Args:
        scenario: a scenario, the path of a scenario file, or a name such as ``baseline``; a projection or a results
            folder is run again.
        runs: number of runs, by default 2,000; with ``precision``, the largest number.
        seed: the key of all draws. The same seed gives the same result on any number of workers.
        engine: ``auto`` or the name of one; all give the same result.
        progress: called with each number of newly finished runs, such as the ``update`` of a progress bar; first with
            the number resumed from ``out``.
        workers: number of processors, by default all of them for more than one chunk of 8,192 runs; or any
            `concurrent.futures.Executor`: threads, processes, MPI, Dask's ``client.get_executor()``. The result does
            not depend on it.
        out: a folder for the outcomes. Finished chunks are on disk; after an interruption the same call resumes there.
        precision: run until the standard error of every reported probability is at most this (``0.005``), or that of
            every 50 % date is at most this duration (``"7 days"``). It is checked every 8,192 runs, up to a million or
            ``runs``. `Projection.precision_data` holds the outcome.
        luck: another number keeps the assumptions and changes chance.
        command: the command line for the manifest in ``out``.
        force: run a scenario however long it takes.

    Raises:
        NegsimError: an argument is out of range, there are too many events, a run cannot continue, or ``out`` cannot be
            written.

    >>> import negsim as ns
    >>> p = ns.run("baseline", runs=20, seed=1, engine="reference")
    >>> p.runs, p.seed, p.engine
    (20, 1, 'reference')
    """
    from negsim.projection.arguments import as_scenario
    from negsim.projection.execution import play_all
    from negsim.projection.executors import executor_of, useful_workers
    from negsim.projection.precision import MOST, Precision
    from negsim.projection.projection import Projection
    from negsim.projection.storage import refuse_to_overwrite
    from negsim.simulation import compiler as compiled

    scenario = as_scenario(scenario).forced() if force else as_scenario(scenario)
    most = runs if runs is not None else (DEFAULT_RUNS if precision is None else MOST)
    most, seed = whole_number("runs", most, 1, 1_000_000_000), whole_number("seed", seed, 0, 2**64 - 1)
    luck = whole_number("luck", luck, 0, 2**63 - 1)
    goal = None if precision is None else Precision.of(precision, most)
    engine = pick_engine(engine)
    scenario.check_work(most if goal is None else 1)
    job = Job(compiled.compile(scenario), engine, seed, luck)
    expected = most if goal is None else goal.enough if goal.se is not None else 0  # unknown for a goal in days
    keep = expected * len(scenario.issues) <= KEPT
    used = versions()
    if out is not None:
        refuse_to_overwrite(Path(out), scenario.hash)
    workers = useful_workers(engine, most) if workers is None else workers
    with executor_of(workers, engine) as executor, _checkpoint(out, scenario, seed, luck, used) as checkpoint:
        total, tables = _joined(play_all(job, sizes(most), keep, executor, checkpoint, progress), most, keep, goal)
        folder = None if out is None else Path(out)
        projection = Projection(scenario, total, seed, engine, used, luck, goal, folder, tables)
        if checkpoint is not None:
            checkpoint.complete(projection, command)
    return projection


def _joined(
    played: Generator[Part, None, None], most: int, keep: bool, goal: Precision | None
) -> tuple[Tally, tuple[npt.NDArray[np.void], npt.NDArray[np.void]] | None]:
    """The counts of all chunks until the goal is reached, and their rows unless there are too many."""
    from negsim.projection.execution import joined

    parts: list[Part] = []
    total: Tally | None = None
    with contextlib.closing(played):
        for part in played:
            total = part.tally if total is None else total + part.tally
            keep = keep and total.resolved.shape[0] * total.runs <= KEPT
            parts = [*parts, part] if keep else []
            if goal is not None and total.runs < most and goal.reached(total):
                break
    assert total is not None
    return total, joined(parts) if keep else None


def as_projections(
    values: object, runs: int | None = None, seed: int | None = None, workers: Workers | None = None
) -> list[Projection]:
    """One or several projections; scenarios are run.

    Raises:
        NegsimError: as for `as_source` and `negsim.run`.
    """
    from negsim.projection.arguments import as_source, several
    from negsim.projection.projection import Projection

    found = []
    for value in several(values):
        source = as_source(value)
        if not isinstance(source, Projection):
            source = run(source, runs, DEFAULT_SEED if seed is None else seed, workers=workers)
        found.append(source)
    return found


@contextlib.contextmanager
def _checkpoint(
    out: str | os.PathLike[str] | None, scenario: Scenario, seed: int, luck: int, used: dict[str, str]
) -> Iterator[ChunkCheckpoint | None]:
    if out is None:
        yield None
        return
    from negsim.projection.storage import ChunkCheckpoint, identity

    with ChunkCheckpoint(Path(out), identity(scenario, seed, luck, used), tuple(scenario.issues)) as checkpoint:
        yield checkpoint


def versions() -> dict[str, str]:
    """The versions of all packages that a result depends on."""
    return dict(_versions())


@cache
def _versions() -> dict[str, str]:
    import platform

    ours = {"negsim": __version__, "python": platform.python_version()}
    return ours | {name: version_of(name) for name in _MATTERS}
