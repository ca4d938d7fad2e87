"""What this machine has ready: whether the rules are compiled."""

from __future__ import annotations

from negsim.projection.running import ENGINES

#: The function of each engine that is compiled last.
_LAST = {"batch": "batch.play_many", "reference": "start.finish"}


def is_compiled(engine: str) -> bool:
    """Whether the machine code of an engine is in the cache, so that it starts at once.

    >>> is_compiled("batch") in (True, False)
    True
    """
    from negsim.simulation.cache import cache_folder

    assert engine in ENGINES
    return any(cache_folder().glob(f"*/{_LAST[engine]}-*.nbi"))
