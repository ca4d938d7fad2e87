"""Idle bargains: nothing has happened to them but what happened to all. See "Two engines, one set of rules".

An idle bargain costs nothing. Its assumptions are not drawn and its state is not set, until something happens to it
alone: then `rouse` does both and lets it go through the events that it has missed. Draws have keys, so neither the time
nor the order of drawing matters.
"""

from __future__ import annotations

from negsim.simulation.rules.concession import paced
from negsim.simulation.rules.jit import jit, jit_inline, jit_rare
from negsim.simulation.rules.positions import position_bargain, position_issue, position_reserves
from negsim.simulation.rules.quantiles import assume_own
from negsim.simulation.rules.state import (
    bargain,
    idle,
    issue,
    issue_is,
    mark_on,
    roused,
    size,
    unbooked,
)
from negsim.simulation.rules.state import run as run_
from negsim.simulation.rules.status import (
    LAPSED,
    RESOLVED,
    SUSPENDED,
    UNSETTLED,
    book_meetings,
    lapse,
    set_status,
    suspend_now,
    tick,
)

#: What happened to all idle bargains, beside meetings, whose ways are those of `Spent`.
SUSPENSION, RESUMING, END = -1, -2, -3


@jit
def rest(x, b):
    """Leave bargain ``b`` idle: only what others may look at is set."""
    idle(x, b).yes = 1
    bargain(x, b).live = bargain(x, b).running = 1
    bargain(x, b).settled = UNSETTLED
    bargain(x, b).booked = 0
    issue(x, b).status = issue_is(x, b).status
    issue(x, b).bargain = b
    issue(x, b).opened = issue_is(x, b).opened


@jit
def call(x, late):
    """Choose the bargains that a run sets at its start: with ``late``, those that cannot be idle, else all.

    Later runs of a record find them in their place, and what the run before has roused is idle again.
    """
    run = run_(x, 0)
    if run.begun == 0:
        run.begun = 1
        run.firsts = 0
        for b in range(size(x, 0).bargains):
            if late and b < size(x, 0).issues and issue_is(x, b).kind >= 0:
                rest(x, b)
            else:
                idle(x, b).yes = 0
                roused(x, run.firsts).bargain = b
                run.firsts += 1
    else:
        for k in range(run.firsts, run.roused):
            rest(x, roused(x, k).bargain)
    run.roused = run.firsts
    run.idle = size(x, 0).bargains - run.firsts


@jit_inline
def rouse(x, b):
    """End the rest of bargain ``b``, if it is idle."""
    if idle(x, b).yes:
        _rouse(x, b)


@jit
def _rouse(x, b):
    run = run_(x, 0)
    idle(x, b).yes = 0
    roused(x, run.roused).bargain = b
    run.roused += 1
    run.idle -= 1
    assume_own(x, b)
    position_reserves(x, b)
    position_bargain(x, b)
    position_issue(x, b)
    _catch_up(x, b)


@jit
def _catch_up(x, b):
    """Let bargain ``b`` go through what has happened to all, with the run's clock set back to each event."""
    run = run_(x, 0)
    events, pace_sum, since, active = run.unbooked, run.pace_sum, run.since, run.active
    run.pace_sum = run.since = 0.0
    tick(x, 0.0, b)
    for n in range(events if run.stirred_until >= 0.0 else 0):
        row = unbooked(x, n)
        if row.way >= 0:
            continue  # a meeting, which is booked later
        run.unbooked, run.pace_sum, run.since = n, row.paced, row.t
        if row.way == SUSPENSION:
            if mark_on(x, row.who * size(x, 0).issues + b).yes:
                suspend_until(x, row.t, b, row.until)
        elif row.way == RESUMING:
            resume_due(x, row.t, b)
        elif issue(x, b).status != LAPSED:
            lapse(x, row.t, b, row.who)
    run.unbooked, run.pace_sum, run.since, run.active = events, pace_sum, since, active


@jit
def rouse_all(x):
    """End the rest of all bargains."""
    for b in range(size(x, 0).bargains if run_(x, 0).idle else 0):
        rouse(x, b)


@jit
def suspend_until(x, t, i, until):
    """Suspend issue ``i`` unless it has ended; overlapping suspensions end at the latest end."""
    status = issue(x, i).status
    if status != RESOLVED and status != LAPSED:
        issue(x, i).until = max(issue(x, i).until, until)
        suspend_now(x, t, i)


@jit_inline
def resume_due(x, t, i):
    """End the suspension of issue ``i`` if no other one ends later; returns whether it ended."""
    if issue(x, i).status != SUSPENDED or t < issue(x, i).until:
        return False
    set_status(x, t, i, issue(x, i).was)
    return True


@jit_inline
def note(x, t, who, way, until):
    """Note what happens to all: bargains book a meeting, and idle ones go through the rest, when they need it."""
    if run_(x, 0).unbooked == size(x, 0).unbooked:
        _book_all(x)
    row = unbooked(x, run_(x, 0).unbooked)
    row.t, row.who, row.way, row.until, row.paced = t, who, way, until, paced(x, t)
    run_(x, 0).unbooked += 1


@jit_rare
def _book_all(x):
    """Book all that is noted, to make room."""
    rouse_all(x)
    for k in range(run_(x, 0).roused):
        book_meetings(x, roused(x, k).bargain, run_(x, 0).unbooked)
        bargain(x, roused(x, k).bargain).booked = 0
    run_(x, 0).unbooked = 0


@jit
def note_for_idle(x, t, who, way, until):
    """Note an event other than a meeting, if there are idle bargains."""
    if run_(x, 0).idle:
        note(x, t, who, way, until)
        run_(x, 0).stirred_until = max(run_(x, 0).stirred_until, until)
