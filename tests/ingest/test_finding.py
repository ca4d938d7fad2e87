"""What sentences propose: kinds, sides, issues, dates, marks, contradictions."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from negsim.agenda import Agenda, load_agenda, split
from negsim.ingest import Document, Finder, Proposal, plover_lines
from negsim.ingest.dates import find_dates
from negsim.quantities import PartialDate

ROOT = Path(__file__).parents[2]
DAY = PartialDate(2025, 6, 17)  # a Tuesday


@pytest.fixture(scope="module")
def agenda() -> Agenda:
    return load_agenda(ROOT / "seeds" / "agenda.yaml")


@pytest.fixture(scope="module")
def finder(agenda: Agenda) -> Finder:
    return Finder(agenda)


def found(finder: Finder, text: str, day: PartialDate | None = DAY) -> list[Proposal]:
    return finder.proposals(Document("note", "note.txt", text, tuple(split(text)), day))


@pytest.mark.parametrize(
    ("text", "kind", "issue", "side"),
    [
        ("Moscow demands the return of its diplomatic property.", "demand", "property", "russia"),
        ("Washington called for an end to the ban on hiring local staff.", "demand", "local_staff", "us"),
        ("The State Department refuses to discuss direct flights with Russia.", "refusal", "flights", "us"),
        ("Russia offered to ease travel restrictions on diplomats.", "offer", "movement", "russia"),
        ("Zakharova insisted on faster visas.", "demand", "visas", "russia"),
        ("The demand of Russia for its seized property is old.", "demand", "property", "russia"),
    ],
)
def test_a_stance_has_a_side_and_an_issue(finder: Finder, text: str, kind: str, issue: str, side: str) -> None:
    (one,) = found(finder, text)
    assert (one.kind, one.issue, one.actor) == (kind, issue, (side,))
    assert one.confidence >= 0.6
    assert (str(one.date), one.citation.sentence, one.citation.exact) == ("2025-06-17", 1, True)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Both sides signed an agreement on banking.", "agreed"),
        ("The delegations exchanged notes on banking.", "converging"),
        ("There was no progress on visas, both sides said.", "stalled"),
        ("Direct flights were fully restored on Monday.", "resolved"),
        ("The United States withdrew from the agreement on banking.", "discussing"),
        ("Both sides discussed direct flights.", "discussing"),
        ("No agreement on banking was reached.", "discussing"),
    ],
)
def test_a_status_change_has_its_status(finder: Finder, text: str, status: str) -> None:
    (one,) = (one for one in found(finder, text) if one.kind == "status")
    assert one.status is not None
    assert one.status.label == status


@pytest.mark.parametrize(
    ("text", "meeting", "date", "by", "place"),
    [
        ("The third round of talks was held in Vienna on 3 June 2025.", "held", "2025-06-03", None, "Vienna"),
        ("The third round of talks was called off on Monday.", "cancelled", "2025-06-16", None, None),
        ("The next round of talks was postponed yesterday.", "postponed", "2025-06-16", None, None),
        (
            "The next round of talks will be held in Moscow in July 2025.",
            "announced",
            "2025-06-17",
            "2025-07",
            "Moscow",
        ),
    ],
)
def test_a_round_has_its_fate(
    finder: Finder, text: str, meeting: str, date: str, by: str | None, place: str | None
) -> None:
    (one,) = (one for one in found(finder, text) if one.kind == "round")
    assert (one.meeting, str(one.date), one.by and str(one.by), one.location) == (meeting, date, by, place)


def test_a_short_agenda_of_other_talks_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "agenda.yaml"
    path.write_text("sides: {ford: {title: Ford}, uaw: {title: UAW, aliases: [the union]}}\nissues: [wages]\n")
    text = (
        "The union demands higher wages.\nLittle progress was made on wages.\nThe next meeting is scheduled for Friday."
    )
    found_in = found(Finder(load_agenda(path)), text)
    assert [(one.kind, one.actor, one.status and one.status.label) for one in found_in] == [
        ("demand", ("uaw",), None),
        ("status", (), "stalled"),
        ("round", ("ford", "uaw"), None),
    ]
    assert str(found_in[2].by) == "2025-06-20"


def test_events_announced_dates_and_items_without_an_issue(finder: Finder) -> None:
    (event,) = found(finder, "The United States expelled four Russian diplomats on June 12.")
    assert (event.kind, event.event_type, str(event.date)) == ("event", "SANCTION", "2025-06-12")
    (target,) = found(finder, "Washington plans to ease visa processing by the end of the year.")
    assert (target.kind, target.issue, str(target.by)) == ("announced", "visas", "2025-12-31")
    (item,) = found(finder, "Russia demands the release of a ship from the United States.")
    assert (item.kind, item.issue, item.actor) == ("unplaced", None, ("russia",))


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("Russia may demand its diplomatic property.", "hedged"),
        ("If talks fail, Russia demands its diplomatic property.", "conditional"),
        ("Russia does not demand its diplomatic property.", "negated"),
        ('"We demand our diplomatic property," said Lavrov.', "quoted"),
        ("Lavrov said that Russia demands its diplomatic property.", "reported"),
    ],
)
def test_the_way_of_saying_is_marked_and_lowers_the_confidence(finder: Finder, text: str, mark: str) -> None:
    (plain,) = found(finder, "Russia demands its diplomatic property.")
    (one,) = found(finder, text)
    assert mark in one.marks
    assert one.confidence < plain.confidence
    assert not plain.marks


def test_contradictions_name_what_they_contradict(finder: Finder) -> None:
    paths = {
        one.contradicts
        for text in (
            "In Istanbul on April 10, 2024, the delegations met.",
            "The delegations met in Istanbul on April 10, 2025 for nine hours.",
            "Both sides signed an agreement on arms control.",
        )
        for one in found(finder, text)
        if one.kind == "contradiction"
    }
    assert paths == {"rounds.second.date", "rounds.second.hours"}


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("It may march on, and the second sat still in the fall of the leader.", []),
        ("By Thursday, after last week and before next month.", ["2025-06-12", "2025-06", "2025-07"]),
        ("In three weeks, two days ago, next Friday.", ["2025-07-08", "2025-06-15", "2025-06-20"]),
        ("By the end of autumn; in early spring 2026.", ["2025-11-30", "2026-05-31"]),
        ("On 31 June 2025 and on 2025-02-30.", []),
        ("In February and in May 2024, at 12:30.", ["2025-02", "2024-05"]),
    ],
)
def test_dates_are_relative_to_the_document_and_not_found_in_words(text: str, dates: list[str]) -> None:
    assert [str(one.date) for one in find_dates(text, DAY)] == dates


def test_without_a_date_of_the_document_nothing_relative_is_dated(finder: Finder) -> None:
    (one,) = found(finder, "On Monday Moscow demanded the return of its diplomatic property.", None)
    assert one.date is None


def test_plover_lines_have_its_names(finder: Finder) -> None:
    import json

    (line,) = plover_lines(found(finder, "Moscow demands the return of its diplomatic property.")).splitlines()
    record = json.loads(line)
    assert (record["event"], record["actor"], record["recipient"]) == (
        *("REQUEST", [{"actorText": "russia"}]),
        [{"actorText": "us"}],
    )


def test_ten_pages_take_less_than_two_seconds(finder: Finder) -> None:
    page = "Moscow demands the return of its property, and Washington said on Monday that it may discuss visas. " * 30
    start = time.perf_counter()
    assert found(finder, "\n".join([page] * 10))
    assert time.perf_counter() - start < 2
