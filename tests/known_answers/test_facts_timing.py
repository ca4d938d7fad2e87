"""Stylised facts of the theory page on the timing of agreement and on tactics (F1-F12, F46)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from negsim.agenda.status import Reason
from tests.kit import SOURCE, chance, near, steady, talks

ROUNDS = 1000


def grid(betas: np.ndarray, zs: np.ndarray) -> dict[str, Any]:
    """An issue for each beta and zone, both sides alike; a meeting each thousandth of patience."""
    issues = {}
    for i, beta in enumerate(betas):
        for j, z in enumerate(zs):
            tactic = {"beta": float(beta)}
            r = (1 - float(z)) / 2
            issues[f"b{i}_z{j}"] = {
                "reservation": {"us": r, "russia": r},
                "tactics": {"us": tactic, "russia": tactic},
            }
    return talks(issues, both={"patience": f"{ROUNDS} days"}, defaults={"hours": "1 minute"}, channel={"gap": "1 day"})


def log_uniform(low: float, high: float, n: int) -> np.ndarray:
    return low * (high / low) ** ((np.arange(n) + 0.5) / n)


def uniform(low: float, high: float, n: int) -> np.ndarray:
    return low + (high - low) * (np.arange(n) + 0.5) / n


def taus(play: Any, low: float, high: float, n: int = 14) -> np.ndarray:
    return play(grid(log_uniform(low, high, n), uniform(0.02, 1, n))).issues["agreed"][0] / ROUNDS


def test_F01_both_boulware_agree_at_the_end(play):
    tau = taus(play, 0.05, 0.2)
    assert np.median(tau) == pytest.approx(0.964, abs=0.004)
    assert (tau > 0.9).mean() == pytest.approx(0.968, abs=0.02)


def test_F02_both_conceder_agree_early_and_both_near_linear_in_between(play):
    early = taus(play, 5, 20)
    assert np.median(early) == pytest.approx(0.025, abs=0.006)
    assert (early < 0.1).mean() == pytest.approx(0.722, abs=0.02)
    middling = taus(play, 0.5, 2)
    assert np.median(middling) == pytest.approx(0.688, abs=0.01)
    assert (middling > 0.9).mean() == pytest.approx(0.103, abs=0.02)


def test_F03_agreement_is_earlier_for_larger_betas_and_zones_and_terms_do_not_depend_on_beta(play):
    betas, zs = np.array([0.5, 0.8, 1.25, 2.0]), np.array([0.1, 0.3, 0.5, 0.7])
    got = play(grid(betas, zs))
    tau = got.issues["agreed"][0].reshape(4, 4)
    assert (np.diff(tau, axis=0) < 0).all()
    assert (np.diff(tau, axis=1) < 0).all()
    assert tau == pytest.approx(np.ceil(ROUNDS * (1 + zs[None, :]) ** -betas[:, None]), abs=1)
    assert got.issues["u_a"][0] == pytest.approx(0.5, abs=0.002)


def against(play: Any, us: float, russia: float) -> tuple[float, float]:
    """When, and what share of the surplus the US gets, with reservations of 1/4; four thousand meetings."""
    mapping = talks(
        {"a": {"reservation": {"us": 0.25, "russia": 0.25}}},
        tactics={"us": {"beta": us, "patience": "4000 days"}, "russia": {"beta": russia, "patience": "4000 days"}},
        channel={"gap": "1 day"},
        horizon="12 years",
    )
    got = play(mapping)
    return float(got("agreed")[0]) / 4000, float(got("u_a")[0] - 0.25) / 0.5


def test_F04_the_tougher_side_gets_more_and_later(play):
    tau, share = against(play, 0.5, 0.5)
    assert (tau, share) == (pytest.approx(0.8165, abs=5e-4), pytest.approx(0.5, abs=2e-3))
    tau, share = against(play, 0.2, 5)
    assert (tau, share) == (pytest.approx(0.8206, abs=5e-4), pytest.approx(0.942, abs=2e-3))
    ladder = [against(play, beta, 1) for beta in (2, 1, 0.5, 0.2)]
    assert (np.diff(ladder, axis=0) > 0).all()


def test_F10_a_fixed_demand_above_what_the_other_ever_offers_is_never_met_and_one_below_is(play):
    def agreed(aspiration: float) -> float:
        mapping = talks({"a": {"reservation": {"us": 0.2, "russia": 0.3}}}, channel={"gap": "1 day"})
        mapping["tactics"]["us"] = {"kind": "fixed", "aspiration": aspiration, "source": SOURCE}
        return float(play(mapping)("agreed")[0])

    assert np.isnan(agreed(0.71))
    assert agreed(0.69) < agreed(0.70) <= 300  # the other side reaches its reservation value at patience


TACTICS = {
    "time": {"kind": "time", "beta": 2, "patience": "90 days"},
    "rounds": {"kind": "time", "beta": 0.5, "clock": "rounds", "patience": "9 rounds"},
    "exponential": {"kind": "time", "curve": "exponential", "kappa": 0.1, "beta": 1, "patience": "90 days"},
    "mixed": {"kind": "mixed", "beta": 1, "patience": "90 days"},
    "reciprocal": {"kind": "reciprocal", "reciprocity": 3},
    "fixed": {"kind": "fixed", "aspiration": 0},
}


@pytest.mark.parametrize("us", TACTICS)
@pytest.mark.parametrize("russia", TACTICS)
def test_F05_without_a_zone_nothing_resolves_whatever_the_tactics(play, us, russia):
    mapping = talks({"a": {"reservation": {"us": 0.55, "russia": 0.5}}}, channel={"good_offices": 2})
    mapping["tactics"] = {"us": TACTICS[us] | {"source": SOURCE}, "russia": TACTICS[russia] | {"source": SOURCE}}
    got = play(mapping)
    assert np.isnan(got("agreed")[0])
    assert got("reason")[0] == Reason.NO_ZONE


@pytest.mark.parametrize("beta", [0.1, 1, 10])
def test_F05_without_surplus_agreement_comes_exactly_at_patience(play, beta):
    got = play(talks({"a": {"reservation": {"us": 0.3, "russia": 0.7}}}, both={"beta": beta}))
    assert (got("agreed")[0], got("u_a")[0]) == (300, pytest.approx(0.3, abs=1e-12))


def test_F06_the_side_with_the_shorter_deadline_concedes_more(play):
    def us_gets(patience: int) -> float:
        mapping = talks(tactics={"us": {"patience": f"{patience} days"}}, channel={"gap": "1 day"})
        return float(play(mapping)("u_a")[0])

    got = [us_gets(days) for days in (300, 200, 100, 50)]
    assert got[0] == pytest.approx(0.5, abs=0.005)
    assert (np.diff(got) < 0).all()


def test_F07_more_conceded_at_once_means_no_later_and_beyond_1_over_s_the_first_round(play):
    def agreed(kappa: float) -> float:
        return float(play(talks(both={"kappa": kappa}, channel={"gap": "5 days"}))("agreed")[0])

    days = [agreed(kappa) for kappa in (0, 0.1, 0.2, 0.4, 0.6)]
    assert (np.diff(days) <= 0).all()
    assert days[0] > days[2] > days[-1]
    s = 1.6  # 1 + z with reservations of 0.2
    assert agreed(1 / s - 0.05) > 5
    assert agreed(1 / s) == 5


def test_F08_two_pure_imitators_never_agree_and_a_mover_among_them_is_enough(play):
    mapping = talks()
    mapping["tactics"] = {side: {"kind": "reciprocal", "source": SOURCE} for side in ("us", "russia")}
    assert np.isnan(play(mapping)("agreed")[0])
    mapping["tactics"]["us"] = {"kind": "mixed", "beta": 1, "patience": "300 days", "weight": 0.1, "source": SOURCE}
    assert play(mapping)("agreed")[0] < 5 * 365


def test_F08_imitators_whose_aspirations_cross_already_agree_at_once(play):
    mapping = talks()
    mapping["tactics"] = {s: {"kind": "reciprocal", "aspiration": 0.5, "source": SOURCE} for s in ("us", "russia")}
    assert play(mapping)("agreed")[0] == 10


def test_F09_tit_for_tat_ends_later_against_boulware_than_against_a_conceder(play):
    def agreed(beta: float) -> float:
        mapping = talks(tactics={"us": {"beta": beta}})
        mapping["tactics"]["russia"] = {"kind": "reciprocal", "source": SOURCE}
        return float(play(mapping)("agreed")[0])

    days = [agreed(beta) for beta in (0.2, 1, 5)]
    assert days[0] > days[1] > days[2]


# -- deadlines ---------------------------------------------------------------------------------------------------------
def last_round(p: float, final: float | None, rounds: int) -> dict[str, Any]:
    """A meeting every ten days, a deadline on the last one's day, and another climate from that day on."""
    factor = 1.0 if final is None else math.log1p(-final) / math.log1p(-p)
    day = str(np.datetime64("2025-04-10") + 10 * rounds)
    return chance(
        p,
        deadline={"date": day, "source": SOURCE},
        climate=steady(before={}, last={"settlement": factor}),
        shocks={
            "end": {
                "title": "E",
                "dates": [{"date": day, "probability": 1}],
                "marks": [{"kind": "climate", "to": "last"}],
            }
        },
    )


