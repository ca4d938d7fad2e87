"""From the friendly form of a scenario to the full one, on the nodes: what is inherited and implied is written out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, timedelta

from negsim.agenda import Agenda, Status
from negsim.errors import ComplaintsError, NegsimError, Problem
from negsim.files import Node
from negsim.quantities import parse_day, parse_plain
from negsim.scenario.layering import EVERY_TACTIC_KEY, STATUSES, at, fill, only, overlay, put, without
from negsim.scenario.tactics import TACTIC_DEFAULTS, TACTIC_KEYS

#: The parts of a scenario that are mappings.
SECTIONS = ("parameters", "tactics", "defaults", "issues", "packages", "channels", "climate", "shocks")
REGIME_DEFAULTS: dict[str, object] = {
    "pace": 1,
    "gap_factor": 1,
    "cancellation": 0,
    "settlement": 1,
    "breakdown": "0 per year",
    "next": {},
}


@dataclass
class Filling:
    """A friendly scenario on its way to the full form; ``problems`` collects what can't be understood on the way."""

    friendly: Node
    agenda: Agenda
    problems: list[Problem] = field(default_factory=list)
    as_of: date | None = None
    in_play: list[str] = field(default_factory=list)

    @property
    def sides(self) -> tuple[str, ...]:
        """The two sides, as the agenda orders them."""
        return tuple(self.agenda.sides)

    def filled(self) -> Node:
        """The full form; what is no mapping where one is due stays as it is."""
        node = self.friendly
        for section in SECTIONS:
            if (part := node.find(section)) is not None and not isinstance(part.value, dict):
                self.problems.append(node.problem(f"{section} must be a mapping", section))
                node = without(node, section)
        out = node.find("leave_out")
        if out is not None and not isinstance(out.value, list):
            self.problems.append(node.problem("leave_out must be a list of issues", "leave_out"))
        self.as_of = self._day(node)
        self.in_play = self._issues_in_play(node)
        frame = fill(only(node, ("title", "question", "description", "as_of", "undertaking", "deadline")))
        frame = fill(self._horizon(node, frame), undertaking="early_harvest")
        frame = put(frame, "leave_out", [name for name in self.agenda.issues if name not in self.in_play])
        frame = put(frame, "parameters", at(node, "parameters"))
        packages = {name: self._package(node, name, package) for name, package in at(node, "packages").mapping.items()}
        homes = {
            item.value: packages[name]
            for name, package in packages.items()
            for item in at(package, "issues").items
            if isinstance(item.value, str)
        }
        issues = {name: self._issue(node, name, homes.get(name)) for name in self.in_play}
        frame = put(frame, "issues", _mapping(at(node, "issues"), issues))
        frame = put(frame, "packages", _mapping(at(node, "packages"), packages))
        channels = {name: self._channel(channel) for name, channel in at(node, "channels").mapping.items()}
        frame = put(frame, "channels", _mapping(at(node, "channels"), channels))
        frame = put(frame, "climate", self._climate(node))
        shocks = {name: self._shock(shock) for name, shock in at(node, "shocks").mapping.items()}
        return put(frame, "shocks", _mapping(at(node, "shocks"), shocks))

    def _day(self, node: Node) -> date | None:
        try:
            return parse_day(at(node, "as_of").data)
        except ComplaintsError:
            return None  # the frame's model will say so

    def _horizon(self, node: Node, frame: Node) -> Node:
        horizon = node.find("horizon")
        if horizon is None:
            return frame
        if isinstance(horizon.value, str) and not horizon.value[:5].endswith("-"):
            try:
                days = math.floor(parse_plain(horizon.value, "duration"))
                if self.as_of is None:
                    return frame
                horizon = Node((self.as_of + timedelta(days=days)).isoformat(), horizon.place)
            except ComplaintsError as error:
                for item in error.items:
                    allowed = f"{item.allowed}; or a day such as 2028-01-01"
                    message = item.message.replace("{what}", "horizon")
                    self.problems.append(node.problem(message, "horizon", allowed=allowed, suggestion=item.suggestion))
                return frame
            except OverflowError:
                self.problems.append(node.problem(f'horizon was "{horizon.value}", beyond the calendar', "horizon"))
                return frame
        elif not isinstance(horizon.value, str):
            allowed = 'a duration such as "3 years", or a day such as 2028-01-01'
            what = f"horizon needs a unit, but was {horizon.value}" if not horizon.mapping else "horizon must be plain"
            self.problems.append(node.problem(what, "horizon", allowed=allowed))
            return frame
        return put(frame, "horizon", horizon)

    def _status(self, name: str) -> Status | None:
        """What the agenda's history says on the day, ``None`` before the issue was on the table."""
        try:
            return self.agenda.status(name, self.as_of or date.max)
        except NegsimError:
            return None

    def _issues_in_play(self, node: Node) -> list[str]:
        left_out = {item.data for item in at(node, "leave_out").items if isinstance(item.value, str)}
        playing = []
        for name in self.agenda.issues:
            stated = at(node, "issues", name, "start", "status").value
            status = STATUSES.get(str(stated), self._status(name))
            opens = node.find("issues", name, "opens") is not None
            if name in left_out or status is None or (status.final and not isinstance(stated, str)):
                continue
            if status is Status.DORMANT and not opens:
                if node.find("issues", name) is not None:
                    message = f"{name} is dormant and nothing opens it"
                    allowed = "opens: {on: a day} or {when: {issue, reaches}}, or name it in leave_out"
                    self.problems.append(node.problem(message, "issues", name, on_key=True, allowed=allowed))
                continue
            playing.append(name)
        return playing

    def _issue(self, node: Node, name: str, package: Node | None) -> Node:
        defaults, own = at(node, "defaults"), at(node, "issues", name)
        if not isinstance(own.value, dict):
            return own
        issue = overlay(without(defaults, "tactics", "source"), without(own, "tactics", "source"))
        issue = Node(issue.value, node.at(("issues", name)) if own.mapping else at(node, "defaults").place, issue.keys)
        source = _lines(own.find("source"), defaults.find("source"))
        if source is not None:
            issue = put(issue, "source", source)
        # What a member of a package does not state itself it has from the package, should it ever stand alone.
        if package is not None:
            for key in ("settle", "first"):
                if key not in issue.mapping and (inherited := package.find(key)) is not None:
                    issue = put(issue, key, inherited)
        issue = fill(issue, outcome="divisible", settle="concession", first="drawn", priority=1)
        by_chance = at(issue, "settle", "chance").value != {}
        if by_chance:
            issue = fill(issue, reservation=dict.fromkeys(self.sides, 0))
        tactics = {}
        for side in self.sides:
            stated = [part for part in (defaults.find("tactics", side), own.find("tactics", side)) if part is not None]
            base = package.find("tactics", side) if package is not None and not stated else node.find("tactics", side)
            tactic = self._tactic(base, stated, source)
            if tactic is None and by_chance:
                reason = "arithmetic: it settles by chance, and positions play no part"
                tactic = Node.of({"kind": "fixed", "aspiration": 1, "source": [reason]}, issue.place)
            if tactic is not None:
                tactics[side] = tactic
        tactics |= {side: part for side, part in at(own, "tactics").mapping.items() if side not in self.sides}
        issue = put(issue, "tactics", _mapping(own.find("tactics") or at(node, "tactics"), tactics))
        issue = self._without_what_is_done(issue)
        lag = fill(at(issue, "implementation"), lag="0 days", collapse=0, step=0, requires=[])
        issue = put(issue, "implementation", lag)
        if issue.find("start") is None or isinstance(at(issue, "start").value, dict):
            issue = put(issue, "start", self._start(name, issue))
        return issue

    def _without_what_is_done(self, issue: Node) -> Node:
        """What waits for an issue that was resolved before `as_of` waits no longer."""
        done = {name for name in self.agenda.issues if self._status(name) is Status.RESOLVED} - set(self.in_play)
        requires = issue.find("implementation", "requires")
        if requires is not None and requires.items:
            left = [item for item in requires.items if not (isinstance(item.value, str) and item.value in done)]
            issue = put(
                issue, "implementation", put(at(issue, "implementation"), "requires", Node(left, requires.place))
            )
        when = issue.find("opens", "when", "issue")
        if when is not None and isinstance(when.value, str) and when.value in done and self.as_of is not None:
            issue = put(issue, "opens", {"on": self.as_of.isoformat()})
        return issue

    def _tactic(self, base: Node | None, partial: list[Node], source: Node | None) -> Node | None:
        """The tactic of one side: the default one, with what is stated here laid over it."""
        tactic = base
        for over in partial:
            if tactic is None:
                tactic = over
                continue
            if not isinstance(over.value, dict) or not isinstance(tactic.value, dict):
                tactic = over
                continue
            if "kind" not in over.mapping and (keys := TACTIC_KEYS.get(str(at(tactic, "kind").value))):
                # It belongs to another kind than the default one, and comes back with it.
                over = without(over, *(EVERY_TACTIC_KEY - {"kind", "source", *keys}))
            lines = _lines(over.find("source") or source, tactic.find("source"))
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

    def _start(self, name: str, issue: Node) -> Node:
        start = at(issue, "start")
        stated = "status" in start.mapping
        tracked = self._status(name)
        if not stated and tracked is not None:
            start = put(start, "status", tracked.label)
            if "opens" in issue.mapping and tracked is not Status.DORMANT:
                message = f"{name} is {tracked.label} at as_of, and only what is dormant opens"
                allowed = "start: {status: dormant} beside it"
                self.problems.append(issue.problem(message, "opens", on_key=True, allowed=allowed))
        status = at(start, "status").value
        if status == Status.SUSPENDED.label:
            status = at(start, "was").value
        if status in ("discussing", "converging", "stalled"):
            clock = at(start, "clock")
            rounds = at(start, "rounds").value
            for side in self.sides:
                tactic = at(issue, "tactics", side)
                if side in clock.mapping or not isinstance(clock.value, dict):
                    continue
                if at(tactic, "clock").value == "rounds":
                    clock = put(clock, side, f"{rounds} rounds" if isinstance(rounds, int) else "0 rounds")
                elif at(tactic, "kind").value in ("reciprocal", "fixed"):
                    clock = put(clock, side, "0 days")
            if clock.mapping:
                start = put(start, "clock", clock)
        if isinstance(at(start, "offers").value, dict) and at(start, "offers").mapping:
            start = put(start, "offers", fill(at(start, "offers"), **{side: [] for side in self.sides}))
        return start

    def _package(self, node: Node, name: str, package: Node) -> Node:
        if not isinstance(package.value, dict):
            return package
        source = package.find("source")
        tactics = {}
        for side in self.sides:
            own = package.find("tactics", side)
            tactic = self._tactic(node.find("tactics", side), [own] if own is not None else [], source)
            if tactic is not None:
                tactics[side] = tactic
        tactics |= {side: part for side, part in at(package, "tactics").mapping.items() if side not in self.sides}
        package = put(package, "tactics", _mapping(package.find("tactics") or at(node, "tactics"), tactics))
        return fill(package, title=name.replace("_", " "), settle="concession", first="drawn")

    def _channel(self, channel: Node) -> Node:
        channel = fill(channel, since_last="0 days", good_offices=0, issues="all", order="priority")
        return self._with_issues(channel)

    def _with_issues(self, node: Node) -> Node:
        """`issues` written out, without those that are not in play."""
        if not isinstance(node.value, dict):
            return node
        issues = at(node, "issues")
        if issues.value == "all":
            return put(node, "issues", Node.of(self.in_play, issues.place))
        if isinstance(issues.value, list):
            out = set(self.agenda.issues) - set(self.in_play)
            kept = [item for item in issues.items if not (isinstance(item.value, str) and item.value in out)]
            return put(node, "issues", Node(kept, issues.place))
        return node

    def _climate(self, node: Node) -> Node:
        climate = node.find("climate")
        if climate is None:
            reason = "arithmetic: one regime that changes nothing"
            climate = Node.of({"start": "steady", "regimes": {"steady": {}}, "source": [reason]}, node.place)
        regimes = at(climate, "regimes")
        if not isinstance(regimes.value, dict):
            return climate
        every = {name: fill(regime, **REGIME_DEFAULTS) for name, regime in regimes.mapping.items()}
        return put(climate, "regimes", _mapping(regimes, every))

    def _shock(self, shock: Node) -> Node:
        if not isinstance(shock.value, dict):
            return shock
        shock = fill(shock, rate="0 per year", dates=[], pending=[], provokes=[])
        marks = at(shock, "marks")
        if not isinstance(marks.value, list):
            return shock
        filled = []
        for mark in marks.items:
            kind = at(mark, "kind").value
            mark = fill(mark, probability=1)
            if kind == "suspend":
                mark = fill(mark, issues="all")
                mark = mark if at(mark, "issues").value == "all" else self._with_issues(mark)
            elif kind in ("harden", "ease", "reservation"):
                mark = self._with_issues(fill(mark, issues="all"))
            filled.append(mark)
        return put(shock, "marks", Node(filled, marks.place))


def _mapping(like: Node, children: dict[str, Node]) -> Node:
    return Node(dict(children), like.place, {key: like.keys.get(key, child.place) for key, child in children.items()})


def _lines(*sources: Node | None) -> Node | None:
    """Several sources as one list, each line once."""
    present = [source for source in sources if source is not None]
    if not present:
        return None
    if len(present) == 1:
        return present[0]
    lines = [line for source in present for line in (source.items if isinstance(source.value, list) else [source])]
    unique = {str(line.data): line for line in lines}
    return Node(list(unique.values()), present[0].place)
