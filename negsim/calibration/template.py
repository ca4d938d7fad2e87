"""A scenario that somebody wrote, with the numbers that records can tell put in: the rest of it stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from negsim.calibration.fitting import Fit
from negsim.calibration.record_scenario import beta, gap, lognormal


def changes(friendly: Mapping[str, Any], found: Fit) -> dict[str, Any]:
    """What to say over a scenario file that extends nothing any more, for all that has a likelihood.

    - the gap of the first channel that takes all issues;
    - at which share its meetings are cancelled, and how often talks break down, in the regime that holds at the start:
      records tell nothing of the others;
    - every parameter by which an announced date slips (``patience: {until: ..., times: {parameter: X}}``);
    - the chance of the ``defaults``, if they settle by chance.
    """
    said: dict[str, Any] = {"parameters": {}}
    for name, channel in friendly.get("channels", {}).items():
        if channel.get("issues", "all") == "all":
            parameter = _parameter(friendly, "gap", channel.get("gap"))
            said["parameters"][parameter] = {"value": lognormal(found.laws["gap"]), "source": found.source("gap")}
            said["channels"] = {name: {"gap": gap(found, parameter), "source": sources(channel, found.source("gap"))}}
            break
    climate = friendly.get("climate")
    if climate:
        start = climate["regimes"][climate["start"]]
        parameter = _parameter(friendly, "stall", start.get("breakdown"))
        said["parameters"][parameter] = {
            "value": lognormal(found.laws["stall"], "per year"),
            "source": found.source("stall"),
        }
        regime = {"cancellation": beta(found.laws["cancelled"].beta), "breakdown": {"parameter": parameter}}
        line = f"{found.source('cancelled')}; for the regime at the start"
        said["climate"] = {"regimes": {climate["start"]: regime}, "source": sources(climate, line)}
    for name in sorted(set(_slips(friendly))):
        said["parameters"][name] = {"value": lognormal(found.slip(), ""), "source": found.source("slip")}
    defaults = friendly.get("defaults", {})
    if isinstance(defaults.get("settle"), Mapping):
        said["defaults"] = {
            "settle": {"chance": beta(found.laws["close"].beta)},
            "source": sources(defaults, found.source("close")),
        }
    return {key: value for key, value in said.items() if value}


def put(said: dict[str, Any], friendly: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Add changes by their paths; of an old source the lines that do not speak of history stay."""
    for path, value in changes.items():
        *above, last = path.split(".")
        block, old = said, friendly
        for key in above:
            block, old = block.setdefault(key, {}), old.get(key, {})
        block[last] = sources(old, *value) if last == "source" else value


def sources(block: Mapping[str, Any], *lines: str) -> list[str]:
    """The sources of a block with new lines first; old lines that speak of history are what the new ones replace."""
    old = block.get("source", [])
    kept = [line for line in ([old] if isinstance(old, str) else old) if not line.startswith("history:")]
    return [*lines, *kept]


def _parameter(friendly: Mapping[str, Any], name: str, where: Any) -> str:
    """A name for a parameter: another one if the file has one of that name, and for something else."""
    return name if name not in friendly.get("parameters", {}) or f"'{name}'" in str(where) else f"{name}_of_talks"


def _slips(block: Any) -> Iterator[str]:
    """The parameters that stand behind ``until``, anywhere."""
    if not isinstance(block, Mapping):
        return
    if "until" in block and isinstance(block.get("times"), Mapping) and "parameter" in block["times"]:
        yield str(block["times"]["parameter"])
    for part in block.values():
        yield from _slips(part)
