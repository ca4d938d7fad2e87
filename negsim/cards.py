"""An agenda, an issue and a scenario as notebooks show them: plain HTML, without scripts and colours of its own.

Every text that comes from a file is escaped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from negsim.differences import value_words
from negsim.medians import median
from negsim.quantities import DAYS_PER_YEAR, Draw, Fixed, Parameter, Quantity

if TYPE_CHECKING:
    from negsim.agenda import Agenda, Issue
    from negsim.assumptions import IssueSetup, Package
    from negsim.citations import Citation
    from negsim.scenario import Scenario

_LEFT = "text-align:left;vertical-align:top"
_MONTH = DAYS_PER_YEAR / 12
_NOTHING = "no public position"


def agenda_card(agenda: Agenda) -> str:
    """The board as of the last day on record."""
    on = agenda.last_day
    titles = [side.title for side in agenda.sides.values()]
    heads = ["issue", "status", "since", *(f"{title} wants" for title in titles), "sources", "disputed"]
    rows = [
        [row.title, row.status.label, str(row.since)]
        + [row.demands[side] or _NOTHING for side in agenda.sides]
        + [str(row.sources), str(len(row.disputed)) if row.disputed else "no"]
        for row in agenda.board(on)
    ]
    return _table(f"{agenda.title}, as of {on}", heads, [[escape(cell) for cell in row] for row in rows])


def issue_card(issue: Issue, sides: Mapping[str, str], disputes: Mapping[str, str]) -> str:
    """One issue: demands, history with the sentences that say so, disputes; names by id where no agenda tells more."""
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
    questions = "".join(f"<li>{escape(disputes.get(name, name))}</li>" for name in issue.disputed)
    parts.append(f"<p>Disputed:</p><ul>{questions}</ul>" if questions else "<p>Disputed: nothing.</p>")
    return "".join(parts)


def scenario_card(scenario: Scenario) -> str:
    """What is assumed: the story, the headline assumptions with their sources, issues, climate, shocks."""
    parts = [f"<p><b>{escape(scenario.title)}</b>: {scenario.as_of} to {scenario.horizon}</p>"]
    parts += [f"<p>{escape(text)}</p>" for text in (scenario.question, scenario.description) if text]
    rows = [
        [escape(what), escape(written), escape(middle), _lines(source)]
        for what, written, middle, source in _headline(scenario)
    ]
    parts.append(_table("What is assumed", ["assumption", "as written", "median", "where it comes from"], rows))
    issues = [
        [escape(scenario.agenda.issues[name].title), escape(issue.start.status), escape(_settled(scenario, name))]
        for name, issue in scenario.issues.items()
    ]
    parts.append(_table("Issues in play", ["issue", "now", "settled"], issues))
    return "".join(parts)


def _headline(scenario: Scenario) -> Iterator[tuple[str, str, str, Sequence[str]]]:
    """Assumption, as written, median, sources."""
    named = {name: parameter.value for name, parameter in scenario.parameters.items()}

    def row(what: str, quantity: Any, source: Sequence[str]) -> tuple[str, str, str, Sequence[str]]:
        if not isinstance(quantity, Fixed | Draw | Parameter):
            return what, value_words(quantity), "", source
        middle = "" if isinstance(quantity, Fixed) else _middle(quantity, named)
        return what, value_words(quantity.text), middle, source

    for name, parameter in scenario.parameters.items():
        yield row(f"parameter {name}", parameter.value, parameter.source)
    for side in scenario.sides:
        yield from _tactics(scenario, side)
    if scenario.undertaking == "single":
        yield "undertaking", "single: nothing is agreed until everything is", "", ()
    if scenario.deadline is not None:
        yield "deadline", str(scenario.deadline.date), "", scenario.deadline.source
    for channel in scenario.channels.values():
        yield row(f"{channel.title}: from one meeting to the next", channel.gap, channel.source)
        yield row(f"{channel.title}: good offices", channel.good_offices, ())
    regimes = ", ".join(scenario.climate.regimes)
    yield "climate", f"{scenario.climate.start} at first; there are {regimes}", "", scenario.climate.source
    for shock in scenario.shocks.values():
        dated = "".join(f", on {each.date}" for each in shock.on)
        what, written, middle, source = row(shock.title, shock.rate, shock.source)
        yield what, f"{written}{dated}", middle, source


def _tactics(scenario: Scenario, side: str) -> Iterator[tuple[str, str, str, Sequence[str]]]:
    """The tactic that a side uses most; how many bargains have another is said beside."""
    bargains: list[IssueSetup | Package] = [*scenario.issues.values(), *scenario.packages.values()]
    tactics = [bargain.tactics[side] for bargain in bargains if bargain.settle == "concession"]
    if not tactics:
        return
    kinds = Counter(tactic.kind for tactic in tactics)
    kind, often = kinds.most_common(1)[0]
    # Issues add lines of their own to the sources of the side's tactic: the fewest are nearest to it.
    usual = min((tactic for tactic in tactics if tactic.kind == kind), key=lambda tactic: len(tactic.source))
    said = usual.model_dump(mode="json", exclude_none=True, include={"beta", "aspiration", "reciprocity", "weight"})
    words = ", ".join([kind, *(f"{key} {value_words(value)}" for key, value in said.items())])
    patience = Counter(value_words(tactic.model_dump(mode="json")["patience"]) for tactic in tactics if tactic.patience)
    most = patience.most_common(1)[0][0] if patience else ""
    waits = f"; patience {most}" + (f" and {len(patience) - 1} others" if len(patience) > 1 else "") if patience else ""
    others = f"; otherwise in {len(tactics) - often}" if often < len(tactics) else ""
    yield f"tactic of {scenario.agenda.sides[side].title}", words + waits + others, "", usual.source


def _middle(quantity: Quantity, named: Mapping[str, Quantity]) -> str:
    days = median(quantity, named)
    if quantity.rule.kind == "duration" and days >= 3 * _MONTH:
        return f"{days / _MONTH:.3g} months"
    return value_words(Fixed(float(f"{days:.3g}"), quantity.rule).text)


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
    cells = ("".join(f'<td style="{_LEFT}">{cell}</td>' for cell in row) for row in rows)
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    return (
        f'<table><caption style="text-align:left;font-weight:bold">{escape(title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
