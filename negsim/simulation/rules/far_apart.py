"""Discussions that are surely in vain, without the exact offers. See "Concession".

Most discussions end without a deal because the sides are far apart. All that such a discussion leaves is its time, and
who blocks it; both follow from aspirations to a few digits. So the power of a time curve is approximated, and the exact
rules decide whatever lies within ``MARGIN`` of a limit. A side's exact base is computed when something depends on it.
"""

from __future__ import annotations

import numpy as np

from negsim.agenda import Spent
from negsim.simulation.rules.concession import ROUNDS, clock_of, offsets, paced
from negsim.simulation.rules.jit import jit_approximate, jit_inline
from negsim.simulation.rules.state import side, tactic_is, tactic_of
from negsim.simulation.rules.status import CONVERGING, DISCUSSING

CONVERGED = 0.1  # largest gap of the status "converging"
#: A difference of aspirations that is above the error of an approximate one.
MARGIN = 1e-5
#: Largest exponent, and least base, for which `power` is that exact.
_STEEPEST, _LEAST = 100.0, 1e-300

_SIDE_A, _SIDE_B, _BOTH = (int(w) for w in (Spent.SIDE_A, Spent.SIDE_B, Spent.BOTH))
_FRACTION, _ONE = (1 << 52) - 1, 1023 << 52  # of a float64: the bits of its fraction; the exponent of [1, 2)
_WHOLE = 1.5 * 2.0**52  # added to a number, it leaves the nearest whole number in the last bits
#: Minimax polynomials: the logarithm to base 2 of 1.5 + z within 7e-9, and 2 ** z within 8e-8, for z in [-1/2, 1/2].
_L0, _L1, _L2, _L3, _L4 = (
    0.5849624944942914, 0.9617967335449326, -0.3205976657400481, 0.14248573845631018, -0.071283015011168,
)  # fmt: skip
_L5, _L6, _L7, _L8, _L9 = (
    0.038048034687282926, -0.020685831230668587, 0.01165820053182664, -0.00887474467331686, 0.0055475941672954426,
)  # fmt: skip
_E0, _E1, _E2 = 1.0000000754902352, 0.6931472254086588, 0.24022107371136203
_E3, _E4, _E5 = 0.05550297296856922, 0.009676036528061894, 0.0013410005316342529


@jit_approximate
def power(base, exponent):
    """``base ** exponent`` within 1e-6, for a base in [1e-300, 1] and an exponent in [0, 100].

    The sums are in an order in which the processor computes several terms at a time (Estrin's scheme).
    """
    bits = np.float64(base).view(np.int64)
    mantissa = np.int64((bits & _FRACTION) | _ONE).view(np.float64)
    z = mantissa - 1.5
    z2 = z * z
    z4 = z2 * z2
    low = (np.float64((bits >> 52) - 1023) + _L0 + z * _L1) + z2 * (_L2 + z * _L3)
    log2 = low + z4 * ((_L4 + z * _L5) + z2 * (_L6 + z * _L7) + z4 * (_L8 + z * _L9))
    y = max(exponent * log2, -1000.0)
    nearest = y + _WHOLE
    z = y - (nearest - _WHOLE)
    z2 = z * z
    part = (_E0 + z * _E1) + z2 * ((_E2 + z * _E3) + z2 * (_E4 + z * _E5))
    return np.int64(np.float64(part).view(np.int64) + (np.float64(nearest).view(np.int64) << 52)).view(np.float64)


@jit_approximate
def _base(x, row, clock):
    """About the base of side ``row`` after a move at ``clock``, and whether that is exact to `MARGIN`."""
    tactic, own = tactic_of(x, row), side(x, row)
    tau, exponent, way = min(clock * own.haste, 1.0), 1.0 / tactic.beta, 1.0 - own.r
    top, reach = 1.0 - way * tactic.kappa, way * (1.0 - tactic.kappa)
    curve = top - reach * power(max(tau, _LEAST), exponent)
    return min(own.base, curve), (tau >= _LEAST) & (exponent <= _STEEPEST)


@jit_inline
def far_apart(x, t, b, good_offices):
    """Whether a discussion of plain bargain ``b`` is surely in vain, who blocks it, its status then, and the clocks.

    Nothing is changed and nothing branches, so the processor goes on with other work while it computes this.
    """
    off_a, off_b = offsets(x, b, t)
    now, row_a, row_b = paced(x, t), 2 * b, 2 * b + 1
    clock_a = clock_of(x, b, 0, now) + (tactic_is(x, row_a).clock == ROUNDS)
    clock_b = clock_of(x, b, 1, now) + (tactic_is(x, row_b).clock == ROUNDS)
    (base_a, sure_a), (base_b, sure_b) = _base(x, row_a, clock_a), _base(x, row_b, clock_b)
    r_a, r_b = side(x, row_a).r, side(x, row_b).r
    a_a, a_b = max(min(base_a + off_a, 1.0), r_a), max(min(base_b + off_b, 1.0), r_b)
    gap, short_a, short_b = a_a + a_b - 1.0, r_a + a_b - 1.0, a_a + r_b - 1.0  # also if one side gives in alone
    clear = (abs(short_a) > MARGIN) & (abs(short_b) > MARGIN) & (abs(gap - CONVERGED) > MARGIN)
    hopeful = (r_a + r_b < 1.0 - MARGIN) | (base_a > r_a + MARGIN) | (base_b > r_b + MARGIN)
    far = sure_a & sure_b & clear & hopeful & (gap > max(good_offices, 0.0) + MARGIN)
    way = _BOTH if (short_a < 0.0) == (short_b < 0.0) else _SIDE_A if short_a < 0.0 else _SIDE_B
    return far, way, CONVERGING if gap < CONVERGED else DISCUSSING, clock_a, clock_b


@jit_inline
def move_later(x, row, clock):
    """Let the move of side ``row`` at ``clock`` be due: its base is computed when something depends on it."""
    side(x, row).due = clock
    if tactic_is(x, row).clock == ROUNDS:
        side(x, row).clock = clock
