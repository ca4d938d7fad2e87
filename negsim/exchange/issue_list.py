"""Lists of issues that GitHub, GitLab or Jira export as CSV, as the record of a negotiation without demands."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from negsim.errors import InputError, NegsimError, Problem, did_you_mean, one_of, was
from negsim.files import Fields, new_folder, read_fields, to_yaml
from negsim.history import Issue, Talks, agenda_data, by_rule, load

#: Names of columns in exports, in lower case without signs; the first one that a file has is used.
COLUMNS = {
    "key": ("number", "issuekey", "iid", "issueid", "id", "key", "url"),
    "title": ("title", "summary"),
    "created": ("createdat", "createdatutc", "created", "createddate", "opened"),
    "closed": ("closedat", "closedatutc", "closed", "resolved", "resolutiondate", "closeddate"),
    "labels": ("labels", "label", "tags"),
}
#: Forms of a date that are not ambiguous. Jira writes 01/Aug/23 3:21 PM.
_FORMS = (
    *("%d/%b/%y %I:%M %p", "%d/%b/%Y %I:%M %p", "%d/%b/%y", "%d/%b/%Y"),
    *("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y"),
)
#: The most issues that become an agenda: more take minutes to simulate and cannot be read in a picture.
MOST = 100
#: What an agenda does not keep.
LOST = (
    "descriptions, comments and people",
    "times of day: an issue is opened and closed on a day",
    "reopenings: only the last closing is in the export",
    "the reason for a closing: not planned and duplicate count as resolved",
    "demands: no side wants anything, so scenarios use base rates",
    "when an issue became known: a backtest counts issues created later as known to come",
)


@dataclass(frozen=True)
class IssueList:
    """The issues of an export.

    ``record`` is a negotiation with a day of opening and closing for each issue, up to the day ``record.until``;
    ``other_label`` and ``later`` count the rows that the label and the day left out.
    """

    record: Talks
    other_label: int
    later: int


def read_issue_list(
    path: Path,
    *,
    title: str = "",
    sides: tuple[str, str] = ("Users", "Maintainers"),
    label: str | None = None,
    on: date | None = None,
) -> IssueList:
    """Read an export of issues.

    Args:
        path: the CSV file; needs columns for title and day of creation, and should have one for the day of closing.
        title: title of the negotiation; default: the name of the file.
        sides: titles of the two sides, since trackers have none.
        label: only issues with this label.
        on: the last day of the record; later events are not seen. Default: the last day in the file.

    Raises:
        InputError: with all problems, if a column is missing or a row is invalid.
        NegsimError: no issue is left, or too many.
    """
    problems: list[Problem] = []
    rows = read_fields(path, problems)
    found = _issues(path, rows, problems) if rows else []
    if problems:
        raise InputError(sorted(problems, key=lambda problem: (problem.line, problem.col)))
    if not found:
        raise NegsimError(f"{path} has no issues")
    labels = {name for _, names in found for name in names}
    if label is not None and label not in labels:
        hint = did_you_mean(label, labels)
        raise NegsimError(
            f'no issue in {path} has the label "{label}"; allowed: {one_of(sorted(labels), 20) or "no label"}'
            + (f"; did you mean {hint}?" if hint else "")
        )
    mine = [issue for issue, names in found if label is None or label in names]
    until = on or max(day for issue in mine for day in (issue.opened, issue.closed) if day is not None)
    seen = [issue for issue in mine if issue.opened is not None and issue.opened <= until]
    if not seen:
        raise NegsimError(f"{path} has no issue that was created by {until}")
    if len(seen) > MOST:
        raise NegsimError(f"{path} has {len(seen)} issues; an agenda takes at most {MOST}: choose some by label or day")
    cut = [replace(issue, closed=issue.closed if issue.closed and issue.closed <= until else None) for issue in seen]
    record = Talks("tracker", title or path.stem, sides, "running", until, tuple(_numbered(cut)))
    return IssueList(record, len(found) - len(mine), len(mine) - len(seen))


def _issues(path: Path, rows: Sequence[Fields], problems: list[Problem]) -> list[tuple[Issue, frozenset[str]]]:
    header, *rest = rows
    names = [re.sub(r"[^a-z]", "", name.lower()) for name in header.values]
    at = {what: next(([n for n, name in enumerate(names) if name == one] for one in known if one in names), [])
          for what, known in COLUMNS.items()}  # fmt: skip
    for what in ("title", "created"):
        if not at[what]:
            allowed = f"a column such as {one_of(COLUMNS[what], 4)}"
            problems.append(Problem(str(path), 1, 1, f"no column holds the {what} of an issue", header.source, allowed))
    if problems:
        return []
    found = []
    for row in rest:
        if len(row.values) != len(names):
            message = f"the row has {len(row.values)} fields, but the header has {len(names)}"
            problems.append(Problem(row.file, row.line, 1, message, row.source))
            continue
        issue = _issue(row, at, problems)
        labels = frozenset(
            part.strip() for n in at["labels"] for part in re.split("[,;]", row.values[n]) if part.strip()
        )
        if issue is not None:
            found.append((issue, labels))
    return found


def _issue(row: Fields, at: dict[str, list[int]], problems: list[Problem]) -> Issue | None:
    def value(what: str) -> str:
        return " ".join(row.values[at[what][0]].split()) if at[what] else ""

    def problem(what: str, message: str, allowed: str = "") -> None:
        problems.append(Problem(row.file, row.line, row.places[at[what][0]], message, row.source, allowed))

    days: dict[str, date | None] = {}
    before = len(problems)
    for what in ("created", "closed"):
        text = value(what)
        try:
            days[what] = day_of(text) if text else None
        except ValueError as error:
            problem(what, f"{what}: {error}", "2025-04-10, 2025-04-10T12:30:00Z or 10/Apr/25")
    if len(problems) > before:
        return None
    if not value("title"):
        problem("title", "the issue has no title")
    if days["created"] is None:
        problem("created", "the issue has no day of creation")
    elif days["closed"] is not None and days["closed"] < days["created"]:
        problem("closed", f"it was closed before it was created, {days['created']}")
    if len(problems) > before:
        return None
    key = value("key")
    name = f"{value('title')} (#{key})" if key.isdigit() else value("title")
    return Issue("", name, days["created"], days["closed"], source=f"{row.file}, line {row.line}", note=value("labels"))


def day_of(text: str) -> date:
    """The day in a date of an export, in the time zone in which the export writes it.

    Raises:
        ValueError: it is no date, or an ambiguous one such as 03/04/2025.

    >>> str(day_of("2025-04-10T12:30:00Z")), str(day_of("10/Apr/25 3:21 PM")), str(day_of("2025-04-10 08:00:00 UTC"))
    ('2025-04-10', '2025-04-10', '2025-04-10')
    """
    plain = text.removesuffix("UTC").strip()
    try:
        return datetime.fromisoformat(plain).date()
    except ValueError:
        pass
    for form in _FORMS:
        try:
            return datetime.strptime(plain, form).date()
        except ValueError:
            continue
    raise ValueError(f"{was(text)} is no date, or an ambiguous one")


def _numbered(issues: Iterable[Issue]) -> list[Issue]:
    """The issues with numbers as names; a title that occurs again gets its number."""
    titles: set[str] = set()
    found = []
    for number, issue in enumerate(issues, 1):
        title = issue.title if issue.title not in titles else f"{issue.title} ({number})"
        titles.add(title)
        found.append(replace(issue, name=f"{number:02d}", title=title))
    return found


def write_negotiation(record: Talks, teachers: Path, folder: Path, horizon: int) -> list[Path]:
    """Write the record as a folder: an agenda, a scenario of base rates, and histories for a backtest.

    ``agenda.yaml`` has the board and the burndown. ``scenario.yaml`` has what `negsim.calibrate` learns from the
    record's own past and from other negotiations. ``histories`` holds the other negotiations and this one, with
    origins for this one: ``negsim backtest --histories DIR/histories`` scores forecasts of it.

    Args:
        record: the record.
        teachers: folder of the other negotiations.
        folder: a new folder.
        horizon: days of the scenario.

    Returns:
        The files written.

    Raises:
        NegsimError: the folder exists or cannot be written, no issue is open, or another negotiation has its id.
    """
    from negsim.calibration import from_record

    if folder.exists():
        raise NegsimError(f"{folder} exists; name a new folder")
    others = load(teachers).talks
    scenario = from_record(list(others.values()), record, record.until, horizon)
    files = {
        "agenda.yaml": to_yaml(_agenda(record)),
        "scenario.yaml": replace(scenario, said={**scenario.said, "agenda": "agenda.yaml"}).text(),
        **{f"histories/{name}": text for name, text in _histories(record, teachers).items()},
    }
    folder.parent.mkdir(parents=True, exist_ok=True)
    with new_folder(folder) as place:
        (place / "histories").mkdir()
        for name, text in files.items():
            (place / name).write_bytes(text.encode())
    return [folder / name for name in files]


def _agenda(record: Talks) -> dict[str, Any]:
    """The agenda; an issue of a tracker is not known before it is created, so it is never dormant."""
    data = agenda_data(record)
    for issue in data["issues"].values():
        issue["history"] = [entry for entry in issue["history"] if entry["status"] != "dormant"]
    return data


def _histories(record: Talks, teachers: Path) -> dict[str, str]:
    """The files of the other negotiations, with the rows of this one added."""
    head = {"id": record.id, "talks": record.title, "side_a": record.sides[0], "side_b": record.sides[1]}
    issues: list[dict[str, object]] = [
        {
            "talks": record.id,
            "issue_no": issue.name,
            "issue": issue.title,
            "opened": issue.opened,
            "opened_conf": "verified",
            "closed": issue.closed,
            "closed_conf": "verified" if issue.closed else None,
            "status": "closed" if issue.closed else "open",
            "censor_date": record.until,
            "source": issue.source,
            "note": issue.note,
        }
        for issue in record.issues
    ]
    added: dict[str, list[dict[str, object]]] = {"talks.csv": [{**head, "end": record.end}], "issues.csv": issues}
    origins = {record.id: [str(day) for day in by_rule(record)]}
    return {
        **{
            name: _with_rows(teachers / name, added.get(name, []))
            for name in ("talks.csv", "issues.csv", "rounds.csv", "announced_targets.csv")
        },
        "origins.yaml": to_yaml({"chosen": "Every half year from the first opening on.", "origins": origins}),
    }


def _with_rows(file: Path, rows: Iterable[dict[str, object]]) -> str:
    text = file.read_text(encoding="utf-8-sig")
    out = io.StringIO()
    writer = csv.DictWriter(out, next(csv.reader(io.StringIO(text))), lineterminator="\n")
    writer.writerows(rows)
    return text.rstrip("\n") + "\n" + out.getvalue()
