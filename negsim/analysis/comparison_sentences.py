"""Sentences of a comparison: which issues differ, by how much, and what the runs cannot show."""

from __future__ import annotations

import math
from datetime import date

from negsim.analysis.context import all_words, count_of
from negsim.analysis.estimates import FEW, ChanceDifference, Estimate
from negsim.analysis.paired import DateDifference, IssueComparison, Paired
from negsim.analysis.time_scale import date_text, unit_for

#: Days from which a difference in time is shown in years.
_YEARS = 1461


def issue_verdict(issue: IssueComparison, pair: Paired) -> str:
    """A sentence on one issue: the probability by the date of the verdicts, the 50 % date, and the mean time.

    >>> import negsim as ns
    >>> s = ns.load("scenarios/baseline.yaml")
    >>> pair = ns.compare(s, s, runs=20, engine="reference").pairs[0]
    >>> issue_verdict(pair.issues[0], pair)
    'Banking and financing of the missions: no difference that 20 runs can show; both resolve it on the same day ...'
    """
    title, runs = issue.facts.title, pair.runs
    if issue.same.value == 1:
        return f"{title}: no difference that {runs:,} runs can show; both resolve it on the same day or not at all."
    chance = issue.by[pair.on]
    moved = f"{date_words(issue.p50, pair)}; {time_words(issue.days, runs)}"
    if not chance.difference.shown:
        return (
            f"{title}: by {pair.on} no difference that {runs:,} runs can show ({between(chance.difference)} points); "
            f"{moved}."
        )
    return f"{title}: resolved by {pair.on} in {points(chance)}; {moved}."


def issue_verdicts(pair: Paired) -> list[str]:
    """A sentence for each issue that differs in any run, and one sentence for all others."""
    differ = [issue_verdict(issue, pair) for issue in pair.issues if issue.same.value < 1]
    same = [issue.facts.title for issue in pair.issues if issue.same.value == 1]
    if not (differ and same):
        return differ
    return [*differ, f"No difference in any of {pair.runs:,} runs: {', '.join(same)}."]


def verdict(pair: Paired) -> str:
    """A sentence or two on all issues: how many are resolved more or less often by the date of the verdicts.

    >>> import negsim as ns
    >>> s = ns.load("scenarios/baseline.yaml")
    >>> ns.compare(s, s, runs=20, engine="reference").verdict
    'No difference that 20 runs can show: each of the 9 issues is resolved on the same day in every one of them, ...'
    """
    runs, n = pair.runs, len(pair.issues)
    if all(issue.same.value == 1 for issue in pair.issues):
        each = f"each of the {n} issues" if n > 1 else "the only issue"
        return (
            f"No difference that {runs:,} runs can show: {each} is resolved on the same day in every "
            "one of them, or in neither scenario."
        )
    shown = [issue for issue in pair.issues if issue.by[pair.on].difference.shown]
    # `Comparison` gives equal titles an addition; two contexts of one title may come without it.
    names = (f'"{pair.other.title}"', f'"{pair.base.title}"')
    if names[0] == names[1]:
        names = (f"the other {names[0]}", "the first")
    start = f"With {names[0]} instead of {names[1]}"
    time = _times(pair)
    if not shown:
        return f"{start}, {runs:,} runs show no difference in what is resolved by {pair.on}. {time}"
    parts = []
    for sign, word in ((1, "more"), (-1, "fewer")):
        these = [issue for issue in shown if issue.by[pair.on].difference.value * sign > 0]
        if these:
            most = max(these, key=lambda issue: abs(issue.by[pair.on].difference.value))
            size = f"({points(most.by[pair.on])})"
            which = f", most of all {most.facts.title} {size}" if n > 1 else f" {size}"
            parts.append(f"{count_of(len(these), n)} resolved in {word} of the runs{which}")
    rest = n - len(shown)
    unclear = f" For the other {rest if rest > 1 else 'one'}, {runs:,} runs show no difference." if rest else ""
    return f"{start}, by {pair.on}, {', and '.join(parts)}.{unclear} {time}"


def _times(pair: Paired) -> str:
    """A sentence on the mean time to resolution over all issues."""
    parts = []
    for sign, word in ((-1, "shorter"), (1, "longer")):
        these = [issue for issue in pair.issues if issue.days.shown and issue.days.value * sign > 0]
        if these:
            most = max(these, key=lambda issue: abs(issue.days.value))
            size = time_words(most.days, pair.runs).partition(", ")[2]
            n = len(pair.issues)
            which = all_words(n) if len(these) == n else f"{len(these)} of {n}"
            parts.append(f"{word} for {which}, most for {most.facts.title} ({size})" if n > 1 else f"{word} ({size})")
    if not parts:
        return f"In the mean time to resolution, {pair.runs:,} runs show no difference."
    return f"The mean time to resolution, up to {pair.last_day}, is {', and '.join(parts)}."


