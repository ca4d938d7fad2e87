"""What is built can be used: wheel and sdist are made; the wheel works in a bare environment."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest

pytestmark = pytest.mark.slow

DATA = ("scenarios", "seeds", "schemas", "notebooks")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder with the sdist and with the wheel that was built from it."""
    from tests.conftest import ROOT

    place = tmp_path_factory.mktemp("built")
    copy = place / "clone"
    ignored = shutil.ignore_patterns("__pycache__", ".git", ".venv", ".*_cache", "*.egg-info", "build", "dist")
    shutil.copytree(ROOT, copy, ignore=ignored)
    command = [sys.executable, "-m", "build", "--outdir", str(place), str(copy)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return place


@pytest.fixture(scope="module")
def call(built, tmp_path_factory):
    """Calls negsim, installed from the wheel, in an empty folder."""
    from tests.conftest import ROOT

    place = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", str(place / "venv")], check=True, timeout=120)
    (wheel,) = built.glob("*.whl")
    pip = [str(place / "venv" / "bin" / "pip"), "install", "-q", "-c", str(ROOT / "constraints.txt"), str(wheel)]
    ended = subprocess.run(pip, check=False, capture_output=True, text=True, timeout=1200)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    here = place / "empty"
    here.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}

    def run(*words, folder=here):
        command = [str(place / "venv" / "bin" / "negsim"), *words]
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False
        )

    run.folder = here
    return run


def test_the_wheel_holds_the_data_and_the_sdist_the_folders(root, built):
    files = {path.relative_to(root).as_posix() for name in DATA for path in (root / name).rglob("*") if path.is_file()}
    files = {name for name in files if ".ipynb_checkpoints" not in name}
    (wheel,), (sdist,) = built.glob("*.whl"), built.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        assert {name for name in archive.namelist() if name.startswith("negsim/data/")} == {
            f"negsim/data/{name}" for name in files
        }
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert files | {"pyproject.toml", "constraints.txt", "README.md", "LICENSE"} <= names


def test_names_work_in_an_empty_folder(call):
    ended = call("run", "baseline", "--runs", "200")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("Built-in scenario: baseline\n")
    assert "200 runs, seed 1" in " ".join(ended.stdout.split())
    assert call("plot", "baseline", "--runs", "50").returncode == 0
    assert (call.folder / "burndown.svg").is_file()
    assert call("agenda").stdout.startswith("Built-in agenda\n")
    assert call("history").stdout.startswith("Built-in histories\n")
    doctor = json.loads(call("doctor", "--json").stdout)
    assert doctor["ok"]
    assert doctor["scenarios"] == len(json.loads(call("scenarios", "--json").stdout)["scenarios"]) > 15


def test_a_copy_runs_in_its_folder(call):
    assert call("init", "mine", "--from", "summit").returncode == 0
    mine = call.folder / "mine"
    ended = call("run", "summit", "--runs", "50", folder=mine)
    assert (ended.returncode, "Built-in" in ended.stdout) == (0, False), ended.stderr
    assert call("check", "summit", folder=mine).returncode == 0


def test_a_new_folder_runs(call):
    assert call("init", "river").returncode == 0
    ended = call("run", "scenario.yaml", "--runs", "50", folder=call.folder / "river")
    assert ended.returncode == 0, ended.stderr
