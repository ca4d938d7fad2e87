"""The agenda of a negotiation: issues with their facts, and the board of any day.

An agenda records facts, not assumptions. The board of a day shows nothing that happened later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import Field, PrivateAttr, model_validator
from pydantic.functional_validators import ModelWrapValidatorHandler

from negsim.agenda.checks import complaints
from negsim.agenda.citations import Citation, DocumentId, Source
from negsim.agenda.known import parts_known
from negsim.agenda.records import (
    Announced,
    Dispute,
    Event,
    Frozen,
    Id,
    Issue,
    Position,
    Round,
    Side,
    StatusChange,
    Target,
    ThirdParty,
)
from negsim.agenda.status import Status
from negsim.errors import (
    ComplaintsError,
    NegsimError,
    Problem,
    check_name,
    not_called,
)
from negsim.files import Model, Text
from negsim.quantities import PartialDate


@dataclass(frozen=True, slots=True)
class BoardRow:
    """The state of an issue on a day."""

    id: str
    title: str
    status: Status
    since: PartialDate | None
    demands: Mapping[str, str | None]
    sources: int
    disputed: tuple[str, ...]
    reported: int = 0


class Agenda(Model):
    """The record of a negotiation: sides, issues, rounds, third parties, events, disputes, announced dates.

    >>> import negsim as ns
    >>> sorted(ns.load("baseline").agenda.sides)
    ['russia', 'us']
    """

    def __init__(self, *_given: object, **_values: object) -> None:
        """Refuse a call. Pydantic makes objects without it."""
        not_called(type(self).__name__, "negsim.load_agenda")

    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    title: Text = Field(description="Name of the negotiation.")
    description: Text | None = Field(None, description="The negotiation in a few sentences.")
    sides: Annotated[dict[Id, Side], Frozen] = Field(
        min_length=2, max_length=2, description="The two sides, by id; the first is side A."
    )
    sources: Annotated[dict[DocumentId, Source], Frozen] = Field(
        default_factory=dict, description="The documents cited, by id; or a file of them."
    )
    issues: Annotated[dict[Id, Issue], Frozen] = Field(
        min_length=1, max_length=1000, description="The issues, by id; their order is the order of all tables."
    )
    rounds: Annotated[dict[Id, Round], Frozen] = Field(
        default_factory=dict, description="Meetings that took place, by id."
    )
    third_parties: Annotated[dict[Id, ThirdParty], Frozen] = Field(
        default_factory=dict, description="Third parties, by id."
    )
    events: Annotated[dict[Id, Event], Frozen] = Field(
        default_factory=dict, description="Events outside the negotiation, by id."
    )
    disputed: Annotated[dict[Id, Dispute], Frozen] = Field(default_factory=dict, description="Disputed facts, by id.")
    targets: tuple[Target, ...] = Field((), description="Announced dates.")
    _warnings: tuple[Problem, ...] = PrivateAttr(())

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """At most one warning, about what the file leaves out."""
        return self._warnings

    @model_validator(mode="wrap")
    @classmethod
    def _consistent(cls, data: Any, handler: ModelWrapValidatorHandler[Agenda]) -> Agenda:
        if not isinstance(data, Mapping):
            return handler(data)
        agenda = handler(_with_ids(data))
        found = list(complaints(data))
        if found:
            raise ComplaintsError(found)
        sides = {name: side.title for name, side in agenda.sides.items()}
        for issue in agenda.issues.values():
            issue._sides = sides
            issue._disputes = {name: agenda.disputed[name].question for name in issue.disputed}
        agenda._announce()
        return agenda

    def _announce(self) -> None:
        """Note the announced dates at the issues that they name."""
        for one in self.announced(self.last_day):
            for name in one.target.issues:
                self.issues[name]._announced += (one,)

    def known_by(self, on: date, issues: Collection[str] = ()) -> Agenda:
        """The record as known at the end of the day ``on``, without all that happened or was reported later.

        Args:
            on: the day.
            issues: issues that stay although their history begins later.

        >>> import negsim as ns
        >>> from datetime import date
        >>> agenda = ns.load_agenda("seeds/agenda.yaml")
        >>> list(agenda.known_by(date(2025, 3, 31)).rounds)
        ['first']
        """
        known = self.model_copy(update=parts_known(self, on, issues))
        for issue in known.issues.values():
            issue._announced = ()
        known._announce()
        return known

    def issue(self, issue_id: str) -> Issue:
        """The issue with this id.

        Raises:
            NegsimError: there is no such issue.
        """
        check_name(issue_id, self.issues, f'there is no issue "{issue_id}"')
        return self.issues[issue_id]

    def status(self, issue_id: str, on: date) -> Status:
        """The status of an issue at the end of the day ``on``; a month counts from its last day.

        Raises:
            NegsimError: there is no such issue, or its history begins later.
        """
        issue = self.issue(issue_id)
        return self._entry(issue, on).status if issue.history else issue.first_status

    def since(self, issue_id: str, on: date) -> PartialDate | None:
        """The date of the status that the issue has at the end of the day ``on``; None without a history.

        Raises:
            NegsimError: there is no such issue, or its history begins later.
        """
        issue = self.issue(issue_id)
        if issue.history:
            self._entry(issue, on)
        return issue.since(on)

    def board(self, on: date) -> list[BoardRow]:
        """The state of every issue with an entry by the end of the day ``on``, in the order of the agenda."""
        then = self.known_by(on)
        return [then._row(issue, issue.entry(on), on) for issue in then.issues.values()]

    def _row(self, issue: Issue, entry: StatusChange | None, on: date) -> BoardRow:
        past = issue.history[: issue.history.index(entry) + 1] if entry is not None else ()
        status, since = (entry.status, issue.since(on)) if entry is not None else (issue.first_status, None)
        positions = [
            position
            for position in (*issue.demands.values(), *issue.stances.values())
            if position.since is None or position.since.certainly_by(on)
        ]
        claims: list[Issue | Position | StatusChange] = [issue, *positions, *past]
        cited = [one for claim in claims for one in claim.citations if one.known_by(on)]
        documents = {one.document for one in cited if not one.reported}
        addresses = {one.document for one in cited if one.reported}
        demands = {side: demand.text if (demand := issue.demands[side]) in positions else None for side in self.sides}
        disputes = tuple(name for name in issue.disputed if self.disputed[name].date.certainly_by(on))
        return BoardRow(issue.id, issue.title, status, since, demands, len(documents), disputes, len(addresses))

    def announced(self, on: date, issue_id: str | None = None) -> list[Announced]:
        """The dates announced by the end of the day ``on``, the earliest first; with an issue, those that name it."""
        said = [target.known_by(on) for target in self.targets if target.said.certainly_by(on)]
        mine = [target for target in said if issue_id is None or issue_id in target.issues]
        return [Announced(target, self._state(target, on)) for target in sorted(mine, key=lambda one: one.by.latest)]

    def _state(self, target: Target, on: date) -> str:
        if target.cancelled is not None and target.came is None:
            return "cancelled"
        if target.came is not None:
            return "kept" if target.came.latest <= target.by.latest else "passed"
        entries = [self.issues[name].entry(min(on, target.by.latest)) for name in target.issues]
        if entries and all(entry is not None and entry.status is Status.RESOLVED for entry in entries):
            return "kept"
        if target.by.latest >= on:
            return "ahead"
        return "passed" if target.issues else "past"

    @property
    def last_day(self) -> date:
        """The last possible day of any entry in the histories, rounds and announcements; today without any."""
        changes = [change.date for issue in self.issues.values() for change in issue.history]
        rounds = [one.date for one in self.rounds.values()]
        targets = [
            day for target in self.targets for day in (target.said, target.came, target.cancelled) if day is not None
        ]
        return max((day.latest for day in (*changes, *rounds, *targets)), default=date.today())

    @property
    def tells_demands(self) -> bool:
        """Whether any demand is on record; past negotiations may have dates only."""
        return any(demand.text for issue in self.issues.values() for demand in issue.demands.values())

    def _repr_html_(self) -> str:
        from negsim.agenda.cards import agenda_card

        return agenda_card(self)

    def citations(self) -> Iterator[tuple[str, Citation]]:
        """Every citation with its path in the agenda, such as ``issues.banking.history.0``."""
        yield from _citations(self, ())

    def _entry(self, issue: Issue, on: date) -> StatusChange:
        entry = issue.entry(on)
        if entry is None:
            raise NegsimError(
                f'the issue "{issue.id}" was not yet on the agenda on {on}; its history begins {issue.history[0].date}'
            )
        return entry


def _citations(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Citation]]:
    if isinstance(value, Citation):
        yield ".".join(path[:-2]), value
    elif isinstance(value, Model):
        for name in type(value).model_fields:
            yield from _citations(getattr(value, name), (*path, name))
    elif isinstance(value, Mapping):
        for key, child in value.items():
            yield from _citations(child, (*path, key))
    elif isinstance(value, tuple):
        for number, child in enumerate(value):
            yield from _citations(child, (*path, str(number)))


def _with_ids(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data with the key of each issue as its id."""
    issues = data.get("issues")
    if not isinstance(issues, Mapping):
        return dict(data)
    named = {key: {**issue, "id": key} if isinstance(issue, Mapping) else issue for key, issue in issues.items()}
    return {**data, "issues": named}
