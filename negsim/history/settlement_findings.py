"""What the offers on record show of settlements: where they lie, how far apart first demands are, the last minute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from negsim.history.concession_findings import NEAR, Finding, finding, mean, median
from negsim.history.offer_laws import PLACES, place_of
from negsim.history.offer_situations import Situation, origins, situation
from negsim.history.offers import Dance, OfferRecord

#: The end of a negotiation: the last part of the days from the first offer to the settlement.
END = 0.1


@dataclass(frozen=True, slots=True)
class Settled:
    """A settled issue with a share: the last situation before the settlement, and where the settlement lies.

    ``share`` is that of the way between the first demands; ``last_minute`` is the part of the way that lay between the
    offers when a tenth of the days was left; ``rest`` that after the last offers; ``wait`` the days from the last offer
    to the settlement, as part of all days.
    """

    negotiation: str
    issue: str
    share: float
    place: str
    where: float
    last_minute: float
    rest: float
    wait: float
    relative: float


def settled(records: Sequence[OfferRecord]) -> list[Settled]:
    """The settled issues for which both sides had named different values before.

    >>> from negsim.history import load_offers
    >>> [each.place for each in settled([load_offers("seeds/offers")["boeing_2024"]])][0]
    "last speaker's offer"
    """
    found = [_settled(record, dance) for record in records for dance in record.dances]
    return [each for each in found if each is not None]


def _settled(record: OfferRecord, dance: Dance) -> Settled | None:
    deal, days = dance.settlement, origins(dance)
    if deal is None or not days:
        return None
    now = situation(record, dance, days[-1])
    if now.open_share is None or now.last is None or now.firsts[0] is None or now.firsts[1] is None:
        return None
    place, where = place_of(now, deal.offer.value)
    total = max((deal.offer.on - days[0]).days, 1)
    before = situation(record, dance, max(days[0], deal.offer.on - timedelta(days=max(round(END * total), 1))))
    return Settled(
        record.id,
        dance.issue,
        now.share(deal.offer.value),
        PLACES[place],
        where,
        _open(before),
        _open(now),
        (deal.offer.on - days[-1]).days / total,
        abs(now.firsts[0] - now.firsts[1]) / max(abs(now.firsts[0]), abs(now.firsts[1])),
    )


def _open(now: Situation) -> float:
    """The part of the way between the last offers; all of it while a side is silent, none if they have crossed."""
    return 1.0 if now.open_share is None else float(np.clip(now.open_share, 0.0, 1.0))


def settlement_figures(found: Sequence[Settled]) -> list[Finding]:
    """The figures of the page, each with its interval."""
    rows = [
        finding("distance of the first demands, as part of the larger, median", found, lambda s: s.relative, median),
        finding("settlement between the first demands", found, lambda s: 0 <= s.share <= 1, mean),
        finding("distance from the middle of the first demands, median", found, lambda s: abs(s.share - 0.5), median),
        finding(
            "within 0.05 of the middle of the first demands", found, lambda s: float(abs(s.share - 0.5) <= NEAR), mean
        ),
        finding("within a tenth of the middle of the last offers", found, _even, mean),
    ]
    rows += [finding(f"at: {place}", found, lambda s, place=place: float(s.place == place), mean) for place in PLACES]  # type: ignore[misc]
    rows += [
        finding("way between the offers with a tenth of the days left, mean", found, lambda s: s.last_minute, mean),
        finding("way between the last offers, mean", found, lambda s: s.rest, mean),
        finding("days from the last offer to the settlement, as part of all, median", found, lambda s: s.wait, median),
    ]
    return rows


def _even(each: Settled) -> bool:
    """Whether the settlement lies within a tenth of the gap of the middle of two different last offers."""
    return each.place == PLACES[3] and abs(each.where - 0.5) <= 0.1
