"""Forecasts by an update: the scenario of a year before, conditioned on what the negotiation did since.

`simulated` learns from the whole past of a negotiation by formulas (partial pooling). Here the last year is learned by
simulation instead: runs of the scenario from a year before count if they are like the record of that year.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from negsim.calibration.fitting import Features, Teaching
from negsim.calibration.simulated import SEED, scenario_of, simulated
from negsim.errors import NegsimError
from negsim.history import Forecaster, Forecasts, Snapshot, Talks

if TYPE_CHECKING:
    from negsim.scenario import Scenario

Floats = npt.NDArray[np.float64]

#: The days that are learned by simulation, the runs, and those that count.
SPAN, RUNS, COUNTED = 365, 20_000, 500
#: The fewest runs in which an issue is still open on the origin.
FEW = 50


def others_only(others: Sequence[Talks]) -> Callable[[Snapshot], Forecasts]:
    """As `updated`, from a scenario that pools other negotiations only."""
    return updated(others, Features(own_past=False))


def updated(others: Sequence[Talks], features: Features | None = None) -> Callable[[Snapshot], Forecasts]:
    """Forecast by the runs that are nearest to the last year: issues closed and meetings held.

    Each difference is divided by its standard deviation over the runs; the 500 nearest of 20,000 runs count alike
    (Beaumont, Zhang, Balding 2002). An issue is forecast by those of them in which it is still open. A negotiation that
    had no meeting or no open issue a year before is forecast by `simulated`.
    """
    teaching, plain = Teaching(others), simulated(others, features)

    def forecast(snapshot: Snapshot) -> Forecasts:
        known = plain(snapshot)
        try:
            earlier = Snapshot.of(snapshot.talks, snapshot.now.on - timedelta(days=SPAN), snapshot.horizon + SPAN)
        except NegsimError:
            return known
        if not known or not earlier.targeted or not earlier.days or earlier.talks.first is None:
            return known
        made, ids = scenario_of(earlier, teaching.of(earlier, features))
        return _conditioned(snapshot, earlier, *_played(made), ids, known)

    return forecast


def _played(made: Scenario) -> tuple[dict[str, Floats], Floats]:
    """The day on which each run resolves each issue, infinite without one; and the meetings of each run in the year."""
    from negsim.simulation import compile
    from negsim.simulation.engines import batch

    compiled, year = compile(made), compile(made.replace({"horizon": f"{SPAN + 1} days"}))
    outcomes, _ = batch.run(compiled, SEED, 0, RUNS)
    _, rows = batch.run(year, SEED, 0, RUNS)
    days = np.floor(np.nan_to_num(outcomes["resolved"], nan=np.inf))
    return dict(zip(compiled.issues, days.T, strict=True)), rows["meetings"].astype(float)


def _conditioned(
    snapshot: Snapshot, earlier: Snapshot, days: dict[str, Floats], held: Floats, ids: dict[str, str], known: Forecasts
) -> Forecasts:
    by_name = {issue.name: days[ids[issue.name]] for issue in earlier.targeted if ids[issue.name] in days}
    still_open = {issue.name for issue in snapshot.targeted}
    closed = np.sum([column <= SPAN for column in by_name.values()], axis=0)
    since = sum(day > earlier.now.on for day in snapshot.days)
    pairs = ((closed, sum(name not in still_open for name in by_name)), (held, since))
    distance = sum(np.abs(of_run - seen) / max(float(np.std(of_run)), 1e-9) for of_run, seen in pairs)
    counted = np.argsort(distance, kind="stable")[:COUNTED]
    found = {}
    for issue in snapshot.targeted:
        column = by_name[issue.name][counted] - SPAN if issue.name in by_name else np.zeros(0)
        left = column[column > 0]
        if len(left) < FEW:
            found[issue.name] = known[issue.name]
            continue
        places = np.arange(snapshot.horizon + 1)
        found[issue.name] = np.searchsorted(np.sort(left), places, side="right") / len(left)
    return found


#: The forecasts by name, for `negsim backtest --updated`.
UPDATED: dict[str, Forecaster] = {"updated, others only": others_only, "updated": updated}
