"""The projection: a distribution over dates, and the questions that it answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from negsim.errors import ArgumentTypeError, NegsimError, did_you_mean, one_of

if TYPE_CHECKING:
    import os

    import numpy.typing as npt
    import pandas as pd

    from negsim.analysis import HowMany, Summary, When
    from negsim.projection.narrative import Trace
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

    @cached_property
    def digest(self) -> Summary:
        """The headline figures as objects; `summary` is the same as a table."""
        from negsim.analysis import summarise

        return summarise(self.context, self.tally)

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
        [0.82, '2026-03-16']
        """
        table = self.summary()
        if issue not in table.index:
            hint = did_you_mean(issue, table.index)
            meant = f"; did you mean {hint}?" if hint else ""
            raise NegsimError(f'there is no issue "{issue}" in play; allowed: {one_of(table.index, 20)}{meant}')
        row: pd.Series[Any] = table.T[issue]
        return row

    def quantile(self, probability: float) -> pd.Series[Any]:
        """The first date by which each issue, and all of them, are resolved in this share of the runs.

        ``NaT``: not within the horizon. Quantiles are over all runs, as the inverse of the empirical distribution.

        Raises:
            NegsimError: the probability is not above 0 and at most 1.

        >>> import negsim as ns
        >>> p = ns.run("baseline", runs=200)
        >>> str(p.quantile(0.5)["banking"].date()), p.quantile(0.5).isna()["all"]
        ('2026-03-16', np.True_)
        """
        import pandas as pd

        from negsim.analysis import check_probability, quantile

        check_probability(probability)
        names = [facts.id for facts in self.context.issues]
        days = [quantile(counts, probability) for counts in (*self.tally.resolved, self.tally.all_resolved)]
        start = pd.Timestamp(self.context.as_of)
        dates = [start + pd.Timedelta(days=day) if math.isfinite(day) else pd.NaT for day in days]
        return pd.Series(dates, pd.Index([*names, "all"], name="issue"), name="date", dtype="datetime64[s]")

    def to_frame(self) -> pd.DataFrame:
        """The table of `summary`."""
        return self.summary()

    def to_csv(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """Write the table of `summary` as CSV, or return it as text without a path.

        Raises:
            NegsimError: it cannot be written.
        """
        from pathlib import Path

        from negsim.files import write_file

        text = self.summary().to_csv(lineterminator="\n")
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
    ) -> Projection:
        """The projection of only those runs in which a condition on an issue holds; its errors are of their number.

        Args:
            issue: the id of an issue.
            resolved_by: the issue is resolved on this date or before.
            not_resolved_by: the issue is not resolved by the end of this date.
            agreed_by: the agreement that stands at the end of the run was made on this date or before.

        Raises:
            NegsimError: there is no such issue or date, not exactly one condition, or no run in which it holds.

        >>> import negsim as ns
        >>> p = ns.run("baseline", runs=200).given("banking", resolved_by="2026-01-01")
        >>> p.runs, p.condition
        (78, 'given banking resolved by 2026-01-01')
        """
        from negsim.projection.condition import condition, conditional

        limits = {"resolved_by": resolved_by, "not_resolved_by": not_resolved_by, "agreed_by": agreed_by}
        return conditional(self, condition(self, issue, limits))

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

    def agreed_by(self, on: str | date) -> pd.DataFrame:
        """As ``resolved_by``, for the agreement in force at the end of the run, implemented or not.

        Raises:
            NegsimError: as ``resolved_by``.
        """
        return self._by(on, self.tally.agreed, self.tally.all_agreed)

    def resolved_by(self, on: str | date) -> pd.DataFrame:
        """The probability that each issue, and all of them, are resolved by a date, with its standard error.

        Args:
            on: a date (``2026-04-10``) from ``as_of`` to the horizon.

        Raises:
            NegsimError: it is not a date, or outside the time that was simulated.
        """
        return self._by(on, self.tally.resolved, self.tally.all_resolved)

    def _by(self, on: str | date, counts: npt.NDArray[Any], every: npt.NDArray[Any]) -> pd.DataFrame:
        import pandas as pd

        from negsim.analysis import chance_by

        day = self.context.day_of(day_of_text(on))
        rows = {facts.id: (facts.title, chance_by(counts[j], day)) for j, facts in enumerate(self.context.issues)}
        rows["all"] = ("all issues", chance_by(every, day))
        return pd.DataFrame(
            [{"issue": name, "title": title, "p": c.p, "se": c.se} for name, (title, c) in rows.items()]
        ).set_index("issue")

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
        ('2026-04-28', None)
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
            by: a date from ``as_of`` to the horizon.
            issues: ids of issues; default: all in play.

        Raises:
            NegsimError: there is no such issue, the date was not simulated, or the outcomes were not stored.

        >>> import negsim as ns
        >>> p = ns.run(ns.load("scenarios/baseline.yaml"), runs=200)
        >>> p.how_many("2026-04-10").median, p.how_many("2026-04-10").at_least(1).value
        (2, 0.9)
        """
        from negsim.analysis import how_many

        return how_many(self.context, self.outcomes["resolved"], day_of_text(by), issues)

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
        import numpy as np
        import pandas as pd

        self._refuse_condition("assumption_share")
        from negsim.analysis import split
        from negsim.projection.assumption_share import DRAWS, under_lucks
        from negsim.simulation import compile

        day = self.context.day_of(day_of_text(on))
        days = list(under_lucks(compile(self.scenario), self.seed, min(self.runs, DRAWS)))
        rows = []
        for j, facts in enumerate(self.context.issues):
            by = np.column_stack([np.floor(each[:, j]) <= day for each in days]).astype(float)
            found = split(by)
            low, high = found.share_range
            row = {"issue": facts.id, "title": facts.title, "p": found.mean, "assumption": found.share}
            rows.append(row | {"low": low, "high": high})
        return pd.DataFrame(rows).set_index("issue")

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
        [[1.3, 1.45, 0.0]]
        """
        from negsim.analysis import qualities, quality_frame
        from negsim.projection.views import bargain

        first = bargain(self, of)
        return quality_frame(qualities(self.context, self.logs, self.logs.bargains() if of is None else [first]))

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

        return view(self, kind, run, of)

    @property
    def notes(self) -> list[str]:
        """How to read the figures, in sentences."""
        only = [f"Only the {self.runs:,} runs {self.condition} count."] if self.condition else []
        notes = [
            *only,
            "± is one standard error of the simulation, rounded up; terms say how much of the way to its demand a "
            f"side gets; {self._dates_note}. All of it holds if the sides concede as the scenario assumes: it is no "
            "forecast of what they will do.",
        ]
        if (aim := self.precision_data) is not None:
            how = f"reached after {self.runs:,} runs" if aim["reached"] else f"NOT reached within {self.runs:,} runs"
            notes.append(
                f"Precision requested: {aim['goal']}; {how}. It was checked every {aim['every']:,} runs, "
                f"from {aim['least']:,} to {aim['most']:,}."
            )
        notes += [f"Assumed by default: {line}." for line in self.scenario.assumed]
        if clipped := self.tally.clipped:
            notes.append(f"{clipped:,} drawn numbers lay outside their range and were clipped to it.")
        return notes

    @property
    def _dates_note(self) -> str:
        unit, beyond = self.digest.unit, [*(issue.p80 for issue in self.digest.issues), self.digest.all_p80]
        if unit == "day":
            return (
                f"later: after {self.context.last_day}, the last day of the runs"
                if None in beyond
                else "dates are days"
            )
        return f"dates are to the {unit}"

    def time_scale(self, dates: str | None = None, milestones: Sequence[str] | None = None) -> Projection:
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

    @property
    def plot(self) -> Plots:
        """Pictures of this projection: ``p.plot("calendar")`` or ``p.plot.calendar()``; see `Plots`."""
        from negsim.projection.pictures import Plots

        return Plots(self)

    def trace(self, run: int) -> Trace:
        """The events of one run, from its event log.

        Raises:
            NegsimError: there is no run of that number.
        """
        from negsim.projection.narrator import narrate

        self.check_run(run)
        return narrate(self.scenario, run, self.seed, self.luck)

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
