"""Distributions of the scenario language as distributions of `scipy.stats`, and medians of quantities."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping
from typing import Any

from negsim.quantities.quantity import Draw, Fixed, Parameter, Quantity

_Z90 = 1.2815515655446004


def law(draw: Draw) -> Any:
    """A distribution with plain numbers as a frozen distribution of `scipy.stats`, in canonical units.

    >>> from negsim.quantities.quantity import Rule
    >>> from negsim.quantities.parsing import parse
    >>> float(law(parse({"lognormal": {"median": "2 days", "q90": "6 days"}}, Rule("duration"))).ppf(0.9).round(9))
    6.0
    """
    from scipy import stats

    n = {name: number.value for name, number in draw.numbers.items() if isinstance(number, Fixed)}
    match draw.family:
        case "uniform":
            return stats.uniform(n["low"], n["high"] - n["low"])
        case "triangular" | "pert":
            span = n["high"] - n["low"]
            mode = (n["mode"] - n["low"]) / span
            if draw.family == "triangular":
                return stats.triang(mode, n["low"], span)
            return stats.beta(1 + 4 * mode, 5 - 4 * mode, n["low"], span)
        case "lognormal":
            return stats.lognorm(math.log(n["q90"] / n["median"]) / _Z90, scale=n["median"])
        case "weibull":
            return stats.weibull_min(n["shape"], scale=n["scale"])
        case "gamma":
            return stats.gamma(n["shape"], scale=n["scale"])
        case "exponential":
            return stats.expon(scale=n["mean"])
        case "beta":
            low, high = n.get("low", 0.0), n.get("high", 1.0)
            return stats.beta(n["a"], n["b"], low, high - low)
        case _:
            return _Observed(draw.values)


class _Observed:
    """Equally likely observed values, with the methods of `scipy.stats` that are needed."""

    def __init__(self, values: tuple[float, ...]) -> None:
        import numpy as np

        self.values = np.sort(np.array(values))

    def ppf(self, u: Any) -> Any:
        import numpy as np

        place = np.asarray(np.asarray(u) * len(self.values)).astype(int)
        return self.values[np.minimum(place, len(self.values) - 1)]

    def cdf(self, x: Any) -> Any:
        import numpy as np

        return np.searchsorted(self.values, x, side="right") / len(self.values)

    def mean(self) -> float:
        return float(self.values.mean())


def _pert_median(mode: float) -> float:
    """The median of a PERT distribution from 0 to 1."""
    from scipy.special import betaincinv  # without the third of a second that scipy.stats takes to import

    return float(betaincinv(1 + 4 * mode, 5 - 4 * mode, 0.5))


def median(
    quantity: Quantity, parameters: Mapping[str, Quantity], pert_median: Callable[[float], float] = _pert_median
) -> float:
    """The median of a quantity in the canonical unit of its kind, within the range of its field.

    An uncertain number inside a distribution is replaced by its own median. ``pert_median`` gives the median of a PERT
    distribution from 0 to 1 by its mode.

    >>> from negsim.quantities.quantity import Rule
    >>> from negsim.quantities.parsing import parse
    >>> days = Rule("duration", 0)
    >>> named = {"patience": parse({"lognormal": {"median": "20 days", "q90": "60 days"}}, days)}
    >>> median(parse({"parameter": "patience", "times": 1.5}, days), named)
    30.0
    >>> round(median(parse({"pert": {"low": 0, "mode": 0.25, "high": 1}}, Rule("number", 0, 1)), {}), 3)
    0.314
    """
    rule = quantity.rule
    return min(max(_median(quantity, parameters, pert_median), rule.lo), rule.hi)


def _median(quantity: Quantity, parameters: Mapping[str, Quantity], pert_median: Callable[[float], float]) -> float:
    if isinstance(quantity, Fixed):
        return quantity.value
    if isinstance(quantity, Parameter):
        return quantity.times * median(parameters[quantity.name], parameters, pert_median) + quantity.plus
    if quantity.family == "empirical":
        return statistics.median(quantity.values)
    if quantity.family == "lognormal":  # its median may meet its 90 % quantile
        return median(quantity.numbers["median"], parameters, pert_median)
    at = {
        name: Fixed(median(number, parameters, pert_median), number.rule) for name, number in quantity.numbers.items()
    }
    if "low" in at and at["low"].value >= at["high"].value:  # uncertain ends may meet
        return at["low"].value
    if quantity.family == "pert":
        low, span = at["low"].value, at["high"].value - at["low"].value
        return low + span * pert_median((at["mode"].value - low) / span)
    return float(law(Draw(quantity.family, at, quantity.rule)).ppf(0.5))
