"""A projection as a folder: ``outcomes/``, ``runs/`` (Parquet parts), ``tally.npz`` and ``manifest.json``.

The outcomes are the tidy table `Projection.issues`, a row a run and issue; the runs are a row a run; both in parts of a
fixed number of runs, which `pandas.read_parquet` takes as one table. The tally holds the counts that all figures come
from. The manifest holds the resolved scenario and its hash, seed, runs, engine, versions, the command, and what the
other files hash to.

A folder appears whole or not at all. One that exists is replaced only if it is empty, or holds a projection of the
*same* scenario (by hash) and nothing else; everything else is somebody's work and stays as it is.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from negsim.errors import NegsimError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from negsim.projection.projection import Projection
    from negsim.scenario.scenario import Scenario

FORMAT = "negsim projection 3"
MANIFEST, TALLY = "manifest.json", "tally.npz"
TABLES = ("outcomes", "runs")


def save(projection: Projection, folder: str | os.PathLike[str], command: str = "") -> None:
    """Write a projection to a folder: all of it, or nothing.

    Raises:
        NegsimError: the folder holds something else, or cannot be written.
    """
    from negsim.analysis.tally import count
    from negsim.projection.checkpoint import Bench
    from negsim.projection.chunks import sizes
    from negsim.projection.execution import Part

    setting = projection.setting
    most = max(len(facts.options) for facts in setting.issues)
    target = Path(folder)
    refuse_to_overwrite(target, projection.hash)
    who = identity(projection.scenario, projection.seed, projection.luck, projection.versions)
    with Bench(target, who, tuple(projection.scenario.issues)) as bench:
        try:
            for chunk, (first, runs) in sizes(projection.runs).items():
                span = slice(first, first + runs)
                outcomes, rows = projection.outcomes[span], projection.run_table[span]
                bench.put(Part(chunk, count(outcomes, rows, setting.horizon_days, most), outcomes, rows))
            finish(bench, projection, command)
        except BaseException:
            if bench.new:  # nothing that took long is on it
                bench.discard()
            raise


def finish(bench: Any, projection: Projection, command: str = "") -> None:
    """Turn a bench whose chunks are all there into the projection's folder.

    Raises:
        NegsimError: it cannot be written.
    """
    bench.keep_only(projection.runs)
    bench.write(TALLY, _tally_bytes(projection))
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
        "sha256": _digests(bench.folder),
        "scenario": projection.scenario.to_yaml(),
    }
    bench.write(MANIFEST, (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode())
    bench.become()


def identity(scenario: Scenario, seed: int, luck: int, versions: Any) -> dict[str, Any]:
    """What must be the same for finished chunks to be of use."""
    return {"format": FORMAT, "hash": scenario.hash, "seed": seed, "luck": luck, "versions": dict(versions)}


def load(folder: str | os.PathLike[str]) -> Projection:
    """Read a projection from its folder; the outcomes are read when they are asked for.

    Raises:
        NegsimError: the folder holds no projection, or one that does not fit its own manifest.
    """
    import numpy as np

    from negsim.analysis.tally import Tally
    from negsim.files.yaml import read_yaml_text
    from negsim.projection.precision import Precision
    from negsim.projection.projection import Projection
    from negsim.scenario.scenario import from_mapping

    path = Path(folder)
    manifest = read_manifest(path)
    _check_digest(path, TALLY, manifest)
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
    return Projection(
        scenario,
        tally,
        manifest["seed"],
        manifest["engine"],
        manifest["versions"],
        luck=manifest["luck"],
        precision=None if goal is None else Precision.of_data(goal),
        folder=path,
    )


def read_tables(folder: Path, runs: int, issues: int) -> tuple[npt.NDArray[np.void], npt.NDArray[np.void]]:
    """The outcomes and the rows of the runs of a folder.

    Raises:
        NegsimError: they are not the ones of the manifest.
    """
    import numpy as np

    manifest = read_manifest(folder)
    for name in TABLES:
        _check_digest(folder, name, manifest)
    outcomes = [read_outcomes(part, issues) for part in sorted((folder / "outcomes").iterdir())]
    rows = [read_rows(part) for part in sorted((folder / "runs").iterdir())]
    return np.concatenate(outcomes), np.concatenate(rows)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a folder.

    Raises:
        NegsimError: there is none, or it is not one of ours.
    """
    if not folder.is_dir():
        raise NegsimError(f"{folder} is no folder")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NegsimError(f"{folder} holds no projection: it has no {MANIFEST}") from None
    except (OSError, ValueError) as error:
        raise NegsimError(f"{folder / MANIFEST} cannot be read: {error}") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise NegsimError(f'{folder / MANIFEST} is not a manifest of the format "{FORMAT}"')
    return manifest


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


def _check_digest(folder: Path, name: str, manifest: dict[str, Any]) -> None:
    if _digests(folder, (name,)).get(name) != manifest["sha256"].get(name):
        raise NegsimError(f"{folder / name} is missing or is not what {folder / MANIFEST} describes")


def _digests(folder: Path, names: tuple[str, ...] = (*TABLES, TALLY)) -> dict[str, str]:
    """The SHA-256 of each file, and of each folder's files end to end."""
    found = {}
    for name in names:
        path = folder / name
        if not path.exists():
            continue
        total = hashlib.sha256()
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            with file.open("rb") as stream:
                total.update(hashlib.file_digest(stream, "sha256").digest())
        found[name] = total.hexdigest()
    return found


def _tally_bytes(projection: Projection) -> bytes:
    from negsim.projection.checkpoint import tally_bytes

    return tally_bytes(projection.tally)


def outcomes_bytes(outcomes: npt.NDArray[np.void], issues: tuple[str, ...], first: int) -> bytes:
    """Outcomes as a Parquet file."""
    from negsim.projection.tidy import tidy

    return _parquet(tidy(outcomes, issues, first))


def rows_bytes(rows: npt.NDArray[np.void], first: int) -> bytes:
    """Rows of runs as a Parquet file."""
    from negsim.projection.tidy import tidy_runs

    return _parquet(tidy_runs(rows, first))


def _parquet(table: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    table.to_parquet(stream, index=False, compression="zstd")
    return stream.getvalue()


def read_outcomes(path: Path, issues: int) -> npt.NDArray[np.void]:
    """The outcomes of a Parquet file."""
    import pandas as pd

    from negsim.projection.tidy import untidy

    return untidy(pd.read_parquet(path), issues)


def read_rows(path: Path) -> npt.NDArray[np.void]:
    """The rows of runs of a Parquet file."""
    import pandas as pd

    from negsim.projection.tidy import untidy_runs

    return untidy_runs(pd.read_parquet(path))
