"""The assumptions of a scenario in words, each with its sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from negsim.quantities import head
from negsim.scenario.quantity_words import number, quantity, share
from negsim.scenario.resolved import Resolved

_ORDERS = {
    "priority": "by priority",
    "oldest": "the oldest first",
    "closest": "the smallest gap first",
    "round_robin": "in turn",
}


@dataclass(frozen=True)
class Statement:
    """An assumption in a few sentences, with its sources."""

    words: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Statements about one part of the talks."""

    title: str
    statements: tuple[Statement, ...]


def describe(scenario: Resolved) -> tuple[Section, ...]:
    """The assumptions of a scenario, section by section.

    >>> import negsim as ns
    >>> [section.title for section in describe(ns.load("scenarios/baseline.yaml"))]
    ['Time frame', 'Parameters', 'Tactics', 'Issues', 'Meetings', 'Climate', 'Shocks']
    """
    speaker = _Speaker(scenario)
    sections = [
        Section("Time frame", tuple(speaker.frame())),
        Section("Parameters", tuple(speaker.parameters())),
        Section("Tactics", tuple(speaker.tactics())),
        Section("Issues", tuple(speaker.issues())),
        Section("Packages", tuple(speaker.packages())),
        Section("Meetings", tuple(speaker.channels())),
        Section("Climate", tuple(speaker.climate())),
        Section("Shocks", tuple(speaker.shocks())),
        Section("Assumed by default", tuple(Statement(f"{line[0].upper()}{line[1:]}.") for line in scenario.assumed)),
    ]
    return tuple(section for section in sections if section.statements)


