"""How a run begins, what happens when something falls due, and how a run ends.

See "Status" and "What a projection reports".
"""

from __future__ import annotations

import numpy as np

from negsim.agenda import Reason, Spent
from negsim.simulation.events import Kind
from negsim.simulation.rules.concession import CONCEDE, TIME, curve, receive, reservation
from negsim.simulation.rules.draws import uniform
from negsim.simulation.rules.environment import (
    climate_change,
    end_lag,
    end_talks,
    free,
    resume,
    shake,
    stay,
    undo,
)
from negsim.simulation.rules.frontier import best_for_other, possible
from negsim.simulation.rules.frontier_building import build, normalise
from negsim.simulation.rules.jit import jit
from negsim.simulation.rules.meetings import meeting
from negsim.simulation.rules.quantiles import assume, draw
from negsim.simulation.rules.state import (
    bargain,
    bargain_is,
    bargain_of,
    channel,
    dated_is,
    issue,
    issue_is,
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
    CLIMATE_CHANGE,
    CLOSED,
    DORMANT,
    END_OF_TALKS,
    FAR,
    IMPLEMENTING,
    LAG_END,
    LAPSED,
    MEETING,
    RAISED,
    RESOLVED,
    RESUMPTION,
    SHOCK,
    SUSPENDED,
    UNSETTLED,
    WAITING,
    WAKING,
    begin,
    name_stretch,
    raise_issue,
    schedule,
    tell,
    tick,
    wake,
)

_END = int(Kind.END)
_NO_ZONE, _PREREQUISITE, _ASLEEP, _HORIZON = (
    int(r) for r in (Reason.NO_ZONE, Reason.PREREQUISITE, Reason.DORMANT, Reason.HORIZON)
)
_RESOLVED = int(Reason.RESOLVED)
_WAYS = len(Spent)


@jit
def _clear(x):
    """An empty record."""
    run = run_(x, 0)
    run.over = run.entry = run.out = run.log = run.clipped = run.error = run.culprit = run.meetings = 0
    run.regime = size(x, 0).regime
    run.active = size(x, 0).issues
    run.pace_sum = run.since = 0.0
    run.suspended_until = -1.0
    for n in range(size(x, 0).numbers):
        number(x, n).value = template(x, n).value
    for w in range(size(x, 0).issues * _WAYS):
        spent(x, w).days = 0.0
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
    """What a package's stated reservation value adds to the pooled one (NaN: nothing is stated)."""
    return 0.0 if np.isnan(stated) else stated - reservation(x, b, k)


@jit
def _opening(x, row):
    """The aspiration a side starts from, before any concession."""
    if tactic_is(x, row).kind == TIME:
        return curve(x, row, 0.0, side(x, row).r)
    return max(tactic_of(x, row).aspiration, side(x, row).r)


@jit
def _seat(x, b, k):
    """Where side ``k`` starts in bargain ``b``.

    Reservation, clock, patience tied to a date, base, offers received so far.
    """
    row = 2 * b + k
    seat, tactic = side(x, row), tactic_of(x, row)
    seat.r = reservation(x, b, k)
    seat.clock = tactic.clock
    seat.since = 0.0
    if tactic_is(x, row).until:
        tactic.patience = tactic.clock + tactic.times * tactic.until
    seat.base = _opening(x, row)
    if tactic_is(x, row).kind == TIME:
        seat.base = curve(x, row, seat.clock, seat.r)
    seat.received = 0
    seat.first = 0.0
    for n in range(tactic_is(x, row).offer, tactic_is(x, row).offer_end):
        receive(x, row, offer_of(x, n).u)
    seat.answered = seat.received


@jit
def _sit_down(x):
    """Every bargain as the scenario has it at ``as_of``; single issues of a package wait behind it."""
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
        if row.starter < 0:
            row.starter = 0 if uniform(x, bargain_is(x, b).first_stream, 0) < 0.5 else 1
        row.extra_a = row.extra_b = 0.0
        row.extra_a = _stated(x, b, 0, bargain_of(x, b).stated_a)
        row.extra_b = _stated(x, b, 1, bargain_of(x, b).stated_b)
        _seat(x, b, 0)
        _seat(x, b, 1)
        for k in range(2):
            if side(x, 2 * b + k).received > 0:  # of offers before as_of: offer 0
                u_a, u_b, _ = best_for_other(x, b, 1 - k, _opening(x, 2 * b + 1 - k))
                side(x, 2 * b + k).first = u_b if k else u_a
    for i in range(size(x, 0).issues):
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


@jit
def start(x, seed, luck, run):
    """Begin run number ``run``: assumptions, positions, statuses, and whatever is due from the start."""
    run_(x, 0).seed, run_(x, 0).luck, run_(x, 0).run = seed, luck, run
    _clear(x)
    assume(x)
    _sit_down(x)
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


@jit
def happen(x, t, kind, who, tag):
    """What was scheduled falls due."""
    if kind == MEETING:
        meeting(x, t, who, tag)
    elif kind == SHOCK:
        shake(x, t, who, tag)
    elif kind == LAG_END:
        end_lag(x, t, who, tag)
    elif kind == CLIMATE_CHANGE:
        climate_change(x, t, tag)
    elif kind == WAKING:
        if issue(x, who).status == DORMANT:
            raise_issue(x, t, who)
            wake(x, t)
    elif kind == RESUMPTION:
        resume(x, t, who)
    else:
        end_talks(x, t, who, tag)


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


@jit
def finish(x, t, outcome, result):
    """Write the outcome of the run that ends at ``t``: a row an issue, days an issue and way, a row for the run."""
    tell(x, t, _END, 0, 0, 0, 0 if run_(x, 0).active == 0 else 1, np.nan, np.nan, np.nan)
    for b in range(size(x, 0).bargains):
        if bargain(x, b).live:
            name_stretch(x, t, b, WAITING)
    for i in range(size(x, 0).issues):
        row, out = issue(x, i), outcome[i]
        if np.isnan(row.agreed):  # settled for the time being is not agreed
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
    result[0].end = t
    result[0].clipped, result[0].meetings, result[0].error = run_(x, 0).clipped, run_(x, 0).meetings, run_(x, 0).error
