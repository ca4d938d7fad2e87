"""Conditional questions: the runs of a projection in which something holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from negsim.errors import ComplaintsError, NegsimError, check_name, one_of
from negsim.projection.scenario_context import day_of_text

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from negsim.projection.results import Results

R = TypeVar("R", bound="Results")
_WORDS = {"resolved_by": "resolved by", "not_resolved_by": "not resolved by", "agreed_by": "agreed by"}
_LIMITS = {"at_most": "at most", "at_least": "at least"}
_WRITTEN = '"banking by 2026-01-01", "banking not by ..." or "us_patience at most 1 year", "... at least ..."'


@dataclass(frozen=True)
class Condition:
    """The runs in which a condition holds, and the condition in words."""

    words: str
    holds: npt.NDArray[np.bool_]


def condition(projection: Results, issue: str, limits: Mapping[str, str | float | date | None]) -> Condition:
    """A condition on the date of an issue or on what is drawn for a parameter, checked in each run.

    Raises:
        NegsimError: there is no such issue, parameter or date, not exactly one limit, or the outcomes were not kept.
    """
    import numpy as np

    stated = [(kind, value) for kind, value in limits.items() if value is not None]
    if len(stated) != 1:
        raise NegsimError(f"a condition takes one of {one_of([*_WORDS, *_LIMITS])}")
    kind, value = stated[0]
    if kind in _LIMITS:
        return _on_parameter(projection, issue, kind, str(value))
    ids = [facts.id for facts in projection.context.issues]
    check_name(issue, ids, f'there is no issue "{issue}" in play')
    assert not isinstance(value, float)
    on = day_of_text(value, (projection.context.as_of, projection.context.horizon))
    day = projection.context.day_of(on)
    times = projection.outcomes["agreed" if kind == "agreed_by" else "resolved"][:, ids.index(issue)]
    within = np.floor(np.where(np.isnan(times), np.inf, times)) <= day
    return Condition(f"given {issue} {_WORDS[kind]} {on}", ~within if kind == "not_resolved_by" else within)


def _on_parameter(projection: Results, name: str, kind: str, text: str) -> Condition:
    """A condition on what a run draws for a named parameter of the scenario."""
    from negsim.quantities import Fixed, parse_plain
    from negsim.simulation import compile

    drawn = [key for key, one in projection.scenario.parameters.items() if not isinstance(one.value, Fixed)]
    check_name(name, drawn, f'there is no parameter "{name}" that is drawn')
    compiled, path = compile(projection.scenario), f"parameters.{name}"
    number = re.fullmatch(r"-?[0-9]+\.?[0-9]*", text)
    try:
        limit = parse_plain(float(text) if number else text, compiled.assumptions[path])
    except ComplaintsError as error:
        wrong, allowed = str(error).replace("{what}", f"the limit of {name}"), error.items[0].allowed
        raise NegsimError(f"{wrong}; allowed: {allowed}") from None
    numbers = projection.numbers
    column = list(compiled.assumptions).index(path)
    values = compiled.assumed(projection.seed, 0, int(numbers.max()) + 1)[numbers, column]
    holds = values <= limit if kind == "at_most" else values >= limit
    return Condition(f"given {name} {_LIMITS[kind]} {text}", holds)


def read_condition(projection: R, text: str) -> R:
    """The runs of a condition in words, such as ``banking not by 2026-01-01`` or ``us_patience at most 1 year``.

    Raises:
        NegsimError: it is not written so, or as for `condition`.
    """
    limited = re.fullmatch(r"(\S+)\s+at\s+(most|least)\s+(.+)", text.strip())
    if limited is not None:
        name, which, value = limited.groups()
        return conditional(projection, condition(projection, name, {f"at_{which}": value}))
    found = re.fullmatch(r"(\S+)\s+(?:(not)\s+)?by\s+(.+)", text.strip())
    if found is None:
        raise NegsimError(f'a condition is written {_WRITTEN}, but was "{text}"')
    issue, negated, on = found.groups()
    limit = "not_resolved_by" if negated else "resolved_by"
    return conditional(projection, condition(projection, issue, {limit: on}))


def conditional(projection: R, on: Condition) -> R:
    """The projection of the runs in which a condition holds.

    Raises:
        NegsimError: it holds in none.
    """
    from negsim.analysis import count

    number = int(on.holds.sum())
    if number == 0:
        raise NegsimError(f"in none of the {projection.runs:,} runs: {on.words}")
    outcomes, rows = projection.outcomes[on.holds], projection.run_table[on.holds]
    context = projection.context
    tally = count(outcomes, rows, context.horizon_days, max(len(facts.options) for facts in context.issues))
    numbers = tuple(int(n) for n in projection.numbers[on.holds])
    words = f"{projection.condition}, {on.words}" if projection.condition else on.words
    return replace(
        projection, tally=tally, kept=(outcomes, rows), folder=None, precision=None, condition=words, selected=numbers
    )
