"""Forecasts of past talks: known answers, nothing seen of what came later, means, intervals, the command, the page."""

import json
import math
import re
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import negsim as ns
from negsim.calibration.simulated import SIMULATED
from negsim.errors import InputError, NegsimError
from negsim.evaluation.evaluation import PARTS, Part, evaluate
from negsim.evaluation.results_store import fingerprint
from negsim.evaluation.track_record import _weights, reliability_table
from negsim.history import Histories, Issue, Meeting, Talks, Target, load, others_by
from negsim.history.backtest import HORIZON, KINDS, SCORES, Case, Scored, cases_of, score
from negsim.history.baselines import BASELINES, end_by_target, per_meeting
from negsim.history.forecaster import ABLATION, OURS, Parts, Variant, mean_of, variants
from negsim.history.meetings import Chances, by_meetings, first_gap, pooled
from negsim.history.origins import by_rule, days_of, read_origins
from negsim.history.paired_difference import difference
from negsim.history.scores import generator
from negsim.history.snapshot import Snapshot, durations, moves, slips
from negsim.history.turnbull import turnbull
from tests.history.test_history import QUOTED, first_record, planted

pytestmark = pytest.mark.slow

FOLDER = "seeds/histories"
HISTORIES = load(FOLDER)
ORIGINS = read_origins(f"{FOLDER}/origins.yaml", HISTORIES)
METHODS = {**BASELINES, **OURS, **SIMULATED}
#: What takes seconds to choose among variants.
CHOSEN = ("one, no targets", "ours, one variant")
START = date(2020, 1, 1)


def day(n):
    return START + timedelta(days=n)


def talks(issues, until=1000, end="stalled", name="toy", targets=(), meetings=()):
    """Talks with issues given as (opened, closed) in days; None has not come."""
    rows = [(None if o is None else day(o), None if c is None else day(c)) for o, c in issues]
    made = tuple(Issue(f"{n:02d}", f"issue {n}", o, c) for n, (o, c) in enumerate(rows))
    return Talks(name, name, ("a", "b"), end, day(until), made, tuple(meetings), tuple(targets))


FIRST = [first_record(HISTORIES[name]) for name in QUOTED]


def others_of(name):
    return [each for each in HISTORIES.talks.values() if each.id != name]


# --- origins and cases -----------------------------------------------------------------------------------------------


def test_the_origins_in_the_file_are_those_of_the_rule():
    assert {each.id: by_rule(each) for each in HISTORIES.with_issues} == ORIGINS


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("origins: {croatia: [2007-06-12, 2007-06-11]}", "does not lie after"),
        ("origins: {kroatia: [2007-06-12]}", 'did you mean "croatia"'),
        ("origins: {croatia: [2012-06-12]}", "ends on 2011-06-30"),
        ("origins: {croatia: [soon]}", "is not a day"),
        ("origins: {croatia: soon}", "a list of days"),
        ("origins: []", "from which days"),
        ("orgins: {croatia: [2007-06-12]}", "from which days"),
        ("origins: {croatia: [2007-06-12]}\nhorizon: 3", 'no key "horizon"'),
    ],
)
def test_origins_that_cannot_be_are_refused_with_their_place(tmp_path, text, message):
    path = tmp_path / "origins.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message) as raised:
        read_origins(path, HISTORIES)
    assert raised.value.problems[0].line > 0


def test_the_horizon_is_never_the_end_of_talks_that_were_concluded():
    ended = talks([(0, 100), (0, 200), (50, 200)], until=200, end="concluded")
    cases = cases_of(ended, Snapshot.of(ended, day(60), 1096))
    assert [(case.outcome, case.horizon) for case in cases] == [(40, 1096), (140, 1096), (140, 1096)]
    broken = replace(ended, end="stalled", until=day(150))
    broken = replace(broken, issues=(*broken.issues[:1], replace(broken.issues[1], closed=None)))
    cases = cases_of(broken, Snapshot.of(broken, day(60), 1096))
    assert [(case.outcome, case.horizon) for case in cases] == [(40, 90), (None, 90)]


