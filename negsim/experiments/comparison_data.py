"""Plain data of a comparison for JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from negsim.analysis import comparison_sentences as verdicts

if TYPE_CHECKING:
    from negsim.analysis import IssueComparison, Paired
    from negsim.projection import Projection
    from negsim.scenario import Difference


def comparison_data(
    labels: Sequence[str],
    projections: Sequence[Projection],
    pairs: Sequence[Paired],
    assumed: Sequence[Sequence[Difference]],
    notes: list[str],
) -> dict[str, Any]:
    """A comparison as plain data; ``assumed`` has the different assumptions of each pair."""
    base = projections[0]
    return {
        "runs": base.runs,
        "seed": base.seed,
        "luck": base.luck,
        "scenarios": [
            {
                "label": label,
                "title": p.scenario.title,
                "as_of": str(p.scenario.as_of),
                "horizon": str(p.scenario.horizon_date),
                "engine": p.engine,
                "hash": p.hash,
                "versions": dict(p.versions),
            }
            for label, p in zip(labels, projections, strict=True)
        ],
        "comparisons": [
            {
                "base": "A",
                "other": label,
                "from": str(pair.start),
                "to": str(pair.last_day),
                "by": str(pair.on),
                "verdict": verdicts.verdict(pair),
                "variance_saved": finite(pair.saved),
                "issues": [issue_data(issue, pair) for issue in pair.issues],
                "all_resolved": issue_data(pair.every, pair),
                "only_base": [facts.id for facts in pair.only_base],
                "only_other": [facts.id for facts in pair.only_other],
                "differences": [difference.data() for difference in different],
            }
            for label, pair, different in zip(labels[1:], pairs, assumed, strict=True)
        ],
        "notes": notes,
    }


def issue_data(issue: IssueComparison, pair: Paired) -> dict[str, Any]:
    """The figures of an issue; dates are ISO text, null for what is not reached or has no bound."""
    return {
        "id": issue.facts.id,
        "title": issue.facts.title,
        "by": {
            str(day): {
                "p_base": found.base.p,
                "p_other": found.other.p,
                "difference": found.difference.data(),
                "variance_saved": finite(found.saved),
            }
            for day, found in issue.by.items()
        },
        "p50": {
            "base": None if issue.p50.base is None else str(issue.p50.base),
            "other": None if issue.p50.other is None else str(issue.p50.other),
            "days": issue.p50.days,
            "low": finite(issue.p50.low),
            "high": finite(issue.p50.high),
        },
        "mean_days": issue.days.data(),
        "earlier": issue.earlier.data(),
        "same": issue.same.data(),
        "later": issue.later.data(),
        "neither": issue.neither,
        "verdict": verdicts.issue_verdict(issue, pair),
    }


def finite(value: float) -> float | None:
    """The value, or None if it is not finite."""
    return value if math.isfinite(value) else None
