"""The folder of compiled machine code, found without importing numba.

The name of the folder is a fingerprint of the source of all rules and of the compiler. So machine code that does not
fit is never loaded, and all clones of one source share a folder. Nobody else may be able to write there.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from platformdirs import user_cache_dir

from negsim.simulation.version import version_of


@cache
def cache_folder() -> Path:
    """The folder of the machine code of this source; ``NUMBA_CACHE_DIR`` moves it.

    It does not need write access to the installed package.

    Raises:
        PermissionError: the folder that ``NUMBA_CACHE_DIR`` names belongs to somebody else, or others can write to it.

    >>> len(cache_folder().name)
    16
    """
    digest = hashlib.sha256("".join(f"{name} {version_of(name)}\n" for name in ("numba", "llvmlite")).encode())
    package = Path(__file__).resolve().parent
    others = [package / name for name in ("events.py", "keyed_draws.py")]
    for source in sorted([*package.glob("rules/*.py"), *package.glob("engines/*.py"), *others]):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    name = digest.hexdigest()[:16]
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    for base in _bases():
        if not (_made(base) and _made(base / name)):
            continue
        danger = dangerous(base / name)
        if danger and chosen and base == Path(chosen):
            raise PermissionError(
                f"machine code is not loaded from {base / name}: {danger}; run chmod go-w on it if it is yours, or let "
                "NUMBA_CACHE_DIR name a folder that only you can write to"
            )
        if not danger:
            return base / name
    return Path(tempfile.mkdtemp(prefix="negsim-"))


def _bases() -> Iterator[Path]:
    """Places for machine code: the user's choice, the user's cache, a temporary folder."""
    if chosen := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(chosen)
    yield Path(user_cache_dir("negsim", appauthor=False))
    yield Path(tempfile.gettempdir()) / f"negsim-{os.getuid() if hasattr(os, 'getuid') else 'user'}"


def _made(folder: Path) -> bool:
    """Whether the folder exists and is writable; it is created for the user alone."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def dangerous(folder: Path) -> str:
    """Why somebody else could place code in a folder, in words; empty if nobody can.

    The folder and its parent must belong to the user or to root. Others may write to the parent only where its sticky
    bit protects what they do not own, as in ``/tmp``.
    """
    if not hasattr(os, "getuid"):
        return ""
    for each in (folder, folder.parent):
        found = each.stat()
        if found.st_uid not in (os.getuid(), 0):
            return f"{each} belongs to another user"
        shared = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if shared and not (each != folder and found.st_mode & stat.S_ISVTX):
            return f"other users can write to {each}"
    return ""


def stored(file: Path) -> bytes | None:
    """The content of a file in the cache, or None: there is none, or it is damaged."""
    try:
        data = file.read_bytes()
    except OSError:
        return None
    return data[32:] if hashlib.sha256(data[32:]).digest() == data[:32] else None


def store(file: Path, content: bytes) -> None:
    """Write a content and its digest; a reader sees the whole file or none. On a full disk nothing is written."""
    with suppress(OSError):
        handle, name = tempfile.mkstemp(dir=file.parent, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(hashlib.sha256(content).digest() + content)
            os.replace(name, file)
        except OSError:
            os.unlink(name)
            raise


def other_folders() -> list[Path]:
    """The folders with machine code of other versions."""
    mine = cache_folder()
    beside = (folder for folder in mine.parent.iterdir() if folder.is_dir() and folder != mine)
    return sorted(folder for folder in beside if re.fullmatch("[0-9a-f]{16}", folder.name))
