"""A scenario described for reviewers: every item of two published checklists has an answer from the file."""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from typing import Any

import pytest

import negsim as ns
from negsim.agenda import Status
from negsim.files import builtin_scenarios
from negsim.reporting import describe, markdown
from negsim.scenario.scenario import from_mapping
from tests.kit import talks

#: The items as published (table 1 of Monks et al. 2019; table 1 of Grimm et al. 2020).
STRESS = "1.1 1.2 1.3 2.1 2.2 2.3 2.4 2.5.1 2.5.2 2.5.3 2.5.4 2.5.5 3.1 3.2 3.3 3.4 4.1 4.2 4.3 5.1 5.2 5.3 5.4 6.1"
ODD = "1 2 3 4.1 4.2 4.3 4.4 4.5 4.6 4.7 4.8 4.9 4.10 4.11 5 6 7"


@pytest.mark.parametrize("name", ["baseline", "package", "expulsions", "single"])
def test_every_item_is_answered(name: str) -> None:
    if name not in builtin_scenarios():
        name = "summit"
    for checklist, items in zip(describe(ns.load(name)), (STRESS, ODD), strict=True):
        assert [item.name.split()[0] for item in checklist.items] == items.split()
        assert all(item.answer and all(line.strip() for line in item.answer) for item in checklist.items)


def needed(scenario: ns.Scenario) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """What the answer to each item must name, from the scenario: for STRESS-DES and for ODD."""
    s, titles = scenario, [scenario.agenda.issues[name].title for name in scenario.issues]
    channels = [part.title for part in s.channels.values()]
    shocks, packages = ([part.title for part in group.values()] for group in (s.shocks, s.packages))
    sides, regimes = [side.title for side in s.agenda.sides.values()], list(s.climate.regimes)
    states = [status.label for status in Status]
    sources = [line for part in (*s.parameters.values(), *s.channels.values()) for line in part.source]
    documents = [f"{name}: {source.title or source.about}" for name, source in s.agenda.sources.items()]
    tactics = [f"{side} concedes" for side in sides]
    purpose, outputs = [*sides, str(s.question)], ["probability", "50 % and 80 %", "Monte Carlo error", "utilities"]
    schedule = ["in days", "order", "class"]
    entities = [*sides, *titles, *channels, *shocks, *packages, *regimes]
    length, day = f"{s.horizon_days} days", str(s.as_of)
    starts = [f"{title}: {issue.start.status}" for title, issue in zip(titles, s.issues.values(), strict=True)]
    stress = {
        "1.1": purpose, "1.2": outputs, "1.3": [str(s.question), "common random numbers"], "2.1": states,
        "2.2": [*tactics, *regimes, *shocks, "acceptable offer"], "2.3": [day, str(s.horizon), *packages],
        "2.4": ["Faratin", "frontier"], "2.5.1": entities, "2.5.2": [*channels, *titles],
        "2.5.3": [*channels, *(str(c.session.text) for c in s.channels.values()), "Hours"],
        "2.5.4": ["priority", "ties"], "2.5.5": ["dormant", "resolved", "lapse"], "3.1": [*sources, *documents],
        "3.2": ["calibrate", "elicit"], "3.3": [f"{name}: " for name in s.parameters], "3.4": [""],
        "4.1": [day, *starts], "4.2": [length, str(s.horizon)], "4.3": ["2,000", "Wilson"],
        "5.1": [f"numpy {version('numpy')}", f"simpy {version('simpy')}"], "5.2": ["Philox4x64-10", "BLAKE2b"],
        "5.3": [day, *schedule, s.work.words], "5.4": ["processor"], "6.1": [s.hash, "rerun", "MIT"],
    }  # fmt: skip
    odd = {
        "1": [*purpose, "Patterns"], "2": [*entities, length], "3": schedule, "4.1": ["deadlines", "concession"],
        "4.2": ["Dates"], "4.3": tactics, "4.4": ["utility", "reservation value"], "4.5": ["None"], "4.6": ["None"],
        "4.7": ["own values", "offers"], "4.8": ["offers", "hours"], "4.9": ["Gaps", "collapses", "Philox"],
        "4.10": [*packages, "Weights for"] if packages else ["None"], "4.11": outputs, "5": titles,
        "6": [*sources, *documents], "7": [*channels, *regimes, *shocks],
    }  # fmt: skip
    return stress, odd


@pytest.mark.parametrize("name", ["baseline", "package"])
def test_each_answer_names_what_its_item_asks_for(name: str) -> None:
    scenario = ns.load(name)
    for checklist, asked in zip(describe(scenario), needed(scenario), strict=True):
        for item in checklist.items:
            text = "\n".join(item.answer)
            assert [words for words in asked[item.name.split()[0]] if words not in text] == [], item.name


def test_what_the_file_says_is_in_the_description() -> None:
    scenario = ns.load("baseline")
    text = markdown(scenario).replace("\\", "")
    assert scenario.hash in text
    for issue in scenario.issues:
        assert scenario.agenda.issues[issue].title in text
    for shock in scenario.shocks.values():
        assert shock.title in text
    blocks = [*scenario.parameters.values(), *scenario.channels.values(), scenario.climate, *scenario.shocks.values()]
    for block in blocks:
        for line in block.source:
            assert line.replace("*", "") in text.replace("*", "")


def test_markup_in_a_title_is_text() -> None:
    hostile = "<img src=x onerror=alert(1)> [a](javascript:alert(1)) `b`"
    text = markdown(from_mapping(talks(title=hostile)))
    assert not re.search(r"(?<!\\)<img|(?<!\\)\[a(?<!\\)\]\(", text)


def test_the_command_prints_markdown_or_an_object(negsim: Any) -> None:
    assert negsim("describe", "baseline", "--format", "md").out.startswith("# Baseline: description")
    assert set(json.loads(negsim("describe", "baseline", "--json").out)["checklists"]) == {"STRESS-DES", "ODD"}
    assert negsim("describe", "baseline", "--format", "pdf").code == 2
