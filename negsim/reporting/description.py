"""A scenario described by two published checklists: STRESS-DES and ODD. Each item has its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from negsim.scenario import describe as assumptions
from negsim.simulation import __version__

if TYPE_CHECKING:
    from negsim.scenario import Scenario


@dataclass(frozen=True)
class Item:
    """One item of a checklist: its number and name, and the answer as paragraphs or lines of a list."""

    name: str
    answer: tuple[str, ...]


@dataclass(frozen=True)
class Checklist:
    """A checklist with all its items answered."""

    title: str
    source: str
    items: tuple[Item, ...]


def describe(scenario: Scenario) -> tuple[Checklist, Checklist]:
    """Describe a scenario by STRESS-DES (Monks et al. 2019) and by ODD (Grimm et al. 2020).

    >>> import negsim as ns
    >>> stress, odd = describe(ns.load("baseline"))
    >>> len(stress.items), len(odd.items), stress.items[0].name
    (24, 17, '1.1 Purpose of the model')
    """
    facts = _Facts(scenario)
    return (
        Checklist(
            "STRESS-DES",
            "Monks, Currie, Onggo, Robinson, Kunc and Taylor 2019, Strengthening the reporting of empirical simulation "
            "studies, Journal of Simulation 13(1)",
            tuple(Item(name, answer) for name, answer in facts.stress().items()),
        ),
        Checklist(
            "ODD",
            "Grimm et al. 2020, The ODD protocol for describing agent-based and other simulation models: a second "
            "update, JASSS 23(2) 7",
            tuple(Item(name, answer) for name, answer in facts.odd().items()),
        ),
    )


def markdown(scenario: Scenario) -> str:
    """The description of a scenario as Markdown.

    >>> import negsim as ns
    >>> markdown(ns.load("baseline")).splitlines()[0]
    '# Baseline: description of the model'
    """
    lines = [f"# {_plain(scenario.title)}: description of the model", ""]
    lines += [f"Made by negsim {__version__} from the scenario with the hash `{scenario.hash}`.", ""]
    for checklist in describe(scenario):
        lines += [f"## {checklist.title}", "", f"Checklist: {checklist.source}.", ""]
        for item in checklist.items:
            lines += [f"### {item.name}", "", *_paragraphs(item.answer)]
    return "\n".join(lines)


def _paragraphs(answer: Sequence[str]) -> list[str]:
    if len(answer) == 1:
        return [_plain(answer[0]), ""]
    return [*(f"- {_plain(line)}" for line in answer), ""]


def _plain(text: str) -> str:
    """Text without what Markdown and HTML would act on."""
    for sign in "\\`*_<>[]":
        text = text.replace(sign, f"\\{sign}") if sign != "_" else text
    return " ".join(text.split())


class _Facts:
    """The answers, from the scenario alone."""

    def __init__(self, scenario: Scenario) -> None:
        self.s = scenario
        self.sections = {section.title: section.statements for section in assumptions(scenario)}
        sides = [side.title for side in scenario.agenda.sides.values()]
        self.sides = " and ".join(sides)
        self.titles = [scenario.agenda.issues[name].title for name in scenario.issues]
        self.days = scenario.horizon_days

    def words(self, *titles: str) -> tuple[str, ...]:
        """The statements of some sections."""
        return tuple(each.words for title in titles for each in self.sections.get(title, ())) or ("None.",)

    def sources(self) -> tuple[str, ...]:
        """Each source once, with the first sentence that rests on it."""
        found: dict[str, str] = {}
        for statements in self.sections.values():
            for each in statements:
                for source in each.sources:
                    found.setdefault(source, each.words.split(": ")[0][:60])
        return tuple(found) or ("No source is stated.",)

    def documents(self) -> tuple[str, ...]:
        """The documents of the record."""
        lines = [f"{name}: {source.title or source.about}" for name, source in self.s.agenda.sources.items()]
        return tuple(lines) or ("The record cites no document.",)

    def purpose(self) -> tuple[str, ...]:
        """Question and description."""
        said = [text for text in (self.s.question, self.s.description) if text]
        purpose = f"A projection of the talks of {self.sides}: when is each issue resolved, under these assumptions?"
        return (purpose, *said)

    def outputs(self) -> tuple[str, ...]:
        """What is measured."""
        return (
            "For each issue and for all: the probability that it is resolved by a date, with its Monte Carlo error "
            "sqrt(p (1 - p) / runs).",
            "For each issue and for all: the first date by which 50 % and 80 % of the runs have resolved it. A "
            "run that "
            "does not resolve it before the horizon counts as later than every date.",
            "Mean utilities of the agreements to each side, from 0 to 1, and the days that an issue waits, by cause.",
        )

    def schedule(self) -> tuple[str, ...]:
        """Time, and the order of simultaneous events."""
        return (
            "Time is continuous, in days. The next event is always the earliest one.",
            "Simultaneous events have one order: time, then class (the end of a suspension before a meeting, a meeting "
            "before the deadline of its day), then declaration in the file, then who asked first.",
        )

    def entities(self) -> tuple[str, ...]:
        """Entities with their state."""
        s = self.s
        return (
            f"Sides: {self.sides}. State, for each issue or package: aspiration, reservation value, clock, offers "
            "received.",
            f"Issues ({len(s.issues)}): {', '.join(self.titles)}. State: status, terms, time in each status, "
            "number of discussions.",
            f"Packages: {', '.join(p.title for p in s.packages.values()) or 'none'}. A package is settled as a whole.",
            f"Channels: {', '.join(c.title for c in s.channels.values()) or 'none'}. State: number of meetings, last "
            "bargain discussed.",
            f"Climate: {', '.join(s.climate.regimes)}, at first {s.climate.start}. State: regime and when it began.",
            f"Shocks: {', '.join(shock.title for shock in s.shocks.values()) or 'none'}. State: number so far, steps "
            "that fade.",
        )

    def implementation(self) -> dict[str, tuple[str, ...]]:
        """Section 5 of STRESS-DES."""
        from negsim.projection import versions

        used = ", ".join(f"{name} {version}" for name, version in versions().items())
        return {
            "5.1 Software": (f"{used}. Two engines, SimPy processes and a compiled heap, give the same bits.",),
            "5.2 Random sampling": (
                "Philox4x64-10, as a function: each draw has the key (seed, luck) and the counter (index, stream, run, "
                "part). A stream is the BLAKE2b digest of its name, so no draw depends on another.",
                "Values come from tables of quantiles; the model page states their largest error.",
            ),
            "5.3 Model execution": (
                f"Runs are independent and start at {self.s.as_of}. A run ends when every issue is resolved or lapsed, "
                "or at the horizon.",
                *self.schedule(),
                f"By estimate, {self.s.work.words}.",
            ),
            "5.4 System specification": (
                "The result does not depend on the number of processors. The same bits hold on one processor "
                "family and "
                "version of numba; 2,000 runs take about a second on one processor.",
            ),
        }

    def stress(self) -> dict[str, tuple[str, ...]]:
        """STRESS-DES, item by item."""
        s, words = self.s, self.words
        return {
            "1.1 Purpose of the model": self.purpose(),
            "1.2 Model outputs": self.outputs(),
            "1.3 Experimentation aims": (
                s.question or "The scenario states no question.",
                "Scenarios are compared run by run with common random numbers (negsim compare, sweep, explain).",
            ),
            "2.1 Base model overview diagram": (
                "dormant -> raised -> discussing -> converging -> agreed -> (blocked) -> implementing -> "
                "resolved; from a "
                "discussion also stalled and back; any open status -> suspended and back; collapse: implementing -> "
                "raised; end of the talks: every issue without agreement -> lapsed.",
            ),
            "2.2 Base model logic": (
                "Channels hold meetings. A meeting discusses the issues of its agenda as long as its hours last. In a "
                "discussion each side makes an offer by its tactic. An acceptable offer is an agreement, which is "
                "implemented after a lag, or collapses and reopens the issue.",
                *words("Tactics", "Climate", "Shocks"),
            ),
            "2.3 Scenario logic": (*words("Time frame"), *words("Packages")),
            "2.4 Algorithms": (
                "Concession: Faratin, Sierra and Jennings 1998 (time, behaviour); frontier of a bargain: exact "
                "for options "
                "and divisible issues; quantiles: tables with linear interpolation. docs/model.md has each formula.",
            ),
            "2.5.1 Components: entities": self.entities(),
            "2.5.2 Components: activities": words("Meetings", "Issues"),
            "2.5.3 Components: resources": (
                "Hours of a meeting: an issue that does not fit waits for the next one.",
                *(f"{c.title}: {_text(c.session)} a meeting, {c.order}" for c in s.channels.values()),
            ),
            "2.5.4 Components: queues": (
                "The agenda of a channel lists its open bargains; its order is by priority, age, gap or in "
                "turn, ties by "
                "declaration. Nothing leaves the queue except by its status.",
            ),
            "2.5.5 Components: entry and exit": (
                "Issues enter at as_of, or when a dormant one opens. They leave when they are resolved or lapse.",
            ),
            "3.1 Data sources": (*self.sources(), *self.documents()),
            "3.2 Pre-processing": (
                "Numbers of histories come from negsim calibrate; statements of experts become distributions (elicit). "
                "The sources name which numbers.",
            ),
            "3.3 Input parameters": words("Parameters"),
            "3.4 Assumptions": words("Assumed by default"),
            "4.1 Initialisation": (
                f"Day 0 is {s.as_of}. No warm-up: statuses, clocks and offers of that day come from the record.",
                *(
                    f"{title}: {issue.start.status}"
                    for title, issue in zip(self.titles, s.issues.values(), strict=True)
                ),
            ),
            "4.2 Run length": (f"{self.days} days, to {s.horizon}, or until every issue is resolved or lapsed.",),
            "4.3 Estimation approach": (
                "Independent runs, 2,000 by default; --precision runs until a stated Monte Carlo error. "
                "Wilson's interval "
                "for probabilities, order statistics for dates.",
            ),
        } | {**self.implementation(), "6.1 Code and data": self.access()}

    def access(self) -> tuple[str, ...]:
        """Where the model is."""
        return (
            f"negsim {__version__}, MIT licence. `negsim show` prints the scenario in full; its hash is {self.s.hash}. "
            "`negsim run --out DIR` writes a manifest, and `negsim rerun DIR` repeats the result from it.",
        )

    def odd(self) -> dict[str, tuple[str, ...]]:
        """ODD, item by item."""
        words = self.words
        chance = (
            "Gaps, lags, suspensions, shocks, cancellations and collapses are drawn each time; assumptions once a run."
        )
        return {
            "1 Purpose and patterns": (
                *self.purpose(),
                "Patterns: stylised facts of bargaining that the model is tested against (tests/known_answers).",
            ),
            "2 Entities, state variables and scales": (
                *self.entities(),
                f"Time: continuous, {self.days} days. No space.",
            ),
            "3 Process overview and scheduling": self.schedule(),
            "4.1 Basic principles": (
                "Bargaining with deadlines and monotone concession between two sides, with a climate and shocks "
                "outside.",
            ),
            "4.2 Emergence": ("Dates, terms and the order of agreements emerge from tactics, meetings and shocks.",),
            "4.3 Adaptation": words("Tactics"),
            "4.4 Objectives": ("Each side wants its own utility, from 0 to 1, and none below its reservation value.",),
            "4.5 Learning": ("None: tactics do not change within a run.",),
            "4.6 Prediction": ("None: a side looks at its clock and at offers received.",),
            "4.7 Sensing": (
                "A side knows its own values and the offers of the other, not the other's reservation value.",
            ),
            "4.8 Interaction": ("Sides exchange offers in discussions. Issues compete for the hours of a meeting.",),
            "4.9 Stochasticity": (chance, "Philox4x64-10 with named streams."),
            "4.10 Collectives": words("Packages") if self.s.packages else ("None: there is no package.",),
            "4.11 Observation": self.outputs(),
            "5 Initialization": words("Issues"),
            "6 Input data": (*self.sources(), *self.documents()),
            "7 Submodels": (
                *words("Meetings", "Climate", "Shocks"),
                "docs/model.md has the equations of every submodel.",
            ),
        }


def _text(value: Any) -> str:
    text = value.text
    return str(text) if isinstance(text, str | int | float) else "an uncertain time"
