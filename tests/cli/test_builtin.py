"""Built-in scenarios, agenda and histories, for somebody who installed the wheel and works in an empty folder."""

import json
import shutil

import pytest
from rich.cells import cell_len as cells

import negsim as ns
from negsim.errors import InputError
from negsim.files import builtin
from negsim.scenario.file_check import check


@pytest.fixture
def installed(root, tmp_path, monkeypatch):
    """The layout of the wheel, and an empty folder that we are in."""
    package = tmp_path / "site-packages" / "negsim"
    for name in ("scenarios", "seeds", "schemas"):
        shutil.copytree(root / name, package / "data" / name)
    monkeypatch.setattr(builtin, "_PACKAGE", package)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return package / "data"


def test_the_wheel_maps_every_folder_of_the_data(root):
    import tomllib

    build = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    folders = ("scenarios", "seeds", "schemas", "notebooks")
    assert build["wheel"]["force-include"] == {name: f"negsim/data/{name}" for name in folders}
    assert set(folders) <= set(build["sdist"]["include"])


def test_a_clone_reads_its_own_folders(root):
    assert builtin.data_folder() == root
    assert builtin.builtin_scenarios()["baseline"] == root / "scenarios" / "baseline.yaml"


def test_the_data_of_an_installed_package_is_inside_it(installed):
    assert builtin.data_folder() == installed
    assert set(builtin.builtin_scenarios()) >= {"baseline", "summit", "record_alone"}
    assert builtin.find_data("seeds/agenda.yaml").path == installed / "seeds" / "agenda.yaml"


def test_a_name_is_the_scenario_of_the_file(installed, baseline):
    assert ns.load("baseline") == baseline
    assert ns.load("summit").title == "A summit in the autumn"


SMALL = ("--runs", 20, "--engine", "reference")


@pytest.mark.parametrize(
    "words",
    [
        ("run", "baseline", *SMALL),
        ("plot", "baseline", *SMALL),
        ("trace", "baseline"),
        ("when", "baseline", *SMALL),
        ("how-many", "baseline", "--by", "2027-04-10", *SMALL),
        ("check", "baseline"),
        ("show", "baseline"),
        ("elicit", "baseline"),
        pytest.param(("report", "baseline", *SMALL), marks=pytest.mark.slow),
        ("discover", "baseline", "--issue", "visas", "--runs", 100),
        ("sweep", "baseline", "--vary", "tactics.us.beta=0.2,1", "--runs", 10),
        ("calibrate", "--template", "baseline", "--no-patience", "-o", "mine.yaml"),
    ],
    ids=lambda words: words[0],
)
def test_every_command_takes_a_name_and_says_so_in_one_line(negsim, installed, words):
    ended = negsim(*words)
    assert ended.code == 0, ended.err
    first = ended.out.splitlines()[0]
    assert first.removeprefix("# ") == "Built-in scenario: baseline"
    assert ended.out.count("Built-in scenario") == 1


def test_several_names_stand_in_one_line(negsim, installed):
    ended = negsim("compare", "baseline", "summit", "both_boulware", *SMALL)
    assert ended.out.splitlines()[0] == "Built-in scenarios: baseline, summit, both_boulware"


def test_what_show_prints_is_still_a_scenario(negsim, installed, baseline):
    text = negsim("show", "baseline").out
    (installed.parent / "again.yaml").write_text(text, encoding="utf-8")
    assert ns.load(installed.parent / "again.yaml") == baseline


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("agenda",), "Built-in agenda"),
        (("agenda", "show", "visas"), "Built-in agenda"),
        (("history",), "Built-in histories"),
        (("history", "show", "croatia"), "Built-in histories"),
        pytest.param(("backtest", "iceland"), "Built-in histories", marks=pytest.mark.slow),
    ],
)
def test_the_record_needs_no_clone(negsim, installed, words, line):
    ended = negsim(*words)
    assert (ended.code, ended.out.splitlines()[0]) == (0, line), ended.err


@pytest.mark.slow
def test_calibrate_of_the_built_in_agenda_loads_here(negsim, installed):
    assert negsim("calibrate", "-o", "mine.yaml").code == 0
    assert ns.load("mine").file == "mine.yaml"


def test_a_calibrated_template_extends_the_name(negsim, installed):
    assert negsim("calibrate", "--template", "summit", "--no-patience", "-o", "mine.yaml").code == 0
    assert "\nextends: summit\n" in (installed.parents[2] / "here" / "mine.yaml").read_text(encoding="utf-8")
    assert check("mine") == []


def test_json_is_one_object_and_names_what_was_typed(negsim, installed):
    data = json.loads(negsim("run", "baseline", *SMALL, "--json").out)
    assert data["scenario"] == "baseline"


def test_what_is_printed_for_a_path_is_what_it_was(negsim, root, baseline):
    by_path = negsim("run", "scenarios/baseline.yaml", *SMALL).out
    assert "Built-in" not in by_path
    assert negsim("run", "baseline", *SMALL).out == by_path  # in the clone the name is of a file here


def write(path, title):
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"extends: package\ntitle: {title}\n", encoding="utf-8")


