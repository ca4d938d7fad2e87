"""The commands that find out what matters: sweep, sensitivity, discover."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from negsim.cli.execution import announce, executor_of, loaded, progress, resumable
from negsim.cli.options import (
    Dask,
    Engine,
    FileOrFolder,
    FileRuns,
    FileSeed,
    Json,
    Scenario,
    Seed,
    Workers,
    print_json,
    say_builtin,
)
from negsim.errors import NegsimError
from negsim.files import TextStyle
from negsim.projection import DEFAULT_SEED

if TYPE_CHECKING:
    from negsim.experiments import Sweep
    from negsim.projection import Projection
    from negsim.scenario import Scenario as ScenarioType

Issue = Annotated[
    str | None,
    typer.Option("--issue", metavar="ID", help="Whose outcome; all: of the last. Without: how many are resolved."),
]
Within = Annotated[str, typer.Option("--within", metavar="MONTHS", help="Resolved within 6, 12, 24 or horizon.")]
Factors = Annotated[
    list[str] | None, typer.Option("--factor", metavar="PATH", help="Only these factors; may be given several times.")
]
Picture = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="Also draw it, .svg or .png, with its data as CSV."),
]


def sweep(
    file: Scenario,
    vary: Annotated[
        list[str],
        typer.Option(
            "--vary",
            metavar="PATH=VALUES",
            help="What is varied, and over what: values with commas between them, or a distribution.",
        ),
    ],
    design: Annotated[
        str, typer.Option("--design", metavar="NAME", help="grid, latin, sobol; saltelli, morris for sensitivity.")
    ] = "grid",
    samples: Annotated[
        int | None, typer.Option("--samples", metavar="N", min=1, help="Samples of a design but grid.  [default: 128]")
    ] = None,
    runs: Annotated[int, typer.Option("--runs", "-n", metavar="N", min=1, help="Runs an experiment.")] = 500,
    seed: Seed = DEFAULT_SEED,
    engine: Engine = "auto",
    workers: Workers = 1,
    dask: Dask = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Keep all outcomes (Parquet) here; what is stopped goes on there."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Try many values of some assumptions, each with all its runs.

    A path is that of the file, such as tactics.us.beta=0.2,0.5,1 or
    parameters.us_patience.value='{uniform: {low: 6 months, high: 3 years}}' or leave_out='[],[flights]'.
    """
    from negsim.cli.experiment_tables import sweep_words
    from negsim.experiments import DEFAULT_SAMPLES, Factor, points, read_vary
    from negsim.experiments import sweep as sweep_all
    from negsim.scenario import load
    from negsim.simulation import pick_engine

    scenario = load(file)
    factors = [Factor.of(*read_vary(text)) for text in vary]
    if len({factor.path for factor in factors}) < len(factors):
        raise NegsimError("a path is varied twice; say all its values in one --vary")
    number = samples or DEFAULT_SAMPLES
    total = len(points(design, factors, number, seed)) * runs
    announce(pick_engine(engine, total))
    # Processes, as for the reference engine: most of an experiment's work is Python.
    with (
        executor_of(workers, dask, "reference") as executor,
        resumable(out),
        progress(total, file.stem) as advance,
    ):
        done = sweep_all(
            scenario, factors, design, number, runs, seed, engine, advance, executor=executor, out=out,
            command=shlex.join(["negsim", *sys.argv[1:]]),
        )  # fmt: skip
    if as_json:
        print_json(
            {
                "scenario": str(file),
                "hash": scenario.hash,
                "factors": [factor.data() for factor in factors],
                "design": design,
                "experiments": done.experiments,
                "runs": runs,
                "seed": seed,
                "engine": done.engine,
                "out": None if out is None else str(out),
                "outcomes": _rows(done),
            }
        )
    else:
        say_builtin(file)
        typer.echo(sweep_words(done, TextStyle.of_stdout()), nl=False)


