"""The questions that people put to a projection: when, how many."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from negsim.cli.execution import announce, executor_of, progress, projection
from negsim.cli.options import (
    By,
    Engine,
    FileOrFolder,
    FileRuns,
    FileSeed,
    Json,
    Runs,
    Scenario,
    Seed,
    Workers,
    print_json,
    say_builtin,
    scenario_issues,
)
from negsim.files import TextStyle
from negsim.projection import DEFAULT_RUNS, DEFAULT_SEED

Issues = Annotated[
    str | None,
    typer.Option("--issues", metavar="A,B,C", help="Only these issues, by id with commas; all of them if not given."),
]


def when(
    source: FileOrFolder,
    probability: Annotated[
        float, typer.Option("--probability", "-p", metavar="P", help="In which share of the runs, above 0 to 1.")
    ] = 0.8,
    issues: Issues = None,
    first: Annotated[
        int | None, typer.Option("--first", metavar="K", min=1, help="At least K of them, whichever they are.")
    ] = None,
    runs: FileRuns = None,
    seed: FileSeed = None,
    engine: Engine = "auto",
    as_json: Json = False,
) -> None:
    """Say by when issues are resolved with a probability.

    Each of them, all of them, and the first k of them: the first date by which at least that share of the runs has
    resolved so many, with its 95 % interval.
    """
    from negsim.analysis import check_probability
    from negsim.cli.planning_table import Dates

    check_probability(probability)
    projected = projection(source, runs, seed, engine, quiet=as_json)
    found = Dates(projected, probability, _names(issues), first)
    if as_json:
        print_json({"source": str(source), **_origin(projected), **found.data()})
    else:
        say_builtin(source, folders=True)
        typer.echo(found.text(TextStyle.of_stdout()), nl=False)


def how_many(
    source: FileOrFolder,
    by: Annotated[str, typer.Option("--by", metavar="DATE", help="By when, such as 2027-04-10.")],
    issues: Issues = None,
    runs: FileRuns = None,
    seed: FileSeed = None,
    engine: Engine = "auto",
    as_json: Json = False,
) -> None:
    """Say how many issues are resolved by a date, and how surely."""
    from negsim.cli.planning_table import how_many_text, how_many_words

    projected = projection(source, runs, seed, engine, quiet=as_json)
    found = projected.how_many(by, _names(issues))
    if as_json:
        print_json({"source": str(source), **_origin(projected), **found.data(), "words": how_many_words(found)})
    else:
        say_builtin(source, folders=True)
        typer.echo(how_many_text(projected, found, TextStyle.of_stdout()), nl=False)


def explain(
    file: Scenario,
    issue: Annotated[str, typer.Argument(metavar="ISSUE", help="The issue, by id.", autocompletion=scenario_issues)],
    side: Annotated[
        str | None, typer.Option("--side", metavar="NAME", help="Only what this side could do alone.")
    ] = None,
    by: By = None,
    runs: Runs = None,
    seed: Seed = DEFAULT_SEED,
    engine: Engine = "auto",
    workers: Workers = 1,
    as_json: Json = False,
) -> None:
    """Say why an issue comes so late, and what would change it.

    What it waits for, what becomes of it where it is not resolved, which steps of a side or of both would bring it
    forward most, and what would set it back. Each step is tried in pairs of runs under common luck.
    """
    from negsim.experiments import explain as why
    from negsim.experiments import variants
    from negsim.scenario import load
    from negsim.simulation import pick_engine

    scenario = load(file)
    sets, each = variants(scenario, issue, side), runs or DEFAULT_RUNS
    engine = pick_engine(engine, sets * each)
    announce(engine)
    with executor_of(workers, None, engine) as executor, progress(sets * each, f"explain {issue}") as advance:
        found = why(
            scenario, issue, side=side, by=by, runs=runs, seed=seed, engine=engine, executor=executor, progress=advance
        )
    if as_json:
        print_json({"file": str(file), **found.data()})
    else:
        say_builtin(file)
        typer.echo(found.render(TextStyle.of_stdout()), nl=False)


def _names(issues: str | None) -> list[str] | None:
    return None if issues is None else [name.strip() for name in issues.split(",")]


def _origin(projected: Any) -> dict[str, Any]:
    return {
        "title": projected.scenario.title,
        "as_of": str(projected.scenario.as_of),
        "horizon": str(projected.scenario.horizon_date),
        "runs": projected.runs,
        "seed": projected.seed,
        "engine": projected.engine,
        "hash": projected.hash,
    }
