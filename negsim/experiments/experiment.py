"""One experiment of a sweep: a changed scenario, its runs, and a row of outcomes for each issue."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from negsim.analysis import Tally, chance_by, milestone, milestones, quantile, whole
from negsim.errors import NegsimError
from negsim.files import to_line
from negsim.projection import Job, play, sizes
from negsim.simulation import Compiled, compile

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from negsim.scenario import Scenario

ALL = "all"
HORIZON = "horizon"
#: The runs of an experiment are also averaged in this many batches, which show the Monte Carlo noise.
BATCHES = 20


def column(by: str) -> str:
    """The column of a probability by a milestone or the horizon.

    >>> column("6 months"), column("horizon")
    ('p_6m', 'p_horizon')
    """
    return f"p_{HORIZON if by == HORIZON else milestone(date.min, by).code}"


def outcomes(milestones: Sequence[str]) -> dict[str, str]:
    """The outcomes of an experiment in order, with what they are; the issue ``all`` is resolved with the last issue.

    >>> list(outcomes(["2 weeks", "6 months"]))
    ['p_2w', 'p_6m', 'p_horizon', 'p50_days', 'mean_days', 'resolved']
    """
    within = "share of runs in which it is resolved within"
    return {
        **{column(each): f"{within} {each} (NaN: after the horizon)" for each in milestones},
        "p_horizon": f"{within} the horizon",
        "p50_days": "days by which half of the runs have resolved it (inf: not within the horizon)",
        "mean_days": "mean over runs of the days until it is resolved or the horizon, whichever is first",
        "resolved": "mean number of issues resolved within the horizon (of one issue: p_horizon)",
    }


def means(milestones: Sequence[str]) -> tuple[str, ...]:
    """The outcomes that are means over runs, so that a mean of batches gives them."""
    return tuple(name for name in outcomes(milestones) if name != "p50_days")


def milestones_of(scenario: Scenario, asked: Sequence[str] | None = None) -> tuple[str, ...]:
    """The milestones of the outcomes as lengths of time: those asked for, or those of the time scale of the scenario.

    Raises:
        NegsimError: a milestone is not a length of time, or is not before the horizon.
    """
    return tuple(each.words for each in milestones(scenario.as_of, scenario.horizon_date, asked))


@dataclass(frozen=True)
class Base:
    """The common part of all experiments, sent to a worker once.

    ``milestones`` are lengths of time from the as-of date of each experiment; ``own`` are the factors that the scenario
    draws itself.
    """

    scenario: Scenario
    compiled: Compiled
    engine: str
    seed: int
    runs: int
    milestones: tuple[str, ...]
    own: frozenset[str]


@dataclass(frozen=True)
class Result:
    """The outcomes of one experiment: its number, the issues in play and ``all``, a row of `outcomes` for each.

    ``batches`` has for each batch of runs (`batch_of`) a row of `means` for each issue.
    """

    number: int
    issues: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]
    batches: tuple[tuple[tuple[float, ...], ...], ...]

    def data(self) -> dict[str, Any]:
        """As plain data; ``Result(number, *data.values())`` is equal after lists became tuples."""
        return {"issues": self.issues, "rows": self.rows, "batches": self.batches}

    @classmethod
    def of_data(cls, number: int, data: Mapping[str, Any]) -> Result:
        """The result of its plain data."""
        batches = tuple(tuple(tuple(row) for row in rows) for rows in data["batches"])
        return cls(number, tuple(data["issues"]), tuple(tuple(row) for row in data["rows"]), batches)


def play_experiment(base: Base, piece: tuple[int, dict[str, Any]]) -> Result:
    """Simulate all runs of one experiment, given as a number and its values by path.

    Raises:
        NegsimError: the values give no valid scenario, or a run fails.
    """
    number, values = piece
    try:
        compiled = changed(base, values)
        total: Tally | None = None
        sums: Any = 0.0
        batch = batch_of(base.runs)
        job, days = Job(compiled, base.engine, base.seed), _days(compiled, base.milestones)
        for chunk, (first, runs) in sizes(base.runs).items():
            part = play(job, chunk, first, runs, keep=True)
            total = part.tally if total is None else total + part.tally
            inside = batch[first : first + runs]
            sums = sums + _sums(compiled, days, part.outcomes["resolved"], inside, batch[-1] + 1)
    except NegsimError as error:
        said = ", ".join(f"{path} = {to_line(value)}" for path, value in values.items())
        raise NegsimError(f"experiment {number} ({said}): {error}") from None
    assert total is not None
    means = (sums / weights(base.runs)[:, None, None]).tolist()
    batches = tuple(tuple(tuple(row) for row in rows) for rows in means)
    return Result(number, (*compiled.issues, ALL), _outcomes(compiled, days, total), batches)


def changed(base: Base, values: Mapping[str, Any]) -> Compiled:
    """The compiled scenario of an experiment."""
    assumed = {path: value for path, value in values.items() if path in base.own}
    others = {path: value for path, value in values.items() if path not in base.own}
    compiled = compile(base.scenario.replace(others)) if others else base.compiled
    return compiled.assuming(assumed) if assumed else compiled


def batch_of(runs: int) -> npt.NDArray[np.int64]:
    """The batch of each run: consecutive runs, as many in each batch as possible.

    >>> batch_of(3).tolist(), weights(50).tolist()[:3]
    ([0, 1, 2], [3, 2, 3])
    """
    import numpy as np

    return np.arange(runs) * min(BATCHES, runs) // runs


def weights(runs: int) -> npt.NDArray[np.int64]:
    """The number of runs in each batch."""
    import numpy as np

    return np.bincount(batch_of(runs))


def _sums(
    compiled: Compiled,
    milestones: Sequence[int],
    resolved: npt.NDArray[np.float64],
    batch: npt.NDArray[np.int64],
    batches: int,
) -> Any:
    """The sums of `means` over the runs of each batch: an array (batches, issues and ``all``, `means`)."""
    import numpy as np

    horizon = compiled.horizon
    days = whole(resolved, horizon)
    days = np.column_stack([days, days.max(axis=1)])
    ever = (days < horizon).astype(float)
    by = [(days <= day) * ever if day <= horizon else np.full(days.shape, np.nan) for day in milestones]
    number = ever.copy()
    number[:, -1] = ever[:, :-1].sum(axis=1)
    values = np.stack([*by, ever, days, number], axis=-1)
    return np.stack([values[batch == b].sum(axis=0) for b in range(batches)])


def _days(compiled: Compiled, milestones: Sequence[str]) -> list[int]:
    return [(milestone(compiled.as_of, each).date - compiled.as_of).days for each in milestones]


def _outcomes(compiled: Compiled, milestones: Sequence[int], tally: Tally) -> tuple[tuple[float, ...], ...]:
    rows = []
    n, horizon = len(compiled.issues), compiled.horizon
    for counts in (*tally.resolved, tally.all_resolved):
        by = [chance_by(counts, day).p if day <= horizon else math.nan for day in milestones]
        ever = chance_by(counts, horizon).p
        mean = sum(day * int(count) for day, count in enumerate(counts)) / tally.runs
        rows.append((*by, ever, quantile(counts, 0.5), mean, ever))
    number = sum(row[-1] for row in rows[:n])
    return (*rows[:n], (*rows[n][:-1], number))


def fingerprint(compiled: Compiled) -> str:
    """A hash of all tables: scenarios with the same hash give the same runs."""
    found = hashlib.sha256()
    names = (compiled.issues, compiled.members, compiled.options, str(compiled.as_of), compiled.horizon)
    found.update(repr(names).encode())
    for name, table in sorted(compiled.tables.items()):
        found.update(name.encode())
        found.update(table.tobytes())
    return found.hexdigest()
