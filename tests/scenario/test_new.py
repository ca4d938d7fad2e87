"""Files from answers: they run as they are, from options, from a template, and from a terminal."""

import os
import pty
import select
import subprocess
import sys
import time

import pytest

import negsim as ns
from negsim.errors import NegsimError
from negsim.scenario.answers import Answers, NewIssue, spoken, template_answers
from tests.conftest import ROOT

OPTIONS = (
    "--side", "Ford", "--side", "UAW", "--issue", "Wages | 9 % | 46 % | discussing 2023-08-29", "--issue", "Pensions",
    "--as-of", "2023-09-16", "--every", "4 days", "--horizon", "15 weeks", "--patient", "Ford",
)  # fmt: skip


def test_options_alone_give_files_that_run(negsim, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert negsim("new", "strike", *OPTIONS).code == 0
    checked = negsim("check", "strike/agenda.yaml", "strike/scenario.yaml")
    assert (checked.code, checked.err) == (0, "0 errors, 0 warnings in 2 files\n")
    scenario = ns.load("strike/scenario.yaml")
    assert list(scenario.agenda.sides) == ["ford", "uaw"]
    assert scenario.agenda.issues["wages"].demands["uaw"].text == "46 %"
    assert scenario.horizon_days == 105
    patience = [scenario["tactics"][side]["patience"]["pert"]["mode"] for side in ("ford", "uaw")]
    assert patience == ["9 weeks", "4.5 weeks"]
    assert ns.run(scenario, runs=50).runs == 50


@pytest.mark.parametrize("kind", ["diplomacy", "labour", "trade", "purchase", "peace"])
def test_a_template_runs_and_resolves_something_but_not_all(negsim, tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    assert negsim("init", "mine", "--template", kind).code == 0
    assert ns.load_agenda("mine/agenda.yaml", strict=True).warnings == ()
    resolved = ns.run(ns.load("mine/scenario.yaml"), runs=200, engine="batch").summary()["p_resolved"]
    assert resolved.max() > 0.3
    assert resolved["all"] < 0.95


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("--every", "--every is missing"),
        ("--issue", "--issue is missing"),
        ("--side", "--side is missing"),
    ],
)
def test_without_a_terminal_a_missing_option_is_named_and_nothing_is_made(
    negsim, tmp_path, monkeypatch, missing, message
):
    monkeypatch.chdir(tmp_path)
    pairs = [pair for pair in zip(OPTIONS[::2], OPTIONS[1::2], strict=True) if pair[0] != missing]
    ended = negsim("new", "strike", *(word for pair in pairs for word in pair))
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gap": "often"}, "a duration is a number and a unit"),
        ({"gap": "16 weeks"}, "longer than the horizon"),
        ({"sides": ("Ford", "ford")}, "two sides with different names"),
        ({"patient": "GM"}, 'can wait longer is Ford, UAW, both, but was "GM"'),
    ],
)
def test_answers_that_make_no_negotiation_are_refused(change, message):
    from datetime import date

    given = {"title": "T", "sides": ("Ford", "UAW"), "issues": (NewIssue("Wages"),), "as_of": date(2023, 9, 16)}
    with pytest.raises(NegsimError, match=message):
        Answers(**{**given, "gap": "4 days", "length": "15 weeks", **change})


def test_titles_without_latin_letters_get_ids_and_stay_as_they_are(negsim, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ("--side", "甲方", "--side", "乙方", "--issue", "工资", "--issue", '"Rest": {a}', "--every", "1 week")
    assert negsim("new", "w", *words, "--horizon", "1 year", "--as-of", "2026-01-01").code == 0
    agenda = ns.load("w/scenario.yaml").agenda
    assert [issue.title for issue in agenda.issues.values()] == ["工资", '"Rest": {a}']
    assert list(agenda.sides) == ["side_1", "side_2"]


def test_lengths_are_spoken_in_a_unit_of_their_size():
    assert [spoken(days) for days in (1.0, 30.0, 100.0, 1000.0)] == ["1 day", "4.3 weeks", "14 weeks", "33 months"]


def test_every_template_is_of_its_own(tmp_path):
    assert len({answers.title for answers in template_answers().values()}) == 5


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_in_a_terminal_it_asks_and_asks_again(tmp_path):
    typed = ["Ford", "UAW", "", "Wages", "9 %", "46 %", "talking", "discussing", "2023-08-29", "", "2023-09-16",
             "often", "4 days", "15 weeks", "UAW"]  # fmt: skip
    main, terminal = pty.openpty()
    command = [sys.executable, "-m", "negsim", "new", "strike"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True
    )
    os.close(terminal)
    heard = _converse(main, process, typed)
    assert process.wait() == 0, heard
    assert "a status is raised" in heard or "one of raised" in heard
    assert "a duration is a number and a unit" in heard
    scenario = ns.load(tmp_path / "strike" / "scenario.yaml")
    assert scenario.agenda.issues["wages"].history[0].status is ns.Status.DISCUSSING
    assert str(scenario.as_of) == "2023-09-16"


def _converse(main, process, typed):
    """Type a line whenever the terminal has been silent after a question; returns all that it printed."""
    heard, answered, end = b"", 0, time.monotonic() + 60
    while time.monotonic() < end:
        ready, _, _ = select.select([main], [], [], 0.3)
        if ready:
            try:
                part = os.read(main, 4096)
            except OSError:
                break
            if not part:
                break
            heard += part
        elif heard.rstrip(b" ").endswith((b":", b"]:")) and typed:
            os.write(main, typed.pop(0).encode() + b"\n")
            answered += 1
        elif process.poll() is not None:
            break
    os.close(main)
    return heard.decode(errors="replace")
