"""The scores of histories: closed forms, scoringrules where it is there, and what scores must do."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, special, stats

from negsim.history.scores import (
    brier,
    coverage,
    crps,
    crps_of_samples,
    generator,
    log_score,
    pit_bounds,
)

STEP = 1e-3


def randomised_pit(bounds: tuple[float, float], *key: object) -> float:
    """A draw, uniform between the bounds, that the key decides; of calibrated forecasts they are uniform on [0, 1]."""
    left, right = bounds
    return left + (right - left) * float(generator("pit", *key).random())


def on_grid(law, outcome, horizon):
    """CRPS of a law with a density, on a fine grid; the middle of a cell stands for it."""
    cells = round(horizon / STEP)
    return crps(law.cdf((np.arange(cells) + 0.5) * STEP), outcome, cells, STEP)


NORMAL = [(0, 0.233695), (1, 0.602441), (2, 1.452792)]
EXPONENTIAL = [
    (1, 0, 0.5),
    (1, 1, 0.235759),
    (1, 2, 0.770671),
    (0.1, 5, 2.130613),
    (0.1, 10, 2.357589),
    (0.1, 30, 15.995741),
]
WEIBULL = [(6, 7.648068), (18, 2.049698), (38, 15.137823)]


@pytest.mark.parametrize(("z", "known"), NORMAL)
def test_crps_of_a_normal(z, known):
    assert on_grid(stats.norm(20, 1), 20 + z, 60) == pytest.approx(known, abs=2e-6)


@pytest.mark.parametrize(("rate", "y", "known"), EXPONENTIAL)
def test_crps_of_an_exponential(rate, y, known):
    assert on_grid(stats.expon(scale=1 / rate), y, 30 / rate) == pytest.approx(known, abs=2e-6)


@pytest.mark.parametrize(("y", "known"), WEIBULL)
def test_crps_of_a_weibull(y, known):
    assert on_grid(stats.weibull_min(2.276265, scale=20.557843), y, 120) == pytest.approx(known, abs=2e-6)


def test_crps_of_a_lognormal():
    assert on_grid(stats.lognorm(0.9, scale=math.exp(0.1)), 3, 600) == pytest.approx(1.13552645, abs=2e-6)


def test_crps_of_what_was_not_seen_to_end():
    assert on_grid(stats.expon(scale=10), None, 10) == pytest.approx(1.680912, abs=2e-6)


def test_samples_and_grid_agree():
    law = stats.weibull_min(1.4, scale=300)
    draws = np.ceil(law.rvs(4000, random_state=np.random.default_rng(5)))
    days = np.arange(0, 1097)
    cdf = np.searchsorted(np.sort(draws), days, side="right") / len(draws)
    for outcome in (1, 250, 1000, None):
        assert crps_of_samples(draws, outcome, 1096) == pytest.approx(crps(cdf, outcome, 1096), rel=1e-9)


@pytest.mark.slow
def test_scoringrules_gives_the_same():
    import scoringrules as peer

    draws = np.random.default_rng(7).gamma(2, 100, size=50)
    for y in (3.0, 180.0, 900.0):
        assert crps_of_samples(draws, y, 1e9) == pytest.approx(float(peer.crps_ensemble(y, draws, estimator="nrg")))
        fair = float(peer.crps_ensemble(y, draws, estimator="fair"))
        assert crps_of_samples(draws, y, 1e9, fair=True) == pytest.approx(fair)
        assert on_grid(stats.expon(scale=100), y, 4000) == pytest.approx(
            float(peer.crps_exponential(y, 1 / 100)), abs=1e-3
        )
    assert on_grid(stats.norm(50, 4), 53, 120) == pytest.approx(float(peer.crps_normal(53, 50, 4)), abs=2e-6)
    assert brier(np.array([0.0, 0.3]), None, 1) == pytest.approx(float(peer.brier_score(0, 0.3)))


#: Forecasts with some probability on the day of the origin, and some beyond the horizon.
CDF = st.lists(st.floats(0.01, 1), min_size=5, max_size=40).map(lambda v: np.cumsum(v) / sum(v) * 0.9)


@given(CDF, st.floats(0, 1))
def test_no_other_forecast_is_better_in_expectation(cdf, bend):
    """Propriety: what one believes is the best thing to say; the outcome is cut off at the horizon."""
    horizon = len(cdf) - 1
    other = cdf ** (1 + bend)
    masses = [*np.diff(cdf, prepend=0), 1 - cdf[-1]]
    outcomes = [*range(horizon + 1), None]
    for score in (
        lambda f, y: crps(f, y, horizon),
        lambda f, y: brier(f, y, horizon // 2),
        lambda f, y: log_score(f, y, horizon, share=0),
    ):
        mean = [sum(m * score(f, y) for m, y in zip(masses, outcomes, strict=True) if m > 0) for f in (cdf, other)]
        assert mean[0] <= mean[1] + 1e-9


def test_log_score_counts_what_a_forecast_gives_to_the_day_of_origin():
    sure = np.ones(91)
    assert log_score(sure, 0, 90, share=0) == 0.0
    assert log_score(sure, None, 90, share=0) == math.inf
    half = np.full(91, 0.5)
    assert log_score(half, 0, 90, share=0) == pytest.approx(math.log(2))
    # With the default 1 % of a uniform forecast over three months and "not within the horizon".
    assert log_score(sure, 0, 90) == pytest.approx(-math.log(0.99 + 0.01 / 4))


def test_log_score_counts_months_and_what_lies_beyond():
    cdf = np.concatenate([np.linspace(0, 0.3, 31), np.full(60, 0.3)])
    assert log_score(cdf, 30, 90, share=0) == pytest.approx(-math.log(0.3))
    assert log_score(cdf, 31, 90, share=0) == math.inf
    assert log_score(cdf, None, 90, share=0) == pytest.approx(-math.log(0.7))
    assert log_score(cdf, 31, 90) == pytest.approx(-math.log(0.01 / 4))
    assert log_score(np.append(cdf, 1.0), 91, 91, share=0) == pytest.approx(-math.log(0.7))


def test_a_calibrated_forecast_covers_its_share_whatever_its_lumps():
    cdf = np.array([0.0, 0.05, 0.35, 0.4, 0.8])
    masses = [*np.diff(cdf), 0.2]
    bounds = [pit_bounds(cdf, y, 4) for y in (1, 2, 3, 4, None)]
    for share in (0.5, 0.8):
        assert sum(m * coverage(b, share) for m, b in zip(masses, bounds, strict=True)) == pytest.approx(share)


def test_randomised_transforms_of_a_true_forecast_are_uniform():
    law = stats.expon(scale=400)
    cdf = law.cdf(np.arange(1097))
    days = np.ceil(law.rvs(3000, random_state=np.random.default_rng(11)))
    values = [randomised_pit(pit_bounds(cdf, d if d <= 1096 else None, 1096), n) for n, d in enumerate(days)]
    # A false alarm of one in a thousand, with a seed that is fixed.
    assert stats.kstest(values, "uniform").pvalue > 1e-3
    assert stats.kstest(np.square(values), "uniform").pvalue < 1e-3


def test_random_numbers_are_a_function_of_their_key():
    assert generator("a", 1).random() == generator("a", 1).random()
    assert len({generator(*key).random() for key in [("a", 1), ("a", 2), ("a1",), ("a", "1", ""), ()]}) == 5


def test_the_closed_forms_on_the_model_page_are_the_integrals():
    scale, shape, y = 20.557843, 2.276265, 18.0
    law = stats.weibull_min(shape, scale=scale)
    mean = scale * special.gamma(1 + 1 / shape)
    closed = y * (2 * law.cdf(y) - 1) + mean - 2 * mean * special.gammainc(1 + 1 / shape, (y / scale) ** shape)
    closed -= mean * (1 - 2 ** (-1 / shape))
    below, _ = integrate.quad(lambda t: law.cdf(t) ** 2, 0, y)
    above, _ = integrate.quad(lambda t: law.sf(t) ** 2, y, np.inf)
    assert closed == pytest.approx(below + above) == pytest.approx(2.049698, abs=1e-6)


@pytest.mark.parametrize("score", [crps, log_score])
@pytest.mark.parametrize("truth", [0.002, 0.01, 0.05])
def test_the_true_law_has_the_best_expected_score(score, truth):
    """F50 of the model page: exact expectations over all days and "not within the horizon", of geometric laws."""
    horizon = 240
    day = np.arange(horizon + 1)

    def law(rate):
        return 1 - (1 - rate) ** day

    chances = np.append(np.diff(law(truth), prepend=0.0), 1 - law(truth)[-1])

    def expected(cdf):
        outcomes = [*range(horizon + 1), None]
        return sum(p * score(cdf, outcome, horizon) for p, outcome in zip(chances, outcomes, strict=True))

    others = [law(truth * factor) for factor in (0.5, 0.9, 1.1, 2)] + [np.append(np.zeros(30), law(truth)[:-30])]
    assert all(expected(law(truth)) < expected(other) for other in others)
