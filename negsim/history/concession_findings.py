"""What the offers on record show: tactics, exponents, reservation values, first demands, settlements, the last minute.

Intervals are 90 % percentile intervals of a bootstrap of whole negotiations (Efron 1979; Field and Welsh 2007), keyed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from negsim.history.concession import (
    CALENDAR,
    FIXED,
    RECIPROCAL,
    STRENGTH,
    TACTICS,
    TIME,
    Tactics,
    grid,
    likelihoods,
    log_likelihood,
    mixed,
    prior,
    repeats,
)
from negsim.history.offer_steps import SidePath, paths_of
from negsim.history.offers import OfferRecord
from negsim.history.scores import generator

Floats = npt.NDArray[np.float64]
T = TypeVar("T")


class OfNegotiation(Protocol):
    """A case that knows its negotiation."""

    @property
    def negotiation(self) -> str:
        """Its id."""


C = TypeVar("C", bound=OfNegotiation)

REPEATS = 200
#: What counts as an even split: this part of the way, on both sides of the middle.
NEAR = 0.05


@dataclass(frozen=True, slots=True)
class Finding:
    """A figure with its 90 % interval; ``cases`` are sides or issues."""

    name: str
    value: float
    low: float
    high: float
    cases: int

    @property
    def text(self) -> str:
        """The figure and its interval, as on the page."""
        return f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f})"


@dataclass(frozen=True)
class TacticFindings:
    """The fit to all sides, its bootstrap, and the posterior of each side (rows) over the grid (columns)."""

    tactics: Tactics
    paths: Sequence[SidePath]
    weights: Floats
    again: Floats
    posterior: Floats
    logs: Floats

    def finding(self, name: str, statistic: Callable[[Floats], float]) -> Finding:
        """A statistic of the frequencies, with its interval."""
        drawn = [statistic(each) for each in self.again]
        low, high = np.quantile(drawn, (0.05, 0.95))
        return Finding(name, statistic(self.weights), float(low), float(high), len(self.paths))

    def mean_log_beta(self) -> Floats:
        """The posterior mean of log2 beta of each side, among its time and mixed tactics."""
        curved = self.posterior * ((self.tactics.kind == TIME) | ~np.isin(self.tactics.kind, (RECIPROCAL, FIXED)))
        return np.asarray(curved @ np.log2(self.tactics.beta) / curved.sum(axis=1))


def tactic_findings(records: Sequence[OfferRecord], repeated: int = REPEATS) -> TacticFindings:
    """Fit the tactics of all sides, and of bootstrap samples of negotiations."""
    tactics, paths = grid(), paths_of(records)
    rate, start = repeats(paths), prior(tactics)
    logs = np.array([log_likelihood(path, tactics, rate) for path in paths])
    matrix = likelihoods(logs)
    weights = mixed(matrix, start, STRENGTH)
    names = sorted({path.negotiation for path in paths})
    of = np.array([names.index(path.negotiation) for path in paths])
    again = []
    for n in range(repeated):
        counts = np.bincount(generator("concession", n).integers(len(names), size=len(names)), minlength=len(names))
        again.append(mixed(matrix, start, STRENGTH, counts[of].astype(float)))
    posterior = matrix * weights
    return TacticFindings(
        tactics, paths, weights, np.array(again), posterior / posterior.sum(axis=1, keepdims=True), logs
    )


def tactic_figures(found: TacticFindings) -> list[Finding]:
    """Frequencies of the kinds, of late, even and early curves, of clocks, and the spread of beta and reservation."""
    kinds, tactics = found.tactics.kind, found.tactics
    curved = (kinds == TIME) | ~np.isin(kinds, (RECIPROCAL, FIXED))

    def part(mask: npt.NDArray[np.bool_], within: npt.NDArray[np.bool_]) -> Callable[[Floats], float]:
        return lambda weights: float(weights[mask & within].sum() / weights[within].sum())

    every = np.ones(len(tactics), bool)
    figures = [found.finding(name, part(kinds == kind, every)) for kind, name in enumerate(TACTICS)]
    for name, mask in (
        ("beta below 1 (late)", tactics.beta < 1),
        ("beta 1 (even)", tactics.beta == 1),
        ("beta above 1 (early)", tactics.beta > 1),
        ("calendar clock", tactics.clock == CALENDAR),
    ):
        figures.append(found.finding(name, part(mask, curved)))
    for q in (0.25, 0.5, 0.75):
        figures.append(found.finding(f"beta, {q:.0%} quantile".replace("%", " %"), _quantile(tactics.beta, curved, q)))
    moving = kinds != FIXED
    for limit in (0.25, 0.5):
        figures.append(
            found.finding(f"reservation value below {limit}", part(1.0 - tactics.reach < limit - 1e-9, moving))
        )
    return figures


def _quantile(values: Floats, mask: npt.NDArray[np.bool_], q: float) -> Callable[[Floats], float]:
    order = np.argsort(values[mask], kind="stable")

    def of(weights: Floats) -> float:
        mine = weights[mask][order].cumsum()
        return float(values[mask][order][np.searchsorted(mine, q * mine[-1])])

    return of


def best_kinds(found: TacticFindings) -> dict[str, int]:
    """How many sides each kind of tactic fits best: the kind with the largest posterior probability."""
    by_kind = np.array([found.posterior[:, found.tactics.kind == kind].sum(axis=1) for kind in range(4)])
    counts = np.bincount(by_kind.argmax(axis=0), minlength=4)
    return dict(zip(TACTICS, counts.tolist(), strict=True))


def left_out(found: TacticFindings) -> list[Finding]:
    """The mean log probability of a side's steps, without its negotiation, minus that of the fit with all kinds.

    Only one kind of tactic is allowed at a time. The interval is Student's over the negotiations.
    """
    from scipy.special import stdtrit

    names = sorted({path.negotiation for path in found.paths})
    of = np.array([names.index(path.negotiation) for path in found.paths])
    start = prior(found.tactics)
    masks = [np.ones(len(start), bool), *(found.tactics.kind == kind for kind in range(4))]
    scores = np.array([_left_out(found.logs[:, mask], start[mask] / start[mask].sum(), of) for mask in masks])
    figures = []
    for name, row in zip(TACTICS, scores[1:], strict=True):
        differences = np.array([(row - scores[0])[of == n].mean() for n in range(len(names))])
        n, mean = len(names), float(differences.mean())
        half = float(stdtrit(n - 1, 0.95) * differences.std(ddof=1) / n**0.5)
        figures.append(Finding(f"{name} alone", mean, mean - half, mean + half, len(found.paths)))
    return figures


def _left_out(logs: Floats, start: Floats, of: npt.NDArray[np.int64]) -> Floats:
    scores, matrix = np.zeros(len(logs)), likelihoods(logs)
    for n in range(of.max() + 1):
        weights = mixed(matrix[of != n], start, STRENGTH)
        mine = of == n
        scores[mine] = np.log(matrix[mine] @ weights) + logs[mine].max(axis=1)
    return scores


def alike(found: TacticFindings) -> Finding:
    """The rank correlation of the mean log beta of the two sides of an issue (Spearman 1904)."""
    betas = found.mean_log_beta()
    pairs: dict[tuple[str, str], dict[int, float]] = {}
    for path, beta in zip(found.paths, betas, strict=True):
        pairs.setdefault((path.negotiation, path.issue), {})[path.number] = float(beta)
    rows = [(name, each[0], each[1]) for (name, _), each in pairs.items() if len(each) == 2]
    by: dict[str, list[tuple[float, float]]] = {}
    for name, a, b in rows:
        by.setdefault(name, []).append((a, b))

    def correlation(values: Sequence[tuple[float, float]]) -> float:
        from scipy.stats import spearmanr

        return float(spearmanr(np.array(values)).statistic) if len({a for a, _ in values}) > 1 else 0.0

    return bootstrap("rank correlation of log beta of the two sides", by, correlation, len(rows))


def bootstrap(
    name: str, by: Mapping[str, Sequence[T]], statistic: Callable[[Sequence[T]], float], cases: int
) -> Finding:
    """A statistic of all values, with the interval of a bootstrap of negotiations."""
    names, drawn = list(by), []
    for n in range(1000):
        chosen = generator("bootstrap", name, n).integers(len(names), size=len(names))
        drawn.append(statistic([value for k in chosen for value in by[names[k]]]))
    low, high = np.quantile(drawn, (0.05, 0.95))
    return Finding(
        name, statistic([value for values in by.values() for value in values]), float(low), float(high), cases
    )


def finding(
    name: str, cases: Sequence[C], value: Callable[[C], T], statistic: Callable[[Sequence[T]], float]
) -> Finding:
    """A statistic of the ``value`` of each case, with the interval of a bootstrap of the cases' negotiations."""
    by: dict[str, list[T]] = {}
    for each in cases:
        by.setdefault(each.negotiation, []).append(value(each))
    return bootstrap(name, by, statistic, len(cases))


def mean(values: Sequence[float]) -> float:
    """The mean of plain numbers or truth values."""
    return float(np.mean(np.array(values, float)))


def median(values: Sequence[float]) -> float:
    """The median of plain numbers or truth values."""
    return float(np.median(np.array(values, float)))
