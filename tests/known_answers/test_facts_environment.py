"""Stylised facts of the theory page on climate, collapse and shocks (F36-F38, F40)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.linalg import expm

from tests.kit import chance, near

MONTH = 365.25 / 12
HAZARDS = np.array([0.25, 0.02])  # per month in a thaw and in a freeze
RATES = np.array([[-1 / 6, 1 / 6], [1 / 9, -1 / 9]])
STATIONARY = np.array([0.4, 0.6])


def climate(start: str, slow: float = 1.0) -> dict[str, Any]:
    factors = {"thaw": 1.0, "freeze": math.log1p(-0.02) / math.log1p(-0.25)}
    stay = {"thaw": 6 * slow, "freeze": 9 * slow}
    other = {"thaw": "freeze", "freeze": "thaw"}
    regimes = {
        name: {"sojourn": f"{stay[name]} months", "next": {other[name]: 1}, "settlement": factors[name]}
        for name in stay
    }
    return {"start": start, "regimes": regimes}


def months(play: Any, start: str, slow: float = 1.0, runs: int = 3000) -> np.ndarray:
    """Months to agreement: meetings at exponential gaps of a month on average, so hazards are exact."""
    gap = {"exponential": {"mean": "1 month"}}
    return play(chance(0.25, gap=gap, climate=climate(start, slow), horizon="400 years"), runs)("agreed") / MONTH


def exact_means(slow: float = 1.0) -> np.ndarray:
    return np.linalg.solve(np.diag(HAZARDS) - RATES / slow, np.ones(2))


def test_F36_slower_switching_means_later_and_wider_with_fast_and_slow_limits(play):
    assert exact_means()[0] == pytest.approx(8.2462, abs=1e-4)
    assert STATIONARY @ exact_means(1e-6) == pytest.approx(8.929, abs=1e-3)
    assert STATIONARY @ exact_means(1e6) == pytest.approx(31.6, abs=0.01)
    means, spreads = [], []
    for slow in (0.2, 1.0, 20.0):
        samples = [months(play, start, slow) for start in ("thaw", "freeze")]
        for sample, exact in zip(samples, exact_means(slow), strict=True):
            assert near(sample, exact)
        mixed = [sample.mean() for sample in samples]
        means.append(STATIONARY @ mixed)
        spreads.append(STATIONARY @ [(sample**2).mean() for sample in samples] - means[-1] ** 2)
    assert 8.5 < means[0] < means[1] < means[2] < 31.6
    assert spreads[0] < spreads[1] < spreads[2]


def test_F37_from_a_thaw_agreement_is_earlier_at_every_time(play):
    thaw, freeze = months(play, "thaw"), months(play, "freeze")
    generator = RATES - np.diag(HAZARDS)
    for t in (1, 3, 6, 12, 24, 48):
        left = expm(generator * t) @ np.ones(2)
        assert near((thaw > t).astype(float), left[0])
        assert near((freeze > t).astype(float), left[1])
        assert (thaw > t).mean() < (freeze > t).mean()
    assert expm(generator * 12) @ np.ones(2) == pytest.approx([0.22498, 0.45535], abs=1e-5)


def test_F38_more_collapses_mean_fewer_lasting_agreements_and_a_longer_mean(play):
    lasting = []
    for q in (0.0, 0.2, 0.5):
        mapping = chance(0.25, gap={"exponential": {"mean": "20 days"}})
        mapping["defaults"]["implementation"] = {"lag": {"exponential": {"mean": "30 days"}}, "collapse": q}
        resolved = play(mapping, 2500)("resolved")
        # an exponential wait of mean 80 and a lag of mean 30, again after each collapse
        assert near(resolved, 110 / (1 - q))
        lasting.append((resolved <= 200).mean())
    assert lasting[0] > lasting[1] > lasting[2]


def cascades(rate: float, n: float, days: int) -> dict[str, Any]:
    """Shocks that provoke more within a day or so; each calls a meeting at which an issue is discussed in vain."""
    shock = {
        "title": "S",
        "rate": f"{rate} per year",
        "marks": [{"kind": "meeting", "channel": "rounds", "after": "0 days"}],
        "provokes": [{"shock": "s", "mean": n, "delay": {"exponential": {"mean": "1 day"}}}] if n else [],
    }
    return chance(0.0, gap="900 years", horizon=f"{days} days", shocks={"s": shock})


def test_F40_shocks_that_provoke_each_other_cluster(play):
    mean, days = 24.0, 1000  # the same number of shocks a year, alone or in clusters of two
    alone = play(cascades(mean, 0, days), 900)("discussions").astype(float)
    clustered = play(cascades(mean / 2, 0.5, days), 900)("discussions").astype(float)
    assert near(alone, mean * days / 365.25)
    assert near(clustered, mean / 365.25 * (days - 1))  # the clusters of the last days are not over
    assert alone.var() / alone.mean() == pytest.approx(1, rel=0.19)
    assert clustered.var() / clustered.mean() == pytest.approx(4, rel=0.19)


def test_F40_and_leave_more_windows_quiet_at_the_same_mean_rate(play):
    quiet = [(play(cascades(rate, n, 30), 3000)("discussions") == 0).astype(float) for rate, n in ((24, 0), (12, 0.5))]
    assert near(quiet[0], math.exp(-24 * 30 / 365.25))
    assert near(quiet[1], math.exp(-12 * 30 / 365.25))
    assert quiet[1].mean() > quiet[0].mean()
