"""Read and check a folder of histories: ``talks.csv``, ``issues.csv``, ``rounds.csv``, ``announced_targets.csv``.

A file ``ends.csv`` is optional; see `negsim.history.outlines`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from negsim.errors import ArgumentTypeError, Problem, checks_arguments, did_you_mean, one_of, was
from negsim.files import (
    CONFIDENCE,
    FieldError,
    Parser,
    Row,
    anything,
    day,
    find_data,
    identifier,
    optional_day,
    period,
    raise_in_order,
    read_table,
    text,
    word,
)
from negsim.history.histories import Histories
from negsim.history.negotiations import Issue, Meeting, Talks, Target
from negsim.history.outlines import read_outlines, start_of_outline
from negsim.history.start import COLUMNS, start_of


def _month(value: str) -> str:
    if value and (len(value) != 7 or period(value) is None):
        raise FieldError(f"{was(value)} is no month", "a month such as 2026-11")
    return value


_CONFIDENCE = word(*CONFIDENCE)
_CONFIDENCE_IF_ANY = word(*CONFIDENCE, "")

TALKS: dict[str, Parser] = {
    "id": identifier,
    "talks": text,
    "side_a": text,
    "side_b": text,
    "end": word("concluded", "stalled", "running"),
    **{column: COLUMNS[column] for column in ("subject", "sides", "earlier", "mediator")},
}
ISSUES: dict[str, Parser] = {
    "talks": text,
    "issue_no": anything,
    "issue": text,
    "opened": optional_day,
    "opened_conf": _CONFIDENCE_IF_ANY,
    "closed": optional_day,
    "closed_conf": _CONFIDENCE_IF_ANY,
    "status": word("closed", "open", "not opened"),
    "censor_date": day,
    "source": text,
    "note": anything,
}
ROUNDS: dict[str, Parser] = {
    "talks": text,
    "round": text,
    "start": optional_day,
    "end": optional_day,
    "venue": anything,
    "held": word("yes", "cancelled"),
    "planned_start": optional_day,
    "source": text,
    "confidence": _CONFIDENCE,
    "note": anything,
    "added": _month,
}
TARGETS: dict[str, Parser] = {
    "talks": text,
    "statement_date": day,
    "who": text,
    "event": text,
    "about": word("end", "part", "meeting"),
    "target_earliest": day,
    "target_latest": day,
    "actual": optional_day,
    "outcome": anything,
    "source": text,
    "confidence": _CONFIDENCE,
    "note": anything,
    "then": word("law", "self-imposed", ""),
    "added": _month,
}
#: The columns that a file may lack, by its name.
OPTIONAL = {
    "talks": ("subject", "sides", "earlier", "mediator"),
    "rounds": ("added",),
    "announced_targets": ("then", "added"),
}


def as_histories(value: Histories | str | os.PathLike[str] | None) -> Histories:
    """The record itself, that of a folder, or the built-in one.

    Raises:
        ArgumentTypeError: the value is none of these.
    """
    if isinstance(value, Histories):
        return value
    if value is not None and not isinstance(value, str | os.PathLike):
        raise ArgumentTypeError(f"expected histories or their folder, but was {value!r:.60}")
    return load(value)


@checks_arguments
def load(folder: str | os.PathLike[str] | None = None, memory: bool = False) -> Histories:
    """Read a folder of histories, by default the built-in ones; ``memory`` also uses dates that come from memory.

    Raises:
        InputError: With all problems of all files at once.

    >>> histories = load("seeds/histories")
    >>> histories["iceland"].end, len(histories["iceland"].issues)
    ('stalled', 33)
    """
    place = find_data("seeds/histories").path if folder is None else Path(folder)
    problems: list[Problem] = []
    tables = {
        name: read_table(place / f"{name}.csv", columns, problems, OPTIONAL.get(name, ()))
        for name, columns in (
            ("talks", TALKS),
            ("issues", ISSUES),
            ("rounds", ROUNDS),
            ("announced_targets", TARGETS),
        )
    }
    heads = {row["id"]: row for row in tables["talks"]}
    problems += _twice(tables["talks"], ("id",), "these talks stand")
    # Talks with a mistake in their own row are named all the same.
    unchecked = read_table(place / "talks.csv", dict.fromkeys(TALKS, anything), [], OPTIONAL["talks"])
    named = list(dict.fromkeys(row["id"] for row in unchecked))
    if named:
        for name in ("issues", "rounds", "announced_targets"):
            problems += _unknown_talks(tables[name], named)
    problems += _twice(tables["issues"], ("talks", "issue"), "this issue stands")
    problems += _twice(tables["rounds"], ("talks", "round"), "this round stands")
    for row in tables["issues"]:
        problems += _issue_problems(row)
    problems += _censor_dates(tables["issues"])
    for row in tables["rounds"]:
        problems += _round_problems(row)
    for row in tables["announced_targets"]:
        problems += _target_problems(row)
    ends = read_outlines(place / "ends.csv", problems, heads, memory)
    raise_in_order(problems)
    outlines = tuple(_outline(row) for row in ends)
    return Histories({name: _talks(row, tables, memory) for name, row in heads.items()}, outlines)


def _unknown_talks(rows: Iterable[Row], heads: list[str]) -> Iterable[Problem]:
    for row in rows:
        if row["talks"] not in heads:
            hint = did_you_mean(row["talks"], heads)
            yield row.problem("talks", f"talks.csv names no talks {was(row['talks'])}", one_of(heads, 20), hint)


def _twice(rows: Iterable[Row], columns: tuple[str, ...], what: str) -> Iterable[Problem]:
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        key = tuple(row[column] for column in columns)
        if key in seen:
            yield row.problem(columns[-1], f"{what} here a second time; the first is in line {seen[key]}")
        seen.setdefault(key, row.line)


def _issue_problems(row: Row) -> Iterable[Problem]:
    opened, closed, censor, status = (row[name] for name in ("opened", "closed", "censor_date", "status"))
    for name in ("opened", "closed"):
        if row[name] and not row[f"{name}_conf"]:
            yield row.problem(f"{name}_conf", f"{name} has a day and no confidence", one_of(CONFIDENCE))
        if not row[name] and row[f"{name}_conf"]:
            yield row.problem(f"{name}_conf", f"{name} has a confidence and no day")
        if row[name] and row[name] > censor:
            yield row.problem(name, f"{name} lies after the end of the record, {censor}")
    if closed and opened and closed < opened:
        yield row.problem("closed", f"it was closed before it was opened, {opened}")
    if closed and not opened:
        yield row.problem("opened", "it was closed, so it was opened; give the day, if need be from memory")
    due = "closed" if closed else "open" if opened else "not opened"
    if status != due:
        yield row.problem("status", f"the days say that it is {due}, the status {status}")


def _censor_dates(rows: Iterable[Row]) -> Iterable[Problem]:
    seen: dict[str, tuple[date, int]] = {}
    for row in rows:
        kept, line = seen.setdefault(row["talks"], (row["censor_date"], row.line))
        if row["censor_date"] != kept:
            yield row.problem("censor_date", f"the same talks end on {kept} in line {line}", "one day for all issues")


def _round_problems(row: Row) -> Iterable[Problem]:
    if row["held"] == "yes" and not row["start"]:
        yield row.problem("start", "a round that was held has a first day")
    if row["held"] == "cancelled" and row["start"]:
        yield row.problem("start", "a round that was cancelled has no first day", "the day in planned_start")
    if row["start"] and row["end"] and row["end"] < row["start"]:
        yield row.problem("end", f"it ended before it began, {row['start']}")


def _target_problems(row: Row) -> Iterable[Problem]:
    if row["target_latest"] < row["target_earliest"]:
        yield row.problem("target_latest", f"it lies before the earliest day, {row['target_earliest']}")
    elif row["target_latest"] < row["statement_date"]:
        yield row.problem("target_latest", f"it lies before the statement, {row['statement_date']}")
    if row["actual"] and row["actual"] < row["statement_date"]:
        yield row.problem("actual", f"it lies before the statement, {row['statement_date']}")


def _talks(head: Row, tables: dict[str, list[Row]], memory: bool) -> Talks:
    def mine(name: str) -> list[Row]:
        return [row for row in tables[name] if row["talks"] == head["id"]]

    def unsure(row: Row, column: str = "confidence") -> bool:
        return row[column] == "memory" and not memory

    issues = tuple(
        Issue(
            f"{n + 1:02d}",
            row["issue"],
            row["opened"],
            row["closed"],
            unsure(row, "opened_conf"),
            unsure(row, "closed_conf"),
            row["source"],
            row["note"],
        )
        for n, row in enumerate(mine("issues"))
    )
    meetings = tuple(
        Meeting(
            row["round"],
            row["start"],
            row["end"],
            row["venue"],
            row["held"] == "yes",
            row["planned_start"],
            unsure(row),
            row["source"],
            row["note"],
            row["added"],
        )
        for row in mine("rounds")
    )
    targets = tuple(
        Target(
            row["statement_date"],
            row["who"],
            row["event"],
            row["about"],
            row["target_earliest"],
            row["target_latest"],
            row["actual"],
            row["source"],
            unsure(row),
            row["then"] == "law",
            row["added"],
        )
        for row in mine("announced_targets")
    )
    days = [row["censor_date"] for row in mine("issues")]
    days += [d for m in meetings for d in (m.start, m.end) if d] if not days else []
    days += [d for t in targets for d in (t.said, t.actual) if d] if not days else []
    sides = (head["side_a"], head["side_b"])
    until = max(days, default=date.min)
    title, start = head["talks"], start_of(head)
    return Talks(head["id"], title, sides, head["end"], until, issues, meetings, targets, start=start)


def _outline(row: Row) -> Talks:
    """A negotiation of which only the start and the end are on record. Its end is known from the last possible day."""
    end = "concluded" if row["end"] == "concluded" else "stalled"
    start = start_of_outline(row)
    return Talks(row["id"], row["negotiation"], ("", ""), end, row["ended"][1], start=start, outline=True)
