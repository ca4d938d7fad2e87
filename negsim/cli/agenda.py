"""Commands about an agenda: its status, one issue, its citations."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from negsim.cli.options import AgendaFile, Json, agenda_path, issues
from negsim.cli.output import data_notice, emit
from negsim.errors import NegsimError

if TYPE_CHECKING:
    from negsim.agenda import Agenda

app = typer.Typer(name="agenda", rich_markup_mode=None, invoke_without_command=True)

_DOCUMENTS = "Folder of the cited documents, one .txt file each."
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="Status at the end of this day.")]


@app.callback()
def board(context: typer.Context, as_of: AsOf = None, agenda: AgendaFile = None, as_json: Json = False) -> None:
    """Status of each issue and demands of each side.

    "sources" counts the documents cited for an issue; "disputed" counts the points on which they contradict each other.
    """
    if context.invoked_subcommand is not None:
        if as_of is not None or agenda is not None or as_json:
            name = context.invoked_subcommand
            raise NegsimError(f"options follow the command: negsim agenda {name} ... --agenda FILE --json")
        return
    from negsim.agenda import board_data, board_table

    record = _agenda(agenda)
    on = day(as_of) or record.last_day
    emit(as_json, lambda: board_data(record, on), lambda style: board_table(record, on, style), _notice(agenda))


@app.command("show")
def show_issue(
    issue: Annotated[str, typer.Argument(metavar="ISSUE", help="Id of an issue.", autocompletion=issues)],
    documents: Annotated[
        Path | None, typer.Option("--documents", metavar="DIR", help=f"{_DOCUMENTS} Prints the cited sentences.")
    ] = None,
    agenda: AgendaFile = None,
    as_json: Json = False,
) -> None:
    """Print one issue in full: demands, history, disputes, citations."""
    from negsim.agenda import issue_data, issue_text

    record = _agenda(agenda)
    emit(
        as_json,
        lambda: issue_data(record, issue, documents),
        lambda _: issue_text(record, issue, documents),
        _notice(agenda),
    )


@app.command()
def verify(
    documents: Annotated[Path, typer.Option("--documents", metavar="DIR", help=_DOCUMENTS)],
    agenda: AgendaFile = None,
    as_json: Json = False,
) -> None:
    """Check every citation against the documents.

    Exit code 1 if a citation is wrong; each wrong one is printed.
    """
    from negsim.agenda import verify as verified

    result = verified(_agenda(agenda), documents)
    emit(as_json, result.data, lambda _: result.text, _notice(agenda))
    if not result.ok:
        raise typer.Exit(1)


def _agenda(path: Path | None) -> Agenda:
    from negsim.agenda import load_agenda

    return load_agenda(agenda_path(path))


def _notice(path: Path | None) -> str:
    return data_notice("seeds/agenda.yaml", "agenda", path)


def day(text: str | None) -> date | None:
    """The date in an option, if the option is given.

    Raises:
        NegsimError: the text is not a date.
    """
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise NegsimError(f"a date is written 2025-04-10, but was {text!r}") from None
