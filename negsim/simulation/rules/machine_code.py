"""The machine code of all entries: one file in the cache, loaded by LLVM without numba; compiled if it is not there.

The file depends on the source of the rules, the versions of numba and LLVM, and the processor; not on where the source
lies. So all clones of one source share it.
"""

from __future__ import annotations

import ctypes.util
import hashlib
import sys
import threading
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any

from negsim.simulation.cache import cache_folder, store, stored
from negsim.simulation.rules.jit import C_FUNCTIONS

#: The modules that hold entries.
_MODULES = (
    "negsim.simulation.rules.frontier_building",
    "negsim.simulation.rules.quantiles",
    "negsim.simulation.keyed_draws",
    "negsim.simulation.engines.reference",
    "negsim.simulation.engines.batch",
)
_C_LIBRARY = {"linux": "libm.so.6", "win32": "ucrtbase"}
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

    _initialise(llvm)
    machine, processor = _target(llvm)
    file = cache_folder() / f"rules-{processor}.o"
    code = stored(file)
    if code is None:
        print(COMPILING, file=sys.stderr, flush=True)  # nobody waits before a silent screen
        for module in _MODULES:
            import_module(module)
        code = import_module("negsim.simulation.rules.compiling").object_code(machine)
        store(file, code)
    for name, place in _library().items():
        llvm.add_symbol(name, place)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine


def _library() -> dict[str, int]:
    """The addresses of the C functions that rules call."""
    library = ctypes.CDLL(_C_LIBRARY.get(sys.platform) or ctypes.util.find_library("m"))
    return {name: int(ctypes.cast(getattr(library, name), ctypes.c_void_p).value or 0) for name in C_FUNCTIONS}


def _initialise(llvm: Any) -> None:
    with suppress(RuntimeError):  # later versions of LLVM do it themselves
        llvm.initialize()
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()


def _target(llvm: Any) -> tuple[Any, str]:
    """The processor of this machine, and its name with a fingerprint of its features."""
    name, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    static = target.name.startswith("x86")
    machine = target.create_target_machine(
        cpu=name, features=features, opt=3, reloc="static" if static else "default", codemodel="jitdefault", jit=True
    )
    return machine, f"{name}-{hashlib.sha256(features.encode()).hexdigest()[:8]}"
