"""Base rates of other negotiations beside a projection."""

from __future__ import annotations

from negsim.calibration.making import reference
from negsim.history import load
from negsim.projection import Projection, run

#: Name of the base rates in pictures and tables.
OTHER_NEGOTIATIONS = "base rates of other negotiations"
#: The most runs for base rates: their Monte Carlo error is then below 0.4 points.
MOST = 20_000


def base_rates(projection: Projection) -> Projection:
    """The base rates of other negotiations for the issues of a projection, with its runs, seed and time scale.

    They come from the built-in records alone; nothing of the scenario's assumptions is in them (`reference`).

    Raises:
        NegsimError: there are none, as when every issue is agreed.

    >>> import negsim as ns
    >>> base_rates(ns.run("baseline", runs=20)).context.title
    'base rates of other negotiations'
    """
    found = reference(load().all, projection.scenario).scenario
    out = [issue for issue in found.issues if issue not in projection.scenario.issues]
    found = found.replace({"title": OTHER_NEGOTIATIONS, **({"leave_out": out} if out else {})})
    others = run(found, min(projection.runs, MOST), projection.seed)
    return others.time_scale(projection.asked_unit, projection.asked_milestones)
