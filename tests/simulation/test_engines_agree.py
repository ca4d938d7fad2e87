"""Two engines, one set of rules: the same events in the same order with the same bits."""

from __future__ import annotations

import threading
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings

from negsim.agenda.status import Status
from negsim.errors import InputError, NegsimError
from negsim.scenario import scenario as scenarios
from negsim.simulation.compiled import Compiled
from negsim.simulation.compiler import compile
from negsim.simulation.engines import batch, reference
from negsim.simulation.engines.errors import check
from negsim.simulation.events import Kind
from negsim.simulation.rules.status import OUTBOX_FULL
from tests.kit import SOURCE, compiled, general, talks
from tests.strategies import scenarios as random_scenarios

STORIES = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


def same(model: Compiled, runs: int, seed: int = 1) -> int:
    """Compare logs and outcomes of some runs; returns how many events there were."""
    events = 0
    for k in range(runs):
        one, two = reference.trace(model, seed, k), batch.trace(model, seed, k)
        if one.tobytes() != two.tobytes():
            n = min(len(one), len(two))
            at = next((i for i in range(n) if one[i].tobytes() != two[i].tobytes()), n)
            raise AssertionError(f"run {k} differs from event {at}:\n{one[at : at + 2]}\n{two[at : at + 2]}")
        events += len(one)
    mine, other = reference.run(model, seed, 0, runs), batch.run(model, seed, 0, runs)
    for a, b in zip(mine, other, strict=True):
        assert a.tobytes() == b.tobytes()
    return events


@pytest.mark.parametrize("path", STORIES, ids=lambda p: p.stem)
def test_every_story_is_the_same_on_both_engines(path: Path) -> None:
    assert same(compile(scenarios.load(path)), 30) > 30


def _random(mapping: dict[str, Any], runs: int) -> None:
    try:
        model = compile(scenarios.from_mapping(mapping))
    except InputError:
        event("turned away")
        return
    try:
        events = same(model, runs)
        short, exact = (
            batch.run(model, 1, 0, 8 * runs),
            batch.run(general(model, "bargain_is", "plain"), 1, 0, 8 * runs),
        )
        assert [rows.tobytes() for rows in short] == [rows.tobytes() for rows in exact]
    except NegsimError as error:
        if "as old" not in str(error) and "so long" not in str(error):
            raise
        event("impossible start")
        return
    event("events: " + ("none" if events <= runs else "some"))


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(random_scenarios())
def test_random_scenarios_are_the_same_on_both_engines(mapping: dict[str, Any]) -> None:
    _random(mapping, 2)


@pytest.mark.slow
@settings(max_examples=2000, suppress_health_check=list(HealthCheck))
@given(random_scenarios())
def test_thousands_of_random_scenarios_are_the_same_on_both_engines(mapping: dict[str, Any]) -> None:
    _random(mapping, 3)


