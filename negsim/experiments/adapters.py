"""Adapters for other libraries: a scenario as a model of the EMA workbench, and as a problem of SALib."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from negsim.analysis import need_salib
from negsim.errors import NegsimError, one_of
from negsim.experiments.cases import Outcome
from negsim.experiments.effect_check import check_moves
from negsim.experiments.experiment import ALL, Base, milestones_of, outcomes, play_experiment
from negsim.experiments.factors import Factor, factors_of
from negsim.projection import DEFAULT_SEED
from negsim.simulation import compile, pick_engine

if TYPE_CHECKING:
    from negsim.scenario import Scenario

Vary = Mapping[str, object] | Sequence[Factor]


def ema_model(
    scenario: Scenario, vary: Vary, issue: str = ALL, runs: int = 500, seed: int = DEFAULT_SEED, name: str = "negsim"
) -> Any:
    """A scenario as an `ema_workbench.Model`: factors are its uncertainties, one evaluation is one set of runs.

    A list of values becomes a categorical parameter (the value's number), a uniform distribution a real one with its
    bounds, any other a real one from 0 to 1, the quantile of the distribution. Outcomes are those of a sweep
    (`experiment.outcomes`) of one issue. Names must be Python identifiers, so dots become ``__``.

    Raises:
        NegsimError: a factor is not valid, there is no such issue, or the EMA workbench is missing.
    """
    factors = factors_of(vary)
    Outcome(issue, "horizon").check(scenario)
    if find_spec("ema_workbench") is None:
        raise NegsimError("this needs the EMA workbench: pip install ema_workbench")
    base = _base(scenario, factors, runs, seed)
    by_name = {factor.path.replace(".", "__"): factor for factor in factors}

    def play(**given: Any) -> dict[str, float]:
        values = {by_name[key].path: _value(by_name[key], value) for key, value in given.items()}
        return _outcomes(base, values, issue)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # notes on optional packages
        from ema_workbench import CategoricalParameter, Model, RealParameter, ScalarOutcome

        model = Model(name, function=play)
        model.uncertainties = [
            CategoricalParameter(key, list(range(len(factor.values))))
            if factor.values
            else RealParameter(key, *_bounds(factor))
            for key, factor in by_name.items()
        ]
        model.outcomes = [ScalarOutcome(outcome) for outcome in outcomes(base.milestones)]
    return model


def salib_problem(scenario: Scenario, vary: Vary) -> dict[str, Any]:
    """The factors as a problem of SALib: names and bounds; take `salib_model` to evaluate its samples.

    A uniform distribution has its own bounds in canonical units; any other, and a list of values, runs from 0 to 1.

    Raises:
        NegsimError: a factor is not valid.

    >>> import negsim as ns
    >>> s = ns.load("scenarios/baseline.yaml")
    >>> salib_problem(s, {"parameters.us_beta.value": {"uniform": {"low": 0.2, "high": 1}}})["bounds"]
    [[0.2, 1.0]]
    """
    factors = factors_of(vary)
    check_moves(_base(scenario, factors, 1, DEFAULT_SEED), factors)
    names = [factor.path for factor in factors]
    bounds = [[0.0, 1.0] if factor.values else list(_bounds(factor)) for factor in factors]
    return {"num_vars": len(factors), "names": names, "bounds": bounds}


def salib_model(
    scenario: Scenario,
    vary: Vary,
    outcome: str = "p_horizon",
    issue: str = ALL,
    runs: int = 500,
    seed: int = DEFAULT_SEED,
) -> Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]:
    """A function from samples of `salib_problem` (a row each) to one of `experiment.outcomes` of an issue.

    Raises:
        NegsimError: a factor is not valid, there is no such outcome or issue, or SALib is missing.
    """
    factors = factors_of(vary)
    Outcome(issue, "horizon").check(scenario)
    need_salib()
    known = outcomes(milestones_of(scenario))
    if outcome not in known:
        raise NegsimError(f'there is no outcome "{outcome}"; allowed: {one_of(known)}')
    base = _base(scenario, factors, runs, seed)

    def evaluate(samples: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        found = []
        for row in np.atleast_2d(samples):
            pairs = zip(factors, row, strict=True)
            values = {f.path: f.at(float(u)) if f.values else _value(f, float(u)) for f, u in pairs}
            found.append(_outcomes(base, values, issue)[outcome])
        return np.array(found)

    return evaluate


def _base(scenario: Scenario, factors: Sequence[Factor], runs: int, seed: int) -> Base:
    engine, own = pick_engine("auto"), frozenset[str]()
    base = Base(scenario, compile(scenario), engine, seed, runs, milestones_of(scenario), own)
    check_moves(base, factors)
    return base


def _bounds(factor: Factor) -> tuple[float, float]:
    if factor.draw is not None and factor.draw.family == "uniform":
        return float(factor.law.ppf(0.0)), float(factor.law.ppf(1.0))
    return 0.0, 1.0


def _value(factor: Factor, given: Any) -> Any:
    """The value as a file states it: a category by its number, a uniform value, else a quantile."""
    if factor.values:
        return factor.values[int(given)]
    low, high = _bounds(factor)
    return factor.at((float(given) - low) / (high - low))


def _outcomes(base: Base, values: dict[str, Any], issue: str) -> dict[str, float]:
    result = play_experiment(base, (0, values))
    return dict(zip(outcomes(base.milestones), result.rows[result.issues.index(issue)], strict=True))
