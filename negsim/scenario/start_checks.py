"""Check the dates of a scenario and the start of each issue."""

from __future__ import annotations

from collections.abc import Iterator

from negsim.agenda import Status
from negsim.errors import Problem, did_you_mean, one_of
from negsim.quantities import Fixed
from negsim.scenario.draft import Draft
from negsim.scenario.issue_models import Chance, IssueSetup
from negsim.scenario.layering import CARRIES, STATUSES
from negsim.scenario.node_tools import at
from negsim.scenario.zones import zone_possible

_SUM = 1e-9


def days(parts: Draft) -> Iterator[Problem]:
    """Dates that lie before `as_of`."""
    if parts.as_of is None:
        return
    frame = parts.frame
    if not parts.in_play:
        yield parts.problem(f"no issue is in play on {parts.as_of}", "as_of")
    if frame is not None:
        if frame.horizon <= parts.as_of:
            message = f"the horizon {frame.horizon} is not after as_of"
            yield parts.problem(message, "horizon", allowed=f"after {parts.as_of}")
        if frame.deadline is not None and frame.deadline.date < parts.as_of:
            message = f"the deadline {frame.deadline.date} lies before as_of"
            yield parts.problem(message, "deadline", "date", allowed=f"{parts.as_of} or later")
    for name, issue in parts.issues.items():
        if issue.opens is not None and issue.opens.on is not None and issue.opens.on < parts.as_of:
            message = f"{name} opens on {issue.opens.on}, before as_of"
            yield parts.problem(message, "issues", name, "opens", "on", allowed=f"{parts.as_of} or later")
    for name, shock in parts.shocks.items():
        for number, dated in enumerate(shock.dates):
            if dated.date < parts.as_of:
                message = f"the day {dated.date} lies before as_of"
                yield parts.problem(message, "shocks", name, "dates", number, "date", allowed=f"{parts.as_of} or later")


def starts(parts: Draft) -> Iterator[Problem]:
    """Starts that lack a required key of their status, or have a key that the status does not use."""
    for name, issue in parts.issues.items():
        start, path = issue.start, ("issues", name, "start")
        status = STATUSES[start.status]
        if status.final:
            allowed = "name it in leave_out"
            yield parts.problem(f"{name} is {start.status} already", *path, "status", allowed=allowed)
            continue
        if status is Status.DORMANT and issue.opens is None:
            yield parts.problem(f"{name} is dormant and nothing opens it", *path, allowed="opens")
        if status is not Status.DORMANT and issue.opens is not None and "status" in at(parts.friendly, *path).mapping:
            message = f"{name} is {start.status} at as_of, and only a dormant issue opens"
            yield parts.problem(message, "issues", name, "opens", on_key=True)
        needed, optional = CARRIES[status]
        if isinstance(issue.settle, Chance):
            needed = tuple(key for key in needed if key not in ("clock", "terms"))
            optional = (*optional, "clock", "terms")
        if status is Status.SUSPENDED and start.was is not None:
            before = CARRIES.get(STATUSES[start.was], ((), ()))
            if start.was not in ("raised", "discussing", "converging", "stalled"):
                allowed = "raised, discussing, converging or stalled"
                yield parts.problem(f"a suspended issue cannot have been {start.was}", *path, "was", allowed=allowed)
                continue
            chance = isinstance(issue.settle, Chance)
            needed = (*needed, *(key for key in before[0] if not (chance and key == "clock")))
            optional = (*before[1], "clock") if chance else before[1]
        given = {
            key
            for key in ("clock", "rounds", "offers", "terms", "passed", "left", "was")
            if getattr(start, key) not in (None, {})
        }
        missing = [key for key in needed if key not in given]
        if missing:
            message = f"{name} is {start.status} at as_of, but its start has no {' and no '.join(missing)}"
            lines = ", ".join(_CARRIED[key].format(*parts.sides) for key in missing)
            yield parts.problem(message, *path, allowed=f"issues: {{{name}: {{start: {{{lines}}}}}}}")
        for key in sorted(given - {*needed, *optional}):
            message = f'an issue that is {start.status} at as_of does not use "{key}"'
            yield parts.problem(message, *path, key, on_key=True, allowed=one_of([*needed, *optional]))
        yield from _clocks_and_offers(parts, name, issue)
        yield from _terms(parts, name, issue)
        yield from _at_odds(parts, name, issue)


