"""Every field of a file and every rule between its parts has an invalid file with its exact message."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import negsim.agenda.agenda
import negsim.scenario.scenario  # noqa: F401  (loads all models)
from negsim.agenda import load_agenda
from negsim.errors import InputError, Problem
from negsim.files import Model, anything
from negsim.history import load, load_offers
from negsim.history.offers_reader import DEADLINES, NEGOTIATIONS, OFFERS
from negsim.history.outlines import ENDS
from negsim.history.reader import ISSUES, ROUNDS, TALKS, TARGETS
from negsim.ingest import read_proposals
from negsim.scenario.file_check import as_data, check
from tests.conftest import ROOT

FOLDER = ROOT / "tests" / "invalid"
#: Fields that no file names: sides are written as keys beside the others.
NOT_IN_FILES = {"utilities"}
#: Added to a message about a place in an extended file.
IN_BASE = r"( \(in a file that .*\))?"
#: The modules whose messages compare parts.
CHECKS = (
    "scenario/checks.py", "scenario/name_checks.py", "scenario/start_checks.py", "scenario/reachability.py",
    "scenario/workload.py", "agenda/checks.py",
)  # fmt: skip


def models(of: type[Model] = Model) -> Iterator[type[Model]]:
    for one in of.__subclasses__():
        if one.__module__.startswith("negsim."):
            yield one
        yield from models(one)


@cache
def problems() -> list[dict[str, Any]]:
    found = [data for path in sorted((FOLDER / "scenario").glob("*.yaml")) for data in as_data(check(path))]
    for path in sorted((FOLDER / "agenda").glob("*.yaml")):
        with pytest.raises(InputError) as caught:
            load_agenda(path)
        found += as_data(caught.value.problems)
    for path in sorted((FOLDER / "proposals").glob("*.yaml")):
        with pytest.raises(InputError) as caught:
            read_proposals(path)
        found += as_data(caught.value.problems)
    return found


def test_there_are_more_than_two_hundred() -> None:
    assert len([*FOLDER.glob("*/*.yaml")]) >= 250


def test_every_field_has_an_invalid_file() -> None:
    fields = {name for model in models() for name in model.model_fields}
    wrong = {step for data in problems() for step in (data["path"] or "").split(".")[-2:]}
    assert sorted(fields - wrong - NOT_IN_FILES) == []


#: Tables of past negotiations: their reader, its modules, and the columns of each.
TABLES: dict[str, Any] = {
    "histories": (
        load,
        ("reader.py", "outlines.py"),
        {"talks": TALKS, "issues": ISSUES, "rounds": ROUNDS, "announced_targets": TARGETS, "ends": ENDS},
    ),
    "offers": (
        load_offers,
        ("offers_reader.py",),
        {"negotiations": NEGOTIATIONS, "offers": OFFERS, "deadlines": DEADLINES},
    ),
}


def folders(kind: str) -> list[Path]:
    return sorted(FOLDER.glob(f"{kind}*"))


@cache
def table_problems(folder: Path) -> list[Problem]:
    read = TABLES[folder.name.split("_")[0]][0]
    with pytest.raises(InputError) as caught:
        read(folder)
    return caught.value.problems


@pytest.mark.parametrize("folder", [each for kind in TABLES for each in folders(kind)], ids=lambda folder: folder.name)
def test_an_invalid_table_gives_the_messages_that_it_expects(folder: Path) -> None:
    said = [problem.headline.removeprefix(f"{folder}{os.sep}") for problem in table_problems(folder)]
    assert said == (folder / "expected.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("kind", TABLES)
def test_every_column_that_is_checked_has_an_invalid_row(kind: str) -> None:
    wrong = {
        (Path(problem.file).stem, problem.source_line[: problem.col - 1].count(","))
        for folder in folders(kind)
        for problem in table_problems(folder)
    }
    missing = [
        (name, column)
        for name, columns in TABLES[kind][2].items()
        for number, (column, parser) in enumerate(columns.items())
        if (name, number) not in wrong and parser is not anything
    ]
    assert missing == []


@pytest.mark.parametrize("kind", TABLES)
def test_every_rule_between_rows_has_an_invalid_row(kind: str) -> None:
    said = [problem.message for folder in folders(kind) for problem in table_problems(folder)]
    patterns = [each for name in TABLES[kind][1] for each in messages(ROOT / "negsim" / "history" / name)]
    assert len(patterns) > 5
    assert [each for each in patterns if not any(re.fullmatch(each, one) for one in said)] == []


def messages(module: Path) -> Iterator[str]:
    """Patterns of the messages in a module: what is filled in matches anything."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        texts: list[ast.expr] = []
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in (
            "problem", "Complaint"
        ):  # fmt: skip
            of_row = getattr(getattr(node.func, "value", None), "id", "") in ("row", "head")
            texts = node.args[1:2] if of_row else node.args[:1]
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "message":
            texts = [node.value]
        for text in texts:
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield re.escape(text.value)
            elif isinstance(text, ast.JoinedStr):
                yield "".join(
                    re.escape(part.value.replace("{what}", "")) if isinstance(part, ast.Constant) else "(?s:.*)"
                    for part in text.values
                )


@pytest.mark.parametrize("module", CHECKS)
def test_every_rule_between_parts_has_an_invalid_file(module: str) -> None:
    said = [data["message"] for data in problems()]
    patterns = list(messages(ROOT / "negsim" / module))
    assert patterns
    assert [each for each in patterns if not any(re.fullmatch(each + IN_BASE, one) for one in said)] == []
