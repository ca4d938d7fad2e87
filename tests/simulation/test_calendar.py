"""The calendar of the batch engine: appointments in the order of time, class, declaration and request."""

from __future__ import annotations

import numpy as np
import pytest

from negsim.simulation.engines import batch
from tests.kit import compiled, talks

pytestmark = pytest.mark.slow  # numba compiles one rule for each

#: With three times, most appointments have equals; a tag counts the requests.
TIMES = pytest.mark.parametrize("times", [3, 1000])


def asked(times: int, count: int) -> list[tuple[float, int, int, int]]:
    rows = np.random.default_rng(1).integers([times, 3, 2], size=(count, 3))
    return [(float(t), int(kind), int(who), tag) for tag, (t, kind, who) in enumerate(rows)]


@TIMES
def test_a_calendar_of_many_gives_its_appointments_in_order(times: int) -> None:
    calendar, rows = np.zeros(400, batch.DUE), asked(times, 300)
    for n, each in enumerate(rows):
        assert batch._add(calendar.ctypes.data, n, *each) == n + 1
    assert calendar[:300][::-1].tolist() == sorted(rows)
    assert not calendar["tag"][300:].any()


@TIMES
@pytest.mark.parametrize("before", [0, 45])
def test_appointments_that_are_asked_for_together_are_merged(times: int, before: int) -> None:
    record = compiled(talks("a")).record()
    calendar, rows = np.zeros(700, batch.DUE), asked(times, 300)
    calendar[:before] = sorted(rows[:before])[::-1]
    for k, (delay, kind, who, tag) in enumerate(rows[before:]):
        record.arrays["outbox"][k] = (kind, who, tag, delay)
    record.run["out"] = len(rows) - before
    assert batch._add_many(record.x, calendar.ctypes.data, before, 0.0) == len(rows)
    assert calendar[:300][::-1].tolist() == sorted(rows)
