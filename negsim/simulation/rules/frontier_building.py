"""Building a bargain's Pareto frontier from its members' weights and options. See "Issues, packages, frontiers".

Divisible members alone give a concave line: side A first receives what costs side B least per unit of A's gain.
Options alone give points. Together, each combination of options shifts the same line, and the frontier is the upper
envelope of the shifted lines, without dominated points.
"""

from __future__ import annotations

import numpy as np

from negsim.simulation.rules.frontier import TOLERANCE
from negsim.simulation.rules.jit import allocate, entry, jit, jit_inline, real, release, whole
from negsim.simulation.rules.state import bargain, bargain_is, member_is, member_of, option_of, piece, term


@jit
def _rising(values, n, order):
    """Write the order that sorts ``n`` values, equal ones as they stand (a shell sort: small to compile)."""
    for i in range(n):
        whole(order, i).value = i
    step = n // 2
    while step > 0:
        for i in range(step, n):
            here, j = whole(order, i).value, i
            value = real(values, here).value
            while j >= step:
                other = whole(order, j - step).value
                if real(values, other).value < value or (real(values, other).value == value and other < here):
                    break
                whole(order, j).value = other
                j -= step
            whole(order, j).value = here
        step //= 2


@jit
def _groups(x, b, group, order, gain, cost):
    """Divisible members of equal weight ratio share a group, groups in order of what A's gain costs B.

    Writes each member's group (-1: an option, -2: stays with A, -3: stays with B, -4: no weight to either) and the
    groups' weights; returns the number of groups.
    """
    start, n = bargain_is(x, b).member, bargain_is(x, b).member_end - bargain_is(x, b).member
    m = 0
    for j in range(n):
        whole(group, j).value = -1
        real(gain, j).value = real(cost, j).value = 0.0
        w_a, w_b = member_of(x, start + j).w_a, member_of(x, start + j).w_b
        if member_is(x, start + j).option < member_is(x, start + j).option_end:
            continue
        if w_a <= 0.0 or w_b <= 0.0:
            whole(group, j).value = -4 if w_a <= 0.0 and w_b <= 0.0 else (-3 if w_a <= 0.0 else -2)
            continue
        k = m
        while k > 0:
            other = start + whole(order, k - 1).value
            if w_b * member_of(x, other).w_a < member_of(x, other).w_b * w_a - TOLERANCE:
                whole(order, k).value = whole(order, k - 1).value
                k -= 1
            else:
                break
        whole(order, k).value = j
        m += 1
    g = -1
    for k in range(m):
        at = start + whole(order, k).value
        same = False
        if k > 0:
            before = start + whole(order, k - 1).value
            apart = member_of(x, at).w_b * member_of(x, before).w_a - member_of(x, before).w_b * member_of(x, at).w_a
            same = abs(apart) <= TOLERANCE
        if not same:
            g += 1
        whole(group, at - start).value = g
        real(gain, g).value += member_of(x, at).w_a
        real(cost, g).value += member_of(x, at).w_b
    return g + 1


@jit
def _number(x, b):
    """How many combinations of the members' options there are."""
    total = 1
    for j in range(bargain_is(x, b).member, bargain_is(x, b).member_end):
        total *= max(member_is(x, j).option_end - member_is(x, j).option, 1)
    return total


@jit
def _combinations(x, b, total, choice, u_a, u_b, declared):
    """Every combination of the members' options that is not dominated.

    Writes choices, what they give A and B, and their place in the order of declaration, by what they give A, rising;
    returns their number.
    """
    start, n = bargain_is(x, b).member, bargain_is(x, b).member_end - bargain_is(x, b).member
    memory = allocate(8 * total * (n + 5))
    step = 8 * total
    all_a, all_b, turned, order = memory, memory + step, memory + 2 * step, memory + 3 * step
    keep, every = memory + 4 * step, memory + 5 * step
    for c in range(total):
        rest = c
        real(all_a, c).value = real(all_b, c).value = 0.0
        for j in range(n - 1, -1, -1):
            options = member_is(x, start + j).option_end - member_is(x, start + j).option
            whole(every, c * n + j).value = -1
            if options > 0:
                whole(every, c * n + j).value = member_is(x, start + j).option + rest % options
                rest //= options
        for j in range(n):
            chosen = whole(every, c * n + j).value
            if chosen >= 0:
                real(all_a, c).value += member_of(x, start + j).w_a * option_of(x, chosen).u_a
                real(all_b, c).value += member_of(x, start + j).w_b * option_of(x, chosen).u_b
        real(turned, c).value = -real(all_a, c).value
    _rising(turned, total, order)
    kept = 0
    for k in range(total):
        c = whole(order, k).value
        c_a, c_b, beaten = real(all_a, c).value, real(all_b, c).value, False
        for d in range(total):
            d_a, d_b = real(all_a, d).value, real(all_b, d).value
            if (
                d != c
                and d_a >= c_a - TOLERANCE
                and d_b >= c_b - TOLERANCE
                and (d_a + d_b > c_a + c_b + TOLERANCE or d < c)
            ):
                beaten = True
                break
        if not beaten:
            whole(keep, kept).value = c
            kept += 1
    for k in range(kept):
        c = whole(keep, kept - 1 - k).value
        real(u_a, k).value, real(u_b, k).value = real(all_a, c).value, real(all_b, c).value
        whole(declared, k).value = c
        for j in range(n):
            whole(choice, k * n + j).value = whole(every, c * n + j).value
    release(memory)
    return kept


