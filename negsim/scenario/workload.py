"""How many events a run has, estimated before it runs.

The estimate counts meetings with their discussions, shocks with what they provoke, changes of climate, and
implementations with those after a collapse. It draws the assumptions a hundred times, with a generator of its own, and
averages; a tenth of the longest of these runs counts if it is more, because a few such runs take most of the time. It
is an upper estimate: it takes no account of talks that end early.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from random import Random
from typing import Any, Protocol

from negsim.errors import Problem
from negsim.quantities import DAYS_PER_YEAR, Draw, Fixed, Parameter, Quantity
from negsim.scenario.draft import Draft

#: Events of a run above which `check` warns, and above which a run is refused.
WARN, REFUSE = 100_000, 5_000_000
#: Events of all runs together above which they are refused: some three hours of one processor.
REFUSE_ALL = 100_000_000_000

#: The part of the longest run that counts.
_TAIL = 10
_FEW, _DRAWS, _GAPS, _STEPS = 10, 100, 8, 60
_Z90 = 1.2815515655446004
_LEAST = 1e-9  # days, as the compiler's least value above 0
_MOST = 1e300

Path = tuple[str | int, ...]


class Parts(Protocol):
    """What the estimate reads: a scenario, or its parts before it is complete."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Named uncertain numbers."""

    @property
    def issues(self) -> Mapping[str, Any]:
        """Assumptions about issues."""

    @property
    def channels(self) -> Mapping[str, Any]:
        """Series of meetings."""

    @property
    def shocks(self) -> Mapping[str, Any]:
        """Shocks."""

    @property
    def climate(self) -> Any:
        """The climate."""


@dataclass(frozen=True)
class Workload:
    """The expected events of one run, and the key that causes most of them."""

    events: float
    cause: Path
    of_cause: float

    @property
    def words(self) -> str:
        """The estimate in words.

        >>> Workload(2e6, ("shocks", "s", "rate"), 1.5e6).words
        'a run has about 2,000,000 events, 1,500,000 of them from shocks.s.rate'
        """
        path = ".".join(map(str, self.cause))
        return f"a run has about {_rounded(self.events)} events, {_rounded(self.of_cause)} of them from {path}"


def workload(parts: Parts, as_of: date, horizon: date) -> Workload:
    """Estimate the events of a run from ``as_of`` to ``horizon``.

    >>> import negsim as ns
    >>> s = ns.load("baseline")
    >>> workload(s, s.as_of, s.horizon).cause
    ('channels', 'consultations', 'gap')
    """
    days = float((horizon - as_of).days)
    events = _average(parts, days, _FEW)
    if sum(events.values()) > WARN / 20:  # otherwise a more exact figure changes nothing
        events = _average(parts, days, _DRAWS)
    cause = max(events, key=lambda path: events[path], default=())
    return Workload(sum(events.values()), cause, events.get(cause, 0.0))


def _average(parts: Parts, days: float, draws: int) -> dict[Path, float]:
    total: defaultdict[Path, float] = defaultdict(float)
    longest: dict[Path, float] = {}
    for number in range(draws):
        events = _Sample(parts, Random(number), days).events()
        longest = max(longest, events, key=lambda found: sum(found.values()))
        for path, each in events.items():
            total[path] += each
    mean, tail = ({path: each / by for path, each in of.items()} for of, by in ((total, draws), (longest, _TAIL)))
    return max(mean, tail, key=lambda found: sum(found.values()))


def workload_warnings(parts: Draft, found: Workload) -> Iterator[Problem]:
    """A warning about a scenario whose runs take long, at the key that causes most of the work."""
    if found.events > REFUSE:
        yield parts.problem(f"{found.words}; negsim run needs --force", *found.cause, allowed=_LIMIT, warning=True)
    elif found.events > WARN:
        message = f"{found.words}, so many runs take long"
        yield parts.problem(message, *found.cause, allowed=f"any; this warning begins at {WARN:,}", warning=True)


