"""Stylised facts of the theory page on several issues at once (F21-F28, F53, F54)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from negsim.simulation.rules.frontier import best_for_other
from tests.kit import Played, chance, compiled, near, talks

SIX = {
    "us": (0.40, 0.30, 0.15, 0.10, 0.03, 0.02),
    "russia": (0.05, 0.10, 0.15, 0.20, 0.20, 0.30),
}


def bundle(us: tuple[float, ...], russia: tuple[float, ...]) -> tuple[dict[str, Any], dict[str, dict[str, float]]]:
    """A package of issues with these weights, mirror tactics, no reservations and a meeting a day; and its weights."""
    names = [f"i{j}" for j in range(len(us))]
    weights = {side: dict(zip(names, w, strict=True)) for side, w in (("us", us), ("russia", russia))}
    none = {"reservation": {"us": 0.0, "russia": 0.0}}
    return talks(
        dict.fromkeys(names, none),
        packages={"p": {"title": "P", "issues": names, "weights": weights}},
        channel={"gap": "1 day"},
    ), weights


def worth(got: Played, weights: dict[str, dict[str, float]]) -> tuple[float, float]:
    """What both sides got of all issues together, by the package's weights."""
    pair = [
        sum(w * float(got(column, name)[0]) for name, w in weights[side].items())
        for side, column in (("us", "u_a"), ("russia", "u_b"))
    ]
    return pair[0], pair[1]


def apart(mapping: dict[str, Any]) -> dict[str, Any]:
    """The same issues, each settled alone."""
    return {key: value for key, value in mapping.items() if key != "packages"}


@pytest.mark.parametrize(
    ("us", "russia", "joint"),
    [
        ((0.7, 0.3), (0.3, 0.7), 1.4),
        ((0.9, 0.1), (0.1, 0.9), 1.8),
        ((0.5, 0.5), (0.5, 0.5), 1.0),
        ((0.8, 0.2), (0.8, 0.2), 1.0),
        (*SIX.values(), 1.55),
    ],
)
def test_F21_a_package_is_worth_one_plus_the_distance_of_the_weights(play, us, russia, joint):
    mapping, weights = bundle(us, russia)
    together, alone = sum(worth(play(mapping), weights)), sum(worth(play(apart(mapping)), weights))
    assert together == pytest.approx(joint, abs=0.01)
    assert alone == pytest.approx(1, abs=0.01)
    if joint > 1:
        assert together > alone + 0.3


def test_F22_a_package_lies_on_the_frontier_and_equal_splits_do_not(play):
    mapping, weights = bundle((0.7, 0.3), (0.3, 0.7))
    record = compiled(mapping).record()
    u_a, u_b = worth(play(mapping), weights)
    assert best_for_other(record.x, 2, 0, u_a)[1] == pytest.approx(u_b, abs=1e-9)
    v_a, v_b = worth(play(apart(mapping)), weights)
    assert best_for_other(record.x, 2, 0, v_a)[1] > v_b + 0.15
    assert (v_a, v_b) == (pytest.approx(0.5, abs=0.01), pytest.approx(0.5, abs=0.01))


def test_F23_a_single_undertaking_waits_for_the_last_and_early_harvest_does_not(play):
    single = play(chance(0.3, "a b c", undertaking="single"), 4000)
    early = play(chance(0.3, "a b c"), 4000)
    assert near(single("agreed") / 10, 5.640)
    assert near(early("agreed") / 10, 1 / 0.3)
    assert (early.issues["agreed"] <= single.issues["agreed"]).all()
    assert ((early.issues["agreed"] < single.issues["agreed"]).sum(axis=1) <= 2).all()


def test_F24_prerequisites_only_delay_and_waiting_for_two_costs_half_as_much_again(play):
    gap = {"exponential": {"mean": "20 days"}}
    mapping = chance(1.0, "c a b")
    mapping["channels"] = {
        name: {"title": name, "gap": gap, "session": "9 hours", "issues": [name], "source": "arithmetic: a test"}
        for name in "abc"
    }
    free = play(mapping, 4000)
    mapping["issues"]["c"]["implementation"] = {"requires": ["a", "b"]}
    tied = play(mapping, 4000)
    assert (tied("resolved", "c") >= free("resolved", "c")).all()
    assert (tied("agreed", "c") == free("agreed", "c")).all()
    last = np.maximum(tied("resolved", "a"), tied("resolved", "b"))
    assert (tied("resolved", "c") == np.maximum(last, free("resolved", "c"))).all()
    assert near(last, 1.5 * 20)
    assert near(tied("resolved", "c"), (1 + 1 / 2 + 1 / 3) * 20)


def in_turn(
    p: float, n: int, hours: int = 1, runs: int = 2500, order: str = "priority", play: Any = None
) -> np.ndarray:
    """Meetings until each of n issues is agreed, with this room for each meeting."""
    names = " ".join(f"i{j}" for j in range(n))
    return play(chance(p, names, channel={"session": f"{hours} hours", "order": order}), runs).issues["agreed"] / 10


