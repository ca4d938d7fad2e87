"""The version of negsim, and those of other packages: part of where every result comes from."""

from __future__ import annotations

import re
from functools import cache
from importlib import metadata

__version__ = "0.2.0"


@cache
def version_of(package: str) -> str:
    """The version of an installed package.

    ``importlib.metadata.version`` reads the whole description of the package as an e-mail, which takes milliseconds.

    Raises:
        PackageNotFoundError: it is not installed.

    >>> version_of("numpy") == metadata.version("numpy")
    True
    """
    head = metadata.distribution(package).read_text("METADATA") or ""
    found = re.search(r"^Version: *(\S+)", head, re.MULTILINE)
    return found[1] if found else metadata.version(package)
