"""Every command, every picture and the page with any valid scenario: no error but ours.

One issue to sixty, a horizon of a day to fifty years, everything agreed, nothing possible, one run to two hundred. A
test takes its scenarios in a fixed order until its time is up; it always finishes the one that it has begun.
"""

import json
import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings

import negsim as ns
from negsim.cli import app
from negsim.scenario.scenario import from_mapping
from tests.strategies import of_any_scale, scenarios
from tests.walk import ELSEWHERE, show_everything, walk_through

#: Seconds for each test; NEGSIM_WALK_SECONDS=3600 walks for an hour each.
SECONDS = float(os.environ.get("NEGSIM_WALK_SECONDS", "2"))
#: Scenarios that are ready when there is time for more.
READY = max(20, round(SECONDS))


def drawn(strategy, number=READY):
    """Examples of a strategy, the same each time; the simplest one comes last."""
    found = []

    @given(strategy)
    @settings(max_examples=number, suppress_health_check=list(HealthCheck), phases=[Phase.generate], database=None)
    def collect(example):
        found.append(example)

    collect()
    return [*found[1:], found[0]]


def valid(mapping):
    try:
        return bool(from_mapping(mapping).issues)
    except ns.NegsimError:
        return False


def until_time_is_up(mappings, runs, check):
    end = time.monotonic() + SECONDS
    for number, mapping in enumerate(mapping for mapping in mappings if valid(mapping)):
        if number and time.monotonic() > end:
            break
        try:
            check(mapping, runs[number % len(runs)])
        except Exception as error:
            raise AssertionError(f"scenario {number}: {json.dumps(mapping)}") from error


def walked(mapping, runs):
    with TemporaryDirectory() as folder:
        return walk_through(mapping, runs, Path(folder))


@pytest.mark.slow
def test_scenarios_of_any_scale_pass_through_every_command():
    commands = {command.name or command.callback.__name__.strip("_") for command in app.registered_commands}
    commands |= {group.typer_instance.info.name for group in app.registered_groups}

    def all_walked(mapping, runs):
        assert walked(mapping, runs) == {name.replace("_", "-") for name in commands} - ELSEWHERE

    until_time_is_up(drawn(of_any_scale(most=12)), (20, 1, 200), all_walked)


@pytest.mark.slow
def test_scenarios_of_any_scale_are_shown_in_every_picture():
    until_time_is_up(drawn(of_any_scale()), (20, 1, 200), show_everything)


@pytest.mark.slow
def test_scenarios_over_the_whole_schema_pass_through_every_command():
    until_time_is_up(drawn(scenarios(), 10 * READY), (20, 1, 200), walked)