@pytest.mark.parametrize(
    ("p", "final", "rounds", "agreed", "share"),
    [(0.1, 0.6, 10, 0.845032, 0.275081), (0.15, 0.5, 6, 0.778147, 0.285104)],
)
def test_F11_a_firm_deadline_draws_agreements_to_its_last_round(play, p, final, rounds, agreed, share):
    got = play(last_round(p, final, rounds), 4000)
    done = ~np.isnan(got("agreed"))
    assert near(done.astype(float), agreed)
    assert near((got("agreed")[done] == 10 * rounds).astype(float), share)


def test_F11_the_spike_grows_with_the_pressure_and_is_gone_without_it(play):
    def share(final: float | None) -> float:
        days = play(last_round(0.1, final, 10), 2000)("agreed")
        return float((days == 100).sum() / (~np.isnan(days)).sum())

    shares = [share(final) for final in (None, 0.3, 0.6, 0.9)]
    assert (np.diff(shares) > 0).all()
    assert shares[0] < 0.1


def test_F11_an_uncertain_deadline_smears_the_spike(play):
    def days(times: Any) -> np.ndarray:
        until = {"until": "2026-04-10", "times": times}
        return play(talks(both={"beta": 0.1, "patience": until}), 200)("agreed")

    firm, uncertain = days(1), days({"uniform": {"low": 0.7, "high": 1.3}})
    assert firm.std() == 0
    assert firm[0] > 0.9 * 365
    assert uncertain.std() > 40


@pytest.mark.parametrize("rounds", [3, 8, 15])
def test_F12_fewer_rounds_mean_more_failures(play, rounds):
    got = play(last_round(0.15, None, rounds), 3000)
    assert near(np.isnan(got("agreed")).astype(float), 0.85**rounds)


def test_F46_the_further_apart_the_opening_demands_the_later(play):
    def agreed(opening: float) -> float:
        mapping = talks(channel={"gap": "1 day"})
        answer = {"kind": "reciprocal", "aspiration": opening, "reciprocity": 0.5, "source": SOURCE}
        mapping["tactics"]["russia"] = answer
        return float(play(mapping)("agreed")[0])

    days = [agreed(opening) for opening in (0.4, 0.6, 0.8, 1.0)]
    assert (np.diff(days) > 0).all()
