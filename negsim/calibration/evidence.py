"""The evidence of a record about the numbers of a scenario, as log-likelihoods (effects by spreads).

Each kind of missing information has its term. *Right-censored*: a gap under way, an announced date still to come and an
open issue take longer than so far. *Interval-censored*: a closing without a known day lies between two meetings.
*Left-truncated*: an issue counts from the first meeting at which it was open, since an issue closed before would not be
on record as open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from negsim.calibration.partial import Floats, Prior
from negsim.history import Talks, gaps, last_alive, pauses, without_package, years_met


class Seen(Protocol):
    """Observations of a number in one negotiation."""

    def __len__(self) -> int:
        """The number of observations."""

    def log_likelihood(self, prior: Prior) -> Floats:
        """The log-likelihood of every effect and spread on the grid of the prior."""


@dataclass(frozen=True)
class Values:
    """Values of a lognormal law whose median is the effect: known ones, and lower bounds of censored ones."""

    seen: Sequence[float]
    larger: Sequence[float] = ()

    def __len__(self) -> int:
        """The number of values, censored ones included."""
        return len(self.seen) + len(self.larger)

    def log_likelihood(self, prior: Prior) -> Floats:
        """Normal densities and tails on the scale of the logarithm."""
        from scipy.special import log_ndtr

        x, spread = prior.effects[:, None, None], prior.spreads_within[:, None]
        z = (np.log(np.asarray(self.seen, dtype=np.float64)) - x) / spread
        beyond = (np.log(np.asarray(self.larger, dtype=np.float64)) - x) / spread
        density = -(z**2 / 2 + np.log(spread)).sum(axis=-1)
        return np.asarray(density + log_ndtr(-beyond).sum(axis=-1), dtype=np.float64)


@dataclass(frozen=True)
class Try:
    """The chance of an event at every meeting, for one issue.

    ``stood``: the meetings without the event. ``happened``: it came at the next meeting. ``within``: it came at one of
    so many further meetings, and the record does not say which.
    """

    stood: int
    happened: bool = False
    within: int = 0

    @property
    def tells(self) -> bool:
        """Whether there was a meeting."""
        return self.stood > 0 or self.happened or self.within > 0


@dataclass(frozen=True)
class Tries:
    """Tries of a chance, which is the effect."""

    tries: Sequence[Try]

    def __len__(self) -> int:
        """The number of issues with a meeting."""
        return sum(each.tells for each in self.tries)

    def log_likelihood(self, prior: Prior) -> Floats:
        """Geometric terms: ``(1 - p)^stood``, times ``p``, or ``1 - (1 - p)^within``, or nothing if it is censored.

        A share ``w`` of issues stays: an event has the factor ``1 - w``, and a censored term is
        ``w + (1 - w) (1 - p)^stood``.
        """
        p, stay = prior.of_scale(prior.effects)[:, None], prior.spreads_within
        log_not = np.log1p(-p)
        found = np.zeros((len(p), len(stay)))
        for each, number in Counter(self.tries).items():
            none = each.stood * log_not
            if each.happened:
                term = none + np.log(p) + np.log1p(-stay)
            elif each.within:
                term = none + np.log(-np.expm1(each.within * log_not)) + np.log1p(-stay)
            else:
                term = none if prior.within is None else np.log(stay + (1.0 - stay) * np.exp(none))
            found = found + number * term
        return np.asarray(found, dtype=np.float64)


@dataclass(frozen=True)
class Exposure:
    """Years under a yearly rate, which is the effect, and whether the event came at their end."""

    years: float
    happened: bool

    def __len__(self) -> int:
        """One, or 0 without any exposure."""
        return int(self.years > 0)

    def log_likelihood(self, prior: Prior) -> Floats:
        """The exponential density or tail."""
        rate = prior.of_scale(prior.effects)[:, None]
        return np.asarray((np.log(rate) if self.happened else 0.0) - rate * self.years, dtype=np.float64)


def between_meetings(talks: Talks) -> Values:
    """Days between meetings; the gap under way at the end of the record is censored."""
    days = talks.meeting_days()
    under_way = (talks.until - days[-1]).days if days and talks.end == "running" else 0
    return Values([float(gap) for gap in gaps(talks)], [float(under_way)] if under_way > 0 else [])


def announced(talks: Talks) -> Values:
    """The actual time to the end divided by the announced time, for each announcement of the end.

    An end that did not come is censored when the negotiation last met, or by the end of the record.
    """
    seen, larger = [], []
    for target in talks.targets:
        days = (target.latest - target.said).days
        if target.about != "end" or target.unsure or days <= 0:
            continue
        if target.slip is not None:
            # An event on the day of its announcement took half a day.
            seen.append(max(target.slip, 0.5 / days))
        elif last_alive(talks) > target.said:
            larger.append((last_alive(talks) - target.said).days / days)
    return Values(seen, larger)


def closings(talks: Talks) -> Tries:
    """Issues with a known opening that were not closed at once, at the meetings after the opening.

    An issue closed in the final package counts as open at the meeting before.
    """
    found = []
    talks = without_package(talks)
    days = _ordinals(talks)
    for issue in talks.issues:
        if issue.opened is None or issue.opened_unsure or issue.at_once:
            continue
        after = days[days > issue.opened.toordinal()]
        if issue.closed_unsure:
            found += [Try(0, within=len(after))] if len(after) else []
        elif issue.closed is None:
            found.append(Try(len(after)))
        else:
            found.append(Try(int(np.sum(after < issue.closed.toordinal())), happened=True))
    return Tries(found)


def openings(talks: Talks) -> Tries:
    """Issues on the list, at the meetings until they were opened; see `Talks.stepwise`."""
    if not talks.stepwise:
        return Tries([])
    days = _ordinals(talks)
    return Tries(
        [
            Try(len(days)) if issue.opened is None else Try(int(np.sum(days < issue.opened.toordinal())), happened=True)
            for issue in talks.sure
        ]
    )


def closings_at_once(talks: Talks) -> Tries:
    """Whether an opened issue was closed on the same day."""
    opened = [issue for issue in talks.sure if issue.opened is not None and talks.stepwise]
    return Tries([Try(0, happened=True) if issue.at_once else Try(1) for issue in opened])


def cancellations(talks: Talks) -> Tries:
    """Whether rounds were held; a cancelled one that is not on record makes the share too small."""
    known = [meeting for meeting in talks.meetings if not meeting.unsure]
    return Tries([Try(1) if meeting.held else Try(0, happened=True) for meeting in known])


def between_steps(talks: Talks) -> Values:
    """Days between steps. The pause under way tells whether the negotiation has stalled, so it is no evidence here."""
    return Values(pauses(talks))


def stalls(talks: Talks) -> Exposure:
    """Years of exposure to the hazard of a stall, and whether the negotiation stalled."""
    return _exposure(talks, "stalled")


def conclusions(talks: Talks) -> Exposure:
    """Years of exposure to the hazard of a conclusion, and whether the negotiation was concluded."""
    return _exposure(talks, "concluded")


def _exposure(talks: Talks, end: str) -> Exposure:
    """Years from the first meeting to the end, for one of two competing hazards: both have the same exposure.

    A negotiation that stalled ended on the day of its last meeting, although that is known only afterwards.
    """
    years = years_met(talks)
    return Exposure(years, years > 0 and talks.end == end)


def _ordinals(talks: Talks) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.asarray([day.toordinal() for day in talks.meeting_days()], dtype=np.int64)


@dataclass(frozen=True)
class Number:
    """A number of the model that records inform: its prior, its observations, and its words."""

    prior: Prior
    seen: Callable[[Talks], Seen]
    words: str
    file: str
    observations: str


#: The share of issues that stay: from one in fifty to nine in ten.
STAY = (0.02, 0.9)

#: Every number with a likelihood. The priors are judgement: wide, with plausible centres.
NUMBERS: dict[str, Number] = {
    "gap": Number(
        Prior("log", 60.0, 1.0, 0.7, (0.2, 2.0)),
        between_meetings,
        "days between meetings",
        "rounds.csv and issues.csv",
        "gaps between meetings",
    ),
    "close": Number(
        Prior("logit", 0.1, 1.5, within=STAY),
        closings,
        "chance per meeting to close",
        "issues.csv",
        "issues that were open at meetings",
    ),
    "open": Number(
        Prior("logit", 0.1, 1.5, within=STAY),
        openings,
        "chance per meeting to open",
        "issues.csv",
        "issues that were to be opened",
    ),
    "at_once": Number(
        Prior("logit", 0.2, 1.5), closings_at_once, "share closed on opening", "issues.csv", "issues opened"
    ),
    "slip": Number(
        Prior("log", 1.5, 0.5, 0.5, (0.1, 1.5)),
        announced,
        "slip of announced ends",
        "announced_targets.csv",
        "announced ends of talks",
    ),
    "cancelled": Number(
        Prior("logit", 0.1, 1.0, 0.5),
        cancellations,
        "share of rounds cancelled",
        "rounds.csv",
        "rounds, held or cancelled",
    ),
    "pause": Number(
        Prior("log", 180.0, 1.0, 0.7, (0.2, 2.0)),
        between_steps,
        "days between steps",
        "issues.csv",
        "pauses between steps",
    ),
    "stall": Number(
        Prior("log", 0.1, 1.0, 0.7), stalls, "stalls per year", "issues.csv and rounds.csv", "records of talks"
    ),
    "conclude": Number(
        Prior("log", 0.3, 1.0, 0.7),
        conclusions,
        "conclusions per year",
        "issues.csv and rounds.csv",
        "records of talks",
    ),
}
