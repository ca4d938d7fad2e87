"""Commands about an agenda: its status, one issue, its citations."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from negsim.cli.days import day
from negsim.cli.options import YAML, AgendaFile, Json, agenda_notice, agenda_path, issues
from negsim.cli.output import emit
from negsim.errors import NegsimError
from negsim.files import TextPage, TextStyle

if TYPE_CHECKING:
    from negsim.agenda import Agenda


class _WithFile(TyperGroup):
    """A group that takes an agenda file before its commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and Path(args[0]).suffix in YAML:
            args = ["--agenda", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    name="agenda",
    cls=_WithFile,
    rich_markup_mode=None,
    invoke_without_command=True,
    subcommand_metavar="[FILE] [COMMAND] [ARGS]...",
)

_DOCUMENTS = "Folder of the cited documents, one .txt file each."
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="Status at the end of this day.")]


@app.callback()
def board(context: typer.Context, as_of: AsOf = None, agenda: AgendaFile = None, as_json: Json = False) -> None:
    """Status of each issue and demands of each side.

    "sources" counts the documents cited for an issue; "disputed" counts the points on which they contradict each other.
    """
    if context.invoked_subcommand is not None:
        if as_of is not None or as_json:
            name = context.invoked_subcommand
            raise NegsimError(f"options follow the command: negsim agenda {name} ... --agenda FILE --json")
        context.obj = agenda
        return
    from negsim.agenda import board_data, board_table

    record = _agenda(agenda)
    on = day(as_of) or record.last_day
    emit(as_json, lambda: board_data(record, on), lambda style: board_table(record, on, style), agenda_notice(agenda))


@app.command("show")
def show_issue(
    context: typer.Context,
    issue: Annotated[str, typer.Argument(metavar="ISSUE", help="Id of an issue.", autocompletion=issues)],
    documents: Annotated[
        Path | None, typer.Option("--documents", metavar="DIR", help=f"{_DOCUMENTS} Prints the cited sentences.")
    ] = None,
    agenda: AgendaFile = None,
    as_json: Json = False,
) -> None:
    """Print one issue in full: demands, history, disputes, citations."""
    from negsim.agenda import issue_data, issue_text

    agenda = agenda or context.obj
    record = _agenda(agenda)
    emit(
        as_json,
        lambda: issue_data(record, issue, documents),
        lambda style: issue_text(record, issue, documents, style),
        agenda_notice(agenda),
    )


@app.command()
def verify(
    context: typer.Context,
    documents: Annotated[Path, typer.Option("--documents", metavar="DIR", help=_DOCUMENTS)],
    agenda: AgendaFile = None,
    as_json: Json = False,
) -> None:
    """Check every citation against the documents.

    Exit code 1 if a citation is wrong; each wrong one is printed.
    """
    from negsim.agenda import verify as verified

    agenda = agenda or context.obj
    result = verified(_agenda(agenda), documents)
    emit(as_json, result.data, lambda _: result.text, agenda_notice(agenda))
    if not result.ok:
        raise typer.Exit(1)


Document = Annotated[Path, typer.Argument(metavar="DOC", help="A document: text, HTML or PDF.")]


@app.command()
def sentences(document: Document, as_json: Json = False) -> None:
    """Print the numbered sentences of a document."""
    from negsim.ingest import read

    found = read(document)

    def text(style: TextStyle) -> str:
        room = len(str(len(found.sentences))) + 2
        page = TextPage(style)
        for number, sentence in enumerate(found.sentences, 1):
            page.labelled(str(number), sentence, room)
        return page.text

    emit(as_json, lambda: {"document": found.id, "sentences": list(found.sentences)}, text)


@app.command()
def cite(
    document: Document,
    numbers: Annotated[list[int], typer.Argument(metavar="NUMBERS", help="Numbers of sentences.")],
    as_json: Json = False,
) -> None:
    """Print the citations of sentences, to paste into an agenda."""
    from negsim.ingest import read

    found = read(document)
    cited = [found.cite(number) for number in numbers]
    emit(as_json, lambda: {"citations": [str(one) for one in cited]}, lambda _: "\n".join(f"- {one}" for one in cited))


@app.command()
def source(
    document: Document,
    about: Annotated[str | None, typer.Option("--about", metavar="TEXT", help="What it is, in your own words.")] = None,
    as_json: Json = False,
) -> None:
    """Print the entry of a document under sources, to paste."""
    from negsim.files import to_yaml
    from negsim.ingest import read

    found = read(document)
    entry = found.source(about)
    emit(as_json, lambda: {found.id: entry}, lambda _: to_yaml({found.id: entry}))


def _agenda(path: Path | None) -> Agenda:
    from negsim.agenda import load_agenda

    record = load_agenda(agenda_path(path))
    for warning in record.warnings:
        typer.echo(warning.render(TextStyle.of(sys.stderr).bold), err=True)
    return record
