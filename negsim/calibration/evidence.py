"""What a record says of the numbers of a scenario: a log-likelihood for each, effects by spreads within talks.

A record is cut off somewhere, and every cut has its term: a gap that is still under way and an announced date that has
not come true are *right-censored* (they took longer than so long); a closing of which nobody knows the day lies between
two meetings, *interval-censored*; an issue counts from the first meeting at which it could be closed and was seen,
*left-truncated*: what it stood through before tells nothing, as it would not be on record had it not stood it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from negsim.calibration.partial import Floats, Prior
from negsim.history.meetings import without_package
from negsim.history.scene import gaps
from negsim.history.talks import Talks

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class Number:
    """One number of the model: what is supposed of it, what a record says of it, and in what words."""

    prior: Prior
    log_likelihood: Callable[[Talks, Prior], Floats]
    file: str
    words: str


def between_meetings(talks: Talks, prior: Prior) -> Floats:
    """Days between meetings, lognormal; the gap under way when the record ends is longer than it is so far."""
    days = talks.meeting_days()
    under_way = (talks.until - days[-1]).days if days and talks.end != "concluded" else 0
    return lognormal(np.asarray(gaps(talks)), np.asarray([under_way] if under_way > 0 else []), prior)


def slip(talks: Talks, prior: Prior) -> Floats:
    """The time that the announced end of talks took by the time announced, lognormal; not yet come true: longer."""
    seen, running = [], []
    for target in talks.targets:
        announced = (target.latest - target.said).days
        if target.about != "end" or target.unsure or announced <= 0:
            continue
        if target.slip is not None:
            seen.append(target.slip)
        elif talks.until > target.said:
            running.append((talks.until - target.said).days / announced)
    return lognormal(np.asarray(seen), np.asarray(running), prior)


def lognormal(seen: Floats, longer: Floats, prior: Prior) -> Floats:
    """The log-likelihood of values that were seen, and of some of which only a lower bound is known."""
    from scipy.special import log_ndtr

    x, spread = prior.effects[:, None, None], prior.spreads_within[:, None]
    z = (np.log(np.maximum(seen, 0.5 if prior.centre > 5 else 1e-3)) - x) / spread
    z_longer = (np.log(longer) - x) / spread
    found = -(z**2 / 2 + np.log(spread)).sum(axis=-1) + np.asarray(log_ndtr(-z_longer)).sum(axis=-1)
    return np.asarray(found, dtype=np.float64)


@dataclass(frozen=True)
class Tries:
    """Meetings at which something could happen to an issue: ``stood`` in vain, and then what was seen.

    ``happened``: at the meeting after those. ``within``: at one of so many further meetings, nobody knows which.
    """

    stood: int
    happened: bool = False
    within: int = 0


def log_chance(tries: list[Tries], prior: Prior) -> Floats:
    """The log-likelihood of a chance a meeting."""
    p = prior.of_scale(prior.effects)
    log_not = np.log1p(-p)
    found = np.zeros_like(p)
    for each in tries:
        found = found + each.stood * log_not
        if each.happened:
            found = found + np.log(p)
        elif each.within:
            found = found + np.log(-np.expm1(each.within * log_not))
    return np.asarray(found[:, None], dtype=np.float64)


def closing(talks: Talks, prior: Prior) -> Floats:
    """The chance that a meeting closes an issue that was open before it; a package at the end of talks is no closing."""
    return log_chance(closing_tries(without_package(talks)), prior)


def closing_tries(talks: Talks) -> list[Tries]:
    """For each issue that was opened on a sure day, and not closed at once, the meetings after that."""
    days = np.asarray([day.toordinal() for day in talks.meeting_days()])
    found = []
    for issue in talks.issues:
        if issue.opened is None or issue.opened_unsure or issue.at_once:
            continue
        after = days[days > issue.opened.toordinal()]
        if issue.closed_unsure:
            if len(after):
                found.append(Tries(0, within=len(after)))
        elif issue.closed is None:
            found.append(Tries(len(after)))
        else:
            found.append(Tries(int(np.sum(after < issue.closed.toordinal())), happened=True))
    return found


def opening(talks: Talks, prior: Prior) -> Floats:
    """The chance that a meeting opens an issue that is on the list."""
    days = np.asarray([day.toordinal() for day in talks.meeting_days()])
    found = []
    for issue in talks.sure:
        if issue.opened is None:
            found.append(Tries(len(days)))
        else:
            found.append(Tries(int(np.sum(days < issue.opened.toordinal())), happened=True))
    return log_chance(found, prior)


def at_once(talks: Talks, prior: Prior) -> Floats:
    """The share of issues that were closed on the day of their opening."""
    opened = [issue for issue in talks.sure if issue.opened is not None]
    return log_chance([Tries(0, happened=True) if issue.at_once else Tries(1) for issue in opened], prior)


def cancelled(talks: Talks, prior: Prior) -> Floats:
    """The share of rounds that were not held, of those of which a record of rounds tells."""
    rounds = [meeting for meeting in talks.meetings if not meeting.unsure]
    # Only where a plan is on record would a cancelled round be, too.
    planned = [meeting for meeting in rounds if meeting.planned is not None or not meeting.held]
    return log_chance([Tries(1) if meeting.held else Tries(0, happened=True) for meeting in planned], prior)


def stalled(talks: Talks, prior: Prior) -> Floats:
    """The rate a year at which talks come to a stand for good: exponential; talks that did not are right-censored."""
    first = talks.first or min(talks.meeting_days(), default=None)
    rate = prior.of_scale(prior.effects)[:, None]
    if first is None:
        return np.zeros_like(rate)
    # Nothing new has come since the last meeting: that is when they stood still.
    end = max(talks.meeting_days()) if talks.end == "stalled" else talks.until
    years = max((end - first).days, 1) / DAYS_PER_YEAR
    return np.asarray((np.log(rate) if talks.end == "stalled" else 0.0) - rate * years, dtype=np.float64)


#: Every number that a record tells by a likelihood.
NUMBERS: dict[str, Number] = {
    "gap": Number(Prior("log", 60.0, 1.0, 0.7, (0.2, 2.0)), between_meetings, "rounds.csv and issues.csv", "days between meetings"),
    "close": Number(Prior("logit", 0.1, 1.5), closing, "issues.csv", "chance of a meeting to close an open issue"),
    "open": Number(Prior("logit", 0.1, 1.5), opening, "issues.csv", "chance of a meeting to open an issue on the list"),
    "at_once": Number(Prior("logit", 0.2, 1.5), at_once, "issues.csv", "share closed on the day of opening"),
    "slip": Number(Prior("log", 1.5, 0.5, 0.5, (0.1, 1.5)), slip, "announced_targets.csv", "slip of announced ends"),
    "cancelled": Number(Prior("logit", 0.1, 1.0, 0.5), cancelled, "rounds.csv", "share of planned rounds not held"),
    "stall": Number(Prior("log", 0.1, 1.0, 0.7), stalled, "issues.csv", "rate a year at which talks stall"),
}
