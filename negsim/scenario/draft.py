"""The parts of a scenario on their way to being one, as the checks between them see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import Field

from negsim.agenda import Agenda
from negsim.errors import Problem
from negsim.files import Model, Node, Step, Text
from negsim.quantities import Day, Quantity
from negsim.scenario.models import Channel, Climate, Deadline, IssueSetup, Package, Shock


class Frame(Model):
    """What a scenario says of itself and of time."""

    title: Text = Field(description="A short name.")
    question: str = Field("", description="What the scenario is to answer.")
    description: str = Field("", description="The story, for people.")
    as_of: Day = Field(description="The day on which the talks stand as they do; day 0.")
    horizon: Day = Field(description="Nothing at or after the start of this day is looked at.")
    undertaking: Literal["early_harvest", "single"] = Field(
        description="Each agreement stands alone, or nothing is agreed until everything is."
    )
    deadline: Deadline | None = Field(None, description="A firm day; what is not agreed when it is over lapses.")
    leave_out: tuple[str, ...] = Field((), description="Issues of the agenda that are not in this scenario.")


@dataclass(frozen=True)
class Draft:
    """The parts of a scenario: the full form on nodes, and the models of what is in order in itself."""

    full: Node
    friendly: Node
    agenda: Agenda
    as_of: date | None
    frame: Frame | None
    climate: Climate | None
    in_play: Sequence[str]
    parameters: Mapping[str, Any]
    issues: Mapping[str, IssueSetup]
    packages: Mapping[str, Package]
    channels: Mapping[str, Channel]
    shocks: Mapping[str, Shock]

    @property
    def sides(self) -> tuple[str, str]:
        """The two sides."""
        first, second = self.agenda.sides
        return first, second

    def named(self) -> dict[str, Quantity | None]:
        """The values of the parameters."""
        return {name: parameter.value for name, parameter in self.parameters.items()}

    def problem(self, message: str, *path: Step, **more: Any) -> Problem:
        """A problem at a place of the full form."""
        return self.full.problem(message, *path, **more)
