"""How a run begins: assumptions, positions and statuses at ``as_of``. See "Status"."""

from __future__ import annotations

import numpy as np

from negsim.agenda import Reason
from negsim.simulation.rules.environment import free, sojourn_uniform, stay
from negsim.simulation.rules.idle import call
from negsim.simulation.rules.jit import entry, jit, jit_inline
from negsim.simulation.rules.positions import position_bargain, position_issue, position_reserves
from negsim.simulation.rules.quantiles import assume, draw
from negsim.simulation.rules.state import (
    bargain,
    bargain_is,
    channel,
    dated_is,
    issue,
    issue_is,
    issue_of,
    mark,
    member_is,
    number,
    option_of,
    pending_of,
    roused,
    shock,
    shock_is,
    size,
    template,
)
from negsim.simulation.rules.state import run as run_
from negsim.simulation.rules.status import (
    AGREED,
    BLOCKED,
    CLOSED,
    DORMANT,
    END_OF_TALKS,
    IMPLEMENTING,
    LAPSED,
    RESOLVED,
    RESUMPTION,
    SHOCK,
    SUSPENDED,
    WAKING,
    begin,
    schedule,
    tick,
    wake,
)

_RESOLVED = int(Reason.RESOLVED)


@jit
def _clear(x):
    """Clear the record of the run before."""
    run = run_(x, 0)
    run.over = run.entry = run.out = run.log = run.clipped = run.error = run.culprit = run.meetings = 0
    run.regime = size(x, 0).regime
    run.active = size(x, 0).issues
    run.unbooked = run.stepped = 0
    run.pace_sum = run.since = 0.0
    run.suspended_until = run.stirred_until = run.offsets_at = -1.0
    if size(x, 0).uncertain:  # weights are normalised in place
        for n in range(size(x, 0).numbers):
            number(x, n).value = template(x, n).value
    for c in range(size(x, 0).channels):
        channel(x, c).regular = channel(x, c).extra = 0
        channel(x, c).last = -1
    for s in range(size(x, 0).shocks):
        shock(x, s).count = shock(x, s).spontaneous = 0
    for m in range(size(x, 0).marks):
        mark(x, m).step = mark(x, m).since = 0.0
        mark(x, m).now_at = -1.0


@jit
def _set(x):
    """Set every bargain and issue that is not idle at ``as_of``."""
    firsts, issues = run_(x, 0).firsts, size(x, 0).issues
    for k in range(firsts):
        if roused(x, k).bargain < issues:
            position_reserves(x, roused(x, k).bargain)
    for k in range(firsts):
        position_bargain(x, roused(x, k).bargain)
    least = size(x, 0).plain_hours if run_(x, 0).idle else np.inf
    for k in range(firsts):
        i = roused(x, k).bargain
        if i < issues:
            position_issue(x, i)
            least = min(least, issue_of(x, i).hours)
    run_(x, 0).least_hours = least


@jit_inline
def _begin(x, i):
    """What has happened to issue ``i`` before ``as_of``, and what is already due."""
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


@entry("int, int, int, int -> None")
def start(x, seed, luck, run):
    """Begin run number ``run``: draw assumptions, set positions and statuses, schedule what is already due.

    In a large agenda, bargains that can be idle are left so; an event log needs all of them at once.
    """
    run_(x, 0).seed, run_(x, 0).run = seed, run
    run_(x, 0).luck = run_(x, 0).first_luck = luck
    run_(x, 0).turn = 0
    late = 1 if size(x, 0).late and not run_(x, 0).logging else 0
    _clear(x)
    call(x, late)
    assume(x, late)
    _set(x)
    firsts, issues = run_(x, 0).firsts, size(x, 0).issues
    for k in range(firsts):
        if roused(x, k).bargain < issues:
            _begin(x, roused(x, k).bargain)
    for k in range(firsts):
        i = roused(x, k).bargain
        if i < issues:
            status = issue_is(x, i).status
            if status == AGREED or status == BLOCKED or status == IMPLEMENTING:
                begin(x, 0.0, i)
    for k in range(firsts):
        tick(x, 0.0, roused(x, k).bargain)
    if size(x, 0).stalled:
        free(x, 0.0)
    wake(x, 0.0)
    stay(x, 0.0, sojourn_uniform(x, 0))
    for s in range(size(x, 0).shocks):
        for d in range(shock_is(x, s).dated, shock_is(x, s).dated_end):
            schedule(x, 0.0, dated_is(x, d).t, SHOCK, s, d)
        for p in range(shock_is(x, s).pending, shock_is(x, s).pending_end):
            schedule(x, 0.0, pending_of(x, p).delay, SHOCK, s, -2)
    schedule(x, 0.0, size(x, 0).deadline, END_OF_TALKS, 0, 0)
