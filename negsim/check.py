"""Is a scenario file in order? Everything that is not, at once."""

from __future__ import annotations

import os

from negsim.errors import InputError, Problem
from negsim.layers import read_extended
from negsim.scenario import assemble


def check(path: str | os.PathLike[str]) -> list[Problem]:
    """All problems and warnings of a scenario file, in the order of the file; none if all is well.

    A problem whose ``warning`` is true does not keep the scenario from running.

    >>> [problem for problem in check("scenarios/baseline.yaml") if not problem.warning]
    []
    """
    try:
        node = read_extended(path)
    except InputError as error:
        return error.problems
    return assemble(node)[1]
