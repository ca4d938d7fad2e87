"""What was known of an issue on the day of an offer, and what came next: the material of forecasts and their scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from negsim.history.offer_steps import SidePath, path_of, rounding
from negsim.history.offers import MEDIATOR, SETTLEMENT, Dance, Offer, OfferRecord
from negsim.history.start import NOTHING_KNOWN, Start

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
        field: of the negotiation.
        offers: the number of offers and proposals so far.
        deadlines: those known on this day; those that have passed too.
        start: what was known of the negotiation on its first day.
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
    field: str
    offers: int
    deadlines: tuple[date, ...]
    start: Start = NOTHING_KNOWN

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
        between: the first and the last possible day of the settlement, in days from the situation; None without one.
    """

    offers: tuple[Offer | None, Offer | None]
    settlement: Offer | None
    followed: date | None
    between: tuple[int, int] | None = None

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
        record.field,
        len(made),
        record.deadlines_known(on),
        record.start,
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
    between = None
    if settlement is not None:
        first, last = _possible(settlement, max((offer.on for offer in later if offer is not settlement), default=on))
        between = ((first - on).days, (last - on).days)
    return Outcome((a, b), settlement, None if record.end == "failed" else record.until, between)


def _possible(deal: Offer, before: date) -> tuple[date, date]:
    """The first and the last day on which a settlement may have come, after the offer before it."""
    if deal.known == "day":
        return deal.on, deal.on
    first = before + timedelta(days=1)
    if deal.known == "by":
        return min(first, deal.on), deal.on
    start = deal.on.replace(day=1)
    end = (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return min(max(first, start), end), end


def weights_of(nows: Sequence[Situation]) -> npt.NDArray[np.float64]:
    """The weight 1 of each negotiation, divided evenly among its issues and then their situations.

    >>> from negsim.history import load_offers
    >>> nows = [now for now, _ in cases([load_offers("seeds/offers")["boeing_2024"]])]
    >>> weights_of(nows).round(3).tolist()
    [0.1, 0.1, 0.1, 0.1, 0.1, 0.125, 0.125, 0.125, 0.125]
    """
    issues = Counter(now.negotiation for now in {(each.negotiation, each.issue): each for each in nows}.values())
    offers = Counter((now.negotiation, now.issue) for now in nows)
    return np.array([1.0 / (issues[now.negotiation] * offers[now.negotiation, now.issue]) for now in nows])


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
