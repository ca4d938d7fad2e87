"""The batch engine: a heap of appointments, compiled with the rules, for many runs.

It calls the same rules in the same order as the reference engine and gives the same bits; only the calendar differs.
It schedules in the reference engine's order: the next event of a series, then what the rule asked for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from negsim.simulation.compiled import Compiled, Record
from negsim.simulation.engines.errors import check
from negsim.simulation.events import OUTCOME, RUN
from negsim.simulation.rules.draws import as_signed
from negsim.simulation.rules.environment import SPONTANEOUS, next_shock
from negsim.simulation.rules.happening import happen
from negsim.simulation.rules.jit import Rows, entry, jit_inline, whole
from negsim.simulation.rules.meetings import REGULAR, next_gap
from negsim.simulation.rules.outcome import finish
from negsim.simulation.rules.start import start
from negsim.simulation.rules.state import outbox, size, turn
from negsim.simulation.rules.state import run as run_
from negsim.simulation.rules.status import LOG_FULL, MEETING, SHOCK

Outcomes = np.ndarray[Any, np.dtype[Any]]

#: An appointment: time, rank at equal times (class, then declaration), order of scheduling, and its tag.
DUE = np.dtype([("t", "f8"), ("rank", "i8"), ("asked", "i8"), ("tag", "i8")])

_due = Rows(DUE)
_CLASS = 1 << 32
_SPONTANEOUS = -1 - SPONTANEOUS
_OUTCOME, _RUN = OUTCOME.itemsize, RUN.itemsize


@jit_inline
def _before(a, b):
    if a.t != b.t:
        return a.t < b.t
    if a.rank != b.rank:
        return a.rank < b.rank
    return a.asked < b.asked


@jit_inline
def _copy(to, of):
    to.t, to.rank, to.asked, to.tag = of.t, of.rank, of.asked, of.tag


@jit_inline
def _push(heap, n, asked, t, kind, who, tag):
    """Add an appointment to a heap of ``n``. All others were asked for before it, so it comes last among equals."""
    rank, i = kind * _CLASS + who, n
    while i > 0:
        parent = _due(heap, (i - 1) >> 1)
        if parent.t < t or (parent.t == t and parent.rank <= rank):
            break
        _copy(_due(heap, i), parent)
        i = (i - 1) >> 1
    row = _due(heap, i)
    row.t, row.rank, row.asked, row.tag = t, rank, asked, tag


@jit_inline
def _drop(heap, n):
    """Remove the earliest of ``n`` appointments."""
    last = _due(heap, n - 1)
    i, n = 0, n - 1
    while True:
        child = 2 * i + 1
        if child >= n:
            break
        if child + 1 < n:
            child += int(_before(_due(heap, child + 1), _due(heap, child)))
        if not _before(_due(heap, child), last):
            break
        _copy(_due(heap, i), _due(heap, child))
        i = child
    _copy(_due(heap, i), last)


@jit_inline
def play(x, heap, room, seed, luck, number, outcome, result):
    """Play run ``number`` and write its outcome; returns whether the heap was large enough."""
    horizon, series = size(x, 0).horizon, size(x, 0).channels + size(x, 0).shocks
    start(x, seed, luck, number)
    n, asked, t, end = 0, 0, 0.0, horizon
    kind, who, tag = -1, 0, 0
    if run_(x, 0).active == 0:
        end = 0.0
    else:
        while True:
            if n + run_(x, 0).out + series >= room:
                return False
            if kind == MEETING and tag == REGULAR:
                gap = next_gap(x, who)
                if gap < horizon:
                    _push(heap, n, asked, t + gap, MEETING, who, REGULAR)
                    n, asked = n + 1, asked + 1
            elif kind == SHOCK and tag == _SPONTANEOUS:
                gap = next_shock(x, who)
                if gap < horizon:
                    _push(heap, n, asked, t + gap, SHOCK, who, _SPONTANEOUS)
                    n, asked = n + 1, asked + 1
            for k in range(run_(x, 0).out):
                row = outbox(x, k)
                _push(heap, n, asked, t + row.delay, row.kind, row.who, row.tag)
                n, asked = n + 1, asked + 1
            run_(x, 0).out = 0
            if kind == -1:  # the start: first its appointments, then the series
                for c in range(size(x, 0).channels):
                    gap = next_gap(x, c)
                    if gap < horizon:
                        _push(heap, n, asked, gap, MEETING, c, REGULAR)
                        n, asked = n + 1, asked + 1
                for s in range(size(x, 0).shocks):
                    gap = next_shock(x, s)
                    if gap < horizon:
                        _push(heap, n, asked, gap, SHOCK, s, _SPONTANEOUS)
                        n, asked = n + 1, asked + 1
            if run_(x, 0).active == 0:
                end = t
                break
            if run_(x, 0).error != 0 or n == 0 or _due(heap, 0).t >= horizon:
                break
            first = _due(heap, 0)
            t, kind, who, tag = first.t, first.rank // _CLASS, first.rank % _CLASS, first.tag
            _drop(heap, n)
            n -= 1
            happen(x, t, kind, who, tag)
    finish(x, end, outcome, result)
    return True


@entry("int, int, int, int, int, int, int, int, int, int, int -> int", alone=True)
def play_rows(x, heap, room, seed, luck, first, runs, outcomes, results, numbers, lucks):
    """Play ``runs`` runs from ``first``, one row of outcomes each at the addresses ``outcomes`` and ``results``.

    With addresses of ``numbers`` and ``lucks``, runs by number, each with a row of lucks: that of the start, then of
    each turn of the record.

    Returns how many are done: fewer if the heap of ``room`` appointments is too small; negative, as ``-1 -`` this
    number, if a run cannot continue.
    """
    issues, turns = size(x, 0).issues, size(x, 0).turns
    for k in range(runs):
        number = first + k
        if lucks != 0:
            number, luck = whole(numbers, k).value, whole(lucks, k * (turns + 1)).value
            for j in range(turns):
                turn(x, j).luck = whole(lucks, k * (turns + 1) + j + 1).value
        outcome, result = outcomes + k * issues * _OUTCOME, results + k * _RUN
        if not play(x, heap, room, seed, luck, number, outcome, result):
            return k
        if run_(x, 0).error != 0:
            return -1 - k
    return runs


def play_many(
    x: int, seed: int, luck: int, first: int, outcomes: Outcomes, results: Outcomes, *branches: Outcomes
) -> int:
    """Play the runs from ``first``, one row of outcomes each; or those of ``branches``: their numbers and lucks.

    Returns the row of the first run that cannot continue, else -1.
    """
    heap, done = np.empty(256, DUE), 0
    while done < len(results):
        places = [each[done:].ctypes.data for each in (outcomes, results, *branches)] + [0, 0]
        left = len(results) - done
        played: int = play_rows(x, heap.ctypes.data, len(heap), seed, luck, first + done, left, *places[:4])
        if played < 0:
            return done - 1 - played
        done += played
        if done < len(results):
            heap = np.empty(2 * len(heap), DUE)  # the run starts again with the same draws
    return -1


def run(
    compiled: Compiled,
    seed: int,
    first: int,
    runs: int,
    luck: int = 0,
    progress: Callable[[int], object] | None = None,
    block: float = 0.2,
) -> tuple[Outcomes, Outcomes]:
    """Play runs ``first`` to ``first + runs - 1``.

    The same arguments, results and errors as the reference engine's ``run``. Progress is reported, and Ctrl-C is
    answered, about every ``block`` seconds, and Ctrl-C within a longer run as well.
    """
    issues, results = np.empty((runs, len(compiled.issues)), OUTCOME), np.empty(runs, RUN)  # all of it is written
    record = compiled.record()
    at, step = 0, 1
    while at < runs:
        begun, part = time.perf_counter(), results[at : at + step]
        failed = _stoppable(record, as_signed(seed), luck, first + at, issues[at : at + step], part)
        if failed >= 0:
            check(compiled, record, first + at + failed)
        if progress is not None:
            progress(len(part))
        at += len(part)
        rate = len(part) / max(time.perf_counter() - begun, 1e-6)
        step = max(1, min(GROWTH * step, int(rate * block)))
    return issues, results


#: How much larger a block may be than the one before. Each block waits for Python's lock, which other threads hold.
GROWTH = 64

#: The records of runs under way, by thread; `stop` ends them.
_under_way: dict[int, Record] = {}
_STOPPED = -1


class StoppedError(RuntimeError):
    """The runs of a worker were stopped from outside."""


def stop() -> None:
    """Stop all runs under way in threads of this process: each ends with its next event, and its worker raises."""
    for record in list(_under_way.values()):
        record.stopped = True
    end = time.monotonic() + 1.0
    while time.monotonic() < end and any(record.stopped for record in list(_under_way.values())):
        for record in list(_under_way.values()):
            if record.stopped:
                record.run["error"] = _STOPPED  # again and again: the start of a run clears it
        time.sleep(0.001)


def _stoppable(record: Record, *arguments: Any) -> int:
    """`play_many`, in a thread of its own if this is the main thread, which alone gets Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        return _guarded(record, arguments)
    found: list[Any] = []

    def work() -> None:
        try:
            found.append(_guarded(record, arguments))
        except BaseException as error:
            found.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        thread.join()
    except KeyboardInterrupt:
        stop()
        raise
    if isinstance(found[0], BaseException):
        raise found[0]
    return int(found[0])


