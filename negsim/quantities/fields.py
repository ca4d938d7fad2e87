"""Field types of pydantic models for quantities, days, names and sources, with their JSON schema."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from negsim.errors import Complaint, ComplaintsError, did_you_mean, one_of, was
from negsim.quantities.dates import WORDS_PATTERN, PartialDate
from negsim.quantities.parsing import parse
from negsim.quantities.quantity import Draw, Fixed, Parameter, Quantity, Rule, kind_of, share_meant
from negsim.quantities.schema import definition_name

DAY_PATTERN = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
NAME_PATTERN = r"^[a-z][a-z0-9_]*$"


@dataclass(frozen=True, slots=True)
class Takes:
    """Annotates a field of type ``Quantity`` with its rule.

    ``by`` may choose rounds instead of the unit of the rule, from the value and pydantic's information; ``words`` are
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
        """A placeholder that ``negsim.quantities.schema`` turns into a reference."""
        name = definition_name(self.rule)
        choices: list[JsonSchemaValue] = [{"$quantity": name}]
        if self.by is not None:
            choices.append({"$quantity": definition_name(replace(self.rule, kind="rounds"))})
        if self.words:
            choices.append({"enum": [word for word, _ in self.words]})
        return choices[0] if len(choices) == 1 else {"anyOf": choices}


#: Every rule of a field; the JSON schema defines each once.
ALL_RULES: list[Rule] = []


def _takes(rule: Rule, **more: Any) -> Takes:
    ALL_RULES.append(rule)
    if "by" in more:
        ALL_RULES.append(replace(rule, kind="rounds"))
    return Takes(rule, **more)


def _by_clock(value: object, info: core_schema.ValidationInfo) -> str | None:
    return "rounds" if info.data.get("clock") == "rounds" else None


def _by_unit(value: object, info: core_schema.ValidationInfo) -> str | None:
    shown = value.rule.kind if isinstance(value, Fixed | Draw | Parameter) else kind_of(value)
    if isinstance(value, Mapping) and "parameter" in value:
        name = value["parameter"]
        shown = ((info.context or {}).get("parameters") or {}).get(name) if isinstance(name, str) else None
    return "rounds" if shown == "rounds" else None


#: Names for values of beta, the exponent of a time-based tactic.
BETAS = {"boulware": 0.25, "linear": 1.0, "conceder": 4.0}


Share = Annotated[Quantity, _takes(Rule("number", 0.0, 1.0))]
Number = Annotated[Quantity, _takes(Rule("number"))]
Amount = Annotated[Quantity, _takes(Rule("number", 0.0))]
Positive = Annotated[Quantity, _takes(Rule("number", 0.0, lo_open=True))]
#: Mean number of provoked shocks: far below the number of appointments that one event can make.
Provoked = Annotated[Quantity, _takes(Rule("number", 0.0, 500.0))]
GoodOffices = Annotated[Quantity, _takes(Rule("number", 0.0, 2.0))]
Rate = Annotated[Quantity, _takes(Rule("rate", 0.0))]
Hours = Annotated[Quantity, _takes(Rule("hours", 0.0, lo_open=True))]
Span = Annotated[Quantity, _takes(Rule("duration", 0.0))]
PositiveSpan = Annotated[Quantity, _takes(Rule("duration", 0.0, lo_open=True))]
#: Durations that are drawn each time.
Gap = Annotated[Quantity, _takes(Rule("duration", 0.0, lo_open=True, chance=True))]
Lag = Annotated[Quantity, _takes(Rule("duration", 0.0, chance=True))]
#: The steps and changes of marks, drawn each time.
Step = Annotated[Quantity, _takes(Rule("number", 0.0, 2.0, chance=True))]
Delta = Annotated[Quantity, _takes(Rule("number", -1.0, 1.0, chance=True))]
#: Days or rounds, by the field ``clock`` before it.
PatienceSpan = Annotated[Quantity, _takes(Rule("duration", 0.0, lo_open=True), by=_by_clock)]
#: Days or rounds, by the unit of the value.
ClockValue = Annotated[Quantity, _takes(Rule("duration", 0.0), by=_by_unit)]
Beta = Annotated[Quantity, _takes(Rule("number", 0.0, lo_open=True), words=tuple(BETAS.items()))]


