"""What a scenario assumes about the talks: parameters, deadline, channels, climate, shocks. Frozen and complete."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from negsim.files import FrozenDict, Model, Text
from negsim.quantities import (
    Amount,
    AnyKind,
    Day,
    Delta,
    Gap,
    GoodOffices,
    Hours,
    Lag,
    Name,
    Names,
    Positive,
    PositiveSpan,
    Provoked,
    Rate,
    Share,
    Source,
    Span,
    Step,
)
from negsim.scenario.model_fields import ByName, word_or


class Assumption(Model):
    """A named uncertain number for use in several places."""

    value: AnyKind
    source: Source


class Deadline(Model):
    """The day on whose evening the talks end; issues that are not agreed lapse."""

    date: Day
    source: Source


class Channel(Model):
    """A series of meetings."""

    title: Text
    gap: Gap = Field(description="Time from one meeting to the next; drawn when it starts.")
    session: Hours = Field(description="Hours of talks in a meeting.")
    since_last: Span = Field(description="Age at as_of of the gap under way.")
    venue: Text | None = None
    host: Text | None = None
    good_offices: GoodOffices = Field(description="Largest gap that the host can close with a proposal.")
    issues: Names = Field(description="Issues that its meetings discuss.")
    order: Literal["priority", "oldest", "closest", "round_robin"] = Field(description="The order of its agenda.")
    source: Source


class Regime(Model):
    """One state of relations."""

    sojourn: PositiveSpan | None = Field(
        None, description="Mean time in it (exponential); absent if no regime follows."
    )
    next: ByName[Share] = Field(default_factory=FrozenDict, description="Probability of each next regime.")
    pace: Amount = Field(description="Factor on calendar clocks.")
    gap_factor: Positive = Field(description="Factor on the gaps between meetings.")
    cancellation: Share = Field(description="Probability that a meeting is cancelled.")
    settlement: Amount = Field(description="Factor on the hazard of settling by chance.")
    breakdown: Rate = Field(description="Rate at which the talks break down.")


class Climate(Model):
    """The regimes, and the regime at ``as_of``."""

    start: Name
    regimes: ByName[Regime] = Field(min_length=1)
    source: Source


class Dated(Model):
    """A date on which a shock happens with a probability."""

    date: Day
    probability: Share


class ClimateMark(Model):
    """Switches the climate."""

    kind: Literal["climate"]
    to: Name
    probability: Share


AllIssues = Annotated[Literal["all"], word_or("a list of issues", "all"), Tag("word")]
AllOrNames = Annotated[
    AllIssues | Annotated[Names, Tag("list")],
    Discriminator(lambda value: "list" if isinstance(value, list | tuple) else "word"),
]


class SuspendMark(Model):
    """Suspends all talks or some issues for a duration."""

    kind: Literal["suspend"]
    issues: AllOrNames = Field(description="`all` suspends the talks: no meeting takes place.")
    duration: Lag
    probability: Share


class StepMark(Model):
    """Raises or lowers the aspiration of a side by a step that halves every half-life."""

    kind: Literal["harden", "ease"]
    side: Name
    issues: Names
    step: Step
    half_life: PositiveSpan
    probability: Share


class ReservationMark(Model):
    """Moves a reservation value permanently."""

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
    """Shocks that a shock provokes: a Poisson number, each after its own delay."""

    shock: Name
    mean: Provoked
    delay: Lag


class Shock(Model):
    """An event outside the talks that changes how they go on."""

    title: Text
    rate: Rate = Field(description="How often it happens unprovoked.")
    dates: tuple[Dated, ...] = Field((), description="Dates on which it may happen.")
    pending: tuple[Span, ...] = Field((), description="Provoked before as_of and still to come: time until each.")
    marks: tuple[Mark, ...] = Field(min_length=1)
    provokes: tuple[Provokes, ...] = ()
    source: Source
