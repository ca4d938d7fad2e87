"""A run told: the words follow from the log, and what they say is what the outcomes say."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from rich.cells import cell_len as cells

import negsim as ns
from negsim.agenda.status import Reason, Spent, Status
from negsim.projection.narrator import mark_words, tell
from negsim.projection.replay import trace
from negsim.simulation import compiler as compiled
from negsim.simulation.events import EVENT, OUTCOME, Kind

SCENARIOS = sorted(Path("scenarios").glob("*.yaml")) or sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


def told(scenario, *events, **outcome):
    """The story of a log made by hand; each event is (day, kind, columns)."""
    names = compiled.compile(scenario)
    log = np.zeros(len(events), EVENT)
    for row, (day, kind, columns) in zip(log, events, strict=True):
        row["t"], row["kind"] = day, kind
        for name, value in columns.items():
            row[name] = value
    rows = np.zeros(len(names.issues), OUTCOME)
    rows["u_a"], rows["option"], rows["reason"], rows["status"] = np.nan, -1, Reason.HORIZON, Status.RAISED
    for name, value in outcome.items():
        rows[name][0] = value
    return tell(scenario, names, log, rows, run=0, seed=1)


def words(story):
    return [beat.text for beat in story.beats if beat.text]


def test_a_discussion_tells_who_moved_and_how_far_apart_they_are(baseline):
    story = told(
        baseline,
        (1, Kind.OFFER, {"other": 0, "z": 0.9}),
        (1, Kind.OFFER, {"other": 1, "z": 0.8}),
        (1, Kind.DISCUSSION, {"x": 0.7}),
        (9, Kind.OFFER, {"other": 1, "z": 0.5}),
        (9, Kind.DISCUSSION, {"other": 1, "now": 1}),
        (9, Kind.DEAL, {"x": 0.5, "y": 0.5}),
    )
    title = next(iter(baseline.agenda.issues.values())).title
    assert words(story) == [
        f"{title}: United States 90 %, Russia 80 %; 70 % apart",
        f"{title}: Russia 80 → 50 %; United States accepts",
        f"{title}: AGREED, United States 50 %, Russia 50 %",
    ]


def test_dates_are_as_of_plus_whole_days_and_stand_once(baseline):
    story = told(
        baseline,
        (30.99, Kind.DEADLINE, {}),
        (30.995, Kind.END, {}),
    )
    assert [beat.on for beat in story.beats] == [baseline.as_of + timedelta(days=30)] * 2
    assert story.text.count(str(baseline.as_of + timedelta(days=30))) == 1


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        (Status.DORMANT, Status.RAISED, "opened"),
        (Status.DISCUSSING, Status.CONVERGING, "the sides are close"),
        (Status.CONVERGING, Status.DISCUSSING, "the sides are no longer close"),
        (Status.DISCUSSING, Status.STALLED, "stalled, neither side has anything left to give"),
        (Status.DISCUSSING, Status.SUSPENDED, "suspended"),
        (Status.SUSPENDED, Status.DISCUSSING, "taken up again"),
        (Status.STALLED, Status.DISCUSSING, "taken up again"),
        (Status.CONVERGING, Status.AGREED, "AGREED, with all the others"),
        (Status.DISCUSSING, Status.LAPSED, "LAPSES"),
        (Status.RAISED, Status.DISCUSSING, None),
        (Status.IMPLEMENTING, Status.RESOLVED, None),
    ],
)
def test_a_status_is_told_unless_something_else_tells_it(baseline, was, now, expected):
    story = told(baseline, (1, Kind.STATUS, {"was": was, "now": now}))
    title = next(iter(baseline.agenda.issues.values())).title
    assert words(story) == ([f"{title}: {expected}"] if expected else [])
    assert story.data()["events"][0]["now"] == now.label


def test_a_deal_is_not_told_twice(baseline):
    story = told(
        baseline,
        (1, Kind.DEAL, {"x": 0.5, "y": 0.5}),
        (1, Kind.STATUS, {"was": Status.DISCUSSING, "now": Status.AGREED}),
    )
    assert len(words(story)) == 1


def test_what_blocks_is_named_and_what_is_resolved_blocks_no_more(baseline):
    linked = baseline.replace({"issues.banking.implementation.requires": ["flights", "visas"]})
    names = compiled.compile(linked)
    flights = names.issues.index("flights")
    story = told(
        linked,
        (1, Kind.STATUS, {"who": flights, "was": Status.IMPLEMENTING, "now": Status.RESOLVED}),
        (2, Kind.STATUS, {"who": 0, "was": Status.AGREED, "now": Status.BLOCKED}),
    )
    assert words(story)[-1].endswith(f"blocked, waits for {linked.agenda.issues['visas'].title}")


def test_several_issues_to_which_the_same_happens_are_told_in_a_line(baseline):
    suspended = {"was": Status.DISCUSSING, "now": Status.SUSPENDED}
    story = told(baseline, *((1, Kind.STATUS, {"who": k, **suspended}) for k in range(3)))
    assert "3 issues: suspended" in story.text
    assert len(story.beats) == 3


@pytest.mark.parametrize(
    ("kind", "columns", "expected"),
    [
        (Kind.MEETING, {}, "a meeting is held"),
        (Kind.MEETING, {"now": 1}, "a meeting is cancelled"),
        (Kind.MEETING, {"now": 2, "was": 1}, "an extra meeting is lost to the suspension"),
        (Kind.LAG, {"x": 1.2}, "implementation begins and takes 1 day"),
        (Kind.LAG_END, {}, "RESOLVED, its implementation is complete"),
        (Kind.LAG_END, {"now": 1}, "the agreement COLLAPSES"),
        (Kind.DISCUSSION, {"now": 2}, "both take the host's proposal"),
        (Kind.DISCUSSION, {"now": 3}, "it settles"),
        (Kind.DISCUSSION, {"x": np.nan}, "in vain"),
        (Kind.BREAKDOWN, {}, "The talks break down"),
        (Kind.DEADLINE, {}, "The deadline has come"),
        (Kind.END, {"now": 1}, "The horizon"),
        (Kind.END, {}, "Every issue is settled"),
    ],
)
def test_every_kind_of_event_has_its_words(baseline, kind, columns, expected):
    (text,) = words(told(baseline, (5, kind, columns)))
    assert expected in text


def test_the_climate_turns_from_what_it_was(baseline):
    names = compiled.compile(baseline)
    (text,) = words(told(baseline, (5, Kind.CLIMATE, {"who": 0, "was": 1})))
    assert text == f"The climate turns from {names.regimes[1]} to {names.regimes[0]}"


MARKS = {
    "title": "A shock",
    "rate": "1 per year",
    "source": "judgement: a test",
    "marks": [
        {"kind": "suspend", "issues": "all", "duration": "30 days"},
        {"kind": "suspend", "issues": ["flights"], "duration": "30 days"},
        {"kind": "harden", "side": "us", "issues": "all", "step": 0.2, "half_life": "60 days"},
        {"kind": "ease", "side": "russia", "issues": ["flights"], "step": 0.1, "half_life": "60 days"},
        {"kind": "reservation", "side": "us", "issues": ["flights"], "delta": -0.1},
    ],
}


def test_every_effect_of_a_shock_has_its_words(baseline):
    scenario = baseline.replace({"shocks.test": MARKS})
    marks = scenario.shocks["test"].marks
    flights = scenario.agenda.issues["flights"].title
    assert [mark_words(mark, x, scenario) for mark, x in zip(marks, (30, 30, 0.2, 0.1, -0.1), strict=True)] == [
        "it suspends all talks for 30 days",
        f"it suspends {flights} for 30 days",
        "United States hardens by 20 %, fading (all issues)",
        f"Russia eases by 10 %, fading ({flights})",
        f"United States would now settle for 10 % less at the worst ({flights})",
    ]


def test_the_end_of_an_issue_comes_from_its_outcome(baseline):
    spent = np.zeros(len(Spent))
    spent[Spent.SIDE_B], spent[Spent.MEETING] = 30, 10
    story = told(baseline, status=Status.LAPSED, reason=Reason.BREAKDOWN, spent=spent)
    assert story.ends[0].text == "lapsed; never settled: breakdown; waited mostly for Russia (75 % of the time)"
    story = told(baseline, status=Status.RESOLVED, reason=Reason.RESOLVED, u_a=0.25, u_b=0.75, spent=spent)
    assert story.ends[0].text == "resolved, on the terms: United States 25 %, Russia 75 %"


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda p: p.stem)
def test_stories_of_every_scenario_agree_with_its_outcomes(path):
    scenario = ns.load(path)
    projection = ns.run(scenario, runs=3, seed=2)
    for k in range(projection.runs):
        story = projection.trace(k)
        assert max(map(cells, story.text.splitlines())) <= 80
        ends = {end.issue: end.facts["status"] for end in story.ends}
        mine = projection.issues.query("run == @k").set_index("issue")
        assert ends == mine["status"].astype(str).to_dict()
        for beat in story.beats:
            if beat.kind == "status" and beat.facts["now"] == "resolved":
                day = mine.loc[beat.facts["issue"], "resolved"]
                assert beat.on == projection.context.date_of(day)
        assert json.loads(json.dumps(story.data(), allow_nan=False)) == story.data()


def test_a_run_is_replayed_alone(baseline, projection):
    assert trace(baseline, 5, seed=1) == projection.trace(5)
    assert trace(baseline, 5, seed=2) != projection.trace(5)
    assert trace(baseline, 5, seed=1).beats[-1].on <= date(2028, 4, 10)


def test_a_notebook_shows_the_text_escaped(projection):
    story = projection.trace(0)
    assert story._repr_html_().startswith("<pre>")
    assert "→" in story.text or "%" in story.text
    assert str(story) == story.text
    assert "&lt;b&gt;" in replace(story, title="<b>")._repr_html_()


def test_what_is_not_told_leaves_no_line(baseline):
    story = told(baseline, (1, Kind.OFFER, {"z": 0.9}))
    assert story.text.splitlines()[4:6] == ["", "How it ends"]
