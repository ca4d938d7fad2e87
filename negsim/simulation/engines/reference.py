"""The reference engine: SimPy processes that wait and call rules.

A channel is a series of gaps and meetings. A spontaneous shock is a Poisson series. Every other event is a single
appointment that a rule has scheduled. The engine knows when; the rules know what (see ``docs/model.md``).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import simpy

from negsim.simulation.compiled import Compiled, Record
from negsim.simulation.engines.errors import check
from negsim.simulation.events import OUTCOME, RUN
from negsim.simulation.rules.draws import as_signed
from negsim.simulation.rules.environment import SPONTANEOUS, next_shock
from negsim.simulation.rules.happening import happen
from negsim.simulation.rules.meetings import REGULAR, next_gap
from negsim.simulation.rules.outcome import finish
from negsim.simulation.rules.start import start
from negsim.simulation.rules.state import TABLES
from negsim.simulation.rules.status import LOG_FULL, MEETING, SHOCK

Outcomes = np.ndarray[Any, np.dtype[Any]]
Wait = Generator[simpy.Event, None, None]

#: Columns of the run's own row that an engine reads.
_OUT, _ACTIVE, _ERROR = ((TABLES["run"].names or ()).index(name) for name in ("out", "active", "error"))

_CLASS = 1 << 32  # a class outranks the order of declaration


class Due(simpy.Event):
    """An appointment; at equal times the class decides, then declaration, then the order of scheduling."""

    def __init__(self, env: simpy.Environment, delay: float, kind: int, who: int) -> None:
        super().__init__(env)
        self._ok, self._value = True, None
        # SimPy's own priorities 0 and 1 (starts of processes) come first
        env.schedule(self, 2 + kind * _CLASS + who, delay)  # type: ignore[arg-type]


class Run:
    """One run from ``as_of`` to the end of the talks or the horizon."""

    def __init__(self, compiled: Compiled, record: Record) -> None:
        self.compiled, self.record, self.x = compiled, record, record.x
        self.happen, self.next_gap, self.next_shock = happen.native, next_gap.native, next_shock.native
        self.outbox = record.arrays["outbox"]
        self.word = memoryview(record.arrays["run"].data).cast("B").cast("q")  # the run's integers, quick to read

    def play(self, seed: int, luck: int, number: int) -> float:
        """Play run ``number`` and return when it ended, in days."""
        self.env, self.stopped = simpy.Environment(), False
        start(self.x, as_signed(seed), luck, number)
        self.appoint()
        for channel in range(len(self.compiled.channels)):
            self.env.process(self.meetings(channel))
        for shock in range(len(self.compiled.shocks)):
            self.env.process(self.shocks(shock))
        return 0.0 if self.word[_ACTIVE] == 0 else self.until_over()

    def until_over(self) -> float:
        """Run until every issue is settled, or up to the horizon."""
        env, horizon = self.env, float(self.compiled.horizon)
        while env.peek() < horizon:
            env.step()
            if self.stopped:
                return env.now
        return horizon

    def meetings(self, channel: int) -> Wait:
        """A channel: gap, meeting, next gap, until the talks end."""
        while 0 <= (gap := self.next_gap(self.x, channel)) < self.compiled.horizon:
            yield Due(self.env, gap, MEETING, channel)
            self.let(MEETING, channel, REGULAR)
        self.stopped |= gap < 0  # the age of the gap under way is impossible

    def shocks(self, shock: int) -> Wait:
        """Spontaneous shocks of a kind: exponential gaps."""
        while (gap := self.next_shock(self.x, shock)) < self.compiled.horizon:
            yield Due(self.env, gap, SHOCK, shock)
            self.let(SHOCK, shock, -1 - SPONTANEOUS)

    def appointment(self, delay: float, kind: int, who: int, tag: int) -> Wait:
        """An appointment of a rule: the end of a lag, a provoked shock, an extra meeting, the deadline ..."""
        yield Due(self.env, delay, kind, who)
        self.let(kind, who, tag)

    def let(self, kind: int, who: int, tag: int) -> None:
        """Call the rule of an event, then schedule its appointments."""
        self.happen(self.x, self.env.now, kind, who, tag)
        if self.word[_OUT]:
            self.appoint()
        self.stopped = self.word[_ACTIVE] == 0 or self.word[_ERROR] != 0

    def appoint(self) -> None:
        """Schedule the appointments in the outbox, in their order."""
        for kind, who, tag, delay in self.outbox[: self.word[_OUT]].tolist():
            self.env.process(self.appointment(delay, kind, who, tag))
        self.word[_OUT] = 0


def run(
    compiled: Compiled,
    seed: int,
    first: int,
    runs: int,
    luck: int = 0,
    progress: Callable[[int], object] | None = None,
) -> tuple[Outcomes, Outcomes]:
    """Play runs ``first`` to ``first + runs - 1``.

    Args:
        compiled: the scenario.
        seed: the key of all draws.
        first: number of the first run; a run's draws depend on its number alone.
        runs: how many.
        luck: another number keeps the assumptions and changes chance.
        progress: called with 1 after each run.

    Returns:
        Outcomes (``runs`` x issues, ``events.OUTCOME``) and a row a run (``events.RUN``).

    Raises:
        NegsimError: a gap or lag under way at ``as_of`` cannot be that old under a run's assumptions.
    """
    issues = np.zeros((runs, len(compiled.issues)), OUTCOME)
    results = np.zeros(runs, RUN)
    record = compiled.record()
    player = Run(compiled, record)
    for k in range(runs):
        end = player.play(seed, luck, first + k)
        check(compiled, record, first + k)
        finish(record.x, end, issues[k].ctypes.data, results[k:].ctypes.data)
        if progress is not None:
            progress(1)
    return issues, results


def trace(compiled: Compiled, seed: int, run: int, luck: int = 0) -> np.ndarray[Any, np.dtype[Any]]:
    """The event log of run ``run`` (``events.EVENT``): the same run as in ``run(..., first=run, runs=1)``.

    Raises:
        NegsimError: as ``run``.
    """
    room = 4096
    outcome, result = np.zeros(len(compiled.issues), OUTCOME), np.zeros(1, RUN)
    while True:
        record = compiled.record(room)
        end = Run(compiled, record).play(seed, luck, run)
        if int(record.run["error"]) != LOG_FULL:
            check(compiled, record, run)
            finish(record.x, end, outcome.ctypes.data, result.ctypes.data)
            if int(record.run["error"]) != LOG_FULL:
                return record.log()
        room *= 4
