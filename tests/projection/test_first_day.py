"""Results as of 2025-04-10 keep their bytes, whatever the record takes in later."""

from __future__ import annotations

import json
import platform
from hashlib import sha256
from pathlib import Path

import pytest

from negsim.files import builtin_scenarios
from negsim.projection import run
from negsim.scenario import load

#: Digests of every built-in scenario of that day, taken when the record ended with it. See `digests`.
BEFORE = json.loads((Path(__file__).parent / "first_day.json").read_text(encoding="utf-8"))


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def board(scenario) -> str:
    """What the board and the announced dates say on the day of the scenario, in all detail."""
    rows = [
        [row.id, row.title, row.status.label, str(row.since), dict(row.demands), row.sources, list(row.disputed)]
        for row in scenario.record.board(scenario.as_of)
    ]
    return json.dumps([rows, [[one.what, one.state] for one in scenario.record.announced(scenario.as_of)]])


def figures(projection, keys) -> str:
    """The JSON of `negsim run` without versions, with the keys that it had when the digests were taken."""
    from negsim.cli.projection_table import projection_data

    def only(data, keys):
        if isinstance(keys, dict):
            return {key: only(data[key], inner) for key, inner in keys.items()}
        return [only(each, keys[0]) for each in data] if keys else data

    return json.dumps(only(projection_data(projection), keys), sort_keys=True)


@pytest.mark.parametrize("name", BEFORE["scenarios"])
def test_the_hash_and_the_board_of_the_first_day_stay(name):
    scenario, before = load(builtin_scenarios()[name]), BEFORE["scenarios"][name]
    assert (scenario.hash, digest(board(scenario))) == (before["hash"], before["board"])


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() != "x86_64", reason="bits are compared on one platform")
@pytest.mark.parametrize("name", BEFORE["scenarios"])
def test_the_results_of_the_first_day_stay(name, tmp_path):
    before = BEFORE["scenarios"][name]
    projection = run(load(builtin_scenarios()[name]), 200, 1, "batch", out=tmp_path / "out")
    files = sorted((tmp_path / "out").rglob("*.parquet"))
    assert sha256(projection.outcomes.tobytes()).hexdigest() == before["outcomes"]
    assert {file.name: sha256(file.read_bytes()).hexdigest() for file in files} == before["parquet"]
    assert digest(figures(projection, BEFORE["keys"])) == before["json"]
