"""What reaches a terminal or a pipe: lines that fit, plain letters where they are wanted, one object with --json."""

import json
import os
import subprocess
import sys
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len as cells

from negsim.errors import InputError, NegsimError, Problem
from negsim.files.terminal_text import TextPage, TextStyle, wrap
from negsim.simulation.cache import cache_folder

BASELINE = "scenarios/baseline.yaml"
WIDE = "各方就大使館運作舉行會談並逐一討論銀行服務本地僱員財產直航航班簽證與行動自由等議題" * 2
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
FLOOD = "flood_warning_of_six_hours_or_more_and_who_pays_for_it"


# --- lines -----------------------------------------------------------------------------------------------------------

WORDS = st.lists(
    st.sampled_from(
        ["a", "talks", "negotiation", "part-time", "2025-04-10", "41 %", "会談", WIDE, LONG, "e\u0301" * 30]
    )
)


@given(WORDS, st.integers(8, 90), st.sampled_from(["", "  "]), st.sampled_from(["", "    ", "note  "]))
def test_no_line_is_wider_than_asked_and_no_letter_is_lost(words, width, later, first):
    text = " ".join(words)
    lines = wrap(text, width, later, first)
    assert max(map(cells, lines)) <= width
    assert "".join("".join(lines).split()) == "".join((first + text).split())


@given(st.lists(st.sampled_from(["a", "talks", "negotiation", "2025-04-10"])), st.integers(12, 90))
def test_plain_words_are_wrapped_as_the_standard_library_does(words, width):
    text = " ".join(words)
    assert wrap(text, width) == (textwrap.wrap(text, width) or [""])


@pytest.mark.parametrize("width", [60, 80, 120])
def test_columns_of_a_table_fit_and_do_not_touch(width):
    page, dates = TextPage(TextStyle(width)), ("after 2028-04", "after 2028-04")
    rows = [(WIDE[:20], ("37", "51", "+14 (+11 to +17)", *dates), FLOOD), ("👩‍🚀", ("0", "0", "0", *dates), "")]
    page.table(("issue", "A", "B", "B - A (95 %)", "50 % in A", "50 % in B"), (5, 5, 23, 14, 14), rows)
    lines = page.text.splitlines()
    assert max(map(cells, lines)) <= width
    assert page.text.count(" after 2028-04 after 2028-04\n") == 2
    assert any(line.strip() == "👩‍🚀" for line in lines) == (width == 60)  # above its figures, as all names there


@pytest.fixture
def wide(negsim, tmp_path):
    """A folder of talks with names that no table is made for."""
    negsim("init", tmp_path / "wide")
    names = {
        "wide: two towns on one river": WIDE,
        "As it stands": WIDE,
        "Upperton": WIDE[:31],
        "Lowmarsh": LONG,
        "Warning of floods": WIDE,
        "Boats through the weir": LONG,
        "a toll for every boat": WIDE,
        "Third meeting": LONG,
        "Meetings of the councils": WIDE,
        "flood_warning": FLOOD,
        "upper": "upper_town_and_all_of_its_mills_and_weirs",
    }
    for name in ("agenda.yaml", "scenario.yaml"):
        text = (tmp_path / "wide" / name).read_text(encoding="utf-8")
        for old, new in names.items():
            text = text.replace(old, new)
        (tmp_path / "wide" / name).write_text(text, encoding="utf-8")
    return tmp_path / "wide"


def fits(ended):
    """Tables and texts fit; a problem in a file is one line of any length, for tools that read places."""
    assert ended.code == 0, ended.err
    texts = (ended.out, "" if ": warning: " in ended.err else ended.err)
    assert [line for line in "".join(texts).splitlines() if cells(line) > 80] == []


def test_tables_and_texts_fit_whatever_the_names(negsim, wide):
    scenario, agenda = wide / "scenario.yaml", wide / "agenda.yaml"
    fits(negsim("run", scenario, "-n", 5))
    fits(negsim("trace", scenario, "--run", 3))
    fits(negsim("agenda", "--agenda", agenda))
    for issue in (FLOOD, "boats"):
        fits(negsim("agenda", "show", issue, "--agenda", agenda))


