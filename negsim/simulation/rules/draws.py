"""Random draws: each is a function of seed, run, stream and index. See "Uncertainty and random draws".

Philox4x64-10 is from Salmon, Moraes, Dror, Shaw, *Parallel random numbers: as easy as 1, 2, 3* (SC 2011).
"""

from __future__ import annotations

import hashlib

import numpy as np

from negsim.simulation.rules.jit import full_product, jit, jit_apart, jit_inline
from negsim.simulation.rules.state import run as run_

_12 = np.uint64(12)
_ONE = 1023 << 52  # the exponent bits of [1, 2)
_M0, _M1 = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
_W0, _W1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
_2W0, _4W0, _6W0, _8W0 = (np.uint64(n * int(_W0) % 2**64) for n in (2, 4, 6, 8))
_2W1, _4W1, _6W1, _8W1 = (np.uint64(n * int(_W1) % 2**64) for n in (2, 4, 6, 8))


def stream(name: str) -> int:
    """The number of the stream of draws called ``name``, as a signed 64-bit integer.

    The 8-byte BLAKE2b digest of the UTF-8 name, read little-endian.

    >>> stream("settle/banking") == stream("settle/banking") != stream("settle/flights")
    True
    """
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little", signed=True)


def as_signed(number: int) -> int:
    """A whole number below 2^64 as the signed 64-bit integer of the same bits: one type for every seed.

    >>> as_signed(7), as_signed(2**64 - 1)
    (7, -1)
    """
    return number - 2**64 if number >= 2**63 else number


@jit_inline
def _round(c0, c1, c2, c3, k0, k1):
    high1, low1 = full_product(_M1, c2)
    high0, low0 = full_product(_M0, c0)
    return high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0


@jit_inline
def _two_rounds(c0, c1, c2, c3, k0, k1):
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    return _round(c0, c1, c2, c3, k0 + _W0, k1 + _W1)


@jit_inline
def philox(c0, c1, c2, c3, k0, k1):
    """Word 0 of Philox4x64-10 at counter ``(c0, c1, c2, c3)`` under key ``(k0, k1)``; all ``uint64``."""
    c0, c1, c2, c3 = _two_rounds(c0, c1, c2, c3, k0, k1)
    c0, c1, c2, c3 = _two_rounds(c0, c1, c2, c3, k0 + _2W0, k1 + _2W1)
    c0, c1, c2, c3 = _two_rounds(c0, c1, c2, c3, k0 + _4W0, k1 + _4W1)
    c0, c1, c2, c3 = _two_rounds(c0, c1, c2, c3, k0 + _6W0, k1 + _6W1)
    c0, _, _, _ = _two_rounds(c0, c1, c2, c3, k0 + _8W0, k1 + _8W1)
    return c0


@jit_inline
def uniform_at(seed, luck, run, stream, index, sub):
    """The uniform in (0, 1), never 0 or 1, with number ``index`` of ``stream`` in ``run``."""
    word = philox(np.uint64(index), np.uint64(stream), np.uint64(run), np.uint64(sub), np.uint64(seed), np.uint64(luck))
    # (k + 1/2) 2^-52 for the upper 52 bits k: they are the fraction of a number in [1, 2), and the difference is exact
    return np.int64(np.int64(word >> _12) | _ONE).view(np.float64) - (1.0 - 2.0**-53)


@jit_inline
def uniform(x, stream, index):
    """The run's uniform number ``index`` of ``stream``: chance."""
    return uniform_at(run_(x, 0).seed, run_(x, 0).luck, run_(x, 0).run, stream, index, 0)


@jit_apart
def uniform_apart(x, stream, index):
    """`uniform` for events that are rare: they share one copy of its code."""
    return uniform(x, stream, index)


@jit_inline
def befalls(x, p, stream, index):
    """Whether an event of probability ``p`` happens, ``u < p``, with uniform number ``index``."""
    if p <= 0.0 or p >= 1.0:
        return p >= 1.0  # certain: no draw is needed
    return uniform(x, stream, index) < p


@jit_inline
def befalls_apart(x, p, stream, index):
    """`befalls` for events that are rare."""
    if p <= 0.0 or p >= 1.0:
        return p >= 1.0
    return uniform_apart(x, stream, index) < p


@jit_inline
def surely_longer(u, scale, limit):
    """Whether the exponential time ``-log(1 - u) scale`` is surely longer than ``limit``, without its logarithm.

    ``u (6 - u) / (6 - 4 u)``, the Padé approximant, is below ``-log(1 - u)`` by less than a tenth up to u = 0.9.
    """
    return u * (6.0 - u) * scale > (6.0 - 4.0 * u) * limit * 1.000000001


@jit
def uniform_part(x, stream, index, part):
    """Part ``part`` of the run's uniform number ``index`` of ``stream``."""
    return uniform_at(run_(x, 0).seed, run_(x, 0).luck, run_(x, 0).run, stream, index, part)


@jit_inline
def uniform_assumed(seed, run, stream):
    """The uniform of an assumption in ``run``; it does not depend on ``luck``."""
    return uniform_at(seed, 0, run, stream, 0, 0)
