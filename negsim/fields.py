"""Quantities, days and names as field types of pydantic models, with their JSON schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from negsim.errors import Complaint, ComplaintsError, did_you_mean, one_of, was
from negsim.quantities import FAMILIES, Draw, Fixed, Parameter, Quantity, Rule, kind_of, parse

_UNIT_PATTERNS = {
    "duration": "(day|week|month|year)s?",
    "hours": "(hour|minute)s?",
    "rounds": "rounds?",
    "rate": "per (year|month|week|day)",
}
DAY_PATTERN = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
NAME_PATTERN = r"^[a-z][a-z0-9_]*$"


@dataclass(frozen=True, slots=True)
class Takes:
    """Annotates a field of type ``Quantity`` with its rule.

    ``by`` may choose between the rule and its twin in rounds, from the value and pydantic's information; ``words`` are
    names for values. The validation context may hold ``parameters``, the kind of each named parameter.
    """

    rule: Rule
    by: Callable[[object, core_schema.ValidationInfo], str | None] | None = None
    words: tuple[tuple[str, float], ...] = ()

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """How pydantic reads and writes the field."""

        def read(value: object, info: core_schema.ValidationInfo) -> Quantity:
            rule = self.rule
            if self.by is not None:
                rule = replace(rule, kind=self.by(value, info) or rule.kind)
            if isinstance(value, str) and self.words:
                meanings = dict(self.words)
                if value not in meanings:
                    allowed = f"{rule.allowed}, or {one_of(meanings)}"
                    guess = did_you_mean(value, meanings)
                    raise ComplaintsError([Complaint(f"{{what}} was {was(value)}", (), allowed, guess)])
                value = meanings[value]
            return parse(value, rule, (info.context or {}).get("parameters"))

        return core_schema.with_info_plain_validator_function(
            read, serialization=core_schema.plain_serializer_function_ser_schema(lambda quantity: quantity.text)
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """A reference to the definition that :func:`quantity_definitions` gives."""
        name = definition_name(self.rule)
        choices: list[JsonSchemaValue] = [{"$quantity": name}]
        if self.by is not None:
            choices.append({"$quantity": definition_name(replace(self.rule, kind="rounds"))})
        if self.words:
            choices.append({"enum": [word for word, _ in self.words]})
        return choices[0] if len(choices) == 1 else {"anyOf": choices}


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


def resolve_quantities(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with every ``$quantity`` mark turned into a reference to a definition that is added."""
    rules: dict[str, Rule] = {}
    for rule in _ALL_RULES:
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


_ALL_RULES: list[Rule] = []


def _takes(rule: Rule, **more: Any) -> Takes:
    _ALL_RULES.append(rule)
    if "by" in more:
        _ALL_RULES.append(replace(rule, kind="rounds"))
    return Takes(rule, **more)


def _by_clock(value: object, info: core_schema.ValidationInfo) -> str | None:
    return "rounds" if info.data.get("clock") == "rounds" else None


def _by_unit(value: object, info: core_schema.ValidationInfo) -> str | None:
    shown = value.rule.kind if isinstance(value, Fixed | Draw | Parameter) else kind_of(value)
    if isinstance(value, Mapping) and "parameter" in value:
        shown = ((info.context or {}).get("parameters") or {}).get(value["parameter"])
    return "rounds" if shown == "rounds" else None


#: Names of exponents of concession.
BETAS = {"boulware": 0.25, "linear": 1.0, "conceder": 4.0}


Share = Annotated[Quantity, _takes(Rule("number", 0.0, 1.0))]
Number = Annotated[Quantity, _takes(Rule("number"))]
Amount = Annotated[Quantity, _takes(Rule("number", 0.0))]
Positive = Annotated[Quantity, _takes(Rule("number", 0.0, lo_open=True))]
GoodOffices = Annotated[Quantity, _takes(Rule("number", 0.0, 2.0))]
Rate = Annotated[Quantity, _takes(Rule("rate", 0.0))]
Hours = Annotated[Quantity, _takes(Rule("hours", 0.0, lo_open=True))]
Span = Annotated[Quantity, _takes(Rule("duration", 0.0))]
PositiveSpan = Annotated[Quantity, _takes(Rule("duration", 0.0, lo_open=True))]
#: Durations that are drawn each time.
Gap = Annotated[Quantity, _takes(Rule("duration", 0.0, lo_open=True, chance=True))]
Lag = Annotated[Quantity, _takes(Rule("duration", 0.0, chance=True))]
#: The steps and moves of marks, drawn each time.
Step = Annotated[Quantity, _takes(Rule("number", 0.0, 2.0, chance=True))]
Delta = Annotated[Quantity, _takes(Rule("number", -1.0, 1.0, chance=True))]
#: Days or rounds, by the clock named before it.
PatienceSpan = Annotated[Quantity, _takes(Rule("duration", 0.0, lo_open=True), by=_by_clock)]
#: Days or rounds, by the unit that is given.
ClockValue = Annotated[Quantity, _takes(Rule("duration", 0.0), by=_by_unit)]
Beta = Annotated[Quantity, _takes(Rule("number", 0.0, lo_open=True), words=tuple(BETAS.items()))]


