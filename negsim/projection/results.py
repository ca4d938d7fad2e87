"""The outcomes of all runs of a scenario, with their origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from negsim.errors import NegsimError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from negsim.analysis import Context, Logs, Summary, Tally
    from negsim.projection.narrative import Trace
    from negsim.projection.precision import Precision
    from negsim.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Results:
    """The outcomes of all runs of a scenario, and what produced them.

    The ``tally`` is exact and small however many runs there are. ``outcomes`` (runs by issues) and ``run_table``
    hold the rows that `negsim.simulation.events` describes, in memory or in ``folder``.
    """

    scenario: Scenario
    tally: Tally
    seed: int
    engine: str
    versions: Mapping[str, str]
    luck: int = 0
    precision: Precision | None = None
    folder: Path | None = None
    kept: tuple[npt.NDArray[np.void], npt.NDArray[np.void]] | None = None
    asked_unit: str | None = None
    asked_milestones: tuple[str, ...] | None = None
    condition: str = ""
    selected: tuple[int, ...] | None = None
    replayable: bool = True

    def __post_init__(self) -> None:
        for table in self.kept or ():
            table.setflags(write=False)

    @property
    def runs(self) -> int:
        """The number of runs."""
        return self.tally.runs

    @cached_property
    def _tables(self) -> tuple[npt.NDArray[np.void], npt.NDArray[np.void]]:
        if self.kept is not None:
            return self.kept
        if self.folder is None:
            raise NegsimError(
                f"the outcomes of {self.runs:,} runs were counted but not stored; "
                "run with out=FOLDER (--out) to store them"
            )
        from negsim.projection.stored_tables import read_tables

        return read_tables(self.folder, len(self.scenario.issues))

    @property
    def outcomes(self) -> npt.NDArray[np.void]:
        """A row per run and issue (`events.OUTCOME`), read-only; read from the folder if they are not in memory.

        Raises:
            NegsimError: there were too many for memory, and no folder to store them.
        """
        return self._tables[0]

    @property
    def run_table(self) -> npt.NDArray[np.void]:
        """A row per run (`events.RUN`), read-only.

        Raises:
            NegsimError: as for ``outcomes``.
        """
        return self._tables[1]

    @property
    def numbers(self) -> npt.NDArray[np.int64]:
        """The numbers of the runs: all from 0 on, or those in which the ``condition`` holds."""
        import numpy as np

        return np.arange(self.runs) if self.selected is None else np.array(self.selected, np.int64)

    def check_run(self, run: int) -> None:
        """Raise a `NegsimError` if there is no run of this number."""
        self._check_replay()
        if self.selected is None and not 0 <= run < self.runs:
            raise NegsimError(f"there are runs 0 to {self.runs - 1}, but was {run}")
        if self.selected is not None and run not in self.selected:
            raise NegsimError(f"run {run} is not among the {self.runs:,} runs {self.condition}")

    def _check_replay(self) -> None:
        if not self.replayable:
            raise NegsimError(f"the runs {self.condition} were branched, so their events cannot be replayed")

    @property
    def precision_data(self) -> dict[str, Any] | None:
        """The goal of ``precision``, whether it was ``reached``, the least and most runs; None without a goal."""
        return None if self.precision is None else self.precision.data(self.tally)

    @property
    def hash(self) -> str:
        """The SHA-256 of the resolved scenario, in hexadecimal."""
        return self.scenario.hash

    @cached_property
    def context(self) -> Context:
        """The names and dates of the scenario, as the analyses take them."""
        from negsim.projection.scenario_context import context_of

        return replace(context_of(self.scenario), asked_unit=self.asked_unit, asked_milestones=self.asked_milestones)

    @cached_property
    def logs(self) -> Logs:
        """The event logs of the first runs, at most 2,000, replayed when a picture needs them."""
        from negsim.projection.logged_runs import watch

        self._check_replay()
        return watch(self.scenario, self.numbers, self.seed, self.luck)

    @property
    def provenance(self) -> str:
        """Runs, seed, engine and scenario, in one line."""
        only = f" ({self.condition})" if self.condition else ""
        return f"{self.runs:,} runs{only}, seed {self.seed}, {self.engine} engine, scenario {self.hash[:8]}"

    @property
    def issues(self) -> pd.DataFrame:
        """Every outcome as a tidy table, a row per run and issue.

        Times are in days from ``as_of``. ``inf`` means "not within the horizon", so that means and quantiles do not
        drop such runs. ``reason`` says why the issue's part of the run ended. ``u_a`` and ``u_b`` are the utilities of
        the final agreement (NaN without terms), ``spent_...`` the days by what the issue waited for.
        """
        # pandas copies on write, so changes do not reach the cached table.
        return self._issues.copy(deep=False)

    @cached_property
    def _issues(self) -> pd.DataFrame:
        from negsim.projection.tidy import tidy

        table = tidy(self.outcomes, [facts.id for facts in self.context.issues])
        if self.selected is not None:
            table["run"] = self.numbers[table["run"].to_numpy()]
        return table

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """What each run assumes: a row per run, a column per assumption (its path), in canonical units.

        Units are days, hours, rounds, events per year, or plain numbers. The draws are repeated, with equal values.

        >>> import negsim as ns
        >>> p = ns.run(ns.load("scenarios/baseline.yaml"), runs=5, seed=1)
        >>> p.parameters["parameters.us_patience"].round().tolist()
        [...]
        """
        import pandas as pd

        from negsim.simulation import compile

        compiled = compile(self.scenario)
        numbers = self.numbers
        values = compiled.assumed(self.seed, 0, int(numbers[-1]) + 1)[numbers]
        index = pd.RangeIndex(self.runs, name="run") if self.selected is None else pd.Index(numbers, name="run")
        return pd.DataFrame(values, columns=list(compiled.assumptions), index=index)

    @cached_property
    def digest(self) -> Summary:
        """The headline figures as objects; `Projection.summary` is the same as a table."""
        from negsim.analysis import summarise

        return summarise(self.context, self.tally)

    def time_scale(self, dates: str | None = None, milestones: Sequence[str] | None = None) -> Self:
        """The same projection with another unit of dates or other milestones in tables and pictures.

        Args:
            dates: ``day``, ``week``, ``month`` or ``year``; by default one that suits the horizon and the dates.
            milestones: lengths of time such as ``4 weeks``; by default some that suit the horizon.

        Raises:
            NegsimError: the unit does not exist, or a milestone is not a length of time or not before the horizon.

        >>> import negsim as ns
        >>> p = ns.run(ns.load("scenarios/baseline.yaml"), runs=20).time_scale("year", ["1 year"])
        >>> [name for name in p.summary().columns if name.startswith("by ")]
        ['by 2026-04-10']
        """
        from negsim.analysis import check_time_scale

        asked = None if milestones is None else tuple(milestones)
        check_time_scale(self.context.as_of, self.context.horizon, dates, asked)
        return replace(self, asked_unit=dates, asked_milestones=asked)

    def trace(self, run: int) -> Trace:
        """The events of one run, from its event log.

        Raises:
            NegsimError: there is no run of that number.
        """
        from negsim.projection.narrator import narrate

        self.check_run(run)
        return narrate(self.scenario, run, self.seed, self.luck)
