"""Numbers that a file states once for several issues: each is drawn once a run, unless `per: issue` stands beside it.

A distribution under `tactics` or `defaults` becomes a named parameter with the path as its name, such as
`tactics.us.patience`, and the issues and packages that use it refer to the parameter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from negsim.errors import Complaint, ComplaintsError, Problem, was
from negsim.files import Node
from negsim.quantities import DISTRIBUTIONS, ELICIT, PER, Rule, head, kind_of, parse
from negsim.scenario.layering import BOTH, for_sides, of_side
from negsim.scenario.node_tools import at, put, without

_SHARE, _AMOUNT = Rule("number", 0.0, 1.0), Rule("number", 0.0)
_ABOVE = Rule("number", 0.0, lo_open=True)
#: The range of each number that can be shared, by its key; a side stands for a reservation value.
_RULES = {
    "beta": _ABOVE,
    "kappa": _SHARE,
    "patience": Rule("duration", 0.0, lo_open=True),
    "times": _ABOVE,
    "aspiration": _SHARE,
    "reciprocity": _AMOUNT,
    "weight": _SHARE,
    "hours": Rule("hours", 0.0, lo_open=True),
    "priority": Rule("number"),
    "collapse": _SHARE,
    "step": _SHARE,
    "chance": _SHARE,
    "reservation": _SHARE,
    "clock": Rule("duration", 0.0),
}
#: Numbers that are drawn each time: only the numbers inside their distributions can be shared.
_EACH_TIME = ("lag", "left")


@dataclass
class SharedDraws:
    """The numbers of one scenario that are drawn once a run: each by its name, and found by the node that states it."""

    sides: tuple[str, ...]
    problems: list[Problem] = field(default_factory=list)
    nodes: dict[str, Node] = field(default_factory=dict)
    values: dict[str, Node] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def found(self, friendly: Node) -> Node:
        """The scenario with `tactics` and `defaults` by side and without `per`; their shared numbers are noted."""
        if isinstance(at(friendly, "tactics").value, dict) and friendly.find("tactics") is not None:
            friendly = put(friendly, "tactics", self._tactics(friendly, ("tactics",)))
        defaults = friendly.find("defaults")
        if defaults is None or not defaults.mapping:
            return friendly
        if isinstance(at(defaults, "tactics").value, dict) and defaults.find("tactics") is not None:
            defaults = put(defaults, "tactics", self._tactics(defaults, ("defaults", "tactics")))
        if (reservation := defaults.find("reservation")) is not None:
            defaults = put(defaults, "reservation", copied(for_sides(reservation, self.sides)))
        start = at(defaults, "start")
        if (clock := start.find("clock")) is not None:
            defaults = put(defaults, "start", put(start, "clock", copied(for_sides(clock, self.sides))))
        source = defaults.find("source")
        for key, child in without(defaults, "tactics", "source").mapping.items():
            defaults = put(defaults, key, self._noted(child, ("defaults", key), source))
        return put(friendly, "defaults", defaults)

    def default(self, name: str, value: Any, source: str, like: Node) -> Node:
        """The node of a default that is drawn once a run: the same node for every issue."""
        if name not in self.nodes:
            node = Node.of(value, like.place)
            self._add(name, node, node, Node.of([source], like.place))
        return self.nodes[name]

    def referring(self, node: Node) -> Node:
        """A node with a reference in place of each number that is drawn once a run."""
        if not self.names:
            return node
        name = self.names.get(id(node))
        if name is not None:
            return Node.of({"parameter": name}, node.place)
        if isinstance(node.value, dict):
            children = {key: self.referring(child) for key, child in node.value.items()}
            return Node(children, node.place, node.keys)
        if isinstance(node.value, list):
            return Node([self.referring(child) for child in node.value], node.place)
        return node

    def used(self, full: Node, given: Node) -> Node:
        """The parameters of the file, and the shared numbers to which anything refers."""
        for name in dict.fromkeys(referred(full.data)) if self.values else ():
            if name in self.values and name not in given.mapping:
                given = put(given, name, self.values[name], self.values[name].place)
        return given

    def _tactics(self, holder: Node, path: tuple[str, ...]) -> Node:
        """The tactics by side; each side has nodes of its own."""
        given = at(holder, "tactics")
        result = without(given, *({BOTH} - set(self.sides)))
        for side in self.sides:
            tactic = of_side(holder, side)
            if tactic is not None:
                source = tactic.find("source") or holder.find("source")
                result = put(result, side, self._noted(copied(tactic), (*path, side), source))
        return result

    def _noted(self, node: Node, path: tuple[str, ...], source: Node | None) -> Node:
        """A node without `per`; the distributions in it that are drawn once a run are noted."""
        if not isinstance(node.value, dict) or path[-1] == "source":
            return node
        family = head(node.data)
        if family not in DISTRIBUTIONS and family != ELICIT:
            for key, child in node.mapping.items():
                node = put(node, key, self._noted(child, (*path, key), source), node.keys.get(key))
            return node
        per, node = node.find(PER), without(node, PER)
        if per is not None:
            if per.value != "issue":
                message = f"per of {'.'.join(path)} was {was(per.data)}"
                self.problems.append(per.place.problem(Complaint(message, allowed="issue")))
            return node
        key = path[-2] if path[-1] in self.sides else path[-1]
        if key in _EACH_TIME:
            for name, number in at(node, str(family)).mapping.items():
                if head(number.data) in DISTRIBUTIONS:
                    self._note(number, (*path, str(family), name), Rule("number"), source)
        elif key in _RULES:
            self._note(node, path, _RULES[key], source)
        return node

    def _note(self, node: Node, path: tuple[str, ...], rule: Rule, source: Node | None) -> None:
        kind = kind_of(node.data) or rule.kind
        if (kind, rule.kind) == ("hours", "duration"):  # hours are durations too; rounds are another clock
            kind = rule.kind
        try:
            value = parse(node.data, replace(rule, kind=kind)).text  # what experts say is fitted to the field's range
        except ComplaintsError:
            return  # the models of the issues report it
        if source is not None:
            self._add(".".join(path), node, Node.of(value, node.place), source)

    def _add(self, name: str, node: Node, value: Node, source: Node) -> None:
        self.nodes[name], self.names[id(node)] = node, name
        self.values[name] = Node.of({"value": value, "source": source}, node.place)


def referred(data: Any) -> Iterator[str]:
    """The names of all parameters that plain data refer to."""
    if isinstance(data, dict):
        if isinstance(data.get("parameter"), str):
            yield data["parameter"]
        for value in data.values():
            yield from referred(value)
    elif isinstance(data, list):
        for value in data:
            yield from referred(value)


def copied(node: Node) -> Node:
    """The same node and all nodes below it, as new objects."""
    if isinstance(node.value, dict):
        return Node({key: copied(child) for key, child in node.value.items()}, node.place, node.keys)
    if isinstance(node.value, list):
        return Node([copied(child) for child in node.value], node.place)
    return Node(node.value, node.place)
