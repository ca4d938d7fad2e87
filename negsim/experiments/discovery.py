"""Scenario discovery: in which corner of the assumptions something happens, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.analysis import Box
from negsim.analysis import prim as found_by
from negsim.errors import NegsimError, did_you_mean, one_of, suggests_keywords
from negsim.experiments.cases import HORIZON, Cases, Outcome, cases_of, nearest_within
from negsim.experiments.sources import CasesLike, cases_source
from negsim.projection import DEFAULT_SEED, run
from negsim.scenario import Scenario

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from negsim.plots import Picture

RUNS = 8192
METHODS = ("prim", "cart")


@dataclass(frozen=True, eq=False)
class Discovery:
    """Corners in which the cases of interest lie (``interest``, one flag a case); the best box first."""

    cases: Cases
    method: str
    at_least: float
    interest: np.ndarray[Any, Any]
    boxes: tuple[Box, ...]

    def __repr__(self) -> str:
        return f"<Discovery ({self.method}): {len(self.boxes)} boxes, {self.happens}>"

    @property
    def happens(self) -> str:
        """What makes a case interesting, in words."""
        cases = self.cases
        if cases.outcome.issue is None:
            return f"at least {self.at_least:g} issues are resolved within the horizon"
        return (
            cases.event if cases.each == "run" else f"{cases.event} in at least {100 * self.at_least:g} % of the runs"
        )

    @property
    def base(self) -> float:
        """The share of all cases that are of interest."""
        return float(self.interest.mean())

    @property
    def sentences(self) -> list[str]:
        """Each box in words, with density and coverage."""
        return [self._sentence(box) for box in self.boxes]

    def _sentence(self, box: Box) -> str:
        each = self.cases.each
        limits = [self.limit_words(name, limit) for name, limit in box.limits.items()]
        where = ", ".join(limits[:-1]) + (" and " if limits[1:] else "") + limits[-1]
        return (
            f"In {100 * box.density:.0f} % of the {each}s where {where}, {self.happens}. "
            f"This corner is {100 * box.mass:.0f} % of all {each}s and holds {100 * box.coverage:.0f} % of those in "
            "which it happens."
        )

    def limit_words(self, name: str, limit: Any = None) -> str:
        """What a box (the first that restricts the factor, unless a limit is given) takes of a factor."""
        if limit is None:
            limit = next(box.limits[name] for box in self.boxes if name in box.limits)
        label = self.cases.label(name)
        if isinstance(limit, frozenset):
            return f"{label} is {' or '.join(sorted(limit))}"
        low, high = (None if end is None else self.cases.amount(name, end) for end in limit)
        if low is None:
            return f"{label} is under {high}"
        return f"{label} is over {low}" if high is None else f"{label} is between {low} and {high}"

    def data(self) -> dict[str, Any]:
        """As plain data."""

        def plain(limit: Any) -> Any:
            return sorted(limit) if isinstance(limit, frozenset) else list(limit)

        return {
            "happens": self.happens,
            "method": self.method,
            "from": self.cases.provenance,
            "cases": len(self.interest),
            "share": self.base,
            "boxes": [
                {
                    "words": words,
                    "limits": {name: plain(limit) for name, limit in box.limits.items()},
                    "coverage": box.coverage,
                    "density": box.density,
                    "mass": box.mass,
                    "cases": box.cases,
                }
                for words, box in zip(self.sentences, self.boxes, strict=True)
            ],
        }

    def plot(self, number: int = 0) -> Picture:
        """A picture of one of the boxes among the cases, with its data.

        Raises:
            NegsimError: there is no such box.
        """
        from negsim.plots import Corner, corner_picture

        if not 0 <= number < len(self.boxes):
            raise NegsimError(f"there are {len(self.boxes)} boxes, so that number {number} can't be drawn")
        cases, box = self.cases, self.boxes[number]
        return corner_picture(
            Corner(
                cases.context,
                cases.x,
                self.interest,
                box.limits,
                labels={name: cases.label(name) for name in box.limits},
                limit_words={name: self.limit_words(name, limit) for name, limit in box.limits.items()},
                sentence=self.sentences[number],
                each=cases.each,
                base=self.base,
                provenance=cases.provenance,
            )
        )


@suggests_keywords
def discover(
    source: CasesLike,
    issue: str | None = None,
    within: str | None = None,
    method: str = "prim",
    *,
    at_least: float | None = None,
    density: float = 0.8,
    least: float = 0.05,
    boxes: int = 1,
    names: Sequence[str] = (),
    runs: int = RUNS,
    seed: int = DEFAULT_SEED,
    executor: Executor | None = None,
) -> Discovery:
    """Find the corner of the assumptions in which an issue is resolved in time.

    Args:
        source: a sweep (its experiments are the cases), a projection (its runs are), or a scenario, which is run.
        issue: which one; ``all``: the last; none: the number of issues resolved, and ``at_least`` so many of them.
        within: ``6``, ``12``, ``24`` months or ``horizon``; default: where the probability is nearest to one half.
        method: ``prim`` or ``cart``.
        at_least: from which share of its runs an experiment is of interest, a half unless you say otherwise.
        density: what share of interest PRIM should reach in a box, and CART in a leaf at least half of that.
        least: the smallest share of all cases that a box may hold.
        boxes: how many boxes at the most.
        names: which factors may be restricted, by path; all unless given.
        runs: for a scenario, how many runs.
        seed: for a scenario, the key of all draws.
        executor: for a scenario, who plays.

    Raises:
        NegsimError: an argument is not in order, or all cases or none are of interest.
    """
    if method not in METHODS:
        hint = did_you_mean(method, METHODS)
        meant = f"; did you mean {hint}?" if hint else ""
        raise NegsimError(f'there is no method "{method}"; allowed: {one_of(METHODS)}{meant}')
    source = cases_source(source)
    outcome = Outcome(issue, HORIZON if within is None else within)
    if issue is None and at_least is None:
        raise NegsimError("say of what: an issue, or at least how many issues are resolved")
    limit = 0.5 if at_least is None else at_least
    if isinstance(source, Scenario):
        outcome.check(source)
        source = run(source, runs, seed, executor=executor)
    if within is None:
        outcome.check(source.scenario)
        outcome = replace(outcome, within=nearest_within(source, issue))
    cases = cases_of(source, outcome)
    x = cases.x
    for name in names:
        if name not in x.columns:
            hint = did_you_mean(name, list(x.columns))
            raise NegsimError(f'nothing varies at "{name}"' + (f"; did you mean {hint}?" if hint else ""))
    x = x[list(names)] if names else x
    interest = cases.y >= limit
    if method == "prim":
        found = found_by.prim(x, interest, density, least, boxes)
    else:
        found = found_by.cart(x, interest, least, density / 2)[:boxes]
    return Discovery(cases, method, limit, interest, tuple(found))
