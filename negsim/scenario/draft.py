"""The parts of a scenario before it is complete, for the checks between them."""

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
from negsim.scenario.issue_models import IssueSetup, Package
from negsim.scenario.talks_models import Channel, Climate, Deadline, Shock


class Frame(Model):
    """Title, dates and rules of a scenario."""

    title: Text = Field(description="A short name.")
    question: str = Field("", description="The question that the scenario answers.")
    description: str = Field("", description="The scenario in words.")
    as_of: Day = Field(description="Day 0: the scenario describes the talks on this day.")
    horizon: Day = Field(description="The simulation ends at the start of this day.")
    undertaking: Literal["early_harvest", "single"] = Field(
        description="Each agreement takes effect alone, or all agreements take effect together."
    )
    deadline: Deadline | None = Field(None, description="A firm day; issues that are not agreed by its end lapse.")
    strict: bool = Field(False, description="Whether the file states every value and source.")
    leave_out: tuple[str, ...] = Field((), description="Issues of the agenda that are not in this scenario.")


@dataclass(frozen=True)
class Draft:
    """The parts of a scenario: the full form as nodes, and the models of the valid parts."""

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
