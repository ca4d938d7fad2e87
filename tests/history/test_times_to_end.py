"""The time to the end of a negotiation that is concluded: known answers, and laws that times were drawn from."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from negsim.history import Issue, Meeting, Snapshot, Talks, Target, time_to_end
from negsim.history.times_to_end import FREEDOM, TimeToEnd, ahead, between_meetings, fit_student, signs

START = date(2000, 1, 1)


def day(n):
    return START + timedelta(days=round(n))


def said(on, by, about="end"):
    return Target(day(on), "x", "y", about, day(on), day(by), None)


def negotiation(name, until, meetings=(0,), targets=(), end="concluded"):
    held = tuple(Meeting(str(n), day(n), None, "", True, None, False) for n in meetings)
    issues = (Issue("1", "first", day(0), None),)
    return Talks(name, name, ("a", "b"), end, day(until), issues, held, tuple(targets))


def test_of_the_dates_ahead_the_one_that_was_announced_last_counts():
    talks = negotiation("toy", 900, targets=[said(0, 800), said(100, 300), said(200, 250, "part"), said(500, 600)])
    at = {n: ahead(Snapshot.of(talks, day(n), 9)) for n in (50, 150, 400, 550, 850)}
    assert [None if each is None else (each.latest - START).days for each in at.values()] == [800, 300, 800, 600, None]
    now = Snapshot.of(talks, day(150), 9)
    assert signs(now)[1:3] == pytest.approx([1.0, np.log((150 + 30) / 180)])
    assert signs(now, announcements=False)[1:3].tolist() == [0.0, 0.0]


def test_days_per_meeting_have_a_gap_of_sixty_days_in_front():
    talks = negotiation("toy", 900, meetings=(0, 30, 60))
    assert between_meetings(Snapshot.of(talks, day(0), 9)) == pytest.approx(0.0)
    assert between_meetings(Snapshot.of(talks, day(60), 9)) == pytest.approx(np.log(40 / 60))
    assert between_meetings(Snapshot.of(talks, day(540), 9)) == pytest.approx(np.log(200 / 60))  # silence counts


def test_without_others_the_median_is_a_year_and_negotiations_that_stalled_tell_nothing():
    now = Snapshot.of(negotiation("toy", 900, end="running"), day(0), 9)
    nothing = time_to_end([])
    assert nothing.quantiles(now, 101)[50] == pytest.approx(365.0)
    stalled = time_to_end([negotiation(f"s{n}", 90, end="stalled") for n in range(9)])
    assert np.array_equal(stalled.quantiles(now, 9), nothing.quantiles(now, 9))


def test_the_quantiles_are_those_of_students_law():
    """With four degrees of freedom they have a closed form (Shaw 2006, Journal of Computational Finance 9:37-73)."""
    law = TimeToEnd(np.array([1.0, 0.5, 0.0, 0.0]), np.zeros((4, 4)), 0.7)
    now = Snapshot.of(negotiation("toy", 900, targets=[said(0, 150)]), day(0), 9)
    at = (np.arange(10) + 0.5) / 10
    alpha = np.sqrt(4 * at * (1 - at))
    t = np.sign(at - 0.5) * 2 * np.sqrt(np.cos(np.arccos(alpha) / 3) / alpha - 1)
    assert law.quantiles(now, 10) == pytest.approx(365 * np.exp(1.5 + 0.7 * t))


def test_a_law_with_few_far_values_is_recovered():
    rng = np.random.default_rng(4)
    parts, truth = [], np.array([0.4, -0.3, 0.6])
    for _ in range(300):
        x = np.column_stack([np.ones(4), rng.standard_normal((4, 2))])
        parts.append((x, x @ truth + 0.8 * rng.standard_t(FREEDOM, 4)))
    mean, covariance, scale = fit_student(parts, np.array([3.0, 1.0, 1.0]))
    # Four standard errors of 1,200 values.
    assert mean == pytest.approx(truth, abs=4 * 0.8 * 1.3 / np.sqrt(1200))
    assert scale == pytest.approx(0.8, rel=0.08)
    # The weight is that of negotiations, so the uncertainty is that of 300 values, not of 1,200.
    assert np.sqrt(covariance[0, 0]) == pytest.approx(0.8 / np.sqrt(300), rel=0.3)


def test_all_landmarks_have_the_same_weight():
    short, long = (np.ones((1, 1)), np.array([-1.0])), (np.ones((3, 1)), np.full(3, 1.0))
    alike, fewer = (
        fit_student(parts, np.array([3.0]))[0] for parts in ([short, long] * 20, [short] * 40 + [long] * 20)
    )
    assert alike > 0.2  # three of four values are 1
    assert -0.2 < fewer < alike


def test_intervals_cover_the_ends_of_other_negotiations():
    """Ends within a quarter that depend on an announced date, with the noise of the law."""
    rng = np.random.default_rng(6)

    def drawn(name):
        by = rng.uniform(3, 60)
        years = 0.5 * np.log((by + 30) / 180) - 1.8 + 0.15 * rng.standard_t(FREEDOM)
        return negotiation(name, np.clip(365 * np.exp(years), 2, 90), targets=[said(0, by)])

    law = time_to_end([drawn(f"t{n}") for n in range(60)])
    inside = []
    for n in range(300):
        talks = drawn(f"new{n}")
        low, high = law.quantiles(Snapshot.of(replace(talks, end="running"), day(0), 9), 10)[[0, -1]]
        inside.append(low <= (talks.until - START).days <= high)
    # From 5 to 95 %. The prior of the scale widens the interval, and days are whole.
    assert 0.88 < np.mean(inside) < 0.98