def test_hundreds_of_appointments_at_once_are_the_same_on_both_engines() -> None:
    days = [{"date": str(date(2025, 4, 11) + timedelta(k)), "probability": 0.5} for k in range(600)]
    ease = {"kind": "ease", "side": "us", "issues": "all", "step": 0.01, "half_life": "90 days"}
    mapping = talks("a b", shocks={"s": {"title": "S", "dates": days, "marks": [ease]}}, channel={"order": "closest"})
    assert same(compile(scenarios.from_mapping(mapping)), 3) > 600
    days = [days[(7 * k) % 600 // 2] for k in range(600)]  # in no order, and each date twice
    other = {"title": "T", "dates": days[:90], "marks": [ease]}
    mapping = talks("a b", shocks={"s": {"title": "S", "dates": days, "marks": [ease]}, "t": other})
    assert same(compile(scenarios.from_mapping(mapping)), 3) > 600


def test_a_run_that_outgrows_the_calendar_after_others_is_played_again() -> None:
    """In some runs a shock provokes four hundred others; these need more rows than a calendar has at first."""
    provokes = [{"shock": "t", "mean": 400, "delay": "30 days"}]
    ease = {"kind": "ease", "side": "us", "issues": "all", "step": 0.001, "half_life": "90 days"}
    shocks = {
        "s": {"title": "S", "rate": "0.3 per year", "marks": [ease], "provokes": provokes},
        "t": {"title": "T", "marks": [ease]},
    }
    model = compiled(talks({"a": {"settle": {"chance": 0.03}}}, shocks=shocks))
    mine, other = reference.run(model, 1, 0, 12), batch.run(model, 1, 0, 12)
    assert [rows.tobytes() for rows in mine] == [rows.tobytes() for rows in other]
    lengths = [len(reference.trace(model, 1, run)) for run in range(12)]
    assert lengths[0] < 200 < max(lengths[1:])


def test_a_run_alone_and_any_split_give_the_same_bytes() -> None:
    model = compile(scenarios.load(STORIES[0].parent / "expulsions.yaml"))
    whole, rows = batch.run(model, 7, 0, 40)
    for first, count in ((0, 13), (13, 20), (33, 7)):
        part, row = batch.run(model, 7, first, count)
        assert part.tobytes() == whole[first : first + count].tobytes()
        assert row.tobytes() == rows[first : first + count].tobytes()
    alone, _ = batch.run(model, 7, 17, 1)
    assert alone.tobytes() == whole[17:18].tobytes()
    assert np.array_equal(whole["status"].shape, (40, len(model.issues)))


# -- known answers -----------------------------------------------------------------------------------------------------
BOTH = pytest.mark.parametrize("engine", [reference, batch], ids=["reference", "batch"])
NEVER = {"a": {"settle": {"chance": 0}}}


def times(log: Any, *kinds: Kind) -> list[float]:
    return log["t"][np.isin(log["kind"], kinds)].tolist()


@BOTH
def test_what_falls_due_at_the_horizon_does_not_happen(engine: Any) -> None:
    model = compiled(talks(NEVER, horizon="40 days"))
    log = engine.trace(model, 1, 0)
    assert times(log, Kind.MEETING) == [10, 20, 30]
    assert times(log, Kind.END) == [40]
    (row,) = engine.run(model, 1, 0, 1)[1]
    assert (row["end"], row["meetings"], row["error"]) == (40, 3, 0)


@BOTH
def test_a_run_ends_with_its_last_issue(engine: Any) -> None:
    model = compiled(talks({"a": {"settle": {"chance": 1}}}))
    assert times(engine.trace(model, 1, 0), Kind.MEETING, Kind.END) == [10, 10]
    assert engine.run(model, 1, 0, 1)[1]["end"].tolist() == [10]


@BOTH
def test_at_equal_times_the_class_decides_then_the_declaration_then_the_order_of_scheduling(engine: Any) -> None:
    """On day 20 a suspension ends, shocks s and t come, and then the meetings: p, q, and an extra one of each."""
    meeting = {"kind": "meeting", "channel": "p", "after": "10 days"}
    pause = {"kind": "suspend", "issues": ["a"], "duration": "10 days"}
    mapping = talks(
        NEVER | {"b": {"settle": {"chance": 0}}},
        horizon="25 days",
        shocks={
            "s": {"title": "S", "pending": ["10 days", "20 days"], "marks": [meeting | {"channel": "q"}, pause]},
            "t": {"title": "T", "pending": ["20 days", "10 days"], "marks": [meeting]},
        },
    )
    rounds = mapping["channels"].pop("rounds")
    mapping["channels"] = {"q": rounds | {"title": "Q", "issues": ["b"]}, "p": rounds | {"title": "P"}}
    log = engine.trace(compiled(mapping), 1, 0)
    log = log[(log["t"] == 20) & np.isin(log["kind"], (Kind.STATUS, Kind.SHOCK, Kind.MEETING))]
    found = [(Kind(int(row["kind"])).name, int(row["who"]), int(row["was"])) for row in log]
    suspended, raised = int(Status.SUSPENDED), int(Status.RAISED)
    assert found == [
        ("STATUS", 0, suspended), ("SHOCK", 0, 0), ("STATUS", 0, raised), ("SHOCK", 1, 0),
        ("MEETING", 0, 1), ("MEETING", 0, 0), ("MEETING", 1, 1), ("MEETING", 1, 0),
    ]  # fmt: skip


def impossible(what: str) -> Compiled:
    """In runs whose gap or lag of 20 to 60 days is below 40, it cannot be 40 days old."""
    drawn = {"parameters": {"g": {"value": {"uniform": {"low": "20 days", "high": "60 days"}}, "source": SOURCE}}}
    if what == "gap":
        return compiled(talks("a b", channel={"gap": {"parameter": "g"}, "since_last": "40 days"}, **drawn))
    start = {"status": "implementing", "passed": "40 days"}
    return compiled(talks({"a": {}, "b": {"implementation": {"lag": {"parameter": "g"}}, "start": start}}, **drawn))


@BOTH
@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("gap", 'run {}: the gap under way in channel "rounds" can\'t be as old as it is'),
        ("lag", 'run {}: the implementation of "b" can\'t have gone on for so long'),
    ],
)
def test_the_first_run_that_cannot_continue_is_named(engine: Any, what: str, message: str) -> None:
    model = impossible(what)
    wrong = np.flatnonzero(model.assumed(1, 0, 40)[:, 0] < 40)
    first = next(k for k in range(1, 40) if k in wrong and k - 1 not in wrong)
    before = max((k for k in wrong if k < first), default=-1) + 1
    for begin in (before, first):
        with pytest.raises(NegsimError) as raised:
            engine.run(model, 1, begin, 40 - begin)
        assert str(raised.value) == message.format(first)
    assert engine.run(model, 1, before, first - before)[1]["error"].tolist() == [0] * (first - before)
    with pytest.raises(NegsimError, match=f"run {first}:"):
        engine.trace(model, 1, first)
    if engine is batch:
        for numbers in (np.array([first]), np.array([before, first])):
            with pytest.raises(NegsimError, match=f"run {first}:"):
                batch.branches(model, 1, numbers, np.zeros((len(numbers), 1)), ())
        with pytest.raises(NegsimError, match=f"run {first}:"):
            list(batch.watch_branches(model, 1, numbers, np.zeros((2, 1)), ()))


