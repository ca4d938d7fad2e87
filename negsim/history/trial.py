"""The whole backtest: all forecasts beside each other, ours taken apart, and how sure the differences are."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from negsim.errors import NegsimError
from negsim.history.backtest import HORIZON, KINDS, Scored, score
from negsim.history.baselines import BASELINES
from negsim.history.bootstrap import Difference, difference
from negsim.history.model import ABLATION, OURS
from negsim.history.talks import Histories
from negsim.quantities import UNITS

#: What each of ours is held against: the strongest baseline that knows as much.
AGAINST = (
    ("one, no targets", "per meeting"),
    ("ours, no targets", "per meeting"),
    ("ours, one variant", "target x slip"),
    ("ours", "target x slip"),
)

#: What is forecast without hindsight too: what needs little to learn from.
EARLY = ("per meeting", "target x slip", "ours, no targets", "ours")
#: What is forecast with dates from memory too.
REMEMBERED = ("per meeting", "target x slip", *OURS)

_UNITS = {"d": "day", "w": "week", "m": "month", "y": "year"}


@dataclass(frozen=True)
class Trial:
    """The scores of all methods, and the differences.

    If they were asked for: ``ablation``, our forecast without each of its features; ``early``, forecasts that are
    taught by nothing that came after the origin; ``remembered``, forecasts where dates from memory are used.
    """

    scored: Scored
    differences: list[Difference]
    horizon: int
    ablation: Scored | None = None
    early: Scored | None = None
    remembered: Scored | None = None


def trial(
    histories: Histories,
    origins: Mapping[str, Sequence[date]],
    horizon: int = HORIZON,
    progress: Callable[[int], Any] | None = None,
    remembered: Histories | None = None,
) -> Trial:
    """Forecast from every origin by every method.

    With a record in which dates from memory are on (``remembered``) all that the track record tells comes too, which is
    four times the work.

    Raises:
        NegsimError: As `score`.
    """
    scored = score(histories, origins, {**BASELINES, **OURS}, horizon, progress)
    differences = [
        difference(scored, method, against, kind)
        for kind in KINDS
        for method, against in AGAINST
        if any(case.kind == kind for case in scored.cases)
    ]
    if remembered is None:
        return Trial(scored, differences, horizon)
    without = score(histories, origins, ABLATION, horizon, progress)
    methods = {name: {**BASELINES, **OURS}[name] for name in EARLY}
    early = score(histories, origins, methods, horizon, progress, hindsight=False)
    methods = {name: {**BASELINES, **OURS}[name] for name in REMEMBERED}
    return Trial(scored, differences, horizon, without, early, score(remembered, origins, methods, horizon, progress))


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
