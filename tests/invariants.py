"""What must hold in every event log, checked in one place.

A log is the array that an engine's ``trace`` returns; see :class:`negsim.simulation.events.Kind` for its columns.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.agenda.status import LEGAL_MOVES, Status
from negsim.simulation.events import Kind

if TYPE_CHECKING:
    from negsim.simulation.compiled import Compiled

_TOLERANCE = 1e-9
_OUT = (Status.RESOLVED, Status.LAPSED)


def violations(log: np.ndarray[Any, Any], compiled: Compiled) -> list[str]:
    """What is wrong with an event log, one sentence each; an empty list if nothing is.

    Checked: time never runs back and stays before the horizon; only legal moves, each from the status that stood;
    nothing of an issue after it is resolved or lapsed; open + dormant + resolved + lapsed are all issues after every
    move; utilities are shares; no deal below a reservation value where none can move; the last row is the end.

    Args:
        log: events of one run, times in days from ``as_of``.
        compiled: the scenario they come from.

    >>> import negsim as ns
    >>> from negsim.simulation.compiler import compile
    >>> from negsim.simulation.engines.reference import trace
    >>> model = compile(ns.load("scenarios/baseline.yaml"))
    >>> log = trace(model, seed=1, run=0)
    >>> violations(log, model)
    []
    >>> violations(log[:-1], model)
    ['the log does not end with END']
    """
    return [*_times(log, compiled), *_moves(log, compiled), *_utilities(log, compiled), *_end(log, compiled)]


def _times(log: np.ndarray[Any, Any], compiled: Compiled) -> list[str]:
    found = []
    before = 0.0
    for n, row in enumerate(log):
        t = float(row["t"])
        at_end = row["kind"] == Kind.END and t == compiled.horizon
        if math.isnan(t) or t < before:
            found.append(f"row {n}: time runs back from {before:g} to {t:g}")
        if t >= compiled.horizon and not at_end:
            found.append(f"row {n}: {Kind(row['kind']).name} at {t:g}, not before the horizon {compiled.horizon}")
        before = max(before, t)
    return found


def _moves(log: np.ndarray[Any, Any], compiled: Compiled) -> list[str]:
    """Statuses are tracked from the start status; what is suspended remembers what it was."""
    found = []
    rows = compiled.tables["issue_is"]
    names = compiled.issues
    standing = [Status(int(status)) for status in rows["status"][: len(names)]]
    was = [Status(int(status)) for status in rows["was"][: len(names)]]
    single = bool(compiled.tables["size"]["single"][0])
    frees = _can_move(compiled)
    told = Counter(map(_group, standing))
    for n, row in enumerate(log):
        kind, who = Kind(row["kind"]), int(row["who"])
        if kind in (Kind.STATUS, Kind.LAG, Kind.LAG_END) and not 0 <= who < len(names):
            found.append(f"row {n}: {kind.name} of issue {who}, and there are {len(names)}")
            continue
        if kind in (Kind.LAG, Kind.LAG_END) and standing[who] is not Status.IMPLEMENTING:
            found.append(f"row {n}: {kind.name} of {names[who]}, which is {standing[who].label}")
        for i in _discussed(kind, who, compiled):
            if standing[i] not in (Status.RAISED, Status.DISCUSSING, Status.CONVERGING):
                found.append(f"row {n}: {kind.name} of {names[i]}, which is {standing[i].label}")
        if kind is not Kind.STATUS:
            continue
        one, two = Status(int(row["was"])), Status(int(row["now"]))
        if one is not standing[who]:
            found.append(f"row {n}: {names[who]} leaves {one.label}, but was {standing[who].label}")
        if two not in LEGAL_MOVES[standing[who]]:
            found.append(f"row {n}: {names[who]} goes from {standing[who].label} to {two.label}")
        elif standing[who] is Status.SUSPENDED and two not in (was[who], Status.LAPSED):
            freed = frees and (was[who], two) == (Status.STALLED, Status.DISCUSSING)
            if not (freed or (single and two is Status.AGREED)):
                found.append(f"row {n}: {names[who]} was {was[who].label} when suspended and becomes {two.label}")
        if two is Status.SUSPENDED:
            was[who] = standing[who]
        standing[who] = two
        told.update({_group(two): 1})
        told.subtract({_group(one): 1})
        if +told != Counter(map(_group, standing)):
            found.append(f"row {n}: {dict(+told)} are not all {len(names)} issues as they stand")
    ended = log[log["kind"] == Kind.END]
    if len(ended) and (ended["now"][-1] == 0) != all(status in _OUT for status in standing):
        found.append("the run ends as settled with an issue open, or the other way round")
    return found


def _group(status: Status) -> str:
    return status.label if status in (*_OUT, Status.DORMANT) else "open"


def _discussed(kind: Kind, bargain: int, compiled: Compiled) -> tuple[int, ...]:
    return compiled.members[bargain] if kind in (Kind.OFFER, Kind.DISCUSSION, Kind.DEAL) else ()


def _can_move(compiled: Compiled) -> bool:
    """Whether a reservation value may be another later on, or in this run than in the scenario."""
    from negsim.simulation.rules.concession import MOVE

    marks = compiled.tables["mark_is"]["kind"][: int(compiled.tables["size"]["marks"][0])]
    return bool((marks == MOVE).any())


def _utilities(log: np.ndarray[Any, Any], compiled: Compiled) -> list[str]:
    found = []
    floors = _floors(compiled)
    for n, row in enumerate(log):
        if row["kind"] not in (Kind.OFFER, Kind.DEAL):
            continue
        what, pair = Kind(row["kind"]).name, (float(row["x"]), float(row["y"]))
        if row["kind"] == Kind.DEAL and all(map(math.isnan, pair)):
            continue  # settled by chance
        if not all(-_TOLERANCE <= u <= 1 + _TOLERANCE for u in pair):
            found.append(f"row {n}: {what} of {pair[0]:g} and {pair[1]:g} is no share")
        floor = floors.get(int(row["who"]))
        if row["kind"] == Kind.DEAL and floor and any(u < r - _TOLERANCE for u, r in zip(pair, floor, strict=True)):
            found.append(f"row {n}: DEAL of {pair[0]:g} and {pair[1]:g} is below {floor[0]:g} or {floor[1]:g}")
    return found


def _floors(compiled: Compiled) -> dict[int, tuple[float, float]]:
    """Reservation values by bargain, of those that are plain numbers and stay as they are."""
    if _can_move(compiled):
        return {}
    numbers = compiled.tables["template"]["value"]
    patched = set(compiled.tables["patch"]["number"][: int(compiled.tables["size"]["patches"][0])].tolist())
    rows, floors = compiled.rows, {}
    for b, members in enumerate(compiled.members):
        stated = [rows["bargain_of"] + 4 * b + 2 + k for k in range(2)]
        start = int(compiled.tables["bargain_is"]["member"][b])
        pair = []
        for k in range(2):
            cells = [rows["reserve_of"] + 2 * i + k for i in members]
            weights = [rows["member_of"] + 2 * (start + j) + k for j in range(len(members))]
            if patched.intersection([*cells, *weights, stated[k]]):
                break
            own = float(numbers[stated[k]])
            pooled = sum(float(numbers[w]) * float(numbers[c]) for w, c in zip(weights, cells, strict=True))
            pair.append(pooled if math.isnan(own) else own)
        if len(pair) == 2:
            floors[b] = (pair[0], pair[1])
    return floors


def _end(log: np.ndarray[Any, Any], compiled: Compiled) -> list[str]:
    if not len(log) or log["kind"][-1] != Kind.END:
        return ["the log does not end with END"]
    found = []
    if (log["kind"] == Kind.END).sum() > 1:
        found.append("the log ends more than once")
    if log["now"][-1] == 1 and log["t"][-1] != compiled.horizon:
        found.append(f"the run ends open at {log['t'][-1]:g}, before the horizon {compiled.horizon}")
    return found
