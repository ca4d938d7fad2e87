"""Citations: their form, and the check against documents, of which each way to fail is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from negsim.agenda.agenda import Agenda
from negsim.agenda.citations import Citation, cite, read_document
from negsim.agenda.sentences import document_fingerprint, fingerprint, split
from negsim.agenda.verification import verify
from negsim.errors import InputError, NegsimError

REPORT = "Envoys met in Oslo. They spoke of visas.\r\nA deal is near."
NOTE = "No deal, says the other side."
NOUGHT = 64 * "0"


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    for name, text in (("report", REPORT), ("note", NOTE)):
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8", newline="")
    return tmp_path


def _source(text: str) -> dict[str, Any]:
    return {"about": "made up", "sentences": len(split(text)), "sha256": document_fingerprint(text)}


def _agenda(*citations: str, sources: dict[str, Any] | None = None) -> Agenda:
    nothing = {"us": {"text": None}, "russia": {"text": None}}
    issue = {
        "title": "Visas",
        "summary": "Late.",
        "demands": nothing,
        "stances": nothing,
        "history": [{"date": "2025-01", "status": "raised", "what": "Put forward.", "citations": citations}],
        "resolves_when": "They come.",
        "citations": citations[:1],
    }
    sides = {"us": {"title": "US"}, "russia": {"title": "Russia"}}
    return Agenda.model_validate(
        {
            "title": "Talks",
            "sides": sides,
            "sources": sources or {"report": _source(REPORT), "note": _source(NOTE)},
            "issues": {"visas": issue},
        }
    )


class _Holder(BaseModel):
    cited: Citation


def test_a_citation_is_document_number_and_fingerprint_and_nothing_else() -> None:
    cited = Citation.parse(f"003_abc.d-e#17 {NOUGHT}")
    assert (cited.document, cited.sentence, cited.sha256) == ("003_abc.d-e", 17, NOUGHT)
    assert str(cited) == f"003_abc.d-e#17 {NOUGHT}"
    assert Citation.parse(cited) is cited
    holder = _Holder.model_validate({"cited": str(cited)})
    assert holder.model_dump(mode="json") == {"cited": str(cited)}
    assert _Holder.model_json_schema()["properties"]["cited"]["type"] == "string"


@pytest.mark.parametrize(
    "text",
    [
        "https://",
        f"report#0 {NOUGHT}",
        f"report {NOUGHT}",
        f"../report#1 {NOUGHT}",
        f"report#1  {NOUGHT}",
        f"report#1 {NOUGHT}0",
        f"report#1 {NOUGHT[1:]}A",
        f"report#1 {NOUGHT}\n",
        17,
        None,
    ],
)
def test_other_forms_are_refused(text: object) -> None:
    with pytest.raises(ValidationError, match="is not a citation"):
        _Holder.model_validate({"cited": text})


def test_cite_makes_the_citation_that_verify_accepts(documents: Path) -> None:
    cited = [str(cite(documents, "report", number)) for number in (1, 2, 3)]
    assert cited[2] == f"report#3 {fingerprint('A deal is near.')}"
    found = verify(_agenda(*cited, str(cite(documents, "note", 1))), documents)
    assert found.ok
    assert (found.count, found.documents) == (5, 2)
    assert found.text == "5 citations of 2 documents hold"
    assert found.data() == {
        **{"citations": 5, "documents": 2},
        **{"reported": 0, "unchecked": 0, "failures": []},
    }


def test_cite_refuses_what_is_not_there(documents: Path) -> None:
    with pytest.raises(NegsimError, match=r"there is no document letter\.txt in"):
        cite(documents, "letter", 1)
    with pytest.raises(NegsimError, match="report has sentences 1 to 3, but was 4"):
        cite(documents, "report", 4)
    with pytest.raises(NegsimError, match="report has sentences 1 to 3, but was 0"):
        cite(documents, "report", 0)


def test_every_citation_that_does_not_hold_is_named_with_its_place(documents: Path) -> None:
    right = str(cite(documents, "note", 1))
    moved = f"report#1 {cite(documents, 'report', 2).sha256}"
    second = cite(documents, "report", 2).sha256
    found = verify(_agenda(right, f"report#2 {NOUGHT}", moved), documents)
    assert not found.ok
    assert found.count == 4
    assert [str(failure) for failure in found.failures] == [
        f"issues.visas.history.0: report#2: the sentence has another fingerprint: {second}",
        "issues.visas.history.0: report#1: the sentence is now number 2",
    ]
    assert found.text.endswith("2 failures in 4 citations of 2 documents")
    assert found.data()["failures"][1] == {
        "where": "issues.visas.history.0",
        "cited": "report#1",
        "what": "the sentence is now number 2",
    }


def test_a_changed_document_is_named_and_only_the_citations_that_it_breaks(documents: Path) -> None:
    agenda = _agenda(str(cite(documents, "report", 1)), str(cite(documents, "report", 3)))
    changed = "Envoys met in Oslo. A deal is far."
    (documents / "report.txt").write_text(changed, encoding="utf-8")
    assert [str(failure) for failure in verify(agenda, documents).failures] == [
        "sources: report: the document has 2 sentences, not 3",
        f"sources: report: the text has changed: its SHA-256 is {document_fingerprint(changed)}",
        "issues.visas.history.0: report#3: the document has only 2 sentences",
    ]


def test_other_line_ends_and_quotation_marks_are_no_change(documents: Path) -> None:
    agenda = _agenda(str(cite(documents, "report", 2)))
    changed = "\ufeff" + REPORT.replace("\r\n", "\n\n").replace(" of ", "\u00a0of ") + "\n"
    (documents / "report.txt").write_text(changed, encoding="utf-8")
    assert verify(agenda, documents).ok


def test_a_missing_document_is_named_for_the_source_and_for_each_citation(documents: Path) -> None:
    agenda = _agenda(str(cite(documents, "note", 1)))
    (documents / "note.txt").unlink()
    assert [failure.what for failure in verify(agenda, documents).failures] == [
        f"there is no note.txt in {documents}",
        "the document is missing",
        "the document is missing",
    ]


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such folder of documents"):
        verify(_agenda(f"report#1 {NOUGHT}"), tmp_path / "nowhere")


def test_a_document_that_is_not_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_bytes(b"\xff\xfe")
    (tmp_path / "note.txt").mkdir()
    with pytest.raises(InputError, match=r"report\.txt: the document is not UTF-8 text"):
        read_document(tmp_path, "report")
    with pytest.raises(InputError, match=r"note\.txt: the document can't be read"):
        read_document(tmp_path, "note")
    assert read_document(tmp_path, "letter") is None
