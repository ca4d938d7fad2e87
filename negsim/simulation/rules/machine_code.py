"""The machine code of all entries: one file in the cache, loaded by LLVM without numba; compiled if it is not there.

The file depends on the source of the rules, the versions of numba and LLVM, and the processor; not on where the source
lies. So all clones of one source share it.
"""

from __future__ import annotations

import ctypes.util
import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
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
COMPILING = "Compiling the rules, once for this version: 15 seconds to a minute."

_lock = threading.RLock()


def address(name: str) -> int:
    """The address of an entry; the first call loads the machine code, and compiles it if it is not in the cache."""
    with _lock:
        found = int(_engine().get_function_address(name))
    assert found, f"no machine code for {name}"
    return found


@cache
def _engine() -> Any:
    """The code in memory."""
    import llvmlite.binding as llvm

    machine, processor = target()
    file = cache_folder() / f"rules-{processor}.o"
    code = stored(file)
    if code is None:
        print(COMPILING, file=sys.stderr, flush=True)  # nobody waits before a silent screen
        code = _joined(compiled())
        store(file, code)
    for name, place in _library().items():
        llvm.add_symbol(name, place)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    for part in _parts(code):
        engine.add_object_file(llvm.ObjectFileRef.from_data(part))
    engine.finalize_object()
    return engine


def compiled() -> list[bytes]:
    """The machine code, compiled by two processes at the same time if there are two processors.

    They import numba, not this process. So they can change numba, and neither threads nor notebooks matter.
    """
    number = min(2, _processors())
    shares = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", _WRITE, json.dumps(sys.path), str(k), str(number)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for k in range(1, number + 1)
    ]
    try:
        found = [share.communicate() for share in shares]
    finally:
        for share in shares:
            share.kill()
    for share, (_, error) in zip(shares, found, strict=True):
        if share.returncode:
            raise RuntimeError(f"the rules cannot be compiled: {error.decode(errors='replace')}")
    return [code for code, _ in found]


def import_entries() -> None:
    """Import all modules with entries."""
    for module in MODULES:
        import_module(module)


def _processors() -> int:
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1


def _joined(parts: list[bytes]) -> bytes:
    return b"".join(len(part).to_bytes(8, "little") + part for part in parts)


def _parts(data: bytes) -> Iterator[bytes]:
    while data:
        end = 8 + int.from_bytes(data[:8], "little")
        yield data[8:end]
        data = data[end:]


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
