"""Negotiations of which only the start and the end are on record: a file ``ends.csv`` beside other records.

They come from complete lists, so the share that was concluded says something about negotiations on a subject. A
record of well-known negotiations does not (the outside view: Kahneman and Lovallo 1993, Management Science 39:17-31).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from negsim.errors import Problem, was
from negsim.files import CONFIDENCE, Parser, Row, anything, identifier, period, read_table, text, word
from negsim.history.start import COLUMNS, SUBJECTS, Start, start_of


def _period(value: str) -> object:
    return period(text(value))


ENDS: dict[str, Parser] = {
    "id": identifier,
    "negotiation": text,
    **COLUMNS,
    "subject": word(*SUBJECTS),
    "began": _period,
    "ended": _period,
    "end": word("concluded", "stalled"),
    "announced_end": period,
    "lawful_end": period,
    "list": text,
    "source": anything,
    "confidence": word(*CONFIDENCE),
    "note": anything,
}
OPTIONAL = (*(column for column in COLUMNS if column != "subject"), "announced_end", "lawful_end")


def read_outlines(path: Path, problems: list[Problem], others: Collection[str], memory: bool) -> list[Row]:
    """The rows of ``ends.csv``; none if there is no such file.

    Args:
        path: the file.
        problems: the list that gets the mistakes.
        others: the ids of the negotiations that have a record of their own.
        memory: whether rows from memory are used.
    """
    if not path.exists():
        return []
    rows = read_table(path, ENDS, problems, OPTIONAL)
    problems += _problems(rows, others)
    return [row for row in rows if memory or row["confidence"] != "memory"]


def _problems(rows: Sequence[Row], others: Collection[str]) -> Iterable[Problem]:
    seen: dict[str, int] = {}
    for row in rows:
        if row["id"] in others:
            yield row.problem("id", f"{was(row['id'])} is an id of talks.csv, too", "one of the two files")
        if row["id"] in seen:
            yield row.problem(
                "id", f"this negotiation stands here a second time; the first is in line {seen[row['id']]}"
            )
        seen.setdefault(row["id"], row.line)
        if row["ended"][1] < row["began"][0]:
            yield row.problem("ended", "it ended before it began")
        for column in ("announced_end", "lawful_end"):
            if row[column] and row[column][1] < row["began"][0]:
                yield row.problem(column, "it lies before the negotiation began")
        if row["confidence"] != "memory" and not row["source"]:
            yield row.problem("source", "a source is missing", "an address, or the confidence memory")


def start_of_outline(row: Row) -> Start:
    """The facts of the first day of a negotiation, from its row."""
    lawful = row["lawful_end"] is not None
    announced = lawful or row["announced_end"] is not None
    return replace(start_of(row), announced=announced, lawful=lawful, on=row["began"][1])