class _Speaker:
    def __init__(self, scenario: Resolved) -> None:
        self.scenario, self.data = scenario, scenario.resolved()
        self.sides = {name: side.title for name, side in scenario.agenda.sides.items()}
        self.titles = {name: scenario.agenda.issues[name].short_title for name in scenario.issues}

    def frame(self) -> Iterable[Statement]:
        data = self.data
        together = {
            "early_harvest": "The implementation of each agreement begins as soon as it is reached.",
            "single": "Nothing is agreed until everything is agreed.",
        }
        words = f"The simulation runs from {data['as_of']} to {data['horizon']}. "
        yield Statement(words + together[data["undertaking"]])
        if deadline := data.get("deadline"):
            yield Statement(
                f"The talks end on {deadline['date']}; issues that are not agreed by then lapse.", _sources(deadline)
            )

    def parameters(self) -> Iterable[Statement]:
        for name, parameter in self.data.get("parameters", {}).items():
            yield Statement(f"{name}: {quantity(parameter['value'])}.", _sources(parameter))

    def tactics(self) -> Iterable[Statement]:
        found: dict[tuple[str, str], list[str]] = {}
        patience: dict[tuple[str, str], dict[str, list[str]]] = {}
        sources: dict[tuple[str, str], list[tuple[str, ...]]] = {}
        for section in ("issues", "packages"):
            for name, part in self.data.get(section, {}).items():
                for side, tactic in part.get("tactics", {}).items():
                    if head(part.get("settle")) or isinstance(part.get("settle"), Mapping):
                        continue
                    key = (side, _tactic({k: v for k, v in tactic.items() if k != "patience"}))
                    found.setdefault(key, []).append(name)
                    sources.setdefault(key, []).append(_sources(tactic))
                    if "patience" in tactic:
                        patience.setdefault(key, {}).setdefault(_patience(tactic["patience"]), []).append(name)
        whole = len(self.data["issues"]) + len(self.data.get("packages", {}))
        for (side, words), names in found.items():
            where = "On all issues" if len(names) == whole else f"On {self._names(names)}"
            spans = patience.get((side, words), {})
            said = ""
            if spans:
                most = max(spans, key=lambda span: len(spans[span]))
                rest = [f"{span} on {self._names(named)}" for span, named in spans.items() if span != most]
                said = f" It reaches its reservation value within {most}"
                said += f"; {'; '.join(rest)}." if rest else "."
            # The source of a single issue is listed with that issue.
            given = sources[side, words]
            common = tuple(source for source in given[0] if all(source in others for others in given))
            yield Statement(f"{where}, {self.sides[side]} {words}.{said}", common)

    def issues(self) -> Iterable[Statement]:
        for name, part in self.data["issues"].items():
            title, start = self.titles[name], part["start"]
            words = [f"{title}: {start['status']} at the start."]
            if isinstance(part["settle"], Mapping):
                words.append(f"Each discussion settles it with probability {share(part['settle']['chance'])}.")
            else:
                least = "; ".join(f"{self.sides[k]} {share(v)}" for k, v in part["reservation"].items())
                words.append(f"Reservation value, as a share of the demand: {least}.")
            if isinstance(part["outcome"], Mapping):
                options = "; ".join(str(option["title"]) for option in part["outcome"]["options"])
                words.append(f"Possible outcomes: {options}.")
            if scale := part.get("scale"):
                values = "; ".join(f"{self.sides[k]} demands {scale[k]:,g}" for k in self.sides)
                words.append(f"In {scale['unit']}: {values}.")
            if opens := part.get("opens"):
                words.append(self._opens(opens))
            carry = part["implementation"]
            lag, collapse = quantity(carry["lag"]), share(carry["collapse"])
            words.append(f"A discussion takes {number(part['hours'])}.")
            words.append(f"Implementation: {lag}; probability of collapse: {collapse}.")
            if carry["requires"]:
                words.append(f"It begins only when {self._names(carry['requires'])} is resolved.")
            yield Statement(" ".join(words), _sources(part))

    def _opens(self, opens: Mapping[str, Any]) -> str:
        if "on" in opens:
            return f"It opens on {opens['on']}."
        when = opens["when"]
        return f"It opens when {self.titles.get(when['issue'], when['issue'])} is {when['reaches']}."

    def packages(self) -> Iterable[Statement]:
        for part in self.data.get("packages", {}).values():
            weights = "; ".join(
                f"{self.sides[side]}: "
                + ", ".join(f"{self.titles[name]} {share(weight)}" for name, weight in given.items())
                for side, given in part["weights"].items()
            )
            yield Statement(f"{part['title']}: settled together. Weights for {weights}.", _sources(part))

    def channels(self) -> Iterable[Statement]:
        for part in self.data.get("channels", {}).values():
            words = [f"{part['title']}: a session of {number(part['session'])}"]
            words += [f"in {part['venue']}"] if part.get("venue") else []
            gap = quantity(part["gap"])
            words.append(f"every {gap}" if head(part["gap"]) is None else f"with gaps between meetings of {gap}")
            said = " ".join(words) + f", {_ORDERS[part['order']]}"
            every = len(part["issues"]) == len(self.data["issues"])
            said += ", on all issues." if every else f", on {self._names(part['issues'])}."
            if part["good_offices"]:
                said += f" The host closes gaps of up to {share(part['good_offices'])} with a proposal."
            yield Statement(said, _sources(part))

    def climate(self) -> Iterable[Statement]:
        part = self.data["climate"]
        regimes = part["regimes"]
        if len(regimes) == 1:
            return
        yield Statement(f"The regime at the start is {part['start']}.", _sources(part))
        for name, regime in regimes.items():
            next_ = ", ".join(f"{other} ({share(p)})" for other, p in regime["next"].items())
            lasts = (
                f"lasts on average {quantity(regime['sojourn'])}; then {next_}" if regime.get("sojourn") else "stays"
            )
            yield Statement(
                f"{name.capitalize()} {lasts}. Factor on the clocks: {quantity(regime['pace'])}; on the gaps "
                f"between meetings: {quantity(regime['gap_factor'])}. Probability that a meeting is cancelled: "
                f"{share(regime['cancellation'])}. Rate of breakdown: {quantity(regime['breakdown'])}."
            )

    def shocks(self) -> Iterable[Statement]:
        for part in self.data.get("shocks", {}).values():
            when = [] if part["rate"] == "0 per year" else [quantity(part["rate"])]
            when += [f"on {dated['date']} with probability {share(dated['probability'])}" for dated in part["dates"]]
            marks = "; ".join(self._mark(mark) for mark in part["marks"])
            said = f"{part['title']} ({'; '.join(when) or 'only if another shock provokes it'})"
            provoked = [f"{p['shock']} ({quantity(p['mean'])} on average)" for p in part["provokes"]]
            said += f": {marks}." if marks else "."
            said += f" It provokes {', '.join(provoked)}." if provoked else ""
            yield Statement(said, _sources(part))

    def _mark(self, mark: Mapping[str, Any]) -> str:
        chance = f"with probability {share(mark['probability'])}"
        on = mark.get("issues", ())
        on = "" if on == "all" or len(on) == len(self.data["issues"]) else f" on {self._names(on)}"
        match mark["kind"]:
            case "climate":
                return f"{chance} it changes the climate to {mark['to']}"
            case "suspend":
                what = "the talks" if mark["issues"] == "all" else self._names(mark["issues"])
                return f"{chance} it suspends {what} ({quantity(mark['duration'])})"
            case "harden" | "ease" as kind:
                fades = f"with a half-life of {number(mark['half_life'])}"
                return f"{chance} {self.sides[mark['side']]} {kind}s by {quantity(mark['step'])}{on}, {fades}"
            case "reservation":
                moves = quantity(mark["delta"])
                return f"{chance} the reservation value of {self.sides[mark['side']]} moves by {moves}{on}"
            case _:
                return f"{chance} it calls an extra meeting ({quantity(mark['after'])} later)"

    def _names(self, names: Iterable[str]) -> str:
        packages = self.data.get("packages", {})
        said = [self.titles.get(name) or packages.get(name, {}).get("title", name) for name in names]
        return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}" if said else "nothing"


def _tactic(tactic: Mapping[str, Any]) -> str:
    match tactic["kind"]:
        case "fixed":
            return f"demands {share(tactic['aspiration'])} and never concedes"
        case "reciprocal":
            return (
                f"starts at {share(tactic['aspiration'])} and answers each concession of the other side with "
                f"{quantity(tactic['reciprocity'])} times as much"
            )
        case kind:
            clock = {"calendar": "with time", "rounds": "with each discussion"}.get(tactic["clock"], "")
            words = f"concedes {clock} with exponent {quantity(tactic['beta'])} (below 1: late; above: early)"
            if kind == "mixed":
                words += (
                    f" with weight {share(tactic['weight'])}, and else answers each concession of the other side with "
                    f"{quantity(tactic['reciprocity'])} times as much"
                )
            return words


def _patience(value: Any) -> str:
    if isinstance(value, Mapping) and "until" in value:
        return f"the time to {value['until']} times {quantity(value['times'])}"
    return quantity(value)


def _sources(part: Mapping[str, Any]) -> tuple[str, ...]:
    source = part.get("source", ())
    return (source,) if isinstance(source, str) else tuple(source)