def test_open_issues_are_apart_from_those_not_yet_opened_and_doubtful_closings_are_not_scored():
    some = talks([(0, 100), (70, 300), (None, None), (0, 90)], until=400)
    some = replace(some, issues=(*some.issues[:3], replace(some.issues[3], closed_unsure=True)))
    cases = cases_of(some, Snapshot.of(some, day(60), 1096))
    assert [(case.kind, case.issue, case.outcome) for case in cases] == [
        ("open", "00", 40),
        ("not yet opened", "01", 240),
        ("not yet opened", "02", None),
    ]


# --- nothing is seen of what comes later -----------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=6)
@given(st.data())
def test_whatever_is_planted_after_an_origin_changes_no_forecast(data):
    mine = HISTORIES[data.draw(st.sampled_from(["croatia", "iceland", "colombia", "brexit"]))]
    origin = data.draw(st.sampled_from(ORIGINS[mine.id]))
    other = planted(mine, origin, data.draw)
    assert other != mine
    taught = [method(others_of(mine.id)) for name, method in METHODS.items() if name not in CHOSEN]
    for forecast in taught:
        before, after = forecast(Snapshot.of(mine, origin, 400)), forecast(Snapshot.of(other, origin, 400))
        assert list(before) == list(after)
        for name in before:
            np.testing.assert_array_equal(before[name], after[name])


def test_without_hindsight_other_talks_are_cut_off_at_the_origin_too():
    seen = []

    def spy(others):
        seen.append({each.id: each.until for each in others})
        return BASELINES["nothing closes"](others)

    score(HISTORIES, {"brexit": ORIGINS["brexit"]}, {"spy": spy}, hindsight=False)
    assert [until["turkey"] for until in seen] == ORIGINS["brexit"]
    assert {until["croatia"] for until in seen} == {date(2011, 6, 30)}
    assert all("brexit" not in until for until in seen)


@pytest.mark.parametrize("name", METHODS)
def test_every_forecast_is_a_distribution_over_days_for_every_issue(name):
    for which in ("iceland", "brexit"):
        forecast = METHODS[name](others_of(which))
        for origin in ORIGINS[which]:
            snapshot = Snapshot.of(HISTORIES[which], origin, 500)
            cdfs = forecast(snapshot)
            assert set(cdfs) == {issue.name for issue in snapshot.targeted}
            for cdf in cdfs.values():
                assert cdf.shape == (501,)
                assert cdf[0] >= 0
                assert (np.diff(cdf) > -1e-12).all()
                assert cdf[-1] <= 1 + 1e-12


# --- known answers ---------------------------------------------------------------------------------------------------


def test_a_constant_hazard_with_a_gamma_prior_is_a_lomax_law():
    taught = talks([(0, 100), (0, 300), (0, None)], until=600, name="other")
    snapshot = Snapshot.of(talks([(0, 50), (0, None)], until=900), day(80), 365)
    rate = (2 + 0.5) / (1000 + 365.25 / 2)
    days, events = 130 + 1 / rate, 2
    cdf = BASELINES["constant hazard"]([taught])(snapshot)["01"]
    assert cdf[365] == pytest.approx(1 - (days / (days + 365)) ** events)


def test_kaplan_meier_of_a_classic_and_given_the_age():
    weeks = {6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1}
    running = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    ended = talks([(0, w) for w, n in weeks.items() for _ in range(n)], until=100, name="ended", end="concluded")
    cut = [talks([(0, None)], until=w, name=f"cut {n}") for n, w in enumerate(running)]
    snapshot = Snapshot.of(talks([(0, None)], until=50), day(0), 30)
    cdf = BASELINES["Kaplan-Meier"]([ended, *cut])(snapshot)["00"]
    survival = {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}
    for week, left in survival.items():
        assert 1 - cdf[week] == pytest.approx(left, abs=5e-5)
    older = BASELINES["Kaplan-Meier"]([ended, *cut])(Snapshot.of(talks([(0, None)], until=50), day(10), 10))["00"]
    assert 1 - older[6] == pytest.approx(0.6275 / 0.7529, abs=2e-4)


