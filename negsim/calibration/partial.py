"""Partial pooling on a grid: the distribution of a number in one negotiation, from others and from its own record.

Every number has the same form. On an unbounded scale (`Prior.scale`: the logarithm, or the logit of a chance) each
negotiation has an effect, ``x_t ~ Normal(m, s)``. Its record gives the likelihood of the effect, ``L_t(x, w)``, with a
spread ``w`` within the negotiation if there is one. Centre ``m``, spread ``s`` and ``w`` lie on a grid, so the
posterior is a sum and needs no sampling. For a negotiation whose own record has the likelihood ``L``:

    p(x, w) ~ L(x, w)  sum over m, s of  p(m) p(s) p(w) N(x; m, s)  prod over t of  integral N(y; m, s) L_t(y, w) dy

Without an own record ``L`` is 1: the distribution for a new negotiation. Few negotiations leave ``s`` uncertain, and
the distribution includes that (Gelman et al., Bayesian Data Analysis, 3rd ed., chapter 5).

`Prior.by_class` pools two classes of negotiations. Each class ``c`` has a centre ``m_c ~ Normal(m, t)`` and a spread
``w_c`` of its own; ``s`` and ``m`` are common. The scale of ``t`` is that of ``s``. Without evidence both classes
have the same distribution, and with much evidence each is described by its own negotiations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Points of the grid: effects, centres, spreads between negotiations, spreads within.
EFFECTS, CENTRES, SPREADS, WITHIN = 161, 41, 16, 15
#: The reach of the grid of effects to either side, in standard deviations of an effect under the prior.
REACH = 3.5
_Z90 = 1.2815515655446004


@dataclass(frozen=True)
class Prior:
    """The prior of a number.

    Args:
        scale: ``log`` or ``logit``.
        centre: The number in a typical negotiation.
        width: The standard deviation of the centre on the scale.
        between: The scale of the half-normal law of the spread between negotiations.
        within: The smallest and the largest spread within a negotiation, log-uniform; none if the number has no spread.
            For a chance per meeting the spread is the share of issues that stay: no meeting moves them.
    """

    scale: str
    centre: float
    width: float
    between: float = 1.0
    within: tuple[float, float] | None = None

    def to_scale(self, value: npt.ArrayLike) -> Floats:
        """Numbers on the scale.

        >>> Prior("logit", 0.5, 1.0).to_scale([0.5, 0.9]).round(3).tolist()
        [0.0, 2.197]
        """
        number = np.asarray(value, dtype=np.float64)
        return np.log(number / (1.0 - number)) if self.scale == "logit" else np.log(number)

    def of_scale(self, effect: npt.ArrayLike) -> Floats:
        """Numbers from the scale."""
        x = np.asarray(effect, dtype=np.float64)
        return 1.0 / (1.0 + np.exp(-x)) if self.scale == "logit" else np.exp(x)

    @cached_property
    def effects(self) -> Floats:
        """The grid of effects."""
        far = REACH * float(np.hypot(self.width, self.between))
        return float(self.to_scale(self.centre)) + np.linspace(-far, far, EFFECTS)

    @cached_property
    def spreads_within(self) -> Floats:
        """The grid of spreads within a negotiation; without a spread a single 1, for a chance a single 0."""
        if self.within is None:
            return np.zeros(1) if self.scale == "logit" else np.ones(1)
        return np.geomspace(*self.within, WITHIN)

    @cached_property
    def _grid(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Centres and spreads between negotiations, and the weights of both."""
        middle = float(self.to_scale(self.centre))
        centres = middle + self.width * np.linspace(-3, 3, CENTRES)
        spreads = self.between * np.linspace(0.05, 2.5, SPREADS)
        of_centres = np.exp(-0.5 * ((centres - middle) / self.width) ** 2)
        of_spreads = np.exp(-0.5 * (spreads / self.between) ** 2)
        return centres, spreads, of_centres / of_centres.sum(), of_spreads / of_spreads.sum()

    @cached_property
    def _hyper(self) -> tuple[Floats, Floats]:
        """The law of an effect for every centre and spread (their number by effects), and the weight of each."""
        centres, spreads, of_centres, of_spreads = self._grid
        m, s = (each.ravel() for each in np.meshgrid(centres, spreads, indexing="ij"))
        laws = np.exp(-0.5 * ((self.effects - m[:, None]) / s[:, None]) ** 2)
        weights = np.outer(of_centres, of_spreads).ravel()
        return laws / laws.sum(axis=1, keepdims=True), weights / weights.sum()

    @cached_property
    def _pairs(self) -> Floats:
        """The probability of each pair of centres of two classes, under every spread between the classes."""
        centres, spreads, of_centres, of_spreads = self._grid
        near = np.exp(-0.5 * ((centres - centres[:, None]) / spreads[:, None, None]) ** 2)
        near /= near.sum(axis=2, keepdims=True)
        return np.asarray(np.einsum("t,m,tma,tmb->ab", of_spreads, of_centres, near, near), dtype=np.float64)

    def draw(self, random: np.random.Generator, talks: int) -> tuple[Floats, float]:
        """One draw of the prior: the effects of some negotiations, on the scale, and a spread within them."""
        laws, weights = self._hyper
        law = laws[random.choice(len(weights), p=weights)]
        step = self.effects[1] - self.effects[0]
        effects = random.choice(self.effects, talks, p=law) + step * (random.random(talks) - 0.5)
        return effects, float(random.choice(self.spreads_within))

    def posterior(self, others: Sequence[Floats], own: Floats | None = None) -> Law:
        """The distribution of the number in one negotiation.

        Args:
            others: Log-likelihoods of other negotiations, each effects by spreads within.
            own: That of the negotiation itself; None without an own record.
        """
        return self.updated(self.pooled(others), own)

    def pooled(self, others: Sequence[Floats]) -> Floats:
        """The weights of effects and spreads in a new negotiation, from the log-likelihoods of others."""
        laws, weights = self._hyper
        log_weights = np.log(weights)[:, None] + np.zeros(len(self.spreads_within))
        for likelihood in others:
            log_weights = log_weights + self.integrated(likelihood)
        return np.asarray(laws.T @ np.exp(log_weights - log_weights.max()), dtype=np.float64)

    def integrated(self, likelihood: Floats) -> Floats:
        """The logarithm of a likelihood, integrated over the effect: centres and spreads, by spreads within."""
        top = likelihood.max(axis=0)
        return np.asarray(np.log(self._hyper[0] @ np.exp(likelihood - top) + 1e-300) + top, dtype=np.float64)

    def by_class(self, sums: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        """The weights of effects and spreads within, in a new negotiation of each of two classes.

        Args:
            sums: For each class the sum of what `integrated` gives for its negotiations.
        """
        laws, (*_, of_spreads) = self._hyper[0], self._grid
        shape = (CENTRES, SPREADS, len(self.spreads_within))
        one, other = (np.exp(each - each.max()).reshape(shape) for each in sums)
        found = []
        for mine, theirs in ((one, other), (other, one)):
            # The centre of a class is near that of the other; the spread within is its own.
            weights = mine * ((self._pairs @ theirs.mean(axis=2)) * of_spreads)[:, :, None]
            law = laws.T @ weights.reshape(-1, shape[2])
            found.append(np.asarray(law / law.sum(), dtype=np.float64))
        return found[0], found[1]

    def updated(self, pooled: Floats, own: Floats | None = None) -> Law:
        """The distribution of the number in one negotiation, from what the others say and from its own record."""
        joint = pooled if own is None else pooled * np.exp(own - own.max())
        return Law(self, joint / joint.sum())


def ratio_of(spread: npt.ArrayLike) -> Floats:
    """The 90 % quantile of a lognormal value, divided by its median, for a spread of its logarithm."""
    return np.exp(_Z90 * np.asarray(spread, dtype=np.float64))


@dataclass(frozen=True)
class Law:
    """The distribution of a number in one negotiation: weights over effects and spreads within."""

    prior: Prior
    weights: Floats

    @cached_property
    def _edges(self) -> tuple[Floats, Floats]:
        """The midpoints between grid effects, and the probability below each."""
        grid = self.prior.effects
        half = (grid[1] - grid[0]) / 2
        below = np.concatenate([[0.0], np.cumsum(self.weights.sum(axis=1))])
        return np.concatenate([grid - half, [grid[-1] + half]]), below

    def ppf(self, p: float | Sequence[float]) -> Floats:
        """The value below which the number lies with probability ``p``."""
        edges, below = self._edges
        return self.prior.of_scale(np.interp(p, below, edges))

    def cdf(self, value: npt.ArrayLike) -> Floats:
        """The probability that the number lies below a value."""
        edges, below = self._edges
        return np.asarray(np.interp(self.prior.to_scale(value), edges, below), dtype=np.float64)

    @property
    def moments(self) -> tuple[float, float]:
        """Mean and variance of the number itself."""
        values, weights = self.prior.of_scale(self.prior.effects), self.weights.sum(axis=1)
        mean = float(weights @ values)
        return mean, float(weights @ (values - mean) ** 2)

    @property
    def within(self) -> float:
        """The median of the spread within the negotiation."""
        shares = np.cumsum(self.weights.sum(axis=0))
        return float(self.prior.spreads_within[np.searchsorted(shares, 0.5)])

    @property
    def lognormal(self) -> tuple[float, float]:
        """Median and 90 % quantile."""
        median, q90 = self.ppf([0.5, 0.9])
        return float(median), float(q90)

    @property
    def beta(self) -> tuple[float, float]:
        """The two numbers of the Beta law with the same mean and variance, for a chance."""
        mean, variance = self.moments
        strength = mean * (1.0 - mean) / variance - 1.0
        return mean * strength, (1.0 - mean) * strength

    @property
    def ratio(self) -> float:
        """The 90 % quantile of a value within the negotiation, divided by its median."""
        return float(ratio_of(self.within))

    def spaced(self, number: int) -> tuple[Floats, Floats]:
        """The number and the spread within the negotiation, as equally likely pairs in ascending order of the number.

        >>> Prior("log", 60.0, 1.0, 0.7, (0.2, 2.0)).posterior([]).spaced(3)[0].round(1).tolist()
        [19.5, 60.0, 184.2]
        """
        below = np.cumsum(self.weights.ravel())
        chosen = np.searchsorted(below, below[-1] * (np.arange(number) + 0.5) / max(number, 1))
        effect, within = np.divmod(chosen, self.weights.shape[1])
        return self.prior.of_scale(self.prior.effects[effect]), self.prior.spreads_within[within]

    def draws(self, random: np.random.Generator, number: int) -> tuple[Floats, Floats]:
        """Draws of the number, and the spread within the negotiation of each draw."""
        chosen = random.choice(self.weights.size, number, p=self.weights.ravel())
        effect, within = np.divmod(chosen, self.weights.shape[1])
        step = self.prior.effects[1] - self.prior.effects[0]
        at = self.prior.effects[effect] + step * (random.random(number) - 0.5)
        return self.prior.of_scale(at), self.prior.spreads_within[within]
