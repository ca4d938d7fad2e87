"""The named parts of a scenario: parameters, issues, packages, channels, shocks, and the climate."""

from __future__ import annotations

import marshal
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from negsim.errors import Problem
from negsim.files import Model, Node, try_validate
from negsim.scenario.issue_models import IssueSetup, Package
from negsim.scenario.node_tools import at
from negsim.scenario.talks_models import Assumption, Channel, Climate, Shock

_MEANT: dict[str, type[Model]] = {
    "parameters": Assumption,
    "issues": IssueSetup,
    "packages": Package,
    "channels": Channel,
    "shocks": Shock,
}

#: The version of the form of plain data that has no references: equal data have equal bytes.
_PLAIN = 2


def parts_of(full: Node, context: dict[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """The parts in a complete file, by section and name, and the problems of those that are invalid."""
    parts: dict[str, Any] = {}
    problems: list[Problem] = []
    known = marshal.dumps(context, _PLAIN)
    for section, model in _MEANT.items():
        parts[section] = {}
        for name in at(full, section).mapping:
            part, found = _part(model, full, context, known, (section, name))
            problems += found
            if part is not None:
                parts[section][name] = part
    parts["climate"], found = _part(Climate, full, context, known, ("climate",))
    return parts, [*problems, *found]


def _part(
    model: type[Model], full: Node, context: dict[str, Any], known: bytes, path: tuple[str, ...]
) -> tuple[Model | None, list[Problem]]:
    """One part, or its problems. A changed scenario shares with the first the parts that are equal; they are frozen."""
    node = full.find(*path)
    try:
        return _valid(model, marshal.dumps(None if node is None else node.data, _PLAIN), known), []
    except ValidationError:
        return try_validate(model, full, context, path)


@lru_cache(maxsize=4096)
def _valid(model: type[Model], data: bytes, context: bytes) -> Model:
    return model.model_validate(marshal.loads(data), context=marshal.loads(context))
