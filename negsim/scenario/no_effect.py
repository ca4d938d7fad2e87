"""Warnings about values that have no effect: unused parameters and offers, a spent clock, a start that cannot last."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from statistics import median

from negsim.errors import Problem
from negsim.quantities import Draw, Fixed, Parameter, Quantity
from negsim.scenario.draft import Draft
from negsim.scenario.issue_models import Chance, IssueSetup
from negsim.scenario.node_tools import at
from negsim.scenario.shared_draws import referred
from negsim.scenario.tactics import Tactic, Until

#: The largest gap at which an issue is converging.
_CONVERGING = 0.1

#: The most clocks past their patience that have a warning each.
_SINGLE = 2


def no_effect_warnings(parts: Draft, strict: bool) -> Iterator[Problem]:
    """Values without effect.

    A strict scenario may state offers and a status that do not fit its own tactics: its variants use other tactics.
    """
    yield from _unused_parameters(parts)
    bargained = {
        name: issue
        for name, issue in parts.issues.items()
        if not isinstance(issue.settle, Chance) and set(issue.tactics) == set(parts.sides)
    }
    yield from _spent_clocks(parts, bargained)
    packed = {member for package in parts.packages.values() for member in package.issues}
    for name, issue in bargained.items():
        if not strict and name not in packed:
            yield from _unanswered_offers(parts, name, issue)
            yield from _wide_gap(parts, name, issue)


def _unused_parameters(parts: Draft) -> Iterator[Problem]:
    """Parameters of this file that no number uses; those of a file that it extends may be of use there."""
    used = set(referred({key: value for key, value in parts.full.data.items() if key != "parameters"}))
    for name, place in at(parts.friendly, "parameters").keys.items():
        if name not in used and place.file == parts.friendly.place.file:
            message = f'the parameter "{name}" is never used'
            yield parts.problem(message, "parameters", name, on_key=True, warning=True)


def _unanswered_offers(parts: Draft, name: str, issue: IssueSetup) -> Iterator[Problem]:
    for side, other in (parts.sides, parts.sides[::-1]):
        kind = issue.tactics[other].kind
        if issue.start.offers.get(side) and kind in ("time", "fixed"):
            message = f"the offers of {side} on {name} have no effect: the tactic of {other} is {kind}"
            path = ("issues", name, "start", "offers", side)
            yield parts.problem(message, *path, allowed="a reciprocal or mixed tactic, or no offers", warning=True)


def _spent_clocks(parts: Draft, issues: Mapping[str, IssueSetup]) -> Iterator[Problem]:
    """Clocks past their patience: a warning each, or one for all if they are many, as after a long silence."""
    spent = [(name, side) for name, issue in issues.items() for side in parts.sides if _is_spent(parts, issue, side)]
    if len(spent) > _SINGLE:
        names = ", ".join(dict.fromkeys(name for name, _ in spent))
        message = (
            f"{len(spent)} clocks are past their median patience, so these sides start at or near their reservation "
            f"values in most runs; issues: {names}"
        )
        allowed = "longer patience, which negsim update learns from the record, or shorter clocks"
        name, side = spent[0]
        yield parts.problem(message, "issues", name, "start", "clock", side, allowed=allowed, warning=True)
        return
    for name, side in spent:
        message = f"the clock of {side} on {name} is past its patience, so {side} starts at its reservation value"
        path = ("issues", name, "start", "clock", side)
        yield parts.problem(message, *path, allowed="a longer patience, or a shorter clock", warning=True)


def _is_spent(parts: Draft, issue: IssueSetup, side: str) -> bool:
    tactic, clock = issue.tactics[side], issue.start.clock.get(side)
    if clock is None or tactic.patience is None or isinstance(tactic.patience, Until):
        return False
    return _share_of_patience(parts, tactic, clock) >= 1


def _wide_gap(parts: Draft, name: str, issue: IssueSetup) -> Iterator[Problem]:
    if issue.start.status != "converging" or issue.options or set(issue.reservation) != set(parts.sides):
        return
    named = parts.named()
    aspirations = []
    for side in parts.sides:
        tactic, low = issue.tactics[side], typical(issue.reservation[side], named)
        if isinstance(tactic.patience, Until):
            return
        if tactic.kind == "time":
            aspirations.append(1 - (1 - low) * _conceded(parts, tactic, issue.start.clock.get(side)))
        elif tactic.aspiration is not None:
            aspirations.append(max(low, typical(tactic.aspiration, named)))
    gap = sum(aspirations) - 1
    if gap > _CONVERGING:
        message = f"{name} is converging at as_of, but its typical gap is {gap:.2f}; converging means at most 0.1"
        allowed = "a later clock, a shorter patience, or start: {status: discussing}"
        yield parts.problem(message, "issues", name, allowed=allowed, on_key=True, warning=True)


def _conceded(parts: Draft, tactic: Tactic, clock: Quantity | None) -> float:
    """The share of its way that a time tactic has typically conceded at the start."""
    named = parts.named()
    share = min(1.0, _share_of_patience(parts, tactic, clock))
    beta = typical(tactic.beta, named) if tactic.beta is not None else 1.0
    kappa = typical(tactic.kappa, named) if tactic.kappa is not None else 0.0
    if tactic.curve == "exponential":
        return float(math.exp((1 - share) ** beta * math.log(kappa)))
    return float(kappa + (1 - kappa) * share ** (1 / beta))


def _share_of_patience(parts: Draft, tactic: Tactic, clock: Quantity | None) -> float:
    patience = tactic.patience
    if clock is None or patience is None or isinstance(patience, Until):
        return 0.0
    named = parts.named()
    length = typical(patience, named)
    return typical(clock, named) / length if length > 0 else 1.0


def typical(quantity: Quantity, parameters: Mapping[str, Quantity | None]) -> float:
    """A middle value of a quantity, within the range of its field: the median or the mean, whichever is simple.

    >>> from negsim.quantities import Rule, parse
    >>> typical(parse({"pert": {"low": 0, "mode": 0.5, "high": 1}}, Rule("number")), {})
    0.5
    """
    rule = quantity.rule
    return min(max(_typical(quantity, parameters), rule.lo), rule.hi)


def _typical(quantity: Quantity, parameters: Mapping[str, Quantity | None]) -> float:
    if isinstance(quantity, Fixed):
        return quantity.value
    if isinstance(quantity, Parameter):
        value = parameters.get(quantity.name)
        return quantity.times * (_typical(value, {}) if value is not None else math.nan) + quantity.plus
    return _of_family(quantity, {name: _typical(number, parameters) for name, number in quantity.numbers.items()})


def _of_family(draw: Draw, at: Mapping[str, float]) -> float:
    match draw.family:
        case "empirical":
            return median(draw.values)
        case "lognormal":
            return at["median"]
        case "pert":
            return (at["low"] + 4 * at["mode"] + at["high"]) / 6
        case "triangular":
            return (at["low"] + at["mode"] + at["high"]) / 3
        case "uniform":
            return (at["low"] + at["high"]) / 2
        case "beta":
            low, high = at.get("low", 0.0), at.get("high", 1.0)
            return low + (high - low) * at["a"] / (at["a"] + at["b"])
        case "gamma":
            return at["shape"] * at["scale"]
        case "weibull":
            return at["scale"]
    return at["mean"]
