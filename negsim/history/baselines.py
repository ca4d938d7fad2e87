"""The baselines: simple forecasts that our own has to beat.

Each gets the records of other talks, then a snapshot. The Weibull fit is that of SciPy (`scipy.stats.weibull_min.fit`
with `CensoredData`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from negsim.history.meetings import RUNS, by_meetings, pooled
from negsim.history.negotiations import Talks
from negsim.history.scores import generator
from negsim.history.snapshot import Durations, Floats, Forecaster, Forecasts, Snapshot, durations, moves, slips
from negsim.history.turnbull import turnbull
from negsim.quantities import DAYS_PER_YEAR

#: The weight of other talks in the prior, in closings.
PRIOR = 1.0
#: Half a closing in half a year: the rate when other talks have no closings, one in a year (judgement).
CLOSINGS, OPEN_DAYS = 0.5, DAYS_PER_YEAR / 2
MONTH = 30


def nothing_closes(others: Sequence[Talks]) -> Callable[[Snapshot], Forecasts]:
    """No issue is closed."""
    return lambda snapshot: {issue.name: np.zeros(snapshot.horizon + 1) for issue in snapshot.targeted}


def constant_hazard(others: Sequence[Talks]) -> Callable[[Snapshot], Forecasts]:
    """A closing has the same chance each day. The rate has a Gamma prior with the mean of other talks: a Lomax law.

    For issues not yet opened, closings and days without a closing count from the first meeting of the negotiation.
    Other talks that have not met yet add neither.
    """
    theirs = [moves(talks) for talks in others]

    def rate(whole: bool) -> float:
        days = sum(m.open_days + (m.waiting_days if whole else 0) for m in theirs)
        return (sum(m.closings + (m.at_once if whole else 0) for m in theirs) + CLOSINGS) / (days + OPEN_DAYS)

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
    """The Kaplan-Meier curve of all issues of other talks, conditional on the age of an issue.

    A closing from memory lies somewhere between the opening and the end of the record (`turnbull`). After the last
    closing the curve is constant. If the curve has reached 0 at the age of an issue, the constant hazard applies.
    """
    return _by_age(others, _kaplan_meier)


def weibull(others: Sequence[Talks]) -> Callable[[Snapshot], Forecasts]:
    """A Weibull law of all issues of other talks (censored maximum likelihood), conditional on the age of an issue."""
    return _by_age(others, _weibull)


def _by_age(
    others: Sequence[Talks], fit: Callable[[Durations], Callable[[Floats], Floats]]
) -> Callable[[Snapshot], Forecasts]:
    """Forecasts by a survival curve and the age of an issue; by the constant hazard if no closing is on record."""
    found = [durations(others, whole) for whole in (False, True)]
    survivals = [fit(each) if len(each.seen) or len(each.within) else np.zeros_like for each in found]
    mean = constant_hazard(others)

    def forecast(snapshot: Snapshot) -> Forecasts:
        after = np.arange(snapshot.horizon + 1.0)
        forecasts = {}
        for issue in snapshot.targeted:
            survival = survivals[issue.opened is None]
            left = survival(snapshot.age(issue) + after)
            forecasts[issue.name] = 1.0 - left / left[0] if left[0] > 0 else mean(snapshot)[issue.name]
        return forecasts

    return forecast


def _kaplan_meier(found: Durations) -> Callable[[Floats], Floats]:
    return turnbull(found.seen, found.running, np.column_stack([np.zeros(len(found.within)), found.within]))


def _weibull(found: Durations) -> Callable[[Floats], Floats]:
    from scipy import stats

    intervals = np.column_stack([np.full(len(found.within), 0.5), found.within])
    data = stats.CensoredData(uncensored=found.seen, right=found.running, interval=intervals)
    shape, _, scale = stats.weibull_min.fit(data, floc=0)
    return lambda days: np.asarray(stats.weibull_min(shape, scale=scale).sf(days), dtype=np.float64)


def throughput(others: Sequence[Talks]) -> Callable[[Snapshot], Forecasts]:
    """Months of the own past are resampled until the backlog is closed, as in project planning.

    Open issues are closed first, in any order, then issues not yet opened. With a past of less than half a year, months
    of other talks are resampled too.
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
    """The number of issues closed in each whole month since the first opening."""
    first = talks.first
    if first is None:
        return np.zeros(0)
    months = (talks.until - first).days // MONTH
    days = [(issue.closed - first).days // MONTH for issue in talks.sure if issue.closed]
    return np.bincount([day for day in days if day < months], minlength=months).astype(np.float64)


def per_meeting(others: Sequence[Talks]) -> Callable[[Snapshot], Forecasts]:
    """Issues close on meeting days only, each with the same chance. Gaps between meetings are resampled from the past.

    The chance has a Beta prior with the mean of other talks, updated by own meetings. The gap under way is resampled
    from the gaps that are longer than the time since the last meeting.
    """
    prior = pooled(others, PRIOR)
    return lambda snapshot: by_meetings(snapshot, others, prior)


def announced_target(others: Sequence[Talks]) -> Callable[[Snapshot], Forecasts]:
    """All issues close at the announced end, delayed by a slip of other talks. Without an announcement: per meeting.

    The latest announcement counts. Slips that would have ended the negotiation before the origin are left out.
    """
    theirs, else_ = slips(others), per_meeting(others)

    def forecast(snapshot: Snapshot) -> Forecasts:
        cdf = end_by_target(snapshot, theirs)
        return else_(snapshot) if cdf is None else {issue.name: cdf for issue in snapshot.targeted}

    return forecast


def end_by_target(snapshot: Snapshot, theirs: Floats) -> Floats | None:
    """The law of the end by the latest announcement and the slips of other talks; None without a usable one."""
    target = snapshot.announced
    if target is None or target.latest <= target.said:
        return None
    days = theirs * (target.latest - target.said).days - (snapshot.now.on - target.said).days
    days = days[days > 0]
    if not np.isfinite(days).any():
        return None
    after = np.arange(snapshot.horizon + 1)
    return np.asarray(np.searchsorted(np.sort(days), after, side="right") / len(days), dtype=np.float64)


#: The baselines in the order of the table. The aims refer to the last two.
BASELINES: dict[str, Forecaster] = {
    "nothing closes": nothing_closes,
    "constant hazard": constant_hazard,
    "Kaplan-Meier": kaplan_meier,
    "Weibull": weibull,
    "throughput": throughput,
    "per meeting": per_meeting,
    "target x slip": announced_target,
}
