"""Meetings of negotiations that are concluded, and of those that are not.

A mixture of two classes needs the law of each. The likelihood of left-out negotiations decided, before any forecast was
scored: the gaps depend on the class, and the chances per meeting do not (`python benchmarks/meetings_by_end.py`; the
tables are in docs/track-record.md). In a negotiation that is not concluded, meetings become rare and stop: its last
gap, from the last meeting to the end of the record, is censored. Closings per year are then rarer too.

The own gaps also tell the class. The logarithm of the ratio of their likelihoods is a sign of
`negsim.history.concluding`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from negsim.calibration.evidence import NUMBERS, Values, between_meetings
from negsim.calibration.partial import Floats, Law
from negsim.history import Talks, landmarks

#: The classes.
ENDS = ("concluded", "stalled")
_PRIOR = NUMBERS["gap"].prior


def meetings_to_the_end(talks: Talks) -> Values:
    """Days between meetings; the silence at the end of a record is censored, unless the end was a conclusion.

    In `between_meetings` a negotiation that stalled has no such silence: there a rate of stalls describes it.
    """
    seen = between_meetings(talks)
    days = talks.meeting_days()
    silent = (talks.until - days[-1]).days if days and talks.end == "stalled" else 0
    return Values(seen.seen, [float(silent)]) if silent > 0 else seen


@cache
def _integrated(talks: Talks) -> Floats:
    """The evidence of the gaps of one negotiation for the law of its class."""
    return _PRIOR.integrated(likelihood(talks))


@cache
def likelihood(talks: Talks) -> Floats:
    """The log-likelihood of the gaps of a negotiation up to the end of its record: effects by spreads within."""
    return meetings_to_the_end(talks).log_likelihood(_PRIOR)


class Meetings:
    """The law of the gaps in each class, learned from negotiations whose end is known.

    Args:
        others: Records of other negotiations. Those that still run have no class, so they tell nothing.

    >>> from negsim.history import load
    >>> law = Meetings([talks for talks in load("seeds/histories").talks.values() if talks.id != "cyprus"])
    >>> [law.law(concluded).ppf(0.5).round(-1).item() for concluded in (True, False)]
    [30.0, 50.0]
    """

    def __init__(self, others: Sequence[Talks]) -> None:
        nothing = _PRIOR.integrated(Values([]).log_likelihood(_PRIOR))
        concluded, stalled = self.classes = [[talks for talks in others if talks.end == end] for end in ENDS]
        self._sums = (sum(map(_integrated, concluded), nothing), sum(map(_integrated, stalled), nothing))
        self._weights = _PRIOR.by_class(self._sums)

    def law(self, concluded: bool, own: Talks | None = None) -> Law:
        """The law of the gaps of a negotiation, if it is concluded, or if it is not; ``own`` is its record so far."""
        return _PRIOR.updated(self._weights[not concluded], None if own is None else likelihood(own))

    def observations(self, concluded: bool) -> int:
        """The number of gaps in a class."""
        return sum(len(meetings_to_the_end(talks)) for talks in self.classes[not concluded])

    def evidence(self, own: Talks) -> float:
        """The logarithm of the likelihood of the own gaps if the negotiation is concluded, less that if it is not."""
        return _ratio(self._weights, own)

    def evidence_at_landmarks(self, talks: Talks) -> list[float]:
        """`evidence` at the landmarks of one of the negotiations, which is left out of the laws of the classes."""
        concluded, stalled = self._sums
        if talks.end == "concluded":
            concluded = concluded - _integrated(talks)
        else:
            stalled = stalled - _integrated(talks)
        weights = _PRIOR.by_class((concluded, stalled))
        return [_ratio(weights, snapshot.talks) for snapshot in landmarks(talks)]


def _ratio(weights: tuple[Floats, Floats], own: Talks) -> float:
    log = likelihood(own)
    relative = np.exp(log - log.max())
    concluded, stalled = (float((each * relative).sum()) for each in weights)
    return float(np.log(concluded / stalled))
