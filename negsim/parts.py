"""The parts of a scenario on their way to being one, as the checks between them see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from negsim.agenda import Agenda
from negsim.assumptions import Channel, Climate, IssueSetup, Package, Shock
from negsim.errors import Problem
from negsim.nodes import Node, Step
from negsim.quantities import Quantity


@dataclass(frozen=True)
class Parts:
    """The parts of a scenario: the full form on nodes, and the models of what is in order in itself."""

    full: Node
    friendly: Node
    agenda: Agenda
    as_of: date | None
    frame: Any
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
