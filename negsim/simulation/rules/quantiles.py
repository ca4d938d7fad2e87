"""Values from uniforms: one uniform, one value of the inverse CDF. See "Uncertainty and random draws".

A distribution is a transform of a standard one whose quantiles are tabulated. Table ``T`` has, for each tail, nodes at
``w = min(u, 1 - u)`` that split every halving of ``w`` from 1/2 to 2^-53 into ``CELLS`` equal parts: straight lines
between them are exact to a few parts in 10^5 far into both tails, and the node is found from the bits of ``w`` without
a search.
"""

from __future__ import annotations

import math

import numpy as np

from negsim.simulation.rules.draws import uniform, uniform_apart, uniform_assumed, uniform_part
from negsim.simulation.rules.jit import entry, jit, jit_inline, real
from negsim.simulation.rules.state import (
    assumed,
    bargain_is,
    dist,
    dist_is,
    dist_of,
    drawn,
    number,
    parameter_is,
    patch,
    size,
    table,
    unsettled,
)
from negsim.simulation.rules.state import run as run_

#: Families. After ``settle``: loc; loc + scale T; loc exp(scale T); loc T^scale; one of the observed values.
CONSTANT, SHIFTED, EXPONENTIATED, POWERED, EMPIRICAL = range(5)
UNIFORM, TRIANGULAR, PERT, LOGNORMAL, WEIBULL, GAMMA, EXPONENTIAL, BETA = range(5, 13)

CELLS, HALVINGS = 32, 52
TAIL = CELLS * HALVINGS + 1  # nodes of one tail, from w = 1/2 outwards
NODES = 2 * TAIL

_FRACTION, _HALF = (1 << 52) - 1, 1022 << 52  # of a float64: the bits of its fraction; the exponent of [1/2, 1)

Z90 = 1.2815515655446004  # 90 % quantile of the standard normal

SHAPE_LOW, SHAPE_HIGH = 0.05, 500.0  # shapes an uncertain gamma or beta may take


@jit_inline
def _nodes(x, start, u):
    """Linear interpolation in one table of quantiles at ``u``."""
    w = max(min(u, 1.0 - u), 2.0**-53)
    offset = start if u <= 0.5 else start + TAIL
    bits = np.float64(w).view(np.int64)  # w is mantissa 2^exponent, the mantissa in [1/2, 1)
    exponent = (bits >> 52) - 1022
    mantissa = np.int64((bits & _FRACTION) | _HALF).view(np.float64)
    place = (-exponent - 1) * CELLS + (1.0 - mantissa) * (2.0 * CELLS)
    cell = min(int(place), TAIL - 2)
    low = table(x, offset + cell).q
    return low + (place - cell) * (table(x, offset + cell + 1).q - low)


@jit
def _cubic(place, n):
    """The first of four nodes around ``place`` among ``n``, and their weights in Lagrange's cubic."""
    first = min(max(int(place) - 1, 0), n - 4)
    s = place - first
    w0 = -(s - 1.0) * (s - 2.0) * (s - 3.0) / 6.0
    w1 = s * (s - 2.0) * (s - 3.0) / 2.0
    w2 = -s * (s - 1.0) * (s - 3.0) / 2.0
    return first, w0, w1, w2, s * (s - 1.0) * (s - 2.0) / 6.0


@jit_inline
def _pick(k, first, second, third, fourth):
    """One of four; a tuple would need a check of the index, and every caller one of the error."""
    if k < 2:
        return first if k == 0 else second
    return third if k == 2 else fourth


@jit
def _between(x, d, u):
    """The standard quantile for shapes drawn for the run, from the tables of the shapes around them."""
    family, start, n1, n2 = dist_is(x, d).family, dist_is(x, d).table, dist_is(x, d).n1, dist_is(x, d).n2
    value = 0.0
    if family == PERT:
        i = min(int(dist(x, d).shape1), n1 - 2)
        share = dist(x, d).shape1 - i
        low = _nodes(x, start + i * NODES, u)
        return low + share * (_nodes(x, start + (i + 1) * NODES, u) - low)
    i, of0, of1, of2, of3 = _cubic(dist(x, d).shape1, n1)
    if family == GAMMA:  # log Q is smooth in the logarithm of the shape
        for k in range(4):
            value += _pick(k, of0, of1, of2, of3) * _nodes(x, start + (i + k) * NODES, u)
        return math.exp(value)
    j, by0, by1, by2, by3 = _cubic(dist(x, d).shape2, n2)  # and so is log Q / (1 - Q) in those of a beta
    for k in range(4):
        of = _pick(k, of0, of1, of2, of3)
        for m in range(4):
            value += of * _pick(m, by0, by1, by2, by3) * _nodes(x, start + ((i + k) * n2 + j + m) * NODES, u)
    return 1.0 / (1.0 + math.exp(-value))


