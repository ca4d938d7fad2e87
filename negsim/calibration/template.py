"""The numbers of a scenario file that records can tell: which are replaced, which are left alone, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from negsim.calibration.fitting import Fit
from negsim.calibration.offered import BetaLaw, beta_places
from negsim.calibration.patience_law import Patience
from negsim.calibration.record_scenario import STANDSTILL, beta, chances, gap, lognormal, stopped
from negsim.quantities import PER, Quantity, median
from negsim.scenario import Scenario

#: A number with one of these sources, and none from records, is not replaced unless the caller asks for it.
GIVEN = ("document", "paper")

#: The quantiles of the prediction for a new negotiation between which a template's number may be replaced.
RANGE = (0.01, 0.99)
#: The units of numbers in words.
_UNITS = {"gap": " days", "stall": " per year"}


@dataclass(frozen=True, slots=True)
class Change:
    """A number that is replaced: its path in the file, the old and the new value, and the evidence."""

    path: str
    old: Any
    new: Any
    evidence: str


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A number that is not replaced, or an issue that is left out, and the reason."""

    path: str
    why: str


@dataclass
class Replacement:
    """The changes to a scenario file (after `extends`), and the numbers left alone.

    These numbers can change:

    - the gap of the channel that takes all issues, if there is only one channel: records count all meetings;
    - the cancellations and breakdowns of the regime at the start: records tell nothing of the other regimes;
    - every parameter by which an announced date slips (``patience: {until: ..., times: {parameter: X}}``);
    - the chance of the ``defaults``, if issues settle by chance, with a share of issues that stay;
    - the ``beta`` of the sides' tactics, if offers on record are given.

    One thing is added to a scenario with a climate: the probability that the negotiation has stopped for good.

    A number without observations is left alone. So is one from an expert (``elicit``), a document or a paper, unless
    ``given`` is true. So is one that other negotiations cannot tell: this negotiation has no observations of it, and
    the median in the ``scenario`` is outside the `RANGE` that the others predict. The source of its block says
    so.
    """

    friendly: Mapping[str, Any]
    scenario: Scenario
    found: Fit
    given: bool = False
    said: dict[str, Any] = field(default_factory=dict)
    stays: list[tuple[str, str]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    left: list[LeftAlone] = field(default_factory=list)

    def numbers(self) -> None:
        """Replace every number that has a likelihood."""
        self._gap()
        self._climate()
        self._standstill()
        for name in sorted(set(_slips(self.friendly))):
            path, old = f"parameters.{name}", self.friendly["parameters"][name]
            if self._free(path, old["value"], old, "slip"):
                self._parameter(name, lognormal(self.found.slip(), ""), "slip", old["value"], path)
        defaults = self.friendly.get("defaults", {})
        if isinstance(settle := defaults.get("settle"), Mapping):
            path, old = "defaults.settle.chance", settle["chance"]
            if self._free(path, *self._behind(old, defaults), "close"):
                new = {**chances(self.found.close(0)), PER: "issue"}
                source = sources(defaults, self.found.source("close"))
                self.said["defaults"] = {"settle": {"chance": new}, "source": source}
                self._changed(path, old, new, "close")
        for block, why in self.stays:
            self._say(block, f"judgement: {why}")

    def patience(self, fit: Patience) -> None:
        """Replace the patience of the sides, unless the record does not tell it or an expert or a document gave it."""
        paths: dict[str, Any] = {}
        for place in fit.places:
            stated, block = _at(self.friendly, place.path)
            old, holder = self._behind(stated, block)
            if self._free(place.path, old, holder, None):
                if not fit.told:
                    why = "the posterior of its median is hardly narrower than the prior: the record does not tell it"
                    self.left.append(LeftAlone(place.path, why))
                    continue
                paths |= fit.changes_of(place)
                self.changes.append(Change(place.path, old, fit.law, fit.source[0].removeprefix("history: ")))
        put(self.said, self.friendly, paths)

    def beta(self, laws: Mapping[str, BetaLaw]) -> None:
        """Replace the exponents of the sides' time curves by the law of the offers on record."""
        for path, clock in beta_places(self.friendly, self.scenario.sides):
            stated, block = _at(self.friendly, path)
            old, holder = self._behind(stated, block)
            if not self._free(path, old, holder, None):
                continue
            law = laws[clock]
            new = _drawn_as(old, law.law)
            at = f"parameters.{stated['parameter']}.value" if holder is not block else path
            beside = at.rpartition(".")[0] + ".source"
            put(self.said, self.friendly, {at: new, beside: [law.source]})
            self.changes.append(Change(path, old, new, law.source.removeprefix("history: ")))

    def _gap(self) -> None:
        channels = self.friendly.get("channels", {})
        if not channels:
            self.left.append(LeftAlone("channels", "the scenario states no meetings, so their default stays"))
        for name, channel in channels.items():
            path, old = f"channels.{name}.gap", channel.get("gap")
            if channel.get("issues", "all") != "all":
                continue
            if len(channels) > 1:
                why = f"records count the meetings of all channels, and there are {len(channels)}"
                self.left.append(LeftAlone(path, why))
            elif self._free(path, *self._behind(old, channel), "gap"):
                parameter = _parameter(self.friendly, "gap", old)
                self._parameter(
                    parameter, lognormal(self.found.laws["gap"]), "gap", self._behind(old, channel)[0], path
                )
                source = sources(channel, self.found.source("gap"))
                self.said["channels"] = {name: {"gap": gap(self.found, parameter), "source": source}}

    def _climate(self) -> None:
        climate = self.friendly.get("climate")
        if not climate:
            return
        start = climate["start"]
        regime = climate["regimes"][start]
        said: dict[str, Any] = {}
        lines: list[str] = []
        path = f"climate.regimes.{start}"
        old, block = self._behind(regime.get("breakdown"), climate)
        if self._free(f"{path}.breakdown", old, block, "stall"):
            parameter = _parameter(self.friendly, "stall", regime.get("breakdown"))
            new = lognormal(self.found.laws["stall"], "per year")
            self._parameter(parameter, new, "stall", old, f"{path}.breakdown")
            said["breakdown"] = {"parameter": parameter}
        if self._free(f"{path}.cancellation", *self._behind(regime.get("cancellation"), climate), "cancelled"):
            said["cancellation"] = _drawn_as(regime.get("cancellation"), beta(self.found.laws["cancelled"].beta))
            self._changed(f"{path}.cancellation", regime.get("cancellation"), said["cancellation"], "cancelled")
            lines.append(f"{self.found.source('cancelled')}; for the regime at the start")
        if said:
            self.said["climate"] = {"regimes": {start: said}}
            if lines:
                self.said["climate"]["source"] = sources(climate, *lines)

    def _standstill(self) -> None:
        """Add the probability that the negotiation has stopped: a regime that breaks down, and a shock to enter it."""
        name, path = "standstill", "shocks.standstill"
        climate, shocks = self.friendly.get("climate"), self.friendly.get("shocks", {})
        shock = stopped(self.found)
        if shock and climate and name not in climate["regimes"] and name not in shocks:
            self.said.setdefault("climate", {}).setdefault("regimes", {}).update(STANDSTILL)
            self.said["shocks"] = shock
            self._changed(path, None, shock[name]["dates"][0], "stall")

    def _parameter(self, name: str, value: dict[str, Any], number: str, old: Any, path: str) -> None:
        value = _drawn_as(old, value)
        self.said.setdefault("parameters", {})[name] = {"value": value, "source": self.found.source(number)}
        self._changed(path, old, value, number)

    def _changed(self, path: str, old: Any, new: Any, number: str) -> None:
        evidence = self.found.source(number).removeprefix("history: ")
        if old != new:
            self.changes.append(Change(path, old, new, evidence))
        else:
            self.left.append(LeftAlone(path, f"the records give the same value: {evidence}"))

    def _behind(self, stated: Any, block: Mapping[str, Any]) -> tuple[Any, Mapping[str, Any]]:
        """The value behind a reference to a parameter, and the block that holds its source."""
        names = [str(name) for name in _references(stated)]
        known = self.friendly.get("parameters", {})
        if names and names[0] in known:
            return known[names[0]]["value"], known[names[0]]
        return stated, block

    def _free(self, path: str, value: Any, block: Mapping[str, Any], number: str | None) -> bool:
        """Whether a number may be replaced; if not, the reason is noted."""
        if number is not None and not sum(self.found.observations(number)):
            self.left.append(LeftAlone(path, "no record tells of it"))
            return False
        who = "an expert" if _elicited(value) else _giver(block)
        if who and not self.given:
            self.left.append(LeftAlone(path, f"{who} gave it; --replace-given replaces it"))
            return False
        if number is not None and (why := self._far(path, number)):
            self.left.append(LeftAlone(path, why))
            where = "climate" if path.startswith("climate") else path if number == "slip" else path.split(".gap")[0]
            self.stays.append((where.removesuffix(".settle.chance"), f"{path} {why}"))
            return False
        return True

    def _far(self, path: str, number: str) -> str:
        """Why other negotiations cannot tell a number of which this one has no observations; empty if they can."""
        stated = _stated(self.scenario, path)
        if stated is None or self.found.observations(number)[1]:
            return ""
        named = {name: each.value for name, each in self.scenario.parameters.items()}
        typical, law = median(stated, named), self.found.laws[number]
        low, high = (float(end) for end in law.ppf(RANGE))
        if low <= typical <= high:
            return ""
        unit = _UNITS.get(number, "")
        return (
            f"stays: its median, {typical:.3g}{unit}, is outside the 98 % range of other negotiations ({low:.3g} to "
            f"{high:.3g}{unit}), and this one has no observations of it"
        )

    def _say(self, block: str, line: str) -> None:
        """Add a line to the source of a block."""
        said, old = self.said, self.friendly
        for key in block.split("."):
            said, old = said.setdefault(key, {}), old.get(key, {})
        lines = _lines(said) or _lines(old)
        said["source"] = [*lines, *({line} - set(lines))]


def put(said: dict[str, Any], friendly: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Add changes by their paths; lines of an old source stay, except those from records."""
    for path, value in changes.items():
        *above, last = path.split(".")
        block, old = said, friendly
        for key in above:
            block, old = block.setdefault(key, {}), old.get(key, {})
        block[last] = sources(old, *value) if last == "source" else value


def sources(block: Mapping[str, Any], *lines: str) -> list[str]:
    """The sources of a block with new lines first, without the old lines from records."""
    return [*lines, *(line for line in _lines(block) if not line.startswith("history:"))]


def _lines(block: Mapping[str, Any]) -> list[str]:
    old = block.get("source", [])
    return [old] if isinstance(old, str) else list(old)


def _giver(block: Mapping[str, Any]) -> str:
    """Who gave a number, by the first line of its source that says it; empty for records and judgement."""
    kinds = [line.partition(":")[0] for line in _lines(block)]
    if "history" in kinds:
        return ""
    return next((f"a {kind}" for kind in kinds if kind in GIVEN), "")


def _elicited(value: Any) -> bool:
    if isinstance(value, Mapping):
        return "elicit" in value or any(map(_elicited, value.values()))
    return False


def _drawn_as(old: Any, new: dict[str, Any]) -> dict[str, Any]:
    """The new distribution, drawn for each issue (``per``) if the old one is."""
    return {**new, PER: old[PER]} if isinstance(old, Mapping) and PER in old else new


def _stated(scenario: Scenario, path: str) -> Quantity | None:
    """The quantity at a path of a file, in the full form of the scenario."""
    match path.split("."):
        case ["parameters", *name]:
            return scenario.parameters[".".join(name)].value
        case ["channels", name, key]:
            found: Quantity | None = getattr(scenario.channels[name], key)
        case ["climate", "regimes", name, key]:
            found = getattr(scenario.climate.regimes[name], key)
        case _:  # the chance of the defaults
            settles = (issue.settle for issue in scenario.issues.values())
            found = next((each.chance for each in settles if not isinstance(each, str)), None)
    return found


def _references(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        if "parameter" in value:
            yield value["parameter"]
        for part in value.values():
            yield from _references(part)


def _at(data: Mapping[str, Any], path: str) -> tuple[Any, Mapping[str, Any]]:
    """The value at a path, and the block that holds it; nothing if the file leaves them to the defaults."""
    *above, last = path.split(".")
    block = data
    for key in above:
        block = block.get(key, {})
    return block.get(last), block


def _parameter(friendly: Mapping[str, Any], name: str, where: Any) -> str:
    """A name for a parameter: another one if the file uses the name for something else."""
    return name if name not in friendly.get("parameters", {}) or f"'{name}'" in str(where) else f"{name}_of_talks"


def _slips(block: Any) -> Iterator[str]:
    """The parameters that an ``until`` anywhere refers to."""
    if not isinstance(block, Mapping):
        return
    if "until" in block and isinstance(block.get("times"), Mapping) and "parameter" in block["times"]:
        yield str(block["times"]["parameter"])
    for part in block.values():
        yield from _slips(part)
