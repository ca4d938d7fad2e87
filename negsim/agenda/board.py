"""The board of a day and one issue in full, as text and as data."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from negsim.agenda.agenda import Agenda, BoardRow
from negsim.agenda.citations import Citation, read_document
from negsim.agenda.records import Announced, Issue, Position
from negsim.agenda.sentences import fingerprint, split
from negsim.agenda.status import Status
from negsim.errors import InputError, Problem
from negsim.files import WIDTH, TextStyle, pad, wrap

#: The width of a row of the board without the id of the issue, and the longest label of a side.
_COLUMNS, _LABEL = 45, 26
_NOTHING = "no public position"
_SILENT = "not known by then"
_MISSING = "(missing or changed)"


def board_table(agenda: Agenda, on: date, look: TextStyle | None = None) -> str:
    """The board of a day as text of at most 80 columns: issues with status, date, sources, disputes, demands."""
    rows = agenda.board(on)
    dormant = sum(row.status is Status.DORMANT for row in rows)
    look = look or TextStyle()
    head = [
        *map(look.bold, wrap(agenda.title, WIDTH)),
        _fill(f"As of {on.isoformat()}: {_counted(len(rows) - dormant, dormant)}"),
    ]
    if not rows:
        return "\n".join(head)
    width = min(max(len("issue"), *(len(row.id) for row in rows)), WIDTH - _COLUMNS)
    label = min(max(len(side) for side in agenda.sides), _LABEL - 4) + 4

    def line(issue: str, status: str, since: str, sources: str, disputed: str) -> str:
        *above, name = wrap(issue, width)
        row = f"{look.bold(pad(name, width))}  {status:<12}  {since:<10}  {sources:>7}  {disputed}".rstrip()
        return "\n".join([*map(look.bold, above), row])

    lines = [*head, "", line("issue", "status", "since", "sources", "disputed")]
    for row in rows:
        disputed = f"yes ({len(row.disputed)})" if row.disputed else "no"
        lines.append(line(row.id, row.status.label, str(row.since or ""), str(row.sources), disputed))
        for side in agenda.sides if agenda.tells_demands else ():
            lines.append(_fill(_demand(agenda, row, side), pad(f"  {side}", label - 2) + "  ", " " * label))
    if announced := agenda.announced(on):
        lines += ["", look.bold("Announced dates"), *(_announced(agenda, one, named=True) for one in announced)]
    return "\n".join(lines)


def board_data(agenda: Agenda, on: date) -> dict[str, Any]:
    """The board of a day as plain data for ``--json``; a demand of null means that no position was known."""
    return {
        "title": agenda.title,
        "as_of": on.isoformat(),
        "sides": {name: side.title for name, side in agenda.sides.items()},
        "issues": [
            {
                "id": row.id,
                "title": row.title,
                "status": row.status.label,
                "since": str(row.since) if row.since else None,
                "demands": dict(row.demands),
                "sources": row.sources,
                "disputed": list(row.disputed),
            }
            for row in agenda.board(on)
        ],
        "announced": _Reader(None).expand(_announced_data(agenda.announced(on))),
    }


def issue_text(agenda: Agenda, issue_id: str, documents: Path | None = None) -> str:
    """One issue in full as text of at most 80 columns, with the cited sentences if a folder of documents is given.

    Raises:
        NegsimError: there is no such issue, or no such folder.
    """
    issue = agenda.issue(issue_id)
    reader = _Reader(documents)
    summary = [_fill(issue.summary)] if issue.summary else []
    about = [*summary, *reader.lines(issue.citations)]
    out = [_fill(f"{issue.title} ({issue_id})"), "", *about, *([""] if about else [])]
    out.append(_fill(issue.resolves_when, "Resolved when  "))
    if issue.opens_after:
        out.append(_fill(", ".join(issue.opens_after), "Opens after    "))
    for heading, positions in (("Demands", issue.demands), ("Stances", issue.stances)):
        out += ["", heading]
        for side in agenda.sides:
            out += _position(agenda.sides[side].title, positions[side], reader)
    out += ["", "History" if issue.history else f"History: none; {issue.first_status.label}"]
    for change in issue.history:
        out += [
            _fill(change.what, f"  {change.date!s:<10}  {change.status.label:<12}  "),
            *reader.lines(change.citations),
        ]
    out += ["", "Disputed" if issue.disputed else "Disputed: nothing"]
    for name in issue.disputed:
        dispute = agenda.disputed[name]
        out.append(_fill(f"{dispute.question} ({name})", "  ", "  "))
        for version in dispute.versions:
            out += [_fill(f"{version.says}: {version.text}", "  - "), *reader.lines(version.citations)]
        out += [_fill(dispute.we_take, "  We take: "), _fill(dispute.why, "  Because: ")]
    out += ["", *_dated(agenda, issue, reader)]
    return "\n".join(out).rstrip()


def issue_data(agenda: Agenda, issue_id: str, documents: Path | None = None) -> dict[str, Any]:
    """One issue in full as plain data, with its disputes; with a folder, each citation has its sentence.

    Raises:
        NegsimError: there is no such issue, or no such folder.
    """
    issue = agenda.issue(issue_id)
    reader = _Reader(documents)
    data = {"id": issue_id, **issue.model_dump(mode="json")}
    data["disputed"] = {name: agenda.disputed[name].model_dump(mode="json") for name in issue.disputed}
    data["announced"] = _announced_data(agenda.announced(agenda.last_day, issue_id))
    found: dict[str, Any] = reader.expand(data)
    return found


class _Reader:
    """Reads cited sentences from a folder, each document once; without a folder it shows only their places."""

    def __init__(self, documents: Path | None) -> None:
        if documents is not None and not documents.is_dir():
            raise InputError([Problem(str(documents), 0, 0, "there is no such folder of documents")])
        self._documents = documents
        self._sentences: dict[str, list[str] | None] = {}

    def sentence(self, cited: Citation) -> str | None:
        """The cited sentence; ``None`` if it is missing or has changed."""
        if self._documents is None or not cited.exact:
            return None
        if cited.document not in self._sentences:
            text = read_document(self._documents, cited.document)
            self._sentences[cited.document] = None if text is None else split(text)
        sentences = self._sentences[cited.document] or []
        found = sentences[cited.sentence - 1] if 0 < cited.sentence <= len(sentences) else None
        return found if found is not None and fingerprint(found) == cited.sha256 else None

    def lines(self, citations: tuple[Citation, ...]) -> list[str]:
        """The citations of a claim: in one paragraph, or each with its sentence."""
        if not citations:
            return []
        if self._documents is None:
            return [_fill(", ".join(cited.place for cited in citations) + "]", "    [", "     ")]
        return [
            _fill(
                self.sentence(cited) or ("(missing or changed)" if cited.exact else ""),
                f"    [{cited.place}] ",
                "      ",
            )
            for cited in citations
        ]

    def expand(self, value: Any) -> Any:
        """Plain data with each citation as a mapping of document, sentence, fingerprint and text."""
        if isinstance(value, dict):
            return {
                key: [self._citation(Citation.parse(text)) for text in child]
                if key == "citations"
                else self.expand(child)
                for key, child in value.items()
            }
        return [self.expand(child) for child in value] if isinstance(value, list) else value

    def _citation(self, cited: Citation) -> dict[str, Any]:
        data = {"document": cited.document, "sentence": cited.sentence or None, "sha256": cited.sha256 or None}
        return data if self._documents is None else {**data, "text": self.sentence(cited)}


def _position(title: str, position: Position, reader: _Reader) -> list[str]:
    since = f" (since {position.since})" if position.since else ""
    return [_fill(f"{title}: {position.text or _NOTHING}{since}", "  ", "    "), *reader.lines(position.citations)]


def _announced_data(announced: list[Announced]) -> list[dict[str, Any]]:
    return [{**one.target.model_dump(mode="json"), "state": one.state} for one in announced]


def _announced(agenda: Agenda, one: Announced, named: bool) -> str:
    """An announced date as text; ``named``: with its issues."""
    target = one.target
    names = "all issues" if len(target.issues) == len(agenda.issues) else ", ".join(target.issues)
    about = f", on {names}" if named and names else ""
    return _fill(f"{target.who} ({target.said}){about}: {one.what}", f"  {target.by!s:<10}  {one.state:<6}  ")


def _dated(agenda: Agenda, issue: Issue, reader: _Reader) -> list[str]:
    """Rounds, events and announced dates of the issue."""
    dated = [(item.date, item.title) for item in agenda.rounds.values() if issue.id in item.issues]
    events = [(item.date, item.title) for item in agenda.events.values() if issue.id in item.issues]
    out = []
    for heading, items in (("Rounds", dated), ("Outside events", events)):
        if items:
            out += [heading, *(_fill(title, f"  {when or 'undated'!s:<10}  ") for when, title in items), ""]
    if announced := agenda.announced(agenda.last_day, issue.id):
        out.append("Announced dates")
        for one in announced:
            out += [_announced(agenda, one, named=False), *reader.lines(one.target.citations)]
    return out


def _demand(agenda: Agenda, row: BoardRow, side: str) -> str:
    said = agenda.issues[row.id].demands[side].text
    return row.demands[side] or (_SILENT if said else _NOTHING)


def _fill(text: str, first: str = "", following: str | None = None) -> str:
    return "\n".join(wrap(text, WIDTH, " " * len(first) if following is None else following, first))


def _counted(present: int, dormant: int) -> str:
    if not present and not dormant:
        return "no issue on the agenda yet"
    named = f"{present} issue{'' if present == 1 else 's'} on the agenda"
    return f"{named}, {dormant} dormant" if dormant else named
