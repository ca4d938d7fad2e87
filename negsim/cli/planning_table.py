"""Answers of `when` and `how-many` as text and data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from negsim.analysis import Chance, all_of, all_words, count_of, date_text
from negsim.cli.projection_table import percent
from negsim.files import TextPage, TextStyle

if TYPE_CHECKING:
    from negsim.analysis import Estimate, HowMany, When
    from negsim.projection import Projection

_DATE = 12

NOTE = (
    "Intervals are 95 % intervals and ± is one standard error, rounded up. Both measure the simulation, not how right "
    "the assumptions are. The results hold if the sides concede as the scenario assumes; they do not predict what "
    "the sides will do."
)


class DatesTable:
    """Dates by which each of some issues, all of them, and the first k of them are resolved with a probability.

    >>> import negsim as ns
    >>> dates = DatesTable(ns.run(ns.load("scenarios/baseline.yaml"), runs=200), 0.6, ["banking", "framework"])
    >>> print(dates.answer)
    With a probability of at least 60 % both issues are resolved by 2027-07-26 (95 %: 2026-12-06 to after 2028-04-08).
    """

    def __init__(
        self,
        projection: Projection,
        probability: float = 0.8,
        issues: Sequence[str] | None = None,
        first: int | None = None,
    ) -> None:
        self.projection, self.first = projection, first
        self.asked = projection.when(probability, issues, first)
        names = self.asked.issues
        self.each = {name: projection.when(probability, [name]) for name in names}
        counts = range(1, len(names) + 1) if first is None else [first]
        self.firsts = [projection.when(probability, names, k) for k in counts]

    @property
    def answer(self) -> str:
        """The answer in a sentence."""
        asked, n, shown = self.asked, len(self.asked.issues), self._shown
        which = f"{all_of(n)} are" if n > 1 else f"{self._title(asked.issues[0])} is"
        if asked.first < n:
            which = f"{asked.first} of {n} issues or more {'is' if asked.first == 1 else 'are'}"
        start = f"With a probability of at least {100 * asked.probability:g} % {which} resolved"
        if asked.day is not None:
            ends = f"{shown(asked.low)} to {shown(asked.high) if asked.high else f'after {shown(asked.last_day)}'}"
            return f"{start} by {shown(asked.day)} (95 %: {ends})."
        reached = _percent(asked.by_horizon)
        return f"{start} only after {asked.last_day}, or never: by that day this holds in {reached} % of the runs."

    def _shown(self, day: date | None) -> str:
        return "after" if day is None else date_text(day, self.projection.context.fine_unit)

    def _figures(self, found: When) -> list[str]:
        return [*map(self._shown, (found.day, found.low, found.high)), _percent(found.by_horizon)]

    def data(self) -> dict[str, Any]:
        """The answer as plain data for JSON."""
        return {
            "answer": {**self.asked.data(), "words": self.answer},
            "issues": [{"id": name, "title": self._title(name), **found.data()} for name, found in self.each.items()],
            "first": [found.data() for found in self.firsts],
        }

    def text(self, look: TextStyle) -> str:
        """The answer, then a table that fits the width."""
        page = _top(self.projection, self.answer, look)
        rows: list[tuple[str, list[str], str] | None] = []
        rows += [(self._title(name), self._figures(found), "") for name, found in self.each.items()]
        if (n := len(self.asked.issues)) > 1:
            rows.append(None)
            for found in self.firsts:
                which = all_words(n) if found.first == n else f"first {found.first} of {n}"
                rows.append((which, self._figures(found), ""))
        heads = ("resolved", f"{100 * self.asked.probability:g} % by", "from", "to (95 %)", "horizon, %")
        page.table(heads, (_DATE, _DATE, _DATE, 12), rows)
        note = f"after: not by {self.asked.last_day}, the last day of the runs. {NOTE}"
        return page.add().note(note).text

    def _title(self, name: str) -> str:
        return next(facts.title for facts in self.projection.context.issues if facts.id == name)


def how_many_text(projection: Projection, found: HowMany, look: TextStyle) -> str:
    """The number of issues resolved by a date: the answer, then a table that fits the width."""
    page, n, rows = _top(projection, how_many_words(found), look), len(found.issues), []
    for k in range(1, n + 1):
        chance = found.at_least(k)
        figures = [_percent(chance), *(f"{100 * end:.1f}" for end in (chance.low, chance.high))]
        rows.append((f"at least {k} of {n}" if k < n else all_words(n), figures, ""))
    page.table((f"resolved by {found.by}", "% of runs", "from", "to (95 %)"), (_DATE,) * 3, rows)
    return page.add().note(NOTE).text


def how_many_words(found: HowMany) -> str:
    """The answer in two sentences."""
    n, sure, (low, high) = len(found.issues), found.surely(0.8), found.range
    least = f"at least 1 of {n} issues" if n > 1 else "the only issue"
    answer = f"the probability that {least} is resolved is below 80 %"
    if sure:
        answer = f"with a probability of at least 80 %, {'at least ' * (sure < n)}{count_of(sure, n)} resolved"
    spread = f"from {low} to {high}" if low < high else f"{low}"
    return (
        f"By {found.by}, {answer}. The median number is {found.median}, the mean {found.mean:.1f}; in the middle 80 % "
        f"of the runs it is {spread}."
    )


def _percent(share: Estimate) -> str:
    return percent(Chance(share.value, share.se))


def _top(projection: Projection, answer: str, look: TextStyle) -> TextPage:
    context = projection.context
    page = TextPage(look).title(context.talks)
    if context.title != context.talks:  # a scenario without a title has that of its agenda
        page.add(context.title)
    page.add(f"From {context.as_of} to the horizon {context.horizon}; {projection.provenance}.")
    return page.add().add(answer).add()
