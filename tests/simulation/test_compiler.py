"""From names to numbers: what is drawn once a run has one value and one stream wherever it is used."""

import numpy as np
import pytest

from negsim.projection.running import run
from negsim.scenario.scenario import from_mapping
from negsim.simulation.compiler import compile
from negsim.simulation.engines import batch
from negsim.simulation.events import Kind
from negsim.simulation.rules.draws import stream
from tests.kit import ENGINES, SOURCE, talks

ASSUMED = {"uniform": {"low": "20 days", "high": "40 days"}}
ONE_OF_TWO = {"empirical": {"values": ["20 days", "40 days"]}}


def hopeless(**over):
    """An issue without a zone of possible agreement, so that every meeting of the series takes place."""
    return talks({"a": {"reservation": {"us": 0.9, "russia": 0.9}}}, **over)


def gaps(compiled, number):
    log = batch.trace(compiled, 1, number)
    return np.diff(log["t"][log["kind"] == Kind.MEETING])


@pytest.mark.parametrize("value", [ASSUMED, ONE_OF_TWO], ids=["uniform", "empirical"])
def test_a_parameter_that_is_used_first_as_a_gap_has_one_value_a_run(value):
    over = {"parameters": {"g": {"value": value, "source": SOURCE}}, "channel": {"gap": {"parameter": "g"}}}
    compiled = compile(from_mapping(hopeless(**over)))
    assumed = compiled.assumed(1, 0, 20)
    assert list(compiled.assumptions) == ["parameters.g"]
    assert (assumed >= 20).all()
    assert len(np.unique(assumed)) > 1
    for number in range(20):
        np.testing.assert_allclose(gaps(compiled, number), assumed[number, 0], rtol=1e-12)


def test_a_parameter_that_is_used_first_as_a_lag_has_one_value_a_run():
    lag = {"lag": {"parameter": "g"}}
    mapping = talks({"a": {"implementation": lag}}, parameters={"g": {"value": ASSUMED, "source": SOURCE}})
    scenario = from_mapping(mapping)
    for engine in ENGINES:
        done = run(scenario, 20, engine=engine)
        took = (done.outcomes["resolved"] - done.outcomes["agreed"])[:, 0]
        np.testing.assert_allclose(took, done.parameters["parameters.g"], rtol=1e-9)


def test_a_package_has_the_drawn_priority_of_its_first_member():
    either = {side: {"a": 0.5, "b": 0.5} for side in ("us", "russia")}
    package = {"title": "P", "issues": ["a", "b"], "weights": either, "source": SOURCE}
    issues = {"a": {"priority": {"uniform": {"low": 0, "high": 2}}}, "b": {}, "c": {"priority": 1}}
    compiled = compile(from_mapping(talks(issues, packages={"p": package})))
    assert [name for name in compiled.assumptions if "priority" in name] == ["issues.a.priority"]


@pytest.mark.parametrize("engine", list(ENGINES))
def test_a_seed_of_any_size_can_follow_any_other(engine):
    scenario = from_mapping(talks("a", channel={"gap": {"exponential": {"mean": "10 days"}}}))
    first, large, again = (run(scenario, 5, seed, engine=engine) for seed in (1, 2**64 - 1, 1))
    assert first.outcomes.tobytes() == again.outcomes.tobytes() != large.outcomes.tobytes()
    assert len(large.parameters) == 5


def test_dated_shocks_keep_the_draws_of_their_old_key(baseline):
    chance = {"date": "2025-09-01", "probability": {"uniform": {"low": 0, "high": 1}}}
    shock = {"title": "Summit", "dates": [chance], "marks": [{"kind": "climate", "to": "thaw"}], "source": SOURCE}
    compiled = compile(baseline.replace({"shocks.meeting_of_leaders": shock}))
    name = "shocks.meeting_of_leaders.dates.0.p"
    number = list(compiled.assumptions).index(name)
    assert compiled.tables["parameter_is"]["stream"][number] == stream("param/shocks.meeting_of_leaders.on.0.p")
