"""Conditional questions: the runs in which something holds."""

from __future__ import annotations

import json
import math
from datetime import date

import numpy as np
import pytest

import negsim as ns
from negsim.errors import NegsimError


@pytest.fixture(scope="module")
def all_runs():
    return ns.run("baseline", runs=300, engine="batch")


@pytest.fixture(scope="module")
def early(all_runs):
    return all_runs.given("banking", resolved_by="2026-01-01")


def test_only_the_runs_in_which_it_holds_count_and_the_error_is_of_their_number(all_runs, early):
    day = early.context.day_of(date(2026, 1, 1))
    holds = np.floor(np.nan_to_num(all_runs.outcomes["resolved"][:, 0], nan=np.inf)) <= day
    assert early.numbers.tolist() == np.flatnonzero(holds).tolist()
    assert early["banking"]["p_resolved"] == 1
    p = early["flights"]["p_resolved"]
    ids = [facts.id for facts in all_runs.context.issues]
    assert p == np.isfinite(all_runs.outcomes["resolved"][holds, ids.index("flights")]).mean()
    assert early["flights"]["se"] == pytest.approx(math.sqrt(p * (1 - p) / holds.sum()))
    assert "given banking resolved by 2026-01-01" in early.provenance


def test_a_condition_and_its_opposite_share_out_the_runs(all_runs, early):
    late = all_runs.given("banking", not_resolved_by="2026-01-01")
    assert sorted([*early.numbers, *late.numbers]) == list(range(300))
    both = all_runs["flights"]["p_resolved"] * 300
    assert early["flights"]["p_resolved"] * early.runs + late["flights"]["p_resolved"] * late.runs == pytest.approx(
        both
    )


def test_runs_keep_their_numbers(all_runs, early):
    number = int(early.numbers[-1])
    assert early.trace(number).text == all_runs.trace(number).text
    assert early.parameters.loc[number].equals(all_runs.parameters.loc[number])
    assert set(early.issues["run"]) == set(early.numbers)
    assert early.logs.runs == early.runs
    missing = next(k for k in range(300) if k not in early.numbers)
    with pytest.raises(NegsimError, match=f"run {missing} is not among"):
        early.trace(missing)


def test_what_needs_all_runs_refuses_a_conditional_projection(all_runs, early, tmp_path):
    with pytest.raises(NegsimError, match="save needs all runs"):
        early.save(tmp_path / "out")
    with pytest.raises(NegsimError, match="a comparison needs all runs"):
        ns.compare(early, early)
    with pytest.raises(NegsimError, match="in none of the 300 runs"):
        all_runs.given("banking", resolved_by="2025-04-10")
    with pytest.raises(NegsimError, match="takes one of resolved_by"):
        all_runs.given("banking")


def test_the_commands_take_a_condition_in_words(negsim, early, tmp_path):
    ended = negsim("when", "baseline", "--runs", 300, "--given", "banking by 2026-01-01", "--json")
    assert json.loads(ended.out)["runs"] == early.runs
    assert json.loads(ended.out)["given"] == early.condition
    ended = negsim(
        "plot", "baseline", "waiting", "--runs", 300, "--given", "banking by 2026-01-01", "-o", tmp_path / "w.svg"
    )
    assert ended.code == 0, ended.err
    assert "given banking resolved by 2026-01-01" in (tmp_path / "w.svg").read_text(encoding="utf-8").replace("\n", " ")
    ended = negsim("when", "baseline", "--runs", 20, "--given", "banking before 2026")
    assert ended.code == 2
    assert 'a condition is written "banking by 2026-01-01"' in ended.err


def test_a_condition_on_a_parameter_takes_the_runs_that_draw_it(negsim, all_runs):
    soon = all_runs.given("outside_settlement", at_most="2 years")
    drawn = all_runs.parameters["parameters.outside_settlement"].to_numpy()
    assert soon.numbers.tolist() == np.flatnonzero(drawn <= 730.5).tolist()
    assert soon.condition == "given outside_settlement at most 2 years"
    late = all_runs.given("outside_settlement", at_least="2 years")
    assert sorted([*soon.numbers, *late.numbers]) == list(range(300))
    assert soon["flights"]["p_resolved"] > late["flights"]["p_resolved"]
    twice = late.given("us_beta", at_least=0.6)
    assert (
        twice.numbers.tolist()
        == np.flatnonzero((drawn >= 730.5) & (all_runs.parameters["parameters.us_beta"].to_numpy() >= 0.6)).tolist()
    )
    ended = negsim("when", "baseline", "--runs", 300, "--given", "outside_settlement at most 2 years", "--json")
    assert json.loads(ended.out)["runs"] == soon.runs
    for name, value, words in (
        ("outside_settlment", "2 years", 'did you mean "outside_settlement"'),
        ("us_patience", "2", "allowed: a duration such as"),
        ("banking", "2 years", "no parameter"),
    ):
        with pytest.raises(NegsimError, match=words):
            all_runs.given(name, at_most=value)
