"""Runs from the command line: scenarios or results folders, workers, progress, interruption."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from negsim.errors import NegsimError
from negsim.files import MANIFEST, TextStyle, find_scenario, hidden_scenario
from negsim.projection import DEFAULT_RUNS, DEFAULT_SEED

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from negsim.projection import Projection
    from negsim.scenario import Scenario

_Number = TypeVar("_Number", bound=int | None)


def projection(
    source: Path,
    runs: int | None,
    seed: int | None,
    engine: str,
    quiet: bool,
    as_of: str | None = None,
    workers: int | None = None,
) -> Projection:
    """The projection in a results folder, or of a scenario that is run now.

    Raises:
        NegsimError: the source cannot be read, or runs or a seed are given for a folder.
    """
    return projections([source], runs, seed, engine, quiet, as_of=as_of, workers=workers)[0]


def projections(
    sources: Sequence[Path],
    runs: int | None,
    seed: int | None,
    engine: str,
    quiet: bool,
    dates: str | None = None,
    milestones: Sequence[str] | None = None,
    as_of: str | None = None,
    workers: int | None = None,
) -> list[Projection]:
    """The projections of folders and scenarios. Scenarios take runs and seed from the first folder, if there is one.

    Raises:
        NegsimError: a source cannot be read, runs or a seed are given and all sources are folders, or the unit of dates
            or a milestone is not valid. This is found before any run.
    """
    from negsim.projection import Projection

    given = [loaded(source, as_of) for source in sources]
    for each in given:
        check_dates(each.scenario if isinstance(each, Projection) else each, dates, milestones)
    done = [each for each in given if isinstance(each, Projection)]
    if len(done) == len(given) and (runs is not None or seed is not None):
        raise NegsimError(f"{sources[0]} holds finished runs; --runs and --seed need a scenario file")
    runs = runs if runs is not None or not done else done[0].runs
    seed = seed if seed is not None else done[0].seed if done else DEFAULT_SEED
    done = [
        each if isinstance(each, Projection) else run_file(source, each, runs, seed, engine, quiet, workers=workers)
        for source, each in zip(sources, given, strict=True)
    ]
    return [each.time_scale(dates, milestones) for each in done]


def check_dates(scenario: Scenario, dates: str | None, milestones: Sequence[str] | None = None) -> None:
    """Check the unit of dates and the milestones in the options, before any run.

    Raises:
        NegsimError: one is not valid.
    """
    from negsim.analysis import check_time_scale

    check_time_scale(scenario.as_of, scenario.horizon_date, dates, milestones)


@contextmanager
def workers_of(number: _Number, dask: str | None) -> Iterator[_Number | Executor]:
    """The workers of the runs: their number on this machine, or those of a Dask cluster."""
    if dask is None:
        yield number
        return
    from negsim.projection import dask_executor

    with dask_executor(dask) as executor:
        yield executor


def warn(*scenarios: Scenario) -> None:
    """Print the warnings of scenarios, each once.

    Texts that an agenda leaves out change no result: `check` and `agenda` name them.
    """
    bold = TextStyle.of(sys.stderr).bold
    lines = (
        warning.render(bold) for each in scenarios for warning in each.warnings if warning not in each.record.warnings
    )
    for line in dict.fromkeys(lines):
        typer.echo(line, err=True)


def run_file(
    file: Path, scenario: Scenario, runs: int | None, seed: int, engine: str, quiet: bool, **more: Any
) -> Projection:
    """Run a scenario with a progress bar; ``quiet`` leaves its warnings out."""
    from negsim.projection import MOST, Precision
    from negsim.projection import run as run_all
    from negsim.simulation import pick_engine

    if not quiet:
        warn(scenario)
    total = runs or DEFAULT_RUNS
    if (precision := more.get("precision")) is not None:
        total = Precision.of(precision, runs or MOST).enough
    engine = pick_engine(engine)
    with resumable(more.get("out")), progress(total, file.stem) as advance:
        return run_all(scenario, runs, seed, engine, advance, **more)


def check_out(out: Path | None, scenario: Scenario, runs: int | None, seed: int, precision: str | None) -> None:
    """Check that a run does not replace other results of the same scenario.

    Raises:
        NegsimError: the folder holds another number of runs, another seed or another precision.
    """
    if out is None or not (out / MANIFEST).is_file():
        return
    manifest = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    other = manifest.get("seed") != seed or (manifest.get("precision") is None) != (precision is None)
    if precision is None:
        other = other or manifest.get("runs") != (runs or DEFAULT_RUNS)
    if manifest.get("hash") == scenario.hash and other:
        held = f"{manifest.get('runs'):,} runs with seed {manifest.get('seed')}"
        raise NegsimError(f"{out} holds {held}; use --force to replace them, or name another folder")


@contextmanager
def resumable(out: Path | None) -> Iterator[None]:
    """After Ctrl-C, print where the finished runs are, if they are on disk."""
    try:
        yield
    except KeyboardInterrupt:
        if out is not None and out.with_name(f"{out.name}.unfinished").is_dir():
            typer.echo(f"Stopped. {out}.unfinished holds the finished runs. The same command resumes there.", err=True)
        raise


def loaded(source: Path, as_of: str | None = None) -> Scenario | Projection:
    """The scenario of a file, or the projection of a folder.

    Raises:
        NegsimError: it cannot be read, or a day is given for a folder.
    """
    path = find_scenario(source, folders=True).path
    if path.is_dir() and not _holds_only_a_scenario(path):
        from negsim.projection import Projection, unchecked

        if hides := hidden_scenario(source):
            typer.echo(f"warning: {hides}", err=True)
        if as_of is not None:
            raise NegsimError(f"{source} holds finished runs; --as-of needs a scenario file")
        found = Projection.load(path)
        if left := unchecked(path):
            tables = " and ".join(left)
            typer.echo(f"{path}: {tables} are large and not checked; negsim verify {path} does so.", err=True)
        return found
    return scenario_of(path, as_of)


def _holds_only_a_scenario(folder: Path) -> bool:
    """Whether a folder is one of `negsim init`; then the error of its scenario says so."""
    return (folder / "scenario.yaml").is_file() and not (folder / MANIFEST).is_file()


def scenario_of(file: Path, as_of: str | None = None, strict: bool = False) -> Scenario:
    """The scenario of a file, on its own day or as of another.

    Raises:
        NegsimError: it cannot be read, or is not valid on that day.
    """
    from negsim.scenario import load

    scenario = load(file, strict=strict)
    return scenario if as_of is None else scenario.at(as_of)


@contextmanager
def progress(total: int | None, what: str, unit: str = "runs") -> Iterator[Callable[[int], object]]:
    """A progress bar on standard error, on a terminal only.

    Runs from an earlier attempt count as done, but not for the rate. Without a total the bar only counts.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from tqdm import tqdm

    tqdm.monitor_interval = 0  # its thread would go on after the bar, and keep pictures from being drawn in parallel
    begun = False

    def advance(runs: int) -> None:
        nonlocal begun
        if begun:
            bar.update(runs)
            return
        begun, bar.initial, bar.n, bar.last_print_n = True, runs, runs, runs
        if runs:
            bar.set_postfix_str(f"{runs:,} from before")

    with tqdm(total=total, desc=what, unit=f" {unit}", unit_scale=True, leave=False) as bar:
        yield advance


def conditional(projected: Projection, given: Sequence[str] | None) -> Projection:
    """The projection of the runs in which all conditions hold.

    Raises:
        NegsimError: a condition is not written as one, or no run meets them.
    """
    from negsim.projection import read_condition

    for condition in given or ():
        projected = read_condition(projected, condition)
    return projected
