"""Scenario discovery: the corner of the assumptions in which an event happens, measured on fresh cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.analysis import Box, cart, measured
from negsim.analysis import prim as found_by
from negsim.errors import NegsimError, check_name, checks_arguments
from negsim.experiments.box_sentences import box_data, box_words
from negsim.experiments.cases import Cases, Outcome, by_words, cases_of, nearest_by
from negsim.experiments.experiment import HORIZON
from negsim.experiments.sources import CasesLike, cases_source
from negsim.experiments.sweeps import Sweep
from negsim.projection import DEFAULT_SEED, Projection, Workers, run
from negsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from negsim.plots import Picture

RUNS = 8192
METHODS = ("prim", "cart")


@dataclass(frozen=True, eq=False)
class Discovery:
    """Corners in which the cases of interest lie, the best box first.

    ``interest`` has a flag for each of the ``cases``, which selected the ``boxes``: their density and coverage are too
    optimistic there. ``fresh`` has the same boxes measured on ``fresh_cases``, which did not select them;
    ``fresh_base`` is the share of interest among these.

    >>> import negsim as ns
    >>> ns.discover("baseline", "banking", runs=400).to_frame().columns.tolist()[:3]
    ['where', 'density', 'coverage']
    """

    cases: Cases
    method: str
    at_least: float
    interest: np.ndarray[Any, Any]
    boxes: tuple[Box, ...]
    fresh: tuple[Box, ...]
    fresh_cases: Cases
    fresh_base: float

    def to_frame(self) -> pd.DataFrame:
        """A row for each box: its limits in words, and its figures on fresh cases and on those that selected it."""
        import pandas as pd

        return pd.DataFrame(self._rows())

    def _rows(self) -> list[dict[str, Any]]:
        return [
            {
                "where": " and ".join(self.limit_words(name, limit) for name, limit in box.limits.items()),
                "density": new.density,
                "coverage": new.coverage,
                "mass": new.mass,
                "fresh_cases": new.cases,
                "density_selected": box.density,
                "coverage_selected": box.coverage,
            }
            for box, new in zip(self.boxes, self.fresh, strict=True)
        ]

    def _repr_html_(self) -> str:
        from negsim.files import values_table

        return values_table(repr(self)[1:-1], self._rows(), f"{self.cases.provenance}.")

    def __repr__(self) -> str:
        return f"<Discovery ({self.method}): {len(self.boxes)} boxes, {self.happens}>"

    @property
    def happens(self) -> str:
        """The event that makes a case interesting, in words."""
        cases = self.cases
        if cases.outcome.issue is None:
            return f"at least {self.at_least:g} issues are resolved within the horizon"
        return (
            cases.event if cases.each == "run" else f"{cases.event} in at least {100 * self.at_least:g} % of the runs"
        )

    @property
    def base(self) -> float:
        """The share of interest among the cases that selected the boxes."""
        return float(self.interest.mean())

    @property
    def sentences(self) -> list[str]:
        """Each box in words, with density and coverage on fresh cases and on those that selected it.

        Of many limits only the strongest three are named; the table and the JSON have all.
        """
        return [" ".join(self._words(number)) for number in range(len(self.boxes))]

    def _words(self, number: int) -> tuple[str, str]:
        """The answer of a box, and its figures."""
        limits = [self.limit_words(name, self.boxes[number].limits[name]) for name in self.strongest(number)]
        sizes = (len(self.interest), len(self.fresh_cases.y))
        return box_words(self.boxes[number], self.fresh[number], limits, self.happens, self.cases.each, sizes)

    def strongest(self, number: int = 0) -> list[str]:
        """The restricted factors of a box, the one without which its density falls most first.

        Counted on the cases that selected the box.
        """
        limits = self.boxes[number].limits

        def without(name: str) -> float:
            rest = {other: limit for other, limit in limits.items() if other != name}
            return measured(rest, self.cases.x, self.interest).density

        return sorted(limits, key=without)

    def limit_words(self, name: str, limit: Any = None) -> str:
        """The limit of a factor in words; default: that of the first box that restricts it."""
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
        """Plain data for JSON; null for a density or coverage that no case gives."""

        def plain(limit: Any) -> Any:
            return sorted(limit) if isinstance(limit, frozenset) else list(limit)

        return {
            "happens": self.happens,
            "method": self.method,
            "from": self.cases.provenance,
            "cases": len(self.interest),
            "share": self.base,
            "fresh_from": self.fresh_cases.provenance,
            "fresh_cases": len(self.fresh_cases.y),
            "fresh_share": self.fresh_base,
            "boxes": [
                {
                    "words": words,
                    "limits": {name: plain(limit) for name, limit in box.limits.items()},
                    **box_data(box),
                    "fresh": box_data(fresh),
                }
                for words, box, fresh in zip(self.sentences, self.boxes, self.fresh, strict=True)
            ],
        }

    def time_scale(self, dates: str | None = None) -> Discovery:
        """The same result with another unit of dates: ``day``, ``week``, ``month`` or ``year``.

        Raises:
            NegsimError: the unit does not exist.
        """
        return replace(self, cases=self.cases.time_scale(dates))

    def plot(self, number: int = 0) -> Picture:
        """A picture of one of the boxes among the cases, with its data.

        Raises:
            NegsimError: there is no such box.
        """
        from negsim.plots import Corner, corner_picture

        if not 0 <= number < len(self.boxes):
            raise NegsimError(f"there are {len(self.boxes)} boxes, so that number {number} can't be drawn")
        cases, box = self.cases, self.boxes[number]
        limits = {name: box.limits[name] for name in self.strongest(number)}
        answer, figures = self._words(number)
        return corner_picture(
            Corner(
                cases.context,
                cases.x,
                self.interest,
                limits,
                limit_words={name: self.limit_words(name, limit) for name, limit in limits.items()},
                amounts={name: self._amounts(name) for name in limits},
                sentence=answer,
                note=figures,
                each=cases.each,
                base=self.base,
                provenance=cases.provenance,
            )
        )

    def _amounts(self, name: str) -> list[str]:
        """The lowest value, the median and the highest value of a factor in words, or its words in order."""
        import pandas as pd

        values = self.cases.x[name]
        if not pd.api.types.is_numeric_dtype(values):
            return sorted(set(values))
        return [self.cases.amount(name, values.quantile(q, interpolation="nearest")) for q in (0, 0.5, 1)]


@checks_arguments
def discover(
    source: CasesLike,
    issue: str | None = None,
    by: str | date | None = None,
    method: str = "prim",
    *,
    at_least: float | None = None,
    density: float = 0.8,
    least: float = 0.05,
    boxes: int = 1,
    names: Sequence[str] = (),
    runs: int = RUNS,
    seed: int = DEFAULT_SEED,
    workers: Workers = 1,
) -> Discovery:
    """Find the corner of the assumptions in which an issue is resolved in time, and measure it on fresh cases.

    Runs of the next seed measure the corners that runs of a scenario or a projection selected. Of a sweep, a random
    half of the experiments selects and the other half measures.

    Args:
        source: a sweep (its experiments are the cases), a projection (its runs are), or a scenario, which is run.
        issue: the issue; ``all``: the last one; none: the number of issues resolved, with ``at_least``.
        by: a date, a time from the as-of date (``24 months``) or ``horizon``; a sweep has its milestones. Default: the
            milestone, or the horizon, at which the probability is nearest to one half.
        method: ``prim`` or ``cart``.
        at_least: the share of its runs from which an experiment is of interest, default one half; without an issue the
            number of issues.
        density: the share of interest that PRIM should reach in a box, and half of that for leaves of CART.
        least: the smallest share of all cases in a box.
        boxes: the largest number of boxes.
        names: the factors that may be restricted, by path; default: all.
        runs: for a scenario, the number of runs.
        seed: for a scenario, the key of all draws; for a sweep, the key of the halves.
        workers: as for `negsim.run`.

    Raises:
        NegsimError: an argument is not valid, or all cases or none are of interest.

    >>> import negsim as ns
    >>> ns.discover("baseline", "banking", runs=400)
    <Discovery (prim): 1 boxes, ...>
    """
    check_name(method, METHODS, f'there is no method "{method}"')
    source = cases_source(source)
    scenario = source if isinstance(source, Scenario) else source.scenario
    outcome = Outcome(issue, HORIZON if by is None else by_words(by, scenario))
    if issue is None and at_least is None:
        raise NegsimError("give --issue, or --at-least for the number of issues resolved")
    limit = 0.5 if at_least is None else at_least
    outcome.check(scenario)
    if isinstance(source, Scenario):
        source = run(source, runs, seed, workers=workers)
    if by is None:
        outcome = replace(outcome, by=nearest_by(source, issue))
    if isinstance(source, Sweep):
        cases, fresh = _halves(cases_of(source, outcome), seed)
    else:
        cases = cases_of(source, outcome)
        fresh = _next(source, outcome, workers)
    for name in names:
        check_name(name, cases.x.columns, f'nothing varies at "{name}"')
    x = cases.x[list(names)] if names else cases.x
    interest, of_fresh = cases.y >= limit, fresh.y >= limit
    if method == "prim":
        found = found_by.prim(x, interest, density, least, boxes)
    else:
        found = cart(x, interest, least, density / 2)[:boxes]
    again = tuple(measured(box.limits, fresh.x, of_fresh) for box in found)
    return Discovery(cases, method, limit, interest, tuple(found), again, fresh, float(of_fresh.mean()))


def _halves(cases: Cases, seed: int) -> tuple[Cases, Cases]:
    """Two random halves of the experiments."""
    order = np.random.default_rng(seed).permutation(len(cases.y))
    parts = np.array_split(order, 2)
    first, second = (
        replace(cases, x=cases.x.iloc[np.sort(part)].reset_index(drop=True), y=cases.y[np.sort(part)]) for part in parts
    )
    return first, second


def _next(projection: Projection, outcome: Outcome, workers: Workers) -> Cases:
    """As many runs of the next seed."""
    seed = (projection.seed + 1) % 2**64
    return cases_of(run(projection.scenario, projection.runs, seed, workers=workers), outcome)
