"""Quantities: plain values with units, distributions and named parameters.

Canonical units are days (a week is 7, a month 365.25/12, a year 365.25), hours, rounds, events per year, and 1. A
*quantity* is a :class:`Fixed` value, a :class:`Draw` from a distribution or a :class:`Parameter`; each carries the
:class:`Rule` of its field. Its ``text`` is the form in a file; reading it back gives the same float.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

DAYS_PER_YEAR: Final = 365.25

#: The value of each unit in the canonical unit of its kind.
UNITS: Final[dict[str, dict[str, float]]] = {
    "duration": {
        "day": 1.0,
        "week": 7.0,
        "month": DAYS_PER_YEAR / 12,
        "year": DAYS_PER_YEAR,
        "hour": 1 / 24,
        "minute": 1 / 1440,
    },
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
#: The kind of quantity of each unit.
KIND_OF_UNIT: Final = {unit: kind for kind, units in UNITS.items() for unit in units}
#: What each kind allows, in words.
NOUN: Final = {
    "duration": 'a duration such as "6 weeks", "42 days" or "2 years"',
    "hours": 'hours such as "6 hours" or "30 minutes"',
    "rounds": 'rounds such as "12 rounds"',
    "rate": 'a rate such as "0.5 per year"',
    "number": "a plain number",
}
_NUMBER = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
#: A percentage.
PERCENT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]+)?)\s*%")
#: A number and its unit.
WITH_UNIT: Final = re.compile(rf"({_NUMBER})\s*([^\W\d].*)")

#: What stands between the parts of "1 year, 6 months and 3 days".
_NEXT: Final = re.compile(r"(?:\s*,\s*|\s+)(?:and\s+)?(?=[0-9.])")

#: The families of distributions with their numbers; for ``beta``, ``low`` and ``high`` are optional.
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
#: Numbers of families that must be above 0, and numbers without a unit.
POSITIVE: Final = frozenset({"median", "q90", "scale", "mean", "shape", "a", "b"})
UNITLESS: Final = frozenset({"shape", "a", "b"})
#: Smallest and largest shape of a distribution: beyond them tables of quantiles take minutes and lose their digits.
SHAPES: Final = (0.01, 10_000.0)

#: The key of statements of experts, and the keys of one expert.
ELICIT: Final = "elicit"
EXPERT_KEYS: Final = ("who", "low", "mode", "high", "confidence", "quantiles", "weight")
#: The keys that begin a distribution.
DISTRIBUTIONS: Final = (*FAMILIES, ELICIT)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a field allows: a kind, a range in canonical units; ``chance``: it is drawn each time, not once a run.

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
        """The range in words, for messages."""
        noun = NOUN[self.kind]
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
        """The form in a file."""
        return _plain_text(self.value, self.rule.kind)


@dataclass(frozen=True, slots=True)
class Draw:
    """A distribution; ``numbers`` by name, or for ``empirical`` the observed ``values``, in canonical units.

    Assumptions with the same ``joint`` name are drawn together: a run takes the same place of each list.
    """

    family: str
    numbers: Mapping[str, Quantity]
    rule: Rule
    values: tuple[float, ...] = ()
    joint: str = ""

    @property
    def text(self) -> Any:
        """The form in a file."""
        if self.family == "empirical":
            values = {"values": [_plain_text(value, self.rule.kind) for value in self.values]}
            return {"empirical": values | ({"joint": self.joint} if self.joint else {})}
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
        """The form in a file."""
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


def kind_of(data: object) -> str | None:
    """The kind of a quantity by its units; ``None`` if it is not known.

    >>> kind_of({"lognormal": {"median": "2 years", "q90": "6 years"}}), kind_of(0.3), kind_of("x")
    ('duration', 'number', None)
    >>> kind_of({"elicit": {"quantiles": {0.5: "2 per year", 0.9: "4 per year"}}})
    'rate'
    """
    if isinstance(data, bool):
        return None
    if isinstance(data, int | float):
        return "number"
    if isinstance(data, str):
        shown = {KIND_OF_UNIT.get(unit) for _, unit in with_units(data)}
        if shown == {"duration", "hours"}:  # "1 day and 6 hours"
            return "duration"
        return shown.pop() if len(shown) == 1 else None
    if isinstance(data, Mapping) and len(data) == 1:
        family, numbers = next(iter(data.items()))
        if family == ELICIT:
            return next(filter(None, (kind_of(value) for value in _stated_values(numbers))), None)
        if isinstance(numbers, Mapping) and family in FAMILIES:
            if isinstance(values := numbers.get("values"), list) and values:
                return kind_of(values[0])
            kinds = [kind_of(numbers[name]) for name in FAMILIES[family] if name in numbers and name not in UNITLESS]
            return next((kind for kind in kinds if kind), "number" if family == "beta" else None)
    return None


def _stated_values(stated: object) -> list[object]:
    """The values given by experts."""
    experts = stated if isinstance(stated, list | tuple) else [stated]
    said: list[object] = []
    for expert in experts:
        if isinstance(expert, Mapping):
            said += [expert[name] for name in ("low", "mode", "high") if name in expert]
            said += quantiles.values() if isinstance(quantiles := expert.get("quantiles"), Mapping) else []
    return said


#: The key beside a family that says how often it is drawn: for each issue.
PER = "per"


def head(data: object) -> str | None:
    """The form of a quantity: its family, ``elicit``, ``parameter`` or ``until``; ``None`` for other data."""
    if not isinstance(data, Mapping):
        return None
    if "parameter" in data and set(data) <= {"parameter", "times", "plus"}:
        return "parameter"
    if "until" in data and set(data) <= {"until", "times"}:
        return "until"
    stated = {key: value for key, value in data.items() if key != PER}
    if len(stated) == 1:
        family, numbers = next(iter(stated.items()))
        if family == ELICIT and (isinstance(numbers, list | tuple) or _is_expert(numbers)):
            return ELICIT
        if isinstance(numbers, Mapping) and set(numbers) & set(FAMILIES.get(str(family), ())):
            return str(family)
    return None


def _is_expert(data: object) -> bool:
    return isinstance(data, Mapping) and not set(EXPERT_KEYS).isdisjoint(data)


def with_units(text: str) -> list[tuple[float, str]]:
    """The numbers of a text with their units, as in `UNITS` if they are known; empty if it has another form.

    >>> with_units("1 year and 6 months"), with_units("0.5 per year"), with_units("soon")
    ([(1.0, 'year'), (6.0, 'month')], [(0.5, 'per year')], [])
    """
    matches = [WITH_UNIT.fullmatch(part) for part in _NEXT.split(text.strip())]
    if not all(matches):
        return []
    return [(float(match[1]), _known_or_typed(match[2])) for match in matches if match is not None]


def _known_or_typed(text: str) -> str:
    unit = unit_of(text)
    return unit if unit in KIND_OF_UNIT else text


def share_meant(value: object) -> str:
    """The plain share that a percentage means; empty for other values.

    >>> share_meant("20%"), share_meant("7.5 %"), share_meant(60), share_meant(0.6)
    ('0.2', '0.075', '0.6', '')
    """
    percent = PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    number = float(percent[1]) if percent else value
    if isinstance(number, bool) or not isinstance(number, int | float):
        return ""
    return f"{number / 100:g}" if percent or 2 <= number <= 100 else ""


def unit_of(text: str) -> str:
    """The unit as in `UNITS`, without a plural s."""
    unit = " ".join(text.split())
    return unit if unit in KIND_OF_UNIT else unit.removesuffix("s")
