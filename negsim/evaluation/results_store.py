"""A backtest as a folder: ``scores.csv``, ``verdict.json`` and ``manifest.json``.

The scores are tidy: a row a case and method, with the part of the evaluation that it belongs to; empty where a
score does not apply. The manifest says what they are of: a hash of the record, origins, horizon, methods and
versions. A `Checkpoint` beside the folder holds the finished origins, so that a backtest that was stopped can resume.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, Self, TypeAlias

from negsim.errors import NegsimError
from negsim.history import BRIER_DAYS, SCORES, AtOrigin, Case, Histories
from negsim.projection import Checkpoint, differing, finish_last_step, versions

FORMAT = "negsim backtest 1"
SCORED, VERDICT, MANIFEST = "scores.csv", "verdict.json", "manifest.json"
_OF_CASE = ("talks", "origin", "kind", "issue", "outcome", "horizon")
COLUMNS = ("part", *_OF_CASE, "method", *SCORES, *(f"p_{day}" for day in BRIER_DAYS))

#: A piece of work: the part of the evaluation, the talks, the origin.
Piece: TypeAlias = tuple[str, str, date]


def fingerprint(histories: Histories) -> str:
    """A hash of all that is on record."""
    return hashlib.sha256(repr(histories).encode()).hexdigest()


def identity(
    histories: Histories, origins: Mapping[str, Sequence[date]], horizon: int, methods: Mapping[str, list[str]]
) -> dict[str, Any]:
    """What must be the same for finished origins to be of use; ``methods`` by the parts of a evaluation."""
    return {
        "format": FORMAT,
        "record": fingerprint(histories),
        "origins": {name: [str(day) for day in days] for name, days in origins.items()},
        "horizon": horizon,
        "methods": dict(methods),
        "versions": versions(),
    }


class Keeper:
    """Keeps what is finished: reads the result of an earlier call, and within ``with`` works at a checkpoint.

    Args:
        folder: The folder of the result.
        who: As `identity` says.

    Raises:
        NegsimError: The folder holds something else, or cannot be written.
    """

    def __init__(self, folder: Path, who: dict[str, Any]) -> None:
        self.folder, self.who = folder, who
        self._refuse_others()

    def _refuse_others(self) -> None:
        folder = self.folder
        if not folder.exists() and not folder.is_symlink():
            if not folder.absolute().parent.is_dir():
                raise NegsimError(f"{folder} cannot be written: there is no folder {folder.absolute().parent}")
            return
        if folder.is_dir() and not any(folder.iterdir()):
            return
        old = _manifest(folder)
        if old is None:
            raise NegsimError(f"{folder} is kept as it is: it holds no backtest; name another folder")
        said = differing({name: old[name] for name in self.who if name in old}, self.who)
        if said:
            raise NegsimError(f"{folder} is kept as it is: it holds another backtest{said}; name another folder")
        finish_last_step(folder)

    def finished(self) -> dict[Piece, AtOrigin]:
        """What the folder holds: of each part that is there, all origins.

        Raises:
            NegsimError: It was edited.
        """
        manifest = _manifest(self.folder)
        if manifest is None:
            return {}
        try:
            raw = (self.folder / SCORED).read_bytes()
        except OSError as error:
            raise NegsimError(f"{self.folder / SCORED} cannot be read: {error.strerror or error}") from None
        if hashlib.sha256(raw).hexdigest() != manifest["sha256"]:
            raise NegsimError(
                f"{self.folder / SCORED} is not what {self.folder / MANIFEST} describes; remove {self.folder}"
            )
        found: dict[Piece, AtOrigin] = {}
        for part, name, day in self._pieces():
            if part in manifest["parts"]:  # from an origin at which nothing is left to forecast there are no rows
                none: list[list[list[float]]] = [[] for _ in self.who["methods"][part]]
                found[part, name, day] = AtOrigin((), none, none)
        return found | dict(_read(csv.DictReader(io.StringIO(raw.decode()))))

    def _pieces(self) -> list[Piece]:
        return [
            (part, name, date.fromisoformat(day))
            for part in self.who["methods"]
            for name, days in self.who["origins"].items()
            for day in days
        ]

    def __enter__(self) -> Self:
        """Open the checkpoint, and lock it."""
        self._checkpoint = Checkpoint(self.folder, self.who, ("parts",))
        return self

    def __exit__(self, *error: object) -> None:
        """Leave the bench to the next."""
        self._checkpoint.close()

    def on_the_bench(self) -> dict[Piece, AtOrigin]:
        """What an earlier attempt has finished."""
        found = {}
        for file in sorted((self._checkpoint.folder / "parts").glob("*.json")):
            with suppress(OSError, ValueError, KeyError, TypeError):  # half a file after a power cut is no file
                part, talks, day = file.stem.split("+")
                data = json.loads(file.read_text(encoding="utf-8"))
                origin = date.fromisoformat(day)
                cases = tuple(Case(talks, origin, *case) for case in data["cases"])
                found[part, talks, origin] = AtOrigin(cases, data["values"], data["at_days"])
        return found

    def put(self, piece: Piece, found: AtOrigin) -> None:
        """Keep a finished piece.

        Raises:
            NegsimError: It cannot be written; what was finished before stays.
        """
        cases = [astuple(case)[2:] for case in found.cases]
        data = {"cases": cases, "values": found.values, "at_days": found.at_days}
        self._checkpoint.write(f"parts/{'+'.join(map(str, piece))}.json", json.dumps(data).encode())

    def finish(self, found: Mapping[Piece, AtOrigin], verdict: dict[str, Any]) -> None:
        """Turn the bench into the result.

        Raises:
            NegsimError: It cannot be written; the bench stays.
        """
        parts = [part for part in self.who["methods"] if all(p in found for p in self._pieces() if p[0] == part)]
        raw = _table([(p, found[p]) for p in self._pieces() if p[0] in parts], self.who["methods"])
        manifest = {**self.who, "parts": parts, "sha256": hashlib.sha256(raw).hexdigest()}
        self._checkpoint.write(SCORED, raw)
        self._checkpoint.write(VERDICT, _json(verdict))
        self._checkpoint.write(MANIFEST, _json(manifest))
        self._checkpoint.become()


def _manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a backtest; None if there is none."""
    try:
        data = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    ours = isinstance(data, dict) and data.get("format") == FORMAT and {"parts", "sha256"} <= data.keys()
    return data if ours else None