def _any_kind(value: object) -> Rule:
    return Rule((value.rule.kind if isinstance(value, Fixed | Draw | Parameter) else kind_of(value)) or "number")


@dataclass(frozen=True, slots=True)
class TakesAny:
    """A quantity of whatever kind its units show."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """How pydantic reads and writes the field."""
        return core_schema.no_info_plain_validator_function(
            lambda value: parse(value, _any_kind(value), {}),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda quantity: quantity.text),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """One of the definitions by kind."""
        return {"anyOf": [{"$quantity": definition_name(rule)} for rule in _ANY_RULES]}


_ANY_RULES = [Rule(kind) for kind in ("duration", "hours", "rounds", "rate", "number")]
_ALL_RULES.extend(_ANY_RULES)
AnyKind = Annotated[Quantity, TakesAny()]


def parse_day(value: object) -> date:
    """A day such as 2025-04-10.

    Raises:
        ComplaintsError: it is none.

    >>> parse_day("2025-04-10").isoformat()
    '2025-04-10'
    """
    if isinstance(value, date):
        return value
    if isinstance(value, str) and re.fullmatch(DAY_PATTERN, value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ComplaintsError([Complaint(f"{{what}}: there is no such day as {value}")]) from None
    raise ComplaintsError(
        [Complaint(f"{{what}} must be a day, but was {was(value)}", allowed="a day such as 2025-04-10")]
    )


def _name(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(NAME_PATTERN, value):
        return value
    allowed = "lower-case letters, digits and _, a letter first"
    raise ComplaintsError([Complaint(f"{was(value)} can't be a name", (), allowed)])


#: The name of an issue, channel, regime, shock or parameter.
Name = Annotated[str, BeforeValidator(_name), WithJsonSchema({"type": "string", "pattern": NAME_PATTERN})]


def _names(value: object) -> object:
    if isinstance(value, list | tuple):
        return value
    raise ComplaintsError([Complaint(f"{{what}} must be a list of names, but was {was(value)}")])


#: Several names.
Names = Annotated[tuple[Name, ...], BeforeValidator(_names)]


def _unit_number(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    raise ComplaintsError([Complaint(f"{{what}} was {was(value)}", (), "a plain number from 0 to 1")])


#: A plain number from 0 to 1: a fact of the start, never a distribution.
Unit = Annotated[float, BeforeValidator(_unit_number), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})]

Day = Annotated[
    date,
    BeforeValidator(parse_day),
    WithJsonSchema({"type": "string", "pattern": DAY_PATTERN, "description": "A day such as 2025-04-10."}),
]


def _source(value: object) -> tuple[str, ...]:
    lines = [value] if isinstance(value, str) else value
    if not isinstance(lines, list | tuple) or not lines:
        raise ComplaintsError(
            [Complaint(f"{{what}} must be text or a list of texts, but was {was(value)}", allowed=_SOURCES)]
        )
    complaints = []
    for number, line in enumerate(lines):
        path = (number,) if lines is value else ()
        prefix, colon, rest = line.partition(":") if isinstance(line, str) else ("", "", "")
        if prefix not in SOURCE_PREFIXES or not colon:
            guess = did_you_mean(prefix, SOURCE_PREFIXES)
            complaints.append(
                Complaint(f"{{what}} must say what kind it is, but was {was(line)}", path, _SOURCES, guess)
            )
        elif not rest.strip():
            complaints.append(Complaint(f"{{what}} says nothing after {prefix}:", path, f"{prefix}: and the reason"))
    if complaints:
        raise ComplaintsError(complaints)
    return tuple(" ".join(line.split()) for line in lines)


SOURCE_PREFIXES = ("document", "paper", "history", "theory", "judgement", "arithmetic")
_SOURCES = f"text that begins with {one_of(f'{prefix}:' for prefix in SOURCE_PREFIXES)}"
_SOURCE_LINE = {"type": "string", "pattern": f"^({'|'.join(SOURCE_PREFIXES)}):"}
#: Where numbers come from: one line or several.
Source = Annotated[
    tuple[str, ...],
    BeforeValidator(_source),
    WithJsonSchema(
        {
            "description": f"Where the numbers come from: {_SOURCES}.",
            "anyOf": [_SOURCE_LINE, {"type": "array", "minItems": 1, "items": _SOURCE_LINE}],
        }
    ),
]
