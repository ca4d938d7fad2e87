"""A node of a scenario with one value changed at a path, lists included."""

from __future__ import annotations

import re

from negsim.errors import Complaint, InputError
from negsim.files import Node, Place
from negsim.quantities import DISTRIBUTIONS, PER
from negsim.scenario.layering import BOTH, is_quantity, overlay
from negsim.scenario.node_tools import at, put

#: The keys of quantities.
_QUANTITY_KEYS = {*DISTRIBUTIONS, "elicit", "parameter", "times", "plus", "until", PER}


def steps_of(node: Node, path: str) -> list[str]:
    """The steps of a path: values without a side stand under `both`, and the key of a quantile has a dot."""
    steps: list[str] = []
    for step in re.sub(r"\bquantiles\.([01])\.(\d)", "quantiles.\\1\0\\2", path).split("."):
        if steps and steps[-1] in ("reservation", "clock") and step in _QUANTITY_KEYS:
            found = node.find(*steps)
            if found is not None and BOTH in found.mapping:
                steps.append(BOTH)
        steps.append(step.replace("\0", "."))
    return steps


def with_value(node: Node, path: list[str], value: Node, place: Place) -> Node:
    """The node with ``value`` at the path; ``place`` is where the change comes from."""
    step, rest = path[0], path[1:]
    if isinstance(node.value, list):
        number = int(step) if step.isdigit() and int(step) < len(node.value) else None
        if number is None:
            message = f"the list has no element {step}"
            raise InputError([place.problem(Complaint(message, allowed=f"0 to {len(node.value) - 1}"))])
        item = with_value(node.value[number], rest, value, place) if rest else value
        return Node([*node.value[:number], item, *node.value[number + 1 :]], node.place)
    over = Node({step: value}, place, {step: place})
    if not rest and is_quantity(node) and step in node.mapping:  # a part of a quantity: its other parts stay
        return put(node, step, value)
    if rest:
        child = at(node, step)
        if isinstance(child.value, list) or (isinstance(child.value, dict) and _goes_inside(child, rest)):
            return put(node, step, with_value(child, rest, value, place))
        for key in reversed(rest):
            value = Node({key: value}, place, {key: place})
        over = Node({step: value}, place, {step: place})
    if not isinstance(node.value, dict):
        return over
    changed = overlay(node, over)
    return Node(changed.value, node.place, changed.keys)


def _goes_inside(node: Node, path: list[str]) -> bool:
    """Whether the path passes through a list, or leads to a part of a quantity that is there."""
    for step in path[:-1]:
        found = node.find(step)
        if found is None:
            return False
        node = found
        if isinstance(node.value, list):
            return True
    return is_quantity(node) and path[-1] in node.mapping
