"""The day of a settlement: hazards with equal weights.

Method. The forecast is the mean of the hazards of `negsim.history.settlement_hazard`: ``F = (F_1 + ... + F_K) / K``.
Nothing is chosen and no weight is estimated. With few negotiations, the errors of estimated weights cost more than
the best weights gain (Bates and Granger 1969; Smith and Wallis 2009; Claeskens, Magnus, Vasnev and Wang 2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from negsim.history.offer_situations import Outcome, Situation
from negsim.history.settlement_hazard import SettlementHazard, day_score, fit_hazards

Floats = npt.NDArray[np.float64]
Case = tuple[Situation, Outcome]


@dataclass(frozen=True)
class SettlementDays:
    """The hazards that are averaged."""

    hazards: tuple[SettlementHazard, ...]

    def cdf(self, now: Situation) -> Floats:
        """The probability of a settlement by each day from 0 to two years."""
        return np.asarray(np.mean([each.cdf(now) for each in self.hazards], axis=0))


def learn_days(cases: Sequence[Case]) -> tuple[SettlementDays, list[tuple[float, float] | None]]:
    """The hazards that these cases show, and the bounds of the transform of each case without its negotiation.

    >>> from negsim.history import load_offers
    >>> from negsim.history.offer_situations import cases
    >>> records = [load_offers("seeds/offers")[name] for name in ("boeing_2024", "nhl_2004", "uaw_gm_2023")]
    >>> found, bounds = learn_days(cases(records))
    >>> len(found.hazards), len(bounds) == len(cases(records))
    (15, True)
    """
    fitted = fit_hazards(cases)
    bounds = []
    for n, (now, then) in enumerate(cases):
        score = day_score(np.mean([left_out[n] for _, left_out in fitted], axis=0), now, then)
        bounds.append(None if score is None else score[1])
    return SettlementDays(tuple(each for each, _ in fitted)), bounds