def test_turnbull_of_a_classic_with_intervals():
    """Breast retraction after radiotherapy, 46 patients (Finkelstein and Wolfe 1985), as R's `interval::icfit`."""
    left = [45, 6, 0, 46, 46, 7, 17, 7, 37, 0, 4, 15, 11, 22, 46, 46, 25, 46, 26, 46, 27, 36, 46, 36, 37, 40, 17, 46,
            11, 38, 5, 37, 0, 18, 24, 36, 5, 19, 17, 24, 32, 33, 19, 37, 34, 36]  # fmt: skip
    right = [0, 10, 7, 0, 0, 16, 0, 14, 44, 8, 11, 0, 15, 0, 0, 0, 37, 0, 40, 0, 34, 44, 0, 48, 0, 0, 25, 0,
             18, 0, 12, 0, 5, 0, 0, 0, 11, 35, 25, 0, 0, 0, 26, 0, 0, 0]  # fmt: skip
    pairs = [(a, b or np.inf) for a, b in zip(left, right, strict=True)]
    curve = turnbull(
        np.empty(0), np.array([a for a, b in pairs if b == np.inf]), np.array([p for p in pairs if p[1] < np.inf])
    )
    masses = {5: 0.0463, 7: 0.0334, 8: 0.0887, 12: 0.0708, 25: 0.0926, 34: 0.0818, 40: 0.1209, 48: 0.4656}
    for (day, _), left in zip(masses.items(), 1 - np.cumsum(list(masses.values())), strict=True):
        assert curve(np.array([day]))[0] == pytest.approx(left, abs=2e-4)


def test_turnbull_recovers_a_known_law_from_records_with_closings_from_memory():
    """100 records of 80 issues that last 700 days on average; a quarter of the closings have no known day.

    The mean of 100 estimates with a standard deviation of 0.061 lies within 0.02 of the truth, but in one of 900 tests.
    Without the closings from memory it would be 0.05 too large.
    """
    random, found = np.random.default_rng(4), []
    for _ in range(100):
        took, cut = np.ceil(random.exponential(700, 80)), np.ceil(random.uniform(300, 1800, 80))
        closed = took <= cut
        memory = closed & (random.random(80) < 0.25)
        within = np.column_stack([np.zeros(memory.sum()), cut[memory]])
        found.append(turnbull(took[closed & ~memory], cut[~closed], within)(np.array([730.0]))[0])
    assert np.mean(found) == pytest.approx(math.exp(-730 / 700), abs=0.02)


def test_a_closing_from_memory_counts_as_one_that_came_by_the_end_of_the_record():
    """One closing on day 100, one from memory within 200 days, one still open after 300 days.

    The likelihood is p (p + q) (1 - p - q) with p on day 100 and q between 100 and 200: q is 0 and p two thirds.
    Without the closing from memory p would be one half.
    """
    two = talks([(0, 100), (0, 150)], until=200)
    two = replace(two, issues=(two.issues[0], replace(two.issues[1], closed_unsure=True)))
    open_ = talks([(0, None)], until=300, name="open")
    cdf = BASELINES["Kaplan-Meier"]([two, open_])(Snapshot.of(talks([(0, None)], until=50), day(0), 250))["00"]
    assert cdf[[99, 100, 250]] == pytest.approx([0, 2 / 3, 2 / 3], abs=1e-6)


def test_the_kaplan_meier_curve_of_the_record_uses_closings_from_memory():
    """Closings from memory were dropped while open issues of the same negotiations counted: 0.51."""
    found = durations(FIRST)
    curve = turnbull(found.seen, found.running, np.column_stack([np.zeros(len(found.within)), found.within]))
    assert curve(np.array([730.0]))[0] == pytest.approx(0.4625, abs=5e-4)  # as by direct maximisation


def test_talks_that_have_not_met_yet_have_no_waiting_days():
    """They had 4,393,872 of them: the days since the first of January of the year 1."""
    before = replace(talks([(None, None)] * 6), until=START)
    assert moves(before).waiting_days == 0
    late = [each for each in others_by(others_of("croatia"), date(2007, 6, 12)) if not each.meeting_days()]
    assert late
    assert sum(moves(each).waiting_days for each in late) == 0
    # Nobody teaches: half a closing in half a year, and so one in a year; half of the issues are closed after a year.
    snapshot = Snapshot.of(talks([(0, None)], until=900), day(0), 400)
    cdf = BASELINES["constant hazard"]([before])(snapshot)["00"]
    assert cdf[365] == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize("name", ["Kaplan-Meier", "Weibull"])
