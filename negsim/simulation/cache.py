"""Where machine code is kept: one folder for this very source, found without loading what compiles it.

numba keys its cache on the file of the function alone, so a caller whose callee changed would be served stale. The
cache folder therefore carries a fingerprint of every rule's source.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from platformdirs import user_cache_dir


@cache
def cache_folder() -> Path:
    """Where the machine code of this very source is kept; ``NUMBA_CACHE_DIR`` moves it.

    It needs no right to write where the package is installed.

    >>> len(cache_folder().name)
    16
    """
    digest = hashlib.sha256(metadata.version("numba").encode())
    package = Path(__file__).resolve().parent
    for source in sorted([*package.glob("rules/*.py"), *package.glob("engines/*.py"), package / "events.py"]):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    name = digest.hexdigest()[:16]
    for base in _bases():
        if _usable(base) and _usable(base / name):
            return base / name
    return Path(tempfile.mkdtemp(prefix="negsim-"))


def _bases() -> Iterator[Path]:
    """Where machine code may be kept: where the user says, in the user's cache, else in a temporary folder."""
    if chosen := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(chosen)
    yield Path(user_cache_dir("negsim", appauthor=False))
    yield Path(tempfile.gettempdir()) / f"negsim-{os.getuid() if hasattr(os, 'getuid') else 'user'}"


def _usable(folder: Path) -> bool:
    """Whether machine code can be kept there, and nobody else can put some there for us to run."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = folder.stat().st_uid
    except OSError:
        return False
    mine = not hasattr(os, "getuid") or owner == os.getuid() or folder.parent != Path(tempfile.gettempdir())
    return mine and os.access(folder, os.W_OK)


def other_folders() -> list[Path]:
    """The folders beside this one that hold the machine code of other versions."""
    mine = cache_folder()
    beside = (folder for folder in mine.parent.iterdir() if folder.is_dir() and folder != mine)
    return sorted(folder for folder in beside if re.fullmatch("[0-9a-f]{16}", folder.name))
