"""Positions at ``as_of``: what a bargain and an issue are at the start of a run. See "Status"."""

from __future__ import annotations

import numpy as np

from negsim.agenda import Reason, Spent
from negsim.simulation.rules.concession import CONCEDE, TIME, curve, imitates, insists, receive, reservation
from negsim.simulation.rules.frontier import best_for_other, closest
from negsim.simulation.rules.frontier_building import build, normalise
from negsim.simulation.rules.jit import jit
from negsim.simulation.rules.state import (
    bargain,
    bargain_is,
    bargain_of,
    issue,
    issue_is,
    offer_of,
    reserve,
    reserve_of,
    side,
    spent,
    tactic_is,
    tactic_of,
)
from negsim.simulation.rules.status import DORMANT, FAR, RAISED, SUSPENDED, UNSETTLED

_HORIZON = int(Reason.HORIZON)
_WAYS = len(Spent)


@jit
def _stated(x, b, k, stated):
    """Difference between a package's stated reservation value and the pooled one (0 if ``stated`` is NaN)."""
    return 0.0 if np.isnan(stated) else stated - reservation(x, b, k)


@jit
def _opening(x, row):
    """The aspiration a side starts from, before any concession."""
    if tactic_is(x, row).kind == TIME:
        return curve(x, row, 0.0, side(x, row).r)
    return max(tactic_of(x, row).aspiration, side(x, row).r)


@jit
def _set_side(x, b, k):
    """Set side ``k`` of bargain ``b`` at ``as_of``: reservation value, clock, patience until a date, base, offers."""
    row = 2 * b + k
    own, tactic = side(x, row), tactic_of(x, row)
    own.r = reservation(x, b, k)
    own.clock = tactic.clock
    own.since = 0.0
    own.due = -1.0
    if tactic_is(x, row).until:
        tactic.patience = tactic.clock + tactic.times * tactic.until
    if bargain_is(x, b).plain:
        own.base, own.due, own.haste = 1.0, own.clock, 1.0 / tactic.patience
    else:
        own.base = curve(x, row, own.clock, own.r) if tactic_is(x, row).kind == TIME else _opening(x, row)
    own.received = 0
    own.first = 0.0
    for n in range(tactic_is(x, row).offer, tactic_is(x, row).offer_end):
        receive(x, row, offer_of(x, n).u)
    own.answered = own.received


@jit
def position_reserves(x, i):
    """Set the reservation values of issue ``i`` at ``as_of``."""
    for k in range(2):
        reserve(x, 2 * i + k).r = reserve_of(x, 2 * i + k).r


@jit
def position_bargain(x, b):
    """Set bargain ``b`` at ``as_of``; it is live if an issue is bargained over in it."""
    row = bargain(x, b)
    if bargain_is(x, b).uncertain:
        normalise(x, b)
        build(x, b)
    row.live = row.running = 0
    row.settled = UNSETTLED
    row.discussions = bargain_is(x, b).rounds
    row.gap = np.inf
    row.u_a = row.u_b = row.at = np.nan
    row.starter = bargain_is(x, b).starter
    row.booked = 0
    row.extra_a = row.extra_b = 0.0
    if not bargain_is(x, b).plain:
        row.extra_a = _stated(x, b, 0, bargain_of(x, b).stated_a)
        row.extra_b = _stated(x, b, 1, bargain_of(x, b).stated_b)
    _set_side(x, b, 0)
    _set_side(x, b, 1)
    for k in range(2):
        if imitates(x, 2 * b + k) and side(x, 2 * b + k).received > 0:  # offer 0, where offers before as_of are given
            u_a, u_b, _ = best_for_other(x, b, 1 - k, _opening(x, 2 * b + 1 - k))
            side(x, 2 * b + k).first = u_b if k else u_a
    # the order "closest" knows the gap at as_of
    if row.discussions > 0 and bargain_is(x, b).kind == CONCEDE and not bargain_is(x, b).plain:
        row.gap = 2.0 * closest(x, b, insists(x, b, 0, 0.0), insists(x, b, 1, 0.0))[0]


@jit
def position_issue(x, i):
    """Set issue ``i`` at ``as_of``; the issues of a package are bargained over in the package."""
    own, row = issue_is(x, i), issue(x, i)
    row.status, row.was = own.status, own.was
    row.bargain = own.package if own.package >= 0 else i
    bargain(x, row.bargain).live = 1
    row.implementations = row.reopened = row.discussions = 0
    row.option = -1
    row.furthest = FAR[own.status] if own.status == DORMANT else max(FAR[own.status], FAR[RAISED])
    row.taken = 1 << own.status
    if own.status == SUSPENDED:
        row.furthest = max(row.furthest, FAR[own.was])
        row.taken |= 1 << own.was
    row.reason = _HORIZON
    row.until = -1.0
    row.since = row.pending = 0.0
    row.opened = np.nan if own.status == DORMANT else own.opened
    row.agreed = row.resolved = row.lapsed = row.u_a = row.u_b = np.nan
    for w in range(_WAYS):
        spent(x, i * _WAYS + w).days = 0.0
