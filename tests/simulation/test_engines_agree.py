"""Two engines, one set of rules: the same events in the same order with the same bits."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings

from negsim.errors import InputError, NegsimError
from negsim.scenario import scenario as scenarios
from negsim.simulation.compiled import Compiled
from negsim.simulation.compiler import compile
from negsim.simulation.engines import batch, reference
from tests.kit import talks
from tests.strategies import scenarios as random_scenarios

STORIES = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


def same(model: Compiled, runs: int, seed: int = 1) -> int:
    """Compare logs and outcomes of some runs; returns how many events there were."""
    events = 0
    for k in range(runs):
        one, two = reference.trace(model, seed, k), batch.trace(model, seed, k)
        if one.tobytes() != two.tobytes():
            n = min(len(one), len(two))
            at = next((i for i in range(n) if one[i].tobytes() != two[i].tobytes()), n)
            raise AssertionError(f"run {k} differs from event {at}:\n{one[at : at + 2]}\n{two[at : at + 2]}")
        events += len(one)
    mine, other = reference.run(model, seed, 0, runs), batch.run(model, seed, 0, runs)
    for a, b in zip(mine, other, strict=True):
        assert a.tobytes() == b.tobytes()
    return events


@pytest.mark.parametrize("path", STORIES, ids=lambda p: p.stem)
def test_every_story_is_the_same_on_both_engines(path: Path) -> None:
    assert same(compile(scenarios.load(path)), 30) > 30


def _random(mapping: dict[str, Any], runs: int) -> None:
    try:
        model = compile(scenarios.from_mapping(mapping))
    except InputError:
        event("turned away")
        return
    try:
        events = same(model, runs)
    except NegsimError as error:
        if "as old" not in str(error) and "so long" not in str(error):
            raise
        event("impossible start")
        return
    event("events: " + ("none" if events <= runs else "some"))


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(random_scenarios())
def test_random_scenarios_are_the_same_on_both_engines(mapping: dict[str, Any]) -> None:
    _random(mapping, 2)


@pytest.mark.slow
@settings(max_examples=2000, suppress_health_check=list(HealthCheck))
@given(random_scenarios())
def test_thousands_of_random_scenarios_are_the_same_on_both_engines(mapping: dict[str, Any]) -> None:
    _random(mapping, 3)


def test_hundreds_of_appointments_at_once_are_the_same_on_both_engines() -> None:
    days = [{"date": str(date(2025, 4, 11) + timedelta(k)), "probability": 0.5} for k in range(600)]
    ease = {"kind": "ease", "side": "us", "issues": "all", "step": 0.01, "half_life": "90 days"}
    mapping = talks("a b", shocks={"s": {"title": "S", "dates": days, "marks": [ease]}}, channel={"order": "closest"})
    assert same(compile(scenarios.from_mapping(mapping)), 3) > 600


def test_a_run_alone_and_any_split_give_the_same_bytes() -> None:
    model = compile(scenarios.load(STORIES[0].parent / "expulsions.yaml"))
    whole, rows = batch.run(model, 7, 0, 40)
    for first, count in ((0, 13), (13, 20), (33, 7)):
        part, row = batch.run(model, 7, first, count)
        assert part.tobytes() == whole[first : first + count].tobytes()
        assert row.tobytes() == rows[first : first + count].tobytes()
    alone, _ = batch.run(model, 7, 17, 1)
    assert alone.tobytes() == whole[17:18].tobytes()
    assert np.array_equal(whole["status"].shape, (40, len(model.issues)))
