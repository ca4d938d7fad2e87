"""Frontiers against an oracle of their own: every combination of options, the divisible rest shared out greedily."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from negsim.simulation.rules.frontier import best_for_other, closest, possible, terms
from tests.kit import compiled, talks
from tests.rules import OPTIONS

Weights = list[tuple[Fraction, Fraction]]
Choices = list[list[tuple[Fraction, Fraction]]]


class Oracle:
    """A bargain in exact numbers: members' weights, and their options (none: divisible)."""

    def __init__(self, weights: Weights, options: Choices) -> None:
        self.weights, self.options = weights, options
        self.combinations = [
            tuple(sum(w[k] * o[k] for w, o in zip(weights, chosen, strict=True) if o is not None) for k in range(2))
            for chosen in itertools.product(*(o or [None] for o in options))
        ]
        self.shared = [w for w, o in zip(weights, options, strict=True) if not o]

    def most(self, k: int, least: Fraction) -> Fraction | None:
        """The most the other side can have when side ``k`` has at least ``least``; None if it can't."""
        return max((got for c in self.combinations if (got := self._most(c, k, least)) is not None), default=None)

    def _most(self, fixed: tuple[Fraction, ...], k: int, least: Fraction) -> Fraction | None:
        needed, others = least - fixed[k], fixed[1 - k] + sum(w[1 - k] for w in self.shared)
        cheapest = sorted((w for w in self.shared if w[k]), key=lambda w: w[1 - k] / w[k])
        for w in cheapest:
            if needed > 0:
                part = min(Fraction(1), needed / w[k])
                needed, others = needed - part * w[k], others - part * w[1 - k]
        return None if needed > 0 else others

    def best(self, k: int) -> Fraction:
        return max(c[k] for c in self.combinations) + sum(w[k] for w in self.shared)


def mapping_of(weights: Weights, options: Choices) -> dict[str, Any]:
    names = [f"i{j}" for j in range(len(weights))]
    issues = {
        name: {
            "outcome": {
                "options": [
                    {"id": f"o{n}", "title": "O", "us": float(a), "russia": float(b)} for n, (a, b) in enumerate(o)
                ]
            }
        }
        if o
        else {}
        for name, o in zip(names, options, strict=True)
    }
    if len(names) == 1:
        return talks(issues)
    by_side = {
        side: {name: float(w[k]) for name, w in zip(names, weights, strict=True)}
        for k, side in enumerate(("us", "russia"))
    }
    return talks(issues, packages={"p": {"title": "P", "issues": names, "weights": by_side}})


tenths = st.integers(0, 10).map(lambda n: Fraction(n, 10))


@st.composite
def bargains(draw: st.DrawFn, mixed: bool = True) -> Oracle:
    n = draw(st.integers(1, 4))
    raw = [draw(st.lists(st.integers(0, 6), min_size=n, max_size=n).filter(any)) for _ in range(2)]
    if n == 1:
        raw = [[1], [1]]
    weights = [(Fraction(raw[0][j], sum(raw[0])), Fraction(raw[1][j], sum(raw[1]))) for j in range(n)]
    some = st.lists(st.tuples(tenths, tenths), min_size=1, max_size=4)
    options = [draw(st.one_of(st.just([]), some)) if mixed else [] for _ in range(n)]
    return Oracle(weights, options)


def frontier(oracle: Oracle) -> tuple[Any, int]:
    """The record and the bargain's number in it; the record must be kept alive by the caller."""
    model = compiled(mapping_of(oracle.weights, oracle.options))
    return model.record(), len(model.bargains) - 1


LEVELS = [Fraction(n, 24) for n in range(25)] + [Fraction(1, 10) * n + Fraction(1, 1000) for n in range(10)]


def attained(record: Any, b: int, oracle: Oracle, u: tuple[float, float], place: float) -> None:
    """The place's terms are within the rules and are worth ``u``."""
    total = [0.0, 0.0]
    shares = []
    for j, (w, o) in enumerate(zip(oracle.weights, oracle.options, strict=True)):
        u_a, u_b, option = terms(record.x, b, place, j)
        if o:
            assert (u_a, u_b) == tuple(map(float, o[option]))
        else:
            assert option == -1
            assert u_a + u_b == pytest.approx(1, abs=1e-12)
            assert -1e-12 <= u_a <= 1 + 1e-12
            shares.append((w, u_a))
        total[0] += float(w[0]) * u_a
        total[1] += float(w[1]) * u_b
    assert total == pytest.approx(list(u), abs=1e-9)
    for (w, one), (v, two) in itertools.combinations(shares, 2):
        if w[0] * v[1] == w[1] * v[0] and any(w) and any(v):
            assert one == pytest.approx(two, abs=1e-9), "equal ratios are divided in the same proportion"


