"""Where a scenario file says how patient its sides are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from negsim.scenario import TACTIC_KEYS

_SOURCE = "judgement: as the tactic says"


@dataclass(frozen=True, slots=True)
class Place:
    """A side's patience: the parameter that holds it, and where the file says so.

    ``direct`` says that the file has the number itself there; it is to become a parameter, so that it is drawn once a
    run and not for each issue.
    """

    side: str
    path: str
    parameter: str
    direct: bool


def unfit(template: Mapping[str, Any]) -> str:
    """Why no patience in a scenario's plain data can be fitted to talks on record; empty if one can."""
    defaults = template.get("defaults", {})
    if defaults.get("settle", "concession") != "concession":
        return "issues settle by chance, and not by concession"
    if len(template.get("tactics", {})) < 2:
        return "the scenario states no usual tactic of both sides"
    if len(defaults.get("reservation", {})) < 2:
        return "the defaults state no reservation values of both sides, which issues of other negotiations need"
    if not template.get("channels"):
        return "the scenario has no meetings"
    if not places(template)[1]:
        return "; ".join(f"{side} {why}" for side, why in _reasons(template).items())
    return ""


def places(template: Mapping[str, Any]) -> tuple[dict[str, Any], list[Place]]:
    """The file's plain data with every patience that can be fitted as a parameter, and where these are."""
    data = dict(template)
    found = []
    for side in template.get("tactics", {}):
        if _reasons(template).get(side):
            continue
        where = "defaults.tactics" if "patience" in _own(template, side) else "tactics"
        stated = _tactic(template, side)["patience"]
        if isinstance(stated, Mapping) and "parameter" in stated:
            found.append(Place(side, f"{where}.{side}.patience", stated["parameter"], False))
            continue
        name = f"{side}_patience"
        while name in data.get("parameters", {}):
            name += "_in_these_talks"
        data["parameters"] = {**data.get("parameters", {}), name: {"value": stated, "source": _SOURCE}}
        section = data if where == "tactics" else data["defaults"]
        over = {**section["tactics"], side: {**section["tactics"][side], "patience": {"parameter": name}}}
        if where == "tactics":
            data["tactics"] = over
        else:
            data["defaults"] = {**data["defaults"], "tactics": over}
        found.append(Place(side, f"{where}.{side}.patience", name, True))
    return data, found


def _reasons(template: Mapping[str, Any]) -> dict[str, str]:
    """Why a side's patience can't be fitted; of those that can be, nothing."""
    reasons = {}
    for side in template.get("tactics", {}):
        tactic = _tactic(template, side)
        stated = tactic.get("patience")
        kind = tactic.get("kind", "time")
        if "patience" not in TACTIC_KEYS[kind]:
            reasons[side] = f"has the tactic {kind}, which has no patience"
        elif stated is None:
            reasons[side] = "states no patience"
        elif isinstance(stated, Mapping) and "until" in stated:
            reasons[side] = f"has patience until a day of its own talks ({stated['until']})"
        elif tactic.get("clock", "calendar") == "rounds":
            reasons[side] = "has a clock that counts rounds, and history counts days"
    return reasons


def _own(template: Mapping[str, Any], side: str) -> Mapping[str, Any]:
    own: Mapping[str, Any] = template.get("defaults", {}).get("tactics", {}).get(side, {})
    return own


def _tactic(template: Mapping[str, Any], side: str) -> dict[str, Any]:
    return {**template["tactics"][side], **_own(template, side)}
