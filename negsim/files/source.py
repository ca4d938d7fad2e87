"""The fingerprint of the code of the package, which tells results of one state of the code from those of another."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path


@cache
def code_fingerprint() -> str:
    """Twelve hexadecimal digits of a SHA-256 over the name and content of every Python and YAML file of the package.

    >>> len(code_fingerprint())
    12
    """
    package, total = Path(__file__).resolve().parents[1], hashlib.sha256()
    for file in sorted([*package.rglob("*.py"), *package.rglob("*.yaml")]):
        content = file.read_bytes()
        total.update(f"{file.relative_to(package).as_posix()}\0{len(content)}\0".encode() + content)
    return total.hexdigest()[:12]
