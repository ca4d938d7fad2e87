"""A review: decisions, undo, stopping and going on; entering keeps comments, and twice changes nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from negsim.agenda import load_agenda, verify
from negsim.errors import NegsimError
from negsim.files import TextStyle
from negsim.ingest import (
    Finder,
    Proposal,
    Proposals,
    ReadDocument,
    Review,
    enter,
    merged,
    proposals_schema,
    read,
    read_proposals,
    write_proposals,
)

ROOT = Path(__file__).parents[2]
#: What a new reading of a document knows of an item that fits no issue.
OPEN = {"state": "open", "issue": None, "new_issue": None}
AGENDA = """\
# The record of the river.
sides: {upper: {title: Upperton}, lower: {title: Lowmarsh}}
issues:
  # Wet feet.
  flood_warning:
    title: Flood warning  # by telephone
    history:
      - {date: 2026-01-10, status: discussing, what: They spoke.}
  sewage: Sewage works
targets: []
"""
NEWS = """\
Published: March 20, 2026
The councils of Upperton and Lowmarsh met for talks on Thursday.
Lowmarsh demands a flood warning six hours ahead.
Upperton refused to discuss the sewage works.
Both sides signed an agreement on flood warning on March 20.
Lowmarsh wants a bridge from Upperton, and both sides know it.
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with an agenda, a document and its proposals."""
    (tmp_path / "agenda.yaml").write_text(AGENDA, encoding="utf-8")
    (tmp_path / "news.txt").write_text(NEWS, encoding="utf-8")
    document = read(tmp_path / "news.txt")
    found = Finder(load_agenda(tmp_path / "agenda.yaml")).proposals(document)
    listed = ReadDocument(file="news.txt", sha256=document.sha256, sentences=len(document.sentences))
    write_proposals(Proposals(documents={"news": listed}, proposals=tuple(found)), tmp_path / "p.yaml")
    return tmp_path


def review(place: Path) -> Review:
    agenda = place / "agenda.yaml"
    return Review(read_proposals(place / "p.yaml"), place / "p.yaml", load_agenda(agenda), agenda)


def test_the_document_proposes_what_it_says(place: Path) -> None:
    found = [(one.kind, one.issue) for one in read_proposals(place / "p.yaml").proposals]
    assert found == [
        ("round", None),
        ("demand", "flood_warning"),
        ("refusal", "sewage"),
        ("status", "flood_warning"),
        ("unplaced", None),
    ]


def test_decisions_edits_and_undo(place: Path) -> None:
    session = review(place)
    shown = session.shown(TextStyle())
    assert "> " in shown
    assert "The councils of Upperton and Lowmarsh met" in shown
    assert "Lowmarsh demands a flood warning" in shown
    session.do("e hours = 2")
    session.do("a")
    session.do("e what=Lowmarsh asks for six hours of warning.")
    session.do("a")
    session.do("r")
    assert [one.state for one in session.found.proposals[:3]] == ["accepted", "accepted", "rejected"]
    session.do("u")
    assert session.current is not None
    assert (session.current.kind, session.current.state) == ("refusal", "open")
    session.do("s")
    session.do("a")
    with pytest.raises(NegsimError, match="it needs: issue"):
        session.do("a")
    with pytest.raises(NegsimError, match=r'there is no issue "flod_warning"; .* did you mean "flood_warning"'):
        session.do("m flod_warning")
    session.do("m flood_warning")
    session.do("a")
    assert session.current is None
    again = review(place)  # it goes on where it stopped: the one that was skipped
    assert again.current is not None
    assert again.current.kind == "refusal"
    assert again.found.count("accepted") == 4


def test_an_unplaced_item_becomes_a_new_issue_until_it_is_undone(place: Path) -> None:
    session = review(place)
    for _ in range(4):
        session.do("s")
    for command, message in (
        ("n bridge", "n ID TITLE"),
        ("n Bridge A bridge", "n ID TITLE"),
        ("n sewage A bridge", "there is an issue sewage already"),
    ):
        with pytest.raises(NegsimError, match=message):
            session.do(command)
    (place / "agenda.yaml").write_text("strict: true\n" + AGENDA, encoding="utf-8")
    with pytest.raises(NegsimError, match="this agenda is strict"):
        session.do("n bridge A bridge")
    (place / "agenda.yaml").write_text(AGENDA, encoding="utf-8")
    session.do('n bridge "A bridge for both towns"')
    session.do("u")
    assert session.current is not None
    assert (session.current.issue, session.current.new_issue, session.current.state) == (None, None, "open")
    assert session.enter().entered == []
    session.do('n bridge "A bridge for both towns"')
    (entered,) = session.enter().entered
    assert entered.issue == "bridge"
    issue = load_agenda(place / "agenda.yaml").issues["bridge"]
    assert (issue.title, [entry.status.label for entry in issue.history]) == ("A bridge for both towns", ["raised"])
    again = review(place)
    assert (again.enter().entered, len(again.enter().known)) == ([], 1)
    again.do("m bridge")  # another proposal may take the new issue
    kept = merged(again.found, Proposals(proposals=tuple(one.model_copy(update=OPEN) for one in again.found.proposals)))
    assert kept.proposals[4].new_issue == "A bridge for both towns"


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("n x y", "only an item that fits no issue"),
        ("x", "a accept; r reject"),
        ("u", "nothing to undo"),
        ("e date=soon", "that is not valid: .*is not a date"),
        ("e dte=2026-01-01", r'did you mean "date"'),
        ("e actor=lowr", "there is no side 'lowr'"),
        ("e status=done", 'there is no status "done"'),
    ],
)
def test_a_command_that_cannot_be_carried_out_changes_nothing(place: Path, command: str, message: str) -> None:
    session, before = review(place), (place / "p.yaml").read_bytes()
    with pytest.raises(NegsimError, match=message):
        session.do(command)
    assert (place / "p.yaml").read_bytes() == before


def test_entering_keeps_comments_and_order_and_twice_changes_nothing(place: Path) -> None:
    session = review(place)
    session.accept_all(0.5)
    assert [one.kind for one in session.enter().entered] == ["round", "demand", "refusal", "status"]
    text = (place / "agenda.yaml").read_text(encoding="utf-8")
    for kept in ("# The record of the river.\n", "  # Wet feet.\n", "title: Flood warning  # by telephone\n"):
        assert kept in text
    agenda = load_agenda(place / "agenda.yaml")
    history = agenda.issues["flood_warning"].history
    assert [(str(entry.date), entry.status.label) for entry in history] == [
        ("2026-01-10", "discussing"),
        ("2026-03-20", "discussing"),
        ("2026-03-20", "agreed"),
    ]
    assert all(len(entry.citations) == 1 and entry.citations[0].exact for entry in history[1:])
    assert agenda.issues["flood_warning"].demands["lower"].text == "Demand of Lowmarsh: Flood warning."
    (held,) = agenda.rounds.values()
    assert (str(held.date), len(held.citations)) == ("2026-03-19", 1)
    assert verify(agenda, place).ok
    again = review(place).enter()
    assert (again.entered, len(again.known)) == ([], 4)
    assert (place / "agenda.yaml").read_text(encoding="utf-8") == text


def test_what_the_agenda_refuses_is_left_out_with_the_reason(place: Path) -> None:
    facts = {"citation": "https://a.org/b 2026-03-21 partly", "confidence": 1, "what": "Done.", "date": "2026-03-21"}
    every: list[dict[str, Any]] = [
        {"kind": "status", "issue": "flood_warning", "status": "resolved"},
        {"kind": "status", "issue": "flood_warning", "status": "stalled"},
        {"kind": "round", "meeting": "announced", "by": "2026-05", "date": "2026-03-01"},
        {"kind": "round", "meeting": "cancelled", "citation": "https://a.org/c 2026-03-21 partly"},
        {"kind": "contradiction", "contradicts": "issues.flood_warning.history.0"},
        {"kind": "event", "what": "A \x1b[2J flood."},
        {"kind": "demand"},
        *(
            {"kind": "contradiction", "contradicts": path, "citation": f"https://a.org/{path} 2026-03-21 partly"}
            for path in ("x", "issues.x", "issues.sewage.history.7", "title.a.b")
        ),
        {"kind": "demand", "issue": "bridge"},
    ]
    result = enter(place / "agenda.yaml", [Proposal.model_validate({**facts, **each}) for each in every], {})
    assert [reason for _, reason in result.refused[:2]] == ["discussing can't become resolved", "it has no issue"]
    others = [reason for _, reason in result.refused[2:]]
    assert (len(others), others[0], others[-1]) == (5, '"x" is no part of the agenda', 'there is no issue "bridge"')
    agenda = load_agenda(place / "agenda.yaml")
    (target,) = agenda.targets
    assert (str(target.by), str(target.cancelled), len(target.citations)) == ("2026-05", "2026-03-21", 2)
    assert list(agenda.disputed) == ["flood_warning_history"] == list(agenda.issues["flood_warning"].disputed)
    assert [str(event.date) for event in agenda.events.values()] == ["2026-03-21"]


def test_a_review_on_a_terminal_enters_what_was_accepted(place: Path) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "negsim", "review", "p.yaml", "--agenda", "agenda.yaml"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}", "TERM": "xterm"}
    with subprocess.Popen(command, cwd=place, env=environment, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        os.write(ours, b"s\na\nu\na\nfrog\nr\nq\n")
        written = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:
                break
            if not piece:
                break
            written += piece
    os.close(ours)
    assert process.returncode == 0
    said = written.decode().replace("\r\n", "\n")
    assert "a accept; r reject" in said
    assert "undone" in said
    assert "1 new entry in agenda.yaml; 0 there already" in said
    states = [one.state for one in read_proposals(place / "p.yaml").proposals]
    assert states == ["open", "accepted", "rejected", "open", "open"]
    assert load_agenda(place / "agenda.yaml").issues["flood_warning"].demands["lower"].text


def test_the_commands_from_a_report_to_the_difference(
    negsim: Callable[..., Any], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    (place / "p.yaml").unlink()
    shutil.copy("agenda.yaml", "before.yaml")
    ended = negsim("ingest", "news.txt", "-o", "p.yaml", "--plover", "e.jsonl", "--text", "texts", "--json")
    assert (ended.code, ended.out.count('"kind"')) == (0, 5)
    assert len((place / "e.jsonl").read_text().splitlines()) == 4
    assert "5 proposals in 1 document" in negsim("ingest", "news.txt", "-o", "p.yaml").out
    assert negsim("check", "p.yaml").code == 0
    refused = negsim("review", "p.yaml", "--accept-all")
    assert (refused.code, "--min-confidence" in refused.err) == (2, True)
    ended = negsim("review", "p.yaml", "--accept-all", "--min-confidence", "0.5", "--json")
    assert (ended.code, ended.out.count("news#")) == (0, 4)
    assert negsim("agenda", "agenda.yaml", "verify", "--documents", "texts").code == 0
    assert (
        "flood_warning, status: discussing (2026-01-10) -> agreed" in negsim("diff", "before.yaml", "agenda.yaml").out
    )
    assert "no change" in negsim("diff", "@2026-03-25", "@2026-03-26").out
    assert "[accepted]" in negsim("ingest", "news.txt", "-o", "p.yaml").out
    cited = negsim("agenda", "cite", "news.txt", "3").out
    assert cited.startswith("- news#3 ")
    assert cited.split()[-1] in (place / "agenda.yaml").read_text()
    assert negsim("agenda", "cite", "news.txt", "99").code == 2
    assert negsim("agenda", "sentences", "news.txt").out.splitlines()[2].startswith("3  Lowmarsh demands")
    assert "sentences: 6" in negsim("agenda", "source", "news.txt", "--about", "invented").out


def test_a_language_model_tells_subject_and_negation() -> None:
    spacy = pytest.importorskip("spacy", reason="the extra nlp is optional")
    from negsim.ingest import LanguageModel

    model = LanguageModel(spacy.blank("en"))
    assert model.subject("Moscow demands visas.", 7) is None
    words = ["Washington", "did", "not", "demand", "visas", "."]
    parsed = spacy.tokens.Doc(
        model._pipeline.vocab,
        words=words,
        heads=[3, 3, 3, 3, 3, 3],
        deps=["nsubj", "aux", "neg", "ROOT", "dobj", "punct"],
    )
    model._pipeline = lambda _: parsed
    text = parsed.text
    assert model.subject(text, text.index("demand")) == (0, len("Washington"))
    assert model.negated(text, text.index("demand"))


def test_a_model_that_is_not_there_is_named(negsim: Callable[..., Any], place: Path) -> None:
    ended = negsim(
        "ingest", place / "news.txt", "--agenda", place / "agenda.yaml", "--nlp", "no_such", "-o", place / "q"
    )
    assert (ended.code, (place / "q").exists()) == (2, False)
    assert "negsim[nlp]" in ended.err or "no_such" in ended.err


def test_the_schema_of_proposals_is_current_and_takes_the_file(place: Path, negsim: Callable[..., Any]) -> None:
    schema = json.loads((ROOT / "schemas" / "proposals.schema.json").read_text(encoding="utf-8"))
    assert schema == proposals_schema() == json.loads(negsim("schema", "proposals").out)
    proposal = schema["$defs"]["Proposal"]
    assert set(proposal["required"]) == {"citation", "kind", "confidence", "what"}
    for one in read_proposals(place / "p.yaml").model_dump(mode="json")["proposals"]:
        assert set(one) <= set(proposal["properties"])


def test_without_the_extra_reading_says_what_to_install(negsim, root, tmp_path, monkeypatch):
    from negsim.ingest import names

    monkeypatch.setitem(sys.modules, "rapidfuzz.fuzz", None)
    names._likeness.cache_clear()
    ended = negsim("ingest", root / "seeds" / "reports" / "river.txt", "-o", tmp_path / "proposals.yaml")
    assert (ended.code, ended.err) == (2, "negsim ingest needs the extra ingest: pip install 'negsim[ingest]'\n")
