"""Dates and times of a scenario as of another day: what has passed is out, and what is still to come is nearer."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from statistics import NormalDist
from typing import TYPE_CHECKING

from negsim.errors import ComplaintsError
from negsim.files import Node
from negsim.quantities import Draw, Fixed, Parameter, Quantity, law, parse_day, parse_plain
from negsim.scenario.node_tools import at, mapping_like, put, with_source, without
from negsim.scenario.shared_draws import referred
from negsim.scenario.talks_models import SuspendMark

if TYPE_CHECKING:
    from negsim.scenario.resolved import Resolved
    from negsim.scenario.talks_models import Shock

#: Equally likely values of a time that is left.
_VALUES = 199


def without_past_dates(node: Node, scenario: Resolved, on: date) -> Node:
    """The file without a deadline, dates of shocks and pending shocks of the past; patience tied to them is out.

    A pending shock whose time is a parameter has not come: the parameter gets the law of the time that is left. Of
    values that are drawn together, the rows in which it has not come are left. A shock of the file's own day that
    suspends issues until then does so on the new day.
    """
    over = scenario.deadline is not None and scenario.deadline.date < on
    if over:
        node = without(node, "deadline")
    node = _patience(node, on, over)
    left = _times_left(node, scenario, (on - scenario.as_of).days)
    for joint, rows in _rows_left(scenario, left, (on - scenario.as_of).days).items():
        node = _with_rows(node, joint, rows)
    for name, values in left.items():
        node = _with_time_left(node, name, values, scenario, on)
    shocks = at(node, "shocks")
    moved = {name: _shock(name, shock, scenario, on, set(left)) for name, shock in shocks.mapping.items()}
    return put(node, "shocks", mapping_like(shocks, moved)) if moved else node


def _shock(name: str, shock: Node, scenario: Resolved, on: date, left: set[str]) -> Node:
    if (dates := shock.find("dates")) is not None:
        if name in scenario.shocks and _waits_for(scenario.shocks[name], scenario.as_of) & left:
            items = [put(item, "date", on.isoformat()) for item in dates.items]
        else:
            items = [item for item in dates.items if parse_day(at(item, "date").value) >= on]
        shock = put(shock, "dates", Node(items, dates.place))
    if (pending := shock.find("pending")) is not None:
        days = (on - scenario.as_of).days
        items = [rest for item in pending.items if (rest := _pending(item, days, left)) is not None]
        shock = put(shock, "pending", Node(items, pending.place))
    return shock


def _pending(item: Node, days: int, left: set[str]) -> Node | None:
    """The time of a pending shock after the days; None if they have passed."""
    if set(item.mapping) == {"parameter"}:
        return item if at(item, "parameter").value in left else None
    time = _plain(item)
    return Node.of(f"{time - days} days", item.place) if time is not None and 0 <= days <= time else None


def _plain(node: Node) -> float | None:
    try:
        return parse_plain(node.data, "duration")
    except (ComplaintsError, TypeError):
        return None


# ------------------------------------------------------------------------------- shocks whose time is a parameter


def _times_left(node: Node, scenario: Resolved, days: int) -> dict[str, tuple[float, ...]]:
    """For each parameter that only gives the time of pending shocks: equally likely values of the time left."""
    times = Counter(
        time.name
        for shock in scenario.shocks.values()
        for time in shock.pending
        if isinstance(time, Parameter) and (time.times, time.plus) == (1.0, 0.0)
    )
    uses = Counter(referred(node.data))
    for shock in scenario.shocks.values():
        for name in _waits_for(shock, scenario.as_of):
            uses[name] -= len(shock.marks)
    names = [name for name, n in times.items() if uses[name] == n]
    rows = _rows_left(scenario, names, days)
    found = {name: _time_left(scenario.parameters[name].value, days, rows) for name in names}
    return {name: values for name, values in found.items() if values}


def _rows_left(scenario: Resolved, names: Iterable[str], days: int) -> dict[str, list[int]]:
    """By the name of values that are drawn together: the rows in which no time of these parameters has passed."""
    together = [draw for name in names if isinstance(draw := scenario.parameters[name].value, Draw) and draw.joint]
    return {
        draw.joint: [
            row
            for row in range(len(draw.values))
            if days >= 0 and all(each.values[row] >= days for each in together if each.joint == draw.joint)
        ]
        for draw in together
    }


def _waits_for(shock: Shock, own: date) -> set[str]:
    """The parameter until which a shock of the scenario's own day suspends issues, if that is all that it does."""
    marks = [mark.duration for mark in shock.marks if isinstance(mark, SuspendMark)]
    names = {time.name for time in marks if isinstance(time, Parameter) and (time.times, time.plus) == (1.0, 0.0)}
    whole = len(marks) == len(shock.marks) and len(names) == 1 and {one.date for one in shock.dates} == {own}
    return names if whole and all(isinstance(time, Parameter) for time in marks) else set()


