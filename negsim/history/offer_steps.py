"""The offers of a side as concessions: how much of the way to the other side's first demand it has gone by each offer.

The scale is that of the model: the utility of a side is 1 at its own first demand and 0 at the first demand of the
other side. So a concession of 0.3 leaves it the utility 0.7.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from negsim.history.offers import MEDIATOR, SETTLEMENT, Dance, OfferRecord

#: Digits of a whole number that count as known: 5,000 may be 4,950 to 5,050.
DIGITS = 2


@dataclass(frozen=True, slots=True)
class Step:
    """An offer of a side after its first one, or the settlement.

    Attributes:
        day: days since the first offer of this side.
        turn: number of the side's offers before this one.
        before: what it had conceded by its last offer.
        given: what the other side has conceded since that offer.
        share: what this offer concedes, in all.
        half: half the width of its rounding, on the same scale.
        deal: whether it is the settlement.
    """

    day: float
    turn: int
    before: float
    given: float
    share: float
    half: float
    deal: bool

    @property
    def repeats(self) -> bool:
        """Whether it is the same offer as the last one."""
        return abs(self.share - self.before) <= self.half


@dataclass(frozen=True, slots=True)
class SidePath:
    """The steps of side ``number`` (0: side A, 1: side B) on an issue of a negotiation.

    ``start`` is the day of its first offer. ``turn``, ``before`` and ``given`` are those of its next step.
    """

    negotiation: str
    issue: str
    number: int
    steps: tuple[Step, ...]
    start: date
    turn: int
    before: float
    given: float

    @property
    def offers(self) -> tuple[Step, ...]:
        """The steps without the settlement."""
        return tuple(step for step in self.steps if not step.deal)


def rounding(value: float) -> float:
    """Half a unit of the last digit of a number; zeros at the end of a whole number count up to its second digit.

    >>> rounding(42.5), rounding(40), rounding(1054), rounding(5000)
    (0.05, 0.5, 0.5, 50.0)
    """
    digits = f"{abs(value):.10f}".rstrip("0")
    whole, _, decimals = digits.partition(".")
    if decimals:
        return 0.5 * float(10.0 ** -len(decimals))
    zeros = len(whole) - len(whole.rstrip("0"))
    return 0.5 * 10.0 ** min(zeros, max(len(whole) - DIGITS, 0)) if value else 0.5


def paths_of(records: Iterable[OfferRecord], until: date | None = None) -> list[SidePath]:
    """The paths of all sides with two or more offers, or one offer and a settlement, on issues that have shares.

    Args:
        records: negotiations with offers.
        until: use nothing after this day.

    >>> from negsim.history import load_offers
    >>> paths = paths_of([load_offers("seeds/offers")["docks_2024"]])
    >>> [(path.number, round(path.steps[-1].share, 3), path.steps[-1].deal) for path in paths]
    [(0, 0.556, True), (1, 0.444, True)]
    """
    found = []
    for record in records:
        for dance in record.dances:
            pair = (path_of(record, dance, number, until) for number in (0, 1))
            found += [path for path in pair if path is not None and path.steps]
    return found


def path_of(record: OfferRecord, dance: Dance, number: int, until: date | None = None) -> SidePath | None:
    """The path of one side; None if one of the sides has made no offer by then, or if the first ones are equal."""
    moves = [move.offer for move in dance.moves if until is None or move.offer.on <= until]
    firsts = [next((offer.value for offer in moves if offer.side == side), None) for side in record.sides]
    own, other = firsts[number], firsts[1 - number]
    if own is None or other is None or own == other:
        return None
    way, side = other - own, record.sides[number]
    start = next(offer.on for offer in moves if offer.side == side)
    before = given = theirs = 0.0
    turn, steps = 0, []
    for offer in moves:
        share = (offer.value - own) / way
        if offer.side == side or offer.kind == SETTLEMENT:
            if turn:
                half, day = rounding(offer.value) / abs(way), float((offer.on - start).days)
                steps.append(Step(day, turn, before, given, share, half, offer.kind == SETTLEMENT))
            before, given, turn = share, 0.0, turn + 1
        elif offer.kind != MEDIATOR:
            conceded = 1.0 - share
            given, theirs = given + max(0.0, conceded - theirs), conceded
    return SidePath(record.id, dance.issue, number, tuple(steps), start, turn, before, given)
