"""Candidate changes of what lies outside the negotiation: links of an issue to a shock whose time is a parameter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from negsim.quantities import Draw, Fixed, Parameter
from negsim.simulation import compile

if TYPE_CHECKING:
    from negsim.scenario import Scenario

#: The reach of a change of such a day: it is reported whether it helps or delays.
OUTSIDE = "outside"
#: The part of the draws of a time that is earlier than each of the days that are tried.
_DAYS = {"early": 0.1, "in the middle": 0.5, "late": 0.9}


@dataclass(frozen=True)
class Link:
    """A mark of a shock that suspends issues until a pending shock, with the title of the latter."""

    shock: str
    mark: int
    issues: tuple[str, ...]
    probability: float | None
    until: str


def settlements(scenario: Scenario) -> dict[str, str]:
    """The titles of the pending shocks until which issues may be suspended, by the parameter of their time.

    >>> import negsim as ns
    >>> settlements(ns.load("baseline"))
    {'outside_settlement': 'The outside settlement'}
    """
    return {time: link.until for time, link in _links(scenario)}


def links(scenario: Scenario, issues: Sequence[str]) -> tuple[Link, ...]:
    """The links of some issues.

    >>> import negsim as ns
    >>> links(ns.load("baseline"), ["flights"])
    (Link(shock='linkage', mark=0, issues=('flights',), probability=0.8, until='The outside settlement'),)
    """
    return tuple(link for _, link in _links(scenario) if set(link.issues) & set(issues))


def _links(scenario: Scenario) -> Iterator[tuple[str, Link]]:
    ends = {
        time.name: shock.title
        for shock in scenario.shocks.values()
        for time in shock.pending
        if isinstance(time, Parameter)
    }
    for name, shock in scenario.shocks.items():
        for n, mark in enumerate(shock.marks):
            if mark.kind != "suspend" or mark.issues == "all" or not isinstance(mark.duration, Parameter):
                continue
            if mark.duration.name in ends:
                chance = mark.probability.value if isinstance(mark.probability, Fixed) else None
                yield mark.duration.name, Link(name, n, tuple(mark.issues), chance, ends[mark.duration.name])


def without_links(scenario: Scenario, issues: Sequence[str]) -> dict[str, Any]:
    """Changes after which the issues never wait. Marks keep their places, so that all other draws stay the same."""
    changes: dict[str, Any] = {}
    for link in links(scenario, issues):
        path = f"shocks.{link.shock}.marks"
        marks = changes.setdefault(
            path, [mark.model_dump(mode="json", exclude_none=True) for mark in scenario.shocks[link.shock].marks]
        )
        left = [name for name in link.issues if name not in issues]
        marks[link.mark] |= {"issues": left} if left else {"probability": 0}
    return changes


def other_days(scenario: Scenario) -> Iterator[tuple[str, dict[str, Any]]]:
    """Known days of each settlement, in words and as changes: the 10 %, 50 % and 90 % points of its time."""
    for name, title in settlements(scenario).items():
        if not isinstance(scenario.parameters[name].value, Draw):
            continue
        compiled = compile(scenario)
        for words, share in _DAYS.items():
            days = round(compiled.assumption(f"parameters.{name}", share))
            day = _after(scenario.as_of, days)
            yield f"{title}: {words}, {day}", {f"parameters.{name}.value": f"{days} days"}


def _after(start: date, days: int) -> str:
    try:
        return f"on {start + timedelta(days)}"
    except OverflowError:
        return f"after {days} days"
