"""The tables of outcomes in the folder of a projection."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from negsim.errors import NegsimError
from negsim.files import MANIFEST, digest, read_manifest

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

FORMAT = "negsim projection 3"
TABLES = ("outcomes", "runs")


def read_tables(folder: Path, issues: int) -> tuple[npt.NDArray[np.void], npt.NDArray[np.void]]:
    """The outcomes (runs by issues) and the rows of the runs in a folder.

    Raises:
        NegsimError: they do not fit the manifest.
    """
    import numpy as np

    from negsim.projection.tidy import read_outcomes, read_rows

    manifest = read_manifest(folder, FORMAT)
    for name in TABLES:
        check_table(folder, name, manifest)
    outcomes = [read_outcomes(part, issues) for part in sorted((folder / "outcomes").iterdir())]
    rows = [read_rows(part) for part in sorted((folder / "runs").iterdir())]
    return np.concatenate(outcomes), np.concatenate(rows)


def check_table(folder: Path, name: str, manifest: dict[str, Any]) -> None:
    """Check a table against the digest in the manifest.

    Raises:
        NegsimError: it is missing, or differs.
    """
    path = folder / name
    if not path.exists() or digest(path) != manifest["sha256"].get(name):
        raise NegsimError(f"{path} is missing or does not match {folder / MANIFEST}")


#: A folder of at most this many bytes is checked whole when it is opened; it takes a fraction of a second.
CHECKED = 256_000_000


def unchecked(folder: Path) -> tuple[str, ...]:
    """The tables of a folder that are too large to be checked when it is opened; they are checked when they are read.

    The others are checked here.

    Raises:
        NegsimError: a table is missing, or does not match the manifest.
    """
    tables = [folder / name for name in TABLES]
    if sum(part.stat().st_size for table in tables if table.is_dir() for part in table.iterdir()) > CHECKED:
        return TABLES
    manifest = read_manifest(folder, FORMAT)
    for name in TABLES:
        check_table(folder, name, manifest)
    return ()
