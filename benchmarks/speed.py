"""The batch engine against the reference engine, and both against the leanest SimPy version of the same model."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import simpy

from benchmarks import lean, plain
from benchmarks.measure import BASELINE, ROOT, TURNS, Seconds, Work, interleaved, middle, ratio, table
from negsim.agenda.status import Status
from negsim.scenario.scenario import load
from negsim.simulation import compiler as compiled
from negsim.simulation.engines import batch, reference

#: Most that the lean version's shares may differ from the engine's, in standard errors.
APART = 4.0


def richest() -> tuple[Path, dict[str, tuple[float, int]]]:
    """The scenario with most rows in its event logs; for each, those rows and how many numbers are assumed."""
    rows: dict[str, tuple[float, int]] = {}
    for path in sorted((ROOT / "scenarios").glob("*.yaml")):
        model = compiled.compile(load(path))
        told = statistics.mean(len(batch.trace(model, 1, k)) for k in range(100))
        rows[path.stem] = told, len(model.tables["parameter_is"])
    return ROOT / "scenarios" / f"{max(rows, key=lambda name: rows[name])}.yaml", rows


def check_equal(model: compiled.Compiled, runs: int = 200) -> None:
    """Both engines give the same bytes."""
    one, two = batch.run(model, 1, 0, runs), reference.run(model, 1, 0, runs)
    assert all(a.tobytes() == b.tobytes() for a, b in zip(one, two, strict=True)), "the engines differ"


def check_lean(runs: int = 6000) -> float:
    """The largest difference of the lean version from the batch engine, in standard errors."""
    scenario, many = load(BASELINE), 8 * runs
    here = lean.resolved(scenario, runs, seed=1)
    outcomes, _ = batch.run(compiled.compile(scenario), 1, 0, many)
    there = (outcomes["status"] == Status.RESOLVED).mean(axis=0)
    apart = [
        abs(p - q) / math.sqrt(q * (1 - q) * (1 / runs + 1 / many)) for p, q in zip(here, there.tolist(), strict=True)
    ]
    assert max(apart) < APART, f"the lean version is another model: {apart}"
    return max(apart)


def bare_timeouts(processes: int, events: int = 50_000) -> int:
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


def speed(turns: int = TURNS) -> None:
    """Print the tables."""
    path, rows = richest()
    table(
        "Rows of the event log a run, and numbers that are assumed",
        ("scenario", "rows", "assumed"),
        [(name, told, n) for name, (told, n) in sorted(rows.items(), key=lambda item: -item[1][0])],
    )
    lines, bare_python = [], []
    for file in dict.fromkeys([BASELINE, path]):
        scenario = load(file)
        model = compiled.compile(scenario)
        check_equal(model)
        works = {
            "batch": lambda turn, model=model: len(batch.run(model, 1, 4000 * turn, 4000)[1]),
            "reference": lambda turn, model=model: len(reference.run(model, 1, 300 * turn, 300)[1]),
        }
        if file == BASELINE:
            apart, bare = check_lean(), lean.Model(scenario, 1)
            works["lean"] = lambda _, bare=bare: sum(1 for _ in range(300) if lean.play(bare))
        seconds = interleaved(works, turns)
        for name in works:
            runs = middle(seconds[name])
            lines.append((f"{file.stem}: {name}", runs * 1e6, 1 / runs, ratio(seconds, name, "batch")))
        bare_python.append((file.stem, *against_plain(model, works, turns)))
    table("One thread, warm, equal outputs", ("engine", "us a run", "runs a second", "times batch"), lines)
    table(
        "The reference engine with no rule compiled: the same bytes from plain Python and SimPy",
        ("scenario", "us a run", "times the reference", "times batch"),
        bare_python,
    )
    print(f"\nLean version, 6,000 runs: P(resolved) at most {apart:.1f} standard errors from the batch engine's.")
    simpy_events(turns)


def against_plain(model: compiled.Compiled, works: Mapping[str, Work], turns: int, runs: int = 60) -> tuple[float, ...]:
    """Microseconds a run with nothing compiled, and how many times what the two engines take that is."""
    engines = {name: works[name] for name in ("reference", "batch")}
    seconds: Seconds = {name: [] for name in ("plain", *engines)}
    for turn in range(turns):
        took, played = plain.seconds_a_run(model, turn * runs, runs)
        assert played == b"".join(part.tobytes() for part in batch.run(model, 1, turn * runs, runs)), "another model"
        seconds["plain"].append(took)
        for name, (once,) in interleaved(engines, 1).items():
            seconds[name].append(once)
    return 1e6 * middle(seconds["plain"]), *(ratio(seconds, "plain", name) for name in engines)


class Counting(simpy.Environment):
    """An environment that counts the events it processes."""

    steps = 0

    def step(self) -> None:
        Counting.steps += 1
        super().step()


def simpy_events(turns: int, runs: int = 200) -> None:
    """The reference engine's events a second beside bare timeouts."""
    model = compiled.compile(load(BASELINE))
    plain, Counting.steps = simpy.Environment, 0
    simpy.Environment = Counting  # type: ignore[misc]
    try:
        reference.run(model, 1, 0, runs)
    finally:
        simpy.Environment = plain  # type: ignore[misc]
    events = Counting.steps / runs
    told = float(np.mean([len(reference.trace(model, 1, k)) for k in range(runs)]))
    seconds = interleaved(
        {
            "reference": lambda turn: len(reference.run(model, 1, turn * runs, runs)[1]),
            "bare": lambda _: bare_timeouts(12),
        },
        turns,
    )
    shares = [bare / run for run, bare in zip(seconds["reference"], seconds["bare"], strict=True)]
    table(
        "The reference engine beside SimPy with nothing to do",
        ("what", "value"),
        [
            ("SimPy events a run", events),
            ("rows of the event log a run", told),
            ("bare SimPy timeouts a second", 1 / middle(seconds["bare"])),
            ("SimPy events a second, as a share of bare timeouts (at least 0.25)", middle(shares) * events),
            ("rows of the event log a second, as a share of bare timeouts", middle(shares) * told),
        ],
    )
