"""Nanoseconds an event, beside a bare heap in numba and in C, and where the rest goes."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np

from benchmarks.measure import BASELINE, TURNS, interleaved, middle, table
from negsim.scenario.scenario import load
from negsim.simulation import compiler as compiled
from negsim.simulation.engines import batch, reference
from negsim.simulation.events import OUTCOME, RUN, Kind
from negsim.simulation.rules import meetings as talks
from negsim.simulation.rules import quantiles, start
from negsim.simulation.rules import status as progress
from negsim.simulation.rules.state import run as run_

EVENTS = 200_000

C = """
#include <stdint.h>
typedef struct { double t; int64_t who; } due;
double heap_loop(due *h, int64_t n, int64_t events) {
    uint64_t luck = 12345;
    double last = 0;
    for (int64_t e = 0; e < events; e++) {
        luck = luck * 6364136223846793005ULL + 1442695040888963407ULL;
        last = h[0].t;
        due x = { last + (double)(luck >> 11) * 0x1p-53, h[0].who };
        int64_t i = 0;
        for (;;) {
            int64_t c = 2 * i + 1;
            if (c >= n) break;
            if (c + 1 < n && h[c + 1].t < h[c].t) c++;
            if (!(h[c].t < x.t)) break;
            h[i] = h[c];
            i = c;
        }
        h[i] = x;
    }
    return last;
}
"""
DUE = np.dtype([("t", "f8"), ("who", "i8")])


@numba.njit(nogil=True)
def heap_loop(h: Any, n: int, events: int) -> float:
    """Take the first, put it back a random while later: what any engine must do for an appointment."""
    luck, last = np.uint64(12345), 0.0
    for _ in range(events):
        luck = luck * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
        last = h[0].t
        t, who, i = last + np.float64(luck >> np.uint64(11)) * 2.0**-53, h[0].who, 0
        while True:
            c = 2 * i + 1
            if c >= n:
                break
            if c + 1 < n and h[c + 1].t < h[c].t:
                c += 1
            if not h[c].t < t:
                break
            h[i].t, h[i].who = h[c].t, h[c].who
            i = c
        h[i].t, h[i].who = t, who
    return last


def pending(n: int) -> Any:
    due = np.zeros(n, DUE)
    due["t"], due["who"] = np.linspace(0.0, 1.0, n, endpoint=False), np.arange(n)
    return due


def in_c(folder: Path) -> Callable[[Any, int, int], float] | None:
    """The same loop in C, or nothing where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    source, library = folder / "heap.c", folder / "heap.so"
    source.write_text(C)
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, source], check=True)
    function = ctypes.CDLL(str(library)).heap_loop
    function.restype, function.argtypes = ctypes.c_double, [ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64]
    return lambda h, n, events: float(function(h.ctypes.data, n, events))


class Counted(reference.Due):
    """An appointment that counts itself and those that wait with it."""

    made = waiting = 0

    def __init__(self, env: Any, *rest: Any) -> None:
        super().__init__(env, *rest)
        Counted.made += 1
        Counted.waiting += len(env._queue)


def counts(model: compiled.Compiled, runs: int = 200) -> dict[str, float]:
    """What happens in a run, on average."""
    plain, Counted.made, Counted.waiting = reference.Due, 0, 0
    reference.Due = Counted  # type: ignore[misc]
    try:
        reference.run(model, 1, 0, runs)
    finally:
        reference.Due = plain  # type: ignore[misc]
    logs = np.concatenate([batch.trace(model, 1, k) for k in range(runs)])
    each = {kind.name: float((logs["kind"] == kind).sum()) / runs for kind in Kind}
    return each | {"rows": len(logs) / runs, "due": Counted.made / runs, "waiting": Counted.waiting / Counted.made}


# What is timed below changes the state it works on only in ways that leave the next call as costly.
@numba.njit
def _start(x: int, n: int) -> int:
    for k in range(n):
        start.start(x, 1, 0, k)
    return n


@numba.njit
def _assume(x: int, n: int) -> int:
    for k in range(n):
        run_(x, 0).run = k
        quantiles.assume(x)
    return n


@numba.njit
def _sit_down(x: int, n: int) -> int:
    for _ in range(n):
        start._sit_down(x)
    return n


@numba.njit
def _negotiate(x: int, n: int, bargains: int) -> int:
    for k in range(n):
        talks._negotiate(x, 0.05 * k, k % bargains, k, 0.0)
    return n


@numba.njit
def _listing(x: int, n: int) -> int:
    for _ in range(n):
        talks._list_agenda(x, 0)
    return n