@jit
def _write(x, b, p, group, g, choice, line, low, high, a0, b0, a1, b1):
    """Piece ``p`` of the bargain, and what each member gets at its two ends."""
    start, n = bargain_is(x, b).member, bargain_is(x, b).member_end - bargain_is(x, b).member
    at = bargain_is(x, b).piece + p
    piece(x, at).a0, piece(x, at).b0, piece(x, at).a1, piece(x, at).b1 = a0, b0, a1, b1
    for j in range(n):
        chosen, own = whole(choice, line * n + j).value, whole(group, j).value
        t = piece(x, at).term + j
        term(x, t).option = chosen - member_is(x, start + j).option if chosen >= 0 else -1
        if chosen >= 0:
            term(x, t).a0, term(x, t).b0 = option_of(x, chosen).u_a, option_of(x, chosen).u_b
            term(x, t).a1, term(x, t).b1 = term(x, t).a0, term(x, t).b0
        else:
            near = far = 0.5
            if own == g and g >= 0:
                near, far = low, high
            elif own == -2 or (own >= 0 and own < g):
                near = far = 1.0
            elif own == -3 or own > g:
                near = far = 0.0
            term(x, t).a0, term(x, t).b0, term(x, t).a1, term(x, t).b1 = near, 1.0 - near, far, 1.0 - far


@jit
def _cuts(n, a0, b0, a1, b1, cuts):
    """Write the utilities of side A at which the best of ``n`` lines can change, in order; returns their number.

    A line begins, ends, crosses another, or falls to where another begins.
    """
    memory = allocate(16 * _most_cuts(n))
    found, order = memory, memory + 8 * _most_cuts(n)
    m = 0
    for s in range(n):
        real(found, m).value, real(found, m + 1).value = real(a0, s).value, real(a1, s).value
        m += 2
    for s in range(n):
        s_a, s_b, s_end = real(a0, s).value, real(b0, s).value, real(a1, s).value
        slope = (real(b1, s).value - s_b) / (s_end - s_a)
        for r in range(n):
            r_a, r_b, r_end = real(a0, r).value, real(b0, r).value, real(a1, r).value
            level = s_a + (r_b - s_b) / slope
            if s_a < level < s_end:
                real(found, m).value = level
                m += 1
            other = (real(b1, r).value - r_b) / (r_end - r_a)
            if r < s and abs(slope - other) > TOLERANCE:
                cross = (r_b - s_b + slope * s_a - other * r_a) / (slope - other)
                if max(s_a, r_a) < cross < min(s_end, r_end):
                    real(found, m).value = cross
                    m += 1
    _rising(found, m, order)
    for i in range(m):
        real(cuts, i).value = real(found, whole(order, i).value).value
    release(memory)
    return m


@jit_inline
def _most_cuts(n):
    return 2 * n + 2 * n * n


