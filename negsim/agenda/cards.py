"""HTML of an agenda and of an issue for notebooks; every text from a file is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from negsim.files import table

if TYPE_CHECKING:
    from negsim.agenda.citations import Citation

_NOTHING = "no public position"


def agenda_card(agenda: Any) -> str:
    """The board as of the last day on record."""
    on = agenda.last_day
    sides = agenda.sides if agenda.tells_demands else {}
    heads = ["issue", "status", "since", *(f"{side.title} wants" for side in sides.values()), "sources", "disputed"]
    rows = [
        [row.title, row.status.label, str(row.since or "")]
        + [row.demands[side] or _NOTHING for side in sides]
        + [str(row.sources), str(len(row.disputed)) if row.disputed else "no"]
        for row in agenda.board(on)
    ]
    board = table(f"{agenda.title}, as of {on}", heads, [[escape(cell) for cell in row] for row in rows])
    titles_of = {name: issue.title for name, issue in agenda.issues.items()}
    return board + _announced(agenda.announced(on), titles_of)


def issue_card(issue: Any, sides: Mapping[str, str], disputes: Mapping[str, str], announced: Sequence[Any] = ()) -> str:
    """One issue: demands, history with citations, announced dates, disputes.

    Without an agenda, sides and disputes are shown by id.
    """
    status, since = issue.first_status, ""
    if issue.history:
        status, since = issue.history[-1].status, f" since {issue.changes[-1].date}"
    parts = [f"<p><b>{escape(issue.title)}</b>: {escape(status.label)}{escape(since)}</p>"]
    summary = f"{escape(issue.summary)} " if issue.summary else ""
    parts.append(f"<p>{summary}Resolved when: {escape(issue.resolves_when)}</p>")
    wanted = [
        [escape(sides.get(side, side)), escape(demand.text or _NOTHING), _cited(demand.citations)]
        for side, demand in issue.demands.items()
    ]
    parts.append(table("Demands", ["side", "wants", "citations"], wanted))
    happened = [
        [escape(str(change.date)), escape(change.status.label), escape(change.what), _cited(change.citations)]
        for change in issue.history
    ]
    parts.append(table("History", ["date", "status", "what happened", "citations"], happened))
    parts.append(_announced(announced))
    questions = "".join(f"<li>{escape(disputes.get(name, name))}</li>" for name in issue.disputed)
    parts.append(f"<p>Disputed:</p><ul>{questions}</ul>" if questions else "<p>Disputed: nothing.</p>")
    return "".join(parts)


def _announced(announced: Sequence[Any], titles: Mapping[str, str] | None = None) -> str:
    """Announced dates with their outcome, and with their issues if titles are given; empty without dates."""
    if not announced:
        return ""
    heads = ["by", "", "who", "said", "what", *(["about"] if titles else []), "citations"]
    rows = []
    for one in announced:
        target = one.target
        cells = [escape(text) for text in (str(target.by), one.state, target.who, str(target.said), one.what)]
        if titles:
            everything = len(target.issues) == len(titles)
            cells.append("all issues" if everything else escape(", ".join(titles[name] for name in target.issues)))
        rows.append([*cells, _cited(target.citations)])
    return table("Announced dates", heads, rows)


def _cited(citations: Iterable[Citation]) -> str:
    return ", ".join(escape(cited.place) for cited in citations) or "no citation"
