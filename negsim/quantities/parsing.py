"""Reading quantities from the data of a file; all mistakes are reported together."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from negsim.errors import Complaint, ComplaintsError, did_you_mean, one_of, was
from negsim.files import FrozenDict
from negsim.quantities.experts import Experts, read_experts, resolved
from negsim.quantities.quantity import (
    DISTRIBUTIONS,
    ELICIT,
    FAMILIES,
    KIND_OF_UNIT,
    NOUN,
    PER,
    PERCENT,
    POSITIVE,
    SHAPES,
    UNITLESS,
    UNITS,
    Draw,
    Fixed,
    Parameter,
    Quantity,
    Rule,
    kind_of,
    share_meant,
    unit_of,
    with_units,
)

#: Days that are not counted one by one in a duration; five of them are a week.
_WORKING_DAYS = ("working day", "business day", "weekday", "workday")
#: A larger whole number has no floating-point form.
_LARGEST = 10**300


def parse(data: object, rule: Rule, parameters: Mapping[str, str | None] | None = None) -> Quantity:
    """Read a quantity from the data of a file.

    ``parameters`` holds the kind of each named parameter (``None``: unknown); without it names are not checked.

    Raises:
        ComplaintsError: the data is invalid; it lists all mistakes with their paths in ``data``.

    >>> parse("6 weeks", Rule("duration")).value
    42.0
    """
    reader = _Reader(parameters)
    quantity = reader.quantity(data, rule, ())
    if reader.complaints or quantity is None:
        raise ComplaintsError(reader.complaints)
    return quantity


def parse_plain(text: object, kind: str) -> float:
    """The canonical value of a plain number with its unit, without a check of its range.

    Raises:
        ComplaintsError: it is not such a number.

    >>> parse_plain("3 years", "duration")
    1095.75
    """
    reader = _Reader(None)
    value = reader.plain(text, Rule(kind), ())
    if value is None:
        raise ComplaintsError(reader.complaints)
    return value


def parse_experts(data: object, rule: Rule) -> Experts:
    """The statements of experts under ``elicit``.

    Raises:
        ComplaintsError: the data is invalid; it lists all mistakes with their paths in ``data``.

    >>> parse_experts({"low": "1 day", "mode": "2 days", "high": "1 week"}, Rule("duration"))[0].values
    (1.0, 2.0, 7.0)
    """
    reader = _Reader(None)
    experts = read_experts(data, rule, (), reader)
    if experts is None:
        raise ComplaintsError(reader.complaints)
    return experts


@dataclass
class _Reader:
    parameters: Mapping[str, str | None] | None
    complaints: list[Complaint] = field(default_factory=list)

    def refuse(self, message: str, path: tuple[str | int, ...], allowed: str = "", suggestion: str = "") -> None:
        self.complaints.append(Complaint(message, path, allowed, suggestion))

    def refuse_key(self, message: str, path: tuple[str | int, ...], allowed: str = "", suggestion: str = "") -> None:
        self.complaints.append(Complaint(message, path, allowed, suggestion, on_key=True))

    def quantity(self, data: object, rule: Rule, path: tuple[str | int, ...], depth: int = 0) -> Quantity | None:
        if isinstance(data, Fixed | Draw | Parameter):
            data = data.text
        if not isinstance(data, Mapping):
            value = self.plain(data, rule, path)
            return None if value is None else Fixed(value, rule)
        if depth and not rule.chance:
            self.refuse("{what} must be a plain value here, but was a mapping", path, rule.allowed)
            return None
        if "parameter" in data:
            return self.parameter(data, rule, path)
        if PER in data:
            message = f'"{PER}" belongs to distributions under tactics and defaults'
            self.refuse_key(message, (*path, PER), "no such key")
            return None
        if len(data) != 1:
            families = f"one of the distributions {one_of(DISTRIBUTIONS)}, or a parameter"
            self.refuse(f"{{what}} must have one key, but had {len(data)}", path, families)
            return None
        family, numbers = next(iter(data.items()))
        if family == ELICIT:
            experts = read_experts(numbers, rule, (*path, ELICIT), self)
            return None if experts is None else self.quantity(resolved(experts, rule), rule, path, depth)
        if family not in FAMILIES:
            self.refuse_key(
                f'there is no distribution "{family}"',
                (*path, str(family)),
                f"{one_of(DISTRIBUTIONS)}, or parameter",
                did_you_mean(family, [*DISTRIBUTIONS, "parameter"]),
            )
            return None
        if not isinstance(numbers, Mapping):
            self.refuse(f"{family} needs {one_of(FAMILIES[family])}, but was {was(numbers)}", (*path, family))
            return None
        if family == "empirical":
            return self.empirical(numbers, rule, (*path, family), rule.chance and not depth)
        return self.draw(family, numbers, rule, (*path, family), depth)

    def plain(self, data: object, rule: Rule, path: tuple[str | int, ...]) -> float | None:
        """A plain value in the canonical unit."""
        value = None
        if rule.kind == "number":
            if isinstance(data, int | float) and not isinstance(data, bool):
                value = float(max(min(data, _LARGEST), -_LARGEST)) + 0.0 if isinstance(data, int) else data + 0.0
            elif isinstance(data, str) and kind_of(data):
                self.refuse(f"{{what}} must be a number without a unit, but was {was(data)}", path, rule.allowed)
                return None
        elif isinstance(data, int | float) and not isinstance(data, bool):
            self.refuse(f"{{what}} needs a unit, but was {was(data)}", path, NOUN[rule.kind])
            return None
        elif isinstance(data, str) and (parts := with_units(data)):
            units = UNITS[rule.kind]
            sizes = [units.get(unit, 0.0) for _, unit in parts]
            if len(parts) == 1 and parts[0][1] in units:
                value = parts[0][0] * sizes[0] + 0.0
            elif all(sizes) and sizes == sorted(set(sizes), reverse=True) and all(number >= 0 for number, _ in parts):
                value = sum(number * size for (number, _), size in zip(parts, sizes, strict=True))
            elif (unit := next((unit for _, unit in parts if unit not in KIND_OF_UNIT), None)) is not None:
                guess = did_you_mean(unit, units)
                if unit_of(unit) in _WORKING_DAYS and rule.kind == "duration":
                    guess = f'"{parts[0][0] * 7 / 5:g} days"'
                self.refuse(f'{{what}} was {was(data)}, but "{unit}" is not a unit', path, NOUN[rule.kind], guess)
                return None
        guess = share_meant(data) if rule.kind == "number" and rule.hi <= 1 else ""
        if value is None:
            if rule.kind == "number" and isinstance(data, str) and PERCENT.fullmatch(data.strip()):
                guess = share_meant(data)  # a percent sign is clear, whatever the range
            allowed = rule.allowed if rule.kind == "number" else NOUN[rule.kind]
            self.refuse(
                f"{{what}} must be {NOUN[rule.kind].split(' such')[0]}, but was {was(data)}", path, allowed, guess
            )
            return None
        if not rule.holds(value):
            self.refuse(f"{{what}} was {was(data)}", path, rule.allowed, guess)
            return None
        return value

    def parameter(self, data: Mapping[Any, Any], rule: Rule, path: tuple[str | int, ...]) -> Quantity | None:
        before = len(self.complaints)
        for key in data:
            if key not in ("parameter", "times", "plus"):
                names = ("parameter", "times", "plus")
                self.refuse_key(f'unknown key "{key}"', (*path, key), one_of(names), did_you_mean(key, names))
        name = data["parameter"]
        if self.parameters is not None:
            if not isinstance(name, str) or name not in self.parameters:
                names_known = one_of(self.parameters)
                guess = did_you_mean(name, self.parameters) if isinstance(name, str) else ""
                self.refuse(f"there is no parameter {was(name)}", (*path, "parameter"), names_known, guess)
            elif self.parameters[name] not in (None, rule.kind):
                has = NOUN[str(self.parameters[name])].split(" such")[0]
                self.refuse(f'the parameter "{name}" is {has}', (*path, "parameter"), rule.allowed)
        times = self.plain(data.get("times", 1), Rule("number"), (*path, "times"))
        plus = 0.0
        if "plus" in data:
            plus = self.plain(data["plus"], Rule(rule.kind), (*path, "plus")) or 0.0
        if len(self.complaints) > before or times is None:
            return None
        return Parameter(str(name), rule, times, plus)

    def empirical(
        self, data: Mapping[Any, Any], rule: Rule, path: tuple[str | int, ...], each_time: bool
    ) -> Quantity | None:
        """Observed values; ``each_time``: whether they are drawn more than once a run."""
        before = len(self.complaints)
        self.check_keys(data, ("values", "joint"), path)
        values = data.get("values")
        if not isinstance(values, list | tuple) or not values:
            self.refuse("empirical needs values, a list of observations", path)
            return None
        joint = data.get("joint", "")
        if not isinstance(joint, str) or ("joint" in data and not joint.strip()):
            self.refuse(f"joint must be a name, but was {was(joint)}", (*path, "joint"))
        elif joint and each_time:
            allowed = "joint in what is drawn once a run, such as a parameter"
            self.refuse("{what} is drawn each time, so it cannot be drawn together with others", path[:-1], allowed)
        read = [self.plain(value, rule, (*path, "values", number)) for number, value in enumerate(values)]
        if len(self.complaints) > before:
            return None
        return Draw("empirical", FrozenDict(), rule, tuple(value for value in read if value is not None), joint)

    def check_keys(self, data: Mapping[Any, Any], names: tuple[str, ...], path: tuple[str | int, ...]) -> None:
        for key in data:
            if key not in names:
                self.refuse_key(f'unknown key "{key}"', (*path, key), one_of(names), did_you_mean(key, names))

    def draw(
        self, family: str, data: Mapping[Any, Any], rule: Rule, path: tuple[str | int, ...], depth: int
    ) -> Quantity | None:
        before = len(self.complaints)
        names = FAMILIES[family]
        self.check_keys(data, names, path)
        if family == "beta" and rule.kind == "number":
            data = {"low": 0, "high": 1, **data}
        numbers: dict[str, Quantity] = {}
        for name in names:
            if name not in data:
                self.refuse(f'{family} has no "{name}"', path, one_of(names))
                continue
            kind = "number" if name in UNITLESS else rule.kind
            inner_chance = rule.chance and depth == 0
            if name in UNITLESS:
                inner = Rule(kind, *SHAPES, chance=inner_chance)
            elif name in POSITIVE:
                inner = Rule(kind, 0.0, lo_open=True, chance=inner_chance)
            else:
                inner = Rule(kind, rule.lo, rule.hi, chance=inner_chance)
            if (number := self.quantity(data[name], inner, (*path, name), depth + 1)) is not None:
                # Drawn once a run, even inside a distribution that is drawn each time.
                numbers[name] = _as_assumption(number)
        if len(self.complaints) > before:
            return None
        self.check_order(family, numbers, path)
        return Draw(family, FrozenDict(numbers), rule) if len(self.complaints) == before else None

    def check_order(self, family: str, numbers: Mapping[str, Quantity], path: tuple[str | int, ...]) -> None:
        """The known numbers of a family must rise in the order of their names."""
        rising = ("median", "q90") if family == "lognormal" else ("low", "mode", "high")
        known = [(name, number) for name in rising if isinstance(number := numbers.get(name), Fixed)]
        for (name, number), (after, next_number) in itertools.pairwise(known):
            loose = "mode" in (name, after)
            if next_number.value < number.value or (next_number.value == number.value and not loose):
                what = f"{after} must be {'at least' if loose else 'more than'} {name}"
                self.refuse(f"{what} ({number.text}), but was {next_number.text}", (*path, after))
                return
        if len(known) == 3 and known[0][1].value == known[2][1].value:
            self.refuse(
                f"high must be more than low, but both were {known[0][1].text}", (*path, "high"), "a plain value"
            )


def _as_assumption(quantity: Quantity) -> Quantity:
    rule = Rule(quantity.rule.kind, quantity.rule.lo, quantity.rule.hi, quantity.rule.lo_open)
    if isinstance(quantity, Fixed):
        return Fixed(quantity.value, rule)
    if isinstance(quantity, Parameter):
        return Parameter(quantity.name, rule, quantity.times, quantity.plus)
    return Draw(quantity.family, quantity.numbers, rule, quantity.values)
