"""Every status a run can start from, and what it carries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from negsim.agenda.status import Reason, Spent, Status
from negsim.simulation.events import Kind
from negsim.simulation.rules.concession import clock
from negsim.simulation.rules.status import LAG_END, RESUMPTION, WAKING
from tests.kit import SOURCE, chance, play, talks
from tests.rules import OPTIONS, ByHand


def begun_from(start: dict[str, Any], **more: Any) -> ByHand:
    return ByHand(talks({"a": {"start": start} | more.pop("issue", {})}, **more))


TALKING = {"rounds": 2, "clock": {"us": "150 days", "russia": "30 days"}}


def test_raised_starts_open_with_clocks_at_zero_or_as_given():
    begun = begun_from({"status": "raised"})
    assert begun.status() is Status.RAISED
    assert clock(begun.x, 0, 0, 0.0) == 0
    begun = begun_from({"status": "raised", "clock": {"us": "10 days", "russia": "20 days"}})
    assert [clock(begun.x, 0, k, 5.0) for k in range(2)] == [15, 25]


@pytest.mark.parametrize("status", ["discussing", "converging"])
def test_an_issue_under_discussion_goes_on_where_its_clocks_stand(status):
    begun = begun_from({"status": status} | TALKING)
    assert begun.status().label == status
    assert begun.side(0)["base"] == pytest.approx(1 - 0.8 * 0.5)
    assert begun.side(1)["base"] == pytest.approx(1 - 0.8 * 0.1)
    begun.meet(15)
    assert begun.side(0)["base"] == pytest.approx(1 - 0.8 * 0.55)
    assert begun.told(Kind.DISCUSSION)["other"][0] == 2


def test_a_clock_of_rounds_starts_at_the_rounds_spent():
    begun = begun_from({"status": "discussing", "rounds": 4}, both={"clock": "rounds", "patience": "8 rounds"})
    assert clock(begun.x, 0, 0, 0.0) == 4
    assert begun.side(0)["base"] == pytest.approx(1 - 0.8 * 0.5)


def test_stalled_without_a_zone_is_off_the_agenda_until_a_zone_opens():
    mapping = talks(
        {
            "a": {
                "start": {"status": "stalled", "rounds": 9, "clock": {"us": "400 days", "russia": "400 days"}},
                "reservation": {"us": 0.6, "russia": 0.6},
            }
        },
        shocks={
            "turn": {"title": "T", "marks": [{"kind": "reservation", "side": "us", "issues": ["a"], "delta": -0.4}]}
        },
    )
    from negsim.simulation.rules.environment import SHOCK

    begun = ByHand(mapping)
    begun.meet(10)
    assert begun.status() is Status.STALLED
    assert begun.discussed() == []
    begun.let(15, SHOCK, 0, -2)
    assert begun.status() is Status.DISCUSSING
    begun.meet(20)
    assert begun.status() is Status.IMPLEMENTING
    assert begun.spent(Spent.STALLED) == 15


def test_stalled_where_this_runs_numbers_leave_a_zone_is_on_the_agenda_at_once():
    start = {"status": "stalled", "rounds": 9, "clock": {"us": "400 days", "russia": "400 days"}}
    drawn = {"us": 0.5, "russia": {"uniform": {"low": 0.3, "high": 0.7}}}
    begun = begun_from(start, issue={"reservation": drawn})
    seen = set()
    for run in range(12):
        begun.begin(run=run)
        zone = begun.number("reserve_of", 1, "r") <= 0.5
        assert begun.status() is (Status.DISCUSSING if zone else Status.STALLED)
        assert len(begun.told(Kind.STATUS)) == int(zone)
        seen.add(zone)
    assert seen == {True, False}


def refused(start: dict[str, Any], match: str, **more: Any) -> None:
    from negsim.errors import InputError

    with pytest.raises(InputError, match=match):
        begun_from(start, **more)


def test_starts_that_no_rule_would_come_to_are_refused():
    stalled = {"status": "stalled", "rounds": 3, "clock": {"us": "400 days", "russia": "400 days"}}
    refused(stalled, "some outcome is acceptable to both sides")
    refused(
        {"status": "stalled", "rounds": 3}, "some outcome is acceptable to both sides", issue={"settle": {"chance": 1}}
    )
    refused({"status": "blocked", "terms": TERMS}, "requires no unresolved issue")


@pytest.mark.parametrize("was", ["raised", "discussing", "converging"])
def test_suspended_becomes_what_it_was_when_the_time_left_is_over(was):
    carries = TALKING if was != "raised" else {"clock": TALKING["clock"]}
    begun = begun_from({"status": "suspended", "was": was, "left": "30 days"} | carries)
    assert begun.due() == [(RESUMPTION, 0, 0, 30.0)]
    begun.meet(10)
    assert begun.discussed() == []
    begun.let(30, RESUMPTION, 0)
    assert begun.status().label == was
    assert clock(begun.x, 0, 0, 40.0) == 150 + 10  # stood still while suspended
    assert begun.spent(Spent.SUSPENDED) == 30


def test_the_time_left_of_a_suspension_is_chance_and_its_own_stream():
    from negsim.simulation.rules.draws import stream, uniform_at

    begun = begun_from({"status": "suspended", "was": "raised", "left": {"exponential": {"mean": "50 days"}}})
    for run in range(5):
        begun.begin(run=run)
        u = uniform_at(1, 0, run, stream("suspended/a"), 0, 0)
        assert begun.due()[0][3] == pytest.approx(stats.expon.ppf(u, scale=50), rel=1e-3)


def test_dormant_wakes_on_its_day():
    begun = ByHand(talks({"a": {}, "b": {"opens": {"on": "2025-05-10"}}}))
    assert begun.due() == [(WAKING, 1, 0, 30.0)]
    assert np.isnan(begun.issue("b")["opened"])
    begun.let(30, WAKING, 1)
    assert begun.status("b") is Status.RAISED
    assert begun.issue("b")["opened"] == 30
    assert clock(begun.x, 1, 0, 45.0) == 15
    assert begun.spent(Spent.DORMANT, "b") == 30


def test_dormant_that_opens_on_the_first_day_wakes_before_its_meeting():
    mapping = chance(1.0, "a b", channel={"since_last": "9 days"})
    mapping["issues"]["b"]["opens"] = {"on": "2025-04-11"}
    mapping["agenda"] = talks({"a": {}, "b": {"opens": {}}})["agenda"]
    assert play(mapping)("agreed", "b")[0] == 1


AFTER = [
    ("raised", {}, True),
    ("discussing", {}, False),
    ("raised", {"status": "stalled", "rounds": 3, "clock": {"us": "1 day", "russia": "1 day"}}, True),
    ("discussing", {"status": "discussing"} | TALKING, True),
    ("raised", {"status": "converging"} | TALKING, True),
    ("converging", {"status": "discussing"} | TALKING, False),
    ("suspended", {"status": "suspended", "was": "raised", "left": "5 days"}, True),
    ("discussing", {"status": "suspended", "was": "converging", "left": "5 days"} | TALKING, True),
    ("stalled", {"status": "suspended", "was": "stalled", "left": "5 days"} | TALKING, True),
    ("converging", {"status": "agreed", "terms": {"us": 0.5, "russia": 0.5}}, True),
    ("agreed", {"status": "implementing", "passed": "1 day", "terms": {"us": 0.5, "russia": 0.5}}, True),
]


@pytest.mark.parametrize(("reaches", "start", "open_"), AFTER)
def test_what_another_issue_has_reached_at_as_of_opens_at_once(reaches, start, open_):
    other = {"start": start} if start else {}
    mapping = talks(
        {
            "a": other | {"implementation": {"lag": "90 days"}, "reservation": {"us": 0.6, "russia": 0.6}},
            "b": {"opens": {"when": {"issue": "a", "reaches": reaches}}},
        }
    )
    begun = ByHand(mapping)
    assert begun.status("b") is (Status.RAISED if open_ else Status.DORMANT)


TERMS = {"us": 0.65, "russia": 0.35}


def test_agreed_starts_its_lag_at_once():
    begun = begun_from({"status": "agreed", "terms": TERMS}, issue={"implementation": {"lag": "40 days"}})
    assert begun.status() is Status.IMPLEMENTING
    assert begun.due() == [(LAG_END, 0, 0, 40.0)]
    assert (begun.issue()["agreed"], begun.issue()["u_a"], begun.issue()["u_b"]) == (0, 0.65, 0.35)


@pytest.mark.parametrize("status", ["agreed", "blocked"])
def test_agreed_or_blocked_waits_for_its_prerequisite(status):
    issues = {
        "a": {"start": {"status": status, "terms": TERMS}, "implementation": {"lag": "5 days", "requires": ["b"]}},
        "b": {"settle": {"chance": 1}, "implementation": {"lag": "30 days"}},
    }
    begun = ByHand(talks(issues))
    assert begun.status() is Status.BLOCKED
    begun.meet(10)
    begun.let(40, LAG_END, 1, 0)
    assert begun.status() is Status.IMPLEMENTING
    assert begun.spent(Spent.BLOCKED) == 40
    got = play(talks(issues))
    assert got("resolved", "a")[0] == 45


def test_implementing_is_drawn_given_the_days_passed():
    from negsim.simulation.rules.draws import stream, uniform_at

    begun = begun_from(
        {"status": "implementing", "terms": TERMS, "passed": "30 days"},
        issue={"implementation": {"lag": {"weibull": {"scale": "40 days", "shape": 2}}}},
    )
    law = stats.weibull_min(2, scale=40)
    for run in range(8):
        begun.begin(run=run)
        u = uniform_at(1, 0, run, stream("lag/a"), 0, 0)
        expected = law.ppf(1 - law.sf(30) * (1 - u)) - 30
        assert begun.due()[0][3] == pytest.approx(expected, abs=5e-3)
    fixed = begun_from(
        {"status": "implementing", "terms": TERMS, "passed": "30 days"}, issue={"implementation": {"lag": "40 days"}}
    )
    assert fixed.due() == [(LAG_END, 0, 0, 10.0)]


def test_agreed_on_an_option_carries_the_runs_own_values_of_it():
    issue = {"outcome": {"options": OPTIONS}, "implementation": {"lag": "5 days"}}
    got = play(talks({"a": issue | {"start": {"status": "agreed", "terms": {"option": "mid"}}}}))
    assert (got("option")[0], got("u_a")[0], got("u_b")[0], got("resolved")[0]) == (1, 0.5, 0.5, 5)


@pytest.mark.parametrize("kind", ["time", "fixed"])
def test_what_was_agreed_at_as_of_and_collapses_comes_back_a_step_above_its_deal(kind):
    mapping = talks(
        {
            "a": {
                "start": {"status": "agreed", "terms": TERMS},
                "implementation": {"lag": "5 days", "collapse": 1, "step": 0.1},
            }
        }
    )
    if kind == "fixed":
        mapping["tactics"]["us"] = {"kind": "fixed", "source": SOURCE}
    begun = ByHand(mapping)
    begun.let(5, LAG_END, 0, 0)
    assert begun.status() is Status.RAISED
    assert begun.side(0)["base"] == pytest.approx(0.75)
    assert begun.side(1)["base"] == pytest.approx(0.45)
    if kind == "time":
        assert clock(begun.x, 0, 0, 5.0) == pytest.approx(300 * 0.25 / 0.8)
    assert clock(begun.x, 0, 1, 5.0) == pytest.approx(300 * 0.55 / 0.8)


# -- packages ----------------------------------------------------------------------------------------------------------
WEIGHTS = {"us": {"a": 0.75, "b": 0.25}, "russia": {"a": 0.25, "b": 0.75}}


def packed(issues: dict[str, Any], weights: dict[str, Any] = WEIGHTS, **package: Any) -> dict[str, Any]:
    names = list(issues)[:2]
    return talks(issues, packages={"ab": {"title": "AB", "issues": names, "weights": weights} | package})


def test_a_package_pools_the_reservation_values_by_its_weights():
    begun = ByHand(
        packed({"a": {"reservation": {"us": 0.4, "russia": 0.2}}, "b": {"reservation": {"us": 0.8, "russia": 0.6}}})
    )
    assert begun.side(0, "ab")["r"] == pytest.approx(0.75 * 0.4 + 0.25 * 0.8)
    assert begun.side(1, "ab")["r"] == pytest.approx(0.25 * 0.2 + 0.75 * 0.6)


def test_a_package_may_state_its_own_reservation_values_for_both_sides():
    begun = ByHand(packed({"a": {}, "b": {}}, reservation={"us": 0.45, "russia": 0.35}))
    assert [begun.side(k, "ab")["r"] for k in range(2)] == pytest.approx([0.45, 0.35])


def test_a_packages_clock_starts_where_its_oldest_member_stands():
    mapping = packed(
        {
            "a": {"start": {"status": "raised", "clock": {"us": "10 days", "russia": "10 days"}}},
            "b": {"start": {"status": "discussing"} | TALKING},
        }
    )
    mapping["agenda"]["issues"]["b"]["history"][0]["date"] = "2024-11"
    begun = ByHand(mapping)
    assert [clock(begun.x, 2, k, 0.0) for k in range(2)] == [150, 30]


def test_a_packages_clock_runs_and_it_is_discussed_only_while_all_members_are_open():
    mapping = packed({"a": {}, "b": {"opens": {"on": "2025-05-10"}}})
    begun = ByHand(mapping)
    begun.meet(10)
    assert begun.discussed() == []
    assert clock(begun.x, 2, 0, 29.0) == 0
    begun.let(30, WAKING, 1)
    assert begun.spent(Spent.PACKAGE, "a") == 30
    assert begun.spent(Spent.DORMANT, "b") == 30
    assert clock(begun.x, 2, 0, 40.0) == 10
    begun.meet(40)
    assert begun.discussed() == ["ab"]


def test_a_member_agreed_alone_is_a_start_that_is_refused():
    from negsim.errors import InputError

    with pytest.raises(InputError, match="cannot be settled in a package"):
        ByHand(packed({"a": {"start": {"status": "agreed", "terms": TERMS}}, "b": {}}))


def test_members_agree_together_are_implemented_alone_and_one_comes_back_alone():
    step = {"step": 0.1, "collapse": 1}
    mapping = packed({"a": {"implementation": {"lag": "5 days"} | step}, "b": {"implementation": {"lag": "9 days"}}})
    begun = ByHand(mapping)
    begun.meet(150, 240)  # the package settles in its second discussion, Russia starting
    deal = begun.told(Kind.DEAL)[0]
    assert begun.compiled.bargains[deal["who"]] == "ab"
    u = [float(begun.issue("a")[column]) for column in ("u_a", "u_b")]
    assert begun.status("a") is begun.status("b") is Status.IMPLEMENTING
    begun.let(245, LAG_END, 0, 0)
    assert begun.status("a") is Status.RAISED
    assert begun.status("b") is Status.IMPLEMENTING
    assert begun.issue("a")["reopened"] == 1
    assert [begun.side(k, "a")["base"] for k in range(2)] == pytest.approx([min(1, v + 0.1) for v in u])
    begun.meet(250)
    assert begun.discussed()[-1] == "a"
    last = begun.told(Kind.DISCUSSION)[-1]
    assert last["other"] == 0  # counted anew
    assert begun.told(Kind.OFFER)[-1]["other"] in (0, 1)
    begun.let(249.5, LAG_END, 1, 0)
    assert begun.status("b") is Status.RESOLVED


# -- contradictions ----------------------------------------------------------------------------------------------------
def test_a_gap_that_can_not_be_so_old_in_this_run_is_an_error():
    from negsim.errors import NegsimError

    mapping = chance(
        0.5,
        gap={"uniform": {"low": "1 day", "high": {"uniform": {"low": "5 days", "high": "20 days"}}}},
        channel={"since_last": "15 days"},
    )
    with pytest.raises(NegsimError, match='gap under way in channel "rounds"'):
        play(mapping, 30)


def test_a_lag_that_can_not_have_gone_on_so_long_is_an_error():
    from negsim.errors import NegsimError

    mapping = talks(
        {
            "a": {
                "start": {"status": "implementing", "passed": "30 days", "terms": TERMS},
                "implementation": {"lag": "20 days"},
            }
        }
    )
    with pytest.raises(NegsimError, match='implementation of "a"'):
        play(mapping)


def test_everything_settled_at_as_of_ends_the_run_when_the_last_lag_ends():
    got = play(talks({"a": {"start": {"status": "agreed", "terms": TERMS}, "implementation": {"lag": "40 days"}}}))
    assert got.runs["end"][0] == 40
    assert Reason(got("reason")[0]) is Reason.RESOLVED
