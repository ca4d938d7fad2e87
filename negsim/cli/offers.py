"""The command about offers of past negotiations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from negsim.cli.options import Json
from negsim.cli.output import data_notice, emit, make_parent
from negsim.errors import NegsimError
from negsim.files import find_data


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
        typer.Option("-o", "--out", metavar="FILE", help="Picture to write (.svg or .png), with its data as CSV."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--offers", metavar="DIR", help="Folder of offers.  [default: seeds/offers, else built-in]"),
    ] = None,
    memory: Annotated[
        bool, typer.Option("--memory", help="Also use values that are recorded from memory only.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Offers of past negotiations: who offered what, and when.

    A negotiation is shown issue by issue, in units and as the share of the way between the first demands.
    """
    from negsim.history import dance_data, dance_text, load_offers, offers_data, offers_table

    records = load_offers(_folder(folder), memory)
    notice = data_notice("seeds/offers", "offers", folder)
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
        beside = dance_picture(record.title, record.sides, dance_table(record)).save(make_parent(out))
        typer.echo(f"wrote {out} and {beside}", err=True)
    emit(as_json, lambda: dance_data(record), lambda style: dance_text(record, style), notice)


def _folder(given: Path | None) -> Path:
    folder = given or find_data("seeds/offers").path
    if not folder.is_dir():
        raise NegsimError(f"there is no folder {folder}; give --offers DIR")
    return folder
