"""Whether a negotiation is concluded at all: known answers, and negotiations simulated with known probabilities."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from negsim.history import Issue, Snapshot, Talks, Target, concluding, landmarks
from negsim.history.conclusion import unannounced
from negsim.history.logistic import Logistic
from negsim.history.start import Start

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


def test_years_without_an_announcement_count_from_the_last_one_or_else_from_the_first_meeting():
    talks = negotiation("toy", "stalled", announced=True)
    later = replace(talks.targets[0], said=day(100), latest=day(200))
    part = replace(talks.targets[0], said=day(300), about="part")
    more = replace(talks, targets=(*talks.targets, later, part))
    year = day(365.25)
    assert unannounced(Snapshot.of(more, year, 9)) == pytest.approx(265 / 365.25, abs=1e-3)
    assert unannounced(Snapshot.of(more, day(50), 9)) == pytest.approx(50 / 365.25, abs=1e-3)  # the later one is ahead
    assert unannounced(Snapshot.of(more, year, 9), announcements=False) == pytest.approx(1.0, abs=1e-3)
    assert unannounced(Snapshot.of(replace(talks, targets=()), year, 9)) == pytest.approx(1.0, abs=1e-3)


def test_without_other_negotiations_the_odds_are_even_and_those_still_running_tell_nothing():
    toy = Snapshot.of(negotiation("toy", "running"), day(200), 9)
    assert concluding([]).probability(toy) == 0.5
    assert concluding([negotiation(f"t{n}", "running") for n in range(9)]).probability(toy) == 0.5


def test_the_uncertainty_of_the_coefficients_draws_a_probability_towards_one_half():
    sure, unsure = (Logistic(np.array([-2.0]), scale * np.eye(1)).probability([1.0]) for scale in (1e-12, 4.0))
    assert sure == pytest.approx(1 / (1 + np.exp(2)))
    draws = -2.0 + 2.0 * np.random.default_rng(1).standard_normal(100_000)
    # The formula is an approximation.
    assert unsure == pytest.approx((1 / (1 + np.exp(-draws))).mean(), abs=0.02)


def said(talks, *days):
    """The negotiation with an announcement of its end on each of some days."""
    return replace(talks, targets=tuple(Target(day(n), "x", "y", "end", day(n), day(9000), None) for n in days))


def test_known_probabilities_are_recovered_from_simulated_negotiations():
    """Three hundred, concluded with probability 0.8 if an end was just announced, and with 0.3 two years later."""
    random = np.random.default_rng(5)
    cases, taught = {0: 0.8, -730: 0.3}, []
    for n in range(300):
        last, share = list(cases.items())[n % 2]
        taught.append(said(negotiation(f"t{n}", "concluded" if random.random() < share else "stalled", 80), last))
    law = concluding(taught)
    for last, share in cases.items():
        seen = Snapshot.of(said(negotiation("toy", "running"), last), day(0), 9)
        # Four standard errors of a share among 150.
        assert law.probability(seen) == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 150))
    blind = concluding(taught, announcements=False)
    assert blind.probability(seen) == pytest.approx(0.55, abs=0.12)


def test_outlines_tell_of_their_subject_and_have_a_level_of_their_own():
    """Of outlines on arms 20 % are concluded, of those on trade 80 %; of the others, all on arms, one half."""
    outlines = [
        replace(
            negotiation(f"o{n}", "concluded" if n % 5 in ended else "stalled"),
            issues=(), start=Start(subject), outline=True,
        )
        for subject, ended in (("arms", (0,)), ("trade_two", (0, 1, 2, 3)))
        for n in range(200)
    ]  # fmt: skip
    others = [
        replace(negotiation(f"t{n}", ("concluded", "stalled")[n % 2], 80), start=Start("arms")) for n in range(40)
    ]
    law = concluding([*others, *outlines])

    def at_start(subject):
        toy = replace(negotiation("toy", "running"), start=Start(subject))
        return law.probability(Snapshot.of(toy, day(0), 9))

    assert at_start("arms") == pytest.approx(0.5, abs=0.06)
    # The odds of trade are sixteen times those of arms; the prior of subjects draws them together.
    assert 0.85 < at_start("trade_two") < 0.95
    assert at_start("arms") < at_start("") < at_start("trade_two")


def test_all_landmarks_have_the_same_weight():
    """Short negotiations are concluded, long ones stall; on their first day they look alike."""
    short = [said(negotiation(f"s{n}", "concluded", 80), 0) for n in range(20)]
    long = [said(negotiation(f"l{n}", "stalled", 1100), *range(0, 1100, 91)) for n in range(20)]
    assert [len(landmarks(talks)) for talks in (short[0], long[0])] == [1, 13]
    seen = Snapshot.of(replace(short[0], end="running"), day(0), 9)
    # Of 14 landmarks one belongs to a negotiation that is concluded; all 280 weigh as much as 40 negotiations.
    assert concluding([*short, *long]).probability(seen) == pytest.approx(1 / 14, abs=0.04)


def test_a_long_record_weighs_as_one_negotiation():
    """Forty quarters of one negotiation that stalled tell no more than one quarter of another."""
    seen = Snapshot.of(said(negotiation("toy", "running"), 0), day(0), 9)
    long = said(negotiation("long", "stalled", 3640), *range(0, 3640, 91))
    short = said(negotiation("short", "stalled", 80), 0)
    one, other = (concluding([talks]).probability(seen) for talks in (long, short))
    assert one == pytest.approx(other, abs=0.02)
    assert 0.3 < other < 0.5
