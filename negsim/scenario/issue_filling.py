"""Write out all that a scenario file implies for an issue or a package, on the nodes of the file."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from negsim.agenda import Agenda, Status
from negsim.errors import NegsimError, Problem
from negsim.files import Node
from negsim.quantities import head
from negsim.scenario.defaults import Defaults, counted, equal_terms
from negsim.scenario.layering import BOTH, EVERY_TACTIC_KEY, for_sides, of_side, overlay
from negsim.scenario.node_tools import (
    at,
    fill,
    joined_sources,
    mapping_like,
    present,
    put,
    with_default,
    with_source,
    without,
)
from negsim.scenario.shared_draws import SharedDraws
from negsim.scenario.tactics import TACTIC_DEFAULTS, TACTIC_KEYS

_TALKING = ("discussing", "converging", "stalled")


@dataclass
class IssueFilling:
    """Fills in the issues and packages of one scenario; ``problems`` collects what cannot be understood."""

    friendly: Node
    agenda: Agenda
    as_of: date | None
    defaults: Defaults
    strict: bool
    shared: SharedDraws
    problems: list[Problem] = field(default_factory=list)

    @property
    def sides(self) -> tuple[str, ...]:
        """The two sides, in the agenda's order."""
        return tuple(self.agenda.sides)

    def status(self, name: str) -> Status | None:
        """The status on record at ``as_of``; ``None`` if the record begins later. Without a record it is raised."""
        if name not in self.agenda.issues:
            return None
        if not self.agenda.issues[name].history:
            return self.agenda.issues[name].first_status
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
        issue = Node(issue.value, self.friendly.at(("issues", name)), issue.keys)
        source = joined_sources(own.find("source"), defaults.find("source"))
        if source is not None:
            issue = put(issue, "source", source)
        if package is not None:
            # A member with a tactic of its own comes back from a package to be settled by concession.
            for key in ("first",) if own.find("tactics") is not None else ("settle", "first"):
                if key not in issue.mapping and (inherited := package.find(key)) is not None:
                    issue = put(issue, key, inherited)
        issue = fill(issue, outcome="divisible", settle="concession", first="drawn", priority=1)
        by_chance = at(issue, "settle", "chance").value != {}
        if by_chance:
            issue = fill(issue, reservation=dict.fromkeys(self.sides, 0))
        if "reservation" in issue.mapping:
            issue = put(issue, "reservation", for_sides(at(issue, "reservation"), self.sides))
        issue = put(issue, "tactics", self._tactics_of_issue(own, package, source, by_chance))
        issue = self._without_resolved(issue, in_play)
        if not self.strict:
            issue = self._with_defaults(issue)
        lag = fill(at(issue, "implementation"), lag="0 days", collapse=0, step=0, requires=[])
        issue = put(issue, "implementation", lag)
        if issue.find("start") is None or isinstance(at(issue, "start").value, dict):
            issue = self._with_start(name, issue)
        return issue

    def package(self, name: str, package: Node) -> Node:
        """The full form of a package."""
        if not isinstance(package.value, dict):
            return package
        tactics: dict[str, Node] = {}
        for side in self.sides:
            usual, own = of_side(self.friendly, side), of_side(package, side)
            tactic = self._tactic(usual, present(own), package.find("source"))
            if tactic is not None:
                tactics[side] = tactic
        place = package.find("tactics") or at(self.friendly, "tactics")
        package = put(package, "tactics", self._every_tactic(tactics, package, place))
        if "reservation" in package.mapping:
            package = put(package, "reservation", for_sides(at(package, "reservation"), self.sides))
        return fill(package, title=name.replace("_", " "), settle="concession", first="drawn")

    def _tactics_of_issue(self, own: Node, package: Node | None, source: Node | None, by_chance: bool) -> Node:
        node = self.friendly
        tactics: dict[str, Node] = {}
        for side in self.sides:
            stated = present(of_side(at(node, "defaults"), side), of_side(own, side))
            base = package.find("tactics", side) if package is not None and not stated else of_side(node, side)
            tactic = self._tactic(base, stated, source)
            if tactic is None and by_chance:
                reason = "arithmetic: it settles by chance, and positions play no part"
                tactic = Node.of({"kind": "fixed", "aspiration": 1, "source": [reason]}, own.place)
            if tactic is not None:
                tactics[side] = tactic
        return self._every_tactic(tactics, own, own.find("tactics") or at(node, "tactics"))

    def _every_tactic(self, tactics: dict[str, Node], own: Node, place: Node) -> Node:
        """The tactics of both sides with the default of each missing key, and those under unknown names."""
        if not self.strict:
            for key in ("kind", "beta", "patience"):
                lacking = [side for side in self.sides if _lacks(tactics.get(side), key)]
                who = "both sides" if len(lacking) == 2 else "".join(self.agenda.sides[one].title for one in lacking)
                for side in lacking:
                    base, default = tactics.get(side, Node({}, place.place)), self.defaults.tactic(key, who)
                    value = default.value
                    if head(value) is not None:
                        value = self.shared.default(f"tactics.{side}.{key}", value, default.source, base)
                    tactics[side] = with_source(put(base, key, value), default.source)
        done = {side: _filled_tactic(tactic) for side, tactic in tactics.items()}
        known = (*self.sides, BOTH)
        done |= {side: part for side, part in at(own, "tactics").mapping.items() if side not in known}
        return mapping_like(place, done)

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
        return tactic

    def _with_defaults(self, issue: Node) -> Node:
        """The issue with reservation values, hours and a lag, if it lacks them."""
        reservation = at(issue, "reservation")
        if isinstance(reservation.value, dict) and not set(self.sides) <= set(reservation.mapping):
            default = self.defaults.reservation
            values = fill(reservation, **dict.fromkeys(self.sides, default.value))
            issue = with_source(put(issue, "reservation", values), default.source)
        if "hours" not in issue.mapping:
            issue = with_default(issue, "hours", self.defaults.hours)
        lag = at(issue, "implementation")
        if isinstance(lag.value, dict) and "lag" not in lag.mapping:
            issue = with_source(issue, self.defaults.lag.source)
        return issue

    def _without_resolved(self, issue: Node, in_play: Collection[str]) -> Node:
        """The issue without conditions on issues that were resolved before `as_of`."""

        def done(name: Any) -> bool:
            return isinstance(name, str) and name not in in_play and self.status(name) is Status.RESOLVED

        requires = issue.find("implementation", "requires")
        if requires is not None and requires.items:
            left = [item for item in requires.items if not done(item.value)]
            implementation = put(at(issue, "implementation"), "requires", Node(left, requires.place))
            issue = put(issue, "implementation", implementation)
        when = issue.find("opens", "when", "issue")
        if when is not None and done(when.value) and self.as_of is not None:
            issue = put(issue, "opens", {"on": self.as_of.isoformat()})
        return issue

    def _with_start(self, name: str, issue: Node) -> Node:
        start = at(issue, "start")
        if "clock" in start.mapping:
            start = put(start, "clock", for_sides(at(start, "clock"), self.sides))
        recorded = self.status(name)
        if "status" not in start.mapping and recorded is not None:
            start = put(start, "status", recorded.label)
            if "opens" in issue.mapping and recorded is not Status.DORMANT:
                message = f"{name} is {recorded.label} at as_of, and only a dormant issue opens"
                allowed = "start: {status: dormant} beside it"
                self.problems.append(issue.problem(message, "opens", on_key=True, allowed=allowed))
        status = at(start, "status").value
        if recorded is not None and status == recorded.label and self.as_of is not None:
            start, issue = self._counted(name, start, issue, self.as_of)
        if status == Status.SUSPENDED.label:
            status = at(start, "was").value
        if status in _TALKING or at(start, "clock").mapping:
            start = self._with_clocks(start, issue)
        if isinstance(at(start, "offers").value, dict) and at(start, "offers").mapping:
            start = put(start, "offers", fill(at(start, "offers"), **{side: [] for side in self.sides}))
        needs_terms = status in ("agreed", "blocked", "implementing") and at(issue, "settle").value == "concession"
        if (
            needs_terms
            and not self.strict
            and "terms" not in start.mapping
            and at(issue, "outcome").value == "divisible"
        ):
            terms = equal_terms(self.sides, self.agenda.issues[name].title)
            start, issue = put(start, "terms", terms.value), with_source(issue, terms.source)
        return put(issue, "start", start)

    def _counted(self, name: str, start: Node, issue: Node, as_of: date) -> tuple[Node, Node]:
        """The start with the keys that the dates of the record give, and the issue with a source that says so."""
        status = str(at(start, "status").value)
        record = counted(self.agenda, name, as_of)
        stated = set(start.mapping)
        if status == Status.SUSPENDED.label and record.before is not None and "was" not in stated:
            # A suspended agreement is a move of the record alone.
            settled = record.before in (Status.AGREED, Status.BLOCKED)
            start = put(start, "was", (Status.DISCUSSING if settled else record.before).label)
            if settled:
                rule = f"a suspended issue that was {record.before.label} is simulated as one that was discussing"
                issue = with_source(issue, f"arithmetic: {rule}, because a run has no such move")
        before = at(start, "was").value if status == Status.SUSPENDED.label else status
        if before in _TALKING and "rounds" not in stated:
            start = put(start, "rounds", record.rounds)
        by_concession = at(issue, "settle").value == "concession"
        if before in _TALKING and by_concession and isinstance(at(start, "clock").value, dict):
            clock = at(start, "clock")
            for side in self.sides:
                if side not in clock.mapping and at(issue, "tactics", side, "clock").value == "calendar":
                    clock = put(clock, side, f"{record.days} days")
            start = put(start, "clock", clock) if clock.mapping else start
        if status == Status.IMPLEMENTING.label and "passed" not in stated:
            start = put(start, "passed", f"{record.passed} days")
        added = [key for key in start.mapping if key not in {*stated, "status"}]
        if added:
            line = f"arithmetic: {' and '.join(added)} at as_of, counted from the dates of the agenda"
            issue = with_source(issue, line)
        return start, issue

    def _with_clocks(self, start: Node, issue: Node) -> Node:
        """A clock of rounds shows the rounds so far; a side that uses no clock shows 0 days."""
        clock, rounds = at(start, "clock"), at(start, "rounds").value
        for side in self.sides:
            tactic = at(issue, "tactics", side)
            if side in clock.mapping or not isinstance(clock.value, dict):
                continue
            if at(tactic, "clock").value == "rounds":
                clock = put(clock, side, f"{rounds} rounds" if isinstance(rounds, int) else "0 rounds")
            elif at(tactic, "kind").value in ("reciprocal", "fixed"):
                clock = put(clock, side, "0 days")
        if clock.mapping and at(issue, "settle", "chance").value != {}:
            clock = fill(clock, **dict.fromkeys(self.sides, "0 days"))
        return put(start, "clock", clock) if clock.mapping else start


def _filled_tactic(tactic: Node) -> Node:
    """A tactic with the defaults of its kind."""
    if not isinstance(tactic.value, dict):
        return tactic
    keys = TACTIC_KEYS.get(str(at(tactic, "kind").value), ())
    tactic = fill(tactic, **{key: TACTIC_DEFAULTS[key] for key in keys if key in TACTIC_DEFAULTS})
    if at(tactic, "patience", "until").value != {}:
        tactic = put(tactic, "patience", fill(at(tactic, "patience"), times=1))
    return tactic


def _lacks(tactic: Node | None, key: str) -> bool:
    """Whether a tactic lacks a key for which there is a default: patience in rounds has none."""
    if tactic is None:
        return True
    if not isinstance(tactic.value, dict) or key in tactic.mapping:
        return False
    kind = str(at(tactic, "kind").value) if "kind" in tactic.mapping else "time"
    if key == "patience" and at(tactic, "clock").value == "rounds":
        return False
    return key == "kind" or key in TACTIC_KEYS.get(kind, ())
