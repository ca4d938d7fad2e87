"""What was known of an issue on the day of an offer, and what came next: the material of forecasts and their scores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from negsim.history.offer_steps import SidePath, path_of, rounding
from negsim.history.offers import MEDIATOR, SETTLEMENT, Dance, Offer, OfferRecord

#: A gap of no day counts as this many days.
SHORTEST = 0.5


@dataclass(frozen=True, slots=True)
class Situation:
    """An issue at the end of the day ``on``.

    Attributes:
        firsts: the first values of side A and side B; None if a side was silent.
        lasts: their last values.
        last: the side that spoke last (0 or 1); None if only a mediator has spoken.
        mediator: the last proposal of a mediator.
        elapsed: days since the first value on the issue.
        waited: days since the last value on the issue.
        gaps: days between offers on the issues of this negotiation, so far.
        paths: of side A and side B; None without a share.
        half: half the width of the finest rounding, in units.
    """

    negotiation: str
    issue: str
    unit: str
    on: date
    firsts: tuple[float | None, float | None]
    lasts: tuple[float | None, float | None]
    last: int | None
    mediator: float | None
    elapsed: float
    waited: float
    gaps: tuple[float, ...]
    paths: tuple[SidePath | None, SidePath | None]
    half: float

    @property
    def open_share(self) -> float | None:
        """The part of the way between the first demands that still lies between the last offers.

        Negative if the last offers have crossed; None if a side was silent or both began with the same value.
        """
        a, b = self.paths
        return None if a is None or b is None else 1.0 - a.before - b.before

    def share(self, value: float) -> float:
        """A value as share of the way from the first demand of side A to that of side B."""
        a, b = self.firsts
        if a is None or b is None:
            raise ValueError("a side was silent")
        return (value - a) / (b - a)

    def value(self, share: float) -> float:
        """The value at a share of the way."""
        a, b = self.firsts
        if a is None or b is None:
            raise ValueError("a side was silent")
        return a + share * (b - a)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came after a situation.

    Attributes:
        offers: the next offer of side A and of side B; None if it made no further one.
        settlement: None if there was none.
        followed: the last day on which a settlement would be on record; None if there never was one (a failure).
    """

    offers: tuple[Offer | None, Offer | None]
    settlement: Offer | None
    followed: date | None

    @property
    def next_on(self) -> date | None:
        """The day of the next offer or settlement."""
        days = [offer.on for offer in (*self.offers, self.settlement) if offer is not None]
        return min(days, default=None)


def situation(record: OfferRecord, dance: Dance, on: date) -> Situation:
    """An issue as it was known at the end of a day.

    >>> from negsim.history import load_offers
    >>> record = load_offers("seeds/offers")["nba_2011"]
    >>> now = situation(record, record.dances[0], date(2011, 10, 4))
    >>> now.lasts, round(now.open_share, 3), now.gaps[-1]
    ((50.0, 53.0), 0.21, 96.0)
    """
    made = [move.offer for move in dance.moves if move.offer.on <= on and move.offer.kind != SETTLEMENT]
    of = [[offer.value for offer in made if offer.side == side] for side in record.sides]
    spoken = [offer for offer in made if offer.kind != MEDIATOR]
    proposals = [offer.value for offer in made if offer.kind == MEDIATOR]
    return Situation(
        record.id,
        dance.issue,
        dance.unit,
        on,
        (of[0][0] if of[0] else None, of[1][0] if of[1] else None),
        (of[0][-1] if of[0] else None, of[1][-1] if of[1] else None),
        record.sides.index(spoken[-1].side) if spoken else None,
        proposals[-1] if proposals else None,
        float((on - made[0].on).days),
        float((on - made[-1].on).days),
        tuple(gap for each in record.dances for gap in gaps(each, on)),
        (path_of(record, dance, 0, on), path_of(record, dance, 1, on)),
        min(rounding(offer.value) for offer in made),
    )


def gaps(dance: Dance, until: date | None = None) -> list[float]:
    """Days between the days with offers on an issue, with the settlement; at least `SHORTEST`."""
    days = sorted({move.offer.on for move in dance.moves if until is None or move.offer.on <= until})
    return [max(float((b - a).days), SHORTEST) for a, b in pairwise(days)]


def outcome(record: OfferRecord, dance: Dance, on: date) -> Outcome:
    """What came after a day."""
    later = [move.offer for move in dance.moves if move.offer.on > on]
    a, b = (next((offer for offer in later if offer.side == side), None) for side in record.sides)
    settlement = next((offer for offer in later if offer.kind == SETTLEMENT), None)
    return Outcome((a, b), settlement, None if record.end == "failed" else record.until)


def origins(dance: Dance) -> list[date]:
    """The days with an offer, before that of the settlement."""
    end = dance.settlement.offer.on if dance.settlement else date.max
    return sorted({move.offer.on for move in dance.moves if move.offer.on < end})


def cases(records: Iterable[OfferRecord]) -> list[tuple[Situation, Outcome]]:
    """Every issue on every day with an offer, and what came next.

    >>> from negsim.history import load_offers
    >>> len(cases([load_offers("seeds/offers")["docks_2024"]]))
    1
    """
    return [
        (situation(record, dance, on), outcome(record, dance, on))
        for record in records
        for dance in record.dances
        for on in origins(dance)
    ]
