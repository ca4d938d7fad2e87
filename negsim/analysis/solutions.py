"""Solutions of bargaining theory on a Pareto frontier, and distances of agreements from them.

A frontier is an array of pieces ``a0, b0, a1, b1`` (k, 4): straight lines from side B's best to side A's best, or
points. ``floor`` holds the reservation values. ``e`` is the surplus of a side above its reservation value, and ``m``
the largest surplus that leaves the other side its reservation value:

* Nash (1950): the largest product ``e_A e_B``;
* Kalai and Smorodinsky (1975): the largest ``min(e_A / m_A, e_B / m_B)``;
* egalitarian (Kalai 1977): the largest ``min(e_A, e_B)``;
* utilitarian: the largest sum ``u_A + u_B``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

#: Surpluses closer than this are equal; ties go to the larger joint utility, then to side A.
TOLERANCE = 1e-12

SOLUTIONS = ("nash", "kalai-smorodinsky", "egalitarian", "utilitarian")


def solutions(frontier: Array, floor: tuple[float, float]) -> dict[str, tuple[float, float]]:
    """The four solutions on a frontier by name; empty if there is no zone of agreement.

    >>> line = np.array([[0.0, 5.0, 10.0, 0.0]])
    >>> {name: (round(a, 4), round(b, 4)) for name, (a, b) in solutions(line, (0.0, 0.0)).items()}
    {'nash': (5.0, 2.5), 'kalai-smorodinsky': (5.0, 2.5), 'egalitarian': (3.3333, 3.3333), 'utilitarian': (10.0, 0.0)}
    """
    zone = acceptable(frontier, floor)
    if not len(zone):
        return {}
    low_a, low_b = floor
    most_a, most_b = zone[:, 2].max() - low_a, zone[:, 1].max() - low_b

    def smaller(scale_a: float, scale_b: float) -> Callable[[float, float], float]:
        return lambda a, b: min((a - low_a) * scale_a, (b - low_b) * scale_b)

    # If one side has no surplus, the smaller surplus is zero at any scale and the sum decides.
    by_a, by_b = (1 / most if most > 0 else 1.0 for most in (most_a, most_b))
    return {
        "nash": _best(zone, lambda a, b: (a - low_a) * (b - low_b), lambda p: _product(p, floor)),
        "kalai-smorodinsky": _best(zone, smaller(by_a, by_b), lambda p: _equal(p, floor, by_a, by_b)),
        "egalitarian": _best(zone, smaller(1.0, 1.0), lambda p: _equal(p, floor, 1.0, 1.0)),
        "utilitarian": _best(zone, lambda a, b: a + b, lambda _: 0.0),
    }


def acceptable(frontier: Array, floor: tuple[float, float]) -> Array:
    """The part of a frontier that leaves both sides at least their reservation values, as pieces.

    >>> acceptable(np.array([[0.0, 1.0, 1.0, 0.0]]), (0.25, 0.5)).tolist()
    [[0.25, 0.75, 0.5, 0.5]]
    """
    kept = []
    for a0, b0, a1, b1 in frontier:
        low = 0.0 if a0 >= floor[0] - TOLERANCE else (floor[0] - a0) / (a1 - a0) if a1 > a0 else 2.0
        high = 1.0 if b1 >= floor[1] - TOLERANCE else (b0 - floor[1]) / (b0 - b1) if b0 > b1 else -1.0
        if low <= high + TOLERANCE and low <= 1 and high >= 0:
            high = max(low, high)
            kept.append([a0 + low * (a1 - a0), b0 + low * (b1 - b0), a0 + high * (a1 - a0), b0 + high * (b1 - b0)])
    return np.array(kept, float).reshape(-1, 4)


def distance(frontier: Array, point: tuple[float, float]) -> float:
    """Euclidean distance of a point from a frontier.

    >>> round(distance(np.array([[0.0, 1.0, 1.0, 0.0]]), (0.0, 0.0)), 6)
    0.707107
    """
    start, along = frontier[:, :2], frontier[:, 2:] - frontier[:, :2]
    length = (along**2).sum(axis=1)
    share = np.divide(((point - start) * along).sum(axis=1), length, out=np.zeros(len(start)), where=length > 0)
    nearest = start + np.clip(share, 0.0, 1.0)[:, None] * along
    return float(np.sqrt(((nearest - point) ** 2).sum(axis=1)).min())


def _product(piece: Array, floor: tuple[float, float]) -> float:
    """Position of the largest product of surpluses on the line of a piece."""
    (a, b), (rise, fall) = piece[:2] - floor, piece[2:] - piece[:2]
    return -(a * fall + b * rise) / (2 * rise * fall) if rise * fall < 0 else 0.0


def _equal(piece: Array, floor: tuple[float, float], by_a: float, by_b: float) -> float:
    """Position of equal scaled surpluses on the line of a piece."""
    (a, b), (rise, fall) = piece[:2] - floor, piece[2:] - piece[:2]
    width = rise * by_a - fall * by_b
    return (b * by_b - a * by_a) / width if width > 0 else 0.0


def _best(zone: Array, worth: Callable[[float, float], float], inside: Callable[[Array], float]) -> tuple[float, float]:
    best, found = (-np.inf, -np.inf, -np.inf), (0.0, 0.0)
    for piece in zone:
        for share in (0.0, min(max(inside(piece), 0.0), 1.0), 1.0):
            a, b = piece[:2] + share * (piece[2:] - piece[:2])
            rank = (worth(a, b), a + b, a)
            closer = [here > there + TOLERANCE for here, there in zip(rank, best, strict=True)]
            equal = [abs(here - there) <= TOLERANCE for here, there in zip(rank, best, strict=True)]
            if closer[0] or (equal[0] and (closer[1] or (equal[1] and closer[2]))):
                best, found = rank, (float(a), float(b))
    return found
