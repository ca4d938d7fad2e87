"""A projection as a folder: ``outcomes/``, ``runs/`` (Parquet parts), ``tally.npz`` and ``manifest.json``.

``outcomes/`` holds the tidy table `Projection.issues`, a row per run and issue. ``runs/`` holds a row per run. Each
part holds a fixed number of runs; `pandas.read_parquet` reads a folder of parts as one table. The tally holds the
counts that all figures come from. The manifest holds the resolved scenario and its hash, seed, runs, engine, versions,
the command, and the digests of the other files.

A folder appears whole or not at all. An existing folder is replaced only if it is empty, or holds a projection of the
*same* scenario (by hash) and nothing else.
"""

from __future__ import annotations

import io
import os
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from negsim.errors import NegsimError
from negsim.files import MANIFEST, Checkpoint, check_new, digest, read_manifest, reading, write_file
from negsim.projection.chunks import Part, sizes
from negsim.projection.stored_tables import FORMAT, TABLES, check_table, unchecked

if TYPE_CHECKING:
    from negsim.analysis import Tally
    from negsim.projection.results import Results
    from negsim.scenario import Scenario

TALLY = "tally.npz"
_OF_TABLES = "sha256"
_KINDS = {"outcomes": "parquet", "runs": "parquet", "tally": "npz"}


class ChunkCheckpoint(Checkpoint):
    """A checkpoint of chunks of runs of a scenario; the tally of a chunk is written last."""

    def __init__(self, target: Path, identity: dict[str, Any], issues: tuple[str, ...]) -> None:
        self.issues = issues
        super().__init__(target, identity, tuple(_KINDS))

    def _file(self, kind: str, chunk: int) -> Path:
        return self.folder / kind / f"{chunk:06}.{_KINDS[kind]}"

    def finished(self, chunks: dict[int, tuple[int, int]]) -> set[int]:
        """Which of these chunks are finished, of the same size, and have tables that fit the digest in their tally."""
        found = set()
        for chunk, (_, runs) in chunks.items():
            if all(self._file(kind, chunk).is_file() for kind in _KINDS):
                # A power cut can leave half a file, and a disk can change a bit.
                with suppress(OSError, NegsimError):
                    tally, said = _read_tables(self._file("tally", chunk))
                    if tally.runs == runs and said == self._digest(chunk):
                        found.add(chunk)
        return found

    def _digest(self, chunk: int) -> str:
        return "".join(digest(self._file(kind, chunk)) for kind in TABLES)

    def read(self, chunk: int, keep: bool) -> Part:
        """A finished chunk, with its outcomes if ``keep``."""
        from negsim.projection.tidy import read_outcomes, read_rows

        tally = _read_tally(self._file("tally", chunk))
        if not keep:
            return Part(chunk, tally)
        outcomes = read_outcomes(self._file("outcomes", chunk), len(self.issues))
        return Part(chunk, tally, outcomes, read_rows(self._file("runs", chunk)))

    def add(self, part: Part) -> None:
        """Write a finished chunk.

        Raises:
            NegsimError: it cannot be written; the finished chunks remain.
        """
        from negsim.projection.chunks import CHUNK
        from negsim.projection.tidy import outcomes_bytes, rows_bytes

        first = part.chunk * CHUNK
        write_file(self._file("outcomes", part.chunk), outcomes_bytes(part.outcomes, self.issues, first))
        write_file(self._file("runs", part.chunk), rows_bytes(part.rows, first))
        write_file(self._file("tally", part.chunk), tally_bytes(part.tally, self._digest(part.chunk)))

    def complete(self, projection: Results, command: str = "") -> None:
        """Turn a checkpoint with all chunks into the folder of a projection.

        Raises:
            NegsimError: it cannot be written.
        """
        last = max(sizes(projection.runs))  # workers may have finished chunks beyond the runs that count
        for kind in _KINDS:
            for file in (self.folder / kind).iterdir():
                if int(file.stem) > last:
                    file.unlink()
        self.write(TALLY, tally_bytes(projection.tally))
        manifest = {
            "format": FORMAT,
            "title": projection.scenario.title,
            "hash": projection.hash,
            "seed": projection.seed,
            "luck": projection.luck,
            "runs": projection.runs,
            "precision": projection.precision_data,
            "engine": projection.engine,
            "versions": dict(projection.versions),
            "command": command,
            "sha256": {name: digest(self.folder / name) for name in (*TABLES, TALLY)},
            "scenario": projection.scenario.to_yaml(),
        }
        self.finish(manifest)


def identity(scenario: Scenario, seed: int, luck: int, versions: Any) -> dict[str, Any]:
    """What must be equal for finished chunks to count."""
    return {"format": FORMAT, "hash": scenario.hash, "seed": seed, "luck": luck, "versions": dict(versions)}


