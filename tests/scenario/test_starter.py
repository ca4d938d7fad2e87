"""A folder to begin with: it runs as it is, whatever its name, and takes the place of nothing."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from rich.cells import cell_len as cells

import negsim as ns
from negsim.cli.start import NEXT
from negsim.errors import NegsimError
from negsim.files.yaml import read_yaml
from negsim.scenario.starter import start_folder

FILES = ["README.md", "agenda.schema.json", "agenda.yaml", "scenario.schema.json", "scenario.yaml"]


@pytest.fixture
def river(negsim, tmp_path, monkeypatch):
    """A new folder, and we are in it."""
    monkeypatch.chdir(tmp_path)
    assert negsim("init", "river").code == 0
    monkeypatch.chdir(tmp_path / "river")
    return tmp_path / "river"


def test_a_new_folder_holds_an_agenda_a_scenario_their_schemas_and_a_page(river):
    assert sorted(path.name for path in river.iterdir()) == FILES
    assert sorted(river.parent.iterdir()) == [river]


def test_the_scenario_is_in_order_without_a_warning(negsim, river):
    ended = negsim("check", "scenario.yaml")
    assert (ended.code, ended.out, ended.err) == (0, "", "0 errors, 0 warnings in 1 file\n")


@pytest.mark.parametrize("command", NEXT)
def test_what_to_type_next_works(negsim, river, command):
    page = (river / "README.md").read_text(encoding="utf-8")
    assert f"\n{command}\n" in page
    ended = negsim(*command.split()[1:])
    assert ended.code == 0, ended.err


def test_there_are_dates_within_the_horizon_and_beyond_it(river):
    """So that whoever begins sees both."""
    resolved = ns.run(ns.load("scenario.yaml"), runs=200, engine="batch").summary()["p_resolved"]
    assert resolved["flood_warning"] > 0.8
    assert resolved["sewage"] < 0.5
    assert resolved.min() > 0.1


def test_the_board_shows_every_kind_of_standing(negsim, river):
    board = json.loads(negsim("agenda", "--agenda", "agenda.yaml", "--json").out)
    assert {issue["status"] for issue in board["issues"]} == {"discussing", "converging", "raised", "dormant"}


def test_schemas_are_those_of_this_version_and_take_the_files(negsim, river):
    from jsonschema import Draft202012Validator

    for kind in ("agenda", "scenario"):
        text = (river / f"{kind}.schema.json").read_text(encoding="utf-8")
        assert text == negsim("schema", kind).out
        page = river / f"{kind}.yaml"
        assert page.read_text(encoding="utf-8").startswith(f"# yaml-language-server: $schema={kind}.schema.json\n")
        Draft202012Validator(json.loads(text)).validate(read_yaml(page).data)


@pytest.mark.parametrize(
    "name",
    ["two words", 'a "quoted" one', "it's", "会談", "back\\slash", "a: b # c", "{x}", "- x", "null", "é\u0301", "%TAG"],
)
def test_any_name_will_do(negsim, tmp_path, name):
    assert negsim("init", tmp_path / name).code == 0
    scenario = ns.load(tmp_path / name / "scenario.yaml")
    assert scenario.title == "As it stands"
    assert scenario.agenda.title == f"{name}: two towns on one river"
    assert scenario.warnings == ()


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[2Jb", "a\u2028b", "a\udcffb"])
def test_a_name_that_could_steer_a_terminal_is_made_harmless(negsim, tmp_path, name):
    ended = negsim("init", tmp_path / name)
    assert (ended.code, "\x1b" in ended.out) == (0, False)
    assert ns.load(tmp_path / name / "scenario.yaml").agenda.title in (
        "a b: two towns on one river",
        "a?[2Jb: two towns on one river",
        "a?b: two towns on one river",
    )


def test_what_to_type_is_quoted_for_the_shell(negsim, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = negsim("init", "it's mine", "--json")
    data = json.loads(ended.out)
    assert (data["folder"], data["files"], data["next"][1:]) == ("it's mine", FILES, list(NEXT))
    where = subprocess.run(["bash", "-c", f"{data['next'][0]} && ls"], capture_output=True, text=True, check=True)
    assert where.stdout.split() == FILES


def test_a_folder_that_holds_anything_is_left_alone(negsim, river, monkeypatch):
    monkeypatch.chdir(river.parent)
    (river / "scenario.yaml").write_text("mine")
    ended = negsim("init", "river")
    assert (ended.code, ended.out) == (2, "")
    assert "river exists already and is not changed" in ended.err
    assert (river / "scenario.yaml").read_text() == "mine"


def test_an_empty_folder_is_filled(negsim, tmp_path):
    (tmp_path / "river").mkdir()
    assert negsim("init", tmp_path / "river").code == 0
    assert sorted(path.name for path in (tmp_path / "river").iterdir()) == FILES


@pytest.mark.parametrize("name", [".", "..", "", "file", "link", "nowhere/river", "file/river"])
def test_what_cannot_be_is_said_and_leaves_nothing(tmp_path, monkeypatch, name):
    (tmp_path / "here").mkdir()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    Path("file").touch()
    Path("link").symlink_to("../elsewhere")
    with pytest.raises(NegsimError):
        start_folder(Path(name))
    assert sorted(os.listdir()) == ["file", "link"]
    assert sorted(os.listdir("..")) == ["elsewhere", "here"]


def test_the_folder_that_one_is_in_is_not_replaced(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NegsimError, match="the current folder"):
        start_folder(tmp_path)


def test_nothing_half_written_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("negsim.scenario.schema.scenario_schema", lambda: {"x": object()})
    with pytest.raises(TypeError):
        start_folder(tmp_path / "river")
    assert list(tmp_path.iterdir()) == []


def test_what_is_printed_fits(negsim, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # how long the name of a folder is, is its owner's affair
    assert max(map(cells, negsim("init", "river").out.splitlines())) <= 80
