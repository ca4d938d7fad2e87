"""Check that every value of a sweep gives a valid scenario and another computation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from negsim.errors import NegsimError, did_you_mean
from negsim.experiments.experiment import Base, changed, fingerprint
from negsim.experiments.factors import Factor
from negsim.files import to_line

if TYPE_CHECKING:
    from negsim.scenario import Scenario

#: Quantiles at which distributions are checked.
_TRIED = (0.05, 0.95)


def check_moves(base: Base, factors: Sequence[Factor]) -> None:
    """Check that the values of each factor give valid and different computations.

    Raises:
        NegsimError: lists everything that is wrong.
    """
    wrong = []
    for factor in factors:
        if factor.own:
            continue
        tried = factor.values or tuple(factor.at(u) for u in _TRIED)
        prints: dict[str, Any] = {}
        try:
            for value in tried:
                mark = fingerprint(changed(base, {factor.path: value}))
                if mark in prints:
                    wrong.append(_idle(factor.path, prints[mark], value, len(tried)))
                    break
                prints[mark] = value
        except NegsimError as error:
            wrong.append(f"--vary {factor.path}: {error}{_meant(base.scenario, factor.path, str(error))}")
    if wrong:
        raise NegsimError("\n".join(wrong))


def _meant(scenario: Scenario, path: str, said: str) -> str:
    """A suggestion for a path that does not exist, if the error has none."""
    here: Any = scenario.resolved()
    for step in path.split("."):
        if not isinstance(here, Mapping):
            break
        if step not in here:
            hint = did_you_mean(step, here)
            return f"; did you mean {hint}?" if hint and "did you mean" not in said else ""
        here = here[step]
    return ""


def _idle(path: str, one: Any, other: Any, number: int) -> str:
    if number == 2:
        return f"--vary {path}: no computation depends on this path; {to_line(one)} and {to_line(other)} give the same"
    return f"--vary {path}: {to_line(one)} and {to_line(other)} give the same computation; remove one of them"
