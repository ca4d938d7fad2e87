"""The exponents of time curves from offers on record: their law across sides, and the numbers that it replaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from negsim.errors import NegsimError
from negsim.history import TACTICS, OfferRecord, fit_concessions, paths_of
from negsim.scenario import TACTIC_KEYS

CLOCKS = ("calendar", "rounds")
Z90 = 1.2815515655446004


@dataclass(frozen=True, slots=True)
class BetaLaw:
    """The law of beta for a kind of clock: a lognormal with the mean and the deviation of log beta among sides."""

    clock: str
    median: float
    q90: float
    sides: int
    negotiations: int

    @property
    def law(self) -> dict[str, dict[str, float]]:
        """The law as a distribution of a scenario file."""
        return {"lognormal": {"median": float(f"{self.median:.3g}"), "q90": float(f"{self.q90:.3g}")}}

    @property
    def source(self) -> str:
        """Where the law comes from, as a line of a scenario file."""
        return (
            f"history: offers.csv, public offers of {self.sides} sides in {self.negotiations} negotiations, time and "
            f"mixed tactics with a clock of {'days' if self.clock == 'calendar' else 'rounds'}"
        )


def beta_laws(records: Sequence[OfferRecord], until: date | None = None) -> dict[str, BetaLaw]:
    """The law of beta by kind of clock, fitted to offers up to a day.

    Raises:
        NegsimError: fewer than ten sides have offers enough.

    >>> from negsim.history import load_offers
    >>> laws = beta_laws(list(load_offers("seeds/offers").negotiations.values()))
    >>> list(laws), laws["calendar"].sides
    (['calendar', 'rounds'], 120)
    """
    paths = paths_of(records, until)
    if len(paths) < 10:
        raise NegsimError(f"{len(paths)} sides with two offers are on record by {until}; a law of beta needs ten")
    found = fit_concessions(paths)
    kinds = [TACTICS.index(name) for name in ("time", "mixed")]
    laws = {}
    for number, clock in enumerate(CLOCKS):
        mask = np.isin(found.tactics.kind, kinds) & (found.tactics.clock == number)
        weights, logs = found.weights[mask] / found.weights[mask].sum(), np.log(found.tactics.beta[mask])
        mean = float(weights @ logs)
        deviation = float(weights @ (logs - mean) ** 2) ** 0.5
        median = float(np.exp(mean))
        talks = len({path.negotiation for path in paths})
        laws[clock] = BetaLaw(clock, median, median * float(np.exp(Z90 * deviation)), len(paths), talks)
    return laws


def beta_places(friendly: Mapping[str, Any], sides: Sequence[str]) -> list[tuple[str, str]]:
    """Path and kind of clock of the beta of each side, in its usual tactic or in that of the defaults.

    A file may leave a tactic, its kind and its beta to the defaults of a scenario.
    """
    defaults = friendly.get("defaults", {})
    if defaults.get("settle", "concession") != "concession":
        sides = [side for side in sides if side in friendly.get("tactics", {})]
    found = []
    for side in sides:
        own = defaults.get("tactics", {}).get(side, {})
        whole = {**friendly.get("tactics", {}).get(side, {}), **own}
        if "beta" in TACTIC_KEYS[whole.get("kind", "time")]:
            where = "defaults.tactics" if "beta" in own else "tactics"
            found.append((f"{where}.{side}.beta", whole.get("clock", "calendar")))
    return found