@given(bargains())
@settings(max_examples=120)
def test_what_is_best_for_the_other_is_best_and_can_be_had(oracle):
    record, b = frontier(oracle)
    for k, level in itertools.product(range(2), LEVELS):
        u_a, u_b, place = best_for_other(record.x, b, k, float(level))
        mine, others = (u_b, u_a) if k else (u_a, u_b)
        most = oracle.most(k, level)
        if most is None:
            assert mine == pytest.approx(float(oracle.best(k)), abs=1e-9)
            most = oracle.most(k, oracle.best(k))
        else:
            assert mine >= level - Fraction(1, 10**9)
        assert others == pytest.approx(float(most), abs=1e-9)
        attained(record, b, oracle, (u_a, u_b), place)


@given(bargains(), tenths, tenths)
@settings(max_examples=60)
def test_a_zone_is_found_exactly_where_there_is_one(oracle, r_a, r_b):
    record, b = frontier(oracle)
    for least_a, least_b in itertools.product((r_a, r_a + Fraction(1, 7)), (r_b, r_b + Fraction(1, 7))):
        most = oracle.most(0, least_a)
        gap = None if most is None else least_b - most
        if gap is None or abs(gap) > Fraction(1, 10**9):
            assert possible(record.x, b, float(least_a), float(least_b)) == (gap is not None and gap <= 0)
        else:
            assert possible(record.x, b, float(least_a), float(least_b))


@given(bargains(), tenths, tenths)
@settings(max_examples=60)
def test_the_closest_point_has_the_smallest_larger_shortfall(oracle, a_a, a_b):
    record, b = frontier(oracle)
    short, u_a, u_b, place = closest(record.x, b, float(a_a), float(a_b))
    assert short == pytest.approx(max(float(a_a) - u_a, float(a_b) - u_b), abs=1e-12)
    attained(record, b, oracle, (u_a, u_b), place)
    low, high = Fraction(-2), Fraction(2)  # bisection of the smallest shortfall that can be met
    for _ in range(44):
        middle = (low + high) / 2
        most = oracle.most(0, a_a - middle)
        if most is not None and most >= a_b - middle:
            high = middle
        else:
            low = middle
    assert short == pytest.approx(float(high), abs=1e-9)


@given(bargains(mixed=False))
@settings(max_examples=40)
def test_the_largest_joint_utility_of_divisible_issues_is_one_plus_the_distance_of_the_weights(oracle):
    record, b = frontier(oracle)
    start = int(record.arrays["bargain_is"]["piece"][b])
    pieces = record.arrays["piece"][start : start + int(record.arrays["bargain"]["pieces"][b])]
    joint = max(np.concatenate([pieces["a0"] + pieces["b0"], pieces["a1"] + pieces["b1"]]))
    distance = sum(abs(w[0] - w[1]) for w in oracle.weights) / 2
    assert joint == pytest.approx(float(1 + distance), abs=1e-12)


@given(bargains())
@settings(max_examples=60)
def test_along_the_frontier_one_side_gains_what_the_other_loses(oracle):
    record, b = frontier(oracle)
    start = int(record.arrays["bargain_is"]["piece"][b])
    count = int(record.arrays["bargain"]["pieces"][b])
    assert 0 < count <= len(record.arrays["piece"]) - start, "there is room for the frontier"
    pieces = record.arrays["piece"][start : start + count]
    a = np.stack([pieces["a0"], pieces["a1"]], axis=1).ravel()
    z = np.stack([pieces["b0"], pieces["b1"]], axis=1).ravel()
    assert (np.diff(a) >= -1e-12).all()
    assert (np.diff(z) <= 1e-12).all()


@pytest.mark.parametrize("seed", range(3))
def test_the_largest_bargain_allowed_has_room_and_is_right(seed):
    luck = np.random.default_rng(seed)
    parts = [[Fraction(int(n), 360) for n in np.diff([0, *sorted(luck.integers(1, 360, 4)), 360])] for _ in range(2)]
    some = [
        [(Fraction(int(a), 97), Fraction(97 - int(a) + int(b), 97 + 20)) for a, b in luck.integers(0, [97, 20], (5, 2))]
        for _ in range(3)
    ]
    oracle = Oracle(list(zip(*parts, strict=True)), [*some, [], []])  # 125 combinations beside two divisible issues
    record, b = frontier(oracle)
    start, count = int(record.arrays["bargain_is"]["piece"][b]), int(record.arrays["bargain"]["pieces"][b])
    assert count <= len(record.arrays["piece"]) - start
    for k, level in itertools.product(range(2), LEVELS[:24]):
        most = oracle.most(k, level)
        if most is not None:
            got = best_for_other(record.x, b, k, float(level))
            assert got[1 - k] == pytest.approx(float(most), abs=1e-9)
            attained(record, b, oracle, got[:2], got[2])


