"""The command about offers of past negotiations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from negsim.cli.days import day
from negsim.cli.execution import progress, resumable
from negsim.cli.options import Json
from negsim.cli.output import data_notice, emit, make_parent
from negsim.errors import NegsimError, one_of
from negsim.files import find_data

if TYPE_CHECKING:
    from negsim.history import OfferRecords

Memory = Annotated[bool, typer.Option("--memory", help="Also use values that are recorded from memory only.")]


def offer_ids(incomplete: str) -> list[str]:
    """Negotiations with offers on record, for a shell to complete."""
    from negsim.history import load_offers

    try:
        return [name for name in load_offers(_folder(None)).negotiations if name.startswith(incomplete)]
    except NegsimError:
        return []


def offers(
    negotiation: Annotated[
        str | None,
        typer.Argument(
            metavar="NEGOTIATION", help="Id of a negotiation.  [default: a table of all]", autocompletion=offer_ids
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--out",
            metavar="FILE",
            help="Picture to write (.svg or .png), with its data as CSV; with --score a page (.md).",
        ),
    ] = None,
    score: Annotated[
        bool,
        typer.Option("--score", help="Forecast after each offer on record, and score them (three minutes)."),
    ] = False,
    scores: Annotated[
        Path | None,
        typer.Option("--scores", metavar="DIR", help="Folder for all scores. A stopped scoring resumes there."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--offers", metavar="DIR", help="Folder of offers.  [default: seeds/offers, else built-in]"),
    ] = None,
    memory: Memory = False,
    as_json: Json = False,
) -> None:
    """Offers of past negotiations: who offered what, and when.

    A negotiation is shown issue by issue, in units and as the share of the way between the first demands. --score
    forecasts the next offers, the settlement and its day after each offer, without the negotiation itself.
    """
    from negsim.history import dance_data, dance_text, load_offers, offers_data, offers_table

    records = load_offers(_folder(folder), memory)
    notice = data_notice("seeds/offers", "offers", folder)
    if score or scores is not None:
        _score(records, negotiation, out, scores, as_json, notice)
        return
    if negotiation is None:
        if out is not None:
            raise NegsimError("a picture shows one negotiation; name it: negsim offers NEGOTIATION -o FILE.svg")
        emit(as_json, lambda: offers_data(records), lambda style: offers_table(records, style), notice)
        return
    record = records[negotiation]
    if out is not None:
        from negsim.history import dance_table
        from negsim.plots import dance_picture, picture_format

        picture_format(out)
        beside = dance_picture(record.title, record.sides, dance_table(record, True)).save(make_parent(out))
        typer.echo(f"wrote {out} and {beside}", err=True)
    emit(as_json, lambda: dance_data(record), lambda style: dance_text(record, style), notice)


def _score(
    records: OfferRecords, negotiation: str | None, out: Path | None, scores: Path | None, as_json: bool, notice: str
) -> None:
    from negsim.files import write_file
    from negsim.history import score_offers, scores_data, scores_page, scores_table

    if negotiation is not None:
        raise NegsimError("--score covers all negotiations; leave the name out")
    if len(records.negotiations) < 3:
        raise NegsimError(f"--score needs three negotiations or more, not {len(records.negotiations)}")
    if out is not None and out.suffix != ".md":
        raise NegsimError(f"{out}: with --score, -o writes a page; its name ends with .md")
    with resumable(scores), progress(len(records.negotiations), "score", "negotiations") as advance:
        found = score_offers(records.negotiations, scores, lambda done, _: advance(done))
    if out is not None:
        write_file(make_parent(out), scores_page(found, len(records.negotiations)).encode())
        typer.echo(f"wrote {out}", err=True)
    emit(as_json, lambda: scores_data(found), lambda style: scores_table(found, style), notice)


def forecast_offers(
    source: Annotated[
        Path,
        typer.Argument(metavar="FILE|FOLDER", help="Folder of offers, or the file offers.csv in it."),
    ],
    negotiation: Annotated[
        str | None, typer.Argument(metavar="NEGOTIATION", help="Id of a negotiation.  [default: the only one]")
    ] = None,
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="DATE", help="Use no offer after this day.  [default: the end of its record]"),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--offers", metavar="DIR", help="Folder to learn from.  [default: seeds/offers, else built-in]"),
    ] = None,
    memory: Memory = False,
    as_json: Json = False,
) -> None:
    """Forecast offers, settlement and day from the offers so far.

    The tactics of past negotiations are fitted to their offers. The negotiation itself is left out.
    """
    from negsim.history import forecast_offers as forecast
    from negsim.history import forecasts_data, forecasts_text, load_offers

    place = source.parent if source.is_file() else source
    if not place.is_dir():
        raise NegsimError(f"there is no file or folder {source}")
    own = load_offers(place, memory)
    if negotiation is None and len(own.negotiations) != 1:
        raise NegsimError(
            f"{place} holds {len(own.negotiations)} negotiations; name one: {one_of(own.negotiations, 40)}"
        )
    record = own[negotiation or next(iter(own.negotiations))]
    teachers = list(load_offers(_folder(folder), memory).negotiations.values())
    found = forecast(record, teachers, day(on))
    notice = data_notice("seeds/offers", "offers", folder)
    emit(as_json, lambda: forecasts_data(found), lambda style: forecasts_text(found, style), notice)


def _folder(given: Path | None) -> Path:
    folder = given or find_data("seeds/offers").path
    if not folder.is_dir():
        raise NegsimError(f"there is no folder {folder}; give --offers DIR")
    return folder
