"""Rows of the environment: climate, shocks and their marks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

from negsim.simulation.rules import concession
from negsim.simulation.rules.draws import stream

if TYPE_CHECKING:
    from negsim.scenario import Scenario
    from negsim.simulation.rows import Rows

_MARKS = {
    "climate": concession.TO_CLIMATE,
    "suspend": concession.SUSPEND,
    "harden": concession.STEP,
    "ease": concession.STEP,
    "reservation": concession.MOVE,
    "meeting": concession.MEET,
}
_MARK_NUMBER = {"suspend": "duration", "harden": "step", "ease": "step", "reservation": "delta", "meeting": "after"}


class Names(Protocol):
    """The scenario, its rows, and the index of each name."""

    s: Scenario
    w: Rows
    sides: tuple[str, ...]
    issues: dict[str, int]
    channels: dict[str, int]
    shocks: dict[str, int]
    regimes: list[str]


def climate(s: Scenario, w: Rows) -> None:
    """Rows of the climate's regimes and of what follows each."""
    regimes = list(s.climate.regimes)
    for name, r in s.climate.regimes.items():
        w.numbers(
            "regime_of",
            f"climate.regimes.{name}",
            sojourn=r.sojourn if r.sojourn is not None else math.inf,
            pace=r.pace,
            gap_factor=r.gap_factor,
            cancellation=r.cancellation,
            settlement=r.settlement,
            breakdown=r.breakdown,
        )
    for name, r in s.climate.regimes.items():
        for other in regimes:
            row = w.numbers("next_of", "")
            w.number("next_of", row, 0, r.next.get(other, 0.0), f"climate.regimes.{name}.next.{other}")


def shocks(names: Names) -> None:
    """Rows of shocks: dates, marks, and what each provokes."""
    w = names.w
    for name, s in names.s.shocks.items():
        path = f"shocks.{name}"
        first = [len(w.tables[table]) for table in ("dated_is", "mark_is", "provoke_is")]
        first.append(len(w.cells["pending_of"]))
        for n, event in enumerate(s.dates):
            names.w.add("dated_is", t=float((event.date - names.s.as_of).days))
            names.w.numbers("dated_of", f"{path}.dates.{n}", p=event.probability)
        for n, delay in enumerate(s.pending):
            names.w.numbers("pending_of", f"{path}.pending.{n}", delay=delay)
        for m, mark in enumerate(s.marks):
            _mark(names, f"{path}.marks.{m}", name, m, mark)
        for n, p in enumerate(s.provokes):
            names.w.add(
                "provoke_is",
                shock=names.shocks[p.shock],
                delay=names.w.distribution(p.delay, f"{path}.provokes.{n}.delay"),
                stream=stream(f"provoke/{name}/{p.shock}"),
            )
            names.w.numbers("provoke_of", f"{path}.provokes.{n}", mean=p.mean)
        names.w.add(
            "shock_is",
            stream=stream(f"shock/{name}"),
            dated_stream=stream(f"dated/{name}"),
            dated=first[0],
            dated_end=len(w.tables["dated_is"]),
            mark=first[1],
            mark_end=len(w.tables["mark_is"]),
            provoke=first[2],
            provoke_end=len(w.tables["provoke_is"]),
            pending=first[3],
            pending_end=len(w.cells["pending_of"]),
        )
        names.w.numbers("shock_of", path, rate=s.rate)


def _mark(names: Names, path: str, shock: str, m: int, mark: Any) -> None:
    kind, number, number_stream, target = _MARKS[mark.kind], -1, 0, 0
    if mark.kind in _MARK_NUMBER:
        what = _MARK_NUMBER[mark.kind]
        number = names.w.distribution(getattr(mark, what), f"{path}.{what}")
        number_stream = stream(f"mark/{shock}/{m}/{what}")
    if mark.kind == "climate":
        target = names.regimes.index(mark.to)
    elif mark.kind == "meeting":
        target = names.channels[mark.channel]
    elif mark.kind != "suspend":
        target = names.sides.index(mark.side)
    touched = getattr(mark, "issues", ())
    names.w.add(
        "mark_is",
        kind=kind,
        target=target,
        all=touched == "all",
        sign=-1 if mark.kind == "ease" else 1,
        number=number,
        chance_stream=stream(f"mark/{shock}/{m}/probability"),
        number_stream=number_stream,
    )
    names.w.numbers("mark_of", path, p=mark.probability, half_life=getattr(mark, "half_life", None))
    for name in names.issues:
        names.w.add("mark_on", yes=touched == "all" or name in touched)
