"""A complete scenario: every default is written out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from negsim.agenda import Agenda
from negsim.files import FrozenDict, to_yaml
from negsim.scenario.defaults import ASSUMED
from negsim.scenario.draft import Frame
from negsim.scenario.issue_models import IssueSetup, Package
from negsim.scenario.model_fields import ByName, ParameterName
from negsim.scenario.talks_models import Assumption, Channel, Climate, Shock


class Resolved(Frame):
    """All assumptions of a scenario, checked and complete."""

    parameters: Annotated[dict[ParameterName, Assumption], AfterValidator(FrozenDict)] = Field(
        default_factory=FrozenDict, description="Named uncertain numbers, for use in several places."
    )
    issues: ByName[IssueSetup] = Field(description="The issues in play, in the agenda's order.")
    packages: ByName[Package] = Field(
        default_factory=FrozenDict, description="Issues that are settled together, by name."
    )
    channels: ByName[Channel] = Field(default_factory=FrozenDict, description="Series of meetings, by name.")
    climate: Climate = Field(description="The state of relations and how it changes.")
    shocks: ByName[Shock] = Field(default_factory=FrozenDict, description="Events outside the talks, by name.")
    agenda: Agenda

    @property
    def sides(self) -> tuple[str, str]:
        """The names of the two sides, in the agenda's order."""
        first, second = self.agenda.sides
        return first, second

    @property
    def horizon_date(self) -> date:
        """The day at whose start the simulation ends."""
        return self.horizon

    @property
    def horizon_days(self) -> int:
        """The days from ``as_of`` to the horizon."""
        return (self.horizon - self.as_of).days

    @property
    def assumed(self) -> tuple[str, ...]:
        """The default assumptions in force, one line each: values that the file does not state."""
        parts: list[IssueSetup | Package] = [*self.issues.values(), *self.packages.values()]
        blocks: list[Any] = [*(tactic for part in parts for tactic in part.tactics.values()), *parts]
        blocks += self.channels.values()
        lines = [line.partition(ASSUMED)[2] for block in blocks for line in block.source if ASSUMED in line]
        return tuple(dict.fromkeys(lines))

    def resolved(self) -> dict[str, Any]:
        """The full form as plain data with the agenda; loaded again, it gives an equal scenario."""
        data = self.model_dump(mode="json", exclude_none=True, exclude={"agenda"})
        said = {key: value for key, value in data.items() if value or key not in ("question", "description", "strict")}
        return {**said, "agenda": self.agenda.model_dump(mode="json")}

    def to_yaml(self) -> str:
        """The full form as YAML; loaded again, it gives an equal scenario and the same results."""
        return to_yaml(self.resolved())

    @cached_property
    def hash(self) -> str:
        """SHA-256 (hex) of the full form and of the order of declaration."""
        # Of these sections the order counts, because the order of declaration decides ties.
        orders: list[Iterable[str]] = [self.issues, self.packages, self.channels, self.climate.regimes, self.shocks]
        orders.append(self.agenda.sides)
        said = {key: value for key, value in self.resolved().items() if key != "strict"}
        whole = {"scenario": said, "order": [list(names) for names in orders]}
        text = json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Resolved) and self.hash == other.hash

    def __hash__(self) -> int:
        return int(self.hash[:15], 16)

    def __repr__(self) -> str:
        return f"<Scenario {self.title!r}: {len(self.issues)} issues from {self.as_of} to {self.horizon}>"

    def __str__(self) -> str:
        return repr(self)
