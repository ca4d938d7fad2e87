"""``negsim report``: one page to send."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from negsim.runs import DEFAULT_RUNS, DEFAULT_SEED


def report(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILES_OR_DIRS...",
            help="Scenarios, or folders that run --out has written; the others are compared with the first.",
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Where to write it.")] = Path(
        "report.html"
    ),
    runs: Annotated[
        int | None, typer.Option("--runs", "-n", min=1, help=f"How many runs of a scenario.  [default: {DEFAULT_RUNS}]")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help=f"The seed for a scenario.  [default: {DEFAULT_SEED}]")
    ] = None,
    engine: Annotated[str, typer.Option("--engine", help="auto, batch or reference; the result is the same.")] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")] = False,
) -> None:
    """Write one self-contained page: figures, pictures, assumptions, the agenda with its citations, method, limits."""
    from negsim.cli import _print_json, _projection
    from negsim.reporting import report as write

    projections = [_projection(source, runs, seed, engine) for source in sources]
    size = len(write(projections, output).encode())
    if as_json:
        _print_json({"page": str(output), "bytes": size, "scenarios": [p.scenario.title for p in projections]})
    else:
        typer.echo(f"{output}: {size / 1000:,.0f} kB, {len(projections)} scenario{'s' * (len(projections) > 1)}")
