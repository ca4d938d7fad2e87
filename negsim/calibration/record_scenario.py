"""A scenario from the record alone: chances per meeting, and an end that settles all open issues.

It contains what had skill in forecasts of past negotiations (docs/track-record.md):

- Issues are settled at meetings only. The gaps of the channel have the law of the own past, with others as the prior.
- A meeting settles an open issue with one chance, and an issue not yet opened with a smaller one.
- At the end all open issues are settled: a shock calls a last meeting in a regime in which everything settles. Its day
  is drawn once a run, and depends on the date that was last announced; on a tracker's agenda without one, the
  shock has a rate.
- Whether the negotiation is concluded at all is drawn with its end: rows of a table, drawn together, hold the day of
  the end and the law of the gaps. In the rows of a negotiation that is not concluded the end does not come, and
  meetings become rare (`negsim.calibration.by_end`).
- If nothing gives a day of the end, the negotiation stalls permanently at a rate of breakdown. It may also have stopped
  before the as-of date: then it breaks down on that date.
- A single issue may stay: no meeting settles it, and only the end does.
"""

from __future__ import annotations

from typing import Any

from negsim.calibration.fitting import MOST_DAYS, ROWS, VALUES, Fit
from negsim.calibration.partial import Floats, Law
from negsim.calibration.subjects import Subject
from negsim.history import Issue, pause_so_far

#: The factor on the hazard of settling at the last meeting: it makes any chance a certainty.
SETTLES = 1e9
#: The parameter that gives the 90 % quantile of the gaps, beside their median `gap`.
LONG_GAP = "long_gap"
#: The regime of a negotiation that has stopped: it breaks down at once.
STANDSTILL = {"standstill": {"breakdown": "1000000 per year"}}


def record_scenario(subject: Subject, found: Fit) -> dict[str, Any]:
    """The scenario as plain data of a file."""
    snapshot, mixed = subject.snapshot, found.mixed
    still = {} if mixed else stopped(found)
    # A dormant issue on a tracker is not on a list that the sides work through.
    waiting = snapshot.now.waiting if snapshot.talks.stepwise else ()
    issues = (*snapshot.now.open, *waiting)
    setups = {stood: _setup(found, stood) for stood in {meetings_stood(found, issue) for issue in issues}}
    left_out = [subject.ids[issue.name] for issue in snapshot.talks.sure if issue not in issues]
    parameters = _by_end(found) if mixed else _apart(found)
    return {
        "title": "From the record alone",
        **_words(),
        "agenda": subject.agenda,
        "as_of": str(snapshot.now.on),
        "horizon": f"{snapshot.horizon + 1} days",
        **({"strict": True} if subject.complete else {}),
        **({"leave_out": left_out} if left_out else {}),
        "parameters": parameters,
        "defaults": {
            "hours": "1 minute",
            "source": "judgement: a meeting has time for all open issues, since no record says otherwise",
        },
        "issues": {subject.ids[issue.name]: setups[meetings_stood(found, issue)] for issue in issues},
        "channels": {
            "meetings": {
                "title": "Meetings",
                "gap": _gap_by_end() if mixed else gap(found),
                "session": "24 hours",
                "since_last": days(snapshot.silent),
                "source": found.source("gap"),
            }
        },
        "climate": {
            "start": "talks",
            "regimes": {
                "talks": {} if mixed else {"breakdown": {"parameter": "stall"}},
                "conclusion": {"settlement": SETTLES},
                **(STANDSTILL if still else {}),
            },
            "source": [
                *([] if mixed else [found.source("stall")]),
                "judgement: at the end all open issues are settled",
            ],
        },
        "shocks": {
            **({"conclusion": _conclusion(found)} if found.features.end else {}),
            **still,
        },
    }


def _words() -> dict[str, str]:
    return {
        "question": "When is each issue settled, if this negotiation goes on like its own past and like others?",
        "description": (
            "Made by negsim calibrate from records of past negotiations. No demands are modelled: meetings settle "
            "issues by chance, and the open issues are settled together at the end, unless the negotiation fails. "
            "How often negotiations on record stalled is a choice of those who selected them."
        ),
    }


def _conclusion(found: Fit) -> dict[str, Any]:
    return {
        "title": "The negotiation ends and settles all open issues",
        **({"pending": [{"parameter": "end"}]} if found.dated else {"rate": {"parameter": "end"}}),
        "marks": [
            {"kind": "climate", "to": "conclusion"},
            {"kind": "meeting", "channel": "meetings", "after": "0 days"},
        ],
        "source": "judgement: a negotiation settles its open issues as one package on its last day",
    }


def stopped(found: Fit) -> dict[str, Any]:
    """The shock by which a negotiation turns out to have stopped before the as-of date."""
    chance = found.stands_still()
    if not chance:
        return {}
    return {
        "standstill": {
            "title": "The negotiation has stopped: nothing more is opened or closed",
            "dates": [{"date": str(found.snapshot.now.on), "probability": figure(chance)}],
            "marks": [{"kind": "climate", "to": "standstill"}],
            "source": [
                found.source("stall"),
                found.source("pause"),
                f"arithmetic: the last step was {pause_so_far(found.snapshot.talks)} days ago",
            ],
        }
    }


