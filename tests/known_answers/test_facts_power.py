"""Stylised facts of the theory page on bargaining power (F13, F20, F41, F42)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.kit import SOURCE, near, talks


@pytest.mark.parametrize("beta", [0.5, 1, 2])
def test_F13_a_share_grows_with_own_patience_and_falls_with_the_others(play, beta):
    def us_gets(us: int, russia: int) -> float:
        patience = {
            "us": {"beta": beta, "patience": f"{us} days"},
            "russia": {"beta": beta, "patience": f"{russia} days"},
        }
        return float(play(talks(tactics=patience, channel={"gap": "1 day"}))("u_a")[0])

    own = [us_gets(days, 400) for days in (320, 360, 400, 440)]
    others = [us_gets(400, days) for days in (320, 360, 400, 440)]
    assert (np.diff(own) > 0).all()
    assert (np.diff(others) < 0).all()
    assert own[2] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("us", "russia", "mean", "first"), [(0.1, 0.1, 5.0, 0.5), (0.2, 0.1, 1 / 0.3, 2 / 3), (0.2, 0.05, 4.0, 0.8)]
)
def test_F20_a_war_of_attrition_lasts_an_exponential_time_and_the_side_with_the_larger_hazard_gives_in(
    play, us, russia, mean, first
):
    """Both insist on all the other can bear until one gives in, by a shock of its own hazard (per year)."""

    def gives_in(side: str, hazard: float) -> dict[str, Any]:
        marks = [
            {"kind": "ease", "side": side, "issues": ["a"], "step": 1, "half_life": "1000 years"},
            {"kind": "meeting", "channel": "rounds", "after": "0 days"},
        ]
        return {"title": side, "rate": f"{hazard} per year", "marks": marks}

    mapping = talks(
        horizon="100 years",
        channel={"gap": "120 years"},
        shocks={"us_gives": gives_in("us", us), "russia_gives": gives_in("russia", russia)},
    )
    holds = {"kind": "fixed", "aspiration": 0.8, "source": SOURCE}  # what the other can just bear
    mapping["tactics"] = {"us": holds, "russia": holds}
    got = play(mapping, 2500)
    years = got("agreed") / 365.25
    assert near(years, mean)
    assert near((years > mean).astype(float), np.exp(-1))
    assert near((got("u_a") < 0.5).astype(float), first)


def test_F41_a_mediator_brings_agreement_forward(play):
    # the other half of the fact, that it lasts less long, is here an assumption and not a result
    days = [float(play(talks(channel={"good_offices": g}))("agreed")[0]) for g in (0, 0.1, 0.3, 0.6)]
    assert (np.diff(days) < 0).all()


def test_F42_a_smaller_win_set_brings_better_terms_and_fewer_deals(play):
    terms, deals = [], []
    for own in (0.1, 0.3, 0.5):
        reservation = {"us": own, "russia": {"uniform": {"low": 0.1, "high": 0.9}}}
        got = play(talks({"a": {"reservation": reservation}}), 1500)
        done = ~np.isnan(got("agreed"))
        assert near(done.astype(float), (1 - own - 0.1) / 0.8) or own == 0.1
        terms.append(got("u_a")[done].mean())
        deals.append(done.mean())
    assert deals[0] == 1
    assert (np.diff(terms) > 0).all()
    assert (np.diff(deals) < 0).all()
