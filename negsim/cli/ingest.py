"""Commands about documents: ingest, review, diff."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from negsim.cli.options import AgendaFile, Json, agenda_notice, agenda_path
from negsim.cli.output import count, emit, make_parent
from negsim.errors import NegsimError
from negsim.files import TextPage, TextStyle

if TYPE_CHECKING:
    from negsim.agenda import Agenda
    from negsim.ingest import Entered, Proposals

Documents = Annotated[list[Path], typer.Argument(metavar="FILES", help="Documents: text, HTML or PDF.")]


def ingest(
    documents: Documents,
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="FILE", help="File of proposals; decisions in it stay.")
    ] = Path("proposals.yaml"),
    agenda: AgendaFile = None,
    date: Annotated[
        str | None, typer.Option("--date", metavar="DATE", help="Date of documents that state none.")
    ] = None,
    text: Annotated[
        Path | None, typer.Option("--text", metavar="DIR", help="Folder for the text of each document, as ID.txt.")
    ] = None,
    plover: Annotated[
        Path | None, typer.Option("--plover", metavar="FILE", help="Also write event records as JSON lines (PLOVER).")
    ] = None,
    nlp: Annotated[
        str | None, typer.Option("--nlp", metavar="MODEL", help="A spaCy model that is installed; needs negsim[nlp].")
    ] = None,
    as_json: Json = False,
) -> None:
    """Read documents and propose entries for the agenda.

    Writes a file of proposals, each with its sentence, kind and confidence. Nothing enters the agenda: negsim review
    asks about each one.
    """
    from negsim.agenda import load_agenda
    from negsim.ingest import (
        Finder,
        Proposals,
        ReadDocument,
        load_model,
        merged,
        plover_lines,
        read,
        read_proposals,
        write_proposals,
    )
    from negsim.quantities import PartialDate

    record = load_agenda(agenda_path(agenda))
    given = _date(PartialDate, date)
    finder = Finder(record, reader=load_model(nlp) if nlp else None)
    found, listed, ids = [], {}, set()
    for path in documents:
        document = read(path, given)
        if document.id in ids:
            raise NegsimError(f"two documents have the id {document.id}; rename a file")
        ids.add(document.id)
        known = record.sources.get(document.id)
        if document.date is None and known is not None and known.date is not None:
            document = read(path, known.date)
        found += finder.proposals(document)
        listed[document.id] = ReadDocument(
            file=os.path.relpath(path, out.parent), sha256=document.sha256, sentences=len(document.sentences),
            date=document.date, title=document.title,
        )  # fmt: skip
        if text is not None:
            make_parent(text / f"{document.id}.txt").write_text(document.text, encoding="utf-8", newline="\n")
    result = Proposals(documents=listed, proposals=tuple(found))
    if out.exists():
        result = merged(read_proposals(out), result)
    write_proposals(result, make_parent(out))
    if plover is not None:
        make_parent(plover).write_text(plover_lines(result.proposals), encoding="utf-8")
    emit(as_json, lambda: _facts(result, out), lambda style: _summary(result, out, style), agenda_notice(agenda))


def _date(kind: Any, text: str | None) -> Any:
    try:
        return None if text is None else kind.parse(text)
    except ValueError as error:
        raise NegsimError(f"--date: {error}") from None


def _facts(found: Proposals, out: Path) -> dict[str, Any]:
    data = found.model_dump(mode="json")
    return {"file": str(out), "documents": list(data["documents"]), "proposals": list(data.get("proposals", []))}


def _summary(found: Proposals, out: Path, style: TextStyle) -> str:
    page = TextPage(style).title(
        f"{count(len(found.proposals), 'proposal')} in {count(len(found.documents), 'document')}"
    )
    for one in found.proposals:
        marks = f" ({', '.join(one.marks)})" if one.marks else ""
        state = "" if one.state == "open" else f" [{one.state}]"
        page.labelled(f"{one.confidence:.2f} {one.kind}", f"{one.what}{marks}{state} {one.citation.place}", 20)
    return page.add(f"wrote {out}; negsim review {out} asks about each").text


def review(
    file: Annotated[Path, typer.Argument(metavar="PROPOSALS", help="File written by negsim ingest.")],
    agenda: AgendaFile = None,
    accept_all: Annotated[
        bool, typer.Option("--accept-all", help="Accept without asking; needs --min-confidence.")
    ] = False,
    least: Annotated[
        float | None,
        typer.Option("--min-confidence", metavar="P", min=0, max=1, help="The least confidence for --accept-all."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Decide about proposals and enter them into an agenda.

    The agenda keeps its comments and its order. A review can stop and go on later; entering twice changes nothing.
    """
    from negsim.agenda import load_agenda
    from negsim.ingest import Review, read_proposals

    path = _writable(agenda)
    if accept_all != (least is not None):
        raise NegsimError(
            "--accept-all and --min-confidence P belong together, such as --accept-all --min-confidence 0.8"
        )
    if as_json and not accept_all:
        raise NegsimError("--json needs --accept-all and --min-confidence P")
    session = Review(read_proposals(file), file, load_agenda(path), path)
    if least is not None:
        session.accept_all(least)
    else:
        _ask(session)
    entered = session.enter()
    emit(as_json, lambda: _entered(entered, session), lambda style: _told(entered, session, path, style))


