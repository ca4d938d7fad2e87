"""Negotiations drawn from known tactics, to test what the fit recovers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from negsim.history.concession import Floats, Tactics
from negsim.history.offers import DEMAND, OFFER, SETTLEMENT, Offer, OfferRecord

START = date(2000, 1, 1)


def drawn(
    name: str,
    pair: Tactics,
    repeat: float,
    rng: np.random.Generator,
    gap: float = 10.0,
    most: int = 12,
    digits: int = 0,
) -> OfferRecord:
    """A negotiation about one number between 0 (first demand of side A) and 100 (that of side B).

    The sides make offers in turn, with exponential gaps. They settle on the last offer of a side as soon as the other's
    next offer would reach it.

    Args:
        name: the id of the negotiation.
        pair: the tactics of side A and side B.
        repeat: the probability that a side repeats its last offer.
        rng: random numbers.
        gap: the mean time between two offers, in days.
        most: the number of offers of each side, at most.
        digits: decimals to which offers are rounded.
    """
    conceded, turns, given = [0.0, 0.0], [1, 1], [0.0, 0.0]
    offers = [_offer(name, START, side, DEMAND, 100.0 * side) for side in (0, 1)]
    day = 0.0
    for n in range(2 * (most - 1)):
        side, day = n % 2, day + rng.exponential(gap)
        on = START + timedelta(days=round(day))
        new = conceded[side]
        if rng.random() >= repeat:
            one = pair.take(np.array([side]))
            expected = one.expected(float((on - START).days), turns[side], conceded[side], given[side])
            new = float(np.round(expected[0] + one.sigma[0] * rng.standard_normal(), digits + 2))
        if new + conceded[1 - side] >= 1.0:
            offers.append(_offer(name, on, 2, SETTLEMENT, _value(1 - side, conceded[1 - side])))
            return OfferRecord(name, name, "drawn", ("A", "B"), "concluded", on, tuple(offers))
        offers.append(_offer(name, on, side, OFFER, _value(side, new)))
        given[1 - side] += max(0.0, new - conceded[side])
        conceded[side], given[side], turns[side] = new, 0.0, turns[side] + 1
    return OfferRecord(name, name, "drawn", ("A", "B"), "running", on, tuple(offers))


def drawn_from(
    tactics: Tactics, weights: Floats | Sequence[float], many: int, repeat: float, rng: np.random.Generator
) -> list[OfferRecord]:
    """Negotiations whose sides have tactics drawn with these weights."""
    found = []
    for n in range(many):
        pair = tactics.take(rng.choice(len(tactics), size=2, p=weights))
        found.append(drawn(f"drawn_{n}", pair, repeat, rng))
    return found


def _value(side: int, share: float) -> float:
    return round(100.0 * (share if side == 0 else 1.0 - share), 9) + 0.0


def _offer(name: str, on: date, side: int, kind: str, value: float) -> Offer:
    return Offer(on, "day", ("A", "B", "both")[side], "price", value, "percent", kind)
