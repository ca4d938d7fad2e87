"""Offers for a terminal, as plain data and as a table: all negotiations, or the negotiation dance of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from negsim.files import TextPage, TextStyle
from negsim.history.offers import MEDIATOR, SETTLEMENT, Dance, Move, OfferRecord, OfferRecords

if TYPE_CHECKING:
    import pandas as pd


def offers_data(records: OfferRecords) -> dict[str, Any]:
    """The negotiations with offers on record as plain data.

    >>> from negsim.history import load_offers
    >>> offers_data(load_offers("seeds/offers"))["negotiations"][0]["offers"]
    15
    """
    return {"negotiations": [_head(record) for record in records.negotiations.values()]}


def _head(record: OfferRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "title": record.title,
        "field": record.field,
        "sides": list(record.sides),
        "end": record.end,
        "first": str(record.first) if record.first else None,
        "until": str(record.until),
        "issues": len(record.dances),
        "offers": len(record.offers),
        "deadlines": len(record.deadlines),
    }


def offers_table(records: OfferRecords, look: TextStyle) -> str:
    """The negotiations with offers on record for a terminal."""
    rows: list[tuple[str, tuple[str, ...], str] | None] = []
    for record in records.negotiations.values():
        when = f"{record.first} to {record.until}" if record.first else f"to {record.until}"
        details = f"{record.title}: {' and '.join(record.sides)}, {when}"
        rows.append((record.id, (record.field, record.end, str(len(record.dances)), str(len(record.offers))), details))
    total = sum(len(record.offers) for record in records.negotiations.values())
    rows += [None, ("all", ("", "", "", str(total)), "")]
    page = TextPage(look)
    page.table(("negotiation", "field", "end", "issues", "offers"), (18, 12, 8, 8), rows)
    note = (
        "offers: dated values of both sides, mediators and settlements. Values from memory are left out; --memory "
        "includes them. negsim offers NEGOTIATION shows one negotiation."
    )
    return page.add().note(note).text


def dance_data(record: OfferRecord) -> dict[str, Any]:
    """The negotiation dance of each issue as plain data; a share that does not exist is None.

    >>> from negsim.history import load_offers
    >>> data = dance_data(load_offers("seeds/offers")["docks_2024"])
    >>> [(each["side"], each["value"], each["share"]) for each in data["issues"][0]["offers"]][:2]
    [('ILA', 77.0, 0.0), ('USMX', 50.0, 1.0)]
    """
    return _head(record) | {
        "issues": [
            {
                "issue": dance.issue,
                "unit": dance.unit,
                "first": dict(zip(record.sides, dance.firsts, strict=True)),
                "offers": [_move(move) for move in dance.moves],
            }
            for dance in record.dances
        ],
        "deadlines": [
            {
                "deadline": str(each.on),
                "stated_on": str(each.stated_on),
                "then": each.then,
                "confidence": each.confidence,
                "source": each.source,
                "note": each.note,
            }
            for each in record.deadlines
        ],
    }


def _move(move: Move) -> dict[str, Any]:
    offer = move.offer
    return {
        "date": str(offer.on),
        "known": offer.known,
        "side": offer.side,
        "kind": offer.kind,
        "value": offer.value,
        "share": move.share,
        "confidence": offer.confidence,
        "source": offer.source,
        "note": offer.note,
    }


def dance_text(record: OfferRecord, look: TextStyle) -> str:
    """The negotiation dance of each issue for a terminal."""
    page = TextPage(look).title(record.title)
    page.add(f"{record.sides[0]} (side A) and {record.sides[1]} (side B), {record.end}, to {record.until}.")
    for dance in record.dances:
        page.add().title(f"{dance.issue}, in {dance.unit}")
        third = any(move.offer.kind == MEDIATOR for move in dance.moves)
        heads = ("date", *record.sides, *(["mediator"] if third else []), "share")
        widths = (14, 14, *([12] if third else []), 10)
        page.table(heads, widths, [(_name(move), _cells(move, record, third), "") for move in dance.moves])
        if any(first is None for first in dance.firsts):
            page.note("No share: one of the sides has no offer on record.")
        elif dance.firsts[0] == dance.firsts[1]:
            page.note("No share: the first values are equal.")
    if record.deadlines:
        page.add().title("deadlines")
        rows = [(str(each.on), (str(each.stated_on), each.then), each.note) for each in record.deadlines]
        page.table(("deadline", "known since", "then"), (12, 17), rows)
    note = (
        f"share: of the way from the first demand of {record.sides[0]} (0 %) to that of {record.sides[1]} (100 %). "
        '"by" a date: the offer was made on that day or earlier. A settlement stands in both columns.'
    )
    return page.add().note(note).text


def _name(move: Move) -> str:
    offer = move.offer
    return f"{offer.when}, {offer.kind}"


def _cells(move: Move, record: OfferRecord, third: bool) -> list[str]:
    offer = move.offer
    value = f"{offer.value:,.10g}"
    mine = [value if offer.side == side or offer.kind == SETTLEMENT else "" for side in record.sides]
    beside = [value if offer.kind == MEDIATOR else ""] if third else []
    return [*mine, *beside, "" if move.share is None else f"{100 * move.share:.0f} %"]


def dance_table(record: OfferRecord, deadlines: bool = False) -> pd.DataFrame:
    """The negotiation dance as a tidy table, one row for each offer: the data of the picture.

    With ``deadlines`` each of them is a row of the kind ``deadline``, without a value, after the offers.

    >>> from negsim.history import load_offers
    >>> docks = load_offers("seeds/offers")["docks_2024"]
    >>> dance_table(docks)["value"].tolist(), dance_table(docks, deadlines=True)["kind"].tolist()[-1]
    ([77.0, 50.0, 62.0], 'deadline')
    """
    import pandas as pd

    rows = [_row(record, dance, move) for dance in record.dances for move in dance.moves]
    due = [
        {"negotiation": record.id, "date": str(each.on), "kind": "deadline", "confidence": each.confidence,
         "source": each.source}
        for each in record.deadlines if deadlines
    ]  # fmt: skip
    return pd.DataFrame(rows + due)


def _row(record: OfferRecord, dance: Dance, move: Move) -> dict[str, Any]:
    data = _move(move)
    lead = {"negotiation": record.id, "issue": dance.issue, "unit": dance.unit}
    return lead | {
        name: data[name] for name in ("date", "known", "side", "kind", "value", "share", "confidence", "source")
    }
