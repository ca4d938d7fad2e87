"""Outcomes of cases with their Monte Carlo noise: quadratic forms without it, and its part in an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class CaseOutcomes:
    """The outcome ``y`` of each case.

    If a case is a mean of runs, ``batches`` (batches, cases) are its means in batches of ``weights`` runs. Each batch
    goes through all cases, so the noise is estimated correctly if the cases share random numbers.
    """

    y: Array
    batches: Array
    weights: Array

    @classmethod
    def of(cls, y: Array, batches: Array | None = None, weights: Array | None = None) -> CaseOutcomes:
        """Outcomes; without batches, or with a single one, the noise is not known and counts as zero."""
        if batches is None or weights is None or len(batches) < 2:
            return cls(np.asarray(y, float), np.empty((0, len(y))), np.empty(0))
        return cls(weights @ batches / weights.sum(), batches, weights)

    def less_noise(self, form: Callable[[Array], Array]) -> Array:
        """Quadratic forms of the outcomes, less their expectation for the Monte Carlo noise alone.

        ``form(y) - sum of w form(y_b - y) / ((B - 1) sum of w)`` for ``B`` batches with ``w`` runs. ``form`` takes
        an array (..., cases) and returns an array (..., forms). The result is unbiased for the forms of the means of
        infinitely many runs.

        >>> cells = CaseOutcomes.of(np.zeros(2), np.array([[0.0, 1.0], [0.2, 0.8], [0.1, 0.9]]), np.full(3, 10))
        >>> cells.less_noise(lambda y: y.var(axis=-1, keepdims=True)).round(4).tolist()
        [0.1567]
        """
        found = form(self.y)
        if not len(self.batches):
            return found
        noise = self.weights @ form(self.batches - self.y) / (self.weights.sum() * (len(self.weights) - 1))
        return np.asarray(found - noise)

    def spread(self, statistic: Callable[[CaseOutcomes], Array]) -> Array | float:
        """The jackknife variance of a statistic over batches; 0 if the noise is not known."""
        if len(self.batches) < 3:
            return 0.0
        rest = [np.arange(len(self.batches)) != batch for batch in range(len(self.batches))]
        parts = [CaseOutcomes.of(self.y, self.batches[used], self.weights[used]) for used in rest]
        return jackknife(np.array([statistic(part) for part in parts]))


def jackknife(values: Array) -> Array:
    """The variance of a statistic from its values without each unit in turn: ``(n - 1) / n sum of (v - mean)^2``.

    Source: Efron and Stein (1981), "The jackknife estimate of variance", Annals of Statistics 9.

    >>> jackknife(np.array([2.5, 2.0, 1.5])).round(4).item()  # the mean of 1, 2 and 3
    0.3333
    """
    n = len(values)
    return np.asarray((n - 1) / n * ((values - values.mean(axis=0)) ** 2).sum(axis=0))
