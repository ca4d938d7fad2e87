"""The scale of an issue: its terms in real units, such as percent or million dollars."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """The unit of an issue, and the values that side A and side B demand.

    A utility ``u`` of side A on a divisible issue stands for the value ``b + u (a - b)``.

    >>> cap = Scale("million dollars", 31.0, 52.0)
    >>> cap.value(0.6), cap.text(0.6), cap.number(1.0), cap.distance(0.5)
    (39.4, '39.4 million dollars', '31.0', '10.5 million dollars')
    """

    unit: str
    a: float
    b: float

    @property
    def digits(self) -> int:
        """Decimals that show a hundredth of the way, at most one more digit."""
        return max(0, math.ceil(-math.log10(abs(self.a - self.b) / 100)))

    def value(self, share: float) -> float:
        """The value at a utility of side A."""
        return round(self.b + share * (self.a - self.b), 10)

    def number(self, share: float) -> str:
        """The value at a utility of side A, rounded to `digits`, without its unit."""
        return f"{self.value(share):,.{self.digits}f}"

    def text(self, share: float) -> str:
        """The value at a utility of side A, with its unit."""
        return f"{self.number(share)} {self.unit}"

    def distance(self, share: float) -> str:
        """A part of the way between the demands, with its unit."""
        return f"{abs(share * (self.a - self.b)):,.{self.digits}f} {self.unit}"

    def utility(self, value: float, side: int) -> float:
        """The utility of a value to side A (0) or side B (1); 1 at its own demand, 0 at that of the other.

        >>> Scale("cents on the dollar", 39.0, 60.0).utility(46.0, 0)
        0.6666666666666666
        """
        share = (value - self.b) / (self.a - self.b)
        return share if side == 0 else 1.0 - share
