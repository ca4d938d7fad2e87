"""The JSON schema of a scenario file, for editors: keys, units, meanings and allowed words.

A file may leave out what it inherits and what has a default, so the schema requires little; ``negsim check`` lists what
is missing.
"""

from __future__ import annotations

from typing import Any

from negsim.quantities import ALL_RULES, references, resolve_quantities
from negsim.scenario.resolve import SECTIONS
from negsim.scenario.scenario import Scenario
from negsim.scenario.tactics import TACTIC_DEFAULTS

#: Models that a file may state in part.
_PARTIAL = (
    "Assumption",
    "Channel",
    "Climate",
    "Deadline",
    "Implementation",
    "IssueSetup",
    "Package",
    "Regime",
    "Shock",
    "Start",
    "Tactic",
    "Until",
)
_DEFAULTED = ("probability", "issues", "times")
_DURATION_OR_DAY = {
    "description": "End of the simulation: a duration from as_of (in whole days), or a day, at whose start it ends.",
    "anyOf": [
        {"type": "string", "pattern": r"^[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?\s*(day|week|month|year)s?$"},
        {"type": "string", "pattern": r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"},
    ],
}


def scenario_schema() -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of a scenario file.

    >>> sorted(scenario_schema()["properties"])[:4]
    ['agenda', 'as_of', 'channels', 'climate']
    """
    schema = Scenario.model_json_schema()
    definitions = schema["$defs"]
    for name, definition in definitions.items():
        if name in _PARTIAL:
            definition.pop("required", None)
        elif "required" in definition:
            definition["required"] = [key for key in definition["required"] if key not in _DEFAULTED]
        for key, default in TACTIC_DEFAULTS.items() if name == "Tactic" else ():
            definition["properties"][key]["default"] = default
    properties = schema["properties"]
    properties["horizon"] = _DURATION_OR_DAY
    properties["undertaking"]["default"] = "early_harvest"
    properties["extends"] = {
        "type": "string",
        "description": "Another scenario; this file states only the differences.",
    }
    properties["agenda"] = {
        "type": ["string", "object"],
        "description": "The agenda file, relative to this file; or the agenda itself.",
    }
    sides = {"type": "object", "additionalProperties": {"$ref": "#/$defs/Tactic"}}
    properties["tactics"] = {**sides, "description": "Tactic of each side; issues and packages may override it."}
    properties["defaults"] = {
        "$ref": "#/$defs/IssueSetup",
        "description": "Values for every issue that does not state its own.",
    }
    _with_short_forms(properties, definitions)
    definitions["IssueSetup"]["properties"]["settle"]["default"] = "concession"
    start = definitions["Start"]["properties"]
    for key in ("clock", "rounds"):  # null takes an inherited value away
        start[key] = {"description": start[key].pop("description"), "anyOf": [start[key], {"type": "null"}]}
    for section in ("issues", "packages", "channels", "shocks", "parameters"):
        properties[section] = _may_be_taken_away(properties[section])
    for section in (*SECTIONS, "deadline"):
        whole = properties[section]
        choices = whole.get("anyOf", [whole])
        if {"type": "null"} not in choices:
            told = {"description": whole["description"]} if "description" in whole else {}
            properties[section] = {**told, "anyOf": [*choices, {"type": "null"}]}
    _issues_may_be_all(definitions)
    resolved = resolve_quantities(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "negsim scenario",
            "description": "Assumptions about talks, from which negsim projects when each issue is resolved.",
            "type": "object",
            "additionalProperties": False,
            "properties": dict(sorted(properties.items())),
            "anyOf": [{"required": ["extends"]}, {"required": ["agenda", "as_of", "horizon"]}],
            "$defs": definitions,
        },
        ALL_RULES,
    )
    return _without_unused(resolved)


def _issues_may_be_all(definitions: dict[str, Any]) -> None:
    """Let channels and marks write `all` for the names of their issues."""
    marks = [name for name in definitions if name.endswith("Mark")]
    for name in ("Channel", *marks):
        issues = definitions[name]["properties"].get("issues")
        if issues is not None and name != "SuspendMark":
            listed = {key: value for key, value in issues.items() if key not in ("title", "description")}
            definitions[name]["properties"]["issues"] = {
                "description": issues.get("description", "The issues that it affects.") + " `all` means every issue.",
                "anyOf": [{"const": "all"}, listed],
                "default": "all",
            }
    definitions["Channel"]["properties"]["order"]["default"] = "priority"


def _with_short_forms(properties: dict[str, Any], definitions: dict[str, Any]) -> None:
    """Add `strict`, the source of the file, and values for both sides."""
    properties["strict"] = {
        "type": "boolean",
        "default": False,
        "description": "Whether the file must state what has a default otherwise, and a source for every block.",
    }
    properties["source"] = definitions["Channel"]["properties"]["source"]
    for model, key in (("IssueSetup", "reservation"), ("Package", "reservation"), ("Start", "clock")):
        _may_be_for_both(definitions[model]["properties"], key)


def _may_be_for_both(properties: dict[str, Any], key: str) -> None:
    """Let values by side also be one value for both sides."""
    by_side = properties[key]
    mapping = next(one for one in by_side.get("anyOf", [by_side]) if "patternProperties" in one)
    (value,) = mapping["patternProperties"].values()
    told = {name: by_side[name] for name in ("description", "default") if name in by_side}
    properties[key] = {**told, "anyOf": [value, *by_side.get("anyOf", [_without_text(by_side)])]}


def _without_text(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key not in ("description", "default", "title")}


def _may_be_taken_away(mapping: dict[str, Any]) -> dict[str, Any]:
    """A mapping by name whose entries may be null; null removes an inherited entry."""
    entries = mapping["patternProperties"].items()
    nullable = {pattern: {"anyOf": [entry, {"type": "null"}]} for pattern, entry in entries}
    return {**mapping, "patternProperties": nullable, "additionalProperties": False}


def _without_unused(schema: dict[str, Any]) -> dict[str, Any]:
    definitions = schema.pop("$defs")
    used: dict[str, Any] = {}
    waiting = references(schema)
    while waiting:
        name = waiting.pop()
        if name not in used:
            used[name] = definitions[name]
            waiting |= references(definitions[name])
    return {**schema, "$defs": dict(sorted(used.items()))}
