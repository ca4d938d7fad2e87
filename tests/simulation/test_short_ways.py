"""Rules that take a short way where a scenario allows it give the same bytes as the general way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negsim.scenario import load
from negsim.simulation import compiler
from negsim.simulation.engines import batch
from negsim.simulation.rules.far_apart import power
from tests.kit import general


@pytest.fixture(scope="module")
def published():
    return compiler.compile(load("us_russia_2025_04"))


@pytest.mark.parametrize(("table", "column"), [("bargain_is", "line"), ("bargain_is", "plain"), ("size", "everywhere")])
def test_a_short_way_gives_the_same_bytes(published, table, column):
    """Points of a line by formula; no exact offers where the sides are far apart; steps of shocks summed once."""
    assert published.tables[table][column].all()
    pairs = zip(batch.run(published, 1, 0, 300), batch.run(general(published, table, column), 1, 0, 300), strict=True)
    assert all(one.tobytes() == other.tobytes() for one, other in pairs)


@given(st.floats(1e-300, 1.0), st.floats(0.0, 100.0))
def test_the_approximate_power_is_within_its_bound(base, exponent):
    assert abs(power(base, exponent) - base**exponent) < 1e-6


def test_packages_options_and_steps_on_some_issues_take_the_general_way():
    package, options = load("package"), load("staff_caps")
    assert not compiler.compile(package).tables["bargain_is"]["line"][len(package.issues) :].any()
    assert list(compiler.compile(options).tables["bargain_is"]["line"]).count(0) == 1
    step = {"kind": "harden", "side": "us", "step": 0.1, "half_life": "120 days", "issues": ["banking"]}
    some = load("us_russia_2025_04").replace({"shocks.setback.marks": [step]})
    assert not compiler.compile(some).tables["size"]["everywhere"].any()
