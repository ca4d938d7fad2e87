"""``negsim compare``: scenarios against a first one, under common luck."""

from __future__ import annotations

import typer

from negsim.cli.execution import announce, executor_of, loaded, progress
from negsim.cli.options import By, Engine, FileRuns, FileSeed, FilesOrFolders, Json, Workers, print_json, say_builtin
from negsim.files import TextStyle
from negsim.projection import DEFAULT_RUNS


def compare(
    sources: FilesOrFolders,
    by: By = None,
    runs: FileRuns = None,
    seed: FileSeed = None,
    engine: Engine = "auto",
    workers: Workers = 1,
    as_json: Json = False,
) -> None:
    """Compare scenarios run by run: what changes, how surely, why.

    The first is what the others are compared with. Folders are taken with their runs and their seed.
    """
    from negsim.cli.comparison_table import comparison_table
    from negsim.experiments import compare as compare_all
    from negsim.projection import Projection
    from negsim.simulation import pick_engine

    given = [loaded(path) for path in sources]
    to_play = [each for each in given if not isinstance(each, Projection)]
    for warning in dict.fromkeys(warning.render() for each in to_play for warning in each.warnings):
        typer.echo(warning, err=True)
    total = runs or next((each.runs for each in given if isinstance(each, Projection)), DEFAULT_RUNS)
    engine = pick_engine(engine, total * len(to_play))
    if to_play:
        announce(engine)
    with executor_of(workers, None, engine) as executor, progress(total * len(to_play), "compare") as advance:
        found = compare_all(*given, runs=runs, seed=seed, engine=engine, by=by, executor=executor, progress=advance)
    if as_json:
        print_json(found.data())
    else:
        say_builtin(*sources, folders=True)
        typer.echo(comparison_table(found, TextStyle.of_stdout()), nl=False)
