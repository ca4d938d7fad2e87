"""Why an issue comes so late: figures counted again run by run, levers that are those of a comparison."""

import html
import json
from collections import Counter

import numpy as np
import pytest
from rich.cells import cell_len as cells

import negsim as ns
from negsim.agenda.status import Reason, Spent, Status
from negsim.analysis.delay import Unresolved, mood
from negsim.errors import NegsimError
from negsim.experiments.explaining import variants
from negsim.scenario.scenario import from_mapping
from negsim.simulation import compiler as compiled
from negsim.simulation.engines import reference
from negsim.simulation.events import Kind
from tests.kit import SOURCE, chance, steady, talks

RUNS = 200
WEATHER = steady(
    fair={"sojourn": "200 days", "next": {"foul": 1}},
    foul={
        "sojourn": "150 days",
        "next": {"fair": 1},
        "gap_factor": 3,
        "cancellation": 0.5,
        "breakdown": "0.2 per year",
    },
)


def two_towns(**more):
    """Three issues; sides that differ, a zone that is missing in some runs, a climate, a shock, a short session."""
    reservation = {side: {"pert": {"low": 0.1, "mode": 0.4, "high": 0.75}} for side in ("us", "russia")}
    return talks(
        {"a": {"reservation": reservation}, "b": {}, "c": {"implementation": {"requires": ["a"]}}},
        tactics={"us": {"beta": 0.5, "patience": "700 days"}, "russia": {"beta": 1, "patience": "500 days"}},
        channel={"gap": {"exponential": {"mean": "40 days"}}, "session": "2 hours", "order": "round_robin"},
        climate=WEATHER,
        defaults={"implementation": {"lag": {"exponential": {"mean": "60 days"}}, "collapse": 0.1, "step": 0.1}},
        shocks={
            "storm": {"title": "A storm", "rate": "0.4 per year", "marks": [{"kind": "climate", "to": "foul"}]},
        },
        horizon="3 years",
        **more,
    )


@pytest.fixture(scope="module")
def found():
    return ns.explain(from_mapping(two_towns()), "a", runs=RUNS)


def test_the_runs_that_do_not_resolve_it_are_all_accounted_for(found):
    rows = found.projection.outcomes[:, 0]
    never = np.isnan(rows["resolved"])
    reasons = Counter(Reason(r) for r in rows["reason"][never])
    parts = found.why.unresolved
    assert sum(part.value for part in parts.values()) == pytest.approx(never.mean())
    assert parts[Unresolved.NO_ZONE].value == reasons[Reason.NO_ZONE] / RUNS > 0
    assert parts[Unresolved.BREAKDOWN].value == reasons[Reason.BREAKDOWN] / RUNS > 0
    open_ = never & (rows["reason"] == Reason.HORIZON)
    carried = np.isin(rows["status"], [Status.AGREED, Status.IMPLEMENTING])
    assert parts[Unresolved.CARRIED_OUT].value == (open_ & carried).mean()
    assert parts[Unresolved.TALKED].value == (open_ & ~carried).mean() > 0


def test_too_few_meetings_is_what_a_tenth_of_the_resolved_runs_stay_below(found):
    rows = found.projection.outcomes[:, 0]
    done = ~np.isnan(rows["resolved"])
    open_ = ~done & (rows["reason"] == Reason.HORIZON) & ~np.isin(rows["status"], [Status.AGREED, Status.IMPLEMENTING])
    few = found.why.meetings
    assert (rows["discussions"][done] < few.limit).mean() <= 0.1 < (rows["discussions"][done] <= few.limit).mean()
    assert few.beyond.value == (rows["discussions"][open_] < few.limit).mean()
    assert few.resolved.value == pytest.approx(rows["discussions"][done].mean())
    assert few.talked.value == pytest.approx(rows["discussions"][open_].mean())


