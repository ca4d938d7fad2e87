"""A damaged result is noticed by whatever reads it, `verify` names the part, and `rerun` compares all values."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import negsim as ns
from negsim.experiments import rerun
from negsim.files import digest, verify_folder
from negsim.projection import stored_tables


@pytest.fixture(scope="module")
def stored(tmp_path_factory: Any) -> Path:
    folder = tmp_path_factory.mktemp("stored") / "done"
    ns.run("baseline", 40, out=folder)
    return folder


@pytest.fixture(scope="module")
def swept(tmp_path_factory: Any) -> Path:
    folder = tmp_path_factory.mktemp("swept") / "swept"
    ns.sweep("baseline", {"undertaking": ["early_harvest", "single"]}, runs=20, out=folder)
    return folder


@pytest.fixture
def copied(stored: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(stored, tmp_path / "done"))


def flip(file: Path, place: int) -> None:
    raw = bytearray(file.read_bytes())
    raw[place % len(raw)] ^= 1
    file.write_bytes(raw)


PARTS = ("outcomes/000000.parquet", "runs/000000.parquet", "tally.npz")


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "remove"])
def test_a_damaged_part_is_noticed_and_named(negsim: Any, copied: Path, part: str, harm: str) -> None:
    file = copied / part
    if harm == "flip":
        flip(file, file.stat().st_size // 2)
    elif harm == "remove":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2] if harm == "cut" else b"")
    name = part.split("/")[0]
    assert [each.name for each in verify_folder(copied) if not each.ok] == [name]
    done = negsim("verify", copied)
    assert done.code == 1
    with pytest.raises(ns.NegsimError, match="missing or does not match"):
        ns.Projection.load(copied)
    assert f"{name}: {'missing' if harm == 'remove' and '/' not in part else 'damaged'}" in done.out
    for words in (("plot", copied, "calendar", "-o", copied.parent / "x.svg"), ("when", copied), ("compare", copied)):
        used = negsim(*words, *(["baseline"] if words[0] == "compare" else []))
        assert used.code == 2
        assert "missing or does not match" in used.err
        assert "Traceback" not in used.err


def test_a_whole_folder_is_whole_and_what_is_foreign_is_named(negsim: Any, copied: Path, swept: Path) -> None:
    assert all(each.ok for folder in (copied, swept) for each in verify_folder(folder))
    (copied / "notes.txt").write_text("mine", encoding="utf-8")
    done = negsim("verify", copied)
    assert (done.code, "notes.txt: not part of the result" in done.out) == (0, True)
    assert json.loads(negsim("verify", swept, "--json").out)["ok"] is True


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "negsim projection 3"}', '{"format": 1, "sha256": {}}'])
def test_a_damaged_manifest_is_an_error_in_one_line(negsim: Any, copied: Path, text: str) -> None:
    (copied / "manifest.json").write_text(text, encoding="utf-8")
    for words in (("verify", copied), ("when", copied), ("rerun", copied)):
        done = negsim(*words)
        assert done.code == 2
        assert done.err.count("\n") == 1


def test_what_is_too_large_to_check_is_said(negsim: Any, copied: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(stored_tables, "CHECKED", 10)
    flip(copied / PARTS[0], 500)
    done = negsim("plot", copied, "calendar", "-o", copied.parent / "x.svg")
    assert done.code == 0
    assert "outcomes and runs are large and not checked; negsim verify" in done.err
    assert negsim("when", copied).code == 2  # it reads them


def test_a_result_is_repeated(negsim: Any, stored: Path, swept: Path) -> None:
    for folder in (stored, swept):
        done = negsim("rerun", folder)
        assert done.code == 0
        assert done.out.count("same bytes") == 2


def test_other_values_are_found_although_the_manifest_fits(negsim: Any, copied: Path) -> None:
    file = copied / PARTS[0]
    table = pd.read_parquet(file)
    table.loc[3, "resolved"] = 12.5
    table.to_parquet(file, index=False)
    manifest = json.loads((copied / "manifest.json").read_text(encoding="utf-8"))
    manifest["sha256"]["outcomes"] = digest(copied / "outcomes")
    manifest["versions"]["numpy"] = "1.0"
    (copied / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    found = rerun(copied)
    assert [each.result for each in found.tables] == ["other values", "same bytes"]
    assert found.versions["numpy"][0] == "1.0"
    done = negsim("rerun", copied)
    assert done.code == 1
    assert "outcomes: other values, apart by up to" in done.out


def test_values_in_other_bytes_are_the_same_values(copied: Path) -> None:
    file = copied / PARTS[1]
    pd.read_parquet(file).to_parquet(file, index=False, compression="gzip")
    manifest = json.loads((copied / "manifest.json").read_text(encoding="utf-8"))
    manifest["sha256"]["runs"] = digest(copied / "runs")
    (copied / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    found = rerun(copied)
    assert found.ok
    assert [each.result for each in found.tables] == ["same bytes", "same values, other bytes"]
