"""Tactics of the model fitted to offers on record: time curve, reciprocal, mixed and fixed.

A side's last offer is its base. The formulas of `docs/model.md` (Faratin, Sierra and Jennings 1998) give what it is
expected to have conceded by its next offer. It repeats its last offer with the probability ``repeat``; otherwise it
departs from that expectation by a normal error, and the number on record is rounded:

    P(offer) = repeat [same] + (1 - repeat) (Phi((high - m) / sigma) - Phi((low - m) / sigma))

A side accepts a settlement with the probability ``Phi((m - v + half) / sigma)`` of having conceded as much by then, and
surely if it asks for no more than its last offer. Silence says nothing of the tactic: clocks go on, the offer stands.

Sides are pooled. Tactics lie on a grid; how frequent each is among sides is estimated by maximum likelihood with the
prior counted as ``STRENGTH`` further sides (EM algorithm: Dempster, Laird and Rubin 1977; Laird 1978).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from itertools import product

import numpy as np
import numpy.typing as npt

from negsim.history.offer_steps import SidePath, Step

Floats = npt.NDArray[np.float64]

TIME, RECIPROCAL, MIXED, FIXED = range(4)
TACTICS = ("time", "reciprocal", "mixed", "fixed")
CALENDAR, ROUNDS = range(2)
#: The prior counts as much as this many sides.
STRENGTH = 10.0
BETAS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
DAYS = (7.0, 30.0, 120.0, 480.0, 1920.0)
TURNS = (1.0, 2.0, 4.0, 8.0, 16.0)
WAYS = (0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 1.0)
SIGMAS = (0.04, 0.1, 0.25)


@dataclass(frozen=True)
class Tactics:
    """Tactics as columns, one element for each; keys that a kind does not use are 1, ``kappa`` 0.

    ``reach`` is the part of the way to the other's first demand at which the reservation value ``1 - reach`` lies.
    """

    kind: Floats
    clock: Floats
    beta: Floats
    kappa: Floats
    patience: Floats
    reach: Floats
    reciprocity: Floats
    weight: Floats
    sigma: Floats

    def __len__(self) -> int:
        return len(self.kind)

    def take(self, which: npt.NDArray[np.int64]) -> Tactics:
        """The tactics with these numbers."""
        return Tactics(*(getattr(self, field.name)[which] for field in fields(self)))

    def conceded(self, day: Floats | float, turn: Floats | float) -> Floats:
        """The share ``reach * c(tau)`` that the time curve concedes; see ``conceded`` of the rules.

        >>> grid = grid_of([{"kind": TIME, "beta": 0.5, "patience": 100.0, "reach": 0.8}])
        >>> grid.conceded(50.0, 3).round(6).tolist()
        [0.2]
        """
        tau = np.minimum(np.where(self.clock == CALENDAR, day, turn) / self.patience, 1.0)
        with np.errstate(under="ignore"):
            curve = self.kappa + (1.0 - self.kappa) * tau ** (1.0 / self.beta)
        return np.asarray(self.reach * np.where(tau >= 1.0, 1.0, curve))

    def expected(
        self, day: Floats | float, turn: Floats | float, before: Floats | float, given: Floats | float
    ) -> Floats:
        """What a side has conceded after its next move: the rule ``move`` of the model, with its last offer as base.

        >>> grid = grid_of([{"kind": RECIPROCAL, "reciprocity": 0.5, "reach": 0.6}, {"kind": FIXED}])
        >>> grid.expected(10.0, 1, 0.1, 0.4).round(6).tolist()
        [0.3, 0.1]
        """
        behind = np.maximum(0.0, self.conceded(day, turn) - before)
        answer = self.reciprocity * given
        step = np.select(
            [self.kind == TIME, self.kind == RECIPROCAL, self.kind == MIXED],
            [behind, answer, self.weight * behind + (1.0 - self.weight) * answer],
            0.0,
        )
        return np.asarray(np.maximum(before, np.minimum(before + step, self.reach)))


def grid_of(rows: Sequence[Mapping[str, float]]) -> Tactics:
    """Tactics from rows of keys; missing keys have the values that change nothing."""
    usual = {"clock": 0.0, "kappa": 0.0, "sigma": 0.1}
    return Tactics(
        *(
            np.array([row.get(field.name, usual.get(field.name, 1.0)) for row in rows], float)
            for field in fields(Tactics)
        )
    )


@cache
def grid() -> Tactics:
    """All tactics that are fitted.

    >>> len(grid())
    4107
    """
    clocks = [*((CALENDAR, days) for days in DAYS), *((ROUNDS, turns) for turns in TURNS)]
    rows: list[dict[str, float]] = []
    for (clock, patience), beta, kappa, reach in product(clocks, BETAS, (0.0, 0.3), WAYS):
        rows.append({"kind": TIME, "clock": clock, "patience": patience, "beta": beta, "kappa": kappa, "reach": reach})
    for reciprocity, reach in product((0.25, 0.5, 1.0, 2.0), WAYS):
        rows.append({"kind": RECIPROCAL, "reciprocity": reciprocity, "reach": reach})
    for (clock, patience), beta, reach, weight in product(clocks[1::2], (0.25, 1.0, 4.0), WAYS[::2], (0.25, 0.5, 0.75)):
        for reciprocity in (0.5, 1.0):
            rows.append({"kind": MIXED, "clock": clock, "patience": patience, "beta": beta, "reach": reach,
                         "weight": weight, "reciprocity": reciprocity})  # fmt: skip
    rows.append({"kind": FIXED})
    return grid_of([row | {"sigma": sigma} for row in rows for sigma in SIGMAS])


def prior(tactics: Tactics) -> Floats:
    """Equal weights of the kinds, and of the tactics of a kind."""
    counts = np.bincount(tactics.kind.astype(int), minlength=4)
    weights = 1.0 / counts[tactics.kind.astype(int)]
    return np.asarray(weights / weights.sum())


def likelihood(step: Step, tactics: Tactics, repeat: float) -> Floats:
    """The probability of an offer or a settlement under each tactic.

    >>> step = Step(day=10, turn=1, before=0.2, given=0.1, share=0.2, half=0.01, deal=False)
    >>> likelihood(step, grid_of([{"kind": FIXED, "sigma": 0.1}]), repeat=0.5).round(4).tolist()
    [0.5398]
    """
    from scipy.special import ndtr

    expected = tactics.expected(step.day, step.turn, step.before, step.given)
    if step.deal:
        if step.share <= step.before + step.half:
            return np.ones(len(tactics))
        return np.asarray(ndtr((expected - step.share + step.half) / tactics.sigma))
    low, high = step.share - step.half, step.share + step.half
    moved = ndtr((high - expected) / tactics.sigma) - ndtr((low - expected) / tactics.sigma)
    return np.asarray(repeat * step.repeats + (1.0 - repeat) * moved)


def log_likelihood(path: SidePath, tactics: Tactics, repeat: float) -> Floats:
    """The logarithm of the probability of all steps of a side, under each tactic."""
    total = np.zeros(len(tactics))
    for step in path.steps:
        total += np.log(np.maximum(likelihood(step, tactics, repeat), 1e-300))
    return total


@dataclass(frozen=True)
class ConcessionFit:
    """How frequent each tactic of the grid is among sides, and how often a side repeats its last offer."""

    tactics: Tactics
    weights: Floats
    repeat: float

    def posterior(self, path: SidePath | None) -> Floats:
        """The probabilities of the tactics of a side, given its steps; the frequencies if it has none."""
        if path is None or not path.steps:
            return self.weights
        logs = log_likelihood(path, self.tactics, self.repeat)
        weights = self.weights * np.exp(logs - logs.max())
        return np.asarray(weights / weights.sum())

    def log_predictive(self, path: SidePath) -> float:
        """The logarithm of the probability of the steps of a side whose tactic is not known."""
        logs = log_likelihood(path, self.tactics, self.repeat)
        return float(logs.max() + np.log(self.weights @ np.exp(logs - logs.max())))

    @property
    def shares(self) -> dict[str, float]:
        """The frequency of each kind of tactic."""
        return {name: float(self.weights[self.tactics.kind == kind].sum()) for kind, name in enumerate(TACTICS)}


def repeats(paths: Iterable[SidePath]) -> float:
    """How often a side repeats its last offer: ``(repeated + 1) / (offers + 2)``, the mean after a uniform prior."""
    offers = [step for path in paths for step in path.offers]
    return (sum(step.repeats for step in offers) + 1) / (len(offers) + 2)


def fit_concessions(
    paths: Sequence[SidePath], tactics: Tactics | None = None, strength: float = STRENGTH
) -> ConcessionFit:
    """Fit the frequencies of tactics among sides by the EM algorithm.

    With ``L`` the likelihoods and ``p`` the prior, each turn sets ``w`` to the mean posterior of the sides, ``p``
    counted as ``strength`` sides, until no frequency changes by more than 1e-7.

    Args:
        paths: the sides, from `paths_of`.
        tactics: the grid; default: `grid`.
        strength: the number of sides that the prior counts for.

    >>> from negsim.history import load_offers
    >>> from negsim.history.offer_steps import paths_of
    >>> few = [load_offers("seeds/offers")[name] for name in ("nhl_2004", "nba_2011")]
    >>> found = fit_concessions(paths_of(few))
    >>> round(sum(found.shares.values()), 6)
    1.0
    """
    tactics = grid() if tactics is None else tactics
    repeat = repeats(paths)
    logs = [log_likelihood(path, tactics, repeat) for path in paths]
    return ConcessionFit(tactics, mixed(likelihoods(logs), prior(tactics), strength), repeat)


def likelihoods(logs: Sequence[Floats] | Floats) -> Floats:
    """Likelihoods of sides (rows) under tactics (columns), the largest of each row 1."""
    return np.array([np.exp(each - each.max()) for each in logs])


def mixed(matrix: Floats, start: Floats, strength: float, counts: Floats | None = None) -> Floats:
    """The frequencies that maximise the likelihood, the prior ``start`` counted as ``strength`` sides.

    Args:
        matrix: likelihoods, sides by tactics.
        start: the prior.
        strength: what the prior counts for.
        counts: how often each side counts; default: once.
    """
    if not len(matrix):
        return start
    counts = np.ones(len(matrix)) if counts is None else counts
    weights = start
    for _ in range(400):
        new = (weights * ((counts / (matrix @ weights)) @ matrix) + strength * start) / (counts.sum() + strength)
        if np.abs(new - weights).max() < 1e-7:
            return np.asarray(new)
        weights = new
    return np.asarray(weights)
