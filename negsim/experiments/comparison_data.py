"""Plain data of a comparison for JSON."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from negsim.analysis import comparison_sentences as verdicts

if TYPE_CHECKING:
    from negsim.analysis import IssueComparison, Paired


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
