"""Every command, every picture and the page with any valid scenario: no error but ours.

One issue to sixty, a horizon of a day to fifty years, everything agreed, nothing possible, one run to two hundred.
"""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

import negsim as ns
from negsim.cli import app
from negsim.scenario.scenario import from_mapping
from tests.strategies import of_any_scale, scenarios
from tests.walk import ELSEWHERE, show_everything, walk_through

#: How many times as many scenarios: NEGSIM_WALK=20 walks for an hour.
MORE = int(os.environ.get("NEGSIM_WALK", "1"))
UNHURRIED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def walked(mapping, runs):
    with TemporaryDirectory() as folder:
        return walk_through(mapping, runs, Path(folder))


@pytest.mark.slow
@given(mapping=of_any_scale(most=2), runs=st.sampled_from([1, 20]))
@settings(max_examples=1, suppress_health_check=UNHURRIED, phases=[Phase.generate])
def test_a_scenario_passes_through_every_command(mapping, runs):
    commands = {command.name or command.callback.__name__.strip("_") for command in app.registered_commands}
    commands |= {group.typer_instance.info.name for group in app.registered_groups}
    assert walked(mapping, runs) == {name.replace("_", "-") for name in commands} - ELSEWHERE


@pytest.mark.slow
@given(mapping=of_any_scale(), runs=st.sampled_from([1, 2, 200]))
@settings(max_examples=2 * MORE, suppress_health_check=UNHURRIED)
def test_scenarios_of_any_scale_pass_through_every_command(mapping, runs):
    walked(mapping, runs)


@pytest.mark.slow
@given(mapping=of_any_scale(), runs=st.sampled_from([1, 2, 200]))
@settings(max_examples=8 * MORE, suppress_health_check=UNHURRIED)
def test_scenarios_of_any_scale_are_shown_in_every_picture(mapping, runs):
    show_everything(mapping, runs)


@pytest.mark.slow
@given(mapping=scenarios(), runs=st.sampled_from([1, 20, 200]))
@settings(max_examples=2 * MORE, suppress_health_check=UNHURRIED)
def test_scenarios_over_the_whole_schema_pass_through_every_command(mapping, runs):
    try:
        valid = bool(from_mapping(mapping).issues)
    except ns.NegsimError:
        valid = False
    assume(valid)
    walked(mapping, runs)
