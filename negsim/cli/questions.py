"""Commands that answer questions: when, how-many, explain."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from negsim.cli.days import day_by, default_day_notice
from negsim.cli.execution import check_dates, conditional, progress, projection, projections, scenario_of
from negsim.cli.options import (
    AsOf,
    By,
    Cores,
    Dates,
    Engine,
    FileOrFolder,
    FileRuns,
    FileSeed,
    Given,
    Json,
    Runs,
    Scenario,
    Seed,
    as_share,
    scenario_issues,
)
from negsim.cli.output import builtin_notice, emit
from negsim.projection import DEFAULT_RUNS, DEFAULT_SEED

Issues = Annotated[
    str | None,
    typer.Option("--issues", metavar="A,B,C", help="Ids of issues, with commas.  [default: all]"),
]


def when(
    source: FileOrFolder,
    probability: Annotated[
        str, typer.Option("--probability", "-p", metavar="P", help="Probability, such as 0.6 or 60%.")
    ] = "0.8",
    issues: Issues = None,
    first: Annotated[
        int | None, typer.Option("--first", metavar="K", min=1, help="At least K of the issues, in any order.")
    ] = None,
    given: Given = None,
    runs: FileRuns = None,
    seed: FileSeed = None,
    as_of: AsOf = None,
    engine: Engine = "auto",
    workers: Cores = None,
    dates: Dates = None,
    as_json: Json = False,
) -> None:
    """Dates by which issues are resolved with a probability.

    For each issue, for all of them and for the first k: the first date by which this share of the runs has resolved
    them, with its 95 % interval. --given counts only the runs in which a condition holds.
    """
    from negsim.analysis import check_probability
    from negsim.cli.planning_table import DatesTable

    wanted = as_share("--probability", probability)
    check_probability(wanted)
    (projected,) = projections([source], runs, seed, engine, quiet=as_json, dates=dates, as_of=as_of, workers=workers)
    projected = conditional(projected, given)
    found = DatesTable(projected, wanted, _names(issues), first)
    emit(
        as_json,
        lambda: {"source": str(source), **_origin(projected), **found.data()},
        found.text,
        builtin_notice(source, folders=True),
    )


def how_many(
    source: FileOrFolder,
    by: Annotated[
        str,
        typer.Option(
            "--by", metavar="DAY", help='A date (2027-04-10), a time from the as-of date ("2 years") or horizon.'
        ),
    ],
    issues: Issues = None,
    runs: FileRuns = None,
    seed: FileSeed = None,
    as_of: AsOf = None,
    engine: Engine = "auto",
    workers: Cores = None,
    as_json: Json = False,
) -> None:
    """Number of issues resolved by a date, with probabilities."""
    from negsim.cli.planning_table import how_many_text, how_many_words

    projected = projection(source, runs, seed, engine, quiet=as_json, as_of=as_of, workers=workers)
    found = projected.how_many(str(day_by(by, projected.scenario)), _names(issues))
    emit(
        as_json,
        lambda: {"source": str(source), **_origin(projected), **found.data(), "words": how_many_words(found)},
        lambda style: how_many_text(projected, found, style),
        builtin_notice(source, folders=True),
    )


def explain(
    file: Scenario,
    issue: Annotated[str, typer.Argument(metavar="ISSUE", help="Id of an issue.", autocompletion=scenario_issues)],
    side: Annotated[
        str | None, typer.Option("--side", metavar="NAME", help="Only changes that this side can make alone.")
    ] = None,
    by: By = None,
    runs: Runs = None,
    seed: Seed = DEFAULT_SEED,
    as_of: AsOf = None,
    engine: Engine = "auto",
    workers: Cores = None,
    dates: Dates = None,
    as_json: Json = False,
) -> None:
    """Why an issue takes so long, and what would change it.

    Prints what the issue waits for, how it ends where it is not resolved, which changes by one side or both bring it
    forward most, and which delay it. Each change is tried in pairs of runs with common random numbers. --json holds the
    figures of every change.
    """
    from negsim.experiments import explain as why
    from negsim.experiments import variants
    from negsim.simulation import pick_engine

    scenario = scenario_of(file, as_of)
    check_dates(scenario, dates)
    sets, each = variants(scenario, issue, side), runs or DEFAULT_RUNS
    engine = pick_engine(engine)
    with progress(sets * each, f"explain {issue}") as advance:
        found = why(
            scenario,
            issue,
            side=side,
            by=day_by(by, scenario),
            runs=runs,
            seed=seed,
            engine=engine,
            workers=workers,
            progress=advance,
        ).time_scale(dates)
    emit(
        as_json, lambda: {"file": str(file), **found.data()}, found.render, builtin_notice(file), default_day_notice(by)
    )


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
        **({"given": projected.condition} if projected.condition else {}),
    }
