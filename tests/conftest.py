"""Fixtures that many tests share: a clone's folders, the real projection, and outcomes made by hand."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

from negsim.agenda.status import Reason, Status
from negsim.analysis.context import Context, Entry, IssueFacts
from negsim.analysis.tally import Tally, count, whole
from negsim.simulation.events import OUTCOME, RUN

ROOT = Path(__file__).parent.parent

# The same examples each time; how long one takes says nothing on a busy machine.
settings.register_profile("negsim", deadline=None, derandomize=True, max_examples=30)
settings.load_profile("negsim")


def pytest_configure(config: pytest.Config) -> None:
    """Compile the rules once, before each worker would."""
    if hasattr(config, "workerinput") or not getattr(config.option, "numprocesses", None):
        return
    from negsim.simulation.machine import is_compiled

    if not is_compiled():
        script = "import negsim as ns; ns.run('baseline', runs=1)"
        subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest tests."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(autouse=True)
def _in_clone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Doctests and tests name files as somebody in the clone would."""
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def baseline() -> Any:
    from negsim.scenario.scenario import load

    return load(ROOT / "scenarios" / "baseline.yaml")


@pytest.fixture(scope="session")
def projection(baseline: Any) -> Any:
    """Three hundred runs of the baseline: enough for every feature, done once."""
    from negsim.projection.running import run

    return run(baseline, runs=300, seed=1)


@dataclass(frozen=True)
class Ended:
    """What the command line left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def negsim(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Calls the command line in this process; the note that an engine is being compiled is left out."""
    from negsim.cli import main

    def call(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["negsim", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        err = "".join(line for line in captured.err.splitlines(True) if not line.startswith("Compiling the "))
        return Ended(int(ended.value.code or 0), captured.out, err)

    return call


def context(issues: int = 3, options: tuple[str, ...] = ()) -> Context:
    """Talks over a few issues, from 2025-04-10 to 2028-04-10."""
    facts = tuple(IssueFacts(f"i{k}", f"Issue {k}", "raised", options) for k in range(issues))
    return Context(
        "As it stands",
        date(2025, 4, 10),
        date(2028, 4, 10),
        ("North", "South"),
        facts,
        ("north", "south"),
        "Talks of North and South",
    )


def recorded_as(facts: Context, changes: Any, rounds: Any = ()) -> Context:
    """The same talks with a record: a change of ``n`` raises the next ``n`` issues, one of -1 resolves the first."""
    histories: list[list[Entry]] = [[] for _ in facts.issues]
    raised = 0
    for change in changes:
        for _ in range(change.step):
            histories[raised].append(Entry(change.earliest, change.latest, Status.RAISED))
            raised += 1
        if change.step < 0:
            histories[0].append(Entry(change.earliest, change.latest, Status.RESOLVED))
    issues = tuple(replace(issue, history=tuple(h)) for issue, h in zip(facts.issues, histories, strict=True))
    return replace(facts, issues=issues, rounds=tuple(rounds))


def outcomes(resolved: Any, **columns: Any) -> np.ndarray[Any, Any]:
    """Outcomes with these days of resolution (runs by issues, NaN for never); agreed ten days before, or at once."""
    times = np.asarray(resolved, dtype=float)
    rows = np.zeros(times.shape, OUTCOME)
    rows["resolved"], rows["agreed"], rows["lapsed"] = times, np.maximum(times - 10, 0), np.nan
    rows["u_a"], rows["u_b"], rows["option"] = np.nan, np.nan, -1
    done = ~np.isnan(times)
    rows["status"] = np.where(done, Status.RESOLVED, Status.RAISED)
    rows["reason"] = np.where(done, Reason.RESOLVED, Reason.HORIZON)
    for name, values in columns.items():
        rows[name] = values
    return rows


def heed_interrupts() -> None:
    """For ``preexec_fn``: a shell starts what it puts in the background deaf to Ctrl-C, and that is inherited."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def counted(facts: Context, rows: np.ndarray[Any, Any], clipped: int = 0) -> Tally:
    """The tally of outcomes made by hand."""
    runs = np.zeros(len(rows), RUN)
    runs["clipped"][:1] = clipped
    return count(rows, runs, facts.horizon_days, max((len(issue.options) for issue in facts.issues), default=0))


def by_day(times: Any, horizon: int = 1096) -> np.ndarray[Any, Any]:
    """How many of some times fall on each day; those beyond the horizon, or never, are counted last."""
    values = np.asarray(times, dtype=float)
    return np.bincount(whole(np.where(values < horizon, values, np.nan), horizon), minlength=horizon + 1)


@pytest.fixture(scope="session", autouse=True)
def _plain_terminal() -> Iterator[None]:
    """What the terminal of whoever runs the tests is like must not matter."""
    kept = {name: os.environ.pop(name, None) for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR")}
    yield
    os.environ.update({name: value for name, value in kept.items() if value is not None})
