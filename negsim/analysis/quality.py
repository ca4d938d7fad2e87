"""How good the deals are: what they leave on the table, how far from the points of theory, who gets how much of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from negsim.analysis.context import Context
from negsim.analysis.frontier_view import quality
from negsim.analysis.logs import Logs
from negsim.analysis.paired import Estimate, share
from negsim.analysis.solutions import SOLUTIONS
from negsim.analysis.view import Z95

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]

#: Means over the deals, as `frontier.quality` names them.
MEANS = ("joint", "most", "to_frontier", *(f"to_{name}" for name in SOLUTIONS), "surplus_a")


@dataclass(frozen=True)
class Quality:
    """The last deals of one bargain over the logged runs.

    ``terms``: the share of runs with a deal; ``means``: of the figures in `MEANS`, over the deals for which they are
    known, each with its standard error and 95 % interval; None where they are known for none. ``joint`` is the sum of
    both utilities, ``most`` the largest that could be had, ``to_...`` Euclidean distances, ``surplus_a`` side A's part
    of what both gain over their reservation values at the end of the run.
    """

    id: str
    title: str
    runs: int
    terms: Estimate
    means: dict[str, Estimate | None]

    def data(self) -> dict[str, Any]:
        """As plain data for JSON."""
        means = {name: None if mean is None else vars(mean) for name, mean in self.means.items()}
        return {"id": self.id, "title": self.title, "runs": self.runs, "terms": vars(self.terms), **means}


def qualities(context: Context, logs: Logs, bargains: Sequence[int]) -> tuple[Quality, ...]:
    """How good the deals of some bargains are, by their numbers."""
    ids = [*(facts.id for facts in context.issues), *context.names.package_ids]
    found = []
    for bargain in bargains:
        deals = quality(logs, bargain)
        means = {name: mean(deals[name]) for name in MEANS}
        terms = share(len(deals["run"]), logs.runs)
        found.append(Quality(ids[bargain], context.bargain(bargain), logs.runs, terms, means))
    return tuple(found)


def mean(values: Array) -> Estimate | None:
    """The mean of what is known, with its standard error and normal 95 % interval; None if nothing is.

    >>> mean(np.array([0.0, 1.0, np.nan])).value, mean(np.array([np.nan]))
    (0.5, None)
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    value, se = float(known.mean()), float(known.std() / math.sqrt(len(known)))
    return Estimate(value, se, value - Z95 * se, value + Z95 * se)


def quality_frame(found: Sequence[Quality]) -> pd.DataFrame:
    """A row a bargain: each figure, and its standard error as ``se ...``."""
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
    """How good the deals of a bargain are, in sentences."""
    if found.terms.value == 0:
        return [f"{found.title}: no run comes to terms."]
    joint, most, near = (found.means[name] for name in ("joint", "most", "to_frontier"))
    assert joint is not None
    assert most is not None
    assert near is not None
    on = "on the frontier" if near.high < 0.005 else f"{near.value:.2f} ± {error(near)} from the frontier"
    said = [
        f"{found.title}: terms in {100 * found.terms.value:.0f} % of the runs. Both utilities together are "
        f"{joint.value:.2f} ± {error(joint)} on average, of at most {most.value:.2f}; the deals lie {on}."
    ]
    known = {name: value for name in SOLUTIONS if (value := found.means[f"to_{name}"]) is not None}
    if known:
        told = ", ".join(f"{name.title()} {value.value:.2f} ± {error(value)}" for name, value in known.items())
        said.append(f"Mean distance from the points that theory would pick between the reservation values: {told}.")
    if (split := found.means["surplus_a"]) is not None:
        said.append(
            f"Of what both gain over their reservation values, {sides[0]} gets {100 * split.value:.0f} ± "
            f"{math.ceil(100 * split.se)} % on average, {sides[1]} the rest."
        )
    return said


def error(estimate: Estimate) -> str:
    """A standard error in hundredths, rounded up.

    >>> error(Estimate(0.5, 0.012, 0.48, 0.52)), error(Estimate(0.5, 0.0, 0.5, 0.5))
    ('0.02', '0')
    """
    return f"{math.ceil(100 * estimate.se) / 100:.2f}" if estimate.se > 1e-12 else "0"
