"""Work in copies of this process, for pictures: matplotlib draws in Python, so threads do not help."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")

#: The most copies, and the seconds after which one is given up.
MOST, PATIENCE = 3, 60.0


def each(do: Callable[[int], T], number: int, workers: int | None = None) -> list[T]:
    """``[do(0), ..., do(number - 1)]``, shared with copies of this process, which start with all that is in memory.

    What ``do`` returns is plain data in the form of JSON: text, numbers, lists, mappings of text.
    A call in a copy that warns or fails is done again here. So warnings and errors are those of a loop. There are
    copies only on Linux, and only if this process has one thread: a copy of several could wait for a lock for ever.

    >>> each(lambda k: k * k, 4)
    [0, 1, 4, 9]
    """
    copies = min(_processors() if workers is None else workers, MOST + 1, number) - 1
    if copies < 1 or sys.platform != "linux" or threading.active_count() > 1 or number > 255:
        return [do(k) for k in range(number)]
    todo, give = os.pipe()
    os.write(give, bytes(range(number)))  # whoever is free takes the next byte
    os.close(give)
    children = [_copy(do, todo) for _ in range(copies)]
    found: dict[int, T] = {}
    try:
        while taken := os.read(todo, 1):
            found[taken[0]] = do(taken[0])
        parts = [_result(results) for _, results in children]
    finally:
        os.close(todo)
        for process, results in children:
            os.close(results)
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)  # it has ended, or nobody waits for it
            with suppress(ChildProcessError):
                os.waitpid(process, 0)
    for part in parts:
        found |= part
    return [found[k] if k in found else do(k) for k in range(number)]


def _processors() -> int:
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1


def _copy(do: Callable[[int], Any], todo: int) -> tuple[int, int]:
    """Start a copy that takes numbers until there are none; its process and the pipe with its results."""
    results, give = os.pipe()
    with warnings.catch_warnings():
        # Threads of libraries, which restart theirs in a copy; Python has one thread.
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if process:
        os.close(give)
        return process, results
    try:
        os.close(results)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process ends it
        with os.fdopen(give, "w", encoding="utf-8") as out:
            json.dump(_quiet(do, todo), out)
    finally:
        os._exit(0)  # nothing of the first process is closed or written twice
    raise AssertionError("a copy has ended")


def _quiet(do: Callable[[int], Any], todo: int) -> dict[int, Any]:
    found = {}
    with warnings.catch_warnings(), suppress(Exception):
        warnings.simplefilter("error")
        while taken := os.read(todo, 1):
            with suppress(Exception):
                found[taken[0]] = do(taken[0])
    return found


def _result(results: int) -> dict[int, Any]:
    """What a copy has done; nothing, if it fails or takes too long."""
    data, end = bytearray(), time.monotonic() + PATIENCE
    while select.select([results], [], [], max(0.0, end - time.monotonic()))[0]:
        if not (block := os.read(results, 1 << 20)):
            break
        data += block
    try:
        return {int(number): value for number, value in json.loads(data).items()}
    except ValueError:
        return {}
