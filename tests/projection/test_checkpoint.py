"""Long work is safe: whatever stops it, the same command goes on and ends with the bytes of an undisturbed run."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import negsim as ns
from negsim.errors import NegsimError
from negsim.projection.running import run
from negsim.projection.storage import ChunkCheckpoint, refuse_to_overwrite
from tests.conftest import heed_interrupts

ROOT = Path(__file__).parents[2]
BASELINE = ROOT / "scenarios" / "baseline.yaml"
COMMAND = ["run", BASELINE, "--runs", 300, "--engine", "batch", "--workers", 1, "--out", "out"]

#: The command line with small chunks: job.json is the first file that is put in its place, each chunk the next three,
#: then come the tally and the manifest.
SMALL = "import negsim.projection.chunks; negsim.projection.chunks.CHUNK = 64\nfrom negsim.cli import main\n"

#: Kills its own process at the ``n``-th call of ``os.replace`` or ``os.rename`` that has to do with the folder: before
#: it happens, when what it would move is written beside its place.
KILLED = """
import os, signal, sys
what, left = sys.argv.pop(1), int(sys.argv.pop(1))
real = getattr(os, what)

def move(one, other):
    global left
    left -= "out" in str(other)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    real(one, other)

setattr(os, what, move)
"""
#: Kills it when the result is in its place, but not yet tidy.
KILLED_TIDYING = """
import os, signal, sys
import negsim.files.checkpoint
def tidy_up(result):
    if (result / "job.json").exists():
        os.kill(os.getpid(), signal.SIGKILL)
