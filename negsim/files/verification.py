"""Check a folder of results against its manifest, file by file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from negsim.errors import NegsimError
from negsim.files.checkpoint import MANIFEST, reading

WHOLE, DAMAGED, MISSING, FOREIGN = "whole", "damaged", "missing", "not part of the result"


@dataclass(frozen=True)
class FileState:
    """One file or folder of a result, and its state: ``whole``, ``damaged``, ``missing`` or foreign."""

    name: str
    state: str
    bytes: int

    @property
    def ok(self) -> bool:
        """Whether it is as the manifest says."""
        return self.state == WHOLE


def digest(path: Path) -> str:
    """The SHA-256 over the digests of a file, or of all files of a folder."""
    total = hashlib.sha256()
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        total.update(file_digest(file))
    return total.hexdigest()


def file_digest(file: Path) -> bytes:
    """The SHA-256 of one file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def verify_folder(folder: Path) -> list[FileState]:
    """The state of every file that the manifest of a folder of results names, then of files that it does not name.

    Raises:
        NegsimError: the folder has no manifest, or one without digests.
    """
    with reading(folder / MANIFEST):
        return _states(folder, _manifest(folder))


def _states(folder: Path, manifest: dict[str, Any]) -> list[FileState]:
    said = manifest["sha256"]
    if isinstance(said, str):  # a backtest before verdict.json had a digest
        said = {"scores.csv": said}
    own = str(manifest["format"]).split()[1] == "projection"
    found = [_state(folder, name, wanted, own) for name, wanted in said.items()]
    foreign = (path for path in sorted(folder.iterdir()) if path.name not in (*said, MANIFEST))
    return [*found, *(FileState(path.name, FOREIGN, _size(path)) for path in foreign)]


def _manifest(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        raise NegsimError(f"{folder} is not a folder")
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if str(found["format"]).startswith("negsim ") and found["sha256"]:
            return dict(found)
    except FileNotFoundError:
        raise NegsimError(f"{folder} holds no result: it has no {MANIFEST}") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NegsimError(f"{folder / MANIFEST} is damaged: {error}") from None
    raise NegsimError(f"{folder / MANIFEST} is not the manifest of a result")


def _state(folder: Path, name: str, wanted: str, of_digests: bool) -> FileState:
    if Path(name).name != name:
        raise NegsimError(f"{folder / MANIFEST} was edited: {name!r} is not the name of a file in this folder")
    path = folder / name
    if not path.exists():
        return FileState(name, MISSING, 0)
    try:
        is_ = digest(path) if of_digests else file_digest(path).hex()
    except OSError:
        return FileState(name, DAMAGED, 0)
    return FileState(name, WHOLE if is_ == wanted else DAMAGED, _size(path))


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in _files(path))


def _files(path: Path) -> Iterator[Path]:
    yield from (file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
