"""A wrong value anywhere in an agenda gives an error with a message, or loads; never another exception."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from negsim.agenda.agenda import Agenda
from negsim.agenda.board import board_data, board_table, issue_text
from negsim.agenda.reader import agenda_from_node
from negsim.errors import NegsimError
from negsim.files.nodes import Node, Place
from tests.bad_values import BAD, changed, paths

NOUGHT = 64 * "0"
CITED = [f"report#1 {NOUGHT}", "https://example.org/report"]
SMALL: dict[str, Any] = {
    "title": "Talks",
    "strict": False,
    "sides": {"a": {"title": "A", "citations": CITED}, "b": "B"},
    "sources": {"report": {"about": "note", "sentences": 2, "sha256": NOUGHT, "date": "2025-01", "url": CITED[1]}},
    "issues": {
        "x": {
            "title": "X",
            "label": "x",
            "summary": "About x.",
            "demands": {"a": {"text": "more", "since": "2025-01-01", "citations": CITED}, "b": "less"},
            "stances": {"a": None, "b": None},
            "history": [{"date": "2025-01-01", "status": "raised", "what": "Raised.", "citations": CITED}],
            "resolves_when": "Done.",
            "disputed": ["q"],
            "citations": CITED,
        },
        "y": {"title": "Y", "history": [{"date": "2025", "status": "dormant"}], "opens_after": ["x"]},
        "z": {"status": "stalled"},
    },
    "rounds": {"one": {"date": "2025-01-01", "hours": 2, "heads": {"a": "Ms A"}, "issues": ["x"], "disputed": ["q"]}},
    "third_parties": {"c": {"title": "C", "role": "host", "stance": "Friendly.", "disputed": ["q"]}},
    "events": {"e": {"date": "2024", "issues": ["x"], "disputed": ["q"]}},
    "disputed": {
        "q": {
            "question": "When?",
            "date": "2025-01-01",
            "versions": [{"text": "then", "says": "a"}, {"text": "now", "says": "b", "citations": CITED}],
            "we_take": "now",
            "why": "It is known.",
        }
    },
    "targets": [{"who": "a", "said": "2025-01-01", "what": "x", "by": "2025-06", "came": "2025-05", "issues": ["x"]}],
}


def load(data: Any) -> Agenda:
    return agenda_from_node(Node.of(data, Place("agenda.yaml", 1, 1)))


def test_the_agenda_itself_loads() -> None:
    assert [row.status.label for row in load(SMALL).board(date(2026, 1, 1))] == ["raised", "dormant", "stalled"]


QUICK = ("an empty mapping", "a list in a list", "a word", "a huge number")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow, id=name) for name in BAD]
)
def test_a_bad_value_anywhere_is_an_error_with_a_message_or_loads(name: str) -> None:
    loaded, bad = 0, BAD[name]
    for path in paths(SMALL):
        try:
            agenda = load(changed(SMALL, path, bad))
        except NegsimError:
            continue
        except Exception as error:
            raise AssertionError(f"{path} = {bad!r}") from error
        loaded += 1
        on = date(2026, 1, 1)
        board_table(agenda, on)
        board_data(agenda, on)
        for name in agenda.issues:
            issue_text(agenda, name)
    assert loaded < len(list(paths(SMALL)))
