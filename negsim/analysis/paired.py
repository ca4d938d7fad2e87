"""Comparison of two sets of runs with the same random numbers, run by run.

All times are whole days, as in the tally: two runs that resolve an issue on the same date are equal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from negsim.analysis.context import Context, IssueFacts, all_of
from negsim.analysis.default_date import nearest_half
from negsim.analysis.estimates import ChanceDifference, Estimate, difference, paired_mean, ratio, share
from negsim.analysis.tally import whole
from negsim.analysis.time_scale import milestones
from negsim.errors import NegsimError

Array = npt.NDArray[Any]

#: Points along each axis of the grid of normal quantiles for two medians.
_GRID = 100


@dataclass(frozen=True)
class DateDifference:
    """The dates by which half of the runs resolve an issue; None if that is after the compared dates.

    ``days`` is the other minus the base, None if either is unknown. ``low`` and ``high`` are the ends of its 95 %
    interval; infinite if there is no bound, so ``(200, inf)`` means "at least 200 days later".
    """

    base: date | None
    other: date | None
    days: int | None
    low: float
    high: float

    @property
    def shown(self) -> bool:
        """Whether the interval excludes 0."""
        return not self.low <= 0 <= self.high


@dataclass(frozen=True)
class IssueComparison:
    """Figures of the pairs of runs on one issue, or on all of them.

    ``by`` has the probabilities by every compared date, including the last one that both cover. ``days`` is the mean
    difference in the time to resolution in days, restricted to the dates that both cover: a run that does not resolve
    the issue counts with their end. It has no interval if fewer than 10 pairs differ. ``earlier``, ``same`` and
    ``later`` are the shares of runs in which the other resolves it on an earlier, the same or a later date than the
    base; their sum is 1. What is resolved in one only is later in the other; what is resolved in ``neither``
    (a share of the runs) is the same.
    """

    facts: IssueFacts
    by: dict[date, ChanceDifference]
    p50: DateDifference
    days: Estimate
    earlier: Estimate
    same: Estimate
    later: Estimate
    neither: float


@dataclass(frozen=True)
class Paired:
    """Two scenarios compared on the dates that both cover, from ``start`` to before ``end``.

    ``issues`` are those in both; ``every`` treats them as one that is resolved with the last of them. ``on`` is the
    date of the verdicts.
    """

    base: Context
    other: Context
    start: date
    end: date
    on: date
    runs: int
    issues: tuple[IssueComparison, ...]
    every: IssueComparison
    only_base: tuple[IssueFacts, ...]
    only_other: tuple[IssueFacts, ...]

    @property
    def last_day(self) -> date:
        """The last date that both cover."""
        return self.end - timedelta(days=1)

    @property
    def saved(self) -> float:
        """By how much shared random numbers divide the variance of the differences by ``on``, summed over issues."""
        differences = [issue.by[self.on] for issue in self.issues]
        return ratio(sum(d.apart for d in differences), sum(d.variance for d in differences))


def compare(base: Context, before: Array, other: Context, after: Array, by: date | None = None) -> Paired:
    """Compare the runs of two scenarios with the same random numbers.

    Args:
        base: names and dates of the first scenario.
        before: its times of resolution in days from its ``as_of`` (runs by issues; NaN: never).
        other: names and dates of the other.
        after: its times, the same runs in the same order.
        by: the date of the verdicts; default: of the milestones and the last common date, the one at which the
            probabilities of both are nearest to one half (`nearest_half`).

    Raises:
        NegsimError: no issue is in both, no date is, or ``by`` is not among those dates.

    >>> talks = Context("T", date(2025, 4, 10), date(2027, 4, 10), ("N", "S"), (IssueFacts("a", "A", "raised"),))
    >>> pair = compare(talks, np.array([[9.0], [9.0], [9.0]]), talks, np.array([[9.5], [8.0], [np.nan]]))
    >>> [round(getattr(pair.issues[0], name).value, 2) for name in ("earlier", "same", "later")]
    [0.33, 0.33, 0.33]
    """
    if len(before) != len(after):
        raise NegsimError(f"pairs need equal numbers of runs, but there are {len(before):,} and {len(after):,}")
    start, end, dates = dates_in_common(base.as_of, base.horizon, other.as_of, other.horizon, by)
    places = {facts.id: j for j, facts in enumerate(other.issues)}
    common = [(facts, j, places[facts.id]) for j, facts in enumerate(base.issues) if facts.id in places]
    if not common:
        raise NegsimError(f'"{base.title}" and "{other.title}" have no issue in common')
    a, b = _days(base, before, start, end), _days(other, after, start, end)
    mine, theirs = a[:, [j for _, j, _ in common]], b[:, [k for _, _, k in common]]
    issues = [_issue(facts, mine[:, n], theirs[:, n], dates, start, end) for n, (facts, _, _) in enumerate(common)]
    together = IssueFacts("all", all_of(len(common)), "")
    own = {facts.id for facts in base.issues}
    shares = {day: [p for i in issues for p in (i.by[day].base.p, i.by[day].other.p)] for day in dates}
    return Paired(
        base=base,
        other=other,
        start=start,
        end=end,
        on=by or nearest_half(shares),
        runs=len(before),
        issues=tuple(issues),
        every=_issue(together, mine.max(axis=1), theirs.max(axis=1), dates, start, end),
        only_base=tuple(facts for facts in base.issues if facts.id not in places),
        only_other=tuple(facts for facts in other.issues if facts.id not in own),
    )


def dates_in_common(
    as_of: date, horizon: date, other_as_of: date, other_horizon: date, by: date | None = None
) -> tuple[date, date, list[date]]:
    """The first date that two scenarios cover, the first later date that they do not, and the dates to compare.

    These are the default milestones, ``by``, and the last date.

    Raises:
        NegsimError: there is no such date, or ``by`` is none of them.
    """
    start, end = max(as_of, other_as_of), min(horizon, other_horizon)
    if start >= end:
        raise NegsimError(
            f"there is no date to compare: one covers {as_of} to before {horizon}, the other {other_as_of} to before "
            f"{other_horizon}"
        )
    last = end - timedelta(days=1)
    if by is not None and not start <= by <= last:
        raise NegsimError(f"{by} is not among the dates that both cover, {start} to {last}")
    known = [milestone.date for milestone in milestones(start, end)]
    return start, end, sorted({*known, by or last, last})


def _days(context: Context, times: Array, start: date, end: date) -> Array:
    """Whole days from ``start``, negative before it; the days to ``end`` for what does not happen by then."""
    days, never = whole(times, context.horizon_days), (end - start).days
    shifted = days - (start - context.as_of).days
    return np.where(days < context.horizon_days, np.minimum(shifted, never), never)


def _issue(facts: IssueFacts, a: Array, b: Array, dates: list[date], start: date, end: date) -> IssueComparison:
    runs, never = len(a), (end - start).days
    return IssueComparison(
        facts=facts,
        by={day: difference(a <= (day - start).days, b <= (day - start).days) for day in dates},
        p50=median_difference(a, b, never, start),
        days=paired_mean((b - a).astype(float)),
        earlier=share(int((b < a).sum()), runs),
        same=share(int((b == a).sum()), runs),
        later=share(int((b > a).sum()), runs),
        neither=float(((a == never) & (b == never)).mean()),
    )


def median_difference(a: Array, b: Array, never: int, start: date) -> DateDifference:
    """The change of the 50 % date in days, with the 95 % interval of a paired bootstrap, by a formula.

    A bootstrap moves the rank of each median by a normal number with standard deviation ``sqrt(n) / 2``. The two ranks
    correlate as the signs of ``a - median(a)`` and ``b - median(b)`` do over the runs (Bahadur 1966, "A note on
    quantiles in large samples", Annals of Mathematical Statistics 37). A grid of pairs of normal quantiles replaces the
    resampling. A median after the compared dates bounds the difference on one side only.

    >>> shift = median_difference(np.arange(100), np.arange(100) + 30, 1000, date(2025, 4, 10))
    >>> str(shift.base), str(shift.other), shift.days, shift.low, shift.high
    ('2025-05-29', '2025-06-28', 30, 30.0, 30.0)
    """
    runs, sorted_a, sorted_b = len(a), np.sort(a), np.sort(b)
    middle = math.ceil(runs / 2) - 1
    m_a, m_b = int(sorted_a[middle]), int(sorted_b[middle])
    together = _correlation(np.sign(a - m_a), np.sign(b - m_b))
    one, rest = _normal_pairs()
    redrawn_a = _at_rank(sorted_a, one)
    redrawn_b = _at_rank(sorted_b, together * one + math.sqrt(1 - together**2) * rest)
    moved = (redrawn_b - redrawn_a).astype(float)
    outside = round(0.025 * len(moved))
    low = np.partition(np.where(redrawn_a == never, -np.inf, moved), outside)
    high = np.partition(np.where(redrawn_b == never, np.inf, moved), -1 - outside)
    date_a, date_b = (None if day == never else start + timedelta(days=day) for day in (m_a, m_b))
    known = date_a is not None and date_b is not None
    return DateDifference(date_a, date_b, m_b - m_a if known else None, float(low[outside]), float(high[-1 - outside]))


@cache
def _normal_pairs() -> tuple[Array, Array]:
    """A grid of pairs of normal quantiles, equally likely."""
    quantiles = np.array([NormalDist().inv_cdf((k + 0.5) / _GRID) for k in range(_GRID)])
    one, rest = np.meshgrid(quantiles, quantiles)
    return one.ravel(), rest.ravel()


def _at_rank(values: Array, errors: Array) -> Array:
    """The values some standard errors from the rank of the median."""
    runs = len(values)
    rank = np.ceil(runs / 2 + errors * math.sqrt(runs) / 2 - 1e-9).astype(np.int64)
    return np.asarray(values[np.clip(rank, 1, runs) - 1])


def _correlation(x: Array, y: Array) -> float:
    """The correlation of two samples; 0 if one of them is constant."""
    spread = math.sqrt(float(x.var() * y.var()))
    if spread == 0:
        return 0.0
    return min(max(float(((x - x.mean()) * (y - y.mean())).mean()) / spread, -1.0), 1.0)
