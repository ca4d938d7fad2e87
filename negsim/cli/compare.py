"""The command that compares scenarios."""

from __future__ import annotations

from dataclasses import replace

from negsim.cli.days import day_by, default_day_notice
from negsim.cli.execution import check_dates, loaded, progress, warn
from negsim.cli.options import (
    AsOf,
    By,
    Dates,
    Engine,
    FileRuns,
    FileSeed,
    FilesOrFolders,
    Json,
    Picture,
    Workers,
    check_picture,
)
from negsim.cli.output import builtin_notice, emit, make_parent
from negsim.projection import DEFAULT_RUNS


def compare(
    sources: FilesOrFolders,
    by: By = None,
    runs: FileRuns = None,
    seed: FileSeed = None,
    as_of: AsOf = None,
    engine: Engine = "auto",
    workers: Workers = 1,
    dates: Dates = None,
    output: Picture = None,
    as_json: Json = False,
) -> None:
    """Compare scenarios run by run: differences with intervals.

    Each scenario is compared with the first. All use common random numbers. A results folder keeps its runs and seed.
    """
    from negsim.cli.comparison_table import comparison_table
    from negsim.experiments import compare as compare_all
    from negsim.projection import Projection
    from negsim.simulation import pick_engine

    check_picture(output)
    given = [loaded(path, as_of) for path in sources]
    to_run = [each for each in given if not isinstance(each, Projection)]
    warn(*to_run)
    first = given[0].scenario if isinstance(given[0], Projection) else given[0]
    on = day_by(by, first)
    check_dates(first, dates)
    total = runs or next((each.runs for each in given if isinstance(each, Projection)), DEFAULT_RUNS)
    engine = pick_engine(engine)
    with progress(total * len(to_run), "compare") as advance:
        found = compare_all(*given, runs=runs, seed=seed, engine=engine, by=on, workers=workers, progress=advance)
    if dates is not None:
        found = replace(found, baseline=found.baseline.time_scale(dates))
    if output is not None:
        found.plot().save(make_parent(output))
    emit(
        as_json,
        found.data,
        lambda style: comparison_table(found, style),
        builtin_notice(*sources, folders=True),
        default_day_notice(by),
    )