def time_words(days: Estimate, runs: int) -> str:
    """The paired difference of the mean time to resolution, restricted to the common dates, in words.

    >>> time_words(Estimate(-9.2, 0.5, -10.2, -8.2), 100), time_words(Estimate(1.0, 1.0, -1.0, 3.0), 100)
    ('mean time shorter, 9.2 days (95 %: 8.2 to 10.2)', 'mean time without a difference that 100 runs can show')
    >>> time_words(Estimate(-0.3, math.nan, -math.inf, math.inf), 100)
    'mean time shorter, 0.3 days, without an interval because fewer than 10 of 100 pairs differ'
    """
    if math.isnan(days.se) and days.value:
        word = "shorter" if days.value < 0 else "longer"
        few = f"without an interval because fewer than {FEW} of {runs:,} pairs differ"
        return f"mean time {word}, {abs(days.value):.2g} days, {few}"
    if not days.shown:
        return f"mean time without a difference that {runs:,} runs can show"
    word = "shorter" if days.value < 0 else "longer"
    return f"mean time {word}, {span(days.value, days.low, days.high)}"


def span(days: float, low: float, high: float) -> str:
    """The size of a difference in time with its interval: in years if it is many days, in hours if it is few.

    >>> span(-9.2, -10.2, -8.2), span(0.2, 0.1, 0.3), span(733, 602, 865)
    ('9.2 days (95 %: 8.2 to 10.2)', '5 hours (95 %: 2 to 7)', '733 days (95 %: 602 to 865)')
    >>> span(2600, 2200, 3100), span(1, 0.6, 1.4)
    ('7.1 years (95 %: 6.0 to 8.5)', '1.0 days (95 %: 0.6 to 1.4)')
    """
    low, high = sorted((abs(low), abs(high)))
    size, unit = unit_of_span(high)
    values = [value / size for value in (abs(days), low, high)]
    digits = 1 if unit == "years" or (unit == "days" and high < 20) else 0
    text, least, most = (f"{value:.{digits}f}" for value in values)
    return f"{text} {unit if text != '1' else unit[:-1]} (95 %: {least} to {most})"


def unit_of_span(most: float) -> tuple[float, str]:
    """The unit that suits a difference in time of so many days: its length in days, and its name.

    >>> unit_of_span(9.2), unit_of_span(2000.0)
    ((1.0, 'days'), (365.25, 'years'))
    """
    return (365.25, "years") if most > _YEARS else (1 / 24, "hours") if 0 < most < 1 else (1.0, "days")


def points(chance: ChanceDifference) -> str:
    """A difference of probabilities in points, with its interval and both probabilities.

    >>> from negsim.analysis.summary import chance
    >>> less = Estimate(-0.12, 0.015, -0.15, -0.09)
    >>> points(ChanceDifference(chance(430, 1000), chance(310, 1000), less, 0.2, 0.4))
    '12 points fewer of the runs (95 %: 9 to 15), 31 % instead of 43 %'
    """
    digits = _digits(chance.difference)
    low, high = sorted(abs(100 * end) for end in (chance.difference.low, chance.difference.high))
    what = "more" if chance.difference.value > 0 else "fewer"
    size = f"{abs(100 * chance.difference.value):.{digits}f}"
    return (
        f"{size} point{'' if size == '1' else 's'} {what} of the runs (95 %: {low:.{digits}f} to {high:.{digits}f}), "
        f"{100 * chance.other.p:.{digits}f} % instead of {100 * chance.base.p:.{digits}f} %"
    )


def between(estimate: Estimate) -> str:
    """The 95 % interval of a difference of probabilities, in points with signs.

    >>> between(Estimate(0.01, 0.01, -0.01, 0.03))
    '-1 to +3'
    """
    digits = _digits(estimate)
    return f"{_signed(estimate.low, digits)} to {_signed(estimate.high, digits)}"


def signed_points(estimate: Estimate) -> str:
    """A difference of probabilities in points, with its interval.

    >>> signed_points(Estimate(-0.12, 0.015, -0.15, -0.09)), signed_points(Estimate(0.002, 0.001, 0.0004, 0.0036))
    ('-12 (-15 to -9)', '+0.20 (+0.04 to +0.36)')
    """
    return f"{_signed(estimate.value, _digits(estimate))} ({between(estimate)})"


