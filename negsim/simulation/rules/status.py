"""Statuses: the moves of an issue, the accounting of its time, and what follows at once. See "Status".

Also the two outputs of a rule: ``schedule`` (appointments for the engine) and ``tell`` (the event log).
"""

from __future__ import annotations

import math

import numpy as np

from negsim.agenda import PROGRESS, Reason, Spent, Status
from negsim.simulation.events import Kind
from negsim.simulation.rules.concession import run_clocks
from negsim.simulation.rules.jit import entry, jit, jit_inline, jit_rare
from negsim.simulation.rules.quantiles import draw, residual
from negsim.simulation.rules.state import (
    bargain,
    bargain_is,
    issue,
    issue_is,
    issue_of,
    log,
    member_is,
    need,
    outbox,
    size,
    spent,
    takes,
    unbooked,
)
from negsim.simulation.rules.state import run as run_

DORMANT, RAISED, DISCUSSING, CONVERGING, STALLED, SUSPENDED, AGREED, BLOCKED, IMPLEMENTING, RESOLVED, LAPSED = (
    int(s) for s in Status
)
#: The place of each status on the way from raised to resolved; 0 for the others.
FAR = np.array([PROGRESS.index(s) + 1 if s in PROGRESS else 0 for s in Status])

#: Classes of events, in the order of events at the same time.
RESUMPTION, WAKING, SHOCK, CLIMATE_CHANGE, LAG_END, MEETING, END_OF_TALKS = range(7)

LOG_FULL, OUTBOX_FULL, GAP_IMPOSSIBLE, LAG_IMPOSSIBLE = 1, 2, 3, 4
UNSETTLED, PROVISIONAL, CLOSED = range(3)
NEVER = -1

_KIND_STATUS, _KIND_LAG = int(Kind.STATUS), int(Kind.LAG)
_DORMANT, _SUSPENDED = int(Spent.DORMANT), int(Spent.SUSPENDED)
_STALLED, _BLOCKED = int(Spent.STALLED), int(Spent.BLOCKED)
_IMPLEMENTING, _PACKAGE, _OTHERS = int(Spent.IMPLEMENTING), int(Spent.PACKAGE), int(Spent.OTHERS)
WAITING, ROOM = int(Spent.MEETING), int(Spent.ROOM)
_WAYS = len(Spent)
_RESOLVED = int(Reason.RESOLVED)


@jit_rare
def fail(x, error, culprit):
    """Report that the run cannot continue; the first error counts."""
    if run_(x, 0).error == 0:
        run_(x, 0).error = error
        run_(x, 0).culprit = culprit


@jit
def schedule(x, t, delay, kind, who, tag):
    """Ask the engine for an appointment at ``t + delay``, unless that is beyond the horizon."""
    if t + delay >= size(x, 0).horizon:
        return
    n = run_(x, 0).out
    if n >= size(x, 0).outbox:
        fail(x, OUTBOX_FULL, 0)
        return
    row = outbox(x, n)
    row.kind, row.who, row.tag, row.delay = kind, who, tag, delay
    run_(x, 0).out = n + 1


@jit_inline
def tell(x, t, kind, who, other, was, now, u, v, w):
    """Write a row of the event log, if the run has one."""
    if run_(x, 0).logging:
        write_event(x, t, kind, who, other, was, now, u, v, w)


@jit_rare
def write_event(x, t, kind, who, other, was, now, u, v, w):
    """Write a row of the event log."""
    n = run_(x, 0).log
    if n >= size(x, 0).log:
        fail(x, LOG_FULL, 0)
        return
    row = log(x, n)
    row.t, row.kind, row.who, row.other, row.was, row.now = t, kind, who, other, was, now
    row.x, row.y, row.z, row.pad = u, v, w, 0
    run_(x, 0).log = n + 1


@jit_inline
def is_open(status):
    """Whether an issue of this status can be discussed."""
    return status == RAISED or status == DISCUSSING or status == CONVERGING


