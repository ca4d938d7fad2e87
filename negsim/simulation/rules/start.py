"""How a run begins: assumptions, positions and statuses at ``as_of``. See "Status"."""

from __future__ import annotations

import numpy as np

from negsim.agenda import Reason, Spent
from negsim.simulation.rules.concession import CONCEDE, TIME, curve, insists, receive, reservation
from negsim.simulation.rules.environment import free, stay
from negsim.simulation.rules.frontier import best_for_other, closest
from negsim.simulation.rules.frontier_building import build, normalise
from negsim.simulation.rules.jit import entry, jit
from negsim.simulation.rules.quantiles import assume, draw
from negsim.simulation.rules.state import (
    bargain,
    bargain_is,
    bargain_of,
    channel,
    dated_is,
    issue,
    issue_is,
    issue_of,
    mark,
    member_is,
    number,
    offer_of,
    option_of,
    pending_of,
    reserve,
    reserve_of,
    shock,
    shock_is,
    side,
    size,
    spent,
    tactic_is,
    tactic_of,
    template,
)
from negsim.simulation.rules.state import run as run_
from negsim.simulation.rules.status import (
    AGREED,
    BLOCKED,
    CLOSED,
    DORMANT,
    END_OF_TALKS,
    FAR,
    IMPLEMENTING,
    LAPSED,
    RAISED,
    RESOLVED,
    RESUMPTION,
    SHOCK,
    SUSPENDED,
    UNSETTLED,
    WAKING,
    begin,
    schedule,
    tick,
    wake,
)

_HORIZON, _RESOLVED = int(Reason.HORIZON), int(Reason.RESOLVED)
_WAYS = len(Spent)


@jit
def _clear(x):
    """Clear the record of the run before."""
    run = run_(x, 0)
    run.over = run.entry = run.out = run.log = run.clipped = run.error = run.culprit = run.meetings = 0
    run.regime = size(x, 0).regime
    run.active = size(x, 0).issues
    run.unbooked = run.stepped = 0
    run.pace_sum = run.since = 0.0
    run.suspended_until = -1.0
    if size(x, 0).uncertain:  # weights are normalised in place
        for n in range(size(x, 0).numbers):
            number(x, n).value = template(x, n).value
    for i in range(size(x, 0).issues):
        for w in range(_WAYS):
            spent(x, i * _WAYS + w).days = 0.0
    for c in range(size(x, 0).channels):
        channel(x, c).regular = channel(x, c).extra = 0
        channel(x, c).last = -1
    for s in range(size(x, 0).shocks):
        shock(x, s).count = shock(x, s).spontaneous = 0
    for m in range(size(x, 0).marks):
        mark(x, m).step = mark(x, m).since = 0.0
        mark(x, m).now_at = -1.0


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
    if tactic_is(x, row).until:
        tactic.patience = tactic.clock + tactic.times * tactic.until
    own.base = curve(x, row, own.clock, own.r) if tactic_is(x, row).kind == TIME else _opening(x, row)
    own.received = 0
    own.first = 0.0
    for n in range(tactic_is(x, row).offer, tactic_is(x, row).offer_end):
        receive(x, row, offer_of(x, n).u)
    own.answered = own.received


@jit
def _set_bargains(x):
    """Set every bargain and issue at ``as_of``; the issues of a package are bargained over in the package."""
    for i in range(2 * size(x, 0).issues):
        reserve(x, i).r = reserve_of(x, i).r
    for b in range(size(x, 0).bargains):
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
        row.extra_a = _stated(x, b, 0, bargain_of(x, b).stated_a)
        row.extra_b = _stated(x, b, 1, bargain_of(x, b).stated_b)
        _set_side(x, b, 0)
        _set_side(x, b, 1)
        for k in range(2):
            if side(x, 2 * b + k).received > 0:  # offer 0, where offers before as_of are given
                u_a, u_b, _ = best_for_other(x, b, 1 - k, _opening(x, 2 * b + 1 - k))
                side(x, 2 * b + k).first = u_b if k else u_a
        if row.discussions > 0 and bargain_is(x, b).kind == CONCEDE:  # the order "closest" knows the gap at as_of
            row.gap = 2.0 * closest(x, b, insists(x, b, 0, 0.0), insists(x, b, 1, 0.0))[0]
    run_(x, 0).least_hours = np.inf
    for i in range(size(x, 0).issues):
        own, row = issue_is(x, i), issue(x, i)
        run_(x, 0).least_hours = min(run_(x, 0).least_hours, issue_of(x, i).hours)
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


@entry("int, int, int, int -> None")
def start(x, seed, luck, run):
    """Begin run number ``run``: draw assumptions, set positions and statuses, schedule what is already due."""
    run_(x, 0).seed, run_(x, 0).run = seed, run
    run_(x, 0).luck = run_(x, 0).first_luck = luck
    run_(x, 0).turn = 0
    _clear(x)
    assume(x)
    _set_bargains(x)
    for i in range(size(x, 0).issues):
        own, status = issue_is(x, i), issue_is(x, i).status
        if status == DORMANT:
            if own.wake >= 0.0:
                schedule(x, 0.0, own.wake, WAKING, i, 0)
        elif status == SUSPENDED:
            left = draw(x, own.left, own.left_stream, 0)
            issue(x, i).until = left
            schedule(x, 0.0, left, RESUMPTION, i, 0)
        elif status == RESOLVED or status == LAPSED:
            run_(x, 0).active -= 1
            bargain(x, i).settled = CLOSED
            if status == RESOLVED:
                issue(x, i).resolved = 0.0
                issue(x, i).reason = _RESOLVED
            else:
                issue(x, i).lapsed = 0.0
        elif AGREED <= status <= IMPLEMENTING:
            bargain(x, i).settled = CLOSED
            issue(x, i).agreed = 0.0
            issue(x, i).u_a, issue(x, i).u_b, issue(x, i).option = own.u_a, own.u_b, own.option
            if own.option >= 0:
                o = member_is(x, bargain_is(x, i).member).option + own.option
                issue(x, i).u_a, issue(x, i).u_b = option_of(x, o).u_a, option_of(x, o).u_b
    for i in range(size(x, 0).issues):
        status = issue_is(x, i).status
        if status == AGREED or status == BLOCKED or status == IMPLEMENTING:
            begin(x, 0.0, i)
    for b in range(size(x, 0).bargains):
        tick(x, 0.0, b)
    free(x, 0.0)
    wake(x, 0.0)
    stay(x, 0.0)
    for s in range(size(x, 0).shocks):
        for d in range(shock_is(x, s).dated, shock_is(x, s).dated_end):
            schedule(x, 0.0, dated_is(x, d).t, SHOCK, s, d)
        for p in range(shock_is(x, s).pending, shock_is(x, s).pending_end):
            schedule(x, 0.0, pending_of(x, p).delay, SHOCK, s, -2)
    schedule(x, 0.0, size(x, 0).deadline, END_OF_TALKS, 0, 0)
