"""Whether a negotiation is concluded at all: the share of a mixture cure model, from a few signs.

A part of negotiations is never concluded, however long one waits (Farewell 1982, Biometrics 38:1041-1046). On a day
with a snapshot, a negotiation belongs to the others, which are concluded, with the probability ``w``:

    logit w = b0 + u(subject) + b1 earlier + b2 many + b3 log(1 + years)

``subject``, ``earlier`` and ``many`` are facts of the first day (`Start`). ``years`` are those since somebody last
announced a date for the end; before the first announcement, those since the first meeting. As long as a negotiation is
to be concluded, somebody says by when; when nobody does so any more, it stands still.

The coefficients are learned from other negotiations, seen each quarter of a year (landmarks: van Houwelingen 2007,
Scand. J. Stat. 34:70-85), and from those of which only the start and the end are on record, seen on their first day.
The latter have a level of their own, because they were chosen in another way. All landmarks have the same weight, and
together that of the number of their negotiations. If each negotiation had the same weight instead, the first days of
long records would count for little. Most of these stalled, so that every new negotiation would look like one that ends.

A further sign may be given: the logarithm of a likelihood ratio of the two classes. Its coefficient would be 1 if it
were independent of the other signs.

The signs were chosen by the likelihood of left-out negotiations, before any forecast with them was scored
(`python benchmarks/signs_of_conclusion.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import numpy as np

from negsim.history.logistic import Logistic, fit_logistic
from negsim.history.negotiations import Talks
from negsim.history.snapshot import Floats, Snapshot
from negsim.history.start import SUBJECTS, Start
from negsim.quantities import DAYS_PER_YEAR

#: Days between landmarks.
EVERY = 91
#: The standard deviation of a coefficient under the prior, around 0, and of the effect of a subject (judgement).
PRIOR, SUBJECT = 2.0, 1.0
_DEVIATIONS = np.array([PRIOR, PRIOR, PRIOR, PRIOR, PRIOR, *(SUBJECT for _ in SUBJECTS)])


def unannounced(snapshot: Snapshot, announcements: bool = True) -> float:
    """Years since somebody last announced a date for the end; without an announcement, since the first meeting.

    Args:
        snapshot: The negotiation on a day.
        announcements: Whether announcements are used.

    >>> from datetime import date
    >>> from negsim.history import load
    >>> cyprus = load("seeds/histories")["cyprus"]
    >>> round(unannounced(Snapshot.of(cyprus, date(2014, 1, 4), 30)), 1)
    2.0
    """
    said = [target.said for target in snapshot.now.targets if target.about == "end"] if announcements else []
    since = max(said, default=snapshot.days[0] if snapshot.days else snapshot.now.on)
    return max((snapshot.now.on - since).days, 0) / DAYS_PER_YEAR


def signs(start: Start, years: float = 0.0, outline: bool = False) -> Floats:
    """A one, the years without an announcement (logarithm), facts of the first day, and whether all is an outline.

    >>> signs(Start("arms", earlier=True), years=1.0)[:5].round(2).tolist()
    [1.0, 0.69, 1.0, 0.0, 0.0]
    """
    subjects = [float(start.subject == subject) for subject in SUBJECTS]
    return np.array([1.0, np.log1p(years), float(start.earlier), float(start.many), float(outline), *subjects])


@cache
def landmarks(talks: Talks) -> tuple[Snapshot, ...]:
    """A negotiation each quarter, from its first opening or else its first meeting to its end."""
    first = talks.first or next(iter(talks.meeting_days()), None)
    if first is None:
        return ()
    days = range(0, max((talks.until - first).days, 1), EVERY)
    return tuple(Snapshot.of(talks, first + timedelta(days=n), 1) for n in days)


def weight_of_landmarks(talks: Sequence[Talks]) -> float:
    """The weight of a landmark, so that all landmarks together have that of the number of negotiations."""
    return len(talks) / max(sum(len(landmarks(each)) for each in talks), 1)


@cache
def _signs(talks: Talks, announcements: bool) -> Floats:
    """The signs at each landmark, by landmarks; those of an outline on its first day."""
    if talks.outline:
        return signs(talks.start, outline=True)[None]
    seen = [signs(talks.start, unannounced(each, announcements)) for each in landmarks(talks)]
    return np.asarray(seen).reshape(-1, len(_DEVIATIONS))


@dataclass(frozen=True)
class Concluding:
    """The law of the coefficients."""

    law: Logistic
    announcements: bool = True

    def probability(self, snapshot: Snapshot, *further: float) -> float:
        """The probability that the negotiation is concluded at some time, averaged over the coefficients.

        Args:
            snapshot: The negotiation on a day.
            further: The further sign, if the coefficients were learned with one.
        """
        own = signs(snapshot.talks.start, unannounced(snapshot, self.announcements))
        return self.law.probability([*own, *further])


def concluding(
    others: Sequence[Talks],
    announcements: bool = True,
    further: Callable[[Talks], Sequence[float]] | None = None,
) -> Concluding:
    """The coefficients from other negotiations; those still running tell nothing.

    Args:
        others: Records of other negotiations.
        announcements: Whether announcements are used as a sign.
        further: A further sign of a negotiation at each of its `landmarks`; it is 0 for an outline.

    >>> from datetime import date
    >>> from negsim.history import load
    >>> record = load("seeds/histories")
    >>> law = concluding([talks for talks in record.all if talks.id != "cyprus"])
    >>> [round(law.probability(Snapshot.of(record["cyprus"], date(y, 9, 3), 30)), 1) for y in (2008, 2013, 2018)]
    [0.3, 0.1, 0.1]
    """
    size = len(_DEVIATIONS) + (further is not None)
    rows, ended, weights = [np.zeros((0, size))], [np.zeros(0)], [np.zeros(0)]
    telling = [talks for talks in others if talks.end != "running" and len(_signs(talks, announcements))]
    weight = weight_of_landmarks([talks for talks in telling if not talks.outline])
    for talks in telling:
        seen = _signs(talks, announcements)
        more = [] if further is None else [[0.0] if talks.outline else further(talks)]
        rows.append(np.column_stack([seen, *more]))
        ended.append(np.full(len(seen), float(talks.end == "concluded")))
        weights.append(np.full(len(seen), 1.0 if talks.outline else weight))
    deviations = _DEVIATIONS if further is None else np.append(_DEVIATIONS, PRIOR)
    law = fit_logistic(np.concatenate(rows), np.concatenate(ended), np.concatenate(weights), deviations)
    return Concluding(law, announcements)
