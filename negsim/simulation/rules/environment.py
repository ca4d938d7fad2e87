"""Climate, shocks and their marks, suspensions, and the end of the talks. See "Climate, shocks, implementation"."""

from __future__ import annotations

import math

import numpy as np

from negsim.agenda import Reason
from negsim.simulation.events import Kind
from negsim.simulation.rules.concession import (
    MOVE,
    STEP,
    SUSPEND,
    TO_CLIMATE,
    move_due,
    paced,
    reservation,
    step_now,
)
from negsim.simulation.rules.draws import befalls_apart, surely_longer, uniform_apart
from negsim.simulation.rules.frontier import possible
from negsim.simulation.rules.idle import END, RESUMING, SUSPENSION, note_for_idle, resume_due, rouse_all, suspend_until
from negsim.simulation.rules.jit import entry, jit, jit_inline
from negsim.simulation.rules.quantiles import draw, draw_part
from negsim.simulation.rules.state import (
    bargain,
    bargain_is,
    dated_of,
    issue,
    mark,
    mark_is,
    mark_of,
    mark_on,
    member_is,
    next_of,
    place,
    provoke_is,
    provoke_of,
    regime_of,
    reserve,
    roused,
    shock,
    shock_is,
    shock_of,
    side,
    size,
)
from negsim.simulation.rules.state import run as run_
from negsim.simulation.rules.status import (
    CLIMATE_CHANGE,
    DISCUSSING,
    DORMANT,
    END_OF_TALKS,
    MEETING,
    RESUMPTION,
    SHOCK,
    STALLED,
    SUSPENDED,
    UNSETTLED,
    is_open,
    lapse,
    schedule,
    set_status,
    tell,
    wake,
)

YEAR = 365.25
SPONTANEOUS, DATED, PROVOKED = range(3)

_CLIMATE, _SHOCK, _MARK, _PROVOKED = int(Kind.CLIMATE), int(Kind.SHOCK), int(Kind.MARK), int(Kind.PROVOKED)
_DEADLINE, _BREAKDOWN = int(Kind.DEADLINE), int(Kind.BREAKDOWN)
_BY_DEADLINE, _BY_BREAKDOWN = int(Reason.DEADLINE), int(Reason.BREAKDOWN)


# ------------------------------------------------------------------------------------------------------------- climate
@jit_inline
def sojourn_uniform(x, entry):
    """The uniform of the sojourn after entry number ``entry``."""
    return uniform_apart(x, size(x, 0).sojourn_stream, entry)


@jit
def stay(x, t, u):
    """Draw the sojourn in the regime just entered, from its uniform, and the time to a breakdown; both exponential."""
    r, n, left = run_(x, 0).regime, run_(x, 0).entry, size(x, 0).horizon - t
    if size(x, 0).regimes > 1 and not surely_longer(u, regime_of(x, r).sojourn, left):
        schedule(x, t, -math.log1p(-u) * regime_of(x, r).sojourn, CLIMATE_CHANGE, 0, n)
    if regime_of(x, r).breakdown > 0.0:
        v, rate = uniform_apart(x, size(x, 0).breakdown_stream, n), regime_of(x, r).breakdown
        if not surely_longer(v, YEAR, rate * left):
            schedule(x, t, -math.log1p(-v) * YEAR / rate, END_OF_TALKS, 1, n)


@jit
def enter(x, t, regime):
    """Enter a regime; entering the current one changes nothing."""
    if regime != run_(x, 0).regime:
        _enter(x, t, regime, sojourn_uniform(x, run_(x, 0).entry + 1))


@jit
def _enter(x, t, regime, u):
    """Enter another regime, with the uniform of the sojourn in it."""
    was = run_(x, 0).regime
    run_(x, 0).pace_sum = paced(x, t)
    run_(x, 0).since = t
    run_(x, 0).regime = regime
    run_(x, 0).entry += 1
    tell(x, t, _CLIMATE, regime, 0, was, 0, np.nan, np.nan, np.nan)
    stay(x, t, u)


