"""The calendar of the batch engine: appointments in the order of time, class, declaration and request."""

from __future__ import annotations

import numpy as np
import pytest

from negsim.simulation.engines import batch


@pytest.mark.slow  # numba compiles one rule
@pytest.mark.parametrize("times", [3, 1000])
def test_a_calendar_of_many_gives_its_appointments_in_order(times: int) -> None:
    """With three times, most appointments have equals; a tag counts the requests."""
    rng, calendar = np.random.default_rng(1), np.zeros(400, batch.DUE)
    asked = [(float(t), int(k), int(w), n) for n, (t, k, w) in enumerate(rng.integers([times, 3, 2], size=(300, 3)))]
    for n, each in enumerate(asked):
        assert batch._add(calendar.ctypes.data, n, *each) == n + 1
    assert calendar[:300][::-1].tolist() == sorted(asked)
    assert not calendar["tag"][300:].any()
