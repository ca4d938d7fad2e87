"""Would the comparison of the engines notice? Copies of the package, each with one thing broken, are compared."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from negsim.scenario.scenario import from_mapping, load
from negsim.simulation.compiler import compile
from negsim.simulation.engines import reference
from tests.kit import talks

ROOT = Path(__file__).parents[2]
STORIES = [ROOT / "scenarios" / f"{name}.yaml" for name in ("baseline", "package", "expulsions", "tit_for_tat")]
RUNS = 6

#: What is broken: the file, what stands there, what stands there instead.
MUTANTS = {
    "nothing": None,
    "a rule": ("simulation/rules/concession.py", "tau ** (1.0 / beta)", "tau**beta"),
    "a draw index": (
        "simulation/rules/meetings.py",
        "gap_factor, channel(x, c).regular + 1",
        "gap_factor, channel(x, c).regular + 2",
    ),
    "the order of ties": ("simulation/engines/batch.py", "return row.kind > kind or", "return row.kind < kind or"),
    "who asked first": ("simulation/engines/batch.py", "and row.who > who)", "and row.who >= who)"),
}

PLAYED = """
import sys
from hashlib import sha256
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import negsim
from negsim.simulation.compiler import compile
from negsim.simulation.engines import batch
from negsim.scenario.scenario import load
assert negsim.__file__.startswith(sys.argv[1])
for path in sys.argv[3:]:
    model = compile(load(path))
    print(sha256(b"".join(batch.trace(model, 1, k).tobytes() for k in range(int(sys.argv[2])))).hexdigest())
"""


@pytest.fixture(scope="module")
def stories(tmp_path_factory):
    """Some stories, and talks in which a regular meeting and one that was asked for later fall on the same day.

    A second shock comes before that day, so that both meetings wait in the calendar behind it.
    """
    meeting = {"kind": "meeting", "channel": "rounds", "after": "5 days"}
    days = [{"date": day, "probability": 1} for day in ("2025-04-25", "2025-04-28")]
    shock = {"title": "S", "dates": days, "marks": [meeting]}
    path = tmp_path_factory.mktemp("ties") / "ties.yaml"
    path.write_text(from_mapping(talks("a b", shocks={"s": shock})).to_yaml(), encoding="utf-8")
    return [*STORIES, path]


@pytest.fixture(scope="module")
def expected(stories):
    models = [compile(load(path)) for path in stories]
    return [
        sha256(b"".join(reference.trace(model, 1, k).tobytes() for k in range(RUNS))).hexdigest() for model in models
    ]


@pytest.mark.slow
@pytest.mark.parametrize("what", MUTANTS)
def test_the_comparison_catches_what_is_broken_and_nothing_else(tmp_path, stories, expected, what):
    shutil.copytree(ROOT / "negsim", tmp_path / "negsim", ignore=shutil.ignore_patterns("__pycache__"))
    mutant = MUTANTS[what]
    if mutant is not None:
        name, old, new = mutant
        path = tmp_path / "negsim" / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")
    played = subprocess.run(
        [sys.executable, "-c", PLAYED, str(tmp_path), str(RUNS), *map(str, stories)],
        cwd=tmp_path, env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache")}, capture_output=True, text=True,
        timeout=500, check=False,
    )  # fmt: skip
    assert played.returncode == 0, played.stderr[-2000:]
    assert (played.stdout.split() == expected) == (mutant is None)
