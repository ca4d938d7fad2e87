"""A review: one person decides about one proposal after the other. It can stop, go on later, and undo."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from pydantic import ValidationError

from negsim.agenda import Agenda, split
from negsim.errors import ComplaintsError, NegsimError, did_you_mean
from negsim.files import TextPage, TextStyle, read_yaml
from negsim.ingest.placing import Entered, enter, lacking, source_entries
from negsim.ingest.proposals import Proposal, Proposals, write_proposals

HELP = (
    "a accept; r reject; e KEY=VALUE edit, such as e date=2025-06-10; m ISSUE take it for an issue; "
    "n ID TITLE accept it as a new issue; s skip; u undo; q stop and enter what was accepted"
)
_EDITABLE = ("actor", "by", "date", "hours", "host", "issue", "location", "status", "venue", "what", "meeting")


class Review:
    """The state of a review; each decision is saved in the file of proposals at once.

    ``folder`` holds the documents by the paths in the file; without a document, a proposal shows its citation alone.
    """

    def __init__(self, found: Proposals, path: Path, agenda: Agenda, agenda_path: Path) -> None:
        self.found = found
        self.path = path
        self.agenda = agenda
        self.agenda_path = agenda_path
        self._undo: list[tuple[Proposals, int]] = []
        self._sentences: dict[str, list[str]] = {}
        self.at = self._next(-1)

    @property
    def current(self) -> Proposal | None:
        """The proposal to decide; None at the end."""
        return self.found.proposals[self.at] if self.at < len(self.found.proposals) else None

    def do(self, command: str) -> str:
        """Carry out a command; returns what to tell, empty if nothing.

        Raises:
            NegsimError: there is no such command, or it can't be carried out; nothing has changed.
        """
        word, _, rest = command.strip().partition(" ")
        actions: dict[str, Callable[[str], str]] = {
            "a": lambda _: self._decide("accepted"),
            "r": lambda _: self._decide("rejected"),
            "e": self._edit,
            "m": self._merge,
            "n": self._new_issue,
            "s": lambda _: self._skip(),
            "u": lambda _: self._back(),
        }
        if word not in actions:
            raise NegsimError(HELP)
        return actions[word](rest.strip())

    def accept_all(self, least: float) -> None:
        """Accept each open proposal with this confidence or more that lacks nothing."""
        for number, one in enumerate(self.found.proposals):
            if one.state == "open" and one.confidence >= least and not lacking(one):
                self.found = self.found.replace(number, state="accepted")
        write_proposals(self.found, self.path)

    def enter(self) -> Entered:
        """Enter what was accepted into the agenda; what is there already stays as it is."""
        accepted = [one for one in self.found.proposals if one.state == "accepted"]
        return enter(self.agenda_path, accepted, source_entries(self.agenda, self.found.documents))

    def shown(self, style: TextStyle) -> str:
        """The current proposal with its sentence, the neighbours of the sentence, and the commands."""
        one = self.current
        if one is None:
            return ""
        left = self.found.count("open")
        page = TextPage(style).title(f"{one.what} ({one.kind}, confidence {one.confidence:.2f}; {left} open)")
        data = one.model_dump(mode="json")
        hidden = ("citation", "kind", "confidence", "what", "state", "event_type", "context")
        facts = [f"{key}: {_words(value)}" for key, value in data.items() if key not in hidden]
        page.add("; ".join(facts), "  ", "  ")
        page.add(one.citation.shown, "  ", "  ")
        for number, text in self._near(one):
            page.add(text, "       ", f"{'>' if number == one.citation.sentence else ' '} {number:>4} ")
        if lack := lacking(one):
            page.add(f"Before it can be accepted it needs: {lack}.", "  ", "  ")
        return page.text

    def _near(self, one: Proposal) -> Iterable[tuple[int, str]]:
        name, number = one.citation.document, one.citation.sentence
        if name not in self._sentences:
            self._sentences[name] = self._read(name)
        sentences = self._sentences[name]
        return [(n, sentences[n - 1]) for n in (number - 1, number, number + 1) if 0 < n <= len(sentences) and number]

    def _read(self, name: str) -> list[str]:
        from negsim.ingest.documents import read

        listed = self.found.documents.get(name)
        if listed is None:
            return []
        try:
            document = read(self.path.parent / listed.file)
        except NegsimError:
            return []
        return split(document.text) if document.sha256 == listed.sha256 else []

    def _decide(self, state: str) -> str:
        one = self._required()
        lack = lacking(one) if state == "accepted" else ""
        if lack:
            raise NegsimError(f"it needs: {lack}; write e KEY=VALUE")
        self._change(state=state)
        self.at = self._next(self.at)
        return ""

    def _edit(self, text: str) -> str:
        match = re.fullmatch(r"(\w+)\s*=\s*(.*)", text)
        if match is None or match[1] not in _EDITABLE:
            hint = did_you_mean(match[1], _EDITABLE) if match is not None else ""
            raise NegsimError(
                f"e KEY=VALUE; keys: {', '.join(_EDITABLE)}" + (f"; did you mean {hint}?" if hint else "")
            )
        key, value = match[1], match[2].strip()
        names = [part.strip() for part in value.split(",") if part.strip()]
        if key == "issue" and value:
            self._check_issue(value)
        for name in names if key == "actor" else ():
            if name not in self.agenda.sides:
                raise NegsimError(f"there is no side {name!r}; allowed: {', '.join(self.agenda.sides)}")
        self._change(**{key: names if key == "actor" else (value or None)})
        return ""

    def _merge(self, issue: str) -> str:
        self._check_issue(issue)
        self._change(issue=issue)
        return ""

    def _new_issue(self, text: str) -> str:
        """Accept an item that fits no issue as the first entry of a new one."""
        name, _, title = text.partition(" ")
        title = title.strip().strip("\"'").strip()
        one = self._required()
        if one.kind != "unplaced":
            raise NegsimError("only an item that fits no issue becomes a new issue")
        strict = read_yaml(self.agenda_path).find("strict")
        if strict is not None and strict.value is True:
            raise NegsimError(
                "this agenda is strict, so an issue needs summary, demands, stances and resolves_when: "
                "add it to the file, then take the item for it with m ISSUE"
            )
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or not title:
            raise NegsimError(
                'n ID TITLE, such as n siren "A siren at the mill"; an id has lower-case letters, digits, _'
            )
        if name in self._issues:
            raise NegsimError(f"there is an issue {name} already; m {name} takes the item for it")
        if one.date is None:
            raise NegsimError("it needs: date; write e date=DATE")
        self._change(issue=name, new_issue=title, state="accepted")
        self.at = self._next(self.at)
        return ""

    @property
    def _issues(self) -> list[str]:
        """The issues of the agenda, and those that accepted proposals add."""
        added = [one.issue for one in self.found.proposals if one.new_issue and one.state == "accepted" and one.issue]
        return [*self.agenda.issues, *added]

    def _check_issue(self, name: str) -> None:
        if name not in self._issues:
            self.agenda.issue(name)

    def _skip(self) -> str:
        self._required()
        self._undo.append((self.found, self.at))
        self.at = self._next(self.at)
        return ""

    def _back(self) -> str:
        if not self._undo:
            raise NegsimError("there is nothing to undo in this review")
        self.found, self.at = self._undo.pop()
        write_proposals(self.found, self.path)
        return "undone"

    def _change(self, **changes: object) -> None:
        self._required()
        try:
            changed = self.found.replace(self.at, **changes)
        except ValueError as error:
            raise NegsimError(f"that is not valid: {_reason(error)}") from None
        self._undo.append((self.found, self.at))
        self.found = changed
        write_proposals(self.found, self.path)

    def _required(self) -> Proposal:
        if self.current is None:
            raise NegsimError("all proposals are decided; u undoes, q stops")
        return self.current

    def _next(self, after: int) -> int:
        every = self.found.proposals
        return next((n for n in range(after + 1, len(every)) if every[n].state == "open"), len(every))


def _words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _reason(error: ValueError) -> str:
    """The first reason of a validation error, in words."""
    listed = error.errors() if isinstance(error, ValidationError) else []
    cause = listed[0].get("ctx", {}).get("error") if listed else None
    if isinstance(cause, ComplaintsError):
        return "; ".join(f"{item.message}; allowed: {item.allowed}" for item in cause.items)
    return str(listed[0]["msg"]) if listed else str(error)
