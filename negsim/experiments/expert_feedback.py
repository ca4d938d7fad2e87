"""Feedback on expert judgement: the statements of the experts, and what the fitted distribution implies.

Feedback is a step of elicitation: experts who see the implied quantiles can correct their statements.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from negsim.errors import ComplaintsError
from negsim.experiments.factors import UNIT
from negsim.files import Node, clean, number_text
from negsim.quantities import (
    ELICIT,
    Draw,
    Expert,
    Experts,
    Fixed,
    Parameter,
    Quantity,
    Rule,
    ends_of,
    head,
    law,
    outside,
    parse_experts,
    resolved,
    rounded,
)

if TYPE_CHECKING:
    from negsim.scenario import Scenario

#: The quantiles of the feedback.
CHANCES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
#: A fit that misses a stated quantile by more than this probability gets a remark.
_MISSED = 0.02


@dataclass(frozen=True)
class Implied:
    """Figures of a distribution, in the canonical unit.

    ``quantiles`` are those of `CHANCES`; ``outside`` is the probability outside the stated interval, and ``said`` is
    that probability as stated (None for a pool: its interval goes from the lowest to the highest stated value).
    """

    name: str
    quantiles: tuple[float, ...]
    mean: float
    outside: float
    said: float | None

    def data(self) -> dict[str, Any]:
        """Plain data for JSON."""
        quantiles = {f"{100 * p:g} %": rounded(x) for p, x in zip(CHANCES, self.quantiles, strict=True)}
        said = None if self.said is None else rounded(self.said)
        mean = rounded(self.mean) if math.isfinite(self.mean) else None
        return {
            "name": self.name, "quantiles": quantiles, "mean": mean, "outside": rounded(self.outside),
            "said_outside": said,
        }  # fmt: skip


@dataclass(frozen=True)
class Elicitation:
    """One elicited number: its path and place, the text under ``elicit``, and the rule of its field.

    >>> import negsim as ns
    >>> one = ns.elicit(low="1 year", mode="2 years", high="5 years")[0]
    >>> one.draw.family, one.words
    ('pert', ('low 1 year, mode 2 years, high 5 years, 90 % sure',))
    """

    stated: Any
    rule: Rule
    path: str = ""
    place: str = ""

    @cached_property
    def experts(self) -> Experts:
        """The statements of the experts, in canonical units.

        Raises:
            ComplaintsError: a statement is not valid.
        """
        return parse_experts(self.stated, self.rule)

    @cached_property
    def draw(self) -> Draw:
        """The distribution that runs draw from."""
        return resolved(self.experts, self.rule)

    @cached_property
    def each(self) -> tuple[Implied, ...]:
        """Figures of the distribution of each expert."""
        rows = []
        for name, expert, own in zip(self.names, self.experts, self._laws, strict=True):
            rows.append(_implied(name, own, min(expert.values), max(expert.values), 1 - expert.within))
        return tuple(rows)

    @cached_property
    def pool(self) -> Implied | None:
        """Figures of the pooled distribution; None for one expert."""
        if len(self.experts) == 1:
            return None
        values = [value for expert in self.experts for value in expert.values]
        return _implied("pool", law(self.draw), min(values), max(values), None)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the experts."""
        if len(self.experts) == 1:
            return (self.experts[0].who or "expert",)
        return tuple(expert.who or f"expert {number}" for number, expert in enumerate(self.experts, 1))

    @property
    def words(self) -> tuple[str, ...]:
        """The statements of the experts, as written."""
        stated = self.stated if isinstance(self.stated, list | tuple) else [self.stated]
        return tuple(_words(data, expert) for data, expert in zip(stated, self.experts, strict=True))

    @cached_property
    def remarks(self) -> tuple[str, ...]:
        """Remarks on what to check again."""
        found: list[str] = []
        for name, expert, own, row in zip(self.names, self.experts, self._laws, self.each, strict=True):
            if expert.interval:
                found += self._clipped(name, expert.interval, row)
            else:
                missed = max(abs(float(own.cdf(value)) - p) for p, value in expert.quantiles)
                if missed > _MISSED:
                    family = resolved((expert,), self.rule).family
                    found.append(f"{name}: the best {family} misses a quantile by {100 * missed:.0f} % of probability.")
        for one, two in itertools.combinations(self.each, 2):
            if one.quantiles[-1] < two.quantiles[0] or two.quantiles[-1] < one.quantiles[0]:
                found.append(
                    f"{one.name} and {two.name}: their 90 % intervals do not overlap. The pool covers both and little "
                    "in between. Ask each expert what the other does not know."
                )
        if self.pool:
            half = self.pool.quantiles[3] - self.pool.quantiles[1]
            for name, expert in zip(self.names, self.experts, strict=True):
                if max(expert.values) - min(expert.values) < half:
                    found.append(f"{name}: the stated interval is narrower than the middle half of the pool.")
        return tuple(found)

    def _clipped(self, name: str, interval: tuple[float, float], row: Implied) -> Iterator[str]:
        """Remarks where the range of the field cuts the 90 % interval of an expert."""
        ends = ends_of(self.experts, self.rule)
        got = row.quantiles[0], row.quantiles[-1]
        for n, side in enumerate(("below", "above")):
            if abs(interval[n] - got[n]) > 1e-3 * (interval[1] - interval[0]):
                cut = f"{name}: the curve ends with the range, {_ends(ends)}"
                yield f"{cut}, so 5 % lie {side} {number_text(got[n])} and not {side} {number_text(interval[n])}."

    @cached_property
    def _laws(self) -> tuple[Any, ...]:
        # The pool uses the common range of all experts.
        ends = ends_of(self.experts, self.rule)
        rule = Rule(self.rule.kind, *ends)
        return tuple(law(resolved((expert,), rule)) for expert in self.experts)

    def rows(self) -> list[dict[str, Any]]:
        """A row for each expert and the pool: the statement and the implied figures, in the canonical unit."""
        said = [*self.words, ""] if self.pool else self.words
        return [
            {
                "path": self.path,
                "name": row.name,
                "says": words,
                **{f"{100 * p:g} %": rounded(x) for p, x in zip(CHANCES, row.quantiles, strict=True)},
                "mean": rounded(row.mean) if math.isfinite(row.mean) else None,
                "unit": UNIT[self.rule.kind],
            }
            for row, words in zip((*self.each, *([self.pool] if self.pool else [])), said, strict=True)
        ]

    def _repr_html_(self) -> str:
        from negsim.files import values_table

        return values_table(self.path or "Elicitation", self.rows(), " ".join(self.remarks))

    def data(self) -> dict[str, Any]:
        """Plain data for JSON, values in the canonical unit."""
        experts = []
        for expert, row, words in zip(self.experts, self.each, self.words, strict=True):
            interval = [rounded(value) for value in expert.interval] if expert.interval else None
            experts.append({**row.data(), "weight": expert.weight, "words": words, "rescaled_to_90": interval})
        return {
            "path": self.path or None,
            "place": self.place or None,
            "unit": UNIT[self.rule.kind],
            "elicit": self.stated,
            "experts": experts,
            "pool": self.pool.data() if self.pool else None,
            "resolved": self.draw.text,
            "remarks": list(self.remarks),
        }


