"""A backtest as a folder: ``scores.csv``, ``verdict.json`` and ``manifest.json``.

The scores are tidy: one row per case and method, with the part of the evaluation. A field is empty if a score does not
apply. The manifest names the inputs: a hash of the record, origins, horizon, methods, versions and code. A `Checkpoint`
beside the folder holds the finished origins, so a stopped backtest can resume.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, Self, TypeAlias

from negsim.errors import NegsimError
from negsim.files import (
    CODE,
    MANIFEST,
    Checkpoint,
    check_new,
    check_replaceable,
    code_fingerprint,
    differing,
    json_bytes,
    read_checked,
    read_manifest,
    reading,
)
from negsim.history import BRIER_DAYS, SCORES, AtOrigin, Case, Histories
from negsim.projection import versions

FORMAT = "negsim backtest 1"
SCORED, VERDICT = "scores.csv", "verdict.json"
_OF_CASE = ("talks", "origin", "kind", "issue", "outcome", "horizon")
COLUMNS = ("part", *_OF_CASE, "method", *SCORES, *(f"p_{day}" for day in BRIER_DAYS))

#: A piece of work: the part of the evaluation, the talks, the origin.
Piece: TypeAlias = tuple[str, str, date]


def fingerprint(histories: Histories) -> str:
    """A hash of the whole record."""
    return hashlib.sha256(repr(histories).encode()).hexdigest()


def identity(
    histories: Histories, origins: Mapping[str, Sequence[date]], horizon: int, methods: Mapping[str, list[str]]
) -> dict[str, Any]:
    """The inputs that must be equal for finished origins to be reused; ``methods`` by the parts of an evaluation."""
    return {
        "format": FORMAT,
        "record": fingerprint(histories),
        "origins": {name: [str(day) for day in days] for name, days in origins.items()},
        "horizon": horizon,
        "methods": dict(methods),
        "versions": versions(),
        CODE: code_fingerprint(),
    }


class Keeper:
    """Finished origins: reads the result of an earlier call, and within ``with`` works at a checkpoint.

    Args:
        folder: the folder of the result.
        who: what `identity` returns.

    Raises:
        NegsimError: the folder holds something else, or cannot be written.
    """

    def __init__(self, folder: Path, who: dict[str, Any]) -> None:
        self.folder, self.who = folder, who
        self._empty = check_new(folder)
        if self._empty:
            return
        try:
            old = read_manifest(folder, FORMAT)
        except NegsimError:
            raise NegsimError(f"{folder} is not changed: it holds no backtest; name another folder") from None
        with reading(folder / MANIFEST):
            self._same(old)

    def _same(self, old: dict[str, Any]) -> None:
        folder, who = self.folder, self.who
        others = differing({name: old[name] for name in who if name in old}, who)
        if others:
            raise NegsimError(f"{folder} is not changed: it holds another backtest{others}; name another folder")

    def finished(self) -> dict[Piece, AtOrigin]:
        """The finished origins in the folder; of each part all or none.

        Raises:
            NegsimError: it was edited.
        """
        if self._empty:
            return {}
        with reading(self.folder / MANIFEST):
            return self._scored()

    def _scored(self) -> dict[Piece, AtOrigin]:
        manifest = read_manifest(self.folder, FORMAT)
        said = manifest.get("sha256")
        raw = read_checked(self.folder / SCORED, said.get(SCORED) if isinstance(said, dict) else said)
        found: dict[Piece, AtOrigin] = {}
        for part, name, day in self._pieces():
            if part in manifest.get("parts", ()):  # an origin with nothing left to forecast has no rows
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
        """Open the checkpoint and lock it; a folder with files of others can be read and is not replaced."""
        check_replaceable(self.folder, FORMAT, (SCORED, VERDICT))
        self._checkpoint = Checkpoint(self.folder, self.who)
        return self

    def __exit__(self, *error: object) -> None:
        """Release the checkpoint."""
        self._checkpoint.close()

    def in_checkpoint(self) -> dict[Piece, AtOrigin]:
        """What an earlier attempt has finished."""
        found = {}
        for name, data in self._checkpoint.parts():
            with suppress(ValueError, KeyError, TypeError):
                part, talks, day = name.split("+")
                origin = date.fromisoformat(day)
                cases = tuple(Case(talks, origin, *case) for case in data["cases"])
                found[part, talks, origin] = AtOrigin(cases, data["values"], data["at_days"])
        return found

    def put(self, piece: Piece, found: AtOrigin) -> None:
        """Save a finished piece.

        Raises:
            NegsimError: it cannot be written; the finished pieces remain.
        """
        cases = [astuple(case)[2:] for case in found.cases]
        data = {"cases": cases, "values": found.values, "at_days": found.at_days}
        self._checkpoint.put("+".join(map(str, piece)), data)

    def finish(self, found: Mapping[Piece, AtOrigin], verdict: dict[str, Any]) -> None:
        """Turn the checkpoint into the result; ``found`` holds whole parts.

        Raises:
            NegsimError: it cannot be written; the checkpoint remains.
        """
        parts = [part for part in self.who["methods"] if any(p[0] == part for p in found)]
        raw = _table([(p, found[p]) for p in self._pieces() if p in found], self.who["methods"])
        written = {SCORED: raw, VERDICT: json_bytes(verdict)}
        for name, content in written.items():
            self._checkpoint.write(name, content)
        hashes = {name: hashlib.sha256(content).hexdigest() for name, content in written.items()}
        self._checkpoint.finish({**self.who, "parts": parts, "sha256": hashes})


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