def _at_odds(parts: Draft, name: str, issue: IssueSetup) -> Iterator[Problem]:
    """Starts that contradict the rules of the model."""
    status, path = STATUSES[issue.start.status], ("issues", name, "start", "status")
    waited = [other for other in issue.implementation.requires if other in parts.issues]
    if status is Status.IMPLEMENTING and waited:
        message = f"{name} is implementing at as_of, but requires {waited[0]}, which is not resolved"
        yield parts.problem(message, *path, allowed="blocked, or no such requirement")
    if status is Status.BLOCKED and not waited:
        message = f"{name} is blocked at as_of, but requires no unresolved issue"
        yield parts.problem(message, *path, allowed="implementing, or requires: [an issue]")
    if issue.opens is not None and issue.opens.when is not None and issue.opens.when.reaches == Status.DORMANT.label:
        message = f"{name} waits until {issue.opens.when.issue} is dormant, but no issue becomes dormant"
        yield parts.problem(message, "issues", name, "opens", "when", "reaches", allowed="any later status")
    alone = not any(name in package.issues for package in parts.packages.values())
    known = all(isinstance(value, Fixed) for value in issue.reservation.values())
    if (
        status is Status.STALLED
        and alone
        and known
        and zone_possible([issue], [name], parts.sides, None, parts.named())
    ):
        message = f"{name} is stalled at as_of, but some outcome is acceptable to both sides"
        yield parts.problem(message, *path, allowed="discussing or converging")


#: An example of each key of a start, for the two sides.
_CARRIED = {
    "clock": "clock: {{{0}: 3 months, {1}: 3 months}}",
    "rounds": "rounds: 2",
    "terms": "terms: {{{0}: 0.5, {1}: 0.5}}",
    "passed": "passed: 2 months",
    "left": "left: 3 months",
    "was": "was: discussing",
}


def _clocks_and_offers(parts: Draft, name: str, issue: IssueSetup) -> Iterator[Problem]:
    path = ("issues", name, "start")
    status = issue.start.was if issue.start.status == "suspended" else issue.start.status
    talking = status in ("discussing", "converging", "stalled")
    for side, other in (parts.sides, parts.sides[::-1]):
        tactic = issue.tactics.get(side)
        if tactic is None or isinstance(issue.settle, Chance):
            continue
        clock = issue.start.clock.get(side)
        wanted = "rounds" if tactic.clock == "rounds" else "duration"
        if clock is not None and tactic.clock is not None and clock.rule.kind != wanted:
            allowed = '"2 rounds", or no clock: it then starts at rounds' if wanted == "rounds" else '"42 days"'
            message = f"the clock of {side} counts {'rounds' if wanted == 'rounds' else 'days'}, but was {clock.text}"
            yield parts.problem(message, *path, "clock", side, allowed=allowed)
        offers = issue.start.offers.get(other, ())
        wanted_offers = min(tactic.window or 0, issue.start.rounds or 0)
        if talking and len(offers) < wanted_offers:
            last = "offer" if wanted_offers == 1 else f"{wanted_offers} offers"
            missing = "is" if wanted_offers == 1 else "are"
            message = f"{side} answers offers, but the last {last} of {other} {missing} not given"
            allowed = f"offers: {{{other}: [utilities to {side}, oldest first]}}"
            yield parts.problem(message, *path, "offers", other, allowed=allowed)


def _terms(parts: Draft, name: str, issue: IssueSetup) -> Iterator[Problem]:
    terms, path = issue.start.terms, ("issues", name, "start", "terms")
    ids = [option.id for option in issue.options]
    for number, option in enumerate(ids):
        if option in ids[:number]:
            where = ("issues", name, "outcome", "options", number, "id")
            yield parts.problem(f'the option "{option}" is given twice', *where)
    if terms is None:
        return
    if terms.option is not None:
        if terms.option not in ids:
            guess = did_you_mean(terms.option, ids)
            message = f'{name} has no option "{terms.option}"'
            yield parts.problem(message, *path, "option", allowed=one_of(ids), suggestion=guess)
        return
    if ids:
        yield parts.problem(f"{name} has options, but terms name none", *path, allowed=f"option: {one_of(ids)}")
    elif len(terms.utilities) == 2 and abs(sum(terms.utilities.values()) - 1) > _SUM:
        total = sum(terms.utilities.values())
        yield parts.problem(f"the utilities of both sides from {name} sum to {total:g}", *path, allowed="1")