@jit
def climate_change(x, t, entry):
    """End the sojourn of entry number ``entry``, unless a shock has ended it before."""
    if entry != run_(x, 0).entry:
        return
    regimes, r = size(x, 0).regimes, run_(x, 0).regime
    total = 0.0
    for j in range(regimes):
        total += next_of(x, r * regimes + j).p
    u, cumulated = uniform_apart(x, size(x, 0).next_stream, entry) * total, 0.0
    following = sojourn_uniform(x, entry + 1)  # beside the choice of the regime
    for j in range(regimes):
        cumulated += next_of(x, r * regimes + j).p
        if cumulated > u:
            if j == r:  # the regime continues; its next end is drawn again
                run_(x, 0).entry += 1
                stay(x, t, following)
            else:
                _enter(x, t, j, following)
            return


# -------------------------------------------------------------------------------------------------------------- shocks
@entry("int, int -> float")
def next_shock(x, s):
    """Days to the next spontaneous shock of kind ``s`` (Poisson); infinite without a rate or beyond the horizon."""
    n = shock(x, s).spontaneous
    shock(x, s).spontaneous = n + 1
    rate = shock_of(x, s).rate
    if rate <= 0.0:
        return np.inf
    u = uniform_apart(x, shock_is(x, s).stream, n)
    if surely_longer(u, YEAR, rate * size(x, 0).horizon):
        return np.inf
    return -math.log1p(-u) * YEAR / rate


@jit
def _poisson(mean, u):
    """The inverse CDF of a Poisson number."""
    k, p = 0, math.exp(-mean)
    cumulated = p
    while u >= cumulated and k < 100000:
        k += 1
        p *= mean / k
        if p == 0.0:
            return k
        cumulated += p
    return k


@jit
def shake(x, t, s, tag):
    """A shock of kind ``s``: its marks in order, then the shocks it provokes.

    A dated shock (``tag`` from 0) happens with its probability.
    """
    origin = SPONTANEOUS
    if tag >= 0:
        first = shock_is(x, s).dated
        if not befalls_apart(x, dated_of(x, tag).p, shock_is(x, s).dated_stream, tag - first):
            return
        origin = DATED
    elif tag == -2:
        origin = PROVOKED
    n = shock(x, s).count
    shock(x, s).count = n + 1
    tell(x, t, _SHOCK, s, n, 0, origin, np.nan, np.nan, np.nan)
    for m in range(shock_is(x, s).mark, shock_is(x, s).mark_end):
        if befalls_apart(x, mark_of(x, m).p, mark_is(x, m).chance_stream, n):
            leave_mark(x, t, s, m, n)
    wake(x, t)
    for e in range(shock_is(x, s).provoke, shock_is(x, s).provoke_end):
        stream = provoke_is(x, e).stream
        for k in range(_poisson(provoke_of(x, e).mean, uniform_apart(x, stream, n))):
            delay = draw_part(x, provoke_is(x, e).delay, stream, n, k + 1)
            tell(x, t, _PROVOKED, s, provoke_is(x, e).shock, 0, 0, delay, np.nan, np.nan)
            schedule(x, t, delay, SHOCK, provoke_is(x, e).shock, -2)


@jit
def leave_mark(x, t, s, m, n):
    """Apply mark ``m`` of shock ``n`` of kind ``s``."""
    kind, target = mark_is(x, m).kind, mark_is(x, m).target
    value = np.nan
    if kind != TO_CLIMATE:
        value = draw(x, mark_is(x, m).number, mark_is(x, m).number_stream, n)
    tell(x, t, _MARK, s, m - shock_is(x, s).mark, 0, 0, value, np.nan, np.nan)
    if kind == TO_CLIMATE:
        enter(x, t, target)
    elif kind == SUSPEND:
        _suspend(x, t, m, value)
    elif kind == STEP:
        mark(x, m).step = step_now(x, m, t) + mark_is(x, m).sign * value
        mark(x, m).since = mark(x, m).now_at = t
        mark(x, m).now = mark(x, m).step
        run_(x, 0).stepped = 1
        run_(x, 0).offsets_at = -1.0
    elif kind == MOVE:
        rouse_all(x)
        for i in range(size(x, 0).issues):
            if mark_on(x, m * size(x, 0).issues + i).yes:
                row = reserve(x, 2 * i + target)
                row.r = min(max(row.r + value, 0.0), 1.0)
        reconsider(x, t, target)
    else:
        schedule(x, t, value, MEETING, target, 1)


