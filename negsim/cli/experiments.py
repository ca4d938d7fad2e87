"""Commands that run experiments on the assumptions: sweep, sensitivity, discover."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from negsim.cli.days import default_day_notice
from negsim.cli.execution import check_dates, loaded, progress, resumable, workers_of
from negsim.cli.options import (
    By,
    Dask,
    Dates,
    Engine,
    FileOrFolder,
    FileRuns,
    FileSeed,
    Json,
    Milestones,
    Picture,
    Scenario,
    Seed,
    Workers,
    check_picture,
    milestone_list,
)
from negsim.cli.output import builtin_notice, emit, make_parent
from negsim.errors import NegsimError
from negsim.projection import DEFAULT_SEED

if TYPE_CHECKING:
    from negsim.experiments import Factor, Sweep
    from negsim.projection import Projection
    from negsim.scenario import Scenario as ScenarioType

Issue = Annotated[
    str | None,
    typer.Option("--issue", metavar="ID", help="Outcome of this issue, or of all.  [default: number resolved]"),
]
Factors = Annotated[
    list[str] | None, typer.Option("--factor", metavar="PATH", help="Only this factor; can be repeated.")
]
Vary = Annotated[
    list[str],
    typer.Option("--vary", metavar="PATH=VALUES", help="Values with commas between them, or a distribution."),
]
Design = Annotated[
    str,
    typer.Option("--design", metavar="NAME", help="grid, latin or sobol; saltelli or morris for sensitivity."),
]
SweepOut = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Folder for all outcomes (Parquet). A stopped sweep resumes there."),
]
AtLeast = Annotated[
    float | None,
    typer.Option(
        "--at-least",
        metavar="X",
        help="For a sweep: an experiment counts from this share of its runs (0.5), or, without --issue, from this "
        "number of issues.",
    ),
]


def sweep(
    file: Scenario,
    vary: Vary,
    design: Design = "grid",
    samples: Annotated[
        int | None,
        typer.Option("--samples", metavar="N", min=1, help="Samples of a design other than grid.  [default: 128]"),
    ] = None,
    runs: Annotated[int, typer.Option("--runs", "-n", metavar="N", min=1, help="Runs of each experiment.")] = 500,
    seed: Seed = DEFAULT_SEED,
    engine: Engine = "auto",
    workers: Workers = 1,
    dask: Dask = None,
    out: SweepOut = None,
    by: By = None,
    dates: Dates = None,
    milestones: Milestones = None,
    as_json: Json = False,
) -> None:
    """Run a scenario over many values of some assumptions.

    Each combination of values is an experiment with its own runs. A path is written as in the file:
    tactics.us.beta=0.2,0.5,1 or parameters.us_patience.value='{uniform: {low: 6 months, high: 3 years}}' or
    leave_out='[],[flights]'.
    """
    from negsim.cli.experiment_tables import sweep_data, sweep_text
    from negsim.experiments import DEFAULT_SAMPLES, by_words, milestones_of, points
    from negsim.experiments import sweep as sweep_all
    from negsim.scenario import load

    scenario, factors, number = load(file), _factors(vary), samples or DEFAULT_SAMPLES
    check_dates(scenario, dates, asked := milestone_list(milestones))
    day = None if by is None else by_words(by, scenario)
    extra = [] if day in (None, "horizon") else [str(day)]
    lengths = [*milestones_of(scenario, asked), *extra]
    total = len(points(design, factors, number, seed)) * runs
    with workers_of(workers, dask) as where, resumable(out), progress(total, file.stem) as advance:
        done = sweep_all(
            scenario, factors, design, number, runs, seed, engine, advance, workers=where, milestones=lengths, out=out,
            command=shlex.join(["negsim", *sys.argv[1:]]),
        )  # fmt: skip
    about: dict[str, Any] = {
        "scenario": str(file),
        "hash": scenario.hash,
        "factors": [factor.data() for factor in factors],
        "design": design,
        "runs": runs,
        "seed": seed,
        "out": None if out is None else str(out),
    }
    emit(
        as_json,
        lambda: about | sweep_data(done),
        lambda style: sweep_text(done, style, day, dates),
        builtin_notice(file),
        default_day_notice(by),
    )


def sensitivity(
    source: FileOrFolder,
    issue: Issue = None,
    by: By = None,
    days: Annotated[
        bool, typer.Option("--days", help="Outcome is the time to resolution in days, cut at the horizon.")
    ] = False,
    method: Annotated[
        str | None,
        typer.Option("--method", metavar="NAME", help="For a scenario: given (runs), sobol or morris (experiments)."),
    ] = None,
    factors: Factors = None,
    samples: Annotated[
        int | None, typer.Option("--samples", metavar="N", min=2, help="Samples of sobol (128) or morris (16).")
    ] = None,
    runs: FileRuns = None,
    seed: FileSeed = None,
    workers: Workers = 1,
    top: Annotated[int, typer.Option("--top", metavar="N", min=1, help="Number of factors to print.")] = 12,
    dates: Dates = None,
    output: Picture = None,
    as_json: Json = False,
) -> None:
    """Rank assumptions by their effect on an outcome.

    The source is a scenario, a folder written by run --out, or a folder written by sweep --out. The result also states
    how much of the variance is chance.
    """
    from negsim.cli.experiment_tables import sensitivity_text
    from negsim.experiments import Sweep, planned
    from negsim.experiments import sensitivity as found_by
    from negsim.projection import Projection
    from negsim.scenario import Scenario as ScenarioClass

    check_picture(output)
    given = _source(source, runs, seed)
    check_dates(given if isinstance(given, ScenarioClass) else given.scenario, dates)
    total = 0 if isinstance(given, Projection | Sweep) else planned(given, method, factors or (), samples, runs)
    with progress(total, source.stem) as advance:
        found = found_by(
            given, issue, by, days, method, names=factors or (), samples=samples, runs=runs,
            seed=DEFAULT_SEED if seed is None else seed, workers=workers, progress=advance,
        ).time_scale(dates)  # fmt: skip
    if output is not None:
        found.plot(top).save(make_parent(output))
    emit(
        as_json,
        lambda: {"source": str(source), **found.data()},
        lambda style: sensitivity_text(found, style, top),
        builtin_notice(source, folders=True),
        default_day_notice(by) if issue is not None and not days else "",
    )


def discover(
    source: FileOrFolder,
    issue: Issue = None,
    by: By = None,
    method: Annotated[str, typer.Option("--method", metavar="NAME", help="prim or cart.")] = "prim",
    at_least: AtLeast = None,
    density: Annotated[
        float,
        typer.Option("--density", metavar="X", min=0, max=1, help="Share of its cases with the outcome to reach."),
    ] = 0.8,
    mass: Annotated[
        float, typer.Option("--mass", metavar="X", min=0.001, max=1, help="Smallest share of all cases in a region.")
    ] = 0.05,
    boxes: Annotated[int, typer.Option("--boxes", metavar="N", min=1, help="Largest number of regions.")] = 1,
    factors: Factors = None,
    runs: FileRuns = None,
    seed: FileSeed = None,
    workers: Workers = 1,
    dates: Dates = None,
    output: Picture = None,
    as_json: Json = False,
) -> None:
    """Find ranges of assumptions in which an outcome happens.

    The source is a scenario, a folder written by run --out, or a folder written by sweep --out.
    """
    from negsim.cli.experiment_tables import discovery_text
    from negsim.experiments import RUNS
    from negsim.experiments import discover as found_by
    from negsim.scenario import Scenario as ScenarioClass

    check_picture(output)
    given = _source(source, runs, seed)
    check_dates(given if isinstance(given, ScenarioClass) else given.scenario, dates)
    found = found_by(
        given, issue, by, method, at_least=at_least, density=density, least=mass, boxes=boxes,
        names=factors or (), runs=runs or RUNS, seed=DEFAULT_SEED if seed is None else seed,
        workers=workers,
    ).time_scale(dates)  # fmt: skip
    if output is not None and found.boxes:
        found.plot().save(make_parent(output))
    elif output is not None:
        typer.echo(f"warning: {output} was not written, because no region was found", err=True)
    emit(
        as_json,
        lambda: {"source": str(source), **found.data()},
        lambda style: discovery_text(found, style),
        builtin_notice(source, folders=True),
        default_day_notice(by) if issue is not None else "",
    )


def _factors(vary: Sequence[str]) -> list[Factor]:
    from negsim.experiments import Factor, read_vary

    factors = [Factor.of(*read_vary(text)) for text in vary]
    if len({factor.path for factor in factors}) < len(factors):
        raise NegsimError("a path is varied twice; give all its values in one --vary")
    return factors


def _source(path: Path, runs: int | None, seed: int | None) -> ScenarioType | Projection | Sweep:
    from negsim.experiments import TABLE, Sweep

    if path.is_dir() and (runs is not None or seed is not None):
        raise NegsimError(f"{path} holds finished runs; --runs and --seed need a scenario file")
    return Sweep.load(path) if (path / TABLE).is_file() else loaded(path)
