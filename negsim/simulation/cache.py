"""The folder of compiled machine code, found without importing numba.

numba's cache depends on the file of a function alone, so a caller would keep an old copy of a changed callee. The
name of the folder is therefore a fingerprint of the source of all rules.
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
    """The folder of the machine code of this source; ``NUMBA_CACHE_DIR`` moves it.

    It does not need write access to the installed package.

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
    """Places for machine code: the user's choice, the user's cache, a temporary folder."""
    if chosen := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(chosen)
    yield Path(user_cache_dir("negsim", appauthor=False))
    yield Path(tempfile.gettempdir()) / f"negsim-{os.getuid() if hasattr(os, 'getuid') else 'user'}"


def _usable(folder: Path) -> bool:
    """Whether the folder is writable and belongs to this user, so that nobody else can place code in it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = folder.stat().st_uid
    except OSError:
        return False
    mine = not hasattr(os, "getuid") or owner == os.getuid() or folder.parent != Path(tempfile.gettempdir())
    return mine and os.access(folder, os.W_OK)


def other_folders() -> list[Path]:
    """The folders with machine code of other versions."""
    mine = cache_folder()
    beside = (folder for folder in mine.parent.iterdir() if folder.is_dir() and folder != mine)
    return sorted(folder for folder in beside if re.fullmatch("[0-9a-f]{16}", folder.name))
