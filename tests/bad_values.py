"""Wrong values at every path of a file's data."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from negsim.errors import InputError

#: What a file may hold by mistake or by malice, whatever the place.
BAD: dict[str, Any] = {
    "null": None,
    "an empty list": [],
    "an empty mapping": {},
    "a list in a list": [[]],
    "a mapping in a list": [{}],
    "a word": "x",
    "-1": -1,
    "0": 0,
    "a huge number": 1e308,
    "a longer number": 10**400,
    "true": True,
    "no number": math.nan,
    "an impossible day": "2025-02-30",
    "5,000 letters": 5000 * "a",
    "markup": "<script>alert(1)</script>",
}
Step = str | int
Path = tuple[Step, ...]


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path of every part of plain data, the whole first."""
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
    for step, child in children:
        yield from paths(child, (*path, step))


def changed(value: Any, path: Path, bad: Any) -> Any:
    """A copy with another value at a path."""
    if not path:
        return bad
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(value[path[0]], path[1:], bad)
    return copy


def forms(data: Any, most: int = 1) -> list[Path]:
    """The paths of plain data, at most ``most`` of each form: numbers in lists and names of entries do not count."""
    seen: dict[tuple[object, ...], int] = {}
    kept = []
    for path in paths(data):
        form = tuple(
            "*" if isinstance(step, int) or (n and path[n - 1] in _NAMED) else step for n, step in enumerate(path)
        )
        seen[form] = seen.get(form, 0) + 1
        if seen[form] <= most:
            kept.append(path)
    return kept


#: Mappings whose keys are names.
_NAMED = {"issues", "parameters", "tactics", "channels", "regimes", "shocks", "packages", "sources", "rounds", "events"}
_NAMED |= {
    "sides",
    "demands",
    "stances",
    "third_parties",
    "disputed",
    "clock",
    "offers",
    "reservation",
    "next",
    "heads",
}


def has_places(error: InputError, file: str) -> bool:
    """Check that an error has a file and messages that a terminal can show."""
    assert error.problems
    assert all(problem.message and problem.file.startswith(file) for problem in error.problems)
    assert all(letter.isprintable() or letter in "\n\t" for letter in str(error))
    return True
