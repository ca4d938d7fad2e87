"""A projection as a folder: ``outcomes.parquet``, ``runs.parquet`` and ``manifest.json``.

The outcomes are the tidy table `Projection.issues`, a row a run and issue; the runs are a row a run. The manifest holds
the resolved scenario and its hash, seed, runs, engine, versions, the command, and the SHA-256 of the two tables.

A folder is written beside its place and renamed, so that there is a whole one or none. One that exists is replaced
only if it is empty, or holds a projection of the *same* scenario (by hash) and nothing else; everything else is
somebody's work and stays as it is.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from negsim.errors import NegsimError
from negsim.writing import new_folder

if TYPE_CHECKING:
    import pandas as pd

    from negsim.projection import Projection

FORMAT = "negsim projection 1"
MANIFEST = "manifest.json"
TABLES = ("outcomes.parquet", "runs.parquet")
_TIMES = ("opened", "agreed", "resolved", "lapsed")


def save(projection: Projection, folder: str | os.PathLike[str], command: str = "") -> None:
    """Write a projection to a folder: all of it, or nothing.

    Raises:
        NegsimError: the folder holds something else, or cannot be written.
    """
    import pandas as pd

    target = Path(folder)
    refuse_to_overwrite(target, projection.hash)
    run_table = pd.DataFrame({name: projection.run_table[name] for name in projection.run_table.dtype.names or ()})
    run_table.insert(0, "run", range(projection.runs))
    with new_folder(target) as beside:
        for name, table in zip(TABLES, (projection.issues, run_table), strict=True):
            table.to_parquet(beside / name, index=False, compression="zstd")
        manifest = {
            "format": FORMAT,
            "title": projection.scenario.title,
            "hash": projection.hash,
            "seed": projection.seed,
            "runs": projection.runs,
            "engine": projection.engine,
            "versions": dict(projection.versions),
            "command": command,
            "sha256": {name: _digest(beside / name) for name in TABLES},
            "scenario": projection.scenario.to_yaml(),
        }
        text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
        (beside / MANIFEST).write_text(text, encoding="utf-8")


def load(folder: str | os.PathLike[str]) -> Projection:
    """Read a projection from its folder.

    Raises:
        NegsimError: the folder holds no projection, or one that does not fit its own manifest.
    """
    import pandas as pd

    from negsim.files import read_yaml_text
    from negsim.projection import Projection
    from negsim.scenario import from_mapping

    path = Path(folder)
    manifest = read_manifest(path)
    for name in TABLES:
        if not (path / name).is_file() or _digest(path / name) != manifest["sha256"][name]:
            raise NegsimError(f"{path / name} is missing or is not the file that {path / MANIFEST} describes")
    origin = str(path / MANIFEST)
    scenario = from_mapping(read_yaml_text(manifest["scenario"], origin).data, origin)
    if scenario.hash != manifest["hash"]:
        raise NegsimError(
            f"{path / MANIFEST} was written by another version of negsim ({manifest['versions'].get('negsim')}) "
            "that reads its scenario differently; run the scenario again"
        )
    outcomes = _outcomes(pd.read_parquet(path / TABLES[0]), manifest["runs"], len(scenario.issues))
    run_table = _run_table(pd.read_parquet(path / TABLES[1]))
    return Projection(scenario, outcomes, run_table, manifest["seed"], manifest["engine"], manifest["versions"])


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
    others = sorted({entry.name for entry in folder.iterdir()} - {MANIFEST, *TABLES})
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


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _outcomes(table: pd.DataFrame, runs: int, issues: int) -> Any:
    import numpy as np

    from negsim.events import OUTCOME
    from negsim.status import Spent

    rows = np.zeros(runs * issues, OUTCOME)
    for name in _TIMES:
        times = table[name].to_numpy()
        rows[name] = np.where(np.isinf(times), np.nan, times)
    for name in ("u_a", "u_b", "option", "discussions", "reopened"):
        rows[name] = table[name].to_numpy()
    for name in ("status", "reason"):
        rows[name] = table[name].cat.codes.to_numpy()
    for what in Spent:
        rows["spent"][:, what] = table[f"spent_{what.name.lower()}"].to_numpy()
    return rows.reshape(runs, issues)


def _run_table(table: pd.DataFrame) -> Any:
    import numpy as np

    from negsim.events import RUN

    rows = np.zeros(len(table), RUN)
    for name in RUN.names or ():
        rows[name] = table[name].to_numpy()
    return rows
