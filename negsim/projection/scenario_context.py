"""The names and dates of a scenario for the analyses, and dates read from text."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from negsim.errors import NegsimError

if TYPE_CHECKING:
    from negsim.analysis import Context
    from negsim.scenario import Scenario


def day_of_text(value: str | date) -> date:
    """A date from text such as 2026-04-10.

    Raises:
        NegsimError: it is not a date.

    >>> day_of_text("2026-04-10").year
    2026
    """
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise NegsimError(f"a date is written 2026-04-10, but was {value!r}") from None


def context_of(scenario: Scenario) -> Context:
    """The names and dates of a scenario for the analyses."""
    from negsim.analysis import Context, Entry, IssueFacts, Names, Round

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
