"""The days from which forecasts are made: in a file, chosen by a rule before anything is scored."""

from __future__ import annotations

import calendar
import os
import re
from datetime import date, timedelta

from negsim.errors import NegsimError, Problem, did_you_mean
from negsim.files import FieldError, Node, day, raise_in_order, read_yaml
from negsim.history.histories import Histories
from negsim.history.negotiations import Talks
from negsim.quantities import UNITS

_UNITS = {"d": "day", "w": "week", "m": "month", "y": "year"}

#: Nothing is learned from a forecast that is cut off at once.
LEAST = 180
#: The most days of one negotiation, so that long silence does not take most of the work.
MOST = 12


def by_rule(talks: Talks, months: int = 6) -> list[date]:
    """Every half year from the first opening, while an issue is open and the record continues for half a year.

    A record with more than `MOST` such days has them at the least multiple of half a year that leaves no more.

    >>> from negsim.history import load
    >>> [str(day) for day in by_rule(load("seeds/histories")["brexit"])]
    ['2017-06-19', '2017-12-19', '2018-06-19']
    """
    first = min((issue.opened for issue in talks.issues if issue.opened), default=None)
    if first is None:
        return []
    last = talks.until - timedelta(days=1 if talks.end == "concluded" else LEAST)
    days: list[date] = []
    while (at := _months_on(first, months * len(days))) <= last:
        days.append(at)
    return days[:: -(-len(days) // MOST) or 1]


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def read_origins(path: str | os.PathLike[str], histories: Histories) -> dict[str, list[date]]:
    """The origins of a file, by talks.

    Raises:
        InputError: With all problems at once.
    """
    node = read_yaml(path)
    form = "chosen: in words; origins: {TALKS: [DAYS]}"
    listed = node.find("origins")
    if listed is None or not listed.mapping:
        raise_in_order([node.problem("a file of origins says from which days to forecast", allowed=form)])
    assert listed is not None
    problems = [
        node.problem(f'there is no key "{key}"', key, allowed=form, on_key=True)
        for key in node.mapping
        if key not in ("chosen", "origins")
    ]
    found: dict[str, list[date]] = {}
    for name, days in listed.mapping.items():
        if name in histories.talks:
            found[name] = _days(days, histories.talks[name], problems)
        else:
            hint = did_you_mean(name, histories.talks)
            message = f'there are no talks "{name}" on record'
            problems.append(listed.problem(message, name, suggestion=hint, on_key=True))
    raise_in_order(problems)
    return found


def _days(node: Node, talks: Talks, problems: list[Problem]) -> list[date]:
    if not isinstance(node.value, list):
        problems.append(node.problem("origins are a list of days", allowed="[2007-06-12, 2007-12-12]"))
        return []
    days: list[date] = []
    for each in node.value:
        try:
            at = day(str(each.value))
        except FieldError as error:
            problems.append(each.problem(str(error), allowed=error.allowed))
            continue
        if at >= talks.until:
            problems.append(each.problem(f"the record of {talks.id} ends on {talks.until}", allowed="an earlier day"))
        elif days and at <= days[-1]:
            problems.append(
                each.problem(f"{at} does not lie after {days[-1]}", allowed="each later than the one before")
            )
        days.append(at)
    return days


def days_of(text: str) -> int:
    """A horizon in whole days: ``3y``, ``3 years``, ``18 months``.

    Raises:
        NegsimError: It is no duration, or not between a quarter and ten years.

    >>> days_of("3y"), days_of("18 months"), days_of("400d")
    (1096, 548, 400)
    """
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([a-z]+)", text.strip().lower())
    unit = found[2].removesuffix("s") if found else ""
    unit = _UNITS.get(unit, unit)
    if found is None or unit not in UNITS["duration"]:
        raise NegsimError(f'a horizon is written 3y, "18 months" or 400d, but was "{text}"')
    days = round(float(found[1]) * UNITS["duration"][unit])
    if not 90 <= days <= 3653:
        raise NegsimError(f"a horizon lies between 90 days and ten years, but was {days} days")
    return days