def _guarded(record: Record, arguments: tuple[Any, ...]) -> int:
    me = threading.get_ident()
    _under_way[me] = record
    try:
        failed = int(play_many(record.x, *arguments))
    finally:
        _under_way.pop(me, None)
    if record.stopped:
        raise StoppedError("the runs were stopped")
    return failed


def play_branches(
    record: Record, seed: int, numbers: Outcomes, lucks: Outcomes, outcomes: Outcomes, results: Outcomes
) -> int:
    """Play runs by number, each with a row of ``lucks``: that of the start, then of each turn of the record.

    Returns the row of the first run that cannot continue, else -1.
    """
    branches = (np.ascontiguousarray(each, np.int64) for each in (numbers, lucks))
    return play_many(record.x, as_signed(seed), 0, 0, outcomes, results, *branches)


def branches(
    compiled: Compiled, seed: int, numbers: Outcomes, lucks: Outcomes, turns: Sequence[float]
) -> tuple[Outcomes, Outcomes]:
    """Play runs whose chance changes at the days ``turns``.

    Run ``numbers[k]`` has the assumptions of that number. Its chance is that of ``lucks[k, 0]`` up to the first turn,
    of ``lucks[k, 1]`` from there on, and so forth: two runs with the same first lucks are equal up to the turn.

    Returns:
        Rows of outcomes and of runs, as ``run`` gives them.
    """
    issues = np.zeros((len(numbers), len(compiled.issues)), OUTCOME)
    results = np.zeros(len(numbers), RUN)
    record = compiled.record(turns=turns)
    failed = play_branches(record, seed, numbers, lucks, issues, results)
    if failed >= 0:
        check(compiled, record, int(numbers[failed]))
    return issues, results


