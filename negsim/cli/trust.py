"""Commands that check a result: verify, rerun."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from negsim.cli.execution import progress
from negsim.cli.options import Json, Workers
from negsim.cli.output import count, emit
from negsim.files import TextPage, TextStyle, size_text

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder written by run, sweep or backtest with --out.")]


def verify(folder: Folder, as_json: Json = False) -> None:
    """Check every file of a results folder against its manifest.

    Exit code 1 if a file is damaged or missing. Files that are not part of the result are named. Commands that read a
    folder check it too, but tables of more than 256 MB only if they use them.
    """
    from negsim.files import verify_folder

    found = verify_folder(folder)
    wrong = [each for each in found if each.state in ("damaged", "missing")]
    verdict = f"{count(len(wrong), 'file')} damaged or missing" if wrong else "whole"

    def text(style: TextStyle) -> str:
        page = TextPage(style)
        for each in found:
            page.add(f"{each.name}: {each.state}, {size_text(each.bytes)}")
        return page.add().title(f"{folder}: {verdict}").text

    data = [{"name": each.name, "state": each.state, "bytes": each.bytes} for each in found]
    emit(as_json, lambda: {"folder": str(folder), "ok": not wrong, "files": data}, text)
    if wrong:
        raise typer.Exit(1)


def rerun(folder: Folder, workers: Workers = 1, as_json: Json = False) -> None:
    """Repeat a result from its manifest, and compare every table.

    Exit code 1 if a value differs. The folder is not changed. Where versions of packages differ, they are named, and
    files with other bytes are compared by their values.
    """
    from negsim.experiments import rerun as repeat

    with progress(None, folder.name) as advance:
        found = repeat(folder, workers, advance)

    def text(style: TextStyle) -> str:
        page = TextPage(style)
        for table in found.tables:
            apart = f", apart by up to {table.difference:g}" if table.difference else ""
            page.add(f"{table.name}: {table.result}{apart}")
        for name, (then, now) in found.versions.items():
            page.add(f"{name} was {then} and is {now}")
        return page.add().title(f"{folder}: {'repeated' if found.ok else 'not repeated'}").text

    data = [{"name": one.name, "result": one.result, "difference": _finite(one.difference)} for one in found.tables]
    versions = {name: {"then": then, "now": now} for name, (then, now) in found.versions.items()}
    emit(as_json, lambda: {"folder": str(folder), "ok": found.ok, "tables": data, "versions": versions}, text)
    if not found.ok:
        raise typer.Exit(1)


def _finite(number: float) -> float | None:
    return number if number < float("inf") else None
