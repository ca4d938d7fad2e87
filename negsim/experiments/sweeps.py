"""Sweeps: one scenario with many values of some assumptions; all experiments use the same random numbers."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from negsim.errors import NegsimError, check_name, checks_arguments
from negsim.experiments.designs import check_design, points
from negsim.experiments.effect_check import check_moves
from negsim.experiments.experiment import Base, Result, means, milestones_of, outcomes, play_experiment
from negsim.experiments.factors import Factor, factors_of
from negsim.experiments.sweep_data import SweepData
from negsim.experiments.sweep_storage import finish, identity, refuse_to_overwrite
from negsim.files import Checkpoint
from negsim.projection import DEFAULT_SEED, ScenarioLike, Workers, as_scenario, executor_of, spread, versions
from negsim.simulation import compile, pick_engine

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from negsim.scenario import Scenario

DEFAULT_RUNS, DEFAULT_SAMPLES = 500, 128


@dataclass(frozen=True, eq=False)
class Sweep(SweepData):
    """The outcomes of the experiments of a sweep; `SweepData` describes its tables.

    >>> import negsim as ns
    >>> w = ns.sweep("baseline", {"tactics.us.beta": [0.2, 1]}, runs=20)
    >>> w.paths, len(w.to_frame()) == 2 * (len(w.scenario.issues) + 1)
    (['tactics.us.beta'], True)
    """

    def to_frame(self) -> pd.DataFrame:
        """The ``table``."""
        return self.table.copy()

    def __repr__(self) -> str:
        return f"<Sweep: {self.experiments:,} experiments x {self.runs:,} runs of {self.scenario.title!r}>"

    def _repr_html_(self) -> str:
        from negsim.files import values_table

        return values_table(repr(self)[1:-1], self.table.to_dict("records"), f"{self.provenance}.")

    @property
    def paths(self) -> list[str]:
        """Paths of the factors."""
        return [factor.path for factor in self.factors]

    @cached_property
    def points(self) -> npt.NDArray[np.float64]:
        """The experiments as quantiles of the factors: an array (experiments, factors)."""
        return points(self.design, self.factors, self.samples, self.seed)

    def by_value(self, outcome: str = "p_horizon") -> pd.DataFrame:
        """The mean outcome for each factor, value and issue, with its standard error and 95 % interval.

        A row has the mean over the experiments with the value; values drawn from a distribution are in fifths. On a
        grid the error is the Monte Carlo error, from batches of runs. In other designs it includes that the experiments
        are a sample. Intervals are of Student's t.

        Raises:
            NegsimError: there is no such outcome.

        >>> import negsim as ns
        >>> w = ns.sweep(ns.load("scenarios/baseline.yaml"), {"undertaking": ["early_harvest", "single"]}, runs=100)
        >>> w.by_value().loc["undertaking"].xs("visas", level="issue")["p_horizon"].to_dict()
        {'early_harvest': 0.62, 'single': 0.04}
        """
        from negsim.experiments.value_table import value_table

        return value_table(self, outcome)

    @property
    def provenance(self) -> str:
        """Design, runs, seed, engine and scenario in one line."""
        return (
            f"{self.experiments:,} experiments ({self.design}) x {self.runs:,} runs, seed {self.seed}, "
            f"{self.engine} engine, scenario {self.scenario.hash[:8]}"
        )

    def save(self, folder: str | os.PathLike[str], command: str = "") -> None:
        """Write the sweep to a new folder: ``experiments.parquet`` and ``manifest.json``.

        Raises:
            NegsimError: the folder exists already, or cannot be written.
        """
        from negsim.experiments.sweep_storage import save

        save(self, Path(folder), command)

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Sweep:
        """Read a folder written by `save` or `sweep`.

        Raises:
            NegsimError: the folder holds no sweep, or its table does not match its manifest.
        """
        from negsim.experiments.sweep_storage import load

        return cls(**load(Path(folder)))


@checks_arguments
def sweep(
    scenario: ScenarioLike,
    vary: Mapping[str, object] | Sequence[Factor],
    design: str = "grid",
    samples: int | None = None,
    runs: int = DEFAULT_RUNS,
    seed: int = DEFAULT_SEED,
    engine: str = "auto",
    progress: Callable[[int], object] | None = None,
    *,
    workers: Workers = 1,
    milestones: Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    command: str = "",
) -> Sweep:
    """Simulate a scenario with many values of some assumptions, all with the same random numbers.

    Every value is checked first: a value that gives no valid scenario, or a path that no computation depends on, is an
    error. Distributions are checked at their 5 % and 95 % points.

    Args:
        scenario: the base: a scenario, a file, a name, or a projection.
        vary: for each path, a list of values or a distribution in the form of a file.
        design: ``grid``, ``latin`` or ``sobol``; ``saltelli`` and ``morris`` for those analyses.
        samples: number of samples of a design other than ``grid``; default 128.
        runs: runs for each experiment.
        seed: the key of all draws, and of the design.
        engine: ``auto`` or the name of one; all give the same result.
        progress: called with the number of newly finished runs; first with the number resumed.
        workers: number of processes, or any `concurrent.futures.Executor`. The result does not depend on it.
            A script calls this under ``if __name__ == "__main__":``, because each process imports the script.
        milestones: lengths of time such as ``4 weeks``, for the columns; default: those of the tables of `negsim.run`.
        out: a new folder for the result. After an interruption the same call resumes there.
        command: the command line for the manifest in ``out``.

    Raises:
        NegsimError: an argument is not valid, or ``out`` exists already.

    >>> import negsim as ns
    >>> s = ns.load("scenarios/baseline.yaml")
    >>> w = ns.sweep(s, {"tactics.us.beta": [0.2, 1], "horizon": ["1 year", "2 years"]}, runs=20)
    >>> w
    <Sweep: 4 experiments x 20 runs of 'Baseline'>
    """
    scenario = as_scenario(scenario)
    factors = factors_of(vary)
    samples = 0 if design == "grid" else DEFAULT_SAMPLES if samples is None else samples
    check_design(design, factors, samples)
    if out is not None:
        refuse_to_overwrite(Path(out))
    lengths, engine = milestones_of(scenario, milestones), pick_engine(engine)
    own = frozenset(factor.path for factor in factors if factor.own)
    base = Base(scenario, compile(scenario), engine, seed, runs, lengths, own)
    check_moves(base, factors)
    pieces = _pieces(base, factors, points(design, factors, samples, seed))
    scenario.check_work(len(pieces) * runs)
    used = versions()
    who = identity(scenario, factors, design, samples, seed, runs, used, lengths)
    with Checkpoint(Path(out), who) if out is not None else contextlib.nullcontext() as checkpoint:
        with executor_of(workers, "reference") as executor:  # processes: most of the work is in Python
            results = _play(base, pieces, executor, checkpoint, progress)
        tables = _table(factors, lengths, pieces, results), _batch_table(lengths, results)
        done = Sweep(scenario, factors, design, samples, seed, runs, engine, used, lengths, *tables)
        if checkpoint is not None:
            finish(checkpoint, done, command)
    return done


def own_factors(scenario: Scenario, names: Sequence[str] = ()) -> tuple[Factor, ...]:
    """The assumptions that the scenario draws once a run, as factors of a sweep: all, or those named.

    Raises:
        NegsimError: a name is unknown, or the scenario draws no assumption.
    """
    kinds = compile(scenario).assumptions
    for name in names:
        check_name(name, kinds, f'the scenario draws no "{name}"')
    if not kinds:
        raise NegsimError("the scenario draws no assumption: all its numbers are fixed; give --vary path=values")
    return tuple(Factor(name, kinds[name], own=True) for name in names or kinds)


def _pieces(base: Base, factors: Sequence[Factor], rows: npt.NDArray[np.float64]) -> list[tuple[int, dict[str, Any]]]:
    def value(factor: Factor, u: float) -> Any:
        return base.compiled.assumption(factor.path, u) if factor.own else factor.at(u)

    return [
        (number, {factor.path: value(factor, float(u)) for factor, u in zip(factors, row, strict=True)})
        for number, row in enumerate(rows)
    ]


def _play(
    base: Base,
    pieces: list[tuple[int, dict[str, Any]]],
    executor: Executor | None,
    checkpoint: Checkpoint | None,
    progress: Callable[[int], object] | None,
) -> dict[int, Result]:
    done = {} if checkpoint is None else _finished(checkpoint, len(pieces))
    if progress is not None:
        progress(len(done) * base.runs)
    todo = [piece for piece in pieces if piece[0] not in done]
    for result in spread(play_experiment, base, todo, executor):
        done[result.number] = result
        if checkpoint is not None:
            checkpoint.put(f"{result.number:06}", result.data())
        if progress is not None:
            progress(base.runs)
    return done


def _finished(checkpoint: Checkpoint, number: int) -> dict[int, Result]:
    found = {}
    for name, data in checkpoint.parts():
        with contextlib.suppress(ValueError, KeyError, TypeError):
            if int(name) < number:
                found[int(name)] = Result.of_data(int(name), data)
    return found


def _table(
    factors: Sequence[Factor],
    milestones: Sequence[str],
    pieces: list[tuple[int, dict[str, Any]]],
    results: Mapping[int, Result],
) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for number, values in pieces:
        head = [number, *(factor.column(values[factor.path]) for factor in factors)]
        result = results[number]
        rows += [[*head, issue, *row] for issue, row in zip(result.issues, result.rows, strict=True)]
    return pd.DataFrame(
        rows, columns=["experiment", *(factor.path for factor in factors), "issue", *outcomes(milestones)]
    )


def _batch_table(milestones: Sequence[str], results: Mapping[int, Result]) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for number in sorted(results):
        result = results[number]
        for batch, row_of in enumerate(result.batches):
            rows += [[number, issue, batch, *row] for issue, row in zip(result.issues, row_of, strict=True)]
    return pd.DataFrame(rows, columns=["experiment", "issue", "batch", *means(milestones)])