def _implied(name: str, one: Any, low: float, high: float, said: float | None) -> Implied:
    import numpy as np

    quantiles = tuple(float(one.ppf(p)) for p in CHANCES)
    with np.errstate(over="ignore"):  # a very heavy tail has no finite mean
        return Implied(name, quantiles, float(one.mean()), outside(one, low, high), said)


def elicitations(scenario: Scenario) -> tuple[list[Elicitation], list[str]]:
    """The elicitations of a scenario file and of the files that it extends, in order; and the paths of unused ones.

    An elicitation is unused if it is overridden everywhere or belongs to an issue that is not in play.

    >>> import negsim as ns
    >>> s = ns.load("scenarios/baseline.yaml")
    >>> said = {"elicit": {"low": "1 year", "mode": "2 years", "high": "5 years"}}
    >>> found, unused = elicitations(s.replace({"tactics.us.patience": said}))
    >>> found[0].path, found[0].draw.family, unused
    ('tactics.us.patience', 'pert', [])
    """
    found, unused = [], []
    for path, node in _stated(scenario._friendly):
        name = ".".join(map(str, path))
        place = f"{node.place.file}:{node.place.line}" if node.place.line else node.place.file
        stated = node.mapping[ELICIT].data
        for quantity in _quantities(scenario, path):
            one = Elicitation(stated, quantity.rule, name, place)
            if _stands_for(quantity, one):
                found.append(one)
                break
        else:
            unused.append(name)
    return found, unused


def _stated(node: Node, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Node]]:
    """The nodes with ``elicit``, and their paths."""
    if head(node.data) == ELICIT:
        yield path, node
        return
    children: Sequence[tuple[str | int, Node]] = [*node.mapping.items(), *enumerate(node.items)]
    for step, child in children:
        if path or step != "agenda":
            yield from _stated(child, (*path, step))


def _quantities(scenario: Scenario, path: tuple[str | int, ...]) -> Iterator[Quantity]:
    """The quantities of the resolved scenario that a path of the file can set."""
    shared = scenario.parameters.get(".".join(map(str, path)))
    if shared is not None:  # a number that is written once and drawn once is a parameter named by its path
        yield shared.value
    homes: list[tuple[Any, tuple[str | int, ...]]] = [(scenario, path)]
    if path[0] in ("tactics", "defaults"):
        below = path if path[0] == "tactics" else path[1:]
        homes = [(home, below) for home in (*scenario.issues.values(), *scenario.packages.values())]
    for home, steps in homes:
        for step in steps:
            if isinstance(home, Draw):
                home = home if step == home.family else home.numbers.get(str(step))
            elif isinstance(home, Mapping):
                home = home.get(step)
            elif isinstance(home, list | tuple):
                home = home[step] if isinstance(step, int) and step < len(home) else None
            else:
                home = getattr(home, str(step), None)
        if isinstance(home, Fixed | Draw | Parameter):
            yield home


def _stands_for(quantity: Quantity, one: Elicitation) -> bool:
    try:
        return bool(quantity.text == one.draw.text)
    except ComplaintsError:
        return False


def _words(data: Any, expert: Expert) -> str:
    if expert.points:
        low, mode, high = (clean(str(data[name])) for name in ("low", "mode", "high"))
        return f"low {low}, mode {mode}, high {high}, {100 * expert.confidence:g} % sure"
    said = sorted(data["quantiles"].items(), key=lambda item: float(item[0]))
    return ", ".join(f"{100 * float(p):g} % below {clean(str(value))}" for p, value in said)


def _ends(ends: tuple[float, float]) -> str:
    return f"{ends[0]:g} to {ends[1]:g}" if math.isfinite(ends[1]) else f"{ends[0]:g} and more"
