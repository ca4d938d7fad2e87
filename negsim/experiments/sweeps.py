"""Sweeps: one scenario with many values of some assumptions; all experiments use the same random numbers."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from negsim.errors import NegsimError, did_you_mean
from negsim.experiments.designs import check_design, points
from negsim.experiments.effect_check import check_moves
from negsim.experiments.experiment import OUTCOMES, Base, Result, play_experiment
from negsim.experiments.factors import Factor, factors_of
from negsim.files import MANIFEST, Checkpoint, check_new, read_checked, read_manifest, read_yaml_text
from negsim.projection import DEFAULT_SEED, spread, versions
from negsim.scenario import from_mapping
from negsim.simulation import compile, pick_engine

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from negsim.scenario import Scenario

FORMAT = "negsim sweep 1"
TABLE = "experiments.parquet"
DEFAULT_RUNS, DEFAULT_SAMPLES = 500, 128


@dataclass(frozen=True, eq=False)
class Sweep:
    """The outcomes of the experiments of a sweep.

    ``table`` is tidy: a row for each experiment and issue (and ``all``), with the number of the experiment, the factors
    by path (numbers in canonical units), and `negsim.experiments.experiment.OUTCOMES`.
    """

    scenario: Scenario
    factors: tuple[Factor, ...]
    design: str
    samples: int
    seed: int
    runs: int
    engine: str
    versions: Mapping[str, str]
    table: pd.DataFrame

    def __repr__(self) -> str:
        return f"<Sweep: {self.experiments:,} experiments x {self.runs:,} runs of {self.scenario.title!r}>"

    @property
    def experiments(self) -> int:
        """Number of experiments."""
        return int(self.table["experiment"].nunique())

    @property
    def paths(self) -> list[str]:
        """Paths of the factors."""
        return [factor.path for factor in self.factors]

    @cached_property
    def points(self) -> npt.NDArray[np.float64]:
        """The experiments as quantiles of the factors: an array (experiments, factors)."""
        return points(self.design, self.factors, self.samples, self.seed)

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
        refuse_to_overwrite(Path(folder))
        who = _identity(self.scenario, self.factors, self.design, self.samples, self.seed, self.runs, self.versions)
        with Checkpoint(Path(folder), who) as checkpoint:
            _finish(checkpoint, self, command)

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Sweep:
        """Read a folder written by `save` or `sweep`.

        Raises:
            NegsimError: the folder holds no sweep, or its table does not match its manifest.
        """
        import pandas as pd

        path = Path(folder)
        manifest = read_manifest(path, FORMAT)
        raw = read_checked(path / TABLE, manifest.get("sha256"))
        origin = str(path / MANIFEST)
        scenario = from_mapping(read_yaml_text(manifest["scenario"], origin).data, origin)
        kept = ("design", "samples", "seed", "runs", "engine", "versions")
        try:
            factors = tuple(Factor.of_data(data) for data in manifest["factors"])
            rest = {name: manifest[name] for name in kept}
        except (KeyError, TypeError) as error:
            raise NegsimError(f"{path / MANIFEST} was edited: {error!r}") from None
        return cls(scenario, factors, **rest, table=pd.read_parquet(io.BytesIO(raw)))


def sweep(
    scenario: Scenario,
    vary: Mapping[str, object] | Sequence[Factor],
    design: str = "grid",
    samples: int | None = None,
    runs: int = DEFAULT_RUNS,
    seed: int = DEFAULT_SEED,
    engine: str = "auto",
    progress: Callable[[int], object] | None = None,
    *,
    executor: Executor | None = None,
    out: str | os.PathLike[str] | None = None,
    command: str = "",
) -> Sweep:
    """Simulate a scenario with many values of some assumptions, all with the same random numbers.

    Every value is checked first: a value that gives no valid scenario, or a path that no computation depends on, is an
    error. Distributions are checked at their 5 % and 95 % points.

    Args:
        scenario: the base.
        vary: for each path, a list of values or a distribution in the form of a file.
        design: ``grid``, ``latin`` or ``sobol``; ``saltelli`` and ``morris`` for those analyses.
        samples: number of samples of a design other than ``grid``; default 128.
        runs: runs for each experiment.
        seed: the key of all draws, and of the design.
        engine: ``auto`` or the name of one; all give the same result.
        progress: called with the number of newly finished runs; first with the number resumed.
        executor: any `concurrent.futures.Executor`. Most of the work is in Python, so use processes.
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
    factors = factors_of(vary)
    samples = 0 if design == "grid" else DEFAULT_SAMPLES if samples is None else samples
    check_design(design, factors, samples)
    if out is not None:
        refuse_to_overwrite(Path(out))
    base_tables = compile(scenario)
    engine = pick_engine(engine, 10**6)
    base = Base(scenario, base_tables, engine, seed, runs, frozenset(f.path for f in factors if f.own))
    check_moves(base, factors)
    pieces = _pieces(base, factors, points(design, factors, samples, seed))
    used = versions()
    who = _identity(scenario, factors, design, samples, seed, runs, used)
    with Checkpoint(Path(out), who) if out is not None else contextlib.nullcontext() as checkpoint:
        results = _play(base, pieces, executor, checkpoint, progress)
        table = _table(factors, pieces, results)
        done = Sweep(scenario, factors, design, samples, seed, runs, engine, used, table)
        if checkpoint is not None:
            _finish(checkpoint, done, command)
    return done


