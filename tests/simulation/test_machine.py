"""What a machine has ready: where machine code is kept, which engine is picked, and what the first use says."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import negsim as ns
from negsim.simulation import cache, machine
from negsim.simulation.machine import pick_engine
from negsim.simulation.rules import machine_code

BASELINE = "scenarios/baseline.yaml"


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """A home that cannot be: a file stands where its folder would be."""
    (tmp_path / "file").write_text("")
    for name in ("HOME", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "file" / "inside"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    return tmp_path


def test_the_user_says_where_machine_code_is_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "mine"))
    assert cache.cache_folder.__wrapped__().parent == tmp_path / "mine"


def test_else_it_is_in_the_users_own_cache(monkeypatch, tmp_path):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(cache, "user_cache_dir", lambda *_, **__: str(tmp_path / "negsim"))
    assert cache.cache_folder.__wrapped__().parent == tmp_path / "negsim"


def test_where_no_home_can_be_written_it_is_kept_as_long_as_the_machine_runs(nowhere):
    chosen = cache.cache_folder.__wrapped__()
    assert chosen.parent.parent == nowhere / "temporary"
    assert chosen == cache.cache_folder.__wrapped__()


def test_a_folder_that_somebody_else_put_there_is_not_used(nowhere, monkeypatch):
    if not hasattr(cache.os, "getuid"):
        return
    prepared = cache.cache_folder.__wrapped__().parent
    root = cache.os.getuid() == 0
    monkeypatch.setattr(cache.os, "getuid", lambda: int(prepared.name.removeprefix("negsim-")) + 1)
    theirs = prepared.parent / f"negsim-{cache.os.getuid()}"
    theirs.mkdir()
    if root:  # what belongs to root is as safe as the system
        cache.os.chown(theirs, 12345, 12345)
    assert cache.cache_folder.__wrapped__().parent == nowhere / "temporary"
    assert cache.cache_folder.__wrapped__() != cache.cache_folder.__wrapped__()


def test_the_folder_changes_with_any_rule(monkeypatch):
    before, real = cache.cache_folder.__wrapped__(), Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda p: real(p) + b"#" * (p.name == "meetings.py"))
    assert cache.cache_folder.__wrapped__().name != before.name


@pytest.mark.slow
def test_nothing_is_written_where_the_package_is_installed(root, tmp_path):
    """From a copy of the package that is not in a folder of ours: no file of it changes, none appears."""
    shutil.copytree(root / "negsim", tmp_path / "negsim", ignore=shutil.ignore_patterns("__pycache__"))
    before = sorted(tmp_path.rglob("*"))
    script = (
        f"import sys; sys.dont_write_bytecode = True; sys.path.insert(0, {str(tmp_path)!r})\n"
        "import negsim.simulation.rules.jit as j, negsim.simulation.engines.batch as b\n"
        "from negsim.simulation.rules.draws import philox\n"
        "import numpy as np; philox(*np.zeros(6, np.uint64))\n"
        f"assert j.__file__.startswith({str(tmp_path)!r})\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=root / "tests", check=True, timeout=120)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.slow
def test_two_first_runs_at_once_of_a_read_only_installation_leave_one_file_for_later_runs(root, tmp_path):
    """Who may write anywhere (root) is caught by what has changed."""
    home, package = tmp_path / "home", tmp_path / "site"
    shutil.copytree(root / "negsim", package / "negsim", ignore=shutil.ignore_patterns("__pycache__"))
    home.mkdir()
    for path in [*package.rglob("*"), package]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    environment = {name: value for name, value in os.environ.items() if name not in ("NUMBA_CACHE_DIR", "PYTHONPATH")}
    environment |= {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    call = f"import sys; sys.path.insert(0, {str(package)!r}); import negsim.cli as c; print(c.__file__); c.main()"
    command = [sys.executable, "-c", call, "run", "scenarios/baseline.yaml", "-n", "50", "--engine", "batch", "--json"]

    def state(folder):
        return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.rglob("*")}

    def files_in_cache():
        return {path: seen for path, seen in state(home / "cache" / "negsim").items() if path.is_file()}

    def start():
        return subprocess.Popen(
            command, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    try:
        installed, said = state(package), []
        for process in [start(), start()]:  # both find an empty cache and compile
            out, err = process.communicate(timeout=300)
            assert (process.returncode, "Compiling" in err) == (0, True)
            said.append(out)
        kept = [files_in_cache()]
        out, err = start().communicate(timeout=60)
        assert "Compiling" not in err
        said.append(out)
        kept.append(files_in_cache())
        assert state(package) == installed
    finally:
        for path in [package, *package.rglob("*")]:
            path.chmod(0o755)  # so that it can be thrown away
    assert said[0] == said[1] == said[2]
    assert said[0].startswith(str(package / "negsim"))
    assert sum(path.suffix == ".o" for path in kept[0]) == 1
    assert not [path for path in kept[0] if path.suffix == ".tmp"]
    assert kept[0] == kept[1]  # nothing was compiled again


def test_auto_is_the_faster_engine():
    assert (pick_engine("auto"), pick_engine("reference")) == ("batch", "reference")


def test_the_output_says_which_engine_it_was(negsim):
    assert "batch engine" in " ".join(negsim("run", BASELINE, "-n", 5).out.split())


def test_what_is_compiled_is_seen_in_the_cache(monkeypatch, tmp_path):
    monkeypatch.setattr(cache, "cache_folder", lambda: tmp_path)
    assert not machine.is_compiled()
    (tmp_path / "rules-znver4-01234567.o").touch()
    assert machine.is_compiled()


def test_damaged_machine_code_is_not_loaded(tmp_path):
    file = tmp_path / "rules.o"
    cache.store(file, b"code")
    assert cache.stored(file) == b"code"
    assert [path.name for path in tmp_path.iterdir()] == ["rules.o"]
    file.write_bytes(file.read_bytes()[:-1])
    assert cache.stored(file) is None
    assert cache.stored(tmp_path / "none.o") is None


def test_every_entry_is_in_the_machine_code():
    """Machine code that calls something outside of C would fail only where numba is not loaded."""
    script = (
        "import sys, negsim as ns\n"
        "from negsim.simulation.rules import jit, machine_code\n"
        "machine_code.import_entries()\n"
        "assert all(each.native for each in jit.ENTRIES.values()) and len(jit.ENTRIES) > 9\n"
        "ns.run('baseline', runs=20, engine='batch'); ns.run('baseline', runs=2, engine='reference')\n"
        "assert 'numba' not in sys.modules\n"
    )
    machine_code._engine()
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)


def test_a_process_that_cannot_compile_says_why_and_the_next_call_tries_again(monkeypatch, tmp_path):
    monkeypatch.setattr(machine_code, "cache_folder", lambda: tmp_path)
    begin = machine_code._code_or_shares
    try:
        for reason in ("no memory", "no disk"):
            monkeypatch.setattr(machine_code, "_WRITE", f"raise SystemExit({reason!r})")
            begin.cache_clear()
            with pytest.raises(RuntimeError, match=f"the rules cannot be compiled: {reason}"):
                machine_code._written(begin()[1])
            assert begin.cache_info().currsize == 0
    finally:
        begin.cache_clear()
        monkeypatch.undo()
    assert begin()[0] is not None
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_one_processor_and_two_compile_the_same_rules(root, tmp_path):
    script = (
        "import sys, negsim as ns\n"
        "from negsim.simulation.rules import machine_code\n"
        "machine_code._processors = lambda: 1\n"
        "p = ns.run('baseline', runs=100, engine='batch')\n"
        "assert len(machine_code._code_or_shares()[1]) == 1\n"
        "print(p.summary().to_json())\n"
    )
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-c", script], cwd=root, env=environment, capture_output=True, text=True)
    assert ended.stderr.startswith("Compiling the ")
    assert ended.stdout == ns.run("baseline", runs=100, engine="batch").summary().to_json() + "\n"
