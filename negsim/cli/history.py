"""The commands about talks of the past: what is on record, how they stood, as an agenda, and the backtest."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from negsim.cli.execution import executor_of, progress, resumable
from negsim.cli.options import Json, print_json, say_builtin_data, yaml_files
from negsim.errors import NegsimError
from negsim.files import TextStyle, find_data

if TYPE_CHECKING:
    from negsim.history import Histories

app = typer.Typer(name="history", rich_markup_mode=None, invoke_without_command=True)


def talks_ids(incomplete: str) -> list[str]:
    """Talks on record, for a shell to complete."""
    try:
        return [name for name in histories_in(None, False).talks if name.startswith(incomplete)]
    except NegsimError:
        return []


Folder = Annotated[
    Path | None,
    typer.Option("--histories", metavar="DIR", help="The histories; seeds/histories, or the built-in ones."),
]
Memory = Annotated[bool, typer.Option("--memory", help="Use dates that stand there from memory alone, too.")]
TalksId = Annotated[str, typer.Argument(metavar="TALKS", help="The id of some talks.", autocompletion=talks_ids)]
On = Annotated[str | None, typer.Option("--on", metavar="DATE", help="As it was at the end of a day.")]


@app.callback()
def describe(context: typer.Context, histories: Folder = None, memory: Memory = False, as_json: Json = False) -> None:
    """Print what is on record of talks of the past.

    How many issues, how far they came, how long it took, what was announced. Every day has a confidence.
    """
    if context.invoked_subcommand is not None:
        if histories is not None or memory or as_json:
            name = context.invoked_subcommand
            raise NegsimError(f"options go behind the command: negsim history {name} ... --histories DIR --json")
        return
    from negsim.history import descriptions_data, descriptions_table

    record = histories_in(histories, memory)
    if as_json:
        print_json(descriptions_data(record))
    else:
        say_builtin_data("seeds/histories", "histories", histories)
        typer.echo(descriptions_table(record, TextStyle.of_stdout()), nl=False)


@app.command("show")
def show_talks(
    talks: TalksId, on: On = None, histories: Folder = None, memory: Memory = False, as_json: Json = False
) -> None:
    """Print how some talks stood at the end of a day.

    Nothing of what came later is looked at.
    """
    from negsim.history import state, state_data, state_text

    record = histories_in(histories, memory)[talks]
    now = state(record, day_of(on) or record.until)
    if as_json:
        print_json(state_data(record, now))
    else:
        say_builtin_data("seeds/histories", "histories", histories)
        typer.echo(state_text(record, now, TextStyle.of_stdout()), nl=False)


@app.command("agenda")
def as_agenda(
    talks: TalksId,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write it to this file.")] = None,
    on: On = None,
    histories: Folder = None,
    memory: Memory = False,
    as_json: Json = False,
) -> None:
    """Print some talks as an agenda file.

    The board, the burndown, scenarios and the report work on it as on any agenda.
    """
    from negsim.files import to_yaml, write_file
    from negsim.history import agenda_data, to_agenda

    record = histories_in(histories, memory)[talks]
    at = day_of(on)
    to_agenda(record, at)
    found = agenda_data(record, at)
    if out is not None:
        write_file(out, to_yaml(found).encode())
    if as_json:
        print_json({"file": str(out), "issues": len(found["issues"])} if out is not None else found)
    else:
        typer.echo(
            f"wrote {out}, {len(found['issues'])} issues" if out is not None else to_yaml(found), nl=out is not None
        )


def backtest(
    talks: Annotated[
        list[str] | None,
        typer.Argument(metavar="TALKS", help="Which talks are forecast; all.", autocompletion=talks_ids),
    ] = None,
    origins: Annotated[
        Path | None,
        typer.Option(
            "--origins",
            metavar="FILE",
            help="From which days; origins.yaml of the histories.",
            autocompletion=yaml_files,
        ),
    ] = None,
    horizon: Annotated[str, typer.Option("--horizon", metavar="TIME", help="How far forecasts are looked at.")] = "3y",
    histories: Folder = None,
    memory: Memory = False,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE", help="Also write the track record, a page with pictures."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Keep all scores (CSV) here; what is stopped goes on there."),
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", metavar="N", min=1, help="How many processors make the forecasts.")
    ] = 1,
    as_json: Json = False,
) -> None:
    """Forecast talks of the past, and score what came of it.

    From fixed days, as if nothing later were known; ours beside seven simple forecasts.
    """
    from negsim.evaluation import PARTS, days_of, evaluate
    from negsim.evaluation import evaluation_tables as verdict
    from negsim.history import load, read_origins

    if report is not None and talks:
        raise NegsimError("the track record is of all talks that have origins; leave the names out")
    days = days_of(horizon)
    folder = _folder(histories)
    record = histories_in(histories, memory)
    all_origins = read_origins(origins or folder / "origins.yaml", record)
    chosen = [record[name].id for name in talks or all_origins]
    if missing := [name for name in chosen if name not in all_origins]:
        raise NegsimError(f"there are no origins for {', '.join(missing)}; give a file that has some with --origins")
    wanted = {name: all_origins[name] for name in dict.fromkeys(chosen)}
    total = sum(map(len, wanted.values()))
    total *= len(PARTS) if report is not None else 1
    remembered = load(folder, memory=True) if report is not None else None
    # Processes, as for the reference engine: most of a forecast's work is Python.
    with (
        executor_of(workers, None, "reference") as executor,
        resumable(out),
        progress(total, "backtest", "origins") as advance,
    ):
        before: list[int] = []

        def advanced(origins: int) -> None:
            before.append(origins) if not before else None
            advance(origins)

        found = evaluate(record, wanted, days, advanced, remembered, executor=executor, out=out)
    if out is not None:
        said = "held all scores already; nothing was forecast anew" if before == [total] else "holds all scores"
        typer.echo(f"{out} {said}", err=True)
    if report is not None:
        from negsim.evaluation import write_page

        for path in write_page(found, record, report):
            typer.echo(f"wrote {path}", err=True)
    if as_json:
        print_json(verdict.data(found.scored, found.differences))
    else:
        say_builtin_data("seeds/histories", "histories", histories)
        typer.echo(verdict.table(found.scored, found.differences, TextStyle.of_stdout()), nl=False)


def _folder(given: Path | None) -> Path:
    folder = given or find_data("seeds/histories").path
    if not folder.is_dir():
        raise NegsimError(f"there is no folder {folder}; give --histories DIR")
    return folder


def histories_in(given: Path | None, memory: bool) -> Histories:
    """The histories in a folder, or in the project's."""
    from negsim.history import load

    return load(_folder(given), memory)


def day_of(text: str | None) -> date | None:
    """The day that an option says, if it is given."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise NegsimError(f"a date is written 2025-04-10, but was {text!r}") from None
