"""Running until it is precise enough: reached, stated, and the same whoever plays."""

from __future__ import annotations

import json
import math
from datetime import timedelta

import numpy as np
import pytest

import negsim as ns
from negsim.errors import NegsimError
from negsim.projection.chunks import CHUNK
from negsim.projection.precision import Precision, date_error, probability_error
from negsim.projection.running import run
from tests.conftest import context, counted, outcomes

BASELINE = "scenarios/baseline.yaml"


@pytest.fixture
def small_chunks(monkeypatch):
    for module in ("chunks", "precision"):
        monkeypatch.setattr(f"negsim.projection.{module}.CHUNK", 128)


@pytest.fixture(scope="module")
def precise(baseline):
    return run(baseline, precision=0.005)


def test_every_reported_probability_is_as_precise_as_was_asked_for(precise):
    assert (precise.runs % CHUNK, precise.precision_data["reached"]) == (0, True)
    summary = precise.summary()
    assert summary.filter(regex="^se ").to_numpy().max() <= 0.005
    for day in (1, 100, 365, 1000):
        assert precise.resolved_by(precise.context.as_of + timedelta(days=day))["se"].max() <= 0.005


def test_no_more_runs_than_it_takes(baseline, precise):
    before = run(baseline, precise.runs - CHUNK) if precise.runs > CHUNK else None
    assert before is None or probability_error(before.tally) > 0.005


@pytest.mark.slow
def test_workers_and_a_folder_stop_at_the_same_run(baseline, small_chunks, tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    alone = run(baseline, precision=0.02, engine="batch")
    assert 128 < alone.runs < 2000
    with ThreadPoolExecutor(3) as executor:
        there = run(baseline, precision=0.02, engine="batch", workers=executor, out=tmp_path / "out")
    again = ns.Projection.load(tmp_path / "out")
    for other in (there, again):
        assert (other.runs, other.precision_data) == (alone.runs, alone.precision_data)
        assert other.outcomes.tobytes() == alone.outcomes.tobytes()
    assert again.tally.arrays().keys() == alone.tally.arrays().keys()
    assert len(list((tmp_path / "out" / "outcomes").iterdir())) == math.ceil(alone.runs / 128)


def test_a_goal_in_days_looks_at_the_dates(baseline, small_chunks):
    rough, fine = (run(baseline, 20000, precision=goal, engine="batch") for goal in ("30 days", "14d"))
    assert rough.runs < fine.runs
    assert date_error(fine.tally) <= 14 < date_error(rough.tally) <= 30


@pytest.mark.slow
def test_outcomes_are_kept_as_long_as_there_are_few(baseline, small_chunks, monkeypatch):
    assert len(run(baseline, precision="8 days").outcomes) > 128
    monkeypatch.setattr("negsim.projection.running.KEPT", 200 * len(baseline.issues))
    for goal in ("8 days", 0.02):
        with pytest.raises(NegsimError, match="were counted but not stored"):
            _ = run(baseline, precision=goal).outcomes


def test_a_goal_that_is_not_reached_is_said_so(baseline, small_chunks):
    p = run(baseline, 200, precision=0.001)
    assert (p.runs, p.precision_data["reached"]) == (200, False)
    assert "NOT reached within 200 runs" in " ".join(p.notes)


def test_the_limits_are_stated_in_every_output(negsim, tmp_path):
    out = tmp_path / "out"
    ended = negsim("run", BASELINE, "--precision", "0.01", "--runs", 30000, "--out", out, "--json")
    stated = {"se": 0.01, "days": None, "reached": True, "least": 8192, "most": 30000, "every": 8192}
    assert json.loads(ended.out)["precision"] == {"goal": "standard errors up to 0.01", **stated}
    assert json.loads((out / "manifest.json").read_text())["precision"] == json.loads(ended.out)["precision"]
    text = " ".join(negsim("run", BASELINE, "--precision", "0.01", "--runs", 30000).out.split())
    assert "standard errors up to 0.01; reached after 8,192 runs" in text
    assert "every 8,192 runs, from 8,192 to 30,000" in text
    assert json.loads(negsim("run", BASELINE, "-n", 5, "--json").out)["precision"] is None


def test_the_error_of_a_probability_is_the_largest_of_all_days_and_issues():
    rows = outcomes(np.array([[5.0, np.nan]] * 50 + [[np.nan, np.nan]] * 50))
    assert probability_error(counted(context(2), rows)) == pytest.approx(0.05)


def test_the_error_of_a_date_is_half_of_the_days_between_its_order_statistics():
    rows = outcomes(np.arange(100.0)[:, None])
    assert date_error(counted(context(1), rows)) == pytest.approx(5.0)


def test_the_error_of_the_date_of_all_issues_counts_too():
    """Either issue is done on one of two days far apart, the last of them spread over many."""
    days = np.array([[10.0, float(k)] if k % 2 else [float(k), 10.0] for k in range(100)])
    tally = counted(context(2), outcomes(days))
    low, high = (float(np.sort(days.max(axis=1))[rank - 1]) for rank in (45, 55))
    assert date_error(tally) == (high - low) / 2 > 4


def test_a_date_near_the_horizon_is_not_known_and_one_beyond_it_has_no_error():
    half = outcomes(np.array([[5.0]] * 50 + [[np.nan]] * 50))
    never = outcomes(np.array([[5.0]] * 10 + [[np.nan]] * 90))
    assert date_error(counted(context(1), half)) == math.inf
    assert date_error(counted(context(1), never)) == 0.0


@pytest.mark.parametrize(
    ("goal", "enough"), [("0.005", 2 * CHUNK), ("0.01", CHUNK), ("0.0005", 1_000_000), ("7 days", 1_000_000)]
)
def test_how_many_runs_are_surely_enough(goal, enough):
    assert Precision.of(goal).enough == enough


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("soon", 'allowed: a standard error such as 0.005, or a duration such as "7 days"'),
        ("0", "allowed: from 0.0001 to below 0.5"),
        (0.7, "allowed: from 0.0001 to below 0.5"),
        ("nan", "allowed: a standard error"),
        ("0 days", "half a day or more"),
        ("3 apples", "allowed: a standard error"),
    ],
)
def test_a_goal_that_cannot_be_is_refused(negsim, wrong, message):
    with pytest.raises(NegsimError, match=message):
        Precision.of(wrong)
    ended = negsim("run", BASELINE, "--precision", wrong)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err


def test_the_least_precise_issue_counts_whatever_its_place():
    """One issue is never resolved (no error), the other in every second run on one of two days."""
    facts = context(2)
    certain, split = np.full(400, np.nan), np.where(np.arange(400) % 2, 100.0, np.nan)
    spread = np.linspace(1, 1000, 400)
    for place in (0, 1):
        columns = [certain, certain]
        columns[place] = split
        tally = counted(facts, outcomes(np.column_stack(columns)))
        assert probability_error(tally) == pytest.approx(0.5 / 20)
        columns[place] = spread
        assert date_error(counted(facts, outcomes(np.column_stack(columns)))) > 10
