"""Quality of agreements: joint utility, distances from the frontier and from solutions of theory, surplus."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from negsim.analysis.context import Context
from negsim.analysis.estimates import Estimate, mean, share
from negsim.analysis.frontier_view import quality
from negsim.analysis.logs import Logs
from negsim.analysis.solutions import SOLUTIONS

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]

#: Means over the agreements, with the names of `frontier_view.quality`.
MEANS = ("joint", "most", "to_frontier", *(f"to_{name}" for name in SOLUTIONS), "surplus_a")


@dataclass(frozen=True)
class Quality:
    """The last agreements of one bargain over the logged runs.

    ``terms``: the share of runs with an agreement; ``means``: of the figures in `MEANS`, over the agreements that have
    them, each with its standard error and 95 % interval; None if no agreement has them. ``joint`` is the sum of both
    utilities, ``most`` the largest possible sum, ``to_...`` Euclidean distances, ``surplus_a`` the part of side A in
    the joint surplus over the reservation values at the end of the run.
    """

    id: str
    title: str
    runs: int
    terms: Estimate
    means: dict[str, Estimate | None]

    def data(self) -> dict[str, Any]:
        """Plain data for JSON."""
        means = {name: None if found is None else found.data() for name, found in self.means.items()}
        return {"id": self.id, "title": self.title, "runs": self.runs, "terms": self.terms.data(), **means}


def qualities(context: Context, logs: Logs, bargains: Sequence[int]) -> tuple[Quality, ...]:
    """The quality of the agreements of some bargains, given by number."""
    ids = [*(facts.id for facts in context.issues), *context.names.package_ids]
    found = []
    for bargain in bargains:
        deals = quality(logs, bargain)
        known = {name: deals[name][~np.isnan(deals[name])] for name in MEANS}
        means = {name: mean(values) if len(values) else None for name, values in known.items()}
        terms = share(len(deals["run"]), logs.runs)
        found.append(Quality(ids[bargain], context.bargain(bargain), logs.runs, terms, means))
    return tuple(found)


def quality_frame(found: Sequence[Quality]) -> pd.DataFrame:
    """A row for each bargain: each figure, and its standard error as ``se ...``."""
    import pandas as pd

    rows = []
    for each in found:
        row: dict[str, Any] = {"bargain": each.id, "title": each.title, "runs": each.runs}
        for name, value in {"terms": each.terms, **each.means}.items():
            row |= {name: math.nan if value is None else value.value}
            row |= {f"se {name}": math.nan if value is None else value.se}
        rows.append(row)
    return pd.DataFrame(rows).set_index("bargain")


def quality_words(found: Quality, sides: tuple[str, str]) -> list[str]:
    """The quality of the agreements of a bargain, in sentences."""
    if found.terms.value == 0:
        return [f"{found.title}: no run reaches an agreement."]
    joint, most, near = (found.means[name] for name in ("joint", "most", "to_frontier"))
    assert joint is not None
    assert most is not None
    assert near is not None
    sure = near.value < 0.005 and (near.high < 0.005 or math.isnan(near.se))
    on = "on the frontier" if sure else f"{near.value:.2f} ± {error(near)} from the frontier"
    said = [
        f"{found.title}: agreement in {100 * found.terms.value:.0f} % of the runs. The mean joint utility is "
        f"{joint.value:.2f} ± {error(joint)}, of at most {most.value:.2f}; the agreements lie {on}."
    ]
    known = {name: value for name in SOLUTIONS if (value := found.means[f"to_{name}"]) is not None}
    if known:
        told = ", ".join(f"{name.title()} {value.value:.2f} ± {error(value)}" for name, value in known.items())
        said.append(f"Mean distance from the solutions of theory between the reservation values: {told}.")
    if (split := found.means["surplus_a"]) is not None:
        said.append(
            f"Of the joint surplus over the reservation values, {sides[0]} gets {100 * split.value:.0f} ± "
            f"{error(split, 0)} % on average, {sides[1]} the rest."
        )
    return said


def error(estimate: Estimate, digits: int = 2) -> str:
    """A standard error rounded up to hundredths, or to percents without digits; ``?`` if it is not estimable.

    >>> error(Estimate(0.5, 0.012, 0.48, 0.52)), error(Estimate(0.5, 0.0, 0.5, 0.5)), error(mean(np.array([0.5])))
    ('0.02', '0', '? (one value)')
    """
    if math.isnan(estimate.se):
        return "? (one value)"
    if estimate.se <= 1e-12:
        return "0"
    hundredths = max(math.ceil(100 * estimate.se - 1e-9), 1)  # an error of 0.1 is 0.10
    return f"{hundredths / 100:.2f}" if digits else str(hundredths)
