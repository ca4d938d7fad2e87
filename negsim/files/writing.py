"""Files and folders that appear whole or not at all: written beside their place, then renamed."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from negsim.errors import NegsimError


def write_file(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees half of it.

    Raises:
        NegsimError: it cannot be written there.
    """
    beside = unused_name(path)
    try:
        beside.write_bytes(content)
        os.replace(beside, path)
    except OSError as error:
        raise NegsimError(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A new folder beside the target, which takes its place if all goes well and vanishes if anything goes wrong.

    Raises:
        NegsimError: it cannot be written there.
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
    """A hidden name beside a path that nobody uses."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}")


def swap(new: Path, place: Path) -> None:
    """Let a folder take the place of another, which goes; if that fails, the other stays."""
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
