"""A compiled scenario: the tables that all runs share, and the record of one run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from negsim.simulation.events import EVENT
from negsim.simulation.rules import quantiles
from negsim.simulation.rules.draws import as_signed
from negsim.simulation.rules.state import OFFSET, SINGLE, SLOT, TABLES, VIEWS


@dataclass(frozen=True)
class Compiled:
    """A scenario as tables of numbers, with the names of their rows.

    ``tables`` holds the model, and the first content of tables of state that the compiler fills. ``assumptions`` maps
    the path of each number that is drawn once per run to its kind.
    """

    issues: tuple[str, ...]
    bargains: tuple[str, ...]
    channels: tuple[str, ...]
    regimes: tuple[str, ...]
    shocks: tuple[str, ...]
    members: tuple[tuple[int, ...], ...]
    options: tuple[tuple[str, ...], ...]
    as_of: date
    horizon: int
    assumptions: Mapping[str, str]
    tables: Mapping[str, np.ndarray[Any, Any]]
    rows: Mapping[str, int]

    def assumed(self, seed: int, first: int, runs: int) -> np.ndarray[Any, Any]:
        """What runs ``first`` to ``first + runs - 1`` assume: an array (runs, assumptions) in canonical units."""
        values = np.zeros((runs, len(self.assumptions)))
        record = self.record()  # its memory is what the rules work on
        quantiles.assumptions(record.x, as_signed(seed), first, runs, values.ctypes.data)
        return values

    def assumption(self, name: str, u: float) -> float:
        """The value of an assumption at a quantile."""
        record, d = self.record(), self._dist(name)
        if (row := self.tables["dist_is"][d])["family"] == quantiles.EMPIRICAL:  # joint values are not in order
            values = np.sort(self.tables["table"]["q"][row["table"] : row["table"] + row["n1"]])
            return float(values[min(int(u * len(values)), len(values) - 1)])
        return float(quantiles.quantile_of(record.x, d, u))

    def _dist(self, name: str) -> int:
        return int(self.tables["parameter_is"]["dist"][list(self.assumptions).index(name)])

    def assuming(self, values: Mapping[str, float]) -> Compiled:
        """A copy in which every run takes these values for the named assumptions."""
        tables = {**self.tables, **{name: self.tables[name].copy() for name in ("size", "dist_is", "dist")}}
        tables["size"]["late"] = 0  # a value may be one that is clipped, which is counted
        for name, value in values.items():
            d = self._dist(name)
            tables["dist_is"]["family"][d] = quantiles.CONSTANT
            tables["dist"]["loc"][d] = value
        return replace(self, tables=tables)

    def record(self, log: int = 0, turns: Sequence[float] = ()) -> Record:
        """A new, empty record of one run with room for ``log`` events; at each of the ``turns`` chance changes."""
        return Record(self, log, turns)


class Record:
    """The record of one run in memory. ``x``, the argument of rules, is valid as long as this object lives."""

    def __init__(self, compiled: Compiled, log: int = 0, turns: Sequence[float] = ()) -> None:
        # The addresses of tables, and behind them the single rows.
        self.memory = np.zeros(8 * len(SLOT) + sum(TABLES[name].itemsize for name in SINGLE), np.uint8)
        self.addresses = self.memory[: 8 * len(SLOT)].view(np.int64)
        self.arrays: dict[str, np.ndarray[Any, Any]] = {}
        for name in SINGLE:
            self.arrays[name] = self.memory[OFFSET[name] :][: TABLES[name].itemsize].view(TABLES[name])
        self.arrays["size"][:] = compiled.tables["size"]
        for name, row in TABLES.items():
            if name in VIEWS or name in SINGLE:
                continue
            if name in compiled.tables:
                shared = name not in ("dist", "bargain", "piece", "term")
                self.arrays[name] = compiled.tables[name] if shared else compiled.tables[name].copy()
            else:
                count = {"log": max(log, 1), "turn": max(len(turns), 1)}.get(name) or max(compiled.rows[name], 1)
                self.arrays[name] = np.zeros(count, row)
        self.arrays["number"]["value"][: len(compiled.tables["template"])] = compiled.tables["template"]["value"]
        self.arrays["size"]["log"] = log
        self.arrays["run"]["logging"] = int(log > 0)
        self.arrays["size"]["turns"] = len(turns)
        self.arrays["turn"]["t"][: len(turns)] = turns
        for name in SLOT.keys() & self.arrays.keys():
            self.addresses[SLOT[name]] = self.arrays[name].ctypes.data
        for name in VIEWS:
            self.addresses[SLOT[name]] = self.arrays["number"].ctypes.data + 8 * compiled.rows[name]
        self.x = int(self.memory.ctypes.data)
        #: Whether its runs are stopped from outside.
        self.stopped = False

    @property
    def run(self) -> Any:
        """The run's own row."""
        return self.arrays["run"][0]

    def log(self) -> np.ndarray[Any, Any]:
        """The events so far."""
        return self.arrays["log"][: int(self.run["log"])].astype(EVENT, copy=True)
