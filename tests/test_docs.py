"""What README, tutorials and guide show works: each command, each block, and the two lines."""

import glob
import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from negsim.files import builtin_scenarios

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
TUTORIALS = (
    "docs/first-projection.md",
    "docs/your-own-negotiation.md",
    "docs/other-tools.md",
    "docs/offers.md",
    "docs/documents.md",
)
PAGES = {"README.md": README, "docs/guide.md": GUIDE}
PAGES |= {name: (ROOT / name).read_text(encoding="utf-8") for name in TUTORIALS}
BLOCKS = [
    block for text in PAGES.values() for block in re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
]


def commands_of(text):
    return [
        [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]
        for block in re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    ]


#: The commands of each block, and of each tutorial: one may work on what the one before it has written.
COMMANDS = [block for page in (README, GUIDE) for block in commands_of(page)]
COMMANDS += [[command for block in commands_of(PAGES[name]) for command in block] for name in TUTORIALS]


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A place with the files that commands read, where they may write."""
    for folder in ("scenarios", "seeds", "schemas"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def line_below(marker):
    (line,) = re.findall(rf"<!-- {marker} -->\n```sh\n(.*?)\n```", README, re.DOTALL)
    assert "\n" not in line
    return line


def run(negsim, command):
    words = [name for word in shlex.split(command)[1:] for name in (sorted(glob.glob(word)) or [word])]
    return negsim(*words)


def test_every_block_is_of_a_kind_that_is_tested():
    assert {kind for kind, _ in BLOCKS} == {"sh", "console", "yaml", "python"}
    assert all(line.startswith("$ negsim ") for kind, text in BLOCKS if kind == "console" for line in text.splitlines())


def slow_if_it_takes_long(commands):
    """Only blocks of quick commands are quick tests."""
    quick = ("agenda", "check", "show", "run", "scenarios", "history")
    long = not all(command.split()[1] in quick for command in commands) or "check scenarios" in commands[0]
    marks = [pytest.mark.slow, *([pytest.mark.long] if commands[0] == "negsim history" else [])] if long else []
    return pytest.param(commands, id=commands[0], marks=marks)


@pytest.mark.parametrize("commands", [slow_if_it_takes_long(commands) for commands in COMMANDS])
def test_commands_work(negsim, clone, commands):
    for command in commands:
        ended = run(negsim, command)
        assert ended.code == 0, (command, ended.err)
        assert ended.out or ended.err


def test_no_command_writes_under_the_name_of_a_scenario():
    texts = [README, *(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))]
    written = re.findall(r"(?:negsim (?:init|new)|--out|-o) ([\w-]+)", "\n".join(texts))
    assert {"strike", "first", "report"} <= set(written)
    assert not set(written) & set(builtin_scenarios())


def test_the_first_line_ends_with_the_table_and_a_burndown_file(negsim, clone):
    venv, install, *commands = line_below("run line").split(" && ")
    assert venv == "python3 -m venv .venv"
    assert install == ".venv/bin/pip install -c constraints.txt -e ."
    table, picture = (run(negsim, command.removeprefix(".venv/bin/")) for command in commands)
    assert (table.code, picture.code) == (0, 0)
    assert "2,000 runs, seed 1" in table.out
    assert (clone / "burndown.svg").is_file()


def test_the_picture_is_of_the_baseline_as_it_is(projection):
    """If this fails, the model or the baseline has changed. Make it anew, and look at it:

    negsim plot scenarios/baseline.yaml burndown -o docs/burndown.svg
    """
    picture = (ROOT / "docs" / "burndown.svg").read_text(encoding="utf-8")
    assert f"2,000 runs, seed 1, batch engine, scenario {projection.hash[:8]}" in picture
    drawn = pd.read_csv(ROOT / "docs" / "burndown.csv").query("part == 'projected'")
    now = projection.burndown().query("part == 'projected'")
    # The means of 300 runs here and of 2,000 there, each with its own error.
    assert np.abs(drawn["mean"].to_numpy() - now["mean"].to_numpy()).max() < 4 * 3 / np.sqrt(300)


def test_the_second_line_is_the_one_that_ci_runs():
    venv, install, tests = line_below("test line").split(" && ")
    assert venv == "python3 -m venv .venv"
    assert install == ".venv/bin/pip install -c constraints.txt -e '.[test]'"
    assert tests == ".venv/bin/python -m pytest"
    assert "<!-- test line -->" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_scenarios_that_are_shown_are_in_order_and_short(negsim, clone):
    for n, text in enumerate(text for kind, text in BLOCKS if kind == "yaml"):
        path = clone / "scenarios" / f"shown_{n}.yaml"
        path.write_text(text, encoding="utf-8")
        assert len([line for line in text.splitlines() if not line.startswith("#")]) < 10
        ended = negsim("check", path)
        assert ended.code == 0
        assert ("warning:" in ended.out) == ("extends:" not in text)
        assert negsim("run", path, "--runs", 5).code == 0


def test_python_blocks_run_one_after_the_other(clone, capsys):
    for page, text in PAGES.items():
        names: dict = {}
        for block in re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            exec(compile(block, page, "exec"), names)
    assert "p_resolved" in capsys.readouterr().out


def test_the_readme_is_short():
    assert len(README.splitlines()) <= 150


def test_every_command_is_shown():
    from negsim.cli import agenda_app, app

    names = [command.name or command.callback.__name__ for command in app.registered_commands]
    names += [f"agenda {command.name or command.callback.__name__}" for command in agenda_app.registered_commands]
    for name in names:
        assert re.search(rf"negsim (agenda )?{name}\b|`{name}`", README + GUIDE), name


def test_links_and_pictures_are_there():
    pages = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "DESIGN.md")]
    pages += sorted((ROOT / "docs").glob("*.md"))
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("path", sorted((ROOT / "scenarios").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_scenario_is_in_order_and_names_its_schema(negsim, path):
    ended = negsim("check", path)
    assert (ended.code, ended.out) == (0, "") or "warning:" in ended.out
    assert "# yaml-language-server: $schema=" in path.read_text(encoding="utf-8").splitlines()[0]


def test_constraints_are_plain_versions_and_cover_every_dependency():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [
        line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    ]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line) for line in lines)
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines}
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    assert {re.split(r"[\[<>=!~ ]", name)[0].lower().replace("_", "-") for name in wanted} <= pinned


def test_recipes_for_contributors_name_files_and_code_that_exist():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    steps = re.findall(r"^\d\. (.+(?:\n   .+)*)", text, re.MULTILINE)
    assert len(steps) > 20
    for step in steps:
        spans = [span for span in re.findall(r"`([^`]+)`", step) if "NAME" not in span]
        files = [ROOT / span for span in spans if re.match(r"(negsim|tests|docs)/", span)]
        assert all(file.exists() for file in files), step
        code = "".join(file.read_text(encoding="utf-8") for file in files if file.is_file())
        names = [span for span in spans if re.fullmatch(r"_?[A-Za-z_]+", span) and span != "NAME"]
        assert not files or all(name in code for name in names), step


def test_ci_is_a_script_that_can_be_called():
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_schemas_in_the_clone_are_those_that_the_command_prints(negsim):
    for path in sorted((ROOT / "schemas").glob("*.schema.json")):
        assert path.read_text(encoding="utf-8") == negsim("schema", path.name.split(".")[0]).out


def test_the_agenda_is_yaml_that_others_can_read():
    assert yaml.safe_load((ROOT / "seeds" / "agenda.yaml").read_text(encoding="utf-8"))["issues"]
