"""Which issues have the same probabilities over time, so that a picture draws them as one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

#: Two lines are one if their probabilities never differ by more than this.
SAME = 0.005


def equal_courses(shares: Mapping[str, Sequence[float]]) -> list[list[str]]:
    """Group names whose ``shares``, one for each day, never differ by more than 0.005 from those of the first name.

    The groups are in the order of their first names.

    >>> equal_courses({"visas": [0.50, 0.60], "flights": [0.10, 0.20], "hurdles": [0.50, 0.604]})
    [['visas', 'hurdles'], ['flights']]
    """
    groups: list[list[str]] = []
    for name, course in shares.items():
        for group in groups:
            if all(abs(a - b) <= SAME for a, b in zip(course, shares[group[0]], strict=True)):
                group.append(name)
                break
        else:
            groups.append([name])
    return groups