@jit_inline
def _standard(x, d, u):
    """The standard quantile."""
    if dist_is(x, d).family == TRIANGULAR and dist_is(x, d).uncertain:
        mode = dist(x, d).shape1
        return math.sqrt(u * mode) if u < mode else 1.0 - math.sqrt((1.0 - u) * (1.0 - mode))
    if dist_is(x, d).n1 > 1:
        return _between(x, d, u)
    return _nodes(x, dist_is(x, d).table, u)


@entry("int, int, float -> float")
def quantile_of(x, d, u):
    """The value of distribution ``d`` at ``u``, unclipped."""
    return quantile(x, d, u)


@jit_inline
def quantile(x, d, u):
    """The value of distribution ``d`` at ``u``, unclipped."""
    family = dist_is(x, d).family
    if family == CONSTANT:
        return dist(x, d).loc
    if family == EMPIRICAL:
        n = dist_is(x, d).n1
        return table(x, dist_is(x, d).table + min(int(u * n), n - 1)).q
    standard = _standard(x, d, u)
    if family == LOGNORMAL:
        return dist(x, d).loc * math.exp(dist(x, d).scale * standard)
    if family == WEIBULL:
        return dist(x, d).loc * max(standard, 0.0) ** dist(x, d).scale
    return dist(x, d).loc + dist(x, d).scale * standard


@jit_inline
def clip(x, value, low, high):
    """``value`` clipped to its range; a clipped value is counted."""
    if value < low:
        run_(x, 0).clipped += 1
        return low
    if value > high:
        run_(x, 0).clipped += 1
        return high
    return value


@jit
def draw(x, d, stream, index):
    """Chance: value number ``index`` of distribution ``d`` from ``stream``, clipped to the range of its field."""
    return clip(x, quantile(x, d, uniform(x, stream, index)), dist_is(x, d).lo, dist_is(x, d).hi)


@jit
def draw_part(x, d, stream, index, part):
    """Chance: part ``part`` of value number ``index``, for the delays of shocks that one shock provokes."""
    return clip(x, quantile(x, d, uniform_part(x, stream, index, part)), dist_is(x, d).lo, dist_is(x, d).hi)


@jit
def survival(x, d, value):
    """P(X > value), by bisection of the quantile function, so that it is the table's own inverse."""
    low, high = 0.0, 1.0
    if quantile(x, d, 2.0**-53) > value:
        return 1.0
    if quantile(x, d, 1.0 - 2.0**-53) <= value:
        return 0.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if quantile(x, d, middle) > value:
            high = middle
        else:
            low = middle
    return 1.0 - low


@jit
def residual(x, d, factor, age, stream):
    """What is left of ``factor`` X given that it is above ``age``; negative if that is impossible.

    ``factor Q(1 - S(age / factor) (1 - u)) - age``.
    """
    u = uniform_apart(x, stream, 0)
    if age > 0.0:
        share = survival(x, d, age / factor)
        if share <= 0.0:
            return -1.0
        u = 1.0 - share * (1.0 - u)
    value = clip(x, quantile(x, d, u), dist_is(x, d).lo, dist_is(x, d).hi)
    return max(factor * value - age, 0.0)


@jit
def _grid(shape, n):
    """The place of ``shape`` among ``n`` nodes spaced evenly in the logarithm."""
    return (n - 1) * math.log(shape / SHAPE_LOW) / math.log(SHAPE_HIGH / SHAPE_LOW)


