"""Which issue is first and which last, and how much of a spread is assumption: cases whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from negsim.projection.running import run
from negsim.scenario.scenario import from_mapping
from tests.kit import chance, talks


def test_every_run_has_one_first_and_one_last_or_none(projection):
    table = projection.ends()
    assert table[["first", "last"]].sum().tolist() == pytest.approx([1, 1])
    resolved = projection.outcomes["resolved"]
    assert table.loc["none", "first"] == pytest.approx(np.isnan(resolved).all(axis=1).mean())
    assert table.loc["none", "last"] == pytest.approx((np.isnan(resolved).sum(axis=1) > 1).mean())


def test_the_easier_of_two_issues_is_first_and_the_other_last():
    mapping = talks({"a": {"reservation": {"us": 0.4, "russia": 0.4}}, "b": {}})
    table = run(from_mapping(mapping), runs=20, engine="reference").ends()
    assert (table.loc["b", "first"], table.loc["a", "last"]) == (1, 1)


def test_what_is_agreed_by_a_date_is_no_less_than_what_is_resolved(projection):
    agreed, resolved = projection.agreed_by("2027-04-10"), projection.resolved_by("2027-04-10")
    assert (agreed["p"] >= resolved["p"]).all()
    assert (agreed["p"] > resolved["p"]).any()


def test_pure_chance_has_no_share_of_assumption_and_a_pure_assumption_has_all():
    luck = run(from_mapping(chance(0.2)), runs=2000, engine="reference").assumption_share("2025-05-20")
    assert luck.loc["a", "low"] < 0 < luck.loc["a", "high"]
    mapping = talks("a", both={"patience": {"uniform": {"low": "100 days", "high": "400 days"}}})
    sure = run(from_mapping(mapping), runs=500, engine="reference").assumption_share("2025-10-10")
    assert 0.1 < sure.loc["a", "p"] < 0.9
    assert sure.loc["a", "assumption"] == pytest.approx(1)
