"""The levers of a scenario: what can be changed, to which values, and the value in the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from negsim.errors import InputError
from negsim.quantities import DAYS_PER_YEAR, Fixed, Parameter, Quantity, median
from negsim.scenario import TACTIC_KEYS, IssueSetup, Package, Scenario, Until

MONTH = DAYS_PER_YEAR / 12

#: Kinds of tactic in display order, with their labels.
TACTICS = {
    "time": "time-dependent",
    "reciprocal": "tit for tat",
    "mixed": "time and tit for tat",
    "fixed": "no concession",
}
#: Default values for a newly chosen kind of tactic.
FALLBACK: dict[str, Any] = {"beta": 1, "patience": "18 months", "aspiration": 1, "reciprocity": 1, "weight": 0.5}

_BETAS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.25, 1.6, 2, 2.5, 3, 4, 5, 6, 8, 10)
_MONTHS = (1, 2, 3, 4, 6, 9, 12, 15, 18, 24, 30, 36, 48, 60, 84, 120)
_ROUNDS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60)
_GAPS = (7.0, 10.0, 14.0, 21.0, 28.0, 35.0, 42.0, 50.0, 60.0, 75.0, 90.0, 105.0, 120.0, 150.0, 180.0, 240.0, 365.0)
_SHARES = tuple(n / 10 for n in range(11))
_OFFICES = (0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8, 1)
_WORDS = {0.25: "0.25 boulware", 1: "1 linear", 4: "4 conceder"}

#: The numbers of a tactic: the label of the lever, and its values.
NUMBERS: dict[str, tuple[str, tuple[float, ...]]] = {
    "beta": ("Beta (hard to soft)", _BETAS),
    "patience": ("Patience", _MONTHS),
    "aspiration": ("Aspiration", _SHARES),
    "reciprocity": ("Reciprocity", tuple(n / 10 for n in range(16))),
    "weight": ("Weight of time", _SHARES),
}


@dataclass(frozen=True)
class Option:
    """A value of a lever, as in a file, and its label; ``None`` is the value of the scenario."""

    label: str
    value: Any


@dataclass(frozen=True)
class Lever:
    """A control of the scenario; ``start`` is the index of the option that changes nothing.

    ``kinds``: the kinds of tactic for which the lever has an effect; empty if it belongs to no tactic.
    """

    key: str
    group: str
    label: str
    form: Literal["choice", "scale", "switch"]
    options: tuple[Option, ...]
    start: int
    kinds: tuple[str, ...] = ()

    def option(self, value: Any) -> Option:
        """The option of a value.

        Raises:
            KeyError: the lever has no such value.
        """
        for option in self.options:
            if option.value == value and type(option.value) is type(value):
                return option
        raise KeyError(f"{self.key} has no value {value!r}")


@dataclass(frozen=True)
class Usual:
    """The most common value of a key in the tactics of a side, and the ``places`` that have it.

    ``parameter`` names a parameter that only the tactics of this side use; changing it changes them all.
    """

    quantity: Quantity | Until | None
    places: tuple[tuple[str, str], ...]
    parameter: str | None = None


def levers(scenario: Scenario) -> tuple[Lever, ...]:
    """All levers of a scenario, in display order.

    >>> import negsim as ns
    >>> found = {lever.key: lever for lever in levers(ns.load("scenarios/baseline.yaml"))}
    >>> found["us.patience"].options[found["us.patience"].start]
    Option(label='(7.3 months)', value=None)
    >>> found["gap.consultations"].label
    'Days between rounds'
    """
    return tuple([*_sides(scenario), *_talks(scenario), *_agenda(scenario)])


def bargains(scenario: Scenario) -> dict[tuple[str, str], IssueSetup | Package]:
    """Issues and packages settled by concession, by section and name; issues in a package are left out."""
    packed = {name for package in scenario.packages.values() for name in package.issues}
    every: dict[tuple[str, str], IssueSetup | Package] = {
        ("issues", name): issue for name, issue in scenario.issues.items() if name not in packed
    }
    every |= {("packages", name): package for name, package in scenario.packages.items()}
    return {place: bargain for place, bargain in every.items() if bargain.settle == "concession"}


def usual_kind(scenario: Scenario, side: str) -> str:
    """The kind of tactic that a side uses most."""
    kinds = Counter(bargain.tactics[side].kind for bargain in bargains(scenario).values())
    return kinds.most_common(1)[0][0]


@lru_cache(maxsize=64)
def usual(scenario: Scenario, side: str, key: str) -> Usual:
    """The most common value of a key in the tactics of a side."""
    found: dict[str, list[tuple[tuple[str, str], Any]]] = {}
    for place, bargain in bargains(scenario).items():
        value = getattr(bargain.tactics[side], key)
        if value is not None:
            same = f"parameter {value.name}" if isinstance(value, Parameter) else repr(_text(value))
            found.setdefault(same, []).append((place, value))
    if not found:
        return Usual(None, ())
    most = max(found.values(), key=len)
    value, places = most[0][1], tuple(place for place, _ in most)
    if not isinstance(value, Parameter):
        return Usual(value, places)
    named = scenario.parameters[value.name].value
    own = all(
        side in path and ("tactics" in path or "clock" in path) for path in _uses(scenario.resolved(), value.name)
    )
    return Usual(named, places, value.name) if own else Usual(value, places)


def _uses(data: Any, parameter: str, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths at which a parameter is used."""
    if isinstance(data, dict):
        if data.get("parameter") == parameter:
            yield path
        for key, value in data.items():
            yield from _uses(value, parameter, (*path, key))
    elif isinstance(data, list):
        for value in data:
            yield from _uses(value, parameter, path)


