"""Folders of results, and the checkpoints of long jobs.

A checkpoint is the folder ``NAME.unfinished`` beside the result. It holds the finished parts of a job. Each file is
written under a hidden name and renamed, so a process can be killed at any time. One process works on a checkpoint at a
time. When all parts are there, the folder is renamed and becomes the result; ``manifest.json`` describes its files.
Both name the code, so parts from before a change of the code are never joined with later ones.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from negsim.errors import NegsimError
from negsim.files.source import code_fingerprint
from negsim.files.writing import swap, write_file

MANIFEST, JOB = "manifest.json", "job.json"
#: The key of the code's fingerprint in both files.
CODE = "code"


class Checkpoint:
    """A locked folder of finished parts.

    Args:
        target: the folder of the result.
        identity: what must be equal for the parts of an earlier attempt to count (hash, seed, versions ...); the
            fingerprint of the code is added.
        kinds: the folders for parts.

    Raises:
        NegsimError: another process works on it, it belongs to another job, or it cannot be written.
    """

    def __init__(self, target: Path, identity: Mapping[str, Any], kinds: tuple[str, ...] = ("parts",)) -> None:
        from filelock import FileLock, Timeout

        target = target if target.name.strip(".") else target.resolve()
        self.target, self.kinds, self.new = target, kinds, False
        self.folder = target.with_name(f"{target.name}.unfinished")
        self._lock = FileLock(target.with_name(f".{target.name}.lock"), blocking=False)
        try:
            self._lock.acquire()
        except Timeout:
            raise NegsimError(f"another negsim is at work on {target}; wait for it, or name another folder") from None
        except OSError as error:
            raise NegsimError(f"{target} cannot be written: {error.strerror or error}") from None
        try:
            self._open({**identity, CODE: code_fingerprint()})
        except BaseException:
            self.close()
            raise

    def _open(self, identity: Mapping[str, Any]) -> None:
        tidy_up(self.target)
        job, text = self.folder / JOB, json.dumps(identity, indent=2, sort_keys=True) + "\n"
        try:
            if self.folder.exists():
                old = job.read_text(encoding="utf-8") if job.is_file() else ""
                files = (file for file in self.folder.rglob("*") if file.is_file() and not file.name.startswith("."))
                if old != text and any(files):  # without files, an earlier attempt stopped before its first part
                    raise NegsimError(
                        f"{self.folder} holds unfinished work of another job{differing(old, identity)}; "
                        "remove it, or name another folder"
                    )
                for half_written in self.folder.rglob(".*"):
                    half_written.unlink()
                if old == text:
                    return
            else:
                self.folder.mkdir()
            self.new = True
            for name in self.kinds:
                (self.folder / name).mkdir(exist_ok=True)
        except OSError as error:
            raise NegsimError(f"{self.folder} cannot be written: {error.strerror or error}") from None
        write_file(job, text.encode())

    def __enter__(self) -> Self:
        """The checkpoint itself, locked."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Unlock it."""
        self.close()

    def close(self) -> None:
        """Unlock the checkpoint."""
        with suppress(OSError):  # removed while locked: a process that waits for it then creates a new lock file
            Path(self._lock.lock_file).unlink()
        self._lock.release()

    def discard(self) -> None:
        """Remove the checkpoint and all its parts."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, name: str, content: bytes) -> None:
        """Write a file.

        Raises:
            NegsimError: it cannot be written.
        """
        write_file(self.folder / name, content)

    def put(self, name: str, data: Any) -> None:
        """Write a finished part as JSON, with its digest.

        Raises:
            NegsimError: it cannot be written; the finished parts remain.
        """
        self.write(f"parts/{name}.json", json.dumps({"sha256": _digest(data), "data": data}).encode())

    def parts(self) -> Iterator[tuple[str, Any]]:
        """Name and content of each finished JSON part; damaged files are left out."""
        for file in sorted((self.folder / "parts").glob("*.json")):
            with suppress(OSError, ValueError, KeyError, TypeError):
                part = json.loads(file.read_text(encoding="utf-8"))
                if part["sha256"] == _digest(part["data"]):
                    yield file.stem, part["data"]

    def finish(self, manifest: Mapping[str, Any]) -> None:
        """Write the manifest and rename the checkpoint to the result.

        Raises:
            NegsimError: it cannot be written; the checkpoint remains.
        """
        self.write(MANIFEST, json_bytes({**manifest, CODE: code_fingerprint()}))
        try:
            swap(self.folder, self.target)
        except OSError as error:
            raise NegsimError(f"{self.target} cannot be written: {error.strerror or error}") from None
        tidy_up(self.target)


def _digest(data: Any) -> str:
    return hashlib.sha256(json.dumps(data).encode()).hexdigest()


def read_manifest(folder: Path, form: str) -> dict[str, Any]:
    """The manifest of a folder of results in the format ``form``, such as "negsim sweep 1".

    Raises:
        NegsimError: there is none, or it has another format.
    """
    what = form.split()[1]
    if not folder.is_dir():
        raise NegsimError(f"{folder} is not a folder")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NegsimError(f"{folder} holds no {what}: it has no {MANIFEST}") from None
    except (OSError, ValueError) as error:
        raise NegsimError(f"{folder / MANIFEST} cannot be read: {error}") from None
    if not isinstance(manifest, dict) or manifest.get("format") != form:
        raise NegsimError(f'{folder / MANIFEST} is not a manifest of the format "{form}"')
    return manifest


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """Turn what an edited file of a result makes of the code that reads it into an error in words.

    Raises:
        NegsimError: the file has other values than negsim writes.
    """
    try:
        yield
    except NegsimError:
        raise
    except (AttributeError, LookupError, TypeError, ValueError, ArithmeticError) as error:
        what = f"{type(error).__name__}: {error}"[:200]
        raise NegsimError(f"{file} was edited: it has other values than negsim writes ({what})") from None


def read_checked(path: Path, digest: object) -> bytes:
    """The content of a file with this SHA-256.

    Raises:
        NegsimError: it cannot be read, or has another digest.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise NegsimError(f"{path} cannot be read: {error.strerror or error}") from None
    if hashlib.sha256(raw).hexdigest() != digest:
        raise NegsimError(f"{path} does not match {path.parent / MANIFEST}")
    return raw


