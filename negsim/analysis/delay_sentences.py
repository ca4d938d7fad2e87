"""Sentences on the delay of one issue: its time, runs that do not resolve it, the effect of a change."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date

from negsim.agenda import Spent
from negsim.analysis.comparison_sentences import between, days_words, percent_range, points, span
from negsim.analysis.context import Context
from negsim.analysis.delay import Gain, Unresolved, Why
from negsim.analysis.estimates import FEW, Estimate
from negsim.analysis.headline import WAITS
from negsim.analysis.time_scale import date_text

#: States of an issue that is not resolved, as words after "in 12 % of the runs".
ENDS = {
    Unresolved.NO_ZONE: "there is no zone of agreement at the end",
    Unresolved.DEADLINE: "it lapses at the deadline",
    Unresolved.BREAKDOWN: "the talks break down and it lapses",
    Unresolved.PREREQUISITE: "it is agreed and a prerequisite blocks it",
    Unresolved.DORMANT: "it never opens",
    Unresolved.CARRIED_OUT: "it is agreed and not implemented yet",
    Unresolved.TALKED: "it is still open (under discussion or suspended)",
}
#: Shares of its time below this are summed up as the rest.
_SMALL = 0.02


def dates(why: Why, context: Context) -> str:
    """Probabilities and 50 % date of an issue, in a sentence or two."""

    def shown(day: date) -> str:
        return date_text(day, context.fine_unit)

    half, ever = why.half, why.half.by_horizon
    said = f"Resolved by {_exact(why.on, context)} in {percent_range(why.by)} % of the runs"
    if why.on != half.last_day:
        said += f", by {_exact(half.last_day, context)} in {percent_range(ever)} %"
    if half.day is None:
        return f"{said}; fewer than half of the runs resolve it."
    start = context.as_of if half.low is None else half.low
    end = f"after {shown(half.last_day)}" if half.high is None else shown(half.high)
    return f"{said}. Half of the runs resolve it by {shown(half.day)} (95 %: {shown(start)} to {end})."


def time(why: Why, context: Context) -> str:
    """How the time of an issue is spent."""
    sides = {Spent.SIDE_A: context.sides[0], Spent.SIDE_B: context.sides[1]}
    parts = sorted(((part, what) for what, part in why.spent.items() if part > 0), reverse=True)
    if not parts:
        return "It takes no time: every run settles it at the start."
    told = [f"{sides.get(what) or WAITS[what]} {100 * part:.0f} %" for part, what in parts if part >= _SMALL]
    rest = sum(part for part, _ in parts if part < _SMALL)
    more = f"; the rest {100 * rest:.0f} %" if rest >= 0.005 else ""
    return (
        f"Until it is resolved or lapses or the run ends, its time is spent waiting for {', '.join(told)}{more}. Time "
        "counts as waiting for a side if discussions fail and would succeed if that side alone conceded to its "
        "reservation value."
    )


def unresolved(why: Why, context: Context) -> list[str]:
    """How runs end that do not resolve the issue."""
    ever = why.half.by_horizon
    if ever.value == 1:
        return [f"All {why.runs:,} runs resolve it."]
    never = Estimate(1 - ever.value, ever.se, 1 - ever.high, 1 - ever.low)
    parts = sorted(((part.value, what) for what, part in why.unresolved.items() if part.value > 0), reverse=True)
    told = [f"in {_percent(part)} {ENDS[what]}" for part, what in parts]
    last = _exact(why.half.last_day, context)
    said = [f"In {percent_range(never)} % of the runs it is not resolved by {last}: {'; '.join(told)}."]
    if why.meetings is not None:
        few = why.meetings
        seldom = "never discuss it" if few.limit <= 1 else f"discuss it fewer than {few.limit:.0f} times"
        said.append(
            f"Too few meetings: of the runs in which it is open at the end, {percent_range(few.beyond)} % {seldom}; "
            "of the runs that resolve it, at most 10 %. Mean number of discussions: "
            f"{few.talked.value:.1f}, and {few.resolved.value:.1f} in runs that resolve it."
        )
    if why.mood is not None:
        much = why.mood
        said.append(
            f'Climate "{why.worst}", which has the fewest meetings: runs in which the issue is open at the end spend '
            f"{_mean(much.talked)} % of their days in it, runs that resolve it {_mean(much.resolved)} %. "
            f"{percent_range(much.beyond)} % of the first spend more than {100 * much.limit:.0f} % of their days in "
            "it, at most 10 % of the second."
        )
    return said


def gain_words(gain: Gain, on: date | str, runs: int) -> str:
    """Effect of a change: on the probability by a date (or its text), and on the 50 % date or the mean date.

    >>> import numpy as np
    >>> from negsim.analysis.delay import gain
    >>> talks = Context("T", date(2025, 4, 10), date(2026, 4, 10), ("N", "S"), ())
    >>> days = np.arange(300)
    >>> gain_words(gain(talks, days[:, None] + 20, days[:, None], 0, date(2025, 9, 10)), date(2025, 9, 10), 300)
    'by 2025-09-10 in 7 points more of the runs (95 %: 4 to 10), 51 % instead of 45 %; the 50 % date 20 days ...'
    """
    chance, half, mean = gain.chance.difference, gain.half, gain.days
    if chance.shown:
        said = f"by {on} in {points(gain.chance)}"
    else:
        said = f"by {on} no difference that {runs:,} runs can show ({between(chance)} points)"
    if half.days is not None and half.shown:
        said += f"; the 50 % date {days_words(half, runs)}"
    elif mean.shown:
        what = "earlier" if mean.value < 0 else "later"
        size, _, interval = span(mean.value, mean.low, mean.high).partition(" (")
        said += f"; the mean date {size} {what} ({interval}"
    elif math.isnan(mean.se) and mean.value:
        said += f"; fewer than {FEW} of {runs:,} pairs differ, too few for the error of a mean date"
    else:
        said += f"; {runs:,} runs show no change of the mean date"
    others = gain.others
    if others.shown and abs(others.value) >= 0.005:
        low, high = sorted((abs(others.low), abs(others.high)))
        less = "fewer" if others.value < 0 else "more"
        said += f"; {abs(others.value):.2f} {less} of the other issues (95 %: {low:.2f} to {high:.2f})"
    return said


def listed(names: Iterable[str]) -> str:
    """Names as a list in a sentence.

    >>> listed(["a", "b", "c"]), listed(["a"])
    ('a, b and c', 'a')
    """
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _exact(day: date, context: Context) -> str:
    return date_text(day, context.asked_unit or "day")


def _percent(part: float) -> str:
    text = f"{100 * part:.0f}"
    return "fewer than 1 %" if text == "0" else f"{text} %"


def _mean(part: Estimate) -> str:
    if math.isnan(part.se):
        return f"{100 * part.value:.0f}"
    return f"{100 * part.value:.0f} ({100 * part.low:.0f} to {100 * part.high:.0f})"
