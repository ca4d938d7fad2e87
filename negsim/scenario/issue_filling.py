"""Write out all that a scenario file implies for an issue or a package, on the nodes of the file."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from negsim.agenda import Agenda, Status
from negsim.errors import NegsimError, Problem
from negsim.files import Node
from negsim.scenario.layering import EVERY_TACTIC_KEY, at, fill, overlay, put, without
from negsim.scenario.tactics import TACTIC_DEFAULTS, TACTIC_KEYS


@dataclass
class IssueFilling:
    """Fills in the issues and packages of one scenario; ``problems`` collects what cannot be understood."""

    friendly: Node
    agenda: Agenda
    as_of: date | None
    problems: list[Problem] = field(default_factory=list)

    @property
    def sides(self) -> tuple[str, ...]:
        """The two sides, in the agenda's order."""
        return tuple(self.agenda.sides)

    def status(self, name: str) -> Status | None:
        """The status on record at ``as_of``; ``None`` if the record of the issue begins later."""
        try:
            return self.agenda.status(name, self.as_of or date.max)
        except NegsimError:
            return None

    def issue(self, name: str, package: Node | None, in_play: Collection[str]) -> Node:
        """The full form of an issue: defaults, then the package's keys, then its own."""
        defaults, own = at(self.friendly, "defaults"), at(self.friendly, "issues", name)
        if not isinstance(own.value, dict):
            return own
        issue = overlay(without(defaults, "tactics", "source"), without(own, "tactics", "source"))
        place = self.friendly.at(("issues", name)) if own.mapping else defaults.place
        issue = Node(issue.value, place, issue.keys)
        source = joined_sources(own.find("source"), defaults.find("source"))
        if source is not None:
            issue = put(issue, "source", source)
        if package is not None:
            for key in ("settle", "first"):
                if key not in issue.mapping and (inherited := package.find(key)) is not None:
                    issue = put(issue, key, inherited)
        issue = fill(issue, outcome="divisible", settle="concession", first="drawn", priority=1)
        by_chance = at(issue, "settle", "chance").value != {}
        if by_chance:
            issue = fill(issue, reservation=dict.fromkeys(self.sides, 0))
        issue = put(issue, "tactics", self._tactics_of_issue(own, package, source, by_chance))
        issue = self._without_resolved(issue, in_play)
        lag = fill(at(issue, "implementation"), lag="0 days", collapse=0, step=0, requires=[])
        issue = put(issue, "implementation", lag)
        if issue.find("start") is None or isinstance(at(issue, "start").value, dict):
            issue = put(issue, "start", self._start(name, issue))
        return issue

    def package(self, name: str, package: Node) -> Node:
        """The full form of a package."""
        if not isinstance(package.value, dict):
            return package
        source = package.find("source")
        tactics = {}
        for side in self.sides:
            own = package.find("tactics", side)
            tactic = self._tactic(self.friendly.find("tactics", side), [own] if own is not None else [], source)
            if tactic is not None:
                tactics[side] = tactic
        tactics |= {side: part for side, part in at(package, "tactics").mapping.items() if side not in self.sides}
        place = package.find("tactics") or at(self.friendly, "tactics")
        package = put(package, "tactics", mapping_like(place, tactics))
        return fill(package, title=name.replace("_", " "), settle="concession", first="drawn")

    def _tactics_of_issue(self, own: Node, package: Node | None, source: Node | None, by_chance: bool) -> Node:
        node = self.friendly
        tactics = {}
        for side in self.sides:
            stated = _present(node.find("defaults", "tactics", side), own.find("tactics", side))
            base = package.find("tactics", side) if package is not None and not stated else node.find("tactics", side)
            tactic = self._tactic(base, stated, source)
            if tactic is None and by_chance:
                reason = "arithmetic: it settles by chance, and positions play no part"
                tactic = Node.of({"kind": "fixed", "aspiration": 1, "source": [reason]}, own.place)
            if tactic is not None:
                tactics[side] = tactic
        tactics |= {side: part for side, part in at(own, "tactics").mapping.items() if side not in self.sides}
        return mapping_like(own.find("tactics") or at(node, "tactics"), tactics)

    def _tactic(self, base: Node | None, partial: list[Node], source: Node | None) -> Node | None:
        """The tactic of one side: the usual one, with what an issue or package states laid over it."""
        tactic = base
        for over in partial:
            if tactic is None or not isinstance(over.value, dict) or not isinstance(tactic.value, dict):
                tactic = over
                continue
            if "kind" not in over.mapping and (keys := TACTIC_KEYS.get(str(at(tactic, "kind").value))):
                # Keys of another kind stay in the file, for a variant that changes the kind back.
                over = without(over, *(EVERY_TACTIC_KEY - {"kind", "source", *keys}))
            lines = joined_sources(over.find("source") or source, tactic.find("source"))
            tactic = overlay(tactic, over)
            if lines is not None and over.mapping:
                tactic = put(tactic, "source", lines)
        if tactic is None or not isinstance(tactic.value, dict):
            return tactic
        if "source" not in tactic.mapping and source is not None and partial:
            tactic = put(tactic, "source", source)
        keys = TACTIC_KEYS.get(str(at(tactic, "kind").value), ())
        tactic = fill(tactic, **{key: TACTIC_DEFAULTS[key] for key in keys if key in TACTIC_DEFAULTS})
        if at(tactic, "patience", "until").value != {}:
            tactic = put(tactic, "patience", fill(at(tactic, "patience"), times=1))
        return tactic

    def _without_resolved(self, issue: Node, in_play: Collection[str]) -> Node:
        """The issue without conditions on issues that were resolved before `as_of`."""
        done = {name for name in self.agenda.issues if self.status(name) is Status.RESOLVED} - set(in_play)
        requires = issue.find("implementation", "requires")
        if requires is not None and requires.items:
            left = [item for item in requires.items if not (isinstance(item.value, str) and item.value in done)]
            implementation = put(at(issue, "implementation"), "requires", Node(left, requires.place))
            issue = put(issue, "implementation", implementation)
        when = issue.find("opens", "when", "issue")
        if when is not None and isinstance(when.value, str) and when.value in done and self.as_of is not None:
            issue = put(issue, "opens", {"on": self.as_of.isoformat()})
        return issue

    def _start(self, name: str, issue: Node) -> Node:
        start = at(issue, "start")
        recorded = self.status(name)
        if "status" not in start.mapping and recorded is not None:
            start = put(start, "status", recorded.label)
            if "opens" in issue.mapping and recorded is not Status.DORMANT:
                message = f"{name} is {recorded.label} at as_of, and only a dormant issue opens"
                allowed = "start: {status: dormant} beside it"
                self.problems.append(issue.problem(message, "opens", on_key=True, allowed=allowed))
        status = at(start, "status").value
        if status == Status.SUSPENDED.label:
            status = at(start, "was").value
        if status in ("discussing", "converging", "stalled"):
            start = self._with_clocks(start, issue)
        if isinstance(at(start, "offers").value, dict) and at(start, "offers").mapping:
            start = put(start, "offers", fill(at(start, "offers"), **{side: [] for side in self.sides}))
        return start

    def _with_clocks(self, start: Node, issue: Node) -> Node:
        """A clock of rounds shows the rounds so far; a side whose tactic has no clock shows 0 days."""
        clock, rounds = at(start, "clock"), at(start, "rounds").value
        for side in self.sides:
            tactic = at(issue, "tactics", side)
            if side in clock.mapping or not isinstance(clock.value, dict):
                continue
            if at(tactic, "clock").value == "rounds":
                clock = put(clock, side, f"{rounds} rounds" if isinstance(rounds, int) else "0 rounds")
            elif at(tactic, "kind").value in ("reciprocal", "fixed"):
                clock = put(clock, side, "0 days")
        return put(start, "clock", clock) if clock.mapping else start


def mapping_like(like: Node, children: dict[str, Node]) -> Node:
    """A mapping at the place of another; keys that both have stay where they are in the file."""
    return Node(dict(children), like.place, {key: like.keys.get(key, child.place) for key, child in children.items()})


def joined_sources(*sources: Node | None) -> Node | None:
    """Several sources as one list, each line once."""
    present = _present(*sources)
    if len(present) <= 1:
        return present[0] if present else None
    lines = [line for source in present for line in (source.items if isinstance(source.value, list) else [source])]
    unique = {str(line.data): line for line in lines}
    return Node(list(unique.values()), present[0].place)


def _present(*nodes: Node | None) -> list[Node]:
    return [node for node in nodes if node is not None]
