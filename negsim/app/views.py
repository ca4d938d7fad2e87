"""What the app shows of a scenario and its projection, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from negsim.analysis import all_of, all_words, terms_words, until, waits_words
from negsim.reporting import percent_words, status_words, table_words

if TYPE_CHECKING:
    from negsim.agenda import Agenda, Citation
    from negsim.analysis import Chance
    from negsim.projection import Projection
    from negsim.scenario import Scenario


def board(scenario: Scenario, on: date) -> dict[str, Any]:
    """The agenda at the end of a day: nothing later is in it.

    ``first`` and ``last`` are the days between which the record changes, ``days`` those on which it does.
    """
    agenda = scenario.record
    dates = [change.date for issue in agenda.issues.values() for change in issue.history]
    days = [day.earliest for day in dates]
    changes = {each.latest for each in (*dates, *(one.date for one in agenda.rounds.values()),
                                        *(one.said for one in agenda.targets))}  # fmt: skip
    rows = []
    for row in agenda.board(on):
        issue = agenda.issues[row.id]
        rows.append(
            {
                "id": row.id,
                "title": row.title,
                "status": row.status.label,
                "since": str(row.since or ""),
                "resolves_when": issue.resolves_when,
                "demands": [
                    {
                        "side": agenda.sides[side].title,
                        "text": text,
                        "citations": cited(agenda, issue.demands[side].citations) if text else [],
                    }
                    for side, text in row.demands.items()
                ],
                "history": [
                    {
                        "date": str(change.date),
                        "status": change.status.label,
                        "what": change.what,
                        "citations": cited(agenda, change.citations),
                    }
                    for change in issue.history
                    if change.date.certainly_by(on)
                ],
                "announced": _announced(agenda, on, row.id),
                "disputed": [agenda.disputed[name].question for name in row.disputed],
            }
        )
    return {
        "what": "board",
        "title": agenda.title,
        "on": str(on),
        "first": str(min(days, default=scenario.as_of)),
        "last": str(max(agenda.last_day, scenario.as_of)),
        "as_of": str(scenario.as_of),
        "days": sorted(map(str, changes)),
        "sides": [side.title for side in agenda.sides.values()],
        "issues": rows,
        "words": status_words(str(row["status"]) for row in rows),
        "announced": _announced(agenda, on),
        "rounds": [
            {"title": one.title, "date": str(one.date), "what": one.what, "citations": cited(agenda, one.citations)}
            for one in agenda.rounds.values()
            if one.date.certainly_by(on)
        ],
    }


def _announced(agenda: Agenda, on: date, issue: str | None = None) -> list[dict[str, Any]]:
    return [
        {
            "by": str(one.target.by),
            "state": one.state,
            "words": f"{one.target.who} ({one.target.said}): {one.what}",
            "citations": cited(agenda, one.target.citations),
        }
        for one in agenda.announced(on, issue)
    ]


def cited(agenda: Agenda, citations: Sequence[Citation]) -> list[dict[str, str]]:
    """Citations with what is known of their documents."""
    found = []
    for citation in citations:
        source = agenda.sources.get(citation.document)
        about = source.model_dump(mode="json", exclude_none=True) if source is not None else {}
        words = [str(about[key]) for key in ("title", "publisher", "author", "date") if about.get(key)]
        found.append({"place": citation.place, "about": ", ".join(words), "url": str(about.get("url", ""))})
    return found


def table(projection: Projection) -> dict[str, Any]:
    """The headline table: a cell is a text, the value by which it sorts, and for a date its 95 % interval."""
    context, digest = projection.context, projection.digest
    unit, long = digest.unit, context.horizon_days
    heads = ["issue", "status", *(milestone.words for milestone in context.milestones), "horizon",
             "50 % of runs by", "80 % of runs by", "usual terms", "mostly waits for"]  # fmt: skip

    def dated(day: date | None, span: tuple[date | None, date | None]) -> list[Any]:
        low, high = (until(each, context, unit) for each in span)
        between = f"{low} to {high}" if low != high else ""
        return [until(day, context, unit), (day - context.as_of).days if day is not None else long + 1, between]

    rows = []
    for place, issue in enumerate(digest.issues):
        chances = [*issue.by.values(), issue.resolved]
        cells: list[list[Any]] = [[issue.facts.title, place], [issue.facts.status, issue.facts.status]]
        cells += [[_with_error(c), c.p] for c in chances]
        cells += [dated(issue.p50, issue.p50_range), dated(issue.p80, issue.p80_range)]
        share = -1.0 if issue.terms is None else issue.terms.share
        usual = f"{100 * share:.0f} %" if issue.terms and issue.terms.option < 0 else terms_words(issue, context) or "–"
        waits = waits_words(issue, context) or "–"
        cells += [[usual, share], [waits, waits]]
        rows.append({"id": issue.facts.id, "cells": cells})
    every = [*digest.all_by.values(), digest.all_resolved]
    foot = [all_of(len(rows)), "", *map(_with_error, every)]
    foot += [until(digest.all_p50, context, unit), until(digest.all_p80, context, unit), "", ""]
    return {
        "what": "table",
        "caption": "Percentage of runs that resolve each issue within a time or by the horizon, ± one standard error "
        "of the simulation; below a date its 95 % interval",
        "heads": heads,
        "rows": rows,
        "foot": foot,
        "terms": table_words([issue.facts.status for issue in digest.issues], context.sides),
        "notes": projection.notes,
        "provenance": projection.provenance,
    }


def _with_error(chance: Chance) -> str:
    return " ± ".join(filter(None, percent_words(chance)))


def when(projection: Projection, probability: float, issues: Sequence[str] | None) -> dict[str, Any]:
    """The dates by which issues are resolved with a probability: each, the first k, and all.

    Raises:
        NegsimError: the probability is out of range, or there is no such issue.
    """
    asked = projection.when(probability, issues)
    titles = {facts.id: facts.title for facts in projection.context.issues}
    n = len(asked.issues)
    rows = [(titles[name], projection.when(probability, [name])) for name in asked.issues]
    rows += [(f"first {k} of {n}" if k < n else all_words(n), projection.when(probability, asked.issues, k))
             for k in range(1, n + 1) if n > 1]  # fmt: skip
    after = f"after {asked.last_day}"
    return {
        "what": "when",
        "probability": probability,
        "rows": [
            {
                "title": title,
                "day": str(found.day or after),
                "between": "–" if found.low is None else f"{found.low} to {found.high or after}",
                "horizon": f"{100 * found.by_horizon.value:.0f} ± {100 * found.by_horizon.se:.1f}",
            }
            for title, found in rows
        ],
        "provenance": projection.provenance,
    }
