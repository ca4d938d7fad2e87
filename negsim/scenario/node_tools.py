"""Small operations on the nodes of a scenario: parts, defaults, sources."""

from __future__ import annotations

from collections.abc import Iterable

from negsim.files import Node, Place
from negsim.scenario.defaults import ASSUMED, NO_SOURCE, Default


def only(node: Node, keys: Iterable[str]) -> Node:
    """The mapping with some of its keys."""
    wanted = set(keys)
    kept = {key: child for key, child in node.mapping.items() if key in wanted}
    return Node(kept, node.place, {key: node.keys[key] for key in kept})


def without(node: Node, *keys: str) -> Node:
    """The mapping without some of its keys."""
    return only(node, [key for key in node.mapping if key not in keys])


def put(node: Node, key: str, child: object, place: Place | None = None) -> Node:
    """The mapping with a key set; plain data gets the mapping's place."""
    here = place or node.keys.get(key) or node.place
    return Node({**node.mapping, key: Node.of(child, here)}, node.place, {**node.keys, key: here})


def fill(node: Node, **defaults: object) -> Node:
    """The mapping with defaults for missing keys; a node that is not a mapping stays as it is."""
    if not isinstance(node.value, dict):
        return node
    for key, value in defaults.items():
        if key not in node.mapping:
            node = put(node, key, value)
    return node


def at(node: Node, *path: str) -> Node:
    """The node at ``path``, or an empty mapping."""
    found = node.find(*path)
    return found if found is not None else Node({}, node.at(path))


def with_default(node: Node, key: str, default: Default) -> Node:
    """A mapping with the default of a key and the source of the default."""
    return with_source(put(node, key, default.value), default.source)


def with_source(node: Node, line: str) -> Node:
    """A mapping with one more line in its sources."""
    source = joined_sources(node.find("source"), Node.of([line], node.place))
    return put(node, "source", source)


def mapping_like(like: Node, children: dict[str, Node]) -> Node:
    """A mapping at the place of another; keys that both have stay where they are in the file."""
    return Node(dict(children), like.place, {key: like.keys.get(key, child.place) for key, child in children.items()})


def joined_sources(*sources: Node | None) -> Node | None:
    """Several sources as one list, each line once."""
    given = present(*sources)
    if len(given) <= 1:
        return given[0] if given else None
    lines = [line for source in given for line in (source.items if isinstance(source.value, list) else [source])]
    unique = {str(line.data): line for line in lines}
    if any(line != NO_SOURCE and ASSUMED not in line for line in unique):
        unique.pop(NO_SOURCE, None)
    return Node(list(unique.values()), given[0].place)


def present(*nodes: Node | None) -> list[Node]:
    """The nodes that are not ``None``."""
    return [node for node in nodes if node is not None]
