"""The explorer without its widgets: levers, what moving them does to a scenario, pins, and export."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from statistics import median as middle
from time import perf_counter

import numpy as np
import pytest

import negsim as ns
from negsim.errors import InputError, NegsimError
from negsim.explorer.changes import Moved, Variant, means_something, variant
from negsim.explorer.conversation import Conversation
from negsim.explorer.exploration import Exploration
from negsim.explorer.levers import levers
from negsim.quantities.distributions import median
from negsim.reporting import charts
from negsim.scenario.scenario import Scenario, from_mapping
from tests.kit import SOURCE, steady, talks


def moved(scenario: Scenario, joined: tuple[tuple[str, ...], ...] = (), **values: object) -> Variant:
    """A variant; ``__`` stands for a dot in the key of a lever."""
    by_key = {key.replace("__", "."): value for key, value in values.items()}
    return variant(scenario, levers(scenario), Moved(by_key, joined))


def lever(scenario: Scenario, key: str):
    return {one.key: one for one in levers(scenario)}[key]


def written_out(scenario: Scenario) -> Scenario:
    return from_mapping(scenario.resolved())


def two(shared: bool) -> Scenario:
    """Talks in which patience is a parameter: of one side, or of both."""
    patience = {"lognormal": {"median": "20 months", "q90": "6 years"}}
    names = {"us": "calm", "russia": "calm" if shared else "haste"}
    return from_mapping(
        talks(
            "a b",
            tactics={side: {"patience": {"parameter": name}} for side, name in names.items()},
            parameters={name: {"value": patience} for name in names.values()},
        )
    )


# --- levers ----------------------------------------------------------------------------------------------------------


def test_every_lever_stands_where_nothing_is_changed(baseline):
    for one in levers(baseline):
        assert one.options[one.start].value is None
        assert [option.value for option in one.options].count(None) == 1
        assert len({option.label for option in one.options}) == len(one.options)
    assert variant(baseline, levers(baseline), Moved()).scenario is baseline


def test_a_lever_shows_the_median_among_its_values(baseline):
    patience = lever(baseline, "russia.patience")
    place = [option.label for option in patience.options].index("(7.3 months)")
    assert place == patience.start
    assert patience.options[place - 1].label == "6 months"
    assert patience.options[place + 1].label == "9 months"


def test_a_plain_value_is_offered_once():
    scenario = from_mapping(talks(both={"kind": "time", "beta": 4, "patience": "12 months", "source": SOURCE}))
    assert [o.label for o in lever(scenario, "us.beta").options if o.label.strip("()").startswith("4")] == ["(4)"]


def every_move_is_in_order(scenario: Scenario) -> None:
    found = levers(scenario)
    for one in found:
        ends = {0, len(one.options) - 1, one.start} if one.form == "scale" else range(len(one.options))
        for option in (one.options[place] for place in sorted(ends)):
            moved = Moved({} if option.value is None else {one.key: option.value})
            changed = variant(scenario, found, moved)
            assert bool(changed.words) == (bool(moved) and means_something(scenario, one, moved))
            assert not moved or changed.scenario != scenario


def test_every_end_of_every_lever_gives_a_scenario_that_is_in_order():
    every_move_is_in_order(packed())


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(Path("scenarios").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_end_of_every_lever_of_every_story_is_in_order(path):
    every_move_is_in_order(ns.load(path))
    every_move_is_in_order(written_out(ns.load(path)))


# --- sides -----------------------------------------------------------------------------------------------------------


def test_a_parameter_of_one_side_alone_is_moved_with_all_that_is_said_in_terms_of_it(baseline):
    changed = moved(baseline, us__patience="6 months").scenario
    assert changed.parameters["us_patience"].value.text == "182.625 days"
    assert changed.parameters["us_patience"].source == ("judgement: set in the explorer",)
    assert changed.issues["banking"].tactics["us"].patience.text == {"parameter": "us_patience", "times": 0.2}
    assert changed.parameters["russia_patience"] == baseline.parameters["russia_patience"]


def test_a_parameter_that_both_sides_use_stays_and_the_side_gets_a_number_of_its_own():
    alone, shared = moved(two(False), us__patience="6 months"), moved(two(True), us__patience="6 months")
    assert alone.scenario.parameters["calm"].value.text == "182.625 days"
    assert shared.scenario.parameters == two(True).parameters
    assert shared.scenario.issues["a"].tactics["us"].patience.text == "182.625 days"
    assert shared.scenario.issues["a"].tactics["russia"].patience.text == {"parameter": "calm"}


def test_a_moved_number_is_the_same_where_a_scenario_writes_everything_out(baseline):
    for values in ({"us.beta": 4}, {"russia.patience": "6 months"}, {"us.kind": "fixed", "us.aspiration": 0.6}):
        short, full = (variant(s, levers(s), Moved(values)).scenario.issues for s in (baseline, written_out(baseline)))
        for name in baseline.issues:
            for side in baseline.sides:
                mine, its = (each[name].tactics[side].model_dump(exclude={"source"}) for each in (short, full))
                assert mine == its


def test_what_has_a_number_of_its_own_keeps_it_and_that_is_said():
    scenario = from_mapping(talks({"a": {}, "b": {}, "c": {"tactics": {"us": {"beta": 0.3, "source": SOURCE}}}}))
    changed = moved(scenario, us__beta=4)
    assert [issue.tactics["us"].beta.text for issue in changed.scenario.issues.values()] == [4, 4, 0.3]
    assert changed.notes == ("Beta of United States: C keeps its own value.",)
    assert changed.words == ("United States beta: 4 conceder",)


def test_another_kind_of_tactic_gets_what_it_needs_and_the_scenario_lacks():
    data = talks("a b")
    data["tactics"]["us"] = {"kind": "fixed", "aspiration": 0.7, "source": SOURCE}
    changed = moved(from_mapping(data), us__kind="mixed").scenario.issues["a"].tactics["us"]
    assert (changed.kind, changed.beta.text, changed.weight.text) == ("mixed", 1, 0.5)
    assert changed.patience is not None


def test_a_lever_that_means_nothing_for_the_tactic_changes_nothing(baseline):
    assert moved(baseline, us__kind="fixed", us__beta=4).words == ("United States tactic: no concession (fixed)",)
    one, other = (moved(baseline, us__kind="fixed", **more).scenario for more in ({}, {"us__beta": 4}))
    assert one == other


def test_where_nothing_is_settled_by_concessions_sides_have_no_levers(root):
    scenario = ns.load(root / "scenarios" / "base_rates.yaml")
    assert {one.group for one in levers(scenario)} == {"Talks", "Issues"}


def test_every_moved_block_says_that_it_was_moved(baseline):
    changed = moved(baseline, us__beta=4, russia__kind="mixed", gap__consultations="21 days", climate="thaw").scenario
    blocks = [changed.parameters["us_beta"], changed.issues["visas"].tactics["russia"]]
    for block in (*blocks, changed.channels["consultations"], changed.climate):
        assert "judgement: set in the explorer" in block.source


# --- talks -----------------------------------------------------------------------------------------------------------


def test_a_gap_with_another_median_scatters_as_it_did(baseline):
    before, after = (
        s.channels["consultations"].gap for s in (baseline, moved(baseline, gap__consultations="21 days").scenario)
    )
    assert after.numbers["median"].text == "21 days"
    named = {name: parameter.value for name, parameter in baseline.parameters.items()}
    wide = median(before.numbers["q90"], named) / median(before.numbers["median"], named)
    assert after.numbers["q90"].value == pytest.approx(21 * wide, rel=1e-5)
    fixed = from_mapping(talks())
    assert moved(fixed, gap__rounds="21 days").scenario.channels["rounds"].gap.text == "21 days"


def test_good_offices_and_the_climate_are_set(baseline):
    changed = moved(baseline, offices__consultations=0.3, climate="freeze").scenario
    assert changed.channels["consultations"].good_offices.text == 0.3
    assert changed.climate.start == "freeze"


# --- issues and packages ---------------------------------------------------------------------------------------------


def hanging(**over: object) -> Scenario:
    """Issue b needs a, c opens after a, d opens after c or on a day."""
    requires = {"implementation": {"lag": "9 days", "requires": ["a", "e"]}}
    issues = {
        "a": {}, "b": requires, "c": {"opens": {"when": {"issue": "a", "reaches": "agreed"}}},
        "d": {"opens": {"on": "2025-09-01", "when": {"issue": "c", "reaches": "agreed"}}}, "e": {},
    }  # fmt: skip
    return from_mapping(talks(issues, **over))


def test_what_hangs_on_an_issue_that_is_out_is_told():
    changed = moved(hanging(), issue__a=False)
    assert list(changed.scenario.issues) == ["b", "d", "e"]
    assert changed.scenario.issues["b"].implementation.requires == ("e",)
    assert changed.scenario.issues["d"].opens.when is None
    assert changed.notes == (
        "C: also out, because it opens only after A.",
        "D: opens on 2025-09-01, independent of C.",
        "B: no longer waits for A.",
    )


def test_the_order_in_which_issues_are_taken_out_does_not_matter():
    scenario = hanging()
    one, other = (
        variant(scenario, levers(scenario), Moved(dict.fromkeys(keys, False)))
        for keys in (("issue.e", "issue.a"), ("issue.a", "issue.e"))
    )
    assert one.scenario.issues == other.scenario.issues
    assert one.scenario.written["leave_out"] == other.scenario.written["leave_out"]


def test_the_last_issue_cannot_be_taken_out():
    with pytest.raises(NegsimError, match="no issue is left"):
        moved(from_mapping(talks("a")), issue__a=False)


def packed() -> Scenario:
    weights = {"us": {"a": 0.2, "b": 0.2, "c": 0.6}, "russia": {"a": 0.5, "b": 0.1, "c": 0.4}}
    return from_mapping(
        talks("a b c d", packages={"p": {"title": "Deal", "issues": ["a", "b", "c"], "weights": weights}})
    )


def test_a_package_goes_on_with_those_who_stay_in_their_proportions_or_falls_apart():
    changed = moved(packed(), issue__c=False)
    package = changed.scenario.packages["p"]
    assert package.issues == ("a", "b")
    shares = [package.weights[side]["a"].value for side in ("us", "russia")]
    assert np.allclose(shares, [1 / 2, 5 / 6])
    assert changed.notes == ('The package "Deal" continues with A and B.',)
    alone = moved(packed(), issue__b=False, issue__c=False)
    assert not alone.scenario.packages
    assert alone.notes == ('The package "Deal" is dissolved, because an issue is out.',)


def test_a_package_is_undone_and_its_issues_stay():
    changed = moved(packed(), package__p=False).scenario
    assert (list(changed.packages), list(changed.issues)) == ([], ["a", "b", "c", "d"])


@pytest.mark.parametrize("form", [lambda s: s, written_out], ids=["short", "written out"])
def test_issues_are_joined_with_equal_weights(form):
    changed = moved(form(from_mapping(talks("a b c"))), joined=(("a", "b", "c"),))
    (package,) = changed.scenario.packages.values()
    assert package.issues == ("a", "b", "c")
    assert [share.value for share in package.weights["us"].values()] == [1 / 3] * 3
    assert changed.words == ("A, B and C together",)


def test_what_is_left_out_can_be_taken_in():
    scenario = from_mapping(talks("a b c", leave_out=["b"]))
    assert lever(scenario, "issue.b").start == 0
    assert list(moved(scenario, issue__b=True).scenario.issues) == ["a", "b", "c"]


# --- an exploration --------------------------------------------------------------------------------------------------


def small() -> Scenario:
    return from_mapping(talks("a b", climate=steady(calm={}, storm={"pace": 0.2})))


def explore(scenario: Scenario) -> Exploration:
    return Exploration(scenario, runs=40, engine="reference")


def test_variants_share_their_luck_and_an_undone_move_brings_everything_back():
    exploration = explore(small())
    before = exploration.projection.outcomes
    exploration.move("us.beta", 4)
    assert not np.array_equal(exploration.projection.outcomes["resolved"], before["resolved"], equal_nan=True)
    exploration.move("us.beta", None)
    assert exploration.projection.outcomes.tobytes() == before.tobytes()


def test_a_move_that_is_not_in_order_raises_and_keeps_what_is_shown():
    exploration = explore(small())
    shown = exploration.projection
    for key in ("issue.a", "issue.b"):
        with nullcontext() if key == "issue.a" else pytest.raises(NegsimError, match="leave at least one in"):
            exploration.move(key, False)
    assert list(exploration.projection.scenario.issues) == ["b"]
    exploration.reset()
    assert exploration.projection.scenario == shown.scenario
    for key, value, message in (
        ("us.betta", 4, "there is no lever"),
        ("us.beta", 3.3, "can be None"),
        ("issue.a", 0, "can"),
    ):
        with pytest.raises(NegsimError, match=message):
            exploration.move(key, value)


def test_joining_needs_two_and_leaves_nothing_behind_if_it_fails():
    exploration = explore(packed())
    with pytest.raises(NegsimError, match="two issues or more"):
        exploration.join("d")
    with pytest.raises(InputError, match="already"):
        exploration.join("a", "d")
    assert not exploration.moved
    exploration.move("package.p", False)
    exploration.join("d", "a")
    assert exploration.free() == ["b", "c"]
    exploration.part()
    assert exploration.free() == ["a", "b", "c", "d"]


def test_pins_are_compared_run_by_run():
    exploration = explore(small())
    pin = exploration.pin()
    exploration.move("us.beta", 4)
    expected = ns.compare(pin.projection, ns.run(exploration.variant.scenario, 40, engine="reference")).issues
    assert exploration.comparison(pin).issues.equals(expected)
    assert exploration.pin().name == "Pin 2"
    exploration.unpin("Pin 1")
    assert exploration.pin(" mine ").name == "mine"
    assert [pin.name for pin in exploration.pins] == ["Pin 2", "mine"]
    for action in (lambda: exploration.pin("mine"), lambda: exploration.unpin("Pin 1")):
        with pytest.raises(NegsimError, match="there is"):
            action()


# --- export ----------------------------------------------------------------------------------------------------------


def test_an_exported_scenario_extends_its_file_and_gives_the_same_projection(baseline, tmp_path):
    exploration = explore(baseline)
    exploration.move("us.kind", "mixed")
    exploration.move("gap.consultations", "21 days")
    exploration.move("issue.flights", False)
    exploration.join("visas", "hurdles")
    path = exploration.export(tmp_path / "mine.yaml")
    assert "extends: " in path.read_text()
    assert len(path.read_text().splitlines()) < 80
    again = ns.load(path)
    assert again.hash == exploration.variant.scenario.hash
    assert ns.run(again, 40, engine="reference").outcomes.tobytes() == exploration.projection.outcomes.tobytes()


def test_an_exported_scenario_without_a_file_is_written_out(baseline, tmp_path):
    for scenario in (small(), baseline.replace({"leave_out": ["flights"]})):
        exploration = explore(scenario)
        exploration.move("us.beta", 4)
        path = exploration.export(tmp_path / "mine.yaml")
        assert "extends" not in path.read_text()
        assert ns.load(path) == exploration.variant.scenario


def test_an_export_replaces_its_own_file_and_no_other(tmp_path):
    exploration, path = explore(small()), tmp_path / "mine.yaml"
    exploration.export(path)
    exploration.move("us.beta", 4)
    exploration.export(path)
    assert ns.load(path).hash == exploration.variant.scenario.hash
    path.write_text(path.read_text() + "# by hand\n")
    (tmp_path / "other.yaml").write_text("title: mine\n")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe")
    for other in (path, tmp_path / "other.yaml", tmp_path / "binary.yaml"):
        before = other.read_bytes()
        with pytest.raises(NegsimError, match="choose another name"):
            exploration.export(other)
        assert other.read_bytes() == before
    with pytest.raises(NegsimError, match=r"written as \.yaml"):
        exploration.export(tmp_path / "mine.txt")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["binary.yaml", "mine.yaml", "other.yaml"]


# --- charts ----------------------------------------------------------------------------------------------------------


def test_the_medians_of_pins_are_in_the_data_behind_the_picture(projection):
    from dataclasses import replace

    from negsim.plots import draw

    data = projection.view("burndown")
    beside = replace(data, others=(("Pin 1", data.projected.assign(median=0)),))
    picture = draw("burndown", beside)
    assert "Pin 1: median" in picture.svg
    assert (picture.table[picture.table["part"] == "Pin 1"]["median"] == 0).all()
    assert draw("burndown", data).svg == projection.plot("burndown").svg


def test_a_burndown_shows_the_record_then_the_quantiles_of_the_picture(projection):
    chart = charts.burndown(projection)
    table = projection.burndown()
    by_label = {one["label"]: one for one in chart["series"]}
    today = chart["x"].index(chart["as_of"])
    drawn = [one[key] for one in chart["series"] for key in ("y", "low", "high") if key in one]
    assert {len(values) for values in drawn} == {len(chart["x"])}
    recorded, projected = table[table["part"] == "recorded"], table[table["part"] == "projected"]
    assert by_label["recorded"]["high"][: today + 1] == recorded["high"].tolist()
    assert (
        by_label["median"]["y"][today:][:5] == projected["median"].iloc[:: max(1, len(projected) // 800)].tolist()[:5]
    )
    assert by_label["median"]["y"][:today] == [None] * today


def test_rows_say_what_the_summary_says(projection):
    rows = {row["id"]: row for row in charts.calendar(projection)["rows"]}
    table = projection.summary()
    for name, row in rows.items():
        assert row["text"] == f"{100 * table.at[name, 'p_resolved']:.0f} %"
        p50 = str(table.at[name, "p50"])
        assert f"50 % {p50}," in row["read"].replace("50 % by ", "50 % ")
    waits = {row["id"]: row for row in charts.waiting(projection)["rows"]}
    assert all(row["bars"][-1]["b"] == pytest.approx(1, abs=0.03) for row in waits.values())


def test_survival_is_one_minus_the_probability_and_terms_are_shares(projection):
    chart = charts.survival(projection, "banking")
    by = projection.resolved_by(chart["x"][-1]).at["banking", "p"]
    line, band = chart["series"][1]["y"], chart["series"][0]
    assert line[-1] == pytest.approx(1 - by)
    assert all(low <= y <= high for low, y, high in zip(band["low"], line, band["high"], strict=True))
    with pytest.raises(KeyError):
        charts.survival(projection, "nothing")
    assert all(0 <= bar["a"] <= bar["b"] <= 1 for row in charts.terms(projection)["rows"] for bar in row["bars"])
    flow = charts.flow(projection)
    assert all(top <= flow["top"] + 1e-6 for top in flow["series"][-1]["high"])
    assert all(max(np.subtract(one["high"], one["low"])) > 0.004 for one in flow["series"])


def test_statuses_over_time_tell_the_number_of_runs_with_a_log(baseline, monkeypatch):
    monkeypatch.setattr("negsim.projection.logged_runs.MOST", 30)
    assert charts.flow(ns.run(baseline, runs=50))["runs"] == 30


@pytest.mark.alone
@pytest.mark.slow
def test_a_move_is_shown_well_under_a_second(baseline):
    exploration = Exploration(baseline, runs=2000, engine="batch")
    exploration.pin()
    took = []
    for key in ("us.beta", "russia.beta", "us.patience", "russia.patience", "gap.consultations") * 2:
        choices = exploration.lever(key).options
        start = perf_counter()
        exploration.move(key, choices[len(took) % 5].value)
        Conversation(exploration).state()
        took.append(perf_counter() - start)
    assert middle(took) < 0.5
