"""What things cost: ``python -m benchmarks`` prints a table; ratios travel between machines, absolute figures do not.

Engine and yardstick take turns in one process, and each figure is a median of an odd number of turns, so that a busy
minute hits both.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import simpy

from negsim import compiled
from negsim.engines import reference
from negsim.scenario import load

ROOT = Path(__file__).parent.parent
BASELINE = ROOT / "scenarios" / "baseline.yaml"


def timed(work: Callable[[], int]) -> float:
    """How much of it a second does."""
    start = time.perf_counter()
    done = work()
    return done / (time.perf_counter() - start)


def bare_timeouts(processes: int, events: int = 100_000) -> int:
    """SimPy with nothing to do: each process waits again and again."""
    env = simpy.Environment()

    def wait(step: float) -> Iterator[simpy.Event]:
        while True:
            yield env.timeout(step)

    for n in range(processes):
        env.process(wait(1.0 + n / processes))
    for _ in range(events):
        env.step()
    return events


class Counting(simpy.Environment):
    """An environment that counts the events it processes."""

    steps = 0

    def step(self) -> None:
        Counting.steps += 1
        super().step()


def events_per_run(model: compiled.Compiled, runs: int = 200) -> tuple[float, float]:
    """How many events SimPy processes in a run, and how many rows the event log of a run has, on average."""
    plain, Counting.steps = simpy.Environment, 0
    simpy.Environment = Counting
    try:
        reference.run(model, 1, 0, runs)
    finally:
        simpy.Environment = plain
    rows = [len(reference.trace(model, 1, k)) for k in range(runs)]
    return Counting.steps / runs, statistics.mean(rows)


def engine(runs: int, turns: int) -> dict[str, float]:
    """Runs and events a second on the baseline, and the events as a ratio to bare timeouts.

    The strict ratio counts what SimPy processes, in the engine as in the yardstick. What the rules do within such an
    event (offers, discussions, changes of status) are rows of the event log; the second ratio counts those.
    """
    model = compiled.compile(load(BASELINE))
    events, rows = events_per_run(model)  # this also compiles the rules, or reads them from their cache
    measured: list[tuple[float, float]] = []
    for turn in range(turns):
        speed = timed(lambda first=turn * runs: len(reference.run(model, 1, first, runs)[1]))
        measured.append((speed, timed(lambda: bare_timeouts(12))))
    speed = statistics.median(speed for speed, _ in measured)
    return {
        "reference, runs a second": speed,
        "SimPy events a run": events,
        "rows of the event log a run": rows,
        "reference, SimPy events a second": speed * events,
        "bare SimPy timeouts a second": statistics.median(bare for _, bare in measured),
        "ratio of SimPy events (at least 0.25)": statistics.median(speed * events / bare for speed, bare in measured),
        "ratio of rows of the event log": statistics.median(speed * rows / bare for speed, bare in measured),
    }


def start_up(turns: int) -> dict[str, float]:
    """Seconds that whole commands take, beside a Python that does nothing."""
    commands: dict[str, list[str]] = {
        "python -c pass, seconds": ["-c", "pass"],
        "negsim --help, seconds (under 0.2)": ["-c", "from negsim.cli import main; main()", "--help"],
        "negsim check, seconds (under 0.5)": ["-c", "from negsim.cli import main; main()", "check", str(BASELINE)],
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(turns):
        for name, arguments in commands.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=ROOT)
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--turns", type=int, default=9, help="turns per figure, of which the median counts")
    parser.add_argument("--runs", type=int, default=300, help="runs of the baseline in a turn")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    results: dict[str, Any] = engine(options.runs, options.turns) | start_up(options.turns)
    if options.json:
        print(json.dumps(results, indent=2))
        return
    for name, value in results.items():
        print(f"{name:<40} {value:>12,.3f}" if value < 10 else f"{name:<40} {value:>12,.0f}")


if __name__ == "__main__":
    main()
