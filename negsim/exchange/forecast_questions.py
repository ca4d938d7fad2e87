"""Forecast questions: one per issue, with resolution criteria, sources and probabilities."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from negsim.projection import Projection


def questions(projection: Projection, by: date | None = None) -> dict[str, Any]:
    """One question per issue: whether it is resolved by a date, by default the last simulated one.

    The resolution criterion is the agenda's ``resolves_when``. ``p`` is the share of the runs, ``se`` its Monte Carlo
    error; ``by`` has the probabilities at the milestones; ``p50`` is None if it is not within the horizon.

    Raises:
        NegsimError: the date was not simulated.

    >>> import negsim as ns
    >>> first = questions(ns.run("baseline", runs=50))["questions"][0]
    >>> first["id"], first["question"]
    ('banking', 'Will "Banking and financing of the missions" be resolved by 2028-04-08?')
    """
    context = projection.context
    last = by or context.last_day
    chances = projection.resolved_by(last)
    return {
        "negotiation": context.talks,
        "scenario": context.title,
        "open": str(context.as_of),
        "close": str(last),
        "assumes": "The probabilities hold if the sides concede as the scenario assumes.",
        "provenance": projection.provenance,
        "questions": [_question(projection, j, last, chances) for j in range(len(context.issues))],
    }


def _question(projection: Projection, j: int, last: date, chances: Any) -> dict[str, Any]:
    context, summary = projection.context, projection.digest.issues[j]
    facts = context.issues[j]
    issue = projection.scenario.agenda.issues[facts.id]
    row = next((row for row in projection.scenario.agenda.board(context.as_of) if row.id == facts.id), None)
    demands = {context.sides[k]: row.demands.get(side) if row else None for k, side in enumerate(context.side_ids)}
    return {
        "id": facts.id,
        "question": f'Will "{facts.title}" be resolved by {last}?',
        "title": issue.title,
        "resolution": issue.resolves_when,
        "source": "The record of the negotiation: the documents that the agenda cites, and later public reports.",
        "status": facts.status,
        "since": str(row.since) if row and row.since else None,
        "demands": demands,
        "documents": _documents(projection, facts.id),
        "p": float(chances.at[facts.id, "p"]),
        "se": float(chances.at[facts.id, "se"]),
        "by": {str(day): chance.p for day, chance in summary.by.items() if day < last},
        "p50": None if summary.p50 is None else str(summary.p50),
    }


def _documents(projection: Projection, issue: str) -> list[str]:
    """Addresses, titles or ids of the documents that the agenda cites for an issue by the as-of date."""
    agenda = projection.scenario.agenda
    found: dict[str, None] = {}
    for path, citation in agenda.citations():
        if not f"{path}.".startswith(f"issues.{issue}.") or not citation.known_by(projection.context.as_of):
            continue
        source = agenda.sources.get(citation.document)
        if source is not None and source.date is not None and not source.date.certainly_by(projection.context.as_of):
            continue
        found[(source.url or source.title or citation.document) if source is not None else citation.document] = None
    return list(found)


def questions_text(found: dict[str, Any]) -> str:
    """The questions in Markdown. Texts of the agenda are escaped, so that they stay text.

    >>> import negsim as ns
    >>> print(questions_text(questions(ns.run("baseline", runs=50))).splitlines()[0])
    # Forecast questions: United States and Russia, talks on the working of their embassies
    """
    lines = [
        f"# Forecast questions: {_plain(found['negotiation'])}",
        "",
        f"Scenario: {_plain(found['scenario'])}. Open on {found['open']}, closed on {found['close']}.",
        f"{found['assumes']} {_plain(found['provenance'])}",
    ]
    for each in found["questions"]:
        wanted = [f"{_plain(side)}: {_plain(text)}" for side, text in each["demands"].items() if text]
        since = f" since {each['since']}" if each["since"] else ""
        lines += [
            "",
            f"## {_plain(each['question'])}",
            "",
            f"- **Issue:** {_plain(each['title'])}",
            f"- **Resolves as yes if:** {_plain(each['resolution'])}",
            f"- **Source:** {each['source']}",
            *([f"- **Documents:** {'; '.join(map(_plain, each['documents']))}"] if each["documents"] else []),
            f"- **Status on {found['open']}:** {each['status']}{since}",
            *([f"- **Demands:** {'; '.join(wanted)}"] if wanted else []),
            f"- **Our probability:** {each['p']:.1%} (Monte Carlo error {each['se']:.1%})",
            *[f"  - by {day}: {p:.1%}" for day, p in each["by"].items()],
            f"- **50 % date:** {each['p50'] or 'not within the horizon'}",
        ]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Text in which Markdown and HTML have no effect."""
    return re.sub(r"([\\`*_{}\[\]<>#|!])", r"\\\1", " ".join(str(text).split()))
