"""The headline: when each issue is resolved, how surely, on whose terms, and what it waits for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from negsim.analysis.setting import IssueFacts, Setting
from negsim.status import Reason, Spent

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Chance:
    """A probability from runs, with its Monte Carlo standard error ``sqrt(p (1 - p) / runs)``."""

    p: float
    se: float


@dataclass(frozen=True)
class Terms:
    """On whose terms an issue settles: side A's share of the way, or the commonest option (its number)."""

    share: float
    option: int = -1


@dataclass(frozen=True)
class IssueSummary:
    """What the runs say of one issue; dates are None where they lie beyond the horizon."""

    facts: IssueFacts
    agreed: Chance
    resolved: Chance
    by: dict[date, Chance]
    p50: date | None
    p80: date | None
    p50_range: tuple[date | None, date | None]
    p80_range: tuple[date | None, date | None]
    terms: Terms | None
    spent: dict[Spent, float]
    reasons: dict[Reason, float]
    discussions: float
    reopened: float

    @property
    def waits(self) -> tuple[Spent, float] | None:
        """What takes most of its time, and the share of the time that it takes; None if no time passed."""
        total = sum(self.spent.values())
        if not total > 0:
            return None
        what = max(self.spent, key=lambda k: self.spent[k])
        return what, self.spent[what] / total


@dataclass(frozen=True)
class Summary:
    """What the runs say: an entry an issue, and the chances that all of them are resolved."""

    setting: Setting
    runs: int
    issues: tuple[IssueSummary, ...]
    all_agreed: Chance
    all_resolved: Chance
    all_by: dict[date, Chance]
    all_p50: date | None
    all_p80: date | None


def days(times: Array) -> Array:
    """Whole days of times in days, ``inf`` for what never happened.

    >>> days(np.array([3.9, float("nan")])).tolist()
    [3.0, inf]
    """
    return np.where(np.isnan(times), np.inf, np.floor(times))


def chance(hits: int, runs: int) -> Chance:
    """The share of runs, with its standard error.

    >>> chance(500, 2000)
    Chance(p=0.25, se=0.00968...)
    """
    p = hits / runs
    return Chance(p, math.sqrt(p * (1 - p) / runs))


def chance_by(whole_days: Array, day: float) -> Chance:
    """How many of the runs are done on a day or before it.

    >>> chance_by(np.array([3.0, 4.0, np.inf, np.inf]), 3).p
    0.25
    """
    return chance(int(np.count_nonzero(whole_days <= day)), len(whole_days))


def quantile(whole_days: Array, q: float) -> float:
    """The first day by which a share ``q`` of all runs is done; ``inf`` where fewer ever are.

    This is the inverse of the empirical distribution function, over all runs: what never happens counts as later than
    everything else.

    >>> done = np.array([10.0, 20.0, 30.0, np.inf])
    >>> quantile(done, 0.5), quantile(done, 0.8)
    (20.0, inf)
    """
    return _rank(np.sort(whole_days), q * len(whole_days))


def quantile_range(whole_days: Array, q: float) -> tuple[float, float]:
    """The days one Monte Carlo standard error to either side of a quantile (its order statistics)."""
    n = len(whole_days)
    ordered, spread = np.sort(whole_days), math.sqrt(n * q * (1 - q))
    return _rank(ordered, n * q - spread), _rank(ordered, n * q + spread)


def _rank(ordered: Array, rank: float) -> float:
    # The small term keeps 0.8 * 2000 at rank 1600 whatever the product rounds to.
    k = min(max(math.ceil(rank - 1e-9), 1), len(ordered))
    return float(ordered[k - 1])


def terms(outcomes: Array, facts: IssueFacts) -> Terms | None:
    """The usual terms over the runs that have any; None if none has (it settles by chance, or never)."""
    settled = outcomes[~np.isnan(outcomes["agreed"]) & ~np.isnan(outcomes["u_a"])]
    if not len(settled):
        return None
    if facts.options:
        taken = np.bincount(settled["option"][settled["option"] >= 0], minlength=len(facts.options))
        return Terms(float(taken.max() / len(settled)), int(taken.argmax()))
    return Terms(float(settled["u_a"].mean()))


def summarise(setting: Setting, outcomes: Array, months: Sequence[int] = (6, 12, 24)) -> Summary:
    """Sum up the outcomes (runs by issues, ``OUTCOME``) of a scenario.

    Probabilities count an issue as resolved by a date if it is resolved on that day or before it; dates that lie
    beyond the horizon are left out, since nothing was computed there.
    """
    dates = list(setting.months(months).values())
    resolved = days(outcomes["resolved"])
    last = resolved.max(axis=1, initial=0)

    def dated(times: Array, q: float) -> date | None:
        return setting.date_of(quantile(times, q))

    def between(times: Array, q: float) -> tuple[date | None, date | None]:
        low, high = quantile_range(times, q)
        return setting.date_of(low), setting.date_of(high)

    def by(times: Array) -> dict[date, Chance]:
        return {d: chance_by(times, setting.day_of(d)) for d in dates}

    issues = []
    for j, facts in enumerate(setting.issues):
        mine, times = outcomes[:, j], resolved[:, j]
        issues.append(
            IssueSummary(
                facts=facts,
                agreed=chance_by(days(mine["agreed"]), setting.horizon_days),
                resolved=chance_by(times, setting.horizon_days),
                by=by(times),
                p50=dated(times, 0.5),
                p80=dated(times, 0.8),
                p50_range=between(times, 0.5),
                p80_range=between(times, 0.8),
                terms=terms(mine, facts),
                spent={k: float(mine["spent"][:, k].mean()) for k in Spent},
                reasons={r: float(np.mean(mine["reason"] == r)) for r in Reason},
                discussions=float(mine["discussions"].mean()),
                reopened=float(mine["reopened"].mean()),
            )
        )
    return Summary(
        setting=setting,
        runs=len(outcomes),
        issues=tuple(issues),
        all_agreed=chance_by(days(outcomes["agreed"]).max(axis=1, initial=0), setting.horizon_days),
        all_resolved=chance_by(last, setting.horizon_days),
        all_by=by(last),
        all_p50=dated(last, 0.5),
        all_p80=dated(last, 0.8),
    )
