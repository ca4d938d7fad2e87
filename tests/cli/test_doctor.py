"""What doctor says of a machine: what is there, what is missing and how to get it, and that it changes nothing."""

import json
import sys
from importlib import metadata
from pathlib import Path

import pytest

from negsim.cli import doctor
from negsim.errors import cells
from negsim.simulation import cache


@pytest.fixture
def without(monkeypatch):
    """Lets packages be missing, or be of another version."""
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
    """What is said, in one line."""
    return " ".join(negsim("doctor").out.split())


def test_here_negsim_can_run(negsim):
    ended = negsim("doctor")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.endswith("\nnegsim can run.\n")
    assert max(map(cells, ended.out.splitlines())) <= 80


def test_every_dependency_and_extra_is_listed(negsim, root):
    import tomllib

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    data = json.loads(negsim("doctor", "--json").out)
    assert [need["name"] for need in data["needed"]] == [need.split(">")[0] for need in project["dependencies"]]
    assert list(data["extras"]) == list(project["optional-dependencies"])
    assert {need["name"]: need["version"] for need in data["needed"]}["numba"] == metadata.version("numba")
    assert data["scenarios"] == len(list((root / "scenarios").glob("*.yaml")))
    assert Path(data["agenda"]) == root / "seeds" / "agenda.yaml"
    assert Path(data["font"]).is_file()
    assert data["machine"]["processors"] >= 1
    assert data["machine"]["memory"] > 2**28


@pytest.mark.parametrize(
    ("version", "message"),
    [(None, "numba is missing (0.61 or later is needed)"), ("0.9.3", "numba is 0.9.3 (0.61 or later is needed)")],
)
def test_what_is_missing_or_too_old_ends_with_one_and_the_remedy(negsim, root, without, version, message):
    without["numba"] = version
    ended = negsim("doctor")
    assert ended.code == 1
    assert f"negsim cannot run: {message}." in " ".join(ended.out.split())
    assert f"To mend it: pip install -e {root}" in " ".join(ended.out.split())
    data = json.loads(negsim("doctor", "--json").out)
    assert (data["ok"], [need["name"] for need in data["needed"] if not need["ok"]]) == (False, ["numba"])


def test_an_extra_that_is_incomplete_is_no_harm(negsim, root, without):
    without["dask"] = None
    assert f"[dask] dask is missing (2024.8 or later is needed); pip install -e '{root}[dask]'" in said(negsim)
    assert negsim("doctor").code == 0
    data = json.loads(negsim("doctor", "--json").out)
    assert (data["extras"]["dask"]["complete"], data["extras"]["analysis"]["complete"]) == (False, True)


def test_later_versions_will_do(without):
    without |= {"numba": "0.100.0", "typer": "1.0rc1", "simpy": "4.1"}
    assert not doctor.examine().missing


def test_an_old_python_is_named(monkeypatch):
    monkeypatch.setattr(doctor, "PYTHON", (sys.version_info[0], sys.version_info[1] + 1))
    assert "is too old" in doctor.examine().verdict


def test_it_says_which_engines_are_compiled_and_what_other_versions_left(negsim, monkeypatch, tmp_path):
    mine = tmp_path / ("0" * 16)
    (mine / "engines_1").mkdir(parents=True)
    (mine / "engines_1" / "batch.play_many-58.py311.nbi").write_bytes(b"x" * 1_500_000)
    other = tmp_path / "0123456789abcdef"
    other.mkdir()
    (other / "old.nbc").write_bytes(b"x" * 2_500_000)
    (tmp_path / "somebody").mkdir()
    monkeypatch.setattr(cache, "cache_folder", lambda: mine)
    monkeypatch.setattr("negsim.simulation.cache_folder", lambda: mine)
    text = said(negsim)
    assert "compiled batch: yes, reference: not yet" in text
    assert "1.5 MB" in text
    assert "1 folder of other versions" in text
    assert "2.5 MB" in text
    before = sorted(tmp_path.rglob("*"))
    data = json.loads(negsim("doctor", "--json").out)["cache"]
    assert (data["folder"], data["bytes"], data["writable"]) == (str(mine), 1_500_000, True)
    assert data["compiled"] == {"batch": True, "reference": False}
    assert data["others"] == [{"folder": str(other), "bytes": 2_500_000}]
    assert sorted(tmp_path.rglob("*")) == before


def test_a_browser_is_found_by_its_name(negsim, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "browser none" in said(negsim)
    (tmp_path / "google-chrome").touch(mode=0o755)
    assert json.loads(negsim("doctor", "--json").out)["browser"] == str(tmp_path / "google-chrome")


def test_without_a_clone_the_installed_package_says_what_it_needs(monkeypatch, tmp_path):
    monkeypatch.setattr(
        metadata, "requires", lambda _: ["numba>=0.61", 'dask[array]>=2024.8; extra == "dask"', "PyYAML"]
    )
    needs = tuple(doctor._needs(tmp_path / "pyproject.toml"))
    assert [(need.name, need.least, need.extra) for need in needs] == [
        ("numba", "0.61", ""), ("dask", "2024.8", "dask"), ("PyYAML", "", ""),
    ]  # fmt: skip
    found = doctor.Examination(needs, tmp_path)
    assert found.pip("dask") == "pip install 'negsim[dask]'"
    assert (found.missing, found.scenarios, found.agenda) == ([], 0, None)


def test_somebody_elses_project_is_not_asked(monkeypatch, tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "other"\ndependencies = ["x"]\n')
    monkeypatch.setattr(metadata, "requires", lambda _: ["simpy>=4.1"])
    assert [need.name for need in doctor._needs(tmp_path / "pyproject.toml")] == ["simpy"]


def test_neither_installed_nor_in_a_clone_it_says_so(monkeypatch, tmp_path):
    def unknown(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", unknown)
    found = doctor.Examination(tuple(doctor._needs(tmp_path / "pyproject.toml")), tmp_path)
    assert "neither installed nor run from a clone" in found.verdict