def test_curves_of_records_without_a_closing_fall_back_on_the_constant_hazard(name):
    snapshot = Snapshot.of(talks([(0, None)], until=900), day(0), 400)
    for nothing in ([], [talks([(0, None)], until=50, name="open")]):
        cdf = BASELINES[name](nothing)(snapshot)["00"]
        np.testing.assert_array_equal(cdf, BASELINES["constant hazard"](nothing)(snapshot)["00"])


def test_weibull_of_a_classic_and_given_the_age():
    months = [4, 6, 7, 10, 13, 14, 15, 16, 18, 18, 18, 18, 18, 18, 20, 23, 29, 30, 31, 38]
    ended = talks([(0, m) for m in months], until=100, name="ended")
    cdf = BASELINES["Weibull"]([ended])(Snapshot.of(talks([(0, None)], until=90), day(12), 12))["00"]
    assert cdf[12] == pytest.approx(0.67659, abs=2e-4)  # the chance to be done by month 24, if it is not by month 12


def test_throughput_closes_the_backlog_at_the_pace_of_the_past():
    steady = talks([(0, 15 + 30 * n) for n in range(20)] + [(0, 900)] * 10 + [(None, None)] * 10, until=2000)
    cdfs = BASELINES["throughput"]([])(Snapshot.of(steady, day(600), 900))
    assert cdfs["20"][150] == pytest.approx(0.5)
    assert cdfs["20"][300] == pytest.approx(1.0)
    assert cdfs["30"][300] == pytest.approx(0.0)
    assert cdfs["30"][600] == pytest.approx(1.0)


def test_chances_per_meeting_count_issues_and_meetings():
    some = talks([(0, 0), (0, 20), (10, None), (None, None)], until=30)
    found = moves(some)
    # Meetings on days 0, 10 and 20; what is open before one of them can close at it.
    assert (found.open_meetings, found.closings) == (2 + 1, 1)
    assert (found.waiting_meetings, found.openings, found.at_once) == (1 + 1 + 2 + 3, 3, 1)
    prior = pooled([some], 1.0)
    assert prior.close[0] / sum(prior.close) == pytest.approx(1.5 / 4)


def test_regular_meetings_with_a_known_chance_give_a_geometric_law():
    regular = talks([(30 * n, 30 * n) for n in range(11)] + [(0, None), (None, None)], until=300)
    snapshot = Snapshot.of(regular, day(300), 120)
    sure = Chances((2e5, 6e5), (3e5, 3e5), (1e-3, 1e6))
    only = [talks([(30 * n, 30 * n) for n in range(11)], until=300, name="other")]
    found = by_meetings(snapshot, only, sure, 400)
    # Meetings 30, 60, 90 and 120 days on, each closing with 1/4.
    assert [round(float(found["11"][n]), 2) for n in (29, 30, 60, 120)] == [0.0, 0.25, 0.44, 0.68]
    # Opened with 1/2 at one meeting, closed with 1/4 at a later one.
    assert float(found["12"][60]) == pytest.approx(0.5 * 0.25, abs=0.01)


def test_the_first_gap_is_longer_than_the_silence_and_after_an_unheard_silence_without_a_scale():
    pool, weights = np.array([10.0, 40.0, 50.0]), np.ones(3)
    first = first_gap(pool, weights, 20, 500, generator("a"))
    assert set(first) == {20.0, 30.0}
    long = first_gap(pool, weights, 1000, 4000, generator("b"))
    assert np.mean(long <= 1000) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(4000))


def test_an_announced_end_slips_as_others_did_but_not_into_the_past():
    announced = Target(day(0), "x", "y", "end", day(0), day(100), None)
    snapshot = Snapshot.of(talks([(0, None)], until=900, targets=[announced]), day(150), 365)
    cdf = end_by_target(snapshot, np.array([1.0, 1.2, 2.0, 3.0, np.inf]))
    # A slip of 1 or 1.2 would have ended them; 2 and 3 leave 50 and 150 days; one never came.
    assert [cdf[n] for n in (0, 49, 50, 149, 150, 365)] == pytest.approx([0, 0, 1 / 3, 1 / 3, 2 / 3, 2 / 3])
    assert end_by_target(snapshot, np.array([1.0, np.inf])) is None


