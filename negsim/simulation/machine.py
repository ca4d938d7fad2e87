"""The choice of the engine, and whether the machine code is in the cache."""

from __future__ import annotations

from negsim.errors import check_name
from negsim.simulation.engines import ENGINES


def is_compiled() -> bool:
    """Whether the machine code of this source is in the cache, so that runs start at once.

    >>> is_compiled() in (True, False)
    True
    """
    from negsim.simulation.cache import cache_folder

    return any(cache_folder().glob("rules-*.o"))


def pick_engine(name: str) -> str:
    """The engine that a name stands for. ``auto`` is the batch engine, the faster one for any number of runs.

    Both engines use the same machine code, so they take equally long to compile and to load.

    Raises:
        NegsimError: there is no such engine.

    >>> pick_engine("auto"), pick_engine("reference")
    ('batch', 'reference')
    """
    check_name(name, ["auto", *ENGINES], f'there is no engine "{name}"')
    return "batch" if name == "auto" else name
