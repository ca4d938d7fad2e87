"""Apply `extends`: merge a scenario file over the file that it extends; and small operations on nodes.

Every node keeps its place, so a mistake in an inherited value is reported where it is.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from negsim.agenda import Status
from negsim.errors import Complaint, InputError, Problem, did_you_mean, one_of
from negsim.files import Node, Place, builtin_scenarios, find_scenario, merge, read_yaml
from negsim.quantities import PER, head
from negsim.scenario.node_tools import at, fill, only, put, without
from negsim.scenario.tactics import TACTIC_KEYS

#: The keys of a scenario file.
KEYS = (
    "extends",
    "title",
    "question",
    "description",
    "agenda",
    "as_of",
    "horizon",
    "undertaking",
    "deadline",
    "leave_out",
    "source",
    "strict",
    "parameters",
    "tactics",
    "defaults",
    "issues",
    "packages",
    "channels",
    "climate",
    "shocks",
)

#: The key of a value for both sides, in place of the key of a side.
BOTH = "both"
#: Every status by its word.
STATUSES = {status.label: status for status in Status}
#: Every key of a tactic of any kind.
EVERY_TACTIC_KEY = {"kind", "source", *(key for keys in TACTIC_KEYS.values() for key in keys)}

#: The keys of a start in each status: required, and allowed.
_TALKS = ("clock", "rounds")
CARRIES: dict[Status, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Status.DORMANT: ((), ()),
    Status.RAISED: ((), ("clock",)),
    Status.DISCUSSING: (_TALKS, ("offers",)),
    Status.CONVERGING: (_TALKS, ("offers",)),
    Status.STALLED: (_TALKS, ("offers",)),
    Status.SUSPENDED: (("left", "was"), (*_TALKS, "offers")),
    Status.AGREED: (("terms",), ()),
    Status.BLOCKED: (("terms",), ()),
    Status.IMPLEMENTING: (("terms", "passed"), ()),
}
_START_KEYS = {"status", *_TALKS, "offers", "terms", "passed", "left", "was"}


def read_extended(path: str | os.PathLike[str]) -> Node:
    """Read a scenario file, or a scenario by its name, and merge it over all that it extends.

    Raises:
        InputError: a file cannot be read, `extends` forms a circle, or there is no scenario of that name.
    """
    return _read_extended(os.fspath(find_scenario(path).path), ())


def _read_extended(path: str, before: tuple[str, ...]) -> Node:
    node = read_yaml(path)
    if not isinstance(node.value, dict):
        raise InputError([node.problem("a scenario must be a mapping", allowed=f"keys such as {one_of(KEYS, 6)}")])
    node = normal(node)
    link = node.find("extends")
    if link is None:
        return node
    if not isinstance(link.value, str):
        raise InputError(
            [node.problem("extends must name a file", "extends", allowed="a path relative to this file, or a name")]
        )
    target = os.path.normpath(os.path.join(os.path.dirname(path), link.value))
    if not os.path.isfile(target):
        # A name means a file in the same folder, or else a built-in scenario.
        beside, builtin = f"{target}.yaml", builtin_scenarios().get(link.value)
        target = beside if os.path.isfile(beside) else os.fspath(builtin) if builtin is not None else target
    chain = (*before, path)
    known = [os.path.realpath(file) for file in chain]
    if os.path.realpath(target) in known:
        circle = [*chain[known.index(os.path.realpath(target)) :], target]
        raise InputError([node.problem(f"extends forms a circle: {' -> '.join(circle)}", "extends")])
    if not os.path.isfile(target):
        folder = Path(target).parent
        names = sorted(file.name for file in folder.glob("*.yaml")) if folder.is_dir() else []
        guess = did_you_mean(Path(target).name, names) or did_you_mean(link.value, builtin_scenarios())
        message = f"extends names {target}, but there is no such file"
        raise InputError([node.problem(message, "extends", suggestion=guess)])
    return overlay(_read_extended(target, chain), without(node, "extends"))


def overlay(base: Node, over: Node) -> Node:
    """``base`` with the values of ``over``, as `extends` merges them."""
    over = normal(over)
    return merge(_spread(normal(base), over), over, _kept)


def normal(node: Node) -> Node:
    """A scenario, or an issue, with `both` for values without a side, and with `dates` for the old key `on`."""
    node = _with_both(_modern(node))
    for section in ("defaults", "issues", "packages"):
        part = node.find(section)
        if part is None or not part.mapping:
            continue
        if section == "defaults":
            node = put(node, section, _with_both(part))
        else:
            entries = {name: _with_both(entry) for name, entry in part.mapping.items()}
            node = put(node, section, Node(entries, part.place, part.keys))
    return node


def _with_both(node: Node) -> Node:
    """An issue or package whose reservation value and clock without a side stand under `both`."""
    reservation, start = node.find("reservation"), node.find("start")
    if reservation is not None and is_quantity(reservation):
        node = put(node, "reservation", _under_both(reservation))
    if start is not None and (clock := start.find("clock")) is not None and is_quantity(clock):
        node = put(node, "start", put(start, "clock", _under_both(clock)))
    return node


def is_quantity(node: Node) -> bool:
    """Whether a node has the form of a quantity: a number with a unit, a distribution or a parameter."""
    if isinstance(node.value, dict):
        return head(_shape(node)) is not None
    return isinstance(node.value, str | int | float)


def _under_both(node: Node) -> Node:
    return Node({BOTH: node}, node.place, {BOTH: node.place})


def _spread(base: Node, over: Node) -> Node:
    """``base`` with the values for both sides of ``over`` also under each side: they replace those of a side."""
    for key, child in over.mapping.items():
        below = base.find(key)
        if below is None or not below.mapping or not child.mapping:
            continue
        if key in ("tactics", "reservation", "clock") and (both := child.find(BOTH)) is not None:
            sides = {name: side if name == BOTH else merge(side, both, _kept) for name, side in below.mapping.items()}
            base = put(base, key, Node(sides, below.place, below.keys))
        elif key in ("defaults", "issues", "packages", "start") or key not in KEYS:
            base = put(base, key, _spread(below, child))
    return base


def _modern(node: Node) -> Node:
    """The scenario with the key `dates` in place of its old name `on`; `notices` lists the old keys."""
    shocks = node.find("shocks")
    if shocks is None or not any(_FORMER in shock.mapping for shock in shocks.mapping.values()):
        return node
    renamed = {name: _with_dates(shock) for name, shock in shocks.mapping.items()}
    return put(node, "shocks", Node(renamed, shocks.place, shocks.keys))


def notices(node: Node) -> list[Problem]:
    """A warning for each `dates` that is written `on` in the file."""
    found = []
    for shock in at(node, "shocks").mapping.values():
        place = shock.keys.get(_DATES)
        if place is not None and re.match(r"""["']?on\b""", place.text[max(place.col - 1, 0) :]):
            found.append(place.problem(Complaint(FORMER_KEY, warning=True)))
    return found


