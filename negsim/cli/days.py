"""Days in options: a date, a time from the as-of date, or the horizon."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from negsim.errors import NegsimError

if TYPE_CHECKING:
    from negsim.scenario import Scenario


def day(text: str | None) -> date | None:
    """The date in an option, if the option is given.

    Raises:
        NegsimError: the text is not a date.
    """
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise NegsimError(f"a date is written 2025-04-10, but was {text!r}") from None


def default_day_notice(by: str | None) -> str:
    """States how the day was chosen, if the option is not given."""
    return "" if by else "Day: where the probability is nearest to 50 %; --by sets another."


def day_by(text: str | None, scenario: Scenario) -> date | None:
    """The last day that counts: a date, a time from the as-of date, or ``horizon``.

    Raises:
        NegsimError: the text is none of them.

    >>> import negsim as ns
    >>> s = ns.load("baseline")
    >>> [str(day_by(text, s)) for text in ("2026-01-31", "24 months", "2 weeks", "horizon")]
    ['2026-01-31', '2027-04-10', '2025-04-24', '2028-04-08']
    """
    if text is None:
        return None
    from negsim.projection import day_of_text

    try:
        return day_of_text(text, (scenario.as_of, scenario.horizon_date))
    except NegsimError:
        raise NegsimError(
            f'--by takes a date (2027-04-10), a time from the as-of date ("24 months") or horizon, but was {text!r}'
        ) from None
