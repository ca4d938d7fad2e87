"""The same rules to the bit, none of them compiled: the reference engine as it would be in plain Python and SimPy.

``python -m benchmarks.plain`` plays, in a process of its own where nothing is compiled, a model that it is sent. Rows
are objects with slots in lists; what compiled code does with words of 64 bits is done with Python's numbers.
"""

from __future__ import annotations

import math
import pickle
import subprocess
import sys
import time
from typing import Any

import numpy as np

from benchmarks.measure import ROOT

MASK = 2**64 - 1


def seconds_a_run(model: Any, first: int, runs: int) -> tuple[float, bytes]:
    """Seconds of processor that a run takes without compiling, and the bytes of the outcomes."""
    sent = pickle.dumps((model, first, runs))
    said = subprocess.run([sys.executable, "-m", "benchmarks.plain"], cwd=ROOT, input=sent, capture_output=True)
    if said.returncode:
        raise RuntimeError(said.stderr.decode())
    took, played = pickle.loads(said.stdout)
    return took / runs, played


def not_compiled() -> None:
    """Before a rule is imported: decorators that do nothing, rows that are objects, luck and quantiles in Python."""
    from negsim.simulation.rules import jit

    jit.jit = jit.jit_inline = lambda function: function
    from negsim.simulation.rules import state

    for name, slot in state.SLOT.items():
        setattr(state, name, lambda x, index, slot=slot: x[slot][index])
    from negsim.simulation.rules import draws

    draws.uniform_at = uniform_at
    from negsim.simulation.rules import quantiles
    from negsim.simulation.rules import status as progress

    quantiles._nodes = nodes
    progress.FAR = progress.FAR.tolist()


def uniform_at(seed: int, luck: int, run: int, stream: int, index: int, sub: int) -> float:
    """Philox, as in ``negsim.simulation.rules.draws``."""
    c0, c1, c2, c3, k0, k1 = index, stream & MASK, run, sub, seed & MASK, luck
    for _ in range(10):
        one, two = 0xD2E7470EE14C6C93 * c0, 0xCA5A826395121157 * c2
        c0, c1, c2, c3 = two >> 64 ^ c1 ^ k0, two & MASK, one >> 64 ^ c3 ^ k1, one & MASK
        k0, k1 = k0 + 0x9E3779B97F4A7C15 & MASK, k1 + 0xBB67AE8584CAA73B & MASK
    return ((c0 >> 12) + 0.5) * 2.0**-52


def nodes(x: Any, start: int, u: float) -> float:
    """Interpolation in a table of quantiles, as in ``negsim.simulation.rules.quantiles``."""
    from negsim.simulation.rules.quantiles import CELLS, TAIL
    from negsim.simulation.rules.state import table

    w, offset = (u, start) if u <= 0.5 else (1.0 - u, start + TAIL)
    mantissa, exponent = math.frexp(max(w, 2.0**-53))
    place = (-exponent - 1) * CELLS + (1.0 - mantissa) * (2.0 * CELLS)
    cell = min(int(place), TAIL - 2)
    low: float = table(x, offset + cell).q
    return low + (place - cell) * (table(x, offset + cell + 1).q - low)


def rows(name: str, array: Any, names: tuple[str, ...]) -> list[Any]:
    """A table as objects."""
    kind = type(name, (), {"__slots__": names})
    made = []
    for values in array.tolist():
        made.append(kind())
        for column, value in zip(names, values, strict=True):
            setattr(made[-1], column, value)
    return made


def view(name: str, numbers: list[float], at: int, count: int, names: tuple[str, ...]) -> list[Any]:
    """Rows of numbers that other tables see too."""

    def column(k: int) -> property:
        return property(lambda row: numbers[row.at + k], lambda row, value: numbers.__setitem__(row.at + k, value))

    kind = type(name, (), {"__slots__": ("at",)} | {column_: column(k) for k, column_ in enumerate(names)})
    made = [kind() for _ in range(count)]
    for n, row in enumerate(made):
        row.at = at + n * len(names)
    return made


def record(model: Any) -> list[list[Any]]:
    """A run's record as lists of objects."""
    from negsim.simulation.rows import VIEWS
    from negsim.simulation.rules.state import TABLES

    arrays, x = model.record().arrays, []
    numbers: list[float] = arrays["number"]["value"].tolist()
    for name, dtype in TABLES.items():
        names = dtype.names or ()
        if name in VIEWS or name == "number":
            at = 0 if name == "number" else model.rows[name]
            x.append(view(name, numbers, at, (len(numbers) - at) // len(names), names))
        else:
            x.append(rows(name, arrays[name], names))
    return x


def play(model: Any, first: int, runs: int) -> tuple[float, bytes]:
    """Play runs; tells the seconds and the bytes of the outcomes."""
    from negsim.simulation.engines import reference
    from negsim.simulation.events import OUTCOME, RUN
    from negsim.simulation.rules.start import finish
    from negsim.simulation.rules.state import SLOT, TABLES

    x = record(model)
    run, outbox, names = x[SLOT["run"]][0], x[SLOT["outbox"]], TABLES["run"].names or ()

    class Words:
        """The run's own row by number, as the engine reads it."""

        def __getitem__(self, k: int) -> int:
            return int(getattr(run, names[k]))

    class Run(reference.Run):
        def __init__(self) -> None:
            self.compiled, self.x, self.word = model, x, Words()  # type: ignore[assignment]

        def appoint(self) -> None:
            for row in outbox[: run.out]:
                self.env.process(self.appointment(row.delay, row.kind, row.who, row.tag))
            run.out = 0

    player = Run()
    outcomes = np.zeros((runs, len(model.issues)), OUTCOME).view(np.recarray)
    results = np.zeros(runs, RUN).view(np.recarray)
    start = time.thread_time()
    for k in range(runs):
        end = player.play(1, 0, first + k)
        finish(x, end, outcomes[k], results[k : k + 1])
    return time.thread_time() - start, outcomes.tobytes() + results.tobytes()


if __name__ == "__main__":
    not_compiled()
    sys.stdout.buffer.write(pickle.dumps(play(*pickle.load(sys.stdin.buffer))))
