"""Forecasts by simulation: a scenario is made from the record and run by the batch engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from negsim.calibration.fitting import Features, Fit, Teaching
from negsim.calibration.record_scenario import record_scenario
from negsim.calibration.subjects import Subject
from negsim.history import Forecaster, Forecasts, Snapshot, Talks, agenda_data, names_of

if TYPE_CHECKING:
    from negsim.scenario import Scenario

#: Runs for each origin, and their seed. The same record gives the same forecast.
RUNS, SEED = 2000, 1


def without(**off: bool) -> Forecaster:
    """The forecast by simulation with features switched off, for ablation; see `Features`."""
    return lambda others: simulated(others, Features(**off))


def simulated(others: Sequence[Talks], features: Features | None = None) -> Callable[[Snapshot], Forecasts]:
    """Calibrate on other talks and on the own past, run the scenario, count the runs that resolve an issue by a day.

    Day 0 is the origin, as in `negsim.run` and in dates.
    """
    teaching = Teaching(others)

    def forecast(snapshot: Snapshot) -> Forecasts:
        from negsim.projection import Job, play
        from negsim.simulation import compile

        if not snapshot.targeted:
            return {}
        made, ids = scenario_of(snapshot, teaching.of(snapshot, features))
        compiled = compile(made)
        tally = play(Job(compiled, "batch", SEED), 0, 0, RUNS, keep=False).tally
        shares = np.cumsum(tally.resolved, axis=1)[:, : snapshot.horizon + 1] / RUNS
        by_id = dict(zip(compiled.issues, shares, strict=True))
        return {issue.name: by_id[ids[issue.name]] for issue in snapshot.targeted}

    return forecast


def scenario_of(snapshot: Snapshot, fit: Fit) -> tuple[Scenario, dict[str, str]]:
    """The scenario of a negotiation from the record, and the id of each issue by its name."""
    from negsim.scenario import from_mapping

    ids = dict(zip((issue.name for issue in snapshot.talks.sure), names_of(snapshot.talks), strict=True))
    subject = Subject(snapshot, ids, agenda_data(snapshot.talks))
    return from_mapping(record_scenario(subject, fit), f"{snapshot.talks.id} on {snapshot.now.on}"), ids


#: The forecasts by name; the first ignores announced dates.
SIMULATED: dict[str, Forecaster] = {"sim., no targets": without(announced=False), "simulated": simulated}

#: The ablation: a feature in words, and the forecast without it.
ABLATION: dict[str, Forecaster] = {
    "announced dates": SIMULATED["sim., no targets"],
    "an end for all that is left": without(end=False),
    "their own past": without(own_past=False),
    "stayers": without(stayers=False),
}
