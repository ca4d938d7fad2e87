"""Rules that take a short way where a scenario allows it give the same bytes as the general way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from negsim.scenario import load
from negsim.simulation import compiler
from negsim.simulation.engines import batch


@pytest.fixture(scope="module")
def published():
    return compiler.compile(load("us_russia_2025_04"))


@pytest.mark.parametrize(("table", "column"), [("bargain_is", "line"), ("size", "everywhere")])
def test_a_short_way_gives_the_same_bytes(published, table, column):
    """The points of a line by formula; the steps of shocks summed once for all issues of a meeting."""
    rows = published.tables[table].copy()
    assert rows[column].all()
    rows[column] = 0
    general = replace(published, tables={**published.tables, table: rows})
    pairs = zip(batch.run(published, 1, 0, 300), batch.run(general, 1, 0, 300), strict=True)
    assert all(one.tobytes() == other.tobytes() for one, other in pairs)


def test_packages_options_and_steps_on_some_issues_take_the_general_way():
    package, options = load("package"), load("staff_caps")
    assert not compiler.compile(package).tables["bargain_is"]["line"][len(package.issues) :].any()
    assert list(compiler.compile(options).tables["bargain_is"]["line"]).count(0) == 1
    step = {"kind": "harden", "side": "us", "step": 0.1, "half_life": "120 days", "issues": ["banking"]}
    some = load("us_russia_2025_04").replace({"shocks.setback.marks": [step]})
    assert not compiler.compile(some).tables["size"]["everywhere"].any()
