"""What must hold between the parts of a scenario: names that exist, statuses that carry what they must, no circles.

Every check looks at the parts that are in order in themselves, so that all problems show at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from negsim.agenda import Agenda
from negsim.assumptions import Chance, Channel, Climate, IssueSetup, Package, Shock
from negsim.errors import Complaint, Problem, did_you_mean, one_of
from negsim.nodes import Node, Step
from negsim.quantities import Fixed, Quantity
from negsim.resolve import CARRIES, at
from negsim.status import PROGRESS, Status
from negsim.tactics import Tactic, Until
from negsim.zones import bounds, clipped, zone_possible

_STATUSES = {status.label: status for status in Status}
_HOURS = 1e-9
_SUM = 1e-9


@dataclass(frozen=True)
class Parts:
    """The parts of a scenario: the full form on nodes, and the models of what is in order in itself."""

    full: Node
    friendly: Node
    agenda: Agenda
    as_of: date | None
    frame: Any
    climate: Climate | None
    in_play: Sequence[str]
    parameters: Mapping[str, Any]
    issues: Mapping[str, IssueSetup]
    packages: Mapping[str, Package]
    channels: Mapping[str, Channel]
    shocks: Mapping[str, Shock]

    @property
    def sides(self) -> tuple[str, str]:
        """The two sides."""
        first, second = self.agenda.sides
        return first, second

    def named(self) -> dict[str, Quantity | None]:
        """The values of the parameters."""
        return {name: parameter.value for name, parameter in self.parameters.items()}

    def problem(self, message: str, *path: Step, **more: Any) -> Problem:
        """A problem at a place of the full form."""
        return self.full.problem(message, *path, **more)


def inconsistencies(parts: Parts) -> list[Problem]:
    """Every problem and warning between the parts."""
    found: list[Problem] = []
    for check in (
        _names,
        _days,
        _starts,
        _tactics,
        _packages,
        _talks,
        _climate,
        _shocks,
        _circles,
        _single,
        _prospects,
    ):
        found.extend(check(parts))
    return found


# --- names -----------------------------------------------------------------------------------------------------------


def _names(parts: Parts) -> Iterator[Problem]:
    sides, every = list(parts.sides), list(parts.agenda.issues)
    full, friendly = parts.full, parts.friendly

    def known(node: Node, what: str, names: Iterable[str], *path: Step, keys: bool = False) -> Iterator[Problem]:
        """Complains of every name at ``path`` (a text, a list of texts, or the keys of a mapping) that is not known."""
        names = list(names)
        part = node.find(*path)
        if part is None:
            return
        if keys:
            given: list[tuple[tuple[Step, ...], Any]] = [((*path, key), key) for key in part.mapping]
        elif isinstance(part.value, list):
            given = [((*path, number), item.value) for number, item in enumerate(part.items)]
        else:
            given = [(path, part.value)]
        for where, name in given:
            if isinstance(name, str) and name not in names:
                out = what == "issue" and name in every
                message = f"{name} is not in this scenario" if out else f'there is no {what} "{name}"'
                more = {"allowed": one_of(names), "suggestion": "" if out else did_you_mean(name, names)}
                yield node.problem(message, *where, on_key=keys, **more)

    yield from known(friendly, "issue", every, "issues", keys=True)
    yield from known(friendly, "issue", every, "leave_out")
    for section in ("tactics", "issues", "packages"):
        if section == "tactics":
            yield from known(friendly, "side", sides, "tactics", keys=True)
            continue
        for name in at(full, section).mapping:
            for key in ("tactics", "reservation", "weights"):
                yield from known(full, "side", sides, section, name, key, keys=True)
                yield from _both_sides(parts, section, name, key)
    for name in at(full, "issues").mapping:
        for key in ("clock", "offers"):
            yield from known(full, "side", sides, "issues", name, "start", key, keys=True)
            yield from _both_sides(parts, "issues", name, "start", key)
        terms = at(full, "issues", name, "start", "terms")
        if "option" not in terms.mapping:
            yield from known(full, "side", sides, "issues", name, "start", "terms", keys=True)
            yield from _both_sides(parts, "issues", name, "start", "terms")
        for number, option in enumerate(at(full, "issues", name, "outcome", "options").items):
            path = ("issues", name, "outcome", "options", number)
            for key in option.mapping:
                if key not in ("id", "title", *sides):
                    names = ("id", "title", *sides)
                    guess = did_you_mean(key, names)
                    yield parts.problem(
                        f'unknown key "{key}"', *path, key, on_key=True, allowed=one_of(names), suggestion=guess
                    )
            yield from _both_sides(parts, *path)
        yield from known(full, "issue", parts.in_play, "issues", name, "implementation", "requires")
        yield from known(full, "issue", parts.in_play, "issues", name, "opens", "when", "issue")
        yield from known(full, "side", [*sides, "drawn"], "issues", name, "first")
    for name in at(full, "packages").mapping:
        yield from known(full, "issue", parts.in_play, "packages", name, "issues")
        yield from known(full, "side", [*sides, "drawn"], "packages", name, "first")
    for name in at(full, "channels").mapping:
        yield from known(full, "issue", parts.in_play, "channels", name, "issues")
        yield from _twice(parts, "channels", name, "issues")
    regimes = list(at(full, "climate", "regimes").mapping)
    yield from known(full, "regime", regimes, "climate", "start")
    for name in regimes:
        yield from known(full, "regime", regimes, "climate", "regimes", name, "next", keys=True)
    for name in at(full, "shocks").mapping:
        for number in range(len(at(full, "shocks", name, "marks").items)):
            path = ("shocks", name, "marks", number)
            issues = full.find(*path, "issues")
            if issues is not None and issues.value != "all":
                yield from known(full, "issue", parts.in_play, *path, "issues")
                yield from _twice(parts, *path, "issues")
            yield from known(full, "side", sides, *path, "side")
            yield from known(full, "regime", regimes, *path, "to")
            yield from known(full, "channel", at(full, "channels").mapping, *path, "channel")
        for number in range(len(at(full, "shocks", name, "provokes").items)):
            yield from known(full, "shock", at(full, "shocks").mapping, "shocks", name, "provokes", number, "shock")


def _both_sides(parts: Parts, *path: Step) -> Iterator[Problem]:
    part = parts.full.find(*path)
    if part is None or (not part.mapping and path[-1] != "tactics"):
        return
    for side in parts.sides:
        if side not in part.mapping:
            where = "this" if isinstance(path[-1], int) else str(path[-1])
            yield parts.problem(
                f'{where} has nothing for the side "{side}"', *path, allowed=f"{' and '.join(parts.sides)}"
            )


def _twice(parts: Parts, *path: Step) -> Iterator[Problem]:
    seen = set()
    for number, item in enumerate(at(parts.full, *path).items):  # type: ignore[arg-type]
        if isinstance(item.value, str) and item.value in seen:
            yield parts.problem(f'"{item.value}" is named twice', *path, number)
        seen.add(item.data if isinstance(item.value, str) else None)


# --- days and starts -------------------------------------------------------------------------------------------------


def _days(parts: Parts) -> Iterator[Problem]:
    if parts.as_of is None:
        return
    frame = parts.frame
    if frame is not None:
        if frame.horizon <= parts.as_of:
            yield parts.problem(
                f"the horizon {frame.horizon} is not after as_of", "horizon", allowed=f"after {parts.as_of}"
            )
        if frame.deadline is not None and frame.deadline.date < parts.as_of:
            message = f"the deadline {frame.deadline.date} lies before as_of"
            yield parts.problem(message, "deadline", "date", allowed=f"{parts.as_of} or later")
    for name, issue in parts.issues.items():
        if issue.opens is not None and issue.opens.on is not None and issue.opens.on < parts.as_of:
            message = f"{name} opens on {issue.opens.on}, before as_of"
            yield parts.problem(message, "issues", name, "opens", "on", allowed=f"{parts.as_of} or later")
    for name, shock in parts.shocks.items():
        for number, dated in enumerate(shock.on):
            if dated.date < parts.as_of:
                message = f"the day {dated.date} lies before as_of"
                yield parts.problem(message, "shocks", name, "on", number, "date", allowed=f"{parts.as_of} or later")


def _starts(parts: Parts) -> Iterator[Problem]:
    for name, issue in parts.issues.items():
        start, path = issue.start, ("issues", name, "start")
        status = _STATUSES[start.status]
        if status.final:
            allowed = "name it in leave_out"
            yield parts.problem(f"{name} is {start.status} already", *path, "status", allowed=allowed)
            continue
        if status is Status.DORMANT and issue.opens is None:
            yield parts.problem(f"{name} is dormant and nothing opens it", *path, allowed="opens")
        if status is not Status.DORMANT and issue.opens is not None and "status" in at(parts.friendly, *path).mapping:
            message = f"{name} is {start.status} at as_of, and only what is dormant opens"
            yield parts.problem(message, "issues", name, "opens", on_key=True)
        needed, optional = CARRIES[status]
        if isinstance(issue.settle, Chance):
            needed = tuple(key for key in needed if key not in ("clock", "terms"))
            optional = (*optional, "clock", "terms")
        if status is Status.SUSPENDED and start.was is not None:
            before = CARRIES.get(_STATUSES[start.was], ((), ()))
            if start.was not in ("raised", "discussing", "converging", "stalled"):
                allowed = "raised, discussing, converging or stalled"
                yield parts.problem(f"what is suspended can't have been {start.was}", *path, "was", allowed=allowed)
                continue
            chance = isinstance(issue.settle, Chance)
            needed = (*needed, *(key for key in before[0] if not (chance and key == "clock")))
            optional = (*before[1], "clock") if chance else before[1]
        given = {
            key
            for key in ("clock", "rounds", "offers", "terms", "passed", "left", "was")
            if getattr(start, key) not in (None, {})
        }
        for key in needed:
            if key not in given:
                message = f'{name} starts {start.status}, and its start has no "{key}"'
                yield parts.problem(message, *path, allowed=_CARRIED[key])
        for key in sorted(given - {*needed, *optional}):
            message = f'"{key}" means nothing for an issue that starts {start.status}'
            yield parts.problem(message, *path, key, on_key=True, allowed=one_of([*needed, *optional]))
        yield from _clocks_and_offers(parts, name, issue)
        yield from _terms(parts, name, issue)


_CARRIED = {
    "clock": "clock: {side: days on its clock, ...}",
    "rounds": "rounds: how often it was discussed",
    "terms": "terms: {side: utility, ...} or {option: id}",
    "passed": "passed: how long the implementation has run",
    "left": "left: how long the suspension will last",
    "was": "was: the status before",
}


def _clocks_and_offers(parts: Parts, name: str, issue: IssueSetup) -> Iterator[Problem]:
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
            allowed = '"2 rounds", or nothing: it then starts at rounds' if wanted == "rounds" else '"42 days"'
            message = f"the clock of {side} counts {'rounds' if wanted == 'rounds' else 'days'}, but was {clock.text}"
            yield parts.problem(message, *path, "clock", side, allowed=allowed)
        offers = issue.start.offers.get(other, ())
        if talking and tactic.window is not None and len(offers) < tactic.window and issue.start.rounds:
            message = f"{side} answers offers, and {other}'s last {tactic.window} are not given"
            allowed = f"offers: {{{other}: [utilities left to {side}, oldest first]}}"
            yield parts.problem(message, *path, "offers", other, allowed=allowed)


def _terms(parts: Parts, name: str, issue: IssueSetup) -> Iterator[Problem]:
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
        yield parts.problem(f"{name} has options, and terms name none", *path, allowed=f"option: {one_of(ids)}")
    elif len(terms.utilities) == 2 and abs(sum(terms.utilities.values()) - 1) > _SUM:
        total = sum(terms.utilities.values())
        yield parts.problem(f"what both sides get of {name} sums to {total:g}", *path, allowed="1")


# --- tactics, packages, talks ----------------------------------------------------------------------------------------


def _each_tactic(parts: Parts) -> Iterator[tuple[Tactic, tuple[Step, ...]]]:
    for section in ("issues", "packages"):
        for name, bargain in getattr(parts, section).items():
            for side, tactic in bargain.tactics.items():
                yield tactic, (section, name, "tactics", side)


def _tactics(parts: Parts) -> Iterator[Problem]:
    for tactic, path in _each_tactic(parts):
        if not isinstance(tactic.patience, Until):
            continue
        until = tactic.patience.until
        if until == "deadline":
            if parts.full.find("deadline") is None:
                allowed = "deadline: {date: ..., source: ...} in the scenario, or a day"
                yield parts.problem(
                    "patience runs until the deadline, and there is none", *path, "patience", allowed=allowed
                )
            elif parts.frame is not None and parts.as_of is not None and parts.frame.deadline.date <= parts.as_of:
                yield parts.problem("patience runs until a deadline that is not after as_of", *path, "patience")
        elif isinstance(until, date) and parts.as_of is not None and until <= parts.as_of:
            where = (*path, "patience", "until")
            yield parts.problem(f"patience runs until {until}, not after as_of", *where, allowed=f"after {parts.as_of}")


def _packages(parts: Parts) -> Iterator[Problem]:
    home: dict[str, str] = {}
    for name in at(parts.full, "packages").mapping:
        path = ("packages", name, "issues")
        for number, item in enumerate(at(parts.full, *path).items):
            if not isinstance(item.value, str):
                continue
            if item.value in home:
                where = (
                    "twice in this package"
                    if home[item.value] == name
                    else f'in the package "{home[item.value]}" already'
                )
                yield parts.problem(f"{item.value} is {where}", *path, number, allowed="one package for an issue")
            home.setdefault(item.value, name)
            member = parts.issues.get(item.value)
            if member is not None and member.start.status in ("agreed", "blocked", "implementing"):
                message = f"{item.value} is {member.start.status} already, and can't be settled in a package"
                yield parts.problem(message, *path, number)
    for name, package in parts.packages.items():
        for side, weights in package.weights.items():
            path = ("packages", name, "weights", side)
            for issue in weights:
                if issue not in package.issues:
                    guess = did_you_mean(issue, package.issues)
                    allowed = one_of(package.issues)
                    message = f'"{issue}" is not in this package'
                    yield parts.problem(message, *path, issue, on_key=True, allowed=allowed, suggestion=guess)
            missing = [issue for issue in package.issues if issue not in weights]
            if missing:
                yield parts.problem(f"the weights of {side} have nothing for {one_of(missing)}", *path)
            yield from _sums_to_one(parts, weights.values(), f"the weights of {side} sum to", *path)
        for side, tactic in package.tactics.items():
            for member in package.issues:
                issue_ = parts.issues.get(member)
                clock = issue_.start.clock.get(side) if issue_ is not None else None
                wanted = "rounds" if tactic.clock == "rounds" else "duration"
                if clock is not None and tactic.clock is not None and clock.rule.kind != wanted:
                    message = (
                        f"the clock of {side} starts with {member}'s {clock.text}, and the package counts otherwise"
                    )
                    yield parts.problem(message, "packages", name, "tactics", side, allowed="the same kind of clock")


def _sums_to_one(parts: Parts, values: Iterable[Quantity], message: str, *path: Step) -> Iterator[Problem]:
    plain = [value.value for value in values if isinstance(value, Fixed)]
    if len(plain) == len(list(values)) and plain and abs(sum(plain) - 1) > _SUM:
        yield parts.problem(f"{message} {sum(plain):g}", *path, allowed="1")


def _talks(parts: Parts) -> Iterator[Problem]:
    bargains = [((name,), ("issues", name, "hours")) for name in parts.issues]
    bargains += [(package.issues, ("packages", name)) for name, package in parts.packages.items()]
    for members, path in bargains:
        if not all(member in parts.issues for member in members):
            continue
        needed = [parts.issues[member].hours for member in members]
        for channel, talks in parts.channels.items():
            if not set(members) <= set(talks.issues):
                continue
            if isinstance(talks.session, Fixed) and all(isinstance(hours, Fixed) for hours in needed):
                hours = sum(bounds(quantity, {})[0] for quantity in needed)
                if hours > talks.session.value + _HOURS:
                    message = f"{' and '.join(members)} take {hours:g} hours, and a session of {channel} has {talks.session.text}"
                    yield parts.problem(message, *path, allowed=f"at most {talks.session.text}")
    regime = parts.climate.regimes.get(parts.climate.start) if parts.climate is not None else None
    factor = regime.gap_factor if regime is not None else None
    for name, talks in parts.channels.items():
        if isinstance(talks.since_last, Fixed) and isinstance(factor, Fixed):
            longest = bounds(talks.gap, parts.named())[1] * factor.value
            if talks.since_last.value >= longest:
                message = (
                    f"the gap under way is {talks.since_last.text} old, and no gap lasts longer than {longest:g} days"
                )
                yield parts.problem(message, "channels", name, "since_last", allowed=f"less than {longest:g} days")


# --- climate and shocks ----------------------------------------------------------------------------------------------


def _climate(parts: Parts) -> Iterator[Problem]:
    if parts.climate is None:
        return
    for name, regime in parts.climate.regimes.items():
        path = ("climate", "regimes", name)
        if regime.next and regime.sojourn is None:
            yield parts.problem(f'{name} is followed by others and has no "sojourn"', *path, allowed="its mean time")
        if regime.sojourn is not None and not regime.next:
            yield parts.problem(
                f'{name} has a sojourn and nothing "next"', *path, allowed="next: {regime: probability}"
            )
        yield from _sums_to_one(parts, regime.next.values(), f"the probabilities after {name} sum to", *path, "next")


def _shocks(parts: Parts) -> Iterator[Problem]:
    names = list(parts.shocks)
    means = {name: dict.fromkeys(names, 0.0) for name in names}
    for name, shock in parts.shocks.items():
        for number, provoked in enumerate(shock.provokes):
            most = clipped(provoked.mean, parts.named())[1]
            if provoked.shock in means[name]:
                means[name][provoked.shock] += most
            if most == float("inf"):
                where = ("shocks", name, "provokes", number, "mean")
                yield parts.problem(
                    "the mean can be as large as any number", *where, allowed="a distribution with an end"
                )
                return
    radius = spectral_radius([[means[row][column] for column in names] for row in names])
    if radius >= 1:
        chain = [name for name in names if any(means[name].values())]
        message = f"{' and '.join(chain)} can provoke each other without end: spectral radius {radius:.3g}"
        yield parts.problem(message, "shocks", chain[0], "provokes", allowed="smaller means: below 1")


def spectral_radius(matrix: Sequence[Sequence[float]]) -> float:
    """The largest eigenvalue of a matrix without negative entries, to about nine digits.

    >>> round(spectral_radius([[0.0, 0.5], [0.8, 0.0]]), 6)
    0.632456
    """
    size = len(matrix)
    vector, radius = [1.0] * size, 0.0
    # Adding the identity moves every eigenvalue by one and keeps the iteration from running in circles.
    for _ in range(2000):
        image = [vector[i] + sum(matrix[i][j] * vector[j] for j in range(size)) for i in range(size)]
        largest = max(image, default=1.0)
        vector = [value / largest for value in image]
        if abs(largest - 1 - radius) < 1e-13:
            break
        radius = largest - 1
    return max(radius, 0.0)


# --- circles, waiting, prospects -------------------------------------------------------------------------------------


def _circles(parts: Parts) -> Iterator[Problem]:
    requires = {name: list(issue.implementation.requires) for name, issue in parts.issues.items()}
    opens = {
        name: [issue.opens.when.issue] if issue.opens is not None and issue.opens.when is not None else []
        for name, issue in parts.issues.items()
    }
    for graph, path, what in (
        (requires, ("implementation", "requires"), "require each other"),
        (opens, ("opens", "when"), "open each other"),
    ):
        circle = _circle(graph)
        if circle:
            message = f"these {what} in a circle: {' -> '.join([*circle, circle[0]])}"
            yield parts.problem(message, "issues", circle[0], *path)


def _circle(graph: Mapping[str, Sequence[str]]) -> list[str]:
    done: set[str] = set()

    def walk(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return trail[trail.index(name) :]
        if name in done:
            return []
        for after in graph.get(name, ()):
            if circle := walk(after, [*trail, name]):
                return circle
        done.add(name)
        return []

    for name in graph:
        if circle := walk(name, []):
            return circle
    return []


def _single(parts: Parts) -> Iterator[Problem]:
    if parts.frame is None or parts.frame.undertaking != "single":
        return
    late = PROGRESS[PROGRESS.index(Status.AGREED) :]
    for name, issue in parts.issues.items():
        if issue.opens is not None and issue.opens.when is not None and _STATUSES[issue.opens.when.reaches] in late:
            message = f"{name} waits until {issue.opens.when.issue} is {issue.opens.when.reaches}, but under a single undertaking"
            allowed = "raised, discussing or converging"
            yield parts.problem(
                f"{message} nothing is agreed before it is", "issues", name, "opens", "when", allowed=allowed
            )


def _prospects(parts: Parts) -> Iterator[Problem]:
    """Warnings: no zone of possible agreement, no channel, prerequisites and openings that can't come about."""
    if set(parts.in_play) != set(parts.issues):
        return
    never: dict[str, str] = {}
    home = {member: name for name, package in parts.packages.items() for member in package.issues}
    for name in parts.issues:
        if parts.issues[name].start.status in ("agreed", "blocked", "implementing"):
            continue
        members = list(parts.packages[home[name]].issues) if name in home else [name]
        if not all(member in parts.issues for member in members):
            continue
        path = ("packages", home[name]) if name in home else ("issues", name)
        what = path[1]
        if not any(set(members) <= set(talks.issues) for talks in parts.channels.values()):
            never[name] = "no channel takes it"
            yield parts.problem(f"no channel takes {what}", *path, on_key=True, warning=True)
        elif not _settles(parts, members, home.get(name)):
            never[name] = "it has no zone of possible agreement"
            message = f"{what} has no zone of possible agreement as long as the reservation values stand"
            yield parts.problem(message, *path, "reservation", warning=True)
    yield from _waiting_in_vain(parts, never)


