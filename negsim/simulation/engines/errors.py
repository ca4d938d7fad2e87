"""Errors of runs that cannot continue."""

from __future__ import annotations

from negsim.errors import NegsimError
from negsim.simulation.compiled import Compiled, Record
from negsim.simulation.rules.status import GAP_IMPOSSIBLE, LAG_IMPOSSIBLE, OUTBOX_FULL


def check(compiled: Compiled, record: Record, number: int) -> None:
    """Check the state of a run for an error.

    Raises:
        NegsimError: its assumptions contradict the start, or one event scheduled too many others.
    """
    error, culprit = int(record.run["error"]), int(record.run["culprit"])
    if error == GAP_IMPOSSIBLE:
        channel = compiled.channels[culprit]
        raise NegsimError(f'run {number}: the gap under way in channel "{channel}" can\'t be as old as it is')
    if error == LAG_IMPOSSIBLE:
        issue = compiled.issues[culprit]
        raise NegsimError(f'run {number}: the implementation of "{issue}" can\'t have gone on for so long')
    if error == OUTBOX_FULL:
        raise NegsimError(f"run {number}: one event schedules more than {len(record.arrays['outbox'])} others")
