"""The board and the full text of an issue, as people and programs read them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from negsim.agenda.agenda import Agenda
from negsim.agenda.board import board_data, board_table, issue_data, issue_text
from negsim.agenda.citations import cite
from negsim.agenda.reader import load_agenda
from negsim.agenda.sentences import document_fingerprint, split
from negsim.errors import InputError, NegsimError

ROOT = Path(__file__).parents[2]
REPORT = "Envoys met in Oslo. They spoke of visas. \u201cA deal is near,\u201d one said."


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    (tmp_path / "report.txt").write_text(REPORT, encoding="utf-8")
    return tmp_path


@pytest.fixture
def agenda(documents: Path) -> Agenda:
    cited = [str(cite(documents, "report", number)) for number in (1, 2, 3)]
    demand = {"text": "faster visas", "since": "2025-03-01", "citations": cited[1:2]}
    issue = {
        "title": "Visas",
        "summary": "Visas come late.",
        "demands": {"us": demand, "russia": {"text": None}},
        "stances": {"us": {"text": "patient", "citations": cited[:1]}, "russia": {"text": None}},
        "history": [
            {"date": "2025-02", "status": "raised", "what": "Put forward.", "citations": cited[:1]},
            {"date": "2025-03-01", "status": "converging", "what": "A deal is near.", "citations": cited[2:]},
        ],
        "resolves_when": "They come in a week.",
        "disputed": ["how_near"],
        "citations": cited[1:2],
    }
    later = {
        **{key: issue[key] for key in ("summary", "resolves_when", "citations")},
        "title": "Arctic",
        "demands": {"us": {"text": None}, "russia": {"text": None}},
        "stances": {"us": {"text": None}, "russia": {"text": None}},
        "history": [{"date": "2025-03-01", "status": "dormant", "what": "Named.", "citations": cited[:1]}],
        "opens_after": ["visas"],
    }
    versions = [
        {"text": "near", "says": "us", "citations": cited[2:]},
        {"text": "far", "says": "russia", "citations": cited[:1]},
    ]
    data: dict[str, Any] = {
        "title": "Talks in Oslo",
        "sides": {"us": {"title": "United States"}, "russia": {"title": "Russia"}},
        "sources": {
            "report": {"about": "made up", "sentences": len(split(REPORT)), "sha256": document_fingerprint(REPORT)},
        },
        "issues": {"visas": issue, "arctic": later},
        "rounds": {
            "first": {
                "title": "First round",
                "date": "2025-02",
                "what": "They met.",
                "issues": ["visas"],
                "citations": cited[:1],
            }
        },
        "events": {"war": {"title": "A war", "what": "It began.", "issues": ["visas"], "citations": cited[:1]}},
        "disputed": {
            "how_near": {
                "question": "How near?",
                "date": "2025-03-01",
                "versions": versions,
                "we_take": "near",
                "why": "It is said.",
            }
        },
        "targets": [
            {
                "who": "A minister",
                "said": "2025-03",
                "what": "Visas.",
                "by": "2025-06",
                "issues": ["visas"],
                "citations": cited[2:],
            }
        ],
    }
    return Agenda.model_validate(data)


def test_the_board_of_a_day(agenda: Agenda) -> None:
    assert board_table(agenda, date(2025, 3, 1)).splitlines() == [
        "Talks in Oslo",
        "As of 2025-03-01: 1 issue on the agenda, 1 dormant",
        "",
        "issue   status       since      sources disputed",
        "visas   converging   2025-03-01 1       yes (1)",
        "  us      faster visas",
        "  russia  no public position",
        "arctic  dormant      2025-03-01 1       no",
        "  us      no public position",
        "  russia  no public position",
    ]


def test_the_board_of_an_earlier_day_knows_less(agenda: Agenda) -> None:
    assert board_table(agenda, date(2025, 2, 28)).splitlines()[1:] == [
        "As of 2025-02-28: 1 issue on the agenda",
        "",
        "issue  status       since      sources disputed",
        "visas  raised       2025-02    1       no",
        "  us      no public position",
        "  russia  no public position",
    ]
    assert board_table(agenda, date(2025, 2, 27)) == "Talks in Oslo\nAs of 2025-02-27: no issue on the agenda yet\n"


LATER = date(2025, 7, 1)


@pytest.fixture
def announced(agenda: Agenda) -> Agenda:
    """The agenda with more dates: about nothing in particular, about two issues, about one that is resolved."""
    data = agenda.model_dump(mode="json")
    cited = data["issues"]["visas"]["citations"]
    data["issues"]["hurdles"] = {
        **data["issues"]["arctic"],
        "title": "Hurdles",
        "opens_after": [],
        "history": [
            {"date": f"2025-{month}", "status": status, "what": "So it was.", "citations": cited}
            for month, status in (("01", "raised"), ("02", "agreed"), ("03", "implementing"), ("05", "resolved"))
        ],
    }
    more = [
        {"who": "Both", "said": "2025-04-02", "what": "A next round.", "by": "2025-05-01"},
        {"who": "A host", "said": "2025-04-03", "what": "All of it.", "by": "2025", "issues": list(data["issues"])},
        {"who": "A clerk", "said": "2025-04-04", "what": "Hurdles go.", "by": "2025-06-30", "issues": ["hurdles"]},
    ]  # fmt: skip
    more = [target | {"citations": cited} for target in more]
    return Agenda.model_validate({**data, "targets": [*data["targets"], *more]})


def test_announced_dates_say_what_became_of_them(announced: Agenda) -> None:
    def states(on: date, issue: str | None = None) -> list[tuple[str, str]]:
        return [(one.target.who, one.state) for one in announced.announced(on, issue)]

    assert states(date(2025, 3, 30)) == []
    assert states(date(2025, 4, 2)) == [("Both", "ahead"), ("A minister", "ahead")]
    # A month is over on its last day, and the day of a date is not yet past.
    assert dict(states(date(2025, 6, 30)))["A minister"] == "ahead"
    assert states(LATER) == [("Both", "past"), ("A minister", "passed"), ("A clerk", "kept"), ("A host", "ahead")]
    assert dict(states(date(2025, 5, 30)))["A clerk"] == "ahead"
    assert dict(states(date(2025, 5, 31)))["A clerk"] == "kept"
    assert states(LATER, "hurdles") == [("A clerk", "kept"), ("A host", "ahead")]
    assert dict(states(date(2026, 1, 1)))["A host"] == "passed"


def test_what_is_resolved_after_its_date_has_passed_it(announced: Agenda) -> None:
    data = announced.model_dump(mode="json")
    data["targets"] = [{**data["targets"][-1], "by": "2025-05-30"}]
    assert [one.state for one in Agenda.model_validate(data).announced(LATER)] == ["passed"]


def test_the_board_shows_what_had_been_announced_by_then(announced: Agenda) -> None:
    assert "Announced dates" not in board_table(announced, date(2025, 3, 30))
    assert board_table(announced, LATER).split("Announced dates\n")[1].splitlines() == [
        "  2025-05-01  past    Both (2025-04-02): A next round.",
        "  2025-06     passed  A minister (2025-03), on visas: Visas.",
        "  2025-06-30  kept    A clerk (2025-04-04), on hurdles: Hurdles go.",
        "  2025        ahead   A host (2025-04-03), on all issues: All of it.",
    ]
    data = board_data(announced, LATER)["announced"]
    assert [(one["by"], one["state"], one["issues"]) for one in data[:2]] == [
        ("2025-05-01", "past", []),
        ("2025-06", "passed", ["visas"]),
    ]
    assert (data[1]["citations"][0]["document"], data[1]["citations"][0]["sentence"]) == ("report", 3)
    assert json.loads(json.dumps(data)) == data


def test_an_issue_shows_the_dates_that_name_it_as_of_the_last_day_on_record(announced: Agenda) -> None:
    assert announced.last_day == date(2025, 5, 31)
    assert issue_text(announced, "hurdles").split("Announced dates\n")[1].splitlines() == [
        "  2025-06-30  kept   A clerk (2025-04-04): Hurdles go.",
        "    [report#2]",
        "  2025        ahead  A host (2025-04-03): All of it.",
        "    [report#2]",
    ]
    assert issue_text(announced, "visas").split("Announced dates\n")[1].splitlines()[:2] == [
        "  2025-06     ahead  A minister (2025-03): Visas.",
        "    [report#3]",
    ]
    assert [one["state"] for one in issue_data(announced, "hurdles")["announced"]] == ["kept", "ahead"]


def test_a_record_without_any_demand_does_not_say_so_for_every_issue(agenda: Agenda) -> None:
    data = agenda.model_dump(mode="json")
    for issue in data["issues"].values():
        issue["demands"] = {"us": {"text": None}, "russia": {"text": None}}
    board = board_table(Agenda.model_validate(data), date(2025, 3, 1))
    assert "no public position" not in board
    assert "visas   converging   2025-03-01" in board


def test_the_board_as_data(agenda: Agenda) -> None:
    data = board_data(agenda, date(2025, 3, 1))
    assert {key: data[key] for key in ("title", "as_of", "sides")} == {
        "title": "Talks in Oslo",
        "as_of": "2025-03-01",
        "sides": {"us": "United States", "russia": "Russia"},
    }
    assert data["issues"][0] == {
        "id": "visas",
        "title": "Visas",
        "status": "converging",
        "since": "2025-03-01",
        "demands": {"us": "faster visas", "russia": None},
        "sources": 1,
        "disputed": ["how_near"],
    }
    assert json.loads(json.dumps(data)) == data


def test_an_issue_in_full_names_the_sentences(agenda: Agenda) -> None:
    assert issue_text(agenda, "visas").splitlines() == [
        "Visas (visas)",
        "",
        "Visas come late.",
        "    [report#2]",
        "",
        "Resolved when  They come in a week.",
        "",
        "Demands",
        "  United States: faster visas (since 2025-03-01)",
        "    [report#2]",
        "  Russia: no public position",
        "",
        "Stances",
        "  United States: patient",
        "    [report#1]",
        "  Russia: no public position",
        "",
        "History",
        "  2025-02     raised        Put forward.",
        "    [report#1]",
        "  2025-03-01  converging    A deal is near.",
        "    [report#3]",
        "",
        "Disputed",
        "  How near? (how_near)",
        "  - us: near",
        "    [report#3]",
        "  - russia: far",
        "    [report#1]",
        "  We take: near",
        "  Because: It is said.",
        "",
        "Rounds",
        "  2025-02     First round",
        "",
        "Outside events",
        "  undated     A war",
        "",
        "Announced dates",
        "  2025-06     ahead  A minister (2025-03): Visas.",
        "    [report#3]",
    ]


def test_with_documents_it_reads_the_sentences_live(agenda: Agenda, documents: Path) -> None:
    text = issue_text(agenda, "visas", documents)
    assert '    [report#3] "A deal is near," one said.' in text
    (documents / "report.txt").write_text(REPORT.replace("Oslo", "Bern"), encoding="utf-8")
    text = issue_text(agenda, "visas", documents)
    assert "    [report#1] (missing or changed)" in text
    assert "Bern" not in text
    (documents / "report.txt").unlink()
    assert issue_text(agenda, "visas", documents).count("(missing or changed)") == 8


def test_a_dormant_issue_says_what_it_waits_for(agenda: Agenda) -> None:
    text = issue_text(agenda, "arctic")
    assert "Opens after    visas" in text
    assert text.endswith("Disputed: nothing\n")


def test_an_issue_as_data(agenda: Agenda, documents: Path) -> None:
    data = issue_data(agenda, "visas", documents)
    assert data["id"] == "visas"
    assert data["history"][1]["citations"][0] | {"sha256": ""} == {
        "document": "report",
        "sentence": 3,
        "sha256": "",
        "text": '"A deal is near," one said.',
    }
    assert data["disputed"]["how_near"]["we_take"] == "near"
    assert "text" not in issue_data(agenda, "visas")["citations"][0]
    assert json.loads(json.dumps(data)) == data


def test_what_is_not_there_is_an_error(agenda: Agenda, tmp_path: Path) -> None:
    with pytest.raises(NegsimError, match='there is no issue "visa"'):
        issue_text(agenda, "visa")
    with pytest.raises(InputError, match="there is no such folder of documents"):
        issue_data(agenda, "visas", tmp_path / "nowhere")


def test_text_cannot_steer_a_terminal(agenda: Agenda) -> None:
    hostile = agenda.model_copy(update={"title": "Talks\x1b[2J\nin \u202eOslo"})
    assert board_table(hostile, date(2025, 3, 1)).splitlines()[0] == "Talks?[2J in ?Oslo"


def test_the_real_record_fits_a_terminal() -> None:
    real = load_agenda(ROOT / "seeds" / "agenda.yaml")
    texts = [board_table(real, date(2025, 4, 10)), *(issue_text(real, name) for name in real.issues)]
    assert max(len(line) for text in texts for line in text.splitlines()) <= 80
    assert "As of 2025-04-10: 9 issues on the agenda, 5 dormant" in texts[0]