def test_an_event_that_schedules_too_much_is_an_error() -> None:
    model = compiled(talks(NEVER))
    record = model.record()
    record.run["error"] = OUTBOX_FULL
    with pytest.raises(NegsimError) as raised:
        check(model, record, 7)
    assert str(raised.value) == f"run 7: one event schedules more than {model.rows['outbox']} others"
    record.run["error"] = 0
    check(model, record, 7)


@pytest.fixture(scope="module")
def busy() -> Compiled:
    """Two issues by chance, random gaps, a shock and a lag: each run differs with its number and its luck."""
    gap, lag = ({"exponential": {"mean": mean}} for mean in ("10 days", "20 days"))
    settle = {"settle": {"chance": 0.05}, "implementation": {"lag": lag, "collapse": 0.3}}
    marks = [{"kind": "suspend", "issues": ["a"], "duration": lag}]
    shocks = {"s": {"title": "S", "rate": "5 per year", "marks": marks}}
    return compiled(talks({"a": settle, "b": settle}, channel={"gap": gap}, shocks=shocks))


def test_a_branch_has_the_chance_of_its_lucks(busy: Compiled) -> None:
    numbers, turns = np.array([4, 2, 9, 4]), (50.0, 150.0)
    lucks = np.array([[7, 7, 7], [3, 3, 3], [5, 5, 8], [7, 2, 2]])
    whole, rows = batch.branches(busy, 1, numbers, lucks, turns)
    logs = list(batch.watch_branches(busy, 1, numbers, lucks, turns, room=1))
    for k, (number, luck) in enumerate(zip(numbers, lucks, strict=True)):
        alone, row = batch.branches(busy, 1, numbers[k : k + 1], lucks[k : k + 1], turns)
        assert (alone.tobytes(), row.tobytes()) == (whole[k : k + 1].tobytes(), rows[k : k + 1].tobytes())
        plain = reference.trace(busy, 1, int(number), int(luck[0]))
        until = next((t for t, other in zip(turns, luck[1:], strict=True) if other != luck[0]), np.inf)
        assert logs[k][logs[k]["t"] < until].tobytes() == plain[plain["t"] < until].tobytes()
        assert (logs[k].tobytes() == plain.tobytes()) == np.isinf(until)
        if np.isinf(until):
            one = reference.run(busy, 1, int(number), 1, int(luck[0]))
            assert (alone.tobytes(), row.tobytes()) == (one[0].tobytes(), one[1].tobytes())


def test_logs_of_any_room_are_the_same(busy: Compiled) -> None:
    watched = [log.copy() for log, _ in batch.watch(busy, 1, 3, 4, 6, room=1)]
    assert [log.tobytes() for log in watched] == [reference.trace(busy, 1, k, 6).tobytes() for k in range(3, 7)]
    assert sum(len(log) > 16 for log in watched) > 0


