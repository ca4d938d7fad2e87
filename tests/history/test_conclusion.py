"""Whether a negotiation is concluded at all: known answers, and negotiations simulated with known probabilities."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from negsim.history import Issue, Snapshot, Talks, Target, concluding
from negsim.history.conclusion import Concluding, signs

START = date(2000, 1, 1)


def day(n):
    return START + timedelta(days=round(n))


def negotiation(name, end, until=700, announced=False, closed=None):
    """A negotiation with two issues from day 0; one may be closed, and the end may be announced on day 0."""
    issues = (
        Issue("1", "first", day(0), None if closed is None else day(closed)),
        Issue("2", "second", day(0), None),
    )
    said = (Target(day(0), "x", "y", "end", day(0), day(300), None),) if announced else ()
    return Talks(name, name, ("a", "b"), end, day(until), issues, (), said)


def test_the_signs_are_an_announced_end_and_the_years_without_a_closing():
    talks = negotiation("toy", "stalled", announced=True, closed=400)
    assert signs(Snapshot.of(talks, day(365.25), 9)) == pytest.approx((1, 1, np.log(2)), abs=2e-3)
    assert signs(Snapshot.of(talks, day(365.25), 9), announcements=False)[1] == 0
    assert signs(Snapshot.of(talks, day(400), 9)) == (1, 1, 0)
    assert signs(Snapshot.of(negotiation("toy", "stalled"), day(0), 9)) == (1, 0, 0)


def test_without_other_negotiations_the_odds_are_even_and_those_still_running_tell_nothing():
    toy = Snapshot.of(negotiation("toy", "running"), day(200), 9)
    assert concluding([]).probability(toy) == 0.5
    assert concluding([negotiation(f"t{n}", "running") for n in range(9)]).probability(toy) == 0.5


def test_the_uncertainty_of_the_coefficients_draws_a_probability_towards_one_half():
    toy = Snapshot.of(negotiation("toy", "running"), day(0), 9)
    mean = np.array([-2.0, 0.0, 0.0])
    sure, unsure = (Concluding(mean, scale * np.eye(3)).probability(toy) for scale in (1e-12, 4.0))
    assert sure == pytest.approx(1 / (1 + np.exp(2)))
    draws = -2.0 + 2.0 * np.random.default_rng(1).standard_normal(100_000)
    # The formula is an approximation.
    assert unsure == pytest.approx((1 / (1 + np.exp(-draws))).mean(), abs=0.02)


def test_known_probabilities_are_recovered_from_simulated_negotiations():
    """Three hundred that are concluded with probability 0.8 if an end is announced, and otherwise with 0.3."""
    random = np.random.default_rng(5)
    taught = []
    for n in range(300):
        announced = bool(random.random() < 0.5)
        ended = random.random() < (0.8 if announced else 0.3)
        taught.append(negotiation(f"t{n}", "concluded" if ended else "stalled", 500, announced))
    law = concluding(taught)
    for announced, share in ((True, 0.8), (False, 0.3)):
        seen = Snapshot.of(negotiation("toy", "running", announced=announced), day(250), 9)
        # Four standard errors of a share among 150.
        assert law.probability(seen) == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 150))
    blind = concluding(taught, announcements=False)
    assert blind.probability(seen) == pytest.approx(0.55, abs=0.12)


def test_each_negotiation_has_the_same_weight_however_long_it_lasts():
    short = [negotiation(f"s{n}", "concluded", 100, closed=0) for n in range(20)]
    long = [negotiation(f"l{n}", "stalled", 4000, closed=0) for n in range(20)]
    seen = Snapshot.of(replace(short[0], end="running"), day(50), 9)
    assert concluding([*short, *long]).probability(seen) == pytest.approx(0.5)
