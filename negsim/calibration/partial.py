"""Partial pooling on a grid: the distribution of a number in one negotiation, from others and from its own record.

Every number has the same form. On an unbounded scale (`Prior.scale`: the logarithm, or the logit of a chance) each
negotiation has an effect, ``x_t ~ Normal(m, s)``. Its record gives the likelihood of the effect, ``L_t(x, w)``, with a
spread ``w`` within the negotiation if there is one. Centre ``m``, spread ``s`` and ``w`` lie on a grid, so the
posterior is a sum and needs no sampling. For a negotiation whose own record has the likelihood ``L``:

    p(x, w) ~ L(x, w)  sum over m, s of  p(m) p(s) p(w) N(x; m, s)  prod over t of  integral N(y; m, s) L_t(y, w) dy

Without an own record ``L`` is 1: the distribution for a new negotiation. Few negotiations leave ``s`` uncertain, and
the distribution includes that (Gelman et al., Bayesian Data Analysis, 3rd ed., chapter 5).
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
    def _hyper(self) -> tuple[Floats, Floats]:
        """The law of an effect for every centre and spread (their number by effects), and the weight of each."""
        middle = float(self.to_scale(self.centre))
        centres = middle + self.width * np.linspace(-3, 3, CENTRES)
        spreads = self.between * np.linspace(0.05, 2.5, SPREADS)
        m, s = (each.ravel() for each in np.meshgrid(centres, spreads, indexing="ij"))
        weights = np.exp(-0.5 * ((m - middle) / self.width) ** 2 - 0.5 * (s / self.between) ** 2)
        laws = np.exp(-0.5 * ((self.effects - m[:, None]) / s[:, None]) ** 2)
        return laws / laws.sum(axis=1, keepdims=True), weights / weights.sum()

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
            top = likelihood.max(axis=0)
            log_weights = log_weights + np.log(laws @ np.exp(likelihood - top) + 1e-300) + top
        return np.asarray(laws.T @ np.exp(log_weights - log_weights.max()), dtype=np.float64)

    def updated(self, pooled: Floats, own: Floats | None = None) -> Law:
        """The distribution of the number in one negotiation, from what the others say and from its own record."""
        joint = pooled if own is None else pooled * np.exp(own - own.max())
        return Law(self, joint / joint.sum())


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
        return float(np.exp(_Z90 * self.within))

    def draws(self, random: np.random.Generator, number: int) -> tuple[Floats, Floats]:
        """Draws of the number, and the spread within the negotiation of each draw."""
        chosen = random.choice(self.weights.size, number, p=self.weights.ravel())
        effect, within = np.divmod(chosen, self.weights.shape[1])
        step = self.prior.effects[1] - self.prior.effects[0]
        at = self.prior.effects[effect] + step * (random.random(number) - 0.5)
        return self.prior.of_scale(at), self.prior.spreads_within[within]
