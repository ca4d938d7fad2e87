"""The value at a path of a scenario, as `Scenario.replace` writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from negsim.errors import Complaint, InputError, did_you_mean, one_of
from negsim.files import Place

_NOTHING = object()


def value_at(steps: list[str], written: Mapping[str, Any], make_full: Callable[[], Mapping[str, Any]]) -> Any:
    """The value at a path of the file, else of the full form, which is made only if it is needed.

    A path below `tactics` or `defaults`, which a full form does not have, is looked up in all issues; they must agree.

    Raises:
        InputError: there is no such path.

    >>> full = {"issues": {"a": {"hours": "1 hour"}, "b": {"hours": "1 hour"}}}
    >>> value_at(["tactics", "both", "beta"], {"tactics": {"both": {"beta": 1}}}, lambda: full)
    1
    >>> value_at(["defaults", "hours"], {}, lambda: full)
    '1 hour'
    """
    if (found := _follow(written, steps)) is not _NOTHING:
        return found
    if steps[0] == "tactics" and (found := _follow(written, ["tactics", "both", *steps[2:]])) is not _NOTHING:
        return found
    full = make_full()
    if (found := _follow(full, steps)) is not _NOTHING:
        return found
    issues = full.get("issues", {}).values()
    if steps[0] in ("tactics", "defaults"):
        values = [_follow(issue, steps[steps[0] == "defaults" :]) for issue in issues]
        if values and values[0] is not _NOTHING and all(value == values[0] for value in values):
            return values[0]
    raise InputError([Place(f"scenario['{'.'.join(steps)}']").problem(_missing(steps, (written, full)))])


def _follow(data: Any, steps: Iterable[str]) -> Any:
    for step in steps:
        if isinstance(data, Mapping) and step in data:
            data = data[step]
        elif isinstance(data, list) and step.isdigit() and int(step) < len(data):
            data = data[int(step)]
        else:
            return _NOTHING
    return data


def _missing(steps: list[str], forms: tuple[Mapping[str, Any], ...]) -> Complaint:
    """The first step that leads nowhere, with the keys that there are."""
    depths = [next(n for n in range(len(steps)) if _follow(form, steps[: n + 1]) is _NOTHING) for form in forms]
    deepest = max(depths)
    insides = [_follow(form, steps[:deepest]) for form, depth in zip(forms, depths, strict=True) if depth == deepest]
    keys = list(dict.fromkeys(key for inside in insides for key in _keys(inside)))
    below = f" in {'.'.join(steps[:deepest])}" if deepest else ""
    message = f'there is no "{steps[deepest]}"{below}'
    return Complaint(message, allowed=one_of(keys, 30), suggestion=did_you_mean(steps[deepest], keys))


def _keys(data: Any) -> list[str]:
    if isinstance(data, list):
        return [str(number) for number in range(len(data))]
    return list(data) if isinstance(data, Mapping) else []
