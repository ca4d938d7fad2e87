"""Trees of data with the place of every key and value: reading paths, merging, reporting problems.

A node comes from a YAML file or from plain Python data. One tree may hold nodes of several files; each keeps its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any

from negsim.errors import Complaint, InputError, Problem, did_you_mean, one_of

Scalar = str | int | float | bool | None
Step = str | int


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file: line and column from 1, and the text of the line. Line 0 means that there is no file."""

    file: str
    line: int = 0
    col: int = 0
    text: str = ""

    def problem(self, complaint: Complaint) -> Problem:
        """The complaint as a problem at this place."""
        return Problem(
            self.file,
            self.line,
            self.col,
            complaint.message,
            self.text,
            complaint.allowed,
            complaint.suggestion,
            complaint.warning,
        )


@dataclass(frozen=True, slots=True)
class Node:
    """A mapping with text keys, a list or a scalar, with its place; ``keys`` holds the places of the keys."""

    value: dict[str, Node] | list[Node] | Scalar
    place: Place
    keys: dict[str, Place] = field(default_factory=dict)

    @classmethod
    def of(cls, data: object, place: Place) -> Node:
        """Plain data as a node; every part gets the same place.

        >>> Node.of({"a": [1, 2.5]}, Place("given")).data
        {'a': [1, 2.5]}
        """
        if isinstance(data, Node):
            return data
        if data is None or isinstance(data, bool | str):
            return cls(data, place)
        if isinstance(data, Mapping):
            children = {_key(key): cls.of(value, place) for key, value in data.items()}
            return cls(children, place, dict.fromkeys(children, place))
        if isinstance(data, Sequence):
            return cls([cls.of(value, place) for value in data], place)
        if isinstance(data, Integral):
            return cls(int(data), place)
        if isinstance(data, Real):
            return cls(float(data), place)
        return cls(str(data), place)

    @property
    def data(self) -> Any:
        """The node and all below it as plain Python data."""
        if isinstance(self.value, dict):
            return {key: child.data for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.data for child in self.value]
        return self.value

    @property
    def mapping(self) -> dict[str, Node]:
        """The children by key; empty if the node is not a mapping."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """The elements of a list; empty if the node is not a list."""
        return self.value if isinstance(self.value, list) else []

    def find(self, *path: Step) -> Node | None:
        """The node at the end of ``path``, or ``None``."""
        node = self
        for step in path:
            # Most steps are keys, and a scenario takes thousands of them: these make no call.
            children = node.value
            child = children.get(str(step)) if isinstance(children, dict) else node._child(step)
            if child is None:
                return None
            node = child
        return node

    def at(self, path: Iterable[Step], on_key: bool = False) -> Place:
        r"""The place at the end of ``path``; steps that are not in the file are skipped.

        >>> from negsim.files.yaml import read_yaml_text
        >>> node = read_yaml_text("a:\n  b: [1, 2]\n", "x.yaml")
        >>> node.at(["a", "b", 1]).col, node.at(["a", "b"], on_key=True).col, node.at(["a", "nothing"]).line
        (10, 3, 1)
        """
        node, place = self, self.place
        for step in path:
            child = node._child(step)
            if child is None:
                continue
            # A block mapping starts at its first key, so the key above it is the better place.
            key = node.keys.get(str(step))
            below = key is not None and isinstance(child.value, dict | list) and child.place.line != key.line
            node, place = child, key if key is not None and (on_key or below) else child.place
        return place

    def problem(self, message: str, *path: Step, **more: Any) -> Problem:
        """A problem at the place of ``path``; ``more`` as in :class:`~negsim.errors.Complaint`."""
        complaint = Complaint(message, tuple(path), **more)
        return self.at(path, complaint.on_key).problem(complaint)

    def put(self, key: str, data: object) -> Node:
        """The mapping with a key set; plain data gets the place of the key it replaces, else of the mapping.

        >>> Node.of({"a": 1}, Place("given")).put("b", [2]).data
        {'a': 1, 'b': [2]}
        """
        here = self.keys.get(key, self.place)
        return Node({**self.mapping, key: Node.of(data, here)}, self.place, {**self.keys, key: here})

    def without(self, key: str) -> Node:
        """The mapping without a key.

        >>> Node.of({"a": 1, "b": 2}, Place("given")).without("a").data
        {'b': 2}
        """
        children = {name: child for name, child in self.mapping.items() if name != key}
        return Node(children, self.place, {name: self.keys[name] for name in children})

    def _child(self, step: Step) -> Node | None:
        if isinstance(self.value, dict):
            return self.value.get(str(step))
        if isinstance(self.value, list) and isinstance(step, int) and 0 <= step < len(self.value):
            return self.value[step]
        return None


def merge(base: Node, over: Node, kept: Callable[[Node, Node], Node | None] | None = None) -> Node:
    """``base`` changed by ``over``: mappings are merged key by key, everything else is replaced.

    A key that ``over`` sets to null is removed. ``kept(base, over)`` returns the part of a mapping that remains under
    another one; ``None`` means nothing.

    >>> here = Place("given")
    >>> merge(Node.of({"a": 1, "b": {"c": 2, "d": 3}}, here), Node.of({"b": {"c": 5, "d": None}}, here)).data
    {'a': 1, 'b': {'c': 5}}
    """
    if not isinstance(base.value, dict) or not isinstance(over.value, dict):
        return without_nulls(over)
    if kept is not None:
        remaining = kept(base, over)
        if remaining is None:
            return without_nulls(over)
        base = remaining
    children, keys = dict(base.mapping), dict(base.keys)
    for key, child in over.value.items():
        if child.value is None:
            children.pop(key, None)
            keys.pop(key, None)
            continue
        children[key] = merge(children[key], child, kept) if key in children else without_nulls(child)
        keys[key] = over.keys[key]
    return Node(children, over.place, keys)


def without_nulls(node: Node) -> Node:
    """The node without the keys that are null, at any depth of mappings."""
    if not isinstance(node.value, dict):
        return node
    children = {key: without_nulls(child) for key, child in node.value.items() if child.value is not None}
    if len(children) == len(node.value) and all(children[key] is child for key, child in node.value.items()):
        return node
    return Node(children, node.place, {key: node.keys[key] for key in children})


def raise_problems(problems: Iterable[Problem]) -> None:
    """Raise one :class:`InputError` with all problems except warnings, if there are any."""
    errors = in_file_order(problem for problem in problems if not problem.warning)
    if errors:
        raise InputError(errors)


def in_file_order(problems: Iterable[Problem]) -> list[Problem]:
    """Each problem once, by file (in order of appearance), line and column."""
    unique = list(dict.fromkeys(problems))
    files = {file: number for number, file in enumerate(dict.fromkeys(problem.file for problem in unique))}
    return sorted(unique, key=lambda problem: (files[problem.file], problem.line, problem.col))


#: Words that YAML 1.1 reads as true and false if they have no quotes.
_REWRITTEN = {"true": ("on", "yes"), "false": ("off", "no")}


def rewritten(key: object, path: Sequence[Step]) -> str | None:
    """The message about a key that a YAML 1.1 tool changed to true or false; ``None`` for any other key.

    ``path`` leads to the mapping that holds the key.

    >>> rewritten("true", ("shocks", "summit"))
    'the key "true" was probably "on" before a YAML 1.1 tool rewrote the file; write "dates"'
    """
    words = _REWRITTEN.get(str(key))
    if words is None:
        return None
    dated = key == "true" and len(path) == 2 and path[0] == "shocks"
    before = '"on"' if dated else " or ".join(f'"{word}"' for word in words)
    remedy = '"dates"' if dated else "that word in quotes"
    return f'the key "{key}" was probably {before} before a YAML 1.1 tool rewrote the file; write {remedy}'


def _key(key: object) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def unknown(what: str, name: object, names: Iterable[str], *path: Step, on_key: bool = False) -> Complaint:
    """The complaint about an unknown name.

    >>> unknown("issue", "bankng", ["banking", "visas"]).suggestion
    '"banking"'
    """
    known = list(names)
    return Complaint(f'there is no {what} "{name}"', path, one_of(known), did_you_mean(name, known), on_key)
