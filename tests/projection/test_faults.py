"""Faults: a process killed at any moment, a full disk, damaged parts, two writers. Nothing is lost or wrongly read."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

import negsim as ns
from benchmarks.kills import JOBS, contents, harass
from negsim.files import code_fingerprint
from negsim.history import load_offers, score_offers
from negsim.projection import chunks
from negsim.projection import run as run_all
from tests.conftest import ROOT, heed_interrupts

OFFERS = load_offers(ROOT / "seeds" / "offers").negotiations
#: How long the tests that kill go on; ``python -m benchmarks.kills`` does it for longer.
SECONDS = float(os.environ.get("NEGSIM_FAULT_SECONDS", "4"))


def start(*words: object, **more: Any) -> subprocess.Popen[bytes]:
    line = [sys.executable, "-m", "negsim", *map(str, words)]
    return subprocess.Popen(line, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)


def ended(process: subprocess.Popen[bytes]) -> int:
    """The exit code; the pipe is read and closed."""
    process.communicate(timeout=300)
    return process.returncode


def tables(folder: Path) -> dict[str, bytes]:
    kept = (path for path in sorted(folder.rglob("*")) if path.suffix in (".parquet", ".npz"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in kept}


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize("name", [name for name in JOBS if name != "scores"])  # minutes long: benchmarks.kills does it
def test_a_job_killed_at_random_moments_ends_with_the_same_bytes(tmp_path: Path, name: str) -> None:
    found = harass(name, tmp_path, SECONDS, Random(17))
    assert found.kills > 0
    assert found.wrong == ""


@pytest.mark.slow
def test_a_full_disk_is_one_line_and_the_job_resumes(tmp_path: Path) -> None:
    whole, out = tmp_path / "whole", tmp_path / "out"
    words = ("run", "baseline", "--runs", "20000")
    assert ended(start(*words, "--out", whole)) == 0

    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    full = start(*words, "--out", out, preexec_fn=small_files)
    _, err = full.communicate(timeout=300)
    said = err.decode()
    assert full.returncode == 2
    assert "cannot be written" in said
    assert "Traceback" not in said
    assert not out.exists()
    assert ended(start(*words, "--out", out)) == 0
    assert tables(out) == tables(whole)


@pytest.fixture
def small_chunks(monkeypatch: Any) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 64)


KINDS = ("outcomes/{:06}.parquet", "runs/{:06}.parquet", "tally/{:06}.npz")


@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "remove", "junk"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_part_of_a_stopped_job_is_made_again(
    tmp_path: Path, small_chunks: None, baseline: Any, kind: str, harm: str
) -> None:
    whole = run_all(baseline, 192, out=tmp_path / "whole")
    played: list[int] = []

    def stop(runs: int) -> None:
        played.append(runs)
        if sum(played) > 130:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_all(baseline, 192, out=tmp_path / "out", progress=stop)
    file = tmp_path / "out.unfinished" / kind.format(0)
    raw = file.read_bytes()
    if harm == "remove":
        file.unlink()
    elif harm == "flip":
        for place in range(len(raw) // 3, len(raw), len(raw) // 3 + 1):
            raw = raw[:place] + bytes([raw[place] ^ 4]) + raw[place + 1 :]
        file.write_bytes(raw)
    else:
        file.write_bytes({"cut": raw[: len(raw) // 2], "empty": b"", "junk": b"junk" * 100}[harm])
    seen: list[int] = []
    again = run_all(baseline, 192, out=tmp_path / "out", progress=seen.append)
    assert seen[0] == 64  # the damaged chunk does not count as finished
    assert tables(tmp_path / "out") == tables(tmp_path / "whole")
    assert again.outcomes.tobytes() == whole.outcomes.tobytes()


def test_a_part_with_other_values_does_not_fit_its_counts(tmp_path: Path, small_chunks: None, baseline: Any) -> None:
    import pandas as pd

    with pytest.raises(KeyboardInterrupt):
        run_all(baseline, 192, out=tmp_path / "out", progress=lambda runs: stop_at(tmp_path))
    file = tmp_path / "out.unfinished" / "outcomes" / "000000.parquet"
    table = pd.read_parquet(file)
    table.loc[table["resolved"].idxmin(), "resolved"] += 30
    table.to_parquet(file, index=False)
    seen: list[int] = []
    run_all(baseline, 192, out=tmp_path / "out", progress=seen.append)
    assert seen[0] == 0


def stop_at(folder: Path) -> None:
    if (folder / "out.unfinished" / "tally" / "000000.npz").exists():
        raise KeyboardInterrupt


@pytest.mark.slow
def test_two_writers_do_not_mix(tmp_path: Path) -> None:
    out = tmp_path / "out"
    both = [start("run", "baseline", "--runs", "200000", "--out", out) for _ in range(2)]
    found = [(process.communicate(timeout=300)[1].decode(), process.returncode) for process in both]
    assert sorted(code for _, code in found) == [0, 2]
    assert any("another negsim is at work" in err for err, _ in found)
    assert ns.Projection.load(out).runs == 200_000


def workers_of(process: subprocess.Popen[bytes]) -> list[int]:
    """The two workers of a sweep, a second after they have started; the first child is the tracker of resources."""
    children: list[int] = []
    while len(children) < 3:
        assert process.poll() is None
        time.sleep(0.1)
        found = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False)
        children = [int(pid) for pid in found.stdout.split()]
    time.sleep(1)
    return children[1:]


@pytest.mark.slow
@pytest.mark.alone
def test_a_worker_that_dies_is_named_and_the_sweep_resumes(tmp_path: Path) -> None:
    words = ("sweep", "baseline", "--vary", "tactics.us.beta=0.2,0.3,0.4,0.5", "--runs", "200000", "--workers", "2")
    process = start(*words, "--out", tmp_path / "out")
    os.kill(workers_of(process)[-1], signal.SIGKILL)
    err = process.communicate(timeout=120)[1].decode()
    assert (process.returncode, "a worker is lost" in err, "Traceback" in err) == (2, True, False)
    assert ended(start(*words, "--out", tmp_path / "out")) == 0


@pytest.mark.slow
@pytest.mark.alone
def test_a_worker_that_hangs_is_ended_by_ctrl_c_and_the_sweep_resumes(tmp_path: Path) -> None:
    words = ("sweep", "baseline", "--vary", "tactics.us.beta=0.2,0.3,0.4,0.5", "--runs", "200000", "--workers", "2")
    process = start(*words, "--out", tmp_path / "out", preexec_fn=heed_interrupts)
    for pid in workers_of(process):
        os.kill(pid, signal.SIGSTOP)
    process.send_signal(signal.SIGINT)
    begun = time.monotonic()
    err = process.communicate(timeout=60)[1].decode()
    assert time.monotonic() - begun < 4
    assert (process.returncode, "Traceback" in err) == (130, False)
    assert ended(start(*words, "--out", tmp_path / "out")) == 0


#: Jobs with a checkpoint, each with its progress and folder.
RESUMED: dict[str, Callable[[Callable[..., object], Path], object]] = {
    "run": lambda stop, out: ns.run("baseline", 192, out=out, progress=stop),
    "sweep": lambda stop, out: ns.sweep("baseline", {"tactics.us.beta": [0.5, 1.0]}, runs=5, out=out, progress=stop),
    "timeline": lambda stop, out: ns.timeline("record_alone", "quarter", runs=20, out=out, progress=stop),
    "scores": lambda stop, out: score_offers(FEW, out, stop),
}
FEW = {name: OFFERS[name] for name in ("nhl_2004", "docks_2024", "boeing_2024", "quebec_2023")}


def stopped(name: str, out: Path) -> Path:
    """The parts of a job that was stopped in the middle."""

    def stop(*_: object) -> None:
        if any(out.with_name("out.unfinished").rglob("0*.npz")) or any(
            out.with_name("out.unfinished").rglob("p*/*.json")
        ):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        RESUMED[name](stop, out)
    return out.with_name("out.unfinished")


@pytest.mark.parametrize("name", RESUMED)
def test_parts_made_by_other_code_are_not_used(tmp_path: Path, small_chunks: None, monkeypatch: Any, name: str) -> None:
    out = tmp_path / "out"
    parts = {path: path.read_bytes() for path in stopped(name, out).rglob("*") if path.is_file()}
    with monkeypatch.context() as changed:
        changed.setattr("negsim.files.checkpoint.code_fingerprint", lambda: "0123456789ab")
        with pytest.raises(
            ns.NegsimError, match=r"with another code \(.{12}, not 0123456789ab\); remove it, or name an"
        ):
            RESUMED[name](lambda *_: None, out)
    assert {path: path.read_bytes() for path in parts} == parts
    RESUMED[name](lambda *_: None, out)
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["code"] == code_fingerprint()


def test_every_file_of_the_code_is_in_its_fingerprint(monkeypatch: Any) -> None:
    whole, read = code_fingerprint(), Path.read_bytes
    for name in ("rules/meetings.py", "history/baselines.py", "ingest/lexicon.yaml"):
        monkeypatch.setattr(Path, "read_bytes", lambda path, n=name: read(path) + b" " * path.as_posix().endswith(n))
        assert code_fingerprint.__wrapped__() != whole
    monkeypatch.undo()
    assert code_fingerprint.__wrapped__() == whole


@pytest.mark.parametrize("name", ["sweep", "timeline", "scores"])
def test_a_part_with_one_other_digit_is_made_again(tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    part = next((stopped(name, out) / "parts").iterdir())
    text = part.read_text(encoding="utf-8")
    at = max(place for place, letter in enumerate(text) if letter.isdigit())
    part.write_text(text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :], encoding="utf-8")
    RESUMED[name](lambda *_: None, out)
    RESUMED[name](lambda *_: None, tmp_path / "whole")
    assert contents(out) == contents(tmp_path / "whole")


@pytest.mark.parametrize("name", ["timeline", "scores"])
def test_a_folder_with_files_of_somebody_is_not_replaced(tmp_path: Path, name: str) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ns.NegsimError, match="holds no"):
        RESUMED[name](lambda *_: None, tmp_path / "mine")
    RESUMED[name](lambda *_: None, tmp_path / "out")
    (tmp_path / "out" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ns.NegsimError, match=r"holds other files \(notes.txt\); name another folder"):
        RESUMED[name](lambda *_: None, tmp_path / "out")
    assert (tmp_path / "out" / "notes.txt").exists()


def test_a_clock_that_jumps_changes_nothing() -> None:
    """Only two defaults read the date of today; what is timed uses a clock that never goes back."""
    words = ("time.time(", "datetime.now", "date.today", "utcnow", "localtime")
    sources = {path.relative_to(ROOT / "negsim").as_posix(): path.read_text() for path in ROOT.glob("negsim/**/*.py")}
    readers = {name for name, text in sources.items() if any(word in text for word in words)}
    assert readers == {"agenda/agenda.py", "cli/new.py"}
