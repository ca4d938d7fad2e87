"""Idle bargains change no result: the same runs with and without them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from negsim.errors import InputError, NegsimError
from negsim.scenario import scenario as scenarios
from negsim.simulation import compiler, idle_rows
from negsim.simulation.compiled import Compiled
from negsim.simulation.compiler import compile
from negsim.simulation.engines import batch
from tests.kit import talks
from tests.strategies import scenarios as random_scenarios

DRAWN = {"us": {"uniform": {"low": 0.1, "high": 0.8}}, "russia": {"pert": {"low": 0.1, "mode": 0.3, "high": 0.9}}}


def compiled(mapping: dict[str, Any], monkeypatch: pytest.MonkeyPatch, noted: int = 256) -> Compiled:
    """The model, with idle bargains in the smallest agenda and room to note a few events."""
    monkeypatch.setattr(idle_rows, "MANY", 1)
    monkeypatch.setattr(compiler, "UNBOOKED", noted)
    return compile(scenarios.from_mapping(mapping))


def eager(model: Compiled) -> Compiled:
    """The model without idle bargains."""
    size = model.tables["size"].copy()
    size["late"] = 0
    return replace(model, tables={**model.tables, "size": size})


def plain(model: Compiled) -> list[bool]:
    return [bool(kind >= 0) for kind in model.tables["issue_is"]["kind"]]


def compare(model: Compiled, runs: int) -> np.ndarray:
    """The outcomes, which are those without idle bargains; so are the rows of runs, with the numbers clipped."""
    outcomes, results = batch.run(model, 1, 0, runs)
    expected, of_runs = batch.run(eager(model), 1, 0, runs)
    assert outcomes.tobytes() == expected.tobytes()
    assert results.tobytes() == of_runs.tobytes()
    return outcomes


def crowded(order: str) -> dict[str, Any]:
    """Thirty issues of several kinds, time for two of them in a session, suspensions, and talks that may break down."""
    issues: dict[str, Any] = {f"i{n}": {"reservation": DRAWN, "priority": 1 + n % 5} for n in range(30)}
    issues["i3"]["settle"] = issues["i4"]["settle"] = {"chance": 0.2}
    issues["i5"]["start"] = {"status": "discussing", "rounds": 2, "clock": {"us": "9 days", "russia": "8 days"}}
    issues["i6"]["implementation"] = {
        "lag": {"lognormal": {"median": {"uniform": {"low": "5 days", "high": "9 days"}}, "q90": "90 days"}}
    }
    marks = [
        {"kind": "suspend", "issues": "all", "duration": "25 days", "probability": 0.5},
        {"kind": "suspend", "issues": ["i1", "i9", "i20"], "duration": "70 days", "probability": 0.5},
        {"kind": "reservation", "side": "us", "issues": ["i2", "i11"], "delta": 0.1, "probability": 0.1},
    ]
    return talks(
        issues,
        horizon="400 days",
        defaults={"implementation": {"lag": "30 days", "collapse": 0.3, "step": 0.1}},
        channel={"gap": "30 days", "session": "2 hours", "order": order},
        shocks={"storm": {"title": "S", "rate": "3 per year", "marks": marks}},
        climate={
            "start": "fair",
            "source": "arithmetic: a test",
            "regimes": {
                "fair": {"sojourn": "90 days", "next": {"foul": 1}, "pace": 1, "gap_factor": 1, "cancellation": 0.2,
                         "settlement": 1, "breakdown": "0.2 per year"},
                "foul": {"sojourn": "90 days", "next": {"fair": 1}, "pace": 0.3, "gap_factor": 1, "cancellation": 0.2,
                         "settlement": 1, "breakdown": "0.2 per year"},
            },
        },
    )  # fmt: skip


@pytest.mark.parametrize("order", ["round_robin", "priority", "oldest", "closest"])
def test_a_crowded_agenda_has_the_same_outcomes_with_idle_bargains(order, monkeypatch):
    model = compiled(crowded(order), monkeypatch)
    assert all(plain(model))
    outcomes = compare(model, 150)
    assert (outcomes["discussions"] == 0).mean() > 0.2
    assert len(np.unique(outcomes["reason"])) >= 4, "agreed, no zone, breakdown, horizon"


def test_idle_bargains_catch_up_when_there_is_no_more_room_for_notes(monkeypatch):
    compare(compiled(crowded("round_robin"), monkeypatch, noted=3), 50)


def test_a_bargain_with_a_number_that_may_be_clipped_is_never_idle(monkeypatch):
    wide = {"us": {"lognormal": {"median": 0.5, "q90": 0.9}}, "russia": 0.2}
    lag = {"lognormal": {"median": {"uniform": {"low": "5 days", "high": "95 days"}}, "q90": "90 days"}}
    issues = {"a": {}, "b": {"reservation": wide}, "c": {"implementation": {"lag": lag}}, "d": {"reservation": DRAWN}}
    model = compiled(talks(issues, channel={"session": "1 hour"}, horizon="30 days"), monkeypatch)
    assert plain(model) == [True, False, False, True]
    assert batch.run(model, 1, 0, 50)[1]["clipped"].sum() > 0
    compare(model, 50)


def test_an_assumed_value_outside_its_range_is_counted_as_clipped_in_a_large_agenda(monkeypatch):
    model = compiled(talks({"a": {"reservation": DRAWN}, "b": {}}, channel={"session": "1 hour"}), monkeypatch)
    (name,) = (name for name in model.assumptions if name.endswith("us"))
    assert batch.run(model.assuming({name: 1.5}), 1, 0, 3)[1]["clipped"].tolist() == [1, 1, 1]


def test_what_another_issue_waits_for_is_never_idle(monkeypatch):
    mapping = talks({"a": {}, "b": {"opens": {"when": {"issue": "a", "reaches": "suspended"}}}, "c": {}})
    assert plain(compiled(mapping, monkeypatch)) == [False, False, True]


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(random_scenarios())
def test_random_scenarios_have_the_same_outcomes_with_idle_bargains(mapping):
    with pytest.MonkeyPatch.context() as monkeypatch:
        try:
            compare(compiled(mapping, monkeypatch), 10)
        except (InputError, NegsimError):
            return


@pytest.mark.parametrize("many", [1, 24])
def test_issues_that_no_channel_takes_stay_as_they_are(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    mapping = crowded("round_robin")
    mapping["channels"] = {}
    mapping["strict"] = True
    monkeypatch.setattr(idle_rows, "MANY", many)
    model = compile(scenarios.from_mapping(mapping))
    assert model.channels == ()
    assert np.isnan(compare(model, 20)["resolved"]).all()
