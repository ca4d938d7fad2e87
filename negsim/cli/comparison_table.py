"""The text of a comparison: a table of the issues, sentences, different assumptions, notes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from negsim.analysis import comparison_sentences as verdicts
from negsim.analysis import waiting_words
from negsim.files import TextPage, TextStyle

if TYPE_CHECKING:
    from negsim.analysis import IssueComparison, Paired
    from negsim.experiments import Comparison


def comparison_table(comparison: Comparison, look: TextStyle) -> str:
    """A comparison as text that fits the width."""
    page = TextPage(look).title(comparison.baseline.context.talks)
    for label, name in zip(comparison.labels, comparison.names, strict=True):
        page.add(f"{label}: {name}", "   ")
    page.note(f"{comparison.provenance}.")
    for number, (label, pair) in enumerate(zip(comparison.labels[1:], comparison.pairs, strict=True)):
        page.add().add(f"{label} against A: % of runs resolved by {pair.on}")
        longer = _longer_waits(comparison, number)
        rows = [_row(issue, label, pair, longer.get(issue.facts.id, "")) for issue in pair.issues]
        heads = ("issue", "A", label, f"{label} - A (95 %)", "50 % in A", f"50 % in {label}")
        page.table(heads, (5, 5, 23, 14, 14), [*rows, None, _row(pair.every, label, pair)], beside=True)
        page.add().add(verdicts.verdict(pair))
        different = [difference.words for difference in comparison.differences(number)]
        page.add().title(f"Different assumptions in {label}{'' if different else ': none'}").items(different)
        page.add().add(verdicts.saved_words(pair))
    return page.add().items(comparison.notes, "", "dim").text


def _row(issue: IssueComparison, label: str, pair: Paired, longer: str = "") -> tuple[str, list[str], str]:
    found = issue.by[pair.on]
    figures = [f"{100 * chance.p:.0f}" for chance in (found.base, found.other)]
    figures += [verdicts.signed_points(found.difference)]
    figures += [verdicts.date_of_pair(day, pair) for day in (issue.p50.base, issue.p50.other)]
    if issue.same.value == 1:
        return issue.facts.title, figures, "the same in every run"
    details = f"{label} earlier in {verdicts.percent_range(issue.earlier)} % of runs, later in "
    details += f"{verdicts.percent_range(issue.later)} %, the same in {100 * issue.same.value:.0f} %"
    if issue.neither:
        details += f" (never in either {100 * issue.neither:.0f} %)"
    if issue.days.shown or math.isnan(issue.days.se):
        details += f"; {verdicts.time_words(issue.days, pair.runs)}"
    worse = issue.later.low > issue.earlier.high
    return issue.facts.title, figures, f"{details}; {longer}" if worse and longer else details


def _longer_waits(comparison: Comparison, number: int) -> dict[str, str]:
    """The cause of delay that grows most, for each issue: the largest increase of its mean waiting time."""
    base, other = comparison.baseline, comparison.projections[number + 1]
    before = {issue.facts.id: issue.spent for issue in base.digest.issues}
    found = {}
    for issue in other.digest.issues:
        if issue.facts.id not in before or base.context.horizon_days != other.context.horizon_days:
            continue
        more = {what: days - before[issue.facts.id][what] for what, days in issue.spent.items()}
        most = max(more, key=lambda what: more[what])
        if more[most] >= 1:
            words = waiting_words(most, other.context)
            found[issue.facts.id] = f"waits {more[most]:.0f} days longer for {words} on average"
    return found
