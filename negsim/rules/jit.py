"""How the rules are compiled: one decorator, and one cache that any change of any rule empties.

numba keys its cache on the file of the function alone, so a caller whose callee changed would be served stale. The
cache folder therefore carries a fingerprint of every rule's source.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")  # vectorised mathematics differs in the last bit

import numba
from platformdirs import user_cache_dir


@cache
def cache_folder() -> Path:
    """Where the machine code of this very source is kept; ``NUMBA_CACHE_DIR`` moves it.

    It needs no right to write where the package is installed.

    >>> len(cache_folder().name)
    16
    """
    digest = hashlib.sha256(numba.__version__.encode())
    package = Path(__file__).resolve().parent.parent
    for source in sorted([*package.glob("rules/*.py"), *package.glob("engines/*.py"), package / "events.py"]):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    name = digest.hexdigest()[:16]
    for base in _bases():
        if _usable(base) and _usable(base / name):
            return base / name
    return Path(tempfile.mkdtemp(prefix="negsim-"))


def _bases() -> Iterator[Path]:
    """Where machine code may be kept: where the user says, in the user's cache, else in a temporary folder."""
    if chosen := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(chosen)
    yield Path(user_cache_dir("negsim", appauthor=False))
    yield Path(tempfile.gettempdir()) / f"negsim-{os.getuid() if hasattr(os, 'getuid') else 'user'}"


def _usable(folder: Path) -> bool:
    """Whether machine code can be kept there, and nobody else can put some there for us to run."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = folder.stat().st_uid
    except OSError:
        return False
    mine = not hasattr(os, "getuid") or owner == os.getuid() or folder.parent != Path(tempfile.gettempdir())
    return mine and os.access(folder, os.W_OK)


_FOLDER = str(cache_folder())


_F = TypeVar("_F", bound=Callable[..., Any])


def jit(function: _F) -> _F:
    """Compile ``function`` on first use: strict IEEE arithmetic, no exceptions from division, no lock held.

    >>> from negsim.rules.draws import uniform_at
    >>> uniform_at(1, 0, 7, 42, 0, 0) == uniform_at(1, 0, 7, 42, 0, 0)
    True
    """
    return _compile(function, forceinline=False)


def jit_inline(function: _F) -> _F:
    """Like ``jit``, for a few lines that are called very often.

    Their callers get a copy, at the price of compile time.
    """
    return _compile(function, forceinline=True)


def _compile(function: _F, **options: bool) -> _F:
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = _FOLDER  # read when a function is decorated; put back so that others keep theirs
    try:
        compiled = numba.njit(cache=True, error_model="numpy", nogil=True, **options)(function)
    finally:
        numba.config.CACHE_DIR = before
    template = compiled.get_call_template

    def one_template(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Compile once for the types, not anew for every constant that a caller passes."""
        return template(
            tuple(numba.types.unliteral(a) for a in arguments),
            {name: numba.types.unliteral(a) for name, a in keywords.items()},
        )

    compiled.get_call_template = one_template
    return cast(_F, compiled)
