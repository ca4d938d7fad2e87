"""Proposals: what a document may add to an agenda, and their file. Other tools may write the same file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PlainSerializer, SerializerFunctionWrapHandler, model_serializer

from negsim.agenda import Citation, Status, StatusLabel
from negsim.files import Model, Text, read_yaml, to_yaml, validate, write_file
from negsim.quantities import PartialDate

Kind = Literal["demand", "offer", "refusal", "status", "round", "announced", "event", "unplaced", "contradiction"]
Meeting = Literal["held", "announced", "postponed", "cancelled"]
Mark = Literal["hedged", "conditional", "negated", "quoted", "reported"]
State = Literal["open", "accepted", "rejected"]
#: The event types of PLOVER, by kind and by what became of a round.
EVENT_TYPES = {
    "demand": "REQUEST",
    "offer": "CONCEDE",
    "refusal": "REJECT",
    "agreed": "AGREE",
    "resolved": "COOPERATE",
    "implementing": "COOPERATE",
    "held": "CONSULT",
    "announced": "AGREE",
    "postponed": "REJECT",
    "cancelled": "REJECT",
    "sanctions": "SANCTION",
    "expulsions": "SANCTION",
    "closures": "SANCTION",
    "contact of leaders": "CONSULT",
}


class Proposal(Model):
    """One thing that a sentence says. Fields of PLOVER (openeventdata) have its names; the others are of an agenda."""

    citation: Citation = Field(
        description="Document, sentence and fingerprint; or an address, its date and a confidence."
    )
    kind: Kind
    confidence: Annotated[float, PlainSerializer(lambda value: round(value, 2))] = Field(
        ge=0, le=1, description="How surely the sentence says it, from 0 to 1."
    )
    what: Text = Field(description="What it says, in words of one's own.")
    actor: tuple[str, ...] = Field((), description="The sides that act, by id.")
    recipient: tuple[str, ...] = Field((), description="The sides at which it is directed, by id.")
    event_type: Text | None = Field(None, description="Event type of PLOVER.")
    mode: Text | None = Field(None, description="Mode of PLOVER.")
    context: tuple[str, ...] = Field((), description="Contexts of PLOVER.")
    date: PartialDate | None = Field(None, description="The date of what happened.")
    location: Text | None = None
    issue: str | None = Field(None, description="Id of the issue; none for an item that fits no issue.")
    status: StatusLabel | None = Field(None, description="For a status change.")
    meeting: Meeting | None = Field(None, description="For a round: what became of it.")
    by: PartialDate | None = Field(None, description="The announced date.")
    venue: Text | None = None
    host: Text | None = None
    hours: float | None = Field(None, gt=0)
    marks: tuple[Mark, ...] = Field((), description="How the sentence says it.")
    contradicts: Text | None = Field(None, description="Path in the agenda of what it contradicts.")
    new_issue: Text | None = Field(
        None, description="Title of an issue that the proposal adds to the agenda; `issue` is its id."
    )
    state: State = "open"

    @model_serializer(mode="wrap")
    def _without_unused(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in dump(self).items() if value not in (None, (), [])}

    @property
    def id(self) -> str:
        """Citation, kind, side and issue: equal for the same proposal of another reading.

        The issue of an item that fits no issue comes from a review, so it does not count.
        """
        issue = None if self.kind == "unplaced" else self.issue
        facts = (self.kind, self.meeting, self.status.label if self.status is not None else None, issue)
        return "/".join([self.citation.place, *(str(fact) for fact in (*facts, *self.actor) if fact)])


class ReadDocument(Model):
    """A document that was read, as the file of proposals names it."""

    file: Text = Field(description="Path, relative to the file of proposals.")
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="SHA-256 of the normalised text.")
    sentences: int = Field(ge=1)
    date: PartialDate | None = None
    title: Text | None = None

    @model_serializer(mode="wrap")
    def _without_unused(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in dump(self).items() if value is not None}


class Proposals(Model):
    """A file of proposals: the documents that were read, and the proposals in the order of the documents."""

    documents: dict[str, ReadDocument] = Field(default_factory=dict, description="By id, as citations name them.")
    proposals: tuple[Proposal, ...] = ()

    def count(self, state: State) -> int:
        """The number of proposals in a state."""
        return sum(one.state == state for one in self.proposals)

    def replace(self, number: int, **changes: Any) -> Proposals:
        """The proposals with one of them changed, and checked again.

        Raises:
            ValueError: a change is invalid.
        """
        one = Proposal.model_validate({**dict(self.proposals[number]), **changes})
        every = (*self.proposals[:number], one, *self.proposals[number + 1 :])
        return self.model_copy(update={"proposals": every})


_HEAD = """\
# Proposals of negsim ingest. `negsim review` walks through them; nothing enters the agenda without a yes.
# docs/documents.md explains every key. Texts are in words of our own; a citation names document, sentence and SHA-256.
"""


def proposals_schema() -> dict[str, Any]:
    """The JSON schema of a file of proposals, for editors and other tools.

    >>> sorted(proposals_schema()["properties"])
    ['documents', 'proposals']
    """
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Proposals.model_json_schema()}


def read_proposals(path: str | os.PathLike[str]) -> Proposals:
    """Read a file of proposals.

    Raises:
        InputError: the file is invalid; it lists all problems with their places.
    """
    return validate(Proposals, read_yaml(path))


def write_proposals(found: Proposals, path: Path) -> None:
    """Write a file of proposals.

    Raises:
        NegsimError: the file cannot be written.
    """
    write_file(path, (_HEAD + to_yaml(found.model_dump(mode="json"))).encode())


def merged(old: Proposals, new: Proposals) -> Proposals:
    """New proposals with the decisions of an earlier reading, which are found by `Proposal.id`."""
    decided = {one.id: one for one in old.proposals if one.state != "open"}
    kept = tuple(decided.get(one.id, one) for one in new.proposals)
    return new.model_copy(update={"proposals": kept})


def event_type(kind: str, status: Status | None = None, value: str = "") -> str | None:
    """The event type of PLOVER for a kind, a status or what became of a round.

    >>> event_type("demand"), event_type("status", Status.AGREED), event_type("round", value="held")
    ('REQUEST', 'AGREE', 'CONSULT')
    """
    return EVENT_TYPES.get(value or (status.label if status is not None else kind))


def plover_lines(proposals: Iterable[Proposal]) -> str:
    """Proposals with an event type as JSON lines with the field names of PLOVER."""
    import json

    lines = []
    for one in proposals:
        if one.event_type is None:
            continue
        record = {
            "id": one.id,
            "date": str(one.date) if one.date is not None else None,
            "actor": [{"actorText": name} for name in one.actor],
            "recipient": [{"actorText": name} for name in one.recipient],
            "event": one.event_type,
            "mode": one.mode or "",
            "context": list(one.context),
            "location": {"locationText": one.location} if one.location else None,
            "citation": str(one.citation),
            "comment": one.what,
        }
        lines.append(json.dumps(record, ensure_ascii=False))
    return "".join(f"{line}\n" for line in lines)
