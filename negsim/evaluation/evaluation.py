"""The whole backtest: scores of all forecasts, their ablation, and the differences with intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from negsim.calibration import ABLATION as ABLATION_OF_SIMULATED
from negsim.calibration import SIMULATED, UPDATED
from negsim.errors import NegsimError
from negsim.evaluation import evaluation_tables as verdict
from negsim.evaluation.results_store import Keeper, Piece, identity
from negsim.history import (
    ABLATION,
    BASELINES,
    HORIZON,
    KINDS,
    OURS,
    AtOrigin,
    Difference,
    Examiner,
    Forecaster,
    Histories,
    Scored,
    difference,
    gathered,
)
from negsim.projection import Workers, executor_of, spread

if TYPE_CHECKING:
    import pandas as pd

#: Our forecasts, each with the strongest baseline that uses the same information.
AGAINST = (
    ("one, no targets", "per meeting"),
    ("ours, no targets", "per meeting"),
    ("ours, one variant", "target x slip"),
    ("ours", "target x slip"),
    ("sim., no targets", "per meeting"),
    ("simulated", "target x slip"),
    ("updated, others only", "simulated"),
    ("updated", "simulated"),
)

#: Methods that also forecast without hindsight, and with dates from memory: those that choose nothing by scores.
EARLY = ("per meeting", "target x slip", "ours, no targets", "ours", *SIMULATED)
#: The prefix of the ablation of the simulated forecast.
LESS = "simulated without "


@dataclass(frozen=True, repr=False)
class Evaluation:
    """The scores of all methods, and the differences.

    On request: ``ablation``, our forecasts without each of their features; ``early``, forecasts that learn only from
    what was known at the origin; ``remembered``, forecasts that use dates from memory;
    ``files``, the track record and its pictures with their data.

    >>> import negsim as ns
    >>> found = ns.backtest(origins={"brexit": ["2018-06-19"]}, horizon="90 days")
    >>> found.to_frame().index.names
    FrozenList(['kind', 'group', 'method'])
    """

    scored: Scored
    differences: list[Difference]
    horizon: int
    ablation: Scored | None = None
    early: Scored | None = None
    remembered: Scored | None = None
    files: tuple[Path, ...] = ()

    def __repr__(self) -> str:
        cases = self.scored.cases
        origins = len({(case.talks, case.origin) for case in cases})
        talks = len(self.scored.ends)
        return f"<Evaluation: {len(cases):,} forecasts by each method at {origins} origins of {talks} talks>"

    def data(self) -> dict[str, Any]:
        """All figures as plain data; a figure without a value is null."""
        return verdict.data(self.scored, self.differences)

    def to_frame(self) -> pd.DataFrame:
        """The mean scores: a row for each kind of issue, group of negotiations and method."""
        import pandas as pd

        return pd.DataFrame(self.data()["scores"]).set_index(["kind", "group", "method"])

    def _repr_html_(self) -> str:
        from negsim.files import values_table

        found = self.data()
        scores = [row for row in found["scores"] if row["group"] == "all"]
        differences = [{**row, "interval": _between(row["interval"])} for row in found["differences"]]
        return values_table(repr(self)[1:-1], scores, verdict.HOW) + values_table(
            "Differences in CRPS, in days, with 90 % intervals", differences, verdict.CAUTION
        )


@dataclass(frozen=True)
class Part:
    """A part of the evaluation: its methods, what they learn from, and the record."""

    methods: Mapping[str, Forecaster]
    hindsight: bool = True
    remembered: bool = False


_ALL: dict[str, Forecaster] = {**BASELINES, **OURS, **SIMULATED}
#: The parts by the names of `Evaluation`. A worker looks its methods up here, so that no function is sent.
PARTS = {
    "scored": Part(_ALL),
    "ablation": Part({**ABLATION, **{LESS + words: method for words, method in ABLATION_OF_SIMULATED.items()}}),
    "updated": Part({**_ALL, **UPDATED}),
    "early": Part({name: _ALL[name] for name in EARLY}, hindsight=False),
    "remembered": Part({name: _ALL[name] for name in EARLY}, remembered=True),
}

#: The parts that only the track record needs.
REPORTED = ("ablation", "early", "remembered")


class Job:
    """The shared input of all pieces of work; fitted methods are cached in it."""

    def __init__(self, histories: Histories, remembered: Histories | None, horizon: int) -> None:
        self.histories, self.remembered, self.horizon = histories, remembered, horizon
        self._examiners: dict[str, Examiner] = {}

    def examiner(self, part: str) -> Examiner:
        """The examiner of the methods of a part."""
        if part not in self._examiners:
            of = PARTS[part]
            record = self.remembered if of.remembered and self.remembered is not None else self.histories
            self._examiners[part] = Examiner(record, of.methods, self.horizon, of.hindsight)
        return self._examiners[part]


def at_origin(job: Job, piece: Piece) -> tuple[Piece, AtOrigin]:
    """One piece of work: the forecasts of a part from one origin."""
    part, talks, origin = piece
    return piece, job.examiner(part).at(talks, origin)


def evaluate(
    histories: Histories,
    origins: Mapping[str, Sequence[date]],
    horizon: int = HORIZON,
    progress: Callable[[int], Any] | None = None,
    remembered: Histories | None = None,
    *,
    updated: bool = False,
    workers: Workers = 1,
    out: Path | None = None,
) -> Evaluation:
    """Forecast from every origin by every method, and score the forecasts.

    With a record that uses dates from memory (``remembered``) all parts of the track record are computed. That is four
    times the work.

    Args:
        histories: The record.
        origins: Days by negotiation.
        horizon: The days that are scored.
        progress: Called with the number of origins finished before, then with the number of newly finished ones.
        remembered: The record with dates from memory.
        updated: Whether to score `negsim.calibration.UPDATED` too.
        workers: Number of processes, or any `concurrent.futures.Executor`.
        out: A folder for all scores, see `results_store`. Finished origins are saved beside it, and the same call
            resumes there.

    Raises:
        NegsimError: As `score`; or there is one negotiation only; or ``out`` holds something else or cannot be
            written.
    """
    if len(histories.talks) < 2:
        raise NegsimError("a forecast learns from other negotiations, so the record needs at least two")
    first = "updated" if updated else "scored"
    parts = [first, *(REPORTED if remembered is not None else ())]
    of = {part: _negotiations(part, origins, histories, remembered) for part in parts}
    pieces = [(part, name, day) for part in parts for name in of[part] for day in origins[name]]
    ends = {name: histories[name].end for name in origins}

    def whole(found: Mapping[Piece, AtOrigin]) -> Evaluation:
        return _whole(found, of, origins, ends, horizon, first)

    methods = {name: list(part.methods) for name, part in PARTS.items()}
    keeper = Keeper(out, identity(histories, origins, horizon, methods)) if out is not None else None
    found = keeper.finished() if keeper is not None else {}
    if keeper is not None and all(piece in found for piece in pieces):
        if progress is not None:
            progress(len(pieces))
        return whole(found)
    # Processes, as for the reference engine: most of a forecast's work is Python.
    with keeper or nullcontext(), executor_of(workers, "reference") as executor:
        if keeper is not None:
            found |= keeper.in_checkpoint()
        todo = [piece for piece in pieces if piece not in found]
        if progress is not None:
            progress(len(pieces) - len(todo))
        job = Job(histories, remembered, horizon)
        for piece, each in spread(at_origin, job, todo, executor):
            found[piece] = each
            if keeper is not None:
                keeper.put(piece, each)
            if progress is not None:
                progress(1)
        done = whole(found)
        if keeper is not None:
            keeper.finish({piece: found[piece] for piece in pieces}, verdict.data(done.scored, done.differences))
    return done


def _negotiations(
    part: str, origins: Mapping[str, Sequence[date]], histories: Histories, remembered: Histories | None
) -> list[str]:
    """The negotiations of a part; with dates from memory, those that have such dates."""
    if not PARTS[part].remembered or remembered is None:
        return list(origins)
    return [name for name in origins if remembered[name] != histories[name]]


def _whole(
    found: Mapping[Piece, AtOrigin],
    of: Mapping[str, Sequence[str]],
    origins: Mapping[str, Sequence[date]],
    ends: Mapping[str, str],
    horizon: int,
    first: str,
) -> Evaluation:
    each = {
        part: gathered(
            PARTS[part].methods,
            [found[part, name, day] for name in names for day in origins[name]],
            {name: ends[name] for name in names},
        )
        for part, names in of.items()
        if names
    }
    scored = each.pop(first)
    parts: dict[str, Any] = dict(each)
    return Evaluation(scored=scored, horizon=horizon, differences=_differences(scored), **parts)


def _differences(scored: Scored) -> list[Difference]:
    return [
        difference(scored, method, against, kind)
        for kind in KINDS
        for method, against in AGAINST
        if {method, against} <= set(scored.methods) and any(case.kind == kind for case in scored.cases)
    ]


def _between(interval: Sequence[float | None]) -> str:
    """An interval in words; empty without one."""
    return " to ".join(f"{end:.0f}" for end in interval if end is not None)
