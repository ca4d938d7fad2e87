"""What the runs say of one issue, in sentences: why so late, what becomes of it, what a change would do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from negsim.agenda import Spent
from negsim.analysis.comparison_sentences import between, days_words, percent_range, points
from negsim.analysis.context import Context
from negsim.analysis.delay import Gain, Unresolved, Why
from negsim.analysis.headline import WAITS
from negsim.analysis.paired import Estimate

#: What has become of an issue that is not resolved, as words that follow "in so many of the runs".
ENDS = {
    Unresolved.NO_ZONE: "there is no zone of agreement at the end",
    Unresolved.DEADLINE: "it lapses at the deadline",
    Unresolved.BREAKDOWN: "the talks break down and it lapses",
    Unresolved.PREREQUISITE: "it is agreed and a prerequisite still blocks it",
    Unresolved.DORMANT: "it never comes on the table",
    Unresolved.CARRIED_OUT: "it is agreed and not carried out yet",
    Unresolved.TALKED: "it is still talked about, or suspended",
}
#: Parts of its time below this are not told one by one.
_SMALL = 0.02


def dates(why: Why) -> str:
    """When an issue is resolved, in a sentence or two."""
    half, ever = why.half, why.half.by_horizon
    said = f"Resolved by {why.on} in {percent_range(why.by)} % of the runs"
    if why.on != half.last_day:
        said += f", by {half.last_day} in {percent_range(ever)} %"
    if half.day is None:
        return f"{said}; half of the runs do not get there."
    end = half.high or f"after {half.last_day}"
    return f"{said}. Half of the runs get there by {half.day} (95 %: {half.low} to {end})."


def time(why: Why, context: Context) -> str:
    """What the time of an issue goes into."""
    sides = {Spent.SIDE_A: context.sides[0], Spent.SIDE_B: context.sides[1]}
    parts = sorted(((part, what) for what, part in why.spent.items() if part > 0), reverse=True)
    if not parts:
        return "No time passes: it is settled at the start in every run."
    told = [f"{sides.get(what) or WAITS[what]} {100 * part:.0f} %" for part, what in parts if part >= _SMALL]
    rest = sum(part for part, _ in parts if part < _SMALL)
    more = f"; the rest {100 * rest:.0f} %" if rest >= 0.005 else ""
    return (
        f"Its time, until it is resolved or lapses or the run ends, goes into waiting for {', '.join(told)}{more}. "
        "A side is waited for while a discussion is in vain and its going down to its reservation value alone would "
        "make a deal."
    )


def unresolved(why: Why) -> list[str]:
    """What becomes of an issue in the runs that do not resolve it."""
    ever = why.half.by_horizon
    if ever.value == 1:
        return [f"Every one of {why.runs:,} runs resolves it."]
    never = Estimate(1 - ever.value, ever.se, 1 - ever.high, 1 - ever.low)
    parts = sorted(((part.value, what) for what, part in why.unresolved.items() if part.value > 0), reverse=True)
    told = [f"in {_percent(part)} {ENDS[what]}" for part, what in parts]
    said = [f"In {percent_range(never)} % of the runs it is not resolved by {why.half.last_day}: {'; '.join(told)}."]
    if why.meetings is not None:
        few = why.meetings
        seldom = "never discussed it" if few.limit <= 1 else f"discussed it fewer than {few.limit:.0f} times"
        said.append(
            f"Too few meetings: {percent_range(few.beyond)} % of the runs that still talk about it have {seldom}, "
            "of those that resolve it at most one in ten; on average "
            f"{few.talked.value:.1f} times, where it is resolved {few.resolved.value:.1f}."
        )
    if why.mood is not None:
        much = why.mood
        said.append(
            f'Climate "{why.worst}", in which the fewest meetings are held: the runs that still talk about it spend '
            f"{_mean(much.talked)} % of their days in it, those that resolve it {_mean(much.resolved)} %. More than "
            f"{100 * much.limit:.0f} % of their days in it have {percent_range(much.beyond)} % of the former, and at "
            "most one in ten of the latter."
        )
    return said


def gain_words(gain: Gain, on: date, runs: int) -> str:
    """What a change does: to the chance by a date, and to the 50 % date, or to the mean one where that is beyond.

    >>> import numpy as np
    >>> from negsim.analysis.delay import gain
    >>> talks = Context("T", date(2025, 4, 10), date(2026, 4, 10), ("N", "S"), ())
    >>> days = np.arange(0.0, 300.0)
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
        low, high = sorted((abs(mean.low), abs(mean.high)))
        what = "earlier" if mean.value < 0 else "later"
        said += f"; the mean date {_days(abs(mean.value))} {what} (95 %: {low:.0f} to {high:.0f})"
    else:
        said += f"; the mean date as before, as far as {runs:,} runs can tell"
    others = gain.others
    if others.shown and abs(others.value) >= 0.005:
        low, high = sorted((abs(others.low), abs(others.high)))
        less = "fewer" if others.value < 0 else "more"
        said += f"; of the other issues {abs(others.value):.2f} {less} (95 %: {low:.2f} to {high:.2f})"
    return said


def listed(names: Iterable[str]) -> str:
    """Names in a row.

    >>> listed(["a", "b", "c"]), listed(["a"])
    ('a, b and c', 'a')
    """
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _percent(part: float) -> str:
    return "fewer than 1 %" if part < 0.005 else f"{100 * part:.0f} %"


def _mean(part: Estimate) -> str:
    return f"{100 * part.value:.0f} ({100 * part.low:.0f} to {100 * part.high:.0f})"


def _days(days: float) -> str:
    return f"{days:.0f} day{'' if round(days) == 1 else 's'}"
