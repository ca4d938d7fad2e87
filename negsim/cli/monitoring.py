"""Commands that follow talks: update, timeline, score."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from negsim.cli.execution import announce, progress, scenario_of
from negsim.cli.options import Json, Scenario, Seed, Workers
from negsim.cli.output import builtin_notice, emit, make_parent
from negsim.files import TextPage, TextStyle
from negsim.projection import DEFAULT_SEED

if TYPE_CHECKING:
    from negsim.monitoring import Update


def update(
    file: Scenario,
    to: Annotated[str, typer.Option("--to", metavar="DATE", help="Last day of the record that counts.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Updated scenario to write.")] = Path(
        "posterior.yaml"
    ),
    picture: Annotated[
        Path | None, typer.Option("--picture", metavar="FILE", help="Picture of the assumptions before and after.")
    ] = None,
    unknown: Annotated[
        str | None,
        typer.Option(
            "--unknown", metavar="A,B", help="Issues of which the record does not tell whether they are settled."
        ),
    ] = None,
    runs: Annotated[int, typer.Option("--runs", "-n", metavar="N", min=1, help="Number of runs.")] = 100_000,
    enough: Annotated[
        int, typer.Option("--enough", metavar="N", min=1, help="Matching runs that make a smaller tolerance usable.")
    ] = 1000,
    seed: Seed = DEFAULT_SEED,
    workers: Workers = 1,
    as_json: Json = False,
) -> None:
    """Condition a scenario on what happened since its day.

    Plays the talks from the day of the scenario, counts only the runs that match the record up to the given day, and
    writes the scenario of that day with the assumptions of those runs.
    """
    from negsim.files import write_file
    from negsim.monitoring import update as condition

    scenario = scenario_of(file)
    names = tuple(name.strip() for name in unknown.split(",")) if unknown else ()
    announce("batch")
    with progress(runs, f"update {file.stem}") as advance:
        found = condition(
            scenario, to, runs, seed, unknown=names, enough=enough, workers=workers, progress=_begun(advance)
        )
    if found.warning:
        typer.echo(f"warning: {found.warning}", err=True)
    write_file(make_parent(output), found.scenario.to_yaml().encode())
    drawn = None if picture is None else found.plot().save(make_parent(picture))
    emit(
        as_json,
        lambda: {
            "scenario": str(file),
            "written": str(output),
            "picture": str(drawn) if drawn else None,
            **found.data(),
        },
        lambda style: _update_text(found, output, style),
        builtin_notice(file),
    )


def _begun(advance: Callable[[int], object]) -> Callable[[int], object]:
    """The progress bar after its first call, which counts what was done before."""
    advance(0)
    return advance


def _update_text(found: Update, output: Path, style: TextStyle) -> str:
    page = TextPage(style).title(f"{found.prior.title}, from {found.prior.as_of} to {found.day}")
    page.add(f"By the record: {found.seen.words}.")
    page.add(f"{found.matching:,} of {found.runs:,} runs match, seed {found.seed}: {found.level.words}.").add()
    page.title("Assumptions that moved").items(found.sentences).add()
    page.title("Resolved by the end of the earlier horizon, %")
    widths = (9, 11, 11)
    page.row("issue", ("before", "restarted", "continued"), widths, left=True)
    for name, row in found.table().iterrows():
        figures = tuple(f"{100 * row[key]:.0f}" for key in ("before", "restarted", "continued"))
        page.row(str(name), figures, widths, left=True)
    page.add().add(
        "before: without the record. restarted: the updated scenario, from the record of the day. continued: the "
        f"matching runs, played on. The updated scenario is {output}."
    )
    return page.text
