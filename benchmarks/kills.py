"""Kill jobs at random moments, start them again, and compare the bytes of the results with those of an undisturbed job.

    python -m benchmarks.kills --seconds 600

For each job: kills, completed jobs, and whether all bytes were equal. The time is shared equally between the jobs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[1]

#: The command of each job, without the name of its result; an update writes one file, the others a folder.
JOBS: dict[str, tuple[str, ...]] = {
    "run": ("run", "baseline", "--runs", "60000", "--workers", "2", "--out"),
    "sweep": ("sweep", "baseline", "--vary", "tactics.us.beta=0.2,0.3,0.4,0.5,0.6,0.7", "--runs", "300", "--out"),
    "backtest": ("backtest", "brexit", "--out"),
    "timeline": ("timeline", "record_alone", "--dates", "2025-04-10,2025-05-01,2025-06-01", "--runs", "5000", "--out"),
    "scores": ("offers", "--score", "--scores"),
    "update": ("update", "record_alone", "--to", "2025-09-01", "--runs", "5000", "-o"),
}


@dataclass
class Killed:
    """How often a job was killed and completed, the seconds of an undisturbed one, and what was wrong."""

    kills: int = 0
    completed: int = 0
    seconds: float = 0.0
    wrong: str = ""


def contents(place: Path) -> dict[str, bytes]:
    """The files of a result by their names.

    Left out are the manifest, which names the command, and what only the job needed: a job that was killed after its
    last rename leaves that in the result until the next reader removes it.
    """
    if place.is_file():
        return {"": place.read_bytes()}
    files = {path.relative_to(place): path for path in sorted(place.rglob("*")) if path.is_file()}
    mine = ("manifest.json", "job.json", "parts", "tally")
    return {str(name): path.read_bytes() for name, path in files.items() if name.parts[0] not in mine}


def start(*words: object) -> subprocess.Popen[bytes]:
    """Start a command in a process group of its own."""
    line = [sys.executable, "-m", "negsim", *map(str, words)]
    return subprocess.Popen(line, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)


def harass(name: str, folder: Path, seconds: float, random: Random, enough: int = 10**9) -> Killed:
    """Kill a job again and again for some seconds, or until ``enough`` kills; then let it finish."""
    suffix = ".yaml" if name == "update" else ""
    whole, out, found = folder / f"whole{suffix}", folder / f"out{suffix}", Killed()
    begun = time.monotonic()
    _finished(start(*JOBS[name], whole))
    found.seconds = time.monotonic() - begun
    end = time.monotonic() + seconds
    while time.monotonic() < end and found.kills < enough:
        process = start(*JOBS[name], out)
        try:
            process.wait(timeout=random.uniform(0.2, 1.0) * found.seconds)
            _finished(process)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            found.kills += 1
        if out.exists():  # nothing half written has the name of the result
            _compare(found, whole, out)
    _finished(start(*JOBS[name], out))
    _compare(found, whole, out)
    left = {path.name for path in folder.iterdir()} - {whole.name}
    found.wrong = found.wrong or (f"left behind: {', '.join(sorted(left))}" if left else "")
    return found


def _finished(process: subprocess.Popen[bytes]) -> None:
    said = process.communicate()[1].decode()
    if process.returncode != 0:
        raise RuntimeError(f"the job ended with {process.returncode}: {said}")


def _compare(found: Killed, whole: Path, out: Path) -> None:
    found.completed += 1
    if contents(out) != contents(whole):
        found.wrong = "other bytes"
    shutil.rmtree(out) if out.is_dir() else out.unlink()


def main() -> None:
    """Harass every job for its share of the time and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=17)
    given = parser.parse_args()
    random, total, wrong = Random(given.seed), 0, False
    print(f"{'job':<10}{'kills':>6}{'completed':>11}{'seconds of one':>16}  result", flush=True)
    for name in JOBS:
        with tempfile.TemporaryDirectory() as folder:
            found = harass(name, Path(folder), given.seconds / len(JOBS), random)
        total, wrong = total + found.kills, wrong or bool(found.wrong)
        print(
            f"{name:<10}{found.kills:>6}{found.completed:>11}{found.seconds:>16.1f}  {found.wrong or 'same bytes'}",
            flush=True,
        )
    print(f"{total} kills")
    sys.exit(wrong)


if __name__ == "__main__":
    main()
