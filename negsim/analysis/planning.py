"""Two questions of a planner: the date reached with a given probability, and the number resolved by a date.

Both look at whole runs. Issues that share meetings and climate are late together, so the probability that several
are resolved is not the product of their probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from negsim.analysis.context import Context
from negsim.analysis.estimates import Estimate, share
from negsim.analysis.tally import whole
from negsim.errors import NegsimError, check_name, one_of

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class When:
    """The first date by which at least ``first`` of some issues are resolved with a given probability.

    ``day``: the first date on which this holds in a share ``probability`` of the runs or more; None if it is not within
    the horizon. ``low``, ``high``: the ends of its 95 % interval, order statistics with binomial ranks; None beyond
    the horizon. ``by_horizon``: the share of runs in which it holds by the ``last_day``.

    >>> import negsim as ns
    >>> p = ns.run(ns.load("scenarios/baseline.yaml"), runs=200)
    >>> found = p.when(0.5, ["banking", "framework"], first=1)
    >>> str(found.day), str(found.low), str(found.high), found.by_horizon.value
    ('2025-08-03', '2025-07-20', '2025-08-20', 0.965)
    """

    probability: float
    issues: tuple[str, ...]
    first: int
    day: date | None
    low: date | None
    high: date | None
    by_horizon: Estimate
    last_day: date
    runs: int

    def data(self) -> dict[str, Any]:
        """Plain data for JSON: dates are ISO text, null beyond the horizon."""
        days = {name: _iso(getattr(self, name)) for name in ("day", "low", "high", "last_day")}
        return {**vars(self), "issues": list(self.issues), "by_horizon": vars(self.by_horizon), **days}

    def _repr_html_(self) -> str:
        from negsim.files import values_table

        at_horizon = self.by_horizon
        row = {
            "at least": self.first,
            "of": ", ".join(self.issues),
            "date": self.day or f"after {self.last_day}",
            "from": self.low or f"after {self.last_day}",
            "to (95 %)": self.high or f"after {self.last_day}",
            "by the horizon": f"{100 * at_horizon.value:.0f} %",
        }
        return values_table(f"Resolved with probability {self.probability:g}", [row], f"{self.runs:,} runs.")


@dataclass(frozen=True)
class HowMany:
    """The number of issues resolved by a date: ``counts[k]`` runs have exactly k of them.

    >>> import negsim as ns
    >>> p = ns.run(ns.load("scenarios/baseline.yaml"), runs=200)
    >>> found = p.how_many("2027-04-10")
    >>> found.median, found.range, found.surely(0.8), found.at_least(9).value
    (4, (1, 7), 2, 0.005)
    """

    by: date
    issues: tuple[str, ...]
    counts: tuple[int, ...]

    @property
    def runs(self) -> int:
        """The number of runs."""
        return sum(self.counts)

    @property
    def mean(self) -> float:
        """The mean number resolved."""
        return sum(k * runs for k, runs in enumerate(self.counts)) / self.runs

    @property
    def median(self) -> int:
        """The smallest number that at least half of the runs do not exceed."""
        return self.quantile(0.5)

    @property
    def range(self) -> tuple[int, int]:
        """The 10 and 90 % quantiles: at least 80 % of the runs lie between them."""
        return self.quantile(0.1), self.quantile(0.9)

    def at_least(self, k: int) -> Estimate:
        """The share of runs with at least k resolved, with its Monte Carlo error and 95 % interval (Wilson)."""
        return share(sum(self.counts[k:]), self.runs)

    def _repr_html_(self) -> str:
        from negsim.files import values_table

        found = [(k, self.at_least(k)) for k in range(1, len(self.counts))]
        rows = [
            {"at least": k, "% of runs": 100 * e.value, "from": 100 * e.low, "to (95 %)": 100 * e.high}
            for k, e in found
        ]
        return values_table(f"Resolved by {self.by}", rows, f"{self.runs:,} runs.")

    def surely(self, probability: float) -> int:
        """The largest number that at least this share of the runs reaches.

        Raises:
            NegsimError: the probability is not above 0 and at most 1.
        """
        check_probability(probability)
        return max(k for k in range(len(self.counts)) if sum(self.counts[k:]) / self.runs >= probability)

    def quantile(self, q: float) -> int:
        """The smallest number that at least a share ``q`` of the runs does not exceed."""
        return next(k for k in range(len(self.counts)) if sum(self.counts[: k + 1]) / self.runs >= q)

    def data(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "by": str(self.by),
            "issues": list(self.issues),
            "runs": self.runs,
            "mean": self.mean,
            "median": self.median,
            "range_80": list(self.range),
            "surely_80": self.surely(0.8),
            "exactly": {str(k): runs / self.runs for k, runs in enumerate(self.counts)},
            "at_least": {str(k): vars(self.at_least(k)) for k in range(1, len(self.counts))},
        }


def when(
    context: Context,
    resolved: Array,
    probability: float,
    issues: Sequence[str] | None = None,
    first: int | None = None,
) -> When:
    """The date by which at least ``first`` issues are resolved with a probability; see `Projection.when`.

    ``resolved`` holds times in days, runs by all issues of the context, NaN for never.

    Raises:
        NegsimError: ``first`` is not from 1 to the number of issues, an issue does not exist, or the probability is
            not above 0 and at most 1.
    """
    check_probability(probability)
    issues = named(context, issues)
    first = len(issues) if first is None else first
    if isinstance(first, bool) or not 1 <= first <= len(issues):
        raise NegsimError(f"of {len(issues)} issues, the first 1 to {len(issues)} can be asked for, but was {first!r}")
    columns = [facts.id for facts in context.issues]
    days = whole(resolved[:, [columns.index(name) for name in issues]], context.horizon_days)
    reached = np.sort(np.partition(days, first - 1, axis=1)[:, first - 1])
    runs = len(reached)

    def day_of_rank(rank: int) -> date | None:
        return context.date_of(float(reached[rank - 1])) if rank <= runs else None

    low, high = rank_interval(runs, probability)
    return When(
        probability=probability,
        issues=tuple(issues),
        first=first,
        day=day_of_rank(rank_of(runs, probability)),
        low=day_of_rank(low) if low else context.as_of,
        high=day_of_rank(high),
        by_horizon=share(int((reached < context.horizon_days).sum()), runs),
        last_day=context.last_day,
        runs=runs,
    )


def how_many(context: Context, resolved: Array, by: date, issues: Sequence[str] | None = None) -> HowMany:
    """The number of issues (all unless named) that are resolved on or before a date.

    Raises:
        NegsimError: the date is outside the horizon, or an issue does not exist.
    """
    day, issues = context.day_of(by), named(context, issues)
    columns = [facts.id for facts in context.issues]
    days = whole(resolved[:, [columns.index(name) for name in issues]], context.horizon_days)
    done = ((days <= day) & (days < context.horizon_days)).sum(axis=1)
    return HowMany(by, tuple(issues), tuple(np.bincount(done, minlength=len(issues) + 1).tolist()))


def rank_of(runs: int, probability: float) -> int:
    """The smallest k with ``k / runs >= probability``.

    >>> rank_of(2000, 0.8), rank_of(3, 0.5), rank_of(10, 1.0)
    (1600, 2, 10)
    """
    k = max(int(runs * probability) - 1, 1)  # the product is rounded, so compare quotients
    while k / runs < probability:
        k += 1
    return k


def rank_interval(runs: int, probability: float) -> tuple[int, int]:
    """The ranks of the order statistics that form a 95 % interval of a quantile.

    The number of runs up to the quantile is binomial. At most 2.5 % lie beyond each rank. Rank 0 is before all runs and
    ``runs + 1`` after them; then there is no bound on that side.

    >>> rank_interval(100, 0.5), rank_interval(3, 0.5)
    ((40, 61), (0, 4))
    """
    # The binomial distribution function at -1, 0, ... runs, from quotients of neighbouring probabilities around the
    # mode. SciPy has it too, but its import takes a fifth of the time of `when`.
    p, mode = probability, min(int((runs + 1) * probability), runs)
    k = np.arange(mode, runs, dtype=float)
    above = np.cumprod((runs - k) * p / ((k + 1) * (1 - p)))
    k = np.arange(mode, dtype=float)[::-1]
    under = np.cumprod((k + 1) * (1 - p) / ((runs - k) * p))[::-1]
    total = np.cumsum(np.concatenate([[0.0], under, [1.0], above]))
    below = total / total[-1]
    low = int(np.flatnonzero(below <= 0.025)[-1])
    high = int(np.flatnonzero(1 - below <= 0.025)[0])
    return low, high


def named(context: Context, issues: Sequence[str] | None) -> tuple[str, ...]:
    """The named issues, each once, or all issues.

    Raises:
        NegsimError: the list is empty, or an issue is not in the scenario.
    """
    ids = [facts.id for facts in context.issues]
    if issues is None:
        return tuple(ids)
    if isinstance(issues, str) or not issues:
        raise NegsimError(f"issues are a list of names such as {one_of(ids, 2)}, but was {issues!r}")
    for name in issues:
        check_name(name, ids, f'there is no issue "{name}" in play')
    return tuple(dict.fromkeys(issues))


def check_probability(probability: object) -> None:
    """Raise unless it is a number above 0 and at most 1."""
    if isinstance(probability, bool) or not isinstance(probability, (int, float)) or not 0 < probability <= 1:
        from negsim.quantities import share_meant

        hint = f"; did you mean {guess}?" if (guess := share_meant(probability)) else ""
        raise NegsimError(f"a probability is a number above 0 to 1, but was {probability!r}{hint}")


def _iso(day: date | None) -> str | None:
    return None if day is None else str(day)
