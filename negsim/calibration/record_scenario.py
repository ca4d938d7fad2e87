"""An ordinary scenario of some talks from the record alone: chances a meeting, and an end for all that is left.

What carried skill in forecasts of past talks (docs/track-record.md), in the words of the scenario language:

- issues are settled at meetings only, in a channel whose gaps have the law of the talks' own, with others as the prior;
- a meeting settles an open issue with one chance, one that is not yet opened with a smaller one;
- what is left is settled together when the talks end: a shock calls a last meeting, in a mood in which everything
  settles. It is on its way, on a day drawn once a run, where an announcement or the pace tells of one; otherwise it has
  a rate;
- talks come to a stand for good at a rate of breakdown.
"""

from __future__ import annotations

import math
from typing import Any

from negsim.calibration.fitting import TRUST, VALUES, Fit
from negsim.calibration.partial import Law
from negsim.calibration.subjects import Subject

#: The factor on the hazard of settling at the last meeting: with certainty, for any chance that can be drawn.
SETTLES = 1e9


def record_scenario(subject: Subject, found: Fit) -> dict[str, Any]:
    """The scenario as a file says it."""
    snapshot, laws = subject.snapshot, found.laws
    # What a tracker calls dormant is not on a list that is worked off: nobody has put it on the table.
    waiting = snapshot.now.waiting if snapshot.talks.stepwise else ()
    issues = (*snapshot.now.open, *waiting)
    left_out = [subject.ids[issue.name] for issue in snapshot.talks.sure if issue not in issues]
    parameters: dict[str, Any] = {
        "close": {"value": beta(laws["close"].beta), "source": found.source("close")},
    }
    if waiting:
        parameters["close_unopened"] = {
            "value": beta(found.close_unopened()),
            "source": [
                found.source("open"),
                found.source("at_once"),
                "arithmetic: as many meetings as it takes to open an issue and then, unless it is closed at once, to "
                "close it",
            ],
        }
    parameters |= {
        "gap": {"value": lognormal(laws["gap"]), "source": found.source("gap")},
        "end": _end(found),
        "stall": {"value": lognormal(laws["stall"], "per year"), "source": found.source("stall")},
    }
    return {
        "title": "From the record alone",
        "question": "When is what settled, if these talks go on as their own past and other talks did?",
        "description": (
            "Made by negsim calibrate from records of talks. Nobody's demands are looked at: meetings settle issues by "
            "chance, and what is left is settled together when the talks end, unless they come to a stand. Talks that "
            "are on record ended more often than talks do, so this is the hopeful side."
        ),
        "agenda": subject.agenda,
        "as_of": str(snapshot.now.on),
        "horizon": f"{snapshot.horizon + 1} days",
        "strict": True,
        **({"leave_out": left_out} if left_out else {}),
        "parameters": parameters,
        "defaults": {
            "hours": "1 minute",
            "source": "judgement: a meeting has time for all that is on the table, as no record says otherwise",
        },
        "issues": {subject.ids[issue.name]: _setup(issue.opened is None) for issue in issues},
        "channels": {
            "meetings": {
                "title": "Meetings",
                "gap": gap(found),
                "session": "24 hours",
                "since_last": days(snapshot.silent),
                "source": found.source("gap"),
            }
        },
        "climate": {
            "start": "talks",
            "regimes": {
                "talks": {"breakdown": {"parameter": "stall"}} if found.features.stalls else {},
                "conclusion": {"settlement": SETTLES},
            },
            "source": [found.source("stall"), "judgement: at the end of talks all that is left is settled"],
        },
        **({"shocks": {"conclusion": _conclusion(found)}} if found.features.end else {}),
    }


def _conclusion(found: Fit) -> dict[str, Any]:
    return {
        "title": "The talks end, with all that is left",
        **({"pending": [{"parameter": "end"}]} if _dated(found) else {"rate": {"parameter": "end"}}),
        "marks": [
            {"kind": "climate", "to": "conclusion"},
            {"kind": "meeting", "channel": "meetings", "after": "0 days"},
        ],
        "source": "judgement: talks that are concluded settle what is left as one package on their last day",
    }


def _setup(unopened: bool) -> dict[str, Any]:
    return {
        "settle": {"chance": {"parameter": "close_unopened" if unopened else "close"}},
        # On what terms, and how often it was talked about, no chance asks.
        "start": {"status": "raised"},
    }


def _dated(found: Fit) -> bool:
    """Whether something tells a day of the end: a pace, or an announcement; otherwise there is a rate alone."""
    return found.paced or found.announced() is not None


def _end(found: Fit) -> dict[str, Any]:
    if not _dated(found):
        return {"value": lognormal(found.laws["conclude"], "per year"), "source": found.source("conclude")}
    values = [days(value) for value in found.ends()]
    return {"value": {"empirical": {"values": values}}, "source": _source_of_end(found)}


def _source_of_end(found: Fit) -> list[str]:
    snapshot, pace = found.snapshot, found.taught.pace
    paced = [
        "history: issues.csv, the days that talks still needed by those that the pace so far let expect: median "
        f"{figure(math.exp(pace.mean)):g}, spread of the logarithm {figure(pace.spread):g}",
        f"judgement: the announced date weighs {TRUST:g}, the pace the rest",
    ]
    told = f"arithmetic: {VALUES} equally likely days"
    target = snapshot.announced
    if found.announced() is None or target is None:
        return [paced[0], told]
    return [
        f"history: announced_targets.csv, {target.who} said on {target.said}: {target.what}, by {target.latest}; "
        f"announced ends of talks took {figure(found.slip()[0]):g} times as long (median)",
        found.source("slip"),
        *(paced if found.paced else ()),
        told,
    ]


def gap(found: Fit, parameter: str = "gap") -> dict[str, Any]:
    """Gaps between meetings: their median is a parameter, which is not known; the rest is chance."""
    times = figure(found.laws["gap"].ratio)
    return {"lognormal": {"median": {"parameter": parameter}, "q90": {"parameter": parameter, "times": times}}}


def figure(value: float) -> float:
    """Three significant digits: more than a handful of talks can tell.

    >>> figure(123.456), figure(0.0012345)
    (123.0, 0.00123)
    """
    return float(f"{value:.3g}")


def days(value: float) -> str:
    """Whole days as a file says them."""
    return f"{round(value)} day{'' if round(value) == 1 else 's'}"


def beta(numbers: tuple[float, float]) -> dict[str, Any]:
    """A Beta law as a file says it."""
    return {"beta": {"a": figure(numbers[0]), "b": figure(numbers[1])}}


def lognormal(law: Law | tuple[float, float], unit: str = "days") -> dict[str, Any]:
    """A lognormal law as a file says it; ``unit`` may be empty."""
    median, q90 = law.lognormal if isinstance(law, Law) else law
    said = [f"{figure(value):g} {unit}" if unit else figure(value) for value in (median, q90)]
    return {"lognormal": dict(zip(("median", "q90"), said, strict=True))}
