"""List the assumptions that differ between two scenarios. A change that is the same in many places is listed once.

The comparison leaves out titles, descriptions, questions and sources, and all of the agenda but its histories: no
result depends on them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from negsim.files import to_line
from negsim.quantities import head

if TYPE_CHECKING:
    from negsim.scenario.scenario import Scenario

Path = tuple[str, ...]

#: Keys that hold text for people, and one that follows from the issues in play.
_PROSE = {"title", "question", "description", "source", "leave_out"}
#: Sections whose entries have names, and the word for one entry.
_KINDS = {
    "issues": "issue",
    "packages": "package",
    "parameters": "parameter",
    "channels": "channel",
    "shocks": "shock",
    "regimes": "climate",
}
#: In the name of a parameter: the file states the number once for several issues, and the name is its path.
SHARED = "."
#: Longest value that is shown, in characters.
_SHOWN = 300


@dataclass(frozen=True)
class Difference:
    """One assumption that differs: its path, its value in each scenario (None: absent), and both in words.

    ``path`` is that of the full form, as `Scenario.replace` takes it. If several issues or packages have the same
    change, ``places`` names them and the path begins after their names.
    """

    path: str
    base: Any
    other: Any
    words: str
    places: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """As plain data."""
        return {**vars(self), "places": list(self.places)}


def differences(base: Scenario, other: Scenario) -> tuple[Difference, ...]:
    """The assumptions that differ, in the order of the base's full form; entries that only the other has come last.

    >>> import negsim as ns
    >>> s = ns.load("scenarios/baseline.yaml")
    >>> (only,) = differences(s, s.replace({"tactics.us.beta": 0.1}))
    >>> only.path, only.base, only.other, only.places[:2]
    ('tactics.us.beta', {'parameter': 'us_beta'}, 0.1, ('banking', 'local_staff'))
    >>> only.words
    'United States beta: parameter us_beta -> 0.1 (9 issues)'
    """
    # The same change in several issues or packages has the same key.
    found: dict[tuple[Path, str, str], list[tuple[Path, Any, Any]]] = {}
    one, two = _assumed(base), _assumed(other)
    for path, a, b in (*_changes(one, two), *_reordered(one, two)):
        everywhere = path[2:] if path[0] in ("issues", "packages") and len(path) > 2 else path
        found.setdefault((everywhere, repr(a), repr(b)), []).append((path, a, b))
    titles = {name: issue.title for each in (other, base) for name, issue in each.agenda.issues.items()}
    sides = {name: side.title for each in (other, base) for name, side in each.agenda.sides.items()}
    result = []
    for (everywhere, _, _), same in found.items():
        path, a, b = same[0]
        if path[0] == "parameters" and SHARED in path[1] and (a is None or b is None):
            continue  # the places that use a shared number list the change
        places = [each[:2] for each, _, _ in same] if len(same) > 1 else []
        path = everywhere if places else path
        words = f"{_place(path, titles, sides)}: {_change(path, _spelt(a, one), _spelt(b, two))}{_count(places)}"
        result.append(Difference(".".join(path), a, b, words, tuple(name for _, name in places)))
    return tuple(result)


def _spelt(value: Any, data: Mapping[str, Any]) -> Any:
    """A value; for a number that the file states once for several issues, the number in place of its name."""
    if isinstance(value, Mapping) and SHARED in str(value.get("parameter", "")):
        return data["parameters"][value["parameter"]]["value"]
    return value


def place_words(path: str, scenario: Scenario) -> str:
    """A path in words.

    >>> import negsim as ns
    >>> place_words("issues.flights.reservation.us", ns.load("scenarios/baseline.yaml"))
    'Direct flights, United States reservation'
    """
    titles = {name: issue.short_title for name, issue in scenario.agenda.issues.items()}
    sides = {name: side.title for name, side in scenario.agenda.sides.items()}
    return _place(tuple(path.split(".")), titles, sides)


def _assumed(scenario: Scenario) -> dict[str, Any]:
    """The full form without text for people; of the agenda, the history of the issues in play."""
    data = _without_prose(scenario.resolved())
    history = {
        name: [f"{entry.date} {entry.status.label}" for entry in scenario.agenda.issues[name].history]
        for name in scenario.issues
    }
    recorded = {name: {"history": entries} for name, entries in history.items()}
    data.pop("strict", None)
    return {**data, "agenda": {"sides": list(scenario.sides), "issues": recorded}}


def _without_prose(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {key: _without_prose(value) for key, value in data.items() if not (key in _PROSE and _is_text(value))}
    return [_without_prose(item) for item in data] if isinstance(data, list) else data


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(item, str) for item in value))


def _changes(a: Any, b: Any, path: Path = ()) -> Iterator[tuple[Path, Any, Any]]:
    """Paths at which two values differ, down to whole quantities and lists of plain values."""
    if a == b:
        return
    if _divides(a) and _divides(b):
        for key in dict.fromkeys((*a, *b)):
            # An issue that only one scenario has is listed once, without its history.
            elsewhere = path == ("agenda", "issues") and (key not in a or key not in b)
            # Keys that the other kind of tactic does not use are not listed.
            unused = path[-2:-1] == ("tactics",) and a.get("kind") != b.get("kind") and key not in b
            if not (elsewhere or unused):
                yield from _changes(a.get(key), b.get(key), (*path, str(key)))
    elif _mappings(a) and _mappings(b) and len(a) == len(b):
        for number, (one, two) in enumerate(zip(a, b, strict=True)):
            yield from _changes(one, two, (*path, str(number)))
    else:
        yield path, a, b


def _divides(value: Any) -> bool:
    return isinstance(value, Mapping) and head(value) is None


def _mappings(value: Any) -> bool:
    return isinstance(value, list) and all(_divides(item) for item in value)


def _reordered(a: Any, b: Any) -> Iterator[tuple[Path, Any, Any]]:
    """Sections with the same names in another order; the order decides ties."""
    for path in (("issues",), ("packages",), ("channels",), ("climate", "regimes"), ("shocks",)):
        one, two = a, b
        for key in path:
            one, two = one.get(key, {}), two.get(key, {})
        if list(one) != list(two) and set(one) == set(two):
            yield (*path, "order"), list(one), list(two)


def _place(path: Path, titles: Mapping[str, str], sides: Mapping[str, str]) -> str:
    """The place of a difference in words.

    >>> _place(("shocks", "summit", "marks", "0", "half_life"), {}, {})
    'shock summit, mark 1 half life'
    >>> _place(("issues", "flights", "reservation", "us"), {"flights": "Direct flights"}, {"us": "US"})
    'Direct flights, US reservation'
    """
    what, rest = "", path
    if path[0] in ("climate", "agenda") and len(path) > 2:
        path = rest = path[1:]
    if path[0] in _KINDS and len(path) > 1 and path[1] != "order":
        name = titles.get(path[1], path[1]) if path[0] == "issues" else path[1]
        what = name if path[0] == "issues" else f"{_KINDS[path[0]]} {name}"
        rest = path[2:]
    steps = [step for step in rest if step not in ("tactics", "value")]
    words = [sides[step] for step in steps if step in sides]
    for step in steps:
        if step.isdigit():
            words[-1:] = [words[-1].removesuffix("s"), str(int(step) + 1)]
        elif step not in sides:
            words.append(step.replace("_", " "))
    return ", ".join(part for part in (what, " ".join(words)) if part)


def _change(path: Path, a: Any, b: Any) -> str:
    """From one value to the other, in words; for lists of names, the names that were added or removed.

    >>> _change(("channels", "rounds", "issues"), ["visas"], ["visas", "flights"])
    'with flights'
    """
    if path[0] == "issues" and len(path) == 2 and path[1] != "order":
        return "not in play -> in play" if a is None else "in play -> not in play"
    if a and b and isinstance(a, list) and isinstance(b, list) and _is_text([*a, *b]):
        more, less = [item for item in b if item not in a], [item for item in a if item not in b]
        if (more and b == [*a, *more]) or (less and a == [*b, *less]):
            return f"{'with' if more else 'without'} {', '.join(more or less)}"
    return f"{_value(a)} -> {_value(b)}"


def _value(value: Any) -> str:
    """A value on one line, as in the file; a parameter by its name."""
    if value is None:
        return "nothing"
    if head(value) == "parameter":
        times = f"{value['times']} x " if "times" in value else ""
        plus = f" + {value['plus']}" if "plus" in value else ""
        return f"{times}parameter {value['parameter']}{plus}"
    line = to_line(value)
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 4]} ..."


def _count(places: Sequence[Path]) -> str:
    counts = []
    for section in ("issues", "packages"):
        if number := sum(place[0] == section for place in places):
            counts.append(f"{number} {section if number > 1 else _KINDS[section]}")
    return f" ({' and '.join(counts)})" if counts else ""
