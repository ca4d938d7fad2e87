"""The command line: what it prints where, its exit codes, and that it leaves nothing half done."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from rich.cells import cell_len as cells

from negsim.cli.projection_table import projection_table
from negsim.files.terminal_text import TextStyle
from tests.conftest import heed_interrupts

BASELINE = "scenarios/baseline.yaml"
COMMAND = [sys.executable, "-c", "from negsim.cli import main; main()"]


def test_run_prints_a_table_of_eighty_columns(negsim, baseline):
    ended = negsim("run", BASELINE, "--runs", 60, "--engine", "batch")
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert max(map(cells, lines)) <= 80
    assert "60 runs, seed 1, batch engine" in " ".join(lines)
    for issue in baseline.issues:
        words = baseline.agenda.issues[issue].title.split()
        assert any(line.startswith(words[0]) for line in lines), issue
    assert f"after {baseline.horizon_date:%Y-%m}" in ended.out


def test_run_states_its_defaults(negsim):
    text = " ".join(negsim("run", "--help").out.split())
    assert "default: 2000" in text
    assert "default: 1" in text


def test_run_prints_one_json_object_and_nothing_else(negsim, baseline):
    ended = negsim("run", BASELINE, "--runs", 40, "--seed", 3, "--engine", "batch", "--json")
    data = json.loads(ended.out)
    assert ended.err == ""
    assert (data["scenario"], data["runs"], data["seed"], data["engine"]) == (BASELINE, 40, 3, "batch")
    assert (data["as_of"], data["hash"]) == ("2025-04-10", baseline.hash)
    assert data["versions"]["negsim"]
    assert set(data["all_resolved"]) >= {"p", "se"}
    assert [issue["id"] for issue in data["issues"]] == list(baseline.issues)
    for issue in data["issues"]:
        assert set(issue) >= {"id", "title", "status_now", "p_agreed", "p_resolved", "se", "by", "p50", "p80"}
        assert (issue["p50"] is None) == (issue["p_resolved"] < 0.5)
        assert list(issue["by"]) == ["2025-10-10", "2026-04-10", "2027-04-10"]
        assert sorted(issue["by"].values()) == list(issue["by"].values())
        assert sum(issue["ends"].values()) == pytest.approx(1)
        assert sum(issue["waits_for"].values()) == pytest.approx(1)


@pytest.mark.slow
def test_json_is_the_same_each_time(negsim):
    first, again = (negsim("run", BASELINE, "--runs", 20, "--json").out for _ in range(2))
    assert first == again


@pytest.mark.slow
def test_out_holds_what_was_printed_and_the_command(negsim, tmp_path):
    out = tmp_path / "out"
    assert negsim("run", BASELINE, "--runs", 20, "--out", out).code == 0
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["command"] == f"negsim run {BASELINE} --runs 20 --out {out}"
    ended = negsim("plot", out, "burndown", "-o", tmp_path / "b.svg")
    assert (ended.code, sorted(p.name for p in tmp_path.iterdir())) == (0, ["b.csv", "b.svg", "out"])
    direct = tmp_path / "direct.svg"
    negsim("plot", BASELINE, "burndown", "-o", direct, "--runs", 20)
    assert direct.read_bytes() == (tmp_path / "b.svg").read_bytes()


@pytest.mark.slow
def test_out_is_refused_before_any_work_is_done(negsim, tmp_path, monkeypatch):
    monkeypatch.setattr("negsim.projection.execution.play", lambda *_: pytest.fail("it ran"))
    (tmp_path / "mine.txt").write_text("mine")
    ended = negsim("run", BASELINE, "--out", tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert "is not changed" in ended.err


@pytest.mark.slow
def test_out_replaces_other_runs_only_with_force(negsim, tmp_path):
    def run(*more):
        return negsim("run", BASELINE, "--engine", "reference", "--out", tmp_path / "out", *more)

    assert run("-n", 6).code == 0
    assert run("-n", 6).code == 0  # the same results
    for more in (("-n", 3), ("-n", 6, "--seed", 2)):
        ended = run(*more)
        assert (ended.code, ended.out) == (2, "")
        assert "holds 6 runs with seed 1; use --force to replace them" in ended.err
    assert run("-n", 3, "--force").code == 0
    assert "3 runs, seed 1" in negsim("when", tmp_path / "out").out


def test_an_agenda_in_this_folder_is_used_and_named(negsim, tmp_path, monkeypatch):
    negsim("init", tmp_path / "river")
    monkeypatch.chdir(tmp_path / "river")
    lines = negsim("agenda").out.splitlines()
    assert lines[0] == "Agenda: agenda.yaml"
    assert negsim("agenda", "agenda.yaml").out.splitlines() == lines[1:]
    issue = json.loads(negsim("agenda", "--json").out)["issues"][0]["id"]
    ways = [("show", issue, "--agenda", "agenda.yaml"), ("agenda.yaml", "show", issue), ("show", issue)]
    shown = [negsim("agenda", *words) for words in ways]
    assert shown[0].code == 0
    assert shown[0].out == shown[1].out == shown[2].out.removeprefix("Agenda: agenda.yaml\n")


def test_a_table_names_the_ids_of_issues(negsim, baseline):
    text = negsim("run", BASELINE, "-n", 10, "--engine", "reference").out
    for issue in baseline.issues:
        assert f" {issue} · " in text


@pytest.mark.parametrize(("by", "day"), [("2 years", "2027-04-10"), ("horizon", "2028-04-08"), ("3w", "2025-05-01")])
def test_a_day_is_a_date_a_time_or_the_horizon(negsim, by, day):
    words = ("how-many", BASELINE, "-n", 10, "--engine", "reference", "--json")
    assert json.loads(negsim(*words, "--by", by).out)["by"] == day
    ended = negsim(*words, "--by", "soon")
    assert ended.code == 2
    assert "--by takes a date" in ended.err


@pytest.mark.slow
def test_plot_writes_png_of_twice_the_size(negsim, tmp_path):
    assert negsim("plot", BASELINE, "burndown", "-o", tmp_path / "b.png", "-n", 20).code == 0
    png = (tmp_path / "b.png").read_bytes()
    width, height = (int.from_bytes(png[at : at + 4]) for at in (16, 20))
    assert (png[:4], width, height) == (b"\x89PNG", 1800, 1000)


@pytest.mark.slow
def test_plot_of_a_folder_takes_no_runs(negsim, tmp_path):
    negsim("run", BASELINE, "--runs", 5, "--out", tmp_path / "out")
    ended = negsim("plot", tmp_path / "out", "--runs", 5)
    assert ended.code == 2
    assert "--runs and --seed need a scenario file" in ended.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "scenarios/baselin.yaml"), "baselin.yaml"),
        (("run", BASELINE, "--engine", "batsh"), 'there is no engine "batsh"'),
        (("plot", BASELINE, "burndwn"), 'did you mean "burndown"'),
        (("plot", BASELINE, "burndown", "-o", "x.pdf"), 'written as .svg or .png, but was "x.pdf"'),
        (("plot", "/", "burndown"), "holds no projection"),
        (("agenda", "show", "bankng"), 'did you mean "banking"'),
        (("agenda", "--as-of", "2025-02-30"), "a date is written 2025-04-10, but was '2025-02-30'"),
        (("agenda", "--agenda", "seeds/agend.yaml"), "agend.yaml"),
        (("agenda", "verify", "--documents", "nowhere"), "nowhere"),
        (("schema", "scenari"), 'did you mean "scenario"'),
        (("trace", BASELINE, "--run", "-1"), "--run"),
        (("rum", BASELINE), "Did you mean 'run'?"),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_a_mistake_ends_with_two_a_word_on_it_and_no_traceback(negsim, arguments, message):
    ended = negsim(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
    assert "Traceback" not in ended.err


def test_check_lists_every_problem_of_every_file(negsim, tmp_path):
    for name in ("one", "two"):
        text = f"extends: {os.path.abspath(BASELINE)}\nhorizn: 2 years\ntactics: {{us: {{bta: 1}}}}\n"
        (tmp_path / f"{name}.yaml").write_text(text)
    ended = negsim("check", tmp_path / "one.yaml", BASELINE, tmp_path / "two.yaml")
    assert ended.code == 2
    for place in ("one.yaml:2:1: ", "one.yaml:3:16: ", "two.yaml:2:1: ", "two.yaml:3:16: "):
        assert place in ended.out
    assert ended.out.count("did you mean") == 4
    assert "4 errors" in ended.err
    assert "in 3 files" in ended.err


def test_check_says_how_much_it_looked_at(negsim):
    ended = negsim("check", BASELINE)
    assert ended.code == 0
    assert "0 errors" in ended.out + ended.err


def test_show_prints_a_scenario_that_runs_to_the_same_result(negsim, tmp_path):
    path = tmp_path / "resolved.yaml"
    path.write_text(negsim("show", BASELINE).out, encoding="utf-8")
    results = [json.loads(negsim("run", file, "--runs", 15, "--json").out) for file in (BASELINE, path)]
    assert results[0].pop("scenario") != results[1].pop("scenario")
    assert results[0] == results[1]


@pytest.mark.parametrize("what", ["scenario", "agenda"])
def test_schema_is_one_json_object(negsim, what):
    assert json.loads(negsim("schema", what).out)["$schema"]


def test_trace_tells_the_run_it_was_asked_for(negsim):
    ended = negsim("trace", BASELINE, "--run", 2, "--seed", 9)
    assert (ended.code, ended.err) == (0, "")
    assert "run 2 under seed 9" in ended.out.splitlines()[0]
    assert max(map(cells, ended.out.splitlines())) <= 80
    data = json.loads(negsim("trace", BASELINE, "--run", 2, "--seed", 9, "--json").out)
    assert (data["scenario"], data["run"], data["seed"]) == (BASELINE, 2, 9)


def test_the_board_is_that_of_the_last_day_on_record_or_of_the_day_asked_for(negsim):
    assert "As of 2026-06-24" in negsim("agenda").out
    assert "As of 2025-03-05" in negsim("agenda", "--as-of", "2025-03-05").out
    now, then = (
        json.loads(negsim("agenda", *more, "--json").out)["issues"] for more in ((), ("--as-of", "2025-03-05"))
    )
    assert len(then) < len(now)


def test_an_issue_is_shown_in_full(negsim):
    assert "Resolved when" in negsim("agenda", "show", "banking").out
    assert json.loads(negsim("agenda", "show", "banking", "--json").out)["id"] == "banking"


def test_citations_that_do_not_hold_end_with_one(negsim, tmp_path):
    ended = negsim("agenda", "verify", "--documents", tmp_path)
    assert ended.code == 1
    assert json.loads(negsim("agenda", "verify", "--documents", tmp_path, "--json").out)


def test_a_wide_terminal_gets_a_wider_table_and_bold_letters(projection):
    wide = projection_table(projection.digest, "x", TextStyle(120, styled=True))
    plain = projection_table(projection.digest, "x", TextStyle(80))
    assert len(wide.splitlines()) < len(plain.splitlines())
    assert "\x1b[1m" in wide
    assert "\x1b" not in plain


@pytest.mark.parametrize("variable", ["NO_COLOR", "TERM"])
def test_letters_are_plain_where_asked(monkeypatch, variable):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert TextStyle.of_stdout().styled
    monkeypatch.setenv(variable, "dumb")
    assert not TextStyle.of_stdout().styled


@pytest.mark.parametrize(("columns", "width"), [(20, 60), (100, 100), (500, 120)])
def test_a_table_is_as_wide_as_the_terminal_within_reason(monkeypatch, columns, width):
    monkeypatch.setenv("COLUMNS", str(columns))
    assert TextStyle.of_stdout().width == 80
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert TextStyle.of_stdout().width == width


def test_escape_sequences_in_a_title_do_not_reach_the_terminal(projection):
    from dataclasses import replace

    context = replace(projection.context, talks="Talks\x1b[2J", title="a\nb")
    text = projection_table(replace(projection.digest, context=context), "x", TextStyle())
    assert "\x1b" not in text
    assert text.splitlines()[:2] == ["Talks?[2J", "a b"]


@pytest.mark.slow
def test_a_closed_pipe_is_no_news(root):
    script = f"{sys.executable} -c 'from negsim.cli import main; main()' show {BASELINE} | head -1"
    ended = subprocess.run(["bash", "-c", script], cwd=root, capture_output=True, text=True, timeout=60, check=False)
    assert len(ended.stdout.splitlines()) == 1
    assert ended.stderr == ""


@pytest.mark.slow
def test_letters_that_a_terminal_lacks_do_not_stop_the_table(root):
    ended = subprocess.run(
        [*COMMAND, "run", BASELINE, "--runs", "5"], cwd=root, capture_output=True, timeout=120, check=False,
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.slow
def test_an_interrupt_ends_quietly_with_130(root):
    command = [*COMMAND, "run", BASELINE, "--runs", "100000000"]
    with subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed_interrupts
    ) as process:
        time.sleep(6)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "")


def test_sweep_prints_a_row_for_each_value_also_of_words(negsim):
    ended = negsim("sweep", BASELINE, "--vary", "tactics.us.kind=time,fixed", "--runs", 20)
    assert ended.code == 0, ended.err
    lines = ended.out.splitlines()
    heads = [line.split() for line in lines if line.startswith("tactics.us.kind")]
    assert [name for head in heads for name in head[1:]][-2:] == ["framework", "all"]
    rows = {
        name: [figure for line in lines if line.split()[:1] == [name] for figure in line.split()[1:]]
        for name in ("time", "fixed")
    }
    assert rows["fixed"] == ["0"] * 10  # without a concession nothing is agreed
    assert len(rows["time"]) == 10
    assert "±" in " ".join(rows["time"])


@pytest.mark.slow
def test_show_prints_only_the_differences_from_what_is_extended(negsim):
    shown = negsim("show", "scenarios/both_boulware.yaml", "--difference").out
    assert shown.startswith("Both sides Boulware: differences from Baseline")
    assert "beta" in shown
    assert len(shown.splitlines()) < 10
    assert len(negsim("show", BASELINE, "--short").out) < len(negsim("show", BASELINE).out) / 2
    ended = negsim("show", BASELINE, "--difference")
    assert (ended.code, "extends no other scenario" in ended.err) == (2, True)


def test_check_warns_once_of_a_short_agenda_and_strictly_refuses_it(negsim, tmp_path):
    path = tmp_path / "short.yaml"
    path.write_text("sides: [Ford, UAW]\nissues: [Wages, Tiers]\n")
    lenient, strict = negsim("check", str(path)), negsim("check", "--strict", str(path))
    assert (lenient.code, lenient.out.count("warning: the agenda has no title, summary (2 times)")) == (0, 1)
    assert (strict.code, strict.out.count("wages has no")) == (2, 5)


def test_check_recognises_agendas_and_histories(negsim, tmp_path):
    ended = negsim("check", "seeds/agenda.yaml", "seeds/histories", BASELINE)
    assert (ended.code, ended.err) == (0, "0 errors, 0 warnings in 3 files\n")
    (tmp_path / "mine.yaml").write_text("title: Mine\nsides: {a: {title: A}}\nissues: {x: {titel: X}}\n")
    ended = negsim("check", tmp_path / "mine.yaml")
    assert ended.code == 2
    assert 'unknown key "titel"' in ended.out
    assert "horizon" not in ended.out


@pytest.mark.parametrize(("text", "share"), [("0.6", 0.6), ("60%", 0.6), ("60 %", 0.6)])
def test_a_probability_may_be_a_percentage(negsim, text, share):
    ended = negsim("when", BASELINE, "-n", 10, "--engine", "reference", "-p", text, "--json")
    assert json.loads(ended.out)["answer"]["probability"] == share


def test_a_probability_above_one_names_what_was_meant(negsim):
    ended = negsim("when", BASELINE, "-p", "60")
    assert (ended.code, "did you mean 0.6?" in ended.err) == (2, True)


def test_a_picture_makes_its_folder(negsim, tmp_path):
    target = tmp_path / "pics" / "x.svg"
    assert negsim("plot", BASELINE, "-n", 10, "--engine", "reference", "-o", target).code == 0
    assert target.is_file()


def test_calibrate_for_a_file_names_the_option_for_it(negsim):
    ended = negsim("calibrate", "--for", "agenda.yaml")
    assert (ended.code, "did you mean --agenda agenda.yaml?" in ended.err) == (2, True)


def test_a_scenario_without_a_title_prints_that_of_its_agenda_once(negsim, tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text("agenda: {sides: [Ford, UAW], issues: [Wages]}\nas_of: 2023-09-16\nhorizon: 15 weeks\n")
    for command in ("run", "when"):
        lines = negsim(command, path, "--runs", 20).out.splitlines()
        assert lines.count("Ford and UAW") == 1
