"""Sensitivity of an outcome to the assumptions, and the share of its variance that they explain."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.analysis import Split, grid, split
from negsim.analysis import sensitivity_indices as drivers
from negsim.errors import NegsimError, check_name, checks_arguments
from negsim.experiments.cases import Cases, Outcome, by_words, cases_of, nearest_by, run_outcome
from negsim.experiments.experiment import HORIZON
from negsim.experiments.sources import CasesLike, cases_source
from negsim.experiments.sweeps import Sweep, own_factors, sweep
from negsim.files import to_line
from negsim.projection import DEFAULT_SEED, Projection, Workers, run, under_lucks
from negsim.simulation import compile

if TYPE_CHECKING:
    import pandas as pd

    from negsim.plots import Picture
    from negsim.scenario import Scenario

#: The methods for a scenario, and the design of a sweep that each needs (None: runs).
METHODS = {"given": None, "sobol": "saltelli", "morris": "morris"}
#: The method for each design of a sweep.
FITS = {"grid": "grid", "latin": "given", "sobol": "given", "saltelli": "sobol", "morris": "morris"}
#: Default number of runs for ``given``.
RUNS = 8192
#: Default samples, and runs for each experiment, of the other methods.
SAMPLES, EACH = {"sobol": 128, "morris": 16}, 200

_MEANING = {
    "grid": "Main effect: the share of the variance over the grid that the factor explains alone. Total: the share "
    "that it explains with its interactions. Monte Carlo noise is subtracted (analysis of variance of the full grid).",
    "given": "First order: the share of the outcome's variance that the factor explains alone (RBD-FAST; of a factor "
    "with 20 values or fewer, the share of their means). Interactions are not included. In experiments, Monte Carlo "
    "noise is subtracted.",
    "sobol": "First order: the share of the variance that the factor explains alone. Total: the share that it explains "
    "with its interactions (Sobol indices of a Saltelli design). Monte Carlo noise is subtracted.",
    "morris": "mu*: mean change of the outcome when the factor goes from one end to the other (5 % to 95 % of a "
    "distribution); sigma: how much this change depends on the others (Morris). Monte Carlo noise is subtracted.",
}


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Effects of the factors on an outcome.

    ``table`` has a row for each factor, the strongest first, with the figures of the ``method`` and 95 % intervals
    (infinite if there are too few samples for an interval).
    ``effects`` has the means of a tornado. ``split`` divides the variance of runs of a scenario into assumptions and
    chance. ``interactions`` has the shares of interactions on a grid.

    >>> import negsim as ns
    >>> w = ns.sweep("baseline", {"tactics.us.beta": [0.2, 1], "tactics.russia.beta": [0.2, 1]}, runs=40)
    >>> ns.sensitivity(w, "visas").to_frame()["factor"].tolist()
    [...]
    """

    cases: Cases
    method: str
    table: pd.DataFrame
    split: Split | None = None
    interactions: pd.DataFrame | None = None

    def to_frame(self) -> pd.DataFrame:
        """The ``table``."""
        return self.table.copy()

    def __repr__(self) -> str:
        return f"<Sensitivity ({self.method}): {self.cases.words}>"

    def _repr_html_(self) -> str:
        from negsim.files import values_table

        return values_table(repr(self)[1:-1], self.table.to_dict("records"), f"{self.cases.provenance}.")

    @cached_property
    def effects(self) -> pd.DataFrame:
        """The mean outcome where a factor is low and where it is high, in the order of ``table``."""
        cases = self.cases
        batches = (cases.batches, cases.weights) if cases.design == "grid" else (None, None)
        found = drivers.effects(cases.x, cases.y, *batches).set_index("factor")
        return found.loc[[name for name in self.table["factor"] if name in found.index]].reset_index()

    @property
    def meaning(self) -> str:
        """The meaning of the figures of the method."""
        return _MEANING[self.method]

    def data(self) -> dict[str, Any]:
        """Plain data for JSON."""
        more = [] if self.interactions is None else self.interactions.to_dict("records")
        return {
            "outcome": self.cases.words,
            "method": self.method,
            "from": self.cases.provenance,
            "factors": [{k: _plain(v) for k, v in row.items()} for row in self.table.to_dict("records")],
            "interactions": [{k: _plain(v) for k, v in row.items()} for row in more],
            "effects": [{k: _plain(v) for k, v in row.items()} for row in self.effects.to_dict("records")],
            "split": None if self.split is None else {k: _plain(v) for k, v in vars(self.split).items()},
        }

    def time_scale(self, dates: str | None = None) -> Sensitivity:
        """The same result with another unit of dates: ``day``, ``week``, ``month`` or ``year``.

        Raises:
            NegsimError: the unit does not exist.
        """
        return replace(self, cases=self.cases.time_scale(dates))

    def plot(self, top: int = 12) -> Picture:
        """A tornado picture of the strongest factors, with its data."""
        from negsim.plots import Tornado, tornado_picture

        cases, effects = self.cases, self.effects.head(top)
        share = not cases.outcome.days and cases.outcome.issue is not None
        rows = effects.to_dict("records")
        ends = [{end: cases.amount(row["factor"], row[f"{end}_end"]) for end in ("low", "high")} for row in rows]
        return tornado_picture(
            Tornado(
                cases.context,
                effects,
                labels=[cases.label(row["factor"]) for row in rows],
                ends=ends,
                mean=float(cases.y.mean()),
                share=share,
                outcome=cases.words,
                event=cases.event if share else "",
                each=cases.each,
                provenance=cases.provenance,
            )
        )


