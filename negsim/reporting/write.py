"""Report: one self-contained HTML page about one or more projections."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from negsim.errors import checks_arguments

if TYPE_CHECKING:
    from negsim.projection import ScenarioLike, Workers

#: Largest size of a page in bytes. Pictures take what the rest leaves.
MOST = 1_000_000


@checks_arguments
def report(
    projections: ScenarioLike | Sequence[ScenarioLike],
    path: str | os.PathLike[str] | None = None,
    *,
    runs: int | None = None,
    seed: int | None = None,
    workers: Workers = 1,
) -> str:
    """An HTML page about projections; the others are compared with the first.

    The page is one file and needs no network: results, pictures, assumptions, the agenda with its citations. The same
    projections give the same bytes.

    Args:
        projections: one or more projections or results folders; scenarios, files and names are run.
        path: file to write as well.
        runs: number of runs of what is run, as for `negsim.run`.
        seed: seed of what is run, as for `negsim.run`.
        workers: as for `negsim.run`.

    Raises:
        NegsimError: there is no projection, or the page cannot be written.

    >>> import negsim as ns
    >>> page = ns.report("baseline", runs=50)
    >>> page.startswith("<!doctype html>")
    True
    """
    from negsim.files import write_file
    from negsim.projection import as_projections
    from negsim.reporting.page import page

    text = page(as_projections(projections, runs, seed, workers), MOST)
    if path is not None:
        write_file(Path(path), text.encode())
    return text
