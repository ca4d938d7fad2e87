"""Many runs: whoever plays them and however they are cut, the bytes are the same."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from negsim.errors import NegsimError
from negsim.projection import executors
from negsim.projection.chunks import CHUNK, sizes
from negsim.projection.executors import dask_executor, local_executor
from negsim.projection.running import run
from negsim.scenario.scenario import load
from negsim.simulation.compiler import compile as compile_scenario
from negsim.simulation.engines import batch, reference

ROOT = Path(__file__).parents[2]
RUNS = 700


def same(one, other):
    tallies = (one.tally.arrays(), other.tally.arrays())
    return (
        one.outcomes.tobytes() == other.outcomes.tobytes()
        and one.run_table.tobytes() == other.run_table.tobytes()
        and all(a.tobytes() == b.tobytes() for a, b in zip(*(t.values() for t in tallies), strict=True))
    )


@pytest.fixture(scope="module")
def expulsions():
    return load(ROOT / "scenarios" / "expulsions.yaml")


@pytest.fixture
def small_chunks(monkeypatch):
    """Eleven chunks and a rest, where the real ones would need a hundred thousand runs."""
    monkeypatch.setattr("negsim.projection.chunks.CHUNK", 64)


@pytest.fixture
def alone(expulsions, small_chunks):
    return run(expulsions, RUNS, seed=3, engine="batch")


def test_chunks_cover_every_run_once_whatever_the_first():
    for runs, first in ((1, 0), (CHUNK, 0), (CHUNK + 1, 0), (30000, 5), (1, CHUNK - 1), (2, CHUNK - 1)):
        pieces = sizes(runs, first).values()
        assert [k for start, count in pieces for k in range(start, start + count)] == list(range(first, first + runs))


def test_threads_give_the_same_bytes(expulsions, alone):
    with ThreadPoolExecutor(3) as executor:
        assert same(run(expulsions, RUNS, seed=3, engine="batch", workers=executor), alone)


@pytest.mark.slow
def test_processes_give_the_same_bytes_on_either_engine(expulsions, alone):
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        for engine in ("batch", "reference"):
            assert same(run(expulsions, RUNS, seed=3, engine=engine, workers=executor), alone)


@pytest.mark.slow
def test_loky_gives_the_same_bytes(expulsions, alone):
    import loky

    with loky.ProcessPoolExecutor(2) as executor:
        assert same(run(expulsions, RUNS, seed=3, engine="batch", workers=executor), alone)


class Backwards(Executor):
    """Finishes the last task first, and only when nobody has anything more to give."""

    def __init__(self):
        self.waiting = []
        self._max_workers = 3

    def submit(self, task, /, *arguments, **named):
        future = Future()
        self.waiting.append((future, task, arguments))
        if len(self.waiting) == 6:
            threading.Timer(0.05, self.finish).start()
        return future

    def finish(self):
        while self.waiting:
            future, task, arguments = self.waiting.pop()
            future.set_result(task(*arguments))


def test_chunks_that_come_back_in_any_order_are_added_up_in_theirs(expulsions, small_chunks):
    whole = run(expulsions, 6 * 64, seed=3)
    assert same(run(expulsions, 6 * 64, seed=3, workers=Backwards()), whole)


@pytest.mark.parametrize("engine", [batch, reference], ids=["batch", "reference"])
def test_any_split_and_one_run_alone_give_the_same_bytes(expulsions, alone, engine):
    model = compile_scenario(expulsions)
    for first, runs in ((0, 1), (63, 2), (500, 37), (RUNS - 1, 1)):
        outcomes, rows = engine.run(model, 3, first, runs)
        assert outcomes.tobytes() == alone.outcomes[first : first + runs].tobytes()
        assert rows.tobytes() == alone.run_table[first : first + runs].tobytes()


def test_many_threads_of_one_engine_do_not_disturb_each_other(expulsions, alone):
    model, found = compile_scenario(expulsions), {}

    def play(k):
        found[k] = batch.run(model, 3, 64 * k, 64)[0]

    threads = [threading.Thread(target=play, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.concatenate([found[k] for k in range(8)]).tobytes() == alone.outcomes[:512].tobytes()


def test_workers_on_the_command_line_change_nothing(negsim):
    command = ("run", "scenarios/baseline.yaml", "-n", 300, "--json")
    texts = [negsim(*command, *more).out for more in ((), ("--workers", 2))]
    assert texts[0] == texts[1] != ""


def _die(*_):
    os._exit(9)


def test_a_worker_that_dies_is_an_error_that_says_so(expulsions, small_chunks, monkeypatch):
    monkeypatch.setattr("negsim.projection.execution._task", _die)
    with (
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor,
        pytest.raises(NegsimError, match=r"a worker is lost .* the same call resumes"),
    ):
        run(expulsions, RUNS, workers=executor)


def test_an_error_of_the_model_comes_through_workers_as_it_is(expulsions, monkeypatch):
    def fail(*_, **__):
        raise NegsimError("run 7: too old")

    monkeypatch.setattr("negsim.simulation.engines.batch.run", fail)
    with ThreadPoolExecutor(2) as executor, pytest.raises(NegsimError, match=r"^run 7: too old$"):
        run(expulsions, RUNS, engine="batch", workers=executor)


def test_workers_that_are_left_in_the_middle_end(expulsions):
    with local_executor(2) as executor:
        running = [executor.submit(threading.Event().wait, 0.1) for _ in range(50)]
    assert sum(future.cancelled() for future in running) >= 40


@pytest.mark.slow
def test_a_cluster_that_nobody_answers_for_is_an_error(negsim):
    ended = negsim("run", "scenarios/baseline.yaml", "--dask", "nonsense://1")
    assert (ended.code, ended.out) == (2, "")
    assert "no Dask cluster answers at nonsense://1" in ended.err
    nobody = "tcp://127.0.0.1:9"
    with pytest.raises(NegsimError, match=f"no Dask cluster answers at {nobody}"), dask_executor(nobody, 1):
        pass


def test_without_dask_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NegsimError, match=r"pip install 'negsim\[dask\]'"), dask_executor("tcp://127.0.0.1:9"):
        pass


CLUSTER = """
import os, signal, sys, threading, time

