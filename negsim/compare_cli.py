"""``negsim compare``: scenarios against a first one, under common luck."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from negsim.runs import DEFAULT_RUNS, DEFAULT_SEED

if TYPE_CHECKING:
    from negsim.projection import Projection
    from negsim.scenario import Scenario


def compare(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILES_OR_DIRS...",
            help="Two scenarios or more, or folders that run --out has written; the first is what the others are "
            "compared with.",
        ),
    ],
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="DATE", help="Resolved by when; 24 months on, or the last date, if not given."),
    ] = None,
    runs: Annotated[
        int | None,
        typer.Option(
            "--runs", "-n", min=1, help=f"How many runs of each, or as in the folders.  [default: {DEFAULT_RUNS}]"
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", min=0, help=f"The key of all draws, or as in the folders.  [default: {DEFAULT_SEED}]"),
    ] = None,
    engine: Annotated[str, typer.Option("--engine", help="auto, batch or reference; the result is the same.")] = "auto",
    workers: Annotated[int, typer.Option("--workers", min=1, help="How many processors play the runs.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")] = False,
) -> None:
    """Compare scenarios run by run: what changes, how surely, and which assumptions differ."""
    from negsim.cli import _announce, _executor, _print_json, _progress
    from negsim.comparison import compare as compare_all
    from negsim.comparison_table import comparison_table
    from negsim.projection import Projection
    from negsim.runs import pick_engine
    from negsim.terminal import Look

    given = [_source(path) for path in sources]
    to_play = [each for each in given if not isinstance(each, Projection)]
    for warning in dict.fromkeys(warning.render() for each in to_play for warning in each.warnings):
        typer.echo(warning, err=True)
    total = runs or next((each.runs for each in given if isinstance(each, Projection)), DEFAULT_RUNS)
    engine = pick_engine(engine, total * len(to_play))
    if to_play:
        _announce(engine)
    with _executor(workers, None, engine) as executor, _progress(total * len(to_play), "compare") as progress:
        found = compare_all(*given, runs=runs, seed=seed, engine=engine, by=by, executor=executor, progress=progress)
    if as_json:
        _print_json(found.data())
    else:
        typer.echo(comparison_table(found, Look.of_stdout()), nl=False)


def _source(path: Path) -> Scenario | Projection:
    if path.is_dir():
        from negsim.store import load as load_folder

        return load_folder(path)
    from negsim.scenario import load

    return load(path)
