"""Offers of past negotiations: dated values of both sides, and the share of the way between their first demands.

An offer from memory is left out unless the record is loaded with ``memory=True``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from negsim.errors import NegsimError, did_you_mean, one_of
from negsim.history.start import NOTHING_KNOWN, Start

DEMAND, OFFER, FINAL, MEDIATOR, SETTLEMENT = "demand", "offer", "final offer", "mediator's proposal", "settlement"
#: Kinds of offers; the first three are made by a side.
KINDS = (DEMAND, OFFER, FINAL, MEDIATOR, SETTLEMENT)
#: How well a date is known: the day; the latest possible day; a day of that month.
KNOWN = ("day", "by", "month")
#: What happens at a deadline without an agreement.
THEN = ("contract expiry", "strike", "season cancelled", "default", "law", "self-imposed")


@dataclass(frozen=True, slots=True)
class Offer:
    """A value that a side demanded or offered, a mediator proposed, or both sides agreed on.

    ``side`` is a side of the negotiation; it is ``mediator`` for a mediator's proposal and ``both`` for a settlement.
    """

    on: date
    known: str
    side: str
    issue: str
    value: float
    unit: str
    kind: str
    source: str = ""
    confidence: str = "verified"
    note: str = ""

    @property
    def when(self) -> str:
        """The date as it is known.

        >>> Offer(date(2023, 9, 8), "by", "UAW", "wage", 36, "percent", "offer").when
        'by 2023-09-08'
        """
        return {"day": f"{self.on}", "by": f"by {self.on}", "month": f"{self.on:%Y-%m}"}[self.known]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day by which the sides were to agree, known since ``stated_on``, and what happens otherwise (one of `THEN`)."""

    stated_on: date
    on: date
    then: str
    source: str = ""
    confidence: str = "verified"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """An offer and its share of the way from the first demand of side A (0) to that of side B (1).

    ``share`` is None if a side made no offer, or if the first demands are equal.
    """

    offer: Offer
    share: float | None


@dataclass(frozen=True, slots=True)
class Dance:
    """The offers on one issue by date, and the first value of each side (None if it made no offer)."""

    issue: str
    unit: str
    firsts: tuple[float | None, float | None]
    moves: tuple[Move, ...]

    @property
    def settlement(self) -> Move | None:
        """The settlement; None if there is none."""
        return next((move for move in self.moves if move.offer.kind == SETTLEMENT), None)


@dataclass(frozen=True, slots=True)
class OfferRecord:
    """The offers of a negotiation up to the day ``until``, and its state then: concluded, failed or running.

    ``deadlines`` are sorted by date; they may lie after ``until``.
    """

    id: str
    title: str
    field: str
    sides: tuple[str, str]
    end: str
    until: date
    offers: tuple[Offer, ...] = ()
    note: str = ""
    deadlines: tuple[Deadline, ...] = ()
    start: Start = NOTHING_KNOWN

    def deadlines_known(self, on: date) -> tuple[date, ...]:
        """The deadlines that were known at the end of a day, in order; those that have passed too.

        >>> from negsim.history import load_offers
        >>> record = load_offers("seeds/offers")["boeing_2024"]
        >>> [str(day) for day in record.deadlines_known(date(2024, 9, 8))]
        ['2024-09-12']
        """
        return tuple(each.on for each in self.deadlines if each.stated_on <= on)

    @property
    def first(self) -> date | None:
        """The day of the first offer."""
        return min((offer.on for offer in self.offers), default=None)

    @property
    def dances(self) -> list[Dance]:
        """The negotiation dance of each issue, in the order of the file."""
        return [self.dance(issue) for issue in dict.fromkeys(offer.issue for offer in self.offers)]

    def dance(self, issue: str) -> Dance:
        """The offers on an issue by date, each with its share ``(value - a) / (b - a)`` of the way.

        ``a`` and ``b`` are the first values of side A and side B by date, in the unit of the issue. So 0 is the first
        demand of side A and 1 that of side B.

        Raises:
            NegsimError: there is no such issue.

        >>> from negsim.history import load_offers
        >>> dance = load_offers("seeds/offers")["nhl_2004"].dance("salary cap per team")
        >>> dance.firsts, dance.settlement.offer.value, round(dance.settlement.share, 3)
        ((31.0, 52.0), 39.0, 0.381)
        """
        mine = sorted((offer for offer in self.offers if offer.issue == issue), key=lambda offer: offer.on)
        if not mine:
            names = list(dict.fromkeys(offer.issue for offer in self.offers))
            hint = did_you_mean(issue, names)
            raise NegsimError(
                f'there is no issue "{issue}"; allowed: {one_of(names, 20)}'
                + (f"; did you mean {hint}?" if hint else "")
            )
        a, b = (next((offer.value for offer in mine if offer.side == side), None) for side in self.sides)
        moves = tuple(Move(offer, _share(offer.value, a, b)) for offer in mine)
        return Dance(issue, mine[0].unit, (a, b), moves)


def _share(value: float, a: float | None, b: float | None) -> float | None:
    # Adding zero turns -0.0 into 0.0.
    return None if a is None or b is None or a == b else (value - a) / (b - a) + 0.0


@dataclass(frozen=True)
class OfferRecords:
    """The offers of several negotiations by id, in the order of their file."""

    negotiations: dict[str, OfferRecord]

    def __getitem__(self, name: str) -> OfferRecord:
        """The negotiation with that id or title.

        Raises:
            NegsimError: There is none.
        """
        for record in self.negotiations.values():
            if name in (record.id, record.title):
                return record
        hint = did_you_mean(name, [*self.negotiations, *(record.title for record in self.negotiations.values())])
        raise NegsimError(
            f'there are no offers of "{name}" on record; allowed: {one_of(self.negotiations, 40)}'
            + (f"; did you mean {hint}?" if hint else "")
        )
