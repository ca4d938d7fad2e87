"""The order in which a meeting takes bargains: their hours, their keys, and a heap of those listed. See "Meetings"."""

from __future__ import annotations

import math

import numpy as np

from negsim.simulation.rules.jit import jit_inline
from negsim.simulation.rules.state import agenda, bargain, bargain_is, bargain_of, issue, issue_of, member_is, place

PRIORITY, OLDEST, CLOSEST, ROUND_ROBIN = range(4)


@jit_inline
def hours_of(x, b):
    """The hours that a discussion of bargain ``b`` takes."""
    if bargain_is(x, b).plain:
        return issue_of(x, b).hours
    hours = 0.0
    for j in range(bargain_is(x, b).member, bargain_is(x, b).member_end):
        hours += issue_of(x, member_is(x, j).issue).hours
    return hours


@jit_inline
def key_of(x, order, b):
    """Sort key of an agenda order other than ``round_robin``; smaller first."""
    if order == PRIORITY:
        return bargain_of(x, b).priority
    if order == CLOSEST:
        return bargain(x, b).gap
    oldest = np.inf
    for j in range(bargain_is(x, b).member, bargain_is(x, b).member_end):
        oldest = min(oldest, math.floor(issue(x, member_is(x, j).issue).opened))
    return oldest


@jit_inline
def _before(x, i, j):
    """Whether listed bargain ``i`` comes before ``j``: by key, ties by declaration."""
    one, two = agenda(x, i), agenda(x, j)
    if one.key != two.key:
        return one.key < two.key
    return place(x, one.bargain).position < place(x, two.bargain).position


@jit_inline
def swap(x, i, j):
    """Exchange two listed bargains."""
    one, two = agenda(x, i), agenda(x, j)
    one.bargain, one.key, two.bargain, two.key = two.bargain, two.key, one.bargain, one.key


@jit_inline
def sink(x, i, n):
    """Move entry ``i`` down a heap of ``n`` listed bargains until none below comes before it."""
    while 2 * i + 1 < n:
        child = 2 * i + 1
        if child + 1 < n and _before(x, child + 1, child):
            child += 1
        if _before(x, i, child):
            break
        swap(x, i, child)
        i = child
