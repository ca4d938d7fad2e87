"""What a meeting takes and books, against the plain rules: list all open bargains, sort them, book each at once."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings

from negsim.agenda.status import Spent
from negsim.errors import InputError, NegsimError
from negsim.scenario import scenario as scenarios
from negsim.simulation.compiled import Compiled
from negsim.simulation.compiler import compile
from negsim.simulation.engines import batch, reference
from negsim.simulation.events import OUTCOME, RUN, Kind
from negsim.simulation.rules import state, status
from negsim.simulation.rules.meetings import CANCELLED, HELD
from negsim.simulation.rules.order import CLOSEST, PRIORITY, ROUND_ROBIN
from negsim.simulation.rules.outcome import finish
from tests.strategies import scenarios as random_scenarios


class Plain(reference.Run):
    """A run that expects of each meeting what the plain rule takes, and books every meeting at once."""

    meetings_held = 0

    def number(self, view: str, row: int, column: str) -> float:
        names = state.TABLES[view].names or ()
        at = self.compiled.rows[view] + row * len(names) + names.index(column)
        return float(self.record.arrays["number"]["value"][at])

    def issues(self, b: int) -> list[int]:
        rows = self.record.arrays
        return [int(i) for i in rows["member_is"]["issue"][slice(*rows["bargain_is"][["member", "member_end"]][b])]]

    def open(self, b: int) -> bool:
        rows = self.record.arrays
        unsettled = rows["bargain"]["live"][b] and rows["bargain"]["settled"][b] == status.UNSETTLED
        discussable = (status.RAISED, status.DISCUSSING, status.CONVERGING)
        return bool(unsettled) and all(rows["issue"]["status"][i] in discussable for i in self.issues(b))

    def listed(self, c: int) -> list[int]:
        """All that is open and that the channel takes, in its order."""
        rows, n = self.record.arrays, len(self.compiled.bargains)
        order, last = rows["channel_is"]["order"][c], int(rows["channel"]["last"][c])
        places = [(last + 1 + k) % n if order == ROUND_ROBIN else k for k in range(n)]
        listed = [int(rows["place"]["bargain"][p]) for p in places]
        listed = [b for b in listed if rows["takes"]["yes"][c * n + b] and self.open(b)]
        if order == PRIORITY:
            listed.sort(key=lambda b: self.number("bargain_of", b, "priority"))
        elif order == CLOSEST:
            listed.sort(key=lambda b: rows["bargain"]["gap"][b])
        elif order != ROUND_ROBIN:
            listed.sort(key=lambda b: min(math.floor(rows["issue"]["opened"][i]) for i in self.issues(b)))
        return listed

    def fitting(self, c: int, listed: list[int]) -> list[int]:
        """Each whose hours fit into what is left of the session."""
        room, fitting = self.number("channel_of", c, "session"), []
        for b in listed:
            hours = sum(self.number("issue_of", i, "hours") for i in self.issues(b))
            if hours <= room + 1e-9:
                room -= hours
                fitting.append(b)
        return fitting

    def spent(self, b: int, way: Spent) -> list[float]:
        return [float(self.record.arrays["spent"]["days"][i * len(Spent) + way]) for i in self.issues(b)]

    def let(self, kind: int, who: int, tag: int) -> None:
        listed = self.listed(who) if kind == status.MEETING else []
        fitting = self.fitting(who, listed)
        rows, told_before = self.record.arrays["issue"], int(self.record.run["log"])
        ways = (Spent.ROOM, Spent.MEETING)
        before = {b: [self.spent(b, way) for way in ways] for b in listed}
        stretch = {
            b: [float(rows["pending"][i] + (self.env.now - rows["since"][i])) for i in self.issues(b)] for b in listed
        }
        super().let(kind, who, tag)
        told = self.record.log()[told_before:]
        held, cancelled = ((told["now"][told["kind"] == Kind.MEETING] == how).any() for how in (HELD, CANCELLED))
        for b in range(len(self.compiled.bargains)):
            status.book_meetings(self.x, b, int(self.record.run["unbooked"]))
        if held:
            self.meetings_held += 1
            assert told["who"][told["kind"] == Kind.DISCUSSION].tolist() == fitting
        for b in listed:
            room, waiting = before[b]
            if held and b not in fitting:
                room = [was + days for was, days in zip(room, stretch[b], strict=True)]
            elif cancelled:
                waiting = [was + days for was, days in zip(waiting, stretch[b], strict=True)]
            assert self.spent(b, Spent.ROOM) == room
            assert b in fitting or self.spent(b, Spent.MEETING) == waiting


def outcome_of(model: Compiled, number: int) -> tuple[bytes, int]:
    """The outcome of a plain run, and how many meetings it held."""
    outcome, result = np.zeros(len(model.issues), OUTCOME), np.zeros(1, RUN)
    run = Plain(model, model.record(1 << 16))
    finish(run.x, run.play(1, 0, number), outcome.ctypes.data, result.ctypes.data)
    return outcome.tobytes(), run.meetings_held


def compare(mapping: dict[str, Any]) -> None:
    """The discussions of two runs are the expected ones, and their outcomes are those of the batch engine."""
    try:
        model = compile(scenarios.from_mapping(mapping))
        expected = [batch.run(model, 1, number, 1)[0].tobytes() for number in range(2)]
    except (InputError, NegsimError):
        return
    found = [outcome_of(model, number) for number in range(2)]
    assert [outcome for outcome, _ in found] == expected
    event(f"meetings: {min(sum(held for _, held in found), 50) // 10}")


@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(random_scenarios())
def test_meetings_take_and_book_what_the_plain_rules_do(mapping: dict[str, Any]) -> None:
    compare(mapping)


@pytest.mark.slow
@settings(max_examples=50, suppress_health_check=list(HealthCheck))
@given(random_scenarios())
def test_meetings_of_many_scenarios_take_and_book_what_the_plain_rules_do(mapping: dict[str, Any]) -> None:
    compare(mapping)
