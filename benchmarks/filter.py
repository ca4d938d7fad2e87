"""The sequential filter of `negsim update` against rejection: effective numbers, and ranks of known truths.

Run ``python -m benchmarks.filter``; it prints the tables of ``docs/statistics.md``. Two minutes.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

import negsim as ns
from negsim.monitoring import LEVELS, Observed, observed
from negsim.monitoring.conditioning import _until, chosen
from negsim.monitoring.filtering import filtered, stages
from negsim.monitoring.matching import ends_of, misses_of
from negsim.scenario import from_mapping
from negsim.simulation import Kind
from negsim.simulation.engines import batch
from tests.monitoring.test_update import talks

HALF = 365


def rejection(compiled, seen, level, runs, seed=1):
    """The runs that a level accepts among ``runs``."""
    outcomes, rows = batch.run(compiled, seed, 0, runs)
    misses = misses_of(outcomes, compiled.issues, seen)
    return chosen(compiled, seed, misses, rows["meetings"].astype(int), seen, 1, levels=(level,))[1]


def shipped(runs=100_000):
    """The published scenario conditioned on the record to 24 June 2026."""
    scenario, to = ns.load("us_russia_2025_04"), date(2026, 6, 24)
    seen = observed(scenario, to, ["banking", "local_staff"])
    compiled = _until(scenario, to)
    for level in LEVELS[:3]:
        many = runs * len(stages(seen, level))
        plain = rejection(compiled, seen, level, many)
        found = filtered(scenario, level, seen, runs, 1, _until)
        row = (level.words, f"{many:,}", f"{plain.effective:.0f}", f"{len(found.numbers):,}", f"{found.effective:.0f}")
        print("|", " | ".join(row), "|", flush=True)


def history(compiled, number):
    """The record of one simulated history up to half-time: ends, days of agreements and of rounds."""
    outcomes, _ = batch.run(compiled, 2, number, 1)
    log = batch.trace(compiled, 2, number)
    meetings = log[log["kind"] == int(Kind.MEETING)]
    held = tuple((int(t), int(t)) for t in meetings["t"][meetings["now"] == 0])
    off = tuple((int(t), int(t)) for t in meetings["t"][meetings["now"] != 0])
    ends = dict(zip(compiled.issues, map(int, ends_of(outcomes)[0]), strict=True))
    agreed = {
        name: (int(day), int(day))
        for name, day in zip(compiled.issues, outcomes["agreed"][0], strict=True)
        if ends[name] == 1
    }
    return Observed(HALF, ends, agreed, held, off)


def simulated(histories=30, runs=6000):
    """Histories of the small scenario of the tests, with days: effective numbers, and places of the truth."""
    scenario = from_mapping(talks())
    compiled = _until(scenario, scenario.as_of + timedelta(days=HALF))
    names = [list(compiled.assumptions).index(f"parameters.{name}") for name in ("p", "gap")]
    places, ratios, none = [], [], 0
    for number in range(histories):
        seen = history(compiled, number)
        if len(seen.held) > 6:
            continue  # many rounds near their days: neither way finds a run
        level = LEVELS[1]
        plain = rejection(compiled, seen, level, runs * len(stages(seen, level)))
        found = filtered(scenario, level, seen, runs, 1, _until)
        if found.effective < 20:
            none += 1
            continue
        ratios.append(found.effective / max(plain.effective, 1))
        true = compiled.assumed(2, number, 1)[0][names]
        draws = np.array([compiled.assumed(1, n, 1)[0][names] for n in found.numbers.tolist()])
        places.append((draws < true).mean(axis=0))
    places = np.array(places)
    inside = ((places > 0.1) & (places < 0.9)).mean(axis=0)
    print(f"{len(ratios)} histories, {none} left out; median ratio of effective numbers {np.median(ratios):.1f}")
    print(f"mean place of the truth {places.mean(axis=0).round(2)}, 80 % intervals cover {inside.round(2)}")


if __name__ == "__main__":
    shipped()
    simulated()
