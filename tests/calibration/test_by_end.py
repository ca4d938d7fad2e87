"""Gaps between meetings by class: known rates are recovered, and the own gaps tell the class."""

from datetime import date, timedelta

import numpy as np
import pytest

from negsim.calibration.by_end import Meetings, meetings_to_the_end
from negsim.calibration.evidence import NUMBERS, Values
from negsim.calibration.fitting import MOST_DAYS, ROWS, Teaching
from negsim.history import Meeting, Snapshot, Talks, load

#: The known medians of the gaps in days, and the spreads of their logarithm, by class.
KNOWN = {"concluded": (40.0, 0.5), "stalled": (150.0, 1.5)}
START = date(2000, 1, 1)


def simulated(name, end, random, years=6, between=0.4):
    """A negotiation that meets for some years at gaps around the median of its class."""
    median, spread = KNOWN[end]
    own = median * np.exp(between * random.standard_normal())
    gaps = np.maximum(own * np.exp(spread * random.standard_normal(400)), 1.0)
    days = [day for day in np.concatenate([[0.0], np.cumsum(gaps)]) if day <= years * 365.25]
    held = tuple(
        Meeting(str(n), START + timedelta(days=int(day)), None, "", True, None, False) for n, day in enumerate(days)
    )
    until = held[-1].start if end == "concluded" else START + timedelta(days=round(years * 365.25))
    return Talks(name, name, ("a", "b"), end, until, (), held)


@pytest.fixture(scope="module")
def negotiations():
    random = np.random.default_rng(3)
    return [simulated(f"{end}{n}", end, random) for end in KNOWN for n in range(30)]


def test_the_silence_at_the_end_of_a_negotiation_that_stalled_is_censored(negotiations):
    for talks in (negotiations[0], negotiations[-1]):
        seen, days = meetings_to_the_end(talks), talks.meeting_days()
        silent = (talks.until - days[-1]).days
        assert len(seen.seen) == len(days) - 1
        assert seen.larger == ([silent] if talks.end == "stalled" and silent else [])


def test_known_gaps_of_each_class_are_recovered(negotiations):
    meetings = Meetings(negotiations)
    for concluded, end in ((True, "concluded"), (False, "stalled")):
        law, (median, spread) = meetings.law(concluded), KNOWN[end]
        assert law.ppf(0.5) == pytest.approx(median, rel=0.25)
        assert law.within == pytest.approx(spread, rel=0.2)
        low, high = law.ppf([0.05, 0.95])
        known = median * np.exp(0.4 * np.random.default_rng(4).standard_normal(4000))
        # Ninety per cent of the known medians, with the error of thirty negotiations.
        assert np.mean((low < known) & (known < high)) == pytest.approx(0.9, abs=0.09)


def test_the_own_gaps_tell_the_class_with_calibrated_odds(negotiations):
    """Early in a negotiation the classes overlap, so odds of all sizes occur."""
    meetings, random = Meetings(negotiations), np.random.default_rng(5)
    ends = ["concluded", "stalled"] * 150
    odds = np.array([meetings.evidence(simulated("new", end, random, 0.3, 0.4)) for end in ends])
    p, came = 1.0 / (1.0 + np.exp(-odds)), np.array([end == "concluded" for end in ends])
    for inside in (p < 0.3, (p >= 0.3) & (p < 0.7), p >= 0.7):
        error = np.sqrt(0.25 / inside.sum())
        assert came[inside].mean() == pytest.approx(p[inside].mean(), abs=3 * error)
    assert p[came].mean() > p[~came].mean() + 0.2


def test_a_class_without_negotiations_of_its_own_is_near_the_other_one(negotiations):
    fast = [talks for talks in negotiations if talks.end == "concluded"]
    prior, alone = Meetings([]), Meetings(fast)
    assert prior.law(True).ppf(0.5) == pytest.approx(float(prior.law(False).ppf(0.5)))
    assert prior.evidence(fast[0]) == pytest.approx(0, abs=1e-9)
    middle = float(NUMBERS["gap"].prior.posterior([Values([]).log_likelihood(NUMBERS["gap"].prior)]).ppf(0.5))
    assert alone.law(True).ppf(0.5) < alone.law(False).ppf(0.5) < middle
    assert alone.law(False).lognormal[1] > alone.law(True).lognormal[1]


def test_a_left_out_negotiation_is_no_evidence_about_itself(negotiations):
    out = negotiations[-1]
    rest = Meetings([talks for talks in negotiations if talks is not out])
    found = Meetings(negotiations).evidence_at_landmarks(out)
    assert found[-1] == pytest.approx(
        rest.evidence(Snapshot.of(out, START + timedelta(days=91 * (len(found) - 1)), 1).talks)
    )


def test_rows_hold_the_end_and_the_gaps_of_each_class():
    record = load()
    fit = Teaching([talks for talks in record.all if talks.id != "kerry"]).of(
        Snapshot.of(record["kerry"], date(2014, 1, 1), 1096)
    )
    ends, medians, quantiles = fit.rows()
    never = ends == MOST_DAYS
    assert len(ends) == ROWS
    # The number of rows is rounded, and an end may be as late as that of one that never comes.
    assert np.mean(~never) == pytest.approx(fit.concludes(), abs=0.011)
    assert 0.05 < np.mean(~never) < 0.5
    assert np.median(medians[never]) > np.median(medians[~never])
    assert np.median(quantiles[never] / medians[never]) > np.median(quantiles[~never] / medians[~never])