def save(projection: Results, folder: str | os.PathLike[str], command: str = "") -> None:
    """Write a projection to a folder: all of it, or nothing.

    Raises:
        NegsimError: the folder holds something else, or cannot be written.
    """
    from negsim.analysis import count

    context = projection.context
    most = max(len(facts.options) for facts in context.issues)
    target = Path(folder)
    refuse_to_overwrite(target, projection.hash)
    who = identity(projection.scenario, projection.seed, projection.luck, projection.versions)
    with ChunkCheckpoint(target, who, tuple(projection.scenario.issues)) as checkpoint:
        try:
            for chunk, (first, runs) in sizes(projection.runs).items():
                span = slice(first, first + runs)
                outcomes, rows = projection.outcomes[span], projection.run_table[span]
                checkpoint.add(Part(chunk, count(outcomes, rows, context.horizon_days, most), outcomes, rows))
            checkpoint.complete(projection, command)
        except BaseException:
            if checkpoint.new:  # an older checkpoint may hold long work
                checkpoint.discard()
            raise


def load(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """The fields of the projection in a folder; outcomes are read when they are asked for.

    Every file is checked against the manifest, tables of more than 256 MB only when they are read.

    Raises:
        NegsimError: the folder holds no projection, or does not fit its manifest.
    """
    path = Path(folder)
    with reading(path / MANIFEST):
        return _loaded(path)


def _loaded(path: Path) -> dict[str, Any]:
    from negsim.files import read_yaml_text
    from negsim.projection.precision import Precision
    from negsim.scenario import from_mapping

    manifest = _sound(path, read_manifest(path, FORMAT))
    check_table(path, TALLY, manifest)
    unchecked(path)
    origin = str(path / MANIFEST)
    scenario = from_mapping(read_yaml_text(manifest["scenario"], origin).data, origin)
    if scenario.hash != manifest["hash"]:
        raise NegsimError(
            f"{path / MANIFEST} was written by another version of negsim ({manifest['versions'].get('negsim')}) "
            "that reads its scenario differently; run the scenario again"
        )
    goal = manifest["precision"]
    tally = _read_tally(path / TALLY)
    if tally.runs != manifest["runs"]:
        raise NegsimError(f"{path / MANIFEST} was edited: it names {manifest['runs']} runs, and there are {tally.runs}")
    return {
        "scenario": scenario.forced(),  # it has run
        "tally": tally,
        "seed": manifest["seed"],
        "engine": manifest["engine"],
        "versions": manifest["versions"],
        "luck": manifest["luck"],
        "precision": None if goal is None else Precision.of_data(goal),
        "folder": path,
    }


#: The keys that reading a manifest needs, and their types.
_KEYS: dict[str, type | tuple[type, ...]] = {
    "hash": str,
    "seed": int,
    "luck": int,
    "runs": int,
    "precision": (dict, type(None)),
    "engine": str,
    "versions": dict,
    "sha256": dict,
    "scenario": str,
}


def _sound(folder: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest, if it has all keys with values of their types.

    Raises:
        NegsimError: it was edited.
    """
    wrong = [key for key, kind in _KEYS.items() if key not in manifest or not isinstance(manifest[key], kind)]
    if wrong:
        raise NegsimError(f"{folder / MANIFEST} was edited: {', '.join(wrong)} is missing or of another type")
    return manifest


def refuse_to_overwrite(folder: Path, scenario_hash: str) -> None:
    """Check, before any work is done, that a projection may be written to a folder.

    Raises:
        NegsimError: it may not, and why.
    """
    if check_new(folder):
        return
    others = sorted({entry.name for entry in folder.iterdir()} - {MANIFEST, TALLY, *TABLES})
    if others:
        raise NegsimError(
            f"{folder} is not changed: it holds files that are not of a projection ({', '.join(others[:3])}); "
            "name another folder"
        )
    manifest = read_manifest(folder, FORMAT)
    if manifest["hash"] != scenario_hash:
        raise NegsimError(
            f'{folder} is not changed: it holds a projection of another scenario ("{manifest["title"]}", '
            f"{manifest['hash'][:8]}, not {scenario_hash[:8]}); name another folder or remove it"
        )


def _read_tally(file: Path) -> Tally:
    return _read_tables(file)[0]


def _read_tables(file: Path) -> tuple[Tally, str]:
    """The tally in a file of arrays, read without pickle, and the digest of the tables that it counts.

    Raises:
        NegsimError: the file is damaged, or holds something else.
    """
    import numpy as np

    from negsim.analysis import Tally

    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            found = dict(arrays)
            said = str(found.pop(_OF_TABLES, ""))
            return Tally.of_arrays(found), said
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, BadZipFile, zlib.error) as error:
        raise NegsimError(f"{file} is damaged: {str(error) or type(error).__name__}") from None


def tally_bytes(tally: Tally, of_tables: str = "") -> bytes:
    """A tally as a file of arrays, the same bytes each time; that of a chunk has the digest of its tables."""
    import numpy as np

    stream, more = io.BytesIO(), {_OF_TABLES: np.array(of_tables)} if of_tables else {}
    np.savez_compressed(stream, **tally.arrays(), **more)  # type: ignore[arg-type]
    return stream.getvalue()
