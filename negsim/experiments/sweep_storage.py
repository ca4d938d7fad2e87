"""The folder of a sweep: tables of outcomes as Parquet, and a manifest."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from negsim.errors import NegsimError
from negsim.experiments.factors import Factor
from negsim.files import MANIFEST, Checkpoint, check_new, read_checked, read_manifest, read_yaml_text, reading
from negsim.scenario import from_mapping

if TYPE_CHECKING:
    from negsim.experiments.sweep_data import SweepData
    from negsim.scenario import Scenario

FORMAT = "negsim sweep 2"
TABLE, BATCHES = "experiments.parquet", "batches.parquet"
TABLES = (TABLE, BATCHES)
#: The milestones of folders without them in the manifest.
FORMER_MILESTONES = ("6 months", "12 months", "24 months")


def save(done: SweepData, folder: Path, command: str) -> None:
    """Write a sweep to a new folder.

    Raises:
        NegsimError: the folder exists already, or cannot be written.
    """
    refuse_to_overwrite(folder)
    with Checkpoint(folder, _identity_of(done)) as checkpoint:
        finish(checkpoint, done, command)


def load(path: Path) -> dict[str, Any]:
    """The arguments of the `Sweep` in a folder.

    Raises:
        NegsimError: the folder holds no sweep, or a table does not match its manifest.
    """
    with reading(path / MANIFEST):
        return _loaded(path)


def _loaded(path: Path) -> dict[str, Any]:
    import pandas as pd

    manifest = read_manifest(path, FORMAT)
    raw = {name: read_checked(path / name, manifest["sha256"].get(name)) for name in TABLES}
    origin = str(path / MANIFEST)
    scenario = from_mapping(read_yaml_text(manifest["scenario"], origin).data, origin)
    kept = ("design", "samples", "seed", "runs", "engine", "versions")
    factors = tuple(Factor.of_data(data) for data in manifest["factors"])
    rest = {name: manifest[name] for name in kept}
    milestones = tuple(manifest.get("milestones", FORMER_MILESTONES))
    table, batches = (pd.read_parquet(io.BytesIO(raw[name])) for name in TABLES)
    return {
        "scenario": scenario,
        "factors": factors,
        **rest,
        "milestones": milestones,
        "table": table,
        "batches": batches,
    }


def identity(
    scenario: Scenario,
    factors: Sequence[Factor],
    design: str,
    samples: int,
    seed: int,
    runs: int,
    used: Mapping[str, str],
    milestones: Sequence[str],
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
        "milestones": list(milestones),
    }


def _identity_of(done: SweepData) -> dict[str, Any]:
    return identity(
        done.scenario, done.factors, done.design, done.samples, done.seed, done.runs, done.versions, done.milestones
    )


def finish(checkpoint: Checkpoint, done: SweepData, command: str) -> None:
    """Write the tables and the manifest, and give the folder its final name."""
    hashes = {}
    for name, table in zip(TABLES, (done.table, done.batches), strict=True):
        stream = io.BytesIO()
        table.to_parquet(stream, index=False, compression="zstd")
        checkpoint.write(name, stream.getvalue())
        hashes[name] = hashlib.sha256(stream.getvalue()).hexdigest()
    rest = {
        "experiments": done.experiments,
        "engine": done.engine,
        "command": command,
        "outcomes": done.outcomes,
        "sha256": hashes,
        "scenario": done.scenario.to_yaml(),
    }
    checkpoint.finish({**_identity_of(done), **rest})


def refuse_to_overwrite(folder: Path) -> None:
    """Check that a sweep may be written to a folder.

    Raises:
        NegsimError: the folder is not empty (a sweep is never replaced) or its parent is missing.
    """
    if folder.is_symlink() or not check_new(folder):
        raise NegsimError(f"{folder} is not empty; name another folder, or remove it")
