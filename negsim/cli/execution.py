"""Playing runs for somebody who watches: scenarios or folders, a progress bar, workers, Ctrl-C."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from negsim.errors import NegsimError
from negsim.files import TextStyle, find_scenario
from negsim.projection import DEFAULT_RUNS, DEFAULT_SEED

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from negsim.projection import Projection
    from negsim.scenario import Scenario


def projection(source: Path, runs: int | None, seed: int | None, engine: str, quiet: bool) -> Projection:
    """The projection of a folder, or of a scenario that is run now.

    Raises:
        NegsimError: it cannot be had, or runs and a seed are given for a folder.
    """
    return projections([source], runs, seed, engine, quiet)[0]


def projections(
    sources: Sequence[Path], runs: int | None, seed: int | None, engine: str, quiet: bool
) -> list[Projection]:
    """The projections of folders and scenarios; beside a folder, scenarios are run as often and with the same seed.

    Raises:
        NegsimError: one cannot be had, or runs and a seed are given and there are folders alone.
    """
    from negsim.projection import Projection

    given = [loaded(source) for source in sources]
    done = [each for each in given if isinstance(each, Projection)]
    if len(done) == len(given) and (runs is not None or seed is not None):
        raise NegsimError(f"{sources[0]} holds runs that are done; --runs and --seed go with a scenario file")
    runs = runs if runs is not None or not done else done[0].runs
    seed = seed if seed is not None else done[0].seed if done else DEFAULT_SEED
    return [
        each if isinstance(each, Projection) else run_file(source, each, runs, seed, engine, quiet)
        for source, each in zip(sources, given, strict=True)
    ]


@contextmanager
def executor_of(workers: int, dask: str | None, engine: str) -> Iterator[Executor | None]:
    """Who plays the runs: this process, some threads or processes of this machine, or a Dask cluster."""
    if dask is not None:
        from negsim.projection import dask_executor

        with dask_executor(dask) as executor:
            yield executor
    elif workers > 1:
        from negsim.projection import local_executor

        with local_executor(workers, engine) as executor:
            yield executor
    else:
        yield None


def run_file(
    file: Path, scenario: Scenario, runs: int | None, seed: int, engine: str, quiet: bool, **more: Any
) -> Projection:
    """Run a scenario where somebody watches; ``quiet``: its warnings are not printed."""
    from negsim.projection import MOST, Precision
    from negsim.projection import run as run_all
    from negsim.simulation import pick_engine

    for warning in () if quiet else scenario.warnings:
        typer.echo(warning.render(TextStyle.of(sys.stderr).bold), err=True)
    total = runs or DEFAULT_RUNS
    if (precision := more.get("precision")) is not None:
        total = Precision.of(precision, runs or MOST).enough
    engine = pick_engine(engine, total)
    announce(engine)
    with resumable(more.get("out")), progress(total, file.stem) as advance:
        return run_all(scenario, runs, seed, engine, advance, **more)


@contextmanager
def resumable(out: Path | None) -> Iterator[None]:
    """Say after Ctrl-C where what is finished is kept, if it is."""
    try:
        yield
    except KeyboardInterrupt:
        if out is not None and out.with_name(f"{out.name}.unfinished").is_dir():
            typer.echo(f"Stopped. {out}.unfinished keeps what is finished; the same command goes on there.", err=True)
        raise


def loaded(source: Path) -> Scenario | Projection:
    """What a file or a folder holds.

    Raises:
        NegsimError: it cannot be read.
    """
    path = find_scenario(source, folders=True).path
    if path.is_dir():
        from negsim.projection import Projection

        return Projection.load(path)
    from negsim.scenario import load

    return load(path)


def announce(engine: str) -> None:
    """Say why nothing seems to happen, where somebody watches."""
    from negsim.simulation import is_compiled

    if sys.stderr.isatty() and not is_compiled(engine):
        typer.echo(f"Compiling the {engine} engine for this machine, once: about half a minute.", err=True)


@contextmanager
def progress(total: int | None, what: str, unit: str = "runs") -> Iterator[Callable[[int], object]]:
    """A progress bar on standard error, for somebody who watches; nothing where it is piped.

    What an earlier attempt had finished counts as done, but not for the rate. Without a total it only counts.
    """
    from tqdm import tqdm

    begun = False

    def advance(runs: int) -> None:
        nonlocal begun
        if begun:
            bar.update(runs)
            return
        begun, bar.initial, bar.n, bar.last_print_n = True, runs, runs, runs
        if runs:
            bar.set_postfix_str(f"{runs:,} from before")

    with tqdm(
        total=total, desc=what, unit=f" {unit}", unit_scale=True, leave=False, disable=not sys.stderr.isatty()
    ) as bar:
        yield advance
