"""Our own forecast: issues close one by one at meetings, or all together at the end of the negotiation.

Closings at meetings: chances and gaps of the own past, with other negotiations as the prior
(`negsim.history.meetings`). The end: from the date that was announced last and the days per meeting
(`negsim.history.times_to_end`). It comes only if the negotiation is concluded at all (`negsim.history.conclusion`). A
`Variant` weighs these parts. `ours` is the mean of all variants. `best_of_training` uses the variant with the best
scores on the other negotiations, each left out in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Any

import numpy as np

from negsim.history.conclusion import concluding
from negsim.history.meetings import RUNS, Chances, by_meetings, pooled, without_package
from negsim.history.negotiations import Talks
from negsim.history.origins import by_rule
from negsim.history.scores import crps
from negsim.history.snapshot import Floats, Forecaster, Forecasts, Snapshot
from negsim.history.times_to_end import TimeToEnd, time_to_end


@dataclass(frozen=True, slots=True)
class Variant:
    """The weights of the parts of a forecast; the numbers are chosen by scores, the switches are for ablation.

    Args:
        age: The growth of the chance per meeting with the age of an issue; see `by_meetings`.
        together: 0 if an issue's own closing and the end are independent; 1 if they are slow or fast together, so that
            the more probable one counts; between, a mixture.
        prior: The weight of other negotiations in the prior, in closings.
        targets: Whether announced dates inform the end.
        single: Whether issues can be closed before the end.
        package: Whether closings on the last day of other negotiations are separate from those at meetings.
        stayers: Whether a negotiation may never be concluded, and an issue may stay.
    """

    age: float = 0.0
    together: float = 0.0
    prior: float = 1.0
    targets: bool = True
    single: bool = True
    package: bool = True
    stayers: bool = True

    @property
    def words(self) -> str:
        """The numbers, for people."""
        return f"age {self.age:g}, together {self.together:g}"


#: The numbers that are tried; few, because a few negotiations cannot distinguish many.
AGE, TOGETHER = (0.0, 1.0), (0.0, 0.5, 1.0)
#: Runs for each forecast while variants are tried.
TRIED = 200


class Parts:
    """What variants are mixed of, learned from other talks; what several variants need is computed once."""

    def __init__(self, teachers: Sequence[Talks], runs: int = RUNS) -> None:
        others = [talks for talks in teachers if not talks.outline]
        self.teachers, self.others, self.runs = teachers, others, runs
        self._made: dict[tuple[object, ...], Any] = {}

    def _once(self, key: tuple[object, ...], make: Callable[[], Any]) -> Any:
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def singly(self, snapshot: Snapshot, variant: Variant) -> Forecasts:
        """Closings at meetings, of each issue for itself."""

        def prior() -> Chances:
            theirs = [without_package(talks) for talks in self.others] if variant.package else self.others
            return pooled(theirs, variant.prior, variant.stayers)

        law = self._once(("prior", variant.package, variant.prior, variant.stayers), prior)
        key = ("singly", snapshot, variant.package, variant.prior, variant.age, variant.stayers)
        made: Forecasts = self._once(key, lambda: by_meetings(snapshot, self.others, law, self.runs, variant.age))
        return made

    def end(self, snapshot: Snapshot, variant: Variant) -> Floats:
        """The law of the end of the negotiation, which closes all open issues."""
        law: TimeToEnd = self._once(("end", variant.targets), lambda: time_to_end(self.others, variant.targets))
        return law.cdf(snapshot)

    def forecast(self, snapshot: Snapshot, variant: Variant) -> Forecasts:
        """The forecasts of one variant."""
        last = self.end(snapshot, variant)
        ends = self._concludes(snapshot, variant)
        if not variant.single:
            return {issue.name: ends * last for issue in snapshot.targeted}
        return {
            name: ends * _either(cdf, last, variant.together) + (1.0 - ends) * cdf
            for name, cdf in self.singly(snapshot, variant).items()
        }

    def _concludes(self, snapshot: Snapshot, variant: Variant) -> float:
        """The probability that the negotiation has an end that closes all open issues."""
        if not variant.stayers:
            return 1.0
        law = self._once(("ends", variant.targets), lambda: concluding(self.teachers, variant.targets))
        return float(law.probability(snapshot))


def _either(one: Floats, other: Floats, together: float) -> Floats:
    apart = 1.0 - (1.0 - one) * (1.0 - other)
    return together * np.maximum(one, other) + (1.0 - together) * apart


def variants(targets: bool = True, **fixed: Any) -> list[Variant]:
    """All combinations of the numbers that are tried, except those that are ``fixed``.

    >>> len(variants()), len(variants(targets=False)), len(variants(age=0.0))
    (6, 6, 3)
    """
    tried = {"age": AGE, "together": TOGETHER}
    tried = {name: (fixed.pop(name),) if name in fixed else values for name, values in tried.items()}
    return [
        Variant(age, together, targets=targets, **fixed) for age, together in product(tried["age"], tried["together"])
    ]


def mean_of(mixed: Sequence[Variant], others: Sequence[Talks]) -> Callable[[Snapshot], Forecasts]:
    """The mean of the forecasts of some variants, taught by other talks."""
    parts = Parts(others)

    def forecast(snapshot: Snapshot) -> Forecasts:
        each = [parts.forecast(snapshot, variant) for variant in mixed]
        return {name: np.mean([cdfs[name] for cdfs in each], axis=0) for name in each[0]}

    return forecast


def chosen(others: Sequence[Talks], targets: bool = True) -> Variant:
    """The variant with the least mean CRPS of open issues over other talks, each forecast from the rest of them."""
    losses = _losses(tuple(others))
    return min((variant for variant in losses if variant.targets == targets), key=lambda variant: losses[variant])


@cache
def _losses(others: tuple[Talks, ...]) -> dict[Variant, float]:
    tried = [*variants(), *variants(targets=False)]
    losses: dict[Variant, list[float]] = {variant: [] for variant in tried}
    for talks in others:
        parts = Parts([each for each in others if each is not talks], TRIED)
        means: dict[Variant, list[float]] = {variant: [] for variant in tried}
        for snapshot, outcomes in _scenes(talks):
            for variant in tried:
                cdfs = parts.forecast(snapshot, variant)
                means[variant].append(
                    float(np.mean([crps(cdfs[name], outcome, known) for name, outcome, known in outcomes]))
                )
        for variant in tried:
            if means[variant]:
                losses[variant].append(float(np.mean(means[variant])))
    return {variant: float(np.mean(values)) for variant, values in losses.items()}


@cache
def _scenes(talks: Talks) -> tuple[tuple[Snapshot, tuple[tuple[str, int | None, int], ...]], ...]:
    from negsim.history.backtest import HORIZON, cases_of

    found = []
    for origin in by_rule(talks):
        snapshot = Snapshot.of(talks, origin, HORIZON)
        cases = tuple(
            (case.issue, case.outcome, case.horizon) for case in cases_of(talks, snapshot) if case.kind == "open"
        )
        if cases:
            # While variants are tried, only open issues are forecast.
            found.append((replace(snapshot, now=replace(snapshot.now, waiting=())), cases))
    return tuple(found)


def ours(others: Sequence[Talks]) -> Callable[[Snapshot], Forecasts]:
    """Our forecast: the mean of all variants."""
    return mean_of(variants(), others)


def ours_without_targets(others: Sequence[Talks]) -> Callable[[Snapshot], Forecasts]:
    """Our forecast without announced dates."""
    return mean_of(variants(targets=False), others)


def best_of_training(others: Sequence[Talks]) -> Callable[[Snapshot], Forecasts]:
    """The variant with the best scores on the other negotiations."""
    return mean_of([chosen(others)], others)


def best_without_targets(others: Sequence[Talks]) -> Callable[[Snapshot], Forecasts]:
    """The variant with the best scores on the other negotiations, without announced dates."""
    return mean_of([chosen(others, targets=False)], others)


def without(**off: Any) -> Forecaster:
    """Our forecast with a feature switched off, for ablation."""
    return lambda others: mean_of(variants(**off), others)


OURS: dict[str, Forecaster] = {
    "one, no targets": best_without_targets,
    "ours, no targets": ours_without_targets,
    "ours, one variant": best_of_training,
    "ours": ours,
}

#: The ablation: a feature in words, and the forecast without it.
ABLATION: dict[str, Forecaster] = {
    "announced dates": without(targets=False),
    "closings one by one": without(single=False, age=0.0, together=0.0),
    "growth with age": without(age=0.0),
    "slow or fast together": without(together=0.0),
    "the package kept apart": without(package=False),
    "stayers": without(stayers=False),
}
