"""Whole processes: how long commands take from start to end, and how much memory they hold at most."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import BASELINE, ROOT, TURNS, middle, table

NEGSIM = [sys.executable, "-c", "from negsim.cli import main; main()"]


def spent(command: list[str]) -> tuple[float, float, float]:
    """Seconds on the wall, seconds of processor, and the most memory held, in MB."""
    start = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert child.stderr is not None
    said = child.stderr.read()
    child.stderr.close()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(said.decode())
    unit = 1 if sys.platform == "darwin" else 1024
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss * unit / 1e6


def startup(turns: int = TURNS) -> None:
    """Print what commands take, beside a Python that does nothing."""
    run = [*NEGSIM, "run", str(BASELINE), "--runs"]
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "negsim --help (under 0.2 s)": [*NEGSIM, "--help"],
        "negsim check (under 0.5 s)": [*NEGSIM, "check", str(BASELINE)],
        "negsim run, 100 runs": [*run, "100"],
        "negsim run, 10,000 runs": [*run, "10000"],
    }
    spent(commands["negsim run, 10,000 runs"])  # fills the cache of compiled rules
    figures = [{name: spent(command)[:2] for name, command in commands.items()} for _ in range(turns)]
    rows = [(name, *(middle(turn[name][k] for turn in figures) for k in (0, 1))) for name in commands]
    few, many = list(commands)[-2:]
    rows.append(
        (
            "10,000 runs against 100, ratio (at most 1.5)",
            *(middle(turn[many][k] / turn[few][k] for turn in figures) for k in (0, 1)),
        )
    )
    table("Whole commands, caches warm", ("command", "s on the wall", "s of processor"), rows)


def memory(runs: int = 1_000_000) -> None:
    """Print the most memory that a million runs hold."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        kept = str(Path(folder) / "out")
        for name, count, more in (
            ("100 runs", 100, []),
            (f"{runs:,} runs", runs, []),
            (f"{runs:,} runs, --out", runs, ["--out", kept]),
        ):
            seconds, _, most = spent([*NEGSIM, "run", str(BASELINE), "--runs", str(count), *more])
            rows.append((name, most, seconds))
        size = sum(path.stat().st_size for path in Path(kept).rglob("*") if path.is_file()) / 1e6
    table(f"Memory (the folder holds {size:,.0f} MB)", ("negsim run", "most MB (under 1,500)", "s on the wall"), rows)
