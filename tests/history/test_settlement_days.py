"""The day of a settlement and deadlines: what they may use, what the hazard recovers, and what recalibration does."""

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from negsim.history import load_offers
from negsim.history.deadline_findings import near_deadlines, passed
from negsim.history.offer_recalibration import recalibrated, recalibrated_cdf, spread
from negsim.history.offer_situations import Outcome, cases, outcome, situation, weights_of
from negsim.history.offers import Deadline
from negsim.history.settlement_days import given_silence, learn_days
from negsim.history.settlement_hazard import CHOICES, HORIZON, day_score, features, fit_hazards, phases
from negsim.history.settlement_share import learn_share
from negsim.history.start import Start

RECORDS = load_offers("seeds/offers").negotiations


def wage(on, record=None):
    record = record or RECORDS["boeing_2024"]
    return situation(record, record.dance("wage rise over the contract"), on)


@pytest.fixture(scope="module")
def days():
    few = [record for record in RECORDS.values() if record.field == "labour" and record.id != "boeing_2024"]
    return learn_days(cases(few[:12]))[0]


def test_a_deadline_is_used_from_the_day_on_which_it_was_stated():
    record = RECORDS["boeing_2024"]
    assert wage(date(2024, 7, 16)).deadlines == ()
    assert wage(date(2024, 7, 17)).deadlines == (date(2024, 9, 12),)
    later = Deadline(date(2024, 9, 9), date(2024, 9, 10), "strike")
    more = replace(record, deadlines=(*record.deadlines, later))
    on = date(2024, 9, 8)
    assert np.array_equal(features(wage(on))[0], features(wage(on, more))[0])
    known = replace(record, deadlines=(*record.deadlines, replace(later, stated_on=on)))
    assert not np.array_equal(features(wage(on))[0], features(wage(on, known))[0])


def test_phases_of_days_around_two_deadlines():
    """Stated before the offer of 8 September: 12 September; with a second one on 30 October."""
    record = RECORDS["boeing_2024"]
    second = Deadline(date(2024, 9, 1), date(2024, 10, 30), "strike")
    now = wage(date(2024, 9, 8), replace(record, deadlines=(*record.deadlines, second)))
    at = dict(zip(range(1, 91), phases(now, np.arange(1, 91)).tolist(), strict=True))
    # Deadlines on days 4 and 52.
    assert [at[day] for day in (1, 2, 3, 6)] == [1, 1, 0, 0]
    assert [at[day] for day in (7, 21, 22, 44, 45, 50, 51, 54, 55, 82, 83)] == [3, 3, 2, 2, 1, 1, 0, 0, 4, 4, -1]
    x, ends = features(now)
    assert ends[-1] == HORIZON
    assert x[:, 8:13].sum(axis=1).max() == 1


def test_the_hazard_finds_the_rate_that_cases_were_drawn_from():
    """Exponential times with 0.02 a day in one field and 0.005 in the other."""
    rng, start = np.random.default_rng(3), wage(date(2024, 3, 15))
    drawn = []
    for n in range(160):
        field, rate = (("sports", 0.02), ("labour", 0.005))[n % 2]
        day = int(np.ceil(rng.exponential(1 / rate)))
        now = replace(start, negotiation=f"n{n}", field=field, deadlines=())
        drawn.append((now, Outcome((None, None), None, None, (day, day))))
    found = next(each for each, _ in fit_hazards(drawn) if "field" in each.groups and each.deviation == 2.0)
    for field, rate in (("sports", 0.02), ("labour", 0.005)):
        cdf = found.cdf(replace(start, field=field, deadlines=()))
        for day in (10, 60, 200):
            assert cdf[day] == pytest.approx(1 - np.exp(-rate * day), abs=0.09)


def test_a_day_known_by_or_in_a_month_is_an_interval():
    record = RECORDS["quebec_2023"]
    dance = record.dances[0]
    then = outcome(record, dance, date(2023, 12, 6))
    assert then.between == (1, 25)  # 7 to 31 December
    docks = RECORDS["docks_2024"]
    assert outcome(docks, docks.dances[0], date(2024, 9, 30)).between == (1, 4)  # by 4 October
    now = situation(record, dance, date(2023, 12, 6))
    sure = np.where(np.arange(HORIZON + 1) >= 10, 1.0, 0.0)
    late = np.where(np.arange(HORIZON + 1) >= 35, 1.0, 0.0)
    assert day_score(sure, now, then) == (0.0, (0.0, 1.0))
    assert day_score(late, now, then)[0] == 10  # days after the end of December


