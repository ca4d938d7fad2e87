"""Implementation: the end of a lag, collapse, and an issue that is reopened. See "Climate, shocks, implementation"."""

from __future__ import annotations

import math

import numpy as np

from negsim.simulation.events import Kind
from negsim.simulation.rules.concession import TIME, clock_at, curve, move_due
from negsim.simulation.rules.draws import befalls_apart
from negsim.simulation.rules.jit import jit
from negsim.simulation.rules.state import bargain, issue, issue_is, issue_of, side, tactic_is
from negsim.simulation.rules.state import run as run_
from negsim.simulation.rules.status import (
    AGREED,
    IMPLEMENTING,
    UNSETTLED,
    book_meetings,
    lapse,
    raise_issue,
    resolve,
    tell,
    tick,
    wake,
)

_LAG_END = int(Kind.LAG_END)


@jit
def end_lag(x, t, i, n):
    """End implementation ``n`` of issue ``i``: the issue is resolved, or its agreement collapses."""
    collapsed = befalls_apart(x, issue_of(x, i).collapse, issue_is(x, i).collapse_stream, n)
    tell(x, t, _LAG_END, i, n, 0, 1 if collapsed else 0, np.nan, np.nan, np.nan)
    if not collapsed:
        resolve(x, t, i)
    elif run_(x, 0).over:
        undo(x, i)
        lapse(x, t, i, run_(x, 0).over)
    else:
        reopen(x, t, i, n)
    wake(x, t)


@jit
def undo(x, i):
    """Remove the agreement on issue ``i``."""
    row = issue(x, i)
    row.agreed = row.u_a = row.u_b = np.nan
    row.option = -1


@jit
def reopen(x, t, i, n):
    """Reopen a collapsed issue as a bargain of its own, each side's base raised by ``step``.

    The step is added to the base of the issue's own bargain; after a deal of a package, or one before ``as_of``, to
    the side's utility in the deal.
    """
    row = issue(x, i)
    own, fresh = i, row.bargain != i or (n == 0 and AGREED <= issue_is(x, i).status <= IMPLEMENTING)
    for k in range(2):
        own_side, tactic = side(x, 2 * own + k), 2 * own + k
        move_due(x, tactic)
        u = row.u_b if k else row.u_a
        base = (u if fresh and not math.isnan(u) else own_side.base) + issue_of(x, i).step
        if tactic_is(x, tactic).kind == TIME:
            base = min(base, curve(x, tactic, 0.0, own_side.r))
            own_side.clock = clock_at(x, tactic, max(base, own_side.r), own_side.r)
        own_side.base = max(min(base, 1.0), own_side.r)
        own_side.received = own_side.answered = 0
    row.reopened += 1
    undo(x, i)
    set_bargain(x, t, i, own)
    raise_issue(x, t, i)


@jit
def set_bargain(x, t, i, own):
    """Make issue ``i`` a bargain of its own."""
    book_meetings(x, own, run_(x, 0).unbooked)
    bargain(x, own).live = 1
    bargain(x, own).settled = UNSETTLED
    bargain(x, own).gap = np.inf
    if issue(x, i).bargain != own:
        bargain(x, own).discussions = 0
    issue(x, i).bargain = own
    tick(x, t, own)