def _any_kind(value: object) -> Rule:
    return Rule((value.rule.kind if isinstance(value, Fixed | Draw | Parameter) else kind_of(value)) or "number")


@dataclass(frozen=True, slots=True)
class TakesAny:
    """A quantity of any kind, which its unit shows."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """How pydantic reads and writes the field."""

        def read(value: object) -> Quantity:
            if isinstance(value, Mapping) and "parameter" in value:
                allowed = "a value with its unit, or a distribution"
                raise ComplaintsError(
                    [Complaint("a parameter can't refer to another parameter", ("parameter",), allowed)]
                )
            return parse(value, _any_kind(value))

        return core_schema.no_info_plain_validator_function(
            read,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda quantity: quantity.text),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """One of the definitions by kind."""
        return {"anyOf": [{"$quantity": definition_name(rule)} for rule in _ANY_RULES]}


_ANY_RULES = [Rule(kind) for kind in ("duration", "hours", "rounds", "rate", "number")]
ALL_RULES.extend(_ANY_RULES)
AnyKind = Annotated[Quantity, TakesAny()]


def parse_day(value: object) -> date:
    """A day such as 2025-04-10 or 10 April 2025.

    Raises:
        ComplaintsError: it is not a day.

    >>> parse_day("2025-04-10").isoformat(), parse_day("April 10, 2025").isoformat()
    ('2025-04-10', '2025-04-10')
    """
    if isinstance(value, date):
        return value
    allowed = "a day such as 2025-04-10"
    try:
        known = PartialDate.parse(value)
    except ComplaintsError as error:
        (item,) = error.items
        if "is not a date" in item.message:
            forms = allowed if item.allowed.startswith("2025-04-10") else item.allowed
            item = Complaint(f"{{what}} must be a day, but was {was(value)}", (), forms, item.suggestion)
        else:
            item = Complaint(f"{{what}}: {item.message}", (), item.allowed)
        raise ComplaintsError([item]) from None
    except ValueError as error:
        raise ComplaintsError([Complaint(f"{{what}}: {error}")]) from None
    if not known.exact:
        raise ComplaintsError([Complaint(f"{{what}} must be a day, but was {was(value)}", allowed=allowed)])
    return known.earliest


def _name(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(NAME_PATTERN, value):
        return value
    allowed = "lower-case letters, digits and _, a letter first"
    raise ComplaintsError([Complaint(f"{was(value)} is not a valid name", (), allowed)])


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
    allowed = "a plain number from 0 to 1"
    raise ComplaintsError([Complaint(f"{{what}} was {was(value)}", (), allowed, share_meant(value))])


#: A plain number from 0 to 1, never a distribution.
Unit = Annotated[float, BeforeValidator(_unit_number), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})]


def _plain_number(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    raise ComplaintsError([Complaint(f"{{what}} was {was(value)}", (), "a plain number")])


#: A plain number, never a distribution.
PlainNumber = Annotated[float, BeforeValidator(_plain_number), WithJsonSchema({"type": "number"})]

Day = Annotated[
    date,
    BeforeValidator(parse_day),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"{DAY_PATTERN}|{WORDS_PATTERN}",
            "description": "A day such as 2025-04-10 or 10 April 2025.",
        }
    ),
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
            # Not "{what}": a source that a block inherits is read several times, with several names.
            guess = did_you_mean(prefix, SOURCE_PREFIXES).strip('"')
            message = f"a source must begin with its kind and a colon, but was {was(line)}"
            complaints.append(Complaint(message, path, _SOURCES, f'"{guess}: ..."' if guess else ""))
        elif not rest.strip():
            complaints.append(Complaint(f"a source has no text after {prefix}:", path, f"{prefix}: and the reason"))
    if complaints:
        raise ComplaintsError(complaints)
    return tuple(" ".join(line.split()) for line in lines)


SOURCE_PREFIXES = ("document", "paper", "history", "theory", "judgement", "arithmetic")
_SOURCES = f"text that begins with {one_of(f'{prefix}:' for prefix in SOURCE_PREFIXES)}"
_SOURCE_LINE = {"type": "string", "pattern": f"^({'|'.join(SOURCE_PREFIXES)}):"}
#: The origin of numbers: one line or several.
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
