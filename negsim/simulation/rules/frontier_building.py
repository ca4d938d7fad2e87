"""Building a bargain's Pareto frontier from its members' weights and options. See "Issues, packages, frontiers".

Divisible members alone give a concave line: side A first receives what costs side B least per unit of A's gain.
Options alone give points. Together, each combination of options shifts the same line, and the frontier is the upper
envelope of the shifted lines, without dominated points.
"""

from __future__ import annotations

import numpy as np

from negsim.simulation.rules.frontier import TOLERANCE
from negsim.simulation.rules.jit import jit
from negsim.simulation.rules.state import bargain, bargain_is, member_is, member_of, option_of, piece, term


@jit
def _rising(values):
    """The order that sorts ``values``, equal ones as they stand (a shell sort: small to compile)."""
    n = len(values)
    order = np.empty(n, np.int64)
    for i in range(n):
        order[i] = i
    step = n // 2
    while step > 0:
        for i in range(step, n):
            here, j = order[i], i
            while j >= step and (
                values[order[j - step]] > values[here]
                or (values[order[j - step]] == values[here] and order[j - step] > here)
            ):
                order[j] = order[j - step]
                j -= step
            order[j] = here
        step //= 2
    return order


@jit
def _groups(x, b):
    """Divisible members of equal weight ratio share a group, groups in order of what A's gain costs B.

    Returns each member's group (-1: an option, -2: stays with A, -3: stays with B, -4: no weight to either) and the
    groups' weights.
    """
    start, n = bargain_is(x, b).member, bargain_is(x, b).member_end - bargain_is(x, b).member
    order = np.empty(n, np.int64)
    m = 0
    group = np.full(n, -1, np.int64)
    for j in range(n):
        w_a, w_b = member_of(x, start + j).w_a, member_of(x, start + j).w_b
        if member_is(x, start + j).option < member_is(x, start + j).option_end:
            continue
        if w_a <= 0.0 or w_b <= 0.0:
            group[j] = -4 if w_a <= 0.0 and w_b <= 0.0 else (-3 if w_a <= 0.0 else -2)
            continue
        k = m
        while k > 0:
            other = start + order[k - 1]
            if w_b * member_of(x, other).w_a < member_of(x, other).w_b * w_a - TOLERANCE:
                order[k] = order[k - 1]
                k -= 1
            else:
                break
        order[k] = j
        m += 1
    gain, cost = np.zeros(n), np.zeros(n)
    g = -1
    for k in range(m):
        at, before = start + order[k], start + order[k - 1]
        same = k > 0 and (
            abs(member_of(x, at).w_b * member_of(x, before).w_a - member_of(x, before).w_b * member_of(x, at).w_a)
            <= TOLERANCE
        )
        if not same:
            g += 1
        group[order[k]] = g
        gain[g] += member_of(x, at).w_a
        cost[g] += member_of(x, at).w_b
    return group, gain, cost, g + 1


@jit
def _combinations(x, b):
    """Every combination of the members' options that is not dominated.

    Choices, what they give A and B, and their place in the order of declaration; by what they give A, rising.
    """
    start, n = bargain_is(x, b).member, bargain_is(x, b).member_end - bargain_is(x, b).member
    total = 1
    for j in range(n):
        total *= max(member_is(x, start + j).option_end - member_is(x, start + j).option, 1)
    choice = np.full((total, n), -1, np.int64)
    u_a, u_b = np.zeros(total), np.zeros(total)
    for c in range(total):
        rest = c
        for j in range(n - 1, -1, -1):
            options = member_is(x, start + j).option_end - member_is(x, start + j).option
            if options > 0:
                choice[c, j] = member_is(x, start + j).option + rest % options
                rest //= options
        for j in range(n):
            if choice[c, j] >= 0:
                u_a[c] += member_of(x, start + j).w_a * option_of(x, choice[c, j]).u_a
                u_b[c] += member_of(x, start + j).w_b * option_of(x, choice[c, j]).u_b
    keep = 0
    order = _rising(-u_a)
    for k in range(total):
        c = order[k]
        beaten = False
        for d in range(total):
            if (
                d != c
                and u_a[d] >= u_a[c] - TOLERANCE
                and u_b[d] >= u_b[c] - TOLERANCE
                and (u_a[d] + u_b[d] > u_a[c] + u_b[c] + TOLERANCE or d < c)
            ):
                beaten = True
                break
        if not beaten:
            order[keep] = c
            keep += 1
    kept = np.full((keep, n), -1, np.int64)
    kept_a, kept_b = np.empty(keep), np.empty(keep)
    declared = np.empty(keep, np.int64)
    for k in range(keep):
        c = order[keep - 1 - k]
        kept_a[k], kept_b[k], declared[k] = u_a[c], u_b[c], c
        for j in range(n):
            kept[k, j] = choice[c, j]
    return kept, kept_a, kept_b, declared


