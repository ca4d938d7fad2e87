"""Closings on meeting days: partially pooled chances per meeting, and the days of the next meetings.

A meeting opens an issue with one chance, closes it at once with a second, and closes an open issue with a third. Each
chance has a Beta law whose prior comes from other negotiations. With stayers, a share of issues is never opened or
closed by a meeting, and the chances are those of the other issues.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from negsim.history.negotiations import Issue, Talks
from negsim.history.scores import generator
from negsim.history.snapshot import Floats, Forecasts, Snapshot, gaps, moves
from negsim.history.stayers import issue_stays

#: The weight of the gaps of all other negotiations together, in own gaps.
OTHER_GAPS = 4.0
#: Days between meetings if no record has a gap.
UNKNOWN_GAP = 90.0
#: The most meetings within a horizon.
MOST = 150
RUNS = 1000
#: The grids of chances per meeting (even on the logit scale) and of shares of stayers.
_CHANCES = 1.0 / (1.0 + np.exp(-np.linspace(-6.0, 3.0, 46)))
_SHARES = np.linspace(0.0, 0.95, 20)
#: The age in days at which a meeting counts as one meeting, and the least and the most that it can count as.
AGE, AGE_LIMITS = 500.0, (0.2, 3.0)


@dataclass(frozen=True)
class Chances:
    """Beta laws of three chances per meeting, as (successes, failures): to close, to open, to close at once."""

    close: tuple[float, float]
    open: tuple[float, float]
    at_once: tuple[float, float]
    never_closed: float = 0.0
    never_opened: float = 0.0


def pooled(others: Sequence[Talks], weight: float, stayers: bool = False) -> Chances:
    """The prior: the mean over all other negotiations, with the weight of ``weight`` closings or openings.

    ``stayers``: whether a share of issues stays, see `issue_stays`.
    """
    theirs = [moves(talks) for talks in others]

    def beta(mean: float) -> tuple[float, float]:
        return weight, weight * (1.0 - mean) / mean

    once = (sum(m.at_once for m in theirs) + 0.5) / (sum(m.openings for m in theirs) + 1.0)
    if stayers:
        closed, opened = (mover_chance([pair for talks in others for pair in of(talks)]) for of in (closing, opening))
        return Chances(beta(closed[0]), beta(opened[0]), beta(once), closed[1], opened[1])
    closed_ = (sum(m.closings for m in theirs) + 0.5) / (sum(m.open_meetings for m in theirs) + 1.0)
    opened_ = (sum(m.openings for m in theirs) + 0.5) / (sum(m.waiting_meetings for m in theirs) + 1.0)
    return Chances(beta(closed_), beta(opened_), beta(once))


def closing(talks: Talks) -> list[tuple[int, bool]]:
    """For each opened issue that was not closed at once: meetings that did not close it, and whether one then did."""
    days = np.asarray([day.toordinal() for day in talks.meeting_days()])
    found = []
    for issue in talks.sure:
        if issue.opened is not None and not issue.at_once:
            until = issue.closed.toordinal() if issue.closed else np.inf
            found.append((int(np.sum((days > issue.opened.toordinal()) & (days < until))), issue.closed is not None))
    return found


def opening(talks: Talks) -> list[tuple[int, bool]]:
    """For each issue: meetings that did not open it, and whether one then did."""
    days = np.asarray([day.toordinal() for day in talks.meeting_days()])
    return [
        (int(np.sum(days < (issue.opened.toordinal() if issue.opened else np.inf))), issue.opened is not None)
        for issue in talks.sure
    ]


def mover_chance(tries: Sequence[tuple[int, bool]]) -> tuple[float, float]:
    """The chance per meeting for issues that move, and the share of stayers: posterior means under flat priors.

    Args:
        tries: For each issue the meetings without the event, and whether it came at the next one.

    >>> chance, share = mover_chance([(0, True)] * 20 + [(1, True)] * 10 + [(50, False)] * 30)
    >>> round(chance, 1), round(share, 1)
    (0.7, 0.5)
    """
    p, share = _CHANCES[:, None], _SHARES
    log = np.zeros((len(_CHANCES), len(_SHARES)))
    for stood, happened in tries:
        none = stood * np.log1p(-p)
        log += np.log(share + (1.0 - share) * np.exp(none)) if not happened else np.log((1.0 - share) * p) + none
    weights = np.exp(log - log.max())
    weights /= weights.sum()
    return float((weights * p).sum()), float((weights * share).sum())


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

    def add(beta: tuple[float, float], successes: float, trials: float) -> tuple[float, float]:
        return beta[0] + successes, beta[1] + max(trials - successes, 0)

    def stay(beta: tuple[float, float], share: float, tries: Sequence[tuple[int, bool]]) -> float:
        """Meetings of issues that stay, in expectation: they tell nothing of the chance of the others."""
        chance = beta[0] / sum(beta)
        return sum(float(issue_stays(share, chance, stood)) * stood for stood, happened in tries if not happened)

    close, open_ = (
        stay(beta, share, tries) if share else 0.0
        for beta, share, tries in (
            (prior.close, prior.never_closed, closing(talks)),
            (prior.open, prior.never_opened, opening(talks)),
        )
    )
    return replace(
        prior,
        close=add(prior.close, mine.closings, mine.open_meetings - close),
        open=add(prior.open, mine.openings, mine.waiting_meetings - open_),
        at_once=add(prior.at_once, mine.at_once, mine.openings),
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
    close, open_, at_once = (random.beta(*law, size=runs) for law in (laws.close, laws.open, laws.at_once))
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
            found[issue.name] = same[old] * (1.0 - _stays(laws.never_closed, close, snapshot, issue))
    if snapshot.now.waiting:
        table = closed_after(close, open_, at_once)
        cdf = np.asarray(table[np.arange(runs)[:, None], held].mean(axis=0), dtype=np.float64)
        for issue in snapshot.now.waiting:
            moves_on = 1.0 - _stays(laws.never_opened, open_, snapshot, issue)
            found[issue.name] = cdf * moves_on * (1.0 - laws.never_closed * (1.0 - float(at_once.mean())))
    return found


def _stays(share: float, chance: Floats, snapshot: Snapshot, issue: Issue) -> float:
    """The probability that an issue of a snapshot stays."""
    if not share:
        return 0.0
    stood = sum(day > issue.opened for day in snapshot.days) if issue.opened else len(snapshot.days)
    return float(issue_stays(share, chance, stood).mean())


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
