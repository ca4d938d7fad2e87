"""Whether a negotiation is settled at all, within two years of an offer.

Method. The probability ``p`` follows from what was known on the first day (`Start`):

    logit p = b0 + u(subject) + b1 alone + b2 political

A side that can set the terms alone, or a parliament or voters who have to approve a deal, make it less probable:
outside options (Binmore, Shaked and Sutton 1989) and two-level games (Putnam 1988). Coefficients come from other
negotiations on record, each with the weight 1. The prior is that of `negsim.history.conclusion`. ``p`` is averaged over
the Laplace approximation of the law of the coefficients.

The form was chosen by the log-likelihood of left-out negotiations, before any forecast with it was scored. Per
negotiation, "settled within two years" has -0.474 without signs, -0.458 with the field, -0.411 with the subject, -0.400
with the two signs, and -0.370 with all three. The day of the settlement has -4.52 without this law (version 4) and
-4.42 with it. A lawful deadline known on the first day, the days and the number of offers so far, and 76 further
disputes with their starts and ends added nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from negsim.history.conclusion import PRIOR, SUBJECT
from negsim.history.logistic import Logistic, fit_logistic
from negsim.history.offer_situations import Outcome, Situation, weights_of
from negsim.history.settlement_hazard import HORIZON, followed
from negsim.history.start import SUBJECTS, Start

Floats = npt.NDArray[np.float64]
Case = tuple[Situation, Outcome]

_DEVIATIONS = np.array([PRIOR, PRIOR, PRIOR, *(SUBJECT for _ in SUBJECTS)])


def signs(start: Start) -> Floats:
    """A one, whether a side can act alone, whether a deal needs a political approval, and an indicator of each subject.

    >>> signs(Start("sports", alone=True))[:3].tolist()
    [1.0, 1.0, 0.0]
    """
    subjects = [float(start.subject == subject) for subject in SUBJECTS]
    return np.array([1.0, float(start.alone), float(start.political), *subjects])


def settled(now: Situation, then: Outcome) -> bool | None:
    """Whether a settlement came within two years of the situation; None if it was not followed for so long."""
    between, horizon = followed(now, then)
    return True if between is not None else False if horizon >= HORIZON else None


@dataclass(frozen=True)
class SettlementShare:
    """The law of ``p``."""

    law: Logistic

    def probability(self, now: Situation) -> float:
        """The probability that a settlement comes within two years of the last offer."""
        return self.law.probability(signs(now.start))


def learn_share(cases: Sequence[Case]) -> tuple[SettlementShare, list[float]]:
    """The law from these cases, and ``p`` of each case without its negotiation.

    >>> from negsim.history import load_offers
    >>> from negsim.history.offer_situations import cases
    >>> records = [load_offers("seeds/offers")[name] for name in ("boeing_2024", "nhl_2004", "mlb_2020")]
    >>> law, left_out = learn_share(cases(records))
    >>> len(left_out) == len(cases(records))
    True
    """
    x = np.array([signs(now.start) for now, _ in cases]).reshape(-1, len(_DEVIATIONS))
    ends = [settled(now, then) for now, then in cases]
    known, y = np.array([end is not None for end in ends], dtype=bool), np.array([float(end or False) for end in ends])
    weights = weights_of([now for now, _ in cases])
    names = np.array([now.negotiation for now, _ in cases])

    def law(used: npt.NDArray[np.bool_]) -> SettlementShare:
        return SettlementShare(fit_logistic(x[used], y[used], weights[used], _DEVIATIONS))

    apart = {name: law(known & (names != name)) for name in dict.fromkeys(names.tolist())}
    return law(known), [apart[now.negotiation].probability(now) for now, _ in cases]
