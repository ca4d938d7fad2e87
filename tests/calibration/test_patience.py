"""Patience from talks on record: what is played again, what is fitted, and whether known laws are found again."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from negsim import NegsimError, load
from negsim.calibration.patience import Play, patience, prior, summary, why_not
from negsim.calibration.patience_fields import places
from negsim.calibration.patience_law import MEDIAN, RATIO
from negsim.calibration.replay import replay
from negsim.files.yaml import to_yaml
from negsim.history import Issue, Talks, known_by
from negsim.history import load as histories
from negsim.projection import local_executor
from negsim.scenario.layering import read_extended
from tests.kit import SOURCE, talks

pytestmark = pytest.mark.slow

#: NEGSIM_WALK=2 doubles the repetitions: the 80 of docs/statistics.md.
MORE = int(os.environ.get("NEGSIM_WALK", "1"))
SMALL = {"plays": 120, "kept": 30}
FIRST = date(2001, 1, 1)
Z90 = 1.2815515655446004
YEAR = 365.25
SIDES = ("us", "russia")
PATIENCES = [f"parameters.{side}_patience" for side in SIDES]
PARAMETERS = {f"{side}_patience": {"value": "2 years"} for side in SIDES}
LIVELY = {
    "start": "calm",
    "regimes": {
        "calm": {"sojourn": "2 years", "next": {"cold": 1}},
        "cold": {"sojourn": "1 year", "next": {"calm": 1}, "pace": 0.5},
    },
}


def template(tmp_path, name="template.yaml", **over):
    """A scenario file in which each side's patience is a parameter of its own."""
    both = {side: {"patience": {"parameter": f"{side}_patience"}} for side in SIDES}
    given = {"parameters": PARAMETERS, "tactics": both, "channel": {"gap": "40 days"}, "climate": dict(LIVELY)} | over
    usual = {"reservation": {side: {"uniform": {"low": 0.1, "high": 0.5}} for side in SIDES}}
    path = tmp_path / name
    path.write_text(to_yaml(talks("a", defaults=usual | given.pop("defaults", {}), **given)), encoding="utf-8")
    return path


def record(name, issues, until, end="running"):
    """A record of issues as (opened, closed or None), both in days from the first."""
    made = tuple(
        Issue(f"{n + 1:02d}", f"Item {n + 1}", *(FIRST + timedelta(days=d) if d is not None else None for d in days))
        for n, days in enumerate(issues)
    )
    return Talks(name, name.title(), ("Here", "There"), end, FIRST + timedelta(days=until), made)


def simulated(path, median, ratio, seed, number=12, issues=15, years=6):
    """Records of talks that went as a known law of patience has it, with days of opening of their own."""
    data = read_extended(path).data
    luck = np.random.default_rng(seed)
    made = []
    for n in range(number):
        opened = np.sort(luck.integers(0, 700, issues))
        opened[0] = 0
        design = record(f"talks_{n}", [(int(d), None) for d in opened], int(years * YEAR))
        days = np.exp(np.log(median) + luck.standard_normal(2) * np.log(ratio) / Z90)
        assumed = {f"parameters.{side}_patience": float(d) for side, d in zip(SIDES, days, strict=True)}
        took = np.maximum(replay(data, design, seed=seed).days(assumed, run=10**6 + seed), 1)
        closed = [
            int(o + d) if np.isfinite(d) and o + d <= years * YEAR else None for o, d in zip(opened, took, strict=True)
        ]
        made.append(record(design.id, zip(opened.tolist(), closed, strict=True), int(years * YEAR)))
    return made


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return template(tmp_path_factory.mktemp("patience"))


@pytest.fixture(scope="module")
def past(path):
    return simulated(path, 500, 2, seed=1, number=4, issues=8)


@pytest.fixture(scope="module")
def fitted(path, past):
    return patience(path, past, **SMALL)


def figures(found):
    return found.median.tobytes(), found.ratio.tobytes(), found.check.to_csv(), found.source


# What is played again


def test_shares_count_who_was_followed_that_long(path):
    data = read_extended(path).data
    seen = replay(data, record("a", [(0, 300), (0, 500), (100, None), (900, 1000), (0, 0)], 1000), seed=1)
    # Three were followed a year, the third for 900 days; the fourth for 100 days, and the last took no talks.
    assert len(seen.issues) == 4
    np.testing.assert_array_equal(seen.observed(), [1 / 3, 2 / 3, np.nan, 3 / 4])


