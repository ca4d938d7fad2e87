"""Write out all that a scenario file inherits and implies, on the nodes of the file."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, timedelta

from negsim.agenda import Agenda, Status
from negsim.errors import ComplaintsError, Problem
from negsim.files import Node
from negsim.quantities import parse_day, parse_plain
from negsim.scenario.issue_filling import IssueFilling, mapping_like
from negsim.scenario.layering import STATUSES, at, fill, only, put, without

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
    """Turns the form of the file into the full form; ``problems`` collects what cannot be understood."""

    friendly: Node
    agenda: Agenda
    problems: list[Problem] = field(default_factory=list)
    as_of: date | None = None
    in_play: list[str] = field(default_factory=list)

    def filled(self) -> Node:
        """The full form. A value that should be a mapping and is not stays as it is, for the models to refuse."""
        node = self.friendly
        for section in SECTIONS:
            if (part := node.find(section)) is not None and not isinstance(part.value, dict):
                self.problems.append(node.problem(f"{section} must be a mapping", section))
                node = without(node, section)
        out = node.find("leave_out")
        if out is not None and not isinstance(out.value, list):
            self.problems.append(node.problem("leave_out must be a list of issues", "leave_out"))
        self.as_of = self._day(node)
        issues = IssueFilling(node, self.agenda, self.as_of, self.problems)
        self.in_play = self._issues_in_play(node, issues)
        frame = fill(only(node, ("title", "question", "description", "as_of", "undertaking", "deadline")))
        frame = fill(self._horizon(node, frame), undertaking="early_harvest")
        frame = put(frame, "leave_out", [name for name in self.agenda.issues if name not in self.in_play])
        frame = put(frame, "parameters", at(node, "parameters"))
        packages = {name: issues.package(name, part) for name, part in at(node, "packages").mapping.items()}
        homes = {
            item.value: packages[name]
            for name, package in packages.items()
            for item in at(package, "issues").items
            if isinstance(item.value, str)
        }
        full = {name: issues.issue(name, homes.get(name), self.in_play) for name in self.in_play}
        frame = put(frame, "issues", mapping_like(at(node, "issues"), full))
        frame = put(frame, "packages", mapping_like(at(node, "packages"), packages))
        channels = {name: self._channel(channel) for name, channel in at(node, "channels").mapping.items()}
        frame = put(frame, "channels", mapping_like(at(node, "channels"), channels))
        frame = put(frame, "climate", self._climate(node))
        shocks = {name: self._shock(shock) for name, shock in at(node, "shocks").mapping.items()}
        return put(frame, "shocks", mapping_like(at(node, "shocks"), shocks))

    def _day(self, node: Node) -> date | None:
        try:
            return parse_day(at(node, "as_of").data)
        except ComplaintsError:
            return None  # the model of the frame reports it

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

    def _issues_in_play(self, node: Node, issues: IssueFilling) -> list[str]:
        left_out = {item.data for item in at(node, "leave_out").items if isinstance(item.value, str)}
        playing = []
        for name in self.agenda.issues:
            stated = at(node, "issues", name, "start", "status").value
            status = STATUSES.get(str(stated), issues.status(name))
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

    def _channel(self, channel: Node) -> Node:
        channel = fill(channel, since_last="0 days", good_offices=0, issues="all", order="priority")
        return self._with_issues(channel)

    def _with_issues(self, node: Node) -> Node:
        """The node with the names of its issues written out, without issues that are not in play."""
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
        return put(climate, "regimes", mapping_like(regimes, every))

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
