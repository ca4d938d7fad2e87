"""The distribution of every number for one negotiation on a day: other negotiations as the prior, then the own past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from negsim.calibration.by_end import Meetings
from negsim.calibration.evidence import NUMBERS, Seen
from negsim.calibration.partial import Floats, Law, ratio_of
from negsim.history import (
    Concluding,
    Snapshot,
    Talks,
    Target,
    TimeToEnd,
    ahead,
    concluding,
    generator,
    issue_stays,
    pause_so_far,
    standing_still,
    time_to_end,
)

#: Draws of laws without a simple form, and the number of equally likely days of the end and chances of an issue.
DRAWS, VALUES, CHANCES = 4000, 40, 20
#: Equally likely rows of what depends on whether the negotiation is concluded.
ROWS = 100
#: The chance of an issue that stays. It is not 0, because the end of the negotiation settles all issues.
NEVER = 1e-6
#: The longest time to the end, in days.
MOST_DAYS = 36525


@dataclass(frozen=True)
class Features:
    """The features of a scenario from a record; each can be switched off for ablation.

    Args:
        announced: Announced dates inform the end of the negotiation.
        end: All open issues are settled together at the end.
        own_past: The own past informs the numbers, and not other negotiations alone.
        stayers: The negotiation may never be concluded, and an issue may stay. Without, negotiations stall at a rate.
    """

    announced: bool = True
    end: bool = True
    own_past: bool = True
    stayers: bool = True


class Teaching:
    """The likelihoods of every number in each of some negotiations, computed once.

    Args:
        teachers: Records of other negotiations. Those of which only the start and the end are on record tell only
            whether a negotiation is concluded.
    """

    def __init__(self, teachers: Sequence[Talks]) -> None:
        others = [talks for talks in teachers if not talks.outline]
        self.others = tuple(others)
        self.outlines = sum(talks.outline and talks.end != "running" for talks in teachers)
        self.seen = {name: [number.seen(talks) for talks in others] for name, number in NUMBERS.items()}
        self._pooled = {
            name: number.prior.pooled([each.log_likelihood(number.prior) for each in self.seen[name]])
            for name, number in NUMBERS.items()
        }
        self.ends: dict[bool, TimeToEnd] = {known: time_to_end(others, known) for known in (True, False)}
        self.meetings = Meetings(others)
        evidence = cache(self.meetings.evidence_at_landmarks)
        self.concluding: dict[bool, Concluding] = {
            known: concluding(teachers, known, evidence) for known in (True, False)
        }

    @property
    def telling(self) -> list[Talks]:
        """The negotiations with any observation."""
        return [talks for n, talks in enumerate(self.others) if any(len(seen[n]) for seen in self.seen.values())]

    def of(self, snapshot: Snapshot, features: Features | None = None) -> Fit:
        """The fit for one negotiation, from the others and from its own past."""
        features = features or Features()
        own = {name: number.seen(snapshot.talks) for name, number in NUMBERS.items()}
        laws = {}
        for name, number in NUMBERS.items():
            mine = own[name].log_likelihood(number.prior) if features.own_past else None
            laws[name] = number.prior.updated(self._pooled[name], mine)
        return Fit(snapshot, laws, self, own, features)


@dataclass(frozen=True)
class Fit:
    """The distributions of all numbers of a negotiation on the day of the snapshot."""

    snapshot: Snapshot
    laws: dict[str, Law]
    taught: Teaching
    own: dict[str, Seen]
    features: Features

    @property
    def dated(self) -> bool:
        """Whether the end has a law of its day; on a tracker's agenda without an announced end there is only a rate."""
        return self.snapshot.talks.stepwise or (self.features.announced and self.snapshot.announced is not None)

    @property
    def announced(self) -> Target | None:
        """The date ahead that was last announced for the end; None without one."""
        return ahead(self.snapshot) if self.features.announced else None

    @property
    def mixed(self) -> bool:
        """Whether the negotiation is concluded with a probability, and its end and its meetings depend on that."""
        return self.dated and self.features.stayers

    def concludes(self) -> float:
        """The probability that the negotiation is concluded at some time; see `Concluding`.

        A sign is the evidence of its own gaps between meetings; see `Meetings`.
        """
        if not self.features.stayers:
            return 1.0
        law = self.taught.concluding[self.features.announced]
        own = self.taught.meetings.evidence(self.snapshot.talks) if self.features.own_past else 0.0
        return law.probability(self.snapshot, own)

    def gaps(self, concluded: bool) -> Law:
        """The law of the gaps between meetings, if the negotiation is concluded, or if it is not."""
        return self.taught.meetings.law(concluded, self.snapshot.talks if self.features.own_past else None)

    def rows(self) -> tuple[Floats, Floats, Floats]:
        """Days to the end, and median and 90 % quantile of the gaps between meetings, as equally likely rows.

        The share `concludes` of the rows has an end and the gaps of a negotiation that is concluded. The others have
        no end within `MOST_DAYS`, and the gaps of one that is not.
        """
        random = generator("rows", self.snapshot.talks.id, self.snapshot.now.on)
        many = round(ROWS * self.concludes())
        ends, medians, quantiles = [self.ends(many), np.full(ROWS - many, float(MOST_DAYS))], [], []
        for concluded, number in ((True, many), (False, ROWS - many)):
            median, spread = self.gaps(concluded).spaced(number)
            # An early end is no sign of short gaps.
            order = random.permutation(number)
            medians.append(median[order])
            quantiles.append(median[order] * ratio_of(spread[order]))
        return np.concatenate(ends), np.concatenate(medians), np.concatenate(quantiles)

    def observations(self, name: str) -> tuple[int, int]:
        """The number of observations from other negotiations, and from this one."""
        return sum(map(len, self.taught.seen[name])), len(self.own[name])

    def source(self, name: str) -> str:
        """The source of a number, for a scenario file."""
        number = NUMBERS[name]
        theirs, mine = self.observations(name)
        which = sum(len(seen) > 0 for seen in self.taught.seen[name])
        return (
            f"history: {number.file}, {theirs} {number.observations} from {which} other talks, {mine} of its own by "
            f"{self.snapshot.now.on}; partial pooling"
        )

    def source_of_concluding(self) -> str:
        """The source of `concludes`, for a scenario file."""
        ended = [talks.end == "concluded" for talks in self.taught.others if talks.end != "running"]
        return (
            f"history: talks.csv and ends.csv, {sum(ended)} of {len(ended)} other talks were concluded, and "
            f"{self.taught.outlines} more have an end on record; the probability follows from the subject, the sides, "
            "earlier talks, the years without an announced end, and the gaps between its meetings"
        )

    def source_of_gaps(self) -> str:
        """The source of the gaps by class, for a scenario file."""
        mine = len(self.own["gap"])
        counts = [sum(len(talks.meeting_days()) > 1 for talks in theirs) for theirs in self.taught.meetings.classes]
        return (
            f"history: {NUMBERS['gap'].file}, gaps between meetings of {counts[0]} other talks that were concluded "
            f"and of {counts[1]} that were not, {mine} of its own by {self.snapshot.now.on}; partial pooling"
        )

    def stands_still(self) -> float:
        """The probability that the negotiation has stalled since its last step; see `standing_still`."""
        from scipy.special import ndtr

        if not self.features.stayers:
            return 0.0
        random = generator("still", self.snapshot.talks.id, self.snapshot.now.on)
        rate = self.laws["stall"].draws(random, DRAWS)[0]
        median, spread = self.laws["pause"].draws(random, DRAWS)
        silent = pause_so_far(self.snapshot.talks)
        return float(standing_still(rate, silent, ndtr(-np.log(max(silent, 0.5) / median) / spread)).mean())

    def close(self, stood: int) -> Floats:
        """The chance per meeting to close an issue that some meetings did not close, as equally likely values.

        It is `NEVER` in the part of the draws in which the issue stays.
        """
        random = generator("close", self.snapshot.talks.id, self.snapshot.now.on, stood)
        chance, share = self.laws["close"].draws(random, DRAWS)
        return self._values(random, chance, self._stays(share, chance, stood))

    def close_unopened(self) -> Floats:
        """The chance per meeting to close an issue not yet opened: as slow as to open and then close it.

        On average an issue needs ``1 / open`` meetings until it is opened and, if it is not closed at once, ``1 /
        close`` more. It may stay unopened, or open.
        """
        random = generator("unopened", self.snapshot.talks.id, self.snapshot.now.on)
        opening, unopened = self.laws["open"].draws(random, DRAWS)
        close, open_ = self.laws["close"].draws(random, DRAWS)
        once = self.laws["at_once"].draws(random, DRAWS)[0]
        chance = 1.0 / (1.0 / opening + (1.0 - once) / close)
        moves = 1.0 - self._stays(unopened, opening, len(self.snapshot.days))
        return self._values(random, chance, 1.0 - moves * (1.0 - self._stays(open_, close, 0) * (1.0 - once)))

    def _stays(self, share: Floats, chance: Floats, stood: int) -> Floats:
        return issue_stays(share, chance, stood) if self.features.stayers else np.zeros_like(share)

    def _values(self, random: np.random.Generator, chance: Floats, stays: Floats) -> Floats:
        moves = random.random(DRAWS) >= stays
        return np.quantile(np.where(moves, chance, NEVER), (np.arange(CHANCES) + 0.5) / CHANCES)

    def ends(self, number: int = VALUES) -> Floats:
        """The days to the end of a negotiation that is concluded, as equally likely values; see `TimeToEnd`."""
        days = self.taught.ends[self.features.announced].quantiles(self.snapshot, number)
        return np.clip(np.ceil(days), 1, MOST_DAYS)

    def slip(self) -> tuple[float, float]:
        """Median and 90 % quantile of the slip of a further announcement."""
        random = generator("slip", self.snapshot.talks.id, self.snapshot.now.on)
        middle, spread = self.laws["slip"].draws(random, DRAWS)
        median, q90 = np.quantile(middle * np.exp(spread * random.standard_normal(DRAWS)), [0.5, 0.9])
        return float(median), float(q90)
