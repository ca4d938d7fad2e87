"""The day of a settlement: whether one comes at all, and hazards with equal weights of the day on which it comes.

Method. A part of negotiations is never settled (a mixture cure model: Farewell 1982, Biometrics 38:1041-1046). With
the probability ``p`` of `negsim.history.settlement_share` and the hazards of `negsim.history.settlement_hazard`, fitted
to cases that were settled within two years, the probability of a settlement until day ``t`` after the last offer is

    F(t) = p G(t),    G = (G_1 + ... + G_K) / K

After ``w`` days without one it is ``(F(w + t) - F(w)) / (1 - F(w))``. No hazard is chosen and no weight is estimated.
With few negotiations, the errors of estimated weights cost more than the best weights gain (Bates and Granger 1969;
Smith and Wallis 2009; Claeskens, Magnus, Vasnev and Wang 2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from negsim.history.offer_situations import Outcome, Situation
from negsim.history.settlement_hazard import SettlementHazard, day_score, fit_hazards
from negsim.history.settlement_share import SettlementShare, learn_share, settled

Floats = npt.NDArray[np.float64]
Case = tuple[Situation, Outcome]


@dataclass(frozen=True)
class SettlementDays:
    """The law of ``p``, and the hazards that are averaged."""

    share: SettlementShare
    hazards: tuple[SettlementHazard, ...]

    def cdf(self, now: Situation) -> Floats:
        """The probability of a settlement by each day from 0 to two years."""
        since_offer = np.mean([each.cdf(now) for each in self.hazards], axis=0)
        return given_silence(self.share.probability(now) * since_offer, int(now.waited))


def given_silence(cdf: Floats, waited: int) -> Floats:
    """The distribution after some days without a settlement.

    >>> given_silence(np.array([0.0, 0.2, 0.4, 0.6]), 1).round(2).tolist()
    [0.0, 0.25, 0.5]
    """
    return np.asarray((cdf[waited:] - cdf[waited]) / (1.0 - cdf[waited]))


def learn_days(cases: Sequence[Case]) -> tuple[SettlementDays, list[tuple[float, float] | None]]:
    """The laws that these cases show, and the bounds of the transform of each case without its negotiation.

    >>> from negsim.history import load_offers
    >>> from negsim.history.offer_situations import cases
    >>> records = [load_offers("seeds/offers")[name] for name in ("boeing_2024", "nhl_2004", "uaw_gm_2023")]
    >>> found, bounds = learn_days(cases(records))
    >>> len(found.hazards), len(bounds) == len(cases(records))
    (15, True)
    """
    share, shares = learn_share(cases)
    fitted = fit_hazards(cases, [bool(settled(now, then)) for now, then in cases])
    bounds = []
    for n, (now, then) in enumerate(cases):
        cdf = shares[n] * np.mean([left_out[n] for _, left_out in fitted], axis=0)
        score = day_score(cdf, now, then)
        bounds.append(None if score is None else score[1])
    return SettlementDays(share, tuple(each for each, _ in fitted)), bounds
