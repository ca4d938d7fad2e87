"""The names and dates of a scenario for the analyses, and dates read from text."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from negsim.errors import NegsimError

if TYPE_CHECKING:
    from negsim.analysis import Context
    from negsim.scenario import Scenario


def day_of_text(value: str | date, ends: tuple[date, date] | None = None) -> date:
    """A date from text such as 2026-04-10.

    With the as-of date and the horizon as ``ends``, it may also be a time from the as-of date (``24 months``) or
    ``horizon``, the last simulated day.

    Raises:
        NegsimError: it is none of these.

    >>> day_of_text("2026-04-10").year
    2026
    >>> ends = date(2025, 4, 10), date(2028, 4, 10)
    >>> str(day_of_text("2 weeks", ends)), str(day_of_text("horizon", ends))
    ('2025-04-24', '2028-04-09')
    """
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        if ends is None:
            raise NegsimError(f"a date is written 2026-04-10, but was {value!r}") from None
    if value == "horizon":
        return ends[1] - timedelta(days=1)
    from negsim.analysis import milestone

    try:
        return milestone(ends[0], str(value)).date
    except NegsimError:
        allowed = 'a date (2026-04-10), a time from the as-of date ("24 months") or "horizon"'
        raise NegsimError(f"a day is {allowed}, but was {value!r}") from None


def context_of(scenario: Scenario) -> Context:
    """The names and dates of a scenario for the analyses."""
    from negsim.analysis import Context, Entry, IssueFacts, Names, Round, Scale

    agenda = scenario.agenda
    a, b = scenario.sides
    titles = {side: agenda.sides[side].title for side in scenario.sides}
    return Context(
        title=scenario.title,
        talks=agenda.title,
        as_of=scenario.as_of,
        horizon=scenario.horizon_date,
        sides=(titles[a], titles[b]),
        side_ids=(a, b),
        issues=tuple(
            IssueFacts(
                id=name,
                title=agenda.issues[name].short_title,
                status=issue.start.status,
                options=tuple(option.title for option in issue.options),
                scale=None
                if issue.scale is None
                else Scale(issue.scale.unit, issue.scale.demands[a], issue.scale.demands[b]),
                history=tuple(
                    Entry(change.date.earliest, change.date.latest, change.status)
                    for change in agenda.issues[name].changes
                    if change.date.latest <= scenario.as_of
                ),
            )
            for name, issue in scenario.issues.items()
        ),
        rounds=tuple(Round(r.date.earliest, r.date.latest, r.title) for r in agenda.rounds.values()),
        names=Names(
            packages=tuple(package.title for package in scenario.packages.values()),
            package_ids=tuple(scenario.packages),
            channels=tuple(channel.title for channel in scenario.channels.values()),
            shocks=tuple(shock.title for shock in scenario.shocks.values()),
            regimes=tuple(scenario.climate.regimes),
        ),
    )
