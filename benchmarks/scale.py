"""Growth of the cost with issues, horizon and runs; and the gain of a second thread."""

from __future__ import annotations

import json
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.measure import PUBLISHED, TURNS, interleaved, median, ratio, table
from negsim.files.yaml import read_yaml_text
from negsim.projection.chunks import sizes
from negsim.scenario import load
from negsim.simulation import compiler
from negsim.simulation.engines import batch

ISSUES, YEARS = (8, 64, 512), (3, 30)
MANY = (1_000, 10_000, 100_000, 1_000_000)


def unsourced(part: Any) -> Any:
    """Replace sources by short ones: a file may not be larger than 2 MB."""
    if isinstance(part, dict):
        return {key: ["judgement: a copy"] if key == "source" else unsourced(value) for key, value in part.items()}
    return part


def grown(issues: int, years: int, room: bool) -> compiler.Compiled:
    """The published scenario with its issues repeated, over a number of years.

    With ``room`` a session grows with the number of issues; otherwise it stays and most issues wait.
    """
    data: dict[str, Any] = read_yaml_text(load(PUBLISHED).to_yaml(), "published").data
    issues_of, agenda = data["issues"], data["agenda"]["issues"]
    names = list(issues_of)
    new = {}
    for n in range(issues):
        name = names[n % len(names)]
        copy = name if n < len(names) else f"{name}_{n}"
        new[copy], agenda[copy] = unsourced(issues_of[name]), agenda[name]
    data["issues"] = new
    data["leave_out"] = [*data.get("leave_out", ()), *(name for name in names if name not in new)]
    data["horizon"] = f"{years} years"
    for channel in data["channels"].values():
        channel["issues"] = list(new)
        if room:
            channel["session"] = f"{6 * issues / len(names)} hours"
    for shock in data["shocks"].values():
        for mark in shock["marks"]:
            if isinstance(mark.get("issues"), list):
                mark["issues"] = list(new)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "grown.yaml"
        path.write_text(json.dumps(data), encoding="utf-8")  # YAML too, and short
        return compiler.compile(load(path))


def played(model: compiler.Compiled, runs: int, threads: int = 1) -> int:
    """Simulate runs in chunks, in a number of threads; drop the outcomes."""

    def chunk(which: tuple[int, int]) -> int:
        return len(batch.run(model, 1, *which)[1])

    if threads == 1:  # in this thread, whose processor time is measured
        return sum(map(chunk, sizes(runs).values()))
    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(chunk, sizes(runs).values()))


def growth(turns: int, room: bool) -> None:
    """Print the cost of a discussion by issues and horizon."""
    models = {(n, years): grown(n, years, room) for n in ISSUES for years in YEARS}
    runs = {key: max(400, 16_000 // key[0]) for key in models}  # so many that the start of a call costs little
    talked = {
        key: float(batch.run(model, 1, 0, runs[key])[0]["discussions"].sum()) / runs[key]
        for key, model in models.items()
    }
    works = {
        f"{n} issues, {years} years": lambda _, key=(n, years): len(batch.run(models[key], 1, 0, runs[key])[1])
        for n, years in models
    }
    seconds = interleaved(works, turns)
    each = {name: median(seconds[name]) for name in works}
    cost = {name: 1e9 * each[name] / talked[key] for name, key in zip(works, models, strict=True)}
    rows = [
        (name, talked[key], each[name] * 1e6, cost[name], cost[name] / min(cost.values()))
        for name, key in zip(works, models, strict=True)
    ]
    title = "a session with room for all" if room else "a session of six hours"
    table(
        f"Growth, {title}",
        ("agenda", "discussions per run", "us per run", "ns per discussion", "times the least"),
        rows,
    )


def scale(turns: int = TURNS) -> None:
    """Print the tables."""
    growth(turns, room=True)
    growth(turns, room=False)
    model = compiler.compile(load(PUBLISHED))
    several = interleaved({f"{n:,} runs": lambda _, n=n: played(model, n) for n in MANY[:-1]}, turns)
    several |= interleaved({f"{MANY[-1]:,} runs": lambda _: played(model, MANY[-1])}, 1)
    table(
        "Growth with runs, us_russia_2025_04, outcomes dropped",
        ("runs", "us per run"),
        [(name, 1e6 * median(values)) for name, values in several.items()],
    )
    both = interleaved(
        {"one thread": lambda _: played(model, 65_536), "two threads": lambda _: played(model, 65_536, 2)},
        turns,
        time.perf_counter,
    )
    rows = [(name, 1e6 * median(values), ratio(both, "one thread", name)) for name, values in both.items()]
    table("Threads, wall time", ("threads", "us per run", "times as fast"), rows)