def _settles(parts: Parts, members: Sequence[str], package: str | None) -> bool:
    issues = [parts.issues[member] for member in members]
    bargain: IssueSetup | Package = parts.packages[package] if package is not None else issues[0]
    if isinstance(bargain.settle, Chance):
        return True
    complete: Callable[[Mapping[str, Any]], bool] = lambda values: set(values) == set(parts.sides)  # noqa: E731
    if not all(complete(issue.reservation) for issue in issues):
        return True
    held = parts.packages[package] if package is not None else None
    if held is not None and not all(set(weights) == set(members) for weights in held.weights.values()):
        return True
    if any(not complete(option.utilities) for issue in issues for option in issue.options):
        return True
    return zone_possible(issues, members, parts.sides, held, parts.named())


def _waiting_in_vain(parts: Parts, never: dict[str, str]) -> Iterator[Problem]:
    """Spreads what can't come about over the issues that wait for it."""
    spreading = True
    while spreading:
        spreading = False
        for name, issue in parts.issues.items():
            if name in never:
                continue
            when = issue.opens.when if issue.opens is not None and issue.opens.on is None else None
            lost = [other for other in issue.implementation.requires if other in never]
            if lost:
                never[name], spreading = f"it waits for {lost[0]}", True
                message = f"{name} requires {lost[0]}, which can't be resolved: {never[lost[0]]}"
                yield parts.problem(message, "issues", name, "implementation", "requires", warning=True)
            elif when is not None and when.issue in never and _STATUSES[when.reaches] in PROGRESS[3:]:
                never[name], spreading = f"it opens only after {when.issue}", True
                message = f"{name} opens when {when.issue} is {when.reaches}, which can't be: {never[when.issue]}"
                yield parts.problem(message, "issues", name, "opens", "when", warning=True)


__all__ = ["Complaint", "Parts", "inconsistencies", "spectral_radius"]
