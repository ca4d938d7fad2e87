"""Limits of a machine: output that cannot be written, too many workers, code that others could place, Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from negsim.simulation import cache
from tests.conftest import ROOT, heed_interrupts

FULL = Path("/dev/full")


def command(*words: object, **more: Any) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "negsim", *map(str, words)]
    return subprocess.run(line, cwd=ROOT, text=True, check=False, stderr=subprocess.PIPE, **more)


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full")
@pytest.mark.parametrize("words", [("scenarios",), ("show", "baseline"), ("schema", "scenario")], ids=" ".join)
def test_output_that_cannot_be_written_is_one_line_and_a_code(words: tuple[str, ...]) -> None:
    with FULL.open("w") as full:
        done = command(*words, stdout=full)
    assert done.returncode == 74
    lines = [line for line in done.stderr.splitlines() if "in 1 file" not in line]
    assert lines == ["the output cannot be read or written: No space left on device"]


@pytest.mark.parametrize("words", [("schema", "scenario"), ("scenarios",)], ids=["long", "short"])
def test_a_reader_that_has_enough_is_no_error(words: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as nobody:
        done = command(*words, stdout=nobody)
    assert (done.returncode, done.stderr) == (1, "")


def test_more_workers_than_processors_are_lowered(negsim: Any) -> None:
    done = negsim("run", "baseline", "--runs", 5, "--workers", 100_000)
    assert done.code == 0
    assert done.err.startswith("--workers 100,000: this machine has ")


@pytest.mark.parametrize("given", ["[0.1,0.2]", "0.1,0.2"])
def test_a_list_in_brackets_is_a_list_of_values(negsim: Any, given: str) -> None:
    done = negsim("sweep", "baseline", "--vary", f"tactics.us.beta={given}", "--runs", 5, "--json")
    assert (done.code, '"experiments": 2' in done.out or done.out.count("0.2") > 0) == (0, True)


@pytest.fixture
def fresh() -> Any:
    cache.cache_folder.cache_clear()
    yield
    cache.cache_folder.cache_clear()


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_machine_code_is_not_loaded_from_where_others_can_write(tmp_path: Path, monkeypatch: Any, fresh: Any) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    tmp_path.chmod(0o777)
    with pytest.raises(PermissionError, match=r"other users can write to .*; run chmod go-w"):
        cache.cache_folder()
    tmp_path.chmod(0o1777)  # as /tmp: nobody can replace what belongs to another
    folder = cache.cache_folder()
    assert (folder.parent, folder.stat().st_mode & 0o777) == (tmp_path, 0o700)
    folder.chmod(0o770)
    cache.cache_folder.cache_clear()
    with pytest.raises(PermissionError, match="other users can write"):
        cache.cache_folder()


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners of POSIX")
def test_machine_code_of_somebody_else_is_not_loaded(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "code").mkdir()
    if os.getuid() == 0:
        os.chown(tmp_path / "code", 4242, -1)
    monkeypatch.setattr(os, "getuid", lambda: 4243)
    assert "belongs to another user" in cache.dangerous(tmp_path / "code")


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("run", "baseline", "--runs", 30_000_000),
        ("run", "baseline", "--runs", 30_000_000, "--workers", 2),
        ("sweep", "baseline", "--vary", "tactics.us.beta=0.1,0.2,0.3", "--runs", 5_000_000, "--workers", 2),
        ("run", "heavy.yaml", "--runs", 3, "--force"),
    ],
    ids=lambda words: " ".join(map(str, words[:2])) + f" {len(words)}",
)
def test_ctrl_c_ends_within_two_seconds(tmp_path: Path, words: tuple[object, ...]) -> None:
    heavy = f"extends: {ROOT}/scenarios/baseline.yaml\ntitle: Heavy\nshocks: {{setback: {{rate: 1e9 per year}}}}\n"
    (tmp_path / "heavy.yaml").write_text(heavy, encoding="utf-8")
    started = subprocess.Popen(
        [sys.executable, "-m", "negsim", *map(str, words)], cwd=tmp_path, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, preexec_fn=heed_interrupts, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    time.sleep(12)
    assert started.poll() is None
    sent = time.monotonic()
    started.send_signal(signal.SIGINT)
    _, err = started.communicate(timeout=30)
    assert time.monotonic() - sent < 2
    assert started.returncode == 130
    assert "Traceback" not in err


@pytest.mark.slow
def test_two_first_runs_at_once_give_equal_results(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir(mode=0o700)
    made = [tmp_path / "one", tmp_path / "two"]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "negsim", "run", "baseline", "--runs", "500", "--engine", "batch", "--out", out],
            cwd=ROOT, stdout=subprocess.DEVNULL, env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "code")},
        )
        for out in made
    ]  # fmt: skip
    assert [process.wait(timeout=600) for process in started] == [0, 0]
    one, two = ({p.name: p.read_bytes() for p in out.rglob("*.parquet")} for out in made)
    assert one == two
