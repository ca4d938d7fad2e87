"""Many runs in chunks, on one processor or many; finished chunks are stored, and a stopped job resumes.

A chunk is a fixed number of runs. A task is a few chunks, about a second of work. Chunks return in any order and are
summed in their own order, so a result depends on neither engine, nor workers, nor interruptions.
"""

from __future__ import annotations

import os
import pickle
import time
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from contextlib import contextmanager
from hashlib import sha256
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any

from negsim.analysis import count, whole
from negsim.errors import NegsimError
from negsim.projection.chunks import Job, Part
from negsim.simulation.engines import ENGINES

if TYPE_CHECKING:
    from negsim.projection.storage import ChunkCheckpoint

#: Target time of a task in seconds: much longer than sending it, and a small loss if it fails.
TASK = 1.0
#: Most tasks that wait or run at once, whatever the number of workers; it limits memory.
AHEAD = 64


def play(
    job: Job, chunk: int, first: int, runs: int, keep: bool, progress: Callable[[int], object] | None = None
) -> Part:
    """Play one chunk here and count it."""
    outcomes, rows = import_module(ENGINES[job.engine]).run(job.compiled, job.seed, first, runs, job.luck, progress)
    most = max((len(options) for options in job.compiled.options), default=0)
    tally = count(outcomes, rows, job.compiled.horizon, most)
    return Part(chunk, tally, outcomes, rows) if keep else Part(chunk, tally)


def joined(parts: list[Part]) -> tuple[Any, Any]:
    """The outcomes and the rows of parts, in their order."""
    import numpy as np

    if len(parts) == 1:
        return parts[0].outcomes, parts[0].rows
    return np.concatenate([part.outcomes for part in parts]), np.concatenate([part.rows for part in parts])


def days_resolved(job: Job, runs: int) -> Any:
    """The whole days on which issues are resolved (runs by issues; the horizon for never), of runs from 0 on."""
    outcomes, _ = import_module(ENGINES[job.engine]).run(job.compiled, job.seed, 0, runs, job.luck)
    return whole(outcomes["resolved"], job.compiled.horizon)


def play_all(
    job: Job,
    chunks: dict[int, tuple[int, int]],
    keep: bool,
    executor: Executor | None = None,
    checkpoint: ChunkCheckpoint | None = None,
    progress: Callable[[int], object] | None = None,
) -> Generator[Part]:
    """Play chunks and yield them in order, each as soon as those before it are finished.

    Args:
        job: the compiled scenario, engine and seed.
        chunks: for each number, the first run and the number of runs.
        keep: whether the parts carry outcomes.
        executor: where to run; default: this process.
        checkpoint: a folder for finished chunks; chunks of an earlier attempt are read from it.
        progress: called with the number of resumed runs, then with each number of newly finished ones.

    Raises:
        NegsimError: a run cannot continue, a worker was lost, or the folder cannot be written.
    """
    done = checkpoint.finished(chunks) if checkpoint is not None else set()
    todo = {chunk: size for chunk, size in chunks.items() if chunk not in done}
    if progress is not None:
        progress(sum(size for chunk, (_, size) in chunks.items() if chunk in done))
    fresh = (
        _here(job, todo, keep or checkpoint is not None, progress)
        if executor is None
        else _there(job, todo, keep or checkpoint is not None, executor, progress)
    )
    waiting: dict[int, Part] = {}
    for chunk in chunks:
        if chunk in done:
            assert checkpoint is not None
            yield checkpoint.read(chunk, keep)
            continue
        while chunk not in waiting:
            part = next(fresh)
            if checkpoint is not None:
                checkpoint.add(part)
                part = part if keep else Part(part.chunk, part.tally)
            waiting[part.chunk] = part
        yield waiting.pop(chunk)


def _here(
    job: Job, todo: dict[int, tuple[int, int]], keep: bool, progress: Callable[[int], object] | None
) -> Iterator[Part]:
    for chunk, (first, runs) in todo.items():
        yield play(job, chunk, first, runs, keep, progress)


_jobs: dict[str, Any] = {}


def _task(key: str, blob: bytes, do: Callable[[Any, Any], Any], pieces: list[Any]) -> tuple[float, list[Any]]:
    """The task of a worker: unpack the job once, do the pieces, return the time and the results."""
    job = _jobs.get(key)
    if job is None:  # threads share the dictionary: each uses its own reference
        job = pickle.loads(zlib.decompress(blob))
        _jobs.clear()
        _jobs[key] = job
    start = time.perf_counter()
    found = [do(job, piece) for piece in pieces]
    return time.perf_counter() - start, found


def _play_piece(job: tuple[Job, bool], piece: tuple[int, int, int]) -> Part:
    return play(job[0], *piece, job[1])


def _there(
    job: Job,
    todo: dict[int, tuple[int, int]],
    keep: bool,
    executor: Executor,
    progress: Callable[[int], object] | None,
) -> Iterator[Part]:
    pieces = [(chunk, first, runs) for chunk, (first, runs) in todo.items()]
    for part in spread(_play_piece, (job, keep), pieces, executor):
        if progress is not None:
            progress(part.tally.runs)
        yield part


def spread(do: Callable[[Any, Any], Any], job: Any, pieces: Iterable[Any], executor: Executor | None) -> Iterator[Any]:
    """Call ``do(job, piece)`` for every piece; yield results in the order in which they finish.

    Args:
        do: a function of a module.
        job: what all pieces need, sent once.
        pieces: the small arguments that differ.
        executor: where to run; without one, here and in order.

    Raises:
        NegsimError: a worker was lost; or what ``do`` raises.
    """
    if executor is None:
        yield from (do(job, piece) for piece in pieces)
        return
    raw = zlib.compress(pickle.dumps(job), 1)
    key, blob = sha256(raw).hexdigest(), _sent_once(executor, raw)
    left = iter(pieces)
    running: set[Future[tuple[float, list[Any]]]] = set()
    most, a_task = min(AHEAD, 2 * workers_in(executor)), 1

    def send() -> None:
        while len(running) < most and (some := list(islice(left, a_task))):
            running.add(executor.submit(_task, key, blob, do, some))

    try:
        with worker_errors():
            send()
            while running:
                ready, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in ready:
                    running.remove(future)
                    took, found = future.result()
                    a_task = max(1, min(256, round(len(found) * TASK / max(took, 1e-3))))
                    yield from found
                send()
    finally:
        for future in running:
            future.cancel()


@contextmanager
def worker_errors() -> Iterator[None]:
    """Turn the loss of a worker into an error in words."""
    try:
        yield
    except (BrokenExecutor, CancelledError) as error:
        reason = f"{error}" or "its work was cancelled"
        raise NegsimError(f"a worker is lost ({reason}); with a folder to write to, the same call resumes") from error
    except Exception as error:
        if type(error).__module__.startswith("distributed"):
            raise NegsimError(f"the Dask cluster gave up: {error}") from error
        raise


def _sent_once(executor: Executor, blob: bytes) -> Any:
    """The job for the workers. With Dask it is the result of a task: each worker fetches it once, and none owns it."""
    client: Any = getattr(executor, "_client", None)
    return client.submit(bytes, blob) if hasattr(client, "nthreads") else blob


def workers_in(executor: Executor) -> int:
    """The number of workers of an executor."""
    client: Any = getattr(executor, "_client", None)
    if hasattr(client, "nthreads"):
        return max(1, int(sum(client.nthreads().values())))
    return int(getattr(executor, "_max_workers", 0) or os.cpu_count() or 1)
