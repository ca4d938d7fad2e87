"""Headline figures: when and how likely each issue is resolved, on whose terms, and what it waits for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from negsim.agenda import Reason, Spent
from negsim.analysis.context import Context, IssueFacts
from negsim.analysis.tally import Tally

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Chance:
    """A probability from runs, with its Monte Carlo standard error ``sqrt(p (1 - p) / runs)``."""

    p: float
    se: float


@dataclass(frozen=True)
class Terms:
    """Terms of an issue: the mean utility of side A, or the number of the most frequent option and its share."""

    share: float
    option: int = -1


@dataclass(frozen=True)
class IssueSummary:
    """Headline figures of one issue; a date beyond the horizon is None."""

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
        """The largest part of its time and its share; None if no time passed."""
        total = sum(self.spent.values())
        if not total > 0:
            return None
        what = max(self.spent, key=lambda k: self.spent[k])
        return what, self.spent[what] / total


@dataclass(frozen=True)
class Summary:
    """Headline figures: one entry per issue, and the probabilities that all issues are resolved."""

    context: Context
    runs: int
    issues: tuple[IssueSummary, ...]
    all_agreed: Chance
    all_resolved: Chance
    all_by: dict[date, Chance]
    all_p50: date | None
    all_p80: date | None

    @property
    def unit(self) -> str:
        """The unit in which its dates are shown."""
        every = [day for issue in self.issues for day in (issue.p50, issue.p80)]
        return self.context.unit_of([*every, self.all_p50, self.all_p80])


def chance(hits: int, runs: int) -> Chance:
    """The share of runs, with its standard error.

    >>> chance(500, 2000)
    Chance(p=0.25, se=0.00968...)
    """
    p = hits / runs
    return Chance(p, math.sqrt(p * (1 - p) / runs))


def chance_by(counts: Array, day: int) -> Chance:
    """The share of runs that are done on a day or before it. ``counts`` are by day; the last one is "never".

    >>> chance_by(np.array([0, 0, 0, 1, 1, 2]), 3).p
    0.25
    """
    return chance(int(counts[:-1][: day + 1].sum()), int(counts.sum()))


def quantile(counts: Array, q: float) -> float:
    """The first day by which a share ``q`` of all runs is done; ``inf`` if there is none.

    It is the inverse of the empirical distribution function over all runs. "Never" counts as later than every day.

    >>> done = np.array([0, 2, 1, 0, 1])
    >>> quantile(done, 0.5), quantile(done, 0.8)
    (1.0, inf)
    """
    return _rank(counts, q * counts.sum())


def quantile_range(counts: Array, q: float, errors: float = 1.0) -> tuple[float, float]:
    """The days a number of Monte Carlo standard errors below and above a quantile (order statistics)."""
    n = counts.sum()
    spread = errors * math.sqrt(n * q * (1 - q))
    return _rank(counts, n * q - spread), _rank(counts, n * q + spread)


def _rank(counts: Array, rank: float) -> float:
    # The small term corrects rounding: 0.8 * 2000 is rank 1600.
    k = min(max(math.ceil(rank - 1e-9), 1), int(counts.sum()))
    day = int(np.searchsorted(np.cumsum(counts), k))
    return float(day) if day < len(counts) - 1 else math.inf


def terms(tally: Tally, j: int, facts: IssueFacts) -> Terms | None:
    """The usual terms over the runs with terms; None if there are none (it settles by chance, or never)."""
    total, settled = tally.shares[j]
    if not settled:
        return None
    if facts.options:
        taken = tally.options[j]
        return Terms(float(taken.max() / settled), int(taken.argmax()))
    return Terms(float(total / settled))


def summarise(context: Context, tally: Tally) -> Summary:
    """Compute the headline figures from the tally of the runs.

    An issue is resolved by a date if it is resolved on that day or before it. Dates beyond the horizon are left out.
    """
    dates, runs = [milestone.date for milestone in context.milestones], tally.runs

    def dated(counts: Array, q: float) -> date | None:
        return context.date_of(quantile(counts, q))

    def between(counts: Array, q: float) -> tuple[date | None, date | None]:
        low, high = quantile_range(counts, q)
        return context.date_of(low), context.date_of(high)

    def by(counts: Array) -> dict[date, Chance]:
        return {d: chance_by(counts, context.day_of(d)) for d in dates}

    issues = []
    for j, facts in enumerate(context.issues):
        days = tally.resolved[j]
        issues.append(
            IssueSummary(
                facts=facts,
                agreed=chance_by(tally.agreed[j], context.horizon_days),
                resolved=chance_by(days, context.horizon_days),
                by=by(days),
                p50=dated(days, 0.5),
                p80=dated(days, 0.8),
                p50_range=between(days, 0.5),
                p80_range=between(days, 0.8),
                terms=terms(tally, j, facts),
                spent={k: float(tally.spent[j, k] / runs) for k in Spent},
                reasons={r: float(tally.reasons[j, r] / runs) for r in Reason},
                discussions=float(tally.talked[j, 0] / runs),
                reopened=float(tally.talked[j, 1] / runs),
            )
        )
    last = tally.all_resolved
    return Summary(
        context=context,
        runs=runs,
        issues=tuple(issues),
        all_agreed=chance_by(tally.all_agreed, context.horizon_days),
        all_resolved=chance_by(last, context.horizon_days),
        all_by=by(last),
        all_p50=dated(last, 0.5),
        all_p80=dated(last, 0.8),
    )
