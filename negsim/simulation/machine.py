"""The choice of the engine, and whether its machine code is in the cache."""

from __future__ import annotations

import hashlib
from pathlib import Path

from negsim.errors import check_name
from negsim.simulation.engines import ENGINES

#: For fewer runs the batch engine is not compiled.
WORTH_BATCH = 200

#: The function of each engine that is compiled last.
_LAST = {"batch": ("engines", "batch.play_many"), "reference": ("rules", "outcome.finish")}


def is_compiled(engine: str) -> bool:
    """Whether the machine code of an engine is in the cache for this folder of sources, so that it starts at once.

    >>> is_compiled("batch") in (True, False)
    True
    """
    from negsim.simulation.cache import cache_folder

    assert engine in ENGINES
    folder, function = _LAST[engine]
    return any((cache_folder() / numba_folder(folder)).glob(f"{function}-*.nbi"))


def numba_folder(sources: str) -> str:
    """The folder in the cache where numba keeps the code of a folder of sources: one for each path."""
    path = Path(__file__).resolve().parent / sources
    return f"{sources}_{hashlib.sha1(str(path).encode(), usedforsecurity=False).hexdigest()}"


def pick_engine(name: str, runs: int) -> str:
    """The engine that a name stands for; ``auto`` is the batch engine, unless a few runs would need a compilation.

    Raises:
        NegsimError: there is no such engine.

    >>> pick_engine("auto", 2000), pick_engine("reference", 1)
    ('batch', 'reference')
    """
    if name == "auto":
        return "batch" if runs >= WORTH_BATCH or is_compiled("batch") else "reference"
    check_name(name, ["auto", *ENGINES], f'there is no engine "{name}"')
    return name
