"""The end of a run: its outcome, a row per issue and a row for the run. See "What a projection reports"."""

from __future__ import annotations

import numpy as np

from negsim.agenda import Reason, Spent
from negsim.simulation.events import Kind
from negsim.simulation.rules.concession import CONCEDE
from negsim.simulation.rules.draws import uniform_assumed
from negsim.simulation.rules.frontier import possible
from negsim.simulation.rules.idle import rouse
from negsim.simulation.rules.implementation import undo
from negsim.simulation.rules.jit import entry, jit, jit_inline, whole
from negsim.simulation.rules.quantiles import assume_positions
from negsim.simulation.rules.state import (
    OUTCOME,
    alike,
    bargain,
    bargain_is,
    idle,
    issue,
    issue_is,
    outcome_row,
    reserve_of,
    result_row,
    roused,
    side,
    size,
    spent,
    zone,
    zone_is,
)
from negsim.simulation.rules.state import run as run_
from negsim.simulation.rules.status import (
    BLOCKED,
    DORMANT,
    IMPLEMENTING,
    LAPSED,
    RESOLVED,
    UNSETTLED,
    WAITING,
    name_stretch,
    tell,
)

#: Steps of side A's uniform, each with limits of side B's.
ZONE_STEPS = 64

_END = int(Kind.END)
_NO_ZONE, _PREREQUISITE, _ASLEEP, _HORIZON = (
    int(r) for r in (Reason.NO_ZONE, Reason.PREREQUISITE, Reason.DORMANT, Reason.HORIZON)
)
_WAYS = len(Spent)
_WORDS = OUTCOME.itemsize // 8


@jit
def _why(x, i):
    """Why issue ``i`` is not settled at the end of the run."""
    status = issue(x, i).status
    if status == BLOCKED:
        return _PREREQUISITE
    if status == DORMANT:
        return _ASLEEP
    b = issue(x, i).bargain
    unsettled = status != IMPLEMENTING and bargain(x, b).settled == UNSETTLED and bargain_is(x, b).kind == CONCEDE
    if unsettled and not possible(x, b, side(x, 2 * b).r, side(x, 2 * b + 1).r):
        return _NO_ZONE
    return _HORIZON


@entry("int, int, float, float -> int")
def has_zone(x, b, r_a, r_b):
    """Whether there is a zone of possible agreement."""
    return 1 if possible(x, b, r_a, r_b) else 0


@jit_inline
def _idle_zone(x, i):
    """Whether idle issue ``i`` has a zone: its uniforms mostly decide without their quantiles."""
    row = zone_is(x, i)
    if row.first >= 0:
        seed, run = run_(x, 0).seed, run_(x, 0).run
        one, two = uniform_assumed(seed, run, row.stream_a), uniform_assumed(seed, run, row.stream_b)
        limit = zone(x, row.first + int(one * ZONE_STEPS))
        if two <= limit.sure:
            return True
        if two >= limit.none:
            return False
    assume_positions(x, i)
    return possible(x, i, reserve_of(x, 2 * i).r, reserve_of(x, 2 * i + 1).r)


@jit_inline
def _copy(x, i, j, outcome):
    """The outcome of idle issue ``i``: that of issue ``j`` of its kind, with a reason of its own."""
    for w in range(_WORDS):
        whole(outcome, i * _WORDS + w).value = whole(outcome, j * _WORDS + w).value
    if bargain_is(x, i).kind == CONCEDE and outcome_row(outcome, i).status != LAPSED:
        outcome_row(outcome, i).reason = _HORIZON if _idle_zone(x, i) else _NO_ZONE


@jit_inline
def _write(x, i, outcome):
    """The outcome of issue ``i``."""
    row, out = issue(x, i), outcome_row(outcome, i)
    if size(x, 0).single and np.isnan(row.agreed):  # a provisional settlement is no agreement
        undo(x, i)
    if row.status != RESOLVED and row.status != LAPSED:
        row.reason = _why(x, i)
    out.opened = 0.0 if row.opened < 0.0 else row.opened
    out.agreed, out.resolved, out.lapsed = row.agreed, row.resolved, row.lapsed
    out.u_a, out.u_b, out.option = row.u_a, row.u_b, row.option
    out.discussions, out.reopened = row.discussions, row.reopened
    out.status, out.reason = row.status, row.reason
    for w in range(_WAYS):
        out.spent[w] = spent(x, i * _WAYS + w).days


@entry("int, float, int, int -> None")
def finish(x, t, outcome, result):
    """Write the outcome of the run that ends at ``t`` at two addresses: a row per issue and a row for the run."""
    tell(x, t, _END, 0, 0, 0, 0 if run_(x, 0).active == 0 else 1, np.nan, np.nan, np.nan)
    for k in range(run_(x, 0).roused):
        if bargain(x, roused(x, k).bargain).live:
            name_stretch(x, t, roused(x, k).bargain, WAITING)
    for kind in range(size(x, 0).kinds):
        alike(x, kind).issue = -1
    for i in range(size(x, 0).issues):
        if idle(x, i).yes:
            first = alike(x, issue_is(x, i).kind)
            if first.issue >= 0:
                _copy(x, i, first.issue, outcome)
                continue
            first.issue = i
            rouse(x, i)
            name_stretch(x, t, i, WAITING)
        _write(x, i, outcome)
    own, run = result_row(result, 0), run_(x, 0)
    own.end = t
    own.clipped, own.meetings, own.error = run.clipped, run.meetings, run.error
