"""The batch engine, the reference engine, and a lean SimPy version of the same model."""

from __future__ import annotations

import math

from benchmarks import lean
from benchmarks.measure import BASELINE, PUBLISHED, TURNS, interleaved, median, ratio, table
from negsim.agenda import Status
from negsim.scenario import Scenario, load
from negsim.simulation import compiler
from negsim.simulation.engines import batch, reference

#: The largest difference between the lean version and the engine, in standard errors.
APART = 4.0


def check_equal(model: compiler.Compiled, runs: int = 200) -> None:
    """Both engines give the same bytes."""
    one, two = batch.run(model, 1, 0, runs), reference.run(model, 1, 0, runs)
    assert all(a.tobytes() == b.tobytes() for a, b in zip(one, two, strict=True)), "the engines differ"


def apart(scenario: Scenario, runs: int = 6000) -> float:
    """The largest difference of P(resolved) between the lean version and the batch engine, in standard errors."""
    many = 8 * runs
    outcomes, _ = batch.run(compiler.compile(scenario), 1, 0, many)
    engine = (outcomes["status"] == Status.RESOLVED).mean(axis=0).tolist()
    pairs = zip(lean.resolved(scenario, runs, seed=1), engine, strict=True)
    return max(abs(p - q) / math.sqrt(q * (1 - q) * (1 / runs + 1 / many)) for p, q in pairs)


def speed(turns: int = TURNS) -> None:
    """Print a table for the baseline, and one for the published scenario."""
    for path in (BASELINE, PUBLISHED):
        _speed(load(path), path.stem, turns)


def _speed(scenario: Scenario, name: str, turns: int) -> None:
    model, bare = compiler.compile(scenario), lean.Model(scenario, 1)
    check_equal(model)
    difference = apart(scenario)
    assert difference < APART, "the lean version is another model"
    works = {
        "batch": lambda turn: len(batch.run(model, 1, 4000 * turn, 4000)[1]),
        "reference": lambda turn: len(reference.run(model, 1, 300 * turn, 300)[1]),
        "lean SimPy": lambda _: sum(1 for _ in range(300) if lean.play(bare)),
    }
    seconds = interleaved(works, turns)
    runs = {work: median(seconds[work]) for work in works}
    rows = [(work, 1e6 * runs[work], 1 / runs[work], ratio(seconds, work, "batch")) for work in works]
    table(f"{name}, one thread, warm", ("engine", "us per run", "runs per second", "times batch"), rows)
    print(f"\nLean version, 6,000 runs: P(resolved) differs by at most {difference:.1f} standard errors.")
