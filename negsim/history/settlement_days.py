"""The day of a settlement: a pool of hazards and of two Kaplan-Meier curves.

Method. The pool is ``F = sum_k w_k F_k``. Its parts are the hazards of `negsim.history.settlement_hazard` and the
curves of Kaplan and Meier from the first and from the last offer. The weights are 0 or more, sum to 1, and have the
smallest mean CRPS when each negotiation is left out of the parts (stacking: Wolpert 1992; Yao, Vehtari, Simpson and
Gelman 2018). The CRPS of a pool is quadratic in its weights, so they follow from a least-squares problem.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from negsim.history.offer_baselines import KaplanMeier, kaplan_meier
from negsim.history.offer_situations import Outcome, Situation, weights_of
from negsim.history.settlement_hazard import HORIZON, SettlementHazard, day_score, fit_hazards, followed

Floats = npt.NDArray[np.float64]
Case = tuple[Situation, Outcome]


@dataclass(frozen=True)
class SettlementDays:
    """The parts of the pool and their weights: hazards, then the curves from the first and from the last offer."""

    hazards: tuple[SettlementHazard, ...]
    curves: tuple[KaplanMeier, KaplanMeier]
    weights: Floats

    def cdf(self, now: Situation) -> Floats:
        """The probability of a settlement by each day from 0 to two years."""
        parts = [*(each.cdf(now) for each in self.hazards), *_curves(self.curves, now)]
        return np.asarray(self.weights @ np.array(parts))


def _curves(curves: tuple[KaplanMeier, KaplanMeier], now: Situation) -> tuple[Floats, Floats]:
    return curves[0].cdf(HORIZON, now.elapsed), curves[1].cdf(HORIZON, now.waited)


def learn_days(cases: Sequence[Case]) -> tuple[SettlementDays, list[tuple[float, float] | None]]:
    """The pool that these cases show, and the bounds of the transform of each case without its negotiation.

    >>> from negsim.history import load_offers
    >>> from negsim.history.offer_situations import cases
    >>> records = [load_offers("seeds/offers")[name] for name in ("boeing_2024", "nhl_2004", "uaw_gm_2023")]
    >>> found, bounds = learn_days(cases(records))
    >>> round(float(found.weights.sum()), 6), len(bounds) == len(cases(records))
    (1.0, True)
    """
    fitted = fit_hazards(cases)
    left_out = {}
    for name in dict.fromkeys(now.negotiation for now, _ in cases):
        left_out[name] = _both([case for case in cases if case[0].negotiation != name])
    parts = [
        np.array([*(each[n] for _, each in fitted), *_curves(left_out[now.negotiation], now)])
        for n, (now, _) in enumerate(cases)
    ]
    weights = _stacked(cases, parts)
    bounds = []
    for (now, then), part in zip(cases, parts, strict=True):
        score = day_score(weights @ part, now, then)
        bounds.append(None if score is None else score[1])
    used = weights[:-2] > 0
    hazards = tuple(each for (each, _), yes in zip(fitted, used, strict=True) if yes)
    return SettlementDays(hazards, _both(cases), np.append(weights[:-2][used], weights[-2:])), bounds


def _both(cases: Sequence[Case]) -> tuple[KaplanMeier, KaplanMeier]:
    return kaplan_meier(cases, False, HORIZON), kaplan_meier(cases, True, HORIZON)


def _stacked(cases: Sequence[Case], parts: Sequence[Floats]) -> Floats:
    """The weights with the smallest mean CRPS: ``w' M w`` on the simplex."""
    from scipy.optimize import nnls

    many = len(parts[0])
    matrix = np.eye(many) * 1e-6
    for (now, then), part, weight in zip(cases, parts, weights_of([now for now, _ in cases]), strict=True):
        between, horizon = followed(now, then)
        if horizon < 1:
            continue
        low, high = (horizon, horizon) if between is None else (between[0], min(between[1], horizon))
        errors = np.concatenate([part[:, :low], part[:, high:horizon] - 1.0], axis=1)
        matrix += weight * errors @ errors.T
    root = np.linalg.cholesky(matrix).T
    one = 1e3 * float(np.sqrt(np.trace(matrix)))
    found, _ = nnls(np.vstack([root, np.full((1, many), one)]), np.append(np.zeros(many), one))
    return np.asarray(np.where(found > 1e-4, found, 0.0) / found[found > 1e-4].sum())
