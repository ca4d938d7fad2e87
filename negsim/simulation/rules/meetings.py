"""Meetings: which bargains a meeting takes, and the discussion of each. See "Concession" and "Meetings"."""

from __future__ import annotations

import math

import numpy as np

from negsim.agenda import Spent
from negsim.simulation.events import Kind
from negsim.simulation.rules.concession import CHANCE, ROUNDS, imitates, insists, move, offsets, paced, receive
from negsim.simulation.rules.draws import befalls, uniform, uniform_at
from negsim.simulation.rules.far_apart import CONVERGED, far_apart, move_later
from negsim.simulation.rules.frontier import TOLERANCE, best_for_other, closest, possible, terms
from negsim.simulation.rules.idle import note, rouse
from negsim.simulation.rules.jit import entry, jit, jit_inline
from negsim.simulation.rules.order import CLOSEST, ROUND_ROBIN, hours_of, key_of, sink, swap
from negsim.simulation.rules.quantiles import draw, residual
from negsim.simulation.rules.state import (
    agenda,
    bargain,
    bargain_is,
    bargain_of,
    channel,
    channel_is,
    channel_of,
    issue,
    member_is,
    place,
    regime_of,
    side,
    size,
    spent,
    tactic_is,
    takes,
)
from negsim.simulation.rules.state import run as run_
from negsim.simulation.rules.status import (
    CONVERGING,
    DISCUSSING,
    GAP_IMPOSSIBLE,
    PROVISIONAL,
    ROOM,
    STALLED,
    UNSETTLED,
    WAITING,
    agree,
    book_meetings,
    fail,
    name_stretch_on_table,
    on_table,
    set_status,
    tell,
    wake,
)
from negsim.simulation.rules.status import tick as tick_

HELD, CANCELLED, LOST = range(3)
REGULAR, EXTRA = range(2)
IN_VAIN, ACCEPTED, HOSTED, BY_CHANCE = range(4)
HOURS_TOLERANCE = 1e-9

_MEETING, _OFFER, _DISCUSSION, _DEAL = (int(k) for k in (Kind.MEETING, Kind.OFFER, Kind.DISCUSSION, Kind.DEAL))
_WAYS = len(Spent)
_SIDE_A, _SIDE_B, _BOTH = (int(w) for w in (Spent.SIDE_A, Spent.SIDE_B, Spent.BOTH))


@entry("int, int -> float")
def next_gap(x, c):
    """Days from now to channel ``c``'s next regular meeting; infinite after the end of the talks.

    The gap under way at ``as_of`` is drawn given its age.
    """
    if run_(x, 0).over:
        return np.inf
    n, factor = channel(x, c).regular, regime_of(x, run_(x, 0).regime).gap_factor
    if n == 0:
        gap = residual(x, channel_is(x, c).gap, factor, channel_of(x, c).age, channel_is(x, c).gap_stream)
        if gap < 0.0:
            fail(x, GAP_IMPOSSIBLE, c)
        return gap
    return factor * draw(x, channel_is(x, c).gap, channel_is(x, c).gap_stream, n)


@jit_inline
def gap_after(x, c):
    """`next_gap` as it is after the regular meeting of channel ``c`` that is about to begin."""
    if run_(x, 0).over:
        return np.inf
    factor, number = regime_of(x, run_(x, 0).regime).gap_factor, channel(x, c).regular + 1
    return factor * draw(x, channel_is(x, c).gap, channel_is(x, c).gap_stream, number)


@jit_inline
def _stirred(x, t, order):
    """Whether idle bargains are roused to be listed. Else each is open, and its gap is not needed."""
    return run_(x, 0).stirred_until > t or order == CLOSEST


@jit_inline
def _listed(x, c, b, stirred):
    """Whether a meeting of channel ``c`` takes bargain ``b``, which was open before the meeting."""
    if not takes(x, c * size(x, 0).bargains + b).yes:
        return False
    if stirred:
        rouse(x, b)
    return on_table(x, b) and bargain(x, b).booked < run_(x, 0).unbooked


