"""Check that every name in a scenario exists: issues, sides, channels, regimes, shocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from negsim.errors import Problem, did_you_mean, one_of
from negsim.files import Node, Step
from negsim.quantities import NAME_PATTERN
from negsim.scenario.draft import Draft
from negsim.scenario.layering import BOTH
from negsim.scenario.model_fields import PARAMETER_PATTERN
from negsim.scenario.node_tools import at


def names(parts: Draft) -> Iterator[Problem]:
    """Every name that does not exist, or that is not in this scenario."""
    yield from _declared(parts)
    yield from _known(parts, parts.friendly, "issue", parts.agenda.issues, "issues", keys=True)
    yield from _known(parts, parts.friendly, "issue", parts.agenda.issues, "leave_out")
    yield from _known(parts, parts.friendly, "side", (*parts.sides, BOTH), "tactics", keys=True)
    for section in ("issues", "packages"):
        for name in at(parts.full, section).mapping:
            for key in ("tactics", "reservation", "weights"):
                yield from _known(parts, parts.full, "side", parts.sides, section, name, key, keys=True)
                yield from _both_sides(parts, section, name, key)
            yield from _known(parts, parts.full, "side", (*parts.sides, "drawn"), section, name, "first")
    for name in at(parts.full, "issues").mapping:
        yield from _of_issue(parts, name)
    for section in ("packages", "channels"):
        for name in at(parts.full, section).mapping:
            yield from _known(parts, parts.full, "issue", parts.in_play, section, name, "issues")
    for name in at(parts.full, "channels").mapping:
        yield from _twice(parts, "channels", name, "issues")
    regimes = at(parts.full, "climate", "regimes").mapping
    yield from _known(parts, parts.full, "regime", regimes, "climate", "start")
    for name in regimes:
        yield from _known(parts, parts.full, "regime", regimes, "climate", "regimes", name, "next", keys=True)
    for name in at(parts.full, "shocks").mapping:
        yield from _of_shock(parts, name)


def _declared(parts: Draft) -> Iterator[Problem]:
    """Names that the scenario itself gives to its parts."""
    for section in ("parameters", "packages", "channels", "shocks"):
        for name in at(parts.full, section).mapping:
            if not re.fullmatch(PARAMETER_PATTERN if section == "parameters" else NAME_PATTERN, name):
                allowed = "lower-case letters, digits and _, a letter first"
                yield parts.problem(f'"{name}" is not a valid name', section, name, on_key=True, allowed=allowed)
            if section == "packages" and name in parts.agenda.issues:
                message = f'"{name}" is the name of an issue'
                yield parts.problem(message, section, name, on_key=True, allowed="another name")


def _known(
    parts: Draft, node: Node, what: str, names: Iterable[str], *path: Step, keys: bool = False
) -> Iterator[Problem]:
    """Unknown names at ``path``: in a text, in a list of texts, or among the keys of a mapping."""
    names = list(names)
    part = node.find(*path)
    if part is None or (path[-1] in ("issues", "leave_out", "requires") and not keys and not part.items):
        return
    if keys:
        given: list[tuple[tuple[Step, ...], Any]] = [((*path, key), key) for key in part.mapping]
    elif isinstance(part.value, list):
        given = [((*path, number), item.value) for number, item in enumerate(part.items)]
    else:
        given = [(path, part.value)]
    for where, name in given:
        if isinstance(name, str) and name not in names:
            out = what == "issue" and name in parts.agenda.issues
            message = f"{name} is not in this scenario" if out else f'there is no {what} "{name}"'
            more = {"allowed": one_of(names), "suggestion": "" if out else did_you_mean(name, names)}
            yield node.problem(message, *where, on_key=keys, **more)


def _of_scale(parts: Draft, name: str) -> Iterator[Problem]:
    """A scale names the value that both sides demand, these differ, and the issue is divisible."""
    full, path = parts.full, ("issues", name, "scale")
    scale = at(full, *path).mapping
    if not scale:
        return
    if at(full, "issues", name, "outcome").value != "divisible":
        allowed = "a scale on a divisible issue; the titles of options may hold their values"
        yield full.problem(
            f"{name} has options, and a scale needs a divisible issue", *path, on_key=True, allowed=allowed
        )
        return
    unknown = [key for key in scale if key not in ("unit", *parts.sides)]
    for key in unknown:
        more = {"allowed": one_of(("unit", *parts.sides)), "suggestion": did_you_mean(key, ("unit", *parts.sides))}
        yield full.problem(f'there is no side "{key}"', *path, key, on_key=True, **more)
    missing = [side for side in parts.sides if side not in scale]
    for side in () if unknown else missing:
        yield full.problem(
            f"the scale does not state what {side} demands", *path, on_key=True, allowed=f"{side}: a number"
        )
    values = [scale[side].value for side in parts.sides if side in scale]
    if len(values) == 2 and values[0] == values[1]:
        yield full.problem("both sides demand the same value", *path, parts.sides[1], allowed="two different numbers")


def _of_issue(parts: Draft, name: str) -> Iterator[Problem]:
    full, sides = parts.full, parts.sides
    for key in ("clock", "offers"):
        yield from _known(parts, full, "side", sides, "issues", name, "start", key, keys=True)
        yield from _both_sides(parts, "issues", name, "start", key)
    if "option" not in at(full, "issues", name, "start", "terms").mapping:
        yield from _known(parts, full, "side", sides, "issues", name, "start", "terms", keys=True)
        yield from _both_sides(parts, "issues", name, "start", "terms")
    yield from _of_scale(parts, name)
    for number, option in enumerate(at(full, "issues", name, "outcome", "options").items):
        path: tuple[Step, ...] = ("issues", name, "outcome", "options", number)
        for key in option.mapping:
            if key not in ("id", "title", *sides):
                keys = ("id", "title", *sides)
                more = {"allowed": one_of(keys), "suggestion": did_you_mean(key, keys)}
                yield parts.problem(f'unknown key "{key}"', *path, key, on_key=True, **more)
        yield from _both_sides(parts, *path)
    yield from _known(parts, full, "issue", parts.in_play, "issues", name, "implementation", "requires")
    yield from _known(parts, full, "issue", parts.in_play, "issues", name, "opens", "when", "issue")


def _of_shock(parts: Draft, name: str) -> Iterator[Problem]:
    full = parts.full
    for number in range(len(at(full, "shocks", name, "marks").items)):
        path = ("shocks", name, "marks", number)
        issues = full.find(*path, "issues")
        if issues is not None and issues.value != "all":
            yield from _known(parts, full, "issue", parts.in_play, *path, "issues")
            yield from _twice(parts, *path, "issues")
        yield from _known(parts, full, "side", parts.sides, *path, "side")
        yield from _known(parts, full, "regime", at(full, "climate", "regimes").mapping, *path, "to")
        yield from _known(parts, full, "channel", at(full, "channels").mapping, *path, "channel")
    for number in range(len(at(full, "shocks", name, "provokes").items)):
        shocks = at(full, "shocks").mapping
        yield from _known(parts, full, "shock", shocks, "shocks", name, "provokes", number, "shock")


def _both_sides(parts: Draft, *path: Step) -> Iterator[Problem]:
    part = parts.full.find(*path)
    if part is None or (not part.mapping and path[-1] != "tactics" and (path[-1] != "reservation" or part.value != {})):
        return
    for side in parts.sides:
        if side not in part.mapping:
            where = "this" if isinstance(path[-1], int) else str(path[-1])
            message = f'{where} lacks the side "{side}"'
            yield parts.problem(message, *path, allowed=" and ".join(parts.sides))


def _twice(parts: Draft, *path: Step) -> Iterator[Problem]:
    seen = set()
    for number, item in enumerate(at(parts.full, *path).items):  # type: ignore[arg-type]
        if isinstance(item.value, str) and item.value in seen:
            yield parts.problem(f'"{item.value}" is listed twice', *path, number)
        seen.add(item.data if isinstance(item.value, str) else None)
