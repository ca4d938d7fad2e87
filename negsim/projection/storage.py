"""A projection as a folder: ``outcomes/``, ``runs/`` (Parquet parts), ``tally.npz`` and ``manifest.json``.

The outcomes are the tidy table `Projection.issues`, a row a run and issue; the runs are a row a run; both in parts of a
fixed number of runs, which `pandas.read_parquet` takes as one table. The tally holds the counts that all figures come
from. The manifest holds the resolved scenario and its hash, seed, runs, engine, versions, the command, and what the
other files hash to.

A folder appears whole or not at all. One that exists is replaced only if it is empty, or holds a projection of the
*same* scenario (by hash) and nothing else; everything else is somebody's work and stays as it is.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from negsim.errors import NegsimError
from negsim.projection.results_folder import FORMAT, MANIFEST, TABLES, TALLY, check_digest, digests, read_manifest

if TYPE_CHECKING:
    from negsim.projection.results import Results
    from negsim.scenario import Scenario


def save(projection: Results, folder: str | os.PathLike[str], command: str = "") -> None:
    """Write a projection to a folder: all of it, or nothing.

    Raises:
        NegsimError: the folder holds something else, or cannot be written.
    """
    from negsim.analysis import count
    from negsim.projection.checkpoint import ChunkCheckpoint
    from negsim.projection.chunks import Part, sizes

    context = projection.context
    most = max(len(facts.options) for facts in context.issues)
    target = Path(folder)
    refuse_to_overwrite(target, projection.hash)
    who = identity(projection.scenario, projection.seed, projection.luck, projection.versions)
    with ChunkCheckpoint(target, who, tuple(projection.scenario.issues)) as checkpoint:
        try:
            for chunk, (first, runs) in sizes(projection.runs).items():
                span = slice(first, first + runs)
                outcomes, rows = projection.outcomes[span], projection.run_table[span]
                checkpoint.put(Part(chunk, count(outcomes, rows, context.horizon_days, most), outcomes, rows))
            finish(checkpoint, projection, command)
        except BaseException:
            if checkpoint.new:  # nothing that took long is on it
                checkpoint.discard()
            raise


def finish(checkpoint: Any, projection: Results, command: str = "") -> None:
    """Turn a bench whose chunks are all there into the projection's folder.

    Raises:
        NegsimError: it cannot be written.
    """
    checkpoint.keep_only(projection.runs)
    checkpoint.write(TALLY, _tally_bytes(projection))
    manifest = {
        "format": FORMAT,
        "title": projection.scenario.title,
        "hash": projection.hash,
        "seed": projection.seed,
        "luck": projection.luck,
        "runs": projection.runs,
        "precision": projection.precision_data,
        "engine": projection.engine,
        "versions": dict(projection.versions),
        "command": command,
        "sha256": digests(checkpoint.folder),
        "scenario": projection.scenario.to_yaml(),
    }
    checkpoint.write(MANIFEST, (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode())
    checkpoint.become()


def identity(scenario: Scenario, seed: int, luck: int, versions: Any) -> dict[str, Any]:
    """What must be the same for finished chunks to be of use."""
    return {"format": FORMAT, "hash": scenario.hash, "seed": seed, "luck": luck, "versions": dict(versions)}


def load(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """The fields of the projection in a folder; the outcomes are read when they are asked for.

    Raises:
        NegsimError: the folder holds no projection, or one that does not fit its own manifest.
    """
    import numpy as np

    from negsim.analysis import Tally
    from negsim.files import read_yaml_text
    from negsim.projection.precision import Precision
    from negsim.scenario import from_mapping

    path = Path(folder)
    manifest = read_manifest(path)
    check_digest(path, TALLY, manifest)
    with np.load(path / TALLY) as arrays:
        tally = Tally.of_arrays(dict(arrays))
    origin = str(path / MANIFEST)
    scenario = from_mapping(read_yaml_text(manifest["scenario"], origin).data, origin)
    if scenario.hash != manifest["hash"]:
        raise NegsimError(
            f"{path / MANIFEST} was written by another version of negsim ({manifest['versions'].get('negsim')}) "
            "that reads its scenario differently; run the scenario again"
        )
    goal = manifest["precision"]
    return {
        "scenario": scenario,
        "tally": tally,
        "seed": manifest["seed"],
        "engine": manifest["engine"],
        "versions": manifest["versions"],
        "luck": manifest["luck"],
        "precision": None if goal is None else Precision.of_data(goal),
        "folder": path,
    }


def refuse_to_overwrite(folder: Path, scenario_hash: str) -> None:
    """See to it, before any work is done, that a projection may be written to a folder.

    Raises:
        NegsimError: it may not, and why.
    """
    if not folder.exists() and not folder.is_symlink():
        if not folder.absolute().parent.is_dir():
            raise NegsimError(f"{folder} cannot be written: there is no folder {folder.absolute().parent}")
        return
    if not folder.is_dir():
        raise NegsimError(f"{folder} exists and is no folder; name another one")
    unfinished = {"job.json", "tally"} if (folder / "job.json").is_file() else set()
    others = sorted({entry.name for entry in folder.iterdir()} - {MANIFEST, TALLY, *TABLES} - unfinished)
    if others:
        raise NegsimError(
            f"{folder} is kept as it is: it holds files that are no projection ({', '.join(others[:3])}); "
            "name another folder"
        )
    if any(folder.iterdir()):
        manifest = read_manifest(folder)
        if manifest["hash"] != scenario_hash:
            raise NegsimError(
                f'{folder} is kept as it is: it holds a projection of another scenario ("{manifest["title"]}", '
                f"{manifest['hash'][:8]}, not {scenario_hash[:8]}); name another folder or remove it"
            )


def _tally_bytes(projection: Results) -> bytes:
    from negsim.projection.checkpoint import tally_bytes

    return tally_bytes(projection.tally)
