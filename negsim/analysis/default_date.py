"""The default date of an analysis: the milestone that tells most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

Key = TypeVar("Key")


def nearest_half(chances: Mapping[Key, Iterable[float]]) -> Key:
    """The milestone at which probabilities are nearest to one half: the least mean of ``|p - 0.5|``, the last if tied.

    A probability near 0 or 1 has little variance, so there is little to explain or to compare.

    >>> nearest_half({"6": [0.02], "12": [0.4, 0.7], "horizon": [0.9]}), nearest_half({"6": [0.0], "horizon": [0.0]})
    ('12', 'horizon')
    """
    from statistics import fmean

    distance = {key: fmean(abs(p - 0.5) for p in values) for key, values in chances.items()}
    return min(reversed(list(distance)), key=lambda key: distance[key])
