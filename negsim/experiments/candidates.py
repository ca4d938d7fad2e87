"""Candidate changes for one issue: changes of a scenario that might resolve the issue earlier or later.

Each is a step of a stated size. One side can take it, or both, or nobody (shocks and the climate). A distribution is
moved as a whole, so every run draws the same quantile as before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from negsim.experiments.outside import OUTSIDE, links, other_days, without_links
from negsim.quantities import Draw, Fixed, Parameter, Quantity
from negsim.scenario import Until

if TYPE_CHECKING:
    from negsim.scenario import IssueSetup, Package, Scenario

#: Sizes of the steps: a factor and its inverse, a part of the whole utility, a factor of gaps.
FACTOR, LESS, SHARE, GAP = 1.5, 2 / 3, 0.1, 0.75
#: Weight of an issue in a trial package for the side that values it more.
MORE_WEIGHT = 0.65

#: For each family: the numbers in its unit, and whether all of them can be shifted by the same amount.
_MOVES = {
    "pert": (("low", "mode", "high"), True),
    "triangular": (("low", "mode", "high"), True),
    "uniform": (("low", "high"), True),
    "beta": (("low", "high"), True),
    "empirical": ((), True),
    "lognormal": (("median", "q90"), False),
    "exponential": (("mean",), False),
    "gamma": (("scale",), False),
    "weibull": (("scale",), False),
}


@dataclass(frozen=True)
class Candidate:
    """A change that might bring an issue forward (``helps``) or delay it, in the form of `Scenario.replace`.

    ``reach``: the id of the side that can do it alone; "both" if both sides or a host must do it; "nobody" if no side
    controls it; "outside" for the day of an event outside the negotiation, which may help or delay. ``changes`` is None
    if this scenario does not allow the change; ``why_not`` gives the reason.
    """

    reach: str
    words: str
    changes: Mapping[str, Any] | None
    helps: bool
    why_not: str = ""


def moved(quantity: Quantity, times: float = 1.0, plus: float = 0.0) -> Quantity | None:
    """The quantity multiplied by ``times`` and shifted by ``plus``; None if its distribution does not allow the shift.

    Known values stay within the range of their field.

    >>> from negsim.quantities.quantity import Rule
    >>> share = Rule("number", 0, 1)
    >>> moved(Fixed(0.05, share), plus=-0.1).text, moved(Parameter("x", share, 0.5), 1.5).text
    (0, {'parameter': 'x', 'times': 0.75})
    >>> moved(Draw("uniform", {"low": Fixed(0.3, share), "high": Fixed(0.5, share)}, share), plus=-0.1).text
    {'uniform': {'low': 0.2, 'high': 0.4}}
    """
    rule = quantity.rule
    if isinstance(quantity, Fixed):
        value = round(float(min(max(quantity.value * times + plus, rule.lo), rule.hi)), 12)
        return Fixed(value, rule) if rule.holds(value) else None
    if isinstance(quantity, Parameter):
        return replace(quantity, times=round(quantity.times * times, 12), plus=quantity.plus * times + plus)
    names, shifts = _MOVES[quantity.family]
    if plus and not shifts:
        return None
    if quantity.family == "empirical":
        values = tuple(min(max(value * times + plus, rule.lo), rule.hi) for value in quantity.values)
        return replace(quantity, values=values)
    numbers = dict(quantity.numbers)
    for name in names:
        number = moved(numbers[name], times, plus)
        if number is None:
            return None
        numbers[name] = number
    return replace(quantity, numbers=numbers)


def candidates(scenario: Scenario, issue: str, worst: str | None = None) -> tuple[Candidate, ...]:
    """The candidate changes for one issue, in a fixed order; ``worst`` is the climate regime that lasts longer.

    >>> import negsim as ns
    >>> found = candidates(ns.load("scenarios/baseline.yaml"), "flights", "freeze")
    >>> len(found), found[0].words, found[0].changes
    (44, 'United States: concedes earlier, beta x 1.5', {'issues.flights.tactics.us.beta': {..., 'times': 1.5}})
    """
    return tuple(_Candidates(scenario, issue).all(worst))


class _Candidates:
    def __init__(self, scenario: Scenario, issue: str) -> None:
        self.s, self.name, self.issue = scenario, issue, scenario.issues[issue]
        self.package = next((name for name, each in scenario.packages.items() if issue in each.issues), None)
        self.bargain: IssueSetup | Package = self.issue if self.package is None else scenario.packages[self.package]
        self.path = f"issues.{issue}" if self.package is None else f"packages.{self.package}"
        self.members = (issue,) if self.package is None else scenario.packages[self.package].issues
        self.sides = {side: scenario.agenda.sides[side].title for side in scenario.sides}

    def all(self, worst: str | None) -> Iterator[Candidate]:
        for side in self.sides:
            yield from self.concession(side)
        yield from self.linkage()
        yield from self.meetings()
        yield from self.partners()
        yield from self.around(worst)

    def step(
        self, reach: str, words: str, helps: bool, quantities: Mapping[str, Quantity], times: float = 1, plus: float = 0
    ) -> Candidate:
        """A candidate that changes quantities of the same kind."""
        changes = {}
        for path, quantity in quantities.items():
            new = moved(quantity, times, plus)
            if new is None:
                family = quantity.family if isinstance(quantity, Draw) else "value"
                return Candidate(reach, words, None, helps, f"a {family} distribution cannot be shifted")
            changes[path] = new.text
        return Candidate(reach, words, changes, helps)

    def concession(self, side: str) -> Iterator[Candidate]:
        who, tactic, path = self.sides[side], self.bargain.tactics[side], f"{self.path}.tactics.{side}"
        if self.bargain.settle != "concession":
            yield Candidate(
                side, f"{who}: another concession tactic", None, True, "it settles by chance, without offers"
            )
            return
        if tactic.beta is not None:
            beta = {f"{path}.beta": tactic.beta}
            yield self.step(side, f"{who}: concedes earlier, beta x {FACTOR}", True, beta, FACTOR)
            yield self.step(side, f"{who}: concedes later, beta a third lower", False, beta, LESS)
        if tactic.patience is not None:
            dated = isinstance(tactic.patience, Until)
            span = tactic.patience.times if isinstance(tactic.patience, Until) else tactic.patience
            patience = {f"{path}.patience{'.times' if dated else ''}": span}
            yield self.step(side, f"{who}: patience a third shorter", True, patience, LESS)
            yield self.step(side, f"{who}: patience longer by half", False, patience, FACTOR)
        if tactic.aspiration is not None:
            first = {f"{path}.aspiration": tactic.aspiration}
            yield self.step(side, f"{who}: aspiration {SHARE} lower", True, first, plus=-SHARE)
            yield self.step(side, f"{who}: aspiration {SHARE} higher", False, first, plus=SHARE)
        if tactic.reciprocity is not None:
            answer = {f"{path}.reciprocity": tactic.reciprocity}
            yield self.step(side, f"{who}: reciprocates concessions by half more", True, answer, FACTOR)
            yield self.step(side, f"{who}: reciprocates concessions by a third less", False, answer, LESS)
        least = {f"issues.{name}.reservation.{side}": self.s.issues[name].reservation[side] for name in self.members}
        if self.package is not None and (stated := self.s.packages[self.package].reservation):
            least = {f"{self.path}.reservation.{side}": stated[side]}
        yield self.step(side, f"{who}: reservation value {SHARE} lower", True, least, plus=-SHARE)
        yield self.step(side, f"{who}: reservation value {SHARE} higher", False, least, plus=SHARE)

    def linkage(self) -> Iterator[Candidate]:
        titles = self.s.agenda.issues
        if requires := self.issue.implementation.requires:
            path, names = f"issues.{self.name}.implementation.requires", [titles[name].short_title for name in requires]
            yield Candidate("both", f"it no longer requires {' and '.join(names)}", {path: []}, True)
        if self.issue.opens is not None:
            now: dict[str, Any] = {f"issues.{self.name}.opens": {"on": str(self.s.as_of)}}
            if self.issue.opens.when is not None:
                now |= {f"issues.{self.name}.opens.when": None}
            yield Candidate("both", "it opens at once", now, True)
        if self.s.undertaking == "single":
            changes = {"undertaking": "early_harvest"}
            yield Candidate("both", "each agreement stands alone: no single undertaking", changes, True)
        elif len(self.s.issues) > 1:
            yield Candidate(
                "both", "nothing is agreed until all is: a single undertaking", {"undertaking": "single"}, False
            )
        if self.package is not None:
            title = self.s.packages[self.package].title
            yield Candidate("both", f'the package "{title}" is split', {f"packages.{self.package}": None}, True)
        for until in dict.fromkeys(link.until for link in links(self.s, self.members)):
            changes = without_links(self.s, self.members)
            yield Candidate("both", f"it never waits for: {until}", changes, True)
        lag = {f"issues.{self.name}.implementation.lag": self.issue.implementation.lag}
        yield self.step("both", "implementation takes a third less time", True, lag, LESS)
        yield self.step("both", "implementation takes half more time", False, lag, FACTOR)

    def meetings(self) -> Iterator[Candidate]:
        takes = [name for name, each in self.s.channels.items() if set(self.members) <= set(each.issues)]
        for name in takes:
            channel, path = self.s.channels[name], f"channels.{name}"
            title = channel.title
            gap, session = {f"{path}.gap": channel.gap}, {f"{path}.session": channel.session}
            yield self.step("both", f"{title}: gaps a quarter shorter", True, gap, GAP)
            yield self.step("both", f"{title}: gaps a third longer", False, gap, 1 / GAP)
            yield self.step("both", f"{title}: sessions longer by half", True, session, FACTOR)
            yield self.step("both", f"{title}: sessions a third shorter", False, session, LESS)
            offices = {f"{path}.good_offices": channel.good_offices}
            words = f"{title}: the host proposes terms for gaps {2 * SHARE} wider"
            yield self.step("both", words, True, offices, plus=2 * SHARE)
        if takes:
            known = [each.priority for each in self.s.issues.values()]
            lowest = min((each.value for each in known if isinstance(each, Fixed)), default=1.0)
            first: dict[str, Any] = {f"issues.{self.members[0]}.priority": lowest - 1}
            first |= {f"channels.{name}.order": "priority" for name in takes}
            yield Candidate("both", "it is first on the agenda of every meeting", first, True)

    def partners(self) -> Iterator[Candidate]:
        """A trial package with each other issue that is in no package and settles by concession."""
        if self.package is not None or self.issue.settle != "concession":
            return
        packed = {name for each in self.s.packages.values() for name in each.issues}
        talked = ("raised", "discussing", "converging", "stalled", "suspended")
        a, b = self.sides
        for other, setup in self.s.issues.items():
            alike = setup.start.status in talked and setup.settle == "concession"
            if other == self.name or other in packed or not alike:
                continue
            title = self.s.agenda.issues[other].short_title
            for keen, giving in ((a, b), (b, a)):
                less = round(1 - MORE_WEIGHT, 12)
                weights = {
                    keen: {self.name: MORE_WEIGHT, other: less},
                    giving: {self.name: less, other: MORE_WEIGHT},
                }
                tactics = {
                    side: each.model_dump(mode="json", exclude_none=True) for side, each in self.issue.tactics.items()
                }
                package = {
                    "title": f"With {title}",
                    "issues": [self.name, other],
                    "weights": weights,
                    "tactics": tactics,
                    "source": f"judgement: a trial, each side gives one of the two issues a weight of {MORE_WEIGHT}",
                }
                words = f'a trial package with "{title}", if {self.sides[giving]} values that more'
                yield Candidate("both", words, {f"packages.tried_{self.name}_{other}": package}, True)

    def around(self, worst: str | None) -> Iterator[Candidate]:
        for words, changes in other_days(self.s):
            yield Candidate(OUTSIDE, words, changes, True)
        if worst is not None and (sojourn := self.s.climate.regimes[worst].sojourn) is not None:
            path = {f"climate.regimes.{worst}.sojourn": sojourn}
            yield self.step("nobody", f'the climate "{worst}" lasts longer by half', False, path, FACTOR)
        for name, shock in self.s.shocks.items():
            if not (isinstance(shock.rate, Fixed) and shock.rate.value == 0):
                rate = {f"shocks.{name}.rate": shock.rate}
                yield self.step("nobody", f"twice as often: {shock.title}", False, rate, 2)
