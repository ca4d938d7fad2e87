"""Peers: one bilateral negotiation in NegMAS, salabim and SimPy, and a bare heap in numba.

NegMAS is under the AGPL, so negsim neither depends on it nor imports it: it runs in an environment and a process of
its own. NEGSIM_PEERS names the Python of that environment, which has NegMAS and salabim:

    python -m venv peers && peers/bin/pip install negmas salabim
    NEGSIM_PEERS=peers/bin/python python -m benchmarks negmas salabim simpy heap
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numba
import numpy as np

from benchmarks.measure import BASELINE, PUBLISHED, interleaved, median, ratio, table
from negsim.scenario import from_mapping, load
from negsim.simulation import compiler
from negsim.simulation.engines import batch, reference

STEPS = 100
#: Issues of the negotiation, and the values of each where the peer has no continuous issues.
SIZES = ((1, 101), (3, 21))
#: Negotiations of a turn.
TURN = {"simpy": 500, "salabim": 50, "negmas": 20}
#: The largest difference in relative time and in utility between a peer and negsim.
APART = 0.04


def bilateral(issues: int) -> compiler.Compiled:
    """The negotiation of the peers: equal weights, reservation values 0, exponents from uniform(0.25, 1)."""
    names, source = [f"issue_{k}" for k in range(issues)], "arithmetic: a benchmark"
    beta = {"uniform": {"low": 0.25, "high": 1.0}}
    tactic = {"kind": "time", "beta": beta, "clock": "rounds", "patience": f"{STEPS} rounds", "source": source}
    tactics = {side: tactic for side in ("a", "b")}
    item = {
        "title": "Issue",
        "summary": "An issue.",
        "demands": {side: {"text": "all of it"} for side in tactics},
        "stances": {side: {"text": "none"} for side in tactics},
        "history": [{"date": "2025-01", "status": "raised", "what": "It was raised."}],
        "resolves_when": "It is agreed.",
    }
    equal = dict.fromkeys(names, 1.0 / issues)
    package = {"title": "All", "issues": names, "weights": dict.fromkeys(tactics, equal), "source": source}
    return compiler.compile(
        from_mapping(
            {
                "title": "Bilateral",
                "agenda": {
                    "title": "Bilateral",
                    "sides": {side: {"title": side.upper()} for side in tactics},
                    "issues": {name: item | {"title": name} for name in names},
                },
                "as_of": "2025-04-10",
                "horizon": f"{STEPS + 2} days",
                "tactics": tactics,
                "defaults": {"hours": "1 hour", "reservation": {"a": 0, "b": 0}, "source": source},
                "issues": {name: {} for name in names},
                "packages": {"all": package | {"tactics": tactics}} if issues > 1 else {},
                "channels": {"talks": {"title": "Talks", "gap": "1 day", "session": "24 hours", "source": source}},
            }
        )
    )


class Peer:
    """A peer in a process of its own. It measures its own processor time."""

    def __init__(self, name: str, process: subprocess.Popen[str]) -> None:
        self.name, self.process, self.spent = name, process, 0.0
        self.found: list[tuple[float, float]] = []

    def play(self, _: int) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(TURN[self.name], file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended; is it installed for {self.process.args[0]}?")  # type: ignore[index]
        seconds, *found = json.loads(line)
        self.spent += seconds
        self.found.append((found[0], found[1]))
        return TURN[self.name]


@contextmanager
def started(name: str, issues: int, values: int) -> Iterator[Peer]:
    python = sys.executable if name == "simpy" else os.environ.get("NEGSIM_PEERS")
    if not python:
        raise SystemExit(f"{name}: NEGSIM_PEERS must name a Python that has it\n\n{__doc__}")
    command = [python, str(Path(__file__).with_name("peer.py")), name, str(STEPS), str(issues), str(values)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Peer(name, process)
        finally:
            process.kill()


def beside(name: str, turns: int) -> None:
    """Print the time of a negotiation in negsim and in a peer. They take turns."""
    rows: list[tuple[Any, ...]] = []
    for issues, values in SIZES if name == "negmas" else SIZES[:1]:
        model = bilateral(issues)
        with started(name, issues, values) as peer:
            works = {
                "negsim, batch": lambda turn, model=model: len(batch.run(model, 1, 4000 * turn, 4000)[1]),
                "negsim, reference": lambda turn, model=model: len(reference.run(model, 1, 100 * turn, 100)[1]),
                name: peer.play,
            }
            seconds = interleaved(works, turns, lambda peer=peer: time.process_time() + peer.spent)
            assert apart(model, name, peer.found) < APART, f"{name} plays another negotiation"
        each = {work: median(seconds[work]) for work in works}
        rows += [
            (f"{issues} issue{'s' * (issues > 1)}: {work}", 1e6 * each[work], 1 / each[work],
             ratio(seconds, work, "negsim, batch"))
            for work in works
        ]  # fmt: skip
    head = ("one bilateral negotiation", "us each", "negotiations per second", "times batch")
    table(f"Beside {name}: time-based sides, {STEPS} steps at most, two offers a step", head, rows)


def apart(model: compiler.Compiled, name: str, found: list[tuple[float, float]]) -> float:
    """The difference of a peer from negsim: in the relative time of agreement, or in the utility of the first side.

    Both are means. The larger difference counts.
    """
    outcomes, _ = batch.run(model, 1, 0, 20_000)
    mine = ((outcomes["discussions"][:, 0] / STEPS).mean(), outcomes["u_a"][:, 0].mean())
    theirs = np.mean(found, axis=0)
    print(f"\n{name}: agreement at {theirs[0]:.3f} of the time, negsim at {mine[0]:.3f};", end=" ")
    print(f"utility of the first side {theirs[1]:.3f}, {mine[1]:.3f}")
    return float(np.abs(theirs - mine).max())


class Counted(reference.Due):
    """An appointment that counts itself and those that wait with it."""

    made = waiting = 0

    def __init__(self, env: Any, *rest: Any) -> None:
        super().__init__(env, *rest)
        Counted.made += 1
        Counted.waiting += len(env._queue)


def events(model: compiler.Compiled, runs: int = 200) -> tuple[float, float, int]:
    """Rows of the log and appointments of a run, and how many appointments wait, in the mean."""
    rows = sum(len(batch.trace(model, 1, run)) for run in range(runs))
    plain, Counted.made, Counted.waiting = reference.Due, 0, 0
    reference.Due = Counted  # type: ignore[misc]
    try:
        reference.run(model, 1, 0, runs)
    finally:
        reference.Due = plain  # type: ignore[misc]
    return rows / runs, Counted.made / runs, round(Counted.waiting / Counted.made)


@numba.njit  # type: ignore[untyped-decorator]
def heap_loop(h, count):  # type: ignore[no-untyped-def]
    """Take the first appointment and put it back a random while later: what any engine must do for each."""
    n, chance, last = len(h), np.uint64(12345), 0.0
    for _ in range(count):
        chance = chance * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
        last = h[0].t
        t, who, i = last + np.float64(chance >> np.uint64(11)) * 2.0**-53, h[0].who, 0
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


def heap(turns: int, count: int = 200_000) -> None:
    """Print the time of an event of the batch engine and of a bare heap with as many appointments."""
    for path in (BASELINE, PUBLISHED):
        model = compiler.compile(load(path))
        rows, appointments, waiting = events(model)
        place = np.zeros(waiting, [("t", "f8"), ("who", "i8")])
        place["t"] = np.linspace(0.0, 1.0, waiting, endpoint=False)
        assert heap_loop(place.copy(), 100) > 0
        seconds = interleaved(_beside_heap(model, rows + appointments, place, count), turns)
        print(
            f"\n{path.stem}: {rows:.0f} rows of the log and {appointments:.0f} appointments a run, {waiting} waiting."
        )
        cells = [(name, 1e9 * median(seconds[name]), ratio(seconds, name, "bare numba heap")) for name in seconds]
        table("An event: a row of the log, or an appointment", ("loop", "ns an event", "times the heap"), cells)


def _beside_heap(model: compiler.Compiled, events_: float, place: Any, count: int) -> dict[str, Any]:
    return {
        "batch engine": lambda turn: round(events_ * len(batch.run(model, 1, 4000 * turn, 4000)[1])),
        "bare numba heap": lambda _: count * bool(heap_loop(place.copy(), count)),
    }


PEERS = {
    "simpy": lambda turns: beside("simpy", turns),
    "salabim": lambda turns: beside("salabim", turns),
    "negmas": lambda turns: beside("negmas", turns),
    "heap": heap,
}
