"""Scenarios: inheritance and defaults, the full form, changes in one line, and the schema."""

from __future__ import annotations

import pickle
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from negsim.errors import InputError
from negsim.files import builtin_scenarios, find_scenario
from negsim.files.yaml import read_yaml, read_yaml_text, to_yaml
from negsim.quantities.quantity import Draw, Fixed, Parameter
from negsim.scenario.file_check import check
from negsim.scenario.scenario import Scenario, from_mapping, load
from negsim.scenario.tactics import Until

ROOT = Path(__file__).parents[2]
STORIES = sorted((ROOT / "scenarios").glob("*.yaml"))
TALKS = ROOT / "tests" / "invalid" / "scenario" / "base" / "talks.yaml"


@pytest.fixture(scope="module")
def talks() -> Scenario:
    return load(TALKS)


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Writes a file that extends the small scenario and loads it."""

    def load_text(text: str, name: str = "x.yaml") -> Scenario:
        (tmp_path / name).write_text(f"extends: {TALKS}\n{text}")
        return load(tmp_path / name)

    return load_text


def problems(action: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        action()
    return [problem.headline for problem in caught.value.problems]


# --- the full form ---------------------------------------------------------------------------------------------------


def test_a_scenario_is_complete(talks: Scenario) -> None:
    assert talks.sides == ("us", "russia")
    assert list(talks.issues) == ["banking", "visas"], "in the agenda's order, without what is dormant"
    assert talks.leave_out == ("arms",)
    assert (talks.as_of, talks.horizon_date, talks.horizon_days) == (date(2025, 4, 10), date(2028, 4, 9), 1095)
    banking, visas = talks.issues["banking"], talks.issues["visas"]
    assert (banking.start.status, visas.start.status) == ("discussing", "raised"), "as the agenda's history says"
    assert visas.tactics["us"].beta == Fixed(1.0, visas.tactics["us"].beta.rule)  # type: ignore[union-attr]
    assert visas.tactics["us"].kappa is not None
    assert visas.tactics["us"].aspiration is None, "a time tactic has none"
    assert isinstance(visas.tactics["us"].patience, Parameter)
    assert (visas.settle, visas.first, visas.outcome) == ("concession", "drawn", "divisible")
    assert isinstance(visas.implementation.lag, Draw)
    assert visas.implementation.lag.rule.chance
    assert talks.channels["rounds"].issues == ("banking", "visas")
    assert talks.climate.regimes["calm"].pace == Fixed(1.0, talks.climate.regimes["calm"].pace.rule)
    assert talks.shocks["step"].marks[0].probability == Fixed(1.0, talks.shocks["step"].marks[0].probability.rule)
    assert not talks.warnings


def test_without_a_climate_there_is_one_that_changes_nothing(write: Any) -> None:
    scenario = write("climate: null\nshocks: null")
    regime = scenario.climate.regimes["steady"]
    assert scenario.climate.start == "steady"
    assert regime.sojourn is None
    assert not regime.next
    values = [regime.pace, regime.gap_factor, regime.cancellation, regime.settlement, regime.breakdown]
    assert [value.value for value in values] == [1.0, 1.0, 0.0, 1.0, 0.0]


@pytest.mark.parametrize("path", [TALKS, *STORIES], ids=lambda path: path.stem)
def test_the_full_form_is_the_same_scenario(path: Path) -> None:
    scenario = load(path)
    again = from_mapping(read_yaml_text(scenario.to_yaml(), "resolved.yaml").data)
    assert again == scenario
    assert again.hash == scenario.hash
    assert again.to_yaml() == scenario.to_yaml()
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_the_full_form_is_a_file_like_any_other(talks: Scenario, tmp_path: Path) -> None:
    (tmp_path / "full.yaml").write_text(talks.to_yaml())
    assert load(tmp_path / "full.yaml") == talks
    assert check(tmp_path / "full.yaml") == []
    text = talks.to_yaml()
    assert "extends" not in text
    assert "clock: {}" not in text, "what is empty is not shown"
    assert "defaults" not in text
    assert talks.resolved()["channels"]["rounds"]["issues"] == ["banking", "visas"], "nothing is left as `all`"


def test_the_hash_tells_scenarios_apart_and_only_them(talks: Scenario) -> None:
    assert re.fullmatch("[0-9a-f]{64}", talks.hash)
    assert load(TALKS).hash == talks.hash
    assert hash(load(TALKS)) == hash(talks)
    assert talks.replace(horizon="1095 days") == talks, "said otherwise, the same"
    changed = talks.replace({"issues.visas.hours": "61 minutes"})
    assert changed.hash != talks.hash
    assert changed != talks
    assert talks != 3


def test_the_order_of_declaration_counts_and_the_order_of_keys_does_not(talks: Scenario) -> None:
    data = read_yaml_text(talks.to_yaml(), "full.yaml").data
    turned = {**data, "climate": {**data["climate"], "regimes": dict(reversed(data["climate"]["regimes"].items()))}}
    assert from_mapping(turned).hash != talks.hash, "ties and choices go by the order of regimes"
    visas = data["issues"]["visas"]
    visas = {**visas, "reservation": dict(reversed(visas["reservation"].items()))}
    same = {**data, "issues": {**data["issues"], "visas": dict(reversed(visas.items()))}}
    assert from_mapping(dict(reversed(same.items()))).hash == talks.hash


def test_nothing_can_be_changed_in_place(talks: Scenario) -> None:
    with pytest.raises(ValidationError):
        talks.title = "other"  # type: ignore[misc]
    with pytest.raises(TypeError, match="frozen"):
        talks.issues["visas"] = talks.issues["banking"]  # type: ignore[index]
    with pytest.raises(TypeError, match="frozen"):
        talks.issues["visas"].reservation.update(us=1)  # type: ignore[attr-defined]


def test_a_scenario_is_shown_in_a_line(talks: Scenario) -> None:
    assert str(talks) == repr(talks) == "<Scenario 'North and South': 2 issues from 2025-04-10 to 2028-04-09>"


# --- extends ---------------------------------------------------------------------------------------------------------


def test_a_scenario_of_one_changed_assumption_is_short(write: Any, talks: Scenario) -> None:
    scenario = write("title: Harder\ntactics: {us: {beta: boulware}}\n")
    assert scenario.title == "Harder"
    assert scenario.issues["visas"].tactics["us"].beta.value == 0.25
    assert scenario.issues["visas"].tactics["us"].patience == talks.issues["visas"].tactics["us"].patience
    assert scenario.issues["visas"].tactics["russia"] == talks.issues["visas"].tactics["russia"]


def test_paths_are_relative_to_the_file_that_names_them(tmp_path: Path, talks: Scenario) -> None:
    (tmp_path / "one" / "two").mkdir(parents=True)
    for name in ("talks.yaml", "agenda.yaml"):
        (tmp_path / "one" / name).write_text((TALKS.parent / name).read_text())
    (tmp_path / "one" / "two" / "x.yaml").write_text("extends: ../talks.yaml\n")
    assert load(tmp_path / "one" / "two" / "x.yaml") == talks


def test_layers_lie_on_layers(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"extends: {TALKS}\ntitle: a\ndescription: a\n")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\ntitle: b\n")
    (tmp_path / "c.yaml").write_text("extends: b.yaml\nquestion: c\n")
    scenario = load(tmp_path / "c.yaml")
    assert (scenario.title, scenario.description, scenario.question) == ("b", "a", "c")


def test_a_distribution_of_another_form_replaces_the_one_there_was(write: Any) -> None:
    lognormal = "parameters: {wait: {value: {lognormal: {q90: 5 years}}}}"
    assert write(lognormal).parameters["wait"].value.text == {
        "lognormal": {"median": "365.25 days", "q90": "1826.25 days"}
    }
    exponential = "parameters: {wait: {value: {exponential: {mean: 2 years}}}}"
    assert write(exponential).parameters["wait"].value.text == {"exponential": {"mean": "730.5 days"}}
    scaled = write("tactics: {us: {patience: {times: 2}}}").issues["visas"].tactics["us"].patience
    assert scaled.text == {"parameter": "wait", "times": 2}
    other = write("tactics: {us: {patience: {uniform: {low: 1 year, high: 2 years}}}}")
    assert set(other.parameters["tactics.us.patience"].value.text) == {"uniform"}
    until = write("tactics: {us: {patience: {until: 2026-01-01}}}").issues["visas"].tactics["us"].patience
    assert isinstance(until, Until)
    assert until.until == date(2026, 1, 1)
    assert until.times.text == 1


def test_another_kind_of_tactic_keeps_what_it_understands(write: Any) -> None:
    tactic = write("tactics: {us: {kind: mixed, weight: 0.2}}\nissues: {banking: {tactics: {us: {beta: 3}}}}")
    visas, banking = tactic.issues["visas"].tactics["us"], tactic.issues["banking"].tactics["us"]
    assert (visas.kind, visas.weight.text, visas.beta.text, visas.patience.name) == ("mixed", 0.2, 1, "wait")
    assert banking.beta.text == 3
    fixed = write("tactics: {us: {kind: fixed}}\nissues: {banking: {tactics: {us: {beta: 3}}}}")
    assert fixed.issues["banking"].tactics["us"].beta is None, "the exponent belongs to another kind"
    assert fixed.issues["banking"].tactics["us"].aspiration.text == 1


def test_another_status_at_the_start_keeps_what_it_carries(write: Any) -> None:
    start = write("issues: {banking: {start: {status: agreed, terms: {us: 0.4, russia: 0.6}}}}").issues["banking"].start
    assert start.terms.utilities == {"us": 0.4, "russia": 0.6}
    assert start.rounds is None
    assert not start.clock


def test_null_takes_away_what_is_inherited(write: Any) -> None:
    scenario = write("shocks: {step: null}\nparameters: {unused: null}\nchannels: {rounds: {since_last: null}}")
    assert not scenario.shocks
    assert scenario.channels["rounds"].since_last.text == "0 days"


def test_names_in_a_list_are_replaced_with_the_list(write: Any) -> None:
    calls = "calls: {title: C, gap: 9 days, session: 2 hours, issues: all, source: 'judgement: x'}"
    scenario = write(f"channels: {{rounds: {{issues: [visas]}}, {calls}}}")
    assert scenario.channels["rounds"].issues == ("visas",)
    assert list(scenario.channels) == ["rounds", "calls"], "in the order of the files"


def test_what_is_left_out_is_silently_absent_from_lists(write: Any) -> None:
    scenario = write("leave_out: [visas]\nchannels: {rounds: {issues: [visas, banking, arms]}}")
    assert list(scenario.issues) == ["banking"]
    assert scenario.channels["rounds"].issues == ("banking",)
    assert scenario.leave_out == ("visas", "arms")


# --- defaults --------------------------------------------------------------------------------------------------------


def test_sources_add_up(talks: Scenario, write: Any) -> None:
    scenario = write("issues: {visas: {source: ['document: x', 'paper: y'], tactics: {us: {beta: 2}}}}")
    assert scenario.issues["visas"].source == ("document: x", "paper: y", "judgement: a guess")
    assert scenario.issues["visas"].tactics["us"].source == ("document: x", "paper: y", "judgement: a guess")
    assert scenario.issues["visas"].tactics["russia"].source == ("judgement: a guess",)
    assert talks.issues["visas"].source == ("judgement: a guess",)


def test_a_dormant_issue_plays_when_something_opens_it(write: Any) -> None:
    scenario = write("issues: {arms: {opens: {on: 2026-01-01, when: {issue: visas, reaches: agreed}}}}")
    arms = scenario.issues["arms"]
    assert (arms.start.status, arms.opens.on, arms.opens.when.issue) == ("dormant", date(2026, 1, 1), "visas")
    assert scenario.channels["rounds"].issues == ("banking", "visas", "arms")


def test_an_open_issue_can_be_put_to_sleep(write: Any) -> None:
    text = "issues: {visas: {start: {status: dormant}, opens: {when: {issue: banking, reaches: resolved}}}}"
    assert write(text).issues["visas"].start.status == "dormant"


def test_a_clock_of_rounds_starts_at_the_rounds_spent(write: Any) -> None:
    text = "tactics: {us: {clock: rounds, patience: 8 rounds}}\nissues: {banking: {start: {clock: {us: null}}}}"
    banking = write(text).issues["banking"]
    assert banking.tactics["us"].patience.text == "8 rounds"
    assert (banking.start.clock["us"].text, banking.start.clock["russia"].text) == ("2 rounds", "42 days")


def test_a_side_without_a_clock_needs_none(write: Any) -> None:
    text = "tactics: {us: {kind: fixed}, russia: {kind: reciprocal}}\nissues: {banking: {start: {clock: null}}}"
    clocks = write(text).issues["banking"].start.clock
    assert {side: value.text for side, value in clocks.items()} == {"us": "0 days", "russia": "0 days"}


def test_offers_are_there_for_both_sides_or_none(write: Any, talks: Scenario) -> None:
    assert talks.issues["banking"].start.offers == {"us": (0.1, 0.2), "russia": (0.1,)}
    scenario = write("issues: {banking: {start: {offers: {russia: null}}}}")
    assert scenario.issues["banking"].start.offers == {"us": (0.1, 0.2), "russia": ()}
    assert not talks.issues["visas"].start.offers


PACKAGE = """
packages:
  both:
    issues: [visas, banking]
    weights: {us: {banking: 0.4, visas: 0.6}, russia: {banking: 0.5, visas: 0.5}}
    tactics: {us: {kind: fixed, aspiration: 0.9}}
    first: us
    source: "judgement: p"
