"""The status of an issue, the reasons for its end, and the one table of legal moves.

The tracker (what really happened) and the simulation use this one table; see "Status" in ``docs/model.md``.
"""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """How an issue stands. The numbers are the ones in outcome arrays and event logs."""

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
        """The name as files and tables spell it.

        >>> Status.CONVERGING.label
        'converging'
        """
        return self.name.lower()

    @property
    def final(self) -> bool:
        """Whether nothing can follow.

        >>> Status.RESOLVED.final, Status.AGREED.final
        (True, False)
        """
        return self in (Status.RESOLVED, Status.LAPSED)


_S = Status

#: What each status may become. A collapse turns ``implementing`` into ``raised`` (reopened, and counted).
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
    """Why an issue's part of a run ended as it did."""

    RESOLVED = 0
    NO_ZONE = 1
    DEADLINE = 2
    BREAKDOWN = 3
    PREREQUISITE = 4
    DORMANT = 5
    HORIZON = 6

    @property
    def label(self) -> str:
        """The name as tables spell it.

        >>> Reason.NO_ZONE.label
        'no zone'
        """
        return self.name.lower().replace("_", " ")


class Spent(IntEnum):
    """What an issue's time went into; the parts sum to the time."""

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