def test_the_record_fits(negsim):
    from negsim.agenda.board import issue_text
    from negsim.agenda.reader import load_agenda

    fits(negsim("agenda"))
    record = load_agenda("seeds/agenda.yaml")
    for issue in record.issues:
        assert max(map(cells, issue_text(record, issue).splitlines())) <= 80


@pytest.mark.parametrize("name", ["package", "summit"])
def test_shipped_scenarios_fit(negsim, name):
    fits(negsim("run", f"scenarios/{name}.yaml", "-n", 5))
    fits(negsim("trace", f"scenarios/{name}.yaml"))


@pytest.mark.slow
def test_all_shipped_scenarios_fit(negsim, root):
    for path in sorted((root / "scenarios").glob("*.yaml")):
        fits(negsim("run", path, "-n", 20))
        fits(negsim("trace", path))


# --- help ------------------------------------------------------------------------------------------------------------


def commands():
    from negsim.cli import agenda_app, app, history_app

    groups = (((), app), (("agenda",), agenda_app), (("history",), history_app))
    below = [
        (*typed, command.name or command.callback.__name__)
        for typed, one in groups
        for command in one.registered_commands
    ]
    return [(), ("agenda",), ("history",), *below]


@pytest.mark.parametrize("command", commands(), ids=lambda words: " ".join(words) or "negsim")
def test_help_fits_and_cuts_no_sentence(negsim, command):
    ended = negsim(*command, "--help")
    fits(ended)
    assert ended.out.startswith(f"Usage: negsim {' '.join(command)}")
    assert "..." not in ended.out.replace("[ARGS]...", "").replace("{FILES}...", "").replace(
        "{FILES_OR_DIRS}...", ""
    ).replace("[NEGOTIATION]...", "").replace("[FILES]...", "").replace("{NUMBERS}...", "")


@pytest.mark.parametrize("command", commands()[1:], ids=" ".join)
def test_every_command_takes_json(negsim, command):
    assert "--json" in negsim(*command, "--help").out


def test_help_is_a_tour_in_the_order_of_use(negsim):
    lines = negsim("--help").out.splitlines()
    first = [line.split()[0] for line in lines if line.startswith("  ") and not line.startswith("   ")]
    shown = [name for name in first if (name,) in set(commands())]
    projecting = ["run", "plot", "trace", "report", "app", "when", "how-many", "explain", "compare"]
    finding = ["update", "timeline", "score", "sweep", "sensitivity", "discover", "history", "offers"]
    finding += ["forecast-offers", "calibrate", "backtest", "verify", "rerun", "export", "import"]
    assert shown == [
        "init",
        "new",
        "doctor",
        "agenda",
        "ingest",
        "review",
        "diff",
        "scenarios",
        "check",
        "show",
        "describe",
        "elicit",
        "schema",
        *projecting,
        *finding,
    ]
    assert lines.index("Start:") < lines.index("Projection:") < lines.index("Options:")


@pytest.mark.slow
def test_the_lines_that_help_shows_work(negsim, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shown = [line.strip() for line in negsim("--help").out.splitlines() if line.startswith("    negsim ")]
    assert len(shown) == 7
    for line in shown:
        ended = negsim(*line.split("  ")[0].split()[1:])
        assert ended.code == 0, (line, ended.err)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "river", "river.csv", "river.svg"]


def test_python_can_be_asked_to_run_it(root):
    ended = subprocess.run(
        [sys.executable, "-m", "negsim", "--help"], cwd=root, capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stdout.startswith("Usage: negsim ")


# --- letters ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wrong(tmp_path_factory, root):
    """A scenario with mistakes, among wide letters and escape sequences."""
    path = tmp_path_factory.mktemp("wrong") / "wrong.yaml"
    text = f'extends: {root / BASELINE}\ntactics: {{会談: 1, us: {{bta: 1}}}}\nhorizn: "\\e[2J"\n'
    path.write_text(text, encoding="utf-8")
    return path


def on_a_terminal(root, *command, **variables):
    """What Python writes where both of its streams are a terminal."""
    import pty

    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(root), "TERM": "xterm", **variables}
    words = [sys.executable, *map(str, command)]
    with subprocess.Popen(words, cwd=root, env=environment, stdin=theirs, stdout=theirs, stderr=theirs):
        os.close(theirs)
        written = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # how Linux says that the other end is closed
                break
            if not piece:
                break
            written += piece
    os.close(ours)
    return written.decode().replace("\r\n", "\n")


