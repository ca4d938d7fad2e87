"""Forecasts from offers: what they may use, what they say, baselines with known answers, and the scores."""

import json
import re
import shutil
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from negsim.errors import NegsimError
from negsim.files import TextStyle
from negsim.history import forecast_offers, forecasts_text, load_offers, score_offers
from negsim.history.offer_baselines import VALUES, KaplanMeier, next_offers, settlements
from negsim.history.offer_forecast import forecast
from negsim.history.offer_laws import AT_LAST, BETWEEN, BEYOND, PLACES, Pace, learn, pace_of_offers, place_of
from negsim.history.offer_model import DATE, NEXT, VALUE
from negsim.history.offer_scores import OURS, means
from negsim.history.offer_situations import cases, origins, outcome, situation

RECORDS = load_offers("seeds/offers").negotiations


@pytest.fixture(scope="module")
def laws():
    return learn([record for record in RECORDS.values() if record.id != "nhl_2004"])


def cap(on):
    record = RECORDS["nhl_2004"]
    return situation(record, record.dance("salary cap per team"), on)


def test_a_situation_holds_what_was_known_on_its_day_and_no_more():
    now = cap(date(2005, 2, 14))
    assert (now.firsts, now.lasts, now.last, now.mediator) == ((31, 52), (40, 52), 1, None)
    assert now.open_share == pytest.approx(12 / 21)
    assert now.waited == 0
    record = RECORDS["nhl_2004"]
    dance = record.dance("salary cap per team")
    assert origins(dance) == [date(2003, 10, 1), date(2004, 7, 15), date(2005, 2, 14), date(2005, 2, 15)]
    then = outcome(record, dance, date(2005, 2, 14))
    assert [offer.value for offer in (*then.offers, then.settlement)] == [42.5, 49, 39]


def test_offers_after_the_day_change_nothing(laws):
    full, on = RECORDS["nhl_2004"], date(2005, 2, 14)
    cut = replace(full, end="running", until=on, offers=tuple(offer for offer in full.offers if offer.on <= on))
    one, other = (forecast(laws, situation(each, each.dance("salary cap per team"), on)) for each in (full, cut))
    assert np.array_equal(one.days, other.days)
    assert np.array_equal(one.values, other.values, equal_nan=True)
    assert np.array_equal(one.nexts[0], other.nexts[0], equal_nan=True)


def test_silence_makes_a_settlement_later_and_less_likely(laws):
    soon, late = (forecast(laws, cap(date(2005, 2, 15) + timedelta(days=days))) for days in (0, 300))
    assert np.mean(late.days <= 60) < np.mean(soon.days <= 60) - 0.1
    assert np.mean(np.isfinite(late.days)) < np.mean(np.isfinite(soon.days))
    assert (late.days[np.isfinite(late.days)] >= 1).all()


def test_simple_forecasts_have_known_answers():
    """NHL on 15 February 2005: 31, 35, 40, 42.5 against 52, 49, over 21 million."""
    now = cap(date(2005, 2, 15))
    league, values = next_offers(now, 0), settlements(now)
    at = [31 + 21 * league[name] for name in VALUES]
    assert at == pytest.approx([42.5, 45.75, 41.5, 45, 42.5 + 0.5 * 2.5])
    assert 31 + 21 * next_offers(now, 1)["linear extrapolation"] == pytest.approx(46)
    assert 31 + 21 * values["middle of the last offers"] == pytest.approx(45.75)
    # 11.5 million in 503 days against 3 in a day: nearly all of the rest comes from the players.
    speeds = 11.5 / 503, 3 / 1
    assert 31 + 21 * values["linear extrapolation"] == pytest.approx(42.5 + 6.5 * speeds[0] / sum(speeds))
    # Limits: 42.5 + 2.5 and 49 - 3, both with the quotient 1/2.
    assert 31 + 21 * values["exponential extrapolation"] == pytest.approx((45 + 46) / 2)


def test_kaplan_and_meier_on_a_classic():
    """6-MP of Freireich 1963, as in Gehan 1965."""
    weeks = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
    found = KaplanMeier([float(each.strip("+")) for each in weeks.split()], ["+" not in each for each in weeks.split()])
    expected = [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert [round(found.after(t), 4) for t in (6, 7, 10, 13, 16, 22, 23)] == expected
    assert found.cdf(10, 6.0)[4] == pytest.approx(1 - 0.7529 / 0.8571, abs=1e-4)
    assert KaplanMeier([5.0], [True]).cdf(3, 6.0).tolist() == [0, 0, 0, 0]


def test_the_place_of_a_settlement_and_the_pace():
    """39 lies below both last offers, 42.5 and 49; 52 to 49 was the last move."""
    assert place_of(cap(date(2005, 2, 15)), 39)[0] == BEYOND
    assert place_of(cap(date(2005, 2, 15)), 39)[1] == pytest.approx(3.5 / 21)
    assert place_of(cap(date(2005, 2, 15)), 49)[0] == AT_LAST
    assert place_of(cap(date(2005, 2, 15)), 47) == (BETWEEN, pytest.approx(2 / 6.5))
    rng = np.random.default_rng(1)
    groups = [np.exp(3 + rng.standard_normal() + 0.7 * rng.standard_normal(8)) for _ in range(400)]
    pace = pace_of_offers(groups)
    assert (pace.mean, pace.across, pace.within) == pytest.approx((3, 1, 0.7), abs=0.12)
    assert Pace(3, 1, 1).posterior([np.exp(5.0)]) == pytest.approx((4, 0.5**0.5))


@pytest.mark.slow
def test_the_forecast_is_in_units_and_says_what_it_rests_on(negsim, tmp_path):
    ended = negsim("forecast-offers", "seeds/offers", "nba_2011", "--on", "2011-10-28", "--json")
    (issue,) = json.loads(ended.out)["issues"]
    low, middle, high = issue["settlement"]["value"]
    assert 45 < low <= middle <= high < 58
    assert issue["last"] == {"NBA": 50, "NBPA": 52}
    assert sum(issue["tactics"]["NBA"].values()) == pytest.approx(1)
    assert json.loads(ended.out)["learnt_from"]["negotiations"] == len(RECORDS) - 1
    assert json.loads(ended.out)["deadlines"] == ["2011-06-30"]
    assert list(issue["settlement"]["probability"]) == ["30", "90", "365", "730"]
    text = negsim("forecast-offers", "seeds/offers/offers.csv", "quebec_2023", "--on", "2023-11-15").out
    assert "no offer on record" in text
    assert "No value" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["seeds/offers"], "name one"),
        (["seeds/none"], "there is no file or folder"),
        (["seeds/offers", "nba_2011"], "every issue is settled"),
        (["seeds/offers", "nba_2011", "--on", "1999-01-01"], "no issue of it has an offer"),
        (["seeds/offers", "nba_2012"], 'did you mean "nba_2011"'),
    ],
)
def test_a_forecast_that_cannot_be_made_says_why(negsim, arguments, said):
    ended = negsim("forecast-offers", *arguments)
    assert (ended.code, said in ended.err) == (2, True)