_LIMIT = f"at most {REFUSE:,} events"


class _Sample:
    """The expected events of one run, by the key that causes them, given one draw of the assumptions."""

    def __init__(self, parts: Parts, random: Random, days: float) -> None:
        self.parts, self.random, self.days = parts, random, days
        self.named: dict[str, float] = {}

    def value(self, quantity: Quantity | float | None) -> float:
        """A quantity as drawn, within the range of its field."""
        if quantity is None or isinstance(quantity, int | float):
            return float(quantity or 0.0)
        value = self._unclipped(quantity)
        return min(max(value, quantity.rule.lo), quantity.rule.hi, _MOST)

    def _unclipped(self, quantity: Quantity) -> float:
        if isinstance(quantity, Fixed):
            return quantity.value
        if isinstance(quantity, Parameter):
            if quantity.name not in self.named:
                self.named[quantity.name] = self.value(self.parts.parameters[quantity.name].value)
            return quantity.times * self.named[quantity.name] + quantity.plus
        try:
            return _drawn(quantity, self.value, self.random)
        except (OverflowError, ZeroDivisionError, ValueError):
            return _MOST

    def events(self) -> dict[Path, float]:
        """Events by the key that causes them."""
        fractions, changes = self._climate()
        shocks = self._shocks()
        found = {**changes}
        meetings = 0.0
        of_meeting: dict[str, float] = {}
        for name, channel in self.parts.channels.items():
            of_meeting[name] = 1 + 3 * self._discussed(channel)
            number = self._meetings(channel, fractions)
            found["channels", name, "gap"] = number * of_meeting[name]
            meetings += number
        for name, (path, number) in shocks.items():
            marks = self.parts.shocks[name].marks
            found[path] = found.get(path, 0.0) + number * (1 + len(marks))
            for mark in marks:
                if mark.kind == "meeting":
                    extra = number * self.value(mark.probability)
                    found[path] += extra * of_meeting.get(mark.channel, 1.0)
                    meetings += extra
        for name, issue in self.parts.issues.items():
            collapse = self.value(issue.implementation.collapse)
            times = min(1 / max(1 - collapse, 1e-9), meetings + 1)
            found["issues", name, "implementation", "collapse"] = 3 * times
        return found

    def _climate(self) -> tuple[dict[str, float], dict[Path, float]]:
        """The share of time in each regime, and the number of changes."""
        regimes = self.parts.climate.regimes
        lengths = {name: max(self.value(r.sojourn), _LEAST) for name, r in regimes.items() if r.sojourn is not None}
        if self.parts.climate.start not in lengths:
            return {self.parts.climate.start: 1.0}, {}
        following = {name: {n: self.value(p) for n, p in regimes[name].next.items()} for name in lengths}
        visits = _visits(self.parts.climate.start, tuple((name, tuple(to.items())) for name, to in following.items()))
        time = {name: visits[name] * lengths.get(name, self.days) for name in visits}
        total = sum(time.values()) or 1.0
        changes = self.days / max(total / _STEPS, _LEAST)
        shortest = min(lengths, key=lambda name: lengths[name])
        return {name: each / total for name, each in time.items()}, {
            ("climate", "regimes", shortest, "sojourn"): 2 * changes
        }

    def _shocks(self) -> dict[str, tuple[Path, float]]:
        """The number of shocks of each kind, provoked ones included, with the key that causes them."""
        shocks = self.parts.shocks
        fresh: defaultdict[str, float] = defaultdict(float)
        for name, shock in shocks.items():
            fresh[name] += self.value(shock.rate) * self.days / DAYS_PER_YEAR + len(shock.pending)
            fresh[name] += sum(self.value(dated.probability) for dated in shock.dates)
        own, number, cause = dict(fresh), dict(fresh), dict.fromkeys(shocks, "rate")
        for _ in range(_STEPS):
            after: defaultdict[str, float] = defaultdict(float)
            for name, each in fresh.items():
                for provoked in shocks[name].provokes:
                    after[provoked.shock] += each * self.value(provoked.mean)
            if not after:
                break
            fresh = after
            number = {name: number[name] + fresh[name] for name in shocks}
        for name, shock in shocks.items():
            if shock.provokes and number[name] > 2 * own[name]:
                cause[name] = "provokes"
        return {name: (("shocks", name, cause[name]), number[name]) for name in shocks}

    def _meetings(self, channel: Any, fractions: Mapping[str, float]) -> float:
        """Regular meetings of a channel; a gap counts up to the horizon."""
        number = 0.0
        gaps = self._gaps(channel.gap)
        for name, share in fractions.items():
            factor = self.value(self.parts.climate.regimes[name].gap_factor)
            mean = sum(min(max(gap * factor, _LEAST), self.days) for gap in gaps) / len(gaps)
            number += share * self.days / max(mean, _LEAST)
        return number

    def _gaps(self, gap: Quantity) -> list[float]:
        """Gaps of one run: the numbers of their distribution are drawn once."""
        if not isinstance(gap, Draw):
            return [self.value(gap)]
        fixed = replace(gap, numbers={name: Fixed(self.value(each), each.rule) for name, each in gap.numbers.items()})
        return [self.value(fixed) for _ in range(_GAPS)]

    def _discussed(self, channel: Any) -> float:
        """The most bargains that a meeting of a channel discusses."""
        hours = [self.value(self.parts.issues[name].hours) for name in channel.issues if name in self.parts.issues]
        least = max(min(hours, default=1.0), 1e-9)
        return min(len(hours), self.value(channel.session) / least)


