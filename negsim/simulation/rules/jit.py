"""How rules are compiled: one decorator, and a cache that any change of a rule invalidates."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar, cast

os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")  # vectorised mathematics differs in the last bit

import numba

from negsim.simulation.cache import cache_folder

_FOLDER = str(cache_folder())


_F = TypeVar("_F", bound=Callable[..., Any])


def jit(function: _F) -> _F:
    """Compile ``function`` on first use: strict IEEE arithmetic, no exceptions from division, no lock held.

    >>> from negsim.simulation.rules.draws import uniform_at
    >>> uniform_at(1, 0, 7, 42, 0, 0) == uniform_at(1, 0, 7, 42, 0, 0)
    True
    """
    return _compile(function, forceinline=False)


def jit_inline(function: _F) -> _F:
    """Like ``jit``, and inlined into the callers: for short functions that are called very often."""
    return _compile(function, forceinline=True)


def _compile(function: _F, **options: bool) -> _F:
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = _FOLDER  # read when a function is decorated; restored for other packages
    try:
        compiled = numba.njit(cache=True, error_model="numpy", nogil=True, **options)(function)
    finally:
        numba.config.CACHE_DIR = before
    template = compiled.get_call_template

    def one_template(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Compile once per types, not once per constant that a caller passes."""
        return template(
            tuple(numba.types.unliteral(a) for a in arguments),
            {name: numba.types.unliteral(a) for name, a in keywords.items()},
        )

    compiled.get_call_template = one_template
    return cast(_F, compiled)
