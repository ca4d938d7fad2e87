"""Concession: a side's base and aspiration, and how tactics move them. See "Concession".

Time curves and imitation are from Faratin, Sierra, Jennings, *Negotiation decision functions for autonomous agents*
(Robotics and Autonomous Systems 24, 1998), in utilities. Side ``k`` of bargain ``b`` is row ``2 b + k`` of ``side``
and ``tactic_*``.
"""

from __future__ import annotations

import math

from negsim.simulation.rules.jit import jit, jit_inline
from negsim.simulation.rules.state import (
    OFFERS,
    bargain,
    bargain_is,
    mark,
    mark_is,
    mark_of,
    mark_on,
    member_is,
    member_of,
    offer,
    regime_of,
    reserve,
    side,
    size,
    tactic_is,
    tactic_of,
)
from negsim.simulation.rules.state import run as run_

TIME, RECIPROCAL, MIXED, FIXED = range(4)
POLYNOMIAL, EXPONENTIAL = range(2)
CALENDAR, ROUNDS = range(2)
CONCEDE, CHANCE = range(2)
#: Kinds of marks.
TO_CLIMATE, SUSPEND, STEP, MOVE, MEET = range(5)


@jit_inline
def paced(x, t):
    """Days since ``as_of``, each times the pace of its climate."""
    return run_(x, 0).pace_sum + regime_of(x, run_(x, 0).regime).pace * (t - run_(x, 0).since)


@jit_inline
def clock(x, b, k, t):
    """Side ``k``'s clock in bargain ``b``: paced days or rounds."""
    return clock_of(x, b, k, paced(x, t))


@jit_inline
def clock_of(x, b, k, now):
    """Side ``k``'s clock at ``now``, in paced days."""
    row = side(x, 2 * b + k)
    if tactic_is(x, 2 * b + k).clock == CALENDAR and bargain(x, b).running:
        return row.clock + (now - row.since)
    return row.clock


@jit_inline
def run_clocks(x, b, t, on):
    """Start or stop both sides' clocks."""
    if bargain(x, b).running == on:
        return
    now = paced(x, t)
    for k in range(2):
        if not on:
            side(x, 2 * b + k).clock = clock_of(x, b, k, now)
        side(x, 2 * b + k).since = now
    bargain(x, b).running = on


@jit_inline
def conceded(x, row, tau):
    """The conceded share ``c(tau)`` of the way from 1 to the reservation value."""
    kappa, beta = tactic_of(x, row).kappa, tactic_of(x, row).beta
    if tau >= 1.0:
        return 1.0
    if tactic_is(x, row).curve == POLYNOMIAL:
        if tau == 0.0:
            return kappa
        return kappa + (1.0 - kappa) * tau ** (1.0 / beta)
    return math.exp((1.0 - tau) ** beta * math.log(kappa))


@jit_inline
def curve(x, row, clock, r):
    """The aspiration of a time tactic at ``clock``: ``1 - (1 - r) c(tau)``, exactly ``r`` from patience on."""
    tau = min(1.0, clock / tactic_of(x, row).patience)
    return r if tau >= 1.0 else 1.0 - (1.0 - r) * conceded(x, row, tau)


@jit
def clock_at(x, row, base, r):
    """The clock at which the time curve equals ``base``: the inverse of ``curve`` on [0, patience]."""
    kappa, beta, patience = tactic_of(x, row).kappa, tactic_of(x, row).beta, tactic_of(x, row).patience
    if r >= 1.0:
        return 0.0
    c = (1.0 - base) / (1.0 - r)
    if c >= 1.0:
        return patience
    if c <= kappa:
        return 0.0
    if tactic_is(x, row).curve == POLYNOMIAL:
        return patience * ((c - kappa) / (1.0 - kappa)) ** beta
    return patience * (1.0 - (math.log(c) / math.log(kappa)) ** (1.0 / beta))


@jit
def reservation(x, b, k):
    """The current reservation value of side ``k``: an issue's own, or a package's pooled by weights."""
    if bargain_is(x, b).member_end - bargain_is(x, b).member == 1:
        return reserve(x, 2 * member_is(x, bargain_is(x, b).member).issue + k).r
    r = bargain(x, b).extra_b if k else bargain(x, b).extra_a
    for j in range(bargain_is(x, b).member, bargain_is(x, b).member_end):
        weight = member_of(x, j).w_b if k else member_of(x, j).w_a
        r += weight * reserve(x, 2 * member_is(x, j).issue + k).r
    return min(max(r, 0.0), 1.0)


