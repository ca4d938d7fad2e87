"""Small scenarios: defaults for what the file leaves out, sources, values for both sides, counts from the record."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from negsim.errors import InputError
from negsim.files.yaml import read_yaml_text
from negsim.scenario.defaults import counted
from negsim.scenario.description import describe
from negsim.scenario.file_check import check
from negsim.scenario.scenario import Scenario, from_mapping, load
from tests.kit import agenda as kit_agenda


def strike(**more: Any) -> dict[str, Any]:
    """The smallest scenario, with an agenda of three issues in it."""
    return {"agenda": record(), "as_of": "2025-04-10", "horizon": "100 days", **deepcopy(more)}


def record(**changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = kit_agenda(dict.fromkeys(("wages", "temps", "plants"), "raised"))
    return {**data, **deepcopy(changes)}


def history(*entries: tuple[str, str]) -> list[dict[str, str]]:
    return [{"date": day, "status": status, "what": "It happened."} for day, status in entries]


def test_agenda_day_and_horizon_are_enough() -> None:
    scenario = from_mapping(strike())
    assert list(scenario.issues) == ["wages", "temps", "plants"]
    assert scenario.title == scenario.agenda.title
    (meetings,) = scenario.channels.values()
    assert meetings.issues == ("wages", "temps", "plants")
    assert meetings.gap.text == {"lognormal": {"median": "9 days", "q90": "27.7 days"}}
    assert meetings.session.text == "3 hours"
    assert scenario.issues["temps"].tactics["us"].kind == "time"
    patience = scenario.parameters["tactics.us.patience"].value
    assert patience.text == {"lognormal": {"median": "50 days", "q90": "150 days"}}
    assert not scenario.warnings


def test_every_default_is_listed_once_and_marked_in_the_sources() -> None:
    scenario = from_mapping(strike())
    whats = ["both sides concede", "beta of both sides", "patience of both sides", "reservation values"]
    whats += ["a discussion takes", "an agreement is implemented", "gap between meetings", "a meeting lasts"]
    assert [what for line, what in zip(scenario.assumed, whats, strict=True) if line.startswith(what)] == whats
    assert all("assumed by default: " in line for line in scenario.channels["meetings"].source)
    (section,) = (section for section in describe(scenario) if section.title == "Assumed by default")
    assert len(section.statements) == 8
    assert from_mapping(read_yaml_text(scenario.to_yaml(), "full").data).assumed == scenario.assumed


def test_what_the_file_states_is_no_default() -> None:
    scenario = from_mapping(
        strike(
            source="judgement: mine",
            tactics={"both": {"patience": "6 weeks"}, "us": {"beta": "conceder"}},
            defaults={"reservation": 0.3, "hours": "2 hours", "implementation": {"lag": "1 day"}},
            channels={"table": {"gap": "3 days", "session": "8 hours"}},
        )
    )
    assert [line.partition(" 0")[0] for line in scenario.assumed[1:]] == ["beta of Russia"]
    us, russia = (scenario.issues["wages"].tactics[side] for side in ("us", "russia"))
    assert (us.beta.text, us.patience.text, russia.patience.text) == (4.0, "42 days", "42 days")  # type: ignore[union-attr]
    assert {share.text for share in scenario.issues["wages"].reservation.values()} == {0.3}
    assert scenario.channels["table"].title == "Table"
    assert "judgement: mine" in us.source
    assert not scenario.warnings


def test_a_value_for_both_sides_of_a_variant_replaces_that_of_each_side() -> None:
    base = from_mapping(strike(tactics={"us": {"beta": 0.5}, "both": {"patience": "9 days"}}, source="judgement: x"))
    changed = base.replace({"tactics.both.beta": 0.2, "defaults.reservation": {"both": 0.1, "us": 0.4}})
    issue = changed.issues["plants"]
    assert {side: tactic.beta.text for side, tactic in issue.tactics.items()} == {"us": 0.2, "russia": 0.2}  # type: ignore[union-attr]
    assert {side: value.text for side, value in issue.reservation.items()} == {"us": 0.4, "russia": 0.1}
    assert changed.replace({"defaults.reservation": 0.25}).issues["wages"].reservation["us"].text == 0.25


def test_missing_sources_are_one_warning_and_errors_only_if_strict(tmp_path: Path) -> None:
    given = strike(tactics={"us": {"beta": 1}}, channels={"table": {"gap": "3 days"}})
    (warning,) = from_mapping(given).warnings
    assert warning.message == "no source is given for channels.table, tactics.us"
    assert 'source: "judgement: my own estimate"' in warning.allowed
    file = tmp_path / "mine.yaml"
    file.write_text(from_mapping(given).to_yaml())
    assert check(file) == [], "the full form has its sources"
    with pytest.raises(InputError, match='table has no "source"'):
        from_mapping({**given, "strict": True})


def test_strict_refuses_defaults_by_option_and_by_key(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(to_text(strike()))
    assert not load(file).warnings
    with pytest.raises(InputError, match='wages has no "hours"'):
        load(file, strict=True)
    assert any(problem.message == 'wages has no "hours"' for problem in check(file, strict=True))
    with pytest.raises(InputError, match='strict was "yes"; allowed: true or false'):
        from_mapping(strike(strict="yes"))


def test_the_commands_take_strict(tmp_path: Path, negsim: Any) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(to_text(strike()))
    assert negsim("check", file).code == 0
    for command in (("check", file), ("run", file, "--runs", 5)):
        ended = negsim(*command, "--strict")
        assert ended.code == 2
        assert 'wages has no "hours"' in ended.out + ended.err


def to_text(data: dict[str, Any]) -> str:
    from negsim.files.yaml import to_yaml

    return to_yaml(data)


def test_our_own_scenarios_state_everything(baseline: Scenario) -> None:
    assert baseline.written["strict"] is True
    assert baseline.assumed == ()


def test_the_start_is_counted_from_the_record() -> None:
    agenda = record(
        rounds={
            name: {"title": name, "date": day, "issues": issues, "what": "They met."}
            for name, day, issues in (
                ("first", "2025-01-20", ["wages"]),
                ("second", "2025-03-01", ["wages", "temps"]),
                ("third", "2025-03-21", ["wages"]),
                ("later", "2025-05-01", ["wages"]),
            )
        }
    )
    agenda["issues"]["wages"]["history"] = history(
        ("2025-01-10", "raised"), ("2025-02-01", "discussing"), ("2025-03-01", "suspended"),
        ("2025-03-21", "discussing"),
    )  # fmt: skip
    agenda["issues"]["temps"]["history"] = history(("2025-01-10", "discussing"), ("2025-03-01", "suspended"))
    agenda["issues"]["plants"]["history"] = history(("2025-02-01", "agreed"), ("2025-04-01", "implementing"))
    scenario = from_mapping(
        strike(agenda=agenda, source="judgement: x", issues={"temps": {"start": {"left": "9 days"}}})
    )
    wages, temps, plants = (scenario.issues[name].start for name in ("wages", "temps", "plants"))
    assert {clock.text for clock in wages.clock.values()} == {"48 days"}, "28 before the suspension and 20 after it"
    assert wages.rounds == 2, "the round before the discussion and the one after as_of do not count"
    assert (temps.was, temps.rounds, temps.clock["us"].text) == ("discussing", 1, "50 days")
    assert plants.passed is not None
    assert plants.passed.text == "9 days"
    assert plants.terms is not None
    assert plants.terms.utilities == {"us": 0.5, "russia": 0.5}
    (meetings,) = scenario.channels.values()
    assert meetings.since_last.text == "20 days"
    assert meetings.gap.text["lognormal"]["median"] == "30 days", "the median of 40 and 20 days on record"
    assert any(line.startswith("arithmetic: rounds and clock at as_of") for line in scenario.issues["wages"].source)
    assert scenario.replace(as_of="2025-03-31", horizon="90 days").issues["wages"].start.clock["us"].text == "38 days"


def test_a_clock_begins_anew_when_an_agreement_is_undone() -> None:
    agenda = record()
    agenda["issues"]["wages"]["history"] = history(
        ("2024-01-01", "discussing"), ("2024-06-01", "agreed"), ("2024-07-01", "implementing"),
        ("2025-01-01", "raised"), ("2025-03-01", "discussing"),
    )  # fmt: skip
    scenario = from_mapping(strike(agenda=agenda))
    assert counted(scenario.agenda, "wages", date(2025, 3, 11)).days == 10


def test_the_time_since_the_last_meeting_never_exceeds_the_gap() -> None:
    agenda = record(rounds={"old": {"title": "Old", "date": "2025-01-01", "issues": [], "what": "They met."}})
    channels = {"table": {"gap": "3 days"}}
    assert from_mapping(strike(agenda=agenda, channels=channels)).channels["table"].since_last.text == "0 days"
    stated = {"table": {"gap": "200 days", "since_last": "5 days"}}
    assert from_mapping(strike(agenda=agenda, channels=stated)).channels["table"].since_last.text == "5 days"


def test_an_agenda_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("agenda: talks\nas_of: 2025-04-10\nhorizon: 10 weeks\n")
    with pytest.raises(InputError, match=r"agenda names .*talks, but there is no such file"):
        load(tmp_path / "mine.yaml")
    (tmp_path / "talks.yaml").write_text(to_text(record()))
    assert list(load(tmp_path / "mine.yaml").issues) == ["wages", "temps", "plants"]
    (tmp_path / "mine.yaml").write_text("agenda: agenda\nas_of: 2025-04-10\nhorizon: 10 weeks\n")
    assert "banking" in load(tmp_path / "mine.yaml").issues, "the built-in agenda"


def test_an_agenda_of_two_lists_is_enough_and_strict_reading_refuses_it() -> None:
    data = strike(agenda={"sides": ["Ford", "UAW"], "issues": ["Wages", "tiers"]})
    scenario = from_mapping(data)
    assert [scenario.agenda.issues[name].title for name in scenario.issues] == ["Wages", "Tiers"]
    assert {issue.start.status for issue in scenario.issues.values()} == {"raised"}
    assert [warning.message[:24] for warning in scenario.warnings] == ["the agenda has no title "]
    with pytest.raises(InputError, match='wages has no "resolves_when"'):
        from_mapping(data | {"strict": True})


def test_texts_that_an_agenda_leaves_out_are_named_by_check_and_not_by_every_run(negsim: Any, tmp_path: Path) -> None:
    file = tmp_path / "five.yaml"
    file.write_text(
        to_text(strike(agenda={"sides": ["Ford", "UAW"], "issues": ["Wages"]}, tactics={"ford": {"beta": 1}}))
    )
    ran, compared = negsim("run", file, "-n", 5), negsim("compare", file, file, "-n", 5)
    assert (ran.code, compared.code) == (0, 0)
    for told in (ran.err, compared.err):
        assert "no source is given for tactics.ford" in told
        assert "the agenda has no" not in told
    assert "the agenda has no title" in negsim("check", file).out
