"""A wrong value anywhere in the manifest of a result, or in its JSON: an error in words, or a result that reads."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest

import negsim as ns
from negsim.experiments import Sweep, rerun
from negsim.files import verify_folder
from negsim.monitoring import Timeline
from tests.bad_values import BAD, changed, paths

BETA = {"tactics.us.beta": [0.5, 1.0]}
MADE: dict[str, tuple[Callable[[Path], object], Callable[[Path], object]]] = {
    "run": (lambda out: ns.run("baseline", 3, out=out), ns.Projection.load),
    "sweep": (lambda out: ns.sweep("baseline", BETA, runs=2, out=out), Sweep.load),
    "timeline": (lambda out: ns.timeline("record_alone", dates=["2025-04-10"], runs=5, out=out), Timeline.load),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: Any) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("results")
    for name, (make, _) in MADE.items():
        make(folder / name)
    return {name: folder / name for name in MADE}


def survives(folder: Path, load: Callable[[Path], object], data: Any, file: str = "manifest.json") -> None:
    """Write the data, and read the folder in every way."""
    text = json.dumps(data, allow_nan=True)
    (folder / file).write_text(text, encoding="utf-8")
    if file != "manifest.json":
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        manifest["sha256"][file] = sha256(text.encode()).hexdigest()
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    for read in (verify_folder, load):
        try:
            read(folder)
        except ns.NegsimError:
            continue
        except Exception as error:
            raise AssertionError(f"{getattr(read, '__name__', read)}: {text[:3000]}") from error


@pytest.mark.parametrize("part", ["a few", pytest.param("many", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", MADE)
def test_a_bad_value_in_a_manifest(results: dict[str, Path], tmp_path: Path, name: str, part: str) -> None:
    whole = json.loads((results[name] / "manifest.json").read_text(encoding="utf-8"))
    tries = [(path, bad) for path in paths(whole) for bad in BAD.values()]
    folder = Path(shutil.copytree(results[name], tmp_path / name))
    for path, bad in Random(17).sample(tries, 8 if part == "a few" else min(150, len(tries))):
        survives(folder, MADE[name][1], changed(whole, path, bad))


@pytest.mark.slow
def test_a_bad_value_in_the_data_of_a_timeline(results: dict[str, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(results["timeline"], tmp_path / "timeline"))
    whole = json.loads((folder / "timeline.json").read_text(encoding="utf-8"))
    outside = [path for path in paths(whole) if path[:1] != ("scenario",) and len(path) < 5]
    for path, bad in Random(17).sample([(path, bad) for path in outside for bad in BAD.values()], 60):
        survives(folder, Timeline.load, changed(whole, path, bad), "timeline.json")


def test_what_cannot_be_repeated_says_why(results: dict[str, Path]) -> None:
    with pytest.raises(ns.NegsimError, match="is not a manifest of the format"):
        rerun(results["timeline"])
