"""Atomic writing: files and folders are written under a temporary name, then renamed."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from negsim.errors import NegsimError


def write_file(path: Path, content: bytes) -> None:
    """Write a file atomically: readers see the old content or the new one.

    Raises:
        NegsimError: the file cannot be written.
    """
    beside = unused_name(path)
    try:
        beside.write_bytes(content)
        os.replace(beside, path)
    except OSError as error:
        raise NegsimError(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        with suppress(OSError):  # the folder may have become read-only; the first error counts
            beside.unlink(missing_ok=True)


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A temporary folder that replaces the target at the end; it is removed if an error occurs.

    Raises:
        NegsimError: the folder cannot be written.
    """
    place = target.absolute()
    beside = unused_name(place)
    try:
        beside.mkdir()
        yield beside
        swap(beside, place)
    except OSError as error:
        raise NegsimError(f"{target} cannot be written: {error.strerror or error}") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def unused_name(path: Path) -> Path:
    """An unused hidden name in the folder of a path."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}")


def swap(new: Path, place: Path) -> None:
    """Replace a folder by another one; if that fails, the old folder stays."""
    if not place.exists():
        new.rename(place)
        return
    old = unused_name(place)
    place.rename(old)
    try:
        new.rename(place)
    except BaseException:
        old.rename(place)
        raise
    shutil.rmtree(old, ignore_errors=True)
