"""Read and check a folder of offers: ``negotiations.csv``, ``offers.csv`` and, if there is one, ``deadlines.csv``."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from negsim.errors import Problem, did_you_mean, one_of, was
from negsim.files import (
    CONFIDENCE,
    FieldError,
    Parser,
    Row,
    anything,
    day,
    identifier,
    raise_in_order,
    read_table,
    text,
    word,
)
from negsim.history.offers import KINDS, KNOWN, MEDIATOR, SETTLEMENT, THEN, Deadline, Offer, OfferRecord, OfferRecords
from negsim.history.start import COLUMNS, start_of

#: Sides of offers that no side made alone.
BOTH, THIRD = "both", "mediator"
#: What begins a source that is not public.
PRIVATE = "private: "


def _side(value: str) -> str:
    if text(value) in (BOTH, THIRD):
        raise FieldError(f"{was(value)} cannot be the name of a side", "any other name")
    return value


def _number(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise FieldError(f"{was(value) if value else 'an empty field'} is not a number", "a number such as 42.5")
    return number


def _source(value: str) -> str:
    for part in text(value).split(" ; "):
        if not part.startswith(("http://", "https://", PRIVATE)):
            allowed = f'addresses that start with http, or "{PRIVATE}" and words, separated by " ; "'
            raise FieldError(f"{was(part)} is not an address", allowed)
    return value


#: The columns of ``negotiations.csv`` that may be missing.
OPTIONAL = ("subject", "alone", "approval", "facts_source")
NEGOTIATIONS: dict[str, Parser] = {
    "id": identifier,
    "negotiation": text,
    "field": text,
    "side_a": _side,
    "side_b": _side,
    "end": word("concluded", "failed", "running"),
    "until": day,
    "note": anything,
    **{column: COLUMNS[column] for column in ("subject", "alone", "approval")},
    "facts_source": anything,
}
OFFERS: dict[str, Parser] = {
    "negotiation": text,
    "date": day,
    "known": word(*KNOWN),
    "side": text,
    "issue": text,
    "value": _number,
    "unit": text,
    "kind": word(*KINDS),
    "source": _source,
    "confidence": word(*CONFIDENCE),
    "note": anything,
}
DEADLINES: dict[str, Parser] = {
    "negotiation": text,
    "stated_on": day,
    "deadline": day,
    "then": word(*THEN),
    "source": _source,
    "confidence": word(*CONFIDENCE),
    "note": anything,
}


def load_offers(folder: str | os.PathLike[str], memory: bool = False) -> OfferRecords:
    """Read a folder of offers; ``memory`` also uses offers and deadlines that come from memory.

    Raises:
        InputError: With all problems of its files at once.

    >>> offers = load_offers("seeds/offers")
    >>> offers["nhl_2004"].end, offers["nhl_2004"].sides
    ('concluded', ('NHL', 'NHLPA'))
    """
    place = Path(folder)
    problems: list[Problem] = []
    heads = read_table(place / "negotiations.csv", NEGOTIATIONS, problems, OPTIONAL)
    rows = read_table(place / "offers.csv", OFFERS, problems)
    last = place / "deadlines.csv"
    ends = read_table(last, DEADLINES, problems) if last.exists() else []
    known = {row["id"]: row for row in reversed(heads)}
    # A negotiation with a mistake in its own row is still known by name.
    unchecked = read_table(place / "negotiations.csv", dict.fromkeys(NEGOTIATIONS, anything), [], OPTIONAL)
    names = list(dict.fromkeys(row["id"] for row in unchecked))
    problems += _head_problems(heads)
    if names:
        problems += _unknown([*rows, *ends], names)
    of, due = ({name: [row for row in table if row["negotiation"] == name] for name in known} for table in (rows, ends))
    for name, head in known.items():
        problems += _side_problems(head, of[name])
        problems += _order_problems(head, of[name])
        problems += _deadline_problems(head, due[name])
    if not problems:
        problems += _endings(known, of)
    raise_in_order(problems)
    return OfferRecords({head["id"]: _record(head, of[head["id"]], due[head["id"]], memory) for head in heads})


def _head_problems(heads: Iterable[Row]) -> Iterable[Problem]:
    seen: dict[str, int] = {}
    for row in heads:
        if row["id"] in seen:
            first = seen[row["id"]]
            yield row.problem("id", f"this negotiation stands here a second time; the first is in line {first}")
        seen.setdefault(row["id"], row.line)
        if row["side_a"] == row["side_b"]:
            yield row.problem("side_b", "both sides have the same name")


def _unknown(rows: Iterable[Row], names: list[str]) -> Iterable[Problem]:
    for row in rows:
        if row["negotiation"] not in names:
            name = row["negotiation"]
            message = f"negotiations.csv names no negotiation {was(name)}"
            yield row.problem("negotiation", message, one_of(names, 40), did_you_mean(name, names))


def _side_problems(head: Row, rows: Iterable[Row]) -> Iterable[Problem]:
    """A side made the offer, the mediator the proposal, and both the settlement; the kind and the side agree."""
    sides = (head["side_a"], head["side_b"])
    for row in rows:
        allowed = {MEDIATOR: (THIRD,), SETTLEMENT: (BOTH,)}.get(row["kind"], sides)
        if row["side"] not in allowed:
            message = f"{was(row['side'])} cannot be the side if the kind is {row['kind']}"
            yield row.problem("side", message, one_of(allowed), did_you_mean(row["side"], allowed))


def _order_problems(head: Row, rows: Iterable[Row]) -> Iterable[Problem]:
    """Each issue has one unit and at most one settlement; nothing follows it or the end of the record."""
    units: dict[str, Row] = {}
    settled: dict[str, Row] = {}
    seen: dict[tuple[object, ...], int] = {}
    rows = list(rows)
    for row in rows:
        unit = units.setdefault(row["issue"], row)
        if row["unit"] != unit["unit"]:
            message = f"the unit of this issue is {was(unit['unit'])} in line {unit.line}"
            yield row.problem("unit", message, "one unit for all offers on an issue")
        key = tuple(row[name] for name in ("issue", "side", "kind", "date", "value"))
        if key in seen:
            yield row.problem("value", f"this offer stands here a second time; the first is in line {seen[key]}")
        seen.setdefault(key, row.line)
        if row["date"] > head["until"]:
            yield row.problem("date", f"it lies after the end of the record, {head['until']}")
        if row["kind"] == SETTLEMENT:
            deal = settled.setdefault(row["issue"], row)
            if deal is not row:
                yield row.problem("kind", f"this issue is settled already in line {deal.line}")
    for row in rows:
        deal = settled.get(row["issue"], row)
        if row["kind"] != SETTLEMENT and row["date"] > deal["date"]:
            yield row.problem("date", f"it lies after the settlement in line {deal.line}, {deal['date']}")


def _deadline_problems(head: Row, rows: Iterable[Row]) -> Iterable[Problem]:
    """A deadline was known before it passed and before the record ends; each stands here once."""
    seen: dict[tuple[object, ...], int] = {}
    for row in rows:
        if row["stated_on"] > row["deadline"]:
            yield row.problem("deadline", f"it lies before the day on which it was stated, {row['stated_on']}")
        if row["stated_on"] > head["until"]:
            yield row.problem("stated_on", f"it lies after the end of the record, {head['until']}")
        key = (row["deadline"], row["then"])
        if key in seen:
            yield row.problem("deadline", f"this deadline stands here a second time; the first is in line {seen[key]}")
        seen.setdefault(key, row.line)


def _endings(heads: Mapping[str, Row], of: Mapping[str, list[Row]]) -> Iterable[Problem]:
    """A concluded negotiation has a settlement, and a failed one has none."""
    for name, head in heads.items():
        deals = [row for row in of[name] if row["kind"] == SETTLEMENT]
        if head["end"] == "concluded" and not deals:
            yield head.problem("end", "it is concluded, but offers.csv has no settlement of it")
        if head["end"] == "failed":
            for row in deals:
                yield row.problem("kind", "the negotiation failed, so it has no settlement", one_of(KINDS[:4]))


def _record(head: Row, rows: Iterable[Row], ends: Iterable[Row], memory: bool) -> OfferRecord:
    offers = tuple(
        Offer(
            row["date"],
            row["known"],
            row["side"],
            row["issue"],
            row["value"],
            row["unit"],
            row["kind"],
            row["source"],
            row["confidence"],
            row["note"],
        )
        for row in rows
        if memory or row["confidence"] != "memory"
    )
    deadlines = tuple(
        Deadline(row["stated_on"], row["deadline"], row["then"], row["source"], row["confidence"], row["note"])
        for row in sorted(ends, key=lambda row: (row["deadline"], row["stated_on"]))
        if memory or row["confidence"] != "memory"
    )
    sides = (head["side_a"], head["side_b"])
    return OfferRecord(
        head["id"],
        head["negotiation"],
        head["field"],
        sides,
        head["end"],
        head["until"],
        offers,
        head["note"],
        deadlines,
        start_of(head),
    )
