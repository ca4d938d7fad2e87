"""What the app shows of a day, a projection and a question; and files that change while it runs."""

import json
import os
from datetime import date

import hypothesis.strategies as st
import pytest
from hypothesis import given

import negsim as ns
from negsim.app import views
from negsim.app.history_view import _chances
from negsim.app.library import Library
from negsim.app.session import Session, StoppedError

SMALL = """agenda:
  sides: [Ford, UAW]
  issues:
    wages:
      history: [{date: 2023-08-01, status: raised, what: Asked.}, {date: 2023-09-20, status: agreed, what: Done.}]
    health: {history: [{date: 2023-08-15, status: raised, what: Demanded.}]}
as_of: 2023-09-15
horizon: 15 weeks
"""


def quiet(done, total, words):
    pass


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "strike.yaml"
    path.write_text(SMALL)
    return path


def test_a_board_of_a_day_shows_nothing_later(file):
    scenario = ns.load(file)
    then = views.board(scenario, date(2023, 8, 10))
    assert [(row["id"], row["status"]) for row in then["issues"]] == [("wages", "raised")]
    assert "Done." not in json.dumps(then)
    assert [row["status"] for row in views.board(scenario, date(2023, 9, 20))["issues"]] == ["agreed", "raised"]
    assert (then["first"], then["last"]) == ("2023-08-01", "2023-09-20")
    assert then["days"] == ["2023-08-01", "2023-08-15", "2023-09-20"]


def test_the_table_is_the_summary(projection):
    found, summary = views.table(projection), projection.summary()
    for row in found["rows"]:
        cells = dict(zip(found["heads"], row["cells"], strict=True))
        assert cells["horizon"][1] == summary.at[row["id"], "p_resolved"]
        half = projection.quantile(0.5)[row["id"]]
        days = (half.date() - projection.context.as_of).days if half == half else projection.context.horizon_days + 1
        assert cells["50 % of runs by"][1] == days
    json.dumps(found, allow_nan=False)


def test_when_is_the_answer_of_the_command(projection):
    found = views.when(projection, 0.5, ["banking", "framework"])
    assert [row["title"] for row in found["rows"][2:]] == ["first 1 of 2", "both"]
    assert found["rows"][0]["day"] == str(projection.when(0.5, ["banking"]).day)
    assert all(row["between"] == "–" or "after 2028-04-08 to" not in row["between"] for row in found["rows"])
    assert found["rows"][-1]["day"] == str(projection.when(0.5, ["banking", "framework"]).day)


def test_tabs_do_not_disturb_each_other(file):
    library = Library([file, "baseline"])
    one, two = Session(library, 20, 1), Session(library, 20, 1)
    assert one.answer({"do": "open", "scenario": 0}, quiet)["scenarios"] == ["Ford and UAW", "Baseline"]
    before = two.answer({"do": "table"}, quiet)
    levers = one.answer({"do": "hello"}, quiet)["levers"]
    key = next(lever["key"] for lever in levers if lever["key"].startswith("gap."))
    one.answer({"do": "set", "moved": {key: 0}}, quiet)
    assert one.answer({"do": "table"}, quiet) != before
    assert two.answer({"do": "table"}, quiet) == before


def test_a_changed_file_is_read_again_and_a_mistake_keeps_the_last_good_state(file):
    library = Library([file])
    assert library.refresh() is False
    file.write_text(SMALL.replace("15 weeks", "15 wekks"))
    os.utime(file, (1, 1))
    assert library.refresh() is True
    (entry,) = library.entries
    assert f"{file}:8:10:" in entry.mistakes
    assert "^" in entry.mistakes
    assert (entry.version, entry.scenario.horizon_days) == (0, 105)
    file.write_text(SMALL.replace("15 weeks", "10 weeks"))
    os.utime(file, (2, 2))
    assert library.refresh() is True
    assert (entry.version, entry.mistakes, entry.scenario.horizon_days) == (1, "", 70)


def test_the_agenda_and_an_extended_file_are_watched(tmp_path):
    (tmp_path / "agenda.yaml").write_text("sides: [a, b]\nissues: [x]\n")
    (tmp_path / "base.yaml").write_text("agenda: agenda.yaml\nas_of: 2025-01-01\nhorizon: 90 days\n")
    (tmp_path / "mine.yaml").write_text("extends: base.yaml\ntitle: Mine\n")
    library = Library([tmp_path / "mine.yaml"])
    for name, old, new in (("agenda.yaml", "[x]", "[x, y]"), ("base.yaml", "90", "60")):
        path = tmp_path / name
        path.write_text(path.read_text().replace(old, new))
        assert library.refresh() is True
    scenario = library.entries[0].scenario
    assert (list(scenario.issues), scenario.horizon_days) == (["x", "y"], 60)


def test_a_scenario_opens_and_its_board_is_shown_before_any_run(file, monkeypatch):
    from negsim.app import session

    monkeypatch.setattr(session, "Exploration", None)
    talk = Session(Library([file]), 20, 1)
    assert talk.answer({"do": "open", "scenario": 0}, quiet)["what"] == "opened"
    assert talk.answer({"do": "board"}, quiet)["issues"]


