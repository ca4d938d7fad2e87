"""The projection: a distribution over dates, and the questions that it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from negsim.errors import ArgumentTypeError, NegsimError

if TYPE_CHECKING:
    import os

    import pandas as pd

    from negsim.analysis import HowMany, When
    from negsim.projection.pictures import Plots

from negsim.projection.results import Results
from negsim.projection.scenario_context import day_of_text


@dataclass(frozen=True, eq=False)
class Projection(Results):
    """A distribution over dates: the outcomes of all runs of a scenario, and what produced them.

    All figures come from the ``tally``, which is exact and small however many runs there are. ``outcomes`` (runs by
    issues) and ``run_table`` hold the rows that `negsim.simulation.events` describes, in memory or in ``folder``.

    >>> import negsim as ns
    >>> p = ns.run(ns.load("scenarios/baseline.yaml"), runs=50, seed=1)
    >>> p
    <Projection: 50 runs of 'Baseline', seed 1, ... engine>
    >>> p.resolved_by("2026-04-10").columns.tolist()
    ['title', 'p', 'se']
    """

    def __repr__(self) -> str:
        return f"<Projection: {self.runs:,} runs of {self.scenario.title!r}, seed {self.seed}, {self.engine} engine>"

    def summary(self) -> pd.DataFrame:
        """The headline, a row per issue and one for all: probabilities, 50 and 80 % dates, terms, what it waits for.

        Probabilities come with their Monte Carlo standard error (``se``). A date that lies beyond the horizon reads
        ``after`` its last day.
        """
        from negsim.analysis import headline_frame

        return headline_frame(self.digest)

    def __len__(self) -> int:
        return self.runs

    def __getitem__(self, issue: str) -> pd.Series[Any]:
        """The row of one issue, or of ``all``, in the table of `summary`.

        Raises:
            NegsimError: there is no such issue.

        >>> import negsim as ns
        >>> ns.run("baseline", runs=200)["banking"][["p_resolved", "p50"]].tolist()
        [0.675, '2026-07-03']
        """
        from negsim.analysis import issue_row

        return issue_row(self.summary(), issue)

    def quantile(self, probability: float) -> pd.Series[Any]:
        """The first date by which each issue, and all of them, are resolved in this share of the runs.

        ``NaT``: not within the horizon. Quantiles are over all runs, as the inverse of the empirical distribution.

        Raises:
            NegsimError: the probability is not above 0 and at most 1.

        >>> import negsim as ns
        >>> p = ns.run("baseline", runs=200)
        >>> str(p.quantile(0.5)["banking"].date()), p.quantile(0.5).isna()["all"]
        ('2026-07-03', np.True_)
        """
        from negsim.analysis import quantile_dates

        return quantile_dates(self.context, self.tally, probability)

    def to_frame(self) -> pd.DataFrame:
        """The table of `summary`."""
        return self.summary()

    def to_csv(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """Write the table of `summary` as CSV, or return it as text without a path.

        Raises:
            NegsimError: it cannot be written.
        """
        from pathlib import Path

        from negsim.files import csv_text, write_file

        text = csv_text(self.summary(), index=True)
        if path is None:
            return text
        write_file(Path(path), text.encode())
        return None

    def given(
        self,
        issue: str,
        *,
        resolved_by: str | date | None = None,
        not_resolved_by: str | date | None = None,
        agreed_by: str | date | None = None,
        at_most: str | float | None = None,
        at_least: str | float | None = None,
    ) -> Projection:
        """The projection of only those runs in which a condition holds; its errors are of their number.

        Args:
            issue: the id of an issue; for ``at_most`` and ``at_least`` the name of a parameter.
            resolved_by: the issue is resolved on this date or before.
            not_resolved_by: the issue is not resolved by the end of this date.
            agreed_by: the agreement that stands at the end of the run was made on this date or before.
            at_most: the run draws at most this for the parameter, in its unit (``"2 years"``).
            at_least: the run draws at least this.

        Raises:
            NegsimError: there is no such issue, parameter or date, not exactly one condition, or no run that meets it.

        >>> import negsim as ns
        >>> p = ns.run("baseline", runs=200).given("banking", resolved_by="2026-01-01")
        >>> p.runs, p.condition
        (61, 'given banking resolved by 2026-01-01')
        """
        from negsim.projection.condition import condition, conditional

        limits = {
            "resolved_by": resolved_by, "not_resolved_by": not_resolved_by, "agreed_by": agreed_by, "at_most": at_most,
            "at_least": at_least,
        }  # fmt: skip
        return conditional(self, condition(self, issue, limits))

    def agreed_by(self, on: str | date) -> pd.DataFrame:
        """As ``resolved_by``, for the agreement in force at the end of the run, implemented or not.

        Raises:
            NegsimError: as ``resolved_by``.
        """
        from negsim.analysis import chances_by

        return chances_by(self.context, self.tally.agreed, self.tally.all_agreed, self._day(on))

    def resolved_by(self, on: str | date) -> pd.DataFrame:
        """The probability that each issue, and all of them, are resolved by a date, with its standard error.

        Args:
            on: a date (``2026-04-10``) from ``as_of`` to the horizon, a time from ``as_of`` (``12 months``) or
                ``horizon``.

        Raises:
            NegsimError: it is not a date, or outside the time that was simulated.
        """
        from negsim.analysis import chances_by

        return chances_by(self.context, self.tally.resolved, self.tally.all_resolved, self._day(on))

    def _day(self, text: str | date) -> date:
        return day_of_text(text, (self.context.as_of, self.context.horizon))

    def when(self, probability: float = 0.8, issues: Sequence[str] | None = None, first: int | None = None) -> When:
        """The first date by which issues are resolved with a given probability, with its 95 % interval.

        Args:
            probability: the share of the runs.
            issues: ids of issues; default: all in play.
            first: at least this many of them, in any order; default: all.

        Raises:
            NegsimError: an argument is out of range, or the outcomes were not stored.

        >>> import negsim as ns
        >>> p = ns.run(ns.load("scenarios/baseline.yaml"), runs=200)
        >>> str(p.when(0.5, ["banking", "framework"]).day), p.when(0.5).day
        ('2026-09-28', None)
        """
        from negsim.analysis import when

        if not isinstance(probability, float | int):
            raise ArgumentTypeError(
                f"the first argument is a probability such as 0.8, but was {probability!r}; issues are the second: "
                f"when(0.8, [{probability!r}])"
            )
        return when(self.context, self.outcomes["resolved"], probability, issues, first)

    def how_many(self, by: str | date, issues: Sequence[str] | None = None) -> HowMany:
        """The number of issues resolved by a date: a distribution over the runs.

        Args:
            by: a date from ``as_of`` to the horizon, a time from ``as_of`` (``12 months``) or ``horizon``.
            issues: ids of issues; default: all in play.

        Raises:
            NegsimError: there is no such issue, the date was not simulated, or the outcomes were not stored.

        >>> import negsim as ns
        >>> p = ns.run(ns.load("scenarios/baseline.yaml"), runs=200)
        >>> p.how_many("2026-04-10").median, p.how_many("2026-04-10").at_least(1).value
        (2, 0.895)
        """
        from negsim.analysis import how_many

        return how_many(self.context, self.outcomes["resolved"], self._day(by), issues)

    def ends(self) -> pd.DataFrame:
        """How often each issue is resolved first, and how often last, with standard errors.

        The last issue is resolved after all others, or is the only one that is not resolved. The row ``none`` counts
        the runs without one such issue.
        """
        table: pd.DataFrame = self.view("last").table()
        return table.set_index("issue")[["title", "first", "first_se", "last", "last_se"]]

    def assumption_share(self, on: str | date) -> pd.DataFrame:
        """How much of the spread of "resolved by ``on``" lies in the assumptions, and how much in chance.

        Draws the assumptions of the first runs, at most 1,000, and runs each under eight sets of random draws. A
        one-way analysis of variance (`analysis.split`) divides the variance: ``assumption`` is the assumptions' share,
        ``low`` and ``high`` its 95 % interval. NaN where every run ends alike.

        Raises:
            NegsimError: the date is out of range, or there are fewer than two runs.
        """
        from negsim.projection.assumption_share import assumption_share

        self._refuse_condition("assumption_share")
        return assumption_share(self, self._day(on))

    def quality(self, of: str | None = None) -> pd.DataFrame:
        """How good the agreements are, a row per package or issue with offers: means over the logged runs.

        ``terms``: share of runs with an agreement; ``joint`` utility and the ``most`` possible; mean distances
        ``to_frontier``, ``to_nash``, ``to_kalai-smorodinsky``, ``to_egalitarian`` and ``to_utilitarian``;
        ``surplus_a``: the first side's part of what both gain over their reservation values. ``se ...``: standard
        errors; NaN without data.

        Args:
            of: a package or issue; default: all.

        Raises:
            NegsimError: there is none of that name, or none in which offers are made.

        >>> import negsim as ns
        >>> p = ns.run(ns.load("scenarios/package.yaml"), runs=200)
        >>> p.quality("staff_for_property")[["joint", "most", "to_frontier"]].round(2).values.tolist()
        [[1.29, 1.45, 0.0]]
        """
        from negsim.analysis import qualities, quality_frame
        from negsim.projection.views import bargain

        first = bargain(self, of)
        return quality_frame(qualities(self.context, self.logs, self.logs.bargains() if of is None else [first]))

    def burndown(self) -> pd.DataFrame:
        """The number of unresolved issues on each day, recorded and projected: the table of the picture."""
        table: pd.DataFrame = self.view("burndown").table()
        return table

    def view(self, kind: str, run: int | None = None, of: str | None = None) -> Any:
        """The data of a kind of picture: see `negsim.projection.views.view`.

        Raises:
            NegsimError: there is no such kind of picture, or nothing to show.
        """
        from negsim.projection.views import view

        if (kind, run, of) not in self._views:
            self._views[kind, run, of] = view(self, kind, run, of)
        return self._views[kind, run, of]

    @cached_property
    def _views(self) -> dict[tuple[str, int | None, str | None], Any]:
        return {}

    @property
    def notes(self) -> list[str]:
        """How to read the figures, in sentences."""
        from negsim.projection.notes import notes

        return notes(self)

    @property
    def plot(self) -> Plots:
        """Pictures of this projection: ``p.plot("calendar")`` or ``p.plot.calendar()``; see `Plots`."""
        from negsim.projection.pictures import Plots

        return Plots(self)

    def save(self, folder: str | os.PathLike[str], command: str = "") -> None:
        """Write this to a folder (see `negsim.projection.storage`): all of it, or nothing.

        Raises:
            NegsimError: the folder holds something else, or cannot be written.
        """
        from negsim.projection.storage import save

        self._refuse_condition("save")
        save(self, folder, command)

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Projection:
        """Read what `save` has written.

        Raises:
            NegsimError: the folder holds no projection, or one that does not fit its own manifest.
        """
        from negsim.projection.storage import load

        return cls(**load(folder))

    def _refuse_condition(self, what: str) -> None:
        if self.condition:
            raise NegsimError(f"{what} needs all runs, but this projection is conditional ({self.condition})")

    def _repr_html_(self) -> str:
        from negsim.analysis import headline_frame
        from negsim.projection.html import table

        return table(headline_frame(self.digest), title=self.context.name, foot=self.provenance)
