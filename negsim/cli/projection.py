"""Commands that run a scenario: run, plot, report, trace."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from negsim.cli.execution import (
    check_dates,
    check_out,
    conditional,
    projections,
    run_file,
    scenario_of,
    workers_of,
)
from negsim.cli.options import (
    AsOf,
    Cores,
    Dask,
    Dates,
    Engine,
    FileOrFolder,
    FileRuns,
    FileSeed,
    FilesOrFolders,
    Given,
    Json,
    Milestones,
    Runs,
    Scenario,
    Seed,
    Strict,
    kinds,
    milestone_list,
)
from negsim.cli.output import builtin_notice, count, emit, make_parent, quick_pictures, warnings_on_stderr
from negsim.errors import NegsimError
from negsim.projection import DEFAULT_SEED

if TYPE_CHECKING:
    from negsim.projection import Projection

Reference = Annotated[
    bool, typer.Option("--reference", help="Show the base rates of other negotiations beside each issue.")
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
            help="Folder for all outcomes (Parquet) and a manifest. A stopped run resumes there.",
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Replace results of this scenario with other runs or another seed, and run however long it takes.",
        ),
    ] = False,
    precision: Annotated[
        str | None,
        typer.Option(
            "--precision",
            metavar="X",
            help="Run until the standard error of every probability (0.005) or 50 % date (7d) is at most X. Uses 8,192 "
            "runs to --runs, by default a million.",
        ),
    ] = None,
    workers: Cores = None,
    dask: Dask = None,
    strict: Strict = False,
    as_of: AsOf = None,
    dates: Dates = None,
    milestones: Milestones = None,
    reference: Reference = False,
    as_json: Json = False,
) -> None:
    """Run a scenario: when is each issue resolved, how surely?"""
    from negsim.cli.projection_table import projection_data, projection_table
    from negsim.simulation import pick_engine

    scenario, asked = scenario_of(file, as_of, strict), milestone_list(milestones)
    check_dates(scenario, dates, asked)
    if not force:
        check_out(out, scenario, runs, seed, precision)
    engine = pick_engine(engine)
    with workers_of(workers, dask) as where:
        projected = run_file(
            file, scenario, runs, seed, engine, workers=where, out=out, precision=precision,
            quiet=as_json, force=force, command=shlex.join(["negsim", *sys.argv[1:]]),
        )  # fmt: skip
    projected = projected.time_scale(dates, asked)
    others = _base_rates(projected) if reference else None
    emit(
        as_json,
        lambda: {"scenario": str(file), **projection_data(projected, others)},
        lambda style: projection_table(
            projected.digest, projected.provenance, style, projected.notes, others.digest if others else None
        ),
        builtin_notice(file),
    )


def _base_rates(projected: Projection) -> Projection | None:
    """The base rates of other negotiations for the issues of a projection, with the same runs, seed and time scale.

    None, and a warning on standard error, if there are none, as when every issue is agreed.
    """
    from negsim.calibration import base_rates

    try:
        return base_rates(projected)
    except NegsimError as error:
        typer.echo(f"warning: no base rates: {error}", err=True)
        return None


def plot(
    source: FileOrFolder,
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="burndown, burnup, flow, survival, calendar, gap, terms, frontier, waiting, last, climate or trace.",
            autocompletion=kinds,
        ),
    ] = "burndown",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Picture file, .svg or .png.  [default: KIND.svg]"),
    ] = None,
    run: Annotated[
        int | None, typer.Option("--run", metavar="K", min=0, help="For trace and climate: number of the run.")
    ] = None,
    of: Annotated[str | None, typer.Option("--of", metavar="NAME", help="For frontier: package or issue.")] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="DATE",
            help="For burndown, burnup, flow, calendar: first day of the record shown.  [default: depends on the "
            "horizon]",
        ),
    ] = None,
    given: Given = None,
    others: Annotated[
        list[Path] | None,
        typer.Option(
            "--with",
            metavar="FILE_OR_DIR",
            help="For burndown, calendar, survival: a scenario or results folder to show too. May be repeated.",
        ),
    ] = None,
    runs: FileRuns = None,
    seed: FileSeed = None,
    as_of: AsOf = None,
    engine: Engine = "auto",
    workers: Cores = None,
    dates: Dates = None,
    as_json: Json = False,
) -> None:
    """Draw a picture, with its data as CSV."""
    from negsim.plots import Copies, check_kind, picture_format, save_picture

    target = output if output is not None else Path(f"{kind}.svg")
    check_kind(kind)
    picture_format(target)
    sources = [source, *(others or [])]
    with Copies(1, quick_pictures) as copies:
        projected, *beside = projections(
            sources, runs, seed, engine, quiet=as_json, dates=dates, as_of=as_of, workers=workers
        )
        projected = conditional(projected, given)
        with warnings_on_stderr():
            data = projected.plot.data(kind, run=run, of=of, since=since, others=beside)
            table = save_picture(kind, data, make_parent(target), copies)
    found = {
        "source": str(source),
        "kind": kind,
        "picture": str(target),
        "table": str(table),
        "runs": projected.runs,
        "seed": projected.seed,
        "engine": projected.engine,
        "hash": projected.hash,
        **({"given": projected.condition} if projected.condition else {}),
    }
    emit(as_json, lambda: found, lambda _: f"wrote {target} and {table}", builtin_notice(*sources, folders=True))


def report(
    sources: FilesOrFolders,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Page to write.")] = Path(
        "report.html"
    ),
    runs: FileRuns = None,
    seed: FileSeed = None,
    as_of: AsOf = None,
    engine: Engine = "auto",
    dates: Dates = None,
    milestones: Milestones = None,
    reference: Reference = False,
    timeline: Annotated[
        Path | None,
        typer.Option("--timeline", metavar="DIR", help="Add a section from a folder of negsim timeline --out."),
    ] = None,
    workers: Cores = None,
    as_json: Json = False,
) -> None:
    """Write an HTML page: results, pictures, assumptions, agenda.

    The page is one file and needs no network. Other scenarios are compared with the first. Next to a results folder,
    scenarios take its runs and seed.
    """
    from negsim.plots import Copies
    from negsim.reporting import page_of

    history = None
    if timeline is not None:
        from negsim.monitoring import Timeline

        history = Timeline.load(timeline)
    asked = milestone_list(milestones)
    with Copies(prepare=quick_pictures) as copies:
        projected = projections(
            sources, runs, seed, engine, quiet=as_json, dates=dates, milestones=asked, as_of=as_of, workers=workers
        )
        with warnings_on_stderr():
            size = len(page_of(projected, copies, make_parent(output), reference, history).encode())
    titles = [each.scenario.title for each in projected]
    emit(
        as_json,
        lambda: {"page": str(output), "bytes": size, "scenarios": titles},
        lambda _: f"wrote {output}: {size / 1000:,.0f} kB, {count(len(titles), 'scenario')}",
        builtin_notice(*sources, folders=True),
    )


def trace(
    file: Scenario,
    number: Annotated[int, typer.Option("--run", metavar="K", min=0, help="Number of the run; the first is 0.")] = 0,
    seed: Seed = DEFAULT_SEED,
    as_of: AsOf = None,
    dates: Dates = None,
    as_json: Json = False,
) -> None:
    """Print one run, event by event.

    Meetings, offers, concessions, agreements, shocks, and what blocked an agreement.
    """
    from negsim.projection import trace as replay

    scenario = scenario_of(file, as_of)
    check_dates(scenario, dates)
    found = replay(scenario, number, seed).time_scale(dates)
    emit(as_json, lambda: {"scenario": str(file), **found.data()}, lambda _: found.text, builtin_notice(file))
