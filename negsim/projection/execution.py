"""Many runs: in chunks, on one processor or many, finished chunks on disk, taken up again where they stopped.

A chunk is a fixed number of runs; a task is a few chunks, about a second of work. Chunks come back in any order and are
added up in theirs, so that neither the engine nor the number of workers nor an interruption shows in the result.
"""

from __future__ import annotations

import os
import pickle
import time
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from hashlib import sha256
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any

from negsim.analysis import count
from negsim.errors import NegsimError
from negsim.projection.chunks import Job, Part
from negsim.simulation.engines import ENGINES

if TYPE_CHECKING:
    from negsim.projection.storage import ChunkCheckpoint

#: How long a task should take, in seconds: much longer than sending it, short enough to lose.
TASK = 1.0
#: Most tasks that wait or run at once, whatever the number of workers: a limit on memory, not on speed.
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

    return np.concatenate([part.outcomes for part in parts]), np.concatenate([part.rows for part in parts])


def play_all(
    job: Job,
    chunks: dict[int, tuple[int, int]],
    keep: bool,
    executor: Executor | None = None,
    checkpoint: ChunkCheckpoint | None = None,
    progress: Callable[[int], object] | None = None,
) -> Generator[Part]:
    """Play chunks and hand them out in their order, each as soon as those before it are there.

    Args:
        job: what is played.
        chunks: by number, the first run and how many.
        keep: whether the parts carry outcomes.
        executor: who plays; none: this process.
        checkpoint: a folder that takes finished chunks and gives those of an earlier attempt.
        progress: called with how many runs were finished before, then with how many more are.

    Raises:
        NegsimError: a run can't go on, a worker was lost, or the folder can't be written.
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
    """What a worker does: unpack the job once, do the pieces it was given, say how long they took."""
    job = _jobs.get(key)
    if job is None:  # threads share the dictionary: each goes on with what it holds itself
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


def spread(do: Callable[[Any, Any], Any], job: Any, pieces: Iterable[Any], executor: Executor) -> Iterator[Any]:
    """Let an executor do ``do(job, piece)`` for every piece; the results come in any order, each as it is there.

    Args:
        do: a function of a module.
        job: what all pieces need, sent once.
        pieces: what is small and different.
        executor: who does it.

    Raises:
        NegsimError: a worker was lost; or what ``do`` raises.
    """
    raw = zlib.compress(pickle.dumps(job), 1)
    key, blob = sha256(raw).hexdigest(), _sent_once(executor, raw)
    left = iter(pieces)
    running: set[Future[tuple[float, list[Any]]]] = set()
    most, a_task = min(AHEAD, 2 * _workers(executor)), 1

    def send() -> None:
        while len(running) < most and (some := list(islice(left, a_task))):
            running.add(executor.submit(_task, key, blob, do, some))

    try:
        send()
        while running:
            ready, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in ready:
                running.remove(future)
                took, found = future.result()
                a_task = max(1, min(256, round(len(found) * TASK / max(took, 1e-3))))
                yield from found
            send()
    except (BrokenExecutor, CancelledError) as error:
        reason = f"{error}" or "its work was cancelled"
        raise NegsimError(f"a worker is lost ({reason}); with a folder to write to, the same call goes on") from error
    except Exception as error:
        if type(error).__module__.startswith("distributed"):
            raise NegsimError(f"the Dask cluster gave up: {error}") from error
        raise
    finally:
        for future in running:
            future.cancel()


def _sent_once(executor: Executor, blob: bytes) -> Any:
    """The job where the workers find it: as a Dask task's result each fetches it once, and it outlives any worker."""
    client: Any = getattr(executor, "_client", None)
    return client.submit(bytes, blob) if hasattr(client, "nthreads") else blob


def _workers(executor: Executor) -> int:
    client: Any = getattr(executor, "_client", None)
    if hasattr(client, "nthreads"):
        return max(1, int(sum(client.nthreads().values())))
    return int(getattr(executor, "_max_workers", 0) or os.cpu_count() or 1)
