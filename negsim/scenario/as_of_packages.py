"""Packages as of another day: issues that are settled by then leave them."""

from __future__ import annotations

from collections.abc import Collection

from negsim.files import Node
from negsim.scenario.node_tools import at, mapping_like, put


def without_settled(packages: Node, bargained: Collection[str]) -> Node:
    """The packages with only these issues; one that is left with a single issue is dissolved.

    The remaining weights of a side are divided by their sum.
    """
    found = {}
    for name, package in packages.mapping.items():
        members = at(package, "issues")
        kept = [item for item in members.items if item.value in bargained]
        if len(kept) == len(members.items):
            found[name] = package
        elif len(kept) >= 2:
            package = put(package, "issues", Node(kept, members.place))
            weights = at(package, "weights")
            sides = {side: _rescaled(of, {str(item.value) for item in kept}) for side, of in weights.mapping.items()}
            found[name] = put(package, "weights", mapping_like(weights, sides))
    return mapping_like(packages, found)


def _rescaled(weights: Node, members: set[str]) -> Node:
    kept = {name: weight for name, weight in weights.mapping.items() if name in members}
    numbers = [weight.value for weight in kept.values()]
    plain = [float(value) for value in numbers if isinstance(value, int | float)]
    if len(plain) < len(numbers) or sum(plain) <= 0:
        return mapping_like(weights, kept)
    total = sum(plain)
    return mapping_like(
        weights, {name: Node.of(n / total, kept[name].place) for name, n in zip(kept, plain, strict=True)}
    )
