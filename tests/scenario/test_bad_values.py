"""A wrong value anywhere in the full form of the baseline gives an error with its place, or a scenario that runs."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

import pytest

from negsim.agenda import agenda_from_node
from negsim.errors import NegsimError
from negsim.files.nodes import Node, Place
from negsim.scenario.scenario import assemble, load
from negsim.simulation.compiler import compile
from negsim.simulation.engines import batch
from tests.bad_values import BAD, Path, changed, forms, paths


@cache
def full() -> dict[str, Any]:
    return load("scenarios/baseline.yaml").resolved()


@cache
def the_agenda() -> Any:
    return agenda_from_node(Node.of(full()["agenda"], Place("agenda.yaml")))


def try_out(path: Path, bad: Any) -> None:
    """Load, and run if it loads; anything but an error with a message fails."""
    known = the_agenda() if path[:1] != ("agenda",) and path else None
    try:
        scenario, problems = assemble(Node.of(changed(full(), path, bad), Place("talks.yaml", 1, 1)), known)
        for problem in problems:
            assert problem.message
            if path == ("agenda", "sources") and problem.file == bad:  # a text names a file of sources
                continue
            assert problem.file == "talks.yaml"
            assert problem.line == 1
        assert scenario is not None or any(not problem.warning for problem in problems)
        if scenario is not None:
            batch.run(compile(scenario), 1, 0, 2)
    except NegsimError:
        return
    except Exception as error:
        raise AssertionError(f"{'.'.join(map(str, path))} = {bad!r:.40}") from error


def test_a_sample_of_bad_values() -> None:
    every = [(path, bad) for path in forms(full()) for bad in BAD.values()]
    for path, bad in Random(17).sample(every, 20):
        try_out(path, bad)


@pytest.mark.parametrize("bad", [[], {}, [[]]], ids=str)
def test_a_list_where_a_parameter_is_named(bad: Any) -> None:
    try_out(("issues", "banking", "start", "clock", "us", "parameter"), bad)


@pytest.mark.slow
@pytest.mark.parametrize("name", BAD)
def test_a_bad_value_at_every_path_of_the_scenario(name: str) -> None:
    for path in paths({**full(), "agenda": 0}):
        try_out(path, BAD[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", BAD)
def test_a_bad_value_at_every_path_of_the_agenda(name: str) -> None:
    for path in paths(full()["agenda"]):
        try_out(("agenda", *path), BAD[name])
