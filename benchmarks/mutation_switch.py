"""The switches of `benchmarks.mutation`, as a module of the copy that is tested: which mutant is active.

``python -m negsim.switch NUMBER SECONDS TEST ...`` runs the tests without a mutant and notes which test reaches which
mutant. Then it forks for each mutant, and the child runs the tests that reach it, the quickest first.
"""

from __future__ import annotations

import functools
import gc
import importlib.util
import json
import os
import resource
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numba.core import types
from numba.extending import intrinsic, overload

#: The number of the active mutant, then for each mutant whether it was reached; machine code uses these addresses.
ACTIVE = np.zeros(1, np.int64)
REACHED = np.zeros(4096, np.int64)
_ACTIVE, _REACHED = ACTIVE.ctypes.data, REACHED.ctypes.data
_MEMORY = 4 << 30


@intrinsic
def _is_on(typing: Any, number: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word = context.get_value_type(types.int64)
        place = builder.add(word(_REACHED), builder.mul(arguments[0], word(8)))
        builder.store(word(1), builder.inttoptr(place, word.as_pointer()))
        active = builder.load(builder.inttoptr(word(_ACTIVE), word.as_pointer()))
        return builder.icmp_signed("==", active, arguments[0])

    return types.boolean(types.int64), generate


def _switched(number: int) -> bool:
    REACHED[number] = 1
    return bool(ACTIVE[0] == number)


@overload(_switched)
def _switched_compiled(number):  # type: ignore[no-untyped-def]  # numba compares the signatures
    return lambda number: _is_on(number)


def _divided(a: Any, b: Any) -> Any:
    """The quotient, whole if both are: a mutant must not change the type."""
    whole = isinstance(a, int) and isinstance(b, int)
    return (a // b if b else a) if whole else a / b


@overload(_divided)
def _divided_compiled(a, b):  # type: ignore[no-untyped-def]  # numba compares the signatures
    if isinstance(a, types.Integer) and isinstance(b, types.Integer):
        return lambda a, b: a // b if b != 0 else a
    return lambda a, b: a / b


class _Runner:
    """A plugin of pytest: runs all tests without a mutant, then forks for each mutant.

    The tests are imported and collected once. What is reached while a test is set up may belong to a fixture that
    others share: it counts for the whole file.
    """

    def __init__(self, number: int, seconds: float, out: int) -> None:
        self.number, self.seconds, self.out = number, seconds, out
        self.durations, self.reached = dict[str, float](), dict[str, set[int]]()
        self.files = dict[str, set[int]]()

    def _since(self) -> set[int]:
        found = set(np.flatnonzero(REACHED).tolist())
        REACHED[:] = 0
        return found

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == "setup":
            self.files.setdefault(report.nodeid.split("::")[0], set()).update(self._since())
        elif report.when == "call":
            self.reached[report.nodeid] = self._since()

    def pytest_runtestloop(self, session: Any) -> bool:
        from _pytest.runner import runtestprotocol

        for item, following in zip(session.items, [*session.items[1:], None], strict=True):
            begun = time.process_time()
            runtestprotocol(item, nextitem=following)
            self.durations[item.nodeid] = time.process_time() - begun
            if session.testsfailed:
                raise session.Failed(f"{item.nodeid} fails without a mutant")
        for each in range(1, self.number + 1):
            items = self._of(each, session.items)
            killer = _killer(each, items, [self.seconds + 5 * self.durations[item.nodeid] for item in items])
            line = json.dumps({"number": each, "killer": killer, "tests": len(items)})
            os.write(self.out, f"\n@{line}\n".encode())
        return True

    def _of(self, number: int, items: list[Any]) -> list[Any]:
        """The tests that reach a mutant, the quickest first."""
        found = [
            item
            for item in items
            if number in self.reached.get(item.nodeid, ()) or number in self.files[item.nodeid.split("::")[0]]
        ]
        return sorted(found, key=lambda item: self.durations[item.nodeid])


#: Modules whose caches hold the machine code, which is in use.
_IN_USE = tuple(f"negsim.simulation.{name}" for name in ("cache", "rules.compiling", "rules.machine_code"))


def _compile_in_a_copy() -> None:
    """Compile in a copy of this process, where the switches have the same addresses, not in a new process."""
    if importlib.util.find_spec("negsim.simulation") is None:
        return
    from negsim.simulation import is_compiled
    from negsim.simulation.rules import machine_code, object_code
    from negsim.simulation.rules.jit import ENTRIES

    if is_compiled():
        return
    machine_code.import_entries()
    result, give = os.pipe()
    if os.fork() == 0:
        with os.fdopen(give, "wb") as out:
            out.write(object_code.object_code(machine_code.target()[0], set(ENTRIES)))
        os._exit(0)
    os.close(give)
    with os.fdopen(result, "rb") as found:
        machine_code.keep([found.read()])


def _forget() -> None:
    """Clear what functions of the project remember, so that they run again with the mutant."""
    for each in gc.get_objects():
        own = isinstance(each, functools._lru_cache_wrapper) and each.__module__.startswith("negsim.")
        if own and each.__module__ not in _IN_USE:
            each.cache_clear()
    if tables := sys.modules.get("negsim.simulation.rules.quantile_tables"):  # it reads tables from files, too
        vars(tables).update(stored=lambda file: None, store=lambda file, content: None)


def _child(number: int, items: list[Any], limits: list[float], file: Path) -> None:
    from _pytest.runner import runtestprotocol

    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    used = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + _MEMORY, used + _MEMORY))
    ACTIVE[0] = number
    _forget()
    for item, limit in zip(items, limits, strict=True):
        end = int(time.process_time() + limit) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (end, resource.RLIM_INFINITY))
        if hasattr(item, "_initrequest"):
            item._initrequest()  # the item has run before
        if any(report.failed for report in runtestprotocol(item, log=False, nextitem=None)):
            file.write_text(item.nodeid, encoding="utf-8")
            os._exit(1)
    os._exit(0)


def _killer(number: int, items: list[Any], limits: list[float]) -> str | None:
    """The test that fails with a mutant, "time" or a signal; None if it survives.

    ``limits``: processor time of each test in seconds. A child that waits forever ends after 20 times the sum.
    """
    if not items:
        return None
    file = Path(f"killer{number}").absolute()
    child = os.fork()
    if child == 0:
        try:
            _child(number, items, limits, file)
        finally:
            os._exit(2)
    end = time.monotonic() + 20 * sum(limits)
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "time"
        time.sleep(0.01)
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        return "time" if name == "SIGXCPU" else name
    if os.WEXITSTATUS(status) == 0:
        return None
    return file.read_text(encoding="utf-8") if file.exists() else f"exit code {os.WEXITSTATUS(status)}"


def main(number: int, seconds: float, tests: list[str]) -> int:
    import pytest

    _compile_in_a_copy()
    runner = _Runner(number, seconds, os.dup(1))
    options = ["-n", "0", "-q", "-W", "ignore:variable", "-p", "no:cacheprovider", "-p", "no:faulthandler"]
    return int(pytest.main([*options, "-m", "not slow and not browser", *tests], plugins=[runner]))


if __name__ == "__main__":
    from negsim.switch import main as the_main  # the module that the code of the copy imports, not this one

    sys.exit(the_main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
