"""Executors: runs on several processors of this machine, or on others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context
from typing import TypeAlias

from negsim.errors import NegsimError
from negsim.projection.chunks import CHUNK
from negsim.simulation.engines import ENGINES

#: How many workers of this machine, or the executor of others: processes, MPI, Dask's ``client.get_executor()``.
Workers: TypeAlias = int | Executor


def useful_workers(engine: str, runs: int) -> int:
    """How many workers pay for a number of runs: a thread for each processor, but not more than there are chunks.

    Threads of the batch engine cost nothing to start. Processes of the reference engine cost a second each.

    >>> useful_workers("batch", CHUNK), useful_workers("reference", 10**6)
    (1, 1)
    """
    allowed = getattr(os, "sched_getaffinity", None)
    processors = len(allowed(0)) if allowed is not None else os.cpu_count() or 1
    return min(processors, -(-runs // CHUNK)) if engine == "batch" else 1


@contextmanager
def executor_of(workers: Workers, engine: str = "auto") -> Iterator[Executor | None]:
    """The executor that ``workers`` means; None for one worker, which is this process.

    Raises:
        NegsimError: the number is not positive.

    >>> with executor_of(1) as executor:
    ...     print(executor)
    None
    """
    if isinstance(workers, Executor):
        yield workers
        return
    if workers < 1:
        raise NegsimError(f"workers takes a whole number from 1, but was {workers}")
    if workers == 1:
        yield None
        return
    with local_executor(workers, engine) as executor:
        yield executor


@contextmanager
def local_executor(workers: int, engine: str = "auto") -> Iterator[Executor]:
    """Workers on this machine: threads for the batch engine, processes for the reference engine.

    Tasks that have not started when the block ends are cancelled.

    >>> with local_executor(2) as executor:
    ...     executor.submit(pow, 2, 10).result()
    1024
    """
    made: Executor
    if engine == "reference":
        made = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    else:
        made = ThreadPoolExecutor(workers)
    try:
        yield made
    except BaseException:
        _halt(made)
        raise
    finally:
        made.shutdown(wait=True, cancel_futures=True)


def _halt(executor: Executor) -> None:
    """Stop the work under way at once: finished parts are on disk already, and the rest is repeated on resume."""
    if isinstance(executor, ThreadPoolExecutor):
        import_module(ENGINES["batch"]).stop()
        return
    for process in list((getattr(executor, "_processes", None) or {}).values()):
        process.kill()  # also ends one that hangs


@contextmanager
def dask_executor(address: str, patience: float = 10.0) -> Iterator[Executor]:
    """The workers of a Dask cluster; its scheduler has ``patience`` seconds to answer.

    Raises:
        NegsimError: Dask is not installed, or no scheduler answers at that address.
    """
    try:
        from distributed import Client
    except ImportError:
        raise NegsimError("--dask needs Dask: pip install 'negsim[dask]'") from None
    try:
        client = Client(address, timeout=patience)
    except (OSError, ValueError) as error:
        raise NegsimError(f"no Dask cluster answers at {address}: {error}") from None
    with client:
        yield client.get_executor()