def own_factors(scenario: Scenario, names: Sequence[str] = ()) -> tuple[Factor, ...]:
    """The assumptions that the scenario draws once a run, as factors of a sweep: all, or those named.

    Raises:
        NegsimError: a name is unknown, or the scenario draws no assumption.
    """
    kinds = compile(scenario).assumptions
    for name in names:
        if name not in kinds:
            hint = did_you_mean(name, kinds)
            raise NegsimError(f'the scenario draws no "{name}"' + (f"; did you mean {hint}?" if hint else ""))
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
    fresh: Iterator[Result]
    if executor is None:
        fresh = (play_experiment(base, piece) for piece in todo)
    else:
        fresh = spread(play_experiment, base, todo, executor)
    for result in fresh:
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
    factors: Sequence[Factor], pieces: list[tuple[int, dict[str, Any]]], results: Mapping[int, Result]
) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for number, values in pieces:
        head = [number, *(factor.column(values[factor.path]) for factor in factors)]
        result = results[number]
        rows += [[*head, issue, *row] for issue, row in zip(result.issues, result.rows, strict=True)]
    return pd.DataFrame(rows, columns=["experiment", *(factor.path for factor in factors), "issue", *OUTCOMES])


def _identity(
    scenario: Scenario,
    factors: Sequence[Factor],
    design: str,
    samples: int,
    seed: int,
    runs: int,
    used: Mapping[str, str],
) -> dict[str, Any]:
    """What must be equal to reuse finished experiments."""
    return {
        "format": FORMAT,
        "title": scenario.title,
        "hash": scenario.hash,
        "factors": [factor.data() for factor in factors],
        "design": design,
        "samples": samples,
        "seed": seed,
        "runs": runs,
        "versions": dict(used),
    }


def _finish(checkpoint: Checkpoint, done: Sweep, command: str) -> None:
    stream = io.BytesIO()
    done.table.to_parquet(stream, index=False, compression="zstd")
    raw = stream.getvalue()
    checkpoint.write(TABLE, raw)
    who = _identity(done.scenario, done.factors, done.design, done.samples, done.seed, done.runs, done.versions)
    rest = {
        "experiments": done.experiments,
        "engine": done.engine,
        "command": command,
        "outcomes": OUTCOMES,
        "sha256": hashlib.sha256(raw).hexdigest(),
        "scenario": done.scenario.to_yaml(),
    }
    checkpoint.finish({**who, **rest})


def refuse_to_overwrite(folder: Path) -> None:
    """Check that a sweep may be written to a folder.

    Raises:
        NegsimError: the folder is not empty (a sweep is never replaced) or its parent is missing.
    """
    if folder.is_symlink() or not check_new(folder):
        raise NegsimError(f"{folder} is not empty; name another folder, or remove it")
