"""The fitted law of patience: its quantiles, its source in words, the changes to a scenario, and its check."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.calibration.patience_fields import Place
from negsim.calibration.replay import Floats
from negsim.files import TextPage
from negsim.quantities import DAYS_PER_YEAR

if TYPE_CHECKING:
    import pandas as pd

#: The prior of the law, uniform on a logarithmic scale; both ranges are judgement. The median runs from two months,
#: about two meetings, to fifteen years. The ratio of the 90 % quantile to the median runs from negotiations that are
#: all alike to a mixture of months and decades.
MEDIAN = (60.0, 15 * DAYS_PER_YEAR)
RATIO = (1.3, 30.0)
Z90 = 1.2815515655446004


@dataclass(frozen=True, eq=False)
class Patience:
    """The law of patience across negotiations, and how well it reproduces the record.

    ``median`` (days) and ``ratio`` (90 % quantile to median) are draws of the posterior with equal weights. ``check``
    has a row for each negotiation and figure: the share of ``issues`` closed as ``observed``, and its 10 %, 50 % and
    90 % quantiles (``low``, ``middle``, ``high``) in runs under the posterior. ``distance`` is the largest accepted
    distance: the mean absolute difference of the two summaries. ``played`` counts the simulated records.
    """

    places: tuple[Place, ...]
    median: Floats
    ratio: Floats
    check: pd.DataFrame
    talks: int
    issues: int
    distance: float
    played: int
    seed: int

    def __repr__(self) -> str:
        return f"<Patience: {self.law['lognormal']}, {self.issues} issues of {self.talks} talks>"

    @cached_property
    def law(self) -> dict[str, dict[str, str]]:
        """The patience to expect in a new negotiation, as a distribution of a scenario file.

        It is the lognormal with the median and the 90 % quantile of the mixture over the posterior. So it contains the
        uncertainty of the law.
        """
        median, q90 = (_in_words(self.quantile(p)) for p in (0.5, 0.9))
        return {"lognormal": {"median": median, "q90": q90}}

    def quantile(self, p: float) -> float:
        """A quantile of the patience to expect in a new negotiation, in days."""
        from scipy.optimize import brentq
        from scipy.special import ndtr

        m, s = np.log(self.median), np.log(self.ratio) / Z90
        low, high = float((m - 9 * s).min()), float((m + 9 * s).max())
        return math.exp(brentq(lambda x: float(ndtr((x - m) / s).mean()) - p, low, high, xtol=1e-12))

    @property
    def source(self) -> list[str]:
        """Where the law comes from, as lines of a scenario file."""
        median, q90 = self.law["lognormal"].values()
        low, high = (_in_words(float(np.quantile(self.median, p))) for p in (0.05, 0.95))
        least, most = (f"{np.quantile(self.ratio, p):.2g}" for p in (0.05, 0.95))
        prior = [_in_words(days) for days in MEDIAN]
        return [
            f"history: issues.csv, {self.issues} issues of {self.talks} talks that took longer than a day, simulated "
            f"under the other assumptions of this scenario (approximate Bayesian computation): half of the sides have "
            f"a patience below {median}, nine in ten below {q90}",
            f"history: the prior is judgement: a lognormal across talks with a median from {prior[0]} to {prior[1]} "
            f"and a 90 % quantile {RATIO[0]:g} to {RATIO[1]:g} times that; the posterior (90 %) has a median of {low} "
            f"to {high} and a ratio of {least} to {most}, and the law above contains this uncertainty",
        ]

    @property
    def told(self) -> bool:
        """Whether the record tells of the median: its 90 % interval is at least a third narrower than in the prior."""
        low, high = np.quantile(np.log(self.median), [0.05, 0.95])
        return bool(high - low < 2 / 3 * 0.9 * math.log(MEDIAN[1] / MEDIAN[0]))

    @property
    def changes(self) -> dict[str, Any]:
        """The changes to the template by paths, as `Scenario.replace` takes them."""
        return {path: value for place in self.places for path, value in self.changes_of(place).items()}

    def changes_of(self, place: Place) -> dict[str, Any]:
        """The changes for one side."""
        said = {f"parameters.{place.parameter}.value": self.law, f"parameters.{place.parameter}.source": self.source}
        return {**said, **({place.path: {"parameter": place.parameter}} if place.direct else {})}

    def data(self) -> dict[str, Any]:
        """The fit as plain data."""
        return {
            "law": self.law,
            "talks": self.talks,
            "issues": self.issues,
            "median_days": [round(float(np.quantile(self.median, p)), 1) for p in (0.05, 0.5, 0.95)],
            "ratio": [round(float(np.quantile(self.ratio, p)), 2) for p in (0.05, 0.5, 0.95)],
            "distance": round(self.distance, 4),
            "check": self.check.to_dict("records"),
        }

    def add_to(self, page: TextPage) -> None:
        """Add the fit to a page: the law, and the record beside runs under it."""
        law = self.law["lognormal"]
        page.add(
            f"Patience of a side: half below {law['median']}, nine in ten below {law['q90']}. Share of the issues "
            "closed on record, and in simulated talks of the same kind:"
        )
        rows = []
        for row in self.check.to_dict("records"):
            shares = (row["observed"], row["low"], row["middle"], row["high"])
            rows.append((f"{row['talks']}, {row['closed_within']}", [f"{100 * share:.0f} %" for share in shares], ""))
        page.table(("", "record", "10 %", "50 %", "90 %"), (8,) * 4, rows, rule=False)


def _in_words(days: float) -> str:
    """A duration to two figures, in a usual unit.

    >>> [_in_words(days) for days in (45, 400, 2000, 20000)]
    ['45 days', '13 months', '5.5 years', '55 years']
    """
    if days < 90:
        return f"{days:.0f} days"
    if days < 2 * DAYS_PER_YEAR:
        return f"{days / DAYS_PER_YEAR * 12:.2g} months"
    years = days / DAYS_PER_YEAR
    return f"{years:.1f} years" if years < 10 else f"{float(f'{years:.2g}'):.0f} years"
