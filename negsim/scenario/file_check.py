"""Check a scenario file and list all problems at once."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from negsim.agenda import load_agenda
from negsim.errors import InputError, Problem, checks_arguments
from negsim.files import Node, Problems, read_yaml
from negsim.scenario.layering import read_extended
from negsim.scenario.scenario import assemble, stricter

#: Keys of which a scenario has at least one, and an agenda none.
_SCENARIO_KEYS = {"agenda", "extends", "as_of", "horizon", "tactics", "channels"}


@checks_arguments
def check(path: str | os.PathLike[str], *, strict: bool = False) -> Problems:
    """List all problems and warnings of a scenario or agenda file, in the order of the file.

    A scenario runs if all its problems have ``warning`` true. ``strict`` as in `load`. A file with issues and no key of
    a scenario is an agenda.

    >>> [problem for problem in check("scenarios/baseline.yaml") if not problem.warning]
    []
    """
    try:
        if _is_agenda(path):
            return Problems(load_agenda(path, strict).warnings)
        node = read_extended(path)
    except InputError as error:
        return Problems(error.problems)
    return Problems(assemble(stricter(node, strict))[1])


def _is_agenda(path: str | os.PathLike[str]) -> bool:
    keys = set(read_yaml(path).mapping) if os.path.isfile(path) else set()
    return "issues" in keys and not keys & _SCENARIO_KEYS


def as_data(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems as plain data: file, line, column, severity, message, allowed, suggestion, and the path in the file.

    The path names the keys that lead to the place, such as ``tactics.us.beta``; null if the file cannot be read.

    >>> as_data([Problem("scenarios/baseline.yaml", 2, 1, "no reason")])[0]["path"]
    'title'
    """
    known: dict[str, dict[tuple[int, int], str]] = {}
    found = []
    for problem in problems:
        if problem.file not in known:
            try:
                known[problem.file] = _paths(read_yaml(problem.file), "")
            except InputError:
                known[problem.file] = {}
        found.append({**problem.data(), "path": known[problem.file].get((problem.line, problem.col))})
    return found


def _paths(node: Node, path: str) -> dict[tuple[int, int], str]:
    """The path of every key and value, by line and column."""
    here = {(node.place.line, node.place.col): path} if path else {}
    children = node.mapping.items() if node.mapping else enumerate(node.items)
    for step, child in children:
        below = f"{path}.{step}" if path else str(step)
        here |= _paths(child, below)
        if (key := node.keys.get(str(step))) is not None:
            here[key.line, key.col] = below
    return here