def sensitivity(
    source: FileOrFolder,
    issue: Issue = None,
    within: Within = "24",
    days: Annotated[
        bool, typer.Option("--days", help="Not whether but when: days, at the most those to the horizon.")
    ] = False,
    method: Annotated[
        str | None,
        typer.Option(
            "--method", metavar="NAME", help="For a scenario: given (its runs), sobol or morris (experiments)."
        ),
    ] = None,
    factors: Factors = None,
    samples: Annotated[
        int | None, typer.Option("--samples", metavar="N", min=2, help="Samples of sobol (128) or morris (16).")
    ] = None,
    runs: FileRuns = None,
    seed: FileSeed = None,
    workers: Workers = 1,
    top: Annotated[int, typer.Option("--top", metavar="N", min=1, help="How many factors are shown.")] = 12,
    output: Picture = None,
    as_json: Json = False,
) -> None:
    """Say which assumptions matter, and how much is chance.

    Of a scenario, of a folder that run --out has written, or of one that sweep --out has.
    """
    from negsim.cli.experiment_tables import sensitivity_words
    from negsim.experiments import Sweep, planned
    from negsim.experiments import sensitivity as found_by
    from negsim.projection import Projection

    _check_picture(output)
    given = _source(source, runs, seed)
    total = 0 if isinstance(given, Projection | Sweep) else planned(given, method, factors or (), samples, runs)
    announce("batch")
    with executor_of(workers, None, "reference") as executor, progress(total, source.stem) as advance:
        found = found_by(
            given, issue, within, days, method, names=factors or (), samples=samples, runs=runs,
            seed=DEFAULT_SEED if seed is None else seed, executor=executor, progress=advance,
        )  # fmt: skip
    if output is not None:
        found.plot(top).save(output)
    if as_json:
        print_json({"source": str(source), **found.data()})
    else:
        say_builtin(source, folders=True)
        typer.echo(sensitivity_words(found, TextStyle.of_stdout(), top), nl=False)


def discover(
    source: FileOrFolder,
    issue: Issue = None,
    within: Within = "24",
    method: Annotated[str, typer.Option("--method", metavar="NAME", help="prim or cart.")] = "prim",
    at_least: Annotated[
        float | None,
        typer.Option(
            "--at-least",
            metavar="X",
            help="Of a sweep: from which share of its runs an experiment counts (0.5); no --issue: how many issues.",
        ),
    ] = None,
    density: Annotated[
        float, typer.Option("--density", metavar="X", min=0, max=1, help="The share that a corner should reach.")
    ] = 0.8,
    mass: Annotated[
        float,
        typer.Option("--mass", metavar="X", min=0.001, max=1, help="The smallest share of all cases in a corner."),
    ] = 0.05,
    boxes: Annotated[int, typer.Option("--boxes", metavar="N", min=1, help="How many corners at the most.")] = 1,
    factors: Factors = None,
    runs: FileRuns = None,
    seed: FileSeed = None,
    output: Picture = None,
    as_json: Json = False,
) -> None:
    """Find the corner of the assumptions in which it happens.

    Of a scenario, of a folder that run --out has written, or of one that sweep --out has.
    """
    from negsim.cli.experiment_tables import discovery_words
    from negsim.experiments import RUNS
    from negsim.experiments import discover as found_by

    _check_picture(output)
    given = _source(source, runs, seed)
    found = found_by(
        given, issue, within, method, at_least=at_least, density=density, least=mass, boxes=boxes, names=factors or (),
        runs=runs or RUNS, seed=DEFAULT_SEED if seed is None else seed,
    )  # fmt: skip
    if output is not None:
        found.plot().save(output)
    if as_json:
        print_json({"source": str(source), **found.data()})
    else:
        say_builtin(source, folders=True)
        typer.echo(discovery_words(found, TextStyle.of_stdout()), nl=False)


def _source(path: Path, runs: int | None, seed: int | None) -> ScenarioType | Projection | Sweep:
    from negsim.experiments import TABLE, Sweep

    if path.is_dir() and (runs is not None or seed is not None):
        raise NegsimError(f"{path} holds what is done; --runs and --seed go with a scenario file")
    return Sweep.load(path) if (path / TABLE).is_file() else loaded(path)


def _check_picture(output: Path | None) -> None:
    if output is not None:
        from negsim.plots import picture_format

        picture_format(output)


def _rows(done: Sweep) -> list[dict[str, object]]:
    """The table for JSON: what is not within the horizon is null."""
    import math

    def plain(value: object) -> object:
        return None if isinstance(value, float) and not math.isfinite(value) else value

    return [{str(key): plain(value) for key, value in row.items()} for row in done.table.to_dict("records")]