def test_the_days_in_each_regime_are_those_of_the_logs(found):
    names = compiled.compile(found.projection.scenario)
    worst, shares = mood(found.projection.logs)
    meetings, days = np.zeros(2), np.zeros(2)
    for run in range(40):
        regime, since, spent = 0, 0.0, np.zeros(2)
        for event in reference.trace(names, 1, run):
            if event["kind"] == Kind.MEETING and event["now"] == 0:
                meetings[regime] += 1
            if event["kind"] in (Kind.CLIMATE, Kind.END):
                spent[regime] += event["t"] - since
                regime, since = int(event["who"]) if event["kind"] == Kind.CLIMATE else regime, event["t"]
        assert shares[run] == pytest.approx(spent / spent.sum())
        days += spent
    assert meetings[1] / days[1] < meetings[0] / days[0]
    assert (worst, found.why.worst) == (1, "foul")
    assert shares.sum(axis=1) == pytest.approx(1)


def test_the_mood_is_compared_between_runs_that_end_in_talk_and_that_resolve_it(found):
    rows, (_, shares) = found.projection.outcomes[:, 0], mood(found.projection.logs)
    done = ~np.isnan(rows["resolved"])
    much = found.why.mood
    assert much.resolved.value == pytest.approx(shares[done, 1].mean())
    assert (shares[done, 1] > much.limit).mean() <= 0.1
    assert much.talked.value > much.resolved.value


def test_shares_of_its_time_are_those_of_the_outcomes(found):
    spent = found.projection.outcomes["spent"][:, 0].sum(axis=0)
    assert found.why.spent[Spent.ROOM] == pytest.approx(spent[Spent.ROOM] / spent.sum())
    assert sum(found.why.spent.values()) == pytest.approx(1)
    told = " ".join(found.text.split())
    for what, waits in (
        (Spent.ROOM, "room on the agenda"),
        (Spent.SIDE_A, "United States"),
        (Spent.BOTH, "both sides"),
    ):
        assert f"{waits} {100 * found.why.spent[what]:.0f} %" in told


def test_a_lever_does_what_a_comparison_finds(found):
    for seed, which in ((1, "found"), (2, "pilot")):
        for tried in (found.levers["us"][0], found.breaks[0]):
            gain = getattr(tried, which)
            scenario = found.projection.scenario
            pair = ns.compare(scenario, scenario.replace(tried.lever.changes), runs=RUNS, seed=seed).pairs[0]
            issue = pair.issues[0]
            assert issue.by[found.why.on].difference == gain.chance.difference
            assert (issue.p50.low, issue.p50.high, issue.p50.days) == (gain.half.low, gain.half.high, gain.half.days)
    assert found.pilot_seed == 2


def test_the_mean_date_counts_what_is_not_resolved_at_the_horizon(found):
    tried = found.levers["both"][0]
    p, q = found.projection, ns.run(found.projection.scenario.replace(tried.lever.changes), runs=RUNS)
    horizon = p.scenario.horizon_days
    before, after = (np.minimum(np.floor(np.nan_to_num(x.outcomes["resolved"], nan=1e9)), horizon) for x in (p, q))
    d = (after - before)[:, 0]
    assert tried.found.days.value == pytest.approx(d.mean())
    assert tried.found.days.se == pytest.approx(d.std(ddof=1) / np.sqrt(RUNS))
    day = (found.why.on - p.scenario.as_of).days
    others = (after[:, 1:] <= day).sum(axis=1) - (before[:, 1:] <= day).sum(axis=1)
    assert tried.found.others.value == pytest.approx(others.mean())


def test_the_pilot_chooses_the_best_within_reach(found):
    for reach, told in found.levers.items():
        rivals = [t for t in found.tried if t.lever.reach == reach and t.lever.helps and t.pilot is not None]
        assert 0 < len(told) <= 3
        best = min(t.pilot.rank for t in rivals if t.pilot.shown)
        assert best in [t.pilot.rank for t in told]
        assert [t.found.rank for t in told] == sorted(t.found.rank for t in told)
    assert len(found.breaks) == 3
    assert all(not t.lever.helps and t.pilot.rank > (0, 0) for t in found.breaks)


