"""Points of a bargain's Pareto frontier. See "Issues, packages, frontiers".

A frontier is a list of pieces from side B's best to side A's best: straight lines from ``(a0, b0)`` to ``(a1, b1)``
with ``a0 <= a1``, ``b0 >= b1``, or points. ``u_A`` rises and ``u_B`` falls along the list. A place on it is a number:
twice the piece plus the share of the way along it, so the end of a piece differs from the start of the next.

An issue without options has one piece, the line ``u_A + u_B = 1``. Its points have a formula, with the same bits.
"""

from __future__ import annotations

import numpy as np

from negsim.simulation.rules.jit import jit, jit_inline
from negsim.simulation.rules.state import bargain, bargain_is, piece, term

TOLERANCE = 1e-12


@jit_inline
def _at(x, p, share):
    """Utilities a share of the way along piece ``p``; its ends exactly."""
    if share >= 1.0:
        return piece(x, p).a1, piece(x, p).b1
    a, b = piece(x, p).a0, piece(x, p).b0
    return a + share * (piece(x, p).a1 - a), b + share * (piece(x, p).b1 - b)


@jit
def _search(x, b, k, least):
    """`best_for_other` on a list of pieces."""
    start = bargain_is(x, b).piece
    n = bargain(x, b).pieces
    if k == 0:
        for j in range(n):
            p = start + j
            if piece(x, p).a1 >= least - TOLERANCE:
                if piece(x, p).a0 >= least - TOLERANCE:
                    return piece(x, p).a0, piece(x, p).b0, 2.0 * j
                share = min((least - piece(x, p).a0) / (piece(x, p).a1 - piece(x, p).a0), 1.0)
                u_a, u_b = _at(x, p, share)
                return u_a, u_b, 2.0 * j + share
        p = start + n - 1
        return piece(x, p).a1, piece(x, p).b1, 2.0 * n - 1.0
    for j in range(n - 1, -1, -1):
        p = start + j
        if piece(x, p).b0 >= least - TOLERANCE:
            if piece(x, p).b1 >= least - TOLERANCE:
                return piece(x, p).a1, piece(x, p).b1, 2.0 * j + 1.0
            share = min((piece(x, p).b0 - least) / (piece(x, p).b0 - piece(x, p).b1), 1.0)
            u_a, u_b = _at(x, p, share)
            return u_a, u_b, 2.0 * j + share
    return piece(x, start).a0, piece(x, start).b0, 0.0


@jit_inline
def best_for_other(x, b, k, least):
    """The point best for the other side that leaves side ``k`` at least ``least``, else side ``k``'s own best.

    Returns ``(u_A, u_B, place)``.
    """
    if bargain_is(x, b).line:
        share = min(1.0 - least if k else least, 1.0)
        if least <= TOLERANCE:
            share = 1.0 if k else 0.0
        return share, 1.0 - share, share
    return _search(x, b, k, least)


@jit_inline
def possible(x, b, a_a, a_b):
    """Whether some point leaves side A at least ``a_a`` and side B at least ``a_b``."""
    u_a, u_b, _ = best_for_other(x, b, 0, a_a)
    return u_a >= a_a - TOLERANCE and u_b >= a_b - TOLERANCE


@jit
def _closest(x, b, a_a, a_b):
    """`closest` on a list of pieces."""
    least, best_a, best_b, best_place = np.inf, 0.0, 0.0, 0.0
    for j in range(bargain(x, b).pieces):
        p = bargain_is(x, b).piece + j
        # on a line the two shortfalls cross where u_A - u_B = a_A - a_B
        width = (piece(x, p).a1 - piece(x, p).a0) + (piece(x, p).b0 - piece(x, p).b1)
        share = 0.0
        if width > 0.0:
            share = min(max(((a_a - a_b) - (piece(x, p).a0 - piece(x, p).b0)) / width, 0.0), 1.0)
        u_a, u_b = _at(x, p, share)
        short = max(a_a - u_a, a_b - u_b)
        if short < least - TOLERANCE or (short < least + TOLERANCE and u_a + u_b > best_a + best_b + TOLERANCE):
            least, best_a, best_b, best_place = short, u_a, u_b, 2.0 * j + share
    return least, best_a, best_b, best_place


@jit_inline
def closest(x, b, a_a, a_b):
    """The point of the smallest larger shortfall ``max(a_A - U_A, a_B - U_B)``; ties: the larger joint utility.

    Returns ``(shortfall, u_A, u_B, place)``.
    """
    if bargain_is(x, b).line:
        share = min(max(((a_a - a_b) + 1.0) * 0.5, 0.0), 1.0)
        return max(a_a - share, a_b - (1.0 - share)), share, 1.0 - share, share
    return _closest(x, b, a_a, a_b)


@jit
def terms(x, b, place, j):
    """What member ``j`` of bargain ``b`` gets at ``place``: ``(u_A, u_B, option or -1)``."""
    members = bargain_is(x, b).member_end - bargain_is(x, b).member
    p = int(place) // 2
    share = place - 2.0 * p
    t = piece(x, bargain_is(x, b).piece + p).term + j
    if share >= 1.0:
        return term(x, t).a1, term(x, t).b1, term(x, t).option
    u_a = term(x, t).a0 + share * (term(x, t).a1 - term(x, t).a0)
    u_b = term(x, t).b0 + share * (term(x, t).b1 - term(x, t).b0)
    return u_a, u_b, term(x, t).option if members else -1
