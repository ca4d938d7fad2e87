"""Columns and units of an engine's output: the outcomes of a run and its event log.

Times are days from ``as_of`` (NaN: it never happened); utilities are shares in [0, 1]; side 0 is the agenda's first
side.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from negsim.agenda import Spent

#: One row per run and issue. ``agreed`` is the last agreement if it holds, ``opened`` the first opening (0 if open at
#: ``as_of``).
OUTCOME = np.dtype(
    [
        ("opened", "f8"),
        ("agreed", "f8"),
        ("resolved", "f8"),
        ("lapsed", "f8"),
        ("u_a", "f8"),
        ("u_b", "f8"),
        ("spent", "f8", (len(Spent),)),
        ("discussions", "i4"),
        ("reopened", "i4"),
        ("option", "i4"),
        ("status", "i2"),
        ("reason", "i2"),
    ]
)

#: One row per run. ``end``: its end in days; ``clipped``: how many drawn numbers were clipped to their field's range.
#: Neither row has padding, so equal rows have equal bytes.
RUN = np.dtype([("end", "f8"), ("clipped", "i4"), ("meetings", "i4"), ("error", "i8")])


class Kind(IntEnum):
    """The kinds of rows of the event log; ``who``, ``other``, ``was``, ``now``, ``x``, ``y``, ``z`` by kind.

    ======================  ==========================================================================================
    kind                    columns
    ======================  ==========================================================================================
    STATUS                  who issue; was, now status
    CLIMATE                 who regime entered; was regime left
    SHOCK                   who shock; other its number among shocks of the kind; now 0 spontaneous 1 dated 2 provoked
    MARK                    who shock; other mark; x the number drawn (step, delta, duration, delay; NaN without one)
    PROVOKED                who shock; other shock provoked; x delay
    MEETING                 who channel; other its number; was 0 regular 1 extra; now 0 held 1 cancelled 2 lost
    OFFER                   who bargain; other side that offers; x, y utilities of side 0 and 1; z its aspiration
    DISCUSSION              who bargain; other its number; now 0 in vain 1 accepted 2 host's proposal 3 by chance; x gap
    DEAL                    who bargain; x, y utilities of side 0 and 1 (NaN by chance)
    LAG                     who issue; other number of the implementation; x its length
    LAG_END                 who issue; other number; now 0 it held 1 it collapsed
    DEADLINE, BREAKDOWN     the talks end
    END                     the run ends; now 0 every issue is settled 1 the horizon
    ======================  ==========================================================================================
    """

    STATUS = 0
    CLIMATE = 1
    SHOCK = 2
    MARK = 3
    PROVOKED = 4
    MEETING = 5
    OFFER = 6
    DISCUSSION = 7
    DEAL = 8
    LAG = 9
    LAG_END = 10
    DEADLINE = 11
    BREAKDOWN = 12
    END = 13


EVENT = np.dtype(
    [
        ("t", "f8"),
        ("x", "f8"),
        ("y", "f8"),
        ("z", "f8"),
        ("who", "i4"),
        ("other", "i4"),
        ("kind", "i2"),
        ("was", "i2"),
        ("now", "i2"),
        ("pad", "i2"),
    ]
)