@entry("int, int -> None")
def settle(x, d):
    """From a distribution's declared numbers to location, scale and shapes.

    Numbers that are drawn out of order are pushed into order.
    """
    family = dist_is(x, d).family
    n0, n1, n2, n3 = dist_of(x, d).n0, dist_of(x, d).n1, dist_of(x, d).n2, dist_of(x, d).n3
    loc, scale, shape1, shape2 = n0, 0.0, 0.0, 0.0
    if family == UNIFORM:
        scale = clip(x, n1, n0, math.inf) - n0
    elif family == TRIANGULAR or family == PERT:
        high = clip(x, n2, n0, math.inf)
        mode = clip(x, n1, n0, high)
        scale = high - n0
        if scale > 0.0:
            shape1 = (mode - n0) / scale
            if dist_is(x, d).n1 > 1:
                shape1 *= dist_is(x, d).n1 - 1
    elif family == LOGNORMAL:
        scale = math.log(clip(x, n1, n0, math.inf) / n0) / Z90
    elif family == WEIBULL:
        scale = 1.0 / n1
    elif family == GAMMA:
        loc, scale = 0.0, n0 * n1
        if dist_is(x, d).n1 > 1:
            shape1 = _grid(clip(x, n0, SHAPE_LOW, SHAPE_HIGH), dist_is(x, d).n1)
    elif family == EXPONENTIAL:
        loc, scale = 0.0, n0
    elif family == BETA:
        loc, scale = n2, clip(x, n3, n2, math.inf) - n2
        if dist_is(x, d).n1 > 1:
            shape1 = _grid(clip(x, n0, SHAPE_LOW, SHAPE_HIGH), dist_is(x, d).n1)
            shape2 = _grid(clip(x, n1, SHAPE_LOW, SHAPE_HIGH), dist_is(x, d).n2)
    dist(x, d).loc, dist(x, d).scale = loc, scale
    dist(x, d).shape1, dist(x, d).shape2 = shape1, shape2


@jit
def _draw_assumptions(x, n):
    """Draw the first ``n`` assumptions. All uniforms come first: the processor computes several at a time."""
    seed, run = run_(x, 0).seed, run_(x, 0).run
    for k in range(n):
        a = assumed(x, k).parameter
        drawn(x, a).value = uniform_assumed(seed, run, parameter_is(x, a).stream)
    for k in range(n):
        a = assumed(x, k).parameter
        drawn(x, a).value = quantile(x, parameter_is(x, a).dist, drawn(x, a).value)


@entry("int, int, int, int, int -> None")
def assumptions(x, seed, first, runs, values):
    """Write the assumptions of ``runs`` runs from ``first`` on, a row per run, at the address ``values``."""
    run_(x, 0).seed = seed
    n = size(x, 0).parameters
    for k in range(runs):
        run_(x, 0).run = first + k
        _draw_assumptions(x, n)
        for a in range(n):
            real(values, k * n + a).value = drawn(x, a).value


@jit_inline
def _write(x, p):
    """Write an assumption where patch ``p`` uses it."""
    row = patch(x, p)
    shifted = row.times * drawn(x, row.parameter).value + row.plus
    number(x, row.number).value = clip(x, shifted, row.lo, row.hi)


@jit
def assume(x, late):
    """Draw this run's assumptions, write them where they are used, and settle the distributions that use them.

    With ``late``, only those that are not of one idle bargain.
    """
    _draw_assumptions(x, size(x, 0).common if late else size(x, 0).parameters)
    for p in range(size(x, 0).common_patches if late else size(x, 0).patches):
        _write(x, p)
    for k in range(size(x, 0).common_unsettled if late else size(x, 0).unsettled):
        settle(x, unsettled(x, k).dist)


@jit_inline
def _assume_patches(x, first, end):
    """Draw and write the assumptions of some patches of one bargain."""
    seed, run = run_(x, 0).seed, run_(x, 0).run
    for p in range(first, end):
        a = patch(x, p).parameter
        if patch(x, p).own:  # no other bargain uses it
            drawn(x, a).value = quantile(
                x, parameter_is(x, a).dist, uniform_assumed(seed, run, parameter_is(x, a).stream)
            )
        _write(x, p)


@jit_inline
def assume_positions(x, b):
    """Draw the reservation values of bargain ``b``."""
    _assume_patches(x, bargain_is(x, b).patch, bargain_is(x, b).positions)


@jit
def assume_own(x, b):
    """Draw and write what `assume` has left out for bargain ``b``."""
    _assume_patches(x, bargain_is(x, b).patch, bargain_is(x, b).patch_end)
    for k in range(bargain_is(x, b).unsettled, bargain_is(x, b).unsettled_end):
        settle(x, unsettled(x, k).dist)
