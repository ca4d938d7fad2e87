"""A wrong value anywhere in a file of proposals is an error with its place, or the file is read."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from negsim.errors import InputError
from negsim.files import Node, Place, validate
from negsim.ingest import Proposals, plover_lines
from tests.bad_values import BAD, Path, changed, has_places, paths

SMALL: dict[str, Any] = {
    "documents": {"report": {"file": "r.txt", "sha256": 64 * "0", "sentences": 3, "date": "2025-04", "title": "R"}},
    "proposals": [
        {
            "citation": f"report#1 {64 * '0'}",
            "kind": "status",
            "confidence": 0.5,
            "what": "They agreed.",
            "actor": ["us"],
            "recipient": ["russia"],
            "event_type": "AGREE",
            "mode": "m",
            "context": ["diplomatic"],
            "date": "2025-04-10",
            "location": "Istanbul",
            "issue": "visas",
            "status": "agreed",
            "marks": ["hedged"],
            "contradicts": "issues.visas",
            "state": "open",
        },
        {
            "citation": f"report#2 {64 * '0'}",
            "kind": "round",
            "confidence": 1,
            "what": "They meet.",
            "meeting": "announced",
            "by": "2025-05",
            "venue": "V",
            "host": "H",
            "hours": 2,
        },
    ],
}


def try_out(path: Path, bad: Any) -> bool:
    """Whether the file is read."""
    try:
        found = validate(Proposals, Node.of(changed(SMALL, path, bad), Place("proposals.yaml", 1, 1)))
        plover_lines(found.proposals)
        assert all(one.id for one in found.proposals)
    except InputError as error:
        return not has_places(error, "proposals.yaml")
    except Exception as error:
        raise AssertionError(f"{'.'.join(map(str, path))} = {bad!r:.40}") from error
    return True


def test_a_sample_of_bad_values() -> None:
    every = [(path, bad) for path in paths(SMALL) for bad in BAD.values()]
    assert try_out(("proposals", 0, "what"), "other words")
    assert not all([try_out(path, bad) for path, bad in Random(17).sample(every, 60)])


@pytest.mark.slow
@pytest.mark.parametrize("name", BAD)
def test_a_bad_value_at_every_path(name: str) -> None:
    assert not all([try_out(path, BAD[name]) for path in paths(SMALL)])
