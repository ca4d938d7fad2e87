"""What could be changed for an issue: steps of a stated size, written as a scenario takes them."""

import numpy as np
import pytest

from negsim.experiments.candidates import candidates, moved
from negsim.quantities.parsing import parse
from negsim.quantities.quantity import Fixed, Parameter, Rule
from negsim.scenario.scenario import from_mapping, load
from tests.kit import SOURCE, chance, play, talks

SPAN, SHARE = Rule("duration", 0, lo_open=True), Rule("number", 0, 1)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("60 days", "90 days"),
        ({"uniform": {"low": "20 days", "high": "40 days"}}, {"uniform": {"low": "30 days", "high": "60 days"}}),
        (
            {"pert": {"low": "2 days", "mode": "4 days", "high": "8 days"}},
            {"pert": {"low": "3 days", "mode": "6 days", "high": "12 days"}},
        ),
        (
            {"lognormal": {"median": "20 days", "q90": "40 days"}},
            {"lognormal": {"median": "30 days", "q90": "60 days"}},
        ),
        ({"exponential": {"mean": "20 days"}}, {"exponential": {"mean": "30 days"}}),
        ({"gamma": {"shape": 2, "scale": "20 days"}}, {"gamma": {"shape": 2, "scale": "30 days"}}),
        ({"weibull": {"shape": 2, "scale": "20 days"}}, {"weibull": {"shape": 2, "scale": "30 days"}}),
        (
            {"beta": {"a": 1, "b": 2, "low": "2 days", "high": "4 days"}},
            {"beta": {"a": 1, "b": 2, "low": "3 days", "high": "6 days"}},
        ),
        ({"empirical": {"values": ["2 days", "4 days"]}}, {"empirical": {"values": ["3 days", "6 days"]}}),
        ({"parameter": "x", "plus": "2 days"}, {"parameter": "x", "times": 1.5, "plus": "3 days"}),
    ],
    ids=str,
)
def test_a_quantity_half_as_large_again(before, after):
    assert moved(parse(before, SPAN), 1.5).text == parse(after, SPAN).text


def test_known_values_stay_in_their_range_and_what_cannot_be_shifted_is_left():
    assert moved(Fixed(0.05, SHARE), plus=-0.1).value == 0
    assert moved(Fixed(0.95, SHARE), plus=0.1).value == 1
    assert moved(parse({"lognormal": {"median": 0.3, "q90": 0.5}}, SHARE), plus=-0.1) is None
    assert moved(Parameter("x", SHARE, 2.0, 0.5), plus=-0.1) == Parameter("x", SHARE, 2.0, 0.4)


def test_a_distribution_is_moved_in_every_run_alike():
    """Linear curves and reservations of 0.2 agree at the first meeting after 5/8 of a patience."""
    patience = {"lognormal": {"median": "400 days", "q90": "900 days"}}
    mapping = talks("a", both={"patience": patience, "kind": "time", "beta": 1, "source": SOURCE}, horizon="30 years")
    mapping["parameters"] = {"span": {"value": patience, "source": SOURCE}}
    for side in mapping["tactics"].values():
        side["patience"] = {"parameter": "span"}
    scenario = from_mapping(mapping)
    changes = {}
    for lever in candidates(scenario, "a"):
        if "patience a third shorter" in lever.words:
            changes |= lever.changes
    assert len(changes) == 2
    before, after = play(mapping, 40)("agreed"), play(scenario.replace(changes).resolved(), 40)("agreed")
    assert (np.abs(after - before * 2 / 3) <= 10).all()
    assert np.unique(before).size > 20


def words(mapping, issue="a", **more):
    return {lever.words: lever for lever in candidates(from_mapping(mapping), issue, **more)}


def test_there_is_a_step_for_every_kind_of_tactic():
    def side(name, **tactic):
        mapping = talks("a")
        mapping["tactics"][name] = {**tactic, "source": SOURCE}
        return words(mapping)

    fixed = side("us", kind="fixed", aspiration=0.7)
    assert fixed["United States: aspiration 0.1 lower"].changes == {
        "issues.a.tactics.us.aspiration": pytest.approx(0.6)
    }
    assert "United States: patience a third shorter" not in fixed
    assert "Russia: patience a third shorter" in fixed
    dated = side("us", kind="time", beta=1, patience={"until": "2026-06-30", "times": 1.2})
    assert dated["United States: patience a third shorter"].changes == {
        "issues.a.tactics.us.patience.times": pytest.approx(0.8)
    }
    mixed = side("russia", kind="mixed", beta=1, patience="90 days")
    assert "Russia: reciprocates concessions by half more" in mixed


def test_issues_by_chance_have_no_concessions_to_move():
    found = words(chance(0.2, "a b"))
    assert found["Russia: another concession tactic"].changes is None
    assert not any("package" in said for said in found)
    assert "Rounds: gaps a quarter shorter" in found


def test_what_hangs_together_can_be_untied():
    mapping = talks({"a": {"implementation": {"requires": ["b"]}}, "b": {}, "c": {}}, undertaking="single")
    found = words(mapping)
    assert found["it no longer requires B"].changes == {"issues.a.implementation.requires": []}
    assert found["each agreement stands alone: no single undertaking"].changes == {"undertaking": "early_harvest"}
    dormant = words(talks({"a": {"opens": {"when": {"issue": "b", "reaches": "agreed"}}}, "b": {}}))
    opened = from_mapping(talks({"a": {"opens": {"when": {"issue": "b", "reaches": "agreed"}}}, "b": {}})).replace(
        dormant["it opens at once"].changes
    )
    assert (str(opened.issues["a"].opens.on), opened.issues["a"].opens.when) == ("2025-04-10", None)


