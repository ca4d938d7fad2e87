"""How near to a deadline settlements fall, and how many deadlines pass without one.

Only deadlines that were known before the day count. A deadline effect (Roth, Murnighan and Schoumaker 1988) shows as
more settlements near deadlines than days near them: the expectation is that a settlement falls on any day of its
negotiation, from the first offer on its issue to the settlement, with the same probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from negsim.history.concession_findings import Finding, bootstrap, finding, mean, median
from negsim.history.offers import Deadline, OfferRecord

#: A settlement is at a deadline from a day before it to two days after: night sessions, and reports of the next day.
BEFORE, AFTER = 1, 2
WEEK = 7


@dataclass(frozen=True, slots=True)
class Near:
    """A settled issue for which a deadline was known before.

    ``days`` is the day of the settlement less the nearest deadline; ``at`` and ``week`` are the parts of the days of
    the issue that are at a deadline, or within a week of one.
    """

    negotiation: str
    issue: str
    days: int
    then: str
    at: float
    week: float

    @property
    def is_at(self) -> bool:
        """Whether the settlement is at a deadline."""
        return -BEFORE <= self.days <= AFTER


def nearest(deadlines: Sequence[Deadline], day: date) -> Deadline | None:
    """The nearest of the deadlines that were stated before a day; the later one of two; None if there is none.

    >>> from negsim.history import load_offers
    >>> record = load_offers("seeds/offers")["quebec_2023"]
    >>> str(nearest(record.deadlines, date(2023, 12, 10)).on), str(nearest(record.deadlines, date(2023, 12, 30)).on)
    ('2023-12-08', '2023-12-31')
    """
    known = [each for each in deadlines if each.stated_on < day]
    return min(known, key=lambda each: (abs((each.on - day).days), -each.on.toordinal()), default=None)


def near_deadlines(records: Sequence[OfferRecord]) -> list[Near]:
    """The settled issues for which a deadline was known before the day of the settlement.

    >>> from negsim.history import load_offers
    >>> [(each.days, each.then) for each in near_deadlines([load_offers("seeds/offers")["docks_2024"]])]
    [(4, 'contract expiry')]
    """
    found = []
    for record in records:
        for dance in record.dances:
            deal = dance.settlement
            closest = None if deal is None else nearest(record.deadlines, deal.offer.on)
            if deal is None or closest is None:
                continue
            first = dance.moves[0].offer.on
            days = [first + timedelta(days=n) for n in range((deal.offer.on - first).days + 1)]
            away = [None if (due := nearest(record.deadlines, each)) is None else (each - due.on).days for each in days]
            at = [gap is not None and -BEFORE <= gap <= AFTER for gap in away]
            week = [gap is not None and abs(gap) <= WEEK for gap in away]
            gap = (deal.offer.on - closest.on).days
            found.append(Near(record.id, dance.issue, gap, closest.then, float(np.mean(at)), float(np.mean(week))))
    return found


def passed(records: Sequence[OfferRecord]) -> dict[str, list[float]]:
    """For each negotiation, whether each deadline that came while an issue was open passed without a settlement.

    A deadline is met if an issue is settled from the day on which it was stated to two days after it.
    """
    by: dict[str, list[float]] = {}
    for record in records:
        deals = [dance.settlement.offer.on for dance in record.dances if dance.settlement is not None]
        for each in record.deadlines:
            limit = each.on + timedelta(days=AFTER)
            done = bool(deals) and max(deals) <= each.stated_on
            late = record.first is None or each.on < record.first or limit > record.until
            met = any(each.stated_on < day <= limit for day in deals)
            if met or not (done or late):
                by.setdefault(record.id, []).append(float(not met))
    return by


def deadline_figures(records: Sequence[OfferRecord]) -> list[Finding]:
    """The figures of the page, each with its interval."""
    found = near_deadlines(records)

    def ratio(values: Sequence[tuple[float, float]]) -> float:
        seen, expected = np.array(values, float).T
        return float(seen.mean() / expected.mean())

    left = passed(records)
    return [
        finding("days from the nearest deadline, before or after, median", found, lambda s: abs(s.days), median),
        finding("settled at a deadline (a day before to two days after)", found, lambda s: s.is_at, mean),
        finding("days at a deadline, as part of all days", found, lambda s: s.at, mean),
        finding("settlements at a deadline, as multiple of the days there", found, lambda s: (s.is_at, s.at), ratio),
        finding("settled within a week of a deadline", found, lambda s: abs(s.days) <= WEEK, mean),
        finding("days within a week of a deadline, as part of all days", found, lambda s: s.week, mean),
        finding(
            "settlements within a week, as multiple of the days there",
            found,
            lambda s: (abs(s.days) <= WEEK, s.week),
            ratio,
        ),
        finding("settled before the nearest deadline, or on it", found, lambda s: s.days <= 0, mean),
        bootstrap("deadlines that passed without a settlement", left, mean, sum(map(len, left.values()))),
    ]
