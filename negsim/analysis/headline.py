"""Headline figures as a table, as plain data for JSON, and as words."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any

from negsim.agenda import Spent
from negsim.analysis.context import Context
from negsim.analysis.planning import check_probability
from negsim.analysis.summary import Chance, IssueSummary, Summary, chance_by, quantile
from negsim.analysis.time_scale import date_text
from negsim.errors import check_name

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from negsim.analysis.tally import Tally

#: What an issue waits for, as words after "waits for". The two sides appear by name.
WAITS = {
    Spent.DORMANT: "its opening",
    Spent.SUSPENDED: "the end of a suspension",
    Spent.STALLED: "a zone of agreement",
    Spent.BLOCKED: "a prerequisite",
    Spent.IMPLEMENTING: "implementation",
    Spent.PACKAGE: "the rest of its package",
    Spent.OTHERS: "the other issues",
    Spent.MEETING: "a meeting",
    Spent.ROOM: "room on the agenda",
    Spent.BOTH: "both sides",
}


def waits_words(summary: IssueSummary, context: Context) -> str:
    """What an issue waits for most, with its share of the time of the issue; empty if no time passed."""
    waits = summary.waits
    if waits is None:
        return ""
    what, share = waits
    sides = {Spent.SIDE_A: context.sides[0], Spent.SIDE_B: context.sides[1]}
    return f"{sides.get(what) or WAITS[what]} {100 * share:.0f} %"


def terms_words(summary: IssueSummary, context: Context) -> str:
    """The usual terms: ``US 62 %``, or the most frequent option with its share; empty if there are none.

    An issue with a scale states the value first: ``47.0 cents on the dollar (US 62 %)``.
    """
    if summary.terms is None:
        return ""
    if summary.terms.option >= 0:
        return f"{summary.facts.options[summary.terms.option]} ({100 * summary.terms.share:.0f} %)"
    share = f"{context.sides[0]} {100 * summary.terms.share:.0f} %"
    scale = summary.facts.scale
    return share if scale is None else f"{scale.text(summary.terms.share)} ({share})"


def until(day: date | None, context: Context, unit: str = "day") -> str:
    """A date as tables show it; beyond the horizon ``after`` and the last simulated date."""
    return f"after {date_text(context.last_day, unit)}" if day is None else date_text(day, unit)


def headline_frame(summary: Summary) -> pd.DataFrame:
    """A summary as a table, one row per issue and a last row for all of them; see `Projection.summary`."""
    import pandas as pd

    context = summary.context
    rows = []
    for issue in summary.issues:
        row: dict[str, object] = {"issue": issue.facts.id, "title": issue.facts.title, "status_now": issue.facts.status}
        row |= {"p_agreed": issue.agreed.p, "p_resolved": issue.resolved.p, "se": issue.resolved.se}
        row |= _by_columns(issue.by)
        row |= {"p50": until(issue.p50, context), "p80": until(issue.p80, context)}
        row |= {"terms": terms_words(issue, context), "waits_for": waits_words(issue, context)}
        rows.append(row)
    every: dict[str, object] = {"issue": "all", "title": "all issues", "status_now": ""}
    every |= {"p_agreed": summary.all_agreed.p, "p_resolved": summary.all_resolved.p, "se": summary.all_resolved.se}
    every |= _by_columns(summary.all_by)
    every |= {
        "p50": until(summary.all_p50, context),
        "p80": until(summary.all_p80, context),
        "terms": "",
        "waits_for": "",
    }
    return pd.DataFrame([*rows, every]).set_index("issue")


def issue_row(table: pd.DataFrame, issue: str) -> pd.Series[Any]:
    """The row of one issue, or of ``all``, in the table of `headline_frame`.

    Raises:
        NegsimError: there is no such issue.
    """
    check_name(issue, table.index, f'there is no issue "{issue}" in play')
    row: pd.Series[Any] = table.T[issue]
    return row


def quantile_dates(context: Context, tally: Tally, probability: float) -> pd.Series[Any]:
    """The first date by which each issue, and all of them, are resolved in a share of the runs; ``NaT`` for none.

    Raises:
        NegsimError: the probability is not above 0 and at most 1.
    """
    import pandas as pd

    check_probability(probability)
    names = [facts.id for facts in context.issues]
    days = [quantile(counts, probability) for counts in (*tally.resolved, tally.all_resolved)]
    start = pd.Timestamp(context.as_of)
    dates = [start + pd.Timedelta(days=day) if math.isfinite(day) else pd.NaT for day in days]
    return pd.Series(dates, pd.Index([*names, "all"], name="issue"), name="date", dtype="datetime64[s]")


def chances_by(context: Context, counts: npt.NDArray[Any], every: npt.NDArray[Any], on: date) -> pd.DataFrame:
    """The probability of each issue (``counts`` by day) and of all (``every``) by a date, with its standard error.

    Raises:
        NegsimError: the date is outside the time that was simulated.
    """
    import pandas as pd

    day = context.day_of(on)
    rows = [(facts.id, facts.title, chance_by(counts[j], day)) for j, facts in enumerate(context.issues)]
    rows.append(("all", "all issues", chance_by(every, day)))
    return pd.DataFrame([{"issue": name, "title": title, "p": c.p, "se": c.se} for name, title, c in rows]).set_index(
        "issue"
    )


def _by_columns(by: dict[date, Chance]) -> dict[str, object]:
    return {f"{what} {day}": getattr(c, name) for day, c in by.items() for what, name in (("by", "p"), ("se", "se"))}


def data(summary: Summary) -> dict[str, Any]:
    """A summary as plain data: ``issues`` and ``all_resolved``; dates are ISO text, or None beyond the horizon."""
    return {
        "issues": [_issue_data(issue, summary.context) for issue in summary.issues],
        "all_resolved": {
            **vars(summary.all_resolved),
            "by": {str(day): c.p for day, c in summary.all_by.items()},
            "by_se": {str(day): c.se for day, c in summary.all_by.items()},
            "p50": _iso(summary.all_p50),
            "p80": _iso(summary.all_p80),
        },
    }


def _issue_data(issue: IssueSummary, context: Context) -> dict[str, Any]:
    total = sum(issue.spent.values())
    return {
        "id": issue.facts.id,
        "title": issue.facts.title,
        "status_now": issue.facts.status,
        "p_agreed": issue.agreed.p,
        "p_resolved": issue.resolved.p,
        "se": issue.resolved.se,
        "by": {str(day): c.p for day, c in issue.by.items()},
        "by_se": {str(day): c.se for day, c in issue.by.items()},
        "p50": _iso(issue.p50),
        "p80": _iso(issue.p80),
        "p50_range": [_iso(day) for day in issue.p50_range],
        "p80_range": [_iso(day) for day in issue.p80_range],
        "terms": _terms_data(issue, context),
        "waits_for": {what.name.lower(): days / total for what, days in issue.spent.items()} if total > 0 else {},
        "ends": {reason.label: share for reason, share in issue.reasons.items() if share},
        "discussions": issue.discussions,
        "reopened": issue.reopened,
    }


def _terms_data(issue: IssueSummary, context: Context) -> dict[str, Any] | None:
    if issue.terms is None:
        return None
    if issue.terms.option >= 0:
        return {"option": issue.facts.options[issue.terms.option], "share_of_runs": issue.terms.share}
    scale = issue.facts.scale
    value = {} if scale is None else {"value": scale.value(issue.terms.share), "unit": scale.unit}
    return {"side": context.side_ids[0], "share": issue.terms.share, **value}


def _iso(day: date | None) -> str | None:
    return None if day is None else str(day)
