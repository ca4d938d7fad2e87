"""A scenario's assumptions in words, each with its sources: for the page, and for whoever will not read YAML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from negsim.quantities import DAYS_PER_YEAR, head
from negsim.scenario.resolved import Resolved

_MONTH = DAYS_PER_YEAR / 12
_ORDERS = {
    "priority": "by priority",
    "oldest": "the oldest first",
    "closest": "what is closest to a deal first",
    "round_robin": "in turn",
}


@dataclass(frozen=True)
class Statement:
    """What is assumed, in a sentence or two, and the sources it gives."""

    words: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Statements on one part of the talks."""

    title: str
    statements: tuple[Statement, ...]


def describe(scenario: Resolved) -> tuple[Section, ...]:
    """All that a scenario assumes, section by section.

    >>> import negsim as ns
    >>> [section.title for section in describe(ns.load("scenarios/baseline.yaml"))]
    ['The frame', 'What is known badly', 'How the sides concede', 'The issues', 'Meetings', 'The climate', 'Shocks']
    """
    speaker = _Speaker(scenario)
    sections = [
        Section("The frame", tuple(speaker.frame())),
        Section("What is known badly", tuple(speaker.parameters())),
        Section("How the sides concede", tuple(speaker.tactics())),
        Section("The issues", tuple(speaker.issues())),
        Section("Packages", tuple(speaker.packages())),
        Section("Meetings", tuple(speaker.channels())),
        Section("The climate", tuple(speaker.climate())),
        Section("Shocks", tuple(speaker.shocks())),
    ]
    return tuple(section for section in sections if section.statements)


def quantity(value: Any) -> str:
    """A quantity of a full form in words.

    >>> quantity({"lognormal": {"median": "608.75 days", "q90": "2191.5 days"}})
    'median 20 months, one in ten above 6 years'
    >>> quantity({"pert": {"low": 0.1, "mode": 0.35, "high": 0.75}})
    'around 0.35, from 0.1 to 0.75'
    >>> quantity({"parameter": "us_patience", "times": 0.2})
    '0.2 x us_patience'
    >>> quantity("45 days")
    '45 days'
    """
    family = head(value)
    if family is None:
        return number(value)
    if family == "parameter":
        times = f"{value['times']:g} x " if "times" in value else ""
        plus = f" + {number(value['plus'])}" if "plus" in value else ""
        return f"{times}{value['parameter']}{plus}"
    if family == "empirical":
        values = sorted(value[family]["values"], key=lambda each: float(str(each).split()[0]))
        return f"one of {len(values)} values, from {number(values[0])} to {number(values[-1])}"
    n = {key: f"({quantity(inner)})" if head(inner) else number(inner) for key, inner in value[family].items()}
    match family:
        case "pert" | "triangular":
            return f"around {n['mode']}, from {n['low']} to {n['high']}"
        case "uniform":
            return f"anything from {n['low']} to {n['high']}"
        case "lognormal":
            return f"median {n['median']}, one in ten above {n['q90']}"
        case "exponential":
            return f"mean {n['mean']}, exponential"
        case "gamma":
            return f"gamma, scale {n['scale']} times shape {n['shape']} on average"
        case "weibull":
            return f"Weibull, scale {n['scale']}, shape {n['shape']}"
        case _:
            a, b = value[family]["a"], value[family]["b"]
            if head(a) or head(b) or (value[family].get("low", 0), value[family].get("high", 1)) != (0, 1):
                return f"beta of {n['a']} and {n['b']}, from {n.get('low', '0')} to {n.get('high', '1')}"
            return (
                f"mean {float(a) / (float(a) + float(b)):.2g}, as {n['a']} of {float(a) + float(b):g} cases would show"
            )