def test_a_negotiation_is_left_out_of_what_it_is_forecast_from():
    one = forecast_offers(RECORDS["nba_2011"], list(RECORDS.values())[:6], date(2011, 10, 28))
    without = [record for record in list(RECORDS.values())[:6] if record.id != "nba_2011"]
    other = forecast_offers(RECORDS["nba_2011"], without, date(2011, 10, 28))
    assert np.array_equal(one.issues[0].draws.days, other.issues[0].draws.days)
    with pytest.raises(NegsimError, match="no other negotiation"):
        forecast_offers(RECORDS["nba_2011"], [RECORDS["nba_2011"]])


@pytest.mark.slow
def test_a_stopped_scoring_resumes_and_gives_the_same_scores(tmp_path):
    few = {name: RECORDS[name] for name in ("nhl_2004", "docks_2024", "boeing_2024", "quebec_2023")}
    whole, steps = score_offers(few), []

    def stop(done, total):
        steps.append(done)
        if len(steps) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_offers(few, tmp_path / "scores", stop)
    steps.clear()
    assert score_offers(few, tmp_path / "scores", lambda done, total: steps.append(done)) == whole
    assert steps == [2, 1, 1]
    assert len((tmp_path / "scores" / "scores.csv").read_text().splitlines()) == len(whole) + 1
    assert {each.target for each in means(whole)} == {NEXT, VALUE, DATE}
    points = [score for score in whole if score.bounds is None]
    assert all(score.method in VALUES for score in points)


def test_the_page_shows_the_cases_of_the_record_and_its_aims_follow_from_its_table(root):
    """If it fails: negsim offers --score -o docs/offers-track-record.md."""
    page = (root / "docs" / "offers-track-record.md").read_text(encoding="utf-8")
    found = cases(RECORDS.values())
    shared = [(now, then) for now, then in found if now.open_share is not None]
    nexts = sum(offer is not None for _, then in shared for offer in then.offers)
    values = sum(then.settlement is not None for _, then in shared)
    assert re.findall(r"^(\d+) forecasts in", page, re.MULTILINE)[:2] == [str(nexts), str(values)]
    ours = dict(zip((NEXT, VALUE, DATE), re.findall(rf"\*\*{OURS}\*\* \| ([\d.]+) ", page), strict=True))
    for target, goal, base, ratio, reached in re.findall(
        r"\| ([a-z ]+): CRPS at most ([\d.]+) of the best .*?\((.+?)\) \| ([\d.]+) \(.*?\) \| (\S+) \|", page
    ):
        score = float(re.search(rf"\| {re.escape(base)} \| ([\d.]+) ", page.split(f"## {target.capitalize()}")[1])[1])
        assert float(ours[target]) / score == pytest.approx(float(ratio), abs=0.01)
        assert (reached == "yes") == (float(ratio) <= float(goal))
    assert len(PLACES) == 5


def test_scores_need_all_negotiations_and_a_page(negsim, tmp_path):
    assert "leave the name out" in negsim("offers", "nhl_2004", "--score").err
    assert "ends with .md" in negsim("offers", "--score", "-o", tmp_path / "x.svg").err
    folder = tmp_path / "offers"
    shutil.copytree("seeds/offers", folder)
    for name, text in (("negotiations.csv", 3), ("offers.csv", 1), ("deadlines.csv", 1)):
        lines = (folder / name).read_text(encoding="utf-8").splitlines(keepends=True)
        kept = lines[:text] if name == "negotiations.csv" else [
            line for line in lines if line.startswith(("negotiation,", "nhl_2004,", "nhl_2012,"))
        ]  # fmt: skip
        (folder / name).write_text("".join(kept), encoding="utf-8")
    assert "three negotiations" in negsim("offers", "--score", "--offers", folder).err


def test_a_negotiation_without_a_subject_is_told_what_that_means():
    record = RECORDS["nba_2011"]
    plain = replace(record, start=replace(record.start, subject=""))
    texts = [
        " ".join(
            forecasts_text(forecast_offers(each, list(RECORDS.values())[:6], date(2011, 10, 28)), TextStyle()).split()
        )
        for each in (record, plain)
    ]
    assert ["names no subject" in text for text in texts] == [False, True]
