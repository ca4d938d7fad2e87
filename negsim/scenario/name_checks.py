"""Whether every name in a scenario means something: issues, sides, channels, regimes, shocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from negsim.errors import Problem, did_you_mean, one_of
from negsim.files import Node, Step
from negsim.quantities import NAME_PATTERN
from negsim.scenario.draft import Draft
from negsim.scenario.layering import at


def names(parts: Draft) -> Iterator[Problem]:
    """Every name that means nothing, or stands for what is not in this scenario."""
    sides, every = list(parts.sides), list(parts.agenda.issues)
    full, friendly = parts.full, parts.friendly

    def known(node: Node, what: str, names: Iterable[str], *path: Step, keys: bool = False) -> Iterator[Problem]:
        """Complains of every name at ``path`` (a text, a list of texts, or the keys of a mapping) that is not known."""
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
                out = what == "issue" and name in every
                message = f"{name} is not in this scenario" if out else f'there is no {what} "{name}"'
                more = {"allowed": one_of(names), "suggestion": "" if out else did_you_mean(name, names)}
                yield node.problem(message, *where, on_key=keys, **more)

    for section in ("parameters", "packages", "channels", "shocks"):
        for name in at(full, section).mapping:
            if not re.fullmatch(NAME_PATTERN, name):
                allowed = "lower-case letters, digits and _, a letter first"
                yield parts.problem(f'"{name}" can\'t be a name', section, name, on_key=True, allowed=allowed)
            if section == "packages" and name in every:
                message = f'"{name}" is the name of an issue'
                yield parts.problem(message, section, name, on_key=True, allowed="another name")
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
            path: tuple[Step, ...] = ("issues", name, "outcome", "options", number)
            for key in option.mapping:
                if key not in ("id", "title", *sides):
                    keys = ("id", "title", *sides)
                    more = {"allowed": one_of(keys), "suggestion": did_you_mean(key, keys)}
                    yield parts.problem(f'unknown key "{key}"', *path, key, on_key=True, **more)
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


def _both_sides(parts: Draft, *path: Step) -> Iterator[Problem]:
    part = parts.full.find(*path)
    if part is None or (not part.mapping and path[-1] != "tactics"):
        return
    for side in parts.sides:
        if side not in part.mapping:
            where = "this" if isinstance(path[-1], int) else str(path[-1])
            message = f'{where} has nothing for the side "{side}"'
            yield parts.problem(message, *path, allowed=" and ".join(parts.sides))


def _twice(parts: Draft, *path: Step) -> Iterator[Problem]:
    seen = set()
    for number, item in enumerate(at(parts.full, *path).items):  # type: ignore[arg-type]
        if isinstance(item.value, str) and item.value in seen:
            yield parts.problem(f'"{item.value}" is named twice', *path, number)
        seen.add(item.data if isinstance(item.value, str) else None)