import negsim.projection.chunks

negsim.projection.chunks.CHUNK = 64
import negsim as ns
import negsim.projection.execution

negsim.projection.execution.TASK = 0.0

def main():
    from distributed import Client, LocalCluster

    scenario = ns.load("scenarios/expulsions.yaml")
    alone = ns.run(scenario, 40000, seed=3, engine="batch")
    two = LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0")
    with two as cluster, Client(cluster) as client:
        workers = client.run(os.getpid)
        assert len(workers) == 2 and os.getpid() not in workers.values()
        finished, killed = 0, []

        def progress(runs):
            nonlocal finished
            finished += runs
            if finished > 2000 and not killed:
                killed.append(next(iter(workers.values())))
                os.kill(killed[0], signal.SIGKILL)

        there = ns.run(scenario, 40000, seed=3, engine="batch", workers=client.get_executor(), progress=progress)
        assert killed and killed[0] not in client.run(os.getpid).values()
    assert there.outcomes.tobytes() == alone.outcomes.tobytes()
    assert there.run_table.tobytes() == alone.run_table.tobytes()
    print("the same bytes")

if __name__ == "__main__":
    main()
"""


@pytest.mark.alone
@pytest.mark.slow
def test_a_dask_cluster_gives_the_same_bytes_though_a_worker_is_killed(tmp_path, root):
    script = tmp_path / "cluster.py"
    script.write_text(CLUSTER)
    environment = {**os.environ, "PYTHONPATH": str(root), "DASK_TEMPORARY_DIRECTORY": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, str(script)],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert ended.stdout.strip().endswith("the same bytes"), ended.stderr[-3000:]


SERVED = """
import sys
from distributed import LocalCluster

if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@pytest.mark.slow
def test_the_command_line_uses_a_cluster_that_runs(tmp_path, root):
    script = tmp_path / "served.py"
    script.write_text(SERVED)
    command = [sys.executable, "-c", "from negsim.cli import main; main()"]
    arguments = ["run", "scenarios/baseline.yaml", "-n", "20000", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(root), "DASK_TEMPORARY_DIRECTORY": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, str(script)],
        cwd=root,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as cluster:
        assert cluster.stdout is not None
        address = cluster.stdout.readline().strip()
        here, there = (
            subprocess.run(
                [*command, *arguments, *more], cwd=root, capture_output=True, text=True, timeout=300, check=False
            )
            for more in ((), ("--dask", address))
        )
        cluster.communicate("")
    assert (here.returncode, there.returncode, there.stderr) == (0, 0, "")
    assert here.stdout == there.stdout


def test_many_runs_use_all_processors_by_default_with_the_same_result(baseline, monkeypatch):
    made = []
    real = executors.local_executor
    monkeypatch.setattr(executors, "local_executor", lambda *a: made.append(a) or real(*a))
    monkeypatch.setattr(executors.os, "sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    many = run(baseline, CHUNK + 1, engine="batch")
    assert made == [(2, "batch")]
    alone = run(baseline, CHUNK + 1, engine="batch", workers=1)
    assert (many.tally.resolved == alone.tally.resolved).all()
    assert many.outcomes.tobytes() == alone.outcomes.tobytes()
    run(baseline, 50, engine="batch")
    run(baseline, 3, engine="reference")
    assert len(made) == 1
