"""Whole processes: the time of commands from start to end, and their peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import BASELINE, ROOT, TURNS, median, table

NEGSIM = [sys.executable, "-c", "from negsim.cli import main; main()"]
RUN = [*NEGSIM, "run", str(BASELINE), "--runs"]
#: No turn of whole commands starts after so many seconds.
LIMIT = 120.0


def spent(command: list[str], **environment: str) -> tuple[float, float, float]:
    """Wall time and processor time in seconds, and peak memory in MB.

    Python keeps its bytecode, as it does for a user: without it every start compiles the source of the package again.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | environment
    start = time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=errors, env=environment)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        if child.returncode:
            raise RuntimeError(errors.read().decode())
    unit = 1 if sys.platform == "darwin" else 1024
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss * unit / 1e6


def startup(turns: int = TURNS) -> None:
    """Print the time of commands, beside a Python that does nothing."""
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "negsim --help": [*NEGSIM, "--help"],
        "negsim check": [*NEGSIM, "check", str(BASELINE)],
        "negsim trace": [*NEGSIM, "trace", str(BASELINE)],
        "negsim when": [*NEGSIM, "when", str(BASELINE)],
        "negsim run, 2,000 runs": [*RUN, "2000"],
    }
    with tempfile.TemporaryDirectory() as folder:
        for name in ("plot", "report"):
            commands[f"negsim {name}"] = [*NEGSIM, name, str(BASELINE), "-o", f"{folder}/{name}"]
        commands["negsim plot"][-1] += ".svg"
        commands["negsim explain"] = [*NEGSIM, "explain", str(BASELINE), "banking"]
        _startup(commands, turns, folder)


def _startup(commands: dict[str, list[str]], turns: int, folder: str) -> None:
    run = commands["negsim run, 2,000 runs"]
    begun = time.perf_counter()
    first = spent(run, NUMBA_CACHE_DIR=f"{folder}/cache")
    spent(run)  # fills the cache
    turns_of: list[dict[str, tuple[float, float, float]]] = []
    while not turns_of or (len(turns_of) < turns and time.perf_counter() - begun < LIMIT):
        turns_of.append({name: spent(command) for name, command in commands.items()})
    rows = [(name, *(median(turn[name][k] for turn in turns_of) for k in (0, 1))) for name in commands]
    rows.append(("first run ever, empty cache, once", *first[:2]))
    table(f"Whole commands, warm caches, turns: {len(turns_of)}", ("command", "wall time (s)", "processor (s)"), rows)


def memory(runs: int = 1_000_000) -> None:
    """Print the peak memory of a million runs."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        commands = {
            "100 runs": [*RUN, "100"],
            f"{runs:,} runs": [*RUN, str(runs)],
            f"{runs:,} runs, --out": [*RUN, str(runs), "--out", str(out)],
        }
        figures = {name: spent(command) for name, command in commands.items()}
        size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) / 1e6
    rows = [(name, peak, seconds) for name, (seconds, _, peak) in figures.items()]
    title = f"Memory (--out writes {size:,.0f} MB)"
    table(title, ("negsim run", "peak MB (under 1,500)", "wall time (s)"), rows)
