"""The projections of a timeline as plain data: two charts and a table."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from negsim.analysis import add_months, equal_courses
from negsim.errors import NegsimError
from negsim.monitoring import STEPS
from negsim.reporting import PARTS, line

if TYPE_CHECKING:
    from negsim.monitoring import Timeline
    from negsim.scenario import Scenario


#: The most days of a timeline.
_MOST = 60


def days_of(scenario: Scenario, days: Any) -> list[date]:
    """The days of a timeline: one each ``month``, ``quarter`` or ``year``, or a number of them, evenly spaced.

    Raises:
        NegsimError: ``days`` is neither, or the record ends on the as-of date.
    """
    first, last = _span(scenario)
    if first >= last:
        raise NegsimError(f"the record has nothing after {first}, so there is one projection only")
    if type(days) is int and 2 <= days <= _MOST:
        apart = (last - first).days / (days - 1)
        return sorted({first + timedelta(days=round(apart * k)) for k in range(days)})
    if not isinstance(days, str) or days not in STEPS:
        raise NegsimError(f"days is one of {', '.join(STEPS)}, or a number from 2 to {_MOST}")
    found = [first]
    while (following := add_months(first, STEPS[days] * len(found))) <= last:
        found.append(following)
    return found


def _span(scenario: Scenario) -> tuple[date, date]:
    """The first and the last day for which there are a record and a projection."""
    record = scenario.record
    known = record.rounds or record.targets or any(issue.history for issue in record.issues.values())
    return scenario.as_of, min(record.last_day, scenario.horizon - timedelta(days=1)) if known else scenario.as_of


def history(scenario: Scenario, timeline: Timeline | None) -> dict[str, Any]:
    """The days between which a scenario can have a timeline, and its timeline if there is one."""
    first, last = _span(scenario)
    found: dict[str, Any] = {"what": "history", "first": str(first), "last": str(last), "possible": first < last}
    if timeline is None:
        return found | {"charts": [], "rows": [], "note": ""}
    data = timeline.data()
    later = timeline.scenario.record.last_day < scenario.record.last_day
    note = f"{data['runs']:,} runs for each day, seed {data['seed']}. Each projection knows the record of its day only."
    if later:
        note += f" The record has grown since, up to {scenario.record.last_day}: compute it again."
    return found | {"charts": [_chances(data), _left(data)], "rows": _rows(data), "days": data["days"], "note": note}


def _chances(data: dict[str, Any]) -> dict[str, Any]:
    days, by = data["days"], data["by"]
    most = max(data["issues"], key=lambda issue: abs(issue["p"][-1] - issue["p"][0]))
    shares = {str(n): issue["p"] for n, issue in enumerate(data["issues"])}
    groups = [[data["issues"][int(n)] for n in names] for names in equal_courses(shares)]
    series = [
        line(_named([issue["title"] for issue in group]), f"part{n % PARTS} dash{n // 5 % 3}", group[0]["p"])
        for n, group in enumerate(groups)
    ]
    words = (
        f"{most['title']} changes most, from {100 * most['p'][0]:.0f} % on {days[0]} to {100 * most['p'][-1]:.0f} % "
    )
    return _over_days(data, f"Probability that an issue is resolved by {by}, as of each day", f"{words}on {days[-1]}",
                      series, top=1, percent=True)  # fmt: skip


def _named(titles: list[str]) -> str:
    """The name of a line that several issues share."""
    return " and ".join(titles) if len(titles) < 3 else f"{titles[0]} and {len(titles) - 1} others"


def _left(data: dict[str, Any]) -> dict[str, Any]:
    days, left, every = data["days"], data["expected_left"], len(data["issues"])
    words = f"{left[0]:.1f} of {every} on {days[0]}, {left[-1]:.1f} on {days[-1]}"
    series = [line("expected number", "main", left)]
    return _over_days(
        data, f"Expected number of issues unresolved by {data['by']}, as of each day", words, series, top=every
    )


def _over_days(
    data: dict[str, Any], title: str, words: str, series: list[dict[str, Any]], **more: Any
) -> dict[str, Any]:
    """A chart with a point for each day of the timeline, and the events of the record."""
    return {
        "kind": "time", "title": title, "words": words, "x": data["days"], "as_of": data["days"][0],
        "runs": data["runs"], "points": True, "series": series, "events": data["events"], **more,
    }  # fmt: skip


def _rows(data: dict[str, Any]) -> list[list[str]]:
    """For each issue: title, first and last probability, their difference, first and last 50 % date, flip-flop."""
    after = f"after {data['by']}"
    return [
        [
            issue["title"],
            f"{100 * issue['p'][0]:.0f} %",
            f"{100 * issue['p'][-1]:.0f} %",
            f"{change:+d}" if (change := round(100 * (issue["p"][-1] - issue["p"][0]))) else "0",
            issue["p50"][0] or after,
            issue["p50"][-1] or after,
            "" if issue["flip_flop"] is None else f"{issue['flip_flop']:.3f}",
        ]
        for issue in data["issues"]
    ]