@jit_inline
def on_table(x, b):
    """Whether bargain ``b`` can be discussed: unsettled, every member open and none suspended. `tick` keeps it."""
    return bargain(x, b).running == 1


@entry("int, int, int -> None")
def book_meetings(x, b, last):
    """Book the meetings among the first ``last`` unbooked events: bargain ``b`` was not discussed at them.

    Nothing has happened to ``b`` since, so the status it has now is the status it had.
    """
    first, bargains = bargain(x, b).booked, size(x, 0).bargains
    bargain(x, b).booked = last
    if first == last or not on_table(x, b):
        return
    for j in range(bargain_is(x, b).member, bargain_is(x, b).member_end):
        i = member_is(x, j).issue
        if issue(x, i).bargain != b:
            continue
        since, pending = issue(x, i).since, issue(x, i).pending
        room, waiting = spent(x, i * _WAYS + ROOM).days, spent(x, i * _WAYS + WAITING).days
        for m in range(first, last):
            row = unbooked(x, m)
            if row.way >= 0 and takes(x, row.who * bargains + b).yes:
                pending += row.t - since
                since = row.t
                if row.way == ROOM:
                    room += pending
                else:
                    waiting += pending
                pending = 0.0
        issue(x, i).since, issue(x, i).pending = since, pending
        spent(x, i * _WAYS + ROOM).days, spent(x, i * _WAYS + WAITING).days = room, waiting


@jit
def book(x, t, b):
    """Book the time since the last booking of each member of ``b`` to what the issue was in."""
    if bargain(x, b).booked != run_(x, 0).unbooked:
        book_meetings(x, b, run_(x, 0).unbooked)
    open_ = on_table(x, b)
    for j in range(bargain_is(x, b).member, bargain_is(x, b).member_end):
        i = member_is(x, j).issue
        row = issue(x, i)
        if row.bargain != b:
            continue  # it has come back from this package
        days, status = t - row.since, row.status
        row.since = t
        if is_open(status) and open_:
            row.pending += days
            continue
        if status == RESOLVED or status == LAPSED or status == AGREED:
            continue
        way = _PACKAGE
        if status == DORMANT:
            way = _DORMANT
        elif status == SUSPENDED:
            way = _SUSPENDED
        elif status == STALLED:
            way = _STALLED
        elif status == BLOCKED:
            way = _BLOCKED
        elif status == IMPLEMENTING:
            way = _IMPLEMENTING
        elif bargain(x, b).settled == PROVISIONAL:
            way = _OTHERS
        spent(x, i * _WAYS + way).days += days


@jit
def name_stretch(x, t, b, way):
    """Close the open stretch of each member of ``b`` and book it to ``way``."""
    book(x, t, b)
    for j in range(bargain_is(x, b).member, bargain_is(x, b).member_end):
        i = member_is(x, j).issue
        if issue(x, i).bargain != b:
            continue
        spent(x, i * _WAYS + way).days += issue(x, i).pending
        issue(x, i).pending = 0.0


@jit_inline
def name_stretch_on_table(x, t, b, way):
    """`name_stretch` of a bargain that can be discussed and has booked its meetings."""
    for j in range(bargain_is(x, b).member, bargain_is(x, b).member_end):
        row = issue(x, member_is(x, j).issue)
        spent(x, member_is(x, j).issue * _WAYS + way).days += row.pending + (t - row.since)
        row.since, row.pending = t, 0.0


@jit
def set_status(x, t, i, status):
    """Move issue ``i`` to ``status``: write the log, book the time, start or stop the clocks."""
    row = issue(x, i)
    was = row.status
    if was == status:
        return
    b = row.bargain
    book(x, t, b)
    tell(x, t, _KIND_STATUS, i, 0, was, status, np.nan, np.nan, np.nan)
    row.status = status
    row.furthest = max(row.furthest, FAR[status])
    row.taken |= 1 << status
    if status == RESOLVED or status == LAPSED:
        run_(x, 0).active -= 1
    tick(x, t, b)