def test_a_package_moves_as_a_whole_and_can_be_untied():
    weights = {"us": {"a": 0.7, "b": 0.3}, "russia": {"a": 0.2, "b": 0.8}}
    mapping = talks("a b c", packages={"p": {"title": "Both", "issues": ["a", "b"], "weights": weights}})
    found = words(mapping)
    assert set(found["Russia: reservation value 0.1 lower"].changes) == {
        "issues.a.reservation.russia",
        "issues.b.reservation.russia",
    }
    assert set(found["Russia: concedes earlier, beta x 1.5"].changes) == {"packages.p.tactics.russia.beta"}
    assert from_mapping(mapping).replace(found['the package "Both" is split'].changes).packages == {}
    assert not any("values that more" in said for said in found)


def test_packages_are_tried_both_ways_with_every_issue_that_stands_alone():
    found = [said for said in words(talks("a b c")) if "values that more" in said]
    assert found == [f'a trial package with "{other}", if {side} values that more' for other in "BC" for side in
                     ("Russia", "United States")]  # fmt: skip


def test_shocks_come_twice_as_often_and_a_regime_lasts_longer(baseline):
    found = {lever.words: lever for lever in candidates(baseline, "visas", "freeze")}
    longer = found['the climate "freeze" lasts longer by half']
    assert (longer.reach, longer.helps) == ("nobody", False)
    assert longer.changes["climate.regimes.freeze.sojourn"]["lognormal"]["q90"] == f"{30 * 365.25 / 12 * 1.5!r} days"
    assert sum(said.startswith("twice as often") for said in found) == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "issue"), [("package", "property"), ("tit_for_tat", "visas"), ("staff_caps", "banking")]
)
def test_every_lever_of_shipped_scenarios_can_be_pulled(root, name, issue):
    scenario = load(root / "scenarios" / f"{name}.yaml")
    for lever in candidates(scenario, issue, "freeze"):
        assert lever.why_not == ""
        assert list(scenario.replace(lever.changes).issues) == list(scenario.issues)


def linked(value, marks):
    shocks = {
        "link": {"title": "Link", "dates": [{"date": "2025-04-10", "probability": 1}], "marks": marks},
        "end": {"title": "The end of it", "pending": [{"parameter": "wait"}],
                "marks": [{"kind": "reservation", "side": "us", "issues": ["a"], "delta": 0}]},
    }  # fmt: skip
    shocks = {name: shock | {"source": SOURCE} for name, shock in shocks.items()}
    return talks("a b c", shocks=shocks, parameters={"wait": {"value": value, "source": SOURCE}}, horizon="2 years")


def test_an_issue_that_may_wait_for_an_event_is_untied_and_the_event_has_known_days():
    wait = {"kind": "suspend", "duration": {"parameter": "wait"}}
    marks = [{**wait, "issues": ["a"], "probability": 0.5}, {**wait, "issues": ["a", "b"], "probability": 1}]
    mapping = linked({"uniform": {"low": "100 days", "high": "300 days"}}, marks)
    found = words(mapping)
    free = found["it never waits for: The end of it"].changes
    left = from_mapping(mapping).replace(free).shocks["link"].marks
    assert [(mark.issues, mark.probability.value) for mark in left] == [(("a",), 0.0), (("b",), 1.0)]
    assert "it never waits for: The end of it" not in words(mapping, issue="c")
    days = [(each.words, each.changes) for each in found.values() if each.reach == "outside"]
    assert days == [
        ("The end of it: early, on 2025-08-08", {"parameters.wait.value": "120 days"}),
        ("The end of it: in the middle, on 2025-10-27", {"parameters.wait.value": "200 days"}),
        ("The end of it: late, on 2026-01-15", {"parameters.wait.value": "280 days"}),
    ]
    known = words(linked("200 days", marks))
    assert "it never waits for: The end of it" in known
    assert not [each for each in known.values() if each.reach == "outside"]


def test_a_link_that_is_cut_gives_the_runs_in_which_nothing_waits():
    wait = {"kind": "suspend", "duration": {"parameter": "wait"}, "issues": ["a"]}
    other = {"kind": "suspend", "duration": "40 days", "issues": ["b"], "probability": 0.5}
    mapping = linked({"uniform": {"low": "100 days", "high": "300 days"}}, [{**wait, "probability": 0.5}, other])
    free = words(mapping)["it never waits for: The end of it"].changes
    never = mapping | {"shocks": {**mapping["shocks"]}}
    never["shocks"]["link"] = mapping["shocks"]["link"] | {"marks": [{**wait, "probability": 0}, other]}
    cut, expected = play(from_mapping(mapping).replace(free).resolved(), 30), play(never, 30)
    before = play(mapping, 30)
    for issue in "ab":
        assert (cut("agreed", issue) == expected("agreed", issue)).all()
    assert (cut("agreed", "b") == before("agreed", "b")).mean() > 0.5
    assert (cut("agreed", "a") < before("agreed", "a")).any()
