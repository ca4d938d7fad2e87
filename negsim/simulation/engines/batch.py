"""The batch engine: a sorted list of appointments, compiled with the rules, for many runs.

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
from negsim.simulation.rules.happening import happen, turn_luck
from negsim.simulation.rules.jit import Rows, entry, jit_inline, jit_rare, prefetch, whole
from negsim.simulation.rules.meetings import REGULAR, gap_after, next_gap
from negsim.simulation.rules.outcome import finish
from negsim.simulation.rules.start import start
from negsim.simulation.rules.state import outbox, size, turn
from negsim.simulation.rules.state import run as run_
from negsim.simulation.rules.status import LOG_FULL, MEETING, SHOCK

Outcomes = np.ndarray[Any, np.dtype[Any]]

#: An appointment: time, class and declaration (their order at equal times), and its tag.
DUE = np.dtype([("t", "f8"), ("kind", "i8"), ("who", "i8"), ("tag", "i8")])

_due = Rows(DUE, "due")
_SPONTANEOUS = -1 - SPONTANEOUS
_OUTCOME, _RUN = OUTCOME.itemsize, RUN.itemsize
_LINE = 64  # bytes that a cache holds together


#: Appointments that move one by one, each after a look at its time; farther ones move in blocks of this size.
_BLOCK = 8


@jit_inline
def _copy(to, of):
    to.t, to.kind, to.who, to.tag = of.t, of.kind, of.who, of.tag


@jit_inline
def _later(row, t, kind, who):
    """Whether an appointment is later than a new one, which comes after its equals."""
    if row.t != t:
        return row.t > t
    return row.kind > kind or (row.kind == kind and row.who > who)


@jit_rare
def _move_blocks(calendar, n, t, kind, who):
    """Move blocks of appointments that are earlier than a new one up by one place; returns the place left free."""
    while n >= _BLOCK and not _later(_due(calendar, n - _BLOCK), t, kind, who):
        for _ in range(_BLOCK):
            _copy(_due(calendar, n), _due(calendar, n - 1))
            n -= 1
    return n


@jit_inline
def _add(calendar, n, t, kind, who, tag):
    """Add an appointment to a calendar of ``n``, which has the earliest last.

    Those before it move up by one place: few, because most appointments are soon. All others were asked for before it,
    so it comes after its equals.
    """
    i = _move_blocks(calendar, n, t, kind, who) if n >= 2 * _BLOCK else n
    while i > 0 and not _later(_due(calendar, i - 1), t, kind, who):
        _copy(_due(calendar, i), _due(calendar, i - 1))
        i -= 1
    row = _due(calendar, i)
    row.t, row.kind, row.who, row.tag = t, kind, who, tag
    return n + 1


@jit_inline
def _merge(calendar, of, to, start, middle, end):
    """Merge two sorted parts of the list at ``of`` into the list at ``to``; equals keep their order."""
    i, j = start, middle
    for k in range(start, end):
        left, right = _due(calendar, of + i), _due(calendar, of + j)
        if j < end and (i == middle or _later(right, left.t, left.kind, left.who)):
            _copy(_due(calendar, to + k), right)
            j += 1
        else:
            _copy(_due(calendar, to + k), left)
            i += 1


@jit_rare
def _add_many(x, calendar, n, t):
    """Add many appointments that the rules have asked for: a merge sort, with as much room behind the calendar."""
    out, of = run_(x, 0).out, 0
    total, to, width = n + out, n + out, 1
    for i in range(n - 1, -1, -1):  # those asked for before come after their equals, so that they are taken first
        _copy(_due(calendar, i + out), _due(calendar, i))
    for k in range(out):
        row, place = outbox(x, k), _due(calendar, out - 1 - k)
        place.t, place.kind, place.who, place.tag = t + row.delay, row.kind, row.who, row.tag
    while width < total:
        for first in range(0, total, 2 * width):
            _merge(calendar, of, to, first, min(first + width, total), min(first + 2 * width, total))
        of, to, width = to, of, 2 * width
    for i in range(total if of else 0):
        _copy(_due(calendar, i), _due(calendar, of + i))
    return total


@jit_inline
def _add_asked(x, calendar, n, t):
    """Add what the rules have asked for."""
    if run_(x, 0).out > 2 * _BLOCK:
        n = _add_many(x, calendar, n, t)
    else:
        for k in range(run_(x, 0).out):
            row = outbox(x, k)
            n = _add(calendar, n, t + row.delay, row.kind, row.who, row.tag)
    run_(x, 0).out = 0
    return n


@jit_inline
def _rows(x, n):
    """The rows that a calendar of ``n`` needs when it takes what the rules have asked for."""
    total = n + run_(x, 0).out
    return 2 * total if run_(x, 0).out > 2 * _BLOCK else total


@jit_inline
def play(x, calendar, room, seed, luck, number, outcome, result):
    """Play run ``number`` and write its outcome; returns whether the calendar was large enough."""
    horizon, series = size(x, 0).horizon, size(x, 0).channels + size(x, 0).shocks
    for line in range(0, size(x, 0).issues * _OUTCOME, _LINE):  # `finish` need not wait for memory
        prefetch(outcome + line)
    start(x, seed, luck, number)
    t, end = 0.0, horizon
    if run_(x, 0).active == 0:
        finish(x, 0.0, outcome, result)
        return True
    if _rows(x, 0) + series >= room:
        return False
    n = _add_asked(x, calendar, 0, 0.0)
    for c in range(size(x, 0).channels):
        gap = next_gap(x, c)
        if gap < horizon:
            n = _add(calendar, n, gap, MEETING, c, REGULAR)
    for s in range(size(x, 0).shocks):
        gap = next_shock(x, s)
        if gap < horizon:
            n = _add(calendar, n, gap, SHOCK, s, _SPONTANEOUS)
    while run_(x, 0).error == 0 and n > 0:
        n -= 1
        first = _due(calendar, n)
        t, kind, who, tag = first.t, first.kind, first.who, first.tag
        if t >= horizon:
            break
        turn_luck(x, t)
        gap = np.inf  # to the next of a series, drawn before the event: the processor does both at a time
        if kind == MEETING and tag == REGULAR:
            gap = gap_after(x, who)
        elif kind == SHOCK and tag == _SPONTANEOUS:
            gap = next_shock(x, who)
        happen(x, t, kind, who, tag)
        if _rows(x, n) + 1 >= room:
            return False
        if gap < horizon:
            n = _add(calendar, n, t + gap, kind, who, tag)
        n = _add_asked(x, calendar, n, t)
        if run_(x, 0).active == 0:
            end = t
            break
    finish(x, end, outcome, result)
    return True


@entry("int, int, int, int, int, int, int, int, int, int, int -> int", alone=True)
def play_rows(x, calendar, room, seed, luck, first, runs, outcomes, results, numbers, lucks):
    """Play ``runs`` runs from ``first``, one row of outcomes each at the addresses ``outcomes`` and ``results``.

    With addresses of ``numbers`` and ``lucks``, runs by number, each with a row of lucks: that of the start, then of
    each turn of the record.

    Returns how many are done: fewer if the calendar of ``room`` appointments is too small; negative, as ``-1 -`` this
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
        if not play(x, calendar, room, seed, luck, number, outcome, result):
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
    calendar, done = np.empty(256, DUE), 0
    while done < len(results):
        places = [each[done:].ctypes.data for each in (outcomes, results, *branches)] + [0, 0]
        left = len(results) - done
        played: int = play_rows(x, calendar.ctypes.data, len(calendar), seed, luck, first + done, left, *places[:4])
        if played < 0:
            return done - 1 - played
        done += played
        if done < len(results):
            calendar = np.empty(2 * len(calendar), DUE)  # the run starts again with the same draws
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
