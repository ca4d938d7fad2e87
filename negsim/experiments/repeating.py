"""Repeat a result from its manifest, and compare every table with the one on disk."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from negsim.errors import NegsimError
from negsim.experiments.sweep_storage import TABLES as SWEEP_TABLES
from negsim.experiments.sweeps import Sweep, sweep
from negsim.files import CODE, MANIFEST, code_fingerprint, digest
from negsim.projection import TABLES, Projection, Workers, run, versions

if TYPE_CHECKING:
    import pandas as pd

SAME_BYTES, SAME_VALUES, OTHER = "same bytes", "same values, other bytes", "other values"


@dataclass(frozen=True)
class Repeated:
    """The comparison of one table: how it compares, and the largest difference of a number where values differ."""

    name: str
    result: str
    difference: float = 0.0


@dataclass(frozen=True)
class Rerun:
    """A result and its repetition: tables, and the versions and code that differ (then and now)."""

    folder: Path
    runs: int
    tables: tuple[Repeated, ...]
    versions: dict[str, tuple[str, str]]

    @property
    def ok(self) -> bool:
        """Whether every table has the same values."""
        return all(table.result != OTHER for table in self.tables)


def rerun(
    folder: str | Path,
    workers: Workers = 1,
    progress: Callable[[int], object] | None = None,
) -> Rerun:
    """Repeat the result in a folder with the scenario, seed, runs and engine of its manifest, and compare.

    Where versions of packages differ, Parquet files may have other bytes; then the values are compared.

    Args:
        folder: a folder written by `negsim run --out` or `negsim sweep --out`.
        workers: as for `negsim.run`.
        progress: as for `negsim.run`.

    Raises:
        NegsimError: the folder holds no such result, or is damaged.
    """
    path = Path(folder)
    with tempfile.TemporaryDirectory(prefix="negsim-") as place:
        again = Path(place) / "again"
        of_sweep = (path / SWEEP_TABLES[0]).is_file()
        done: Projection | Sweep = Sweep.load(path) if of_sweep else Projection.load(path)
        if isinstance(done, Sweep):
            sweep(
                done.scenario, done.factors, done.design, done.samples or None, done.runs, done.seed, done.engine,
                progress, workers=workers, milestones=done.milestones, out=again,
            )  # fmt: skip
        else:
            run(
                done.scenario, done.runs, done.seed, done.engine, progress, workers=workers, out=again,
                luck=done.luck, force=True,
            )  # fmt: skip
        names = SWEEP_TABLES if of_sweep else TABLES
        tables = tuple(_compared(name, path / name, again / name) for name in names)
    return Rerun(path, done.runs, tables, _differing(path))


def _differing(folder: Path) -> dict[str, tuple[str, str]]:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    then, now = manifest["versions"], versions()
    if CODE in manifest:
        then, now = {**then, CODE: manifest[CODE]}, {**now, CODE: code_fingerprint()}
    return {name: (str(then.get(name)), now[name]) for name in now if then.get(name) != now[name]}


def _compared(name: str, old: Path, new: Path) -> Repeated:
    if digest(old) == digest(new):
        return Repeated(name, SAME_BYTES)
    import pandas as pd

    try:
        before, after = pd.read_parquet(old), pd.read_parquet(new)
    except (OSError, ValueError) as error:
        raise NegsimError(f"{old} cannot be read: {error}") from None
    if before.equals(after):
        return Repeated(name, SAME_VALUES)
    return Repeated(name, OTHER, _largest(before, after))


def _largest(before: pd.DataFrame, after: pd.DataFrame) -> float:
    """The largest difference of a number in two tables; infinite if words, gaps or the shape differ."""
    import numpy as np

    if before.shape != after.shape or list(before.columns) != list(after.columns):
        return float("inf")
    most = 0.0
    for column in before.columns:
        one: Any = before[column]
        two: Any = after[column]
        if one.dtype.kind not in "fiub" or two.dtype.kind not in "fiub":
            most = most if one.equals(two) else float("inf")
            continue
        a, b = one.to_numpy(float), two.to_numpy(float)
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        with np.errstate(invalid="ignore"):
            apart = np.where(same, 0.0, np.nan_to_num(np.abs(a - b), nan=np.inf))
        most = max(most, float(apart.max(initial=0.0)))
    return most