def test_of_options_worth_the_same_the_one_declared_first_is_taken():
    twins = [{"id": name, "title": name, "us": 0.6, "russia": 0.4} for name in ("one", "two")]
    record = compiled(talks({"a": {"outcome": {"options": twins}}})).record()
    assert terms(record.x, 0, best_for_other(record.x, 0, 0, 0.5)[2], 0)[2] == 0
    assert record.arrays["bargain"]["pieces"][0] == 1


def test_of_options_that_leave_one_side_the_same_the_larger_joint_utility_is_taken():
    options = [
        {"id": "poor", "title": "P", "us": 0.6, "russia": 0.3},
        {"id": "rich", "title": "R", "us": 0.6, "russia": 0.5},
    ]
    record = compiled(talks({"a": {"outcome": {"options": options}}})).record()
    assert best_for_other(record.x, 0, 0, 0.5)[:2] == (0.6, 0.5)


def test_of_equal_shortfalls_the_host_takes_the_larger_joint_utility():
    options = [
        {"id": "one", "title": "1", "us": 0.3, "russia": 0.6},
        {"id": "two", "title": "2", "us": 0.7, "russia": 0.3},
    ]
    record = compiled(talks({"a": {"outcome": {"options": options}}})).record()
    # against 0.8 and 0.8 both are 0.5 short, and the second is worth more to both together
    short, u_a, u_b, _ = closest(record.x, 0, 0.8, 0.8)
    assert (short, u_a, u_b) == (pytest.approx(0.5), 0.7, 0.3)


@pytest.mark.parametrize("k", [0, 1])
def test_an_offer_names_its_own_option_whichever_side_makes_it(k):
    record = compiled(talks({"a": {"outcome": {"options": OPTIONS}}})).record()
    u_a, u_b, place = best_for_other(record.x, 0, k, 0.5)
    assert (u_a, u_b) == (0.5, 0.5)
    assert terms(record.x, 0, place, 0) == (0.5, 0.5, 1)


def test_six_issues_of_the_theory_page_are_worth_1_55_together():
    w_a = [Fraction(n, 100) for n in (40, 30, 15, 10, 3, 2)]
    w_b = [Fraction(n, 100) for n in (5, 10, 15, 20, 20, 30)]
    record, b = frontier(Oracle(list(zip(w_a, w_b, strict=True)), [[]] * 6))
    # the Nash point splits the third issue in half
    u_a, u_b, place = best_for_other(record.x, b, 0, 0.775)
    assert (u_a, u_b) == (pytest.approx(0.775, abs=1e-12), pytest.approx(0.775, abs=1e-12))
    shares = [terms(record.x, b, place, j)[0] for j in range(6)]
    assert shares == pytest.approx([1, 1, 0.5, 0, 0, 0], abs=1e-12)


def test_too_many_combinations_are_an_error_with_the_count():
    from negsim.errors import NegsimError

    names = [f"i{j}" for j in range(8)]
    weights = {side: dict.fromkeys(names, 0.125) for side in ("us", "russia")}
    mapping = talks(
        {name: {"outcome": {"options": OPTIONS}} for name in names},
        packages={"p": {"title": "P", "issues": names, "weights": weights}},
    )
    with pytest.raises(NegsimError, match="6561 combinations"):
        compiled(mapping)


def test_weights_that_are_drawn_are_made_to_sum_to_one_and_the_frontier_is_built_for_the_run():
    from tests.rules import ByHand

    drawn = {"uniform": {"low": 0.2, "high": 0.8}}
    weights = {"us": {"a": drawn, "b": 0.5}, "russia": {"a": 0.3, "b": 0.7}}
    begun = ByHand(talks("a b", packages={"p": {"title": "P", "issues": ["a", "b"], "weights": weights}}))
    for run in range(5):
        begun.begin(run=run)
        row = int(begun.arrays["bargain_is"]["member"][2])
        w = [begun.number("member_of", row + j, "w_a") for j in range(2)]
        assert sum(w) == pytest.approx(1, abs=1e-12)
        joint = max(sum(best_for_other(begun.x, 2, 0, level)[:2]) for level in (w[0], w[1]))
        assert joint == pytest.approx(1 + abs(w[0] - 0.3), abs=1e-9)
