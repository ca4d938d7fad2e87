"""Whether an idle issue has a zone of possible agreement, from its two uniforms alone. See ``rules/outcome.py``.

A quantile rises with its uniform. So for each step of side A's uniform there is a uniform of side B up to which there
is surely a zone, and one from which there is surely none. Only between the two are the reservation values computed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from negsim.simulation.compiled import Compiled, Record
from negsim.simulation.rules import quantiles
from negsim.simulation.rules.outcome import ZONE_STEPS, has_zone
from negsim.simulation.rules.state import TABLES

_FINE = 4 * ZONE_STEPS  # steps of side B's uniform
_MARGIN = 1e-9  # more than any error of rounding

Tables = dict[str, np.ndarray[Any, Any]]


class Side(NamedTuple):
    """A side's reservation value: ``times Q(u) + plus``, or fixed (distribution -1)."""

    stream: int
    distribution: int
    times: float
    plus: float

    def alike(self, tables: Tables) -> tuple[Any, ...]:
        """What its values depend on."""
        rows = [tables[name][self.distribution].tobytes() for name in ("dist_is", "dist") if self.distribution >= 0]
        return *rows, self.times, self.plus

    def values(self, record: Record, steps: int) -> np.ndarray[Any, Any]:
        """Its values at the ends of equal steps of the uniform."""
        if self.distribution < 0:
            return np.full(steps + 1, self.plus)
        ends = np.clip(np.arange(steps + 1) / steps, 2.0**-53, 1.0 - 2.0**-53)
        quantile = [quantiles.quantile_of(record.x, self.distribution, float(u)) for u in ends]
        return self.times * np.array(quantile) + self.plus


def zones(compiled: Compiled, tables: Tables, plain: Any) -> None:
    """Write the limits of the zones of bargains that can be idle; equal bargains share them."""
    record = compiled.record()
    rows, limits = np.zeros(len(compiled.issues), TABLES["zone_is"]), [np.zeros(1, TABLES["zone"])]
    rows["first"] = -1
    known: dict[tuple[Any, ...], int] = {}
    for b in plain.tolist():
        one, two = (_side(compiled, tables, b, k) for k in range(2))
        if one is None or two is None:
            continue
        start = tables["bargain_is"]["piece"][b]
        pieces = tables["piece"][["a0", "b0", "a1", "b1"]][start : start + tables["bargain"]["pieces"][b]].tolist()
        alike = (*one.alike(tables), *two.alike(tables), *pieces)
        if alike not in known:
            known[alike] = 1 + (len(limits) - 1) * ZONE_STEPS
            limits.append(_limits(record, b, one.values(record, ZONE_STEPS), two.values(record, _FINE)))
        rows[b] = one.stream, two.stream, known[alike]
    tables["zone_is"], tables["zone"] = rows, np.concatenate(limits)


def _side(compiled: Compiled, tables: Tables, b: int, k: int) -> Side | None:
    """The reservation value of side ``k``; None if it does not rise with a uniform of its own."""
    place = compiled.rows["reserve_of"] + 2 * b + k
    for row in tables["patch"][tables["bargain_is"]["patch"][b] : tables["bargain_is"]["positions"][b]]:
        if row["number"] == place:
            of = tables["parameter_is"][row["parameter"]]
            rises = tables["dist_is"]["family"][of["dist"]] != quantiles.EMPIRICAL and row["times"] > 0.0
            if not row["own"] or not rises:
                return None
            return Side(int(of["stream"]), int(of["dist"]), float(row["times"]), float(row["plus"]))
    return Side(0, -1, 0.0, float(tables["template"]["value"][place]))


def _limits(record: Record, b: int, one: Any, two: Any) -> np.ndarray[Any, Any]:
    """For each step of side A's uniform: where a zone stops being sure for side B's, and where none is sure."""
    rows = np.zeros(ZONE_STEPS, TABLES["zone"])
    for step in range(ZONE_STEPS):
        rows["sure"][step] = (_zones(record, b, one[step + 1] + _MARGIN, two + _MARGIN) - 1) / _FINE
        rows["none"][step] = _zones(record, b, one[step] - _MARGIN, two - _MARGIN) / _FINE
    return rows


def _zones(record: Record, b: int, r_a: float, r_b: Any) -> int:
    """How many of the rising reservation values of side B leave a zone."""
    low, high = 0, len(r_b)
    while low < high:
        middle = (low + high) // 2
        if has_zone(record.x, b, float(r_a), float(r_b[middle])):
            low = middle + 1
        else:
            high = middle
    return low