"""


def test_a_member_has_from_its_package_what_it_does_not_state(write: Any) -> None:
    scenario = write(PACKAGE + "issues: {visas: {tactics: {us: {beta: 3}}, first: russia}}")
    assert scenario.packages["both"].tactics["us"].kind == "fixed"
    assert scenario.packages["both"].tactics["russia"].kind == "time"
    assert scenario.packages["both"].reservation is None
    banking, visas = scenario.issues["banking"], scenario.issues["visas"]
    assert (banking.tactics["us"].kind, banking.first) == ("fixed", "us")
    assert (visas.tactics["us"].kind, visas.tactics["us"].beta.text, visas.first) == ("time", 3, "russia")
    assert scenario.packages["both"].issues == ("visas", "banking"), "the first member leads"


def test_settling_by_chance_needs_no_positions() -> None:
    data = read_yaml(TALKS).data
    data["agenda"] = read_yaml(TALKS.parent / "agenda.yaml").data
    del data["tactics"], data["defaults"]["reservation"], data["issues"]["banking"]["start"]["clock"]
    data["defaults"]["settle"] = {"chance": 0.2}
    scenario = from_mapping(data)
    visas = scenario.issues["visas"]
    assert visas.settle.chance.text == 0.2  # type: ignore[union-attr]
    assert [visas.tactics[side].kind for side in scenario.sides] == ["fixed", "fixed"]
    assert [visas.reservation[side].text for side in scenario.sides] == [0, 0]
    assert from_mapping(scenario.resolved()) == scenario


def test_options_and_their_terms(write: Any) -> None:
    text = """
