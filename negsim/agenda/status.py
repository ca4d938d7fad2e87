"""The status of an issue, the reasons for the end of a run, and the table of legal moves.

The record and the simulation share this table; see "Status" in ``docs/model.md``.
"""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """The status of an issue. Outcome arrays and event logs hold these numbers.

    >>> Status(9), Status.RESOLVED.label
    (<Status.RESOLVED: 9>, 'resolved')
    """

    DORMANT = 0
    RAISED = 1
    DISCUSSING = 2
    CONVERGING = 3
    STALLED = 4
    SUSPENDED = 5
    AGREED = 6
    BLOCKED = 7
    IMPLEMENTING = 8
    RESOLVED = 9
    LAPSED = 10

    @property
    def label(self) -> str:
        """The name in files and tables.

        >>> Status.CONVERGING.label
        'converging'
        """
        return self.name.lower()

    @property
    def final(self) -> bool:
        """Whether no move follows.

        >>> Status.RESOLVED.final, Status.AGREED.final
        (True, False)
        """
        return self in (Status.RESOLVED, Status.LAPSED)


_S = Status

#: The legal moves from each status. A collapse moves ``implementing`` to ``raised``.
LEGAL_MOVES: dict[Status, frozenset[Status]] = {
    _S.DORMANT: frozenset({_S.RAISED, _S.LAPSED}),
    _S.RAISED: frozenset({_S.DISCUSSING, _S.CONVERGING, _S.AGREED, _S.STALLED, _S.SUSPENDED, _S.LAPSED}),
    _S.DISCUSSING: frozenset({_S.CONVERGING, _S.AGREED, _S.STALLED, _S.SUSPENDED, _S.LAPSED}),
    _S.CONVERGING: frozenset({_S.DISCUSSING, _S.AGREED, _S.STALLED, _S.SUSPENDED, _S.LAPSED}),
    _S.STALLED: frozenset({_S.DISCUSSING, _S.SUSPENDED, _S.LAPSED}),
    _S.SUSPENDED: frozenset({_S.RAISED, _S.DISCUSSING, _S.CONVERGING, _S.STALLED, _S.AGREED, _S.LAPSED}),
    _S.AGREED: frozenset({_S.BLOCKED, _S.IMPLEMENTING}),
    _S.BLOCKED: frozenset({_S.IMPLEMENTING}),
    _S.IMPLEMENTING: frozenset({_S.RESOLVED, _S.RAISED, _S.LAPSED}),
    _S.RESOLVED: frozenset(),
    _S.LAPSED: frozenset(),
}

#: Moves of the record alone: an agreement that is negotiated again. Such an entry needs `what`.
REOPENED: dict[Status, frozenset[Status]] = {
    _S.AGREED: frozenset({_S.DISCUSSING, _S.STALLED, _S.SUSPENDED, _S.LAPSED}),
    _S.BLOCKED: frozenset({_S.AGREED, _S.DISCUSSING, _S.STALLED, _S.SUSPENDED, _S.LAPSED}),
}

#: The order in which an issue passes its statuses, for "dormant until another issue has reached ...".
PROGRESS: tuple[Status, ...] = (
    _S.RAISED,
    _S.DISCUSSING,
    _S.CONVERGING,
    _S.AGREED,
    _S.BLOCKED,
    _S.IMPLEMENTING,
    _S.RESOLVED,
)


class Reason(IntEnum):
    """The reason for the end of an issue in a run.

    >>> Reason(6), Reason.HORIZON.label
    (<Reason.HORIZON: 6>, ...)
    """

    RESOLVED = 0
    NO_ZONE = 1
    DEADLINE = 2
    BREAKDOWN = 3
    PREREQUISITE = 4
    DORMANT = 5
    HORIZON = 6

    @property
    def label(self) -> str:
        """The name in tables.

        >>> Reason.NO_ZONE.label
        'no zone'
        """
        return self.name.lower().replace("_", " ")


class Spent(IntEnum):
    """The parts of the time of an issue; they sum to its whole time."""

    DORMANT = 0
    SUSPENDED = 1
    STALLED = 2
    BLOCKED = 3
    IMPLEMENTING = 4
    PACKAGE = 5
    OTHERS = 6
    MEETING = 7
    ROOM = 8
    SIDE_A = 9
    SIDE_B = 10
    BOTH = 11
