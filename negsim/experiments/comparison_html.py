"""HTML of a comparison for notebooks."""

from __future__ import annotations

from collections.abc import Sequence

from negsim.analysis import IssueComparison, Paired
from negsim.analysis import comparison_sentences as verdicts
from negsim.files import render
from negsim.scenario import Difference

_HEADS = (
    "issue",
    "A, %",
    "{}, %",
    "difference in points (95 %)",
    "50 % in A",
    "50 % in {}",
    "earlier in {}, %",
    "verdict",
)


def comparison_html(
    labels: Sequence[str],
    pairs: Sequence[Paired],
    assumed: Sequence[Sequence[Difference]],
    provenance: str,
    notes: Sequence[str],
) -> str:
    """For each of the others: a table of the issues, the verdict and the different assumptions; then notes."""
    others = [
        {
            "label": label,
            "title": f"A {pair.base.title}, {label} {pair.other.title}: resolved by {pair.on}",
            "heads": [part.format(label) for part in _HEADS],
            "rows": [_row(issue, pair) for issue in (*pair.issues, pair.every)],
            "verdict": verdicts.verdict(pair),
            "different": [difference.words for difference in different],
            "saved": verdicts.saved_words(pair),
        }
        for label, pair, different in zip(labels[1:], pairs, assumed, strict=True)
    ]
    return render("experiments/comparison.html", others=others, foot=" ".join([f"{provenance}.", *notes]))


def _row(issue: IssueComparison, pair: Paired) -> list[str]:
    found = issue.by[pair.on]
    return [
        issue.facts.title,
        *(f"{100 * chance.p:.0f}" for chance in (found.base, found.other)),
        verdicts.signed_points(found.difference),
        *(verdicts.date_of_pair(day, pair) for day in (issue.p50.base, issue.p50.other)),
        verdicts.percent_range(issue.earlier),
        verdicts.issue_verdict(issue, pair),
    ]
