"""The record of a negotiation as it was known on a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, TypeVar

from negsim.agenda.records import Issue, Position, StatusChange
from negsim.files import FrozenDict

_T = TypeVar("_T")


def parts_known(agenda: Any, on: date, also: Collection[str] = ()) -> dict[str, Any]:
    """The dated parts of a record without what happened, was said or was published after the day ``on``.

    An issue is known once its history has begun; without a history it always is. An event without a date is known.
    A fact is known from its day on, but not before the first report of it that has a date of its own.
    A position of a later date is no position. Names of later issues and disputes are left out everywhere.
    """
    histories = {name: tuple(_known(issue.history, on)) for name, issue in agenda.issues.items()}
    issues = [name for name, issue in agenda.issues.items() if not issue.history or histories[name] or name in also]
    disputes = {name: one for name, one in agenda.disputed.items() if one.date.certainly_by(on)}
    rounds, events = (dict(_known_by_name(parts, on)) for parts in (agenda.rounds, agenda.events))
    targets = [target.known_by(on) for target in agenda.targets if target.said.certainly_by(on)]
    sources = {name: one for name, one in agenda.sources.items() if one.date is None or one.date.earliest <= on}
    return {
        "issues": FrozenDict(
            {name: _issue(agenda.issues[name], histories[name], on, issues, disputes) for name in issues}
        ),
        "rounds": FrozenDict(_naming(rounds, issues, disputes)),
        "events": FrozenDict(_naming(events, issues, disputes)),
        "third_parties": FrozenDict(_naming(dict(agenda.third_parties), issues, disputes)),
        "disputed": FrozenDict(disputes),
        "targets": tuple(_naming(dict(enumerate(targets)), issues, disputes).values()),
        "sources": FrozenDict(sources),
    }


def _known(facts: Iterable[_T], on: date) -> Iterator[_T]:
    """The facts whose day has come and that somebody has reported by then, with the citations of that time."""
    for fact in facts:
        when, cited = fact.date, fact.citations  # type: ignore[attr-defined]
        known = tuple(one for one in cited if one.known_by(on))
        if (when is None or when.certainly_by(on)) and (known or not cited):
            yield fact if len(known) == len(cited) else fact.model_copy(update={"citations": known})  # type: ignore[attr-defined]


def _known_by_name(facts: Mapping[str, _T], on: date) -> Iterator[tuple[str, _T]]:
    for name, fact in facts.items():
        for known in _known((fact,), on):
            yield name, known


def _issue(
    issue: Issue, history: tuple[StatusChange, ...], on: date, issues: Collection[str], disputes: Collection[str]
) -> Issue:
    return issue.model_copy(
        update={
            "demands": FrozenDict(_positions(issue.demands, on)),
            "stances": FrozenDict(_positions(issue.stances, on)),
            "history": history,
            "citations": tuple(one for one in issue.citations if one.known_by(on)),
            "opens_after": tuple(name for name in issue.opens_after if name in issues),
            "disputed": tuple(name for name in issue.disputed if name in disputes),
        }
    )


def _positions(positions: Mapping[str, Position], on: date) -> dict[str, Position]:
    found = {}
    for side, position in positions.items():
        known = tuple(one for one in position.citations if one.known_by(on))
        dated = position.since is None or position.since.certainly_by(on)
        stated = dated and (known or not position.citations)
        found[side] = position.model_copy(update={"citations": known}) if stated else Position(text=None, since=None)
    return found


def _naming(parts: dict[Any, _T], issues: Collection[str], disputes: Collection[str]) -> dict[Any, _T]:
    """The parts without names of other issues and disputes than these."""
    known = {"issues": issues, "disputed": disputes}
    found: dict[Any, _T] = {}
    for name, part in parts.items():
        kept = {
            key: tuple(one for one in getattr(part, key) if one in names)
            for key, names in known.items()
            if hasattr(part, key)
        }
        changed = any(kept[key] != getattr(part, key) for key in kept)
        found[name] = part.model_copy(update=kept) if changed else part  # type: ignore[attr-defined]
    return found
