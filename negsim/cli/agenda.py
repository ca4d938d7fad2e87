"""The commands about the record: the board, one issue, the citations."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from negsim.cli.options import AgendaFile, Json, agenda_path, issues, print_json, say_builtin_data
from negsim.errors import NegsimError
from negsim.files import TextStyle

if TYPE_CHECKING:
    from negsim.agenda import Agenda

app = typer.Typer(
    name="agenda",
    rich_markup_mode=None,
    invoke_without_command=True,
)
Documents = Annotated[
    Path | None, typer.Option("--documents", metavar="DIR", help="The folder of the cited documents, one .txt each.")
]


@app.callback()
def board(
    context: typer.Context,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="The board as it was at the end of a day.")
    ] = None,
    agenda: AgendaFile = None,
    as_json: Json = False,
) -> None:
    """Print the board: how each issue stands, what each side wants.

    Sources are the documents cited for what is shown; disputed, how many matters on which they contradict each other.
    """
    if context.invoked_subcommand is not None:
        if as_of is not None or agenda is not None or as_json:
            name = context.invoked_subcommand
            raise NegsimError(f"options go behind the command: negsim agenda {name} ... --agenda FILE --json")
        return
    from negsim.agenda import board_data, board_table

    record = _agenda(agenda)
    on = _day(as_of) if as_of is not None else record.last_day
    if as_json:
        print_json(board_data(record, on))
    else:
        say_builtin_data("seeds/agenda.yaml", "agenda", agenda)
        typer.echo(board_table(record, on, TextStyle.of_stdout()))


@app.command("show")
def show_issue(
    issue: Annotated[str, typer.Argument(help="The id of an issue.", autocompletion=issues)],
    documents: Documents = None,
    agenda: AgendaFile = None,
    as_json: Json = False,
) -> None:
    """Print one issue in full.

    With --documents, the cited sentences are read live from there.
    """
    from negsim.agenda import issue_data, issue_text

    record = _agenda(agenda)
    if as_json:
        print_json(issue_data(record, issue, documents))
    else:
        say_builtin_data("seeds/agenda.yaml", "agenda", agenda)
        typer.echo(issue_text(record, issue, documents))


@app.command()
def verify(
    documents: Annotated[Path, typer.Option("--documents", metavar="DIR", help="The folder of the cited documents.")],
    agenda: AgendaFile = None,
    as_json: Json = False,
) -> None:
    """Check every citation against the documents.

    Exit code 1 if one does not hold; each is named.
    """
    from negsim.agenda import verify as verified

    result = verified(_agenda(agenda), documents)
    if as_json:
        print_json(result.data())
    else:
        say_builtin_data("seeds/agenda.yaml", "agenda", agenda)
        typer.echo(result.text)
    if not result.ok:
        raise typer.Exit(1)


def _agenda(path: Path | None) -> Agenda:
    from negsim.agenda import load_agenda

    return load_agenda(agenda_path(path))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NegsimError(f"a date is written 2025-04-10, but was {text!r}") from None
