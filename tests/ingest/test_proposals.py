"""The file of proposals: what it may say, and the messages about what it may not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from negsim.errors import InputError
from negsim.ingest import Proposal, Proposals, merged, read_proposals, write_proposals

INVALID = sorted((Path(__file__).parents[1] / "invalid" / "proposals").glob("*.yaml"))


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_an_invalid_file_gives_the_messages_that_it_expects(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    expected = [line.removeprefix("# expect: ") for line in lines if line.startswith("# expect: ")]
    with pytest.raises(InputError) as caught:
        read_proposals(path)
    found = [one.headline.replace(f"{path.parent}{os.sep}{path.name}:", "") for one in caught.value.problems]
    assert expected
    assert found == expected


def test_a_file_survives_writing_and_keeps_decisions(tmp_path: Path) -> None:
    facts = {
        "citation": "https://example.org/a 2025-06-10 partly",
        "kind": "demand",
        "confidence": 0.5,
        "what": "More.",
    }
    one = Proposal.model_validate({**facts, "issue": "visas", "actor": ["russia"], "date": "2025-06"})
    found = Proposals(proposals=(one,))
    write_proposals(found, tmp_path / "p.yaml")
    assert read_proposals(tmp_path / "p.yaml") == found
    decided = found.replace(0, state="rejected")
    assert merged(decided, found) == decided
    with pytest.raises(ValueError, match="is not a date"):
        found.replace(0, date="soon")
