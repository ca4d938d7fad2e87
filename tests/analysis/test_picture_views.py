"""What pictures say: the same issues count in each, and a footnote or verdict names what is left out."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np

import negsim as ns
from negsim.agenda import Status
from negsim.analysis import burndown, comparison_view, last
from negsim.analysis.context import Entry
from negsim.analysis.estimates import Estimate
from negsim.scenario.scenario import from_mapping
from tests.conftest import context, counted, outcomes
from tests.kit import chance, steady, talks

NEVER = float("nan")
DAY = date(2026, 4, 10)


def test_dormant_issues_count_in_no_picture_and_each_names_them():
    mapping = chance(1.0, "a b", horizon="200 days")
    mapping["issues"]["b"]["opens"] = {"on": "2026-01-01"}
    mapping["agenda"]["issues"]["b"]["history"] = [{"date": "2025-01", "status": "dormant", "what": "Planned."}]
    p = ns.run(from_mapping(mapping), runs=5)
    assert p.view("burndown").verdict == "no issue is unresolved at the horizon in at least 80 % of runs; 1 not opened"
    assert p.view("burnup").verdict == "1 of 2 issues is resolved at the horizon in at least 80 % of runs; 1 not opened"
    assert p.view("flow").verdict == "1.0 of 2 issues are resolved at the horizon on average, 1.0 not opened"


def test_reopened_issues_are_added_as_a_mean_to_a_mean(projection):
    rows = projection.view("burnup").table()
    scope = rows[(rows["what"] == "scope") & (rows["part"] == "projected")]
    levels = np.arange(projection.tally.scope.shape[1])
    assert np.allclose(scope["mean"].astype(float), projection.tally.scope @ levels / projection.runs)
    none = ns.run(from_mapping(chance(0.5, "a", horizon="90 days")), runs=5).plot("burnup")
    assert "reopened" not in none.svg


def test_last_says_if_most_runs_have_no_single_last_issue():
    facts = context(2)
    found = last(facts, counted(facts, outcomes([[NEVER, NEVER]] * 3 + [[1.0, 2.0]])))
    assert found.verdict.startswith("in 75 % of runs no single issue is last: several are unresolved")


def test_one_divisible_issue_has_no_utilitarian_point_and_a_frontier_of_options_may():
    view = ns.run(from_mapping(talks("a", horizon="1 year")), runs=5).view("frontier")
    assert "utilitarian" not in set(view.rows["what"])
    assert "no single point is utilitarian" in view.note
    package = ns.run("package", runs=5).view("frontier")
    assert "utilitarian" in set(package.rows["what"])


def test_the_footnote_says_that_the_picture_cuts_the_record():
    facts = context(1)
    for began, cut in ((date(1999, 5, 1), True), (date(2025, 3, 1), False)):
        issues = (replace(facts.issues[0], history=(Entry(began, began, Status.RAISED),)),)
        data = burndown(replace(facts, issues=issues), counted(facts, outcomes([[1.0]])))
        assert ("The record begins in May 1999, before the picture." in data.note) == cut


def test_regimes_are_coloured_from_mild_to_severe_whatever_their_order():
    regimes = {
        "crisis": {"sojourn": "60 days", "next": {"calm": 1}, "gap_factor": 3},
        "calm": {"sojourn": "60 days", "next": {"crisis": 1}, "gap_factor": 1},
    }
    p = ns.run(from_mapping(talks("a", horizon="1 year", climate=steady(**regimes))), runs=5)
    assert p.view("climate").facts["severity"] == ("calm", "crisis")
    assert p.view("climate", run=0).facts["severity"] == ("calm", "crisis")


def test_the_sentence_of_a_comparison_counts_issues_in_each_direction():
    up, down, none = (Estimate(value, 0.01, value - 0.02, value + 0.02) for value in (0.3, -0.3, 0.0))
    sooner, later = Estimate(-30.0, 1.0, -32.0, -28.0), Estimate(9.0, 1.0, 7.0, 11.0)
    issues = [
        SimpleNamespace(by={DAY: SimpleNamespace(difference=share)}, days=days)
        for share, days in ((up, sooner), (up, sooner), (down, later), (none, none))
    ]
    pair = SimpleNamespace(issues=issues, on=DAY, runs=500)
    assert comparison_view._sentence(("B", "A"), pair) == (
        f"B resolves 2 of 4 issues more often by {DAY}, 1 less often by {DAY}, 2 earlier on average, 1 later on average"
    )
