"""Runs until a goal of precision: a check after every chunk of runs, in order, for any executor."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from negsim.errors import ComplaintsError, NegsimError
from negsim.projection.chunks import CHUNK

if TYPE_CHECKING:
    from negsim.analysis import Tally


#: Default limit of the number of runs.
MOST = 1_000_000


@dataclass(frozen=True)
class Precision:
    """A goal of precision: the largest standard error of probabilities or, in days, of the 50 % dates.

    It is checked after every ``CHUNK`` runs, up to ``most`` runs.
    """

    se: float | None = None
    days: float | None = None
    most: int = MOST

    @classmethod
    def of(cls, text: str | float, most: int = MOST) -> Precision:
        """Read a goal: ``0.005``, ``"0.005"``, ``"7 days"`` or ``"7d"``.

        Raises:
            NegsimError: it is neither a standard error nor a duration, or out of range.

        >>> Precision.of("7d"), Precision.of(0.005)
        (Precision(se=None, days=7.0, most=1000000), Precision(se=0.005, days=None, most=1000000))
        """
        from negsim.quantities import parse_plain

        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if math.isnan(value):
            plain = re.sub(r"^([0-9.]+) ?d$", r"\1 days", str(text).strip())
            try:
                days = parse_plain(plain, "duration")
            except ComplaintsError:
                allowed = 'a standard error such as 0.005, or a duration such as "7 days"'
                raise NegsimError(f"precision was {text!r}; allowed: {allowed}") from None
            if not days >= 0.5:
                raise NegsimError(f"precision was {text!r}; dates are whole days; allowed: half a day or more")
            return cls(days=days, most=most)
        if not 0.0001 <= value < 0.5:
            raise NegsimError(f"precision was {text!r}; allowed: from 0.0001 to below 0.5, or a duration")
        return cls(se=value, most=most)

    @property
    def least(self) -> int:
        """Number of runs before the first check."""
        return min(CHUNK, self.most)

    @property
    def enough(self) -> int:
        """Number of runs that surely reach the goal, at most ``most``."""
        if self.se is None:
            return self.most
        return min(self.most, math.ceil(0.25 / self.se**2 / CHUNK) * CHUNK)

    def data(self, tally: Tally) -> dict[str, Any]:
        """The goal, whether it is reached, and the limits of the runs."""
        return {
            "goal": str(self),
            "se": self.se,
            "days": self.days,
            "reached": self.reached(tally),
            "least": self.least,
            "most": self.most,
            "every": CHUNK,
        }

    @classmethod
    def of_data(cls, data: dict[str, Any]) -> Precision:
        """The precision of its plain data."""
        return cls(data["se"], data["days"], data["most"])

    def reached(self, tally: Tally) -> bool:
        """Whether the runs so far reach the goal."""
        if self.se is not None:
            return probability_error(tally) <= self.se
        return date_error(tally) <= (self.days or 0.0)

    def __str__(self) -> str:
        """The goal in words."""
        return f"standard errors up to {self.se:g}" if self.se is not None else f"50 % dates to {self.days:g} days"


def probability_error(tally: Tally) -> float:
    """The largest standard error of any probability of being agreed or resolved by any day, of an issue or of all."""
    import numpy as np

    counts = [*tally.resolved, *tally.agreed, tally.all_resolved, tally.all_agreed]
    p = np.cumsum(counts, axis=1)[:, :-1] / tally.runs
    return float(np.sqrt(p * (1 - p) / tally.runs).max(initial=0.0))


def date_error(tally: Tally) -> float:
    """The largest standard error of any 50 % date within the horizon, of an issue or of all, in days.

    It is half of the distance between the order statistics one standard error below and above the median. It is
    infinite if the upper one is after the horizon, and 0 if half of the runs clearly do not resolve the issue.
    """
    from negsim.analysis import quantile_range

    errors = [0.0]
    for counts in (*tally.resolved, tally.all_resolved):
        low, high = quantile_range(counts, 0.5)
        if low < math.inf:
            errors.append((high - low) / 2)
    return max(errors)
