"""Problems in files that a scenario extends: they name the scenario too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from negsim.errors import Problem
from negsim.files import Node


def named_both(problems: Iterable[Problem], friendly: Node) -> list[Problem]:
    """The problems; one in a file that the scenario extends names the scenario too."""
    problems = list(problems)
    if not problems:
        return []
    own = friendly.place.file
    inherited = _files(friendly) - {own}
    return [
        replace(problem, message=f"{problem.message} (in a file that {own} extends)")
        if problem.file in inherited and friendly.place.line and problem.line
        else problem
        for problem in problems
    ]


def _files(node: Node) -> set[str]:
    """The files from which a node and the nodes below it come; the agenda has its own."""
    below = [child for key, child in node.mapping.items() if key != "agenda"] + node.items
    return {node.place.file}.union(*(_files(child) for child in below))
