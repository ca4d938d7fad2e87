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

    value: AnyKind = Field(description="The number: a value, a distribution, or statements of experts.")
    source: Source


class Deadline(Model):
    """The day on whose evening the talks end; issues that are not agreed lapse."""

    date: Day
    source: Source


class Channel(Model):
    """A series of meetings."""

    title: Text = Field(description="Name of the channel in tables and traces.")
    gap: Gap = Field(description="Time from one meeting to the next; drawn when it starts.")
    session: Hours = Field(description="Hours of talks in a meeting.")
    since_last: Span = Field(description="Age at as_of of the gap under way.")
    venue: Text | None = Field(None, description="Place of the meetings.")
    host: Text | None = Field(None, description="Host of the meetings.")
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

    start: Name = Field(description="The regime at as_of.")
    regimes: ByName[Regime] = Field(min_length=1, description="The states of relations, by name.")
    source: Source


class Dated(Model):
    """A date on which a shock happens with a probability."""

    date: Day = Field(description="The date, such as 2025-04-10 or 10 April 2025.")
    probability: Share = Field(description="Probability that the shock happens on this date.")


class ClimateMark(Model):
    """Switches the climate."""

    kind: Literal["climate"] = Field(description="The kind of mark: the climate changes.")
    to: Name = Field(description="The regime that follows.")
    probability: Share = Field(description="Probability that the shock has this effect.")


AllIssues = Annotated[Literal["all"], word_or("a list of issues", "all"), Tag("word")]
AllOrNames = Annotated[
    AllIssues | Annotated[Names, Tag("list")],
    Discriminator(lambda value: "list" if isinstance(value, list | tuple) else "word"),
]


class SuspendMark(Model):
    """Suspends all talks or some issues for a duration."""

    kind: Literal["suspend"] = Field(description="The kind of mark: talks are suspended.")
    issues: AllOrNames = Field(description="`all` suspends the talks: no meeting takes place.")
    duration: Lag = Field(description="Length of the suspension.")
    probability: Share = Field(description="Probability that the shock has this effect.")


class StepMark(Model):
    """Raises or lowers the aspiration of a side by a step that halves every half-life."""

    kind: Literal["harden", "ease"] = Field(
        description="The kind of mark: `harden` raises the aspiration, `ease` lowers it."
    )
    side: Name = Field(description="The side whose aspiration changes.")
    issues: Names = Field(description="The issues that it affects.")
    step: Step = Field(description="Size of the change of the aspiration.")
    half_life: PositiveSpan = Field(description="Time in which half of the change fades.")
    probability: Share = Field(description="Probability that the shock has this effect.")


class ReservationMark(Model):
    """Moves a reservation value permanently."""

    kind: Literal["reservation"] = Field(description="The kind of mark: a reservation value changes.")
    side: Name = Field(description="The side whose reservation value changes.")
    issues: Names = Field(description="The issues that it affects.")
    delta: Delta = Field(description="Change of the reservation value; a negative number lowers it.")
    probability: Share = Field(description="Probability that the shock has this effect.")


class MeetingMark(Model):
    """Calls an extra meeting of a channel."""

    kind: Literal["meeting"] = Field(description="The kind of mark: an extra meeting.")
    channel: Name = Field(description="The channel that meets.")
    after: Lag = Field(description="Time from the shock to the meeting.")
    probability: Share = Field(description="Probability that the shock has this effect.")


Mark = Annotated[ClimateMark | SuspendMark | StepMark | ReservationMark | MeetingMark, Field(discriminator="kind")]


class Provokes(Model):
    """Shocks that a shock provokes: a Poisson number, each after its own delay."""

    shock: Name = Field(description="The shock that is provoked.")
    mean: Provoked = Field(description="Mean number of provoked shocks.")
    delay: Lag = Field(description="Time until each of them.")


class Shock(Model):
    """An event outside the talks that changes how they go on."""

    title: Text = Field(description="Name of the shock in tables and traces.")
    rate: Rate = Field(description="How often it happens unprovoked.")
    dates: tuple[Dated, ...] = Field((), description="Dates on which it may happen.")
    pending: tuple[Span, ...] = Field((), description="Provoked before as_of and still to come: time until each.")
    marks: tuple[Mark, ...] = Field(min_length=1, description="What the shock changes.")
    provokes: tuple[Provokes, ...] = Field((), description="Shocks that this one provokes.")
    source: Source
