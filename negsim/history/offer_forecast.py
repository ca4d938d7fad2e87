"""Forecast what comes after an offer: the next offer of each side, the value of the settlement, and its day.

Method. The laws of `negsim.history.offer_laws` draw when the next event comes and what it is. The tactic of each side
is drawn from its posterior: the frequencies among other sides, weighted by the probability of what this side has done.
An offer follows the drawn tactic with its error. As soon as a side would concede as much as the other asks, it accepts
the other's last offer, as in the model. If days have passed since the last offer, the draws are conditioned on that
silence. Draws are keyed by the negotiation, the issue and the day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from negsim.history.concession import Tactics
from negsim.history.offer_laws import AT_LAST, AT_MEDIATOR, AT_OTHER, BETWEEN, OfferLaws
from negsim.history.offer_situations import Situation
from negsim.history.scores import generator

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

DRAWS = 4000
#: A run ends after so many days with offers; it then counts as never settled.
MOST = 40


@dataclass(frozen=True)
class Draws:
    """Futures of an issue, one element for each draw.

    Attributes:
        days: days to the settlement; infinite if there is none.
        values: the settlement as share of the way between the first demands; NaN without one, or if a side was silent.
        nexts: the next offer of side A and of side B as share of the way; NaN if it makes none.
        next_days: days to these offers.
    """

    days: Floats
    values: Floats
    nexts: tuple[Floats, Floats]
    next_days: tuple[Floats, Floats]


def forecast(laws: OfferLaws, now: Situation, draws: int = DRAWS) -> Draws:
    """Draw the future of an issue.

    >>> from datetime import date
    >>> from negsim.history import load_offers
    >>> from negsim.history.offer_laws import learn
    >>> from negsim.history.offer_situations import situation
    >>> records = load_offers("seeds/offers").negotiations
    >>> record = records["nba_2011"]
    >>> laws = learn([each for each in records.values() if each is not record])
    >>> found = forecast(laws, situation(record, record.dances[0], date(2011, 10, 28)))
    >>> 0.6 < float(np.nanmedian(found.values)) < 0.9
    True
    """
    rng = generator("offers", now.negotiation, now.issue, now.on)
    mean, deviation = laws.pace.posterior(now.gaps)
    pace = mean + deviation * rng.standard_normal(draws)
    pace, over, first = _waited(laws, pace, now.waited, rng)
    if now.open_share is None:
        return _of_a_silent_side(laws, pace, over, first, rng)
    run = _Run(laws, now, draws, rng)
    run.step(first, over)
    for _ in range(MOST - 1):
        if not run.alive.any():
            break
        run.step(np.exp(pace + laws.pace.within * rng.standard_normal(draws)), laws.over)
    return Draws(run.days, run.values, (run.nexts[0], run.nexts[1]), (run.next_days[0], run.next_days[1]))


def _waited(
    laws: OfferLaws, pace: Floats, waited: float, rng: np.random.Generator
) -> tuple[Floats, Floats | float, Floats]:
    """Paces, probabilities that nothing follows, and days to the next event, given the silence since the last offer.

    With ``S`` the probability that the next gap is longer than the silence, a draw counts ``over + (1 - over) S``.
    """
    from scipy.special import log_ndtr, ndtri_exp

    if waited <= 0:
        return pace, laws.over, np.exp(pace + laws.pace.within * rng.standard_normal(len(pace)))
    longer = log_ndtr(-(np.log(waited) - pace) / laws.pace.within)
    weights = laws.over + (1.0 - laws.over) * np.exp(longer)
    chosen = rng.choice(len(pace), size=len(pace), p=weights / weights.sum())
    pace, longer = pace[chosen], longer[chosen]
    # A normal draw above the silence: its survival function is uniform below that of the silence.
    above = -ndtri_exp(longer + np.log(1.0 - rng.random(len(pace))))
    return pace, laws.over / weights[chosen], np.exp(pace + laws.pace.within * above) - waited


def _of_a_silent_side(
    laws: OfferLaws, pace: Floats, over_now: Floats | float, gap: Floats, rng: np.random.Generator
) -> Draws:
    """Days to the settlement while a side is silent: a sum of gaps, each of which may be the last."""
    draws = len(pace)
    later = np.exp(pace + laws.pace.within * rng.standard_normal((MOST - 1, draws)))
    gaps = np.vstack([gap[None], later]).cumsum(axis=0)
    chances = np.vstack([np.broadcast_to(over_now, (1, draws)), np.full((MOST - 1, draws), laws.over)])
    over, settles = rng.random((MOST, draws)) < chances, rng.random((MOST, draws)) < laws.settle_silent
    first = (over | settles).argmax(axis=0)
    each = np.arange(draws)
    ends = settles[first, each] & ~over[first, each]
    days = np.where(ends, np.ceil(gaps[first, each]), np.inf)
    none = np.full(draws, np.nan)
    return Draws(days, none, (none, none), (none, none))


class _Run:
    """Many futures side by side. Concessions are shares of the way from a side's first demand to the other's."""

    def __init__(self, laws: OfferLaws, now: Situation, draws: int, rng: np.random.Generator) -> None:
        a, b = now.paths
        if a is None or b is None:
            raise ValueError("a side was silent")
        self.laws, self.rng, self.draws = laws, rng, draws
        weights = [laws.tactics.posterior(path) for path in (a, b)]
        self.tactics: list[Tactics] = [
            laws.tactics.tactics.take(rng.choice(len(each), size=draws, p=each)) for each in weights
        ]
        self.since = [float((now.on - path.start).days) for path in (a, b)]
        self.turn = [np.full(draws, float(path.turn)) for path in (a, b)]
        self.conceded = [np.full(draws, path.before) for path in (a, b)]
        self.given = [np.full(draws, path.given) for path in (a, b)]
        self.last = np.full(draws, now.last)
        self.mediator = None if now.mediator is None else now.share(now.mediator)
        self.clock, self.alive = np.zeros(draws), np.ones(draws, bool)
        self.days, self.values = np.full(draws, np.inf), np.full(draws, np.nan)
        self.nexts = [np.full(draws, np.nan) for _ in range(2)]
        self.next_days = [np.full(draws, np.nan) for _ in range(2)]

    def step(self, gap: Floats, over: Floats | float) -> None:
        """Go to the next day with an event, and let it happen."""
        laws, chance = self.laws, self.rng.random((3, self.draws))
        self.clock += gap
        self.alive &= chance[0] >= over
        settles = self.alive & (chance[1] < laws.settles(1.0 - self.conceded[0] - self.conceded[1]))
        self._settle(settles, self._settlement())
        both = chance[2] < laws.both
        other = self.rng.random(self.draws) < laws.other
        speaker = self.last.copy()
        for turn in (True, False):  # the side that did not speak last comes first
            for side in (0, 1):
                first = speaker != side
                self._offer(side, self.alive & (first if turn else ~first) & (both | (other == turn)))

    def _offer(self, side: int, speaks: Bools) -> None:
        """A side makes its next offer, or accepts the last offer of the other."""
        repeats = self.rng.random(self.draws) < self.laws.tactics.repeat
        noise = self.rng.standard_normal(self.draws)
        if not speaks.any():
            return
        tactics, before = self.tactics[side], self.conceded[side]
        expected = tactics.expected(self.since[side] + self.clock, self.turn[side], before, self.given[side])
        new = np.where(repeats, before, expected + tactics.sigma * noise)
        theirs = self.conceded[1 - side]
        accepts = speaks & (new + theirs >= 1.0)
        self._settle(accepts, 1.0 - theirs if side == 0 else theirs)
        speaks = speaks & ~accepts
        fresh = speaks & np.isnan(self.nexts[side])
        self.nexts[side][fresh] = (new if side == 0 else 1.0 - new)[fresh]
        self.next_days[side][fresh] = np.ceil(self.clock[fresh])
        self.given[1 - side][speaks] += np.maximum(0.0, new - before)[speaks]
        self.given[side][speaks] = 0.0
        self.conceded[side] = np.where(speaks, new, before)
        self.turn[side] += speaks
        self.last[speaks] = side

    def _settlement(self) -> Floats:
        """The value of a settlement that comes now, as share of the way from the first demand of side A."""
        a, b = self.conceded[0], 1.0 - self.conceded[1]
        mine, theirs = np.where(self.last == 0, a, b), np.where(self.last == 0, b, a)
        weights = self.laws.places.copy()
        if self.mediator is None:
            weights[AT_MEDIATOR] = 0.0
        place = self.rng.choice(5, size=self.draws, p=weights / weights.sum())
        between = mine + self.rng.beta(self.laws.spread, self.laws.spread, self.draws) * (theirs - mine)
        excess = self.rng.exponential(self.laws.excess, self.draws)
        beyond = np.where(self.rng.random(self.draws) < 0.5, np.minimum(a, b) - excess, np.maximum(a, b) + excess)
        mediator = np.full(self.draws, np.nan if self.mediator is None else self.mediator)
        return np.asarray(np.select(
            [place == AT_LAST, place == AT_OTHER, place == AT_MEDIATOR, place == BETWEEN],
            [mine, theirs, mediator, between],
            beyond,
        ))  # fmt: skip

    def _settle(self, which: Bools, value: Floats) -> None:
        self.days[which] = np.ceil(self.clock[which])
        self.values[which] = value[which]
        self.alive &= ~which
