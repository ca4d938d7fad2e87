"""The middle of a number that is not known: what half of its draws lie below."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import median as middle

from negsim.quantities.quantity import Draw, Fixed, Parameter, Quantity


def median(quantity: Quantity, parameters: Mapping[str, Quantity]) -> float:
    """The median of a quantity, in the canonical unit of its kind and within the range of its field.

    Where the numbers of a distribution are uncertain themselves, their own medians are taken for them.

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
    return min(max(_median(quantity, parameters), rule.lo), rule.hi)


def _median(quantity: Quantity, parameters: Mapping[str, Quantity]) -> float:
    if isinstance(quantity, Fixed):
        return quantity.value
    if isinstance(quantity, Parameter):
        return quantity.times * median(parameters[quantity.name], parameters) + quantity.plus
    if quantity.family == "empirical":
        return middle(quantity.values)
    return _of_family(quantity, {name: median(number, parameters) for name, number in quantity.numbers.items()})


def _of_family(draw: Draw, at: Mapping[str, float]) -> float:
    from scipy import special

    match draw.family:
        case "lognormal":
            return at["median"]
        case "uniform":
            return (at["low"] + at["high"]) / 2
        case "triangular":
            place = _place(at)
            lower, upper = math.sqrt(place / 2), 1 - math.sqrt((1 - place) / 2)
            return _between(at, lower if place >= 0.5 else upper)
        case "pert":  # the beta that PERT means
            return _between(at, float(special.betaincinv(1 + 4 * _place(at), 5 - 4 * _place(at), 0.5)))
        case "beta":
            return _between({"low": 0.0, "high": 1.0, **at}, float(special.betaincinv(at["a"], at["b"], 0.5)))
        case "gamma":
            return at["scale"] * float(special.gammaincinv(at["shape"], 0.5))
        case "weibull":
            return at["scale"] * float(math.log(2) ** (1 / at["shape"]))
    return at["mean"] * math.log(2)  # exponential


def _place(at: Mapping[str, float]) -> float:
    return (at["mode"] - at["low"]) / (at["high"] - at["low"]) if at["high"] > at["low"] else 0.5


def _between(at: Mapping[str, float], share: float) -> float:
    return at["low"] + share * (at["high"] - at["low"])
