"""Whether an issue or package has a zone of possible agreement, as far as plain numbers show."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

from negsim.quantities import Draw, Fixed, Parameter, Quantity
from negsim.scenario.issue_models import IssueSetup, Package

_TOLERANCE = 1e-12
_MOST = 4096


def bounds(quantity: Quantity, parameters: Mapping[str, Quantity | None]) -> tuple[float, float]:
    """The smallest and largest value of a quantity, before it is clipped to the range of its field.

    >>> from negsim.quantities.quantity import Rule
    >>> from negsim.quantities.parsing import parse
    >>> bounds(parse({"uniform": {"low": 0.2, "high": 0.4}}, Rule("number")), {})
    (0.2, 0.4)
    """
    if isinstance(quantity, Fixed):
        return quantity.value, quantity.value
    if isinstance(quantity, Parameter):
        named = parameters.get(quantity.name)
        low, high = bounds(named, {}) if named is not None else (-math.inf, math.inf)
        ends = sorted((low * quantity.times, high * quantity.times)) if quantity.times else [0.0, 0.0]
        return ends[0] + quantity.plus, ends[1] + quantity.plus
    return _of_draw(quantity, parameters)


def _of_draw(draw: Draw, parameters: Mapping[str, Quantity | None]) -> tuple[float, float]:
    if draw.family == "empirical":
        return min(draw.values), max(draw.values)
    if "low" in draw.numbers:
        return bounds(draw.numbers["low"], parameters)[0], bounds(draw.numbers["high"], parameters)[1]
    return 0.0, math.inf


def clipped(quantity: Quantity, parameters: Mapping[str, Quantity | None]) -> tuple[float, float]:
    """The bounds within the range of the field."""
    low, high = bounds(quantity, parameters)
    rule = quantity.rule
    return min(max(low, rule.lo), rule.hi), min(max(high, rule.lo), rule.hi)


def zone_possible(
    members: Sequence[IssueSetup],
    names: Sequence[str],
    sides: tuple[str, str],
    package: Package | None,
    parameters: Mapping[str, Quantity | None],
) -> bool:
    """Whether some outcome leaves both sides at or above the lowest reservation values that can be drawn.

    A case that plain numbers do not decide counts as possible.
    """
    weights: dict[str, list[float]] = {side: [1.0] for side in sides}
    floors: dict[str, float] = {}
    for side in sides:
        least = [clipped(issue.reservation[side], parameters)[0] for issue in members]
        if package is None:
            floors[side] = least[0]
            continue
        quantities = [package.weights[side][name] for name in names]
        if not all(isinstance(quantity, Fixed) for quantity in quantities):
            return True
        weights[side] = [bounds(quantity, {})[0] for quantity in quantities]
        if package.reservation is not None:
            floors[side] = clipped(package.reservation[side], parameters)[0]
        else:
            floors[side] = sum(w * r for w, r in zip(weights[side], least, strict=True))
    return _reachable(members, sides, weights, floors)


def _reachable(
    members: Sequence[IssueSetup],
    sides: tuple[str, str],
    weights: Mapping[str, Sequence[float]],
    floors: Mapping[str, float],
) -> bool:
    first, second = sides
    if math.prod(len(issue.options) or 1 for issue in members) > _MOST:
        return True
    for combination in itertools.product(*(issue.options or (None,) for issue in members)):
        have = {first: 0.0, second: 0.0}
        shared: list[tuple[float, float]] = []
        for j, option in enumerate(combination):
            if option is None:
                shared.append((weights[first][j], weights[second][j]))
                continue
            for side in sides:
                quantity = option.utilities[side]
                if not isinstance(quantity, Fixed):
                    return True
                have[side] += weights[side][j] * quantity.value
        if _best_for_second(shared, floors[first] - have[first]) + have[second] >= floors[second] - _TOLERANCE:
            return True
    return False


def _best_for_second(shared: Sequence[tuple[float, float]], needed: float) -> float:
    """The largest utility of the second side from divisible issues if the first needs ``needed``, or -inf."""
    rest = sum(second for _, second in shared)
    for mine, other in sorted(shared, key=lambda pair: pair[1] / pair[0] if pair[0] else math.inf):
        if needed <= _TOLERANCE:
            break
        if mine <= 0:
            continue
        part = min(1.0, needed / mine)
        needed -= part * mine
        rest -= part * other
    return rest if needed <= _TOLERANCE else -math.inf