@numba.njit
def _stretch(x: int, n: int, bargains: int) -> int:
    for k in range(n):
        progress.name_stretch(x, 0.05 * k, k % bargains, progress.WAITING)
    return n


@numba.njit
def _gap(x: int, n: int) -> int:
    for k in range(n):
        start.channel(x, 0).regular = 1 + k
        talks.next_gap(x, 0)
    return n


@numba.njit
def _finish(x: int, n: int, outcome: Any, result: Any) -> int:
    for _ in range(n):
        start.finish(x, 1000.0, outcome, result)
    return n


@numba.njit
def _powers(n: int, base: float, exponent: float) -> float:
    total = 0.0
    for k in range(n):
        total += (base + 1e-6 * k) ** exponent
    return total


def limit(turns: int = TURNS, n: int = 5000) -> None:
    """Print the tables."""
    model = compiled.compile(load(BASELINE))
    each = counts(model)
    events, waiting = each["rows"] + each["due"], max(2, round(each["waiting"]))
    record, bargains = model.record(), len(model.bargains)
    x, outcome, result = record.x, np.zeros(len(model.issues), OUTCOME), np.zeros(1, RUN)

    def prepared(work: Callable[[], object]) -> Callable[[int], int]:
        def of(turn: int) -> int:
            work()
            return n

        work()  # compile
        return of

    start.start(x, 1, 0, 0)
    works: dict[str, Callable[[int], int]] = {
        "run": lambda turn: len(batch.run(model, 1, 4000 * turn, 4000)[1]),
        "numba": lambda _: bool(heap_loop(pending(waiting), waiting, EVENTS)) * EVENTS,
        "start": prepared(lambda: _start(x, n)),
        "assume": prepared(lambda: _assume(x, n)),
        "sit_down": prepared(lambda: _sit_down(x, n)),
        "negotiate": prepared(lambda: (start.start(x, 1, 0, 0), _negotiate(x, n, bargains))),
        "listing": prepared(lambda: (start.start(x, 1, 0, 0), _listing(x, n))),
        "stretch": prepared(lambda: (start.start(x, 1, 0, 0), _stretch(x, n, bargains))),
        "gap": prepared(lambda: (start.start(x, 1, 0, 0), _gap(x, n))),
        "finish": prepared(lambda: _finish(x, n, outcome, result)),
        "pow": prepared(lambda: _powers(n, 0.4, 1.7)),
    }
    works["run"](0), works["numba"](0)
    with tempfile.TemporaryDirectory() as folder:
        if (loop := in_c(Path(folder))) is not None:
            works["c"] = lambda _: bool(loop(pending(waiting), waiting, EVENTS)) * EVENTS
        seconds = interleaved(works, turns)
    ns = {name: 1e9 * middle(values) for name, values in seconds.items()}
    lines: list[tuple[Any, ...]] = [
        ("batch engine", ns["run"] / events, ns["run"] / events / ns["numba"]),
        ("bare numba heap", ns["numba"], 1.0),
    ]
    if "c" in ns:
        lines.append(("the same in C, -O2", ns["c"], ns["c"] / ns["numba"]))
    table(
        f"Baseline: {each['rows']:.0f} rows of the log and {each['due']:.0f} appointments a run, {waiting} pending",
        ("loop", "ns an event", "times the numba heap"),
        lines,
    )
    meetings, talked = each["MEETING"], each["DISCUSSION"]
    parts = [
        ("start: draw the assumptions", "assume", 1.0),
        ("start: sit down", "sit_down", 1.0),
        ("a discussion's exchange of offers", "negotiate", talked),
        ("of which two powers", "pow", 2 * talked),
        ("a meeting's list", "listing", meetings),
        ("naming a stretch of time", "stretch", talked + meetings),
        ("drawing a gap", "gap", meetings + 1),
        ("appointments (bare heap)", "numba", each["due"]),
        ("finish: the outcomes", "finish", 1.0),
    ]
    known = [ns[name] * times for label, name, times in parts if not label.startswith("of which")]
    known.append(ns["start"] - ns["assume"] - ns["sit_down"])
    share = 100 / ns["run"]
    rows: list[tuple[Any, ...]] = [
        (label, ns[name], times, ns[name] * times, ns[name] * times * share) for label, name, times in parts
    ]
    rows.insert(2, ("start: the rest", known[-1], 1.0, known[-1], known[-1] * share))
    rest = ns["run"] - sum(known)
    rows.append(("the rest: statuses, shocks, climate, lags", "", "", rest, rest * share))
    rows.append(("a run", ns["run"], 1.0, ns["run"], 100.0))
    table("Where a run's time goes", ("what", "ns each", "times a run", "ns a run", "%"), rows)
