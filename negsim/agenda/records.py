"""Models of the facts of an agenda: sides, issues, rounds, events, disputes, announced dates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    WithJsonSchema,
    model_serializer,
)
from pydantic.json_schema import SkipJsonSchema

from negsim.agenda.citations import Citation, without_unused
from negsim.agenda.short_form import NO_POSITION
from negsim.agenda.status import Status
from negsim.errors import Complaint, ComplaintsError, did_you_mean, not_called, one_of, was
from negsim.files import FrozenDict, Model, Text
from negsim.quantities import PartialDate

_ID = "^[a-z][a-z0-9_]*$"


def _id(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(_ID, value):
        return value
    raise ComplaintsError(
        [Complaint(f"{was(value)} is not a valid id", (), "lower-case letters, digits and _, a letter first")]
    )


Id = Annotated[str, BeforeValidator(_id), Field(pattern=_ID)]
Frozen = AfterValidator(FrozenDict)
Aliases = Annotated[tuple[Text, ...], Field(description="Other names in documents, for negsim ingest.", exclude=True)]
Citations = Annotated[tuple[Citation, ...], Field(description="The sentences of documents that support it.")]


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


_DAY = "a day (2025-04-10), a month (2025-02) or a year (2025); or the month in words."


class Side(Model):
    """One of the two sides of the negotiation."""

    title: Text = Field(description="Name of the side.")
    aliases: Aliases = ()
    citations: Citations = ()


class Position(Model):
    """The demand or the stance of a side on an issue; no text means that it has no public position."""

    text: Annotated[Text | None, BeforeValidator(lambda value: None if value == NO_POSITION else value)] = Field(
        description=f'In your own words; "{NO_POSITION}" if the side has said nothing.'
    )
    since: PartialDate | None = Field(
        None, description="The date from which it is known; by default, the first entry of the history."
    )
    citations: Citations = ()


class StatusChange(Model):
    """An entry of the history of an issue: its status from this date on, and what happened."""

    date: PartialDate = Field(description=f"The date of the entry: {_DAY}")
    status: StatusLabel = Field(description="The status from this date on.")
    what: Text = Field(description="What happened, in your own words.")
    citations: Citations = ()


class Issue(Model):
    """One issue of the negotiation, with its history.

    >>> import negsim as ns
    >>> ns.load("baseline").agenda.issue("visas").title
    'Visa processing'
    """

    def __init__(self, *_given: object, **_values: object) -> None:
        """Refuse a call. Pydantic makes objects without it."""
        not_called(type(self).__name__, "negsim.load_agenda")

    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    id: SkipJsonSchema[str] = Field("", exclude=True)
    title: Text = Field(description="The issue in words.")
    label: Text | None = Field(None, description="A short title, shown in results in place of the title.")
    aliases: Aliases = ()
    summary: Text | None = Field(None, description="What the issue is about.")
    demands: Annotated[dict[str, Position], Frozen] = Field(description="What each side wants.")
    stances: Annotated[dict[str, Position], Frozen] = Field(description="How each side presents itself.")
    status: StatusLabel | None = Field(None, description="The status of an issue without a history; raised by default.")
    history: tuple[StatusChange, ...] = Field((), description="Statuses, oldest first; the first may be any.")
    resolves_when: Text = Field(description="One sentence that says when the issue counts as resolved.")
    opens_after: tuple[str, ...] = Field((), description="For a dormant issue: the issues it waits for.")
    disputed: tuple[str, ...] = Field((), description="The disputes about it.")
    citations: Citations = ()
    # Titles of sides and disputes of its agenda, for the HTML of the issue.
    _sides: Mapping[str, str] = PrivateAttr(default_factory=dict)
    _disputes: Mapping[str, str] = PrivateAttr(default_factory=dict)
    _announced: tuple[Announced, ...] = PrivateAttr(())

    @property
    def first_status(self) -> Status:
        """The first status on record; without a history, `status` or raised."""
        if self.history:
            return self.history[0].status
        return Status.RAISED if self.status is None else self.status

    @property
    def short_title(self) -> str:
        """The label; without one, the title."""
        return self.label or self.title

    @model_serializer(mode="wrap")
    def _without_unused(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return without_unused(dump(self), "label", "status")

    def entry(self, on: date) -> StatusChange | None:
        """The last entry of the history that is certainly at or before ``on``; None before the first."""
        known = [change for change in self.history if change.date.certainly_by(on)]
        return known[-1] if known else None

    @property
    def changes(self) -> tuple[StatusChange, ...]:
        """The entries that change the status, without milestones."""
        before = (None, *(entry.status for entry in self.history))
        return tuple(entry for entry, status in zip(self.history, before, strict=False) if entry.status is not status)

    def since(self, on: date) -> PartialDate | None:
        """The date of the last change of the status that is certainly at or before ``on``; None without one."""
        known = [change.date for change in self.changes if change.date.certainly_by(on)]
        return known[-1] if known else None

    def _repr_html_(self) -> str:
        from negsim.agenda.cards import issue_card

        return issue_card(self, self._sides, self._disputes, self._announced)


class Round(Model):
    """A meeting that took place."""

    title: Text = Field(description="Name of the round.")
    date: PartialDate = Field(description=f"The date: {_DAY}")
    city: Text | None = Field(None, description="The city.")
    venue: Text | None = Field(None, description="The building, if it is known.")
    host: Text | None = Field(None, description="The country and the owner of the building, if known.")
    hours: float | None = Field(None, gt=0, description="Length in hours, if it is known.")
    heads: Annotated[dict[str, Text], Frozen] = Field(
        default_factory=dict, description="The head of the delegation of each side."
    )
    issues: tuple[str, ...] = Field((), description="The issues that were discussed.")
    what: Text = Field(description="What happened, in your own words.")
    disputed: tuple[str, ...] = Field((), description="Ids of the disputes about it.")
    citations: Citations = ()


class ThirdParty(Model):
    """A third party that matters to the negotiation."""

    title: Text = Field(description="Name of the third party.")
    role: Text = Field(description="Its role in the negotiation.")
    stance: Text = Field(description="Its position, in your own words.")
    disputed: tuple[str, ...] = Field((), description="Ids of the disputes about it.")
    citations: Citations = ()


class Event(Model):
    """An event outside the negotiation; without a date if no document gives one."""

    title: Text = Field(description="Name of the event.")
    date: PartialDate | None = Field(None, description="The date, if a document gives one.")
    what: Text = Field(description="What happened, in your own words.")
    use: Text | None = Field(None, description="Its possible use in a scenario: climate, shock, channel, good offices.")
    issues: tuple[str, ...] = Field((), description="Ids of the issues that it concerns.")
    disputed: tuple[str, ...] = Field((), description="Ids of the disputes about it.")
    citations: Citations = ()


class Version(Model):
    """One version of a disputed fact."""

    text: Text = Field(description="This version of the fact.")
    says: Text = Field(description="The source of this version.")
    citations: Citations = ()


class Dispute(Model):
    """A question on which documents contradict each other, and the version that is used."""

    question: Text = Field(description="The question on which the documents contradict each other.")
    date: PartialDate = Field(description="The date of the disputed fact; nothing is disputed before it.")
    versions: tuple[Version, ...] = Field(min_length=2, description="The contradictory versions.")
    we_take: Text = Field(description="The version that negsim uses.")
    why: Text = Field(description="The reason for this choice.")


class Target(Model):
    """An announced date: who announced it, when, what for, and for which date."""

    who: Text = Field(description="Who announced the date.")
    said: PartialDate = Field(description=f"The date of the announcement: {_DAY}")
    what: Text = Field(description="What was announced.")
    by: PartialDate = Field(description=f"The announced date: {_DAY}")
    came: PartialDate | None = Field(None, description="The date of the outcome, if no history shows it.")
    cancelled: PartialDate | None = Field(None, description="The date on which it was called off or postponed.")
    issues: tuple[str, ...] = Field((), description="Ids of the issues that it concerns.")
    citations: Citations = ()

    def known_by(self, on: date) -> Target:
        """The announced date as known at the end of the day ``on``, without a later outcome or report."""
        later = [key for key in ("came", "cancelled") if (day := getattr(self, key)) and not day.certainly_by(on)]
        cited = tuple(one for one in self.citations if one.known_by(on))
        return self.model_copy(update={**dict.fromkeys(later), "citations": cited})

    @model_serializer(mode="wrap")
    def _without_unused(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return without_unused(dump(self), "cancelled")


@dataclass(frozen=True, slots=True)
class Announced:
    """An announced date with its state on a day.

    ``state`` is ``ahead`` before the date; ``kept`` if the outcome came, or all its issues were resolved, by the date;
    ``passed`` if not; ``past`` if it names no issue and the record has no outcome.
    """

    target: Target
    state: str

    @property
    def what(self) -> str:
        """What was announced, with the date of its outcome if known."""
        return self.target.what + (f" (came {self.target.came})" if self.target.came else "")