@checks_arguments
def sensitivity(
    source: CasesLike,
    issue: str | None = None,
    by: str | date | None = None,
    days: bool = False,
    method: str | None = None,
    *,
    names: Sequence[str] = (),
    samples: int | None = None,
    runs: int | None = None,
    seed: int = DEFAULT_SEED,
    workers: Workers = 1,
    progress: Callable[[int], object] | None = None,
) -> Sensitivity:
    """Measure which assumptions drive an outcome, and how much of its variance is chance.

    The method follows the data: a grid gets the exact decomposition of its variance, a Saltelli design Sobol indices,
    a Morris design elementary effects, and runs or random designs RBD-FAST.

    Args:
        source: a sweep (its experiments), a projection (its runs and what they assume), or a scenario, which is run.
        issue: the issue of the outcome; ``all``: the last one; none: the number of issues resolved.
        by: a date, a time from the as-of date (``24 months``) or ``horizon``; a sweep has its milestones. Default: the
            milestone, or the horizon, at which the probability is nearest to one half.
        days: the day of resolution instead of whether it is resolved; runs that never resolve it count as the horizon.
        method: for a scenario ``given`` (default), ``sobol`` or ``morris``.
        names: for ``sobol`` and ``morris``, the assumptions to use as factors; default: all. The others are drawn.
        samples: for ``sobol`` and ``morris``, the samples of the design.
        runs: number of runs, or of runs for each experiment.
        seed: the key of all draws.
        workers: as for `negsim.run` and `negsim.sweep`.
        progress: called with the number of newly finished runs.

    Raises:
        NegsimError: an argument is not valid, or the outcome is the same in all cases.

    >>> import negsim as ns
    >>> s = ns.load("scenarios/baseline.yaml")
    >>> w = ns.sweep(s, {"tactics.us.beta": [0.2, 1], "tactics.russia.beta": [0.2, 1]}, runs=40)
    >>> ns.sensitivity(w, "visas").table.columns.tolist()[:4]
    ['factor', 'first', 'first_low', 'first_high']
    """
    source = cases_source(source)
    scenario = source.scenario if isinstance(source, Projection | Sweep) else source
    known = Outcome(issue, HORIZON if by is None else by_words(by, scenario), days)
    known.check(scenario)
    default = by is None and not days
    if isinstance(source, Sweep):
        fits = FITS[source.design]
        if method not in (None, fits):
            needs = {name: design for design, name in reversed(FITS.items())}.get(method, "latin")
            raise NegsimError(f"a {source.design} sweep is analysed by {fits}; {method} needs --design {needs}")
        return _analysed(cases_of(source, _nearest(known, source) if default else known), fits)
    if isinstance(source, Projection):
        if method not in (None, "given"):
            raise NegsimError(f"existing runs are analysed by given; {method} needs a scenario")
        outcome = _nearest(known, source) if default else known
        return _analysed(cases_of(source, outcome), "given", _split(source.scenario, outcome, source.seed))
    method = method or "given"
    check_name(method, METHODS, f'there is no method "{method}"')
    done: Projection | Sweep
    if METHODS[method] is None:
        done = run(source, runs or RUNS, seed, progress=progress, workers=workers)
    else:
        drivers.need_salib()
        factors, number = own_factors(source, names), samples or SAMPLES[method]
        design = str(METHODS[method])
        done = sweep(source, factors, design, number, runs or EACH, seed, progress=progress, workers=workers)
    outcome = _nearest(known, done) if default else known
    return _analysed(cases_of(done, outcome), method, _split(source, outcome, seed))


