"""What a scenario assumes, part by part: issues, packages, channels, climate, shocks. Frozen and fully resolved.

The same words and units as in the file; ``docs/scenario-format.md`` explains every key. Numbers are quantities
(:mod:`negsim.quantities.quantity`): a plain value, a distribution or a named parameter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    Tag,
    WithJsonSchema,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from negsim.agenda import Status
from negsim.errors import Complaint, ComplaintsError, did_you_mean, one_of, was
from negsim.files import FrozenDict, Model, Text
from negsim.quantities import (
    Amount,
    AnyKind,
    ClockValue,
    Day,
    Delta,
    Gap,
    GoodOffices,
    Hours,
    Lag,
    Name,
    Names,
    Number,
    Positive,
    PositiveSpan,
    Rate,
    Share,
    Source,
    Span,
    Step,
    Unit,
)
from negsim.scenario.tactics import Tactic

V = TypeVar("V")
#: Values by name: of a side, an issue, a regime ...
ByName = Annotated[dict[Name, V], AfterValidator(FrozenDict)]


def _word_or(other: str, *words: str) -> BeforeValidator:
    """One of a few words, where a file may also give something else."""

    def check(value: object) -> object:
        if value in words:
            return value
        allowed = f"{', '.join(words)}, or {other}"
        raise ComplaintsError([Complaint(f"{{what}} was {was(value)}", (), allowed, did_you_mean(value, words))])

    return BeforeValidator(check)


def _form(mapping_is: str) -> Discriminator:
    return Discriminator(lambda value: mapping_is if isinstance(value, Mapping | Model) else "word")


def _status_word(value: object) -> object:
    words = [status.label for status in Status]
    if value in words:
        return value
    raise ComplaintsError([Complaint(f"{{what}} was {was(value)}", (), one_of(words), did_you_mean(value, words))])


StatusWord = Annotated[
    str,
    BeforeValidator(_status_word),
    WithJsonSchema({"type": "string", "enum": [status.label for status in Status]}),
]


class Assumption(Model):
    """A named uncertain number that may be used in many places."""

    value: AnyKind
    source: Source


class Deadline(Model):
    """A firm day: what is not agreed when it is over lapses."""

    date: Day
    source: Source


# --- issues ----------------------------------------------------------------------------------------------------------


def _sides_as_properties(schema: JsonSchemaValue, required: tuple[str, ...]) -> JsonSchemaValue:
    properties = dict(schema["properties"])
    (share,) = properties.pop("utilities")["patternProperties"].values()
    return {**schema, "properties": properties, "additionalProperties": share, "required": list(required)}


class Option(Model):
    """One of a few possible outcomes, with what it is worth to each side."""

    id: Name
    title: Text
    utilities: ByName[Share]

    @model_validator(mode="before")
    @classmethod
    def _sides_as_keys(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or "utilities" in data:
            return data
        named = {key: value for key, value in data.items() if key in ("id", "title")}
        return {**named, "utilities": {key: value for key, value in data.items() if key not in named}}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Sides stand beside ``id`` and ``title``."""
        return _sides_as_properties(handler(schema), ("id", "title"))

    @model_serializer(mode="plain")
    def _with_sides(self) -> dict[str, Any]:
        return {"id": self.id, "title": self.title, **{side: share.text for side, share in self.utilities.items()}}


class Options(Model):
    """A short list of possible outcomes, instead of anything in between."""

    options: tuple[Option, ...] = Field(min_length=1)


Outcome = Annotated[
    Annotated[Literal["divisible"], _word_or("{options: [...]}", "divisible"), Tag("word")]
    | Annotated[Options, Tag("Options")],
    _form("Options"),
]


class Chance(Model):
    """Each discussion settles the bargain with a probability; there are no positions and no terms."""

    chance: Share = Field(description="Probability that one discussion settles it, in a climate of factor 1.")


Settle = Annotated[
    Annotated[Literal["concession"], _word_or("{chance: 0.2}", "concession"), Tag("word")]
    | Annotated[Chance, Tag("Chance")],
    _form("Chance"),
]


class When(Model):
    """Another issue reaches a status."""

    issue: Name
    reaches: StatusWord


class Opens(Model):
    """When a dormant issue opens: on a day, or when another issue has come so far; whichever is first."""

    on: Day | None = None
    when: When | None = None

    @model_validator(mode="after")
    def _one_at_least(self) -> Opens:
        if self.on is None and self.when is None:
            raise ComplaintsError([Complaint("{what} says nothing", allowed="on: a day, or when: {issue, reaches}")])
        return self


