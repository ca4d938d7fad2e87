"""What a results folder holds, read and checked against its manifest."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from negsim.errors import NegsimError
from negsim.projection.tidy import read_outcomes, read_rows

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

FORMAT = "negsim projection 3"
MANIFEST, TALLY = "manifest.json", "tally.npz"
TABLES = ("outcomes", "runs")


def read_tables(folder: Path, runs: int, issues: int) -> tuple[npt.NDArray[np.void], npt.NDArray[np.void]]:
    """The outcomes and the rows of the runs of a folder.

    Raises:
        NegsimError: they are not the ones of the manifest.
    """
    import numpy as np

    manifest = read_manifest(folder)
    for name in TABLES:
        check_digest(folder, name, manifest)
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


def check_digest(folder: Path, name: str, manifest: dict[str, Any]) -> None:
    """See that a file of the folder is the one that its manifest describes.

    Raises:
        NegsimError: It is missing, or another.
    """
    if digests(folder, (name,)).get(name) != manifest["sha256"].get(name):
        raise NegsimError(f"{folder / name} is missing or is not what {folder / MANIFEST} describes")


def digests(folder: Path, names: tuple[str, ...] = (*TABLES, TALLY)) -> dict[str, str]:
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
