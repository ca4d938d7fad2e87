"""Rules called by hand: a run's record, begun and then moved event by event, without any engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from negsim.agenda.status import Spent, Status
from negsim.simulation.compiled import Compiled
from negsim.simulation.engines import reference
from negsim.simulation.events import Kind
from negsim.simulation.rules import state
from negsim.simulation.rules.concession import move_due
from negsim.simulation.rules.happening import happen
from negsim.simulation.rules.start import start
from negsim.simulation.rules.status import MEETING, book_meetings
from tests import kit

OPTIONS = [
    {"id": "low", "title": "Low", "us": 0.2, "russia": 0.9},
    {"id": "mid", "title": "Mid", "us": 0.5, "russia": 0.5},
    {"id": "high", "title": "High", "us": 0.9, "russia": 0.2},
]


class ByHand:
    """One run whose events a test lets happen itself."""

    def __init__(self, mapping: Mapping[str, Any] | Compiled, seed: int = 1, run: int = 0, luck: int = 0) -> None:
        self.compiled = mapping if isinstance(mapping, Compiled) else kit.compiled(mapping)
        self.record = self.compiled.record(8192)
        self.x, self.arrays = self.record.x, self.record.arrays
        self.begin(seed, run, luck)

    def begin(self, seed: int = 1, run: int = 0, luck: int = 0) -> None:
        """Begin a run."""
        start(self.x, seed, luck, run)

    def due(self) -> list[tuple[int, int, int, float]]:
        """What was asked for since the last call: kind, who, tag, delay."""
        asked = self.arrays["outbox"][: int(self.record.run["out"])].tolist()
        self.record.run["out"] = 0
        return asked

    def let(self, t: float, kind: int, who: int = 0, tag: int = 0) -> None:
        """Let something happen now."""
        happen(self.x, float(t), kind, who, tag)
        assert self.record.run["error"] == 0

    def meet(self, *days: float, channel: int = 0, extra: int = 0) -> None:
        """Meetings of a channel on these days."""
        for t in days:
            self.let(t, MEETING, channel, extra)

    def index(self, name: str) -> int:
        """An issue's number."""
        return self.compiled.issues.index(name)

    def bargain(self, name: str = "a") -> int:
        """A bargain's number."""
        return self.compiled.bargains.index(name)

    def issue(self, name: str = "a") -> Any:
        """An issue's row."""
        return self.arrays["issue"][self.index(name)]

    def status(self, name: str = "a") -> Status:
        """An issue's status."""
        return Status(int(self.issue(name)["status"]))

    def side(self, k: int, bargain: str = "a") -> Any:
        """A side's row in a bargain."""
        row = 2 * self.bargain(bargain) + k
        move_due(self.x, row)
        return self.arrays["side"][row]

    def spent(self, way: Spent, name: str = "a") -> float:
        """Days booked so far, meetings included."""
        for b in range(len(self.compiled.bargains)):
            book_meetings(self.x, b, int(self.record.run["unbooked"]))
        return float(self.arrays["spent"]["days"][self.index(name) * len(Spent) + way])

    def number(self, view: str, row: int, column: str) -> float:
        """A number of this run."""
        names = state.TABLES[view].names or ()
        at = self.compiled.rows[view] + row * len(names) + names.index(column)
        return float(self.arrays["number"]["value"][at])

    def told(self, *kinds: Kind) -> np.ndarray:
        """The events told so far, of some kinds."""
        log = self.record.log()
        return log[np.isin(log["kind"], kinds)] if kinds else log

    def discussed(self) -> list[str]:
        """Names of the bargains discussed so far, in order."""
        return [self.compiled.bargains[who] for who in self.told(Kind.DISCUSSION)["who"]]


def trace_of(mapping: Mapping[str, Any], run: int = 0, seed: int = 1) -> np.ndarray:
    """The event log of one run of a friendly mapping, as the reference engine tells it."""
    return reference.trace(kit.compiled(mapping), seed, run)