def percent_range(share: Estimate) -> str:
    """A share of the runs as a percentage, with its 95 % interval: with a decimal near 0 and 100 %, if it is narrow.

    >>> percent_range(Estimate(0.051, 0.01, 0.035, 0.074)), percent_range(Estimate(0.0, 0.0, 0.0, 0.0019))
    ('5 (4 to 7)', '0 (0 to 0.2)')
    """
    ends = share.low, share.value, share.high
    digits = 1 if min(share.value, 1 - share.value) < 0.01 and share.high - share.low < 0.05 else 0
    low, value, high = (f"{100 * end:.{digits}f}".removesuffix(".0") for end in ends)
    return f"{value} ({low} to {high})"


def _signed(share: float, digits: int) -> str:
    text = f"{100 * share:+.{digits}f}"
    return text if float(text) else text[1:]


def _digits(estimate: Estimate) -> int:
    """Number of decimals that show the width of an interval and the signs of its ends."""
    narrow = min((estimate.high - estimate.low) / 2, 2 * abs(estimate.low), 2 * abs(estimate.high))
    return min(max(math.ceil(-math.log10(100 * narrow)), 0), 2) if narrow > 0 else 0


def date_words(p50: DateDifference, pair: Paired) -> str:
    """The change of the 50 % date in words."""
    if p50.base is None and p50.other is None:
        return f"neither resolves it in half of the runs by {pair.last_day}"
    before, after = (date_of_pair(day, pair) for day in (p50.base, p50.other))
    if p50.days == 0:
        return f"the 50 % date stays in {before}"
    if before == after:
        return f"the 50 % date stays in {before}, {days_words(p50, pair.runs)}"
    return f"the 50 % date moves from {before} to {after}, {days_words(p50, pair.runs)}"


def date_of_pair(day: date | None, pair: Paired) -> str:
    """A date in the unit that suits the compared dates; a date after them reads ``after`` the last of them."""
    unit = pair.base.asked_unit or unit_for((pair.last_day - pair.start).days + 1)
    return f"after {date_text(pair.last_day, unit)}" if day is None else date_text(day, unit)


def days_words(p50: DateDifference, runs: int) -> str:
    """The change of the 50 % date in days, with its interval, or with its bound if the interval has one end.

    >>> some = date(2026, 1, 1)
    >>> days_words(DateDifference(some, date(2026, 1, 31), 30, 20.0, 41.0), 100)
    '30 days later (95 %: 20 to 41)'
    >>> days_words(DateDifference(some, None, None, 200.0, math.inf), 100)
    'at least 200 days later (95 %)'
    >>> days_words(DateDifference(some, date(2026, 1, 2), 1, -3.0, 5.0), 100)
    'a change that 100 runs cannot show'
    """
    if not p50.shown:
        return f"a change that {runs:,} runs cannot show"
    what = "later" if p50.low > 0 else "earlier"
    low, high = sorted((abs(p50.low), abs(p50.high)))
    if p50.days is None or math.isinf(high):
        return f"at least {low:.0f} days {what} (95 %)"
    size, _, interval = span_of_dates(p50.days, low, high).partition(" (")
    return f"{size} {what} ({interval}"


def span_of_dates(days: int, low: float, high: float) -> str:
    """The size of a difference of two dates with its interval: in days, or in years if it is many days."""
    if high > _YEARS:
        return span(days, low, high)
    return f"{abs(days)} day{'' if abs(days) == 1 else 's'} (95 %: {low:.0f} to {high:.0f})"


def saved_words(pair: Paired) -> str:
    """The gain in precision by shared random numbers, in a sentence.

    >>> import negsim as ns
    >>> s = ns.load("scenarios/baseline.yaml")
    >>> saved_words(ns.compare(s, s, runs=20, engine="reference").pairs[0])
    'The differences by ... have no variance: no pair of runs differs there.'
    """
    ratios = sorted(issue.by[pair.on].saved for issue in pair.issues)
    known = [ratio for ratio in ratios if math.isfinite(ratio)]
    if not known:
        return f"The differences by {pair.on} have no variance: no pair of runs differs there."
    span = f" ({known[0]:.1f} to {known[-1]:.1f} by issue)" if len(known) > 1 else ""
    return (
        f"Shared random numbers divide the variance of the differences by {pair.on} by {pair.saved:.1f}{span}: "
        f"{pair.runs:,} pairs of runs are as precise as {float(f'{pair.runs * pair.saved:.2g}'):,.0f} pairs with "
        "independent seeds."
    )
