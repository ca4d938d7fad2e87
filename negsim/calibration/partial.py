"""Partial pooling on a grid: what some talks tell of one number in them, and what that tells of further talks.

Every number has one form: on a scale on which it can be any real number (`Prior.scale`: the logarithm, or the logit
of a chance) each talks have an effect of their own, ``x_t ~ Normal(m, s)``. What is seen in some talks gives a
likelihood of their effect, ``L_t(x, w)``, with ``w`` a spread within talks where there is one. Centre ``m``, spread
``s`` and ``w`` lie on a grid, so that the posterior is a sum and not a chain of samples: for talks whose own record has
the likelihood ``L``

    p(x, w) ~ L(x, w)  sum over m, s of  p(m) p(s) p(w) N(x; m, s)  prod over t of  integral N(y; m, s) L_t(y, w) dy

With nothing on record of them ``L`` is 1: the law of talks that nobody has seen yet. Few talks leave ``s`` open, and
the law is as wide as that makes it (Gelman et al., Bayesian Data Analysis, 3rd ed., chapter 5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Points of the grid: effects, centres, spreads between talks, spreads within talks.
EFFECTS, CENTRES, SPREADS, WITHIN = 161, 41, 16, 15
#: How many standard deviations of the prior's centre the grid of effects reaches to either side.
REACH = 3.5
_Z90 = 1.2815515655446004


@dataclass(frozen=True)
class Prior:
    """What is supposed of a number before any talks are looked at.

    Args:
        scale: ``log`` or ``logit``.
        centre: The number in typical talks.
        width: The standard deviation of the centre on the scale.
        between: The scale of the half-normal law of the spread between talks.
        within: The least and the largest spread within talks, log-uniform; none where the effect says all.
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
        """The way back."""
        x = np.asarray(effect, dtype=np.float64)
        return 1.0 / (1.0 + np.exp(-x)) if self.scale == "logit" else np.exp(x)

    @cached_property
    def effects(self) -> Floats:
        """The grid of effects."""
        far = REACH * float(np.hypot(self.width, self.between))
        return float(self.to_scale(self.centre)) + np.linspace(-far, far, EFFECTS)

    @cached_property
    def spreads_within(self) -> Floats:
        """The grid of spreads within talks; one that means nothing where there is none."""
        return np.ones(1) if self.within is None else np.geomspace(*self.within, WITHIN)

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
        """The effects of some talks, on the scale, and a spread within them: one draw of the prior."""
        laws, weights = self._hyper
        law = laws[random.choice(len(weights), p=weights)]
        step = self.effects[1] - self.effects[0]
        effects = random.choice(self.effects, talks, p=law) + step * (random.random(talks) - 0.5)
        return effects, float(random.choice(self.spreads_within))

    def posterior(self, others: Sequence[Floats], own: Floats | None = None) -> Law:
        """The law of the number in some talks.

        Args:
            others: Log-likelihoods of other talks, each effects by spreads within.
            own: That of the talks themselves; none if nothing is on record of them.
        """
        laws, weights = self._hyper
        shape = (len(self.effects), len(self.spreads_within))
        log_weights = np.log(weights)[:, None] + np.zeros(shape[1])
        for likelihood in others:
            top = likelihood.max(axis=0)
            log_weights = log_weights + np.log(laws @ np.exp(likelihood - top) + 1e-300) + top
        hyper = np.exp(log_weights - log_weights.max())
        joint = laws.T @ hyper
        if own is not None:
            joint = joint * np.exp(own - own.max())
        return Law(self, joint / joint.sum())


@dataclass(frozen=True)
class Law:
    """What is known of a number in some talks: weights over effects and spreads within them."""

    prior: Prior
    weights: Floats

    @cached_property
    def _edges(self) -> tuple[Floats, Floats]:
        """Effects halfway between those of the grid, and how much lies below each."""
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
        """The spread within talks: its median."""
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
        """How many times the median the 90 % quantile of what varies within talks is."""
        return float(np.exp(_Z90 * self.within))

    def draws(self, random: np.random.Generator, number: int) -> tuple[Floats, Floats]:
        """Numbers, and the spread within talks that goes with each."""
        chosen = random.choice(self.weights.size, number, p=self.weights.ravel())
        effect, within = np.divmod(chosen, self.weights.shape[1])
        step = self.prior.effects[1] - self.prior.effects[0]
        at = self.prior.effects[effect] + step * (random.random(number) - 0.5)
        return self.prior.of_scale(at), self.prior.spreads_within[within]
