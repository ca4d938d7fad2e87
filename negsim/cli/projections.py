"""The commands that project: run, plot, trace."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from negsim.cli.options import Engine, FileOrFolder, Json, Runs, Scenario, Seed, kinds, print_json
from negsim.errors import NegsimError
from negsim.look import Look
from negsim.runs import DEFAULT_RUNS, DEFAULT_SEED

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from negsim.projection import Projection

Workers = Annotated[int, typer.Option("--workers", metavar="N", min=1, help="How many processors play the runs.")]
Dask = Annotated[
    str | None, typer.Option("--dask", metavar="ADDRESS", help="Let a Dask cluster play the runs; needs negsim[dask].")
]


def run(
    file: Scenario,
    runs: Runs = None,
    seed: Seed = DEFAULT_SEED,
    engine: Engine = "auto",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Also write outcomes (Parquet) and a manifest to this folder; what is stopped goes on there.",
        ),
    ] = None,
    precision: Annotated[
        str | None,
        typer.Option(
            "--precision",
            metavar="X",
            help="Run until every probability's standard error is at most X (0.005), or every 50 % date's (7d): from "
            "8,192 runs to --runs, or a million.",
        ),
    ] = None,
    workers: Workers = 1,
    dask: Dask = None,
    as_json: Json = False,
) -> None:
    """Run a scenario many times and say when each issue is resolved."""
    from negsim.analysis import headline
    from negsim.check import as_data
    from negsim.runs import pick_engine
    from negsim.scenario import load
    from negsim.terminal import projection_table

    scenario = load(file)
    engine = pick_engine(engine, runs or DEFAULT_RUNS)  # more than the default with --precision: the same choice
    with _executor(workers, dask, engine) as executor:
        projection = _run(
            file, scenario, runs, seed, engine, executor=executor, out=out, precision=precision,
            quiet=as_json, command=shlex.join(["negsim", *sys.argv[1:]]),
        )  # fmt: skip
    if as_json:
        print_json(
            {
                "scenario": str(file),
                "title": scenario.title,
                "as_of": str(scenario.as_of),
                "horizon": str(scenario.horizon_date),
                "runs": projection.runs,
                "seed": projection.seed,
                "engine": projection.engine,
                "precision": projection.precision_data,
                "warnings": as_data(scenario.warnings),
                "hash": projection.hash,
                "versions": dict(projection.versions),
                **headline.data(projection.digest),
            }
        )
        return
    typer.echo(projection_table(projection.digest, projection.provenance, Look.of_stdout(), projection.notes), nl=False)


def plot(
    source: FileOrFolder,
    kind: Annotated[
        str,
        typer.Argument(help="burndown: unresolved issues over time, recorded and projected.", autocompletion=kinds),
    ] = "burndown",
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Where to write it: .svg or .png; KIND.svg if it is not given."
        ),
    ] = None,
    runs: Annotated[
        int | None,
        typer.Option(
            "--runs", "-n", metavar="N", min=1, help=f"How many runs of a scenario.  [default: {DEFAULT_RUNS}]"
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="N", min=0, help=f"The seed for a scenario.  [default: {DEFAULT_SEED}]"),
    ] = None,
    engine: Engine = "auto",
    as_json: Json = False,
) -> None:
    """Draw a picture, with a CSV file of its data beside it."""
    from negsim.plots import check_kind, picture_format

    target = output if output is not None else Path(f"{kind}.svg")
    check_kind(kind)
    picture_format(target)
    projection = _projection(source, runs, seed, engine, quiet=as_json)
    table = projection.plot(kind).save(target)
    if not as_json:
        typer.echo(f"{target} and its data, {table}")
        return
    print_json(
        {
            "source": str(source),
            "kind": kind,
            "picture": str(target),
            "table": str(table),
            "runs": projection.runs,
            "seed": projection.seed,
            "engine": projection.engine,
            "hash": projection.hash,
        }
    )


def trace(
    file: Scenario,
    number: Annotated[int, typer.Option("--run", metavar="K", min=0, help="Which run; the first is 0.")] = 0,
    seed: Seed = DEFAULT_SEED,
    as_json: Json = False,
) -> None:
    """Tell one run as a story.

    Meetings, offers, who moved, agreements, shocks, what blocked.
    """
    from negsim.runs import trace as replay
    from negsim.scenario import load

    story = replay(load(file), number, seed)
    if as_json:
        print_json({"scenario": str(file), **story.data()})
    else:
        typer.echo(story.text, nl=False)


def _projection(source: Path, runs: int | None, seed: int | None, engine: str, quiet: bool) -> Projection:
    if source.is_dir():
        from negsim.store import load as load_folder

        if runs is not None or seed is not None:
            raise NegsimError(f"{source} holds runs that are done; --runs and --seed go with a scenario file")
        return load_folder(source)
    from negsim.scenario import load

    return _run(source, load(source), runs, DEFAULT_SEED if seed is None else seed, engine, quiet)


@contextmanager
def _executor(workers: int, dask: str | None, engine: str) -> Iterator[Executor | None]:
    """Who plays the runs: this process, some threads or processes of this machine, or a Dask cluster."""
    if dask is not None:
        from negsim.cluster import dask_executor

        with dask_executor(dask) as executor:
            yield executor
    elif workers > 1:
        from negsim.cluster import local_executor

        with local_executor(workers, engine) as executor:
            yield executor
    else:
        yield None


def _run(file: Path, scenario: Any, runs: int | None, seed: int, engine: str, quiet: bool, **more: Any) -> Projection:
    """Run a scenario where somebody watches; ``quiet``: its warnings are not printed."""
    from negsim.precision import MOST, Precision
    from negsim.runs import pick_engine
    from negsim.runs import run as run_all

    for warning in () if quiet else scenario.warnings:
        typer.echo(warning.render(Look.of(sys.stderr)), err=True)
    total = runs or DEFAULT_RUNS
    if (precision := more.get("precision")) is not None:
        total = Precision.of(precision, runs or MOST).enough
    engine = pick_engine(engine, total)
    _announce(engine)
    try:
        with _progress(total, file.stem) as progress:
            return run_all(scenario, runs, seed, engine, progress, **more)
    except KeyboardInterrupt:
        if (out := more.get("out")) is not None and out.with_name(f"{out.name}.unfinished").is_dir():
            typer.echo(f"Stopped. {out}.unfinished keeps what is finished; the same command goes on there.", err=True)
        raise


def _announce(engine: str) -> None:
    """Say why nothing seems to happen, where somebody watches."""
    from negsim.machine import is_compiled

    if sys.stderr.isatty() and not is_compiled(engine):
        typer.echo(f"Compiling the {engine} engine for this machine, once: about half a minute.", err=True)


@contextmanager
def _progress(total: int, what: str) -> Iterator[Callable[[int], object]]:
    """A progress bar on standard error, for somebody who watches; nothing where it is piped.

    What an earlier attempt had finished counts as done, but not for the rate.
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
        total=total, desc=what, unit=" runs", unit_scale=True, leave=False, disable=not sys.stderr.isatty()
    ) as bar:
        yield advance