def test_explaining_tells_its_progress_and_can_be_stopped(file):
    session = Session(Library([file]), 50, 1)
    told = []
    found = session.answer({"do": "explain", "issue": "health"}, lambda done, total, words: told.append((done, total)))
    assert found["what"] == "explanation"
    assert any("health" in text.lower() for part in found["sentences"] for text in part["said"] + [found["title"]])
    assert told == sorted(told)
    assert 0 < told[-1][0] <= told[-1][1]

    def stop(done, total, words):
        raise StoppedError

    assert session.answer({"do": "explain", "issue": "health"}, stop)["what"] == "stopped"


def test_runs_of_several_chunks_tell_their_progress_and_stopped_levers_move_nothing(file):
    session, told = Session(Library([file]), 10_000, 1), []
    before = session.answer({"do": "table"}, lambda *part: told.append(part))
    assert told == sorted(told)
    assert told[-1] == (10_000, 10_000, "runs")
    levers = session.answer({"do": "hello"}, quiet)["levers"]
    moved = {next(lever["key"] for lever in levers if lever["key"].startswith("gap.")): 0}

    def stop(done, total, words):
        raise StoppedError

    assert session.answer({"do": "set", "moved": moved}, stop)["what"] == "error"
    assert session.answer({"do": "table"}, quiet) == before
    assert session.answer({"do": "set", "moved": moved}, quiet)["moved"] == moved


def test_the_history_is_computed_on_request_and_forgotten_with_other_levers(file):
    session, told = Session(Library([file]), 50, 1), []
    before = session.answer({"do": "history"}, quiet)
    assert (before["first"], before["last"], before["possible"], before["charts"]) == (
        "2023-09-15",
        "2023-09-20",
        True,
        [],
    )
    found = session.answer({"do": "timeline", "days": 3}, lambda *part: told.append(part))
    assert told == [(1, 3, "days"), (2, 3, "days"), (3, 3, "days")]
    assert found["days"] == ["2023-09-15", "2023-09-17", "2023-09-20"]
    expected = ns.timeline(file, dates=found["days"], runs=50).data()
    lines = {each["label"]: each["y"] for each in found["charts"][0]["series"]}
    assert lines == {issue["title"]: issue["p"] for issue in expected["issues"]}
    assert found["charts"][1]["series"][0]["y"] == expected["expected_left"]
    assert session.answer({"do": "history"}, quiet) == found
    levers = session.answer({"do": "hello"}, quiet)["levers"]
    moved = {next(lever["key"] for lever in levers if lever["key"].startswith("gap.")): 0}
    session.answer({"do": "set", "moved": moved}, quiet)
    assert session.answer({"do": "history"}, quiet)["charts"] == []
    for days, text in (
        ("month", None),
        (1, "2 to 60"),
        ("week", "one of month"),
        (None, "one of month"),
        (True, "2 to 60"),
    ):
        answer = session.answer({"do": "timeline", "days": days}, quiet)
        assert text is None or text in answer["text"], answer

    def stop(done, total, words):
        raise StoppedError

    assert session.answer({"do": "timeline", "days": 3}, stop)["what"] == "stopped"


def test_issues_of_equal_probability_share_a_line_of_the_timeline():
    issues = [
        {"title": title, "p": list(p), "p50": [None, None], "flip_flop": None}
        for title, p in {"A": (0.5, 0.6), "B": (0.1, 0.2), "C": (0.504, 0.6), "D": (0.5, 0.6), "E": (0.1, 0.2)}.items()
    ]
    data = {"days": ["2024-01-01", "2024-02-01"], "by": "2025-01-01", "runs": 5, "events": [], "issues": issues}
    assert [(each["label"], each["y"]) for each in _chances(data)["series"]] == [
        ("A and 2 others", [0.5, 0.6]),
        ("B and E", [0.1, 0.2]),
    ]


def test_a_timeline_on_disk_is_shown_with_its_scenario(file, tmp_path):
    ns.timeline(file, dates=["2023-09-15", "2023-09-20"], runs=20, out=tmp_path / "t")
    found = Session(Library(["baseline", file], [tmp_path / "t"]), 20, 1)
    found.answer({"do": "open", "scenario": 1}, quiet)
    assert found.answer({"do": "history"}, quiet)["days"] == ["2023-09-15", "2023-09-20"]
    with pytest.raises(ns.NegsimError, match='timeline of another scenario, "Ford and UAW"'):
        Library(["baseline"], [tmp_path / "t"])


def test_a_record_that_ends_on_the_as_of_date_has_no_timeline(tmp_path):
    path = tmp_path / "short.yaml"
    path.write_text("agenda:\n  sides: [a, b]\n  issues: [x]\nas_of: 2025-01-01\nhorizon: 90 days\n")
    session = Session(Library([path]), 20, 1)
    assert session.answer({"do": "history"}, quiet)["possible"] is False
    assert "one projection only" in session.answer({"do": "timeline", "days": 3}, quiet)["text"]


ANY = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=6),
    st.lists(st.text(max_size=3), max_size=2),
)  # fmt: skip
KEYS = ["scenario", "on", "whole", "days", "kind", "issue", "probability", "issues", "moved", "name"]
QUESTIONS = ["open", "board", "table", "chart", "when", "history", "hello", "set", "pin", "unpin", "save"]


@pytest.fixture(scope="module")
def shared():
    return Session(Library(["baseline"]), 5, 1)


@given(st.sampled_from(QUESTIONS), st.dictionaries(st.sampled_from(KEYS), ANY))
def test_any_question_gets_an_answer(shared, do, more):
    found = shared.answer({"do": do, **more}, quiet)
    json.dumps(found, allow_nan=False)
    assert isinstance(found["what"], str)