negsim.files.checkpoint.tidy_up = tidy_up
"""


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def python(script, *arguments, cwd):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=heed_interrupts,
    )  # fmt: skip


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr("negsim.projection.chunks.CHUNK", 64)


@pytest.fixture
def place(tmp_path, monkeypatch, small_chunks):
    """An empty folder to work in."""
    folder = tmp_path / "place"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def undisturbed(negsim, place, tmp_path, monkeypatch):
    """The files of the same command when nothing happens."""
    quiet = tmp_path / "quiet"
    quiet.mkdir()
    monkeypatch.chdir(quiet)
    assert negsim(*COMMAND).code == 0
    assert [path.name for path in quiet.iterdir()] == ["out"]
    monkeypatch.chdir(place)
    return files(quiet / "out")


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    ("script", "finished"),
    [
        pytest.param((KILLED, "replace", 1), 0, id="before anything", marks=SLOW),
        pytest.param((KILLED, "replace", 3), 0, id="within the first chunk", marks=SLOW),
        pytest.param((KILLED, "replace", 9), 2, id="within a chunk", marks=SLOW),
        pytest.param((KILLED, "replace", 17), 5, id="before the tally", marks=SLOW),
        pytest.param((KILLED, "replace", 18), 5, id="before the manifest", marks=SLOW),
        pytest.param((KILLED, "rename", 1), 5, id="before the last step", marks=SLOW),
        pytest.param((KILLED_TIDYING,), 5, id="after the last step", marks=SLOW),
    ],
)
def test_what_was_killed_goes_on_and_ends_with_the_same_bytes(
    negsim, place, undisturbed, monkeypatch, script, finished
):
    with python(f"{script[0]}{SMALL}main()", *script[1:], *COMMAND, cwd=place) as process:
        out, err = process.communicate(timeout=300)
    assert (process.returncode, out, err) == (-signal.SIGKILL, "", "")
    kept = [path for path in place.rglob("*.npz") if path.parent.name == "tally" and not path.name.startswith(".")]
    assert len(kept) == finished

    played = []
    from negsim.simulation.engines import batch

    real = batch.run
    monkeypatch.setattr(batch, "run", lambda *a: played.append(a[2]) or real(*a))
    assert negsim(*COMMAND).code == 0
    assert files(place / "out") == undisturbed
    assert [path.name for path in place.iterdir()] == ["out"]
    if script[0] == KILLED:
        assert played == [64 * k for k in range(finished, 5)]


@pytest.mark.alone
@pytest.mark.slow
def test_a_result_that_was_being_replaced_when_killed_is_replaced_in_the_end(negsim, place, undisturbed):
    assert negsim("run", BASELINE, "--runs", 5, "--out", "out").code == 0
    with python(f"{KILLED}{SMALL}main()", "rename", 2, *COMMAND, "--force", cwd=place) as process:
        process.communicate(timeout=300)
    assert process.returncode == -signal.SIGKILL
    assert negsim(*COMMAND, "--force").code == 0
    found = files(place / "out")
    found["manifest.json"] = found["manifest.json"].replace(b" --force", b"")
    assert found == undisturbed
    assert [path.name for path in place.iterdir()] == ["out"]


@pytest.mark.alone
@pytest.mark.slow
def test_kill_at_any_time_by_the_clock(negsim, tmp_path, monkeypatch):
    """Real chunks, a real signal, three times, and workers at the end."""
    command = ["run", BASELINE, "--runs", 60000, "--out", "out"]
    places = [tmp_path / name for name in ("disturbed", "quiet")]
    for place in places:
        place.mkdir()
    script = "from negsim.cli import main; main()"
    for least in (1, 2, 4):
        with python(script, *command, cwd=places[0]) as process:
            while len(list(places[0].glob("out.unfinished/tally/*.npz"))) < least:
                time.sleep(0.02)
                assert process.poll() is None
            process.kill()
            process.communicate(timeout=60)
    for place in places:
        monkeypatch.chdir(place)
        assert negsim(*command).code == 0
    assert files(places[0]) == files(places[1])


@pytest.mark.alone
@pytest.mark.slow
def test_an_interrupt_keeps_what_is_finished_and_says_how_to_go_on(negsim, place, undisturbed):
    late = "f = w.count\nw.count = lambda *a: time.sleep(0.2) or f(*a)"
    slow = f"{SMALL}import time, negsim.projection.execution as w\n{late}\nmain()"
    with python(slow, *COMMAND, cwd=place) as process:
        while not list(place.glob("out.unfinished/tally/*.npz")):
            time.sleep(0.02)
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err == "Stopped. out.unfinished holds the finished runs. The same command resumes there.\n"
    assert [path.name for path in place.iterdir()] == ["out.unfinished"]
    assert negsim(*COMMAND).code == 0
    assert files(place / "out") == undisturbed


@pytest.mark.slow
def test_more_runs_go_on_from_what_fewer_had_finished(baseline, place):
    def stop(runs):
        if runs:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(baseline, 100, out="out", progress=stop)
    seen = []
    with pytest.raises(KeyboardInterrupt):
        run(baseline, 200, out="out", progress=lambda runs: seen.append(runs) or (sum(seen) > 100 and stop(1)))
    assert sum(seen[:1]) == 0
    seen.clear()
    run(baseline, 300, out="out", progress=seen.append)
    assert (seen[0], sum(seen)) == (64, 300)
    assert ns.Projection.load("out").outcomes.tobytes() == run(baseline, 300).outcomes.tobytes()


def test_the_second_of_two_commands_on_a_folder_says_so_and_stops(negsim, place, baseline):
    with ChunkCheckpoint(Path("out"), {"some": "job"}, tuple(baseline.issues)):
        before = files(place)
        ended = negsim(*COMMAND)
        assert (ended.code, ended.out) == (2, "")
        assert ended.err == "another negsim is at work on out; wait for it, or name another folder\n"
        assert files(place) == before


@pytest.mark.slow
def test_two_commands_at_once_leave_the_result_of_one(place, undisturbed):
    both = [python(f"{SMALL}main()", *COMMAND, cwd=place) for _ in range(2)]
    ended = [(process.communicate(timeout=300)[1], process.returncode) for process in both]
    assert sorted(code for _, code in ended) in ([0, 0], [0, 2])
    assert all("another negsim is at work on out" in err for err, code in ended if code)
    assert files(place / "out") == undisturbed
    assert [path.name for path in place.iterdir()] == ["out"]


def test_unfinished_work_of_another_job_is_kept(negsim, place):
    ChunkCheckpoint(Path("out"), {"some": "job"}, ("a",)).close()
    before = files(place)
    ended = negsim(*COMMAND)
    assert ended.code == 2
    assert "out.unfinished holds unfinished work of another job, with another some (job, not none)" in ended.err
    assert files(place) == before


@pytest.mark.parametrize(
    ("at", "error"), [*((at, errno.ENOSPC) for at in (1, 3, 8, 17, 18)), (8, errno.EACCES), (17, errno.EROFS)]
)
def test_a_disk_that_fails_midway_is_a_clear_error_and_nothing_is_lost(
    negsim, place, undisturbed, monkeypatch, at, error
):
    real, count = Path.write_bytes, 0

    def write(path, content):
        nonlocal count
        count += 1
        if count >= at:
            real(path, content[: len(content) // 2])
            raise OSError(error, os.strerror(error), str(path))
        return real(path, content)

    with monkeypatch.context() as full:
        full.setattr(Path, "write_bytes", write)
        ended = negsim(*COMMAND)
        assert (ended.code, ended.out) == (2, "")
        assert f"cannot be written: {os.strerror(error)}" in ended.err
        assert len(ended.err.splitlines()) == 1
    assert len(list(place.glob("out.unfinished/tally/*.npz"))) == min(max(0, (at - 2) // 3), 5)
    assert not [path for path in place.rglob("*") if path.name.startswith(".")]
    assert negsim(*COMMAND).code == 0
    assert files(place / "out") == undisturbed


@pytest.mark.slow
def test_a_limit_of_the_system_itself_is_a_clear_error(place, negsim, undisturbed):
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))\n"
    with python(f"{limited}{SMALL}main()", *COMMAND, cwd=place) as process:
        out, err = process.communicate(timeout=300)
    assert (process.returncode, out) == (2, "")
    assert "cannot be written: File too large" in err
    assert "Traceback" not in err
    assert negsim(*COMMAND).code == 0
    assert files(place / "out") == undisturbed


def test_a_folder_that_cannot_be_written_is_a_clear_error(negsim, tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    # Rights do not bind a superuser; the kernel's own folders do.
    target = (locked if os.getuid() else Path("/sys")) / "out"
    ended = negsim("run", BASELINE, "--runs", 5, "--out", target)
    assert (ended.code, ended.out) == (2, "")
    assert f"{target} cannot be written" in ended.err
    assert "Traceback" not in ended.err


def test_half_a_file_is_no_file(baseline, place):
    played = []

    def stop(runs):
        played.append(runs)
        if sum(played) == 150:  # the last chunk has run and is not written yet
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(baseline, 150, out="out", progress=stop)
    tallies = sorted(place.glob("out.unfinished/tally/*.npz"))
    assert len(tallies) == 2
    tallies[0].write_bytes(tallies[0].read_bytes()[:100])
    next(place.glob("out.unfinished/runs/000001.parquet")).unlink()
    seen = []
    run(baseline, 150, out="out", progress=seen.append)
    assert (seen[0], sum(seen)) == (0, 150)


def test_a_result_that_is_not_tidy_yet_may_be_replaced_and_read(baseline, place):
    run(baseline, 5, out="out")
    (place / "out" / "tally").mkdir()
    (place / "out" / "job.json").write_text("{}")
    assert ns.Projection.load("out").runs == 5
    refuse_to_overwrite(Path("out"), baseline.hash)
    with pytest.raises(NegsimError, match="is not changed"):
        refuse_to_overwrite(Path("out"), "another")


def test_the_folder_one_is_in_can_be_the_result(baseline, place):
    run(baseline, 5, out=".")
    assert ns.Projection.load(place).runs == 5


def test_a_bar_shows_what_was_there_before_and_is_quiet_when_piped(negsim, place, monkeypatch, capsys):
    from negsim.cli.execution import progress

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with progress(1000, "baseline") as advance:
        advance(400)
        advance(600)
    assert "400 from before" in capsys.readouterr().err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    with progress(1000, "baseline") as advance:
        advance(400)
    assert capsys.readouterr().err == ""


MANY = """
import json, resource, sys
import negsim as ns
p = ns.run(ns.load(sys.argv[1]), int(sys.argv[2]), engine="batch", out=sys.argv[3] or None)
print(json.dumps([p.digest.all_resolved.p, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20]))
"""


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.parametrize(("runs", "out"), [(1_000_000, "out"), (440_000, "")], ids=["to disk", "as many as are kept"])
def test_a_million_runs_need_little_memory(tmp_path, runs, out):
    with python(MANY, BASELINE, runs, out, cwd=tmp_path) as process:
        text, err = process.communicate(timeout=580)
    assert process.returncode == 0, err
    chance, gigabytes = json.loads(text)
    assert 0 <= chance <= 1
    assert gigabytes < 1.5