issues:
  visas:
    outcome: {options: [{id: few, title: A few, us: 0.3, russia: 0.8}, {id: many, title: Many, us: 0.8, russia: 0.3}]}
    start: {status: implementing, terms: {option: many}, passed: 2 weeks}
"""
    visas = write(text).issues["visas"]
    assert [option.id for option in visas.options] == ["few", "many"]
    assert visas.options[0].utilities["russia"].text == 0.8
    assert (visas.start.terms.option, visas.start.passed.text) == ("many", "14 days")
    assert write("title: x").issues["visas"].options == ()


def test_horizons(talks: Scenario) -> None:
    assert talks.replace(horizon="2028-01-01").horizon_date == date(2028, 1, 1)
    assert talks.replace(horizon="18 months").horizon_days == 547, "547.875 days, floored"


def test_what_was_resolved_before_the_start_is_over() -> None:
    data = read_yaml(TALKS).data
    agenda = read_yaml(TALKS.parent / "agenda.yaml").data
    agenda["issues"]["banking"]["history"] = [
        {"date": "2025-02-27", "status": "implementing", "what": "It began."},
        {"date": "2025-05-01", "status": "resolved", "what": "It held."},
    ]
    data |= {"agenda": agenda, "as_of": "2025-06-01"}
    data["issues"] = {
        "visas": {"implementation": {"requires": ["banking"]}},
        "arms": {"opens": {"when": {"issue": "banking", "reaches": "resolved"}}},
    }
    scenario = from_mapping(data)
    assert list(scenario.issues) == ["visas", "arms"]
    assert scenario.issues["visas"].implementation.requires == ()
    assert scenario.issues["arms"].opens is not None
    assert scenario.issues["arms"].opens.on == date(2025, 6, 1), "nothing keeps it closed"


# --- replace ---------------------------------------------------------------------------------------------------------


def test_a_change_takes_paths_of_the_file_and_defaults_follow(talks: Scenario) -> None:
    changed = talks.replace({"tactics.us.beta": "conceder", "defaults.reservation.russia": 0.1}, horizon="1 year")
    for issue in changed.issues.values():
        assert issue.tactics["us"].beta.text == 4  # type: ignore[union-attr]
        assert issue.reservation["russia"].text == 0.1
    assert changed.horizon_days == 365
    assert talks.horizon_days == 1095, "the scenario itself stays"
    assert changed.replace({"tactics.us.beta": 1, "defaults.reservation.russia": 0.3, "horizon": "3 years"}) == talks


def test_keywords_have_two_underscores_for_a_dot(talks: Scenario) -> None:
    changed = talks.replace(issues__visas__hours="2 hours")
    assert changed.issues["visas"].hours.text == "2 hours"
    assert changed.issues["banking"].hours.text == "1 hour"


def test_lists_are_counted_from_nought(talks: Scenario) -> None:
    changed = talks.replace({"shocks.step.marks.0.probability": 0.5})
    assert changed.shocks["step"].marks[0].probability.text == 0.5
    assert problems(lambda: talks.replace({"shocks.step.marks.1.probability": 0.5})) == [
        "replace shocks.step.marks.1.probability: the list has no element 1; allowed: 0 to 0"
    ]


def test_numbers_inside_distributions_have_paths(talks: Scenario) -> None:
    changed = talks.replace({"parameters.wait.value.lognormal.median": "2 years"})
    assert changed.parameters["wait"].value.text == {"lognormal": {"median": "730.5 days", "q90": "1095.75 days"}}


def test_none_takes_away_and_mappings_are_laid_over(talks: Scenario) -> None:
    changed = talks.replace({"shocks.step": None, "issues.visas": {"hours": "3 hours"}, "leave_out": ["banking"]})
    assert not changed.shocks
    assert changed.issues["visas"].hours.text == "3 hours"
    assert list(changed.issues) == ["visas"]


def test_a_wrong_change_names_its_path(talks: Scenario) -> None:
    assert problems(lambda: talks.replace({"tactics.us.betta": 2, "horizon": 3})) == [
        'replace horizon: horizon needs a unit, but was 3; allowed: a duration such as "3 years", '
        "or a day such as 2028-01-01",
        'replace tactics.us.betta: unknown key "betta"; allowed: kind, curve, beta, kappa, clock, patience, '
        'aspiration, reciprocity, window, weight, source; did you mean "beta"?',
    ]


def test_a_change_that_would_do_nothing_is_refused(talks: Scenario) -> None:
    full = from_mapping(talks.resolved())
    message = problems(lambda: full.replace({"tactics.us.beta": 2}))[0]
    assert "this scenario is in full form and has no tactics" in message
    assert full.replace({"issues.visas.tactics.us.beta": 2}) == talks.replace({"issues.visas.tactics.us.beta": 2})


def test_changes_of_changes_add_up(talks: Scenario) -> None:
    twice = talks.replace(undertaking="single").replace(horizon="1 year")
    assert (twice.undertaking, twice.horizon_days) == ("single", 365)


def test_plain_data_is_written_for_people(talks: Scenario) -> None:
    assert to_yaml(talks.resolved()) == talks.to_yaml()
    assert "patience: 730.5 days" in talks.to_yaml()


def test_a_path_reads_what_replace_writes(talks: Scenario, baseline: Scenario) -> None:
    assert talks["tactics.russia.patience"] == "2 years"
    changed = talks.replace({"tactics.russia.patience": "9 months", "tactics.both.kappa": 0.1})
    assert changed["tactics.russia.patience"] == "9 months"
    assert changed["tactics.us.kappa"] == 0.1
    assert talks["issues.visas.first"] == "drawn", "from the full form"
    assert talks["shocks.step.marks.0.to"] == "storm"
    assert from_mapping(talks.resolved())["tactics.russia.beta"] == 0.25, "the full form has it in every issue"
    (message,) = problems(lambda: talks["tactics.rusia.patience"])
    assert message.endswith('there is no "rusia" in tactics; allowed: us, russia; did you mean "russia"?')
    assert "allowed: title, " in problems(lambda: baseline["titel"])[0]
    assert 'did you mean "consultations"?' in problems(lambda: baseline["channels.consultation.gap"])[0]


def leaves(data: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, child in children:
        if path or key not in ("extends", "agenda"):
            yield from leaves(child, (*path, str(key)))
    if data is None:  # removes a key
        return
    if not isinstance(data, dict | list) or (isinstance(data, dict) and set(data) == {"parameter"}):
        yield ".".join(path)


def test_every_leaf_reads_as_it_is_written(baseline: Scenario) -> None:
    paths = sorted(set(leaves(baseline.written)))
    assert len(paths) > 100
    for path in paths:
        value = baseline[path]
        assert not (isinstance(value, dict) and set(value) == {"parameter"}), path
    assert baseline["tactics.us.beta"] == baseline["parameters.us_beta.value"]


def parts(scenario: Scenario, name: str) -> list[dict[str, Any]]:
    """The leaves of the file of a scenario, with one part of each mapping at a time, so that none restores another."""
    found: dict[int, dict[str, Any]] = {}
    of_parent = Counter[str]()
    for path in sorted(set(leaves(read_yaml(find_scenario(name).path).data))):
        found.setdefault(of_parent[path.rpartition(".")[0]], {})[path] = scenario[path]
        of_parent[path.rpartition(".")[0]] += 1
    return list(found.values())


@pytest.mark.parametrize("name", ["summit", "expert_calls"])
def test_what_is_read_changes_nothing_if_it_is_written(name: str) -> None:
    scenario = load(name)
    for changes in parts(scenario, name):
        assert scenario.replace(changes) == scenario, changes


@pytest.mark.slow
@pytest.mark.parametrize("name", builtin_scenarios())
def test_every_leaf_of_every_built_in_scenario_is_written_as_it_is_read(name: str) -> None:
    test_what_is_read_changes_nothing_if_it_is_written(name)


def test_a_part_of_a_distribution_is_replaced_alone(baseline: Scenario) -> None:
    gap = "channels.consultations.gap.lognormal"
    changed = baseline.replace({f"{gap}.q90.times": 4})
    assert (changed[f"{gap}.q90"], changed[f"{gap}.median"]) == (
        {"parameter": "gap", "times": 4},
        baseline[f"{gap}.median"],
    )
    assert changed != baseline


def test_a_scenario_checks_and_shows_itself(talks: Scenario, capsys: pytest.CaptureFixture[str]) -> None:
    assert talks.check() == []
    assert [problem.message for problem in talks.replace({"issues.visas.reservation": 0.6}).check()] == [
        "visas has no zone of possible agreement with these reservation values"
    ]
    talks.show()
    assert capsys.readouterr().out == talks.to_yaml()
