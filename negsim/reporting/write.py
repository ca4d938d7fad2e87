"""Report: one self-contained HTML page about one or more projections."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from negsim.projection import Projection

#: Largest size of a page in bytes. Pictures take what the rest leaves.
MOST = 1_000_000


def report(projections: Sequence[Projection], path: str | os.PathLike[str] | None = None) -> str:
    """An HTML page about projections; the others are compared with the first.

    The page is one file and needs no network: results, pictures, assumptions, the agenda with its citations. The same
    projections give the same bytes.

    Args:
        projections: one or more.
        path: file to write as well.

    Raises:
        NegsimError: there is no projection, or the page cannot be written.

    >>> import negsim as ns
    >>> page = ns.report([ns.run(ns.load("scenarios/baseline.yaml"), runs=50, seed=1)])
    >>> page.startswith("<!doctype html>")
    True
    """
    from negsim.files import write_file
    from negsim.reporting.page import page

    text = page(projections, MOST)
    if path is not None:
        write_file(Path(path), text.encode())
    return text
