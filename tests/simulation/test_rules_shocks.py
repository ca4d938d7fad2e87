"""Shocks: when they come, every mark, what they provoke; the climate they switch."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from negsim.agenda.status import Spent, Status
from negsim.simulation.events import Kind
from negsim.simulation.rules.concession import aspiration, clock
from negsim.simulation.rules.draws import stream, uniform_at
from negsim.simulation.rules.environment import DATED, PROVOKED, SHOCK, SPONTANEOUS, next_shock
from negsim.simulation.rules.meetings import LOST
from negsim.simulation.rules.status import CLIMATE_CHANGE, END_OF_TALKS, MEETING, RESUMPTION, WAKING
from tests.kit import SOURCE, chance, play, steady, talks
from tests.rules import ByHand, trace_of

NOTHING = {"kind": "reservation", "side": "us", "issues": ["a"], "delta": 0}


def shaken(*marks: dict[str, Any], issues: Any = "a", **more: Any) -> dict[str, Any]:
    """Talks with one kind of shock that leaves these marks; the test lets it happen."""
    shock = {"title": "S", "marks": list(marks) or [NOTHING]} | more.pop("shock", {})
    return talks(issues, shocks={"s": shock}, **more)


def shock(begun: ByHand, t: float, who: int = 0) -> None:
    begun.let(t, SHOCK, who, -2)


# -- when --------------------------------------------------------------------------------------------------------------
def test_spontaneous_shocks_come_at_exponential_gaps_of_their_rate():
    begun = ByHand(shaken(shock={"rate": "3 per year"}))
    for n in range(5):
        u = uniform_at(1, 0, 0, stream("shock/s"), n, 0)
        assert next_shock(begun.x, 0) == -math.log1p(-u) * 365.25 / 3
    assert next_shock(ByHand(shaken()).x, 0) == math.inf


def test_a_gap_is_infinite_only_beyond_the_horizon_and_near_it_is_not():
    """A bound replaces the logarithm only where it decides."""
    begun, late = ByHand(shaken(shock={"rate": "0.2 per year"})), 0
    horizon = float(begun.record.arrays["size"]["horizon"][0])
    for n in range(2000):
        gap = -math.log1p(-uniform_at(1, 0, 0, stream("shock/s"), n, 0)) * 365.25 / 0.2
        given = next_shock(begun.x, 0)
        assert given == gap or (given == math.inf and gap >= horizon)
        late += given == gap >= horizon
    assert late < 50


def test_a_dated_shock_comes_on_its_day_with_its_probability():
    days = [{"date": f"2025-{month:02d}-10", "probability": 0.5} for month in range(5, 12)]
    mapping = shaken(shock={"dates": days})
    log = trace_of(mapping)
    told = log[log["kind"] == Kind.SHOCK]
    due = [30, 61, 91, 122, 153, 183, 214]
    happens = [uniform_at(1, 0, 0, stream("dated/s"), n, 0) < 0.5 for n in range(7)]
    assert told["t"].tolist() == [t for t, yes in zip(due, happens, strict=True) if yes]
    assert set(told["now"]) == {DATED}
    assert told["other"].tolist() == list(range(sum(happens)))


def test_what_was_provoked_before_as_of_is_still_to_come():
    log = trace_of(shaken(shock={"pending": ["3 days", "8 days"]}))
    told = log[log["kind"] == Kind.SHOCK]
    assert told["t"].tolist() == [3, 8]
    assert set(told["now"]) == {PROVOKED}


def test_shocks_of_every_origin_share_one_count():
    log = trace_of(
        shaken(
            shock={"rate": "6 per year", "pending": ["40 days"], "dates": [{"date": "2025-06-09", "probability": 1}]}
        )
    )
    told = log[log["kind"] == Kind.SHOCK]
    assert told["other"].tolist() == list(range(len(told)))
    assert set(told["now"]) == {SPONTANEOUS, DATED, PROVOKED}


def test_marks_come_in_order_each_with_its_own_probability():
    marks = [
        {"kind": "climate", "to": "bad"},
        {"kind": "suspend", "issues": ["a"], "duration": "3 days", "probability": 0.5},
        {"kind": "meeting", "channel": "rounds", "after": "1 day", "probability": 0},
    ]
    begun = ByHand(shaken(*marks, climate=steady(good={}, bad={})))
    for n in range(12):
        shock(begun, float(n))
    told = begun.told(Kind.MARK)
    second = [uniform_at(1, 0, 0, stream("mark/s/1/probability"), n, 0) < 0.5 for n in range(12)]
    assert [(row["t"], row["other"]) for row in told] == [
        (n, m) for n in range(12) for m in ((0, 1) if second[n] else (0,))
    ]


# -- climate -----------------------------------------------------------------------------------------------------------
def test_a_regime_that_ends_on_the_last_day_before_the_horizon_ends():
    mean = 9.5 / -math.log1p(-uniform_at(1, 0, 0, stream("climate/sojourn"), 0, 0))
    regimes = steady(good={"sojourn": f"{mean:.9f} days", "next": {"bad": 1}}, bad={})
    ((kind, _, _, delay),) = ByHand(talks(climate=regimes, horizon="10 days")).due()
    assert (kind, delay) == (CLIMATE_CHANGE, pytest.approx(9.5))


def test_a_mark_may_switch_the_climate_and_entering_the_same_regime_changes_nothing():
    regimes = steady(
        good={"sojourn": "50 days", "next": {"bad": 1}}, bad={"sojourn": "20 days", "next": {"good": 1}, "pace": 0.5}
    )
    begun = ByHand(shaken({"kind": "climate", "to": "bad"}, climate=regimes))
    assert [kind for kind, *_ in begun.due()] == [CLIMATE_CHANGE]
    shock(begun, 10)
    kind, _, entry, delay = begun.due()[0]
    assert (kind, entry) == (CLIMATE_CHANGE, 1)
    assert delay == -math.log1p(-uniform_at(1, 0, 0, stream("climate/sojourn"), 1, 0)) * 20
    shock(begun, 12)
    assert begun.due() == []
    assert len(begun.told(Kind.CLIMATE)) == 1
    begun.let(13, CLIMATE_CHANGE, 0, 0)  # the sojourn of the regime that was left
    assert begun.record.run["regime"] == 1
    assert clock(begun.x, 0, 0, 20.0) == 10 + 0.5 * 10


def test_the_next_regime_is_the_first_whose_cumulated_probability_exceeds_the_draw():
    regimes = steady(a={"sojourn": "5 days", "next": {"b": 0.5, "c": 0.3, "d": 0.2}}, b={}, c={}, d={})
    begun = ByHand(talks(climate=regimes))
    for run in range(12):
        begun.begin(run=run)
        begun.let(5, CLIMATE_CHANGE, 0, 0)
        u = uniform_at(1, 0, run, stream("climate/next"), 0, 0)
        assert begun.record.run["regime"] == (1 if u < 0.5 else 2 if u < 0.8 else 3)


def test_a_regime_that_may_follow_itself_is_left_in_the_end():
    regimes = steady(a={"sojourn": "10 days", "next": {"a": 0.75, "b": 0.25}}, b={})
    mapping = talks({"a": {"settle": {"chance": 0}}}, climate=regimes)
    left, begun = [], ByHand(mapping)
    for run in range(300):
        log = trace_of(mapping, run) if run == 0 else None
        begun.begin(run=run)
        t = 0.0
        while begun.record.run["regime"] == 0:
            (_, _, entry, delay), *_ = begun.due()
            t += delay
            begun.let(t, CLIMATE_CHANGE, 0, entry)
        if log is not None:
            assert log["t"][log["kind"] == Kind.CLIMATE].tolist() == [t]
        left.append(t)
    assert np.mean(left) == pytest.approx(40, abs=4 * 40 / math.sqrt(300))


# -- suspension --------------------------------------------------------------------------------------------------------
def suspend(issues: Any, days: Any = "20 days") -> dict[str, Any]:
    return {"kind": "suspend", "issues": issues, "duration": days}


def test_during_a_suspension_of_all_talks_meetings_are_lost():
    begun = ByHand(shaken(suspend("all"), issues="a b"))
    begun.meet(5)
    shock(begun, 10)
    begun.meet(15)
    assert begun.told(Kind.MEETING)["now"][-1] == LOST
    assert begun.status("a") is begun.status("b") is Status.SUSPENDED
    assert [row[:2] for row in begun.due()] == [(RESUMPTION, 0)], "one appointment for all"
    begun.let(30, RESUMPTION, 0)
    begun.meet(30)
    assert begun.discussed() == ["a", "b"] * 2
    assert clock(begun.x, 0, 0, 30.0) == 10


def test_a_suspension_of_some_issues_leaves_the_rest_to_the_meeting():
    begun = ByHand(shaken(suspend(["a"]), issues="a b"))
    shock(begun, 10)
    begun.meet(15)
    assert begun.discussed() == ["b"]


def test_overlapping_suspensions_end_at_the_latest_end():
    mapping = talks(
        shocks={
            "long": {"title": "L", "marks": [suspend(["a"], "50 days")]},
            "short": {"title": "S", "marks": [suspend(["a"], "20 days")]},
        }
    )
    begun = ByHand(mapping)
    shock(begun, 0, 0)
    shock(begun, 10, 1)
    begun.let(30, RESUMPTION, 0)
    assert begun.status() is Status.SUSPENDED
    begun.let(50, RESUMPTION, 0)
    assert begun.status() is Status.RAISED
    begun.begin()
    shock(begun, 0, 1)
    shock(begun, 10, 0)
    begun.let(20, RESUMPTION, 0)
    assert begun.status() is Status.SUSPENDED
    begun.let(60, RESUMPTION, 0)
    assert begun.status() is Status.RAISED
    assert begun.spent(Spent.SUSPENDED) == 60


def test_a_suspension_that_ends_with_a_meeting_ends_before_it():
    mapping = chance(1.0, shocks={"s": {"title": "S", "pending": ["5 days"], "marks": [suspend("all", "15 days")]}})
    assert play(mapping)("agreed")[0] == 20


def test_a_suspension_is_remembered_while_the_issue_is_not_open():
    mapping = shaken(suspend(["b"], "40 days"), issues={"a": {}, "b": {"opens": {"on": "2025-04-30"}}})
    begun = ByHand(mapping)
    shock(begun, 5)
    assert begun.status("b") is Status.DORMANT
    begun.let(20, WAKING, 1)
    assert begun.status("b") is Status.SUSPENDED
    begun.let(45, RESUMPTION, 1)
    assert begun.status("b") is Status.RAISED
    moves = begun.told(Kind.STATUS)
    assert moves["now"].tolist() == [Status.RAISED, Status.SUSPENDED, Status.RAISED]


def test_lags_go_on_during_a_suspension_and_a_collapse_comes_back_suspended():
    mapping = chance(1.0, shocks={"s": {"title": "S", "pending": ["15 days"], "marks": [suspend("all", "50 days")]}})
    mapping["defaults"]["implementation"] = {"lag": "30 days", "collapse": 1, "step": 0}
    mapping["horizon"] = "70 days"
    log = trace_of(mapping)
    moves = log[log["kind"] == Kind.STATUS]
    assert moves[["t", "now"]].tolist() == [
        (10, Status.AGREED),
        (10, Status.IMPLEMENTING),
        (40, Status.RAISED),
        (40, Status.SUSPENDED),
        (65, Status.RAISED),
    ]


def test_one_suspended_member_stops_the_package():
    weights = {side: {"a": 0.5, "b": 0.5} for side in ("us", "russia")}
    mapping = shaken(
        suspend(["a"]), issues="a b", packages={"p": {"title": "P", "issues": ["a", "b"], "weights": weights}}
    )
    begun = ByHand(mapping)
    shock(begun, 10)
    begun.meet(15)
    assert begun.discussed() == []
    assert clock(begun.x, 2, 0, 25.0) == 10
    begun.let(30, RESUMPTION, 0)
    assert clock(begun.x, 2, 0, 35.0) == 15
    assert (begun.spent(Spent.SUSPENDED, "a"), begun.spent(Spent.PACKAGE, "b")) == (20, 20)


# -- steps -------------------------------------------------------------------------------------------------------------
def step(kind: str, size: Any, side: str = "us", issues: Any = ("a",), half: str = "20 days") -> dict[str, Any]:
    return {"kind": kind, "side": side, "issues": list(issues), "step": size, "half_life": half}


def test_a_step_is_added_to_the_aspiration_and_halves_every_half_life():
    mapping = shaken(step("ease", 0.4))
    mapping["tactics"]["us"] = {"kind": "fixed", "aspiration": 0.9, "source": SOURCE}
    begun = ByHand(mapping)
    assert aspiration(begun.x, 0, 0, 10.0) == 0.9
    shock(begun, 10)
    for days, left in ((0, 0.4), (20, 0.2), (40, 0.1), (30, 0.4 * 2**-1.5)):
        assert aspiration(begun.x, 0, 0, 10.0 + days) == pytest.approx(0.9 - left, abs=1e-12)
    assert aspiration(begun.x, 0, 1, 10.0) == 1  # the other side is left alone
    shock(begun, 30)  # steps add
    assert aspiration(begun.x, 0, 0, 30.0) == pytest.approx(0.9 - 0.6)
    assert aspiration(begun.x, 0, 0, 50.0) == pytest.approx(0.9 - 0.3)
    assert begun.side(0)["base"] == 0.9


def test_hardening_and_easing_of_several_kinds_add_and_stay_within_bounds():
    mapping = shaken(step("harden", 0.3), step("ease", 0.1, half="10 days"))
    mapping["tactics"]["us"] = {"kind": "fixed", "aspiration": 0.5, "source": SOURCE}
    begun = ByHand(mapping)
    shock(begun, 0)
    assert aspiration(begun.x, 0, 0, 20.0) == pytest.approx(0.5 + 0.15 - 0.025)
    for _ in range(5):
        shock(begun, 20)
    assert aspiration(begun.x, 0, 0, 20.0) == 1.0
    eased = shaken(step("ease", 2))
    begun = ByHand(eased)
    shock(begun, 0)
    assert aspiration(begun.x, 0, 0, 0.0) == 0.2


def test_a_step_reaches_a_package_by_the_weight_of_the_issue_for_that_side():
    weights = {"us": {"a": 0.75, "b": 0.25}, "russia": {"a": 0.4, "b": 0.6}}
    marks = [step("ease", 0.4, issues=["a"]), step("ease", 0.5, side="russia", issues=["a", "b"])]
    begun = ByHand(
        shaken(*marks, issues="a b", packages={"p": {"title": "P", "issues": ["a", "b"], "weights": weights}})
    )
    shock(begun, 0)
    assert aspiration(begun.x, 2, 0, 0.0) == pytest.approx(1 - 0.75 * 0.4)
    assert aspiration(begun.x, 2, 1, 0.0) == pytest.approx(1 - 0.5)


def test_a_step_is_remembered_while_the_issue_is_not_open():
    begun = ByHand(shaken(step("ease", 0.4, issues=["b"]), issues={"a": {}, "b": {"opens": {"on": "2025-04-30"}}}))
    shock(begun, 0)
    begun.let(20, WAKING, 1)
    assert aspiration(begun.x, 1, 0, 20.0) == pytest.approx(1 - 0.2)


def test_the_numbers_of_a_mark_are_drawn_each_time():
    begun = ByHand(shaken(step("ease", {"uniform": {"low": 0.1, "high": 0.3}})))
    for _ in range(4):
        shock(begun, 0)
    expected = [0.1 + 0.2 * uniform_at(1, 0, 0, stream("mark/s/0/step"), n, 0) for n in range(4)]
    assert begun.told(Kind.MARK)["x"].tolist() == pytest.approx(expected)


# -- reservation values ------------------------------------------------------------------------------------------------
def move(delta: Any, side: str = "us", issues: Any = ("a",)) -> dict[str, Any]:
    return {"kind": "reservation", "side": side, "issues": list(issues), "delta": delta}


def test_a_move_of_a_reservation_value_lasts_and_is_clipped():
    begun = ByHand(shaken(move(0.5)))
    shock(begun, 0)
    assert begun.side(0)["r"] == pytest.approx(0.7)
    shock(begun, 0)
    assert begun.side(0)["r"] == 1
    assert begun.side(1)["r"] == 0.2


def test_a_base_below_a_reservation_value_that_rises_rises_with_it_and_does_not_fall_back():
    both = {"up": {"title": "U", "marks": [move(0.5)]}, "down": {"title": "D", "marks": [move(-0.5)]}}
    mapping = talks(shocks=both, both={"kind": "time"})
    mapping["tactics"]["russia"] = {"kind": "fixed", "source": SOURCE}
    begun = ByHand(mapping)
    begun.meet(200)
    assert begun.side(0)["base"] == pytest.approx(1 - 0.8 * 2 / 3)
    shock(begun, 210, 0)
    assert begun.side(0)["base"] == pytest.approx(0.7)
    shock(begun, 220, 1)
    assert begun.side(0)["base"] == pytest.approx(0.7)
    begun.meet(230)  # the tactic moves it again
    assert begun.side(0)["base"] == pytest.approx(1 - 0.8 * 230 / 300)


def test_a_move_reaches_a_package_by_the_weight_and_a_stated_value_too():
    weights = {"us": {"a": 0.75, "b": 0.25}, "russia": {"a": 0.4, "b": 0.6}}
    for stated in (None, {"us": 0.4, "russia": 0.3}):
        package = {"title": "P", "issues": ["a", "b"], "weights": weights} | ({"reservation": stated} if stated else {})
        begun = ByHand(shaken(move(0.4), issues="a b", packages={"p": package}))
        before = float(begun.side(0, "p")["r"])
        assert before == pytest.approx(0.4 if stated else 0.2)
        shock(begun, 0)
        assert begun.side(0, "p")["r"] == pytest.approx(before + 0.75 * 0.4)


def test_a_zone_that_opens_frees_what_is_stalled_and_what_was_stalled_when_suspended():
    issues = {name: {"reservation": {"us": 0.6, "russia": 0.6}} for name in ("a", "b", "c")}
    mapping = shaken(move(-0.3, issues=["a", "b"]), issues=issues)
    mapping["shocks"]["pause"] = {"title": "P", "marks": [suspend(["b"], "50 days")], "source": SOURCE}
    begun = ByHand(mapping)
    begun.meet(301)
    assert begun.status("a") is begun.status("b") is Status.STALLED
    shock(begun, 310, 1)
    shock(begun, 320, 0)
    assert begun.status("a") is Status.DISCUSSING
    assert begun.status("c") is Status.STALLED
    begun.let(360, RESUMPTION, 1)
    assert begun.status("b") is Status.DISCUSSING
    begun.meet(370)
    assert begun.status("a") is begun.status("b") is Status.IMPLEMENTING


def test_a_move_after_a_deal_is_remembered_for_when_it_comes_back():
    mapping = shaken(move(0.3), issues={"a": {"implementation": {"lag": "20 days", "collapse": 1, "step": 0}}})
    begun = ByHand(mapping)
    begun.meet(190)
    shock(begun, 200)
    from negsim.simulation.rules.status import LAG_END

    begun.let(210, LAG_END, 0, 0)
    assert begun.side(0)["r"] == pytest.approx(0.5)
    assert begun.side(0)["base"] >= 0.5


# -- meetings ----------------------------------------------------------------------------------------------------------
def test_an_extra_meeting_comes_after_its_delay_and_leaves_the_series_alone():
    mark = {"kind": "meeting", "channel": "rounds", "after": "4 days"}
    log = trace_of(
        shaken(mark, issues={"a": {"settle": {"chance": 0}}}, shock={"pending": ["13 days"]}, horizon="45 days")
    )
    meetings = log[log["kind"] == Kind.MEETING]
    assert meetings[["t", "other", "was"]].tolist() == [(10, 0, 0), (17, 0, 1), (20, 1, 0), (30, 2, 0), (40, 3, 0)]


def test_an_extra_meeting_during_a_suspension_of_all_talks_is_lost():
    marks = [suspend("all", "20 days"), {"kind": "meeting", "channel": "rounds", "after": "4 days"}]
    begun = ByHand(shaken(*marks))
    shock(begun, 0)
    assert (MEETING, 0, 1, 4.0) in begun.due()
    begun.meet(4, extra=1)
    assert begun.told(Kind.MEETING)["now"][0] == LOST


# -- provocation -------------------------------------------------------------------------------------------------------
def test_a_shock_provokes_a_poisson_number_each_after_its_own_delay():
    delay = {"exponential": {"mean": "4 days"}}
    mapping = talks(
        shocks={
            "s": {"title": "S", "marks": [NOTHING], "provokes": [{"shock": "t", "mean": 2.5, "delay": delay}]},
            "t": {"title": "T", "marks": [NOTHING]},
        }
    )
    begun = ByHand(mapping)
    of = stream("provoke/s/t")
    counts = []
    for n in range(30):
        shock(begun, float(n))
        asked = begun.due()
        many = int(stats.poisson.ppf(uniform_at(1, 0, 0, of, n, 0), 2.5))
        delays = [stats.expon.ppf(uniform_at(1, 0, 0, of, n, k), scale=4) for k in range(1, many + 1)]
        assert [(kind, who, tag) for kind, who, tag, _ in asked] == [(SHOCK, 1, -2)] * many
        assert [delay for *_, delay in asked] == pytest.approx(delays, rel=1e-3)
        counts.append(many)
    assert max(counts) > 3
    assert begun.told(Kind.PROVOKED)["x"].tolist() != []


def test_a_mean_of_nothing_provokes_nothing():
    begun = ByHand(shaken(shock={"provokes": [{"shock": "s", "mean": 0, "delay": "1 day"}]}))
    shock(begun, 1)
    assert begun.due() == []


def test_pauses_stretch_a_piece_of_work_by_their_share_of_time():
    # theory 4.2: work w with pauses of mean D at rate nu takes w (1 + nu D) when it is resumed where it stood
    mapping = talks(
        {"a": {"reservation": {"us": 0.5, "russia": 0.5}}},
        both={"patience": "100 days"},
        channel={"gap": "0.25 days"},
        horizon="10 years",
        shocks={"s": {"title": "S", "rate": "10 per year", "marks": [suspend(["a"], "9 days")]}},
    )
    days = play(mapping, 400)("agreed")
    rate = 10 / 365.25
    busy = (math.exp(rate * 9) - 1) / rate  # overlapping pauses end at the latest end: a busy period of M/D/inf
    expected = 100 * (1 + rate * busy)
    assert abs(days.mean() - expected) < 4 * days.std() / 20 + 0.25


def test_a_regime_that_follows_itself_draws_its_end_and_its_breakdown_again():
    calm = {"pace": 1, "gap_factor": 1, "cancellation": 0, "settlement": 1, "breakdown": "2 per year"}
    calm |= {"sojourn": "10 days", "next": {"calm": 1}}
    begun = ByHand(talks(climate=steady(calm=calm, storm=calm)))
    first = {kind: (tag, delay) for kind, _, tag, delay in begun.due()}
    begun.let(3, CLIMATE_CHANGE, 0, 0)
    again = {kind: (tag, delay) for kind, _, tag, delay in begun.due()}
    assert set(first) >= set(again) == {CLIMATE_CHANGE, END_OF_TALKS}
    for kind, (entry, delay) in again.items():
        assert (first[kind][0], entry) == (0, 1)
        assert delay != first[kind][1]
    begun.let(4, END_OF_TALKS, 1, 0)  # the breakdown of the former entry
    assert begun.record.run["over"] == 0
    begun.let(5, END_OF_TALKS, 1, 1)
    assert begun.record.run["over"] != 0
