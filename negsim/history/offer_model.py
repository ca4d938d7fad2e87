"""The forecast from offers as it is published: laws, the law of the day, and the spread of each of its targets.

Method. Values and next offers are drawn as in `negsim.history.offer_forecast`, and days follow
`negsim.history.settlement_days`. Laws that are pooled over negotiations leave out how negotiations differ, so each
target is recalibrated (`negsim.history.offer_recalibration`). The spreads come from the negotiations to learn from
alone: values and next offers from five folds (a negotiation's fold follows from its id), days from leaving out one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from negsim.history.offer_forecast import DRAWS, Draws, forecast
from negsim.history.offer_laws import OfferLaws, learn
from negsim.history.offer_recalibration import LEAST, recalibrated, recalibrated_cdf, spread
from negsim.history.offer_situations import Outcome, Situation, cases, weights_of
from negsim.history.offers import OfferRecord
from negsim.history.scores import generator
from negsim.history.settlement_days import SettlementDays, learn_days
from negsim.history.settlement_hazard import HORIZON

Floats = npt.NDArray[np.float64]

NEXT, VALUE, DATE = "next offer", "settlement value", "settlement date"
TARGETS = (NEXT, VALUE, DATE)
FOLDS = 5
#: Draws of a forecast from which a spread is learnt.
FEW = 400


@dataclass(frozen=True)
class OfferModel:
    """What other negotiations tell: laws of offers, the day of a settlement, and a spread for each target."""

    laws: OfferLaws
    days: SettlementDays
    spreads: dict[str, float]

    def day_cdf(self, now: Situation) -> Floats:
        """The probability of a settlement by each day from 0 to two years."""
        return recalibrated_cdf(self.days.cdf(now), self.spreads[DATE])

    def forecast(self, now: Situation, draws: int = DRAWS) -> Draws:
        """Draw the future of an issue; a settlement later than two years counts as infinite days."""
        return self.recalibrate(now, forecast(self.laws, now, draws))

    def recalibrate(self, now: Situation, drawn: Draws) -> Draws:
        """The draws of the laws, with the spreads of the values and the days of the hazard."""
        draws = len(drawn.days)
        u = (generator("day", now.negotiation, now.issue, now.on).permutation(draws) + 0.5) / draws
        days = np.searchsorted(self.day_cdf(now), u).astype(float)
        days[days > HORIZON] = np.inf
        a, b = (recalibrated(each, self.spreads[NEXT]) for each in drawn.nexts)
        return replace(drawn, days=days, values=recalibrated(drawn.values, self.spreads[VALUE]), nexts=(a, b))


def learn_model(records: Sequence[OfferRecord]) -> OfferModel:
    """Learn the model from these negotiations.

    >>> from negsim.history import load_offers
    >>> few = list(load_offers("seeds/offers").negotiations.values())[:6]
    >>> learn_model(few).spreads
    {'next offer': 1.0, 'settlement value': 1.0, 'settlement date': 1.0}
    """
    found = cases(records)
    days, bounds = learn_days(found)
    known = [(now, each) for (now, _), each in zip(found, bounds, strict=True) if each is not None]
    spreads = _value_spreads(records) | {DATE: _spread(known)}
    return OfferModel(learn(records), days, {target: spreads[target] for target in TARGETS})


def _spread(known: Sequence[tuple[Situation, tuple[float, float]]]) -> float:
    nows = [now for now, _ in known]
    return spread([each for _, each in known], list(weights_of(nows)), len({now.negotiation for now in nows}))


def _value_spreads(records: Sequence[OfferRecord]) -> dict[str, float]:
    """The spreads of next offers and values, from forecasts of each fold by the others."""
    if len(records) < LEAST:
        return {NEXT: 1.0, VALUE: 1.0}
    seen: dict[str, list[tuple[Situation, tuple[float, float]]]] = {NEXT: [], VALUE: []}
    fold = {each.id: int(generator("fold", each.id).integers(FOLDS)) for each in records}
    for n in range(FOLDS):
        rest = [each for each in records if fold[each.id] != n]
        tested = [(now, then) for now, then in cases(each for each in records if fold[each.id] == n)
                  if now.open_share is not None]  # fmt: skip
        if len(rest) < 2 or not tested:
            continue
        laws = learn(rest)
        for now, then in tested:
            drawn = forecast(laws, now, FEW)
            for target, k, value in came(now, then):
                seen[target].append((now, transform(drawn.values if target == VALUE else drawn.nexts[k], now, value)))
    return {target: _spread(each) for target, each in seen.items()}


def came(now: Situation, then: Outcome) -> Iterator[tuple[str, int, float]]:
    """The values that came next, as shares of the way: target, side (0 or 1; -1 for the settlement), share."""
    for side, offer in enumerate(then.offers):
        if offer is not None:
            yield NEXT, side, now.share(offer.value)
    if then.settlement is not None:
        yield VALUE, -1, now.share(then.settlement.value)


def transform(samples: Floats, now: Situation, value: float) -> tuple[float, float]:
    """The bounds of the probability integral transform; samples within the rounding of what came count as equal."""
    half = abs(now.share(now.half) - now.share(0.0)) + 1e-12
    known = samples[~np.isnan(samples)]
    if not len(known):
        return 0.0, 1.0
    return float(np.mean(known < value - half)), float(np.mean(known <= value + half))
