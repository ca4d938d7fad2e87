"""An agenda, an issue and a scenario as notebooks show them: plain HTML, without scripts and colours of its own.

Every text that comes from a file is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from negsim.scenario.description import wording

if TYPE_CHECKING:
    from negsim.agenda.agenda import Agenda
    from negsim.agenda.citations import Citation
    from negsim.agenda.records import Announced, Issue
    from negsim.scenario.scenario import Scenario

_LEFT = "text-align:left;vertical-align:top"
_NOTHING = "no public position"


def agenda_card(agenda: Agenda) -> str:
    """The board as of the last day on record."""
    on = agenda.last_day
    sides = agenda.sides if agenda.tells_demands else {}
    heads = ["issue", "status", "since", *(f"{side.title} wants" for side in sides.values()), "sources", "disputed"]
    rows = [
        [row.title, row.status.label, str(row.since)]
        + [row.demands[side] or _NOTHING for side in sides]
        + [str(row.sources), str(len(row.disputed)) if row.disputed else "no"]
        for row in agenda.board(on)
    ]
    board = _table(f"{agenda.title}, as of {on}", heads, [[escape(cell) for cell in row] for row in rows])
    titles_of = {name: issue.title for name, issue in agenda.issues.items()}
    return board + _announced(agenda.announced(on), titles_of)


def issue_card(
    issue: Issue, sides: Mapping[str, str], disputes: Mapping[str, str], announced: Sequence[Announced] = ()
) -> str:
    """One issue: demands, history with the sentences that say so, announced dates, disputes.

    Names stand there by id where no agenda tells more.
    """
    last = issue.history[-1]
    parts = [f"<p><b>{escape(issue.title)}</b>: {escape(last.status.label)} since {escape(str(last.date))}</p>"]
    parts.append(f"<p>{escape(issue.summary)} Resolved when: {escape(issue.resolves_when)}</p>")
    wanted = [
        [escape(sides.get(side, side)), escape(demand.text or _NOTHING), _cited(demand.citations)]
        for side, demand in issue.demands.items()
    ]
    parts.append(_table("Demands", ["side", "wants", "says who"], wanted))
    happened = [
        [escape(str(change.date)), escape(change.status.label), escape(change.what), _cited(change.citations)]
        for change in issue.history
    ]
    parts.append(_table("History", ["date", "status", "what happened", "says who"], happened))
    parts.append(_announced(announced))
    questions = "".join(f"<li>{escape(disputes.get(name, name))}</li>" for name in issue.disputed)
    parts.append(f"<p>Disputed:</p><ul>{questions}</ul>" if questions else "<p>Disputed: nothing.</p>")
    return "".join(parts)


def _announced(announced: Sequence[Announced], titles: Mapping[str, str] | None = None) -> str:
    """Announced dates with what became of them; with titles also what they are about. Nothing if there are none."""
    if not announced:
        return ""
    heads = ["by", "", "who", "said", "what", *(["about"] if titles else []), "says who"]
    rows = []
    for one in announced:
        target = one.target
        cells = [escape(text) for text in (str(target.by), one.state, target.who, str(target.said), one.what)]
        if titles:
            everything = len(target.issues) == len(titles)
            cells.append("all issues" if everything else escape(", ".join(titles[name] for name in target.issues)))
        rows.append([*cells, _cited(target.citations)])
    return _table("Announced dates", heads, rows)


def scenario_card(scenario: Scenario) -> str:
    """What is assumed: the story, then every assumption in words with its sources; what holds for one issue unfolds."""
    parts = [f"<p><b>{escape(scenario.title)}</b>: {scenario.as_of} to {scenario.horizon}</p>"]
    parts += [f"<p>{escape(text)}</p>" for text in (scenario.question, scenario.description) if text]
    issues = [
        [escape(scenario.agenda.issues[name].title), escape(issue.start.status), escape(_settled(scenario, name))]
        for name, issue in scenario.issues.items()
    ]
    parts.append(_table("Issues in play", ["issue", "now", "settled"], issues))
    sections = {section.title: section.statements for section in wording(scenario)}
    of_issues = sections.pop("The issues", ())
    rows = [
        [escape(title) if n == 0 else "", escape(one.words), _lines(one.sources)]
        for title, statements in sections.items()
        for n, one in enumerate(statements)
    ]
    parts.append(_table("What is assumed", ["of", "assumed", "where it comes from"], rows))
    if of_issues:
        each = [[escape(one.words), _lines(one.sources)] for one in of_issues]
        table = _table("What is assumed of each issue", ["assumed", "where it comes from"], each)
        parts.append(f"<details><summary>What is assumed of each issue</summary>{table}</details>")
    return "".join(parts)


def _settled(scenario: Scenario, name: str) -> str:
    for package in scenario.packages.values():
        if name in package.issues:
            return f"in the package {package.title}"
    return "alone" if scenario.issues[name].settle == "concession" else "by chance"


def _cited(citations: Iterable[Citation]) -> str:
    return ", ".join(escape(cited.place) for cited in citations) or "nobody cited"


def _lines(lines: Sequence[str]) -> str:
    """The first of some lines; the others unfold."""
    first, more = "".join(escape(line) for line in lines[:1]), "<br>".join(escape(line) for line in lines[1:])
    return f"{first}<details><summary>{len(lines) - 1} more</summary>{more}</details>" if more else first


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the cells are HTML already."""
    head = "".join(f'<th scope="col" style="{_LEFT}">{escape(text)}</th>' for text in heads)
    cells = ("".join(_cell(cell) for cell in row) for row in rows)
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    return (
        f'<table><caption style="text-align:left;font-weight:bold">{escape(title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cell(cell: str) -> str:
    short = ";white-space:nowrap" if len(cell) <= 12 else ""  # dates stay in one piece
    return f'<td style="{_LEFT}{short}">{cell}</td>'
