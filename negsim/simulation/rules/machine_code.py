"""The machine code of all entries: one file in the cache, loaded by LLVM without numba; compiled if it is not there.

The file depends on the source of the rules, the versions of numba and LLVM, and the processor; not on where the source
lies. So all clones of one source share it.
"""

from __future__ import annotations

import atexit
import ctypes.util
import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from negsim.simulation.cache import cache_folder, store, stored
from negsim.simulation.rules.jit import C_FUNCTIONS

#: The modules that hold entries.
MODULES = (
    "negsim.simulation.rules.frontier_building",
    "negsim.simulation.rules.quantiles",
    "negsim.simulation.keyed_draws",
    "negsim.simulation.engines.reference",
    "negsim.simulation.engines.batch",
)
_C_LIBRARY = {"linux": "libm.so.6", "win32": "ucrtbase"}
#: What a process that compiles a share does.
_WRITE = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from negsim.simulation.rules.object_code import write; write(int(sys.argv[2]), int(sys.argv[3]))"
)
#: What is printed before the first use compiles.
COMPILING = "Compiling the rules, once for this version: about 10 seconds, up to a minute on a busy computer."

#: Seconds between two looks at the compilation.
_LOOK = 0.1

_lock = threading.RLock()


def address(name: str) -> int:
    """The address of an entry; the first call loads the machine code, and compiles it if it is not in the cache."""
    with _lock:
        found = int(_engine().get_function_address(name))
    assert found, f"no machine code for {name}"
    return found


def prepare() -> None:
    """Begin to compile if it is not done, so that other work can go on meanwhile."""
    with _lock:
        _code_or_shares()


def load_rules(waiting: Callable[[], object]) -> None:
    """Load the machine code in a thread of its own, and compile it first if it is not in the cache.

    Until it is done, ``waiting`` is called every tenth of a second. What it raises ends the wait; the work goes on.
    """
    work = _loading()
    while True:
        try:
            work.result(_LOOK)
        except TimeoutError:
            waiting()
        except Exception:
            _loading.cache_clear()  # the next call begins again
            raise
        else:
            return


@cache
def _loading() -> Future[None]:
    """The work of `load_rules`, begun once."""
    work: Future[None] = Future()

    def begin() -> None:
        try:
            with _lock:
                _engine()
        except BaseException as error:
            work.set_exception(error)
        else:
            work.set_result(None)

    threading.Thread(target=begin, daemon=True).start()
    return work


@cache
def _engine() -> Any:
    """The code in memory."""
    import llvmlite.binding as llvm

    code, shares = _code_or_shares()
    if code is None:
        code = keep(_written(shares))
    for name, place in _library().items():
        llvm.add_symbol(name, place)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target()[0])
    while code:
        end = 8 + int.from_bytes(code[:8], "little")
        engine.add_object_file(llvm.ObjectFileRef.from_data(code[8:end]))
        code = code[end:]
    engine.finalize_object()
    return engine


def keep(parts: list[bytes]) -> bytes:
    """Write the machine code of all shares to the cache, each with its length before it."""
    code = b"".join(len(part).to_bytes(8, "little") + part for part in parts)
    store(_file(), code)
    return code


def _file() -> Path:
    return cache_folder() / f"rules-{target()[1]}.o"


@cache
def _code_or_shares() -> tuple[bytes | None, list[subprocess.Popen[bytes]]]:
    """The code in the cache; or the processes that compile it: two at the same time if there are two processors.

    They import numba, and this process does not. So they can change numba, and threads and notebooks do not matter.
    """
    code = stored(_file())
    if code is not None:
        return code, []
    print(COMPILING, file=sys.stderr, flush=True)  # nobody waits before a silent screen
    number = min(2, _processors())
    command = [sys.executable, "-W", "ignore", "-c", _WRITE, json.dumps(sys.path)]
    pipes: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    shares = [subprocess.Popen([*command, str(k), str(number)], **pipes) for k in range(number)]
    atexit.register(_end, shares)
    return None, shares


def _written(shares: list[subprocess.Popen[bytes]]) -> list[bytes]:
    """What the processes have compiled."""
    try:
        found = [share.communicate() for share in shares]
        for share, (_, error) in zip(shares, found, strict=True):
            if share.returncode:
                raise RuntimeError(f"the rules cannot be compiled: {error.decode(errors='replace')}")
    except BaseException:
        _code_or_shares.cache_clear()  # the next call begins again
        raise
    finally:
        _end(shares)
    return [code for code, _ in found]


def _end(shares: list[subprocess.Popen[bytes]]) -> None:
    for share in shares:
        share.kill()
        share.wait()


def import_entries() -> None:
    """Import all modules with entries."""
    for module in MODULES:
        import_module(module)


def _processors() -> int:
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1


def _library() -> dict[str, int]:
    """The addresses of the C functions that rules call."""
    library = ctypes.CDLL(_C_LIBRARY.get(sys.platform) or ctypes.util.find_library("m"))
    return {name: int(ctypes.cast(getattr(library, name), ctypes.c_void_p).value or 0) for name in C_FUNCTIONS}


@cache
def target() -> tuple[Any, str]:
    """The processor of this machine, and its name with a fingerprint of its features."""
    import llvmlite.binding as llvm

    with suppress(RuntimeError):  # later versions of LLVM do it themselves
        llvm.initialize()
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    name, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    static = target.name.startswith("x86")
    machine = target.create_target_machine(
        cpu=name, features=features, opt=3, reloc="static" if static else "default", codemodel="jitdefault", jit=True
    )
    return machine, f"{name}-{hashlib.sha256(features.encode()).hexdigest()[:8]}"