def test_giving_way_helps_and_insisting_hurts(found):
    by = {t.lever.words: t.pilot.days.value for t in found.tried if t.pilot is not None}
    for side in ("United States", "Russia"):
        for more, less in (
            ("patience a third shorter", "patience longer by half"),
            ("reservation value 0.1 lower", "reservation value 0.1 higher"),
            ("concedes earlier, beta x 1.5", "concedes later, beta a third lower"),
        ):
            assert by[f"{side}: {more}"] < 0 < by[f"{side}: {less}"]
    assert by["Rounds: gaps a quarter shorter"] < min(0, by["Rounds: gaps a third longer"])
    assert by['the climate "foul" lasts longer by half'] > 0


def test_a_candidate_that_changes_nothing_is_left_out_with_the_reason():
    mapping = talks({"a": {"reservation": {"us": 0, "russia": 0.3}}}, horizon="200 days")
    found = ns.explain(from_mapping(mapping), "a", runs=20, engine="reference")
    why_not = {t.lever.words: t.why_not for t in found.tried}
    assert why_not["United States: reservation value 0.1 lower"] == "it changes no number of the simulation"
    assert why_not["United States: reservation value 0.1 higher"] == ""
    uneven = talks("a", horizon="200 days")
    uneven["issues"]["a"]["reservation"] = {"us": {"uniform": {"low": 0.0, "high": 0.1}}, "russia": 0.2}
    found = ns.explain(from_mapping(uneven), "a", runs=20, engine="reference", side="us")
    (tried,) = [t for t in found.tried if t.lever.words == "United States: reservation value 0.1 lower"]
    assert "high must be more than low" in tried.why_not
    assert "are not possible in this scenario" in found.notes[0]


def test_issues_by_chance_say_that_there_is_nothing_a_side_could_do():
    found = ns.explain(from_mapping(chance(0.2, "a b", horizon="1 year")), "a", runs=50, engine="reference")
    assert "There is nothing to try: it settles by chance, without offers." in found.text
    assert found.quality is None
    assert found.why.mood is None
    assert "Rounds: gaps a quarter shorter" in [t.lever.words for t in found.levers["both"]]


def test_what_every_run_resolves_is_said_to_be():
    found = ns.explain(from_mapping(talks("a")), "a", runs=20, engine="reference")
    assert "All 20 runs resolve it." in found.text
    assert "Half of the runs resolve it by 2025-10-17" in " ".join(found.text.split())


def test_what_it_hangs_together_with_is_said():
    mapping = two_towns(undertaking="single")
    found = ns.explain(from_mapping(mapping), "c", side="us", runs=20, engine="reference")
    assert "It cannot be implemented before A is resolved." in found.text
    assert "Nothing is agreed until everything is agreed" in found.text
    weights = {"us": {"a": 0.7, "b": 0.3}, "russia": {"a": 0.2, "b": 0.8}}
    package = {"p": {"title": "Both", "issues": ["a", "b"], "weights": weights}}
    packed = ns.explain(from_mapping(talks("a b", packages=package)), "a", side="us", runs=20, engine="reference")
    assert 'It is settled in a package, "Both", together with B.' in packed.text
    assert "of at most 1.50; the agreements lie on the frontier" in " ".join(packed.text.split())


def test_only_one_side_can_be_asked_for(found):
    only = ns.explain(from_mapping(two_towns()), "a", side="russia", runs=RUNS)
    assert list(only.levers) == ["russia"]
    same = {t.lever.words: t for t in found.levers["russia"]}
    assert [t.found for t in only.levers["russia"]] == [same[t.lever.words].found for t in only.levers["russia"]]
    assert "Changes by Russia alone" in only.text
    assert "by both sides together" not in only.text


def test_progress_never_runs_over_what_was_announced():
    done = []
    scenario = from_mapping(two_towns())
    ns.explain(scenario, "b", runs=20, engine="reference", progress=done.append)
    assert 0.5 < sum(done) / (20 * variants(scenario, "b")) <= 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("b", {"side": "usa"}), 'there is no side "usa" in play; allowed: us, russia; did you mean "us"?'),
        (("bb", {}), 'there is no issue "bb" in play'),
        (("b", {"by": "2040-01-01"}), "2040-01-01 is not among the dates"),
        (("b", {"by": "soon"}), "a day is a date"),
        (("b", {"runs": 10**8}), "too many to keep"),
    ],
)
def test_what_cannot_be_explained_is_refused(arguments, message):
    issue, more = arguments
    with pytest.raises(NegsimError) as refused:
        ns.explain(from_mapping(talks("a b")), issue, **more)
    assert message in str(refused.value)


