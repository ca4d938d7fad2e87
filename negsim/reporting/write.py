"""One self-contained page about one or more projections: open it anywhere, send it, print it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from negsim.projection import Projection

#: The most that a page may weigh, in bytes; what is left of it goes to pictures.
MOST = 1_000_000


def report(projections: Sequence[Projection], path: str | os.PathLike[str] | None = None) -> str:
    """A page about projections as HTML; the first is the one that others are compared with.

    The page needs no network and holds everything: pictures, tables, assumptions, the agenda with its citations. The
    same projections give the same bytes.

    Args:
        projections: one or more.
        path: where to write the page, too.

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
