"""The points that theory picks on a frontier: known values, and what must hold on any."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negsim.analysis.solutions import SOLUTIONS, acceptable, distance, solutions

#: A smooth curve as so many straight pieces; its points are good to about the square of a piece.
PIECES = 4000


def curve(of, top=1.0):
    x = np.linspace(0.0, top, PIECES + 1)
    y = of(x)
    return np.stack([x[:-1], y[:-1], x[1:], y[1:]], axis=1)


ROOT = curve(lambda x: np.sqrt(1 - x))
SQUARE = curve(lambda x: 1 - x**2)
LINE = np.array([[0.0, 5.0, 10.0, 0.0]])
EVEN = np.array([[0.0, 1.0, 1.0, 0.0]])
GOLDEN = (5**0.5 - 1) / 2


@pytest.mark.parametrize(
    ("frontier", "floor", "name", "u_a", "u_b"),
    [
        (ROOT, (0, 0), "nash", 2 / 3, (1 / 3) ** 0.5),
        (ROOT, (0, 0), "kalai-smorodinsky", GOLDEN, GOLDEN),
        (ROOT, (0, 0), "egalitarian", GOLDEN, GOLDEN),
        (ROOT, (0, 0), "utilitarian", 0.75, 0.5),
        (SQUARE, (0, 0), "nash", 3**-0.5, 2 / 3),
        (SQUARE, (0, 0), "kalai-smorodinsky", GOLDEN, GOLDEN),
        (SQUARE, (0, 0), "utilitarian", 0.5, 0.75),
        (LINE, (0, 0), "nash", 5, 2.5),
        (LINE, (0, 0), "kalai-smorodinsky", 5, 2.5),
        (LINE, (0, 0), "egalitarian", 10 / 3, 10 / 3),
        (LINE, (0, 0), "utilitarian", 10, 0),
        (EVEN, (0.2, 0.1), "nash", 0.55, 0.45),
    ],
)
def test_known_values(frontier, floor, name, u_a, u_b):
    assert solutions(frontier, floor)[name] == pytest.approx((u_a, u_b), abs=5e-4)


def test_options_give_the_best_of_a_few_points():
    points = np.array([[0.1, 0.9, 0.1, 0.9], [0.5, 0.6, 0.5, 0.6], [0.9, 0.15, 0.9, 0.15]])
    found = solutions(points, (0.0, 0.0))
    assert found["nash"] == found["kalai-smorodinsky"] == found["egalitarian"] == (0.5, 0.6)
    assert found["utilitarian"] == (0.5, 0.6)
    assert solutions(points, (0.6, 0.0))["nash"] == (0.9, 0.15)


def test_without_a_zone_there_is_no_point():
    assert solutions(EVEN, (0.6, 0.6)) == {}
    assert len(acceptable(EVEN, (0.6, 0.6))) == 0


def test_a_zone_of_one_point_is_every_solution():
    assert [solutions(EVEN, (0.4, 0.6))[name] for name in SOLUTIONS] == [pytest.approx((0.4, 0.6))] * 4


floors = st.tuples(st.floats(0, 0.4), st.floats(0, 0.4))


@given(floors, st.floats(0.1, 10), st.floats(0.1, 10), st.floats(-1, 1))
def test_nash_and_kalai_smorodinsky_do_not_care_about_units(floor, scale_a, scale_b, shift):
    corners = np.array([[0.0, 1.0], [0.5, 0.85], [0.9, 0.4], [1.0, 0.0]])
    pieces = np.concatenate([corners[:-1], corners[1:]], axis=1)
    scale = np.array([scale_a, scale_b, scale_a, scale_b])
    plain = solutions(pieces, floor)
    scaled = solutions(pieces * scale + shift, (floor[0] * scale_a + shift, floor[1] * scale_b + shift))
    for name in ("nash", "kalai-smorodinsky"):
        moved = (plain[name][0] * scale_a + shift, plain[name][1] * scale_b + shift)
        assert scaled[name] == pytest.approx(moved, abs=1e-6)


@given(floors)
def test_each_point_is_best_by_its_own_rule(floor):
    corners = np.array([[0.0, 1.0], [0.5, 0.85], [0.9, 0.4], [1.0, 0.0]])
    pieces = np.concatenate([corners[:-1], corners[1:]], axis=1)
    share = np.linspace(0, 1, 401)[:, None]
    points = np.concatenate([p[:2] + share * (p[2:] - p[:2]) for p in pieces])
    points = points[(points >= np.array(floor)).all(axis=1)]
    gains = points - floor
    best = {
        "nash": lambda g: g[..., 0] * g[..., 1],
        "egalitarian": lambda g: g.min(axis=-1),
        "utilitarian": lambda g: g.sum(axis=-1),
    }
    found = solutions(pieces, floor)
    assert set(found) == set(SOLUTIONS)
    for name, rule in best.items():
        own = rule(np.array(found[name]) - floor)
        assert own >= rule(gains).max() - 1e-9
        assert distance(pieces, found[name]) < 1e-9


def test_the_egalitarian_point_cares_about_units():
    wide = EVEN * np.array([2.0, 1.0, 2.0, 1.0])
    assert solutions(EVEN, (0, 0))["egalitarian"] == pytest.approx((0.5, 0.5))
    assert solutions(wide, (0, 0))["egalitarian"] == pytest.approx((2 / 3, 2 / 3))


def test_distances():
    assert distance(EVEN, (0.5, 0.5)) == pytest.approx(0)
    assert distance(EVEN, (0.0, 0.0)) == pytest.approx(2**-0.5)
    assert distance(EVEN, (1.0, -1.0)) == pytest.approx(1.0)
    assert distance(np.array([[0.3, 0.4, 0.3, 0.4]]), (0.0, 0.0)) == pytest.approx(0.5)