def test_slips_are_of_the_end_of_talks_alone():
    assert len(slips(FIRST)) == 19
    assert np.isinf(slips([talks([], targets=[Target(day(0), "x", "y", "end", day(0), day(9), None)])]))[0]


def test_variants_combine_what_they_are_made_of():
    others, snapshot = others_of("brexit"), Snapshot.of(HISTORIES["brexit"], date(2018, 6, 19), 200)
    parts = Parts(others)
    apart, together = Variant(together=0.0, stayers=False), Variant(together=1.0, stayers=False)
    singly, end = parts.singly(snapshot, apart), parts.end(snapshot, apart)
    for name, cdf in singly.items():
        np.testing.assert_allclose(parts.forecast(snapshot, apart)[name], 1 - (1 - cdf) * (1 - end))
        np.testing.assert_allclose(parts.forecast(snapshot, together)[name], np.maximum(cdf, end))
    mixed = mean_of([apart, together], others)(snapshot)
    for name in mixed:
        both = [parts.forecast(snapshot, variant)[name] for variant in (apart, together)]
        np.testing.assert_allclose(mixed[name], np.mean(both, axis=0))
    assert len(set(variants())) == 6


def test_a_feature_that_is_off_is_off():
    others, snapshot = others_of("brexit"), Snapshot.of(HISTORIES["brexit"], date(2018, 6, 19), 200)
    ours = OURS["ours"](others)(snapshot)
    changed = {
        name: not np.allclose(next(iter(taught(others)(snapshot).values())), next(iter(ours.values())))
        for name, taught in ABLATION.items()
    }
    # No issue of these talks was closed at once, but of those that teach them.
    assert all(changed.values()), changed


# --- means and intervals ---------------------------------------------------------------------------------------------


def made(values):
    """Scored cases with a CRPS each: talks, origin, kind, values of two methods."""
    cases = tuple(Case(t, o, k, str(n), None, 900) for n, (t, o, k, _) in enumerate(values))
    table = np.full((2, len(cases), len(SCORES)), np.nan)
    table[:, :, 0] = np.array([v for *_, v in values], dtype=float).T
    ends = {name: "concluded" if name == "x" else "stalled" for name in dict.fromkeys(t for t, *_ in values)}
    return Scored(("one", "two"), cases, table, np.full((2, len(cases), 3), 0.2), ends)


def test_means_are_over_issues_then_origins_then_talks():
    one, two = day(0), day(9)
    scored = made(
        [
            ("x", one, "open", (1, 0)), ("x", one, "open", (3, 0)), ("x", two, "open", (10, 0)),
            ("y", one, "open", (100, 0)), ("y", one, "not yet opened", (7, 0)),
        ]
    )  # fmt: skip
    assert scored.of_talks("one", "x") == (2 + 10) / 2
    assert scored.mean("one") == ((2 + 10) / 2 + 100) / 2
    assert scored.mean("one", kind="not yet opened") == 7
    assert (scored.ended("concluded"), scored.ended("other")) == (["x"], ["y"])
    np.testing.assert_allclose(_weights(scored.cases), [1 / 8, 1 / 8, 1 / 4, 1 / 4, 1 / 4])


def test_a_difference_has_a_student_interval_over_talks():
    """Means of three negotiations -1, -2, -6: mean -3, standard deviation 2.6458, t of two degrees of freedom 2.92."""
    values = {"x": (10, 11), "y": (10, 12), "z": (10, 16)}
    scored = made([(t, day(180 * n), "open", pair) for t, pair in values.items() for n in range(4)])
    found = difference(scored, "one", "two")
    assert (found.days, found.ratio) == (pytest.approx(-3), pytest.approx(10 / 13))
    assert found.interval == pytest.approx((-3 - 4.4604, -3 + 4.4604), abs=1e-3)
    other = difference(scored, "two", "one")
    assert other.interval == pytest.approx([-found.interval[1], -found.interval[0]])


