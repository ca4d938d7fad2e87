"""A timeline as a folder: ``timeline.csv``, ``timeline.json`` (scenario, record and counts) and ``manifest.json``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from negsim.errors import NegsimError
from negsim.files import MANIFEST, Checkpoint, json_bytes, read_checked, read_manifest, reading

if TYPE_CHECKING:
    from negsim.scenario import Scenario

FORMAT = "negsim timeline 1"
TABLE, DATA = "timeline.csv", "timeline.json"


def finish(checkpoint: Checkpoint, identity: Mapping[str, Any], csv: str, timeline: Mapping[str, Any]) -> None:
    """Turn the checkpoint of a finished timeline into its folder; ``timeline`` holds the fields of a `Timeline`.

    Raises:
        NegsimError: it cannot be written.
    """
    scenario: Scenario = timeline["scenario"]
    parts = {str(day): part for day, part in timeline["parts"].items()}
    # The agenda of the full form ends on the as-of date; the later days need the whole record.
    whole = {**scenario.resolved(), "agenda": scenario.record.model_dump(mode="json")}
    files = {TABLE: csv.encode(), DATA: json_bytes({**timeline, "scenario": whole, "parts": parts})}
    for name, content in files.items():
        checkpoint.write(name, content)
    sha256 = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    about = {key: value for key, value in identity.items() if key != "record"}
    checkpoint.finish({"format": FORMAT, **about, "sha256": sha256})


def read(folder: Path) -> dict[str, Any]:
    """The fields of the `Timeline` in a folder.

    Raises:
        NegsimError: the folder holds no timeline, or does not match its manifest.
    """
    with reading(folder / MANIFEST):
        return _loaded(folder)


def _loaded(folder: Path) -> dict[str, Any]:
    from negsim.scenario import from_mapping

    manifest = read_manifest(folder, FORMAT)
    data = json.loads(read_checked(folder / DATA, manifest.get("sha256", {}).get(DATA)))
    scenario = from_mapping(data["scenario"], str(folder / DATA))
    if scenario.hash != manifest.get("hash"):
        raise NegsimError(f"{folder / DATA} does not match {folder / MANIFEST}")
    parts = {date.fromisoformat(day): part for day, part in data["parts"].items()}
    return {**data, "scenario": scenario, "parts": parts, "issues": tuple(data["issues"])}
