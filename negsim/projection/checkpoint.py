"""The workbench of a long job: a folder beside its result where finished chunks wait for the others.

A chunk is finished when its counts are there; they are written after its outcomes, each beside its place and renamed,
so that a process can be killed at any time. One process works at a bench at a time. When everything is there the bench
itself becomes the result.
"""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from zipfile import BadZipFile

from negsim.errors import NegsimError
from negsim.files import swap, write_file
from negsim.projection.chunks import sizes

if TYPE_CHECKING:
    from negsim.analysis import Tally
    from negsim.projection.chunks import Part


class Checkpoint:
    """A folder of finished parts, locked while it is in use.

    Args:
        target: the folder that the result will be.
        identity: what must be the same for parts of an earlier attempt to count (hash, seed, versions ...).
        kinds: the folders that parts are written to.

    Raises:
        NegsimError: another process works at it, it belongs to another job, or it can't be written.
    """

    def __init__(self, target: Path, identity: dict[str, Any], kinds: tuple[str, ...]) -> None:
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
            self._open(identity)
        except BaseException:
            self.close()
            raise

    def _open(self, identity: dict[str, Any]) -> None:
        finish_last_step(self.target)
        job, text = self.folder / "job.json", json.dumps(identity, indent=2, sort_keys=True) + "\n"
        try:
            if self.folder.exists():
                old = job.read_text(encoding="utf-8") if job.is_file() else ""
                files = (file for file in self.folder.rglob("*") if file.is_file() and not file.name.startswith("."))
                if old != text and any(files):  # without any, an attempt was stopped before it had begun
                    raise NegsimError(
                        f"{self.folder} holds unfinished work of another job{differing(old, identity)}; "
                        "remove it, or name another folder"
                    )
                self._sweep()
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

    def _sweep(self) -> None:
        """Remove what was half written when an earlier attempt was killed."""
        for file in self.folder.rglob(".*"):
            file.unlink()

    def __enter__(self) -> Self:
        """The bench itself, locked."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Leave the bench to the next."""
        self.close()

    def close(self) -> None:
        """Unlock it."""
        with suppress(OSError):  # while it is held: who has opened it in vain sees that it is gone, and takes a new one
            Path(self._lock.lock_file).unlink()
        self._lock.release()

    def discard(self) -> None:
        """Remove the bench and what is on it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, name: str, content: bytes) -> None:
        """Write a file of the result.

        Raises:
            NegsimError: it can't be written.
        """
        write_file(self.folder / name, content)

    def become(self) -> None:
        """Turn the bench into the result; what was only for the work goes.

        Raises:
            NegsimError: it can't be written; the bench stays.
        """
        try:
            swap(self.folder, self.target)
        except OSError as error:
            raise NegsimError(f"{self.target} cannot be written: {error.strerror or error}") from None
        finish_last_step(self.target)


class ChunkCheckpoint(Checkpoint):
    """A bench of chunks of runs; ``issues`` are the names of the issues, the rest as for any `Checkpoint`."""

    def __init__(self, target: Path, identity: dict[str, Any], issues: tuple[str, ...]) -> None:
        self.issues = issues
        super().__init__(target, identity, ("outcomes", "runs", "tally"))

    def _file(self, kind: str, chunk: int) -> Path:
        return self.folder / kind / f"{chunk:06}.{'npz' if kind == 'tally' else 'parquet'}"

    def finished(self, chunks: dict[int, tuple[int, int]]) -> set[int]:
        """Which of these chunks are there, whole and of the same size."""
        found = set()
        for chunk, (_, runs) in chunks.items():
            if all(self._file(kind, chunk).is_file() for kind in ("outcomes", "runs", "tally")):
                with suppress(OSError, ValueError, KeyError, BadZipFile):  # half a file after a power cut is no file
                    if self._tally(chunk).runs == runs:
                        found.add(chunk)
        return found

    def _tally(self, chunk: int) -> Tally:
        import numpy as np

        from negsim.analysis import Tally

        with self._file("tally", chunk).open("rb") as file, np.load(file) as arrays:
            return Tally.of_arrays(dict(arrays))

    def read(self, chunk: int, keep: bool) -> Part:
        """A finished chunk."""
        from negsim.projection.chunks import Part
        from negsim.projection.tidy import read_outcomes, read_rows

        if not keep:
            return Part(chunk, self._tally(chunk))
        outcomes = read_outcomes(self._file("outcomes", chunk), len(self.issues))
        return Part(chunk, self._tally(chunk), outcomes, read_rows(self._file("runs", chunk)))

    def put(self, part: Part) -> None:
        """Keep a finished chunk.

        Raises:
            NegsimError: it can't be written; what was finished before stays.
        """
        from negsim.projection.chunks import CHUNK
        from negsim.projection.tidy import outcomes_bytes, rows_bytes

        first = part.chunk * CHUNK
        write_file(self._file("outcomes", part.chunk), outcomes_bytes(part.outcomes, self.issues, first))
        write_file(self._file("runs", part.chunk), rows_bytes(part.rows, first))
        write_file(self._file("tally", part.chunk), tally_bytes(part.tally))

    def keep_only(self, runs: int) -> None:
        """Drop the chunks that look-ahead finished beyond the runs that count."""
        last = max(sizes(runs))
        for kind in ("outcomes", "runs", "tally"):
            for file in (self.folder / kind).iterdir():
                if int(file.stem) > last:
                    file.unlink()


def differing(old: str | Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """In what an identity, or its file, is another than it should be, in words that begin with a comma.

    >>> differing('{"hash": "a", "horizon": 400}', {"hash": "a", "horizon": 1096})
    ', with another horizon (400, not 1096)'
    """
    try:
        before, after = _flat(json.loads(old) if isinstance(old, str) else old), _flat(new)
    except (ValueError, AttributeError):
        return ""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]

    def said(name: str) -> str:
        values = [str(values.get(name, "none")) for values in (before, after)]
        return f"{name} ({values[0]}, not {values[1]})" if max(map(len, values)) <= 12 else name

    return ", with another " + ", ".join(map(said, names)) if names else ""


def _flat(identity: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in identity.items():
        flat |= {f"{name}.{key}": one for key, one in value.items()} if isinstance(value, dict) else {name: value}
    return flat


def finish_last_step(result: Path) -> None:
    """Remove from a result what was only for the work, also where an earlier attempt was stopped before it could."""
    if not (result / "job.json").is_file():
        return
    replaced = re.compile(re.escape(f".{result.name}.") + "[0-9a-f]{8}")
    for beside in result.absolute().parent.iterdir():
        if replaced.fullmatch(beside.name) and beside.is_dir():
            shutil.rmtree(beside, ignore_errors=True)
    for kind in ("tally", "parts"):
        shutil.rmtree(result / kind, ignore_errors=True)
    with suppress(OSError):
        (result / "job.json").unlink()


def tally_bytes(tally: Tally) -> bytes:
    """A tally as a file of arrays, the same bytes each time."""
    import numpy as np

    stream = io.BytesIO()
    np.savez_compressed(stream, **tally.arrays())  # type: ignore[arg-type]
    return stream.getvalue()