@jit_inline
def tick(x, t, b):
    """Let the clocks of ``b`` run while it is unsettled and every member is open."""
    on = bargain(x, b).live == 1 and bargain(x, b).settled == UNSETTLED
    if on:
        for j in range(bargain_is(x, b).member, bargain_is(x, b).member_end):
            if not is_open(issue(x, member_is(x, j).issue).status):
                on = False
    run_clocks(x, b, t, 1 if on else 0)


@jit
def raise_issue(x, t, i):
    """Raise issue ``i``; a suspension that is still in force suspends it at once."""
    if math.isnan(issue(x, i).opened):
        issue(x, i).opened = t
    set_status(x, t, i, RAISED)
    if issue(x, i).until > t:
        suspend_now(x, t, i)


@jit
def suspend_now(x, t, i):
    """Suspend issue ``i`` if it is open or stalled."""
    status = issue(x, i).status
    if is_open(status) or status == STALLED:
        issue(x, i).was = status
        set_status(x, t, i, SUSPENDED)


@jit
def begin(x, t, i):
    """Start the lag of an agreed issue if every prerequisite is resolved, else block it."""
    for j in range(issue_is(x, i).need, issue_is(x, i).need_end):
        if issue(x, need(x, j).issue).status != RESOLVED:
            set_status(x, t, i, BLOCKED)
            return
    set_status(x, t, i, IMPLEMENTING)
    n = issue(x, i).implementations
    issue(x, i).implementations = n + 1
    stream, lag = issue_is(x, i).lag_stream, issue_is(x, i).lag
    if n == 0 and t == 0.0 and issue_is(x, i).status == IMPLEMENTING:
        length = residual(x, lag, 1.0, issue_of(x, i).passed, stream)
        if length < 0.0:
            fail(x, LAG_IMPOSSIBLE, i)
            return
    else:
        length = draw(x, lag, stream, n)
    tell(x, t, _KIND_LAG, i, n, 0, 0, length, np.nan, np.nan)
    schedule(x, t, length, LAG_END, i, n)


@jit
def agree(x, t, b):
    """Agree every member of ``b``; each is then implemented alone."""
    book(x, t, b)  # time in a provisional settlement is waiting for the others
    bargain(x, b).settled = CLOSED
    for j in range(bargain_is(x, b).member, bargain_is(x, b).member_end):
        i = member_is(x, j).issue
        issue(x, i).agreed = t
        set_status(x, t, i, AGREED)
    for j in range(bargain_is(x, b).member, bargain_is(x, b).member_end):
        begin(x, t, member_is(x, j).issue)


@jit
def resolve(x, t, i):
    """Resolve issue ``i`` and start the lags of issues that it alone blocked."""
    issue(x, i).resolved = t
    issue(x, i).reason = _RESOLVED
    set_status(x, t, i, RESOLVED)
    if size(x, 0).needs == 0:
        return
    for j in range(size(x, 0).issues):
        if issue(x, j).status == BLOCKED:
            free = True
            for n in range(issue_is(x, j).need, issue_is(x, j).need_end):
                free = free and issue(x, need(x, n).issue).status == RESOLVED
            if free:
                begin(x, t, j)


@jit
def lapse(x, t, i, reason):
    """Let issue ``i`` lapse, which is final."""
    issue(x, i).lapsed = t
    issue(x, i).reason = reason
    set_status(x, t, i, LAPSED)


@jit
def reached(x, i, status):
    """Whether issue ``i`` has reached ``status`` or passed it; stalled, suspended and lapsed count once taken."""
    if FAR[status]:
        return issue(x, i).furthest >= FAR[status]
    return (issue(x, i).taken >> status) & 1 == 1


@jit
def wake(x, t):
    """Raise every dormant issue whose awaited status is reached, until no more follow."""
    again = size(x, 0).sleepers > 0
    while again:
        again = False
        for i in range(size(x, 0).issues):
            awaited = issue_is(x, i).wake_issue
            if issue(x, i).status == DORMANT and awaited >= 0 and reached(x, awaited, issue_is(x, i).wake_status):
                raise_issue(x, t, i)
                again = True