@jit_inline
def step_now(x, m, t):
    """What is left of the steps of a hardening or easing mark; each halves every half-life."""
    row = mark(x, m)
    if row.step == 0.0:
        return 0.0
    if row.now_at != t:  # the same for every bargain of a meeting
        row.now = row.step * 2.0 ** (-(t - row.since) / mark_of(x, m).half_life)
        row.now_at = t
    return row.now


@jit_inline
def offsets(x, b, t):
    """The sums of each side's hardening and easing steps now, weighted over a package's members."""
    run = run_(x, 0)
    if not run.stepped:
        return 0.0, 0.0
    if not size(x, 0).everywhere or bargain_is(x, b).member_end - bargain_is(x, b).member > 1:
        return _offsets(x, b, t)
    if run.offsets_at != t:  # the same for every issue alone
        run.offset_a, run.offset_b = _offsets(x, b, t)
        run.offsets_at = t
    return run.offset_a, run.offset_b


@jit
def _offsets(x, b, t):
    off_a = off_b = 0.0
    single = bargain_is(x, b).member_end - bargain_is(x, b).member == 1
    for m in range(size(x, 0).marks):
        if mark_is(x, m).kind == STEP and mark(x, m).step != 0.0:
            k, reach = mark_is(x, m).target, 0.0
            for j in range(bargain_is(x, b).member, bargain_is(x, b).member_end):
                if mark_on(x, m * size(x, 0).issues + member_is(x, j).issue).yes:
                    reach += 1.0 if single else (member_of(x, j).w_b if k else member_of(x, j).w_a)
            if k:
                off_b += reach * step_now(x, m, t)
            else:
                off_a += reach * step_now(x, m, t)
    return off_a, off_b


@jit_inline
def insists(x, b, k, offset):
    """Side ``k``'s aspiration with this offset: ``clip(base + offset, r, 1)``."""
    row = side(x, 2 * b + k)
    return max(min(row.base + offset, 1.0), row.r)


@jit_inline
def aspiration(x, b, k, t):
    """Side ``k``'s aspiration at ``t``."""
    off_a, off_b = offsets(x, b, t)
    return insists(x, b, k, off_b if k else off_a)


@jit_inline
def imitates(x, row):
    """Whether side ``row`` answers what the other side concedes; only then its tactic reads the offers received."""
    return tactic_is(x, row).kind == RECIPROCAL or tactic_is(x, row).kind == MIXED


@jit_inline
def receive(x, row, utility):
    """Record an offer worth ``utility`` to side ``row``."""
    if imitates(x, row):
        offer(x, row * OFFERS + side(x, row).received % OFFERS).u = utility
    side(x, row).received += 1


@jit_inline
def _offered(x, row, number):
    """Utility of offer ``number``, from 1; offer 0 and any before it come from the other side's first aspiration."""
    return offer(x, row * OFFERS + (number - 1) % OFFERS).u if number >= 1 else side(x, row).first


@jit
def _imitation(x, row):
    """The other side's concessions since this side's last move, averaged over the window."""
    window, total = tactic_is(x, row).window, 0.0
    for number in range(side(x, row).answered + 1, side(x, row).received + 1):
        total += max(0.0, _offered(x, row, number) - _offered(x, row, number - window)) / window
    return total


@jit_inline
def move(x, b, k, now):
    """Side ``k`` moves its base by its tactic; the base never rises and never falls below ``r``.

    ``now`` is in paced days.
    """
    row = 2 * b + k
    kind, base, r = tactic_is(x, row).kind, side(x, row).base, side(x, row).r
    if kind == TIME:
        base = min(base, curve(x, row, clock_of(x, b, k, now), r))
    elif kind == RECIPROCAL:
        base -= tactic_of(x, row).reciprocity * _imitation(x, row)
    elif kind == MIXED:
        weight = tactic_of(x, row).weight
        behind = max(0.0, base - curve(x, row, clock_of(x, b, k, now), r))
        base -= weight * behind + (1.0 - weight) * (tactic_of(x, row).reciprocity * _imitation(x, row))
    side(x, row).answered = side(x, row).received
    side(x, row).base = max(base, r)
    side(x, row).due = -1.0  # a curve never rises, so a move that was due before changes nothing


@jit
def move_due(x, row):
    """Move the base of side ``row`` as it should have moved in discussions without exact offers."""
    own = side(x, row)
    if own.due >= 0.0:
        own.base = max(min(own.base, curve(x, row, own.due, own.r)), own.r)
        own.due = -1.0
