"""Work is estimated before a run: scenarios that would never end are warned about and refused, all others run."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import negsim as ns
from negsim.files import builtin_scenarios
from negsim.scenario.scenario import from_mapping
from negsim.scenario.workload import REFUSE, WARN
from negsim.simulation.compiler import compile
from negsim.simulation.engines import batch
from tests.kit import SOURCE, steady, talks

MARK = [{"kind": "meeting", "channel": "rounds", "after": "0 days"}]


def shock(**more: Any) -> dict[str, Any]:
    return {"title": "S", "marks": MARK, "source": SOURCE, **more}


def regime(**more: Any) -> dict[str, Any]:
    return {"pace": 1, "gap_factor": 1, "cancellation": 0, "settlement": 1, "breakdown": "0 per year", **more}


HEAVY = {
    "shocks.s.rate": talks(shocks={"s": shock(rate="10000 per day")}),
    "shocks.s.rate of an uncertain rate": talks(
        shocks={"s": shock(rate={"lognormal": {"median": "1 per year", "q90": "1e9 per year"}})}
    ),
    "channels.rounds.gap": talks(channel={"gap": "0.0001 days"}),
    "channels.rounds.gap of an uncertain gap": talks(
        channel={"gap": {"exponential": {"mean": {"uniform": {"low": "1e-9 days", "high": "1e-5 days"}}}}}
    ),
    "channels.rounds.gap of a gap that is seldom short": talks(
        channel={"gap": {"exponential": {"mean": {"lognormal": {"median": "1 day", "q90": "1000000 days"}}}}}
    ),
    "channels.rounds.gap of one run in a hundred": talks(
        channel={"gap": {"exponential": {"mean": {"lognormal": {"median": "1 day", "q90": "300 days"}}}}}
    ),
    "shocks.s.provokes": talks(
        shocks={
            "s": shock(rate="50000 per year", provokes=[{"shock": "s", "mean": 0.98, "delay": "1 day"}], marks=MARK)
        }
    ),
    "climate.regimes.a.sojourn": talks(
        climate=steady(
            a=regime(sojourn="0.0000001 days", next={"b": 1}), b=regime(sojourn="0.0000001 days", next={"a": 1})
        )
    ),
}


@pytest.mark.parametrize("name", HEAVY)
def test_a_scenario_that_would_never_end_is_refused_at_the_key_that_causes_it(name: str) -> None:
    scenario = from_mapping(HEAVY[name])
    assert ".".join(map(str, scenario.work.cause)) == name.split()[0]
    assert scenario.work.events > REFUSE
    assert any("negsim run needs --force" in warning.message for warning in scenario.warnings)
    for call in (ns.run, ns.trace):
        with pytest.raises(ns.InputError, match="a run has about"):
            call(scenario)


def test_many_runs_of_a_long_run_are_refused_and_one_is_not() -> None:
    scenario = from_mapping(talks(channel={"gap": "0.01 days"}))
    assert WARN < scenario.work.events < REFUSE
    assert any("so many runs take long" in warning.message for warning in scenario.warnings)
    with pytest.raises(ns.InputError, match="too many for 1,000,000 runs"):
        ns.run(scenario, 1_000_000)
    assert ns.run(scenario, 2).runs == 2


def test_force_runs_what_is_refused_and_its_result_can_be_used(tmp_path: Any) -> None:
    scenario = from_mapping(talks(horizon="2 days", shocks={"s": shock(rate="10000000 per year")}))
    assert not scenario.warnings or scenario.work.events > WARN
    heavy = from_mapping(talks(horizon="20 days", channel={"gap": "0.00001 days", "session": "1 hour"}))
    assert heavy.work.events > REFUSE
    done = ns.run(heavy, 1, force=True, out=tmp_path / "done")
    assert ns.Projection.load(tmp_path / "done").parameters.shape[0] == done.runs == 1


@pytest.mark.slow
def test_no_built_in_scenario_is_heavy_and_none_has_more_events_than_estimated() -> None:
    for name in builtin_scenarios():
        scenario = ns.load(name)
        events = np.mean([len(record.log()) for _, record in batch.watch(compile(scenario), 1, 0, 30)])
        assert events / 3 <= scenario.work.events <= WARN / 10, name


def test_sizes_are_bounded_at_their_place() -> None:
    options = [{"id": f"o{k}", "title": "O", "us": 0, "russia": 1} for k in range(4097)]
    for mapping, message in (
        (talks(" ".join(f"i{k}" for k in range(1001))), "issues is too long; allowed: at most 1000"),
        (talks({"a": {"outcome": {"options": options}}}), "options is too long; allowed: at most 4096"),
    ):
        with pytest.raises(ns.InputError, match=message):
            from_mapping(mapping)


def test_what_begins_at_once_has_room() -> None:
    many = talks(horizon="30 days", shocks={"s": shock(rate="0 per year", pending=["1 day"] * 1500)})
    assert ns.run(from_mapping(many), 2).runs == 2


def test_shocks_that_provoke_in_a_line_end() -> None:
    chain = {"s": shock(rate="1 per year", provokes=[{"shock": "t", "mean": 50, "delay": "1 day"}])}
    chain["t"] = shock(rate="0 per year", provokes=[{"shock": "u", "mean": 50, "delay": "1 day"}])
    assert from_mapping(talks(shocks={**chain, "u": shock(rate="0 per year")})).work.events < REFUSE


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ns.update("record_alone", "2025-09-01", runs=10**12), "runs is a whole number from 1 to 100000000"),
        (lambda: ns.sweep("baseline", {"tactics.us.beta": {"uniform": {"low": 0.1, "high": 2}}}, "latin", 10**9),
         "at most 1,000,000 experiments, but was 1,000,000,000"),
        (lambda: ns.timeline("baseline", "month", [f"2025-05-{day}" for day in range(10, 30)], runs=10**9),
         "too many for 20,"),
    ],
    ids=["update", "sweep", "timeline"],
)  # fmt: skip
def test_work_that_is_repeated_counts_each_time(call: Any, message: str) -> None:
    with pytest.raises(ns.NegsimError, match=message):
        call()


def test_shapes_are_bounded_in_the_loader_and_in_the_schema() -> None:
    from negsim.scenario.schema import scenario_schema

    for family, name in (("gamma", "shape"), ("weibull", "shape")):
        numbers = {"shape": 1e308, "scale": "10 days"}
        with pytest.raises(ns.InputError, match=f"{name} was 1e\\+308; allowed: a number from 0.01 to 10000"):
            from_mapping(talks(channel={"gap": {family: numbers}}))
    assert scenario_schema()["$defs"]["shape"] == {"type": "number", "minimum": 0.01, "maximum": 10000.0}


def test_the_command_line_warns_refuses_and_forces(negsim: Any, tmp_path: Any) -> None:
    file = tmp_path / "heavy.yaml"
    heavy = talks(horizon="20 days", channel={"gap": "0.00001 days", "session": "1 hour"})
    file.write_text(json.dumps(heavy), encoding="utf-8")
    checked = negsim("check", file)
    assert checked.code == 0
    assert "warning: a run has about" in checked.out
    refused = negsim("run", file, "--runs", 1)
    assert refused.code == 2
    assert "negsim run --force runs it anyway" in refused.err
    assert negsim("run", file, "--runs", 1, "--force").code == 0
