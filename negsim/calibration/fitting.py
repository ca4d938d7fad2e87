"""The distribution of every number for one negotiation on a day: other negotiations as the prior, then the own past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from negsim.calibration.evidence import NUMBERS, Seen
from negsim.calibration.partial import Floats, Law
from negsim.history import Pace, Snapshot, Talks, generator, pace_of, paced

#: The weight of an announced date against the pace so far: the mean over the variants of our forecaster.
TRUST = 0.75
#: Draws of laws without a simple form, and the number of equally likely days of the end.
DRAWS, VALUES = 4000, 40
#: The longest time to the end, in days.
MOST_DAYS = 36525


@dataclass(frozen=True)
class Features:
    """The features of a scenario from a record; each can be switched off for ablation.

    Args:
        announced: Announced dates inform the end of the negotiation.
        pace: The pace so far informs the end.
        end: All open issues are settled together at the end.
        stalls: The negotiation may stall permanently.
        own_past: The own past informs the numbers, and not other negotiations alone.
    """

    announced: bool = True
    pace: bool = True
    end: bool = True
    stalls: bool = True
    own_past: bool = True


class Teaching:
    """The likelihoods of every number in each of some negotiations, computed once."""

    def __init__(self, others: Sequence[Talks]) -> None:
        self.others = tuple(others)
        self.seen = {name: [number.seen(talks) for talks in others] for name, number in NUMBERS.items()}
        self._likelihoods = {
            name: [each.log_likelihood(NUMBERS[name].prior) for each in seen] for name, seen in self.seen.items()
        }
        self.pace: Pace = pace_of([talks for talks in others if talks.issues])

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
            laws[name] = number.prior.posterior(self._likelihoods[name], mine)
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
    def paced(self) -> bool:
        """Whether the pace so far informs the end."""
        return self.features.pace and self.snapshot.talks.stepwise

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

    def close_unopened(self) -> tuple[float, float]:
        """A Beta law of the chance per meeting to close an issue not yet opened: as slow as to open and then close it.

        On average an issue needs ``1 / open`` meetings until it is opened and, if it is not closed at once, ``1 /
        close`` more.
        """
        random = generator("unopened", self.snapshot.talks.id, self.snapshot.now.on)
        opening, close, once = (self.laws[name].draws(random, DRAWS)[0] for name in ("open", "close", "at_once"))
        chance = 1.0 / (1.0 / opening + (1.0 - once) / close)
        mean, variance = float(chance.mean()), float(chance.var())
        strength = mean * (1.0 - mean) / variance - 1.0
        return mean * strength, (1.0 - mean) * strength

    def ends(self) -> Floats:
        """The days to the end, as equally likely values in ascending order.

        The latest announcement times a slip and the pace so far are pooled; the announcement has the weight `TRUST`.
        The announcement alone counts if openings do not happen at meetings, see `Talks.stepwise`.
        """
        random = generator("end", self.snapshot.talks.id, self.snapshot.now.on)
        pace = self.taught.pace
        days = np.exp(pace.mean + pace.spread * random.standard_normal(DRAWS)) * paced(self.snapshot)
        announced = self.announced()
        if announced is not None and not self.paced:
            days = announced
        elif announced is not None:
            days = np.concatenate([announced, days[: round(DRAWS * (1.0 / TRUST - 1.0))]])
        values = np.quantile(days, (np.arange(VALUES) + 0.5) / VALUES)
        return np.clip(np.ceil(values), 1, MOST_DAYS)

    def announced(self) -> Floats | None:
        """Draws of the days to the end by the latest announcement, given that it has not come; None without one."""
        from scipy.special import ndtr, ndtri

        target = self.snapshot.announced if self.features.announced else None
        if target is None or target.latest <= target.said:
            return None
        random = generator("announced", self.snapshot.talks.id, self.snapshot.now.on)
        whole, gone = (target.latest - target.said).days, (self.snapshot.now.on - target.said).days
        middle, spread = self.laws["slip"].draws(random, DRAWS)
        over = ndtr(np.log(max(gone, 0.5) / whole / middle) / spread)
        u = np.clip(over + (1.0 - over) * random.random(DRAWS), 0.0, 1.0 - 1e-9)
        return np.asarray(middle * np.exp(spread * ndtri(u)) * whole - gone, dtype=np.float64)

    def slip(self) -> tuple[float, float]:
        """Median and 90 % quantile of the slip of a further announcement."""
        random = generator("slip", self.snapshot.talks.id, self.snapshot.now.on)
        middle, spread = self.laws["slip"].draws(random, DRAWS)
        median, q90 = np.quantile(middle * np.exp(spread * random.standard_normal(DRAWS)), [0.5, 0.9])
        return float(median), float(q90)