_FORMER, _DATES = "on", "dates"
#: The message for a shock with the old key.
FORMER_KEY = f'"{_FORMER}" is now "{_DATES}"'


def _with_dates(shock: Node) -> Node:
    if _FORMER not in shock.mapping or _DATES in shock.mapping:
        return shock
    names = {_FORMER: _DATES}
    keys = dict(shock.keys)
    if not keys[_FORMER].line:  # no file behind it: `notices` finds it by the text of its place
        keys[_FORMER] = Place(keys[_FORMER].file, 0, 1, _FORMER)
    children = {names.get(key, key): child for key, child in shock.mapping.items()}
    return Node(children, shock.place, {names.get(key, key): place for key, place in keys.items()})


def _kept(base: Node, over: Node) -> Node | None:
    """What remains of ``base``: nothing under another form of quantity; of another kind or status only its keys."""
    base_head, over_head = head(_shape(base)), head(_shape(over))
    if base_head is not None:
        inner = {"parameter": {"times", "plus"}, "until": {"times"}}.get(base_head, {base_head})
        return base if set(over.mapping) <= {*inner, PER} else None
    if over_head is not None:
        return None
    if "quantiles" in base.mapping or "quantiles" in over.mapping:
        points = {"low", "mode", "high"}
        if not (points.isdisjoint(base.mapping) and points.isdisjoint(over.mapping)):
            return only(base, ("who",))
    if ("option" in base.mapping) != ("option" in over.mapping) and set(over.mapping) != {"source"} and _is_terms(base):
        return None
    kind = over.find("kind")
    if kind is not None and kind.value in TACTIC_KEYS and set(base.mapping) <= EVERY_TACTIC_KEY:
        return only(base, ("kind", "source", *TACTIC_KEYS[str(kind.value)]))
    status = over.find("status")
    if status is not None and status.value in STATUSES and set(base.mapping) <= _START_KEYS:
        return only(base, sum(CARRIES.get(STATUSES[str(status.value)], ((), ())), ()))
    return base


def _shape(node: Node) -> object:
    """The part of a node that shows the form of a quantity."""
    if not isinstance(node.value, dict):
        return node.value
    return {
        key: dict.fromkeys(child.mapping) if child.mapping else [] if isinstance(child.value, list) else 0
        for key, child in node.value.items()
    }


def _is_terms(node: Node) -> bool:
    return set(node.mapping) == {"option"}


def of_side(node: Node, side: str) -> Node | None:
    """The tactic that a node states for a side: that for both sides, with that of the side over it."""
    both, own = node.find("tactics", BOTH), node.find("tactics", side)
    if both is None or own is None or not isinstance(both.value, dict):
        return own or both
    return overlay(both, own)


def for_sides(node: Node, sides: tuple[str, ...]) -> Node:
    """Values by side, where a value for both sides holds for each side that has none of its own."""
    both = node.find(BOTH)
    if both is None or BOTH in sides:
        return node
    return fill(without(node, BOTH), **dict.fromkeys(sides, both))
