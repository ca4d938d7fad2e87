"""The JSON schema of quantities: one definition for each rule, to which fields refer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from negsim.quantities import FAMILIES, Rule

_UNIT_PATTERNS = {
    "duration": "(day|week|month|year)s?",
    "hours": "(hour|minute)s?",
    "rounds": "rounds?",
    "rate": "per (year|month|week|day)",
}


def definition_name(rule: Rule) -> str:
    """The name of a rule's definition in the JSON schema; the same for equal rules."""
    parts = [rule.kind, "drawn_each_time" if rule.chance else "once"]
    if rule.lo > float("-inf"):
        parts += ["above" if rule.lo_open else "from", f"{rule.lo:g}"]
    if rule.hi < float("inf"):
        parts += ["to", f"{rule.hi:g}"]
    return "_".join(parts).replace("-", "minus").replace(".", "_")


def quantity_schema(rule: Rule, depth: int = 0) -> dict[str, Any]:
    """The JSON schema of a quantity: a plain value, a distribution or a parameter."""
    plain = _plain_schema(rule)
    if depth and not rule.chance:
        return plain
    inner = _inner_schema(rule, depth)
    choices = [plain]
    for family, names in FAMILIES.items():
        if family == "empirical":
            numbers: dict[str, Any] = {"values": {"type": "array", "minItems": 1, "items": plain}}
        else:
            numbers = {name: inner if name not in ("shape", "a", "b") else _shape_schema(rule, depth) for name in names}
        needed = ["a", "b"] if family == "beta" and rule.kind == "number" else list(names)
        body = {"type": "object", "additionalProperties": False, "properties": numbers, "required": needed}
        choices.append(
            {"type": "object", "additionalProperties": False, "properties": {family: body}, "required": [family]}
        )
    choices.append(_parameter_schema(rule))
    return {
        "description": f"{rule.allowed[0].upper()}{rule.allowed[1:]}; or a distribution, or a parameter.",
        "anyOf": choices,
    }


def _plain_schema(rule: Rule) -> dict[str, Any]:
    if rule.kind == "number":
        plain: dict[str, Any] = {"type": "number"}
        if rule.lo > float("-inf"):
            plain["exclusiveMinimum" if rule.lo_open else "minimum"] = rule.lo
        if rule.hi < float("inf"):
            plain["maximum"] = rule.hi
        return plain
    sign = "-?" if rule.lo < 0 else ""
    return {"type": "string", "pattern": rf"^{sign}[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?\s*{_UNIT_PATTERNS[rule.kind]}$"}


def _inner_schema(rule: Rule, depth: int) -> dict[str, Any]:
    if rule.chance and depth == 0:
        return {"$quantity": definition_name(Rule(rule.kind, rule.lo, rule.hi))}
    return _plain_schema(Rule(rule.kind, rule.lo, rule.hi))


def _shape_schema(rule: Rule, depth: int) -> dict[str, Any]:
    if rule.chance and depth == 0:
        return {"$quantity": definition_name(Rule("number", 0, lo_open=True))}
    return {"type": "number", "exclusiveMinimum": 0}


def _parameter_schema(rule: Rule) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "parameter": {"type": "string", "description": "The name of one of the scenario's parameters."},
            "times": {"type": "number", "default": 1},
            "plus": {**_plain_schema(Rule(rule.kind)), "description": "Added after times, with its unit."},
        },
        "required": ["parameter"],
    }


def resolve_quantities(schema: dict[str, Any], known: Iterable[Rule]) -> dict[str, Any]:
    """The schema with every ``$quantity`` mark turned into a reference to a definition that is added."""
    rules: dict[str, Rule] = {}
    for rule in known:
        rules[definition_name(rule)] = rule
        # The numbers inside a distribution that is drawn each time have definitions of their own.
        for inner in (Rule(rule.kind, rule.lo, rule.hi), Rule("number", 0, lo_open=True)):
            rules.setdefault(definition_name(inner), inner)
    used: dict[str, dict[str, Any]] = {}

    def walk(value: Any) -> Any:
        if isinstance(value, list):
            return [walk(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "$quantity" in value:
            name = value["$quantity"]
            if name not in used:
                used[name] = {}
                used[name] = walk(quantity_schema(rules[name]))
            rest = {key: walk(item) for key, item in value.items() if key != "$quantity"}
            return {**rest, "$ref": f"#/$defs/{name}"}
        return {key: walk(item) for key, item in value.items()}

    walked: dict[str, Any] = walk(schema)
    definitions = {**walked.get("$defs", {}), **used}
    return {**walked, "$defs": dict(sorted(definitions.items()))}


def references(schema: object) -> set[str]:
    """The names of all definitions to which a JSON schema refers."""
    if isinstance(schema, dict):
        found = {schema["$ref"].removeprefix("#/$defs/")} if isinstance(schema.get("$ref"), str) else set()
        return found.union(*(references(value) for value in schema.values()))
    if isinstance(schema, list):
        return set().union(*(references(value) for value in schema))
    return set()
