"""A scenario as of another day: what the file says of its own day gives way to the record of the other day.

The rules are those of "The state on another day" in ``docs/model.md``. They work on the nodes of the file, so the
result is an ordinary scenario.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from negsim.agenda import Agenda, Status
from negsim.files import Node
from negsim.quantities import Fixed, parse_day
from negsim.scenario.as_of_dates import without_past_dates
from negsim.scenario.as_of_packages import without_settled
from negsim.scenario.defaults import counted, equal_shares
from negsim.scenario.node_tools import at, mapping_like, put, with_source, without
from negsim.scenario.zones import bounds

if TYPE_CHECKING:
    from negsim.scenario.issue_models import IssueSetup
    from negsim.scenario.resolved import Resolved

_SETTLED = (Status.AGREED, Status.BLOCKED, Status.IMPLEMENTING)
_TALKING = (Status.RAISED, Status.DISCUSSING, Status.CONVERGING)
#: What is left of an interruption is below this multiple of what has passed in nine cases of ten.
_LASTING = 9
#: The source of terms that no record states: of a divisible issue, of options.
_TERMS = (
    "judgement: the record does not state the terms; each side has half of what it demands",
    "judgement: the record does not state the terms; the option whose worse side has the most",
)


def as_of(node: Node, scenario: Resolved, record: Agenda, on: date) -> Node:
    """The file of a scenario as of the day ``on``.

    Args:
        node: the file with all that it extends.
        scenario: its full form, for the tactics and gaps that it uses.
        record: the whole record.
        on: the other day.
    """
    moved = _Moved(node, scenario, record.known_by(on), on)
    node = put(node, "as_of", on.isoformat())
    node = without_past_dates(node, scenario, on)
    node = put(node, "issues", moved.issues(at(node, "issues")))
    if node.find("packages") is not None:
        node = put(node, "packages", without_settled(at(node, "packages"), moved.bargained()))
    if "channels" in node.mapping:
        node = put(node, "channels", moved.channels(at(node, "channels")))
    left = [name for name in moved.asleep if name not in [item.data for item in at(node, "leave_out").items]]
    if left:
        node = put(node, "leave_out", [*(item.data for item in at(node, "leave_out").items), *left])
    return node


@dataclass
class _Moved:
    node: Node
    scenario: Resolved
    record: Agenda
    on: date

    def __post_init__(self) -> None:
        self.asleep: list[str] = []

    def status(self, name: str) -> Status | None:
        """The status on record; None if the issue is not on the record yet."""
        return self.record.status(name, self.on) if name in self.record.issues else None

    def bargained(self) -> set[str]:
        """The issues that a package may still hold."""
        return {name for name in self.record.issues if not self._closed(name)}

    def _closed(self, name: str) -> bool:
        status = self.status(name)
        return status is None or status.final or status in _SETTLED

    # ----------------------------------------------------------------------------------------------------- the issues

    def issues(self, given: Node) -> Node:
        """The issues of the file, each with the start of the day."""
        found = dict(given.mapping)
        for name in dict.fromkeys((*found, *self.record.issues)):
            status = self.status(name)
            own = at(given, name)
            if status is None or status.final or not isinstance(own.value, dict):
                found.pop(name, None)
                continue
            issue = self._issue(name, status, without(own, "start"))
            if issue.mapping or name in given.mapping:
                found[name] = issue
        return mapping_like(given, found)

    def _issue(self, name: str, status: Status, issue: Node) -> Node:
        if not self.record.issues[name].history and "opens" in issue.mapping:
            return self._assumed(issue)
        if status is Status.DORMANT:
            return self._dormant(name, issue)
        issue = without(issue, "opens")
        if status is Status.STALLED:
            reason = "arithmetic: stalled on record; the next discussion shows whether there is a zone"
            anew = {"rounds": 0} if self._answers(name) else {}  # the record has no offers
            return _with_start(issue, {"status": "discussing", **self._talks(name), **anew}, reason)
        if status is Status.SUSPENDED:
            return self._suspended(name, issue)
        if status in _SETTLED:
            return self._settled(name, status, issue)
        if status is not Status.RAISED and self._answers(name):
            reason = "arithmetic: the record has no offers, so discussions are counted anew"
            return _with_start(issue, {**self._talks(name), "rounds": 0}, reason)
        return issue

    def _assumed(self, issue: Node) -> Node:
        """An issue that only the scenario opens, on a day or after another issue."""
        day = at(issue, "opens", "on").value
        if day != {} and parse_day(day) <= self.on:
            return without(issue, "opens")
        return put(issue, "start", {"status": "dormant"})

    def _dormant(self, name: str, issue: Node) -> Node:
        day = at(issue, "opens", "on").value
        if day != {} and parse_day(day) < self.on:
            opens = without(at(issue, "opens"), "on")
            issue = put(issue, "opens", opens) if opens.mapping else without(issue, "opens")
        if "opens" not in issue.mapping and self.node.find("issues", name) is not None:
            self.asleep.append(name)
        return issue

    def _suspended(self, name: str, issue: Node) -> Node:
        record = counted(self.record, name, self.on)
        was = record.before if record.before in _TALKING else Status.DISCUSSING
        days = max(record.passed, 1)
        left = {"lognormal": {"median": f"{days} days", "q90": f"{_LASTING * days} days"}}
        reason = f"arithmetic: suspended for {days} days, and as long again with probability one half"
        start: dict[str, Any] = {"left": left, "was": was.label}
        if record.before not in _TALKING:
            start |= self._talks(name)
        return _with_start(issue, start, reason)

    def _settled(self, name: str, status: Status, issue: Node) -> Node:
        waits = [other for other in self._requires(issue) if not self._final(other)]
        days = counted(self.record, name, self.on).passed
        start: dict[str, Any] = {"status": status.label}
        reason = f"arithmetic: {status.label} for {days} days by the record"
        if waits:
            start["status"] = "blocked"
        elif status is Status.BLOCKED:
            start["status"] = "agreed"
        else:
            start |= {"status": "implementing", "passed": f"{days} days"}
        setup = self.scenario.issues.get(name)
        terms = self._terms(name, setup)
        if terms is not None:
            start["terms"] = terms
            issue = with_source(issue, _TERMS[bool(setup is not None and setup.options)])
        return _with_start(issue, start, reason)

    def _requires(self, issue: Node) -> list[str]:
        stated = issue.find("implementation", "requires") or at(self.node, "defaults", "implementation", "requires")
        return [str(item.value) for item in stated.items]

    def _final(self, name: str) -> bool:
        status = self.status(name)
        return status is not None and status.final

    def _terms(self, name: str, setup: IssueSetup | None) -> Any:
        """The terms of the file while its agreement stands, else equal utilities or the fairest option."""
        if setup is not None and setup.settle != "concession":
            return None
        written = self.node.find("issues", name, "start", "terms")
        since = self.record.issues[name].entry(self.scenario.as_of)
        if written is not None and since is not None and since.status in _SETTLED:
            return written
        if setup is not None and setup.options:
            worse = {
                option.id: min(u.value if isinstance(u, Fixed) else 0.0 for u in option.utilities.values())
                for option in setup.options
            }
            return {"option": max(worse, key=lambda option: worse[option])}
        return equal_shares(tuple(self.record.sides))

    def _answers(self, name: str) -> bool:
        setup = self.scenario.issues.get(name)
        return setup is not None and any(tactic.window is not None for tactic in setup.tactics.values())

    def _talks(self, name: str) -> dict[str, Any]:
        """Clocks and rounds of an issue that is under discussion, counted from the record."""
        record, setup = counted(self.record, name, self.on), self.scenario.issues.get(name)
        clock = {}
        for side in self.record.sides:
            unit = setup.tactics[side].clock if setup is not None else "calendar"
            clock[side] = f"{record.rounds} rounds" if unit == "rounds" else f"{record.days} days"
        return {"clock": clock, "rounds": record.rounds}

    # ---------------------------------------------------------------------------------------------------- the channels

    def channels(self, given: Node) -> Node:
        """The channels: the first has been waiting since the last meeting on record, any other begins a gap."""
        last = self.last_meeting()
        found = {}
        for number, (name, channel) in enumerate(given.mapping.items()):
            days = 0 if number or last is None else (self.on - last).days
            if name in self.scenario.channels:
                named = {key: one.value for key, one in self.scenario.parameters.items()}
                days = days if days < bounds(self.scenario.channels[name].gap, named)[1] else 0
            reason = f"arithmetic: days since the meeting of {last}, by the record" if days else ""
            channel = put(channel, "since_last", f"{days} days")
            found[name] = with_source(channel, reason) if reason else channel
        return mapping_like(given, found)

    def last_meeting(self) -> date | None:
        """The last possible day of the last meeting on record; the day itself if it is known."""
        return max((one.date.latest for one in self.record.rounds.values()), default=None)


def _with_start(issue: Node, start: dict[str, Any], reason: str) -> Node:
    return with_source(put(issue, "start", start), reason) if start else issue
