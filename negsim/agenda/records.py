"""The facts of an agenda: sides, issues with positions and histories, rounds, events, disputes, announced dates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    PrivateAttr,
    WithJsonSchema,
)
from pydantic.json_schema import SkipJsonSchema

from negsim.agenda.citations import Citation
from negsim.agenda.status import Status
from negsim.errors import Complaint, ComplaintsError, did_you_mean, one_of, was
from negsim.files import FrozenDict, Model, Text
from negsim.quantities import PartialDate

#: How a file says that a side has said nothing, which is a fact too.
NO_POSITION = "no public position"

_ID = "^[a-z][a-z0-9_]*$"


def _id(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(_ID, value):
        return value
    raise ComplaintsError([Complaint(f"{was(value)} is no id", (), "lower-case letters, digits and _, a letter first")])


Id = Annotated[str, BeforeValidator(_id), Field(pattern=_ID)]
Frozen = AfterValidator(FrozenDict)
Citations = Annotated[tuple[Citation, ...], Field(description="Which sentences of which documents say so.")]


def _status(value: object) -> Status:
    if isinstance(value, Status):
        return value
    labels = {status.label: status for status in Status}
    if isinstance(value, str) and value in labels:
        return labels[value]
    raise ComplaintsError(
        [Complaint(f"there is no status {was(value)}", (), one_of(labels), did_you_mean(value, labels))]
    )


StatusLabel = Annotated[
    Status,
    PlainValidator(_status),
    PlainSerializer(lambda status: status.label, when_used="json"),
    WithJsonSchema({"type": "string", "enum": [status.label for status in Status]}),
]


class Side(Model):
    """One of the two parties to the talks."""

    title: Text
    citations: Citations = ()


class Position(Model):
    """What a side demands, or how it presents itself, on an issue; no text means that it has no public position."""

    text: Annotated[Text | None, BeforeValidator(lambda value: None if value == NO_POSITION else value)] = Field(
        description=f'In our words; "{NO_POSITION}" if the side has said nothing.'
    )
    since: PartialDate | None = Field(
        None, description="When it was first known; without it, the first entry of the history."
    )
    citations: Citations = ()


class StatusChange(Model):
    """An entry of an issue's history: from this date it has this status, because of what happened."""

    date: PartialDate
    status: StatusLabel
    what: Text = Field(description="What happened, in our words.")
    citations: Citations = ()


class Issue(Model):
    """One thing that the sides have to settle, with its history."""

    id: SkipJsonSchema[str] = Field("", exclude=True)
    title: Text
    summary: Text
    demands: Annotated[dict[str, Position], Frozen] = Field(description="What each side wants.")
    stances: Annotated[dict[str, Position], Frozen] = Field(description="How each side presents itself.")
    history: tuple[StatusChange, ...] = Field(min_length=1, description="Statuses, oldest first; the first may be any.")
    resolves_when: Text = Field(description="One sentence by which a stranger would judge that it is resolved.")
    opens_after: tuple[str, ...] = Field((), description="For a dormant issue: the issues that it waits for.")
    disputed: tuple[str, ...] = Field((), description="The disputes that touch it.")
    citations: Citations = ()
    # What its agenda calls the sides and the disputes, for those who look at the issue alone.
    _sides: Mapping[str, str] = PrivateAttr(default_factory=dict)
    _disputes: Mapping[str, str] = PrivateAttr(default_factory=dict)
    _announced: tuple[Announced, ...] = PrivateAttr(())

    def entry(self, on: date) -> StatusChange | None:
        """The last entry of the history that had certainly come by the end of the day ``on``, if any."""
        known = [change for change in self.history if change.date.certainly_by(on)]
        return known[-1] if known else None

    def _repr_html_(self) -> str:
        from negsim.agenda.cards import issue_card

        return issue_card(self, self._sides, self._disputes, self._announced)


class Round(Model):
    """A meeting that was held."""

    title: Text
    date: PartialDate
    city: Text | None = None
    venue: Text | None = Field(None, description="The building, where it is known.")
    host: Text | None = Field(None, description="The country, and the owner of the house, where known.")
    hours: float | None = Field(None, gt=0, description="Length in hours, where it is known.")
    heads: Annotated[dict[str, Text], Frozen] = Field(
        default_factory=dict, description="Who led each side's delegation."
    )
    issues: tuple[str, ...] = Field((), description="The issues that were talked about.")
    what: Text
    disputed: tuple[str, ...] = ()
    citations: Citations = ()


class ThirdParty(Model):
    """Somebody who is no side of the talks and matters to them."""

    title: Text
    role: Text
    stance: Text
    disputed: tuple[str, ...] = ()
    citations: Citations = ()


class Event(Model):
    """Something outside the talks that the documents tie to them; a date is left out where no document gives one."""

    title: Text
    date: PartialDate | None = None
    what: Text
    use: Text | None = Field(
        None, description="What it may stand for in a scenario: climate, shock, channel, good offices."
    )
    issues: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()
    citations: Citations = ()


class Version(Model):
    """One account of a disputed matter."""

    text: Text
    says: Text = Field(description="Who says so.")
    citations: Citations = ()


class Dispute(Model):
    """A matter on which the documents contradict each other or themselves, and what we take."""

    question: Text
    date: PartialDate = Field(description="The day of what is disputed; before it nothing counts as disputed.")
    versions: tuple[Version, ...] = Field(min_length=2)
    we_take: Text
    why: Text


class Target(Model):
    """An announced date: who said when that what would have happened by when."""

    who: Text
    said: PartialDate
    what: Text
    by: PartialDate
    came: PartialDate | None = Field(None, description="When it came true, where the issues do not tell it.")
    issues: tuple[str, ...] = ()
    citations: Citations = ()

    def known_by(self, on: date) -> Target:
        """The same as it was known at the end of the day ``on``: without what came later."""
        known = self.came is None or self.came.certainly_by(on)
        return self if known else self.model_copy(update={"came": None})


@dataclass(frozen=True, slots=True)
class Announced:
    """An announced date as it looks on a day.

    ``state`` is ``kept`` if it came true, or all issues that it names were resolved, by then; ``passed`` if it did or
    they were not; ``past`` if it has passed, names no issue and the record does not say; else ``ahead``.
    """

    target: Target
    state: str

    @property
    def what(self) -> str:
        """What was announced, and when it came, if it has."""
        return self.target.what + (f" (came {self.target.came})" if self.target.came else "")