def _json(data: dict[str, Any]) -> bytes:
    return (json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _table(found: Iterable[tuple[Piece, AtOrigin]], methods: Mapping[str, list[str]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for (part, *_), each in found:
        for name, values, at_days in zip(methods[part], each.values, each.at_days, strict=True):
            for case, scores, chances in zip(each.cases, values, at_days, strict=True):
                numbers = ["" if value != value else value for value in (*scores, *chances)]  # NaN is not itself
                writer.writerow([part, *astuple(case), name, *numbers])
    return stream.getvalue().encode()


def _read(rows: Iterable[dict[str, str]]) -> Iterable[tuple[Piece, AtOrigin]]:
    for (part, talks, day), of_origin in groupby(rows, lambda row: (row["part"], row["talks"], row["origin"])):
        origin, by_method = date.fromisoformat(day), []
        for _, of_method in groupby(of_origin, lambda row: row["method"]):
            by_method.append(list(of_method))
        cases = tuple(
            Case(
                talks, origin, row["kind"], row["issue"], int(row["outcome"]) if row["outcome"] else None,
                int(row["horizon"]),
            )
            for row in by_method[0]
        )  # fmt: skip
        values, at_days = (
            [[[float(row[name] or "nan") for name in names] for row in rows] for rows in by_method]
            for names in (SCORES, COLUMNS[-len(BRIER_DAYS) :])
        )
        yield (part, talks, origin), AtOrigin(cases, values, at_days)