def _nearest(outcome: Outcome, source: Projection | Sweep) -> Outcome:
    """The outcome by the milestone, or the horizon, at which its probability is nearest to one half."""
    return replace(outcome, by=nearest_by(source, outcome.issue))


def planned(
    source: Scenario, method: str | None, names: Sequence[str] = (), samples: int | None = None, runs: int | None = None
) -> int:
    """The number of runs of `sensitivity` for a scenario, without those of the split; for a progress bar."""
    if method not in SAMPLES:
        return runs or RUNS
    extra = {"sobol": 2, "morris": 1}[method]
    return (samples or SAMPLES[method]) * (len(own_factors(source, names)) + extra) * (runs or EACH)


def _analysed(cases: Cases, method: str, divided: Split | None = None) -> Sensitivity:
    names = list(cases.x.columns)
    if method == "grid":
        levels = [len(factor.values) for factor in cases.factors]
        if missing := math.prod(levels) - len(cases.y):
            raise NegsimError(
                f"{missing} of {math.prod(levels)} experiments have no such outcome, and the analysis of a grid needs "
                "all; use --by horizon, --design latin, or other values"
            )
        if not np.ptp(cases.y) > 0:
            raise NegsimError("the outcome is the same in all cases; choose another issue or date")
        found = grid(names, levels, cases.batches, cases.weights)
        return Sensitivity(cases, method, found.factors, divided, found.interactions)
    runs = (cases.batches, cases.weights)
    if method == "sobol":
        table = drivers.sobol(names, cases.y, *runs)
    elif method == "morris":
        table = drivers.morris(names, cases.points, cases.y, *runs)
    else:
        if len(cases.y) < drivers.LEAST:
            raise NegsimError(f"{drivers.LEAST} cases or more are needed, but there are {len(cases.y)}: {_more(cases)}")
        table = drivers.given(names, coded(cases.x), cases.y, cases.seed, *runs)
    return Sensitivity(cases, method, table, divided)


def _more(cases: Cases) -> str:
    """The command that gives enough cases."""
    if cases.each == "run":
        return f"use --runs {RUNS}"
    words = ["negsim", "sweep", cases.scenario.file or "FILE"]
    for factor in cases.factors:
        values = factor.data()["values"]
        text = ",".join(map(to_line, values)) if isinstance(values, list) else to_line(values)
        words += ["--vary", f"{factor.path}={text}"]
    return shlex.join([*words, "--design", "latin", "--samples", "128", "--out", "DIR"])


def coded(x: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Factors as numbers: words by their place in the alphabet."""
    import pandas as pd

    numbers = pd.api.types.is_numeric_dtype
    columns = [x[name] if numbers(x[name]) else pd.Categorical(x[name]).codes for name in x.columns]
    return np.column_stack([np.asarray(column, float) for column in columns])


def _split(scenario: Scenario, outcome: Outcome, seed: int) -> Split | None:
    """The share of the assumptions in the variance: the first runs again with other random numbers."""
    compiled = compile(scenario)
    if not compiled.assumptions:
        return None
    columns = [run_outcome(days, scenario, outcome) for days in under_lucks(compiled, seed)]
    return split(np.column_stack(columns))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return value
    number = float(value)
    return None if not np.isfinite(number) else int(number) if isinstance(value, int | np.integer) else number
