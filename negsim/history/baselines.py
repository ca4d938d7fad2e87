"""The forecasts that ours has to beat: each is shown other talks, then a snapshot, and knows nothing else.

Kaplan-Meier and Weibull are SciPy's (`scipy.stats.ecdf`, `scipy.stats.weibull_min.fit` with `CensoredData`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from negsim.history.meetings import RUNS, by_meetings, pooled
from negsim.history.negotiations import Talks
from negsim.history.scores import generator
from negsim.history.snapshot import Floats, Forecaster, Forecasts, Snapshot, durations, moves, slips

#: What the experience of other talks weighs, in closings: a Gamma or Beta prior as strong as one.
PRIOR = 1.0
MONTH = 30


def nothing_closes(others: Sequence[Talks]) -> Callable[[Snapshot], Forecasts]:
    """Whatever is not closed stays so."""
    return lambda snapshot: {issue.name: np.zeros(snapshot.horizon + 1) for issue in snapshot.targeted}


def constant_hazard(others: Sequence[Talks]) -> Callable[[Snapshot], Forecasts]:
    """Every day the same chance of a closing, with a Gamma prior of mean that of other talks: a Lomax law.

    Of issues not yet opened: closings, and days on which an issue was not closed, since the first opening.
    """
    theirs = [moves(talks) for talks in others]

    def rate(whole: bool) -> float:
        days = sum(m.open_days + (m.waiting_days if whole else 0) for m in theirs)
        return (sum(m.closings + (m.at_once if whole else 0) for m in theirs) + 0.5) / (days + 1)

    def forecast(snapshot: Snapshot) -> Forecasts:
        mine, after = moves(snapshot.talks), np.arange(snapshot.horizon + 1.0)
        found = {}
        for issues, whole in ((snapshot.now.open, False), (snapshot.now.waiting, True)):
            days = mine.open_days + (mine.waiting_days if whole else 0) + PRIOR / rate(whole)
            events = mine.closings + (mine.at_once if whole else 0) + PRIOR
            cdf = 1.0 - (days / (days + after)) ** events
            found.update({issue.name: cdf for issue in issues})
        return found

    return forecast


def kaplan_meier(others: Sequence[Talks]) -> Callable[[Snapshot], Forecasts]:
    """Kaplan-Meier's curve of all issues of other talks, given that an issue is as old as it is.

    Closings from memory are left out: the estimator knows no intervals. Beyond the last issue at risk the curve stays
    where it is; an issue older than the oldest that ended is given the mean rate.
    """
    return _by_age(others, _kaplan_meier)


def weibull(others: Sequence[Talks]) -> Callable[[Snapshot], Forecasts]:
    """A Weibull law of all issues of other talks (maximum likelihood, censored), given the age of an issue."""
    return _by_age(others, _weibull)


def _by_age(
    others: Sequence[Talks], fit: Callable[[Sequence[Talks], bool], Callable[[Floats], Floats]]
) -> Callable[[Snapshot], Forecasts]:
    survivals = (fit(others, False), fit(others, True))
    mean = constant_hazard(others)

    def forecast(snapshot: Snapshot) -> Forecasts:
        after = np.arange(snapshot.horizon + 1.0)
        found = {}
        for issue in snapshot.targeted:
            survival = survivals[issue.opened is None]
            left = survival(snapshot.age(issue) + after)
            found[issue.name] = 1.0 - left / left[0] if left[0] > 0 else mean(snapshot)[issue.name]
        return found

    return forecast


def _kaplan_meier(others: Sequence[Talks], whole: bool) -> Callable[[Floats], Floats]:
    from scipy import stats

    found = durations(others, whole)
    curve = stats.ecdf(stats.CensoredData(uncensored=found.seen, right=found.running)).sf
    return lambda days: np.asarray(curve.evaluate(days), dtype=np.float64)


def _weibull(others: Sequence[Talks], whole: bool) -> Callable[[Floats], Floats]:
    from scipy import stats

    found = durations(others, whole)
    intervals = np.column_stack([np.full(len(found.within), 0.5), found.within])
    data = stats.CensoredData(uncensored=found.seen, right=found.running, interval=intervals)
    shape, _, scale = stats.weibull_min.fit(data, floc=0)
    return lambda days: np.asarray(stats.weibull_min(shape, scale=scale).sf(days), dtype=np.float64)


def throughput(others: Sequence[Talks]) -> Callable[[Snapshot], Forecasts]:
    """Months of the talks' own past drawn again and again until the backlog is gone, as planners do it.

    What is open is closed first, in any order; then what is not yet opened. With less than half a year of past, months
    of other talks are drawn from too.
    """
    theirs = [_by_month(talks) for talks in others]

    def forecast(snapshot: Snapshot) -> Forecasts:
        mine = _by_month(snapshot.talks)
        pool = np.concatenate([mine, *theirs]) if len(mine) < 6 else mine
        months = -(-snapshot.horizon // MONTH) + 1
        random = generator("throughput", snapshot.talks.id, snapshot.now.on)
        done = np.cumsum(random.choice(pool, (RUNS, months)), axis=1)
        done = np.concatenate([np.zeros((RUNS, 1)), done], axis=1)
        at = np.arange(snapshot.horizon + 1) // MONTH
        found = {}
        begin = 0
        for issues in (snapshot.now.open, snapshot.now.waiting):
            if issues:
                share = np.clip((done - begin) / len(issues), 0.0, 1.0).mean(axis=0)
                # Within a month a closing is as likely on one day as on another.
                into = (np.arange(snapshot.horizon + 1) % MONTH) / MONTH
                cdf = share[at] * (1 - into) + share[at + 1] * into
                found.update({issue.name: cdf for issue in issues})
            begin += len(issues)
        return found

    return forecast


def _by_month(talks: Talks) -> Floats:
    """How many issues were closed in each whole month since the first opening."""
    first = talks.first
    if first is None:
        return np.zeros(0)
    months = (talks.until - first).days // MONTH
    days = [(issue.closed - first).days // MONTH for issue in talks.sure if issue.closed]
    return np.bincount([day for day in days if day < months], minlength=months).astype(np.float64)


def per_meeting(others: Sequence[Talks]) -> Callable[[Snapshot], Forecasts]:
    """Closings only on meeting days, each with the same chance; gaps between meetings drawn from the past.

    The chances have a Beta prior with the mean of other talks, and own meetings move them. The gap under way is drawn
    from those that are longer than it is already.
    """
    prior = pooled(others, PRIOR)
    return lambda snapshot: by_meetings(snapshot, others, prior)


def announced_target(others: Sequence[Talks]) -> Callable[[Snapshot], Forecasts]:
    """All is closed when the talks end: the announced time times a slip of other talks. Without a target: per meeting.

    The latest announcement counts, and slips by which the talks would have ended already are left out.
    """
    theirs, else_ = slips(others), per_meeting(others)

    def forecast(snapshot: Snapshot) -> Forecasts:
        cdf = end_by_target(snapshot, theirs)
        return else_(snapshot) if cdf is None else {issue.name: cdf for issue in snapshot.targeted}

    return forecast


def end_by_target(snapshot: Snapshot, theirs: Floats) -> Floats | None:
    """When the talks end by the latest announcement and the slips of others; None if that says nothing."""
    target = snapshot.announced
    if target is None or target.latest <= target.said:
        return None
    days = theirs * (target.latest - target.said).days - (snapshot.now.on - target.said).days
    days = days[days > 0]
    if not np.isfinite(days).any():
        return None
    after = np.arange(snapshot.horizon + 1)
    return np.asarray(np.searchsorted(np.sort(days), after, side="right") / len(days), dtype=np.float64)


#: The baselines in the order of the table; the two that the aims speak of are the last.
BASELINES: dict[str, Forecaster] = {
    "nothing closes": nothing_closes,
    "constant hazard": constant_hazard,
    "Kaplan-Meier": kaplan_meier,
    "Weibull": weibull,
    "throughput": throughput,
    "per meeting": per_meeting,
    "target x slip": announced_target,
}