def test_F25_one_more_issue_in_one_slot_adds_its_own_time_to_the_last_and_half_to_the_mean(play):
    p = 0.25
    five, six = in_turn(p, 5, play=play), in_turn(p, 6, play=play)
    assert near(five.max(axis=1), 5 / p)
    assert near(six.max(axis=1), 6 / p)
    assert near(five.mean(axis=1), 6 / (2 * p))
    assert near(six.mean(axis=1), 7 / (2 * p))


def test_F25_with_room_for_all_one_more_adds_only_what_a_later_maximum_does(play):
    p = 0.25
    maxima = []
    for n in (5, 6):
        exact = sum(1 - (1 - (1 - p) ** k) ** n for k in range(400))
        got = in_turn(p, n, hours=n, play=play).max(axis=1)
        assert near(got, exact)
        maxima.append(exact)
    assert maxima[1] - maxima[0] < 0.3 / p


@pytest.mark.parametrize("order", ["priority", "round_robin", "oldest"])
def test_F26_another_order_of_equal_issues_leaves_the_total_and_the_mean(play, order):
    got = in_turn(0.2, 6, order=order, play=play)
    assert near(got.mean(axis=1), 17.5)
    assert near(got.max(axis=1), 30)


def test_F26_order_changes_who_waits_and_weight_times_chance_is_the_best_one(play):
    p, weight = {"a": 0.5, "b": 0.25, "c": 0.2}, {"a": 1.0, "b": 4.0, "c": 2.0}  # w p: .5, 1, .4

    def cost(order: str) -> tuple[np.ndarray, float]:
        mapping = talks(
            {name: {"settle": {"chance": p[name]}, "priority": order.index(name)} for name in p},
            channel={"session": "1 hour"},
            horizon="80 years",
        )
        got = play(mapping, 3000)
        times = [sum(1 / p[m] for m in order[: order.index(name) + 1]) for name in p]
        return (
            sum(weight[name] * got("agreed", name) / 10 for name in p),
            sum(weight[name] * t for name, t in zip(p, times, strict=True)),
        )

    means = {}
    for order in ("bac", "abc", "cab", "bca"):
        sample, exact = cost(order)
        assert near(sample, exact)
        means[order] = sample.mean()
    assert min(means, key=means.__getitem__) == "bac"


@pytest.mark.parametrize(
    ("p", "first", "last"), [(0.1, 2.1342, 23.7535), (0.2, 1.3553, 11.4795), (0.5, 1.0159, 4.0348)]
)
def test_F27_the_first_and_the_last_of_six_like_issues(play, p, first, last):
    got = in_turn(p, 6, hours=6, play=play)
    assert near(got.min(axis=1), first)
    assert near(got.max(axis=1), last)


def test_F28_the_first_and_the_last_of_unlike_issues(play):
    chances = dict(zip("abcd", (0.5, 0.3, 0.2, 0.1), strict=True))
    mapping = talks({name: {"settle": {"chance": p}} for name, p in chances.items()}, horizon="80 years")
    got = play(mapping, 4000).issues["agreed"] / 10
    assert near(got.min(axis=1), 1.33690)
    assert near(got.max(axis=1), 11.85364)


def test_F53_another_order_and_other_sides_leave_the_dates(play):
    one = {"a": {"reservation": {"us": 0.1, "russia": 0.4}}, "b": {"reservation": {"us": 0.3, "russia": 0.2}}}
    other = {"b": {"reservation": {"us": 0.2, "russia": 0.3}}, "a": {"reservation": {"us": 0.4, "russia": 0.1}}}
    gap = {"gap": {"exponential": {"mean": "7 days"}}}
    sides = {"us": {"beta": 0.5}, "russia": {"beta": 3}}
    straight = play(talks(one, tactics=sides, channel=gap, defaults={"first": "us"}), 200)
    turned = {"us": sides["russia"], "russia": sides["us"]}
    mirror = play(talks(other, tactics=turned, channel=gap, defaults={"first": "russia"}), 200)
    for name in "ab":
        assert straight("agreed", name).tobytes() == mirror("agreed", name).tobytes()
        assert straight("u_a", name) == pytest.approx(mirror("u_b", name), abs=1e-9)


def test_F54_tracks_without_ties_run_together_as_they_run_alone(play):
    def track(names: str) -> dict[str, Any]:
        mapping = chance(0.3, names)
        mapping["defaults"]["implementation"] = {"lag": {"exponential": {"mean": "30 days"}}, "collapse": 0.3}
        base = mapping["channels"]["rounds"] | {"gap": {"exponential": {"mean": "15 days"}}}
        mapping["channels"] = {f"on_{name}": base | {"issues": [name], "title": name} for name in names.split()}
        return mapping

    together = play(track("a b c"), 300)
    for name in "abc":
        alone = play(track(name), 300)
        for column in ("agreed", "resolved", "reopened", "discussions"):
            assert together(column, name).tobytes() == alone(column, name).tobytes()