def _writable(given: Path | None) -> Path:
    """The agenda to write to.

    Raises:
        NegsimError: none is named, and there is none in this folder.
    """
    if given is not None:
        return given
    path = agenda_path(None)
    if path.is_absolute():
        raise NegsimError("the built-in agenda is not written to; name a file of your own with --agenda FILE")
    return path


def _ask(session: Any) -> None:
    """Ask about one proposal after the other, until the end, q, or the end of the input."""
    from negsim.ingest import HELP

    style = TextStyle.of_stdout()
    typer.echo(HELP)
    while session.current is not None:
        typer.echo(f"\n{session.shown(style)}")
        while True:
            typer.echo("> ", nl=False)
            line = sys.stdin.readline()
            if not line or line.strip() == "q":
                return
            try:
                said = session.do(line)
            except NegsimError as error:
                typer.echo(str(error))
                continue
            if said:
                typer.echo(said)
            break


def _entered(entered: Entered, session: Any) -> dict[str, Any]:
    return {
        "entered": [one.id for one in entered.entered],
        "known": [one.id for one in entered.known],
        "refused": [{"proposal": one.id, "reason": reason} for one, reason in entered.refused],
        "open": session.found.count("open"),
    }


def _told(entered: Entered, session: Any, path: Path, style: TextStyle) -> str:
    page = TextPage(style)
    new = len(entered.entered)
    page.add(f"{new} new {'entry' if new == 1 else 'entries'} in {path}; {len(entered.known)} there already")
    page.add(f"{len(entered.refused)} refused; {session.found.count('open')} still open")
    return page.items(f"{one.id}: {reason}" for one, reason in entered.refused).text


def diff(
    old: Annotated[str, typer.Argument(metavar="AGENDA@DATE1", help="Agenda and day; @DATE1 is that of this folder.")],
    new: Annotated[str, typer.Argument(metavar="AGENDA@DATE2", help="Agenda and day, as above.")],
    as_json: Json = False,
) -> None:
    """Print what changed in an agenda between two days.

    Each side shows only what was known at the end of its day. Without a date it is the last day of the record.
    """
    from negsim.agenda import difference

    (was, before), (now, after) = (_at(text) for text in (old, new))
    found = difference(was, before, now, after)

    def shown(style: TextStyle) -> str:
        page = TextPage(style).title(f"{now.title}: {before} to {after}")
        return (page.items(one.text for one in found) if found else page.add("no change")).text

    data = {"from": str(before), "to": str(after)}
    emit(as_json, lambda: {**data, "changes": [one.data() for one in found]}, shown)


def _at(text: str) -> tuple[Agenda, Any]:
    """The agenda and the day of ``FILE@DATE``, ``@DATE`` or ``FILE``."""
    from negsim.agenda import load_agenda
    from negsim.cli.days import day

    name, at, date = text.rpartition("@") if "@" in text else (text, "", "")
    record = load_agenda(agenda_path(Path(name) if name else None))
    return record, day(date) if at else record.last_day