def test_the_end_of_concluded_talks_is_no_figure_and_hides_nothing(path):
    data = read_extended(path).data
    seen = replay(data, record("a", [(0, 300), (900, 1000)], 1000, "concluded"), seed=1)
    np.testing.assert_array_equal(seen.observed(), [1, 1, 1, np.nan])


def test_days_in_doubt_and_talks_without_talking_are_left_out(path):
    data = read_extended(path).data
    known = record("a", [(0, 300), (0, 400)], 2000)
    doubt = replace(known, issues=(known.issues[0], replace(known.issues[1], closed_unsure=True)))
    assert [issue.name for issue in replay(data, doubt, 1).issues] == ["01"]
    assert replay(data, record("a", [(0, 0), (None, None)], 2000), 1) is None


def test_issues_are_open_from_their_day_on_and_close_soon_if_nobody_waits(path):
    data = read_extended(path).data
    seen = replay(data, record("a", [(0, None), (500, None), (1000, None)], 4000), 1)
    days = np.array([seen.days(dict.fromkeys(PATIENCES, 1.0), k) for k in range(20)])
    assert ((days >= 0) & (days <= 80)).all()  # two meetings at most, the gap under way and the next
    slow = seen.days(dict.fromkeys(PATIENCES, 1e6), 1)
    assert np.isinf(slow).all()


def test_marks_on_single_issues_dated_events_and_packages_stay_with_their_own_talks(tmp_path):
    marks = [
        {"kind": "suspend", "issues": ["a"], "duration": "10 years"},
        {"kind": "meeting", "channel": "rounds", "after": "1 day"},
    ]
    shocks = {
        "storm": {
            "title": "A storm",
            "dates": [{"date": "2025-05-01", "probability": 1}],
            "rate": "1 per year",
            "marks": marks,
        }
    }
    data = read_extended(template(tmp_path, shocks=shocks)).data
    seen = replay(data, record("a", [(0, None)] * 3, 4000), 1)
    assert len(seen.compiled.tables["mark_is"]) == 1
    assert seen.compiled.channels == ("meetings",)
    assert np.isfinite(seen.days(dict.fromkeys(PATIENCES, 100.0), 1)).all()


#: The negotiations with issues on which the published projection rests.
REPLAYED = ("croatia", "iceland", "turkey", "colombia", "brexit")


def test_the_real_talks_give_the_figures_of_their_record():
    data = read_extended("scenarios/baseline.yaml").data
    seen = {each.id: replay(data, each, 1) for each in map(histories("seeds/histories").__getitem__, REPLAYED)}
    assert {name: len(each.issues) for name, each in seen.items()} == {
        "croatia": 21, "iceland": 17, "turkey": 10, "colombia": 2, "brexit": 5,
    }  # fmt: skip
    np.testing.assert_array_equal(seen["croatia"].observed(), [6 / 21, 14 / 21, 19 / 21, np.nan])
    np.testing.assert_array_equal(seen["turkey"].observed(), [0, 0, 0, 0])
    np.testing.assert_array_equal(seen["iceland"].observed(), [1 / 5, np.nan, np.nan, 1 / 17])


# What is fitted


def test_the_law_has_the_quantiles_of_the_mixture(fitted):
    luck = np.random.default_rng(2)
    z = luck.standard_normal((400, len(fitted.median)))
    drawn = np.exp(np.log(fitted.median) + z * np.log(fitted.ratio) / Z90)
    for p in (0.5, 0.9):
        # Of 400,000 draws: five standard errors of a share.
        assert abs((drawn <= fitted.quantile(p)).mean() - p) < 5 * np.sqrt(p * (1 - p) / drawn.size)


def test_draws_stay_within_what_was_held_possible(fitted):
    assert len(fitted.median) == len(fitted.ratio) == SMALL["kept"]
    assert ((fitted.median >= MEDIAN[0]) & (fitted.median <= MEDIAN[1])).all()
    assert ((fitted.ratio >= RATIO[0]) & (fitted.ratio <= RATIO[1])).all()
    assert fitted.median.std() > 0


def test_the_check_shows_the_record_beside_what_is_played(fitted, past):
    row = fitted.check[(fitted.check["talks"] == "talks_0") & (fitted.check["closed_within"] == "1 year")].iloc[0]
    quick = [i.closed is not None and (i.closed - i.opened).days <= YEAR for i in past[0].issues]
    assert row["issues"] == 8
    assert row["observed"] == np.mean(quick)
    assert (fitted.check["low"] <= fitted.check["middle"]).all()
    assert (fitted.check["middle"] <= fitted.check["high"]).all()
    assert len(fitted.check) == 4 * 4


