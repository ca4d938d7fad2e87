"""What other negotiations tell about the next offer on an issue: when, whose, whether it is the settlement, and where.

Method. All numbers come from negotiations other than the one that is forecast.

1. Days between offers on an issue are lognormal, with a mean of each negotiation that is normal across negotiations.
   The variances come from a one-way analysis of variance (Searle, Casella and McCulloch 1992).
2. After an offer nothing more comes with a constant probability (the talks fail). Else the next event is the settlement
   with the probability ``1 / (1 + exp(-(a + b g)))``; ``g`` is the part of the way between the first demands that lies
   between the last offers. ``a`` and ``b`` maximise the likelihood with a normal prior of deviation 2.5 (Gelman and
   others 2008). While a side is silent, the probability is constant.
3. Else a side makes an offer: the one that did not speak last with a constant probability, or both on one day.
4. The settlement is the last offer of the side that spoke last, that of the other side, a mediator's proposal if there
   is one, a value between them, or one beyond them. The frequencies have one further case of each kind. Between them
   the law is a symmetric beta with the variance of the record (a uniform law counted as four cases); beyond them it is
   exponential, in parts of the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from negsim.history.concession import ConcessionFit, fit_concessions
from negsim.history.offer_situations import Outcome, Situation, cases, gaps
from negsim.history.offer_steps import paths_of
from negsim.history.offers import OfferRecord

Floats = npt.NDArray[np.float64]

AT_LAST, AT_OTHER, AT_MEDIATOR, BETWEEN, BEYOND = range(5)
PLACES = ("last speaker's offer", "other side's offer", "mediator's proposal", "between the last offers", "beyond")


@dataclass(frozen=True)
class Pace:
    """Logarithms of days between offers: mean, deviation across negotiations and within one."""

    mean: float
    across: float
    within: float

    def posterior(self, gaps: Sequence[float]) -> tuple[float, float]:
        """Mean and deviation of a negotiation's own mean, given its gaps so far (normal law, normal prior).

        >>> Pace(2.0, 1.0, 1.0).posterior([])
        (2.0, 1.0)
        """
        precision = 1.0 / self.across**2 + len(gaps) / self.within**2
        total = self.mean / self.across**2 + float(np.log(gaps).sum() if len(gaps) else 0.0) / self.within**2
        return total / precision, precision**-0.5


@dataclass(frozen=True)
class OfferLaws:
    """The laws of the module, and the fit of the tactics.

    Attributes:
        over: the probability that nothing follows an offer.
        settle: ``a`` and ``b``; ``settle_silent``: the probability while a side is silent.
        other: the probability that a single speaker is the side that did not speak last; ``both``: that both speak.
        places: frequencies of the places of a settlement; ``spread``: the parameter of the symmetric beta between the
            last offers; ``excess``: the mean distance beyond them.
    """

    tactics: ConcessionFit
    pace: Pace
    over: float
    settle: tuple[float, float]
    settle_silent: float
    other: float
    both: float
    places: Floats
    spread: float
    excess: float

    def settles(self, open_share: Floats) -> Floats:
        """The probability that the next event is the settlement."""
        return np.asarray(1.0 / (1.0 + np.exp(-(self.settle[0] + self.settle[1] * open_share))))


def learn(records: Sequence[OfferRecord]) -> OfferLaws:
    """The laws that these negotiations show.

    >>> from negsim.history import load_offers
    >>> laws = learn(list(load_offers("seeds/offers").negotiations.values()))
    >>> round(laws.over, 3), bool(0.2 < laws.settles(np.array(0.5)) < 0.6)
    (0.065, True)
    """
    found = cases(records)
    followed = [(now, then) for now, then in found if then.next_on is not None or then.followed is None]
    going = [(now, then) for now, then in followed if then.next_on is not None]
    known = [(now, _settles(then)) for now, then in going if now.open_share is not None]
    silent = [_settles(then) for now, then in going if now.open_share is None]
    over = len(followed) - len(going)
    places, inside, outside = _places(found)
    variance = (sum((each - 0.5) ** 2 for each in inside) + 4 / 12) / (len(inside) + 4)
    other, both = _speakers(going)
    return OfferLaws(
        fit_concessions(paths_of(records)),
        pace_of_offers([[gap for dance in record.dances for gap in gaps(dance)] for record in records]),
        (over + 1) / (len(followed) + 2),
        logistic(np.array([now.open_share for now, _ in known], float), np.array([yes for _, yes in known], float)),
        (sum(silent) + 1) / (len(silent) + 2),
        other,
        both,
        places,
        float(np.clip((1 / (4 * variance) - 1) / 2, 0.5, 20.0)),
        (sum(outside) + 0.2) / (len(outside) + 2),
    )


def _settles(then: Outcome) -> bool:
    return then.settlement is not None and then.settlement.on == then.next_on


def pace_of_offers(groups: Sequence[Sequence[float]]) -> Pace:
    """The law of the days between offers, from the gaps of each negotiation: a one-way analysis of variance of logs."""
    logs = [np.log(group) for group in groups if len(group)]
    n, k = sum(map(len, logs)), len(logs)
    if n <= k or k < 2:
        return Pace(3.0, 1.5, 1.0)  # a month, within a factor of four: too few gaps to learn from
    every = np.concatenate(logs)
    within = sum(float(((each - each.mean()) ** 2).sum()) for each in logs) / (n - k)
    between = sum(len(each) * float((each.mean() - every.mean()) ** 2) for each in logs) / (k - 1)
    size = (n - sum(len(each) ** 2 for each in logs) / n) / (k - 1)
    across = max((between - within) / size, 0.05)
    weights = np.array([1.0 / (across + within / len(each)) for each in logs])
    mean = float(weights @ np.array([each.mean() for each in logs]) / weights.sum())
    return Pace(mean, across**0.5, max(within, 0.05) ** 0.5)


def logistic(x: Floats, y: Floats, deviation: float = 2.5) -> tuple[float, float]:
    """Intercept and slope of a logistic regression with a normal prior on both, by Newton's method.

    >>> a, b = logistic(np.array([0.0, 0.0, 1.0, 1.0]), np.array([1.0, 1.0, 0.0, 0.0]))
    >>> a > 0 > b
    True
    """
    design, theta = np.column_stack([np.ones(len(x)), x]), np.zeros(2)
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-(design @ theta)))
        slope = design.T @ (y - p) - theta / deviation**2
        bend = (design * (p * (1.0 - p))[:, None]).T @ design + np.eye(2) / deviation**2
        theta = theta + np.linalg.solve(bend, slope)
    return float(theta[0]), float(theta[1])


def _speakers(going: Sequence[tuple[Situation, Outcome]]) -> tuple[float, float]:
    """How often the side that did not speak last speaks next, and how often both speak on the next day."""
    other, single, both = 0, 0, 0
    for now, then in going:
        speak = [k for k, offer in enumerate(then.offers) if offer is not None and offer.on == then.next_on]
        if now.last is None or None in now.lasts or not speak or _settles(then):
            continue
        both += len(speak) == 2
        single += len(speak) == 1
        other += speak == [1 - now.last]
    return (other + 1) / (single + 2), (both + 1) / (both + single + 2)


def _places(found: Sequence[tuple[Situation, Outcome]]) -> tuple[Floats, list[float], list[float]]:
    """Frequencies of the places of a settlement, the shares of those between the last offers, the distances beyond."""
    counts, inside, outside = np.ones(5), [], []
    for now, then in found:
        if then.settlement is None or not _settles(then) or now.open_share is None or now.last is None:
            continue
        place, where = place_of(now, then.settlement.value)
        counts[place] += 1
        if place == BETWEEN:
            inside.append(where)
        elif place == BEYOND:
            outside.append(where)
    return counts / counts.sum(), inside, outside


def place_of(now: Situation, value: float) -> tuple[int, float]:
    """Where a settlement lies, seen from the last offers.

    Returns:
        the place, and for `BETWEEN` the share of the way from the last speaker's offer to the other's, for `BEYOND` the
        distance beyond them as part of the way between the first demands.
    """
    if now.last is None or now.open_share is None:
        raise ValueError("a side was silent")
    ends = [share for share in (None if each is None else now.share(each) for each in now.lasts) if share is not None]
    mine, theirs = ends[now.last], ends[1 - now.last]
    at, half = now.share(value), abs(now.share(now.half) - now.share(0.0))
    if now.mediator is not None and abs(at - now.share(now.mediator)) <= half:
        return AT_MEDIATOR, 0.0
    if abs(at - mine) <= half:
        return AT_LAST, 0.0
    if abs(at - theirs) <= half:
        return AT_OTHER, 0.0
    low, high = min(mine, theirs), max(mine, theirs)
    if low < at < high:
        return BETWEEN, (at - mine) / (theirs - mine)
    return BEYOND, max(low - at, at - high)
