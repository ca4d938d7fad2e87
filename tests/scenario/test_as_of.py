"""The scenario as of another day: each rule of the model page, and nothing known too early."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from negsim.agenda import load_agenda
from negsim.errors import InputError, NegsimError
from negsim.scenario import from_mapping, load
from tests import kit

DAY = "2025-09-01"
NOTHING = {"kind": "reservation", "side": "us", "issues": ["a"], "delta": 0}


def entry(day, status, **more):
    return {"date": day, "status": status, "what": "It happened."} | more


def talks(*entries, issue=None, more="b", rounds=None, **over):
    """Talks on ``a`` with this history after January, and on other issues that were raised in January."""
    mapping = kit.talks({"a": issue or {}, **{name: {} for name in more.split()}}, **over)
    mapping["agenda"]["issues"]["a"]["history"] += entries
    days = rounds or {}
    mapping["agenda"]["rounds"] = {
        name: {"title": name, "date": day, "what": "Held.", "issues": ["a"]} for name, day in days.items()
    }
    return mapping


def at(mapping, day=DAY):
    return from_mapping(mapping).at(day)


def start(mapping, day=DAY, issue="a"):
    return at(mapping, day).issues[issue].start


def test_the_own_day_is_the_scenario_itself():
    scenario = from_mapping(talks(issue={"start": {"status": "converging", "clock": "9 days", "rounds": 3}}))
    assert scenario.at("2025-04-10") is scenario


def test_a_start_by_hand_does_not_hold_on_another_day():
    by_hand = {"start": {"status": "converging", "clock": "9 days", "rounds": 3}}
    found = start(talks(entry("2025-03-01", "discussing"), issue=by_hand, rounds={"one": "2025-03-01"}))
    assert (found.status, found.rounds, found.clock["us"].value) == ("discussing", 1, 184.0)


def test_issues_settled_or_not_on_record_by_then_are_not_in_play():
    steps = [entry("2025-05-01", status) for status in ("agreed", "implementing", "resolved")]
    mapping = talks(*steps)
    mapping["agenda"]["issues"]["b"]["history"] = [entry("2025-10-01", "raised")]
    assert list(at({**mapping, "issues": {"a": {}}, "agenda": mapping["agenda"] | {}}, "2025-04-20").issues) == ["a"]
    with pytest.raises(InputError, match="no issue is in play"):
        at(mapping)


def test_a_clock_of_rounds_shows_the_rounds_that_name_it():
    rounds = {"clock": "rounds", "patience": "12 rounds"}
    mapping = talks(
        entry("2025-03-01", "discussing"), rounds={"one": "2025-03-01", "two": "2025-08-01", "later": "2025-10-01"}
    )
    mapping["tactics"]["us"] = mapping["tactics"]["us"] | rounds
    found = start(mapping)
    assert (found.rounds, found.clock["us"].text, found.clock["russia"].value) == (2, "2 rounds", 184.0)


def test_discussions_are_counted_anew_where_a_tactic_answers_offers():
    anew = {"start": {"rounds": 0}}
    mapping = talks(entry("2025-03-01", "discussing"), issue=anew, rounds={"one": "2025-03-01"})
    mapping["tactics"]["us"] = {"kind": "mixed", "beta": 1, "patience": "300 days", "source": kit.SOURCE}
    assert start(mapping, "2025-03-20").rounds == 0


def test_stalled_on_record_is_discussing():
    found = start(talks(entry("2025-03-01", "discussing"), entry("2025-05-01", "stalled")))
    assert (found.status, found.clock["us"].value) == ("discussing", 184.0)


def test_a_suspension_lasts_as_long_again_with_one_half():
    found = start(talks(entry("2025-03-01", "discussing"), entry("2025-08-02", "suspended")))
    assert (found.status, found.was, found.left.numbers["median"].value) == ("suspended", "discussing", 30.0)
    assert found.left.numbers["q90"].value == 270.0


def test_agreed_issues_are_implementing_since_their_agreement_on_equal_terms():
    found = start(talks(entry("2025-08-02", "agreed")))
    assert (found.status, found.passed.value) == ("implementing", 30.0)
    assert found.terms.utilities == {"us": 0.5, "russia": 0.5}


def test_agreed_issues_wait_for_what_they_require():
    requires = {"implementation": {"requires": ["b"]}}
    assert start(talks(entry("2025-08-02", "agreed"), issue=requires)).status == "blocked"
    done = talks(entry("2025-08-02", "agreed"), entry("2025-08-02", "blocked"), issue=requires, more="b c")
    done["agenda"]["issues"]["b"]["history"] += [
        entry("2025-08-20", status) for status in ("agreed", "implementing", "resolved")
    ]
    assert start(done).status == "agreed"


def test_terms_by_hand_hold_while_their_agreement_stands():
    by_hand = {"start": {"status": "agreed", "terms": {"us": 0.7, "russia": 0.3}}}
    first, again = entry("2025-04-01", "agreed"), [entry("2025-05-01", "discussing"), entry("2025-06-01", "agreed")]
    assert start(talks(first, issue=by_hand)).terms.utilities["us"] == 0.7
    later = talks(first, *again, issue=by_hand)
    assert start(later, "2025-05-15").status == "discussing"


def test_of_options_the_one_holds_whose_worse_side_has_the_most():
    options = [{"id": "x", "title": "X", "us": 1, "russia": 0.1}, {"id": "y", "title": "Y", "us": 0.4, "russia": 0.5}]
    found = start(talks(entry("2025-08-02", "agreed"), issue={"outcome": {"options": options}}))
    assert found.terms.option == "y"


def test_an_opening_that_did_not_come_is_dropped():
    mapping = talks(issue={"opens": {"on": "2025-06-01"}})
    assert list(at(mapping, "2025-05-01").issues) == ["a", "b"]
    assert list(at(mapping).issues) == ["b"]
    without_history = talks(issue={"opens": {"on": "2025-06-01"}, "start": {"status": "dormant"}})
    without_history["agenda"]["issues"]["a"]["history"] = []
    assert [start(without_history, day).status for day in ("2025-05-01", DAY)] == ["dormant", "raised"]


def test_settled_members_leave_their_package():
    weights = {"a": 0.5, "b": 0.3, "c": 0.2}
    package = {"issues": list(weights), "weights": {"us": weights, "russia": weights}}
    mapping = talks(entry("2025-08-02", "agreed"), more="b c", packages={"all": package})
    found = at(mapping).packages["all"]
    assert found.issues == ("b", "c")
    assert [weight.value for weight in found.weights["us"].values()] == [0.6, 0.4]
    mapping["agenda"]["issues"]["b"]["history"].append(entry("2025-08-02", "agreed"))
    assert not at(mapping).packages


def test_the_gap_is_as_old_as_the_last_meeting():
    gap = {"gap": {"lognormal": {"median": "60 days", "q90": "180 days"}}, "since_last": "5 days"}
    mapping = talks(rounds={"one": "2025-03", "later": "2025-10-01"}, channel=gap)
    assert at(mapping).channels["rounds"].since_last.value == 154.0
    assert (
        at(mapping | {"channels": mapping["channels"] | {"other": mapping["channels"]["rounds"]}})
        .channels["other"]
        .since_last.value
        == 0.0
    )
    short = talks(rounds={"one": "2025-03"}, channel={"since_last": "5 days"})
    assert at(short).channels["rounds"].since_last.value == 0.0


def test_dates_of_the_past_are_dropped():
    shock = {
        "title": "S",
        "dates": [{"date": "2025-05-01", "probability": 0.5}, {"date": "2025-12-01", "probability": 0.5}],
        "pending": ["100 days", "200 days"],
        "marks": [{"kind": "suspend", "duration": "9 days"}],
    }
    mapping = talks(shocks={"s": shock}, deadline={"date": "2025-08-01", "source": kit.SOURCE})
    mapping["tactics"]["us"]["patience"] = {"until": "deadline"}
    found = at(mapping)
    assert found.deadline is None
    assert found.issues["a"].tactics["us"].patience.value == 1.0
    assert [str(one.date) for one in found.shocks["s"].dates] == ["2025-12-01"]
    assert [one.value for one in found.shocks["s"].pending] == [56.0]


def linked(value, **over):
    """Issue ``a`` may wait for a settlement whose time is a parameter."""
    wait = {"kind": "suspend", "issues": ["a"], "duration": {"parameter": "wait"}, "probability": 0.5}
    own = {"title": "Link", "dates": [{"date": "2025-04-10", "probability": 1}], "marks": [wait]}
    end = {"title": "End", "pending": ["200 days", {"parameter": "wait"}], "marks": [NOTHING]}
    wait_for = {"wait": {"value": value, "source": kit.SOURCE}}
    shocks = {name: {**each, "source": kit.SOURCE} for name, each in {"link": own, "end": end}.items()}
    return talks(shocks=shocks, parameters=wait_for, **over)


def test_a_settlement_that_has_not_come_is_nearer_and_its_links_hold():
    mapping = linked({"uniform": {"low": "100 days", "high": "300 days"}})
    found = at(mapping)  # 144 days later
    left = found.parameters["wait"].value.values
    assert len(left) == 199
    assert np.allclose(left, 156 * (np.arange(199) + 0.5) / 199, atol=1e-2)
    assert "has not ended by 2025-09-01" in found.parameters["wait"].source[-1]
    assert [str(one.date) for one in found.shocks["link"].dates] == [DAY]
    assert [one.text for one in found.shocks["end"].pending] == ["56 days", {"parameter": "wait"}]
    again = at(found.resolved(), "2026-01-01").parameters["wait"].value.values
    assert np.allclose(again, 34 * (np.arange(199) + 0.5) / 199, atol=1)
    assert at(linked("200 days")).parameters["wait"].value.value == 56.0


def test_of_values_that_are_drawn_together_the_rows_are_left_in_which_the_time_has_not_come():
    def column(*values):
        return {"empirical": {"values": list(values), "joint": "kind"}}

    mapping = linked(column("100 days", "300 days", "36525 days"))
    mapping["tactics"]["us"]["patience"] = column("10 days", "20 days", "30 days")
    found = at(mapping)  # 144 days later
    assert found.parameters["wait"].value.values == (156, 36381)
    patience = found.parameters["tactics.us.patience"].value
    assert (patience.values, patience.joint) == ((20, 30), "kind")
    assert [one.text for one in found.shocks["end"].pending] == ["56 days", {"parameter": "wait"}]
    mapping["parameters"]["wait"]["value"] = column("100 days", "90 days", "80 days")
    assert [one.value for one in at(mapping).shocks["end"].pending] == [56.0]


@pytest.mark.parametrize(
    ("value", "tactic"),
    [
        ("100 days", {}),
        ({"uniform": {"low": "20 days", "high": "90 days"}}, {}),
        ("900 days", {"patience": {"parameter": "wait"}}),
    ],
    ids=["passed", "surely passed", "used elsewhere"],
)
def test_a_time_that_is_not_known_to_be_left_is_dropped(value, tactic):
    mapping = linked(value)
    mapping["tactics"]["us"] |= tactic
    found = at(mapping)
    assert found.shocks["link"].dates == ()
    assert [one.value for one in found.shocks["end"].pending] == [56.0]


def test_a_horizon_that_is_a_duration_moves_along():
    assert at(talks()).horizon_days == from_mapping(talks()).horizon_days
    assert str(at(talks(horizon="2026-01-01")).horizon) == "2026-01-01"
    with pytest.raises(InputError, match="is not after as_of"):
        at(talks(horizon="2025-06-01"))


def test_a_record_that_goes_on_changes_nothing_of_earlier_days():
    mapping = talks(entry("2025-03-01", "discussing"), rounds={"one": "2025-03-01"})
    before, moved = from_mapping(mapping), at(mapping)
    longer = talks(entry("2025-03-01", "discussing"), rounds={"one": "2025-03-01"})
    link = "https://example.org/report 2025-10-02 partly"
    longer["agenda"]["issues"]["a"]["history"] += [
        entry("2025-08-30", "converging", citations=[link]),
        entry("2025-12-01", "agreed"),
    ]
    longer["agenda"]["issues"]["new"] = mapping["agenda"]["issues"]["b"] | {"history": [entry("2025-12-01", "raised")]}
    longer["agenda"]["issues"]["b"]["demands"] = {
        "us": {"text": "all of it", "since": "2025-11-01"},
        "russia": {"text": "no public position"},
    }
    longer["agenda"]["rounds"]["two"] = {"title": "two", "date": "2025-10-01", "what": "Held.", "issues": ["new"]}
    longer["agenda"]["events"] = {"e": {"title": "E", "date": "2025-10-01", "what": "It happened."}}
    longer["agenda"]["targets"] = [{"who": "a side", "said": "2025-10-01", "what": "a round", "by": "2025-12-01"}]
    assert from_mapping(longer).hash == before.hash
    assert at(longer).hash == moved.hash
    assert at(longer, "2025-10-02").issues["a"].start.status == "converging"


def test_a_moved_scenario_is_a_file_that_loads_again(baseline):
    moved = baseline.at("2025-09-01")
    assert from_mapping(moved.resolved()) == moved
    assert moved.replace({"tactics.us.beta": 0.1}).as_of == date(2025, 9, 1)


def test_only_a_day_is_a_day(baseline):
    with pytest.raises(NegsimError, match="the as-of date must be a day"):
        baseline.at("2029")


def test_commands_take_a_day(negsim):
    ended = negsim("run", "baseline", "--as-of", "2025-09-01", "--runs", "20", "--json")
    assert json.loads(ended.out)["as_of"] == "2025-09-01"
    assert "2025-09-01" in negsim("when", "baseline", "--as-of", "2025-09-01", "--runs", "20").out
    assert negsim("run", "baseline", "--as-of", "soon").code == 2


@pytest.mark.parametrize("name", ["baseline", "package", "tit_for_tat", "two_desks", "deadline", "record_alone"])
def test_built_in_scenarios_move_to_any_day_of_the_record(name):
    scenario = load(name)
    for day in ("2025-04-11", "2025-12-01", "2026-06-24"):
        assert scenario.at(day).as_of == date.fromisoformat(day)


def test_the_record_of_our_own_first_day_is_as_it_was(root: Path):
    agenda = load_agenda(root / "seeds" / "agenda.yaml").known_by(date(2025, 4, 10))
    assert list(agenda.rounds) == ["first", "second"]
