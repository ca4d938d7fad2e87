"""A lean SimPy version of the models of ``baseline`` and ``us_russia_2025_04``, written by hand for comparison.

Pure Python, SimPy and ``random``; no numba, none of the project's rules. It reads the scenario and simulates what those
two use: time tactics with calendar clocks and paces, alternating offers on a line, one channel with room and a
round robin, cancellation, climate regimes, breakdown, shocks that switch the climate, suspend, harden and ease, shocks
of the first day and after a given time, lags, collapse and reopening. Anything else is refused. It computes when each
issue is resolved and on whose terms. It leaves out the log, the parts of an issue's time, reasons and keyed draws. Each
channel and kind of shock is a generator; the rest are bare timeouts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import simpy

from negsim.quantities.quantity import Draw, Fixed, Parameter, Rule
from negsim.scenario.scenario import Scenario

Sampler = Callable[[], float]
ZERO = Fixed(0.0, Rule("number"))
YEAR, Z90 = 365.25, 1.2815515655446004
OPEN, STALLED, SUSPENDED, IMPLEMENTING, RESOLVED, LAPSED = range(6)


def refuse(wrong: bool, what: str) -> None:
    if wrong:
        raise ValueError(f"the lean version does not simulate {what}")


class Model:
    """The scenario as closures that draw, made once."""

    def __init__(self, s: Scenario, seed: int) -> None:
        self.random = Random(seed)
        self.horizon = float(s.horizon_days)
        self.drawn: dict[str, float] = {}
        self.parameters = [(name, self.sampler(p.value)) for name, p in s.parameters.items()]
        refuse(bool(s.packages) or s.deadline is not None or s.undertaking != "early_harvest", "packages, deadlines")
        refuse(len(s.channels) != 1, "more than one channel")
        (channel,) = s.channels.values()
        refuse(channel.order != "round_robin" or set(channel.issues) != set(s.issues), "agenda orders, lists of issues")
        refuse(any(self.fixed(q) for q in (channel.since_last, channel.good_offices)), "good offices, old gaps")
        self.gap, self.session = self.chance(channel.gap), self.fixed(channel.session)
        self.issues = [self.issue(a, s.sides) for a in s.issues.values()]
        names = list(s.climate.regimes)
        self.first = names.index(s.climate.start)
        self.regimes = [
            [self.sampler(q) for q in (r.sojourn, r.pace, r.gap_factor, r.cancellation, r.breakdown)]
            for r in s.climate.regimes.values()
        ]
        self.next = [[self.fixed(r.next.get(n, ZERO)) for n in names] for r in s.climate.regimes.values()]
        self.shocks = [self.shock(a, names, s) for a in s.shocks.values()]

    def issue(self, a: Any, sides: tuple[str, str]) -> tuple[Any, ...]:
        refuse(bool(a.options or a.opens or a.implementation.requires), "options, waiting")
        refuse(a.settle != "concession", "chance")
        refuse(a.start.status not in ("raised", "discussing", "converging"), a.start.status)
        seats = []
        for side in sides:
            t = a.tactics[side]
            refuse(t.kind != "time" or t.curve != "polynomial" or t.clock != "calendar", "tactics")
            refuse(self.fixed(t.kappa) != 0 or a.first != "drawn", "kappa, who starts")
            clock = a.start.clock.get(side) if a.start.clock else None
            seats.append([self.sampler(q) for q in (a.reservation[side], t.beta, t.patience, clock or ZERO)])
        lag = self.chance(a.implementation.lag)
        collapse, step = self.sampler(a.implementation.collapse), self.fixed(a.implementation.step)
        return self.fixed(a.hours), seats, lag, collapse, step, a.start.rounds or 0

    def shock(self, a: Any, regimes: list[str], s: Scenario) -> tuple[Any, ...]:
        refuse(
            bool(a.provokes) or any(d.date != s.as_of or self.fixed(d.probability) != 1 for d in a.dates), "later dates"
        )
        marks: list[tuple[Any, ...]] = []
        for m in a.marks:
            p = self.fixed(m.probability)
            if m.kind == "climate":
                marks.append((p, "climate", regimes.index(m.to), None, 0.0))
                continue
            if m.kind == "suspend":
                some = None if m.issues == "all" else [k for k, name in enumerate(s.issues) if name in m.issues]
                marks.append((p, "suspend", some, self.chance(m.duration), 0.0))
            else:
                refuse(m.issues != "all" and set(m.issues) != set(s.issues), "steps on some issues")
                refuse(m.kind not in ("harden", "ease"), m.kind)
                sign, side = (1.0 if m.kind == "harden" else -1.0), s.sides.index(m.side)
                marks.append((p, "step", (side, sign), self.chance(m.step), self.fixed(m.half_life)))
        return self.sampler(a.rate), [self.sampler(q) for q in a.pending] + [lambda: 0.0] * len(a.dates), marks

    def fixed(self, q: Any) -> float:
        refuse(not isinstance(q, Fixed), "a number that varies")
        return float(q.value)

    def chance(self, q: Any) -> tuple[str, list[Sampler]]:
        """A distribution that is drawn each time, with the samplers of its numbers, drawn once a run; or one number."""
        if isinstance(q, Parameter):
            return "parameter", [self.sampler(q)]
        refuse(not isinstance(q, Draw) or q.family not in ("lognormal", "uniform"), "distributions of chance")
        names = ("median", "q90") if q.family == "lognormal" else ("low", "high")
        return q.family, [self.sampler(q.numbers[name]) for name in names]

    def sampler(self, q: Any) -> Sampler:
        """What draws an assumption, within its field's range."""
        if isinstance(q, Fixed):
            value = q.value
            return lambda: value
        low, high = q.rule.lo + (1e-9 if q.rule.lo_open else 0.0), q.rule.hi
        if isinstance(q, Parameter):
            drawn, name, times, plus = self.drawn, q.name, q.times, q.plus
            return lambda: min(max(times * drawn[name] + plus, low), high)
        numbers = {name: self.fixed(n) for name, n in q.numbers.items() if n is not None}
        draw = self.family(q.family, numbers)
        if low == -math.inf and high == math.inf:
            return draw
        return lambda: min(max(draw(), low), high)

    def family(self, family: str, n: dict[str, float]) -> Sampler:
        random = self.random
        if family == "lognormal":
            mu, sigma, normal = math.log(n["median"]), math.log(n["q90"] / n["median"]) / Z90, random.gauss
            return lambda: math.exp(normal(mu, sigma))
        if family == "pert":
            low, width = n["low"], n["high"] - n["low"]
            a, b, beta = 1 + 4 * (n["mode"] - low) / width, 1 + 4 * (n["high"] - n["mode"]) / width, random.betavariate
            return lambda: low + width * beta(a, b)
        if family == "beta":
            a, b, beta, low = n["a"], n["b"], random.betavariate, n.get("low", 0.0)
            width = n.get("high", 1.0) - low
            return lambda: low + width * beta(a, b)
        if family == "uniform":
            low, width, uniform = n["low"], n["high"] - n["low"], random.random
            return lambda: low + width * uniform()
        refuse(family != "gamma", family)
        shape, scale, gamma = n["shape"], n["scale"], random.gammavariate
        return lambda: gamma(shape, scale)


