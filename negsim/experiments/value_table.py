"""Outcomes of a sweep by the values of each factor."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from negsim.analysis import batch_mean, mean
from negsim.errors import NegsimError, one_of
from negsim.experiments.experiment import means, weights
from negsim.files import number_text, to_line

if TYPE_CHECKING:
    import pandas as pd

    from negsim.experiments.factors import Factor
    from negsim.experiments.sweep_data import SweepData


def value_table(sweep: SweepData, outcome: str) -> pd.DataFrame:
    """The mean outcome for each factor, value and issue; see `Sweep.by_value`."""
    import pandas as pd

    known = means(sweep.milestones)
    if outcome not in known:
        raise NegsimError(f"outcome takes {one_of(known)}, but was {outcome!r}")
    rows = []
    for factor in sweep.factors:
        for label, experiments in _groups(sweep, factor):
            chosen = sweep.table[sweep.table["experiment"].isin(experiments)]
            batches = sweep.batches[sweep.batches["experiment"].isin(experiments)]
            for issue, of in chosen.groupby("issue", sort=False):
                values = of[outcome].dropna().to_numpy()
                if sweep.design == "grid":
                    by_batch = batches[batches["issue"] == issue].groupby("batch")[outcome].mean()
                    found = batch_mean(by_batch.to_numpy(), weights(sweep.runs))
                else:
                    found = mean(values)
                rows.append([factor.path, label, issue, len(values), found.value, found.se, found.low, found.high])
    columns = ["factor", "value", "issue", "experiments", outcome, "se", "low", "high"]
    return pd.DataFrame(rows, columns=columns).set_index(["factor", "value", "issue"])


def _groups(sweep: SweepData, factor: Factor) -> Iterator[tuple[str, Any]]:
    """The values of a factor, or fifths of its distribution, in words, with the experiments that have them."""
    cases = sweep.table.drop_duplicates("experiment").set_index("experiment")[factor.path]
    if factor.values:
        for value in factor.values:
            text = value if isinstance(value, str) else to_line(value)
            yield text, cases.index[cases == factor.column(value)]
        return
    edges = sorted(set(cases.quantile([0, 0.2, 0.4, 0.6, 0.8, 1])))
    unit = f" {factor.unit}" if factor.unit else ""
    for k, (low, high) in enumerate(pairwise(edges)):
        inside = (cases > low) & (cases <= high) if k else cases <= high
        yield f"{number_text(low)} to {number_text(high)}{unit}", cases.index[inside]