@jit
def _suspend(x, t, m, days):
    """Suspend the issues of mark ``m``; one appointment ends the suspension of all."""
    if mark_is(x, m).all == 1:
        run_(x, 0).suspended_until = max(run_(x, 0).suspended_until, t + days)
    note_for_idle(x, t, m, SUSPENSION, t + days)
    for n in range(run_(x, 0).roused):
        i = roused(x, n).bargain
        if i < size(x, 0).issues and mark_on(x, m * size(x, 0).issues + i).yes:
            suspend_until(x, t, i, t + days)
    schedule(x, t, days, RESUMPTION, 0, 0)


@jit
def resume(x, t):
    """End the suspensions that are due."""
    note_for_idle(x, t, 0, RESUMING, t)
    for n in range(run_(x, 0).roused):
        i = roused(x, n).bargain
        if i < size(x, 0).issues and resume_due(x, t, i):
            wake(x, t)


@jit
def reconsider(x, t, k):
    """Pool side ``k``'s reservation values again after a move, lift bases to them, free stalled issues with a zone."""
    for p in range(size(x, 0).bargains):
        row = side(x, 2 * p + k)
        move_due(x, 2 * p + k)
        row.r = reservation(x, p, k)
        row.base = max(row.base, row.r)
    free(x, t)


@jit_inline
def _has_stalled(x, b):
    """Whether an issue of bargain ``b`` is stalled, or will be after its suspension."""
    for j in range(bargain_is(x, b).member, bargain_is(x, b).member_end):
        row = issue(x, member_is(x, j).issue)
        if row.status == STALLED or (row.status == SUSPENDED and row.was == STALLED):
            return True
    return False


@jit
def free(x, t):
    """Return stalled issues with a zone of possible agreement to the agenda."""
    for p in range(size(x, 0).bargains):
        b = place(x, p).bargain
        on_agenda = bargain(x, b).live and bargain(x, b).settled == UNSETTLED
        if on_agenda and _has_stalled(x, b) and possible(x, b, side(x, 2 * b).r, side(x, 2 * b + 1).r):
            for j in range(bargain_is(x, b).member, bargain_is(x, b).member_end):
                i = member_is(x, j).issue
                if issue(x, i).status == STALLED:
                    set_status(x, t, i, DISCUSSING)
                elif issue(x, i).status == SUSPENDED and issue(x, i).was == STALLED:
                    issue(x, i).was = DISCUSSING


# -------------------------------------------------------------------------------------------------------- end of talks
@jit
def end_talks(x, t, breakdown, entry):
    """The deadline, or a breakdown in the regime entered as ``entry``: issues without agreement lapse."""
    if run_(x, 0).over or (breakdown and entry != run_(x, 0).entry):
        return
    reason = _BY_BREAKDOWN if breakdown else _BY_DEADLINE
    run_(x, 0).over = reason
    tell(x, t, _BREAKDOWN if breakdown else _DEADLINE, 0, 0, 0, 0, np.nan, np.nan, np.nan)
    note_for_idle(x, t, reason, END, t)
    run_(x, 0).active -= run_(x, 0).idle
    for n in range(run_(x, 0).roused):
        i = roused(x, n).bargain
        if i >= size(x, 0).issues:
            continue
        status = issue(x, i).status
        if is_open(status) or status == DORMANT or status == STALLED or status == SUSPENDED:
            lapse(x, t, i, reason)
