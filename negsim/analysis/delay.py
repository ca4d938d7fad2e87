"""Delay of an issue: how its time is spent, how runs end that do not resolve it, and the effect of a change."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from negsim.agenda import Reason, Spent
from negsim.analysis.context import Context, IssueFacts
from negsim.analysis.estimates import ChanceDifference, Estimate, difference, mean, paired_mean, share
from negsim.analysis.logs import TALKING, Logs
from negsim.analysis.paired import DateDifference, median_difference
from negsim.analysis.planning import When, when
from negsim.analysis.tally import whole
from negsim.simulation import Kind

Array = npt.NDArray[Any]

#: Share of the resolved runs beyond the limits of `Apart`.
TAIL = 0.1


class Unresolved(IntEnum):
    """State of an issue at the end of a run that has not resolved it; each such run has exactly one."""

    NO_ZONE = 0
    DEADLINE = 1
    BREAKDOWN = 2
    PREREQUISITE = 3
    DORMANT = 4
    CARRIED_OUT = 5
    TALKED = 6


_OF_REASON = {
    Reason.NO_ZONE: Unresolved.NO_ZONE,
    Reason.DEADLINE: Unresolved.DEADLINE,
    Reason.BREAKDOWN: Unresolved.BREAKDOWN,
    Reason.PREREQUISITE: Unresolved.PREREQUISITE,
    Reason.DORMANT: Unresolved.DORMANT,
}


@dataclass(frozen=True)
class Apart:
    """A figure that differs between runs that still discuss the issue at the end and runs that resolve it.

    ``limit``: at most a tenth of the resolved runs lie beyond it; ``beyond``: the share of the others beyond it;
    ``resolved`` and ``talked``: the means of the figure in both groups.
    """

    limit: float
    beyond: Estimate
    resolved: Estimate
    talked: Estimate


@dataclass(frozen=True)
class Why:
    """Figures of the runs on one issue.

    ``by``: probability to be resolved by ``on``; ``half``: the date by which half of the runs have resolved it, and the
    probability by the horizon; ``spent``: shares of its time; ``unresolved``: shares of all runs. ``meetings``: number
    of discussions; low values lie beyond the limit. ``mood``: share of the days of a run in the climate ``worst``, in
    which the fewest meetings a day take place; high values lie beyond the limit; from the ``logged`` runs. Each is None
    if no run resolves the issue or none discusses it at the end; ``mood`` also if there is only one regime.
    """

    facts: IssueFacts
    on: date
    runs: int
    by: Estimate
    half: When
    spent: Mapping[Spent, float]
    unresolved: Mapping[Unresolved, Estimate]
    meetings: Apart | None
    worst: str | None
    mood: Apart | None
    logged: int

    def data(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "resolved_by": {"date": str(self.on), **self.by.data()},
            "half": self.half.data(),
            "spent": {what.name.lower(): part for what, part in self.spent.items()},
            "unresolved": {what.name.lower(): vars(part) for what, part in self.unresolved.items()},
            "discussions": _apart_data(self.meetings),
            "worst_climate": self.worst,
            "days_in_it": _apart_data(self.mood),
            "logged": self.logged,
        }


@dataclass(frozen=True)
class Gain:
    """Effect of a change on one issue, from pairs of runs with the same random numbers.

    ``chance``: probability to be resolved by the given date; ``half``: the 50 % date; ``days``: mean time to resolution
    restricted to the horizon; ``others``: mean number of other issues resolved by the date. All are the other minus
    the base.
    """

    chance: ChanceDifference
    half: DateDifference
    days: Estimate
    others: Estimate

    @property
    def shown(self) -> bool:
        """Whether the interval of the probability or of the mean date excludes 0."""
        return self.chance.difference.shown or self.days.shown

    @property
    def rank(self) -> tuple[float, float]:
        """Sort key, best first: the probability, then the mean date."""
        return -self.chance.difference.value, self.days.value

    def data(self) -> dict[str, Any]:
        """Plain data for JSON; null for no bound."""
        half = {"base": self.half.base, "other": self.half.other}
        return {
            "p_base": self.chance.base.p,
            "p_other": self.chance.other.p,
            "difference": vars(self.chance.difference),
            "p50": {name: None if day is None else str(day) for name, day in half.items()}
            | {"days": self.half.days, "low": _finite(self.half.low), "high": _finite(self.half.high)},
            "mean_days": self.days.data(),
            "others": self.others.data(),
        }


def why(context: Context, outcomes: Array, logs: Logs, j: int, on: date) -> Why:
    """Figures of issue ``j``; ``outcomes`` has a row for each run and issue, ``logs`` covers the first runs."""
    rows, runs = outcomes[:, j], len(outcomes)
    days = whole(rows["resolved"], context.horizon_days)
    resolved = days < context.horizon_days
    ends = np.array([_end(row) for row in rows[["reason", "status"]].tolist()])
    talked = ~resolved & (ends == Unresolved.TALKED)
    spent = rows["spent"].mean(axis=0)
    total = float(spent.sum())
    worst, shares = mood(logs)
    first = slice(None, logs.runs)
    return Why(
        facts=context.issues[j],
        on=on,
        runs=runs,
        by=share(int((days <= min(context.day_of(on), context.horizon_days - 1)).sum()), runs),
        half=when(context, outcomes["resolved"], 0.5, [context.issues[j].id]),
        spent={what: float(spent[what]) / total if total > 0 else 0.0 for what in Spent},
        unresolved={what: share(int((~resolved & (ends == what)).sum()), runs) for what in Unresolved},
        meetings=_apart(rows["discussions"].astype(float), resolved, talked, fewer=True),
        worst=None if worst is None else context.names.regimes[worst],
        mood=None if worst is None else _apart(shares[:, worst], resolved[first], talked[first], fewer=False),
        logged=logs.runs,
    )


def mood(logs: Logs) -> tuple[int | None, Array]:
    """The regime with the fewest meetings a day, and the share of the days of each run by regime.

    The regime is None if the climate never changes.
    """
    turns, turned = logs.of(Kind.CLIMATE)
    ended, _ = logs.of(Kind.END)
    ends = ended["t"]
    run = np.concatenate([np.arange(logs.runs), turned])
    t = np.concatenate([np.zeros(logs.runs), turns["t"]])
    regime = np.concatenate([np.full(logs.runs, logs.regime), turns["who"]])
    order = np.lexsort((t, run))
    run, t, regime = run[order], t[order], regime[order]
    until = np.append(t[1:], 0.0)
    last = np.append(run[1:] != run[:-1], True)
    until[last] = ends[run[last]]
    days = np.zeros((logs.runs, logs.regimes))
    np.add.at(days, (run, regime), until - t)
    held, met = logs.of(Kind.MEETING)
    held, met = held[held["now"] == 0], met[held["now"] == 0]
    width = float(logs.horizon) + 1.0
    at = np.searchsorted(run * width + t, met * width + held["t"], side="right") - 1
    meetings = np.bincount(regime[at], minlength=logs.regimes)
    total = days.sum(axis=0)
    seen = np.flatnonzero(total > 0)
    worst = None if len(seen) < 2 else int(min(seen, key=lambda r: meetings[r] / total[r]))
    return worst, days / np.maximum(ends, 1e-9)[:, None]


def gain(context: Context, before: Array, after: Array, j: int, on: date) -> Gain:
    """Effect on issue ``j`` between two sets of runs with the same random numbers.

    ``before`` and ``after`` hold whole days, runs by issues, the days of the horizon for never.

    >>> talks = Context("T", date(2025, 4, 10), date(2025, 4, 20), ("N", "S"), ())
    >>> found = gain(talks, np.array([[4], [8], [10]]), np.array([[2], [8], [9]]), 0, date(2025, 4, 13))
    >>> round(found.chance.difference.value, 3), found.days.value
    (0.333, -1.0)
    """
    never = context.horizon_days
    day = min(context.day_of(on), never - 1)
    a, b = before <= day, after <= day
    own = before[:, j], after[:, j]
    rest = np.arange(before.shape[1]) != j
    return Gain(
        chance=difference(a[:, j], b[:, j]),
        half=median_difference(*own, never, context.as_of),
        days=paired_mean((own[1] - own[0]).astype(float)),
        others=paired_mean(b[:, rest].sum(axis=1) - a[:, rest].sum(axis=1).astype(float)),
    )


def _end(row: tuple[int, int]) -> Unresolved:
    reason, status = row
    other = Unresolved.TALKED if status in TALKING else Unresolved.CARRIED_OUT
    return _OF_REASON.get(Reason(reason), other)


def _apart(figure: Array, resolved: Array, talked: Array, fewer: bool) -> Apart | None:
    if not resolved.any() or not talked.any():
        return None

    limit = float(np.quantile(figure[resolved], TAIL if fewer else 1 - TAIL, method="inverted_cdf"))
    beyond = figure[talked] < limit if fewer else figure[talked] > limit
    return Apart(limit, share(int(beyond.sum()), len(beyond)), mean(figure[resolved]), mean(figure[talked]))


def _apart_data(apart: Apart | None) -> dict[str, Any] | None:
    if apart is None:
        return None
    parts = {name: getattr(apart, name).data() for name in ("beyond", "resolved", "talked")}
    return {"limit": apart.limit, **parts}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
