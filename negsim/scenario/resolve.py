"""Write out all that a scenario file inherits and implies, on the nodes of the file."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from negsim.agenda import Agenda, Status
from negsim.errors import ComplaintsError, Problem
from negsim.files import Node
from negsim.quantities import Rule, parse, parse_day, parse_plain
from negsim.scenario.defaults import Defaults
from negsim.scenario.issue_filling import IssueFilling
from negsim.scenario.layering import STATUSES
from negsim.scenario.node_tools import at, fill, mapping_like, only, put, with_default, with_source, without
from negsim.scenario.shared_draws import SharedDraws
from negsim.scenario.sources import with_sources
from negsim.scenario.zones import bounds

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


_GAP = Rule("duration", 0.0, lo_open=True, chance=True)
#: The horizon that defaults go by if the horizon of the file cannot be read.
_YEAR = 365.25


@dataclass
class Filling:
    """Turns the form of the file into the full form; ``problems`` collects what cannot be understood."""

    friendly: Node
    agenda: Agenda
    strict: bool = False
    problems: list[Problem] = field(default_factory=list)
    as_of: date | None = None
    known: Agenda | None = None
    in_play: list[str] = field(default_factory=list)

    def filled(self) -> Node:
        """The full form. A value that should be a mapping and is not stays as it is, for the models to refuse."""
        node, unsourced = with_sources(self.friendly, self.strict)
        self.problems += unsourced
        for section in SECTIONS:
            if (part := node.find(section)) is not None and not isinstance(part.value, dict):
                self.problems.append(node.problem(f"{section} must be a mapping", section))
                node = without(node, section)
        out = node.find("leave_out")
        if out is not None and not isinstance(out.value, list):
            self.problems.append(node.problem("leave_out must be a list of issues", "leave_out"))
        self.as_of = self._day(node)
        frame = only(node, ("title", "question", "description", "as_of", "undertaking", "deadline", "strict"))
        frame = fill(self._horizon(node, frame), title=self.agenda.title, undertaking="early_harvest")
        assumed = [name for name in self.agenda.issues if node.find("issues", name, "start", "status") is not None]
        known = self.agenda if self.as_of is None else self.agenda.known_by(self.as_of, assumed)
        self.known = known
        self.defaults = Defaults(known, self.as_of, self._horizon_days(frame))
        shared = SharedDraws(tuple(self.agenda.sides), self.problems)
        node = shared.found(node)
        issues = IssueFilling(node, known, self.as_of, self.defaults, self.strict, shared, self.problems)
        self.in_play = self._issues_in_play(node, issues)
        frame = put(frame, "leave_out", [name for name in known.issues if name not in self.in_play])
        packages = {name: issues.package(name, part) for name, part in at(node, "packages").mapping.items()}
        homes = {
            item.value: packages[name]
            for name, package in packages.items()
            for item in at(package, "issues").items
            if isinstance(item.value, str)
        }
        full = {name: issues.issue(name, homes.get(name), self.in_play) for name in self.in_play}
        frame = put(frame, "issues", shared.referring(mapping_like(at(node, "issues"), full)))
        frame = put(frame, "packages", shared.referring(mapping_like(at(node, "packages"), packages)))
        frame = put(frame, "channels", self._channels(node, full))
        frame = put(frame, "climate", self._climate(node))
        shocks = {name: self._shock(shock) for name, shock in at(node, "shocks").mapping.items()}
        frame = put(frame, "shocks", mapping_like(at(node, "shocks"), shocks))
        return put(frame, "parameters", shared.used(frame, at(node, "parameters")))

    def _day(self, node: Node) -> date | None:
        try:
            return parse_day(at(node, "as_of").data)
        except ComplaintsError:
            return None  # the model of the frame reports it

    def _horizon(self, node: Node, frame: Node) -> Node:
        horizon = node.find("horizon")
        if horizon is None:
            return frame
        if (day := _as_day(horizon.value)) is not None:
            horizon = Node(day.isoformat(), horizon.place)
        elif isinstance(horizon.value, str) and any(letter.isalpha() for letter in horizon.value):
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

    def _horizon_days(self, frame: Node) -> float:
        try:
            days = (parse_day(at(frame, "horizon").data) - (self.as_of or date.max)).days
        except ComplaintsError:
            return _YEAR
        return days if days > 0 else _YEAR

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

    def _channels(self, node: Node, issues: dict[str, Node]) -> Node:
        given = at(node, "channels")
        channels = dict(given.mapping)
        if not channels and not self.strict:
            channels = {"meetings": Node({}, given.place)}
        alone = len(channels) == 1
        return mapping_like(given, {name: self._channel(name, one, issues, alone) for name, one in channels.items()})

    def _channel(self, name: str, channel: Node, issues: dict[str, Node], alone: bool) -> Node:
        if not isinstance(channel.value, dict):
            return channel
        if not self.strict:
            if "gap" not in channel.mapping:
                channel = with_default(channel, "gap", self.defaults.gap)
            if "session" not in channel.mapping:
                channel = with_default(channel, "session", self.defaults.session(_hours(issues.values())))
        if alone and "since_last" not in channel.mapping:
            channel = self._since_last(channel)
        title = name.replace("_", " ").capitalize()
        channel = fill(channel, title=title, since_last="0 days", good_offices=0, issues="all", order="priority")
        return self._with_issues(channel)

    def _since_last(self, channel: Node) -> Node:
        """The only channel with the time since the last meeting on record, unless its gaps are shorter."""
        meetings = self.defaults.meetings()
        if not meetings or self.as_of is None:
            return channel
        days = (self.as_of - meetings[-1]).days
        try:
            longest = bounds(parse(at(channel, "gap").data, _GAP, None), {})[1]
        except (ComplaintsError, KeyError):
            return channel
        if not 0 < days < longest:
            return channel
        line = f"arithmetic: since_last counted from the round of {meetings[-1]} in the agenda"
        return with_source(put(channel, "since_last", f"{days} days"), line)

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


def _hours(issues: Iterable[Node]) -> float:
    """The hours of all issues together, where they are plain; an hour for an issue at least."""
    total = 0.0
    for issue in issues:
        try:
            total += parse_plain(at(issue, "hours").data, "hours")
        except (ComplaintsError, TypeError):
            total += 1.0
    return max(total, 1.0)


def _as_day(value: object) -> date | None:
    try:
        return parse_day(value)
    except ComplaintsError:
        return None