def test_a_difference_over_one_negotiation_has_no_interval():
    found = difference(made([("x", day(n), "open", (1, 2)) for n in range(9)]), "one", "two")
    assert found.days == -1
    assert np.isnan(found.interval).all()


def test_the_interval_of_a_difference_covers_what_it_promises():
    """Five negotiations, each with origins that are nearly alike: 90 % of intervals hold the true difference.

    Of 400 intervals between 341 and 379 do, but for one test in a thousand.
    """
    random, inside = np.random.default_rng(6), 0
    for _ in range(400):
        centres = random.normal(-20, 50, 5)
        rows = [
            (f"t{n}", day(180 * k), "open", (100 + centre + random.normal(0, 5), 100))
            for n, centre in enumerate(centres)
            for k in range(6)
        ]
        low, high = difference(made(rows), "one", "two").interval
        inside += low <= -20 <= high
    assert 341 <= inside <= 379


def test_talks_weigh_the_same_in_reliability_whatever_part_of_them_is_followed_long_enough():
    """x: one case in each of four origins, of which one is followed for a year; y: one origin with two cases."""
    scored = made([("x", day(n), "open", (1, 1)) for n in range(4)] + [("y", day(0), "open", (1, 1))] * 2)
    cases = [replace(c, horizon=900 if c.talks == "y" or c.origin == day(0) else 90) for c in scored.cases]
    cases = [replace(c, outcome=10) if c.talks == "x" else c for c in cases]
    table = reliability_table(replace(scored, cases=tuple(cases)), "one")
    assert table[["happened", "weight", "cases"]].to_numpy().tolist() == [[0.5, 1.0, 3]] * 3


def test_reliability_counts_cases_that_are_followed_long_enough():
    scored = made([("x", day(0), "open", (1, 1)), ("x", day(9), "open", (1, 1))])
    table = reliability_table(scored, "one")
    assert table[["days", "forecast", "happened", "cases"]].to_numpy().tolist() == [
        [d, 0.2, 0, 2] for d in (180, 365, 730)
    ]


def test_a_bin_of_the_reliability_table_holds_its_lower_end_and_not_its_upper_one():
    scored = made([("x", day(n), "open", (1, 1)) for n in range(4)])
    forecasts = np.broadcast_to(np.array([0.1, 0.29, 0.3, 1.0])[None, :, None], (2, 4, 3))
    table = reliability_table(replace(scored, at_days=forecasts), "one")
    assert table[["forecast", "cases"]].to_numpy().tolist() == [[0.195, 2], [0.3, 1], [1.0, 1]] * 3


def test_learning_from_other_talks_is_better_than_that_nothing_closes_where_all_is_closed():
    first = Histories({each.id: each for each in FIRST})
    scored = score(first, {"brexit": ORIGINS["brexit"]}, {"no": BASELINES["nothing closes"], "yes": per_meeting})
    assert scored.mean("yes") < 0.6 * scored.mean("no")
    outcomes = {(case.kind, case.origin): case.outcome for case in scored.cases}
    assert outcomes["open", date(2018, 6, 19)] == (date(2018, 11, 14) - date(2018, 6, 19)).days


def test_there_must_be_something_to_score():
    with pytest.raises(NegsimError, match="nothing to score"):
        score(HISTORIES, {"new_start": [date(2009, 6, 1)]}, BASELINES)


# --- the command and the page ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["3", "soon", "3 rounds", "20y", "10 days", ""])
def test_horizons_that_cannot_be_are_refused(text):
    with pytest.raises(NegsimError, match="horizon"):
        days_of(text)


@pytest.mark.slow
def test_backtest_prints_a_table_and_json(negsim):
    ended = negsim("backtest", "iceland", "--horizon", "18 months")
    assert ended.code == 0, ended.err
    assert "can't give significance" in " ".join(ended.out.split())
    assert max(map(len, ended.out.splitlines())) <= 80
    ended = negsim("backtest", "iceland", "--horizon", "18 months", "--json")
    found = json.loads(ended.out)
    assert {row["method"] for row in found["scores"]} == set(METHODS)
    scored = score(HISTORIES, {"iceland": ORIGINS["iceland"]}, {"n": BASELINES["nothing closes"]})
    assert found["issues"]["open"] == sum(case.kind == "open" for case in scored.cases)


