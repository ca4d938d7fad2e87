"""The JSON schema of quantities: one definition for each rule, to which fields refer.

It covers units, families, statements of experts and the range of plain values. ``negsim check`` also checks the order
of numbers and the ranges inside distributions.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from negsim.quantities.quantity import ELICIT, FAMILIES, PER, SHAPES, UNITLESS, Rule

_UNIT_PATTERNS = {
    "duration": "(minute|hour|day|week|month|year)s?",
    "hours": "(hour|minute)s?",
    "rounds": "rounds?",
    "rate": "per (year|month|week|day)",
}


def definition_name(rule: Rule) -> str:
    """The name of a rule's definition in the JSON schema; the same for equal rules."""
    parts = [rule.kind, "each_time" if rule.chance else "once"]
    if rule.lo > float("-inf"):
        parts += ["above" if rule.lo_open else "from", f"{rule.lo:g}"]
    if rule.hi < float("inf"):
        parts += ["to", f"{rule.hi:g}"]
    return "_".join(parts).replace("-", "minus").replace(".", "_")


def quantity_schema(rule: Rule) -> dict[str, Any]:
    """The JSON schema of a quantity: a plain value, a distribution or a parameter.

    >>> quantity_schema(Rule("number", 0, 1))["anyOf"][0]
    {'type': 'number', 'minimum': 0, 'maximum': 1}
    """
    distribution = f"{rule.kind}_distribution_each_time" if rule.chance else f"{rule.kind}_distribution"
    return {
        "description": f"{rule.allowed[0].upper()}{rule.allowed[1:]}; or a distribution, or a parameter.",
        "anyOf": [_plain(rule), _reference(distribution), _reference(f"{rule.kind}_parameter")],
    }


def _plain(rule: Rule) -> dict[str, Any]:
    if rule.kind == "number":
        plain: dict[str, Any] = {"type": "number"}
        if rule.lo > float("-inf"):
            plain["exclusiveMinimum" if rule.lo_open else "minimum"] = rule.lo
        if rule.hi < float("inf"):
            plain["maximum"] = rule.hi
        return plain
    sign = "-?" if rule.lo < 0 else ""
    number = r"[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?"
    term = rf"{number}\s*{_UNIT_PATTERNS[rule.kind]}"
    more = rf"((\s*,\s*|\s+)(and\s+)?{term})*" if rule.kind in ("duration", "hours") else ""
    return {"type": "string", "pattern": f"^{sign}{term}{more}$"}


def _distribution(kind: str, each_time: bool) -> dict[str, Any]:
    """Any family; if it is drawn each time, its numbers may be uncertain too."""

    def number(name: str) -> dict[str, Any]:
        of = "number" if name in UNITLESS else kind
        plain = _reference("shape" if name in UNITLESS else f"{of}_plain")
        return (
            {"anyOf": [plain, _reference(f"{of}_distribution"), _reference(f"{of}_parameter")]} if each_time else plain
        )

    per = {"const": "issue", "description": "Under tactics and defaults: drawn for each issue, not once a run."}
    choices = []
    for family, names in FAMILIES.items():
        properties: dict[str, Any] = {name: number(name) for name in names}
        if family == "empirical":
            together = "Values with the same name are drawn together: a run takes the same place of each list."
            properties = {"values": {"type": "array", "minItems": 1, "items": _reference(f"{kind}_plain")}}
            properties |= {} if each_time else {"joint": {"type": "string", "description": together}}
        needed = ["a", "b"] if family == "beta" and kind == "number" else list(names)
        choices.append(_only({family: _only(properties, needed), PER: per}, [family]))
    choices.append(_only({ELICIT: _reference(f"{kind}_experts"), PER: per}, [ELICIT]))
    return {"description": "A distribution, or statements of experts.", "anyOf": choices}


def _experts(kind: str) -> dict[str, Any]:
    """The value of ``elicit``: one expert, with three points or with quantiles, or a list of experts."""
    plain = _reference(f"{kind}_plain")
    who = {"who": {"type": "string", "description": "The name of the expert."}}
    sure = {"type": "number", "minimum": 0.5, "exclusiveMaximum": 1, "default": 0.9}
    sure["description"] = "The probability, for this expert, that the value lies between low and high."
    points = {"low": plain, "mode": plain, "high": plain, "confidence": sure}
    chances = {"type": "object", "minProperties": 2, "additionalProperties": False}
    chances["patternProperties"] = {r"^(0?\.[0-9]+|[1-9](\.[0-9]+)?e-[0-9]+)$": plain}
    chances["description"] = "Values by the probability of a smaller value, such as 0.1, 0.5 and 0.9."

    def either(**more: Any) -> list[dict[str, Any]]:
        return [
            _only({**who, **points, **more}, ["low", "mode", "high"]),
            _only({**who, "quantiles": chances, **more}, ["quantiles"]),
        ]

    weight = {
        "type": "number",
        "exclusiveMinimum": 0,
        "default": 1,
        "description": "The weight of this expert in the pool.",
    }
    several = {"type": "array", "minItems": 1, "items": {"anyOf": either(weight=weight)}}
    return {"description": "Statements of experts; several experts are pooled linearly.", "anyOf": [*either(), several]}


def _parameter(kind: str) -> dict[str, Any]:
    properties = {
        "parameter": {"type": "string", "description": "The name of one of the scenario's parameters."},
        "times": {"type": "number", "default": 1, "description": "Factor on the parameter."},
        "plus": {"description": "Added after times, with its unit.", **_reference(f"{kind}_plain")},
    }
    return {"description": "A named parameter, scaled and shifted.", **_only(properties, ["parameter"])}


def _only(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": required}


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def resolve_quantities(schema: dict[str, Any], known: Iterable[Rule]) -> dict[str, Any]:
    """The schema with a reference for every ``$quantity`` placeholder, and all definitions of quantities."""

    def walk(value: Any) -> Any:
        if isinstance(value, list):
            return [walk(item) for item in value]
        if not isinstance(value, dict):
            return value
        rest = {key: walk(item) for key, item in value.items() if key != "$quantity"}
        return {**rest, **_reference(value["$quantity"])} if "$quantity" in value else rest

    definitions: dict[str, Any] = walk(schema.get("$defs", {}))
    definitions["shape"] = _plain(Rule("number", *SHAPES))
    for kind in ("number", *_UNIT_PATTERNS):
        definitions[f"{kind}_plain"] = _plain(Rule(kind))
        definitions[f"{kind}_experts"] = _experts(kind)
        definitions[f"{kind}_distribution"] = _distribution(kind, each_time=False)
        definitions[f"{kind}_distribution_each_time"] = _distribution(kind, each_time=True)
        definitions[f"{kind}_parameter"] = _parameter(kind)
    definitions |= {definition_name(rule): quantity_schema(rule) for rule in known}
    whole: dict[str, Any] = walk({key: value for key, value in schema.items() if key != "$defs"})
    return {**whole, "$defs": dict(sorted(definitions.items()))}


def references(schema: object) -> set[str]:
    """The names of all definitions used in a JSON schema."""
    if isinstance(schema, dict):
        found = {schema["$ref"].removeprefix("#/$defs/")} if isinstance(schema.get("$ref"), str) else set()
        return found.union(*(references(value) for value in schema.values()))
    if isinstance(schema, list):
        return set().union(*(references(value) for value in schema))
    return set()
