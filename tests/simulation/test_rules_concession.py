"""How sides concede: curves, clocks, imitation, acceptance, good offices; traces worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from negsim.agenda.status import Status
from negsim.simulation.events import Kind
from negsim.simulation.rules.concession import clock, clock_at, conceded, curve
from negsim.simulation.rules.meetings import ACCEPTED, HOSTED, IN_VAIN
from tests.kit import SOURCE, play, talks
from tests.rules import OPTIONS, ByHand

TAU = (0.1, 0.25, 0.5, 0.75, 0.9)
ALPHA = {
    ("polynomial", 0.1): (0.1000, 0.1000, 0.1009, 0.1507, 0.4138),
    ("polynomial", 0.5): (0.1090, 0.1562, 0.3250, 0.6062, 0.8290),
    ("polynomial", 1): (0.1900, 0.3250, 0.5500, 0.7750, 0.9100),
    ("polynomial", 2): (0.3846, 0.5500, 0.7364, 0.8794, 0.9538),
    ("polynomial", 10): (0.8149, 0.8835, 0.9397, 0.9745, 0.9906),
    ("exponential", 0.1): (0.1024, 0.1067, 0.1167, 0.1347, 0.1606),
    ("exponential", 0.5): (0.1125, 0.1361, 0.1963, 0.3162, 0.4828),
    ("exponential", 1): (0.1259, 0.1778, 0.3162, 0.5623, 0.7943),
    ("exponential", 2): (0.1549, 0.2738, 0.5623, 0.8660, 0.9772),
    ("exponential", 10): (0.4480, 0.8784, 0.9978, 1.0000, 1.0000),
}


def tactic(**us: Any) -> ByHand:
    """Talks where the US has this tactic; row 0 of the sides."""
    return ByHand(talks(tactics={"us": us}))


@pytest.mark.parametrize(("curve_", "beta"), ALPHA)
def test_the_curves_go_through_the_theory_pages_vectors(curve_, beta):
    begun = tactic(curve=curve_, beta=beta, kappa=0.1)
    assert [conceded(begun.x, 0, tau) for tau in TAU] == pytest.approx(ALPHA[curve_, beta], abs=5.1e-5)
    assert conceded(begun.x, 0, 1.0) == 1.0
    assert conceded(begun.x, 0, 0.0) == pytest.approx(0.1)


@pytest.mark.parametrize(("name", "beta"), [("boulware", 0.25), ("linear", 1), ("conceder", 4)])
def test_the_names_of_betas_are_numbers(name, beta):
    assert tactic(beta=name).number("tactic_of", 0, "beta") == beta


@pytest.mark.parametrize("r", [0.0, 0.3, 0.9999, 1.0])
@pytest.mark.parametrize("days", [300.0, 300.0000001, 1e9])
def test_from_patience_on_a_side_is_exactly_at_its_reservation_value(r, days):
    assert curve(tactic(beta=0.3).x, 0, days, r) == r


@pytest.mark.parametrize("kappa", [0.0, 0.2])
@pytest.mark.parametrize(("curve_", "beta"), [key for key in ALPHA if key[1] != 0.1 or key[0] == "polynomial"])
def test_clock_at_turns_the_curve_round(curve_, beta, kappa):
    if curve_ == "exponential" and kappa == 0:
        kappa = 0.05
    begun = tactic(curve=curve_, beta=beta, kappa=kappa)
    for days in (30.0, 75.0, 150.0, 225.0, 270.0):
        base = curve(begun.x, 0, days, 0.2)
        if 1 - 1e-9 > (1 - base) / 0.8 > kappa + 1e-6:  # steep or flat parts can't be told apart
            assert clock_at(begun.x, 0, base, 0.2) == pytest.approx(days, rel=1e-6)


def test_clock_at_stays_within_the_curve():
    begun = tactic(kappa=0.25)
    assert clock_at(begun.x, 0, 1.0, 0.2) == 0.0  # above where it began
    assert clock_at(begun.x, 0, 0.8, 0.2) == 0.0  # where it began
    assert clock_at(begun.x, 0, 0.2, 0.2) == 300.0
    assert clock_at(begun.x, 0, 1.0, 1.0) == 0.0


# -- clocks ------------------------------------------------------------------------------------------------------------
def test_a_calendar_clock_adds_days_times_the_pace_of_the_climate():
    mapping = talks(
        climate={
            "start": "slow",
            "regimes": {"slow": {"pace": 0.5}, "quick": {"pace": 3}},
        },
        shocks={
            "thaw": {
                "title": "T",
                "dates": [{"date": "2025-04-30", "probability": 1}],
                "marks": [{"kind": "climate", "to": "quick"}],
            }
        },
    )
    begun = ByHand(mapping)
    assert clock(begun.x, 0, 0, 20.0) == 10
    from negsim.simulation.rules.environment import SHOCK

    begun.let(20.0, SHOCK, 0, 0)
    assert clock(begun.x, 0, 0, 30.0) == 10 + 3 * 10


def test_a_clock_of_rounds_adds_one_at_each_discussion_before_aspirations_move():
    begun = ByHand(talks(both={"clock": "rounds", "patience": "10 rounds"}))
    begun.meet(1, 2, 50)
    assert clock(begun.x, 0, 0, 60.0) == 3
    offers = begun.told(Kind.OFFER)
    assert list(offers["z"]) == pytest.approx([0.92, 0.92, 0.84, 0.84, 0.76, 0.76])


def test_bases_move_only_at_a_discussion():
    begun = ByHand(talks())
    assert begun.side(0)["base"] == 1
    begun.meet(30)
    assert begun.side(0)["base"] == begun.side(1)["base"] == pytest.approx(1 - 0.8 * 0.1)
    assert clock(begun.x, 0, 0, 60.0) == 60  # the clock runs on, the base waits
    assert begun.side(0)["base"] == pytest.approx(1 - 0.8 * 0.1)


def test_patience_may_run_until_a_date_times_how_such_dates_slip():
    start = {"status": "discussing", "rounds": 1, "clock": {"us": "40 days", "russia": "40 days"}}
    until = {"until": "2025-07-19", "times": 2}  # a hundred days on
    begun = ByHand(talks({"a": {"start": start}}, both={"patience": until}))
    assert begun.number("tactic_of", 0, "patience") == 40 + 200
    deadline = {"date": "2025-07-19", "source": SOURCE}
    begun = ByHand(talks(both={"patience": {"until": "deadline"}}, deadline=deadline))
    assert begun.number("tactic_of", 0, "patience") == 100


# -- imitation ---------------------------------------------------------------------------------------------------------
def answering(window: int = 1, reciprocity: float = 1, **more: Any) -> dict[str, Any]:
    """The US (which starts) linear over ten rounds; Russia answers tit for tat. Reservations 0.2."""
    mapping = talks(both={"clock": "rounds", "patience": "10 rounds"}, **more)
    mapping["tactics"]["russia"] = {
        "kind": "reciprocal",
        "reciprocity": reciprocity,
        "window": window,
        "source": SOURCE,
    }
    return mapping


def bases(begun: ByHand, days: int, k: int = 1) -> list[float]:
    out = []
    for t in range(1, days + 1):
        begun.meet(float(t))
        out.append(float(begun.side(k)["base"]))
    return out


def test_tit_for_tat_gives_what_it_got_each_offer_answered_once():
    # the US insists on .92 .84 .76 .68: each offer is worth .08 more to Russia than the one before, the first than 0;
    # in the second discussion Russia starts and has nothing new to answer; in the third it answers two offers
    assert bases(ByHand(answering()), 4) == pytest.approx([0.92, 0.92, 0.76, 0.76])


def test_a_stingy_side_gives_a_share_of_what_it_got():
    assert bases(ByHand(answering(reciprocity=0.25)), 4) == pytest.approx([0.98, 0.98, 0.94, 0.94])


def test_a_window_measures_over_more_offers_and_divides_by_their_number():
    # offers to Russia are .08 .16 .24 .32, before them 0. Window 2: (.08 - 0)/2, then (.16 - 0)/2 + (.24 - .08)/2
    assert bases(ByHand(answering(window=2)), 5) == pytest.approx(
        [1 - 0.04, 1 - 0.04, 1 - 0.04 - 0.08 - 0.08, 0.80, 0.80 - 0.08 - 0.08]
    )


def test_offers_given_at_the_start_are_where_the_window_begins():
    start = {
        "status": "discussing",
        "rounds": 2,
        "clock": {"us": "2 rounds", "russia": "0 days"},
        "offers": {"us": [0.08, 0.16], "russia": [0.0, 0.0]},
    }
    mapping = answering(window=2)
    mapping["issues"]["a"]["start"] = start
    begun = ByHand(mapping)
    # the third discussion: the US offers .24, answered against .08, the last but one; those of the start were answered
    begun.meet(1)
    assert begun.side(1)["base"] == pytest.approx(1 - (0.24 - 0.08) / 2)


def test_an_offer_that_takes_back_is_not_answered():
    mapping = answering()
    mapping["shocks"] = {
        "insult": {
            "title": "I",
            "marks": [{"kind": "harden", "side": "us", "issues": ["a"], "step": 0.5, "half_life": "1 day"}],
            "source": SOURCE,
        }
    }
    begun = ByHand(mapping)
    begun.meet(1, 2)
    from negsim.simulation.rules.environment import SHOCK

    begun.let(2.5, SHOCK, 0, -2)
    begun.meet(2.51)  # the US now insists on 1 and offers 0; Russia answers the .16 of before, and not the step back
    assert begun.side(1)["base"] == pytest.approx(0.92 - 0.08)
    assert begun.told(Kind.OFFER)["z"][-2] == 1.0


def test_two_pure_imitators_stand_still():
    mapping = talks()
    for side in ("us", "russia"):
        mapping["tactics"][side] = {"kind": "reciprocal", "aspiration": 0.9, "source": SOURCE}
    begun = ByHand(mapping)
    begun.meet(*range(1, 30))
    assert begun.side(0)["base"] == begun.side(1)["base"] == 0.9
    assert begun.status() is Status.DISCUSSING


def test_a_mixed_side_goes_part_of_the_way_to_its_curve_and_part_in_answer():
    mapping = answering()
    mapping["tactics"]["russia"] = {
        "kind": "mixed",
        "beta": 1,
        "clock": "rounds",
        "patience": "20 rounds",
        "weight": 0.25,
        "source": SOURCE,
    }
    base, expected = 1.0, []
    for n, answered in enumerate((0.08, 0.0, 0.16, 0.0), start=1):
        base -= 0.25 * max(0.0, base - (1 - 0.8 * n / 20)) + 0.75 * answered
        expected.append(base)
    assert bases(ByHand(mapping), 4) == pytest.approx(expected)


def test_a_fixed_side_never_moves_and_its_aspiration_is_never_below_its_reservation_value():
    mapping = talks()
    mapping["tactics"]["us"] = {"kind": "fixed", "aspiration": 0.1, "source": SOURCE}
    mapping["tactics"]["russia"] = {"kind": "fixed", "aspiration": 0.9, "source": SOURCE}
    assert bases(ByHand(mapping), 20, 0) == [0.2] * 20
    assert bases(ByHand(mapping), 20, 1) == [0.9] * 20


def test_no_base_falls_below_the_reservation_value_however_generous_the_answer():
    assert min(bases(ByHand(answering(reciprocity=50)), 6)) == 0.2


# -- a discussion ------------------------------------------------------------------------------------------------------
def test_the_starter_alternates_and_what_lies_beyond_the_crossing_goes_to_the_side_that_answers():
    begun = ByHand(talks(defaults={"first": "russia"}))
    begun.meet(30, 60)
    assert list(begun.told(Kind.OFFER)["other"]) == [1, 0, 0, 1]
    begun.meet(240)  # the third: Russia starts, offers its aspiration .36, and the US takes .64 though it asks .36
    deal = begun.told(Kind.DEAL)[0]
    assert (deal["x"], deal["y"]) == (pytest.approx(0.64), pytest.approx(0.36))


def test_rounds_spent_before_as_of_count_for_who_starts():
    start = {"status": "discussing", "rounds": 3, "clock": {"us": "30 days", "russia": "30 days"}}
    begun = ByHand(talks({"a": {"start": start}}))
    begun.meet(1)
    assert list(begun.told(Kind.OFFER)["other"]) == [1, 0]
    assert begun.told(Kind.DISCUSSION)["other"][0] == 3


def test_a_starter_that_is_drawn_is_side_a_below_one_half():
    from negsim.simulation.rules.draws import stream, uniform_at

    begun = ByHand(talks(defaults={"first": "drawn"}))
    for run in range(12):
        begun.begin(run=run)
        begun.meet(1)
        u = uniform_at(1, 0, run, stream("first/a"), 0, 0)
        assert begun.told(Kind.OFFER)["other"][0] == (0 if u < 0.5 else 1)


def test_an_offer_worth_the_next_own_offer_is_accepted_though_below_the_aspiration():
    # both insist on almost everything; the one outcome there is would be Russia's own next offer too
    only = [{"id": "only", "title": "O", "us": 0.9, "russia": 0.4}]
    begun = ByHand(talks({"a": {"outcome": {"options": only}}}))
    begun.meet(1)
    assert begun.told(Kind.DISCUSSION)["now"][0] == ACCEPTED
    assert begun.side(1)["base"] > 0.9
    assert begun.told(Kind.DEAL)["y"][0] == 0.4


def test_a_side_that_can_not_have_its_aspiration_offers_its_own_best_point():
    begun = ByHand(talks({"a": {"outcome": {"options": OPTIONS}}}))
    begun.meet(1)
    assert [(o["x"], o["y"]) for o in begun.told(Kind.OFFER)] == [(0.9, 0.2), (0.2, 0.9)]


def test_no_deal_leaves_a_side_below_its_reservation_value():
    # Russia is fixed at a point below its own reservation value .6: what it would offer next is worth less than that
    options = [{"id": "only", "title": "O", "us": 0.9, "russia": 0.5}]
    begun = ByHand(talks({"a": {"outcome": {"options": options}, "reservation": {"us": 0.2, "russia": 0.6}}}))
    begun.meet(*range(1, 400, 7))
    assert begun.status() is Status.STALLED
    assert len(begun.told(Kind.DEAL)) == 0


def test_the_gap_of_a_straight_line_is_what_both_insist_on_less_one():
    begun = ByHand(talks(defaults={"reservation": {"us": 0.1, "russia": 0.3}}))
    begun.meet(30)
    assert begun.told(Kind.DISCUSSION)["x"][0] == pytest.approx((1 - 0.09) + (1 - 0.07) - 1)


@pytest.mark.parametrize(("offices", "result"), [(0.19, IN_VAIN), (0.2, HOSTED), (2.0, HOSTED)])
def test_a_host_bridges_a_gap_up_to_its_good_offices_at_the_middle(offices, result):
    begun = ByHand(talks(channel={"good_offices": offices}, both={"beta": 1}))
    begun.meet(150)  # both insist on .6, gap .2
    assert begun.told(Kind.DISCUSSION)["now"][0] == result
    if result == HOSTED:
        assert begun.told(Kind.DEAL)["x"][0] == pytest.approx(0.5)


def test_a_host_proposes_only_what_both_can_keep():
    # the middle between .95 (fixed) and Russia's .55 lies below what the US needs
    mapping = talks(defaults={"reservation": {"us": 0.72, "russia": 0.05}}, channel={"good_offices": 2})
    mapping["tactics"]["us"] = {"kind": "fixed", "aspiration": 0.75, "source": SOURCE}
    mapping["tactics"]["russia"] = {"kind": "fixed", "aspiration": 0.4, "source": SOURCE}
    begun = ByHand(mapping)
    begun.meet(1)  # minimiser: .675 for the US
    assert begun.told(Kind.DISCUSSION)["now"][0] == IN_VAIN


def test_a_proposal_of_the_host_is_not_an_offer():
    begun = ByHand(talks(channel={"good_offices": 0.2}))
    begun.meet(150)
    assert len(begun.told(Kind.OFFER)) == 2
    assert begun.side(0)["received"] == begun.side(1)["received"] == 1


def test_closed_form_of_the_exponential_crossing(  # theory 1.2: 1 - (ln S / ln(1 / kappa))^(1 / beta)
) -> None:
    for beta, tau in ((0.5, 0.9690), (1, 0.8239), (2, 0.5804), (5, 0.2934)):
        mapping = talks(
            {"a": {"reservation": {"us": 0.25, "russia": 0.25}}},
            both={"curve": "exponential", "kappa": 0.1, "beta": beta, "patience": "10000 days"},
            channel={"gap": "1 day"},
            horizon="40 years",
        )
        assert play(mapping)("agreed")[0] == pytest.approx(1e4 * tau, abs=1.5)


def test_mixed_betas_cross_where_the_root_says():
    # theory 1.2: beta .2 against 5, r .25 each: tau .8206, 94.2 % of the surplus
    mapping = talks(
        {"a": {"reservation": {"us": 0.25, "russia": 0.25}}},
        both={"patience": "10000 days"},
        tactics={"us": {"beta": 0.2, "patience": "10000 days"}, "russia": {"beta": 5, "patience": "10000 days"}},
        channel={"gap": "1 day"},
        horizon="40 years",
    )
    got = play(mapping)
    assert got("agreed")[0] / 1e4 == pytest.approx(0.8206, abs=2e-4)
    assert (got("u_a")[0] - 0.25) / 0.5 == pytest.approx(0.942, abs=1e-3)


@pytest.mark.parametrize("gap", [1, 7, 40])
def test_a_discussion_that_settles_by_chance_has_no_terms_and_no_positions(gap):
    mapping = talks({"a": {"settle": {"chance": 1}}}, channel={"gap": f"{gap} days"})
    got = play(mapping)
    assert got("agreed")[0] == gap
    assert np.isnan(got("u_a")[0])
    assert math.isnan(got("u_b")[0])
