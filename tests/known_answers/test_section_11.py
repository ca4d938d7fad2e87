"""Known answers of the model page, section "Known answers": exact, or within four standard errors under fixed seeds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.linalg import expm

from negsim.agenda.status import Reason, Status
from tests.kit import chance, near, steady, talks

RUNS = 3000


# -- 1: agreement times of time tactics --------------------------------------------------------------------------------
@pytest.mark.parametrize("beta", [0.1, 0.5, 1, 2, 5])
@pytest.mark.parametrize(("r_us", "r_russia"), [(0.25, 0.25), (0.1, 0.5), (0.0, 0.2)])
def test_1_equal_time_tactics_agree_at_the_first_meeting_after_the_crossing(play, beta, r_us, r_russia):
    z = 1 - r_us - r_russia
    crossing = (1 + z) ** -beta * 300
    got = play(talks({"a": {"reservation": {"us": r_us, "russia": r_russia}}}, both={"beta": beta}))
    assert got("agreed")[0] == 10 * math.ceil(crossing / 10)


@pytest.mark.parametrize("beta", [0.25, 0.5, 1, 2, 4])
def test_1_on_the_crossing_the_terms_do_not_depend_on_beta(play, beta):
    r_us, r_russia = 0.1, 0.3
    z = 1 - r_us - r_russia
    crossing = (1 + z) ** -beta * 300
    got = play(
        talks(
            {"a": {"reservation": {"us": r_us, "russia": r_russia}}},
            both={"beta": beta},
            channel={"gap": f"{crossing + 1e-9!r} days"},
        )
    )
    assert got("agreed")[0] == pytest.approx(crossing)
    assert got("u_a")[0] == pytest.approx((1 - r_russia) / (1 + z), abs=1e-7)


@pytest.mark.parametrize("first", ["us", "russia"])
def test_1_past_the_crossing_the_first_mover_gets_its_aspiration_of_that_day(play, first):
    got = play(talks({"a": {"first": first}}))  # z = 0.6: crossing at 187.5, agreed on day 190, the 19th discussion
    mover = {"us": "u_a", "russia": "u_b"}[first]
    assert got("agreed")[0] == 190
    assert got(mover)[0] == pytest.approx(1 - 0.8 * 190 / 300, abs=1e-12)


@pytest.mark.parametrize("r", [0.1, 0.5, 0.9])
def test_1_without_surplus_agreement_comes_at_patience_for_every_r(play, r):
    got = play(talks({"a": {"reservation": {"us": r, "russia": 1 - r}}}))
    assert got("agreed")[0] == 300
    assert got("u_a")[0] == pytest.approx(r, abs=1e-12)


@pytest.mark.parametrize("kind", ["time", "mixed", "reciprocal"])
def test_1_without_a_zone_never_whatever_the_tactic_or_the_host(play, kind):
    tactic = {"kind": kind, "source": "arithmetic: a test"}
    if kind != "reciprocal":
        tactic |= {"beta": 1, "patience": "100 days"}
    mapping = talks({"a": {"reservation": {"us": 0.6, "russia": 0.5}}}, channel={"good_offices": 2})
    mapping["tactics"] = {"us": tactic, "russia": tactic}
    got = play(mapping)
    assert np.isnan(got("agreed")[0])
    assert got("reason")[0] == Reason.NO_ZONE


def test_1_without_a_zone_never_with_options_either(play):
    options = [
        {"id": "low", "title": "Low", "us": 0.2, "russia": 0.9},
        {"id": "mid", "title": "Mid", "us": 0.5, "russia": 0.5},
        {"id": "high", "title": "High", "us": 0.9, "russia": 0.2},
    ]
    zone = {"outcome": {"options": options}, "reservation": {"us": 0.5, "russia": 0.5}}
    none = {"outcome": {"options": options}, "reservation": {"us": 0.55, "russia": 0.5}}
    got = play(talks({"a": zone, "b": none}, channel={"good_offices": 2}))
    assert got("option", "a")[0] == 1
    assert (got("u_a", "a")[0], got("u_b", "a")[0]) == (0.5, 0.5)
    assert np.isnan(got("agreed", "b")[0])
    assert Status(got("status", "b")[0]) is Status.STALLED


# -- 2: chance ---------------------------------------------------------------------------------------------------------
def test_2_fixed_gaps_give_a_geometric_number_of_meetings(play):
    meetings = play(chance(0.2), RUNS)("agreed") / 10
    assert near(meetings, 5)
    for k in (1, 2, 5):
        assert near((meetings > k).astype(float), 0.8**k)


def test_2_exponential_gaps_give_an_exponential_time(play):
    days = play(chance(0.25, gap={"exponential": {"mean": "20 days"}}), RUNS)("agreed")
    assert near(days, 80)
    assert near((days > 160).astype(float), math.exp(-2))


@pytest.mark.parametrize("order", ["priority", "oldest", "round_robin", "closest"])
def test_2_one_slot_a_meeting_takes_n_over_p_in_any_order(play, order):
    mapping = chance(0.2, "a b c d e f", channel={"session": "1 hour", "order": order})
    assert near(np.nanmax(play(mapping, 1500).issues["agreed"], axis=1) / 10, 30)


def test_2_two_slots_for_eight_issues_take_22_25_meetings(play):
    mapping = chance(0.2, "a b c d e f g h", channel={"session": "2 hours", "order": "round_robin"})
    assert near(play(mapping, RUNS).issues["agreed"].max(axis=1) / 10, 22.25)


# -- 3: cancellation, residual gaps, gap variance ----------------------------------------------------------------------
def test_3_cancellation_divides_by_what_is_held(play):
    assert near(play(chance(0.5, climate=steady(only={"cancellation": 0.3})), RUNS)("agreed"), 10 / 0.5 / 0.7)


def test_3_a_random_day_inside_a_gap_leaves_the_residual_mean(play):
    # ages spread as a random day sees them: longer gaps cover more days, so weigh each age by its survival
    mean, values = 40.0, [20.0, 60.0]
    gap = {"empirical": {"values": [f"{v} days" for v in values]}}
    waits = []
    for age in range(60):
        weight = 1.0 if age < 20 else 0.5
        got = play(chance(1.0, gap=gap, channel={"since_last": f"{age + 0.5} days"}), 200, seed=age)("agreed")
        waits.append((weight, got.mean()))
    variance = 400.0
    expected = (mean**2 + variance) / (2 * mean)
    assert sum(w * v for w, v in waits) / sum(w for w, _ in waits) == pytest.approx(expected, rel=0.03)


def test_3_gap_variance_leaves_the_mean_and_adds_its_own(play):
    p, mean, sd = 0.25, 20.0, 10.0
    gap = {"gamma": {"shape": (mean / sd) ** 2, "scale": f"{sd**2 / mean} days"}}
    days = play(chance(p, gap=gap), 6000)("agreed")
    assert near(days, mean / p)
    assert near((days - mean / p) ** 2, sd**2 / p + mean**2 * (1 - p) / p**2)


# -- 4: collapse -------------------------------------------------------------------------------------------------------
def test_4_collapse_with_exponential_gaps(play):
    mapping = chance(0.25, gap={"exponential": {"mean": "20 days"}})
    mapping["defaults"] |= {"implementation": {"lag": {"exponential": {"mean": "30 days"}}, "collapse": 0.4}}
    assert near(play(mapping, RUNS)("resolved"), (80 + 30) / 0.6)


def test_4_collapse_with_fixed_gaps_waits_a_residual_gap(play):
    mapping = chance(1.0)
    mapping["defaults"] |= {"implementation": {"lag": "14 days", "collapse": 0.5}}
    got = play(mapping, RUNS)
    # agreed on day 10, failed on 24, agreed again on 30: rounds of 20 days, the last without the wait
    assert near(got("resolved"), 24 + 20 * 1)
    assert near(got("reopened").astype(float), 1)


# -- 5: climate --------------------------------------------------------------------------------------------------------
THAW, FREEZE, GAP = 60.0, 90.0, 20.0
RATES = np.array([[-1 / THAW, 1 / THAW], [1 / FREEZE, -1 / FREEZE]])


def climate(start: str, p: dict[str, float], slow: float = 1.0) -> dict:
    """Two regimes with settlement factors that make p of a base chance of one half."""
    factor = {name: math.log1p(-v) / math.log(0.5) for name, v in p.items()}
    return {
        "start": start,
        "regimes": {
            "thaw": {"sojourn": f"{THAW * slow} days", "next": {"freeze": 1}, "settlement": factor["thaw"]},
            "freeze": {"sojourn": f"{FREEZE * slow} days", "next": {"thaw": 1}, "settlement": factor["freeze"]},
        },
    }


@pytest.mark.parametrize("start", [0, 1])
def test_5_exponential_gaps_in_two_regimes(play, start):
    p = np.array([0.6, 0.1])
    regimes = climate(["thaw", "freeze"][start], {"thaw": 0.6, "freeze": 0.1})
    expected = -np.eye(2)[start] @ np.linalg.inv(RATES - np.diag(p / GAP)) @ np.ones(2)
    got = play(chance(0.5, gap={"exponential": {"mean": f"{GAP} days"}}, climate=regimes), RUNS)
    assert near(got("agreed"), expected)


@pytest.mark.parametrize("start", [0, 1])
def test_5_fixed_gaps_in_two_regimes(play, start):
    p = np.array([0.6, 0.1])
    regimes = climate(["thaw", "freeze"][start], {"thaw": 0.6, "freeze": 0.1})
    step = expm(RATES * GAP)
    # the first meeting is a gap away: meetings held = 1 + those after failures, each after a gap
    expected = np.eye(2)[start] @ step @ np.linalg.inv(np.eye(2) - np.diag(1 - p) @ step) @ np.ones(2)
    got = play(chance(0.5, gap=f"{GAP} days", climate=regimes), RUNS)
    assert near(got("agreed") / GAP, expected)


def test_5_slower_switching_at_the_same_law_means_later_on_average(play):
    means = []
    for slow in (0.2, 5.0):
        pooled = [
            weight
            * play(
                chance(
                    0.5,
                    gap={"exponential": {"mean": "20 days"}},
                    climate=climate(start, {"thaw": 0.6, "freeze": 0.05}, slow),
                ),
                RUNS,
            )("agreed").mean()
            for start, weight in (("thaw", THAW / (THAW + FREEZE)), ("freeze", FREEZE / (THAW + FREEZE)))
        ]
        means.append(sum(pooled))
    assert means[1] > 1.3 * means[0]


# -- 6: provocation ----------------------------------------------------------------------------------------------------
def shocks_by(play_trace, mapping, runs: int) -> np.ndarray:
    """Shocks of each kind in each run, counted in the event logs."""
    from negsim.simulation.events import Kind

    counts = []
    for k in range(runs):
        log = play_trace(mapping, k)
        told = log[log["kind"] == Kind.SHOCK]["who"]
        counts.append(np.bincount(told, minlength=2))
    return np.array(counts, float)


def quiet(**shocks: dict) -> dict:
    """Talks that never settle, so that only the shocks go on; marks that touch nothing."""
    for shock in shocks.values():
        shock.setdefault("title", "Shock")
        shock.setdefault("marks", [{"kind": "reservation", "side": "us", "issues": ["a"], "delta": 0}])
    return chance(0.0, gap="4 years", horizon="1000 days", shocks=shocks)


def test_6_a_shock_that_provokes_itself_from_nothing_pending(trace):
    n, b, mu, horizon = 0.5, 1 / 20, 12 / 365.25, 1000.0
    mapping = quiet(
        x={
            "rate": "12 per year",
            "provokes": [{"shock": "x", "mean": n, "delay": {"exponential": {"mean": "20 days"}}}],
        }
    )
    k = b * (1 - n)
    expected = mu / (1 - n) * (horizon - n * (1 - math.exp(-k * horizon)) / k)
    assert near(shocks_by(trace, mapping, 400)[:, 0], expected)


def test_6_two_kinds_that_provoke_each_other(trace):
    means, mu = np.array([[0.2, 0.4], [0.5, 0.1]]), np.array([6, 12]) / 365.25
    quick = {"exponential": {"mean": "1 day"}}
    mapping = quiet(
        x={
            "rate": "6 per year",
            "provokes": [{"shock": "x", "mean": 0.2, "delay": quick}, {"shock": "y", "mean": 0.4, "delay": quick}],
        },
        y={
            "rate": "12 per year",
            "provokes": [{"shock": "x", "mean": 0.5, "delay": quick}, {"shock": "y", "mean": 0.1, "delay": quick}],
        },
    )
    got = shocks_by(trace, mapping, 300)
    expected = np.linalg.inv(np.eye(2) - means.T) @ mu * 1000
    assert got.mean(axis=0) == pytest.approx(expected, rel=0.05)


# -- 7: single undertaking and packages --------------------------------------------------------------------------------
def test_7_a_single_undertaking_is_the_maximum_run_by_run(play):
    early, single = chance(0.2, "a b c"), chance(0.2, "a b c", undertaking="single")
    apart, together = play(early, 300), play(single, 300)
    last = apart.issues["agreed"].max(axis=1)
    for name in "abc":
        assert (together("agreed", name) == last).all()


def test_7_a_package_is_worth_one_plus_the_distance_of_the_weights(play):
    weights = {"us": {"a": 0.8, "b": 0.2}, "russia": {"a": 0.2, "b": 0.8}}
    mapping = talks(
        "a b",
        packages={"ab": {"issues": ["a", "b"], "weights": weights}},
        defaults={"reservation": {"us": 0.0, "russia": 0.0}},
    )
    got = play(mapping)
    joint = sum(weights["us"][j] * got("u_a", j)[0] + weights["russia"][j] * got("u_b", j)[0] for j in "ab")
    assert joint <= 1.6 + 1e-12
    from negsim.simulation.engines import reference
    from negsim.simulation.rules.frontier import best_for_other
    from tests.kit import compiled

    record = compiled(mapping).record()
    a, b, _ = best_for_other(record.x, 2, 0, 0.8)
    assert (a, b) == (pytest.approx(0.8, abs=1e-12), pytest.approx(0.8, abs=1e-12))
    assert reference is not None


def test_7_a_package_is_no_later_than_the_last_of_its_issues_alone(play):
    issues = {"a": {"reservation": {"us": 0.5, "russia": 0.3}}, "b": {"reservation": {"us": 0.1, "russia": 0.6}}}
    weights = {"us": {"a": 0.7, "b": 0.3}, "russia": {"a": 0.4, "b": 0.6}}
    alone = play(talks(issues))
    packed = play(talks(issues, packages={"ab": {"issues": ["a", "b"], "weights": weights}}))
    assert packed("agreed", "a")[0] == packed("agreed", "b")[0] <= alone.issues["agreed"].max()


# -- 8: symmetries -----------------------------------------------------------------------------------------------------
UNEVEN = {
    "a": {"reservation": {"us": 0.3, "russia": 0.1}, "first": "us"},
    "b": {"reservation": {"us": 0.2, "russia": 0.45}, "first": "russia"},
}


def test_8_mirroring_the_sides_mirrors_the_terms_and_leaves_the_dates(play):
    swap = {"us": "russia", "russia": "us"}
    mirrored = {
        name: {"reservation": {swap[s]: r for s, r in issue["reservation"].items()}, "first": swap[issue["first"]]}
        for name, issue in UNEVEN.items()
    }
    gap = {"gap": {"gamma": {"shape": 2, "scale": "10 days"}}}
    one = play(talks(UNEVEN, tactics={"us": {"beta": 0.5}, "russia": {"beta": 2}}, channel=gap), 50)
    two = play(talks(mirrored, tactics={"us": {"beta": 2}, "russia": {"beta": 0.5}}, channel=gap), 50)
    assert (one.issues["agreed"] == two.issues["agreed"]).all()
    assert one.issues["u_a"] == pytest.approx(two.issues["u_b"], abs=1e-9)


def test_8_permuting_issues_that_all_fit_a_meeting_gives_the_same_bits(play):
    one = play(chance(0.2, "a b c"), 100)
    two = play(chance(0.2, "c a b"), 100)
    for name in "abc":
        assert one("agreed", name).tobytes() == two("agreed", name).tobytes()


def test_8_permuting_or_adding_what_fits_a_meeting_leaves_every_bit_of_concessions_and_their_carrying_out(play):
    over = {
        "channel": {"gap": {"exponential": {"mean": "20 days"}}},
        "defaults": {
            "reservation": {side: {"uniform": {"low": 0.1, "high": 0.6}} for side in ("us", "russia")},
            "implementation": {"lag": {"exponential": {"mean": "60 days"}}, "collapse": 0.2, "step": 0.1},
        },
    }
    one, permuted, more = (play(talks(names, **over), 60) for names in ("a b c", "c a b", "a new c b"))
    for name in "abc":
        rows = [got.issues[:, got.compiled.issues.index(name)].tobytes() for got in (one, permuted, more)]
        assert rows[0] == rows[1] == rows[2]
    assert np.isnan(one("resolved")).any()
    assert one("reopened").any()


def test_8_a_new_name_is_the_same_law_under_another_luck(play):
    one, two = play(chance(0.2, "a"), RUNS)("agreed"), play(chance(0.2, "z"), RUNS)("agreed", "z")
    assert (one != two).any()
    assert near(one - two, 0)


def test_8_another_issue_that_takes_no_room_leaves_the_others_bits(play):
    one, two = play(chance(0.2, "a b"), 200), play(chance(0.2, "a new b"), 200)
    for name in "ab":
        assert one("agreed", name).tobytes() == two("agreed", name).tobytes()
