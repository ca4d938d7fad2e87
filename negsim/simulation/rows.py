"""The rows of a compiled scenario, collected by the compiler.

A number that varies from run to run is stored with its assumption. A distribution gets a table of quantiles.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from negsim.quantities import Draw, Fixed, Parameter, Quantity
from negsim.simulation.rules import quantiles
from negsim.simulation.rules.draws import stream
from negsim.simulation.rules.quantile_tables import standard_tables
from negsim.simulation.rules.state import TABLES, VIEWS

_FAMILIES = {
    "uniform": (quantiles.UNIFORM, ("low", "high")),
    "triangular": (quantiles.TRIANGULAR, ("low", "mode", "high")),
    "pert": (quantiles.PERT, ("low", "mode", "high")),
    "lognormal": (quantiles.LOGNORMAL, ("median", "q90")),
    "weibull": (quantiles.WEIBULL, ("scale", "shape")),
    "gamma": (quantiles.GAMMA, ("shape", "scale")),
    "exponential": (quantiles.EXPONENTIAL, ("mean",)),
    "beta": (quantiles.BETA, ("a", "b", "low", "high")),
}
LEAST = 1e-9  # lower end of numbers above 0


@dataclass
class Rows:
    """Collects rows, varying numbers and distributions."""

    named: Mapping[str, Any]
    tables: dict[str, list[tuple[float, ...]]] = field(default_factory=lambda: {name: [] for name in TABLES})
    cells: dict[str, list[list[float]]] = field(default_factory=lambda: {name: [] for name in VIEWS})
    moved: list[tuple[str, int, int, int, float, float, float, float]] = field(default_factory=list)
    parameters: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    quantiles: list[Any] = field(default_factory=list)
    standards: dict[Any, tuple[int, int, int]] = field(default_factory=dict)

    def add(self, name: str, **values: float) -> int:
        """A row of table ``name``; fields not given are 0."""
        names = TABLES[name].names or ()
        unknown = set(values) - set(names)
        assert not unknown, f"{name} has no {unknown}"
        self.tables[name].append(tuple(values.get(column, 0) for column in names))
        return len(self.tables[name]) - 1

    def numbers(self, name: str, path: str, **values: Quantity | float | None) -> int:
        """A row of numbers that may vary from run to run; ``None`` is NaN."""
        names = TABLES[name].names or ()
        row = len(self.cells[name])
        self.cells[name].append([0.0] * len(names))
        for column, value in values.items():
            self.number(name, row, names.index(column), value, f"{path}.{column}")
        return row

    def number(self, name: str, row: int, column: int, value: Quantity | float | None, path: str) -> bool:
        """Set one number; returns whether it varies."""
        if isinstance(value, Draw | Parameter):
            if isinstance(value, Parameter):
                index, times, plus = self.parameter(value.name), value.times, value.plus
            else:
                index, times, plus = self.assumption(path, value), 1.0, 0.0
            low = value.rule.lo + LEAST if value.rule.lo_open else value.rule.lo
            self.moved.append((name, row, column, index, times, plus, low, value.rule.hi))
            return True
        self.cells[name][row][column] = (
            math.nan if value is None else value.value if isinstance(value, Fixed) else float(value)
        )
        return False

    def parameter(self, name: str) -> int:
        """The index of a named parameter."""
        # A number that the file states once for several issues has the path of its place as its name.
        return self.assumption(name if "." in name else f"parameters.{name}", self.named[name].value)

    def assumption(self, path: str, value: Quantity) -> int:
        """The index of the assumption at ``path``, drawn once per run."""
        if path not in self.parameters:
            self.parameters[path] = len(self.parameters)
            self.kinds[path] = value.rule.kind
            joint = value.joint if isinstance(value, Draw) else ""
            d = self.distribution(value, path, in_order=bool(joint))
            # Dated shocks keep the stream of the time when their key was "on": the same seed gives the same draws.
            drawn = path.replace(".dates.", ".on.") if path.startswith("shocks.") else path
            self.add("parameter_is", dist=d, stream=stream(f"joint/{joint}") if joint else stream(f"param/{drawn}"))
        return self.parameters[path]

    def distribution(self, value: Quantity | float, path: str, in_order: bool = False) -> int:
        """The index of a distribution, of chance or of an assumption; ``in_order``: observed values stay in order."""
        low, high = -math.inf, math.inf
        if isinstance(value, Fixed | Draw | Parameter):
            low = value.rule.lo + LEAST if value.rule.lo_open else value.rule.lo
            high = value.rule.hi
        # Its rows come first: its numbers may add distributions of their own.
        d = len(self.cells["dist_of"])
        self.cells["dist_of"].append([0.0] * 4)
        self.tables["dist_is"].append(())
        row: dict[str, float] = {"n1": 1, "n2": 1, "lo": low, "hi": high}
        if isinstance(value, Draw) and value.family == "empirical":
            at = sum(len(part) for part in self.quantiles)
            self.quantiles.append(np.array(value.values if in_order else sorted(value.values), float))
            row |= {"family": quantiles.EMPIRICAL, "table": at, "n1": len(value.values)}
        elif not isinstance(value, Draw):
            row |= {"family": quantiles.CONSTANT, "uncertain": self.number("dist_of", d, 0, value, path)}
        else:
            family, names = _FAMILIES[value.family]
            varies = [
                self.number("dist_of", d, column, value.numbers.get(name), f"{path}.{value.family}.{name}")
                for column, name in enumerate(names)
            ]
            table, n1, n2 = self.standard(family, varies, self.cells["dist_of"][d])
            row |= {"family": family, "table": table, "n1": n1, "n2": n2, "uncertain": any(varies)}
        self.tables["dist_is"][d] = tuple(row.get(column, 0) for column in TABLES["dist_is"].names or ())
        return d

    def standard(self, family: int, varies: list[bool], cell: list[float]) -> tuple[int, int, int]:
        """The place of the quantiles of the family's standard form, made once per shape."""
        shapes: tuple[float, float] | None = (0.0, 0.0)
        if family in (quantiles.TRIANGULAR, quantiles.PERT):
            low, mode, high = cell[:3]
            shapes = None if any(varies) else ((mode - low) / (high - low) if high > low else 0.5, 0.0)
        elif family == quantiles.GAMMA:
            shapes = None if varies[0] else (cell[0], 0.0)
        elif family == quantiles.BETA:
            shapes = None if varies[0] or varies[1] else (cell[0], cell[1])
        if (family, shapes) not in self.standards:
            at = sum(len(part) for part in self.quantiles)
            values, n1, n2 = standard_tables(family, shapes)
            self.quantiles.append(values)
            self.standards[family, shapes] = at, n1, n2
        return self.standards[family, shapes]
