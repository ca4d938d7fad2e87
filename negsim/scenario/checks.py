"""Check the parts of a scenario against each other: names, sums, hours, circles.

Each check looks only at parts that are valid by themselves, so all problems are reported at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from negsim.agenda import PROGRESS, Status
from negsim.errors import Problem, did_you_mean, one_of
from negsim.files import Node, Step
from negsim.quantities import Fixed, Quantity
from negsim.scenario.draft import Draft
from negsim.scenario.layering import STATUSES
from negsim.scenario.name_checks import names
from negsim.scenario.node_tools import at
from negsim.scenario.start_checks import days, starts
from negsim.scenario.tactics import Tactic, Until
from negsim.scenario.zones import bounds, clipped

_HOURS = 1e-9
_SUM = 1e-9


def inconsistencies(parts: Draft) -> list[Problem]:
    """All problems between the parts."""
    checks = (names, days, starts, _tactics, _packages, _talks, _climate, _shocks, _circles, _single, _joints)
    return [problem for check in checks for problem in check(parts)]


def _joints(parts: Draft) -> Iterator[Problem]:
    """Values that are drawn together: lists of equal length."""
    sizes: dict[str, int] = {}
    for path, node in _observed(parts.full, ()):
        name, values = at(node, "joint").value, at(node, "values").value
        if isinstance(name, str) and isinstance(values, list) and sizes.setdefault(name, len(values)) != len(values):
            message = f'"{name}" draws lists of {sizes[name]} and of {len(values)} values together'
            yield parts.problem(message, *path, "values", allowed=f"{sizes[name]} values")


def _observed(node: Node, path: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], Node]]:
    """The empirical distributions below a node."""
    for key, child in node.mapping.items() or enumerate(node.items):
        if key == "empirical" and child.mapping:
            yield (*path, key), child
        elif isinstance(child.value, dict | list):
            yield from _observed(child, (*path, key))


def _each_tactic(parts: Draft) -> Iterator[tuple[Tactic, tuple[Step, ...]]]:
    for section in ("issues", "packages"):
        for name, bargain in getattr(parts, section).items():
            for side, tactic in bargain.tactics.items():
                yield tactic, (section, name, "tactics", side)


def _tactics(parts: Draft) -> Iterator[Problem]:
    deadline = parts.frame.deadline if parts.frame is not None else None
    for tactic, path in _each_tactic(parts):
        if not isinstance(tactic.patience, Until):
            continue
        until = tactic.patience.until
        if until == "deadline":
            if parts.full.find("deadline") is None:
                allowed = "deadline: {date: ..., source: ...} in the scenario, or a day"
                message = "patience runs until the deadline, but the scenario has none"
                yield parts.problem(message, *path, "patience", allowed=allowed)
            elif deadline is not None and parts.as_of is not None and deadline.date <= parts.as_of:
                yield parts.problem("patience runs until a deadline that is not after as_of", *path, "patience")
        elif parts.as_of is not None and until <= parts.as_of:
            where = (*path, "patience", "until")
            yield parts.problem(f"patience runs until {until}, not after as_of", *where, allowed=f"after {parts.as_of}")


def _packages(parts: Draft) -> Iterator[Problem]:
    home: dict[str, str] = {}
    for name in at(parts.full, "packages").mapping:
        path = ("packages", name, "issues")
        for number, item in enumerate(at(parts.full, *path).items):
            if not isinstance(item.value, str):
                continue
            if (other := home.get(item.value)) is not None:
                where = "in this package twice" if other == name else f'in the package "{other}" already'
                yield parts.problem(f"{item.value} is {where}", *path, number, allowed="one package for an issue")
            home.setdefault(item.value, name)
            member = parts.issues.get(item.value)
            if member is not None and member.start.status in ("agreed", "blocked", "implementing"):
                message = f"{item.value} is {member.start.status} already and cannot be settled in a package"
                yield parts.problem(message, *path, number)
    for name, package in parts.packages.items():
        for side, weights in package.weights.items():
            where_ = ("packages", name, "weights", side)
            for issue in weights:
                if issue not in package.issues:
                    guess = did_you_mean(issue, package.issues)
                    allowed = one_of(package.issues)
                    message = f'"{issue}" is not in this package'
                    yield parts.problem(message, *where_, issue, on_key=True, allowed=allowed, suggestion=guess)
            missing = [issue for issue in package.issues if issue not in weights]
            if missing:
                yield parts.problem(f"the weights of {side} lack {one_of(missing)}", *where_)
            yield from _sums_to_one(parts, weights.values(), f"the weights of {side} sum to", *where_)
        for side, tactic in package.tactics.items():
            for name_ in package.issues:
                starting = parts.issues.get(name_)
                clock = starting.start.clock.get(side) if starting is not None else None
                wanted = "rounds" if tactic.clock == "rounds" else "duration"
                if clock is not None and tactic.clock is not None and clock.rule.kind != wanted:
                    message = (
                        f"the clock of {side} starts at {clock.text} ({name_}), but the package counts in another unit"
                    )
                    yield parts.problem(message, "packages", name, "tactics", side, allowed="the same kind of clock")


def _sums_to_one(parts: Draft, values: Iterable[Quantity], message: str, *path: Step) -> Iterator[Problem]:
    plain = [value.value for value in values if isinstance(value, Fixed)]
    if len(plain) == len(list(values)) and plain and abs(sum(plain) - 1) > _SUM:
        yield parts.problem(f"{message} {sum(plain):g}", *path, allowed="1")


def _talks(parts: Draft) -> Iterator[Problem]:
    bargains: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    bargains += [((name,), ("issues", name, "hours")) for name in parts.issues]
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
                    session = talks.session.text
                    message = f"{' and '.join(members)} need {hours:g} hours, but a session of {channel} has {session}"
                    yield parts.problem(message, *path, allowed=f"at most {session}")
    regime = parts.climate.regimes.get(parts.climate.start) if parts.climate is not None else None
    factor = regime.gap_factor if regime is not None else None
    for name, talks in parts.channels.items():
        if isinstance(talks.since_last, Fixed) and isinstance(factor, Fixed):
            longest = bounds(talks.gap, parts.named())[1] * factor.value
            if talks.since_last.value >= longest:
                message = (
                    f"the last meeting was {talks.since_last.text} ago, but no gap is longer than {longest:g} days"
                )
                yield parts.problem(message, "channels", name, "since_last", allowed=f"less than {longest:g} days")


def _climate(parts: Draft) -> Iterator[Problem]:
    if parts.climate is None:
        return
    for name, regime in parts.climate.regimes.items():
        path = ("climate", "regimes", name)
        if regime.next and regime.sojourn is None:
            yield parts.problem(f'{name} has "next" but no "sojourn"', *path, allowed="sojourn: the mean time in it")
        if regime.sojourn is not None and not regime.next:
            message = f'{name} has "sojourn" but no "next"'
            yield parts.problem(message, *path, allowed="next: {regime: probability}")
        yield from _sums_to_one(parts, regime.next.values(), f"the probabilities after {name} sum to", *path, "next")


def _shocks(parts: Draft) -> Iterator[Problem]:
    names = list(parts.shocks)
    means = {name: dict.fromkeys(names, 0.0) for name in names}
    for name, shock in parts.shocks.items():
        for number, provoked in enumerate(shock.provokes):
            if provoked.shock in {other.shock for other in shock.provokes[:number]}:
                message = f"{name} provokes {provoked.shock} twice"
                where = ("shocks", name, "provokes", number, "shock")
                yield parts.problem(message, *where, allowed="one entry with the sum of the means")
            if provoked.shock in means[name]:
                means[name][provoked.shock] += clipped(provoked.mean, parts.named())[1]
    radius = spectral_radius([[means[row][column] for column in names] for row in names])
    if radius >= 1:
        chain = [name for name in names if any(means[name].values())]
        message = f"{' and '.join(chain)} can provoke each other forever: the spectral radius is {radius:.3g}"
        yield parts.problem(message, "shocks", chain[0], "provokes", allowed="smaller means: below 1")


def spectral_radius(matrix: Sequence[Sequence[float]]) -> float:
    """The largest eigenvalue of a matrix without negative entries, to about nine digits.

    >>> round(spectral_radius([[0.0, 0.5], [0.8, 0.0]]), 6)
    0.632456
    >>> round(spectral_radius([[0, 500, 0], [0, 0, 500], [0, 0, 0]]), 2)
    0.0
    """
    size = len(matrix)
    vector, radius = [1.0] * size, 0.0
    # Adding the identity shifts every eigenvalue by one, so the iteration does not oscillate.
    for _ in range(2000):
        image = [vector[i] + sum(matrix[i][j] * vector[j] for j in range(size)) for i in range(size)]
        largest = max(image, default=1.0)
        before, vector, radius = vector, [value / largest for value in image], largest - 1
        if max((abs(new - old) for new, old in zip(vector, before, strict=True)), default=0.0) < 1e-13:
            break
    return max(radius, 0.0)


def _circles(parts: Draft) -> Iterator[Problem]:
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
            message = f"these issues {what} in a circle: {' -> '.join([*circle, circle[0]])}"
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


def _single(parts: Draft) -> Iterator[Problem]:
    if parts.frame is None or parts.frame.undertaking != "single":
        return
    late = PROGRESS[PROGRESS.index(Status.AGREED) :]
    for name, issue in parts.issues.items():
        when = issue.opens.when if issue.opens is not None else None
        if when is not None and STATUSES[when.reaches] in late:
            message = f"{name} waits until {when.issue} is {when.reaches}, but a single undertaking waits for {name}"
            allowed = "raised, discussing or converging"
            yield parts.problem(message, "issues", name, "opens", "when", allowed=allowed)
