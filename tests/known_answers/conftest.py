"""Every known answer is asked of every engine there is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from negsim.simulation.engines import reference
from tests import kit


#: Both engines give the same bytes (tests/simulation/test_engines_agree.py), so the quick tests ask the quicker one.
@pytest.fixture(
    params=[pytest.param(name, marks=pytest.mark.slow if name == "reference" else ()) for name in kit.ENGINES]
)
def play(request: pytest.FixtureRequest) -> Callable[..., kit.Played]:
    return partial(kit.play, engine=request.param)


@pytest.fixture
def trace() -> Callable[..., Any]:
    """The event log of one run of a friendly mapping."""
    last: list[Any] = [None, None]

    def log(mapping: dict[str, Any], run: int, seed: int = 1) -> Any:
        if last[0] is not mapping:
            last[:] = [mapping, kit.compiled(mapping)]
        return reference.trace(last[1], seed, run)

    return log