def number(value: Any) -> str:
    """A plain number with its unit, days as months or years where they are long.

    >>> number("213.0625 days"), number("0.75 hours"), number(0.35), number("1 days")
    ('7 months', '45 minutes', '0.35', '1 day')
    """
    if not isinstance(value, str):
        return f"{value:g}" if isinstance(value, float) else str(value)
    amount, _, unit = value.partition(" ")
    try:
        n = float(amount)
    except ValueError:
        return value
    if unit == "days":
        for span, name in ((DAYS_PER_YEAR, "year"), (_MONTH, "month")):
            count = n / span
            if n >= 2 * span and abs(count - round(count, 1)) < 1e-9 and (name == "month" or count >= 3):
                return f"{count:g} {name}s"
        n = round(n, 1)
    if unit == "hours" and n < 1:
        n, unit = n * 60, "minutes"
    return f"{n:g} {unit.removesuffix('s') if n == 1 else unit}"


def share(value: Any) -> str:
    """A share in words, in per cent where it is a plain number.

    >>> share(0.35)
    '35 %'
    """
    return f"{100 * value:g} %" if isinstance(value, int | float) else quantity(value)


class _Speaker:
    def __init__(self, scenario: Resolved) -> None:
        self.scenario, self.data = scenario, scenario.resolved()
        self.sides = {name: side.title for name, side in scenario.agenda.sides.items()}
        self.titles = {name: scenario.agenda.issues[name].title for name in scenario.issues}

    def frame(self) -> Iterable[Statement]:
        data = self.data
        together = {
            "early_harvest": "Each agreement is carried out as soon as it is reached.",
            "single": "Nothing is agreed until everything is agreed.",
        }
        words = f"The talks are played from {data['as_of']} to {data['horizon']}. "
        yield Statement(words + together[data["undertaking"]])
        if deadline := data.get("deadline"):
            yield Statement(f"They end on {deadline['date']}: what is not agreed then lapses.", _sources(deadline))

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
            where = "On everything" if len(names) == whole else f"On {self._names(names)}"
            spans = patience.get((side, words), {})
            said = ""
            if spans:
                most = max(spans, key=lambda span: len(spans[span]))
                rest = [f"{span} on {self._names(named)}" for span, named in spans.items() if span != most]
                said = f" It comes down to its reservation within {most}"
                said += f"; {'; '.join(rest)}." if rest else "."
            # What an issue alone says of its numbers stands with the issue.
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
                words.append(f"The least share of its demand that a side would settle for: {least}.")
            if isinstance(part["outcome"], Mapping):
                options = "; ".join(str(option["title"]) for option in part["outcome"]["options"])
                words.append(f"It ends in one of these: {options}.")
            if opens := part.get("opens"):
                words.append(self._opens(opens))
            carry = part["implementation"]
            words.append(f"A discussion takes {number(part['hours'])}.")
            words.append(f"Carrying it out: {quantity(carry['lag'])}; it comes undone: {share(carry['collapse'])}.")
            if carry["requires"]:
                words.append(f"It cannot begin before {self._names(carry['requires'])} is resolved.")
            yield Statement(" ".join(words), _sources(part))

    def _opens(self, opens: Mapping[str, Any]) -> str:
        if "on" in opens:
            return f"It comes on the table on {opens['on']}."
        when = opens["when"]
        return f"It comes on the table when {self.titles.get(when['issue'], when['issue'])} is {when['reaches']}."

    def packages(self) -> Iterable[Statement]:
        for part in self.data.get("packages", {}).values():
            weights = "; ".join(
                f"{self.sides[side]}: "
                + ", ".join(f"{self.titles[name]} {share(weight)}" for name, weight in given.items())
                for side, given in part["weights"].items()
            )
            yield Statement(f"{part['title']}: settled together. How much each matters to {weights}.", _sources(part))

    def channels(self) -> Iterable[Statement]:
        for part in self.data.get("channels", {}).values():
            words = [f"{part['title']}: a session of {number(part['session'])}"]
            words += [f"in {part['venue']}"] if part.get("venue") else []
            gap = quantity(part["gap"])
            words.append(
                f"every {gap}" if head(part["gap"]) is None else f"again and again, from one to the next {gap}"
            )
            said = " ".join(words) + f", {_ORDERS[part['order']]}"
            every = len(part["issues"]) == len(self.data["issues"])
            said += ", on all issues." if every else f", on {self._names(part['issues'])}."
            if part["good_offices"]:
                said += f" The host bridges gaps of up to {share(part['good_offices'])} with a proposal."
            yield Statement(said, _sources(part))

    def climate(self) -> Iterable[Statement]:
        part = self.data["climate"]
        regimes = part["regimes"]
        if len(regimes) == 1:
            return
        yield Statement(f"It starts {part['start']}.", _sources(part))
        for name, regime in regimes.items():
            next_ = ", ".join(f"{other} ({share(p)})" for other, p in regime["next"].items())
            lasts = (
                f"lasts on average {quantity(regime['sojourn'])}; then {next_}" if regime.get("sojourn") else "stays"
            )
            yield Statement(
                f"{name.capitalize()} {lasts}. Factor on the sides' clocks: {quantity(regime['pace'])}; on the gaps "
                f"between meetings: {quantity(regime['gap_factor'])}. A meeting is cancelled: "
                f"{share(regime['cancellation'])}. The talks break down: {quantity(regime['breakdown'])}."
            )

    def shocks(self) -> Iterable[Statement]:
        for part in self.data.get("shocks", {}).values():
            when = [] if part["rate"] == "0 per year" else [quantity(part["rate"])]
            when += [f"on {dated['date']} with probability {share(dated['probability'])}" for dated in part["dates"]]
            marks = "; ".join(self._mark(mark) for mark in part["marks"])
            said = f"{part['title']} ({'; '.join(when) or 'only if something provokes it'})"
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
                return f"{chance} it turns the climate to {mark['to']}"
            case "suspend":
                what = "the talks" if mark["issues"] == "all" else self._names(mark["issues"])
                return f"{chance} it suspends {what} ({quantity(mark['duration'])})"
            case "harden" | "ease" as kind:
                fades = f"half of it gone after {number(mark['half_life'])}"
                return f"{chance} {self.sides[mark['side']]} {kind}s by {quantity(mark['step'])}{on}, {fades}"
            case "reservation":
                moves = quantity(mark["delta"])
                return f"{chance} what {self.sides[mark['side']]} would settle for moves by {moves}{on}"
            case _:
                return f"{chance} it calls an extra meeting ({quantity(mark['after'])} later)"

    def _names(self, names: Iterable[str]) -> str:
        packages = self.data.get("packages", {})
        said = [self.titles.get(name) or packages.get(name, {}).get("title", name) for name in names]
        return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}" if said else "nothing"


def _tactic(tactic: Mapping[str, Any]) -> str:
    match tactic["kind"]:
        case "fixed":
            return f"insists on {share(tactic['aspiration'])} of its demand and does not move"
        case "reciprocal":
            return (
                f"starts from {share(tactic['aspiration'])} and answers the other side with "
                f"{quantity(tactic['reciprocity'])} for each of its steps"
            )
        case kind:
            clock = {"calendar": "as months pass", "rounds": "from meeting to meeting"}.get(tactic["clock"], "")
            words = f"concedes {clock} with exponent {quantity(tactic['beta'])} (below 1: late; above: early)"
            if kind == "mixed":
                words += (
                    f", and for a share of {share(tactic['weight'])} answers the other side with "
                    f"{quantity(tactic['reciprocity'])} for each of its steps"
                )
            return words


def _patience(value: Any) -> str:
    if isinstance(value, Mapping) and "until" in value:
        return f"the time to {value['until']} times {quantity(value['times'])}"
    return quantity(value)


def _sources(part: Mapping[str, Any]) -> tuple[str, ...]:
    source = part.get("source", ())
    return (source,) if isinstance(source, str) else tuple(source)
