"""Report: one self-contained HTML page about one or more projections."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from negsim.errors import NegsimError, checks_arguments

if TYPE_CHECKING:
    from negsim.monitoring import Timeline
    from negsim.plots import Copies
    from negsim.projection import Projection, ScenarioLike, Workers

#: Largest size of a page in bytes. Pictures take what the rest leaves.
MOST = 1_000_000


@checks_arguments
def report(
    projections: ScenarioLike | Sequence[ScenarioLike],
    path: str | os.PathLike[str] | None = None,
    *,
    runs: int | None = None,
    seed: int | None = None,
    reference: bool = False,
    timeline: Timeline | str | os.PathLike[str] | None = None,
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
        reference: show the base rates of other negotiations beside each issue, in the table and in the pictures
            burndown, calendar and survival. Without base rates there is a warning.
        timeline: a timeline of the same negotiation, or its folder, for a section of its own.
        workers: as for `negsim.run`.

    Raises:
        NegsimError: there is no projection, the timeline is of another negotiation, or the page cannot be written.

    >>> import negsim as ns
    >>> page = ns.report("baseline", runs=50)
    >>> page.startswith("<!doctype html>")
    True
    """
    from negsim.plots import Copies
    from negsim.projection import as_projections

    shown, history = as_projections(projections, runs, seed, workers), _timeline(timeline)
    with Copies() as copies:
        return page_of(shown, copies, path, reference, history)


def page_of(
    projections: Sequence[Projection],
    copies: Copies,
    path: str | os.PathLike[str] | None = None,
    reference: bool = False,
    timeline: Timeline | None = None,
) -> str:
    """As `report`; the pictures are drawn by copies of this process, which may have started before the runs."""
    from negsim.files import write_file
    from negsim.reporting.page import page

    others = [_base_rates(each) for each in projections] if reference else None
    text = page(projections, MOST, copies, others, timeline)
    if path is not None:
        write_file(Path(path), text.encode())
    return text


def _timeline(given: Timeline | str | os.PathLike[str] | None) -> Timeline | None:
    if not isinstance(given, str | os.PathLike):
        return given
    from negsim.monitoring import Timeline

    return Timeline.load(given)


def _base_rates(projection: Projection) -> Projection | None:
    """The base rates beside a projection; None, and a warning, if there are none."""
    from negsim.calibration import base_rates

    try:
        return base_rates(projection)
    except NegsimError as error:
        warnings.warn(f"no base rates: {error}", UserWarning, stacklevel=5)
        return None
