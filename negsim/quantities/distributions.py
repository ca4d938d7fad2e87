"""The distributions of the scenario language as those of `scipy.stats`."""

from __future__ import annotations

import math
from typing import Any

from negsim.quantities.quantity import Draw, Fixed

_Z90 = 1.2815515655446004


def law(draw: Draw) -> Any:
    """A distribution whose numbers are all plain, as a frozen one of `scipy.stats`, in canonical units.

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
    """Observed values, as likely as each other; as much of a distribution of `scipy.stats` as is needed."""

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