def test_texts_from_files_are_escaped():
    evil = '<script>alert("x")</script>\x1b[31m'
    mapping = talks("a b", horizon="300 days")
    mapping["agenda"]["issues"]["a"]["title"] = mapping["agenda"]["issues"]["b"]["title"] = evil
    mapping["agenda"]["sides"]["us"]["title"] = mapping["channels"]["rounds"]["title"] = evil
    found = ns.explain(from_mapping(mapping), "a", runs=20, engine="reference")
    html = found._repr_html_()
    assert "<script" not in html
    assert html.count("&lt;script&gt;") > 3
    assert "\x1b" not in found.text
    assert max(map(cells, found.text.splitlines())) <= 80


def test_the_command_prints_the_explanation_and_the_same_bytes_again(negsim, tmp_path):
    mapping = talks("a b", channel={"gap": {"exponential": {"mean": "40 days"}}}, horizon="15 months")
    (tmp_path / "t.yaml").write_text(from_mapping(mapping).to_yaml(), encoding="utf-8")
    call = ("explain", tmp_path / "t.yaml", "a", "-n", 40, "--side", "us", "--by", "2026-04-10")
    ended = negsim(*call)
    assert (ended.code, ended.err) == (0, "")
    assert max(map(cells, ended.out.splitlines())) <= 80
    assert ended.out == negsim(*call).out
    data = json.loads(negsim(*call, "--json").out)
    assert (data["issue"], data["runs"], data["seed"], data["pilot_seed"]) == ("a", 40, 1, 2)
    assert data["resolved_by"]["date"] == "2026-04-10"
    assert list(data["levers"]) == ["us"]
    assert all((t["pilot"] is None) == bool(t["why_not"]) for t in data["tried"])
    assert data["quality"]["most"]["value"] == pytest.approx(1)
    told = " ".join(ended.out.split())
    for section in data["sentences"]:
        assert section["heading"] in told
        assert all(said in told for said in section["said"])


def test_a_misspelt_issue_ends_with_two(negsim):
    ended = negsim("explain", "scenarios/baseline.yaml", "flihgts")
    assert (ended.code, ended.out) == (2, "")
    assert 'did you mean "flights"?' in ended.err


def test_a_notebook_shows_every_sentence(found):
    shown = html.unescape(found._repr_html_())
    for _, said in found.sections():
        for each in said:
            assert each in shown
    assert repr(found) == "<Explanation of 'A': 200 runs of 'Small talks'>"


def test_events_for_which_issues_wait_are_reported_with_each_day():
    wait = {"kind": "suspend", "issues": ["a"], "duration": {"parameter": "wait"}, "probability": 0.5}
    nothing = {"kind": "reservation", "side": "us", "issues": ["a"], "delta": 0}
    shocks = {
        "link": {"title": "L", "dates": [{"date": "2025-04-10", "probability": 1}], "marks": [wait], "source": SOURCE},
        "end": {"title": "End", "pending": [{"parameter": "wait"}], "marks": [nothing], "source": SOURCE},
    }
    parameters = {"wait": {"value": {"uniform": {"low": "10 days", "high": "900 days"}}, "source": SOURCE}}
    mapping = talks("a b", shocks=shocks, parameters=parameters, horizon="2 years")
    found = ns.explain(from_mapping(mapping), "a", runs=60, engine="reference")
    assert list(found.levers)[-1] == "outside"
    told = {
        t.lever.words.split(",")[0]: t.found.days.value for t in found.levers["outside"]
    }  # the middle changes little
    assert told["End: early"] < 0 < told["End: late"]
    assert found.levers["both"][0].lever.words == "it never waits for: End"
    text = " ".join(found.text.split())
    assert "It may be suspended, with probability 0.5, until: End." in text
    assert "Events outside the negotiation" in text
    assert not [t for t in found.breaks if t.lever.reach == "outside"]
    assert "outside" not in ns.explain(from_mapping(mapping), "a", side="us", runs=20, engine="reference").levers