@jit
def _envelope(x, b, group, gain, cost, groups, choice, lines, start_a, start_b, declared):
    """Pieces of the envelope of every combination's line, of those that coincide the first declared.

    Returns their number.
    """
    n = lines * groups
    memory = allocate(8 * (4 * n + _most_cuts(n)))
    a0, b0, a1, b1, cuts = memory, memory + 8 * n, memory + 16 * n, memory + 24 * n, memory + 32 * n
    for c in range(lines):
        u_a, u_b = real(start_a, c).value, real(start_b, c).value
        for g in range(groups):
            s = c * groups + g
            real(a0, s).value, real(b0, s).value = u_a, u_b
            u_a += real(gain, g).value
            u_b -= real(cost, g).value
            real(a1, s).value, real(b1, s).value = u_a, u_b
    m = _cuts(n, a0, b0, a1, b1, cuts)
    p, last, from_ = 0, -1, 0.0
    for i in range(m):
        best, cut = -1, real(cuts, i).value
        high = real(cuts, i + 1).value if i + 1 < m else cut
        if high - cut > TOLERANCE:
            best = _best(n, groups, 0.5 * (cut + high), a0, b0, a1, b1, declared)
        elif i + 1 < m:
            continue  # cuts that coincide end nothing
        if best != last:
            if last >= 0:
                l_a, l_b, l_end = real(a0, last).value, real(b0, last).value, real(a1, last).value
                width = l_end - l_a
                low, end = (from_ - l_a) / width, min((cut - l_a) / width, 1.0)
                fall = real(b1, last).value - l_b
                whole_line = end >= 1.0 - TOLERANCE
                _write(
                    x, b, p, group, last % groups, choice, last // groups, low, end, from_, l_b + low * fall,
                    l_end if whole_line else cut, real(b1, last).value if whole_line else l_b + end * fall,
                )  # fmt: skip
                p += 1
            last, from_ = best, cut
    release(memory)
    return p


@jit
def _best(n, groups, middle, a0, b0, a1, b1, declared):
    """The line that gives side B most where side A has ``middle``; -1 where none is above what a point gives."""
    best, value, step = -1, -np.inf, -np.inf
    for s in range(n):
        s_a, s_b, s_end = real(a0, s).value, real(b0, s).value, real(a1, s).value
        if s_a < middle < s_end:
            here = s_b + (middle - s_a) / (s_end - s_a) * (real(b1, s).value - s_b)
            tie = False
            if best >= 0 and here > value - TOLERANCE:
                tie = whole(declared, s // groups).value < whole(declared, best // groups).value
            if here > value + TOLERANCE or tie:
                best, value = s, here
        elif s_a > middle:
            step = max(step, s_b)
    return -1 if value <= step else best


@jit
def normalise(x, b):
    """Divide drawn weights by their sum, for each side."""
    start, end = bargain_is(x, b).member, bargain_is(x, b).member_end
    sum_a = sum_b = 0.0
    for j in range(start, end):
        sum_a += member_of(x, j).w_a
        sum_b += member_of(x, j).w_b
    for j in range(start, end):
        member_of(x, j).w_a /= sum_a
        member_of(x, j).w_b /= sum_b


@entry("int, int -> None")
def build(x, b):
    """Write bargain ``b``'s frontier, exact, into its pieces and terms."""
    start, n, total = bargain_is(x, b).member, bargain_is(x, b).member_end - bargain_is(x, b).member, _number(x, b)
    memory = allocate(8 * (4 * n + total * (n + 3)))
    group, order, gain, cost = memory, memory + 8 * n, memory + 16 * n, memory + 24 * n
    u_a, u_b, declared = memory + 32 * n, memory + 32 * n + 8 * total, memory + 32 * n + 16 * total
    choice = memory + 32 * n + 24 * total
    groups = _groups(x, b, group, order, gain, cost)
    lines = _combinations(x, b, total, choice, u_a, u_b, declared)
    for c in range(lines):
        for j in range(n):
            if whole(group, j).value == -2:
                real(u_a, c).value += member_of(x, start + j).w_a
            elif whole(group, j).value == -3:
                real(u_b, c).value += member_of(x, start + j).w_b
        for g in range(groups):
            real(u_b, c).value += real(cost, g).value
    pieces = 0
    if groups == 0:
        for c in range(lines):
            a, z = real(u_a, c).value, real(u_b, c).value
            _write(x, b, pieces, group, -1, choice, c, 0.0, 0.0, a, z, a, z)
            pieces += 1
    elif lines == 1:
        a, z = real(u_a, 0).value, real(u_b, 0).value
        for g in range(groups):
            gained, lost = real(gain, g).value, real(cost, g).value
            _write(x, b, g, group, g, choice, 0, 0.0, 1.0, a, z, a + gained, z - lost)
            a, z = a + gained, z - lost
        pieces = groups
    else:
        pieces = _envelope(x, b, group, gain, cost, groups, choice, lines, u_a, u_b, declared)
    bargain(x, b).pieces = pieces
    release(memory)
