"""Closings on meeting days: partially pooled chances per meeting, and the days of the next meetings.

A meeting opens an issue with one chance, closes it at once with a second, and closes an open issue with a third. Each
chance has a Beta law whose prior comes from other negotiations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from negsim.history.negotiations import Talks
from negsim.history.scores import generator
from negsim.history.snapshot import Floats, Forecasts, Snapshot, gaps, moves

#: The weight of the gaps of all other negotiations together, in own gaps.
OTHER_GAPS = 4.0
#: Days between meetings if no record has a gap.
UNKNOWN_GAP = 90.0
#: The most meetings within a horizon.
MOST = 150
RUNS = 1000
#: The age in days at which a meeting counts as one meeting, and the least and the most that it can count as.
AGE, AGE_LIMITS = 500.0, (0.2, 3.0)


@dataclass(frozen=True)
class Chances:
    """Beta laws of three chances per meeting, as (successes, failures): to close, to open, to close at once."""

    close: tuple[float, float]
    open: tuple[float, float]
    at_once: tuple[float, float]


def pooled(others: Sequence[Talks], weight: float) -> Chances:
    """The prior: the mean over all other negotiations, with the weight of ``weight`` closings or openings."""
    theirs = [moves(talks) for talks in others]

    def beta(successes: int, trials: int) -> tuple[float, float]:
        mean = (successes + 0.5) / (trials + 1.0)
        return weight, weight * (1.0 - mean) / mean

    return Chances(
        beta(sum(m.closings for m in theirs), sum(m.open_meetings for m in theirs)),
        beta(sum(m.openings for m in theirs), sum(m.waiting_meetings for m in theirs)),
        beta(sum(m.at_once for m in theirs), sum(m.openings for m in theirs)),
    )


def without_package(talks: Talks) -> Talks:
    """The record with closings on the last day removed: a final package is no chance of a meeting."""
    if talks.end != "concluded":
        return talks
    issues = tuple(
        replace(issue, closed=None) if issue.closed == talks.until and not issue.at_once else issue
        for issue in talks.issues
    )
    return replace(talks, issues=issues)


def updated(prior: Chances, talks: Talks) -> Chances:
    """The chances, updated by the record of this negotiation."""
    mine = moves(talks)

    def add(beta: tuple[float, float], successes: int, trials: int) -> tuple[float, float]:
        return beta[0] + successes, beta[1] + max(trials - successes, 0)

    return Chances(
        add(prior.close, mine.closings, mine.open_meetings),
        add(prior.open, mine.openings, mine.waiting_meetings),
        add(prior.at_once, mine.at_once, mine.openings),
    )


def by_meetings(
    snapshot: Snapshot, others: Sequence[Talks], prior: Chances, runs: int = RUNS, age: float = 0.0
) -> Forecasts:
    """Forecasts of all issues of a snapshot.

    With ``age`` the chance of an open issue grows with the time since its opening: a meeting counts as
    ``(days / 500) ** age`` meetings, at least 0.2 and at most 3. Without it all open issues have the same forecast, and
    so have in any case all that are not yet opened.
    """
    random = generator("meetings", snapshot.talks.id, snapshot.now.on)
    laws = updated(prior, snapshot.talks)
    close, opening, at_once = (random.beta(*law, size=runs) for law in (laws.close, laws.open, laws.at_once))
    held = meetings_held(snapshot, others, runs, random)
    found: Forecasts = {}
    if snapshot.now.open:
        steps = np.log1p(-np.minimum(close, 1.0 - 1e-12))[:, None]
        after = np.arange(snapshot.horizon + 1)
        same: dict[int, Floats] = {}
        for issue in snapshot.now.open:
            old = snapshot.age(issue) if age else 0
            if old not in same:
                counts = np.clip(((old + after / 2) / AGE) ** age, *AGE_LIMITS) * held if age else held
                same[old] = np.maximum.accumulate(1.0 - np.exp(steps * counts).mean(axis=0))
            found[issue.name] = same[old]
    if snapshot.now.waiting:
        table = closed_after(close, opening, at_once)
        cdf = np.asarray(table[np.arange(runs)[:, None], held].mean(axis=0), dtype=np.float64)
        found.update({issue.name: cdf for issue in snapshot.now.waiting})
    return found


def closed_after(close: Floats, opening: Floats, at_once: Floats) -> Floats:
    """The probability that an issue not yet opened is closed after 0, 1, ... meetings (runs by meetings)."""
    runs = len(close)
    closed = np.zeros((runs, MOST + 1))
    waiting, open_ = np.ones(runs), np.zeros(runs)
    for n in range(1, MOST + 1):
        opened = waiting * opening
        open_, waiting = open_ * (1.0 - close) + opened * (1.0 - at_once), waiting - opened
        closed[:, n] = 1.0 - waiting - open_
    return closed


def meetings_held(
    snapshot: Snapshot, others: Sequence[Talks], runs: int, random: np.random.Generator
) -> np.ndarray[tuple[int, int], np.dtype[np.intp]]:
    """The number of meetings held by the end of day 0, 1, ... after the origin, in each of some runs."""
    own = np.asarray(gaps(snapshot.talks), dtype=np.float64)
    parts = [np.asarray(gaps(talks), dtype=np.float64) for talks in others]
    parts = [part for part in parts if len(part)]
    pool = np.concatenate([own, *parts])
    if not len(pool):
        pool, parts = np.array([UNKNOWN_GAP]), [np.array([UNKNOWN_GAP])]
    weights = np.concatenate([np.ones(len(own)), *(np.full(len(p), OTHER_GAPS / len(parts) / len(p)) for p in parts)])
    held = np.zeros((runs, snapshot.horizon + 1), dtype=np.intp)
    when = first_gap(pool, weights, snapshot.silent, runs, random)
    for _ in range(MOST):
        inside = when <= snapshot.horizon
        if not inside.any():
            break
        np.add.at(held, (np.flatnonzero(inside), np.ceil(when[inside]).astype(np.intp)), 1)
        when = when + random.choice(pool, runs, p=weights / weights.sum())
    return np.minimum(np.cumsum(held, axis=1), MOST)


def first_gap(pool: Floats, weights: Floats, silent: int, runs: int, random: np.random.Generator) -> Floats:
    """Days until the next meeting, drawn from the gaps that are longer than the time since the last meeting.

    If the weight of these gaps is below one, the remaining weight has a scale-free law: the time since the last meeting
    doubles with probability one half.
    """
    longer = pool > silent
    weight = float(weights[longer].sum())
    seen = random.random(runs) < min(weight, 1.0)
    lasting = max(silent, 1) * (1.0 / random.random(runs) - 1.0)
    if longer.any():
        drawn = random.choice(pool[longer], runs, p=weights[longer] / weight) - silent
        return np.where(seen, drawn, lasting)
    return lasting
