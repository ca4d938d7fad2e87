"""A scenario described for reviewers: every item of two published checklists has an answer from the file."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

import negsim as ns
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