def _sides(scenario: Scenario) -> Iterator[Lever]:
    if not bargains(scenario):
        return
    for side in scenario.sides:
        title = scenario.agenda.sides[side].title
        now = usual_kind(scenario, side)
        kinds = [_written_or(f"{word} ({kind})", kind, now) for kind, word in TACTICS.items()]
        yield Lever(f"{side}.kind", title, "Tactic", "choice", tuple(kinds), list(TACTICS).index(now))
        for key, (label, steps) in NUMBERS.items():
            found = usual(scenario, side, key)
            fits = tuple(kind for kind, keys in TACTIC_KEYS.items() if key in keys)
            options, start = _tactic_options(scenario, key, steps, found.quantity)
            yield Lever(f"{side}.{key}", title, label, "scale", options, start, fits)


def _tactic_options(
    scenario: Scenario, key: str, steps: tuple[float, ...], found: Quantity | Until | None
) -> tuple[tuple[Option, ...], int]:
    if key != "patience":
        words = _WORDS if key == "beta" else {}
        options = [(step, Option(words.get(step, f"{step:g}"), step)) for step in steps]
        default = float(FALLBACK[key])
        return _with_start(options, default if found is None else _middle(scenario, found), found, lambda m: f"{m:.2g}")
    if isinstance(found, Until):
        day = scenario.deadline.date if found.until == "deadline" and scenario.deadline else found.until
        assert not isinstance(day, str)
        middle = (day - scenario.as_of).days * median(found.times, _named(scenario))
    else:
        middle = 18 * MONTH if found is None else _middle(scenario, found)
    if found is not None and not isinstance(found, Until) and found.rule.kind == "rounds":
        options = [(step, Option(_count(step, "round"), _count(step, "round"))) for step in _ROUNDS]
        return _with_start(options, middle, found, lambda m: _count(round(m), "round"))
    options = [(step * MONTH, Option(_count(step, "month"), _count(step, "month"))) for step in _MONTHS]
    return _with_start(options, middle, found, lambda m: _count(float(f"{m / MONTH:.2g}"), "month"))


def _talks(scenario: Scenario) -> Iterator[Lever]:
    several = len(scenario.channels) > 1
    for name, channel in scenario.channels.items():
        of = f", {channel.title}" if several else ""
        gaps = [(step, Option(_count(step, "day"), _count(step, "day"))) for step in _GAPS]
        middle = _middle(scenario, channel.gap)
        options, start = _with_start(gaps, middle, channel.gap, lambda m: _count(round(m), "day"))
        yield Lever(f"gap.{name}", "Talks", f"Days between rounds{of}", "scale", options, start)
        offices = [(float(step), Option(f"{step:g}", step)) for step in _OFFICES]
        middle = _middle(scenario, channel.good_offices)
        options, start = _with_start(offices, middle, channel.good_offices, lambda m: f"{m:.2g}")
        yield Lever(f"offices.{name}", "Talks", f"Good offices{of}", "scale", options, start)
    climate = scenario.climate
    regimes = [_written_or(name.replace("_", " "), name, climate.start) for name in climate.regimes]
    place = list(climate.regimes).index(climate.start)
    yield Lever("climate", "Talks", "Climate at the start", "choice", tuple(regimes), place)


def _agenda(scenario: Scenario) -> Iterator[Lever]:
    both = (Option("out", False), Option("in", True))
    for name in candidates(scenario):
        written = name in scenario.issues
        options = tuple(Option(o.label, None if o.value == written else o.value) for o in both)
        title = scenario.agenda.issues[name].short_title
        yield Lever(f"issue.{name}", "Issues", title, "switch", options, int(written))
    for name, package in scenario.packages.items():
        options = (Option("apart", False), Option("together", None))
        yield Lever(f"package.{name}", "Packages", package.title, "switch", options, 1)


def candidates(scenario: Scenario) -> list[str]:
    """The issues that are in play or could be."""
    try:
        every = scenario.replace({"leave_out": []}).issues
    except InputError:  # an issue that is left out cannot be included
        every = scenario.issues
    return [name for name in scenario.agenda.issues if name in every or name in scenario.issues]


def _with_start(
    options: list[tuple[float, Option]], middle: float, found: Any, say: Any
) -> tuple[tuple[Option, ...], int]:
    """The options with the current value, in brackets, in its place; a plain value is not offered twice."""
    if isinstance(found, Fixed):
        options = [(at, option) for at, option in options if abs(at - middle) > 1e-9 * max(1.0, middle)]
    start = sum(at < middle for at, _ in options)
    written = Option(f"({say(middle)})", None)
    labels = [option for _, option in options]
    return (*labels[:start], written, *labels[start:]), start


def _written_or(label: str, value: str, now: str) -> Option:
    return Option(f"{label}, as written", None) if value == now else Option(label, value)


def _middle(scenario: Scenario, quantity: Any) -> float:
    return median(quantity, _named(scenario))


def _named(scenario: Scenario) -> dict[str, Quantity]:
    return {name: parameter.value for name, parameter in scenario.parameters.items()}


def _text(value: Quantity | Until) -> Any:
    return value.model_dump(mode="json") if isinstance(value, Until) else value.text


def _count(number: float, unit: str) -> str:
    return f"{number:g} {unit}{'' if number == 1 else 's'}"
