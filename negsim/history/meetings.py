"""Closings on meeting days alone: chances a meeting with partial pooling, and when the next meetings will be.

An issue not yet opened is opened at a meeting with one chance, closed at that same meeting with a second, and at each
later one with a third. The chances are draws from Beta laws whose prior is what other talks did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from negsim.history.scene import Floats, Forecasts, Scene, gaps, moves
from negsim.history.scores import generator
from negsim.history.talks import Talks

#: How many gaps the gaps of all other talks weigh against the talks' own.
OTHER_GAPS = 4.0
#: No talks meet more often than that within a horizon of some years.
MOST = 150


@dataclass(frozen=True)
class Chances:
    """Beta laws of the three chances a meeting, as (successes, failures): to close, to be opened, to close at once."""

    close: tuple[float, float]
    open: tuple[float, float]
    at_once: tuple[float, float]


def pooled(others: Sequence[Talks], weight: float) -> Chances:
    """The prior: the mean over other talks together, and as strong as ``weight`` closings or openings."""
    theirs = [moves(talks) for talks in others]

    def beta(successes: int, trials: int) -> tuple[float, float]:
        mean = (successes + 0.5) / (trials + 1.0)
        return weight, weight * (1.0 - mean) / mean

    return Chances(
        beta(sum(m.closings for m in theirs), sum(m.open_meetings for m in theirs)),
        beta(sum(m.openings for m in theirs), sum(m.waiting_meetings for m in theirs)),
        beta(sum(m.at_once for m in theirs), sum(m.openings for m in theirs)),
    )


def updated(prior: Chances, talks: Talks) -> Chances:
    """The chances after what these talks did."""
    mine = moves(talks)

    def add(beta: tuple[float, float], successes: int, trials: int) -> tuple[float, float]:
        return beta[0] + successes, beta[1] + max(trials - successes, 0)

    return Chances(
        add(prior.close, mine.closings, mine.open_meetings),
        add(prior.open, mine.openings, mine.waiting_meetings),
        add(prior.at_once, mine.at_once, mine.openings),
    )


def by_meetings(scene: Scene, others: Sequence[Talks], prior: Chances, runs: int) -> Forecasts:
    """Forecasts of all issues of a scene: the same for all that are open, and for all that are not yet opened."""
    random = generator("meetings", scene.talks.id, scene.now.on)
    laws = updated(prior, scene.talks)
    close, opening, at_once = (random.beta(*law, size=runs) for law in (laws.close, laws.open, laws.at_once))
    held = meetings_held(scene, others, runs, random)
    of_open, of_waiting = closed_after(close, opening, at_once)
    rows = np.arange(runs)[:, None]
    found: Forecasts = {}
    for issues, table in ((scene.now.open, of_open), (scene.now.waiting, of_waiting)):
        if issues:
            cdf = table[rows, held].mean(axis=0)
            found.update({issue.name: cdf for issue in issues})
    return found


def closed_after(close: Floats, opening: Floats, at_once: Floats) -> tuple[Floats, Floats]:
    """The probability to be closed after 0, 1, ... meetings (runs by meetings): of an open issue, of one not opened."""
    runs = len(close)
    of_open, of_waiting = np.zeros((runs, MOST + 1)), np.zeros((runs, MOST + 1))
    waiting, open_ = np.ones(runs), np.zeros(runs)
    for n in range(1, MOST + 1):
        of_open[:, n] = of_open[:, n - 1] + (1.0 - of_open[:, n - 1]) * close
        opened = waiting * opening
        open_, waiting = open_ * (1.0 - close) + opened * (1.0 - at_once), waiting - opened
        of_waiting[:, n] = 1.0 - waiting - open_
    return of_open, of_waiting


def meetings_held(
    scene: Scene, others: Sequence[Talks], runs: int, random: np.random.Generator
) -> np.ndarray[tuple[int, int], np.dtype[np.intp]]:
    """How many meetings were held by the end of day 0, 1, ... after the origin, in each of some runs."""
    own = np.asarray(gaps(scene.talks), dtype=np.float64)
    parts = [np.asarray(gaps(talks), dtype=np.float64) for talks in others]
    parts = [part for part in parts if len(part)]
    pool = np.concatenate([own, *parts])
    weights = np.concatenate([np.ones(len(own)), *(np.full(len(p), OTHER_GAPS / len(parts) / len(p)) for p in parts)])
    held = np.zeros((runs, scene.horizon + 1), dtype=np.intp)
    when = first_gap(pool, weights, scene.silent, runs, random)
    for _ in range(MOST):
        inside = when <= scene.horizon
        if not inside.any():
            break
        np.add.at(held, (np.flatnonzero(inside), np.ceil(when[inside]).astype(np.intp)), 1)
        when = when + random.choice(pool, runs, p=weights / weights.sum())
    return np.minimum(np.cumsum(held, axis=1), MOST)


def first_gap(pool: Floats, weights: Floats, silent: int, runs: int, random: np.random.Generator) -> Floats:
    """Days until the next meeting: gaps longer than the silence so far, and what nobody has seen yet.

    Where less than one gap is longer, the rest of the weight has a law without a scale, by which a silence that has
    lasted so long lasts as long again with probability one half.
    """
    longer = pool > silent
    weight = float(weights[longer].sum())
    seen = random.random(runs) < min(weight, 1.0)
    lasting = max(silent, 1) * (1.0 / random.random(runs) - 1.0)
    if longer.any():
        drawn = random.choice(pool[longer], runs, p=weights[longer] / weight) - silent
        return np.where(seen, drawn, lasting)
    return lasting
