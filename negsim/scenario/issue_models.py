"""What a scenario assumes about issues and packages. Frozen and complete.

Keys and units are those of the file; ``docs/scenario-format.md`` explains each. Numbers are quantities
(:mod:`negsim.quantities.quantity`): a plain value, a distribution or a named parameter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    Field,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    Tag,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from negsim.errors import Complaint, ComplaintsError
from negsim.files import FrozenDict, Model, Text
from negsim.quantities import ClockValue, Day, Hours, Lag, Name, Names, Number, PlainNumber, Share, Source, Span, Unit
from negsim.scenario.model_fields import ByName, StatusWord, form, word_or
from negsim.scenario.tactics import Tactic


class _BySide(Model):
    """A model whose utilities are written beside its other keys, one for each side."""

    #: The other keys that a file must state, and the field that holds what it says of each side.
    _required: ClassVar[tuple[str, ...]] = ()
    _by: ClassVar[str] = "utilities"

    @model_validator(mode="before")
    @classmethod
    def _sides_as_keys(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or cls._by in data:
            return data
        named = {key: value for key, value in data.items() if key in cls.model_fields}
        return {**named, cls._by: {key: value for key, value in data.items() if key not in named}}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Sides stand beside the other keys."""
        found = handler(schema)
        properties = dict(found["properties"])
        (share,) = properties.pop(cls._by)["patternProperties"].values()
        return {**found, "properties": properties, "additionalProperties": share, "required": list(cls._required)}


class Option(_BySide):
    """One of a few possible outcomes, with its utility to each side."""

    _required: ClassVar[tuple[str, ...]] = ("id", "title")
    id: Name = Field(description="Id of the option.")
    title: Text = Field(description="The option in words.")
    utilities: ByName[Share] = Field(description="Utility of the option to each side.")

    @model_serializer(mode="plain")
    def _with_sides(self) -> dict[str, Any]:
        return {"id": self.id, "title": self.title, **{side: share.text for side, share in self.utilities.items()}}


class Options(Model):
    """A short list of possible outcomes; nothing between them is possible."""

    options: tuple[Option, ...] = Field(min_length=1, max_length=4096, description="The possible outcomes.")


Outcome = Annotated[
    Annotated[Literal["divisible"], word_or("{options: [...]}", "divisible"), Tag("word")]
    | Annotated[Options, Tag("Options")],
    form("Options"),
]


class Chance(Model):
    """Each discussion settles the issue or package with a probability; there are no positions and no terms."""

    chance: Share = Field(description="Probability that one discussion settles it, at settlement factor 1.")


Settle = Annotated[
    Annotated[Literal["concession"], word_or("{chance: 0.2}", "concession"), Tag("word")]
    | Annotated[Chance, Tag("Chance")],
    form("Chance"),
]


class When(Model):
    """Another issue reaches a status."""

    issue: Name = Field(description="The other issue.")
    reaches: StatusWord = Field(description="The status that it reaches.")


class Opens(Model):
    """When a dormant issue opens: on a day, or when another issue reaches a status; the earlier of the two."""

    on: Day | None = Field(None, description="The day on which it opens.")
    when: When | None = Field(None, description="The status of another issue at which it opens.")

    @model_validator(mode="after")
    def _one_at_least(self) -> Opens:
        if self.on is None and self.when is None:
            raise ComplaintsError([Complaint("{what} is empty", allowed="on: a day, or when: {issue, reaches}")])
        return self


class Terms(_BySide):
    """The agreement: an option, or its utility to each side."""

    option: Name | None = Field(None, description="Id of the agreed option.")
    utilities: ByName[Unit] = Field(default_factory=FrozenDict)

    @model_serializer(mode="plain")
    def _with_sides(self) -> dict[str, Any]:
        return dict(self.utilities) if self.option is None else {"option": self.option}


class Start(Model):
    """The state of an issue at ``as_of``; which keys are required depends on the status."""

    status: StatusWord = Field(description="By default the status on record in the agenda.")
    clock: ByName[ClockValue] = Field(
        default_factory=FrozenDict, description="Time on each side's clock: days, or rounds for a clock of rounds."
    )
    rounds: int | None = Field(None, ge=0, le=1_000_000, strict=True, description="Number of discussions so far.")
    offers: ByName[tuple[Unit, ...]] = Field(
        default_factory=FrozenDict,
        description="Utilities that each side's offers gave the other, oldest first.",
    )
    terms: Terms | None = Field(None, description="Terms of the agreement.")
    passed: Span | None = Field(None, description="Time since the implementation began.")
    left: Lag | None = Field(None, description="Time until the suspension ends.")
    was: StatusWord | None = Field(None, description="Status before the suspension.")

    @model_serializer(mode="wrap")
    def _without_what_is_empty(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if value not in (None, {})}


class Implementation(Model):
    """Implementation of an agreement."""

    lag: Lag = Field(description="Time from the agreement, or from the last prerequisite if that is later, to the end.")
    collapse: Share = Field(description="Probability that it fails at the end, which reopens the issue.")
    step: Share = Field(description="Rise of each side's aspiration after a collapse.")
    requires: Names = Field((), description="Issues that must be resolved before the implementation begins.")


class Scale(_BySide):
    """The terms of a divisible issue in real units: the value that each side demands."""

    _required: ClassVar[tuple[str, ...]] = ("unit",)
    _by: ClassVar[str] = "demands"
    unit: Text = Field(description="The unit in words, such as percent or million dollars.")
    demands: ByName[PlainNumber] = Field(description="The value that each side demands, where its utility is 1.")

    @model_serializer(mode="plain")
    def _with_sides(self) -> dict[str, Any]:
        return {"unit": self.unit, **self.demands}


class IssueSetup(Model):
    """All assumptions about one issue."""

    outcome: Outcome = Field(description="`divisible`, or a list of options.")
    scale: Scale | None = Field(
        None, description="Terms in real units: the unit, and the value that each side demands."
    )
    reservation: ByName[Share] = Field(description="Utility below which a side prefers no agreement.")
    tactics: ByName[Tactic] = Field(description="How each side concedes on this issue.")
    settle: Settle = Field(description="`concession`, or `{chance: ...}`.")
    hours: Hours = Field(description="Length of one discussion.")
    priority: Number = Field(description="Issues with a smaller number are discussed earlier.")
    first: Name = Field(description="The side that starts the first discussion, or `drawn`.")
    opens: Opens | None = Field(None, description="For an issue that is dormant at as_of.")
    start: Start = Field(description="State at as_of.")
    implementation: Implementation = Field(
        description="Implementation of an agreement: duration, risk of collapse, prerequisites."
    )
    source: Source

    @property
    def options(self) -> tuple[Option, ...]:
        """The options, none for a divisible issue."""
        return self.outcome.options if isinstance(self.outcome, Options) else ()


class Package(Model):
    """Issues that the sides settle together."""

    title: Text = Field(description="Name of the package in tables and traces.")
    issues: Names = Field(min_length=2, description="Ids of the issues in the package.")
    weights: ByName[ByName[Share]] = Field(description="Weight of each issue for each side; sums to 1 for a side.")
    tactics: ByName[Tactic] = Field(description="How each side concedes on the package.")
    reservation: ByName[Share] | None = Field(None, description="By default the weighted sum of the issues'.")
    settle: Settle = Field(description="`concession`, or `{chance: ...}`.")
    first: Name = Field(description="The side that starts the first discussion, or `drawn`.")
    source: Source