def meetings_stood(found: Fit, issue: Issue) -> int | None:
    """The meetings since the opening of an issue, which did not close it; None if it is not opened."""
    return sum(day > issue.opened for day in found.snapshot.days) if issue.opened else None


def chances(values: Floats) -> dict[str, Any]:
    """Equally likely chances in the form of a scenario file."""
    return {"empirical": {"values": [figure(value) for value in values]}}


def _setup(found: Fit, stood: int | None) -> dict[str, Any]:
    numbers: tuple[str, ...] = ("close",)
    if stood is not None:
        values, words = found.close(stood), f"it stood {stood} meetings"
    else:
        values, numbers = found.close_unopened(), ("open", "at_once", "close")
        words = "as many meetings as it takes to open an issue and then, unless it is closed at once, to close it"
    return {
        # Each issue has its own draw, so that one may stay while another moves.
        "settle": {"chance": chances(values)},
        # Settlement by chance depends on no terms and on no number of discussions.
        "start": {"status": "raised"},
        "source": [
            *map(found.source, numbers),
            f"arithmetic: {words}; the smallest of the equally likely chances are those of an issue that stays",
        ],
    }


def _apart(found: Fit) -> dict[str, Any]:
    """Parameters of a negotiation that has an end in every run, or stalls at a rate."""
    laws = found.laws
    return {
        "gap": {"value": lognormal(laws["gap"]), "source": found.source("gap")},
        "end": _end(found),
        "stall": {"value": lognormal(laws["stall"], "per year"), "source": found.source("stall")},
    }


def _by_end(found: Fit) -> dict[str, Any]:
    """Parameters that are drawn together, because they depend on whether the negotiation is concluded."""
    columns = dict(zip(("end", "gap", LONG_GAP), found.rows(), strict=True))
    never = ROWS - round(ROWS * found.concludes())
    share = f"arithmetic: {ROWS} equally likely rows; {never} are those of a negotiation that is not concluded"
    sources = {
        "end": [
            *_source_of_end(found)[:-1],
            found.source_of_concluding(),
            f"{share}, whose end is {MOST_DAYS} days off",
        ],
        "gap": [found.source_of_gaps(), share],
        LONG_GAP: [found.source_of_gaps(), f"{share}; nine of ten gaps are shorter than this"],
    }
    return {
        name: {
            "value": {"empirical": {"values": [_written(value) for value in values], "joint": "conclusion"}},
            "source": sources[name],
        }
        for name, values in columns.items()
    }


def _gap_by_end() -> dict[str, Any]:
    return {"lognormal": {"median": {"parameter": "gap"}, "q90": {"parameter": LONG_GAP}}}


def _written(value: float) -> str:
    return days(value) if value >= 100 else f"{figure(value):g} days"


def _end(found: Fit) -> dict[str, Any]:
    if not found.dated:
        return {"value": lognormal(found.laws["conclude"], "per year"), "source": found.source("conclude")}
    values = [days(value) for value in found.ends()]
    return {"value": {"empirical": {"values": values}}, "source": _source_of_end(found)}


def _source_of_end(found: Fit) -> list[str]:
    talks = [talks for talks in found.taught.others if talks.end == "concluded"]
    told = f"arithmetic: {VALUES} equally likely days"
    known = (
        f"history: rounds.csv, issues.csv and announced_targets.csv, the time that {len(talks)} other talks still took "
        "until they were concluded"
    )
    said = found.announced
    if said is None:
        return [f"{known}; no date that was announced for the end lies ahead", told]
    return [
        f"{known}, by the time that was announced; {said.who} said on {said.said}: {said.what}, by {said.latest}",
        told,
    ]


def gap(found: Fit, parameter: str = "gap") -> dict[str, Any]:
    """Gaps between meetings: the median is a parameter, since it is uncertain; the rest is chance."""
    times = figure(found.laws["gap"].ratio)
    return {"lognormal": {"median": {"parameter": parameter}, "q90": {"parameter": parameter, "times": times}}}


def figure(value: float) -> float:
    """Three significant digits.

    >>> figure(123.456), figure(0.0012345)
    (123.0, 0.00123)
    """
    return float(f"{value:.3g}")


def days(value: float) -> str:
    """Whole days in the form of a scenario file."""
    return f"{round(value)} day{'' if round(value) == 1 else 's'}"


def beta(numbers: tuple[float, float]) -> dict[str, Any]:
    """A Beta law in the form of a scenario file."""
    return {"beta": {"a": figure(numbers[0]), "b": figure(numbers[1])}}


def lognormal(law: Law | tuple[float, float], unit: str = "days") -> dict[str, Any]:
    """A lognormal law in the form of a scenario file; ``unit`` may be empty."""
    median, q90 = law.lognormal if isinstance(law, Law) else law
    said = [f"{figure(value):g} {unit}" if unit else figure(value) for value in (median, q90)]
    return {"lognormal": dict(zip(("median", "q90"), said, strict=True))}