def _time_left(quantity: Quantity, days: int, rows: Mapping[str, Sequence[int]]) -> tuple[float, ...]:
    """The law of the quantity, given that it is above the days, less the days; nothing if it cannot be."""
    if days < 0:
        return ()
    if isinstance(quantity, Fixed):
        return (quantity.value - days,) if quantity.value >= days else ()
    if not isinstance(quantity, Draw):
        return ()
    if quantity.joint:
        return tuple(quantity.values[row] - days for row in rows[quantity.joint])
    share_by, value_at = _functions(quantity)
    before = share_by(days)
    if before >= 1.0:
        return ()
    shares = [before + (1.0 - before) * (k + 0.5) / _VALUES for k in range(_VALUES)]
    return tuple(max(value_at(share) - days, 0.0) for share in shares)


def _functions(draw: Draw) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """The distribution function and its inverse; of the usual family without `scipy.stats`, whose import takes long."""
    numbers = {name: number.value for name, number in draw.numbers.items() if isinstance(number, Fixed)}
    if draw.family == "lognormal" and numbers["median"] < numbers["q90"]:
        spread = math.log(numbers["q90"] / numbers["median"]) / NormalDist().inv_cdf(0.9)
        normal = NormalDist(math.log(numbers["median"]), spread)
        return lambda x: normal.cdf(math.log(x)) if x > 0 else 0.0, lambda u: math.exp(normal.inv_cdf(u))
    whole = law(draw)
    return lambda x: float(whole.cdf(x)), lambda u: float(whole.ppf(u))


def _with_rows(node: Node, joint: str, rows: Sequence[int]) -> Node:
    """The tree with some rows only of the values that are drawn together under a name."""
    if isinstance(node.value, list):
        return Node([_with_rows(item, joint, rows) for item in node.value], node.place)
    if not isinstance(node.value, dict):
        return node
    if at(node, "joint").value == joint and (values := node.find("values")) is not None:
        return put(node, "values", Node([values.items[row] for row in rows], values.place))
    return Node({key: _with_rows(child, joint, rows) for key, child in node.mapping.items()}, node.place, node.keys)


def _with_time_left(node: Node, name: str, values: tuple[float, ...], scenario: Resolved, on: date) -> Node:
    own, texts = scenario.as_of, [f"{value:.5g} days" for value in values]
    old = scenario.parameters[name].value
    together = {"joint": old.joint} if isinstance(old, Draw) and old.joint else {}
    value = texts[0] if len(texts) == 1 and not together else {"empirical": {"values": texts, **together}}
    words = f"; {len(texts)} equally likely values" if len(texts) > 1 else ""
    reason = (
        f"arithmetic: the time from {own}, given that it has not ended by {on}, less the days that have passed{words}"
    )
    parameters = at(node, "parameters")
    return put(
        node, "parameters", put(parameters, name, with_source(put(at(parameters, name), "value", value), reason))
    )


# ------------------------------------------------------------------------------------------------------- patience


def _patience(node: Node, on: date, deadline_over: bool) -> Node:
    """The tree with a patience of one day where it was tied to a date that has passed."""
    if isinstance(node.value, list):
        return Node([_patience(item, on, deadline_over) for item in node.value], node.place)
    if not isinstance(node.value, dict):
        return node
    until = at(node, "until").value
    past = deadline_over if until == "deadline" else until != {} and parse_day(until) <= on
    if past:
        return Node.of("1 day", node.place)
    return Node(
        {key: _patience(child, on, deadline_over) for key, child in node.mapping.items()}, node.place, node.keys
    )