def test_a_calendar_of_any_size_gives_the_same_run_or_none(busy: Compiled) -> None:
    outcomes, results = batch.run(busy, 1, 5, 1)
    played = []
    for room in range(2, 24):
        record, calendar = busy.record(), np.zeros(64, batch.DUE)
        calendar["t"] = np.nan
        outcome, result = np.zeros_like(outcomes), np.zeros_like(results)
        addresses = (outcome.ctypes.data, result.ctypes.data, 0, 0)
        played.append(batch.play_rows(record.x, calendar.ctypes.data, room, 1, 0, 5, 1, *addresses))
        if played[-1]:
            assert (outcome.tobytes(), result.tobytes()) == (outcomes.tobytes(), results.tobytes())
        assert np.isnan(calendar["t"][room:]).all()
    assert played == sorted(played)
    assert (played[0], played[-1]) == (0, 1)


def test_branches_with_more_appointments_than_the_calendar_has_room_for() -> None:
    pending = [f"{k} days" for k in range(1, 301)]
    marks = [{"kind": "suspend", "issues": ["a"], "duration": {"exponential": {"mean": "1 day"}}}]
    model = compiled(
        talks({"a": {"settle": {"chance": 0.1}}}, shocks={"s": {"title": "S", "pending": pending, "marks": marks}})
    )
    numbers, lucks = np.array([3, 8, 5]), np.array([[1], [2], [4]])
    whole, rows = batch.branches(model, 1, numbers, lucks, ())
    for k in range(3):
        one = reference.run(model, 1, int(numbers[k]), 1, int(lucks[k, 0]))
        assert (whole[k : k + 1].tobytes(), rows[k : k + 1].tobytes()) == (one[0].tobytes(), one[1].tobytes())


def test_progress_counts_the_runs(busy: Compiled, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first block is one run; the next takes ``block`` seconds, but has at most 64 times as many runs."""
    told: list[int] = []
    reference.run(busy, 1, 0, 3, progress=told.append)
    assert told == [1, 1, 1]
    ticks = iter(np.arange(0, 100, 0.25).tolist())
    monkeypatch.setattr(batch.time, "perf_counter", lambda: next(ticks))
    for block, blocks in ((0.0, [1, 1, 1, 1, 1]), (0.5, [1, 2, 4, 8, 5]), (1e9, [1, 64, 15])):
        told.clear()
        batch.run(busy, 1, 0, sum(blocks), progress=told.append, block=block)
        assert told == blocks


def test_runs_in_a_thread_can_be_stopped(busy: Compiled) -> None:
    begun, found = threading.Event(), []

    def work() -> None:
        try:
            batch.run(busy, 1, 0, 200_000, progress=lambda _: begun.set())
        except batch.StoppedError as error:
            found.append(str(error))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert begun.wait(60)
    while not batch._under_way:
        time.sleep(0.001)
    batch.stop()
    thread.join(60)
    assert (found, batch._under_way) == (["the runs were stopped"], {})
    batch.stop()
    assert len(batch.run(busy, 1, 0, 2)[0]) == 2


def in_room(model: Compiled, room: int) -> tuple[int, bool]:
    """Play run 5 in a calendar of ``room`` rows: whether it ends, and whether its outcome is the reference engine's."""
    outcomes, results = reference.run(model, 1, 5, 1)
    record, calendar = model.record(), np.zeros(64, batch.DUE)
    outcome, result = np.zeros_like(outcomes), np.zeros_like(results)
    addresses = (outcome.ctypes.data, result.ctypes.data, 0, 0)
    played = batch.play_rows(record.x, calendar.ctypes.data, room, 1, 0, 5, 1, *addresses)
    return played, (outcome.tobytes(), result.tobytes()) == (outcomes.tobytes(), results.tobytes())


def test_a_full_calendar_gives_the_same_run() -> None:
    """The deadline, a later meeting before it, and the scratch row: three rows are enough."""
    model = compiled(talks({"a": {"settle": {"chance": 0.01}}}, deadline={"date": "2026-04-10", "source": SOURCE}))
    assert in_room(model, 2) == (0, False)
    assert in_room(model, 3) == (1, True)


def test_every_kind_of_shock_needs_a_row_of_the_calendar() -> None:
    marks = [{"kind": "suspend", "issues": ["a"], "duration": "1 day"}]
    shocks = {f"s{k}": {"title": "S", "rate": "1 per year", "marks": marks} for k in range(8)}
    model = compiled(talks({"a": {"settle": {"chance": 0.01}}}, shocks=shocks))
    assert in_room(model, 9) == (0, False)
    assert in_room(model, 24) == (1, True)
