"""Statuses, the time they take, and the invariants of the event log, on scenarios of every kind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negsim.agenda.status import LEGAL_MOVES, PROGRESS, Reason, Spent, Status
from negsim.simulation.engines import reference
from negsim.simulation.events import Kind
from negsim.simulation.rules.concession import clock
from negsim.simulation.rules.status import LAG_END
from tests.invariants import violations
from tests.kit import SOURCE, compiled, play, talks
from tests.rules import OPTIONS, ByHand, trace_of


# -- the table ---------------------------------------------------------------------------------------------------------
def test_the_table_is_the_one_of_the_model_page():
    named = {
        "dormant": "raised lapsed",
        "raised": "discussing converging agreed stalled suspended lapsed",
        "discussing": "converging agreed stalled suspended lapsed",
        "converging": "discussing agreed stalled suspended lapsed",
        "stalled": "discussing suspended lapsed",
        "suspended": "raised discussing converging stalled agreed lapsed",
        "agreed": "blocked implementing",
        "blocked": "implementing",
        "implementing": "resolved raised lapsed",
        "resolved": "",
        "lapsed": "",
    }
    assert {s.label: {m.label for m in moves} for s, moves in LEGAL_MOVES.items()} == {
        name: set(moves.split()) for name, moves in named.items()
    }


def test_converging_is_a_gap_of_at_most_a_tenth_after_a_failed_discussion():
    begun = ByHand(talks())  # gap 1 - 1.6 t / 300
    begun.meet(168)
    assert begun.status() is Status.DISCUSSING
    begun.meet(168.75)
    assert begun.told(Kind.DISCUSSION)["x"][-1] == pytest.approx(0.1)
    assert begun.status() is Status.CONVERGING


def test_converging_goes_back_to_discussing_when_a_side_hardens():
    mark = {"kind": "harden", "side": "us", "issues": ["a"], "step": 0.3, "half_life": "9 days"}
    begun = ByHand(talks(shocks={"s": {"title": "S", "marks": [mark]}}))
    from negsim.simulation.rules.environment import SHOCK

    begun.meet(180)
    assert begun.status() is Status.CONVERGING
    begun.let(181, SHOCK, 0, -2)
    begun.meet(182)
    assert begun.status() is Status.DISCUSSING


def test_stalled_needs_both_bases_at_their_reservation_values_and_no_zone():
    mapping = talks({"a": {"reservation": {"us": 0.6, "russia": 0.5}}}, tactics={"us": {"patience": "100 days"}})
    begun = ByHand(mapping)
    begun.meet(150)
    assert begun.status() is Status.CONVERGING or begun.status() is Status.DISCUSSING
    begun.meet(300)
    assert begun.status() is Status.STALLED
    assert clock(begun.x, 0, 0, 310.0) == 300  # stalled: the clock has stopped
    begun.meet(310)
    assert len(begun.discussed()) == 2


def test_resolved_and_lapsed_are_final():
    assert not LEGAL_MOVES[Status.RESOLVED]
    assert not LEGAL_MOVES[Status.LAPSED]


@pytest.mark.parametrize("status", [s for s in PROGRESS if s is not Status.RESOLVED])
def test_waking_by_a_status_counts_passing_beyond_it(status):
    issues = {
        "a": {"settle": {"chance": 1}, "implementation": {"lag": "5 days"}},
        "b": {"settle": {"chance": 0}, "opens": {"when": {"issue": "a", "reaches": status.label}}},
    }
    got = play(talks(issues))
    # a goes from raised to implementing in one meeting: discussing, converging and blocked are passed
    assert got("opened", "b")[0] == (0 if status is Status.RAISED else 10)


def test_a_reopened_issue_counts_from_its_first_opening():
    mapping = talks(
        {
            "a": {
                "opens": {"on": "2025-04-15"},
                "settle": {"chance": 1},
                "implementation": {"lag": "3 days", "collapse": 1},
            }
        }
    )
    begun = ByHand(mapping)
    from negsim.simulation.rules.status import WAKING

    begun.let(5, WAKING, 0)
    begun.meet(10)
    begun.let(13, LAG_END, 0, 0)
    assert begun.issue()["opened"] == 5
    assert begun.status() is Status.RAISED


# -- what the time went into -------------------------------------------------------------------------------------------
def test_a_stretch_in_vain_is_named_by_the_side_whose_fall_alone_would_have_given_a_deal():
    mapping = talks()
    mapping["tactics"]["us"] = {"kind": "fixed", "aspiration": 0.9, "source": SOURCE}
    mapping["tactics"]["russia"] = {"kind": "fixed", "aspiration": 0.5, "source": SOURCE}
    begun = ByHand(mapping)
    begun.meet(10)  # the US at .2 would leave Russia .8; Russia at .2 would leave the US .8 only
    assert [begun.spent(way) for way in (Spent.SIDE_A, Spent.SIDE_B, Spent.BOTH)] == [10, 0, 0]
    mapping["tactics"]["us"]["aspiration"] = 0.8
    begun = ByHand(mapping)
    begun.meet(10)
    assert begun.spent(Spent.BOTH) == 10


def test_a_stretch_is_named_by_what_the_next_meeting_shows():
    mapping = talks(
        "a b", channel={"session": "1 hour"}, climate={"start": "x", "regimes": {"x": {"cancellation": 0.5}}}
    )
    begun = ByHand(mapping)
    begun.meet(*range(10, 200, 10))
    meetings = begun.told(Kind.MEETING)
    cancelled = 10 * (meetings["now"] == 1).sum()
    assert begun.spent(Spent.MEETING, "b") == cancelled
    assert begun.spent(Spent.ROOM, "b") == 190 - cancelled
    assert begun.spent(Spent.BOTH, "a") == 190 - cancelled


# -- invariants on scenarios of every kind -----------------------------------------------------------------------------
DAYS = st.sampled_from(
    ["3 days", "10 days", {"exponential": {"mean": "12 days"}}, {"uniform": {"low": "1 day", "high": "40 days"}}]
)
SHARES = st.sampled_from([0.0, 0.1, 0.3, 0.45, 0.6, {"uniform": {"low": 0.1, "high": 0.6}}])


@st.composite
def tactics(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["time", "reciprocal", "mixed", "fixed"]))
    rounds = draw(st.booleans())
    curve = {
        "beta": draw(st.sampled_from([0.3, 1, 3])),
        "kappa": draw(st.sampled_from([0.05, 0.3])),
        "curve": draw(st.sampled_from(["polynomial", "exponential"])),
        "clock": "rounds" if rounds else "calendar",
        "patience": "12 rounds" if rounds else "200 days",
    }
    answer = {
        "aspiration": draw(st.sampled_from([0.4, 0.8, 1])),
        "window": draw(st.integers(1, 3)),
        "reciprocity": draw(st.sampled_from([0.5, 1, 2])),
    }
    return {"kind": kind, "source": SOURCE} | {
        "time": curve,
        "reciprocal": answer,
        "mixed": curve | answer,
        "fixed": {"aspiration": answer["aspiration"]},
    }[kind]


@st.composite
def scenarios(draw: st.DrawFn) -> dict[str, Any]:
    names = "abcde"[: draw(st.integers(1, 5))]
    single = draw(st.booleans())
    issues: dict[str, Any] = {}
    for n, name in enumerate(names):
        issue: dict[str, Any] = {"reservation": {"us": draw(SHARES), "russia": draw(SHARES)}}
        if draw(st.integers(0, 3)) == 0:
            issue["settle"] = {"chance": draw(st.sampled_from([0.1, 0.6]))}
        if draw(st.integers(0, 3)) == 0:
            issue["outcome"] = {"options": OPTIONS}
        if n and draw(st.integers(0, 3)) == 0:
            on = {"on": "2025-06-01"} if draw(st.booleans()) else {}
            reaches = ["raised", "discussing", "converging", "stalled"] + (
                [] if single else ["agreed", "resolved", "lapsed"]
            )
            issue["opens"] = on or {"when": {"issue": names[0], "reaches": draw(st.sampled_from(reaches))}}
        issue["implementation"] = {
            "lag": draw(DAYS),
            "collapse": draw(st.sampled_from([0, 0.3, 0.8])),
            "step": draw(st.sampled_from([0, 0.2])),
            "requires": [names[n - 1]] if n and draw(st.integers(0, 3)) == 0 else [],
        }
        issues[name] = issue
    packages = {}
    if len(names) > 2 and draw(st.booleans()):
        pair = {names[1]: 0.3, names[2]: 0.7}
        packages["p"] = {
            "title": "P",
            "issues": list(pair),
            "weights": {"us": pair, "russia": {names[1]: 0.6, names[2]: 0.4}},
        }
    marks = [
        {"kind": "suspend", "issues": draw(st.sampled_from(["all", [names[0]]])), "duration": draw(DAYS)},
        {
            "kind": "harden",
            "side": "us",
            "issues": list(names),
            "step": 0.3,
            "half_life": "30 days",
            "probability": 0.5,
        },
        {"kind": "meeting", "channel": "rounds", "after": "0 days", "probability": 0.5},
        {"kind": "climate", "to": "bad", "probability": 0.5},
    ]
    if draw(st.booleans()):
        marks.append(
            {
                "kind": "reservation",
                "side": "russia",
                "issues": [names[-1]],
                "delta": {"uniform": {"low": -0.5, "high": 0.3}},
            }
        )
    more: dict[str, Any] = {}
    if draw(st.integers(0, 2)) == 0:
        more["deadline"] = {"date": "2026-06-30", "source": SOURCE}
    mapping = talks(
        issues,
        packages=packages,
        undertaking="single" if single else "early_harvest",
        horizon="3 years",
        defaults={"first": "drawn"},
        channel={
            "gap": draw(DAYS),
            "session": draw(st.sampled_from(["2 hours", "9 hours"])),
            "order": draw(st.sampled_from(["priority", "oldest", "closest", "round_robin"])),
            "good_offices": draw(st.sampled_from([0, 0.15])),
        },
        climate={
            "start": "good",
            "regimes": {
                "good": {"sojourn": "90 days", "next": {"bad": 1}, "pace": 1.5, "settlement": 2},
                "bad": {
                    "sojourn": "60 days",
                    "next": {"good": 0.7, "bad": 0.3},
                    "gap_factor": 2,
                    "cancellation": 0.4,
                    "pace": 0.5,
                    "breakdown": draw(st.sampled_from(["0 per year", "0.5 per year"])),
                },
            },
        },
        shocks={
            "s": {
                "title": "S",
                "rate": "3 per year",
                "marks": marks,
                "provokes": [{"shock": "s", "mean": 0.3, "delay": draw(DAYS)}],
            }
        },
    )
    mapping["tactics"] = {"us": draw(tactics()), "russia": draw(tactics())}
    for package in packages.values():
        package["tactics"] = mapping["tactics"]
    return mapping


@given(scenarios())
@settings(max_examples=60)
def test_every_log_keeps_the_invariants_and_every_days_are_accounted_for(mapping):
    model = compiled(mapping)
    for run in range(3):
        log = reference.trace(model, 1, run)
        assert violations(log, model) == []
    issues, runs = reference.run(model, 1, 0, 3)
    assert (issues["spent"] >= 0).all()
    end = np.where(np.isnan(issues["resolved"]), issues["lapsed"], issues["resolved"])
    end = np.where(np.isnan(end), runs["end"][:, None], end)
    assert issues["spent"].sum(axis=2) == pytest.approx(end, abs=1e-6)
    _consistent(issues)


def _consistent(issues: np.ndarray) -> None:
    """Columns of an outcome that say the same thing say the same."""
    resolved, lapsed = issues["status"] == Status.RESOLVED, issues["status"] == Status.LAPSED
    assert (resolved == ~np.isnan(issues["resolved"])).all()
    assert (lapsed == ~np.isnan(issues["lapsed"])).all()
    assert (resolved == (issues["reason"] == Reason.RESOLVED)).all()
    assert np.isin(issues["reason"][lapsed], [Reason.DEADLINE, Reason.BREAKDOWN]).all()
    stands = np.isin(issues["status"], [Status.BLOCKED, Status.IMPLEMENTING, Status.RESOLVED])
    assert (stands == ~np.isnan(issues["agreed"])).all()
    assert np.isnan(issues["u_a"][~stands]).all()
    assert (np.isnan(issues["opened"]) <= (issues["spent"].sum(axis=2) >= issues["spent"][:, :, Spent.DORMANT])).all()


# -- broken logs -------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def told() -> tuple[np.ndarray, Any]:
    mapping = talks(
        {"a": {"implementation": {"lag": "7 days", "collapse": 0.5}}, "b": {"reservation": {"us": 0.6, "russia": 0.6}}},
        shocks={
            "s": {
                "title": "S",
                "dates": [{"date": "2025-05-05", "probability": 1}],
                "marks": [{"kind": "suspend", "issues": "all", "duration": "20 days"}],
            }
        },
    )
    model = compiled(mapping)
    return reference.trace(model, 1, 0), model


def row_of(log: np.ndarray, kind: Kind, **values: int) -> int:
    """The first row of a kind with these values."""
    fits = log["kind"] == kind
    for name, value in values.items():
        fits &= log[name] == value
    return int(np.flatnonzero(fits)[0])


def broken(log: np.ndarray, row: int, **values: float) -> np.ndarray:
    other = log.copy()
    for name, value in values.items():
        other[name][row] = value
    return other


def test_a_sound_log_has_no_violation(told):
    assert violations(*told) == []


def test_time_that_runs_back_is_found(told):
    log, model = told
    row = row_of(log, Kind.DISCUSSION, other=3)
    assert any("time runs back" in v for v in violations(broken(log, row, t=log["t"][row] - 15), model))
    assert any("time runs back" in v for v in violations(broken(log, row, t=np.nan), model))


def test_what_happens_at_or_after_the_horizon_is_found(told):
    log, model = told
    late = broken(log, len(log) - 2, t=float(model.horizon))
    assert any("not before the horizon" in v for v in violations(late, model))


def test_an_illegal_move_is_found(told):
    log, model = told
    row = row_of(log, Kind.STATUS, who=0, now=Status.AGREED)
    assert any("goes from" in v for v in violations(broken(log, row, now=Status.RESOLVED), model))


def test_a_move_from_a_status_that_did_not_stand_is_found(told):
    log, model = told
    row = row_of(log, Kind.STATUS, who=0, now=Status.AGREED)
    assert any("but was" in v for v in violations(broken(log, row, was=Status.RAISED), model))


def test_what_is_suspended_must_become_what_it_was(told):
    log, model = told
    row = row_of(log, Kind.STATUS, who=0, was=Status.SUSPENDED)
    found = violations(broken(log, row, now=Status.STALLED), model)
    assert any("when suspended" in v for v in found)


def test_agreement_out_of_a_suspension_is_for_a_single_undertaking_alone(told):
    log, model = told
    row = row_of(log, Kind.STATUS, who=0, was=Status.SUSPENDED)
    assert any("when suspended" in v for v in violations(broken(log, row, now=Status.AGREED), model))


def test_counts_that_are_not_all_the_issues_are_found(told):
    log, model = told
    row = row_of(log, Kind.STATUS, who=0, now=Status.AGREED)
    assert any("are not all 2 issues" in v for v in violations(broken(log, row, was=Status.LAPSED), model))
    assert any("there are 2" in v for v in violations(broken(log, row, who=2), model))


def test_anything_after_the_end_of_an_issue_is_found(told):
    log, model = told
    row = row_of(log, Kind.STATUS, who=0, now=Status.RESOLVED)
    more = log[[row, row_of(log, Kind.LAG_END, who=0), row_of(log, Kind.DISCUSSION, who=0)]].copy()
    more["t"] = log["t"][row]
    more["was"][0], more["now"][0] = Status.RESOLVED, Status.RAISED
    for k in range(3):
        found = violations(np.concatenate([log[: row + 1], more[k : k + 1], log[row + 1 :]]), model)
        assert any("resolved" in v for v in found), k


def test_a_discussion_of_what_is_suspended_is_found(told):
    log, model = told
    row = row_of(log, Kind.STATUS, who=0, now=Status.SUSPENDED)
    talk = log[row_of(log, Kind.DISCUSSION, who=0)].copy()
    talk["t"] = log["t"][row]
    assert any("suspended" in v for v in violations(np.insert(log, row + 1, talk), model))


def test_an_offer_beyond_the_shares_is_found(told):
    log, model = told
    assert any("no share" in v for v in violations(broken(log, row_of(log, Kind.OFFER), x=1.01), model))
    assert any("no share" in v for v in violations(broken(log, row_of(log, Kind.OFFER), y=-0.01), model))
    assert any("no share" in v for v in violations(broken(log, row_of(log, Kind.OFFER), y=np.nan), model))


def test_a_deal_below_a_reservation_value_is_found(told):
    log, model = told
    row = row_of(log, Kind.DEAL)
    assert any("is below" in v for v in violations(broken(log, row, x=0.19, y=0.81), model))


def test_a_deal_below_a_packages_pooled_or_stated_value_is_found():
    weights = {side: {"a": 0.5, "b": 0.5} for side in ("us", "russia")}
    package = {"title": "P", "issues": ["a", "b"], "weights": weights}
    for stated, low in ((None, 0.2), ({"us": 0.4, "russia": 0.3}, 0.4)):
        over = {"p": package | ({"reservation": stated} if stated else {})}
        model = compiled(talks("a b", packages=over))
        log = reference.trace(model, 1, 0)
        assert violations(log, model) == []
        found = violations(broken(log, row_of(log, Kind.DEAL), x=low - 0.01, y=0.5), model)
        assert any("is below" in v for v in found)


def test_a_log_without_its_end_or_with_two_is_found(told):
    log, model = told
    assert violations(log[:-1], model) == ["the log does not end with END"]
    assert violations(log[:0], model) == ["the log does not end with END"]
    assert any("more than once" in v for v in violations(np.append(log, log[-1:]), model))


def test_an_end_that_says_the_wrong_thing_is_found(told):
    log, model = told
    assert any("ends as settled" in v for v in violations(broken(log, len(log) - 1, now=0), model))
    early = broken(log, len(log) - 1, t=log["t"][-2])
    assert any("before the horizon" in v for v in violations(early, model))


def test_the_reason_at_the_horizon_is_that_of_the_issue_and_not_of_the_next_one():
    values = {"a": 0.7, "b": 0.1}
    mapping = talks(
        {name: {"reservation": {"us": value, "russia": value}} for name, value in values.items()}, horizon="30 days"
    )
    played = play(mapping)
    assert [Reason(int(played("reason", name)[0])) for name in values] == [Reason.NO_ZONE, Reason.HORIZON]


@pytest.mark.parametrize(("p", "end"), [(1, (10, 0)), (0, (30, 1))])
def test_the_log_ends_with_the_last_issue_or_at_the_horizon(p, end):
    last = trace_of(talks({"a": {"settle": {"chance": p}}}, horizon="30 days"))[-1]
    assert (Kind(int(last["kind"])), (last["t"], last["now"])) == (Kind.END, end)
