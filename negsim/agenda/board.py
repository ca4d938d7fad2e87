"""The board of a day and one issue in full, as text and as data."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from negsim.agenda.agenda import Agenda, BoardRow
from negsim.agenda.citations import Citation, read_document
from negsim.agenda.records import Announced
from negsim.agenda.sentences import fingerprint, split
from negsim.agenda.status import Status
from negsim.errors import InputError, Problem
from negsim.files import TextPage, TextStyle

#: The widths of status, date and sources on the board, the least of disputes, and the most of the label of a side.
_COLUMNS, _LABEL = (13, 11, 8, 8), 26
_NOTHING = "no public position"
_MISSING = "(missing or changed)"
#: The widths of the names of facts and of the status of a change.
_FACT, _STATUS = 15, 14
_REPORTED = "r: reported. The citation is an address with a date and a confidence; no document is at hand to verify it."


def board_table(agenda: Agenda, on: date, look: TextStyle | None = None) -> str:
    """The board of a day as text: issues with status, date, sources, disputes, demands."""
    rows = agenda.board(on)
    dormant = sum(row.status is Status.DORMANT for row in rows)
    page = TextPage(look or TextStyle()).title(agenda.title)
    page.add(f"As of {on.isoformat()}: {_counted(len(rows) - dormant, dormant)}")
    if not rows:
        return page.text
    width, room = max(len("issue"), *(len(row.id) for row in rows)) + 2, page.look.width - sum(_COLUMNS[:3])
    widths = (*_COLUMNS[:3], room - min(width, room - _COLUMNS[3]))
    label = min(max(len(side) for side in agenda.sides) + 4, _LABEL)
    page.add().row("issue", ("status", "since", "sources", "disputed"), widths, left=True)
    for row in rows:
        disputed = f"yes ({len(row.disputed)})" if row.disputed else "no"
        sources = f"{row.sources} + {row.reported}r" if row.reported else str(row.sources)
        figures = (row.status.label, str(row.since or ""), sources, disputed)
        page.row(row.id, figures, widths, left=True)
        for side in agenda.sides if agenda.tells_demands else ():
            page.labelled(f"  {side}", _demand(row, side), label)
    if any(row.reported for row in rows):
        page.add().add(_REPORTED)
    if announced := agenda.announced(on):
        page.add().title("Announced dates")
        for one in announced:
            _announced(page, agenda, one, _room(announced), named=True)
    return page.text


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
                **({"reported": row.reported} if row.reported else {}),
                "disputed": list(row.disputed),
            }
            for row in agenda.board(on)
        ],
        "announced": _Reader(None).expand(_announced_data(agenda.announced(on))),
    }


def issue_text(agenda: Agenda, issue_id: str, documents: Path | None = None, look: TextStyle | None = None) -> str:
    """One issue in full as text, with the cited sentences if a folder of documents is given.

    Raises:
        NegsimError: there is no such issue, or no such folder.
    """
    issue = agenda.issue(issue_id)
    reader, page = _Reader(documents), TextPage(look or TextStyle())
    page.add(f"{issue.title} ({issue_id})").add()
    if issue.summary:
        page.add(issue.summary)
    reader.cite(page, issue.citations)
    if issue.summary or issue.citations:
        page.add()
    page.labelled("Resolved when", issue.resolves_when, _FACT)
    if issue.opens_after:
        page.labelled("Opens after", ", ".join(issue.opens_after), _FACT)
    for heading, positions in (("Demands", issue.demands), ("Stances", issue.stances)):
        page.add().add(heading)
        for side in agenda.sides:
            position = positions[side]
            since = f" (since {position.since})" if position.since else ""
            page.add(f"{agenda.sides[side].title}: {position.text or _NOTHING}{since}", "    ", "  ")
            reader.cite(page, position.citations)
    page.add().add("History" if issue.history else f"History: none; {issue.first_status.label}")
    for change in issue.history:
        _dated(page, change.date, change.what, change.status.label, _STATUS)
        reader.cite(page, change.citations)
    page.add().add("Disputed" if issue.disputed else "Disputed: nothing")
    for name in issue.disputed:
        dispute = agenda.disputed[name]
        page.add(f"{dispute.question} ({name})", "  ", "  ")
        for version in dispute.versions:
            page.add(f"{version.says}: {version.text}", "    ", "  - ")
            reader.cite(page, version.citations)
        page.add(dispute.we_take, " " * 11, "  We take: ").add(dispute.why, " " * 11, "  Because: ")
    rounds = [(item.date, item.title) for item in agenda.rounds.values() if issue.id in item.issues]
    events = [(item.date, item.title) for item in agenda.events.values() if issue.id in item.issues]
    for heading, items in (("Rounds", rounds), ("Outside events", events)):
        if items:
            page.add().add(heading)
        for when, title in items:
            _dated(page, when, title)
    if announced := agenda.announced(agenda.last_day, issue.id):
        page.add().add("Announced dates")
        for one in announced:
            _announced(page, agenda, one, _room(announced), named=False)
            reader.cite(page, one.target.citations)
    return page.text


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

    def cite(self, page: TextPage, citations: tuple[Citation, ...]) -> None:
        """Add the citations of a claim: in one paragraph, or each with its sentence."""
        if self._documents is None and citations:
            page.add(f"[{', '.join(cited.shown for cited in citations)}]", "     ", "    ")
        for cited in citations if self._documents is not None else ():
            sentence = self.sentence(cited) or (_MISSING if cited.exact else "")
            page.add(f"[{cited.shown}] {sentence}", "      ", "    ")

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
        if cited.reported:
            return {**data, "date": str(cited.date), "confidence": cited.confidence}
        return data if self._documents is None else {**data, "text": self.sentence(cited)}


def _announced_data(announced: list[Announced]) -> list[dict[str, Any]]:
    return [{**one.target.model_dump(mode="json"), "state": one.state} for one in announced]


def _room(announced: list[Announced]) -> int:
    """The width of the column of their states."""
    return max(len(one.state) for one in announced) + 2


def _announced(page: TextPage, agenda: Agenda, one: Announced, room: int, named: bool) -> None:
    """Add an announced date; ``named``: with its issues."""
    target = one.target
    names = "all issues" if len(target.issues) == len(agenda.issues) else ", ".join(target.issues)
    about = f", on {names}" if named and names else ""
    _dated(page, target.by, f"{target.who} ({target.said}){about}: {one.what}", one.state, room)


def _dated(page: TextPage, day: object, text: str, state: str = "", room: int = 0) -> None:
    """Add a date, perhaps with a state in its own column, and a text beside them."""
    page.add(text, " " * (14 + room), f"  {day or 'undated'!s:<10}  {state:<{room}}")


def _demand(row: BoardRow, side: str) -> str:
    return row.demands[side] or _NOTHING


def _counted(present: int, dormant: int) -> str:
    if not present and not dormant:
        return "no issue on the agenda yet"
    named = f"{present} issue{'' if present == 1 else 's'} on the agenda"
    return f"{named}, {dormant} dormant" if dormant else named