SHOWN = [("check", "WRONG"), ("run", "WRONG"), ("doctor",), ("agenda",)]
PLAIN = [("--help",), ("run",), ("rum",), ("agenda", "show", "banking"), ("schema", "x")]


@pytest.fixture
def shown_on_a_terminal(root, wrong, tmp_path):
    """What commands write on a terminal, one after the other in one process: starting each takes too long."""

    def call(commands, **variables):
        calls = [["negsim", *(str(wrong) if word == "WRONG" else word for word in words)] for words in commands]
        script = (
            "import sys\nfrom negsim.cli import main\n"
            f"for sys.argv in {calls!r}:\n"
            "    try:\n        main()\n    except SystemExit:\n        print('ENDED', flush=True)\n"
        )
        (tmp_path / "all.py").write_text(script, encoding="utf-8")
        kept = {"HOME": str(tmp_path), "NUMBA_CACHE_DIR": str(cache_folder().parent)}
        written = on_a_terminal(root, tmp_path / "all.py", **kept, **variables).split("ENDED\n")
        assert (len(written), written.pop()) == (len(calls) + 1, "")
        return written

    return call


@pytest.mark.slow
def test_a_terminal_gets_bold_letters_and_nothing_stronger(shown_on_a_terminal):
    import re

    for written in shown_on_a_terminal([("run", BASELINE, "-n", "5"), *SHOWN]):
        assert {"\x1b[1m", "\x1b[0m"} <= set(re.findall("\x1b[^m]*m", written)) <= {"\x1b[1m", "\x1b[2m", "\x1b[0m"}
    for written in shown_on_a_terminal(PLAIN):
        assert written
        assert "\x1b" not in written


@pytest.mark.slow
@pytest.mark.parametrize(
    "variables", [pytest.param({"NO_COLOR": "1"}, marks=pytest.mark.slow), {"TERM": "dumb"}], ids=str
)
def test_a_terminal_that_wants_none_gets_plain_letters(shown_on_a_terminal, variables):
    run = [("run", BASELINE, "-n", "5")] if "NO_COLOR" in variables else []
    for written in shown_on_a_terminal([*run, *SHOWN, *PLAIN, ("--install-completion",)], **variables):
        assert written
        assert "\x1b" not in written


@pytest.mark.parametrize("arguments", [*SHOWN, *PLAIN], ids=" ".join)
def test_a_pipe_gets_plain_letters(negsim, wrong, arguments):
    ended = negsim(*(wrong if word == "WRONG" else word for word in arguments))
    assert ended.out + ended.err
    assert "\x1b" not in ended.out + ended.err


def test_an_empty_no_color_asks_for_nothing(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "")
    assert TextStyle.of_stdout().styled


def test_a_caret_stands_under_the_place_also_behind_wide_letters():
    problem = Problem("x.yaml", 1, 6, "what", "会談: {bta: 1}")
    assert problem.render().splitlines()[2].index("^") == cells("会談: {")


def test_what_a_problem_says_cannot_steer_a_terminal():
    problem = Problem("\x1b[2Jx", 1, 1, "\x9b2J\u202e", "\x1b]0;x\x07", "\x1b", "\x1b")
    assert not set(problem.render() + str(InputError([problem]))) & set("\x1b\x9b\x07\u202e")


