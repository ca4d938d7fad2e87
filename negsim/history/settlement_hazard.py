"""The day of a settlement that comes: a hazard that depends on what a reader knows on the day of the last offer.

Method. The hazard a day, ``t`` days after the last offer on an issue, is ``exp(x b)``. It is constant within a bin of
days and a phase, so the likelihood is that of a Poisson regression (Holford 1980, Biometrics 36:299-305; Laird and
Olivier 1981, JASA 76:231-240). ``x`` holds, in groups (`GROUPS`):

- time: a one, ``log t`` and its square;
- state: the part of the way that is still open, whether a side is silent, the logarithms of the days since the first
  offer and of the number of offers, and the mean logarithm of the days between offers so far (counted with two gaps of
  three weeks);
- deadlines: the phase of the day. It is one of: from a day before a known deadline to two days after; the week before;
  the month before; further before; up to thirty days after. Otherwise no deadline matters. A deadline counts if it was
  known on the day of the forecast;
- field: sports, labour, sovereign debt, states.

Each negotiation has the weight 1, divided evenly among its issues and then their offers. Coefficients have a normal
prior around 0, of deviation 5 for the one and ``deviation`` for the others. Their law is the Laplace approximation, and
a forecast is the mean over 64 draws from it. A settlement dated ``by`` or ``month`` is spread evenly over the days on
which it may have come. A failed negotiation is followed for two years without a settlement.

Several sets of groups and deviations are fitted (`CHOICES`); `negsim.history.settlement_days` averages them. A
negotiation is left out by one step of Newton's method (Pregibon 1981, Annals of Statistics 9:705-724).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from negsim.history.offer_situations import Outcome, Situation, weights_of
from negsim.history.scores import crps, generator, pit_bounds

Floats = npt.NDArray[np.float64]
Case = tuple[Situation, Outcome]

#: The horizon of a forecast of the day.
HORIZON = 730
#: Upper ends of the bins of days.
BINS = (1, 2, 4, 7, 14, 30, 60, 120, 240, 365, 545, HORIZON)
PHASES = ("at", "week before", "month before", "further before", "after")
FIELDS = ("sports", "labour", "sovereign debt", "states")
GROUPS = {"time": range(3), "state": range(3, 8), "deadlines": range(8, 13), "field": range(13, 17)}
CHOICES = tuple(
    (groups, deviation)
    for groups in (
        ("time",),
        ("time", "state"),
        ("time", "deadlines"),
        ("time", "state", "deadlines"),
        ("time", "state", "deadlines", "field"),
    )
    for deviation in (0.5, 1.0, 2.0)
)  # fmt: skip
INTERCEPT = 5.0
DRAWS = 64
_STEPS = 30


def phases(now: Situation, days: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The number of the phase of each day after the last offer, from 0; -1 if no deadline matters.

    >>> from datetime import date
    >>> from negsim.history import load_offers
    >>> from negsim.history.offer_situations import situation
    >>> record = load_offers("seeds/offers")["boeing_2024"]
    >>> now = situation(record, record.dances[0], date(2024, 9, 8))
    >>> phases(now, np.array([1, 3, 6, 7, 60])).tolist()
    [1, 0, 0, 4, -1]
    """
    last = now.on - timedelta(days=int(now.waited))
    found = np.full(len(days), -1)
    left = np.array([(deadline - last).days for deadline in now.deadlines])
    if not len(left):
        return found
    ahead = np.where(left[:, None] >= days, left[:, None] - days, np.inf).min(axis=0)
    since = np.where(left[:, None] < days, days - left[:, None], np.inf).min(axis=0)
    found[since <= 30] = 4
    for phase, limit in ((3, np.inf), (2, 30), (1, 7), (0, 1)):
        found[(ahead <= limit) & np.isfinite(ahead)] = phase
    found[since <= 2] = 0
    return found


