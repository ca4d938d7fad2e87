"""The named parts of a scenario: parameters, issues, packages, channels, shocks, and the climate."""

from __future__ import annotations

from typing import Any

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


def parts_of(full: Node, context: dict[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """The parts in a complete file, by section and name, and the problems of those that are invalid."""
    parts: dict[str, Any] = {}
    problems: list[Problem] = []
    for section, model in _MEANT.items():
        parts[section] = {}
        for name in at(full, section).mapping:
            part, found = try_validate(model, full, context, (section, name))
            problems += found
            if part is not None:
                parts[section][name] = part
    parts["climate"], found = try_validate(Climate, full, context, ("climate",))
    return parts, [*problems, *found]
