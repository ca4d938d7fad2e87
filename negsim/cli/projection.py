"""The commands that project: run, plot, trace."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from negsim.cli.execution import executor_of, projection, projections, run_file
from negsim.cli.options import (
    Dask,
    Engine,
    FileOrFolder,
    FileRuns,
    FileSeed,
    FilesOrFolders,
    Json,
    Runs,
    Scenario,
    Seed,
    Workers,
    count,
    kinds,
    print_json,
    say_builtin,
)
from negsim.files import TextStyle
from negsim.projection import DEFAULT_RUNS, DEFAULT_SEED


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
    from negsim.cli.projection_table import projection_table
    from negsim.scenario import as_data, load
    from negsim.simulation import pick_engine

    scenario = load(file)
    engine = pick_engine(engine, runs or DEFAULT_RUNS)  # more than the default with --precision: the same choice
    with executor_of(workers, dask, engine) as executor:
        projected = run_file(
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
                "runs": projected.runs,
                "seed": projected.seed,
                "engine": projected.engine,
                "precision": projected.precision_data,
                "warnings": as_data(scenario.warnings),
                "hash": projected.hash,
                "versions": dict(projected.versions),
                **headline.data(projected.digest),
            }
        )
        return
    say_builtin(file)
    typer.echo(
        projection_table(projected.digest, projected.provenance, TextStyle.of_stdout(), projected.notes), nl=False
    )


def plot(
    source: FileOrFolder,
    kind: Annotated[
        str,
        typer.Argument(
            help="burndown, burnup, flow, survival, calendar, gap, terms, frontier, waiting, last, climate or trace.",
            autocompletion=kinds,
        ),
    ] = "burndown",
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Where to write it: .svg or .png; KIND.svg if it is not given."
        ),
    ] = None,
    run: Annotated[
        int | None, typer.Option("--run", metavar="K", min=0, help="For trace and climate: the run that is shown.")
    ] = None,
    of: Annotated[
        str | None, typer.Option("--of", metavar="NAME", help="For frontier: the package or issue that is shown.")
    ] = None,
    runs: FileRuns = None,
    seed: FileSeed = None,
    engine: Engine = "auto",
    as_json: Json = False,
) -> None:
    """Draw a picture, with a CSV file of its data beside it."""
    from negsim.plots import check_kind, picture_format

    target = output if output is not None else Path(f"{kind}.svg")
    check_kind(kind)
    picture_format(target)
    projected = projection(source, runs, seed, engine, quiet=as_json)
    table = projected.plot(kind, run=run, of=of).save(target)
    if not as_json:
        say_builtin(source, folders=True)
        typer.echo(f"{target} and its data, {table}")
        return
    print_json(
        {
            "source": str(source),
            "kind": kind,
            "picture": str(target),
            "table": str(table),
            "runs": projected.runs,
            "seed": projected.seed,
            "engine": projected.engine,
            "hash": projected.hash,
        }
    )


def report(
    sources: FilesOrFolders,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Where to write it.")] = Path(
        "report.html"
    ),
    runs: FileRuns = None,
    seed: FileSeed = None,
    engine: Engine = "auto",
    as_json: Json = False,
) -> None:
    """Write one page to send: figures, pictures, assumptions, agenda.

    It needs no network. The first scenario is the one that the others are compared with. Beside a folder, scenarios are
    played with its runs and its seed.
    """
    from negsim.reporting import report as write

    projected = projections(sources, runs, seed, engine, quiet=as_json)
    size = len(write(projected, output).encode())
    if as_json:
        print_json({"page": str(output), "bytes": size, "scenarios": [each.scenario.title for each in projected]})
    else:
        say_builtin(*sources, folders=True)
        typer.echo(f"{output}: {size / 1000:,.0f} kB, {count(len(projected), 'scenario')}")


def trace(
    file: Scenario,
    number: Annotated[int, typer.Option("--run", metavar="K", min=0, help="Which run; the first is 0.")] = 0,
    seed: Seed = DEFAULT_SEED,
    as_json: Json = False,
) -> None:
    """Tell one run as a story.

    Meetings, offers, who moved, agreements, shocks, what blocked.
    """
    from negsim.projection import trace as replay
    from negsim.scenario import load

    story = replay(load(file), number, seed)
    if as_json:
        print_json({"scenario": str(file), **story.data()})
    else:
        say_builtin(file)
        typer.echo(story.text, nl=False)