@lru_cache(maxsize=256)
def _visits(start: str, following: tuple[tuple[str, tuple[tuple[str, float], ...]], ...]) -> dict[str, float]:
    """The expected visits of each regime in the first `_STEPS` steps from ``start``."""
    after_each, now = dict(following), {start: 1.0}
    visits: defaultdict[str, float] = defaultdict(float)
    for _ in range(_STEPS):
        after: defaultdict[str, float] = defaultdict(float)
        for name, p in now.items():
            visits[name] += p
            to = after_each.get(name)
            sure = (sum(q for _, q in to) if to else 0.0) or 1.0
            for other, q in ((name, 1.0),) if to is None else to:
                after[other] += p * q / sure
        now = dict(after)
    return dict(visits)


def _drawn(draw: Draw, value: Callable[[Any], float], random: Random) -> float:
    """One value of a distribution, whose numbers ``value`` draws."""
    if draw.family == "empirical":
        return random.choice(draw.values)
    n = {name: value(number) for name, number in draw.numbers.items()}
    match draw.family:
        case "uniform":
            return random.uniform(n["low"], n["high"])
        case "triangular":
            return random.triangular(n["low"], n["high"], n["mode"])
        case "pert":
            span = max(n["high"] - n["low"], _LEAST)
            mode = min(max((n["mode"] - n["low"]) / span, 0.0), 1.0)
            return n["low"] + span * random.betavariate(1 + 4 * mode, 5 - 4 * mode)
        case "lognormal":
            return n["median"] * math.exp(math.log(n["q90"] / n["median"]) / _Z90 * random.gauss())
        case "weibull":
            return random.weibullvariate(n["scale"], n["shape"])
        case "gamma":
            return random.gammavariate(n["shape"], n["scale"])
        case "exponential":
            return random.expovariate(1 / n["mean"])
        case _:
            low, high = n.get("low", 0.0), n.get("high", 1.0)
            return low + (high - low) * random.betavariate(n["a"], n["b"])


def _rounded(number: float) -> str:
    """A number with two significant digits.

    >>> _rounded(1234567), _rounded(3e30)
    ('1,200,000', '3e+30')
    """
    if number >= 1e15:
        return f"{number:.2g}"
    digits = max(0, int(math.log10(max(number, 1.0))) - 1)
    return f"{round(number, -digits):,.0f}"
