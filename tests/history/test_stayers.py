"""Movers and stayers: known answers, and negotiations simulated with a known share of stayers."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from negsim.history import Issue, Meeting, Talks, load
from negsim.history.meetings import mover_chance
from negsim.history.origins import MOST, by_rule
from negsim.history.stayers import (
    APART,
    issue_stays,
    pause_so_far,
    pauses,
    standing_still,
    steps,
)

HISTORIES = load("seeds/histories")
START = date(2000, 1, 1)


def day(n):
    return START + timedelta(days=round(n))


def negotiation(days, until, end, name="toy"):
    """A negotiation that opens an issue on each of these days, and meets on them alone."""
    issues = tuple(Issue(f"{n:02d}", f"issue {n}", day(at), None) for n, at in enumerate(days))
    return Talks(name, name, ("a", "b"), end, day(until), issues)


def test_steps_are_openings_and_closings_a_month_apart():
    toy = negotiation([0, APART - 1, 100, 400], 500, "stalled")
    assert steps(toy) == [day(0), day(100), day(400)]
    assert pauses(toy) == [100.0, 300.0]
    assert pause_so_far(toy) == 100
    hidden = replace(toy, issues=(*toy.issues[:3], replace(toy.issues[3], opened_unsure=True)))
    assert steps(hidden) == [day(0), day(100)]
    tracked = replace(toy, stepwise=False, meetings=(Meeting("1", day(7), None, "", True, None, False),))
    assert steps(tracked) == [day(7)]


def test_on_the_day_of_a_step_a_negotiation_moves_and_after_long_silence_it_does_not():
    assert standing_still(0.3, 0, 1.0) == 0.0
    assert standing_still(0.3, 20 * 365.25, 1e-9) == pytest.approx(1.0)
    # After ln 2 / r years half of the movers have stalled; if none of the others paused so long, it is one half.
    assert standing_still(np.log(2), 365.25, 1.0) == pytest.approx(0.5)


def test_an_issue_that_stood_many_meetings_is_likely_to_stay():
    found = [issue_stays(0.2, 0.1, stood) for stood in (0, 5, 20, 80)]
    assert found[0] == 0.2
    assert found == sorted(found)
    assert found[-1] > 0.99


def test_the_share_of_issues_that_stay_is_recovered():
    random = np.random.default_rng(3)
    tries = []
    for _ in range(600):
        meetings = int(random.integers(5, 40))
        takes = int(random.geometric(0.15)) if random.random() > 0.4 else 10**6
        tries.append((takes - 1, True) if takes <= meetings else (meetings, False))
    chance, share = mover_chance(tries)
    assert chance == pytest.approx(0.15, abs=0.02)
    assert share == pytest.approx(0.4, abs=0.06)


def test_no_negotiation_has_more_origins_than_the_rule_allows():
    days = by_rule(HISTORIES["turkey"])
    assert len(days) == MOST
    assert days[:2] == [date(2006, 6, 12), date(2007, 12, 12)]