class Issue:
    """One issue of a run; both sides' reservation values, exponents, patiences, clocks and bases side by side."""

    __slots__ = (
        "base_a", "base_b", "clock_a", "clock_b", "collapse", "e_a", "e_b", "hours", "lag", "p_a", "p_b", "r_a", "r_b",
        "resolved", "rounds", "since", "starter", "status", "step", "u_a", "until", "was",
    )  # fmt: skip


def play(m: Model) -> list[Issue]:
    """One run; an issue that is not resolved has no date (infinity)."""
    env = simpy.Environment()
    random, normal, exponential = m.random.random, m.random.gauss, m.random.expovariate
    timeout, log, exp = env.timeout, math.log, math.exp
    horizon, session = m.horizon, m.session
    for name, draw in m.parameters:
        m.drawn[name] = draw()

    def settled(law: tuple[str, list[Sampler]]) -> tuple[bool, float, float]:
        family, numbers = law
        first, *second = (draw() for draw in numbers)
        if family == "parameter":
            return False, first, first
        if family == "uniform":
            return False, first, second[0]
        return True, log(first), log(max(second[0], first) / first) / Z90

    def value(law: tuple[bool, float, float]) -> float:
        return exp(normal(law[1], law[2])) if law[0] else law[1] + (law[2] - law[1]) * random()

    issues: list[Issue] = []
    for hours, (a, b), lag, collapse, step, rounds in m.issues:
        i = Issue()
        i.hours, i.lag, i.collapse, i.step, i.rounds = hours, settled(lag), collapse(), step, rounds
        i.r_a, i.e_a, i.p_a, i.clock_a = (draw() for draw in a)
        i.r_b, i.e_b, i.p_b, i.clock_b = (draw() for draw in b)
        i.base_a = i.r_a if i.clock_a >= i.p_a else 1.0 - (1.0 - i.r_a) * (i.clock_a / i.p_a) ** (1.0 / i.e_a)
        i.base_b = i.r_b if i.clock_b >= i.p_b else 1.0 - (1.0 - i.r_b) * (i.clock_b / i.p_b) ** (1.0 / i.e_b)
        i.starter, i.status, i.was, i.since, i.until = int(random() < 0.5), OPEN, OPEN, 0.0, -1.0
        i.resolved = i.u_a = math.inf
        issues.append(i)
    regimes, n = [[draw() for draw in r] for r in m.regimes], len(issues)
    gaps = settled(m.gap)
    steps: list[list[float]] = [[], []]  # by side: size, since, half-life, ... of every step made
    regime, entry, sums, since, until = m.first, 0, 0.0, 0.0, -1.0
    last, active, over = -1, n, False

    def paced() -> float:
        return sums + regimes[regime][1] * (env.now - since)

    def later(delay: float, do: Callable[[Any], None]) -> None:
        if env.now + delay < horizon:
            timeout(delay).callbacks.append(do)  # type: ignore[union-attr]

    def stop(i: Issue) -> None:
        gone = paced() - i.since
        i.clock_a += gone
        i.clock_b += gone

    def stay() -> None:
        number = entry
        later(exponential(1.0 / regimes[regime][0]), lambda _: change(number))
        if regimes[regime][4] > 0.0:
            later(exponential(regimes[regime][4] / YEAR), lambda _: breakdown(number))

    def enter(j: int) -> None:
        nonlocal regime, entry, sums, since
        if j != regime:
            sums, since, regime, entry = paced(), env.now, j, entry + 1
            stay()

    def change(number: int) -> None:
        if number == entry:
            u, j = random() * sum(m.next[regime]), 0
            for j, p in enumerate(m.next[regime]):  # noqa: B007
                u -= p
                if u < 0.0:
                    break
            enter(j)

    def breakdown(number: int) -> None:
        nonlocal over, active
        if number == entry and not over:
            over = True
            for i in issues:
                if i.status <= SUSPENDED:
                    i.status = LAPSED
                    active -= 1

    def shocks(rate: float, marks: list[tuple[Any, ...]]) -> Iterator[simpy.Event]:
        while True:
            gap = exponential(rate)
            if env.now + gap >= horizon:
                return
            yield timeout(gap)
            shake(marks)

    def shake(marks: list[tuple[Any, ...]]) -> None:
        for p, kind, target, law, half_life in marks:
            if p < 1.0 and random() >= p:
                continue
            if kind == "climate":
                enter(target)
            elif kind == "suspend":
                suspend(target, value(law))
            else:
                side, sign = target
                steps[side] += [sign * value(law), env.now, half_life]

    def suspend(some: list[int] | None, days: float) -> None:
        nonlocal until
        end = env.now + days
        if some is None:
            until = max(until, end)
        for i in issues if some is None else [issues[k] for k in some]:
            if i.status < RESOLVED:
                i.until = max(i.until, end)
                if i.status <= STALLED:
                    hold(i)
        later(days, resume)

    def hold(i: Issue) -> None:
        stop(i)
        i.was, i.status = i.status, SUSPENDED

    def resume(_: Any) -> None:
        for i in issues:
            if i.status == SUSPENDED and env.now >= i.until:
                i.status, i.since = i.was, paced()

    def offset(side: int) -> float:
        made, total = steps[side], 0.0
        for k in range(0, len(made), 3):
            total += made[k] * 2.0 ** (-(env.now - made[k + 1]) / made[k + 2])
        return total

    def agree(i: Issue) -> None:
        stop(i)
        i.status = IMPLEMENTING
        later(value(i.lag), lambda _: end_lag(i))

    def end_lag(i: Issue) -> None:
        nonlocal active
        if random() >= i.collapse:
            i.status, i.resolved = RESOLVED, env.now
            active -= 1
        elif over:
            i.status = LAPSED
            active -= 1
        else:
            a, b = min(i.base_a + i.step, 1.0), min(i.base_b + i.step, 1.0)
            i.base_a, i.base_b = max(a, i.r_a), max(b, i.r_b)
            i.clock_a = i.p_a * min((1.0 - i.base_a) / (1.0 - i.r_a), 1.0) ** i.e_a
            i.clock_b = i.p_b * min((1.0 - i.base_b) / (1.0 - i.r_b), 1.0) ** i.e_b
            i.status, i.since = OPEN, paced()
            if i.until > env.now:
                hold(i)

    def meetings() -> Iterator[simpy.Event]:
        nonlocal last
        while not over:
            gap = regimes[regime][2] * value(gaps)
            if env.now + gap >= horizon:
                return
            yield timeout(gap)
            if over or until > env.now or random() < regimes[regime][3]:
                continue
            room, now, first = session, paced(), last + 1
            off_a, off_b = offset(0), offset(1)
            for k in range(first, first + n):
                i = issues[k % n]
                if i.status != OPEN or i.hours > room + 1e-9:
                    continue
                room -= i.hours
                last = k % n
                gone = now - i.since
                tau, r_a, r_b = (i.clock_a + gone) / i.p_a, i.r_a, i.r_b
                base = r_a if tau >= 1.0 else 1.0 - (1.0 - r_a) * tau ** (1.0 / i.e_a)
                if base < i.base_a:
                    i.base_a = base
                tau = (i.clock_b + gone) / i.p_b
                base = r_b if tau >= 1.0 else 1.0 - (1.0 - r_b) * tau ** (1.0 / i.e_b)
                if base < i.base_b:
                    i.base_b = base
                a, b = max(min(i.base_a + off_a, 1.0), r_a), max(min(i.base_b + off_b, 1.0), r_b)
                i.rounds += 1
                if a + b <= 1.0 + 1e-12:  # the one who answers takes what the other's offer leaves it
                    i.u_a = a if (i.starter + i.rounds) & 1 else 1.0 - b
                    agree(i)
                elif i.base_a <= r_a and i.base_b <= r_b and r_a + r_b > 1.0 + 1e-12:
                    i.status = STALLED

    for rate, delays, laws in m.shocks:
        yearly, marks = rate(), [(*mark[:3], mark[3] and settled(mark[3]), mark[4]) for mark in laws]
        if yearly > 0.0:
            env.process(shocks(yearly / YEAR, marks))
        for delay in delays:
            later(delay(), lambda _, marks=marks: shake(marks))  # type: ignore[misc]
    env.process(meetings())
    stay()
    step = env.step
    while active and env.peek() < horizon:
        step()
    return issues


def resolved(scenario: Scenario, runs: int, seed: int) -> list[float]:
    """The share of runs in which each issue is resolved within the horizon."""
    m, counts = Model(scenario, seed), [0] * len(scenario.issues)
    for _ in range(runs):
        for k, issue in enumerate(play(m)):
            counts[k] += issue.resolved < m.horizon
    return [c / runs for c in counts]