def features(now: Situation, most: int = HORIZON) -> tuple[Floats, npt.NDArray[np.int64]]:
    """The rows ``x`` of the cells of days after the last offer, and the last day of each cell."""
    days = np.arange(1, most + 1)
    bins = np.searchsorted(BINS[:-1], days)
    phase = phases(now, days)
    ends = np.append(np.flatnonzero(np.diff(bins * 8 + phase)) + 1, most)
    lows = np.array((0, *BINS[:-1]))
    time = np.log((lows + 1 + np.array(BINS)) / 2.0)[bins[ends - 1]] - 3.0
    way, known = now.open_share, now.open_share is not None
    state = (
        float(np.clip(way, 0.0, 1.0)) - 0.6 if way is not None else 0.0,
        float(not known),
        np.log1p(now.elapsed - now.waited) - 3.0,
        np.log(now.offers) - 1.0,
        float(np.log(now.gaps).sum() + 2 * np.log(21.0)) / (len(now.gaps) + 2) - 3.0,
    )
    x = np.zeros((len(ends), 17))
    x[:, 0], x[:, 1], x[:, 2] = 1.0, time, time**2 / 3.0
    x[:, 3:8] = state
    x[:, 8:13] = phase[ends - 1, None] == np.arange(5)
    if now.field in FIELDS:
        x[:, 13 + FIELDS.index(now.field)] = 1.0
    return x, ends


def followed(now: Situation, then: Outcome) -> tuple[tuple[int, int] | None, int]:
    """Between which days the settlement came (None if not within the horizon), and for how many days it is followed."""
    horizon = HORIZON
    if then.between is None:
        if then.followed is not None:
            horizon = min(HORIZON, (then.followed - now.on).days)
        return None, horizon
    return (None if then.between[0] > HORIZON else then.between), horizon


def day_score(cdf: Floats, now: Situation, then: Outcome) -> tuple[float, tuple[float, float]] | None:
    """CRPS and bounds of the transform of a forecast of the day; None if nothing was followed.

    If it is only known between which days the settlement came, nothing is scored between them.
    """
    between, horizon = followed(now, then)
    if horizon < 1:
        return None
    if between is None:
        return crps(cdf, None, horizon), pit_bounds(cdf, None, horizon)
    low, high = between[0], min(between[1], horizon)
    score = float(np.sum(cdf[:low] ** 2) + np.sum((cdf[high:horizon] - 1.0) ** 2))
    return score, (float(cdf[low - 1]), float(cdf[high]))


@dataclass(frozen=True)
class _Rows:
    """Cells of all cases: ``x``, weighted days at risk, weighted settlements, and the number of their negotiation."""

    x: Floats
    risk: Floats
    settled: Floats
    of: npt.NDArray[np.int64]


def _rows(cases: Sequence[Case], weights: Floats, names: Sequence[str]) -> _Rows:
    xs, risks, settled, of = [np.zeros((0, 17))], [np.zeros(0)], [np.zeros(0)], [np.zeros(0, np.int64)]
    for (now, then), weight in zip(cases, weights, strict=True):
        between, horizon = followed(now, then)
        if horizon < 1:
            continue
        x, ends = features(now)
        comes, there = np.zeros(horizon + 1), np.ones(horizon + 1)
        if between is not None:
            last = min(between[1], horizon)
            comes[between[0] : last + 1] = 1.0 / (last - between[0] + 1)
            there = np.append(1.0, 1.0 - comes.cumsum()[:-1])
        risk, event = (np.append(0.0, part[1:].cumsum())[np.minimum(ends, horizon)] for part in (there, comes))
        xs.append(x)
        risks.append(weight * np.diff(risk, prepend=0.0))
        settled.append(weight * np.diff(event, prepend=0.0))
        of.append(np.full(len(x), names.index(now.negotiation)))
    return _Rows(np.concatenate(xs), np.concatenate(risks), np.concatenate(settled), np.concatenate(of))


@dataclass(frozen=True)
class SettlementHazard:
    """The law of the coefficients (normal), the columns of ``x`` that are used, and what was chosen."""

    mean: Floats
    covariance: Floats
    columns: npt.NDArray[np.int64]
    groups: tuple[str, ...]
    deviation: float

    def cdf(self, now: Situation, draws: int = DRAWS) -> Floats:
        """The probability of a settlement by each day from the last offer to two years from now, if one comes."""
        x, ends = features(now, HORIZON + int(now.waited))
        betas = self.mean[None]
        if draws:
            rng = generator("settlement hazard", len(self.mean), draws)
            root = np.linalg.cholesky(self.covariance)
            betas = self.mean + rng.standard_normal((draws, len(self.mean))) @ root.T
        return _cdf(x[:, self.columns], ends, betas)


