"""The reference engine: SimPy processes that wait and call. It knows *when*; the rules know *what*.

Read with ``docs/model.md``: a channel is a series of gaps and meetings, a spontaneous shock a Poisson series, and
everything else is a single appointment that a rule has asked for. Nothing of the model stands here but its order of
events.
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
from negsim.simulation.rules.meetings import REGULAR, next_gap
from negsim.simulation.rules.start import finish, happen, start
from negsim.simulation.rules.state import TABLES
from negsim.simulation.rules.status import LOG_FULL, MEETING, SHOCK

Outcomes = np.ndarray[Any, np.dtype[Any]]
Wait = Generator[simpy.Event, None, None]

#: Where the run's own row has what an engine looks at.
_OUT, _ACTIVE, _ERROR = ((TABLES["run"].names or ()).index(name) for name in ("out", "active", "error"))

_CLASS = 1 << 32  # classes of events apart from the order of declaration within one


class Due(simpy.Event):
    """A point in time.

    Of those at the same time, the class decides, then declaration, then which was asked for first.
    """

    def __init__(self, env: simpy.Environment, delay: float, kind: int, who: int) -> None:
        super().__init__(env)
        self._ok, self._value = True, None
        # SimPy's own priorities 0 and 1 (starts of processes) come before everything the model knows
        env.schedule(self, 2 + kind * _CLASS + who, delay)  # type: ignore[arg-type]


class Run:
    """One run of the talks from ``as_of`` to their end or the horizon."""

    def __init__(self, compiled: Compiled, record: Record) -> None:
        self.compiled, self.record, self.x = compiled, record, record.x
        self.outbox = record.arrays["outbox"]
        self.word = memoryview(record.arrays["run"].data).cast("B").cast("q")  # the run's whole numbers, quick to read

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
        """Let the talks run until every issue is settled, or up to the horizon and not into it."""
        env, horizon = self.env, float(self.compiled.horizon)
        while env.peek() < horizon:
            env.step()
            if self.stopped:
                return env.now
        return horizon

    def meetings(self, channel: int) -> Wait:
        """A channel: a gap, a meeting, the next gap, until the talks end."""
        while 0 <= (gap := next_gap(self.x, channel)) < self.compiled.horizon:
            yield Due(self.env, gap, MEETING, channel)
            self.let(MEETING, channel, REGULAR)
        self.stopped |= gap < 0  # the gap under way can't be as old as it is

    def shocks(self, shock: int) -> Wait:
        """Spontaneous shocks of a kind: exponential gaps."""
        while (gap := next_shock(self.x, shock)) < self.compiled.horizon:
            yield Due(self.env, gap, SHOCK, shock)
            self.let(SHOCK, shock, -1 - SPONTANEOUS)

    def appointment(self, delay: float, kind: int, who: int, tag: int) -> Wait:
        """Something a rule asked for.

        The end of a lag or a suspension, a provoked shock, an extra meeting, the deadline ...
        """
        yield Due(self.env, delay, kind, who)
        self.let(kind, who, tag)

    def let(self, kind: int, who: int, tag: int) -> None:
        """Let it happen, and see to what it asked for."""
        happen(self.x, self.env.now, kind, who, tag)
        if self.word[_OUT]:
            self.appoint()
        self.stopped = self.word[_ACTIVE] == 0 or self.word[_ERROR] != 0

    def appoint(self) -> None:
        """Turn what the rules asked for into appointments, in the order in which they asked."""
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
        seed: the key of all luck.
        first: number of the first run; a run's luck is a function of its number alone.
        runs: how many.
        luck: another number gives the same assumptions and other chance.
        progress: called with 1 after each run.

    Returns:
        Outcomes (``runs`` x issues, ``events.OUTCOME``) and a row a run (``events.RUN``).

    Raises:
        NegsimError: a run's assumptions contradict how the talks stand (a gap or lag under way that can't be that old).
    """
    issues = np.zeros((runs, len(compiled.issues)), OUTCOME)
    results = np.zeros(runs, RUN)
    record = compiled.record()
    player = Run(compiled, record)
    for k in range(runs):
        end = player.play(seed, luck, first + k)
        check(compiled, record, first + k)
        finish(record.x, end, issues[k], results[k : k + 1])
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
            finish(record.x, end, outcome, result)
            if int(record.run["error"]) != LOG_FULL:
                return record.log()
        room *= 4
