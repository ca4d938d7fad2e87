"""`doctor`: what is installed, what is missing and how to install it; nothing is changed."""

import json
import sys
from importlib import metadata
from pathlib import Path

import pytest
from rich.cells import cell_len as cells

from negsim.cli import doctor
from negsim.files import builtin_scenarios
from negsim.simulation import cache

pytestmark = pytest.mark.slow


@pytest.fixture
def without(monkeypatch):
    """Packages that are missing or have another version."""
    real, changed = metadata.version, {}
    find = doctor.util.find_spec

    def version(name):
        if name not in changed:
            return real(name)
        if changed[name] is None:
            raise metadata.PackageNotFoundError(name)
        return changed[name]

    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setattr(doctor.util, "find_spec", lambda name: None if changed.get(name, "") is None else find(name))
    return changed


def said(negsim):
    """The output in one line."""
    return " ".join(negsim("doctor").out.split())


def test_a_complete_installation_fits_a_screen(negsim):
    ended = negsim("doctor")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.endswith("\nnegsim can run.\n")
    assert max(map(cells, ended.out.splitlines())) <= 80
    assert len(ended.out.splitlines()) <= 24


def test_every_dependency_and_extra_is_listed(negsim, root):
    import tomllib

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    data = json.loads(negsim("doctor", "--json").out)
    assert [need["name"] for need in data["needed"]] == [need.split(">")[0] for need in project["dependencies"]]
    assert list(data["extras"]) == list(project["optional-dependencies"])
    assert {need["name"]: need["version"] for need in data["needed"]}["numba"] == metadata.version("numba")
    assert data["scenarios"] == len(builtin_scenarios()) > 20
    assert Path(data["agenda"]) == root / "seeds" / "agenda.yaml"
    assert Path(data["font"]).is_file()
    assert data["machine"]["processors"] >= 1
    assert data["machine"]["memory"] > 2**28


@pytest.mark.parametrize(
    ("version", "message"),
    [(None, "numba is missing (0.61 or later is needed)"), ("0.9.3", "numba is 0.9.3 (0.61 or later is needed)")],
)
def test_a_missing_or_old_package_ends_with_one_and_the_repair(negsim, root, without, version, message):
    without["numba"] = version
    ended = negsim("doctor")
    assert ended.code == 1
    assert f"negsim cannot run: {message}. To repair: pip install -e {root}" in " ".join(ended.out.split())
    data = json.loads(negsim("doctor", "--json").out)
    assert (data["ok"], [need["name"] for need in data["needed"] if not need["ok"]]) == (False, ["numba"])


def test_an_incomplete_extra_is_no_error(negsim, root, without):
    without["dask"] = None
    assert f"pip install -e '{root}[dask]' installs dask" in said(negsim)
    assert negsim("doctor").code == 0
    data = json.loads(negsim("doctor", "--json").out)
    assert (data["extras"]["dask"]["complete"], data["extras"]["analysis"]["complete"]) == (False, True)


def test_later_versions_are_accepted(without):
    without |= {"numba": "0.100.0", "typer": "1.0rc1", "simpy": "4.1"}
    assert doctor.examine()["ok"]


def test_an_old_python_is_named(monkeypatch):
    monkeypatch.setattr(doctor, "PYTHON", (sys.version_info[0], sys.version_info[1] + 1))
    assert "is too old" in doctor.examine()["verdict"]


def test_it_lists_the_compiled_engines_and_the_folders_of_other_versions(negsim, monkeypatch, tmp_path):
    mine = tmp_path / ("0" * 16)
    mine.mkdir()
    (mine / "rules-znver4-01234567.o").write_bytes(b"x" * 1_500_000)
    other = tmp_path / "0123456789abcdef"
    other.mkdir()
    (other / "old.nbc").write_bytes(b"x" * 2_500_000)
    (tmp_path / "somebody").mkdir()
    monkeypatch.setattr(cache, "cache_folder", lambda: mine)
    monkeypatch.setattr("negsim.simulation.cache_folder", lambda: mine)
    text = said(negsim)
    assert "compiled yes" in text
    assert "1.5 MB" in text
    assert "2.5 MB of other versions beside it in 1 folder" in text
    before = sorted(tmp_path.rglob("*"))
    data = json.loads(negsim("doctor", "--json").out)["cache"]
    assert (data["folder"], data["bytes"], data["writable"]) == (str(mine), 1_500_000, True)
    assert data["compiled"] is True
    assert data["others"] == [{"folder": str(other), "bytes": 2_500_000}]
    assert sorted(tmp_path.rglob("*")) == before


def test_a_browser_is_found_by_its_name(negsim, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "browser none" in said(negsim)
    (tmp_path / "google-chrome").touch(mode=0o755)
    assert json.loads(negsim("doctor", "--json").out)["browser"] == str(tmp_path / "google-chrome")


def test_without_a_clone_the_installed_package_names_its_requirements(monkeypatch, tmp_path):
    requirements = ["numba>=0.61", 'dask[array]>=2024.8; extra == "dask"', "PyYAML"]
    monkeypatch.setattr(metadata, "requires", lambda _: requirements)
    assert doctor._requirements(tmp_path / "pyproject.toml") == (requirements, "negsim")
    found = [doctor._package(each) for each in requirements]
    assert [(extra, one["name"], one["least"]) for extra, one in found] == [
        ("", "numba", "0.61"), ("dask", "dask", "2024.8"), ("", "PyYAML", None),
    ]  # fmt: skip
    assert doctor._pip("negsim", "dask") == "pip install 'negsim[dask]'"


def test_the_project_file_of_another_package_is_ignored(monkeypatch, tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "other"\ndependencies = ["x"]\n')
    monkeypatch.setattr(metadata, "requires", lambda _: ["simpy>=4.1"])
    assert doctor._requirements(tmp_path / "pyproject.toml") == (["simpy>=4.1"], "negsim")


def test_without_a_list_of_requirements_it_cannot_run(monkeypatch, tmp_path):
    def unknown(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", unknown)
    monkeypatch.setattr(doctor, "_HOME", tmp_path)
    assert "list of required packages is not found" in doctor.examine()["verdict"]
