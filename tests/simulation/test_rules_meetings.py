"""Meetings: agenda orders, room, cancellation, channels, the end of the talks, what waits for what."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from negsim.agenda.status import Reason, Spent, Status
from negsim.simulation.events import Kind
from negsim.simulation.rules.meetings import CANCELLED, HELD, next_gap
from negsim.simulation.rules.status import END_OF_TALKS, LAG_END, WAKING
from tests.kit import SOURCE, chance, play, steady, talks
from tests.rules import ByHand, trace_of

NEVER = {"settle": {"chance": 0}}


def never(names: str, **over: Any) -> dict[str, Any]:
    """Issues that are discussed and never settle."""
    return talks({name: dict(NEVER) for name in names.split()}, **over)


# -- agenda orders -----------------------------------------------------------------------------------------------------
def test_priority_takes_the_smaller_number_first_and_ties_by_declaration():
    mapping = never("a b c d", channel={"session": "3 hours"})
    for name, priority in zip("abcd", (2, 1, 2, 1), strict=True):
        mapping["issues"][name]["priority"] = priority
    begun = ByHand(mapping)
    begun.meet(1, 2)
    assert begun.discussed() == list("bda") * 2


def test_a_long_agenda_keeps_its_order_and_its_ties():
    names = [f"i{n}" for n in range(60)]
    mapping = never(" ".join(names))
    rank = {name: 7 * n % 11 for n, name in enumerate(names)}  # of each rank five or six, mixed
    for name in names:
        mapping["issues"][name]["priority"] = rank[name]
    begun = ByHand(mapping)
    begun.meet(1)
    assert begun.discussed() == sorted(names, key=lambda name: rank[name])


def test_oldest_takes_the_first_opening_day_first():
    mapping = never("a b c", channel={"order": "oldest"})
    mapping["issues"]["a"]["opens"] = {"on": "2025-04-12"}
    mapping["agenda"] = talks({"a": {"opens": {}}, "b": {}, "c": {}})["agenda"]
    mapping["agenda"]["issues"]["c"]["history"][0]["date"] = "2024-06"
    begun = ByHand(mapping)
    begun.let(2, WAKING, 0)
    begun.meet(5)
    assert begun.discussed() == ["c", "b", "a"]


def test_closest_takes_the_smallest_gap_of_the_last_discussion_and_chance_last():
    mapping = talks(
        {
            "a": {"settle": {"chance": 0}},
            "far": {"reservation": {"us": 0.4, "russia": 0.4}},
            "near": {"reservation": {"us": 0.1, "russia": 0.1}},
        },
        channel={"order": "closest"},
    )
    begun = ByHand(mapping)
    begun.meet(30, 60)
    assert begun.discussed() == ["a", "far", "near", "near", "far", "a"]


def test_round_robin_goes_on_after_the_last_discussed():
    begun = ByHand(never("a b c d e", channel={"order": "round_robin", "session": "2 hours"}))
    begun.meet(1, 2, 3, 4)
    assert begun.discussed() == list("abcdeabc")


def test_each_channel_goes_round_on_its_own():
    mapping = never("a b c", channel={"order": "round_robin", "session": "1 hour"})
    mapping["channels"]["other"] = mapping["channels"]["rounds"] | {"title": "Other"}
    begun = ByHand(mapping)
    begun.meet(1)
    begun.meet(2, channel=1)
    begun.meet(3)
    assert begun.discussed() == ["a", "a", "b"]


def test_a_package_stands_where_its_first_member_stands():
    weights = {side: {"b": 0.5, "d": 0.5} for side in ("us", "russia")}
    mapping = never(
        "a b c d", packages={"p": {"title": "P", "issues": ["b", "d"], "weights": weights, "settle": {"chance": 0}}}
    )
    begun = ByHand(mapping)
    begun.meet(1)
    assert begun.discussed() == ["a", "p", "c"]


# -- room --------------------------------------------------------------------------------------------------------------
def test_each_whose_hours_still_fit_is_discussed_once():
    mapping = never("a b c d", channel={"session": "4 hours"})
    for name, hours in zip("abcd", ("2 hours", "3 hours", "90 minutes", "30 minutes"), strict=True):
        mapping["issues"][name]["hours"] = hours
    begun = ByHand(mapping)
    begun.meet(1)
    assert begun.discussed() == ["a", "c", "d"]  # b no longer fits, and what is shorter does
    assert begun.spent(Spent.ROOM, "b") == 1


def test_hours_are_compared_with_tolerance():
    mapping = never("a b c", channel={"session": "0.3 hours"}, defaults={"hours": "0.1 hours"})
    begun = ByHand(mapping)
    begun.meet(1)
    assert begun.discussed() == ["a", "b", "c"]


def test_the_hours_of_a_package_are_the_sum():
    weights = {side: {"a": 0.5, "b": 0.5} for side in ("us", "russia")}
    package = {"title": "P", "issues": ["a", "b"], "weights": weights, "settle": {"chance": 0}}
    mapping = never("a b c", packages={"p": package}, channel={"session": "2 hours"})
    begun = ByHand(mapping)
    begun.meet(1)
    assert begun.discussed() == ["p"]


def test_a_channel_takes_a_package_only_with_all_its_members():
    weights = {side: {"a": 0.5, "b": 0.5} for side in ("us", "russia")}
    package = {"title": "P", "issues": ["a", "b"], "weights": weights, "settle": {"chance": 0}}
    begun = ByHand(never("a b c", packages={"p": package}, channel={"issues": ["a", "c"]}))
    begun.meet(1)
    assert begun.discussed() == ["c"]


@pytest.mark.parametrize("order", ["priority", "round_robin"])
def test_what_opens_during_a_meeting_is_not_listed_in_it(order):
    mapping = never("a b", channel={"since_last": "9 days", "order": order})
    mapping["issues"]["b"]["opens"] = {"when": {"issue": "a", "reaches": "discussing"}}
    mapping["agenda"] = talks({"a": {}, "b": {"opens": {}}})["agenda"]
    begun = ByHand(mapping)
    begun.meet(1)
    assert begun.status("b") is Status.RAISED
    assert begun.discussed() == ["a"]


# -- meetings that are not held ----------------------------------------------------------------------------------------
def test_a_meeting_is_cancelled_with_the_probability_of_the_climate_of_that_day():
    from negsim.simulation.rules.draws import stream, uniform_at

    begun = ByHand(never("a", climate=steady(only={"cancellation": 0.4})))
    begun.meet(*range(1, 30))
    now = begun.told(Kind.MEETING)["now"]
    expected = [CANCELLED if uniform_at(1, 0, 0, stream("cancel/rounds"), n, 0) < 0.4 else HELD for n in range(29)]
    assert now.tolist() == expected
    assert len(begun.discussed()) == (now == HELD).sum() == begun.record.run["meetings"]


def test_an_extra_meeting_has_its_own_luck_and_its_own_number():
    from negsim.simulation.rules.draws import stream, uniform_at

    begun = ByHand(never("a", climate=steady(only={"cancellation": 0.4})))
    begun.meet(*range(1, 20), extra=1)
    told = begun.told(Kind.MEETING)
    assert told["other"].tolist() == list(range(19))
    assert told["was"].tolist() == [1] * 19
    assert told["now"].tolist() == [
        CANCELLED if uniform_at(1, 0, 0, stream("extra/rounds"), n, 0) < 0.4 else HELD for n in range(19)
    ]


def test_a_gap_is_stretched_by_the_climate_of_the_day_it_starts():
    begun = ByHand(never("a", climate=steady(only={"gap_factor": 2.5})))
    assert next_gap(begun.x, 0) == 25
    begun.meet(25)
    assert next_gap(begun.x, 0) == 25


def test_two_meetings_at_the_same_time_come_in_order_of_declaration():
    mapping = never("a", horizon="25 days")
    mapping["channels"] = {
        "second": mapping["channels"]["rounds"] | {"title": "S"},
        "first": mapping["channels"]["rounds"],
    }
    log = trace_of(mapping)
    assert log[log["kind"] == Kind.MEETING]["who"].tolist() == [0, 1, 0, 1]


# -- the end of the talks ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("day", "agreed"), [("2025-04-19", False), ("2025-04-20", True)])
def test_a_deadline_comes_after_every_meeting_of_its_day(day, agreed):
    mapping = chance(1.0, deadline={"date": day, "source": SOURCE})  # a meeting ten days on, at the start of 20 April
    got = play(mapping)
    assert (got("agreed")[0] == 10) == agreed
    assert Reason(got("reason")[0]) is (Reason.RESOLVED if agreed else Reason.DEADLINE)
    if not agreed:
        assert got("lapsed")[0] == math.nextafter(10.0, 0)
        log = trace_of(mapping)
        (row,) = log[log["kind"] == Kind.DEADLINE]
        assert [row[name] for name in ("t", "who", "other", "was", "now")] == [math.nextafter(10.0, 0), 0, 0, 0, 0]


def test_a_meeting_late_on_the_day_of_the_deadline_still_counts():
    mapping = chance(1.0, gap="10.9 days", deadline={"date": "2025-04-20", "source": SOURCE})
    assert play(mapping)("agreed")[0] == 10.9


def test_what_is_not_agreed_lapses_and_no_meeting_follows():
    mapping = never("a b", deadline={"date": "2025-05-05", "source": SOURCE})
    mapping["issues"]["b"]["opens"] = {"on": "2026-01-01"}
    mapping["agenda"] = talks({"a": {}, "b": {"opens": {}}})["agenda"]
    log = trace_of(mapping)
    assert log[log["kind"] == Kind.MEETING]["t"].tolist() == [10, 20]
    assert log["kind"][-1] == Kind.END
    assert log["t"][-1] == math.nextafter(26.0, 0)
    got = play(mapping)
    assert Status(got("status", "b")[0]) is Status.LAPSED


def test_a_collapse_after_the_end_of_the_talks_lapses_and_its_agreement_does_not_stand():
    mapping = chance(1.0, deadline={"date": "2025-04-25", "source": SOURCE})
    mapping["defaults"]["implementation"] = {"lag": "60 days", "collapse": 1}
    got = play(mapping)
    assert got("lapsed")[0] == 70
    assert np.isnan(got("agreed")[0])
    assert Reason(got("reason")[0]) is Reason.DEADLINE


def test_what_waits_for_a_lapsed_prerequisite_stays_blocked_for_that_reason():
    issues = {
        "a": {"settle": {"chance": 1}, "implementation": {"requires": ["b"]}},
        "b": dict(NEVER),
    }
    got = play(talks(issues, deadline={"date": "2025-05-25", "source": SOURCE}))
    assert Status(got("status", "a")[0]) is Status.BLOCKED
    assert Reason(got("reason", "a")[0]) is Reason.PREREQUISITE
    assert Reason(got("reason", "b")[0]) is Reason.DEADLINE
    assert got("agreed", "a")[0] == 10


def test_breakdown_comes_at_a_rate_of_the_climate():
    from negsim.simulation.rules.draws import stream, uniform_at

    mapping = never("a", climate=steady(only={"breakdown": "2 per year"}), horizon="80 years")
    got = play(mapping, 50)
    expected = [-math.log1p(-uniform_at(1, 0, k, stream("breakdown"), 0, 0)) * 365.25 / 2 for k in range(50)]
    assert got("lapsed") == pytest.approx(expected)
    assert set(got("reason")) == {Reason.BREAKDOWN}


def test_the_breakdown_of_a_regime_that_was_left_does_not_come():
    regimes = steady(bad={"breakdown": "2 per year"}, good={})
    shock = {"title": "S", "marks": [{"kind": "climate", "to": "good"}]}
    begun = ByHand(never("a", climate=regimes, shocks={"s": shock}))
    from negsim.simulation.rules.environment import SHOCK

    kind, who, tag, delay = begun.due()[0]
    assert kind == END_OF_TALKS
    begun.let(0.5 * delay, SHOCK, 0, -2)
    begun.let(delay, kind, who, tag)
    assert begun.status() is Status.RAISED


# -- undertakings ------------------------------------------------------------------------------------------------------
def test_under_a_single_undertaking_a_settled_bargain_is_provisional_and_off_the_agenda():
    mapping = talks({"a": {"settle": {"chance": 1}}, "b": dict(NEVER)}, undertaking="single")
    begun = ByHand(mapping)
    begun.meet(10, 20)
    assert begun.status("a") is Status.CONVERGING
    assert begun.discussed() == ["a", "b", "b"]
    assert np.isnan(begun.issue("a")["agreed"])
    assert begun.spent(Spent.MEETING, "a") == 10
    got = play(mapping)
    assert got.spent(Spent.OTHERS, "a")[0] == got.compiled.horizon - 10


def test_what_waited_for_the_other_issues_says_so_when_all_are_agreed_too():
    issues = {"a": {"settle": {"chance": 1}}, "b": {}}
    got = play(talks(issues, undertaking="single"))
    agreed = got("agreed", "b")[0]
    assert got("agreed", "a")[0] == agreed > 10
    assert got.spent(Spent.OTHERS, "a")[0] == agreed - 10
    assert got.spent(Spent.PACKAGE, "a")[0] == 0


def test_terms_that_were_provisional_to_the_end_are_no_terms():
    issues = {"a": {}, "b": dict(NEVER)}
    got = play(talks(issues, undertaking="single"))
    assert got("discussions", "a")[0] == 19
    assert np.isnan(got("u_a", "a")[0])


def test_a_single_undertaking_waits_for_what_has_not_opened_yet():
    issues = {"a": {"settle": {"chance": 1}}, "b": {"settle": {"chance": 1}, "opens": {"on": "2025-07-19"}}}
    got = play(talks(issues, undertaking="single"))
    assert got("agreed", "a")[0] == got("agreed", "b")[0] == 100


def test_when_the_last_settles_what_is_suspended_is_agreed_too():
    issues = {"a": {"settle": {"chance": 1}}, "b": {"settle": {"chance": 1}, "opens": {"on": "2025-05-01"}}}
    shock = {
        "title": "S",
        "dates": [{"date": "2025-04-25", "probability": 1}],
        "marks": [{"kind": "suspend", "issues": ["a"], "duration": "90 days"}],
    }
    begun = ByHand(talks(issues, undertaking="single", shocks={"s": shock}))
    from negsim.simulation.rules.environment import SHOCK

    begun.meet(10)
    begun.let(15, SHOCK, 0, 0)
    assert begun.status("a") is Status.SUSPENDED
    begun.let(21, WAKING, 1)
    begun.meet(30)
    assert begun.issue("a")["agreed"] == begun.issue("b")["agreed"] == 30
    moves = begun.told(Kind.STATUS)
    assert (moves["was"][moves["now"] == Status.AGREED] == [Status.SUSPENDED, Status.CONVERGING]).all()


# -- prerequisites and collapse ----------------------------------------------------------------------------------------
def test_a_prerequisite_never_stops_a_discussion_and_delays_the_lag():
    issues = {
        "a": {"settle": {"chance": 1}, "implementation": {"lag": "5 days", "requires": ["b", "c"]}},
        "b": {"settle": {"chance": 1}, "implementation": {"lag": "30 days"}},
        "c": {"settle": {"chance": 1}, "implementation": {"lag": "50 days"}},
    }
    got = play(talks(issues))
    assert (got("agreed", "a")[0], got("resolved", "a")[0]) == (10, 65)
    assert got.spent(Spent.BLOCKED, "a")[0] == 50


def test_a_collapse_turns_a_clock_back_to_where_its_curve_stood_a_step_higher():
    mapping = talks({"a": {"implementation": {"lag": "7 days", "collapse": 1, "step": 0.2}}})
    begun = ByHand(mapping)
    begun.meet(150, 200)  # both came down to 1 - .8 * 200 / 300
    base = 1 - 0.8 * 200 / 300
    assert begun.status() is Status.IMPLEMENTING
    begun.let(207, LAG_END, 0, 0)
    assert [begun.side(k)["base"] for k in range(2)] == pytest.approx([base + 0.2] * 2)
    from negsim.simulation.rules.concession import clock

    assert clock(begun.x, 0, 0, 207.0) == pytest.approx(200 - 0.2 / 0.8 * 300)
    assert clock(begun.x, 0, 0, 217.0) == pytest.approx(210 - 0.2 / 0.8 * 300)
    assert begun.side(0)["received"] == 0  # offers start anew
    begun.meet(210)
    assert begun.told(Kind.DISCUSSION)["other"].tolist() == [0, 1, 2]  # the bargain's own number goes on


def test_a_step_beyond_the_top_starts_the_clock_at_zero():
    mapping = talks({"a": {"implementation": {"lag": "7 days", "collapse": 1, "step": 1}}})
    begun = ByHand(mapping)
    begun.meet(150, 200)
    begun.let(207, LAG_END, 0, 0)
    assert begun.side(0)["base"] == 1
    from negsim.simulation.rules.concession import clock

    assert clock(begun.x, 0, 0, 207.0) == 0


def test_the_n_th_implementation_has_the_n_th_luck():
    from negsim.simulation.rules.draws import stream, uniform_at

    mapping = chance(1.0)
    mapping["defaults"]["implementation"] = {"lag": "7 days", "collapse": 0.5}
    for k in range(10):
        expected = next(n for n in range(99) if uniform_at(1, 0, k, stream("collapse/a"), n, 0) >= 0.5)
        assert play(mapping, first=k)("reopened")[0] == expected