def test_history_prints_figures_a_day_and_an_agenda(negsim):
    assert "croatia" in negsim("history").out
    assert json.loads(negsim("history", "--json").out)["talks"][1]["issues"] == 33
    shown = json.loads(negsim("history", "show", "brexit", "--on", "2018-03-20", "--json").out)
    assert len(shown["closed"]) == 2
    assert len(json.loads(negsim("history", "agenda", "brexit", "--json").out)["issues"]) == 5
    assert len(json.loads(negsim("history", "agenda", "brexit", "--memory", "--json").out)["issues"]) == 6
    assert negsim("history", "show", "brexitt").code == 2
    assert negsim("backtest", "new_start").code == 2
    assert negsim("backtest", "brexit", "--report", "x.md").code == 2
    assert negsim("history", "--histories", "no/such/folder").code == 2
    for line in (negsim("history"), negsim("history", "show", "turkey")):
        assert max(map(len, line.out.splitlines())) <= 80


def figures(page, heading):
    """The figures by talks of the first table under a heading: by method, then in order."""
    block = page.split(heading)[1].split("CRPS by talks:")[1].split("\n\n")[1]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
    return rows[0][1:], {row[0]: row[1:] for row in rows[2:]}


@pytest.mark.slow
def test_the_track_record_is_of_this_record_and_these_forecasts(root):
    """If this fails, the record or a forecast has changed. Make the page anew, and read it:

    negsim backtest --report docs/track-record.md
    """
    page = (root / "docs" / "track-record.md").read_text(encoding="utf-8")
    assert f"Record {fingerprint(HISTORIES)[:12]}." in page
    quick = ["brexit", "iceland"]
    methods = {name: METHODS[name] for name in METHODS if name not in CHOSEN}
    scored = score(HISTORIES, {name: ORIGINS[name] for name in quick}, methods)
    for kind in KINDS:
        names, rows = figures(page, f"### Issues {kind}\n")
        assert set(rows) == set(METHODS)
        for method in methods:
            for name in quick:
                assert float(rows[method][names.index(name)]) == pytest.approx(
                    scored.of_talks(method, name, kind=kind), abs=0.06
                ), (kind, method, name)
    for target in re.findall(r"\]\(([^)#]+)\)", page):
        assert (root / "docs" / target).exists(), target


@pytest.mark.record
def test_the_track_record_is_what_the_command_makes(root, tmp_path):
    from negsim.evaluation.track_record import write_page

    written = write_page(
        evaluate(HISTORIES, ORIGINS, HORIZON, remembered=load(FOLDER, memory=True)),
        HISTORIES,
        tmp_path / "track-record.md",
    )
    assert len(written) == 5
    for path in written:
        assert path.read_text(encoding="utf-8") == (root / "docs" / path.name).read_text(encoding="utf-8"), path.name


def test_a_round_with_its_date_in_doubt_is_no_meeting_day():
    held = Meeting("1", day(5), day(6), "", True, None, True)
    sure = Meeting("2", day(7), day(8), "", True, None, False)
    off = Meeting("3", None, None, "", False, day(9), False)
    assert talks([], meetings=[held, sure, off]).meeting_days() == [day(7)]


def test_closings_from_memory_are_within_an_interval_for_those_that_know_intervals():
    found = durations(FIRST)
    assert (len(found.seen), len(found.running), len(found.within)) == (21 + 1 + 2 + 5, 16 + 10, 7 + 1)


@pytest.mark.slow
def test_updated_forecasts_are_scored_on_request(monkeypatch):
    few = {name: PARTS["updated"].methods[name] for name in ("simulated", "updated, others only", "updated")}
    monkeypatch.setitem(PARTS, "updated", Part(few))
    monkeypatch.setattr("negsim.calibration.updated.RUNS", 2000)
    found = ns.backtest(origins={"brexit": ["2018-06-19"]}, horizon="180 days", updated=True)
    assert {"updated", "updated, others only"} <= set(found.scored.methods)
    assert ("updated", "simulated") in {(each.method, each.against) for each in found.differences}
    with pytest.raises(NegsimError, match="no rows of updated forecasts"):
        ns.backtest(report="page.md", updated=True)
