"""Logistic regression with a normal prior: the probability that a negotiation is concluded, from signs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Steps of Newton's method; the loss is convex, and a few suffice.
_STEPS = 25


@dataclass(frozen=True)
class Logistic:
    """The law of the coefficients: normal, with the mean and covariance of the Laplace approximation."""

    mean: Floats
    covariance: Floats

    def probability(self, x: npt.ArrayLike) -> float:
        """The probability for a row of signs, averaged over the coefficients.

        The average of a logistic function over a normal law is that of MacKay 1992 (Neural Computation 4:720-736).

        >>> law = Logistic(np.array([2.0]), np.array([[0.5]]))
        >>> round(law.probability([1.0]), 3), round(law.probability([0.0]), 3)
        (0.862, 0.5)
        """
        at = np.asarray(x, dtype=np.float64)
        logit = float(at @ self.mean) / np.sqrt(1.0 + np.pi * float(at @ self.covariance @ at) / 8.0)
        return float(1.0 / (1.0 + np.exp(-logit)))


def fit_logistic(x: Floats, y: Floats, weights: Floats, deviations: Floats) -> Logistic:
    """The law of the coefficients.

    Args:
        x: signs, rows by coefficients.
        y: 1 where the negotiation was concluded, else 0.
        weights: of the rows.
        deviations: of each coefficient under the prior, around 0.

    >>> law = fit_logistic(np.ones((4, 1)), np.array([1.0, 1.0, 1.0, 0.0]), np.full(4, 100.0), np.array([9.0]))
    >>> round(law.probability([1.0]), 2)
    0.75
    """
    mean, precision = np.zeros(x.shape[1]), np.diag(np.asarray(deviations, dtype=np.float64) ** -2.0)
    curve = precision
    for _ in range(_STEPS):
        p = 1.0 / (1.0 + np.exp(-(x @ mean)))
        curve = (x.T * (weights * p * (1.0 - p))) @ x + precision
        mean = mean + np.linalg.solve(curve, x.T @ (weights * (y - p)) - precision @ mean)
    return Logistic(mean, np.asarray(np.linalg.inv(curve), dtype=np.float64))
