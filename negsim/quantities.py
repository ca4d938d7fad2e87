"""Numbers with units, and numbers that are not known: plain values, distributions and named parameters.

Canonical units are days (a week is 7, a month 365.25/12, a year 365.25), hours, rounds, events per year, and 1. A
*quantity* is a :class:`Fixed` value, a :class:`Draw` from a distribution or a :class:`Parameter`; each carries the
:class:`Rule` of the field it fills, and its ``text`` is what a file would say, the same float after reading it back.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from negsim.errors import Complaint, ComplaintsError, did_you_mean, one_of, was
from negsim.models import FrozenDict

DAYS_PER_YEAR: Final = 365.25

#: What one of each unit is in the canonical unit of its kind.
UNITS: Final[dict[str, dict[str, float]]] = {
    "duration": {"day": 1.0, "week": 7.0, "month": DAYS_PER_YEAR / 12, "year": DAYS_PER_YEAR},
    "hours": {"hour": 1.0, "minute": 1 / 60},
    "rounds": {"round": 1.0},
    "rate": {
        "per year": 1.0,
        "per month": 12.0,
        "per week": DAYS_PER_YEAR / 7,
        "per day": DAYS_PER_YEAR,
    },
    "number": {},
}
_KIND_OF_UNIT = {unit: kind for kind, units in UNITS.items() for unit in units}
_NOUN = {
    "duration": 'a duration such as "6 weeks", "42 days" or "2 years"',
    "hours": 'hours such as "6 hours" or "30 minutes"',
    "rounds": 'rounds such as "12 rounds"',
    "rate": 'a rate such as "0.5 per year"',
    "number": "a plain number",
}
_NUMBER = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_WITH_UNIT = re.compile(rf"({_NUMBER})\s*([^\W\d].*)")

#: The families of distributions with the numbers each needs; ``beta`` may add ``low`` and ``high``.
FAMILIES: Final[dict[str, tuple[str, ...]]] = {
    "pert": ("low", "mode", "high"),
    "triangular": ("low", "mode", "high"),
    "uniform": ("low", "high"),
    "lognormal": ("median", "q90"),
    "weibull": ("scale", "shape"),
    "gamma": ("shape", "scale"),
    "exponential": ("mean",),
    "beta": ("a", "b", "low", "high"),
    "empirical": ("values",),
}
_POSITIVE = frozenset({"median", "q90", "scale", "mean", "shape", "a", "b"})
_UNITLESS = frozenset({"shape", "a", "b"})


@dataclass(frozen=True, slots=True)
class Rule:
    """What a field takes: the kind of number, its range in canonical units, whether it is drawn each time (``chance``).

    >>> Rule("number", 0, 1).allowed
    'a number from 0 to 1'
    """

    kind: str
    lo: float = -math.inf
    hi: float = math.inf
    lo_open: bool = False
    chance: bool = False

    @property
    def allowed(self) -> str:
        """The range in words, as messages show it."""
        noun = _NOUN[self.kind]
        if self.kind != "number":
            if self.lo_open and self.lo == 0:
                return f"{noun}, more than 0"
            return noun if self.lo in (0, -math.inf) else f"{noun}, from {self.lo:g}"
        if self.lo > -math.inf and self.hi < math.inf:
            return f"a number {'above' if self.lo_open else 'from'} {self.lo:g} to {self.hi:g}"
        if self.lo > -math.inf:
            return f"a number above {self.lo:g}" if self.lo_open else f"a number of at least {self.lo:g}"
        return noun

    def holds(self, value: float) -> bool:
        """Whether the value is finite and within the range."""
        return math.isfinite(value) and (value > self.lo if self.lo_open else value >= self.lo) and value <= self.hi


@dataclass(frozen=True, slots=True)
class Fixed:
    """A known value in the canonical unit of its kind.

    >>> Fixed(42.0, Rule("duration")).text
    '42 days'
    """

    value: float
    rule: Rule

    @property
    def text(self) -> Any:
        """What a file would say."""
        return _plain_text(self.value, self.rule.kind)


@dataclass(frozen=True, slots=True)
class Draw:
    """A distribution; ``numbers`` by name, or for ``empirical`` the observed ``values``, in canonical units."""

    family: str
    numbers: Mapping[str, Quantity]
    rule: Rule
    values: tuple[float, ...] = ()

    @property
    def text(self) -> Any:
        """What a file would say."""
        if self.family == "empirical":
            return {"empirical": {"values": [_plain_text(value, self.rule.kind) for value in self.values]}}
        return {self.family: {name: number.text for name, number in self.numbers.items()}}


@dataclass(frozen=True, slots=True)
class Parameter:
    """``times`` x the named parameter + ``plus`` (in the canonical unit of the field)."""

    name: str
    rule: Rule
    times: float = 1.0
    plus: float = 0.0

    @property
    def text(self) -> Any:
        """What a file would say."""
        data: dict[str, Any] = {"parameter": self.name}
        if self.times != 1.0:
            data["times"] = _plain_text(self.times, "number")
        if self.plus != 0.0:
            data["plus"] = _plain_text(self.plus, self.rule.kind)
        return data


Quantity = Fixed | Draw | Parameter


def _plain_text(value: float, kind: str) -> Any:
    number: int | float = int(value) if value.is_integer() and abs(value) < 1e15 else value
    if kind == "number":
        return number
    if kind == "rate":
        return f"{number!r} per year"
    unit = {"duration": "day", "hours": "hour", "rounds": "round"}[kind]
    return f"{number!r} {unit}{'' if number == 1 else 's'}"


def parse(data: object, rule: Rule, parameters: Mapping[str, str | None] | None = None) -> Quantity:
    """Reads a quantity as a file gives it.

    ``parameters`` holds the kind of every named parameter (``None``: not known); without it names are not checked.

    Raises:
        ComplaintsError: with everything that is wrong, each with the path within ``data``.

    >>> parse("6 weeks", Rule("duration")).value
    42.0
    """
    reader = _Reader(parameters)
    quantity = reader.quantity(data, rule, ())
    if reader.complaints or quantity is None:
        raise ComplaintsError(reader.complaints)
    return quantity


def parse_plain(text: object, kind: str) -> float:
    """The canonical value of a plain number with its unit, whatever its range.

    Raises:
        ComplaintsError: it is no such number.

    >>> parse_plain("3 years", "duration")
    1095.75
    """
    reader = _Reader(None)
    value = reader.plain(text, Rule(kind), ())
    if value is None:
        raise ComplaintsError(reader.complaints)
    return value


def kind_of(data: object) -> str | None:
    """The kind that a quantity's units show, or ``None`` if it can't be told.

    >>> kind_of({"lognormal": {"median": "2 years", "q90": "6 years"}}), kind_of(0.3), kind_of("x")
    ('duration', 'number', None)
    """
    if isinstance(data, bool):
        return None
    if isinstance(data, int | float):
        return "number"
    if isinstance(data, str):
        match = _WITH_UNIT.fullmatch(data.strip())
        return _KIND_OF_UNIT.get(_unit(match[2])) if match else None
    if isinstance(data, Mapping) and len(data) == 1:
        family, numbers = next(iter(data.items()))
        if isinstance(numbers, Mapping) and family in FAMILIES:
            if isinstance(values := numbers.get("values"), list) and values:
                return kind_of(values[0])
            kinds = [kind_of(numbers[name]) for name in FAMILIES[family] if name in numbers and name not in _UNITLESS]
            return next((kind for kind in kinds if kind), "number" if family == "beta" else None)
    return None


def head(data: object) -> str | None:
    """What form of quantity a mapping is: its family, ``parameter`` or ``until``; ``None`` if it is no quantity."""
    if not isinstance(data, Mapping):
        return None
    if "parameter" in data and set(data) <= {"parameter", "times", "plus"}:
        return "parameter"
    if "until" in data and set(data) <= {"until", "times"}:
        return "until"
    if len(data) == 1:
        family, numbers = next(iter(data.items()))
        if isinstance(numbers, Mapping) and numbers and set(numbers) <= set(FAMILIES.get(str(family), ())):
            return str(family)
    return None


def _unit(text: str) -> str:
    unit = " ".join(text.split())
    return unit if unit in _KIND_OF_UNIT else unit.removesuffix("s")


@dataclass
class _Reader:
    parameters: Mapping[str, str | None] | None
    complaints: list[Complaint] = field(default_factory=list)

    def no(self, message: str, path: tuple[str | int, ...], allowed: str = "", suggestion: str = "") -> None:
        self.complaints.append(Complaint(message, path, allowed, suggestion))

    def no_key(self, message: str, path: tuple[str | int, ...], allowed: str = "", suggestion: str = "") -> None:
        self.complaints.append(Complaint(message, path, allowed, suggestion, on_key=True))

    def quantity(self, data: object, rule: Rule, path: tuple[str | int, ...], depth: int = 0) -> Quantity | None:
        if isinstance(data, Fixed | Draw | Parameter):
            data = data.text
        if not isinstance(data, Mapping):
            value = self.plain(data, rule, path)
            return None if value is None else Fixed(value, rule)
        if depth and not rule.chance:
            self.no("{what} must be a plain value here, but was a mapping", path, rule.allowed)
            return None
        if "parameter" in data:
            return self.parameter(data, rule, path)
        if len(data) != 1:
            families = f"one of the distributions {one_of(FAMILIES)}, or a parameter"
            self.no(f"{{what}} must have one key, but had {len(data)}", path, families)
            return None
        family, numbers = next(iter(data.items()))
        if family not in FAMILIES:
            self.no_key(
                f'there is no distribution "{family}"',
                (*path, str(family)),
                f"{one_of(FAMILIES)}, or parameter",
                did_you_mean(family, [*FAMILIES, "parameter"]),
            )
            return None
        if not isinstance(numbers, Mapping):
            self.no(f"{family} needs {one_of(FAMILIES[family])}, but was {was(numbers)}", (*path, family))
            return None
        if family == "empirical":
            return self.empirical(numbers, rule, (*path, family))
        return self.draw(family, numbers, rule, (*path, family), depth)

    def plain(self, data: object, rule: Rule, path: tuple[str | int, ...]) -> float | None:
        """A value with its unit, in the canonical one."""
        value = None
        if rule.kind == "number":
            if isinstance(data, int | float) and not isinstance(data, bool):
                value = float(data) + 0.0
            elif isinstance(data, str) and kind_of(data):
                self.no(f"{{what}} is a number without a unit, but was {was(data)}", path, rule.allowed)
                return None
        elif isinstance(data, int | float) and not isinstance(data, bool):
            self.no(f"{{what}} needs a unit, but was {was(data)}", path, rule.allowed)
            return None
        elif isinstance(data, str) and (match := _WITH_UNIT.fullmatch(data.strip())):
            units, unit = UNITS[rule.kind], _unit(match[2])
            if unit in units:
                value = float(match[1]) * units[unit] + 0.0
            elif unit not in _KIND_OF_UNIT:
                guess = did_you_mean(unit, units)
                self.no(f'{{what}} was {was(data)}, and "{match[2]}" is no unit', path, rule.allowed, guess)
                return None
        if value is None:
            self.no(f"{{what}} must be {_NOUN[rule.kind].split(' such')[0]}, but was {was(data)}", path, rule.allowed)
            return None
        if not rule.holds(value):
            self.no(f"{{what}} was {was(data)}", path, rule.allowed)
            return None
        return value

    def parameter(self, data: Mapping[Any, Any], rule: Rule, path: tuple[str | int, ...]) -> Quantity | None:
        before = len(self.complaints)
        for key in data:
            if key not in ("parameter", "times", "plus"):
                names = ("parameter", "times", "plus")
                self.no_key(f'unknown key "{key}"', (*path, key), one_of(names), did_you_mean(key, names))
        name = data["parameter"]
        if self.parameters is not None:
            if not isinstance(name, str) or name not in self.parameters:
                names_known = one_of(self.parameters)
                guess = did_you_mean(name, self.parameters)
                self.no(f"there is no parameter {was(name)}", (*path, "parameter"), names_known, guess)
            elif self.parameters[name] not in (None, rule.kind):
                has = _NOUN[str(self.parameters[name])].split(" such")[0]
                self.no(
                    f'{{what}} can\'t be the parameter "{name}", which is {has}', (*path, "parameter"), rule.allowed
                )
        times = self.plain(data.get("times", 1), Rule("number"), (*path, "times"))
        plus = 0.0
        if "plus" in data:
            plus = self.plain(data["plus"], Rule(rule.kind), (*path, "plus")) or 0.0
        if len(self.complaints) > before or times is None:
            return None
        return Parameter(str(name), rule, times, plus)

    def empirical(self, data: Mapping[Any, Any], rule: Rule, path: tuple[str | int, ...]) -> Quantity | None:
        before = len(self.complaints)
        self.only(data, ("values",), path)
        values = data.get("values")
        if not isinstance(values, list | tuple) or not values:
            self.no("empirical needs values, a list of what was observed", path)
            return None
        read = [self.plain(value, rule, (*path, "values", number)) for number, value in enumerate(values)]
        if len(self.complaints) > before:
            return None
        return Draw("empirical", FrozenDict(), rule, tuple(value for value in read if value is not None))

    def only(self, data: Mapping[Any, Any], names: tuple[str, ...], path: tuple[str | int, ...]) -> None:
        for key in data:
            if key not in names:
                self.no_key(f'unknown key "{key}"', (*path, key), one_of(names), did_you_mean(key, names))

    def draw(
        self, family: str, data: Mapping[Any, Any], rule: Rule, path: tuple[str | int, ...], depth: int
    ) -> Quantity | None:
        before = len(self.complaints)
        names = FAMILIES[family]
        self.only(data, names, path)
        if family == "beta" and rule.kind == "number":
            data = {"low": 0, "high": 1, **data}
        numbers: dict[str, Quantity] = {}
        for name in names:
            if name not in data:
                self.no(f'{family} has no "{name}"', path, one_of(names))
                continue
            kind = "number" if name in _UNITLESS else rule.kind
            inner_chance = rule.chance and depth == 0
            if name in _POSITIVE:
                inner = Rule(kind, 0.0, lo_open=True, chance=inner_chance)
            else:
                inner = Rule(kind, rule.lo, rule.hi, chance=inner_chance)
            if (number := self.quantity(data[name], inner, (*path, name), depth + 1)) is not None:
                # Drawn once a run, whatever it stands in.
                numbers[name] = _as_assumption(number)
        if len(self.complaints) > before:
            return None
        self.order(family, numbers, path)
        return Draw(family, FrozenDict(numbers), rule) if len(self.complaints) == before else None

    def order(self, family: str, numbers: Mapping[str, Quantity], path: tuple[str | int, ...]) -> None:
        """The known numbers of a family must rise in the order in which they are named."""
        rising = ("median", "q90") if family == "lognormal" else ("low", "mode", "high")
        known = [(name, number) for name in rising if isinstance(number := numbers.get(name), Fixed)]
        for (name, number), (after, next_number) in itertools.pairwise(known):
            loose = "mode" in (name, after)
            if next_number.value < number.value or (next_number.value == number.value and not loose):
                what = f"{after} must be {'at least' if loose else 'more than'} {name}"
                self.no(f"{what} ({number.text}), but was {next_number.text}", (*path, after))
                return
        if len(known) == 3 and known[0][1].value == known[2][1].value:
            self.no(f"high must be more than low, but both were {known[0][1].text}", (*path, "high"), "a plain value")


def _as_assumption(quantity: Quantity) -> Quantity:
    rule = Rule(quantity.rule.kind, quantity.rule.lo, quantity.rule.hi, quantity.rule.lo_open)
    if isinstance(quantity, Fixed):
        return Fixed(quantity.value, rule)
    if isinstance(quantity, Parameter):
        return Parameter(quantity.name, rule, quantity.times, quantity.plus)
    return Draw(quantity.family, quantity.numbers, rule, quantity.values)