class Terms(Model):
    """What was agreed: an option, or what it is worth to each side."""

    option: Name | None = None
    utilities: ByName[Unit] = Field(default_factory=FrozenDict)

    @model_validator(mode="before")
    @classmethod
    def _sides_as_keys(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or "utilities" in data:
            return data
        named = {key: value for key, value in data.items() if key == "option"}
        return {**named, "utilities": {key: value for key, value in data.items() if key not in named}}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Sides stand beside ``option``."""
        return _sides_as_properties(handler(schema), ())

    @model_serializer(mode="plain")
    def _with_sides(self) -> dict[str, Any]:
        return dict(self.utilities) if self.option is None else {"option": self.option}


class Start(Model):
    """How an issue stands at ``as_of``, with what that status must carry."""

    status: StatusWord = Field(description="By default what the agenda's history says.")
    clock: ByName[ClockValue] = Field(
        default_factory=FrozenDict, description="What each side's clock shows: days, or rounds for a clock of rounds."
    )
    rounds: int | None = Field(None, ge=0, strict=True, description="How often it was discussed.")
    offers: ByName[tuple[Unit, ...]] = Field(
        default_factory=FrozenDict, description="What each side's own offers left to the other side, oldest first."
    )
    terms: Terms | None = Field(None, description="On what terms it was agreed.")
    passed: Span | None = Field(None, description="How long the implementation has been under way.")
    left: Lag | None = Field(None, description="How long the suspension will still last.")
    was: StatusWord | None = Field(None, description="The status before the suspension.")

    @model_serializer(mode="wrap")
    def _without_what_is_empty(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if value not in (None, {})}


class Implementation(Model):
    """From agreement to the thing itself."""

    lag: Lag = Field(description="From the later of agreement and the last prerequisite to its end.")
    collapse: Share = Field(description="Probability that it fails at its end and the issue is open again.")
    step: Share = Field(description="How much higher a side aims after a collapse.")
    requires: Names = Field((), description="Issues that must be resolved before the implementation begins.")


class IssueSetup(Model):
    """All that is assumed of one issue."""

    outcome: Outcome = Field(description="`divisible`, or a list of options.")
    reservation: ByName[Share] = Field(description="Below this utility a side would rather have no deal.")
    tactics: ByName[Tactic] = Field(description="How each side concedes on this issue.")
    settle: Settle = Field(description="`concession`, or by chance.")
    hours: Hours = Field(description="How much of a session one discussion takes.")
    priority: Number = Field(description="Smaller is discussed earlier.")
    first: Name = Field(description="Who starts the first discussion: a side, or `drawn`.")
    opens: Opens | None = Field(None, description="For an issue that is dormant at as_of.")
    start: Start = Field(description="How it stands at as_of.")
    implementation: Implementation
    source: Source

    @property
    def options(self) -> tuple[Option, ...]:
        """The options, none for a divisible issue."""
        return self.outcome.options if isinstance(self.outcome, Options) else ()


class Package(Model):
    """Issues that are settled together."""

    title: Text
    issues: Names = Field(min_length=2)
    weights: ByName[ByName[Share]] = Field(description="How much each issue matters to each side; sums to 1 a side.")
    tactics: ByName[Tactic] = Field(description="How each side concedes on the package.")
    reservation: ByName[Share] | None = Field(None, description="By default the weighted sum of the issues'.")
    settle: Settle
    first: Name = Field(description="Who starts the first discussion: a side, or `drawn`.")
    source: Source


# --- talks and what is around them -----------------------------------------------------------------------------------


class Channel(Model):
    """A series of meetings."""

    title: Text
    gap: Gap = Field(description="From one meeting to the next; drawn when it starts.")
    session: Hours = Field(description="Hours of talks in a meeting.")
    since_last: Span = Field(description="Age at as_of of the gap under way.")
    venue: Text | None = None
    host: Text | None = None
    good_offices: GoodOffices = Field(description="The widest gap that the host can bridge with a proposal.")
    issues: Names = Field(description="The issues it takes.")
    order: Literal["priority", "oldest", "closest", "round_robin"] = Field(description="The order of its agenda.")
    source: Source


class Regime(Model):
    """One state of relations."""

    sojourn: PositiveSpan | None = Field(None, description="Mean time in it (exponential); none if nothing follows.")
    next: ByName[Share] = Field(default_factory=FrozenDict, description="Probability of each regime that may follow.")
    pace: Amount = Field(description="Factor on calendar clocks.")
    gap_factor: Positive = Field(description="Factor on the gaps between meetings.")
    cancellation: Share = Field(description="Probability that a meeting is cancelled.")
    settlement: Amount = Field(description="Factor on the hazard of settling by chance.")
    breakdown: Rate = Field(description="Rate at which the talks break down.")


class Climate(Model):
    """The regimes and the one at ``as_of``."""

    start: Name
    regimes: ByName[Regime] = Field(min_length=1)
    source: Source


class Dated(Model):
    """A day on which a shock happens with a probability."""

    date: Day
    probability: Share


class ClimateMark(Model):
    """Switches the climate."""

    kind: Literal["climate"]
    to: Name
    probability: Share


AllIssues = Annotated[Literal["all"], _word_or("a list of issues", "all"), Tag("word")]
AllOrNames = Annotated[
    AllIssues | Annotated[Names, Tag("list")],
    Discriminator(lambda value: "list" if isinstance(value, list | tuple) else "word"),
]


class SuspendMark(Model):
    """Suspends all talks or some issues for a time."""

    kind: Literal["suspend"]
    issues: AllOrNames = Field(description="`all` suspends the talks themselves: their meetings are lost.")
    duration: Lag
    probability: Share


class StepMark(Model):
    """Raises or lowers what a side insists on, by a step that halves every half-life."""

    kind: Literal["harden", "ease"]
    side: Name
    issues: Names
    step: Step
    half_life: PositiveSpan
    probability: Share


class ReservationMark(Model):
    """Moves a reservation value for good."""

    kind: Literal["reservation"]
    side: Name
    issues: Names
    delta: Delta
    probability: Share


class MeetingMark(Model):
    """Calls an extra meeting of a channel."""

    kind: Literal["meeting"]
    channel: Name
    after: Lag
    probability: Share


Mark = Annotated[ClimateMark | SuspendMark | StepMark | ReservationMark | MeetingMark, Field(discriminator="kind")]


class Provokes(Model):
    """Shocks that a shock brings about: a Poisson number of them, each after its own delay."""

    shock: Name
    mean: Amount
    delay: Lag


class Shock(Model):
    """Something from outside, or a step of one side outside the talks."""

    title: Text
    rate: Rate = Field(description="How often it happens of itself.")
    dates: tuple[Dated, ...] = Field((), description="Days on which it may happen.")
    pending: tuple[Span, ...] = Field((), description="Provoked before as_of and still to come: in how long.")
    marks: tuple[Mark, ...] = Field(min_length=1)
    provokes: tuple[Provokes, ...] = ()
    source: Source