def watch_branches(
    compiled: Compiled, seed: int, numbers: Outcomes, lucks: Outcomes, turns: Sequence[float], room: int = 4096
) -> Iterator[Outcomes]:
    """The event logs of the runs of `branches`, in their order."""
    record = compiled.record(room, turns)
    outcome, result = np.zeros((1, len(compiled.issues)), OUTCOME), np.zeros(1, RUN)
    for k, number in enumerate(numbers):
        one = slice(k, k + 1)
        play_branches(record, seed, numbers[one], lucks[one], outcome, result)
        while int(record.run["error"]) == LOG_FULL:
            room *= 4
            record = compiled.record(room, turns)
            play_branches(record, seed, numbers[one], lucks[one], outcome, result)
        check(compiled, record, int(number))
        yield record.log()


def watch(
    compiled: Compiled, seed: int, first: int, runs: int, luck: int = 0, room: int = 4096
) -> Iterator[tuple[Outcomes, Record]]:
    """The event logs of runs ``first`` to ``first + runs - 1``, each as ``trace`` gives it, with the run's record.

    The record is the same object each time; the next run overwrites it.
    """
    record = compiled.record(room)
    outcome, result = np.zeros((1, len(compiled.issues)), OUTCOME), np.zeros(1, RUN)
    for number in range(first, first + runs):
        play_many(record.x, as_signed(seed), luck, number, outcome, result)
        while int(record.run["error"]) == LOG_FULL:
            room *= 4
            record = compiled.record(room)
            play_many(record.x, as_signed(seed), luck, number, outcome, result)
        check(compiled, record, number)
        yield record.log(), record


def trace(compiled: Compiled, seed: int, run: int, luck: int = 0) -> Outcomes:
    """The event log of run ``run``; as the reference engine's ``trace``, byte for byte."""
    return next(watch(compiled, seed, run, 1, luck))[0]