def check_new(folder: Path) -> bool:
    """Whether a folder is still to be made or is empty, after a look at its parent folder.

    Raises:
        NegsimError: its parent folder does not exist, or it is a file.
    """
    tidy_up(folder)
    if not folder.exists() and not folder.is_symlink():
        if not folder.absolute().parent.is_dir():
            raise NegsimError(f"{folder} cannot be written: there is no folder {folder.absolute().parent}")
        return True
    if not folder.is_dir():
        raise NegsimError(f"{folder} exists and is not a folder; name another one")
    return not any(folder.iterdir())


def check_replaceable(folder: Path, form: str, files: tuple[str, ...]) -> None:
    """Check that a folder is new, is empty, or holds a result of this format and no other file.

    Raises:
        NegsimError: it holds something else, which a new result would remove.
    """
    if check_new(folder):
        return
    read_manifest(folder, form)
    others = sorted({entry.name for entry in folder.iterdir()} - {MANIFEST, *files})
    if others:
        raise NegsimError(
            f"{folder} is not changed: it holds other files ({', '.join(others[:3])}); name another folder"
        )


def tidy_up(result: Path) -> None:
    """Remove from a result what only the job needed; an attempt may have stopped before it could do so."""
    if not ((result / JOB).is_file() and (result / MANIFEST).is_file()):
        return
    replaced = re.compile(re.escape(f".{result.name}.") + "[0-9a-f]{8}")
    for beside in result.absolute().parent.iterdir():
        if replaced.fullmatch(beside.name) and beside.is_dir():
            shutil.rmtree(beside, ignore_errors=True)
    for kind in ("tally", "parts"):
        shutil.rmtree(result / kind, ignore_errors=True)
    with suppress(OSError):
        (result / JOB).unlink()


def differing(old: str | Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """How two identities differ, in words that begin with a comma; ``old`` may be the text of a file.

    >>> differing('{"hash": "a", "horizon": 400}', {"hash": "a", "horizon": 1096})
    ', with another horizon (400, not 1096)'
    """
    try:
        before, after = _flat(json.loads(old) if isinstance(old, str) else old), _flat(new)
    except (ValueError, AttributeError):
        return ""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]

    def described(name: str) -> str:
        values = [str(values.get(name, "none")) for values in (before, after)]
        return f"{name} ({values[0]}, not {values[1]})" if max(map(len, values)) <= 12 else name

    return ", with another " + ", ".join(map(described, names)) if names else ""


def _flat(identity: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in identity.items():
        flat |= {f"{name}.{key}": one for key, one in value.items()} if isinstance(value, dict) else {name: value}
    return flat


def json_bytes(data: Mapping[str, Any]) -> bytes:
    """Data as an indented JSON file."""
    return (json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
