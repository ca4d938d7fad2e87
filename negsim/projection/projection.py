"""The result: what every run gave, where it comes from, and the questions one asks of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from negsim.errors import NegsimError

if TYPE_CHECKING:
    import os
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    from matplotlib.axes import Axes

    from negsim.analysis.context import Setting
    from negsim.analysis.logs import Logs
    from negsim.analysis.planning import HowMany, When
    from negsim.analysis.summary import Summary
    from negsim.analysis.tally import Tally
    from negsim.projection.narrative import Story
    from negsim.projection.precision import Precision
    from negsim.scenario.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Projection:
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

    scenario: Scenario
    tally: Tally
    seed: int
    engine: str
    versions: Mapping[str, str]
    luck: int = 0
    precision: Precision | None = None
    folder: Path | None = None
    kept: tuple[npt.NDArray[np.void], npt.NDArray[np.void]] | None = None

    def __post_init__(self) -> None:
        for table in self.kept or ():
            table.setflags(write=False)

    def __repr__(self) -> str:
        return f"<Projection: {self.runs:,} runs of {self.scenario.title!r}, seed {self.seed}, {self.engine} engine>"

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return self.tally.runs

    @cached_property
    def _tables(self) -> tuple[npt.NDArray[np.void], npt.NDArray[np.void]]:
        if self.kept is not None:
            return self.kept
        if self.folder is None:
            raise NegsimError(
                f"the outcomes of {self.runs:,} runs were counted and not kept; "
                "run with out=FOLDER (--out) to have them on disk"
            )
        from negsim.projection.storage import read_tables

        return read_tables(self.folder, self.runs, len(self.scenario.issues))

    @property
    def outcomes(self) -> npt.NDArray[np.void]:
        """A row a run and issue (`events.OUTCOME`), read-only; from the folder if they are not in memory.

        Raises:
            NegsimError: there were too many to keep, and no folder to write them to.
        """
        return self._tables[0]

    @property
    def run_table(self) -> npt.NDArray[np.void]:
        """A row a run (`events.RUN`), read-only.

        Raises:
            NegsimError: as for ``outcomes``.
        """
        return self._tables[1]

    @property
    def precision_data(self) -> dict[str, Any] | None:
        """What ``precision`` asked for, whether it was ``reached``, the least and most runs; None without a goal."""
        return None if self.precision is None else self.precision.data(self.tally)

    @property
    def hash(self) -> str:
        """The SHA-256 of the resolved scenario, in hexadecimal."""
        return self.scenario.hash

    @cached_property
    def setting(self) -> Setting:
        """The names and dates of the scenario, as the analyses take them."""
        return setting_of(self.scenario)

    @cached_property
    def logs(self) -> Logs:
        """The event logs of the first runs, at most 2,000: played again when a picture asks for them."""
        from negsim.projection.logged_runs import watch

        return watch(self.scenario, self.runs, self.seed, self.luck)

    @cached_property
    def digest(self) -> Summary:
        """The headline figures as objects; `summary` is the same as a table."""
        from negsim.analysis.summary import summarise

        return summarise(self.setting, self.tally)

    def summary(self) -> pd.DataFrame:
        """The headline, a row an issue and one for all: chances by date, 50 and 80 % dates, terms, what it waits for.

        Probabilities come with their Monte Carlo standard error (``se``). A date that lies beyond the horizon reads
        ``after`` its last day.
        """
        from negsim.analysis.headline import frame

        return frame(self.digest)

    @property
    def issues(self) -> pd.DataFrame:
        """Every outcome as a tidy table, a row a run and issue.

        Times are in days from ``as_of``; ``inf`` says "not within the horizon", so that means and quantiles never
        leave such runs out without a word. ``reason`` tells why an issue's part of the run ended. ``u_a`` and ``u_b``
        are the utilities of the agreement that stands (NaN without terms), ``spent_...`` what the days went into.
        """
        # pandas copies on write, so nobody's change reaches the table that is kept.
        return self._issues.copy(deep=False)

    @cached_property
    def _issues(self) -> pd.DataFrame:
        from negsim.projection.tidy import tidy

        return tidy(self.outcomes, [facts.id for facts in self.setting.issues])

    def agreed_by(self, on: str | date) -> pd.DataFrame:
        """As ``resolved_by``, for the agreement that stands at the end of the run: not yet carried out, nor undone.

        Raises:
            NegsimError: as ``resolved_by``.
        """
        return self._by(on, self.tally.agreed, self.tally.all_agreed)

    def resolved_by(self, on: str | date) -> pd.DataFrame:
        """The chance that each issue, and all of them, is resolved on a date or before it, with its standard error.

        Args:
            on: a date (``2026-04-10``) from ``as_of`` to the horizon.

        Raises:
            NegsimError: it is not a date, or nothing was computed for it.
        """
        return self._by(on, self.tally.resolved, self.tally.all_resolved)

    def _by(self, on: str | date, counts: npt.NDArray[Any], every: npt.NDArray[Any]) -> pd.DataFrame:
        import pandas as pd

        from negsim.analysis.summary import chance_by

        day = self.setting.day_of(day_of_text(on))
        rows = {facts.id: (facts.title, chance_by(counts[j], day)) for j, facts in enumerate(self.setting.issues)}
        rows["all"] = ("all issues", chance_by(every, day))
        return pd.DataFrame(
            [{"issue": name, "title": title, "p": c.p, "se": c.se} for name, (title, c) in rows.items()]
        ).set_index("issue")

    def when(self, probability: float = 0.8, issues: Sequence[str] | None = None, first: int | None = None) -> When:
        """The first date by which issues are resolved in at least this share of the runs, with its 95 % interval.

        Args:
            probability: the share of the runs.
            issues: which ones, all in play unless they are named.
            first: at least so many of them, whichever they are; all unless it is given.

        Raises:
            NegsimError: an argument is out of range, or the outcomes were not kept.

        >>> import negsim as ns
        >>> p = ns.run(ns.load("scenarios/baseline.yaml"), runs=200)
        >>> str(p.when(0.5, ["banking", "framework"]).day), p.when(0.5).day
        ('2026-04-28', None)
        """
        from negsim.analysis.planning import when

        return when(self.setting, self.outcomes["resolved"], probability, issues, first)

    def how_many(self, by: str | date, issues: Sequence[str] | None = None) -> HowMany:
        """How many issues are resolved on a date or before it: a distribution over the runs.

        Args:
            by: a date from ``as_of`` to the horizon.
            issues: of which ones, all in play unless they are named.

        Raises:
            NegsimError: there is no such issue, nothing was computed for the date, or the outcomes were not kept.

        >>> import negsim as ns
        >>> p = ns.run(ns.load("scenarios/baseline.yaml"), runs=200)
        >>> p.how_many("2026-04-10").median, p.how_many("2026-04-10").at_least(1).value
        (2, 0.9)
        """
        from negsim.analysis.planning import how_many

        return how_many(self.setting, self.outcomes["resolved"], day_of_text(by), issues)

    def ends(self) -> pd.DataFrame:
        """How often each issue is the first to be resolved, and how often the last one standing, with standard errors.

        The last one standing is resolved after all others, or is the only one that is not. The row ``none`` has the
        runs in which none is, or several are together.
        """
        table: pd.DataFrame = self.view("last").table()
        return table.set_index("issue")[["title", "first", "first_se", "last", "last_se"]]

    def assumption_share(self, on: str | date) -> pd.DataFrame:
        """How much of the spread of "resolved by ``on``" lies in the assumptions, and how much in chance.

        Plays the same runs again under another luck: the same assumptions, other chance. The covariance of a run with
        its twin is the variance that the assumptions explain; divided by the whole variance it is their share, with
        the standard error of a correlation, ``(1 - share^2) / sqrt(runs)``. NaN where every run ends alike.

        Raises:
            NegsimError: the outcomes were not kept, or the date is out of range.
        """
        import numpy as np
        import pandas as pd

        from negsim.analysis.tally import whole
        from negsim.projection.running import run

        day, horizon = self.setting.day_of(day_of_text(on)), self.setting.horizon_days
        twin = run(self.scenario, self.runs, self.seed, self.engine, luck=self.luck + 1)
        done = [whole(p.outcomes["resolved"], horizon) for p in (self, twin)]
        rows = []
        for j, facts in enumerate(self.setting.issues):
            one, two = (np.where(days[:, j] < horizon, days[:, j] <= day, False).astype(float) for days in done)
            spread = np.sqrt(one.var() * two.var())
            share = float(np.mean((one - one.mean()) * (two - two.mean())) / spread) if spread > 0 else float("nan")
            se = (1 - share**2) / np.sqrt(self.runs)
            rows.append({"issue": facts.id, "title": facts.title, "p": one.mean(), "assumption": share, "se": se})
        return pd.DataFrame(rows).set_index("issue")

    def quality(self, of: str | None = None) -> pd.DataFrame:
        """How good the deals are, a row a package or issue in which offers are made: means over the logged runs.

        ``terms``: share of runs with a deal; ``joint`` utility and the ``most`` that could be had; mean distances
        ``to_frontier``, ``to_nash``, ``to_kalai-smorodinsky``, ``to_egalitarian`` and ``to_utilitarian``;
        ``surplus_a``: the first side's part of what both gain over their reservation values. ``se ...``: standard
        errors; NaN where nothing is known.

        Args:
            of: the package or issue; all of them unless it is given.

        Raises:
            NegsimError: there is none of that name, or none in which offers are made.

        >>> import negsim as ns
        >>> p = ns.run(ns.load("scenarios/package.yaml"), runs=200)
        >>> p.quality("staff_for_property")[["joint", "most", "to_frontier"]].round(2).values.tolist()
        [[1.3, 1.45, 0.0]]
        """
        from negsim.analysis.quality import frame, qualities
        from negsim.projection.views import bargain

        first = bargain(self, of)
        return frame(qualities(self.setting, self.logs, self.logs.bargains() if of is None else [first]))

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """What each run assumes: a row a run, a column an assumption (its path), in canonical units.

        Days, hours, rounds, events per year, or plain numbers. They are drawn again, which gives the same values.

        >>> import negsim as ns
        >>> p = ns.run(ns.load("scenarios/baseline.yaml"), runs=5, seed=1)
        >>> p.parameters["parameters.us_patience"].round().tolist()
        [...]
        """
        import pandas as pd

        from negsim.simulation.compiler import compile

        compiled = compile(self.scenario)
        values = compiled.assumed(self.seed, 0, self.runs)
        return pd.DataFrame(values, columns=list(compiled.assumptions), index=pd.RangeIndex(self.runs, name="run"))

    def burndown(self) -> pd.DataFrame:
        """How many issues are unresolved on each day, as recorded and as projected: the table behind the picture."""
        table: pd.DataFrame = self.view("burndown").table()
        return table

    def view(self, kind: str, run: int | None = None, of: str | None = None) -> Any:
        """What a picture of a kind shows, as data: see `negsim.projection.views.view`.

        Raises:
            NegsimError: there is no such kind of picture, or nothing to show.
        """
        from negsim.projection.views import view

        return view(self, kind, run, of)

    @property
    def provenance(self) -> str:
        """What produced this, in a line."""
        return f"{self.runs:,} runs, seed {self.seed}, {self.engine} engine, scenario {self.hash[:8]}"

    @property
    def notes(self) -> list[str]:
        """How the figures are to be read, in sentences."""
        notes = [
            "± is one standard error of the simulation, rounded up; terms say how much of the way to its demand a "
            "side gets; dates are to the month. All of it holds if the sides concede as the scenario assumes: it is no "
            "forecast of what they will do."
        ]
        if (aim := self.precision_data) is not None:
            how = f"reached after {self.runs:,} runs" if aim["reached"] else f"NOT reached within {self.runs:,} runs"
            notes.append(
                f"Precision asked for: {aim['goal']}; {how}. It was looked at every {aim['every']:,} runs, "
                f"from {aim['least']:,} to {aim['most']:,}."
            )
        if clipped := self.tally.clipped:
            notes.append(f"{clipped:,} drawn numbers lay outside their range and were taken as its end.")
        return notes

    def plot(
        self, kind: str = "burndown", ax: Axes | None = None, *, run: int | None = None, of: str | None = None
    ) -> Any:
        """A picture of this projection; a notebook shows it, ``.save("x.svg")`` writes it with its data beside it.

        Args:
            kind: one of `negsim.plots.KINDS`: burndown, burnup, flow, survival, calendar, gap, terms, frontier,
                waiting, last, climate, trace.
            ax: axes of your own to draw on; they are returned instead of a picture.
            run: for ``trace`` and ``climate``, the run that is shown.
            of: for ``frontier``, the package or issue.

        Raises:
            NegsimError: there is no such kind of picture, or nothing to show.
        """
        from negsim.plots import draw

        return draw(kind, self.view(kind, run, of), ax)

    def trace(self, run: int) -> Story:
        """What happens in one of the runs, told from its event log.

        Raises:
            NegsimError: there is no run of that number.
        """
        from negsim.projection.running import trace

        if not 0 <= run < self.runs:
            raise NegsimError(f"there are runs 0 to {self.runs - 1}, but was {run}")
        return trace(self.scenario, run, self.seed, self.luck)

    def save(self, folder: str | os.PathLike[str], command: str = "") -> None:
        """Write this to a folder, as `negsim.projection.storage` describes it: all of it, or nothing.

        Raises:
            NegsimError: the folder holds something else, or cannot be written.
        """
        from negsim.projection.storage import save

        save(self, folder, command)

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Projection:
        """Read what `save` has written.

        Raises:
            NegsimError: the folder holds no projection, or one that does not fit its own manifest.
        """
        from negsim.projection.storage import load

        return load(folder)

    def _repr_html_(self) -> str:
        from negsim.analysis.headline import frame
        from negsim.projection.html import table

        return table(frame(self.digest), title=f"{self.setting.talks}: {self.setting.title}", foot=self.provenance)


def day_of_text(value: str | date) -> date:
    """A date from how people write it.

    Raises:
        NegsimError: it is none.

    >>> day_of_text("2026-04-10").year
    2026
    """
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise NegsimError(f"a date is written 2026-04-10, but was {value!r}") from None


def setting_of(scenario: Scenario) -> Setting:
    """The names and dates of a scenario, as the analyses take them."""
    from negsim.analysis.context import Entry, IssueFacts, Names, Round, Setting

    agenda = scenario.agenda
    a, b = scenario.sides
    titles = {side: agenda.sides[side].title for side in scenario.sides}
    return Setting(
        title=scenario.title,
        talks=agenda.title,
        as_of=scenario.as_of,
        horizon=scenario.horizon_date,
        sides=(titles[a], titles[b]),
        side_ids=(a, b),
        issues=tuple(
            IssueFacts(
                id=name,
                title=agenda.issues[name].title,
                status=issue.start.status,
                options=tuple(option.title for option in issue.options),
                history=tuple(
                    Entry(change.date.earliest, change.date.latest, change.status)
                    for change in agenda.issues[name].history
                    if change.date.latest <= scenario.as_of
                ),
            )
            for name, issue in scenario.issues.items()
        ),
        rounds=tuple(Round(r.date.earliest, r.date.latest, r.title) for r in agenda.rounds.values()),
        names=Names(
            packages=tuple(package.title for package in scenario.packages.values()),
            package_ids=tuple(scenario.packages),
            channels=tuple(channel.title for channel in scenario.channels.values()),
            shocks=tuple(shock.title for shock in scenario.shocks.values()),
            regimes=tuple(scenario.climate.regimes),
        ),
    )