def test_the_template_takes_the_law_and_its_source(path, fitted):
    changed = load(path).replace(fitted.changes)
    law = changed.parameters["us_patience"].value
    assert law.family == "lognormal"
    assert law.numbers["median"].value == pytest.approx(fitted.quantile(0.5), rel=0.06)
    assert law.numbers["q90"].value == pytest.approx(fitted.quantile(0.9), rel=0.06)
    assert changed.parameters["us_patience"].source[0].startswith("history: issues.csv, 32 issues of 4 talks")
    assert fitted.law["lognormal"]["median"] in fitted.source[0]


def test_the_accepted_laws_are_those_whose_simulation_is_nearest(path, past, fitted):
    """Every law of the prior is simulated here one by one, and the 30 smallest distances are looked up."""
    data, found = places(read_extended(path).data)
    play = Play([replay(data, each, 1) for each in past], [place.parameter for place in found], 1)
    record = summary(np.array([each.observed() for each in play.replays]))
    far = []
    for number in range(SMALL["plays"]):
        law = prior(1, number)
        far.append((np.abs(summary(play.shares(law, number)) - record).mean(), law[0]))
    nearest = sorted(far)[: SMALL["kept"]]
    assert sorted(fitted.median) == sorted(median for _, median in nearest)
    assert fitted.distance == nearest[-1][0]


@pytest.mark.slow
def test_the_same_seed_gives_the_same_figures_in_any_process_and_another_seed_others(path, past, fitted):
    with local_executor(2, "reference") as executor:
        assert figures(patience(path, past, executor=executor, **SMALL)) == figures(fitted)
    assert figures(patience(path, past, seed=2, **SMALL)) != figures(fitted)


def test_more_laws_accepted_than_drawn_is_an_error(path, past):
    with pytest.raises(NegsimError, match="between 1 and plays, 5, but was 6"):
        patience(path, past, plays=5, kept=6)


def test_a_number_that_stands_in_the_tactic_itself_becomes_a_parameter(tmp_path, path, past, fitted):
    direct = {side: {"patience": "2 years"} for side in SIDES}
    other = template(tmp_path, tactics=direct, parameters={})
    found = patience(other, past, **SMALL)
    assert found.median.tobytes() == fitted.median.tobytes()  # one draw a side, as with parameters
    changed = load(other).replace(found.changes)
    assert changed.issues["a"].tactics["us"].patience.name == "us_patience"


def test_patience_is_found_where_the_file_says_it_last():
    usual = {side: {"kind": "time", "patience": "1 year"} for side in SIDES}
    given = {"tactics": usual, "defaults": {"tactics": {"us": {"patience": "2 years"}}}, "parameters": {}}
    data, found = places(given)
    assert [place.path for place in found] == ["defaults.tactics.us.patience", "tactics.russia.patience"]
    assert data["parameters"]["us_patience"]["value"] == "2 years"
    assert data["defaults"]["tactics"]["us"]["patience"] == {"parameter": "us_patience"}
    assert given["defaults"]["tactics"]["us"]["patience"] == "2 years"  # what was given stays as it was


def test_the_kind_may_be_the_default_and_the_patience_must_be_stated():
    given = {"tactics": {"us": {"patience": "1 year"}, "russia": {"beta": 1}}}
    assert [place.side for place in places(given)[1]] == ["us"]


def test_sides_that_share_a_parameter_share_the_draw(tmp_path, path, past, fitted):
    shared = {side: {"patience": {"parameter": "us_patience"}} for side in SIDES}
    found = patience(template(tmp_path, tactics=shared), past, **SMALL)
    assert {place.parameter for place in found.places} == {"us_patience"}
    assert found.median.tobytes() != fitted.median.tobytes()


@pytest.mark.slow
def test_issues_that_stay_open_longer_tell_of_more_patience(path):
    quick = [record(f"t{n}", [(0, 150), (100, 300), (200, 350)], 3000) for n in range(3)]
    slow = [record(f"t{n}", [(0, 1500), (100, 1800), (200, None)], 3000) for n in range(3)]
    found = [patience(path, each, **SMALL).quantile(0.5) for each in (quick, slow)]
    assert found[0] < found[1] / 2


def test_progress_counts_what_is_played(path, past):
    told = []
    found = patience(path, past[:1], progress=told.append, plays=60, kept=5)
    assert sum(told) == found.played == 65


