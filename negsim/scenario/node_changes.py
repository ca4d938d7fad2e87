"""A node of a scenario with one value changed at a path, lists included."""

from __future__ import annotations

from negsim.errors import Complaint, InputError
from negsim.files import Node, Place
from negsim.scenario.layering import overlay
from negsim.scenario.node_tools import at, put


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
    if rest:
        child = at(node, step)
        if isinstance(child.value, list) or (isinstance(child.value, dict) and _has_list(child, rest)):
            return put(node, step, with_value(child, rest, value, place))
        for key in reversed(rest):
            value = Node({key: value}, place, {key: place})
        over = Node({step: value}, place, {step: place})
    if not isinstance(node.value, dict):
        return over
    changed = overlay(node, over)
    return Node(changed.value, node.place, changed.keys)


def _has_list(node: Node, path: list[str]) -> bool:
    """Whether the path passes through a list."""
    for step in path[:-1]:
        found = node.find(step)
        if found is None:
            return False
        node = found
        if isinstance(node.value, list):
            return True
    return False
