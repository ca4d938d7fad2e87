"""An agenda and an issue as HTML, for notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from negsim.files import render

if TYPE_CHECKING:
    from negsim.agenda.citations import Citation

_NOTHING = "no public position"
_CARDS = "agenda/cards.html"


def agenda_card(agenda: Any) -> str:
    """The board as of the last day on record."""
    on = agenda.last_day
    sides = agenda.sides if agenda.tells_demands else {}
    heads = ["issue", "status", "since", *(f"{side.title} wants" for side in sides.values()), "sources", "disputed"]
    rows = [
        [row.title, row.status.label, str(row.since or "")]
        + [row.demands[side] or _NOTHING for side in sides]
        + [_sources(row), str(len(row.disputed)) if row.disputed else "no"]
        for row in agenda.board(on)
    ]
    dates = _announced(agenda.announced(on), {name: issue.title for name, issue in agenda.issues.items()})
    return render(_CARDS, "agenda", title=f"{agenda.title}, as of {on}", heads=heads, rows=rows, dates=dates)


def _sources(row: Any) -> str:
    return f"{row.sources} and {row.reported} reported" if row.reported else str(row.sources)


def issue_card(issue: Any, sides: Mapping[str, str], disputes: Mapping[str, str], announced: Sequence[Any] = ()) -> str:
    """One issue: demands, history with citations, announced dates, disputes.

    Without an agenda, sides and disputes are shown by id.
    """
    status, since = issue.first_status, ""
    if issue.history:
        status, since = issue.history[-1].status, f" since {issue.changes[-1].date}"
    return render(
        _CARDS,
        "issue",
        issue=issue,
        status=f"{status.label}{since}",
        wanted=[
            [sides.get(side, side), demand.text or _NOTHING, _cited(demand.citations)]
            for side, demand in issue.demands.items()
        ],
        happened=[
            [str(change.date), change.status.label, change.what, _cited(change.citations)] for change in issue.history
        ],
        dates=_announced(announced),
        questions=[disputes.get(name, name) for name in issue.disputed],
    )


def _announced(announced: Sequence[Any], titles: Mapping[str, str] | None = None) -> tuple[list[str], list[list[str]]]:
    """Heads and rows of announced dates with their outcome, and with their issues if titles are given."""
    rows = []
    for one in announced:
        target = one.target
        cells = [str(target.by), one.state, target.who, str(target.said), one.what]
        if titles:
            everything = len(target.issues) == len(titles)
            cells.append("all issues" if everything else ", ".join(titles[name] for name in target.issues))
        rows.append([*cells, _cited(target.citations)])
    return ["by", "", "who", "said", "what", *(["about"] if titles else []), "citations"], rows


def _cited(citations: Iterable[Citation]) -> str:
    return ", ".join(cited.shown for cited in citations) or "no citation"