def test_days_after_the_cut_change_nothing(path, past):
    on = FIRST + timedelta(days=900)
    late = on + timedelta(days=1)
    planted = [
        replace(
            each,
            issues=tuple(replace(i, closed=late) if i.closed is None or i.closed > on else i for i in each.issues),
        )
        for each in past
    ]
    assert planted != past
    found = [patience(path, [known_by(each, on) for each in records], plays=40, kept=10) for records in (past, planted)]
    assert figures(found[0]) == figures(found[1])
    whole = patience(path, planted, plays=40, kept=10)
    assert figures(whole) != figures(found[0])


# Where there is nothing to fit


@pytest.mark.parametrize(
    ("over", "reason"),
    [
        ({"both": {"kind": "fixed", "patience": None}}, "us has the tactic fixed, which has no patience"),
        ({"both": {"patience": {"until": "2027-01-01", "times": 1}}}, "us has patience until a day of its own talks"),
        ({"both": {"clock": "rounds", "patience": "9 rounds"}}, "russia has a clock that counts rounds"),
        ({"defaults": {"settle": {"chance": 0.2}}}, "issues settle by chance, and not by concession"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_scenario_without_patience_in_days_says_why(tmp_path, over, reason):
    both = {key: value for key, value in over.get("both", {}).items() if value is not None}
    plain = talks("a", defaults=over.get("defaults", {}))
    for side in SIDES:
        plain["tactics"][side] |= both
        if both.get("kind") == "fixed":
            plain["tactics"][side] = {"kind": "fixed", "source": SOURCE}
    path = tmp_path / "other.yaml"
    path.write_text(to_yaml(plain), encoding="utf-8")
    assert reason in why_not(path)
    with pytest.raises(NegsimError, match="there is no patience to calibrate: "):
        patience(path, [record("a", [(0, 300)], 1000)])


def test_one_side_that_waits_is_enough():
    assert why_not("scenarios/only_us_concedes.yaml") == ""


def test_records_that_tell_nothing_are_an_error(path):
    with pytest.raises(NegsimError, match="no issue on record took talks"):
        patience(path, [record("a", [(0, 0)], 1000)])


def test_talks_count_alike_whatever_figures_they_have():
    shares = np.array([[0.2, 0.4, 0.6], [0.8, np.nan, np.nan]])
    np.testing.assert_allclose(summary(shares), [0.6, 0.2])


# Whether it finds what is true


@pytest.mark.slow
@pytest.mark.long
def test_known_laws_are_found_again(path):
    """Twelve talks each: the truth lies within the 90 % posterior.

    Of 16 intervals fewer than 10 do in one of 2,000 such tests if each does with probability 0.9.
    """
    inside = 0
    for n in range(8):
        truth = (250 * 1.35**n, 1.5 + 0.4 * ((3 * n) % 8))
        found = patience(path, simulated(path, *truth, seed=20 + n), seed=n, plays=600, kept=30)
        for draws, value in zip((found.median, found.ratio), truth, strict=True):
            low, high = np.quantile(draws, [0.05, 0.95])
            inside += low <= value <= high
    assert inside >= 10


@pytest.mark.slow
@pytest.mark.long
def test_ranks_of_truths_drawn_from_the_prior_are_even(path):
    """Simulation-based calibration (Talts et al. 2018): ranks among the posterior's draws, five bins.

    A chi-square with 4 degrees of freedom is above 18.47 in one of 1,000 such tests, and there are two.
    """
    repetitions, bins = 40 * MORE, 5
    luck = np.random.default_rng(7)
    ranks = []
    for n in range(repetitions):
        truth = [float(np.exp(luck.uniform(*np.log(bounds)))) for bounds in (MEDIAN, RATIO)]
        records = simulated(path, *truth, seed=1000 + n, number=3, issues=6)
        found = patience(path, records, seed=n, plays=400, kept=40)
        ranks.append([(found.median < truth[0]).mean(), (found.ratio < truth[1]).mean()])
    for column in np.array(ranks).T:
        counts = np.histogram(column, bins=bins, range=(0, 1))[0]
        assert ((counts - repetitions / bins) ** 2).sum() / (repetitions / bins) < 18.47, counts


@pytest.mark.slow
def test_the_same_seed_gives_the_same_figures_in_another_process(path, root):
    script = (
        "import hashlib; from negsim.calibration.patience import patience; from negsim.history import load\n"
        f"found = patience({str(path)!r}, load('seeds/histories').with_issues, plays=160, kept=20)\n"
        "print(hashlib.sha256(found.median.tobytes() + found.check.to_csv().encode()).hexdigest())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1
