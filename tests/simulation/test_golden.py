"""Results that must not change: the same bytes where they were made, the same numbers elsewhere."""

from __future__ import annotations

import json

import pytest

from benchmarks.golden import FILE, environment, golden

GOLDEN = json.loads(FILE.read_text(encoding="utf-8"))
QUICK = ("baseline", "package", "expulsions")
#: Largest relative difference of a mean on another platform, where the last bits of functions may differ.
TOLERANCE = 1e-9


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in GOLDEN["results"]]
)
def test_a_golden_result_is_the_same(name: str) -> None:
    found, expected = golden(name), GOLDEN["results"][name]
    assert found["hash"] == expected["hash"], "the scenario changed: python -m benchmarks.golden writes the new results"
    if environment() == GOLDEN["environment"]:
        assert found["sha256"] == expected["sha256"]
    assert found["resolved"] == expected["resolved"]
    assert found["days"] == pytest.approx(expected["days"], rel=TOLERANCE)
