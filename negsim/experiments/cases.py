"""The data of sensitivity and discovery: the factors of each case and one outcome, with their words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from negsim.analysis import chance_by, check_time_scale, date_text, milestone, nearest_half
from negsim.errors import NegsimError, check_name
from negsim.experiments.experiment import ALL, HORIZON, column, weights
from negsim.experiments.factors import Factor
from negsim.experiments.sweeps import Sweep
from negsim.files import number_text
from negsim.projection import Projection, context_of
from negsim.scenario import place_words

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from negsim.analysis import Context
    from negsim.scenario import Scenario

#: Designs that an analysis can use only as a whole.
COMPLETE = ("saltelli", "morris")


@dataclass(frozen=True)
class Outcome:
    """The outcome to analyse: of one issue (``all``: of the last one), or the number of issues resolved.

    ``by`` is a length of time from the as-of date (`by_words`), or ``horizon``; ``days``: the day of resolution instead
    of whether it is resolved by then.

    Raises:
        NegsimError: ``days`` is given without an issue.
    """

    issue: str | None = None
    by: str = HORIZON
    days: bool = False

    def __post_init__(self) -> None:
        if self.days and self.issue is None:
            raise NegsimError("days are those of an issue; name one")

    def check(self, scenario: Scenario) -> None:
        """Check that a scenario has this outcome.

        Raises:
            NegsimError: it has no such issue, or its horizon is earlier.
        """
        if self.issue is not None:
            check_name(self.issue, [*scenario.issues, ALL], f'there is no issue "{self.issue}"')
        if self.day(scenario) > scenario.horizon_days:
            raise NegsimError(f"{self.by} is after the horizon, {scenario.horizon_date}")

    def day(self, scenario: Scenario) -> int:
        """The last day that counts, in days from ``as_of``."""
        if self.by == HORIZON:
            return scenario.horizon_days
        return (milestone(scenario.as_of, self.by).date - scenario.as_of).days

    def event(self, scenario: Scenario, varied: Collection[str] = (), unit: str = "day") -> str:
        """The event in words, with its date in a unit unless the date is ``varied``."""
        title = "all issues are" if self.issue == ALL else f"{scenario.agenda.issues[str(self.issue)].short_title} is"
        return f"{title} resolved within {within_words(self.by, scenario, varied, unit)}"

    def words(self, scenario: Scenario, each: str, varied: Collection[str] = (), unit: str = "day") -> str:
        """The outcome in words; ``each`` is a run or an experiment."""
        mean = "" if each == "run" else "mean over runs of the "
        if self.issue is None:
            return f"{mean}number of issues resolved within {within_words(HORIZON, scenario, varied, unit)}"
        if self.days:
            what = self.event(scenario).partition(" is resolved")[0].partition(" are resolved")[0]
            verb = "are" if self.issue == ALL else "is"
            end = "" if {"horizon", "as_of"} & set(varied) else f" ({scenario.horizon_days:,} days)"
            return (
                f"{mean}days until {what} {verb} resolved, or until the horizon: "
                f"runs that do not resolve it count as the horizon{end}"
            )
        event = self.event(scenario, varied, unit)
        return f"whether {event}, 1 or 0 in each run" if each == "run" else f"share of runs in which {event}"


@dataclass(frozen=True, eq=False)
class Cases:
    """Cases to analyse, runs or experiments: the factors ``x`` (one column each) and the outcome ``y``.

    ``design`` is that of the sweep, or ``runs``; ``points`` are quantiles of the factors for designs that need them.
    ``batches`` are the outcomes by batch of runs (batches, cases), with ``weights`` runs in each; None for runs.
    ``dates`` is the unit of dates that somebody asks for.
    """

    scenario: Scenario
    factors: tuple[Factor, ...]
    x: pd.DataFrame
    y: npt.NDArray[np.float64]
    outcome: Outcome
    each: str
    design: str
    seed: int
    provenance: str
    points: Any = None
    batches: Any = None
    weights: Any = None
    dates: str | None = None

    @property
    def words(self) -> str:
        """The outcome in words."""
        return self.outcome.words(self.scenario, self.each, list(self.x.columns), self.dates or "day")

    @property
    def event(self) -> str:
        """The event of an issue, in words."""
        return self.outcome.event(self.scenario, list(self.x.columns), self.dates or "day")

    @property
    def context(self) -> Context:
        """Names and dates of the scenario."""
        return replace(context_of(self.scenario), asked_unit=self.dates)

    def time_scale(self, dates: str | None) -> Cases:
        """The same cases with another unit of dates.

        Raises:
            NegsimError: the unit does not exist.
        """
        check_time_scale(self.scenario.as_of, self.scenario.horizon_date, dates, None)
        return replace(self, dates=dates)

    def label(self, path: str) -> str:
        """A factor in words."""
        return place_words(path, self.scenario)

    def amount(self, path: str, value: Any) -> str:
        """A value of a factor in words."""
        if isinstance(value, str):
            return value
        unit = next(factor.unit for factor in self.factors if factor.path == path)
        return amount(float(value), unit)


def by_words(by: str | date, scenario: Scenario) -> str:
    """A date, or a length of time from the as-of date, as words for `Outcome`; a milestone has its own words.

    Raises:
        NegsimError: it is neither, and not ``horizon``; or it is not after the as-of date.

    >>> import negsim as ns
    >>> s = ns.load("baseline")
    >>> [by_words(by, s) for by in ("2026-04-10", "2 weeks", "2025-06-09", "2028-04-08")]
    ['12 months', '2 weeks', '60 days', 'horizon']
    """
    if by == HORIZON:
        return HORIZON
    try:
        day = by if isinstance(by, date) else date.fromisoformat(by)
    except ValueError:
        try:
            found = milestone(scenario.as_of, str(by))
        except NegsimError:
            takes = 'a date (2027-04-10), a time from the as-of date ("24 months") or horizon'
            raise NegsimError(f"by takes {takes}, but was {by!r}") from None
        return HORIZON if found.date == scenario.horizon_date else found.words
    if day in (scenario.horizon_date, scenario.horizon_date - timedelta(days=1)):
        return HORIZON
    if day <= scenario.as_of:
        raise NegsimError(f"{day} is not after the as-of date, {scenario.as_of}")
    words = {each.date: each.words for each in context_of(scenario).milestones}
    return words.get(day) or milestone(scenario.as_of, f"{(day - scenario.as_of).days} days").words


def within_words(by: str, scenario: Scenario, varied: Collection[str] = (), unit: str = "day") -> str:
    """A length of time or the horizon, with its date in a unit unless the date is ``varied``."""
    if by == HORIZON:
        fixed = not {"horizon", "as_of"} & set(varied)
        return f"the horizon ({date_text(scenario.horizon_date, unit)})" if fixed else "the horizon"
    return by if "as_of" in varied else f"{by} (by {date_text(milestone(scenario.as_of, by).date, unit)})"


def amount(value: float, unit: str) -> str:
    """A number in words: months and years where days are many, hours where they are few.

    >>> amount(425.0, "days"), amount(0.31313, ""), amount(2000.0, "days"), amount(41.2, "days"), amount(0.75, "days")
    ('14 months', '0.313', '5.48 years', '41.2 days', '18 hours')
    """
    if unit == "days" and 0 < value < 2:
        return f"{24 * value:.3g} hours"
    if unit == "days" and value >= 1461:
        return f"{value / 365.25:.3g} years"
    if unit == "days" and value >= 60:
        return f"{value / (365.25 / 12):.3g} months"
    return f"{number_text(value)} {unit}".strip()


def cases_of(source: Sweep | Projection, outcome: Outcome) -> Cases:
    """The cases of a sweep (its experiments), or of a projection (its runs with their assumptions).

    Raises:
        NegsimError: the source has no such outcome, or nothing varies in it.
    """
    outcome.check(source.scenario)
    return _of_sweep(source, outcome) if isinstance(source, Sweep) else _of_runs(source, outcome)


def _of_sweep(sweep: Sweep, outcome: Outcome) -> Cases:
    import numpy as np

    rows = sweep.table[sweep.table["issue"] == (outcome.issue or ALL)].reset_index(drop=True)
    name = "resolved" if outcome.issue is None else "mean_days" if outcome.days else column(outcome.by)
    if name not in rows:
        days = ", ".join(sweep.milestones)
        raise NegsimError(f"the sweep has the outcomes by {days} and the horizon, not by {outcome.by}")
    known = rows[name].notna()
    rows = rows[known].reset_index(drop=True)
    if not len(rows):
        raise NegsimError(f"no experiment has a horizon of {outcome.by} or more")
    if sweep.design in COMPLETE and len(rows) < sweep.experiments:
        raise NegsimError(
            f"{sweep.experiments - len(rows)} of {sweep.experiments} experiments have no outcome of "
            f"{outcome.issue or ALL} within {outcome.by}, and a {sweep.design} design needs all of them; use "
            "--design latin, another issue or --by horizon"
        )
    x = rows[sweep.paths].reset_index(drop=True)
    points = sweep.points if sweep.design in ("saltelli", "morris") else None
    y = np.asarray(rows[name], float)
    of_issue = sweep.batches[sweep.batches["issue"] == (outcome.issue or ALL)]
    batches = of_issue.pivot_table(index="batch", columns="experiment", values=name, sort=True)
    return Cases(
        sweep.scenario, sweep.factors, x, y, outcome, "experiment", sweep.design, sweep.seed, sweep.provenance, points,
        batches[rows["experiment"]].to_numpy(), weights(sweep.runs),
    )  # fmt: skip


def _of_runs(projection: Projection, outcome: Outcome) -> Cases:
    import numpy as np

    from negsim.simulation import compile

    scenario = projection.scenario
    days = np.where(np.isnan(projection.outcomes["resolved"]), np.inf, projection.outcomes["resolved"])
    y = run_outcome(days, scenario, outcome)
    x = projection.parameters.reset_index(drop=True)
    x = x.loc[:, x.nunique() > 1]
    if not len(x.columns):
        raise NegsimError("the scenario draws no assumption: all its numbers are fixed; vary some of them with sweep")
    kinds = compile(scenario).assumptions
    factors = tuple(Factor(name, kinds[name], own=True) for name in x.columns)
    return Cases(scenario, factors, x, y, outcome, "run", "runs", projection.seed, projection.provenance)


def nearest_by(source: Sweep | Projection, issue: str | None) -> str:
    """The milestone, or the horizon, at which the probability of an issue is nearest to one half; see `nearest_half`.

    Of a sweep, by the mean over experiments; without an issue, the horizon.

    >>> import negsim as ns
    >>> p = ns.run(ns.load("scenarios/baseline.yaml"), runs=200)
    >>> nearest_by(p, "banking"), nearest_by(p, "flights")
    ('12 months', 'horizon')
    """
    if issue is None:
        return HORIZON
    if isinstance(source, Sweep):
        rows = source.table[source.table["issue"] == issue]
        columns = {name: rows[column(name)] for name in (*source.milestones, HORIZON)}
        return nearest_half({name: p for name, p in columns.items() if len(p) and p.notna().all()} or {HORIZON: [0.0]})
    scenario, tally = source.scenario, source.tally
    counts = tally.all_resolved if issue == ALL else tally.resolved[list(scenario.issues).index(issue)]
    days = {each.words: source.context.day_of(each.date) for each in source.context.milestones}
    days[HORIZON] = scenario.horizon_days
    return nearest_half({name: [chance_by(counts, day).p] for name, day in days.items()})


def run_outcome(days: npt.NDArray[np.float64], scenario: Scenario, outcome: Outcome) -> npt.NDArray[np.float64]:
    """The outcome of each run, from the days (runs, issues) on which issues are resolved; inf for never.

    A date counts if the issue is resolved on that day or before it, as in `Projection.resolved_by`.
    """
    import numpy as np

    horizon = float(scenario.horizon_days)
    if outcome.issue is None:
        return np.asarray((days < horizon).sum(axis=1), float)
    when = days.max(axis=1) if outcome.issue == ALL else days[:, list(scenario.issues).index(outcome.issue)]
    if outcome.days:
        return np.asarray(np.minimum(when, horizon))
    return np.asarray(np.floor(when) <= min(outcome.day(scenario), horizon - 1), float)
