"""View: the data of a picture and its words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from negsim.analysis.context import Context
from negsim.files import Columns

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]

#: The quantile of the normal distribution for intervals of 95 %.
Z95 = 1.959963984540054


@dataclass(frozen=True)
class View:
    """The data of a picture and its words.

    ``rows`` is a tidy table with all that is drawn; ``verdict`` the answer in a sentence; ``note`` the footnote on
    method; ``facts`` other values that the picture needs; ``others`` the rows of other projections, by name.
    """

    context: Context
    rows: Columns
    verdict: str
    note: str
    facts: dict[str, Any] = field(default_factory=dict)
    others: tuple[tuple[str, Columns], ...] = ()

    def columns(self) -> Columns:
        """The data behind the picture. With other projections, ``scenario`` names the projection of a row."""
        if not self.others:
            return self.rows
        every = ((self.context.title, self.rows), *self.others)
        return Columns.joined([rows.assign(scenario=name) for name, rows in every])

    def table(self) -> pd.DataFrame:
        """The data behind the picture in pandas."""
        return self.columns().frame()


def wilson(hits: Array, runs: int, z: float = Z95) -> tuple[Array, Array]:
    """The score interval of a share; it also holds for shares of 0 and 1.

    This is ``scipy.stats.binomtest(...).proportion_ci(method="wilson")`` for arrays: SciPy's takes one share at a time,
    a picture needs thousands, and ``scipy.stats`` takes a third of a second to import.

    Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical inference", Journal of the
    American Statistical Association 22.

    >>> low, high = wilson(np.array([0, 50]), 100)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 0.404], [0.037, 0.596])
    """
    p = np.asarray(hits) / runs
    centre = (p + z * z / (2 * runs)) / (1 + z * z / runs)
    half = z / (1 + z * z / runs) * np.sqrt(p * (1 - p) / runs + z * z / (4 * runs * runs))
    # The bounds at 0 and 1 are exact; rounding would move them.
    return np.where(p == 0, 0.0, centre - half), np.where(p == 1, 1.0, centre + half)


def days(context: Context, every: int = 1) -> Array:
    """Days from ``as_of`` up to and including the last one."""
    last = context.horizon_days - 1
    return np.unique(np.append(np.arange(0, last + 1, every), last))


def dates(context: Context, at: Array) -> list[date]:
    """The dates of days from ``as_of``."""
    return [context.as_of + timedelta(days=int(day)) for day in at]


def percent(share: float) -> str:
    """A share in words for verdicts.

    >>> percent(0.456), percent(0.004), percent(0.0)
    ('46 %', 'less than 1 %', '0 %')
    """
    return "less than 1 %" if 0 < share <= 0.005 else f"{100 * share:.0f} %"