def _cdf(x: Floats, ends: npt.NDArray[np.int64], betas: Floats) -> Floats:
    rates = np.exp(np.clip(betas @ x.T, -30.0, 3.0))
    total = np.column_stack([np.zeros(len(betas)), (rates * np.diff(ends, prepend=0)).cumsum(axis=1)])
    days = np.arange(ends[-1] + 1)
    grid = np.append(0, ends)
    place = np.clip(np.searchsorted(grid, days), 1, len(ends))
    part = (days - grid[place - 1]) / (grid[place] - grid[place - 1])
    summed = total[:, place - 1] + part * (total[:, place] - total[:, place - 1])
    return np.asarray(1.0 - np.exp(-summed).mean(axis=0))


def _fit(rows: _Rows, columns: npt.NDArray[np.int64], precision: Floats) -> tuple[Floats, Floats, Floats]:
    """The mode, the residuals of the cells there, and their weights."""
    x = rows.x[:, columns]
    beta = np.zeros(len(columns))
    beta[0] = np.log((rows.settled.sum() + 0.5) / (rows.risk.sum() + 50.0))
    for _ in range(_STEPS):
        rate = rows.risk * np.exp(np.clip(x @ beta, -30.0, 3.0))
        step = np.linalg.solve((x.T * rate) @ x + np.diag(precision), x.T @ (rows.settled - rate) - precision * beta)
        beta = beta + step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-8:
            break
    rate = rows.risk * np.exp(np.clip(x @ beta, -30.0, 3.0))
    return beta, rows.settled - rate, rate


def fit_hazards(
    cases: Sequence[Case], used: Sequence[bool] | None = None
) -> list[tuple[SettlementHazard, list[Floats]]]:
    """The hazard of each of `CHOICES`, and the forecast for each case without its negotiation.

    Args:
        cases: situations and what came of them.
        used: which of them the hazards are fitted to; default: all.

    >>> from negsim.history import load_offers
    >>> from negsim.history.offer_situations import cases
    >>> found = fit_hazards(cases([load_offers("seeds/offers")[name] for name in ("boeing_2024", "nhl_2004")]))
    >>> len(found), found[0][0].groups, len(found[0][1])
    (15, ('time',), 19)
    """
    names = list(dict.fromkeys(now.negotiation for now, _ in cases))
    fitted = [case for case, use in zip(cases, used or [True] * len(cases), strict=True) if use]
    rows = _rows(fitted, weights_of([now for now, _ in fitted]), names)
    seen = [features(now) for now, _ in cases]
    return [_fitted(rows, seen, [names.index(now.negotiation) for now, _ in cases], *choice) for choice in CHOICES]


def _fitted(
    rows: _Rows,
    seen: Sequence[tuple[Floats, npt.NDArray[np.int64]]],
    of: Sequence[int],
    groups: tuple[str, ...],
    deviation: float,
) -> tuple[SettlementHazard, list[Floats]]:
    columns = np.concatenate([np.array(GROUPS[group]) for group in groups])
    precision = np.full(len(columns), deviation**-2.0)
    precision[0] = INTERCEPT**-2.0
    beta, residual, rate = _fit(rows, columns, precision)
    x = rows.x[:, columns]
    curve = (x.T * rate) @ x + np.diag(precision)
    without = []
    for n in range(max(of) + 1):
        mine = rows.of == n
        part = (x[mine].T * rate[mine]) @ x[mine]
        without.append(beta - np.linalg.solve(curve - part, x[mine].T @ residual[mine]))
    left_out = [_cdf(each[:, columns], ends, without[n][None]) for (each, ends), n in zip(seen, of, strict=True)]
    return SettlementHazard(beta, np.asarray(np.linalg.inv(curve)), columns, groups, deviation), left_out
