"""Copies of this process that draw while it does other work: matplotlib draws in Python, so threads do not help."""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

#: The most copies.
MOST = 3
#: Seconds after which copies that do not answer are given up: at least, and for each task.
PATIENCE, EACH = 60.0, 5.0
#: Bytes that a pipe holds if the system allows it: the tasks of a report.
_ROOM = 1 << 20


class Copies:
    """Copies of this process that take tasks one by one, each as soon as it is free.

    A task is a function of a module with arguments; both and what it returns can be pickled. A task that warns or fails
    in a copy is done again here, so warnings and errors are those of plain calls. There are copies only on Linux, with
    more than one processor, and only of a process with one thread: a copy of several could wait for a lock for ever.
    Without copies the tasks are done in `results`.

    >>> with Copies(1) as copies:
    ...     copies.put(divmod, 7, 2)
    ...     copies.results()
    [(3, 1)]
    """

    def __init__(self, number: int = MOST, prepare: Callable[[], None] | None = None) -> None:
        """Start at most ``number`` copies, one for each processor. Each begins with ``prepare``, such as imports."""
        self._tasks: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []
        self._prepare = prepare
        self._process = 0
        self._results: list[int] = []
        self._give = -1
        number = min(number, processors())
        if number and processors() > 1 and sys.platform == "linux" and threading.active_count() == 1:
            self._start(number)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """End the copies."""
        self._close_tasks()
        for each in self._results:
            os.close(each)
        self._results = []
        if self._process:
            with suppress(ProcessLookupError):
                os.killpg(self._process, signal.SIGKILL)  # they have ended, or nobody waits for them
            with suppress(ChildProcessError):
                os.waitpid(self._process, 0)
            self._process = 0

    def put(self, do: Callable[..., Any], *arguments: Any) -> None:
        """Add the task ``do(*arguments)``."""
        self._tasks.append((do, arguments))
        if self._give >= 0:
            try:
                task = pickle.dumps((len(self._tasks) - 1, do, arguments), pickle.HIGHEST_PROTOCOL)
                _write(self._give, len(task).to_bytes(8, "little") + task)
            except (OSError, pickle.PicklingError, AttributeError, TypeError):  # no copy is left, or it cannot be sent
                self._close_tasks()

    def results(self) -> list[Any]:
        """What the tasks return, in their order."""
        self._close_tasks()
        end = time.monotonic() + PATIENCE + EACH * len(self._tasks)
        found: dict[int, Any] = {}
        for each in self._results:
            found |= _received(each, end)
        if len(found) < len(self._tasks) and self._prepare is not None:
            self._prepare()
        return [found[n] if n in found else do(*arguments) for n, (do, arguments) in enumerate(self._tasks)]

    def _close_tasks(self) -> None:
        if self._give >= 0:
            os.close(self._give)
            self._give = -1

    def _start(self, number: int) -> None:
        """Start a copy, which starts the others when it is prepared."""
        take, give = os.pipe()
        pipes = [os.pipe() for _ in range(number)]
        self._process = _fork()
        if self._process:
            os.close(take)
            for _, out in pipes:
                os.close(out)
            with suppress(OSError):
                os.setpgid(self._process, self._process)
            self._give, self._results = give, [results for results, _ in pipes]
            os.set_blocking(give, False)
            with suppress(ImportError, AttributeError, OSError):
                import fcntl

                fcntl.fcntl(give, fcntl.F_SETPIPE_SZ, _ROOM)
            return
        try:
            os.setpgid(0, 0)  # all copies are one group, which the first process can end
            os.close(give)
            for results, _ in pipes:
                os.close(results)
            self._copy(take, [out for _, out in pipes])
        finally:
            os._exit(0)  # nothing of the first process is closed or written twice

    def _copy(self, take: int, outs: list[int]) -> None:
        """Do tasks in this copy and in others, which start with all that this one has prepared."""
        gc.disable()  # it ends soon
        turn = os.memfd_create("turn")
        with suppress(Exception):
            if self._prepare is not None:
                self._prepare()
        gc.freeze()
        own, others = outs[0], list[int]()
        for out in outs[1:]:
            if (process := _fork()) == 0:
                own, others = out, []
                break
            others.append(process)
        for out in outs:
            if out != own:
                os.close(out)
        _write(own, pickle.dumps(_done(take, turn), pickle.HIGHEST_PROTOCOL))
        os.close(own)
        for process in others:
            os.waitpid(process, 0)


def processors() -> int:
    """The processors that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1


def _fork() -> int:
    with warnings.catch_warnings():
        # Threads of libraries, which restart theirs in a copy; Python has one thread.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _done(take: int, turn: int) -> dict[int, Any]:
    """Do tasks until there are none. Those that warn or fail are left out."""
    found = {}
    with warnings.catch_warnings(), suppress(Exception):
        warnings.simplefilter("error")
        while task := _next(take, turn):
            with suppress(Exception):
                number, do, arguments = pickle.loads(task)
                found[number] = do(*arguments)
    return found


def _next(take: int, turn: int) -> bytes:
    """The next task; nothing if there is none. One copy reads at a time; the system ends the turn of one that dies."""
    import fcntl

    fcntl.lockf(turn, fcntl.LOCK_EX)
    try:
        size = int.from_bytes(_read(take, 8), "little")
        return _read(take, size)
    finally:
        fcntl.lockf(turn, fcntl.LOCK_UN)


def _read(source: int, size: int) -> bytes:
    data = bytearray()
    while len(data) < size and (block := os.read(source, size - len(data))):
        data += block
    return bytes(data)


def _write(target: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        if not _ready(target, select.POLLOUT, time.monotonic() + PATIENCE):
            raise TimeoutError
        rest = rest[os.write(target, rest) :]


def _ready(pipe: int, event: int, end: float) -> bool:
    """Wait until something can be read from or written to a pipe, or until ``end``."""
    waiting = select.poll()
    waiting.register(pipe, event)
    return bool(waiting.poll(max(0.0, 1000 * (end - time.monotonic()))))


def _received(results: int, end: float) -> dict[int, Any]:
    """What a copy has done; nothing if it fails or takes too long."""
    data = bytearray()
    while _ready(results, select.POLLIN, end):
        if not (block := os.read(results, 1 << 20)):
            break
        data += block
    with suppress(Exception):
        found: dict[int, Any] = pickle.loads(data)
        return found
    return {}
