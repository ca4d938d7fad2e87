"""Why an issue comes so late, and what would change that: what was found, in sentences and as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from negsim.analysis import Gain, Quality, Why, date_text, quality_words
from negsim.analysis import delay_sentences as because
from negsim.experiments.candidates import Candidate
from negsim.experiments.outside import OUTSIDE, links, settlements
from negsim.files import TextPage, TextStyle

if TYPE_CHECKING:
    from negsim.projection import Projection
    from negsim.scenario import Scenario

#: Number of changes reported for each reach, and of changes that delay the issue.
TOLD = 3
_HEADINGS = {
    "both": "Changes by both sides together, or with a host",
    OUTSIDE: "Events outside the negotiation",
}


@dataclass(frozen=True)
class Tried:
    """A candidate and its effect: in the ``pilot`` that selects, and as ``found`` with the requested seed.

    ``found`` is None if it was not selected, ``pilot`` if it was not simulated; ``why_not`` gives the reason.
    """

    lever: Candidate
    pilot: Gain | None = None
    found: Gain | None = None
    why_not: str = ""

    def data(self) -> dict[str, Any]:
        """Plain data for JSON."""
        lever = self.lever
        changes = None if lever.changes is None else dict(lever.changes)
        gains = {name: each and each.data() for name, each in (("pilot", self.pilot), ("found", self.found))}
        said = {"reach": lever.reach, "words": lever.words, "helps": lever.helps, "changes": changes}
        return {**said, **gains, "why_not": self.why_not or None}


@dataclass(frozen=True, eq=False)
class Explanation:
    """When one issue is resolved and why, what brings it forward, and what delays it.

    ``tried`` holds every candidate. Runs with another seed, ``pilot_seed``, select the candidates. The selected ones
    are simulated again with the seed of the ``projection``, so the selection does not inflate their effects.
    ``quality`` measures the agreements of the issue or its package; None if no offers are made.

    >>> import negsim as ns
    >>> found = ns.explain(ns.load("scenarios/baseline.yaml"), "visas", side="us", runs=200)
    >>> [tried.lever.words for tried in found.levers["us"]][:1]
    ['United States: reservation value 0.1 lower']
    """

    projection: Projection
    issue: str
    why: Why
    tried: tuple[Tried, ...]
    pilot_seed: int
    side: str | None = None
    quality: Quality | None = None

    def time_scale(self, dates: str | None = None) -> Explanation:
        """The same explanation with another unit of dates: ``day``, ``week``, ``month`` or ``year``.

        Raises:
            NegsimError: the unit does not exist.
        """
        return replace(self, projection=self.projection.time_scale(dates))

    def _shown(self, day: date) -> str:
        return date_text(day, self.projection.context.asked_unit or "day")

    def __repr__(self) -> str:
        return f"<Explanation of {self.why.facts.title!r}: {self.projection.runs:,} runs of {self._title!r}>"

    @property
    def _title(self) -> str:
        return self.projection.scenario.title

    @property
    def levers(self) -> dict[str, tuple[Tried, ...]]:
        """The changes that bring it forward most, best first: by side, "both", and "outside" (days of events, all)."""
        return {
            reach: _best([each for each in self._chosen(True) if each.lever.reach == reach])
            for reach in reaches(self.projection.scenario, self.side)
        }

    @property
    def breaks(self) -> tuple[Tried, ...]:
        """The changes that delay it most, worst first."""
        return _best(self._chosen(False))[::-1]

    def _chosen(self, helps: bool) -> list[Tried]:
        return [each for each in self.tried if each.found is not None and each.lever.helps == helps]

    def sections(self) -> list[tuple[str, list[str]]]:
        """Sentences under headings; the first has none."""
        context, on, runs = self.projection.context, self._shown(self.why.on), self.projection.runs
        links = _links(self.projection.scenario, self.issue)
        said = [because.dates(self.why, context), because.time(self.why, context), *links]
        result = [("", said), ("Runs that do not resolve it", because.unresolved(self.why, context))]

        if self.quality is not None:
            result.append(("Terms", quality_words(self.quality, context.sides)))

        def lines(chosen: Sequence[Tried], who: str = "") -> list[str]:
            told = [(t.lever.words.removeprefix(f"{who}: "), t.found) for t in chosen if t.found is not None]
            return [f"{words[:1].upper()}{words[1:]}: {because.gain_words(g, on, runs)}." for words, g in told]

        names = dict(zip(context.side_ids, context.sides, strict=True))
        for reach, chosen in self.levers.items():
            who = names.get(reach, "")
            nothing = self._nothing([t for t in self.tried if t.lever.helps and t.lever.reach == reach])
            heading = f"Changes by {who} alone" if who else _HEADINGS[reach]
            result.append((heading, lines(chosen, who) or [nothing]))
        nothing = self._nothing([t for t in self.tried if not t.lever.helps])
        result.append(("Changes that delay it", lines(self.breaks) or [nothing]))
        return result

    def _nothing(self, tried: Sequence[Tried]) -> str:
        played = sum(each.pilot is not None for each in tried)
        if played:
            what = "The one change tried makes" if played == 1 else f"None of {played} changes tried makes"
            no = "no difference" if played == 1 else "a difference"
            return f"{what} {no} that {self.projection.runs:,} runs can show."
        reasons = dict.fromkeys(each.why_not for each in tried)
        return f"There is nothing to try: {'; '.join(reasons)}." if reasons else "There is nothing to try."

    @property
    def notes(self) -> list[str]:
        """How the figures were found, and how to read them."""
        played = sum(t.pilot is not None for t in self.tried)
        chosen = sum(t.found is not None for t in self.tried)
        left = len(self.tried) - played
        verbs = ("is", "changes") if left == 1 else ("are", "change")
        without = f" {left} more {verbs[0]} not possible in this scenario or {verbs[1]} nothing." if left else ""
        return [
            f"Tried: {played} changes of one assumption each, in pairs of runs with the same random numbers, seed "
            f"{self.pilot_seed}.{without} Each heading lists at most {TOLD} changes: "
            f"those with the largest effect that the pairs show. These {chosen} were simulated again with seed "
            f"{self.projection.seed}, so the selection does not inflate their figures.",
            "The mean date counts runs that do not resolve the issue as resolved on "
            f"{self._shown(self.projection.context.horizon)}. The figure of the other issues is the change in how many "
            f"are resolved by {self._shown(self.why.on)}. The step sizes are examples: effects need not be "
            "proportional to the step, nor add up.",
            "Intervals are 95 % intervals of the simulation, each for itself: about one in twenty misses. The "
            "comparison of runs that resolve the issue with runs that do not shows association, not cause; only the "
            "changes were tried. All figures hold if the sides concede as the scenario assumes; they are not a "
            "forecast of what the sides will do.",
        ]

    @property
    def text(self) -> str:
        """The explanation as text, 80 columns wide."""
        return self.render(TextStyle())

    def render(self, look: TextStyle) -> str:
        """The explanation as text that fits a terminal."""
        context = self.projection.context
        page = TextPage(look).title(self.why.facts.title).add(context.name)
        page.note(f"{self.projection.provenance}.")
        for heading, said in self.sections():
            page.add()
            if heading:
                page.title(heading)
            page.items(said, "- " if heading else "")
        return page.add().items(self.notes, "", "dim").text

    def data(self) -> dict[str, Any]:
        """Plain data for JSON, with every candidate."""
        projection = self.projection
        return {
            "issue": self.issue,
            "title": self.why.facts.title,
            "scenario": self._title,
            "hash": projection.hash,
            "runs": projection.runs,
            "seed": projection.seed,
            "pilot_seed": self.pilot_seed,
            "engine": projection.engine,
            **self.why.data(),
            "quality": None if self.quality is None else self.quality.data(),
            "levers": {reach: [each.data() for each in chosen] for reach, chosen in self.levers.items()},
            "breaks": [each.data() for each in self.breaks],
            "tried": [each.data() for each in self.tried],
            "sentences": [{"heading": heading, "said": said} for heading, said in self.sections()],
            "notes": self.notes,
        }

    def _repr_html_(self) -> str:
        from negsim.files import render

        foot = " ".join([f"{self.projection.provenance}.", *self.notes])
        title = self.why.facts.title
        return render("experiments/explanation.html", title=title, sections=self.sections(), foot=foot)


def reaches(scenario: Scenario, side: str | None) -> tuple[str, ...]:
    """Who can make changes: the requested side, or each side, both together, and events for which issues wait."""
    outside = (OUTSIDE,) if settlements(scenario) else ()
    return (*scenario.sides, "both", *outside) if side is None else (side,)


def _best(chosen: Sequence[Tried]) -> tuple[Tried, ...]:
    return tuple(sorted(chosen, key=lambda each: each.found.rank if each.found else (0.0, 0.0)))


def _links(scenario: Scenario, issue: str) -> list[str]:
    """The links of the issue with other issues, in sentences."""
    setup, titles = scenario.issues[issue], {name: each.short_title for name, each in scenario.agenda.issues.items()}
    said = []
    if requires := setup.implementation.requires:
        names = because.listed(titles[name] for name in requires)
        said.append(f"It cannot be implemented before {names} {'is' if len(requires) == 1 else 'are'} resolved.")
    if setup.opens is not None and setup.opens.when is not None:
        said.append(f"It opens when {titles[setup.opens.when.issue]} is {setup.opens.when.reaches}.")
    waiting = [titles[name] for name, each in scenario.issues.items() if issue in each.implementation.requires]
    if waiting:
        said.append(f"The implementation of {because.listed(waiting)} requires it.")
    for package in scenario.packages.values():
        if issue in package.issues:
            names = because.listed(titles[name] for name in package.issues if name != issue)
            said.append(f'It is settled in a package, "{package.title}", together with {names}.')
    for link in links(scenario, [issue]):
        chance = "" if link.probability is None else f", with probability {link.probability:g}"
        said.append(f"It may be suspended{chance}, until: {link.until}.")
    if scenario.undertaking == "single":
        said.append("Nothing is agreed until everything is agreed: it waits for the last of all issues.")
    return said