def test_silence_makes_the_day_later_and_weights_are_one_for_each_negotiation(days):
    soon, late = (days.cdf(wage(date(2024, 9, 23) + timedelta(days=wait)))[60] for wait in (0, 200))
    assert late < soon - 0.1
    found = cases(list(RECORDS.values())[:9])
    total = {}
    for (now, _), weight in zip(found, weights_of([now for now, _ in found]), strict=True):
        total[now.negotiation] = total.get(now.negotiation, 0.0) + weight
    assert list(total.values()) == pytest.approx([1.0] * len(total))


def test_the_forecast_of_the_day_is_the_probability_of_a_deal_times_the_plain_mean_of_all_hazards(days):
    now = wage(date(2024, 9, 23))
    found = np.array([each.cdf(now) for each in days.hazards])
    assert [(each.groups, each.deviation) for each in days.hazards] == list(CHOICES)
    assert days.cdf(now) == pytest.approx(days.share.probability(now) * found.sum(axis=0) / 15)
    assert np.ptp(found[:, 60]) > 0.05  # so that other weights would show


def test_silence_has_a_known_answer():
    """A deal with probability 0.8, on days 1 to 4 alike: after two days of silence 0.4 of 0.6 is left."""
    assert given_silence(np.array([0.0, 0.2, 0.4, 0.6, 0.8, 0.8]), 2) == pytest.approx([0.0, 1 / 3, 2 / 3, 2 / 3])


def test_the_share_of_settlements_is_recovered_from_drawn_cases():
    """Of 200 negotiations, 0.9 are settled if no side can act alone and 0.5 if one can; a hundred days each."""
    rng, start = np.random.default_rng(7), wage(date(2024, 3, 15))
    drawn = []
    for n in range(200):
        alone = n % 2 == 0
        day = int(np.ceil(rng.exponential(100))) if rng.random() < (0.5 if alone else 0.9) else None
        now = replace(start, negotiation=f"n{n}", start=Start("public_pay", alone=alone), deadlines=())
        drawn.append((now, Outcome((None, None), None, None, None if day is None else (day, day))))
    found, bounds = learn_days(drawn)
    assert len(bounds) == 200
    for alone, share in ((True, 0.5), (False, 0.9)):
        now = replace(start, start=Start("public_pay", alone=alone), deadlines=())
        # Four standard errors of a share among 100.
        assert found.share.probability(now) == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 100))
        assert found.cdf(now)[100] == pytest.approx(share * (1 - np.exp(-1.0)), abs=0.1)
    inside = np.mean([0.1 <= (low + high) / 2 <= 0.9 for low, high in bounds])
    assert inside == pytest.approx(0.8, abs=0.12)


def test_the_spread_of_intervals_that_are_too_narrow_is_found_and_mends_them():
    """The outcome has twice the deviation of the forecast."""
    from scipy.stats import norm

    rng = np.random.default_rng(5)
    u = norm.cdf(2.0 * rng.standard_normal(4000))
    s = spread([(each, each) for each in u], [1.0] * 4000, 4000)
    assert s == pytest.approx(2.0, abs=0.08)
    draws = recalibrated(rng.standard_normal(20000), s)
    assert np.std(draws) == pytest.approx(2.0, abs=0.15)
    assert np.mean(np.abs(norm.ppf(recalibrated_cdf(u, s))) < norm.ppf(0.9)) == pytest.approx(0.8, abs=0.02)
    assert spread([(0.5, 0.5)] * 10, [1.0] * 10, 10) == pytest.approx(0.5)


def test_settlements_near_deadlines_have_known_answers():
    found = {each.issue: each for each in near_deadlines([RECORDS["quebec_2023"]])}["pay rise over five years"]
    assert (found.days, found.then, found.is_at) == (0, "strike", True)
    # First offer on 15 December 2022: 382 days to the deal. Around 8 December four days, and 30 and 31 December.
    assert found.at == pytest.approx(6 / 382)
    assert passed([RECORDS["quebec_2023"]]) == {"quebec_2023": [1.0, 0.0]}
    assert passed([RECORDS["cop29_finance"]]) == {"cop29_finance": [0.0]}  # two days after the deadline


def test_the_commands_show_deadlines(negsim):
    text = negsim("offers", "boeing_2024").out
    assert "2024-09-27                                           2024-09-23     self-imposed" in text
    data = json.loads(negsim("offers", "boeing_2024", "--json").out)["deadlines"]
    assert [each["deadline"] for each in data] == ["2024-09-12", "2024-09-27"]


def test_a_negotiation_is_left_out_of_its_own_probability():
    records = [RECORDS[name] for name in ("boeing_2024", "nhl_2004", "camp_david_2000", "uaw_gm_2023")]
    found = cases(records)
    apart = learn_share([case for case in found if case[0].negotiation != "camp_david_2000"])[0]
    for (now, _), share in zip(found, learn_share(found)[1], strict=True):
        if now.negotiation == "camp_david_2000":
            assert share == apart.probability(now)
