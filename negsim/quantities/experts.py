"""What experts said of a number, as a file gives it under ``elicit``, and the distribution that stands for it."""

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
#: How far a middle may lie below all that was said, and a tail above it: times.
_LONGEST: Final = 1e12


class Reader(Protocol):
    """What reads the quantities of a file: it reads plain values and collects what is wrong."""

    complaints: list[Complaint]

    def no(self, message: str, path: Path, allowed: str = "", suggestion: str = "") -> None:
        """Note that a value is wrong."""

    def no_key(self, message: str, path: Path, allowed: str = "", suggestion: str = "") -> None:
        """Note that a key is wrong."""

    def plain(self, data: object, rule: Rule, path: Path) -> float | None:
        """Read a plain value, or note what is wrong with it."""

    def only(self, data: Mapping[Any, Any], names: tuple[str, ...], path: Path) -> None:
        """Note the keys that are not among the names."""

    def order(self, family: str, numbers: Mapping[str, Quantity], path: Path) -> None:
        """Note that numbers of a family do not rise."""


@dataclass(frozen=True, slots=True)
class Expert:
    """One judgement, in the canonical unit: ``points`` (low, mode, high) and how sure of them, or ``quantiles``.

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
        """The chance, as it was said, that the number lies between the least and the greatest value given."""
        return self.confidence if self.points else self.quantiles[-1][0] - self.quantiles[0][0]

    @property
    def interval(self) -> tuple[float, float] | None:
        """Three points rescaled to 90 %, before the range of the field is looked at; None for quantiles."""
        return rescaled(*self.points, self.confidence) if self.points else None


Experts = tuple[Expert, ...]


def resolved(experts: Experts, rule: Rule) -> Draw:
    """The distribution that stands for what experts said: of one its PERT or best fit, of several their linear pool.

    It is drawn as any other distribution of the field; the same statement is worked out once.
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
    """The range that a distribution keeps to: the field's.

    A parameter has none of its own; nothing said below 0 then means that there is nothing below 0.
    """
    if rule.lo == -math.inf and all(value >= 0 for expert in experts for value in expert.values):
        return 0.0, rule.hi
    return rule.lo, rule.hi


def read_experts(data: object, rule: Rule, path: Path, reader: Reader) -> Experts | None:
    """What stands under ``elicit``: one expert, or a list of them; what is wrong is told to the reader."""
    before = len(reader.complaints)
    experts = []
    if isinstance(data, list | tuple):
        if not data:
            reader.no("elicit needs what at least one expert said, but the list was empty", path)
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
            message = "quantiles become a distribution that begins at 0, and a value below 0 was given"
            reader.no(message, (*here, "quantiles"), one_of(POINTS))
        elif any(not lo < value < hi for value in expert.values if expert.quantiles):
            open_range = f"more than {lo:g}" + (f" and less than {hi:g}" if hi < math.inf else "")
            reader.no("a quantile lies at the end of the range", (*here, "quantiles"), open_range)
        elif expert.quantiles and not _bounded(expert, (lo, hi)):
            message = "these values lie too far apart for probabilities so close: it has no bounds"
            reader.no(message, (*here, "quantiles"), "values nearer to each other, or probabilities further apart")
    return read if len(reader.complaints) == before else None


def _bounded(expert: Expert, ends: tuple[float, float]) -> bool:
    """Whether half of it, and one in a thousand, lie where they can still be counted."""
    if math.isfinite(ends[1]):
        return True
    try:
        middle, tail = law(_drawn(*_resolved((expert,), ends))).ppf([0.5, 0.999])
    except (OverflowError, ZeroDivisionError):
        return False
    return bool(min(expert.values) / _LONGEST < middle <= tail < max(expert.values) * _LONGEST)


def _expert(data: object, rule: Rule, path: Path, reader: Reader, names: tuple[str, ...]) -> Expert | None:
    if not isinstance(data, Mapping):
        reader.no(f"an expert says {one_of(POINTS)}, or quantiles, but this was {was(data)}", path)
        return None
    before = len(reader.complaints)
    reader.only(data, names, path)
    who = data.get("who", "")
    if not isinstance(who, str):
        reader.no(f"{{what}} must be text, but was {was(who)}", (*path, "who"))
    weight = 1.0
    if "weight" in data and "weight" in names:
        weight = reader.plain(data["weight"], Rule("number", 0.0, lo_open=True), (*path, "weight")) or weight
    if "quantiles" in data:
        for name in (*POINTS, "confidence"):
            if name in data:
                reader.no_key(f"{name} can't stand beside quantiles", (*path, name), "one or the other")
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
            reader.no(f'this expert has no "{name}"', path, f"{one_of(POINTS)}, or quantiles")
        elif (value := reader.plain(data[name], within, (*path, name))) is not None:
            points[name] = Fixed(value, within)
    reader.order("elicit", points, path)
    if len(reader.complaints) > before:
        return None
    return points["low"].value, points["mode"].value, points["high"].value


def _confidence(data: object, path: Path, reader: Reader) -> float:
    value = reader.plain(data, Rule("number"), path)
    if value is not None and not 0.5 <= value < 1:
        guess = f"{value / 100:g}" if 50 <= value < 100 else ""
        reader.no(f"{{what}} was {was(data)}", path, "a number from 0.5 to below 1", guess)
    return value or COVERAGE


def _quantiles(data: object, rule: Rule, path: Path, reader: Reader) -> tuple[tuple[float, float], ...]:
    allowed = "at least two, such as {0.1: ..., 0.5: ..., 0.9: ...}"
    if not isinstance(data, Mapping) or len(data) < 2:
        told = was(data) if not isinstance(data, Mapping) else "one" if data else "none"
        reader.no(f"quantiles give values by probability, but this was {told}", path, allowed)
        return ()
    read: list[tuple[float, float, Any]] = []
    within = Rule(rule.kind, rule.lo, rule.hi)
    for key, given in data.items():
        p = _probability(key)
        if p is None or not 0 < p < 1:
            guess = f"{p / 100:g}" if p is not None and 1 <= p < 100 else ""
            reader.no_key(f"{key} is no probability", (*path, key), "above 0 and below 1", guess)
        elif p in (known for known, _, _ in read):
            reader.no_key(f"the quantile {key} is given twice", (*path, key))
        elif (value := reader.plain(given, within, (*path, key))) is not None:
            read.append((p, value, key))
    read.sort()
    for (_, less, below), (_, value, key) in itertools.pairwise(read):
        if value <= less:
            text = Fixed(value, within).text
            message = (
                f"the quantile {key} must be more than that of {below} ({Fixed(less, within).text}), but was {text}"
            )
            reader.no(message, (*path, key))
            break
    return tuple((p, value) for p, value, _ in read)


def _probability(key: object) -> float | None:
    try:
        return float(str(key))
    except ValueError:
        return None
