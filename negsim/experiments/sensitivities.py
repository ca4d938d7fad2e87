"""Which assumptions matter, and how much of the spread is assumption at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.analysis import Split, split
from negsim.analysis import sensitivity_indices as drivers
from negsim.errors import NegsimError, did_you_mean, one_of
from negsim.experiments.cases import Cases, Outcome, cases_of, run_outcome
from negsim.experiments.sweeps import Sweep, own_factors, sweep
from negsim.projection import DEFAULT_SEED, Projection, run, under_lucks
from negsim.simulation import compile

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

    from negsim.plots import Picture
    from negsim.scenario import Scenario

#: The methods, and the design of a sweep that each needs (None: any data).
METHODS = {"given": None, "sobol": "saltelli", "morris": "morris"}
#: Runs that are played for ``given`` unless there are some.
RUNS = 8192
#: Samples and runs an experiment of the other methods.
SAMPLES, EACH = {"sobol": 128, "morris": 16}, 200

_MEANING = {
    "given": "First order: the share of the outcome's variance that the factor explains by itself (RBD-FAST).",
    "sobol": "First order: the share of the variance that goes when the factor is known. Total: the share that stays "
    "when all others are known (Sobol indices of a Saltelli design).",
    "morris": "mu*: by how much the outcome moves, on average, when the factor goes from one end to the other (5 % to "
    "95 % of a distribution); sigma: how much that depends on the others (Morris).",
}


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Which factors matter for an outcome.

    ``table`` has a row a factor, the strongest first, with the figures of the ``method`` and 95 % intervals;
    ``effects`` what a tornado shows; ``split``, where the source is a scenario's own runs, how much is assumption.
    """

    cases: Cases
    method: str
    table: pd.DataFrame
    split: Split | None = None

    def __repr__(self) -> str:
        return f"<Sensitivity ({self.method}): {self.cases.words}>"

    @cached_property
    def effects(self) -> pd.DataFrame:
        """The outcome's mean where a factor is low and where it is high, in the order of ``table``."""
        found = drivers.effects(self.cases.x, self.cases.y).set_index("factor")
        return found.loc[[name for name in self.table["factor"] if name in found.index]].reset_index()

    @property
    def meaning(self) -> str:
        """What the figures of the method say."""
        return _MEANING[self.method]

    def data(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "outcome": self.cases.words,
            "method": self.method,
            "from": self.cases.provenance,
            "factors": [{k: _plain(v) for k, v in row.items()} for row in self.table.to_dict("records")],
            "effects": [{k: _plain(v) for k, v in row.items()} for row in self.effects.to_dict("records")],
            "split": None if self.split is None else {k: _plain(v) for k, v in vars(self.split).items()},
        }

    def plot(self, top: int = 12) -> Picture:
        """A tornado picture of the strongest factors, with its data."""
        from negsim.plots import Tornado, tornado_picture

        cases, effects = self.cases, self.effects.head(top)
        rows = effects.to_dict("records")
        ends = [{end: cases.amount(row["factor"], row[f"{end}_end"]) for end in ("low", "high")} for row in rows]
        return tornado_picture(
            Tornado(
                cases.context,
                effects,
                labels=[cases.label(row["factor"]) for row in rows],
                ends=ends,
                mean=float(cases.y.mean()),
                share=not cases.outcome.days and cases.outcome.issue is not None,
                outcome=cases.words,
                each=cases.each,
                provenance=cases.provenance,
            )
        )


def sensitivity(
    source: Scenario | Projection | Sweep,
    issue: str | None = None,
    within: str = "24",
    days: bool = False,
    method: str | None = None,
    *,
    names: Sequence[str] = (),
    samples: int | None = None,
    runs: int | None = None,
    seed: int = DEFAULT_SEED,
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
) -> Sensitivity:
    """Say which assumptions matter for an outcome.

    Args:
        source: a sweep is analysed by the method of its design, a projection by the ``given`` data of its runs; of a
            scenario, runs or experiments over the assumptions that it draws are played first.
        issue: whose outcome; ``all``: of the last one; none: the number of issues resolved.
        within: ``6``, ``12``, ``24`` months or ``horizon``.
        days: not whether it is resolved by then but when; runs that never resolve it count as the horizon.
        method: for a scenario, ``given`` unless you say ``sobol`` or ``morris``.
        names: for ``sobol`` and ``morris``, which assumptions are factors; all unless given. The others are drawn.
        samples: for ``sobol`` and ``morris``, the samples of the design.
        runs: how many runs, or how many an experiment.
        seed: the key of all draws.
        executor: any `concurrent.futures.Executor`, for experiments.
        progress: called with how many more runs are finished.

    Raises:
        NegsimError: an argument is not in order, or the outcome is the same everywhere.
    """
    outcome = Outcome(issue, within, days)
    if isinstance(source, Sweep):
        fits = next((name for name, design in METHODS.items() if design == source.design), "given")
        if method not in (None, fits, "given"):
            raise NegsimError(
                f"a {source.design} sweep is analysed by {fits}; {method} needs --design {METHODS[method]}"
            )
        return _analysed(cases_of(source, outcome), method or fits)
    if isinstance(source, Projection):
        if method not in (None, "given"):
            raise NegsimError(f"runs that exist are analysed by given; {method} needs a scenario")
        return _analysed(cases_of(source, outcome), "given", _split(source.scenario, outcome, source.seed))
    method = method or "given"
    if method not in METHODS:
        hint = did_you_mean(method, METHODS)
        meant = f"; did you mean {hint}?" if hint else ""
        raise NegsimError(f'there is no method "{method}"; allowed: {one_of(METHODS)}{meant}')
    outcome.check(source)
    divided = _split(source, outcome, seed)
    if METHODS[method] is None:
        played = run(source, runs or RUNS, seed, progress=progress, executor=executor)
        return _analysed(cases_of(played, outcome), method, divided)
    drivers.need_salib()
    factors = own_factors(source, names)
    design, number = str(METHODS[method]), samples or SAMPLES[method]
    done = sweep(source, factors, design, number, runs or EACH, seed, progress=progress, executor=executor)
    return _analysed(cases_of(done, outcome), method, divided)


def planned(
    source: Scenario, method: str | None, names: Sequence[str] = (), samples: int | None = None, runs: int | None = None
) -> int:
    """How many runs `sensitivity` will play of a scenario, for a progress bar; those of the split do not count."""
    if method not in SAMPLES:
        return runs or RUNS
    extra = {"sobol": 2, "morris": 1}[method]
    return (samples or SAMPLES[method]) * (len(own_factors(source, names)) + extra) * (runs or EACH)


def _analysed(cases: Cases, method: str, divided: Split | None = None) -> Sensitivity:
    names = list(cases.x.columns)
    if method == "sobol":
        table = drivers.sobol(names, cases.y, cases.seed)
    elif method == "morris":
        table = drivers.morris(names, cases.points, cases.y, cases.seed)
    else:
        table = drivers.given(names, coded(cases.x), cases.y, cases.seed)
    return Sensitivity(cases, method, table, divided)


def coded(x: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Factors as numbers: words by their place in the alphabet."""
    import pandas as pd

    numbers = pd.api.types.is_numeric_dtype
    columns = [x[name] if numbers(x[name]) else pd.Categorical(x[name]).codes for name in x.columns]
    return np.column_stack([np.asarray(column, float) for column in columns])


def _split(scenario: Scenario, outcome: Outcome, seed: int) -> Split | None:
    """How much of the outcome's variance is assumption: the first runs again under other lucks."""
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
