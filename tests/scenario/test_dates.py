"""A shock's `dates`, its former name `on`, and what a YAML 1.1 tool makes of that."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from negsim.errors import InputError
from negsim.scenario.file_check import check
from negsim.scenario.scenario import from_mapping, load

TALKS = Path(__file__).parents[1] / "invalid" / "scenario" / "base" / "talks.yaml"
NOTICE = '"on" is now "dates"'
DAY = "{date: 2025-06-01, probability: 0.5}"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str, base: Path = TALKS, name: str = "x.yaml") -> Path:
        path = tmp_path / name
        path.write_text(f"extends: {base}\nshocks:\n  step:\n{text}\n", encoding="utf-8")
        return path

    return write


def messages(found: Any) -> list[str]:
    return [problem.message for problem in found]


def test_the_former_key_is_read_with_a_notice_at_its_place(write: Callable[..., Path]) -> None:
    now, before = load(write(f"    dates: [{DAY}]")), load(write(f"    on: [{DAY}]", name="y.yaml"))
    assert now == before
    assert str(before.shocks["step"].dates[0].date) == "2025-06-01"
    assert now.warnings == ()
    (notice,) = before.warnings
    assert (notice.message, notice.line, notice.col, notice.warning) == (NOTICE, 4, 5, True)
    assert "on" not in before.resolved()["shocks"]["step"]


@pytest.mark.parametrize("key", ['"on"', "'on'"])
def test_in_quotes_it_is_the_same_key(write: Callable[..., Path], key: str) -> None:
    assert messages(load(write(f"    {key}: [{DAY}]")).warnings) == [NOTICE]


@pytest.mark.parametrize("keys", [("on", "dates"), ("dates", "on"), ("on", "on")])
def test_a_file_may_replace_what_another_says_under_either_key(
    write: Callable[..., Path], keys: tuple[str, str]
) -> None:
    base = write(f"    {keys[0]}: [{DAY}]", name="base.yaml")
    scenario = load(write(f"    {keys[1]}: [{{date: 2025-07-01, probability: 0.25}}]", base))
    assert [str(dated.date) for dated in scenario.shocks["step"].dates] == ["2025-07-01"]
    assert messages(scenario.warnings) == ([NOTICE] if keys[1] == "on" else [])


def test_a_notice_is_at_the_file_that_says_on(write: Callable[..., Path]) -> None:
    base = write(f"    on: [{DAY}]", name="base.yaml")
    (notice,) = load(write("    title: another", base)).warnings
    assert notice.file == str(base)


def test_both_keys_in_one_shock_are_an_error(write: Callable[..., Path]) -> None:
    assert messages(check(write(f"    on: [{DAY}]\n    dates: [{DAY}]"))) == ['unknown key "on"']


def test_plain_data_and_replace_take_the_former_key(write: Callable[..., Path]) -> None:
    scenario = load(write(f"    dates: [{DAY}]"))
    data = {**scenario.resolved()}
    data["shocks"] = {"step": {**data["shocks"]["step"]}}
    data["shocks"]["step"]["on"] = data["shocks"]["step"].pop("dates")
    again = from_mapping(data)
    assert (again, messages(again.warnings)) == (scenario, [NOTICE])
    for path in ("shocks.step.on.0.probability", "shocks.step.dates.0.probability"):
        changed = scenario.replace({path: 0.25})
        assert changed.resolved()["shocks"]["step"]["dates"][0]["probability"] == 0.25
        assert messages(changed.warnings) == ([NOTICE] if ".on." in path else [])
    whole = scenario.replace({"shocks.step": {"on": [{"date": "2025-07-01", "probability": 1}]}})
    assert [str(dated.date) for dated in whole.shocks["step"].dates] == ["2025-07-01"]
    assert messages(whole.warnings) == [NOTICE]


CAUSE = 'the key "true" was probably "on" before a YAML 1.1 tool rewrote the file; write "dates"'


def test_a_file_that_a_yaml_1_1_tool_rewrote_is_told_the_cause(write: Callable[..., Path]) -> None:
    path = write(f"    on: [{DAY}]")
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text())), encoding="utf-8")
    assert "true:" in path.read_text()
    assert messages(check(path)) == [CAUSE]
    with pytest.raises(InputError, match='write "dates"'):
        load(path)


def test_what_is_written_now_survives_such_a_tool(write: Callable[..., Path]) -> None:
    path = write(f"    dates: [{DAY}]")
    before = load(path)
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text())), encoding="utf-8")
    assert load(path) == before


def test_plain_data_from_such_a_tool_is_told_the_cause(write: Callable[..., Path]) -> None:
    data = load(write(f"    dates: [{DAY}]")).resolved()
    data["shocks"]["step"][True] = data["shocks"]["step"].pop("dates")
    with pytest.raises(InputError) as caught:
        from_mapping(data)
    assert CAUSE in messages(caught.value.problems)


def test_an_agenda_is_told_the_cause_too(tmp_path: Path) -> None:
    from negsim.agenda.reader import load_agenda

    path = tmp_path / "agenda.yaml"
    path.write_text("title: x\nsides:\n  false: {title: Norway}\n  se: {title: Sweden}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_agenda(path)
    assert messages(caught.value.problems) == [
        'the key "false" was probably "off" or "no" before a YAML 1.1 tool rewrote the file; write that word in quotes'
    ]
