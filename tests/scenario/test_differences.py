"""Which assumptions differ: every difference once, in the order of the file, and nothing that is only said."""

from __future__ import annotations

import pytest

from negsim.scenario.difference import differences
from negsim.scenario.scenario import from_mapping
from tests import kit


def words(one, two):
    return [difference.words for difference in differences(one, two)]


def test_a_scenario_does_not_differ_from_itself_nor_by_what_is_only_said(baseline):
    said = {
        "title": "Other words",
        "question": "Why?",
        "description": "A story.",
        "tactics.us.source": "judgement: new",
    }
    assert differences(baseline, baseline) == ()
    changed = baseline.replace(said)
    assert changed != baseline
    assert differences(baseline, changed) == ()


def test_one_lever_is_one_line_however_many_issues_it_moves(baseline):
    (found,) = differences(baseline, baseline.replace({"tactics.us.beta": 0.1}))
    assert (found.path, found.base, found.other) == ("tactics.us.beta", {"parameter": "us_beta"}, 0.1)
    assert found.places == tuple(baseline.issues)
    assert found.words == "United States beta: parameter us_beta -> 0.1 (9 issues)"
    assert found.data()["places"] == list(baseline.issues)


def test_a_change_in_one_place_has_the_path_that_replace_takes(baseline):
    change = {"issues.flights.implementation.lag": {"uniform": {"low": "30 days", "high": "60 days"}}}
    changed = baseline.replace(change)
    (found,) = differences(baseline, changed)
    assert found.places == ()
    assert found.words == (
        "Direct flights, implementation lag: {lognormal: {median: 240 days, q90: 600 days}} -> "
        "{uniform: {low: 30 days, high: 60 days}}"
    )
    assert differences(changed, baseline.replace({found.path: found.other})) == ()


def test_they_come_in_the_order_of_the_file_and_turn_round_with_the_scenarios(baseline):
    changed = baseline.replace(
        {
            "climate.regimes.freeze.pace": 0.5,
            "parameters.us_beta.value": 0.7,
            "issues.flights.hours": "2 hours",
            "horizon": "2 years",
            "shocks.setback.marks.0.probability": 0.125,
        }
    )
    found = differences(baseline, changed)
    assert [difference.path for difference in found] == [
        "horizon",
        "parameters.us_beta.value",
        "issues.flights.hours",
        "climate.regimes.freeze.pace",
        "shocks.setback.marks.0.probability",
    ]
    assert found[1].words == "parameter us_beta: {lognormal: {median: 0.6, q90: 1.6}} -> 0.7"
    back = differences(changed, baseline)
    assert [(d.path, d.other, d.base) for d in back] == [(d.path, d.base, d.other) for d in found]


def test_issues_in_one_only_and_lists_of_names_are_told_by_what_came_or_went():
    two, three = (from_mapping(kit.talks(names)) for names in ("a b", "a b c"))
    assert words(two, three) == ["C: not in play -> in play", "channel rounds, issues: with c"]
    assert words(three, two) == ["C: in play -> not in play", "channel rounds, issues: without c"]


def test_another_order_is_a_difference_since_it_decides_ties():
    one, other = (from_mapping(kit.talks(names)) for names in ("a b", "b a"))
    assert one != other
    assert "issues order: [a, b] -> [b, a]" in words(one, other)


def test_another_history_is_a_difference_and_another_account_of_it_is_not():
    mapping = kit.talks("a")
    told, earlier = kit.talks("a"), kit.talks("a")
    told["agenda"]["issues"]["a"]["history"][0]["what"] = "Somebody raised it."
    earlier["agenda"]["issues"]["a"]["history"][0]["date"] = "2024-06"
    one, two, three = (from_mapping(each) for each in (mapping, told, earlier))
    assert words(one, two) == []
    assert words(one, three) == ["A, history: [2025-01 raised] -> [2024-06 raised]"]


def test_another_kind_of_tactic_does_not_list_what_it_has_no_use_for(baseline):
    changed = baseline.replace({"tactics.us": {"kind": "fixed", "aspiration": 0.5, "source": "judgement: a test"}})
    assert words(baseline, changed) == [
        "United States kind: time -> fixed (9 issues)",
        "United States aspiration: nothing -> 0.5 (9 issues)",
    ]


@pytest.mark.parametrize("story", ["crowded_years", "expulsions", "tit_for_tat"])
def test_no_line_of_words_is_endless(root, baseline, story):
    from negsim.scenario.scenario import load

    found = differences(baseline, load(root / "scenarios" / f"{story}.yaml"))
    assert 0 < len(found) < 20
    assert all(len(difference.words) < 700 for difference in found)
