"""Comparison: differences in the share of runs that resolve each issue, and in the mean time to resolution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from negsim.analysis.comparison_sentences import issue_verdict, unit_of_span
from negsim.analysis.paired import Paired
from negsim.analysis.view import View
from negsim.files import Columns

if TYPE_CHECKING:
    import pandas as pd

    from negsim.analysis.estimates import Estimate


def comparison(labels: Sequence[str], pairs: Sequence[Paired], note: str = "") -> View:
    """The differences of other scenarios from the first one: a row for each of the others and each issue in both.

    Args:
        labels: labels of all scenarios, the first one first.
        pairs: the first scenario with each of the others.
        note: what was computed.
    """
    base, others = pairs[0].base, list(zip(labels[1:], pairs, strict=True))
    rows = Columns.of_records(_rows(labels, pairs))
    ends = [abs(end) for name in ("mean_days", "mean_days_low", "mean_days_high") for end in rows[name]]
    size, unit = unit_of_span(max(end for end in ends if math.isfinite(end)))
    days = {pair.on for pair in pairs}
    by = f" by {pairs[0].on}" if len(days) == 1 else ""
    names = [f"{label}: {pair.other.title}" + ("" if by else f" (by {pair.on})") for label, pair in others]
    note += (
        f" {labels[0]}: {base.title}. Differences from {labels[0]} in pairs of runs with the same random draws. Lines: "
        "95 % intervals of the simulation. Hollow: the interval contains 0, or too few pairs differ for one. Mean time "
        f"up to {pairs[0].last_day}: a run that does not resolve the issue by then counts with that day."
    )
    # One after the other, more than two are told in short.
    verdict = "; ".join(_sentence(_names(label, labels[0], pair), pair, len(others) > 2) for label, pair in others)
    facts = {"names": names, "size": size, "unit": unit, "by": by}
    return View(replace(base, title=base.talks), rows, verdict, note.strip(), facts)


def comparison_table(labels: Sequence[str], pairs: Sequence[Paired]) -> pd.DataFrame:
    """All figures of the pairs: a row for each of the others and each issue in both, with ``all`` as the last."""
    import pandas as pd

    return pd.DataFrame(_rows(labels, pairs))


def _rows(labels: Sequence[str], pairs: Sequence[Paired]) -> list[dict[str, Any]]:
    rows = []
    for label, pair in zip(labels[1:], pairs, strict=True):
        for issue in (*pair.issues, pair.every):
            found = issue.by[pair.on]
            row: dict[str, Any] = {"scenario": label, "issue": issue.facts.id, "title": issue.facts.title}
            row |= {"by": pair.on, "p_base": found.base.p, "p_other": found.other.p}
            row |= estimate_columns("difference", "", found.difference)
            row |= {"p50_base": issue.p50.base, "p50_other": issue.p50.other}
            row |= {"p50_days": math.nan if issue.p50.days is None else float(issue.p50.days)}
            row |= {"p50_low": issue.p50.low, "p50_high": issue.p50.high}
            row |= estimate_columns("mean_days", "mean_days_", issue.days)
            for name in ("earlier", "same", "later"):
                row |= estimate_columns(name, f"{name}_", getattr(issue, name))
            row |= {"neither": issue.neither, "saved": found.saved}
            rows.append(row | {"verdict": issue_verdict(issue, pair)})
    return rows


def estimate_columns(name: str, prefix: str, estimate: Estimate) -> dict[str, float]:
    """An estimate as columns of a table: its value under its name, then error and interval."""
    return {name: estimate.value} | {f"{prefix}{key}": getattr(estimate, key) for key in ("se", "low", "high")}


def _names(label: str, first: str, pair: Paired) -> tuple[str, str]:
    """The titles of the other and of the first scenario; their labels if the titles are equal."""
    titles = (pair.other.title, pair.base.title)
    return (label, first) if titles[0] == titles[1] else titles


def _sentence(names: tuple[str, str], pair: Paired, short: bool = False) -> str:
    """How many issues differ, and in which direction; in short without the mean time unless nothing else differs."""
    shares = [issue.by[pair.on].difference for issue in pair.issues]
    times = [issue.days for issue in pair.issues]
    found = [
        (_count(shares, 1), f"more often by {pair.on}"),
        (_count(shares, -1), f"less often by {pair.on}"),
        (_count(times, -1), "earlier on average"),
        (_count(times, 1), "later on average"),
    ]
    parts = [f"{number} {words}" for number, words in found if number]
    if not parts:
        return f"{names[0]} shows no difference from {names[1]} in {pair.runs:,} runs"
    if short:
        parts = [part for part in parts if "average" not in part] or parts[:1]
    number, _, words = parts[0].partition(" ")
    issues = f"{number} of {len(pair.issues)} issues"
    if len(pair.issues) == 1:
        issues, words, parts = "the only issue", " and ".join(part.partition(" ")[2] for part in parts), []
    return f"{names[0]} resolves {issues} {', '.join([words, *parts[1:]])}"


def _count(estimates: Sequence[Estimate], sign: int) -> int:
    return sum(each.shown and each.value * sign > 0 for each in estimates)
