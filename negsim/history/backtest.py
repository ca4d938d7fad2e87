"""Forecasts of past negotiations from fixed days, scored.

The negotiation that is forecast is no part of the records that its forecasters learn from. A forecaster sees it through
`Snapshot.of` only, which cuts it off at the origin. Means are over the issues of an origin, then over the origins of a
negotiation, then over negotiations. So the sixty chapters of one accession have the weight of one negotiation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from negsim.errors import NegsimError
from negsim.history.histories import Histories
from negsim.history.negotiations import Issue, Talks, others_by
from negsim.history.scores import brier, coverage, crps, log_score, pit_bounds
from negsim.history.snapshot import Floats, Forecaster, Forecasts, Snapshot

HORIZON = 1096
BRIER_DAYS = (180, 365, 730)
KINDS = ("open", "not yet opened")
#: The scores of a forecast, in the order of the tables; each is a column of `Scored.values`.
SCORES = ("crps", "log", *(f"brier_{day}" for day in BRIER_DAYS), "cover_50", "cover_80", "pit_low", "pit_high")


@dataclass(frozen=True)
class Case:
    """An issue at an origin, its outcome in days (None: not within the horizon), and the last day that is known."""

    talks: str
    origin: date
    kind: str
    issue: str
    outcome: int | None
    horizon: int


@dataclass(frozen=True)
class Scored:
    """The scores (methods by cases by `SCORES`) of every method in every case; NaN where a score does not apply.

    ``at_days`` holds the probabilities (methods by cases by `BRIER_DAYS`) for the reliability picture.
    """

    methods: tuple[str, ...]
    cases: tuple[Case, ...]
    values: Floats
    at_days: Floats
    ends: Mapping[str, str]

    def mean(self, method: str, score: str = "crps", kind: str = "open", talks: Sequence[str] | None = None) -> float:
        """The mean of a score over issues, then origins, then negotiations; NaN if there is no case."""
        each = [
            value for name in (talks or self.ends) if np.isfinite(value := self.of_talks(method, name, score, kind))
        ]
        return float(np.mean(each)) if each else float("nan")

    def of_talks(self, method: str, talks: str, score: str = "crps", kind: str = "open") -> float:
        """The mean of a score over the issues of an origin, then over the origins of a negotiation."""
        by_origin = self.by_origin(method, talks, score, kind)
        return float(np.mean(list(by_origin.values()))) if by_origin else float("nan")

    def by_origin(self, method: str, talks: str, score: str = "crps", kind: str = "open") -> dict[date, float]:
        """The mean of a score over the issues of each origin of a negotiation."""
        row, column = self.methods.index(method), SCORES.index(score)
        found: dict[date, list[float]] = {}
        for n, case in enumerate(self.cases):
            value = self.values[row, n, column]
            if case.talks == talks and case.kind == kind and np.isfinite(value):
                found.setdefault(case.origin, []).append(float(value))
        return {origin: float(np.mean(values)) for origin, values in found.items()}

    def ended(self, end: str) -> list[str]:
        """The negotiations that were concluded, or, for any other word, those that were not."""
        return [name for name, how in self.ends.items() if (how == "concluded") == (end == "concluded")]


@dataclass(frozen=True)
class AtOrigin:
    """The scores of the forecasts from one origin: values by method, case and score, as in `Scored`."""

    cases: tuple[Case, ...]
    values: list[list[list[float]]]
    at_days: list[list[list[float]]]


class Examiner:
    """Scored forecasts, one origin at a time, by methods that learn from all other negotiations.

    The fitted methods are cached until another negotiation is asked for, so ask for one negotiation after the other.
    The arguments are those of `score`.
    """

    def __init__(
        self, histories: Histories, methods: Mapping[str, Forecaster], horizon: int = HORIZON, hindsight: bool = True
    ) -> None:
        self.histories, self.methods, self.horizon, self.hindsight = histories, methods, horizon, hindsight
        self._taught: tuple[str, list[Callable[[Snapshot], Forecasts]]] = ("", [])

    def at(self, name: str, origin: date) -> AtOrigin:
        """Forecast a negotiation from an origin by every method, and score the forecasts."""
        talks = self.histories[name]
        snapshot = Snapshot.of(talks, origin, self.horizon)
        cases = cases_of(talks, snapshot)
        found = AtOrigin(tuple(cases), [], [])
        for forecast in self._shown(name, origin):
            cdfs = forecast(snapshot) if cases else {}
            found.values.append([scores_of(cdfs[case.issue], case) for case in cases])
            found.at_days.append(
                [
                    [float(cdfs[case.issue][day]) if day <= self.horizon else np.nan for day in BRIER_DAYS]
                    for case in cases
                ]
            )
        return found

    def _shown(self, name: str, origin: date) -> list[Callable[[Snapshot], Forecasts]]:
        others = [each for each in self.histories.all if each.id != name]
        if not self.hindsight:
            return [method(others_by(others, origin)) for method in self.methods.values()]
        taught = self._taught
        if taught[0] != name:
            taught = self._taught = (name, [method(others) for method in self.methods.values()])
        return taught[1]


def score(
    histories: Histories,
    origins: Mapping[str, Sequence[date]],
    methods: Mapping[str, Forecaster],
    horizon: int = HORIZON,
    progress: Callable[[int], Any] | None = None,
    hindsight: bool = True,
) -> Scored:
    """Forecast from every origin by every method, and score the forecasts.

    Args:
        histories: The records. Methods learn from all negotiations but the one that they forecast.
        origins: Days by negotiation.
        methods: Forecasters by name.
        horizon: The days that are scored; less if the record of a negotiation that was not concluded ends before.
        progress: Called with the number of origins done.
        hindsight: Whether methods learn from the whole records of other negotiations; otherwise from what was known at
            the origin. Before the first negotiation on record that is nothing.

    Raises:
        NegsimError: There is nothing to score.
    """
    examiner, found = Examiner(histories, methods, horizon, hindsight), []
    for name, days in origins.items():
        for origin in days:
            found.append(examiner.at(name, origin))
            if progress is not None:
                progress(1)
    return gathered(methods, found, {name: histories[name].end for name in origins})


def gathered(methods: Iterable[str], found: Sequence[AtOrigin], ends: Mapping[str, str]) -> Scored:
    """The scores from all origins; ``ends``: the end of each negotiation.

    Raises:
        NegsimError: There is nothing to score.
    """
    cases = tuple(case for each in found for case in each.cases)
    if not cases:
        raise NegsimError("no issue is open or waiting at these origins, so there is nothing to score")
    names = tuple(methods)
    values = [[row for each in found for row in each.values[m]] for m in range(len(names))]
    at_days = [[row for each in found for row in each.at_days[m]] for m in range(len(names))]
    return Scored(names, cases, np.asarray(values), np.asarray(at_days), ends)


def cases_of(talks: Talks, snapshot: Snapshot) -> list[Case]:
    """The issues of a snapshot with a known outcome. Only this function uses what came after the origin.

    A concluded negotiation is known in full, so its horizon is the full one. Otherwise the horizon ends with the
    record, and forecasts are cut off there too.
    """
    origin = snapshot.now.on
    known = snapshot.horizon if talks.end == "concluded" else min(snapshot.horizon, (talks.until - origin).days)
    found = []
    issues = {issue.name: issue for issue in talks.issues}
    for kind, shown in zip(KINDS, (snapshot.now.open, snapshot.now.waiting), strict=True):
        for issue in shown:
            after = issues[issue.name]
            if not after.closed_unsure:
                found.append(Case(talks.id, origin, kind, issue.name, _outcome(after, origin, known), known))
    return found


def _outcome(issue: Issue, origin: date, horizon: int) -> int | None:
    days = (issue.closed - origin).days if issue.closed else None
    return days if days is not None and days <= horizon else None


def scores_of(cdf: Floats, case: Case) -> list[float]:
    """The scores of a forecast in the order of `SCORES`; a Brier score of a day beyond the horizon is NaN."""
    y, horizon = case.outcome, case.horizon
    bounds = pit_bounds(cdf, y, horizon)
    return [
        crps(cdf, y, horizon),
        log_score(cdf, y, horizon),
        *(brier(cdf, y, day) if day <= horizon else np.nan for day in BRIER_DAYS),
        coverage(bounds, 0.5),
        coverage(bounds, 0.8),
        *bounds,
    ]