@jit
def _write(x, b, p, group, g, choice, low, high, a0, b0, a1, b1):
    """Piece ``p`` of the bargain, and what each member gets at its two ends."""
    start, n = bargain_is(x, b).member, bargain_is(x, b).member_end - bargain_is(x, b).member
    at = bargain_is(x, b).piece + p
    piece(x, at).a0, piece(x, at).b0, piece(x, at).a1, piece(x, at).b1 = a0, b0, a1, b1
    for j in range(n):
        t = piece(x, at).term + j
        term(x, t).option = choice[j] - member_is(x, start + j).option if choice[j] >= 0 else -1
        if choice[j] >= 0:
            term(x, t).a0, term(x, t).b0 = option_of(x, choice[j]).u_a, option_of(x, choice[j]).u_b
            term(x, t).a1, term(x, t).b1 = term(x, t).a0, term(x, t).b0
        else:
            near = far = 0.5
            if group[j] == g and g >= 0:
                near, far = low, high
            elif group[j] == -2 or (group[j] >= 0 and group[j] < g):
                near = far = 1.0
            elif group[j] == -3 or group[j] > g:
                near = far = 0.0
            term(x, t).a0, term(x, t).b0, term(x, t).a1, term(x, t).b1 = near, 1.0 - near, far, 1.0 - far


@jit
def _cuts(a0, b0, a1, b1):
    """The utilities of side A at which the best line can change, in order.

    A line begins, ends, crosses another, or falls to where another begins.
    """
    n = len(a0)
    cuts = np.empty(2 * n + 2 * n * n)
    m = 0
    for s in range(n):
        cuts[m], cuts[m + 1] = a0[s], a1[s]
        m += 2
    for s in range(n):
        slope = (b1[s] - b0[s]) / (a1[s] - a0[s])
        for r in range(n):
            level = a0[s] + (b0[r] - b0[s]) / slope
            if a0[s] < level < a1[s]:
                cuts[m] = level
                m += 1
            other = (b1[r] - b0[r]) / (a1[r] - a0[r])
            if r < s and abs(slope - other) > TOLERANCE:
                cross = (b0[r] - b0[s] + slope * a0[s] - other * a0[r]) / (slope - other)
                if max(a0[s], a0[r]) < cross < min(a1[s], a1[r]):
                    cuts[m] = cross
                    m += 1
    order = _rising(cuts[:m])
    rising = np.empty(m)
    for i in range(m):
        rising[i] = cuts[order[i]]
    return rising


@jit
def _envelope(x, b, group, gain, cost, groups, choice, start_a, start_b, declared):
    """Pieces of the envelope of every combination's line, of those that coincide the first declared.

    Returns their number.
    """
    lines = len(start_a)
    n = lines * groups
    a0, b0, a1, b1 = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for c in range(lines):
        u_a, u_b = start_a[c], start_b[c]
        for g in range(groups):
            s = c * groups + g
            a0[s], b0[s] = u_a, u_b
            u_a += gain[g]
            u_b -= cost[g]
            a1[s], b1[s] = u_a, u_b
    cuts = _cuts(a0, b0, a1, b1)
    m = len(cuts)
    p, last, from_ = 0, -1, 0.0
    for i in range(m):
        best = -1
        high = cuts[i + 1] if i + 1 < m else cuts[i]
        if high - cuts[i] > TOLERANCE:
            middle = 0.5 * (cuts[i] + high)
            value, step = -np.inf, -np.inf
            for s in range(n):
                if a0[s] < middle < a1[s]:
                    here = b0[s] + (middle - a0[s]) / (a1[s] - a0[s]) * (b1[s] - b0[s])
                    tie = best >= 0 and here > value - TOLERANCE
                    if here > value + TOLERANCE or (tie and declared[s // groups] < declared[best // groups]):
                        best, value = s, here
                elif a0[s] > middle:
                    step = max(step, b0[s])
            if value <= step:
                best = -1
        elif i + 1 < m:
            continue  # cuts that coincide end nothing
        if best != last:
            if last >= 0:
                width = a1[last] - a0[last]
                low, end = (from_ - a0[last]) / width, min((cuts[i] - a0[last]) / width, 1.0)
                fall = b1[last] - b0[last]
                line, g = last // groups, last % groups
                _write(
                    x, b, p, group, g, choice[line], low, end, from_, b0[last] + low * fall,
                    a1[last] if end >= 1.0 - TOLERANCE else cuts[i],
                    b1[last] if end >= 1.0 - TOLERANCE else b0[last] + end * fall,
                )  # fmt: skip
                p += 1
            last, from_ = best, cuts[i]
    return p


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


@jit
def build(x, b):
    """Write bargain ``b``'s frontier, exact, into its pieces and terms."""
    start, n = bargain_is(x, b).member, bargain_is(x, b).member_end - bargain_is(x, b).member
    group, gain, cost, groups = _groups(x, b)
    choice, u_a, u_b, declared = _combinations(x, b)
    for j in range(n):
        if group[j] == -2:
            u_a += member_of(x, start + j).w_a
        elif group[j] == -3:
            u_b += member_of(x, start + j).w_b
    for g in range(groups):
        u_b += cost[g]
    pieces = 0
    if groups == 0:
        for c in range(len(u_a)):
            _write(x, b, pieces, group, -1, choice[c], 0.0, 0.0, u_a[c], u_b[c], u_a[c], u_b[c])
            pieces += 1
    elif len(u_a) == 1:
        a, z = u_a[0], u_b[0]
        for g in range(groups):
            _write(x, b, g, group, g, choice[0], 0.0, 1.0, a, z, a + gain[g], z - cost[g])
            a, z = a + gain[g], z - cost[g]
        pieces = groups
    else:
        pieces = _envelope(x, b, group, gain, cost, groups, choice, u_a, u_b, declared)
    bargain(x, b).pieces = pieces
