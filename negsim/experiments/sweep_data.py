"""The tables of a sweep and their provenance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from negsim.experiments.factors import Factor
    from negsim.scenario import Scenario


@dataclass(frozen=True, eq=False)
class SweepData:
    """The outcomes of the experiments of a sweep.

    ``table`` is tidy: a row for each experiment and issue (and ``all``), with the number of the experiment, the factors
    by path (numbers in canonical units), and the ``outcomes``. ``batches`` has a row for each experiment, issue
    and batch of runs with the outcomes that are means, which show the Monte Carlo noise. ``milestones`` are lengths of
    time from the as-of date of each experiment.
    """

    scenario: Scenario
    factors: tuple[Factor, ...]
    design: str
    samples: int
    seed: int
    runs: int
    engine: str
    versions: Mapping[str, str]
    milestones: tuple[str, ...]
    table: pd.DataFrame
    batches: pd.DataFrame

    @property
    def outcomes(self) -> dict[str, str]:
        """The outcomes, which are columns of ``table``, with what they are."""
        from negsim.experiments.experiment import outcomes

        return outcomes(self.milestones)

    @property
    def experiments(self) -> int:
        """Number of experiments."""
        return int(self.table["experiment"].nunique())
