"""The scenario files that come with the project, the schema that editors use and the page that explains every key."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from negsim.files.yaml import read_yaml, read_yaml_text
from negsim.scenario.file_check import check
from negsim.scenario.scenario import from_mapping, load
from negsim.scenario.schema import scenario_schema
from negsim.simulation.compiler import compile as compile_scenario
from negsim.simulation.engines import reference

ROOT = Path(__file__).parents[2]
STORIES = sorted((ROOT / "scenarios").glob("*.yaml"))
TALKS = ROOT / "tests" / "invalid" / "scenario" / "base" / "talks.yaml"


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_every_story_is_in_order_and_tells_itself(path: Path) -> None:
    # After fourteen months the clocks of the record are past the patience of April 2025, which the file says.
    known = "15 clocks" if path.stem == "us_russia_2026" else "nothing"
    assert [problem for problem in check(path) if not problem.message.startswith(known)] == []
    scenario = load(path)
    assert scenario.title
    assert len(scenario.description) > 60
    assert scenario.question.endswith("?")
    assert path.read_text().startswith("# yaml-language-server: $schema=../schemas/scenario.schema.json\n")


@pytest.mark.slow
def test_stories_have_titles_of_their_own() -> None:
    titles = [load(path).title for path in STORIES]
    assert len(titles) == len(set(titles)) >= 15


@pytest.mark.slow
def test_no_story_is_the_baseline_again() -> None:
    def assumptions(path: Path) -> str:
        data = load(path).resolved()
        return json.dumps(
            {key: value for key, value in data.items() if key not in ("title", "question", "description")}
        )

    assert len({assumptions(path) for path in STORIES}) == len(STORIES)


def test_documents_are_cited_by_sentences_that_the_agenda_knows() -> None:
    cited = set()
    for path in STORIES:
        cited |= set(re.findall(r"\b(\d{3}_[0-9a-f]{16})\b", path.read_text()))
    assert cited <= set(load(ROOT / "scenarios" / "baseline.yaml").agenda.sources)


# --- schema ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(scenario_schema())
    return jsonschema.Draft202012Validator(scenario_schema())


def test_the_schema_file_is_current() -> None:
    text = (ROOT / "schemas" / "scenario.schema.json").read_text(encoding="utf-8")
    assert json.loads(text) == scenario_schema()


@pytest.mark.parametrize("path", [TALKS, *STORIES], ids=lambda path: path.stem)
def test_the_schema_accepts_what_loads(schema: jsonschema.Draft202012Validator, path: Path) -> None:
    assert not list(schema.iter_errors(read_yaml(path).data))
    assert not list(schema.iter_errors(load(path).resolved()))


@pytest.mark.parametrize(
    "text",
    [
        "horizn: 3 years",
        "horizon: 3",
        "undertaking: singel",
        "tactics: {us: {patience: 42}}",
        "tactics: {us: {patience: 6 weks}}",
        "tactics: {us: {kind: tim}}",
        "tactics: {us: {beta: boulwar}}",
        "issues: {visas: {reservation: {us: 1.4}}}",
        "issues: {visas: {reservation: {us: {pert: {low: 0.1, mode: 0.2}}}}}",
        "channels: {rounds: {session: 6 days}}",
        "channels: {rounds: {order: random}}",
        "shocks: {step: {marks: [{kind: harden, side: us}]}}",
        "shocks: {step: {rate: 3}}",
        "deadline: {date: soon}",
        "parameters: {wait: {source: I think so}}",
    ],
)
def test_the_schema_refuses_what_editors_should_mark(schema: jsonschema.Draft202012Validator, text: str) -> None:
    data = {"extends": "baseline.yaml", **read_yaml_text(text, "x.yaml").data}
    assert list(schema.iter_errors(data))


def test_the_schema_explains_every_key() -> None:
    definitions = scenario_schema()["$defs"]
    for name in ("Tactic", "IssueSetup", "Channel", "Regime", "Shock", "Start"):
        for key, entry in definitions[name]["properties"].items():
            told = (
                "description" in entry
                or "$ref" in entry
                or key in ("title", "venue", "host", "source", "marks", "provokes")
            )
            assert told, f"{name}.{key}"


def test_every_key_is_in_the_reference() -> None:
    text = (ROOT / "docs" / "scenario-format.md").read_text(encoding="utf-8")
    schema = scenario_schema()
    keys = set(schema["properties"])
    for name, definition in schema["$defs"].items():
        if name[0].isupper():
            keys |= set(definition.get("properties", ()))
    missing = sorted(key for key in keys if f"`{key}`" not in text)
    assert not missing


def test_the_example_of_the_reference_loads(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "scenario-format.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert blocks
    for number, block in enumerate(blocks):
        lines = f"extends: {ROOT / 'scenarios' / 'baseline.yaml'}\n" + block
        (tmp_path / f"{number}.yaml").write_text(lines)
        load(tmp_path / f"{number}.yaml")


@pytest.mark.parametrize("name", ["baseline", "crowded_years"])
def test_the_full_form_runs_to_the_same_bytes(name: str) -> None:
    scenario = load(ROOT / "scenarios" / f"{name}.yaml")
    again = from_mapping(read_yaml_text(scenario.to_yaml(), "full.yaml").data)
    results = [reference.run(compile_scenario(each), 1, 0, 20) for each in (scenario, again)]
    assert results[0][0].tobytes() == results[1][0].tobytes()
    assert results[0][1].tobytes() == results[1][1].tobytes()
