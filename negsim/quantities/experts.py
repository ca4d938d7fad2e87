"""Statements of experts about a number, as a file gives them under ``elicit``, and their distribution."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Protocol

from negsim.errors import Complaint, one_of, was
from negsim.files import FrozenDict
from negsim.quantities.distributions import law
from negsim.quantities.elicitation import COVERAGE, fitted, pert_through, pooled, rescaled
from negsim.quantities.quantity import EXPERT_KEYS, UNITLESS, Draw, Fixed, Quantity, Rule

Path = tuple[str | int, ...]
POINTS: Final = ("low", "mode", "high")
#: The largest factor of the median below all values given, and of the tail above them.
_LONGEST: Final = 1e12


class Reader(Protocol):
    """A reader of the quantities of a file, which reads plain values and collects complaints."""

    complaints: list[Complaint]

    def refuse(self, message: str, path: Path, allowed: str = "", suggestion: str = "") -> None:
        """Add a complaint about a value."""

    def refuse_key(self, message: str, path: Path, allowed: str = "", suggestion: str = "") -> None:
        """Add a complaint about a key."""

    def plain(self, data: object, rule: Rule, path: Path) -> float | None:
        """Read a plain value, or add a complaint about it."""

    def check_keys(self, data: Mapping[Any, Any], names: tuple[str, ...], path: Path) -> None:
        """Add a complaint about each key that is not among the names."""

    def check_order(self, family: str, numbers: Mapping[str, Quantity], path: Path) -> None:
        """Add a complaint if the numbers of a family do not rise."""


@dataclass(frozen=True, slots=True)
class Expert:
    """One judgement in the canonical unit: ``points`` (low, mode, high) with a confidence, or ``quantiles``.

    ``quantiles`` are (probability, value), rising.
    """

    who: str = ""
    weight: float = 1.0
    points: tuple[float, float, float] | None = None
    confidence: float = COVERAGE
    quantiles: tuple[tuple[float, float], ...] = ()

    @property
    def values(self) -> tuple[float, ...]:
        """Every value that was given."""
        return self.points or tuple(value for _, value in self.quantiles)

    @property
    def within(self) -> float:
        """The stated probability that the number lies between the least and the greatest value given."""
        return self.confidence if self.points else self.quantiles[-1][0] - self.quantiles[0][0]

    @property
    def interval(self) -> tuple[float, float] | None:
        """Three points rescaled to 90 %, before they are limited to the range of the field; None for quantiles."""
        return rescaled(*self.points, self.confidence) if self.points else None


Experts = tuple[Expert, ...]


def resolved(experts: Experts, rule: Rule) -> Draw:
    """The distribution of the statements: PERT or best fit for one expert, the linear pool for several.

    It is drawn as any other distribution of the field. Results are cached.
    """
    family, numbers, values = _resolved(experts, ends_of(experts, rule))
    rules = {name: Rule("number" if name in UNITLESS else rule.kind) for name in numbers}
    plain = {name: Fixed(float(number), rules[name]) for name, number in numbers.items()}
    return Draw(family, FrozenDict(plain), rule, values)


@lru_cache(maxsize=4096)
def _resolved(experts: Experts, ends: tuple[float, float]) -> tuple[str, Mapping[str, float], tuple[float, ...]]:
    if len(experts) > 1:
        laws = [law(_drawn(*_resolved((expert,), ends))) for expert in experts]
        return "empirical", {}, pooled(laws, [expert.weight for expert in experts])
    (expert,) = experts
    if expert.points:
        five, ninety_five = rescaled(*expert.points, expert.confidence)
        return "pert", pert_through(five, expert.points[1], ninety_five, *ends), ()
    return *fitted(expert.quantiles, *ends), ()


def _drawn(family: str, numbers: Mapping[str, float], values: tuple[float, ...]) -> Draw:
    anything = Rule("number")
    return Draw(family, {name: Fixed(number, anything) for name, number in numbers.items()}, anything, values)


def ends_of(experts: Experts, rule: Rule) -> tuple[float, float]:
    """The range of a distribution, which is that of the field.

    A parameter has no range. If no value is below 0, its range begins at 0.
    """
    if rule.lo == -math.inf and all(value >= 0 for expert in experts for value in expert.values):
        return 0.0, rule.hi
    return rule.lo, rule.hi


def read_experts(data: object, rule: Rule, path: Path, reader: Reader) -> Experts | None:
    """Read the value of ``elicit``: one expert, or a list; complaints go to the reader."""
    before = len(reader.complaints)
    experts = []
    if isinstance(data, list | tuple):
        if not data:
            reader.refuse("elicit needs at least one expert, but the list was empty", path)
        for number, item in enumerate(data):
            experts.append(_expert(item, rule, (*path, number), reader, EXPERT_KEYS))
    else:
        experts.append(_expert(data, rule, path, reader, EXPERT_KEYS[:-1]))
    read = tuple(expert for expert in experts if expert is not None)
    if len(reader.complaints) > before:
        return None
    lo, hi = ends_of(read, rule)
    for number, expert in enumerate(read):
        here: Path = (*path, number) if isinstance(data, list | tuple) else path
        if expert.quantiles and lo == -math.inf:
            message = "a distribution of quantiles begins at 0, but a value below 0 was given"
            reader.refuse(message, (*here, "quantiles"), one_of(POINTS))
        elif any(not lo < value < hi for value in expert.values if expert.quantiles):
            open_range = f"more than {lo:g}" + (f" and less than {hi:g}" if hi < math.inf else "")
            reader.refuse("the values of quantiles must lie inside the range", (*here, "quantiles"), open_range)
        elif expert.quantiles and not _bounded(expert, (lo, hi)):
            message = "these values are too far apart for probabilities so close to each other"
            reader.refuse(message, (*here, "quantiles"), "values closer to each other, or probabilities further apart")
    return read if len(reader.complaints) == before else None


def _bounded(expert: Expert, ends: tuple[float, float]) -> bool:
    """Whether its median and its 99.9 % quantile are of a usable size."""
    if math.isfinite(ends[1]):
        return True
    try:
        middle, tail = law(_drawn(*_resolved((expert,), ends))).ppf([0.5, 0.999])
    except (OverflowError, ZeroDivisionError):
        return False
    return bool(min(expert.values) / _LONGEST < middle <= tail < max(expert.values) * _LONGEST)


def _expert(data: object, rule: Rule, path: Path, reader: Reader, names: tuple[str, ...]) -> Expert | None:
    if not isinstance(data, Mapping):
        reader.refuse(
            f"an expert must be a mapping with {one_of(POINTS)}, or with quantiles, but was {was(data)}", path
        )
        return None
    before = len(reader.complaints)
    reader.check_keys(data, names, path)
    who = data.get("who", "")
    if not isinstance(who, str):
        reader.refuse(f"{{what}} must be text, but was {was(who)}", (*path, "who"))
    weight = 1.0
    if "weight" in data and "weight" in names:
        weight = reader.plain(data["weight"], Rule("number", 0.0, lo_open=True), (*path, "weight")) or weight
    if "quantiles" in data:
        for name in (*POINTS, "confidence"):
            if name in data:
                reader.refuse_key(f"{name} can't be given together with quantiles", (*path, name), "one of the two")
        quantiles = _quantiles(data["quantiles"], rule, (*path, "quantiles"), reader)
        expert = Expert(" ".join(str(who).split()), weight, quantiles=quantiles)
    else:
        points = _points(data, rule, path, reader)
        confidence = _confidence(data.get("confidence", COVERAGE), (*path, "confidence"), reader)
        expert = Expert(" ".join(str(who).split()), weight, points, confidence)
    return expert if len(reader.complaints) == before else None


def _points(data: Mapping[Any, Any], rule: Rule, path: Path, reader: Reader) -> tuple[float, float, float] | None:
    before = len(reader.complaints)
    within = Rule(rule.kind, rule.lo, rule.hi)
    points: dict[str, Fixed] = {}
    for name in POINTS:
        if name not in data:
            reader.refuse(f'this expert has no "{name}"', path, f"{one_of(POINTS)}, or quantiles")
        elif (value := reader.plain(data[name], within, (*path, name))) is not None:
            points[name] = Fixed(value, within)
    reader.check_order("elicit", points, path)
    if len(reader.complaints) > before:
        return None
    return points["low"].value, points["mode"].value, points["high"].value


def _confidence(data: object, path: Path, reader: Reader) -> float:
    value = reader.plain(data, Rule("number"), path)
    if value is not None and not 0.5 <= value < 1:
        guess = f"{value / 100:g}" if 50 <= value < 100 else ""
        reader.refuse(f"{{what}} was {was(data)}", path, "a number from 0.5 to below 1", guess)
    return value or COVERAGE


def _quantiles(data: object, rule: Rule, path: Path, reader: Reader) -> tuple[tuple[float, float], ...]:
    allowed = "at least two, such as {0.1: ..., 0.5: ..., 0.9: ...}"
    if not isinstance(data, Mapping) or len(data) < 2:
        given = was(data) if not isinstance(data, Mapping) else "one" if data else "none"
        reader.refuse(f"quantiles must be values by probability, but there was {given}", path, allowed)
        return ()
    read: list[tuple[float, float, Any]] = []
    within = Rule(rule.kind, rule.lo, rule.hi)
    for key, given in data.items():
        p = _probability(key)
        if p is None or not 0 < p < 1:
            guess = f"{p / 100:g}" if p is not None and 1 <= p < 100 else ""
            reader.refuse_key(f"{key} is not a probability between 0 and 1", (*path, key), "above 0 and below 1", guess)
        elif p in (known for known, _, _ in read):
            reader.refuse_key(f"duplicate quantile {key}", (*path, key))
        elif (value := reader.plain(given, within, (*path, key))) is not None:
            read.append((p, value, key))
    read.sort()
    for (_, less, below), (_, value, key) in itertools.pairwise(read):
        if value <= less:
            text = Fixed(value, within).text
            message = (
                f"the quantile {key} must be more than that of {below} ({Fixed(less, within).text}), but was {text}"
            )
            reader.refuse(message, (*path, key))
            break
    return tuple((p, value) for p, value, _ in read)


def _probability(key: object) -> float | None:
    try:
        return float(str(key))
    except ValueError:
        return None