@jit
def _discuss_in_order(x, t, c, order):
    """Discuss the listed bargains that fit, in the order of their keys.

    A heap gives them one by one: a session has time for few of many.
    """
    n, room, stirred = 0, channel_of(x, c).session, _stirred(x, t, order)
    for b in range(size(x, 0).bargains):
        if _listed(x, c, b, stirred):
            agenda(x, n).bargain, agenda(x, n).key = b, key_of(x, order, b)
            n += 1
    for i in range(n // 2 - 1, -1, -1):
        sink(x, i, n)
    while n > 0 and run_(x, 0).least_hours <= room + HOURS_TOLERANCE:
        b = agenda(x, 0).bargain
        n -= 1
        swap(x, 0, n)
        sink(x, 0, n)
        room = _discuss_if_it_fits(x, t, c, b, room)


@jit
def _discuss_round_robin(x, t, c):
    """Discuss the listed bargains that fit, from the one after the last discussed on."""
    bargains, room, p = size(x, 0).bargains, channel_of(x, c).session, channel(x, c).last
    stirred = _stirred(x, t, ROUND_ROBIN)
    for _ in range(bargains):
        if run_(x, 0).least_hours > room + HOURS_TOLERANCE:
            return
        p = p + 1 if p + 1 < bargains else 0
        b = place(x, p).bargain
        if _listed(x, c, b, stirred):
            room = _discuss_if_it_fits(x, t, c, b, room)


@jit
def _discuss_if_it_fits(x, t, c, b, room):
    """Discuss bargain ``b`` if the meeting has room for its hours; returns the room left."""
    hours = hours_of(x, b)
    if hours > room + HOURS_TOLERANCE:
        return room
    rouse(x, b)
    channel(x, c).last = place(x, b).position
    discuss(x, t, b, channel_of(x, c).good_offices)
    return room - hours


@jit_inline
def _make_offer(x, t, b, k, a, u_a, u_b):
    """Side ``k`` offers the point best for the other side among those that leave itself its aspiration ``a``."""
    tell(x, t, _OFFER, b, k, 0, 0, u_a, u_b, a)
    receive(x, 2 * b + 1 - k, u_a if k else u_b)


@jit
def settle(x, t, b, u_a, u_b, at):
    """Settle bargain ``b`` at a place of its frontier (NaN: by chance, without terms)."""
    name_stretch_on_table(x, t, b, WAITING)
    tell(x, t, _DEAL, b, 0, 0, 0, u_a, u_b, np.nan)
    bargain(x, b).u_a, bargain(x, b).u_b, bargain(x, b).at = u_a, u_b, at
    start = bargain_is(x, b).member
    for j in range(start, bargain_is(x, b).member_end):
        row = issue(x, member_is(x, j).issue)
        row.u_a, row.u_b, row.option = np.nan, np.nan, -1
        if not math.isnan(at):
            row.u_a, row.u_b, row.option = terms(x, b, at, j - start)
    if not size(x, 0).single:
        agree(x, t, b)
        return
    for j in range(start, bargain_is(x, b).member_end):
        set_status(x, t, member_is(x, j).issue, CONVERGING)
    bargain(x, b).settled = PROVISIONAL
    tick_(x, t, b)
    conclude(x, t)


@jit
def conclude(x, t):
    """Under a single undertaking: agree everything once no bargain is unsettled, dormant ones included."""
    for b in range(size(x, 0).bargains):
        if bargain(x, b).live and bargain(x, b).settled == UNSETTLED:
            return
    for p in range(size(x, 0).bargains):
        b = place(x, p).bargain
        if bargain(x, b).live and bargain(x, b).settled == PROVISIONAL:
            agree(x, t, b)


@jit_inline
def _blame(x, b, a_a, a_b):
    """The side whose concession to its reservation value alone would give a deal; else both."""
    by_a = possible(x, b, side(x, 2 * b).r, a_b)
    by_b = possible(x, b, a_a, side(x, 2 * b + 1).r)
    if by_a == by_b:
        return _BOTH
    return _SIDE_A if by_a else _SIDE_B


@jit
def _by_chance(x, t, b, n):
    """Whether discussion ``n`` settles ``b`` by chance: memoryless, without positions or terms."""
    p, factor = bargain_of(x, b).chance, regime_of(x, run_(x, 0).regime).settlement
    if factor > 0.0 and p > 0.0:
        hazard = -math.log1p(-p) if p < 1.0 else np.inf
        return uniform(x, bargain_is(x, b).settle_stream, n) < -math.expm1(-hazard * factor)
    return False


@jit
def _negotiate(x, t, b, n, good_offices):
    """One exchange of offers; returns the result, the gap, the deal (NaN without one) and what it waits for."""
    (off_a, off_b), now = offsets(x, b, t), paced(x, t)
    apart = not (imitates(x, 2 * b) or imitates(x, 2 * b + 1))  # then the order of the moves does not matter
    for k in range(2):
        if tactic_is(x, 2 * b + k).clock == ROUNDS:
            side(x, 2 * b + k).clock += 1.0
        if imitates(x, 2 * b + k) and side(x, 2 * b + k).received == 0:
            # offer 0: the best for k at the other's first aspiration
            a, z, _ = best_for_other(x, b, 1 - k, insists(x, b, 1 - k, off_a if k else off_b))
            side(x, 2 * b + k).first = z if k else a
    if apart:
        move(x, b, 0, now)
        move(x, b, 1, now)
    if bargain(x, b).starter < 0:
        run = run_(x, 0)
        u = uniform_at(run.seed, run.first_luck, run.run, bargain_is(x, b).first_stream, 0, 0)
        bargain(x, b).starter = 0 if u < 0.5 else 1
    one = (bargain(x, b).starter + n) & 1  # the sides alternate
    two = 1 - one
    if not apart:
        move(x, b, one, now)
    first = insists(x, b, one, off_b if one else off_a)
    u_a, u_b, at = best_for_other(x, b, one, first)
    _make_offer(x, t, b, one, first, u_a, u_b)
    if not apart:
        move(x, b, two, now)
    a_a, a_b = insists(x, b, 0, off_a), insists(x, b, 1, off_b)
    least = a_b if two else a_a
    v_a, v_b, _ = best_for_other(x, b, two, least)
    r_a, r_b = side(x, 2 * b).r - TOLERANCE, side(x, 2 * b + 1).r - TOLERANCE
    short, w_a, w_b, where = closest(x, b, a_a, a_b)
    gap = 2.0 * short
    if u_a >= r_a and u_b >= r_b and (u_b if two else u_a) >= min(least, v_b if two else v_a) - TOLERANCE:
        return ACCEPTED, gap, u_a, u_b, at, _BOTH
    _make_offer(x, t, b, two, least, v_a, v_b)
    if good_offices > 0.0 and good_offices >= gap - TOLERANCE and w_a >= r_a and w_b >= r_b:
        return HOSTED, gap, w_a, w_b, where, _BOTH
    return IN_VAIN, gap, np.nan, np.nan, np.nan, _blame(x, b, a_a, a_b)


@jit
def discuss(x, t, b, good_offices):
    """One discussion of bargain ``b`` and its immediate consequences."""
    n = bargain(x, b).discussions
    bargain(x, b).discussions = n + 1
    if bargain_is(x, b).plain and not run_(x, 0).logging:
        far, way, status, clock_a, clock_b = far_apart(x, t, b, good_offices)
        _book(x, b)
        if far:  # the bargain has one issue, of the same number
            move_later(x, 2 * b, clock_a)
            move_later(x, 2 * b + 1, clock_b)
            row = issue(x, b)
            row.discussions += 1
            spent(x, b * _WAYS + way).days += row.pending + (t - row.since)
            row.since, row.pending = t, 0.0
            if row.status != status:
                set_status(x, t, b, status)
        else:
            _exchange_offers(x, t, b, n, good_offices)
    else:
        _book(x, b)
        _exchange_offers(x, t, b, n, good_offices)
    if size(x, 0).sleepers:
        wake(x, t)


@jit_inline
def _book(x, b):
    """Book the meetings before the one under way."""
    book_meetings(x, b, run_(x, 0).unbooked - 1)
    bargain(x, b).booked = run_(x, 0).unbooked


@jit
def _exchange_offers(x, t, b, n, good_offices):
    """Discussion ``n`` of bargain ``b`` with exact offers, or with chance."""
    for j in range(bargain_is(x, b).member, bargain_is(x, b).member_end):
        issue(x, member_is(x, j).issue).discussions += 1
    if bargain_is(x, b).kind == CHANCE:
        result, gap, u_a, u_b, at, way = IN_VAIN, np.inf, np.nan, np.nan, np.nan, _BOTH
        if _by_chance(x, t, b, n):
            result = BY_CHANCE
    else:
        result, gap, u_a, u_b, at, way = _negotiate(x, t, b, n, good_offices)
    bargain(x, b).gap = gap
    tell(x, t, _DISCUSSION, b, n, 0, result, gap, np.nan, np.nan)
    if result != IN_VAIN:
        settle(x, t, b, u_a, u_b, at)
    else:
        status = CONVERGING if gap <= CONVERGED + TOLERANCE else DISCUSSING
        if bargain_is(x, b).kind != CHANCE and hopeless(x, b):
            status = STALLED
        name_stretch_on_table(x, t, b, way)
        for j in range(bargain_is(x, b).member, bargain_is(x, b).member_end):
            if issue(x, member_is(x, j).issue).status != status:
                set_status(x, t, member_is(x, j).issue, status)


@jit_inline
def hopeless(x, b):
    """Both bases at the reservation values and no zone of possible agreement."""
    r_a, r_b = side(x, 2 * b).r, side(x, 2 * b + 1).r
    at_end = side(x, 2 * b).base <= r_a + TOLERANCE and side(x, 2 * b + 1).base <= r_b + TOLERANCE
    return at_end and not possible(x, b, r_a, r_b)


@jit
def meeting(x, t, c, extra):
    """A meeting of channel ``c``: lost while all talks are suspended, cancelled by chance, or held."""
    if run_(x, 0).over:
        return
    if extra:
        n, stream = channel(x, c).extra, channel_is(x, c).extra_stream
        channel(x, c).extra = n + 1
    else:
        n, stream = channel(x, c).regular, channel_is(x, c).cancel_stream
        channel(x, c).regular = n + 1
    if run_(x, 0).suspended_until > t:
        tell(x, t, _MEETING, c, n, extra, LOST, np.nan, np.nan, np.nan)
        return
    cancelled = befalls(x, regime_of(x, run_(x, 0).regime).cancellation, stream, n)
    tell(x, t, _MEETING, c, n, extra, CANCELLED if cancelled else HELD, np.nan, np.nan, np.nan)
    note(x, t, c, WAITING if cancelled else ROOM, 0.0)
    if cancelled:
        return
    run_(x, 0).meetings += 1
    if channel_is(x, c).order == ROUND_ROBIN:
        _discuss_round_robin(x, t, c)
    else:
        _discuss_in_order(x, t, c, channel_is(x, c).order)
