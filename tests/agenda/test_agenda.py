"""The agenda: what a file may say, what it is told when wrong, how things stood on any day, and the real record."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from negsim.agenda.agenda import Agenda
from negsim.agenda.board import board_data, board_table, issue_text
from negsim.agenda.reader import agenda_schema, load_agenda
from negsim.agenda.status import LEGAL_MOVES, REOPENED, Status
from negsim.agenda.verification import verify
from negsim.errors import InputError, NegsimError
from negsim.quantities.dates import PartialDate
from negsim.scenario import from_mapping

ROOT = Path(__file__).parents[2]
INVALID = sorted((ROOT / "tests" / "invalid" / "agenda").glob("*.yaml"))
NOTHING = {"us": {"text": None}, "russia": {"text": None}}
EMBASSY = [
    "banking",
    "local_staff",
    "staffing_levels",
    "property",
    "flights",
    "visas",
    "movement",
    "hurdles",
    "framework",
]
DORMANT = ["arms_control", "economic_cooperation", "rare_earths", "arctic", "climate_change"]


def _issue(*history: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {
        "title": "Visas",
        "summary": "Late.",
        "demands": NOTHING,
        "stances": NOTHING,
        "history": [{"date": when, "status": status, "what": "It happened."} for when, status in history],
        "resolves_when": "They come.",
        **more,
    }


def _agenda(issues: dict[str, Any], **more: Any) -> Agenda:
    sides = {"us": {"title": "United States"}, "russia": {"title": "Russia"}}
    return Agenda.model_validate({"title": "Talks", "sides": sides, "issues": issues, **more})


@pytest.fixture(scope="module")
def real() -> Agenda:
    return load_agenda(ROOT / "seeds" / "agenda.yaml")


# What is wrong is said, all of it, with its place.


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_an_invalid_file_gives_the_messages_that_it_expects(path: Path) -> None:
    expected = [
        line.removeprefix("# expect: ")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("# expect: ")
    ]
    with pytest.raises(InputError) as caught:
        load_agenda(path)
    found = [
        problem.headline.replace(f"{path.parent}{os.sep}", "").removeprefix(f"{path.name}:")
        for problem in caught.value.problems
    ]
    assert expected
    assert found == expected


def test_a_problem_shows_the_line_and_a_caret() -> None:
    path = ROOT / "tests" / "invalid" / "agenda" / "unknown_side.yaml"
    with pytest.raises(InputError, match=r"      rusia: \{text: no public position\}\n      \^"):
        load_agenda(path)


def test_every_move_that_the_table_forbids_is_refused_and_no_other() -> None:
    for old in Status:
        for new in Status:
            issue = _issue(("2025-01", old.label), ("2025-02", new.label))
            if new is old or new in LEGAL_MOVES[old] | REOPENED.get(old, frozenset()):
                _agenda({"visas": issue})
            else:
                with pytest.raises(ValidationError, match=f"{old.label} can't become {new.label}"):
                    _agenda({"visas": issue})


def test_a_suspended_issue_goes_back_to_what_it_was() -> None:
    start = [("2025-01", "stalled"), ("2025-02", "suspended")]
    _agenda({"visas": _issue(*start, ("2025-03", "stalled"))})
    with pytest.raises(ValidationError, match="suspended can't become discussing"):
        _agenda({"visas": _issue(*start, ("2025-03", "discussing"))})


def test_plain_data_that_is_wrong_raises_too() -> None:
    with pytest.raises(ValidationError, match='there is no dispute "how_late"'):
        _agenda({"visas": _issue(("2025-01", "raised"), disputed=["how_late"])})
    with pytest.raises(ValidationError, match="valid dictionary"):
        Agenda.model_validate(["talks"])


# What is right is kept.


def test_an_agenda_survives_being_written_as_plain_data(real: Agenda) -> None:
    data = real.model_dump(mode="json")
    # Aliases serve the reading of documents alone.
    assert Agenda.model_validate(json.loads(json.dumps(data))).model_dump(mode="json") == data
    assert "id" not in data["issues"]["banking"]
    assert Agenda.model_validate(real) is real


def test_an_issue_knows_its_id(real: Agenda) -> None:
    assert [issue.id for issue in real.issues.values()] == list(real.issues)


def test_an_agenda_is_frozen(real: Agenda) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        real.title = "Other"  # type: ignore[misc]
    with pytest.raises(TypeError, match="frozen"):
        del real.issues["banking"]


def test_no_public_position_is_a_position_without_text() -> None:
    positions = {"us": {"text": "no public position"}, "russia": {"text": "faster visas"}}
    demands = _agenda({"visas": _issue(("2025-01", "raised"), demands=positions)}).issues["visas"].demands
    assert (demands["us"].text, demands["russia"].text) == (None, "faster visas")


def test_the_file_of_sources_is_found_beside_the_agenda_and_its_problems_name_it(tmp_path: Path) -> None:
    (tmp_path / "agenda.yaml").write_text("title: Talks\nsources: sources.yaml\n", encoding="utf-8")
    (tmp_path / "sources.yaml").write_text("sources:\n  report:\n    sentences: 0\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"sources\.yaml:3:16: sentences was 0"):
        load_agenda(tmp_path / "agenda.yaml")


# The short form.


def short(tmp_path: Path, text: str, strict: bool = False) -> Agenda:
    path = tmp_path / "agenda.yaml"
    path.write_text(text, encoding="utf-8")
    return load_agenda(path, strict)


def test_two_lists_are_an_agenda_with_one_warning_that_says_what_to_paste(tmp_path: Path) -> None:
    agenda = short(tmp_path, "sides: [Ford, UAW]\nissues: [Wages, Health care, tiers]\n")
    assert (agenda.title, list(agenda.sides)) == ("Ford and UAW", ["ford", "uaw"])
    titles = {"wages": "Wages", "health_care": "Health care", "tiers": "Tiers"}
    assert {name: issue.title for name, issue in agenda.issues.items()} == titles
    assert [(row.status, row.since) for row in agenda.board(date(2025, 1, 1))] == [(Status.RAISED, None)] * 3
    (warning,) = agenda.warnings
    assert warning.warning
    assert "summary (3 times), demands (3 times)" in warning.message
    assert 'in issues.wages: "summary: What it is about."' in warning.allowed
    assert board_table(agenda, date(2025, 1, 1)).count("raised") == 3
    assert "History: none; raised" in issue_text(agenda, "tiers")
    data = agenda.model_dump(mode="json")
    assert Agenda.model_validate(data).model_dump(mode="json") == data


def test_a_strict_agenda_has_an_error_for_each_gap(tmp_path: Path) -> None:
    text = "sides: {a: A, b: B}\nissues:\n  x: {title: X, demands: {a: more}}\n"
    for strict, more in ((True, ""), (False, "strict: true\n")):
        with pytest.raises(InputError) as caught:
            short(tmp_path, text + more, strict)
        assert [problem.message for problem in caught.value.problems] == [
            'there is no "title"',
            *(f'x has no "{key}"' for key in ("summary", "stances", "history", "resolves_when")),
            'demands has no entry for "b"',
        ]


def test_a_text_is_a_position_and_a_status_needs_no_history(tmp_path: Path) -> None:
    text = "sides: {a: A, b: B}\nissues:\n  x: {title: X, status: stalled, demands: {a: more}}\n"
    agenda = short(tmp_path, text)
    assert (agenda.issues["x"].demands["a"].text, agenda.issues["x"].demands["b"].text) == ("more", None)
    assert agenda.status("x", date(2025, 1, 1)) is Status.STALLED
    dormant = short(tmp_path, text.replace("stalled", "dormant"))
    assert dormant.status("x", date(2025, 1, 1)) is dormant.board(date(2025, 1, 1))[0].status is Status.DORMANT


def test_a_list_that_gives_an_id_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r'agenda\.yaml:2:17: issues has the id "wages" twice'):
        short(tmp_path, "sides: [A, B]\nissues: [Wages, wages]\n")


def test_a_link_is_a_citation_unless_the_record_requires_more(tmp_path: Path) -> None:
    text = (
        "sides: [A, B]\nsources: {report: https://example.org/a}\nissues: {x: {citations: [report, https://b.org/c]}}"
    )
    agenda = short(tmp_path, text)
    assert [cited.place for cited in agenda.issues["x"].citations] == ["report", "https://b.org/c"]
    assert agenda.sources["report"].url == "https://example.org/a"
    assert verify(agenda, tmp_path).text == "0 citations of 0 documents hold; 2 without a fingerprint are not checked"
    with pytest.raises(InputError) as caught:
        short(tmp_path, text + "\ncitations: required\n")
    messages = [problem.message for problem in caught.value.problems]
    assert '"https://b.org/c" has no date and confidence' in messages
    assert '"report" has no sentence and fingerprint' in messages
    with pytest.raises(InputError, match=r'citations was "require"; allowed: required, optional; did you mean "requir'):
        short(tmp_path, text + "\ncitations: require\n")


def test_a_reported_citation_is_told_apart_and_counts_from_its_date(tmp_path: Path) -> None:
    cited = "https://b.org/c 2025-06-10 partly"
    text = (
        f"sides: [A, B]\ncitations: required\nissues:\n  x:\n    citations: [{cited}]\n    history:\n"
        f"      - {{date: 2025-01-05, status: agreed, what: Signed., citations: ['{cited}']}}\n"
        f"      - {{date: 2025-07-01, status: discussing, what: One side withdrew., citations: ['{cited}']}}\n"
    )
    agenda = short(tmp_path, text)
    (one, *_) = (found for _, found in agenda.citations())
    assert (one.document, str(one.date), one.confidence, one.reported, one.exact, str(one)) == (
        *("https://b.org/c", "2025-06-10", "partly", True, False),
        cited,
    )
    # What nobody has reported by a day is not known on that day.
    assert [(row.sources, row.reported) for day in (1, 30) for row in agenda.board(date(2025, 6, day))] == [(0, 1)]
    assert "0 + 1r" in board_table(agenda, date(2025, 7, 1))
    assert "r: reported." in board_table(agenda, date(2025, 7, 1))
    assert "r: reported." not in board_table(agenda, date(2025, 6, 1))
    assert [row.get("reported") for row in board_data(agenda, date(2025, 7, 1))["issues"]] == [1]
    assert "(reported 2025-06-10, partly)" in " ".join(issue_text(agenda, "x").split())
    found = verify(agenda, tmp_path)
    assert found.text == "0 citations of 0 documents hold; 3 are reported (an address, not checked)"
    assert (found.data()["reported"], found.data()["unchecked"]) == (3, 0)
    with pytest.raises(InputError, match="there is no such day as 2025-02-30"):
        short(tmp_path, text.replace("2025-06-10", "2025-02-30"))
    with pytest.raises(InputError, match="is not a citation"):
        short(tmp_path, text.replace("partly", "surely"))
    with pytest.raises(InputError, match=r"this claim has no citation; allowed: at least one \(citations: required"):
        short(tmp_path, text.replace(f"    citations: [{cited}]\n", "    summary: Late.\n"))


def test_a_suspended_agreement_is_simulated_as_a_suspended_discussion(tmp_path: Path) -> None:
    days = [("2025-01-05", "discussing"), ("2025-02-05", "agreed"), ("2025-03-05", "suspended")]
    history = [{"date": day, "status": status, "what": "It happened."} for day, status in days]
    data = {"agenda": {"sides": ["A", "B"], "issues": {"x": {"history": history}}}, "horizon": "1 year"}
    scenario = from_mapping({**data, "as_of": "2025-04-01", "issues": {"x": {"start": {"left": "2 months"}}}})
    issue = scenario.resolved()["issues"]["x"]
    assert issue["start"]["was"] == "discussing"
    (rule,) = [line for line in issue["source"] if "no such move" in line]
    assert "a suspended issue that was agreed is simulated as one that was discussing" in rule


def test_a_cancelled_date_is_announced_until_it_is_called_off(tmp_path: Path) -> None:
    text = (
        "sides: [A, B]\nissues: [x]\ntargets:\n"
        "  - {who: A, said: 2025-06-01, what: A round., by: 2025-07, cancelled: 2025-06-16, issues: [x]}\n"
    )
    agenda = short(tmp_path, text)
    states = [agenda.announced(date(2025, 6, day))[0].state for day in (2, 15, 16)]
    assert states == ["ahead", "ahead", "cancelled"]
    assert agenda.last_day == date(2025, 6, 16)
    assert "2025-07     cancelled  A (2025-06-01)" in board_table(agenda, date(2025, 6, 17))
    with pytest.raises(InputError, match="the date of the cancellation 2025-05-16 is earlier than the announcement"):
        short(tmp_path, text.replace("cancelled: 2025-06-16", "cancelled: 2025-05-16"))


def test_a_milestone_keeps_the_date_of_the_status_and_an_agreement_can_be_reopened(tmp_path: Path) -> None:
    days = [
        ("2025-01-01", "discussing"),
        ("2025-02-01", "discussing"),
        ("2025-03-01", "agreed"),
        ("2025-04-01", "stalled"),
    ]
    agenda = _agenda({"x": _issue(*days)})
    assert str(agenda.since("x", date(2025, 2, 20))) == "2025-01-01"
    assert agenda.issues["x"].entry(date(2025, 2, 20)) is agenda.issues["x"].history[1]
    assert [entry.status.label for entry in agenda.issues["x"].changes] == ["discussing", "agreed", "stalled"]


def test_a_label_is_the_short_title() -> None:
    long = _issue(("2025-01", "raised"), title="Membership in the association of municipalities")
    issues = _agenda({"x": long, "y": {**long, "label": "Membership"}}).issues
    assert [issue.short_title for issue in issues.values()] == [long["title"], "Membership"]


# How things stood on a day.

STORY = [("2025-02", "raised"), ("2025-02-10", "discussing"), ("2025-04", "suspended"), ("2026", "discussing")]


@pytest.mark.parametrize(
    ("on", "status", "since"),
    [
        ("2025-02-10", Status.DISCUSSING, "2025-02-10"),
        ("2025-02-28", Status.DISCUSSING, "2025-02-10"),
        ("2025-04-29", Status.DISCUSSING, "2025-02-10"),
        ("2025-04-30", Status.SUSPENDED, "2025-04"),
        ("2026-12-30", Status.SUSPENDED, "2025-04"),
        ("2026-12-31", Status.DISCUSSING, "2026"),
    ],
)
def test_a_status_holds_from_the_day_by_which_it_has_certainly_come(on: str, status: Status, since: str) -> None:
    agenda, day = _agenda({"visas": _issue(*STORY)}), date.fromisoformat(on)
    assert agenda.status("visas", day) is status
    assert str(agenda.since("visas", day)) == since


def test_before_its_first_entry_an_issue_is_not_on_the_table() -> None:
    agenda, day = _agenda({"visas": _issue(*STORY)}), date(2025, 2, 9)
    assert agenda.board(day) == []
    for question in (agenda.status, agenda.since):
        with pytest.raises(NegsimError, match="not yet on the agenda on 2025-02-09; its history begins 2025-02"):
            question("visas", day)


def test_an_unknown_issue_is_named_with_what_was_meant(real: Agenda) -> None:
    with pytest.raises(NegsimError, match=r'there is no issue "bankng"; allowed: banking, .* did you mean "banking"'):
        real.status("bankng", date(2025, 4, 10))


def test_the_board_counts_what_was_known_by_the_day() -> None:
    demands = {"us": {"text": "faster visas", "since": "2025-03"}, "russia": {"text": "fewer"}}
    disputes = {
        "how_late": {
            "question": "How late?",
            "date": "2025-05",
            "versions": [{"text": "a week", "says": "us"}, {"text": "a month", "says": "russia"}],
            "we_take": "a month",
            "why": "It is longer.",
        }
    }
    agenda = _agenda({"visas": _issue(*STORY, demands=demands, disputed=["how_late"])}, disputed=disputes)
    early, late = agenda.board(date(2025, 3, 30))[0], agenda.board(date(2025, 5, 31))[0]
    assert dict(early.demands) == {"us": None, "russia": "fewer"}
    assert dict(late.demands) == {"us": "faster visas", "russia": "fewer"}
    assert (early.disputed, late.disputed) == ((), ("how_late",))


def _as_known(data: dict[str, Any], on: date) -> dict[str, Any]:
    """The agenda without everything that is dated after the day."""

    def known(item: dict[str, Any], key: str) -> bool:
        return item.get(key) is None or PartialDate.parse(item[key]).certainly_by(on)

    data = json.loads(json.dumps(data))
    data["disputed"] = {name: item for name, item in data["disputed"].items() if known(item, "date")}
    for kind in ("rounds", "events"):
        data[kind] = {name: item for name, item in data[kind].items() if known(item, "date")}
    for issue in data["issues"].values():
        issue["history"] = [change for change in issue["history"] if known(change, "date")]
        for positions in (issue["demands"], issue["stances"]):
            for side, position in positions.items():
                positions[side] = position if known(position, "since") else {"text": None}
    data["issues"] = {name: issue for name, issue in data["issues"].items() if issue["history"]}
    for item in [
        *data["issues"].values(),
        *data["rounds"].values(),
        *data["events"].values(),
        *data["third_parties"].values(),
    ]:
        item["disputed"] = [name for name in item["disputed"] if name in data["disputed"]]
        if "issues" in item:
            item["issues"] = [name for name in item["issues"] if name in data["issues"]]
        if item.get("opens_after"):
            item["opens_after"] = [name for name in item["opens_after"] if name in data["issues"]]
    return data


@settings(max_examples=12)
@given(st.dates(date(2025, 2, 28), date(2025, 5, 1)))
def test_nothing_after_the_day_changes_the_board(on: date) -> None:
    real = load_agenda(ROOT / "seeds" / "agenda.yaml")
    known = Agenda.model_validate(_as_known(real.model_dump(mode="json"), on))
    assert known.board(on) == real.board(on)


@given(st.lists(st.sampled_from(list(Status)), min_size=1, max_size=6), st.integers(0, 400), st.data())
def test_a_later_entry_never_changes_an_earlier_day(wanted: list[Status], day: int, data: st.DataObject) -> None:
    path = [wanted[0]]
    for status in wanted[1:]:
        if status in LEGAL_MOVES[path[-1]] and path[-1] is not Status.SUSPENDED:
            path.append(status)
    gaps = data.draw(st.lists(st.integers(0, 90), min_size=len(path), max_size=len(path)))
    days = [date(2025, 1, 1) + timedelta(sum(gaps[: n + 1])) for n in range(len(path))]
    on = date(2025, 1, 1) + timedelta(day)
    history = [(str(when), status.label) for when, status in zip(days, path, strict=True)]
    past = [entry for entry, when in zip(history, days, strict=True) if when <= on]
    whole = _agenda({"visas": _issue(*history)})
    assert whole.board(on) == (_agenda({"visas": _issue(*past)}).board(on) if past else [])
    if past:
        assert (str(whole.since("visas", on)), whole.status("visas", on).label) == past[-1]


# The real record.


def test_the_record_has_every_item_in_order(real: Agenda) -> None:
    assert list(real.sides) == ["us", "russia"]
    assert list(real.issues) == EMBASSY + DORMANT


def test_where_the_items_stand_at_the_second_round(real: Agenda) -> None:
    on = date(2025, 4, 10)
    standing = {row.id: row.status.label for row in real.board(on)}
    assert standing == {
        **dict.fromkeys(EMBASSY, "discussing"),
        **dict.fromkeys(DORMANT, "dormant"),
        "banking": "converging",
        "flights": "raised",
        "framework": "converging",
    }


def test_between_the_rounds_only_banking_is_on_record_and_known_to_the_month(real: Agenda) -> None:
    assert [(row.id, row.status.label, str(row.since)) for row in real.board(date(2025, 3, 1))] == [
        ("banking", "discussing", "2025-02")
    ]
    assert real.board(date(2025, 2, 27)) == []


def test_dormant_items_open_after_all_embassy_items_and_the_others_wait_for_nothing(real: Agenda) -> None:
    for name, issue in real.issues.items():
        assert list(issue.opens_after) == (EMBASSY if name in DORMANT else [])


def test_every_claim_is_cited_and_the_five_documents_are(real: Agenda) -> None:
    cited = [citation for _, citation in real.citations()]
    assert len(cited) >= 300
    assert {citation.document for citation in cited if not citation.reported} == set(real.sources)
    assert all(citation.exact or citation.reported for citation in cited)
    assert [source.sentences for source in real.sources.values()] == [70, 38, 55, 33, 80]
    assert {name[:4] for name in real.sources} == {"000_", "001_", "002_", "003_", "004_"}
    # One sentence has one fingerprint wherever it is cited.
    exact = {citation for citation in cited if citation.exact}
    assert len({citation.place for citation in exact}) == len(exact)


def test_the_documents_show_one_title_publisher_and_date(real: Agenda) -> None:
    shown = [source for source in real.sources.values() if source.title or source.publisher or source.date]
    assert [(source.title, source.publisher, str(source.date)) for source in shown] == [
        ("Beyond Ukraine", "FactArrow", "2025-04-10")
    ]


def test_the_contradictions_are_recorded(real: Agenda) -> None:
    wanted = {
        *("year_of_round", "washington", "earlier_round_place", "darchiev_post", "banking_progress"),
        *("property_seized", "first_or_second", "session_length"),
    }
    assert wanted <= set(real.disputed)
    assert len(real.disputed) >= 20
    items = [*real.issues.values(), *real.rounds.values(), *real.events.values(), *real.third_parties.values()]
    assert {name for item in items for name in item.disputed} == set(real.disputed)
    assert date(2025, 4, 10).strftime("%A") == "Thursday"
    assert date(2024, 4, 10).strftime("%A") == "Wednesday"


def test_the_rounds_held(real: Agenda) -> None:
    first, second, *_ = real.rounds.values()
    assert (str(first.date), first.city, first.hours, dict(first.heads)) == ("2025-02", "Istanbul", None, {})
    assert (str(second.date), second.hours, list(second.issues)) == ("2025-04-10", 6, EMBASSY)
    assert ["Coulter" in second.heads["us"], "Darchiev" in second.heads["russia"]] == [True, True]


def test_who_else_matters_and_what_happened_outside(real: Agenda) -> None:
    assert set(real.third_parties) == {"turkey", "eu", "ukraine", "saudi_arabia"}
    known = {name: str(event.date) for name, event in real.events.items() if event.date and event.date.year < 2025}
    assert known == {
        "crimea": "2014",
        "compounds_closed": "2017",
        "local_hire_ban": "2021",
        "invasion": "2022",
        "grain_deal": "2022",
    }
    assert real.announced(date(2025, 4, 10)) == []


def test_the_real_citations_hold_where_the_documents_are_at_hand(real: Agenda) -> None:
    if not (named := os.environ.get("NEGSIM_DOCUMENTS")):
        pytest.skip("the documents are not part of the project; NEGSIM_DOCUMENTS names their folder")
    found = verify(real, Path(named))
    assert found.ok, found.text
    assert found.count + found.reported == len(list(real.citations()))


# The schema and the house.


def test_the_schema_file_is_current_and_the_agenda_names_it() -> None:
    written = (ROOT / "schemas" / "agenda.schema.json").read_text(encoding="utf-8")
    assert json.loads(written) == agenda_schema()
    first = (ROOT / "seeds" / "agenda.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../schemas/agenda.schema.json"


def test_the_schema_knows_the_statuses_and_both_forms_of_sources() -> None:
    schema = agenda_schema()
    assert schema["$defs"]["StatusChange"]["properties"]["status"]["enum"] == [status.label for status in Status]
    assert [form["type"] for form in schema["properties"]["sources"]["anyOf"]] == ["string", "object"]
    assert "id" not in schema["$defs"]["Issue"]["properties"]


def test_reading_an_agenda_needs_no_heavy_library() -> None:
    code = "import sys, negsim.agenda.agenda, negsim.agenda.board; print([m for m in sys.modules if '.' not in m])"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    heavy = ["numpy", "pandas", "numba", "scipy", "matplotlib", "pyarrow", "simpy", "jinja2"]
    assert [name for name in heavy if f"'{name}'" in loaded] == []