def test_what_lies_here_wins_over_a_name(negsim, installed, tmp_path):
    here = tmp_path / "here"
    write(here / "scenarios" / "baseline.yaml", "two")
    assert ns.load("baseline").title == "two"
    write(here / "baseline.yaml", "one")
    assert ns.load("baseline").title == "one"
    assert "Built-in" not in negsim("run", "baseline", *SMALL).out
    write(here / "baseline", "zero")
    assert ns.load("baseline").title == "zero"


@pytest.mark.slow
def test_a_folder_of_results_wins_where_folders_are_taken_and_can_be_resumed(negsim, installed):
    assert negsim("run", "baseline", *SMALL, "--out", "baseline").code == 0
    ended = negsim("when", "baseline")
    assert (ended.code, "Built-in" in ended.out, "20 runs" in ended.out) == (0, False, True)
    assert ended.err.startswith("warning: the folder baseline hides the built-in scenario")
    with pytest.warns(UserWarning, match="the folder baseline hides"):
        ns.run("baseline", runs=20)


def test_a_folder_without_results_hides_no_built_in_scenario(negsim, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "baseline").mkdir()
    ended = negsim("when", "baseline", *SMALL)
    assert (ended.code, ended.out.splitlines()[0], ended.err) == (0, "Built-in scenario: baseline", "")
    (tmp_path / "river").mkdir()
    (tmp_path / "river" / "scenario.yaml").write_text("title: River\n")
    assert "did you mean river/scenario.yaml" in negsim("when", "river").err
    assert negsim("run", "baseline", *SMALL, "--out", "baseline").code == 0


def test_extends_takes_a_name_and_a_file_beside_wins(installed, tmp_path):
    here = tmp_path / "here"
    write(here / "mine.yaml", "mine")
    assert "staff_for_property" in ns.load("mine").packages
    (here / "package.yaml").write_text("extends: baseline\ntitle: none\n", encoding="utf-8")
    assert not ns.load("mine").packages


def test_extends_an_unknown_name_suggests_a_built_in_one(installed, tmp_path):
    (tmp_path / "here" / "mine.yaml").write_text("extends: baselin\ntitle: x\n", encoding="utf-8")
    (problem,) = check("mine.yaml")
    assert problem.suggestion == '"baseline"'


def test_an_unknown_name_lists_the_names_and_what_was_meant(negsim, installed):
    ended = negsim("run", "baselin")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(
        "baselin: there is no such file and no built-in scenario of this name; allowed: a path, or"
    )
    assert "summit" in ended.err
    assert ended.err.endswith('did you mean "baseline"?\n')
    with pytest.raises(InputError):
        ns.load("baselin")


def test_the_path_of_a_clone_suggests_the_name(negsim, installed):
    ended = negsim("run", "scenarios/baseline.yaml")
    assert ended.err == 'scenarios/baseline.yaml: there is no such file; did you mean "baseline"?\n'


@pytest.mark.slow
def test_scenarios_lists_names_titles_and_questions(negsim, installed):
    ended = negsim("scenarios")
    assert ended.code == 0
    assert "summit: A summit in the autumn\n  What changes if the" in ended.out
    assert max(map(cells, ended.out.splitlines())) <= 80
    listed = json.loads(negsim("scenarios", "--json").out)["scenarios"]
    assert [one["name"] for one in listed] == list(builtin.builtin_scenarios())
    for one in listed:
        scenario = ns.load(one["name"])
        assert (one["title"], one["question"]) == (scenario.title, scenario.question)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["baseline", "summit"])
def test_init_copies_a_built_in_scenario_with_all_it_needs(negsim, installed, monkeypatch, tmp_path, name):
    before = ns.load(name)
    data = json.loads(negsim("init", "mine", "--from", name, "--json").out)
    expected = {"README.md", "scenarios/baseline.yaml", f"scenarios/{name}.yaml", "seeds/agenda.yaml"}
    expected |= {"seeds/sources.yaml", "schemas/agenda.schema.json", "schemas/scenario.schema.json"}
    expected.add("schemas/proposals.schema.json")
    assert set(data["files"]) == expected
    monkeypatch.chdir(tmp_path / "here" / "mine")
    shutil.rmtree(installed)  # nothing is read from the package any more
    assert ns.load(name) == before
    for command in data["next"][1:]:
        ended = negsim(*command.split()[1:])
        assert (ended.code, "Built-in" in ended.out) == (0, False), ended.err


def test_init_from_an_unknown_name_leaves_nothing(negsim, installed, tmp_path):
    ended = negsim("init", "mine", "--from", "summmit")
    assert ended.code == 2
    assert 'did you mean "summit"?' in ended.err
    assert not (tmp_path / "here" / "mine").exists()


def test_an_exported_variant_extends_the_name_and_not_a_path_of_this_machine(installed, tmp_path):
    from negsim.explorer.exploration import Exploration

    shown = Exploration(ns.load("baseline"), runs=10, engine="reference")
    assert "extends: baseline\n" in shown.text(tmp_path / "here" / "variant.yaml")