# --- json ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "nowhere.yaml"), "nowhere.yaml: there is no such file"),
        (("plot", BASELINE, "burndwn"), 'there is no picture "burndwn"'),
        (("agenda", "show", "bankng"), 'there is no issue "bankng"'),
        (("run",), "Missing argument"),
        (("rum",), "No such command"),
        (("schema", "x"), 'there is no schema "x"'),
        (("init", "scenarios"), "scenarios exists already"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_mistake_is_one_object_on_standard_error(negsim, arguments, message):
    ended = negsim(*arguments, "--json")
    assert (ended.code, ended.out) == (2, "")
    data = json.loads(ended.err)
    assert set(data) == {"error", "problems"}
    assert message in data["error"]


def test_problems_come_with_their_place(negsim, wrong):
    ended = negsim("check", wrong, "--json")
    data = json.loads(ended.out)
    assert (ended.code, ended.err) == (2, "")
    assert (data["files"], data["errors"], data["warnings"]) == ([str(wrong)], len(data["problems"]), 0)
    (bta,) = [problem for problem in data["problems"] if problem["message"] == 'unknown key "bta"']
    assert bta["allowed"].startswith("kind, curve, beta")
    assert {key: bta[key] for key in bta if key not in ("allowed", "message")} == {
        "file": str(wrong), "line": 2, "column": 23, "severity": "error", "suggestion": "beta", "path": "tactics.us.bta"
    }  # fmt: skip
    assert json.loads(negsim("run", wrong, "--json").err)["problems"] == data["problems"]


def test_a_file_that_cannot_be_read_has_no_path(negsim, tmp_path):
    (tmp_path / "x.yaml").write_text("a: [1")
    (problem,) = json.loads(negsim("check", tmp_path / "x.yaml", "--json").out)["problems"]
    assert (problem["severity"], problem["path"]) == ("error", None)


def test_warnings_are_in_the_object_and_nowhere_else(negsim, tmp_path, root):
    text = f"extends: {root / BASELINE}\nchannels: {{consultations: {{issues: [banking]}}}}\n"
    (tmp_path / "x.yaml").write_text(text)
    ended = negsim("run", tmp_path / "x.yaml", "-n", 5, "--json")
    data = json.loads(ended.out)
    assert (ended.code, ended.err) == (0, "")
    assert {problem["severity"] for problem in data["warnings"]} == {"warning"}
    assert "no channel takes" in negsim("run", tmp_path / "x.yaml", "-n", 5).err


def test_a_picture_is_told_with_its_table(negsim, tmp_path):
    target = tmp_path / "b.svg"
    data = json.loads(negsim("plot", BASELINE, "-n", 20, "-o", target, "--json").out)
    assert (data["picture"], data["table"]) == (str(target), str(tmp_path / "b.csv"))
    assert (data["kind"], data["runs"], data["seed"], len(data["hash"])) == ("burndown", 20, 1, 64)
    assert target.is_file()


def test_a_scenario_in_json_is_a_scenario(negsim, tmp_path, baseline):
    from negsim.scenario.scenario import load

    (tmp_path / "x.yaml").write_text(negsim("show", BASELINE, "--json").out, encoding="utf-8")
    assert load(tmp_path / "x.yaml") == baseline


def test_a_schema_is_json_either_way(negsim):
    assert negsim("schema", "agenda", "--json").out == negsim("schema", "agenda").out


def test_options_before_a_command_of_the_agenda_are_not_lost_in_silence(negsim):
    ended = negsim("agenda", "--json", "show", "banking")
    assert (ended.code, ended.out) == (2, "")
    assert "options follow the command" in json.loads(ended.err)["error"]


def test_an_error_without_a_place_is_shown_line_by_line(negsim, monkeypatch):
    def fail(*_):
        raise NegsimError("one\n\x1b[2Jtwo")

    monkeypatch.setattr("negsim.cli.doctor.examine", fail)
    assert negsim("doctor").err == "one\n?[2Jtwo\n"


def test_an_agenda_that_is_checked_with_its_scenario_is_reported_once(negsim, tmp_path):
    (tmp_path / "agenda.yaml").write_text("sides: [Ford, UAW]\nissues: [Wages]\n")
    (tmp_path / "s.yaml").write_text("agenda: agenda.yaml\nas_of: 2023-09-16\nhorizon: 1 year\n")
    ended = negsim("check", tmp_path / "agenda.yaml", tmp_path / "s.yaml")
    assert (ended.code, ended.out.count("the agenda has no")) == (0, 1)
    assert ended.err.startswith("0 errors, 1 warning in 2 files")
