"""What happens when an appointment falls due: each class of events calls its rule. See "Time and order"."""

from __future__ import annotations

from negsim.simulation.rules.environment import climate_change, end_talks, resume, shake
from negsim.simulation.rules.implementation import end_lag
from negsim.simulation.rules.jit import entry, jit_inline
from negsim.simulation.rules.meetings import meeting
from negsim.simulation.rules.state import issue, run, size, turn
from negsim.simulation.rules.status import (
    CLIMATE_CHANGE,
    DORMANT,
    LAG_END,
    MEETING,
    RESUMPTION,
    SHOCK,
    WAKING,
    raise_issue,
    wake,
)


@jit_inline
def turn_luck(x, t):
    """Let the record's next turns begin that are due at ``t``: what is drawn from now on has other chance."""
    while run(x, 0).turn < size(x, 0).turns and t >= turn(x, run(x, 0).turn).t:
        run(x, 0).luck = turn(x, run(x, 0).turn).luck
        run(x, 0).turn += 1


@entry("int, float, int, int, int -> None")
def happen(x, t, kind, who, tag):
    """Do what is due: ``kind`` is the class, ``who`` and ``tag`` say which of it.

    A run with turns gets other chance from the first event of each turn on; all that was drawn before holds.
    """
    turn_luck(x, t)
    if kind == MEETING:
        meeting(x, t, who, tag)
    else:
        happen_beside(x, t, kind, who, tag)


@entry("int, float, int, int, int -> None")
def happen_beside(x, t, kind, who, tag):
    """Do what is due beside meetings. Another process compiles it while one compiles meetings."""
    if kind == SHOCK:
        shake(x, t, who, tag)
    elif kind == LAG_END:
        end_lag(x, t, who, tag)
    elif kind == CLIMATE_CHANGE:
        climate_change(x, t, tag)
    elif kind == WAKING:
        if issue(x, who).status == DORMANT:
            raise_issue(x, t, who)
            wake(x, t)
    elif kind == RESUMPTION:
        resume(x, t)
    else:
        end_talks(x, t, who, tag)
