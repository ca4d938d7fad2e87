"""Numbers from records: likelihoods against closed forms, recovery, uniform ranks, scenarios that load, the command."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import negsim as ns
from negsim.agenda.reader import load_agenda
from negsim.calibration import making
from negsim.calibration.evidence import (
    NUMBERS,
    Exposure,
    Tries,
    Try,
    Values,
    announced,
    between_meetings,
    cancellations,
    closings,
    conclusions,
    openings,
    stalls,
)
from negsim.calibration.fitting import Features, Teaching
from negsim.calibration.offered import beta_laws, beta_places
from negsim.calibration.partial import Prior
from negsim.calibration.patience_law import Patience
from negsim.calibration.record_scenario import gap as gap_of
from negsim.calibration.record_scenario import record_scenario, stopped
from negsim.calibration.simulated import simulated
from negsim.calibration.subjects import of_agenda, of_history, talks_of
from negsim.errors import NegsimError
from negsim.history import Issue, Meeting, Talks, Target, load, load_offers
from negsim.history.concession import grid_of
from negsim.history.offer_simulation import drawn_from
from negsim.history.scores import generator
from negsim.history.snapshot import Snapshot
from negsim.scenario.scenario import from_mapping
from negsim.simulation.compiler import compile
from negsim.simulation.engines import batch
from negsim.simulation.events import Kind
from tests.evaluation.test_backtest import day, others_of, talks
from tests.history.test_history import QUOTED, first_record, planted

HISTORIES = load("seeds/histories")
TEACHERS = list(HISTORIES.talks.values())
#: The record on which the published projection rests.
FIRST = [first_record(HISTORIES[name]) for name in QUOTED]
#: The scenarios took this from rounds with a plan on record; now every round counts.
CANCELLATION = "climate.regimes.cautious.cancellation"
CHANCE = Prior("logit", 0.2, 1.0)
TIMES = Prior("log", 30.0, 1.0, 0.5, (0.2, 1.5))
RATE = Prior("log", 0.3, 0.8, 0.5)


# --- likelihoods against the laws of scipy.stats ---------------------------------------------------------------------


def same_up_to_a_constant(found, expected):
    difference = np.asarray(found) - np.asarray(expected)
    np.testing.assert_allclose(difference, difference.flat[0], atol=1e-7)


def test_values_have_lognormal_densities_and_those_still_under_way_the_tail():
    found = Values([20.0, 55.0], [90.0]).log_likelihood(TIMES)
    law = stats.norm(TIMES.effects[:, None], TIMES.spreads_within)
    expected = law.logpdf(np.log(20.0)) + law.logpdf(np.log(55.0)) + law.logsf(np.log(90.0))
    same_up_to_a_constant(found, expected)


def test_tries_are_geometric_censored_on_the_right_or_within_an_interval():
    found = Tries([Try(3, happened=True), Try(5), Try(0, within=4)]).log_likelihood(CHANCE)[:, 0]
    law = stats.geom(CHANCE.of_scale(CHANCE.effects))
    np.testing.assert_allclose(found, law.logpmf(4) + law.logsf(5) + law.logcdf(4), rtol=1e-6, atol=1e-9)
    one = Tries([Try(0, within=1)]).log_likelihood(CHANCE)
    np.testing.assert_allclose(one, Tries([Try(0, happened=True)]).log_likelihood(CHANCE), rtol=1e-9)


def test_an_exposure_is_exponential_and_the_likeliest_rate_is_events_by_years():
    rate = RATE.of_scale(RATE.effects)
    law = stats.expon(scale=1 / rate)
    np.testing.assert_allclose(Exposure(2.5, True).log_likelihood(RATE)[:, 0], law.logpdf(2.5))
    np.testing.assert_allclose(Exposure(2.5, False).log_likelihood(RATE)[:, 0], law.logsf(2.5))
    both = Exposure(2.5, True).log_likelihood(RATE) + Exposure(3.5, False).log_likelihood(RATE)
    assert rate[both[:, 0].argmax()] == pytest.approx(1 / 6, rel=0.05)


def test_pooled_normal_values_agree_with_the_closed_form():
    """One spread between talks and one within: centre and effects are normal, and the mean is a weighted one."""
    prior = Prior("log", 30.0, 1.0, 0.02, (0.5, 0.5001))  # hardly any spread between talks
    seen = np.array([20.0, 40.0, 80.0, 25.0])
    law = prior.posterior([Values(list(seen[:2])).log_likelihood(prior)], Values(list(seen[2:])).log_likelihood(prior))
    precision = 1 / 1.0**2 + 4 / 0.5**2
    mean = (np.log(30.0) / 1.0**2 + np.log(seen).sum() / 0.5**2) / precision
    assert np.log(law.ppf(0.5)) == pytest.approx(mean, abs=0.03)
    width = (np.log(law.ppf(0.84134)) - np.log(law.ppf(0.15866))) / 2
    assert width == pytest.approx(precision**-0.5, abs=0.03)


def test_without_any_talks_the_law_is_the_prior_and_more_talks_make_it_narrower():
    def width(law):
        return np.log(law.ppf(0.9) / law.ppf(0.1))

    nothing = TIMES.posterior([])
    assert nothing.ppf(0.5) == pytest.approx(30.0, rel=1e-3)
    one = TIMES.posterior([Values([30.0] * 9).log_likelihood(TIMES)])
    five = TIMES.posterior([Values([30.0] * 9).log_likelihood(TIMES)] * 5)
    mine = TIMES.posterior([Values([30.0] * 9).log_likelihood(TIMES)] * 5, Values([30.0] * 9).log_likelihood(TIMES))
    assert width(nothing) > width(one) > width(five) > width(mine)


def test_what_talks_did_themselves_weighs_more_the_more_it_is():
    others = [Values([20.0] * 6).log_likelihood(TIMES) for _ in range(4)]
    medians = [
        float(TIMES.posterior(others, Values([100.0] * n).log_likelihood(TIMES)).ppf(0.5)) for n in (0, 1, 3, 30)
    ]
    assert medians == sorted(medians)
    assert medians[0] < 25
    assert medians[-1] == pytest.approx(100, rel=0.1)


def test_the_families_of_a_law_keep_its_median_mean_and_spread():
    law = TIMES.posterior([Values([20.0, 60.0, 45.0]).log_likelihood(TIMES)])
    assert law.lognormal == (pytest.approx(law.ppf(0.5)), pytest.approx(law.ppf(0.9)))
    assert law.cdf(law.ppf(0.3)) == pytest.approx(0.3)
    chance = CHANCE.posterior([Tries([Try(4, happened=True)] * 5).log_likelihood(CHANCE)])
    mean, variance = chance.moments
    beta = stats.beta(*chance.beta)
    assert (beta.mean(), beta.var()) == (pytest.approx(mean), pytest.approx(variance))


# --- recovery and uniform ranks --------------------------------------------------------------------------------------


def observed(prior, effect, within, random, many):
    """What might be seen in talks with that effect; cut off somewhere, so that all kinds of censoring come."""
    if prior is TIMES:
        values = np.exp(effect + within * random.standard_normal(many))
        cut = np.exp(effect + random.standard_normal())
        return Values(list(values[values <= cut]), [float(cut)] * int((values > cut).sum()))
    if prior is RATE:
        years, cut = random.exponential(1 / np.exp(effect)), random.exponential(5.0)
        return Exposure(max(min(years, cut), 1e-6), bool(years <= cut))
    tries = []
    for number in random.geometric(1 / (1 + np.exp(-effect)), many):
        meetings = int(random.integers(1, 15))
        if number > meetings:
            tries.append(Try(meetings))
        elif random.random() < 0.3:
            tries.append(Try(0, within=meetings))
        else:
            tries.append(Try(int(number) - 1, happened=True))
    return Tries(tries)


@pytest.mark.slow
@pytest.mark.parametrize("prior", [TIMES, CHANCE, RATE], ids=["values", "tries", "exposure"])
@pytest.mark.parametrize("own", [True, False], ids=["own past", "new talks"])
def test_ranks_of_the_truth_among_what_is_inferred_are_uniform(prior, own):
    """Simulation-based calibration (Talts and others 2018): of draws of the prior the posterior has quantile u uniform.

    80 repetitions, Kolmogorov-Smirnov; a false alarm in 1 of 1,000.
    """
    ranks = []
    for n in range(80):
        random = generator("ranks", prior.scale, prior.centre, own, n)
        effects, within = prior.draw(random, 5)
        seen = [observed(prior, effect, within, random, 6).log_likelihood(prior) for effect in effects]
        law = prior.posterior(seen[1:], seen[0] if own else None)
        ranks.append(float(law.cdf(prior.of_scale(effects[0]))))
    assert stats.kstest(ranks, "uniform").pvalue > 0.001


@cache
def simulated_records():
    """Twelve talks of twenty issues that the engine played: a tenth closed at each meeting, gaps of 45 days."""
    made = from_mapping(
        {
            "title": "Known",
            "agenda": {
                "title": "Known",
                "sides": {"a": {"title": "A"}, "b": {"title": "B"}},
                "issues": {
                    f"i{n}": {
                        "title": f"Issue {n}",
                        "summary": "An issue.",
                        "demands": {"a": {"text": "no public position"}, "b": {"text": "no public position"}},
                        "stances": {"a": {"text": "no public position"}, "b": {"text": "no public position"}},
                        "history": [{"date": "2020-01-01", "status": "raised", "what": "Raised."}],
                        "resolves_when": "It is.",
                    }
                    for n in range(20)
                },
            },
            "as_of": "2020-01-01",
            "horizon": "3 years",
            "defaults": {"settle": {"chance": 0.1}, "hours": "1 minute", "source": "judgement: known"},
            "channels": {
                "meetings": {
                    "title": "Meetings",
                    "gap": {"lognormal": {"median": "45 days", "q90": "90 days"}},
                    "session": "8 hours",
                    "source": "judgement: known",
                }
            },
        }
    )
    compiled = compile(made)
    outcomes, _ = batch.run(compiled, 11, 0, 12)
    found = []
    for run, rows in enumerate(outcomes):
        log = batch.trace(compiled, 11, run)
        days = sorted({int(t) for t in log["t"][log["kind"] == Kind.MEETING]})
        issues = tuple(
            Issue(str(n), f"issue {n}", day(0), day(int(row["resolved"])) if row["resolved"] >= 0 else None)
            for n, row in enumerate(rows)
        )
        meetings = tuple(Meeting(str(d), day(int(d)), day(int(d)), "", True, None, False) for d in days)
        found.append(Talks(f"known_{run}", f"Known {run}", ("A", "B"), "running", day(1095), issues, meetings))
    return found


def test_what_the_engine_played_is_recovered_from_its_records():
    teaching = Teaching(simulated_records()[1:])
    fit = teaching.of(Snapshot.of(simulated_records()[0], day(1000), 365))
    close, gap = fit.laws["close"], fit.laws["gap"]
    assert close.ppf(0.05) < 0.1 < close.ppf(0.95)
    assert gap.ppf(0.05) < 45 < gap.ppf(0.95)
    assert gap.ratio == pytest.approx(2.0, rel=0.2)
    written = gap_of(fit)["lognormal"]["q90"]
    assert written == {"parameter": "gap", "times": pytest.approx(gap.ratio, rel=0.01)}
    assert close.ppf(0.95) < 0.16


def test_the_share_of_issues_that_stay_is_recovered_by_partial_pooling():
    """Ten negotiations with chances of their own, and four in ten issues that no meeting closes."""
    prior = NUMBERS["close"].prior
    random = np.random.default_rng(9)
    seen = []
    for chance in random.uniform(0.1, 0.3, 10):
        tries = []
        for _ in range(40):
            takes = int(random.geometric(chance)) if random.random() > 0.4 else 10**6
            tries.append(Try(takes - 1, happened=True) if takes <= 30 else Try(30))
        seen.append(Tries(tries).log_likelihood(prior))
    assert prior.posterior(seen).within == pytest.approx(0.4, abs=0.1)
    assert prior.posterior(seen, seen[0]).ppf(0.5) == pytest.approx(0.2, abs=0.12)


@pytest.mark.slow
def test_after_long_silence_a_negotiation_without_a_day_of_its_end_may_have_stopped():
    # As on a tracker's agenda without an announced end.
    subject = of_history(replace(HISTORIES["turkey"], stepwise=False), date(2018, 6, 12), 365)
    fit = Teaching(others_of("turkey")).of(subject.snapshot, Features(announced=False))
    said = record_scenario(subject, fit)
    (dated,) = said["shocks"]["standstill"]["dates"]
    assert (dated["date"], said["shocks"]["standstill"]["marks"]) == (
        "2018-06-12",
        [{"kind": "climate", "to": "standstill"}],
    )
    assert 0.3 < dated["probability"] < 1
    said["shocks"]["standstill"]["dates"] = [{**dated, "probability": 1}]
    outcomes, _ = batch.run(compile(from_mapping(said)), 3, 0, 50)
    assert (outcomes["resolved"] > 0).sum() == 0
    moving = Teaching(others_of("brexit")).of(Snapshot.of(HISTORIES["brexit"], date(2018, 3, 19), 365))
    assert stopped(moving) == {}


def test_the_end_settles_all_issues_in_the_share_of_runs_in_which_it_comes():
    subject, said = scenario_on("brexit", date(2018, 6, 19))
    fit = Teaching(others_of("brexit")).of(subject.snapshot)
    ends = said["parameters"]["end"]["value"]["empirical"]["values"]
    concluded = np.mean([value != "36525 days" for value in ends])
    assert concluded == pytest.approx(fit.concludes(), abs=0.005)
    ends[:] = ["100 days" if value != "36525 days" else value for value in ends]
    for issue in said["issues"].values():
        issue["settle"] = {"chance": 1e-6}
    outcomes, _ = batch.run(compile(from_mapping(said)), 3, 0, 2000)
    settled = (outcomes["resolved"] > 0).reshape(2000, -1)
    # The chance of a closing at a meeting is not 0, so a run or two may have one.
    assert (settled.all(axis=1) != settled.any(axis=1)).sum() <= 2
    # Four standard errors.
    assert settled.all(axis=1).mean() == pytest.approx(concluded, abs=4 * 0.5 / np.sqrt(2000))


def test_an_issue_that_stood_many_meetings_is_less_likely_to_be_closed():
    fit = Teaching(others_of("turkey")).of(Snapshot.of(HISTORIES["turkey"], date(2012, 6, 12), 365))
    new, old = fit.close(0), fit.close(25)
    assert (old <= new).all()
    assert old.mean() < 0.99 * new.mean()


# --- from talks to numbers -------------------------------------------------------------------------------------------


def test_a_gap_under_way_an_open_issue_and_a_date_to_come_are_censored():
    held = [Meeting("1", day(0), day(0), "", True, None, False), Meeting("2", day(40), day(40), "", True, None, False)]
    said = [
        Target(day(10), "x", "y", "end", day(10), day(60), None),
        Target(day(5), "x", "y", "part", day(9), day(9), None),
    ]
    toy = talks([(0, 40), (0, None), (40, None)], until=100, end="running", meetings=held, targets=said)
    assert between_meetings(toy) == Values([40.0], [60.0])
    assert closings(toy) == Tries([Try(0, happened=True), Try(1), Try(0)])
    assert announced(toy) == Values([], [90 / 50])
    assert between_meetings(replace(toy, end="concluded")) == Values([40.0], [])


def test_meetings_before_an_issue_was_opened_do_not_count_for_its_closing():
    toy = talks([(0, 10), (20, 60), (30, None)], until=90)
    assert closings(toy) == Tries([Try(0, happened=True), Try(1, happened=True), Try(1)])
    assert openings(toy) == Tries([Try(0, happened=True), Try(2, happened=True), Try(3, happened=True)])


def test_a_closing_from_memory_lies_within_an_interval():
    toy = talks([(0, 10), (0, 30), (5, 40)], until=90)
    issues = (replace(toy.issues[0], closed_unsure=True), *toy.issues[1:])
    assert closings(replace(toy, issues=issues)).tries[0] == Try(0, within=3)


def test_the_package_at_the_end_of_talks_is_no_closing_at_a_meeting():
    toy = talks([(0, 30), (0, 90), (5, 90)], until=90, end="concluded")
    assert [each.happened for each in closings(toy).tries] == [True, False, False]


def test_every_round_tells_of_cancellations():
    """Counting only negotiations with a cancelled round would make the share too large."""
    croatia = HISTORIES["croatia"]
    happened = [each.happened for each in cancellations(croatia).tries]
    assert (len(happened), sum(happened)) == (len(croatia.meetings), 4)
    held = replace(croatia, meetings=tuple(replace(each, planned=None) for each in croatia.meetings if each.held))
    assert [each.happened for each in cancellations(held).tries] == [False] * len(held.meetings)


def test_talks_that_stalled_did_so_when_they_last_met():
    turkey = HISTORIES["turkey"]
    assert stalls(turkey).happened
    days = turkey.meeting_days()
    assert stalls(turkey).years == pytest.approx((days[-1] - days[0]).days / 365.25)
    assert days[-1] < turkey.until
    assert not stalls(HISTORIES["croatia"]).happened


def test_hazards_that_compete_share_one_exposure():
    """Negotiations that stalled could be concluded until they last met, and not in the years of silence after it."""
    held = [Meeting(str(n), day(n), day(n), "", True, None, False) for n in (0, 300)]
    stalled = talks([(0, None)], until=4000, end="stalled", meetings=held)
    assert conclusions(stalled) == Exposure(300 / 365.25, False)
    assert stalls(stalled) == Exposure(300 / 365.25, True)
    seen = [conclusions(each) for each in FIRST]
    assert sum(each.happened for each in seen) / sum(each.years for each in seen) == pytest.approx(0.270, abs=5e-4)


# --- the real agenda as a record -------------------------------------------------------------------------------------


def test_an_agenda_is_a_record_in_which_documents_show_issues_and_nobody_opens_them():
    agenda = load_agenda("seeds/agenda.yaml")
    found = talks_of(agenda, date(2025, 4, 10))
    assert [issue.name for issue in found.issues] == list(agenda.issues)
    assert found.meeting_days() == [date(2025, 4, 10)]  # of the first round the documents give the month alone
    assert len(openings(found)) == 0
    assert not any(issue.closed for issue in found.issues)
    dormant = {name for name, issue in agenda.issues.items() if issue.history[0].status.label == "dormant"}
    assert {issue.name for issue in found.issues if issue.opened is None} == dormant


@pytest.mark.slow
def test_a_record_of_the_same_talks_adds_its_meetings_and_teaches_nothing():
    agenda = load_agenda("seeds/agenda.yaml")
    subject = of_agenda(agenda, date(2025, 4, 10), 365, None, TEACHERS)
    assert subject.snapshot.days == [date(2025, 2, 18), date(2025, 2, 27), date(2025, 4, 10)]
    made = making.from_agenda(TEACHERS, Path("seeds/agenda.yaml"), date(2025, 4, 10), 365)
    assert "us_russia_2025" not in {each.id for each in made.fit.taught.others}
    assert len(made.fit.taught.others) == len(TEACHERS) - 1


# --- scenarios -------------------------------------------------------------------------------------------------------


def scenario_on(name, on, horizon=1096):
    subject = of_history(HISTORIES[name], on, horizon)
    return subject, record_scenario(subject, Teaching(others_of(name)).of(subject.snapshot))


def test_a_scenario_from_a_record_says_of_every_number_where_it_comes_from():
    subject, said = scenario_on("croatia", date(2009, 6, 12))
    made = from_mapping(said)
    assert set(made.issues) == {subject.ids[issue.name] for issue in subject.snapshot.targeted}
    assert all("history:" in str(each.source) for each in made.parameters.values())
    assert "by the end of 2009" not in str(said)
    assert str(subject.snapshot.announced.said) in str(said["parameters"]["end"]["source"])
    assert made.as_of == date(2009, 6, 12)


def test_without_an_announcement_or_steps_the_end_has_a_rate():
    made = making.from_agenda(TEACHERS, Path("seeds/agenda.yaml"), date(2025, 4, 10), 1096)
    assert "lognormal" in made.said["parameters"]["end"]["value"]
    assert made.said["shocks"]["conclusion"]["rate"] == {"parameter": "end"}


@pytest.mark.slow
def test_an_announced_end_moves_the_end_of_the_scenario():
    _, said = scenario_on("brexit", date(2018, 6, 19))
    earlier = said["parameters"]["end"]["value"]
    target = Target(date(2018, 6, 1), "x", "all done", "end", date(2018, 6, 1), date(2021, 6, 1), None)
    later = replace(HISTORIES["brexit"], targets=(target,))
    snapshot = of_history(later, date(2018, 6, 19), 1096)
    values = record_scenario(snapshot, Teaching(others_of("brexit")).of(snapshot.snapshot))["parameters"]["end"][
        "value"
    ]
    median = [np.median([int(v.split()[0]) for v in each["empirical"]["values"]]) for each in (earlier, values)]
    assert median[1] > 2 * median[0]


@pytest.mark.slow
def test_an_announced_end_that_is_overdue_is_like_none_and_the_slip_knows_that_it_is_late():
    said = [Target(day(0), "x", "y", "end", day(0), day(100), None)]
    toy = talks([(0, 40), (0, None)], until=300, end="running", targets=said)
    teaching = Teaching(others_of("brexit"))
    late, silent = (teaching.of(Snapshot.of(each, day(300), 400)) for each in (toy, replace(toy, targets=())))
    assert np.array_equal(late.ends(), silent.ends())
    assert late.ends().min() > 0
    early = teaching.of(Snapshot.of(toy, day(10), 400))
    assert early.ends()[20] < late.ends()[20]
    assert late.laws["slip"].ppf(0.1) > early.laws["slip"].ppf(0.1)


@pytest.mark.parametrize("feature", ["announced", "end", "stayers", "own_past"])
def test_a_feature_that_is_off_changes_the_scenario(feature):
    subject = of_history(HISTORIES["croatia"], date(2009, 6, 12), 1096)
    teaching = Teaching(others_of("croatia"))
    whole, less = (
        record_scenario(subject, teaching.of(subject.snapshot, features))
        for features in (None, Features(**{feature: False}))
    )
    assert whole != less
    assert from_mapping(less).issues.keys() == from_mapping(whole).issues.keys()


@pytest.mark.slow
@settings(max_examples=3)
@given(st.data())
def test_whatever_is_planted_after_the_day_changes_no_scenario(data):
    mine = HISTORIES["iceland"]
    origin = date(2011, 12, 27)
    other = planted(mine, origin, data.draw)
    teaching = Teaching(others_of("iceland"))
    texts = []
    for each in (mine, other):
        subject = of_history(each, origin, 400)
        said = record_scenario(subject, teaching.of(subject.snapshot))
        # The sources of days are no part of what is planted.
        said["agenda"]["issues"] = {
            name: [(entry["date"], entry["status"]) for entry in issue["history"]]
            for name, issue in said["agenda"]["issues"].items()
        }
        texts.append(said)
    assert texts[0] == texts[1]


@pytest.mark.slow
def test_the_simulated_forecast_is_the_share_of_runs_resolved_by_each_day():
    snapshot = Snapshot.of(HISTORIES["brexit"], date(2018, 6, 19), 500)
    others = others_of("brexit")
    cdfs = simulated(others)(snapshot)
    subject = of_history(HISTORIES["brexit"], date(2018, 6, 19), 500)
    made = from_mapping(record_scenario(subject, Teaching(others).of(subject.snapshot)))
    by = ns.run(made, runs=2000, seed=1).resolved_by(snapshot.now.on + timedelta(days=200))
    for issue in snapshot.targeted:
        assert cdfs[issue.name][200] == pytest.approx(float(by.loc[subject.ids[issue.name], "p"]))


def test_an_end_that_is_planted_on_a_day_is_forecast_for_that_day(monkeypatch):
    """Day 0 is the origin, as in `run`, in records and in dates."""

    def planted_end(subject, found):
        said = record_scenario(subject, found)
        said["parameters"]["end"]["value"] = {"empirical": {"values": ["100 days"]}}
        for issue in said["issues"].values():
            issue["settle"] = {"chance": 0.0001}
        return said

    monkeypatch.setattr("negsim.calibration.simulated.record_scenario", planted_end)
    snapshot = Snapshot.of(HISTORIES["brexit"], date(2018, 6, 19), 200)
    for cdf in simulated(others_of("brexit"))(snapshot).values():
        assert cdf[[99, 100]] == pytest.approx([0, 1], abs=0.01)


@pytest.mark.slow
def test_a_template_keeps_what_records_do_not_tell():
    template = ns.load("scenarios/baseline.yaml")
    found = making.from_template(TEACHERS, Path("scenarios/baseline.yaml"), simulate=False)
    assert found.scenario.issues == template.issues
    assert found.scenario.shocks == template.shocks
    assert set(found.said) == {"extends", "title", "parameters", "channels", "climate"}
    assert set(found.said["climate"]["regimes"]) == {"cautious"}
    assert any(line.startswith("history: rounds.csv") for line in found.said["channels"]["consultations"]["source"])
    assert any(line.startswith("document:") for line in found.said["channels"]["consultations"]["source"])


@pytest.mark.slow
def test_what_is_replaced_and_what_is_left_alone_is_told_with_the_evidence(tmp_path):
    """Records count all meetings together, so they tell no gap of one channel beside another."""
    dated = tmp_path / "dated.yaml"
    base = Path("scenarios/base_rates.yaml").resolve()
    dated.write_text(
        f"extends: {base}\nchannels: {{consultations: {{gap: 60 days, source: 'judgement: x'}}}}\n", encoding="utf-8"
    )
    found = making.from_template(FIRST, dated)
    gap = {change.path: change for change in found.changes}["channels.consultations.gap"]
    assert (gap.old, gap.new) == ("60 days", {"lognormal": {"median": "58.3 days", "q90": "116 days"}})
    assert "67 gaps between meetings from 9 other talks, 1 of its own" in gap.evidence
    two = making.from_template(TEACHERS, Path("scenarios/expert_calls.yaml"), simulate=False)
    told = {left.path: left.why for left in two.left}
    assert told.pop("channels.consultations.gap") == "records count the meetings of all channels, and there are 2"
    assert all(why.startswith("the records give the same value: ") for why in told.values())
    assert "channels" not in two.said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("gap", "source", "why"),
    [
        ("60 days", "document: 001_eb39990ea8a37372#33", "a document gave it; --replace-given replaces it"),
        (
            "{elicit: {low: 30 days, mode: 60 days, high: 200 days, confidence: 0.8}}",
            "judgement: an expert",
            "an expert gave it; --replace-given replaces it",
        ),
    ],
)
def test_what_a_document_or_an_expert_gave_is_left_alone_unless_it_is_asked_for(tmp_path, gap, source, why):
    path = tmp_path / "given.yaml"
    base = Path("scenarios/base_rates.yaml").resolve()
    path.write_text(
        f"extends: {base}\nchannels: {{consultations: {{gap: {gap}, source: '{source}'}}}}\n", encoding="utf-8"
    )
    left = making.from_template(FIRST, path)
    told = {each.path: each.why for each in left.left if "the records give the same value" not in each.why}
    by_chance = {"patience": "issues settle by chance, and not by concession"}
    assert told == {"channels.consultations.gap": why} | by_chance
    assert "channels" not in left.said
    replaced = making.from_template(FIRST, path, given=True)
    assert all("the same value" in each.why for each in replaced.left if each.path not in by_chance)
    before = {change.path for change in left.changes}
    assert before == {"defaults.settle.chance", CANCELLATION}
    assert [change.path for change in replaced.changes if change.path not in before] == ["channels.consultations.gap"]


def test_patience_that_the_record_does_not_tell_is_left_alone():
    """Draws of the prior itself tell nothing; draws within a factor of two do."""
    fit = Patience((), np.geomspace(60, 15 * 365.25, 500), np.full(500, 3.0), None, 1, 1, 0.0, 500, 1)
    assert not fit.told
    assert replace(fit, median=np.geomspace(200, 400, 500)).told


@pytest.mark.slow
def test_issues_that_a_scenario_from_an_agenda_leaves_out_are_named(negsim, tmp_path):
    ended = negsim("calibrate", "-o", tmp_path / "x.yaml")
    assert ended.code == 0, ended.err
    told = " ".join(ended.out.split())
    # Without a file the scenario goes to standard output, and the rest to standard error.
    plain = negsim("calibrate")
    assert plain.out.startswith("# Made by negsim calibrate")
    assert "issues.arms_control" not in plain.out
    assert "issues.arms_control" in plain.err
    assert "issues.arms_control: it is not open, and no record tells when it opens" in told


def test_a_template_keeps_a_parameter_that_happens_to_have_the_name(tmp_path):
    path = tmp_path / "named.yaml"
    base = Path("scenarios/base_rates.yaml").resolve()
    path.write_text(
        f"extends: {base}\nparameters: {{gap: {{value: 0.5, source: 'judgement: a share'}}}}\n"
        "channels: {consultations: {gap: 60 days, source: 'judgement: x'}}\n",
        encoding="utf-8",
    )
    found = making.from_template(TEACHERS, path)
    assert found.scenario.parameters["gap"].value.text == 0.5
    assert "gap_of_talks" in str(found.scenario.channels["consultations"].gap.text)


@pytest.mark.slow
def test_a_template_by_announced_dates_gets_their_slip_and_one_by_chance_its_chance():
    dated = making.from_template(FIRST, Path("scenarios/flights_target.yaml"), simulate=False)
    slips = dated.said["parameters"]["slip"]["value"]
    median, q90 = slips["lognormal"].values()
    assert 1.2 < median < 2.5 < q90
    chance = making.from_template(TEACHERS, Path("scenarios/base_rates.yaml")).said["defaults"]["settle"]["chance"]
    values = np.array(chance["empirical"]["values"])
    # Issues that stay are set apart, so those that move close more often than all in one pot.
    assert 0 < (values < 1e-5).mean() < 0.8
    assert pot() < values[values > 1e-5].mean() + 0.05
    assert chance["per"] == "issue"


def pot():
    """Closings by meetings, all talks in one pot: where partial pooling should not be far from."""
    tries = [each for talks in TEACHERS for each in closings(talks).tries]
    return sum(t.happened for t in tries) / sum(t.stood + t.happened for t in tries)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["baseline", "base_rates", "flights_target"])
def test_the_numbers_of_the_scenarios_are_those_that_calibrate_gives(name):
    """They rest on the first twelve records. Two changes came later and are named: issues that stay, and all rounds."""
    path = Path(f"scenarios/{name}.yaml")
    found = making.from_template(FIRST, path, simulate=False)
    now, then = found.scenario, ns.load(path)
    later = {CANCELLATION} | ({"defaults.settle.chance"} if name == "base_rates" else set())
    assert {change.path for change in found.changes} == later
    assert now.parameters.keys() == then.parameters.keys()
    for key in now.parameters:
        assert now.parameters[key].value == then.parameters[key].value, key
    changed = now.climate.regimes["cautious"]
    assert then.climate.regimes == {
        **now.climate.regimes,
        "cautious": changed.model_copy(update={"cancellation": then.climate.regimes["cautious"].cancellation}),
    }
    assert now.channels["consultations"].gap == then.channels["consultations"].gap
    if name != "base_rates":
        assert {key: issue.settle for key, issue in now.issues.items()} == {
            key: issue.settle for key, issue in then.issues.items()
        }


@pytest.mark.slow
@pytest.mark.long
def test_the_patience_of_the_baseline_is_about_what_calibrate_gives():
    """The baseline has 7.3 months and 3.6 years, by another method with draws of its own."""
    found = making.from_template(FIRST, Path("scenarios/baseline.yaml")).patience
    assert found.quantile(0.5) == pytest.approx(7.3 / 12 * 365.25, rel=0.15)
    assert found.quantile(0.9) == pytest.approx(3.6 * 365.25, rel=0.2)
    assert found.told


def test_the_scenario_from_the_record_alone_is_what_calibrate_writes_but_for_one_rate(root):
    """The file belongs to the projection of 10 April 2025, which is scored and not changed.

    Since then stalled negotiations no longer count as exposed to a conclusion after their last meeting, and an
    issue may stay.
    """
    path = root / "scenarios" / "record_alone.yaml"
    made = making.from_agenda(
        FIRST, Path("seeds/agenda.yaml"), date(2025, 4, 10), 1096, Path("scenarios/record_alone.yaml")
    )
    now, then = made.scenario, ns.load(path)
    assert set(then.parameters) - set(now.parameters) == {"close"}
    differ = [name for name in now.parameters if now.parameters[name].value != then.parameters[name].value]
    assert differ == ["end"]
    assert then.parameters["end"].value.text == {"lognormal": {"median": "0.233 per year", "q90": "0.673 per year"}}
    assert made.said["parameters"]["end"]["value"]["lognormal"]["median"] == "0.269 per year"
    # The sides met on that day, so no silence tells of a standstill.
    assert (now.channels, now.climate.regimes) == (then.channels, then.climate.regimes)
    assert now.shocks["conclusion"].marks == then.shocks["conclusion"].marks
    assert set(now.shocks) == set(then.shocks)
    assert set(now.issues) == set(then.issues)


@pytest.mark.slow
def test_nothing_is_learned_that_came_after_the_day_unless_it_is_asked_for():
    talks, on = HISTORIES["croatia"], date(2009, 6, 12)
    then, later = (making.from_record(TEACHERS, talks, on, 365, hindsight) for hindsight in (False, True))
    assert all(each.until <= on for each in then.fit.taught.others)
    assert any(each.until > on for each in later.fit.taught.others)
    assert then.said["issues"] != later.said["issues"]


@pytest.mark.slow
def test_the_base_rates_of_other_negotiations_stand_beside_each_issue(negsim):
    ended = negsim("run", "baseline", "--runs", "50", "--reference")
    assert ended.code == 0, ended.err
    # One row for each of nine issues, and one for all of them.
    assert sum("other negotiations  " in line for line in ended.out.splitlines()) == 10
    data = json.loads(negsim("run", "baseline", "--runs", "50", "--reference", "--json").out)
    assert [issue["id"] for issue in data["reference"]["issues"]] == [issue["id"] for issue in data["issues"]]
    # Base rates tell issues apart by nothing but chance.
    rates = [issue["p_resolved"] for issue in data["reference"]["issues"]]
    assert max(rates) - min(rates) < 0.4


@pytest.mark.slow
def test_base_rates_use_the_agenda_and_nothing_of_what_a_scenario_assumes():
    one, other = (making.reference(TEACHERS, ns.load(name)).said for name in ("baseline", "long_freeze"))
    assert one == other
    assert "tactics" not in one
    assert one["horizon"] == "1095 days"


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_calibrate_writes_a_scenario_that_runs_and_the_same_bytes_each_time(negsim, tmp_path):
    first, second = tmp_path / "a" / "one.yaml", tmp_path / "two.yaml"
    first.parent.mkdir()
    for path in (first, second):
        ended = negsim("calibrate", "--template", "scenarios/base_rates.yaml", "-o", str(path))
        assert ended.code == 0, ended.err
    assert max(map(len, ended.out.splitlines())) <= 80
    assert ns.load(first).hash == ns.load(second).hash
    ended = negsim("calibrate", "croatia", "colombia", "--for", "brexit", "--on", "2018-06-19", "-o", str(second))
    assert "2 talks: croatia, colombia" in " ".join(ended.out.split())
    chance = re.search(r"Probability that it is concluded at all: (0\.\d\d)\.", ended.out)
    before = second.read_bytes()
    negsim("calibrate", "croatia", "colombia", "--for", "brexit", "--on", "2018-06-19", "-o", str(second))
    assert second.read_bytes() == before
    assert negsim("check", str(second)).code == 0
    days = ns.load(second).parameters["end"].value.text["empirical"]["values"]
    assert float(chance[1]) == pytest.approx(np.mean([day != "36525 days" for day in days]), abs=0.011)
    data = json.loads(negsim("calibrate", "--for", "brexit", "--on", "2018-06-19", "--json").out)
    assert 0 < data["concluded"] < 1
    # Its gaps depend on whether it is concluded.
    assert {row["number"] for row in data["numbers"]} == {*NUMBERS, "gap_if_concluded", "gap_if_not"} - {"gap"}
    assert data["numbers"][0]["q10"] < data["numbers"][0]["q50"] < data["numbers"][0]["q90"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--for", "brexitt"], 'did you mean "brexit"'),
        (["croatiaa"], 'did you mean "croatia"'),
        (["--for", "brexit", "--template", "scenarios/baseline.yaml"], "give one of them"),
        (["--for", "brexit"], "no issue is open or waiting"),
        (["--for", "turkey", "--on", "2030-01-01"], "ends on"),
        (["brexit", "--for", "brexit", "--on", "2018-06-19"], "no other talks to learn from"),
        (["--template", "scenarios/baseline.yaml", "--on", "2025-04-10"], "--on needs --for or an agenda"),
        (["--horizon", "soon"], "horizon"),
        (["--template", "scenarios/baselin.yaml"], "baselin.yaml"),
        (["new_start", "--template", "scenarios/baseline.yaml"], "--no-patience"),
    ],
)
def test_calibrate_says_what_is_wrong(negsim, tmp_path, arguments, message):
    out = tmp_path / "x.yaml"
    ended = negsim("calibrate", *arguments, "-o", str(out))
    assert ended.code == 2
    assert message in ended.err
    assert "Traceback" not in ended.err
    assert not out.exists()


def test_a_template_is_never_written_over():
    path = Path("scenarios/base_rates.yaml")
    with pytest.raises(NegsimError, match="would extend itself"):
        making.from_template(TEACHERS, path, Path("scenarios/../scenarios/base_rates.yaml"))


def test_talks_that_nobody_watched_to_the_end_do_not_teach_themselves():
    with pytest.raises(NegsimError, match="no other talks"):
        making.from_record([HISTORIES["brexit"]], HISTORIES["brexit"], date(2018, 6, 19), 365)


@pytest.mark.slow
def test_an_agenda_with_statuses_alone_has_base_rates(negsim, tmp_path):
    (tmp_path / "agenda.yaml").write_text(
        "sides: [Ford, UAW]\nissues: {wages: {status: discussing}, tiers: {status: raised}, "
        "plants: {status: dormant}, cola: {status: agreed}}\n"
    )
    (tmp_path / "s.yaml").write_text("agenda: agenda.yaml\nas_of: 2023-09-16\nhorizon: 1 year\n")
    ended = negsim("calibrate", "--agenda", tmp_path / "agenda.yaml", "--on", "2023-09-16", "-o", tmp_path / "c.yaml")
    assert ended.code == 0, ended.err
    scenario = ns.load(tmp_path / "c.yaml")
    assert list(scenario.issues) == ["wages", "tiers"]
    ended = negsim("run", tmp_path / "s.yaml", "-n", 50, "--reference")
    assert (ended.code, ended.out.count("\n  negotiations")) == (0, 2)


@pytest.mark.slow
def test_beta_comes_from_the_offers_up_to_the_as_of_date_if_it_is_asked_for(negsim, tmp_path):
    laws = beta_laws(list(load_offers("seeds/offers").negotiations.values()), date(2026, 3, 1))
    page = Path("docs/calibration.md").read_text(encoding="utf-8")
    for law in laws.values():
        numbers = law.law["lognormal"]
        assert re.search(rf"{numbers['median']:g}.{{1,40}}{numbers['q90']:g}", page)
    negsim("init", tmp_path / "river")
    template = tmp_path / "river" / "scenario.yaml"
    found = ns.calibrate(template, patience=False, offers="seeds/offers")
    changed = {change.path: change.new for change in found.changes if change.path.endswith("beta")}
    assert changed == dict.fromkeys(("tactics.upper.beta", "tactics.lower.beta"), laws["calendar"].law)
    for side in ("upper", "lower"):
        assert found.said["tactics"][side]["source"][0] == laws["calendar"].source
    assert not any("beta" in c.path for c in ns.calibrate(template, patience=False).changes)
    out = tmp_path / "out.yaml"
    ended = negsim("calibrate", "--template", template, "--offers", "--no-patience", "-o", out)
    assert (ended.code, negsim("check", out).code) == (0, 0)
    assert "offers.csv" in out.read_text(encoding="utf-8")
    own = ns.load("offers_laws")
    law = beta_laws(list(load_offers("seeds/offers").negotiations.values()), own.as_of)["calendar"].law
    given = yaml.safe_load(Path("scenarios/offers_laws.yaml").read_text(encoding="utf-8"))["parameters"]
    assert {name: each["value"] for name, each in given.items()} == dict.fromkeys(("us_beta", "russia_beta"), law)
    early = beta_laws(list(load_offers("seeds/offers").negotiations.values()), date(2012, 12, 31))
    assert early["calendar"].sides < laws["calendar"].sides
    with pytest.raises(NegsimError, match="needs ten"):
        beta_laws([], None)
    assert "--offers needs --template" in negsim("calibrate", "--offers").err


def test_a_beta_that_a_file_leaves_to_the_defaults_is_found():
    stated = {"tactics": {"a": {"beta": 1}, "b": {"kind": "fixed"}}}
    assert beta_places(stated, ("a", "b")) == [("tactics.a.beta", "calendar")]
    assert beta_places({}, ("a", "b")) == [("tactics.a.beta", "calendar"), ("tactics.b.beta", "calendar")]
    assert beta_places({"defaults": {"settle": {"chance": 0.1}}}, ("a", "b")) == []


def test_the_law_of_beta_has_the_moments_of_the_fit():
    tactics = grid_of([{"kind": 0, "beta": beta, "patience": 120.0, "reach": 0.7, "sigma": 0.04} for beta in (0.5, 2)])
    law = beta_laws(drawn_from(tactics, [0.5, 0.5], 40, 0.2, generator("law of beta")))["calendar"]
    assert np.log2(law.median) == pytest.approx(0, abs=0.4)  # the mean of -1 and 1
    assert np.log2(law.q90 / law.median) == pytest.approx(1.28, abs=0.4)  # the deviation of two values is 1


@pytest.mark.parametrize(
    ("gap", "stays"), [("3 days", True), ("60 days", False), ({"parameter": "often", "times": 2}, True)]
)
def test_a_number_on_another_scale_stays_if_this_negotiation_tells_nothing_of_it(gap, stays):
    strike = {
        "agenda": {"sides": ["Ford", "UAW"], "issues": ["Wages"]},
        "as_of": "2023-09-16",
        "horizon": "15 weeks",
        "parameters": {"often": {"value": "2 days", "source": "judgement: a strike"}},
        "channels": {"table": {"gap": gap, "source": "judgement: a strike"}} if gap else {"table": {}},
    }
    found = ns.calibrate(strike, patience=False)
    assert [change.path for change in found.changes] == ([] if stays else ["channels.table.gap"])
    lines = found.scenario["channels.table.source"]
    if stays:
        (left,) = found.left
        assert re.search(r"outside the 98 % range of other negotiations \(4\.\d+ to \d\d\d days\)", left.why)
        assert lines[-1] == f"judgement: {left.path} {left.why}"
        assert ns.calibrate(found.scenario, patience=False).scenario["channels.table.source"] == lines
    else:
        assert found.fit.laws["gap"].cdf(60) > 0.01


def test_own_observations_count_whatever_the_scale():
    assert [change.path for change in ns.calibrate("uaw-ford-2023", patience=False).changes] == ["channels.table.gap"]
