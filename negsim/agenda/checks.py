"""Checks between the parts of an agenda: names that exist, legal moves, dates in order, a citation for every claim.

They read plain data and skip parts of the wrong type, so that all mistakes of a file are reported together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from negsim.agenda.citations import REPORTED_FORM, VERIFIED_FORM, Citation, is_link
from negsim.agenda.short_form import NO_POSITION, NOT_DESCRIBED
from negsim.agenda.status import LEGAL_MOVES, REOPENED, Status
from negsim.errors import Complaint, did_you_mean, one_of, was
from negsim.quantities import PartialDate

_Path = tuple[str | int, ...]
_LABELS = {status.label: status for status in Status}


def complaints(data: object) -> Iterator[Complaint]:
    """All mistakes between the parts of an agenda, given as plain data.

    >>> issue = {"history": [{"status": "resolved"}, {"status": "raised"}]}
    >>> [item.message for item in complaints({"issues": {"visas": issue}})]
    ["resolved can't become raised"]
    """
    agenda = _mapping(data)
    sides, issues, disputes = (_mapping(agenda.get(key)) for key in ("sides", "issues", "disputed"))
    sources = _mapping(agenda.get("sources"))
    for name, issue in _mappings(issues):
        path: _Path = ("issues", name)
        if issue.get("id", name) != name:
            yield Complaint(f'the id of an issue is its key "{name}", but was {was(issue["id"])}', (*path, "id"))
        for key in ("demands", "stances"):
            yield from _sides(_mapping(issue.get(key)), sides, (*path, key))
        yield from _history(_list(issue.get("history")), (*path, "history"))
        yield from _opening(name, issue, issues)
        yield from _names("dispute", issue.get("disputed"), disputes, (*path, "disputed"))
    for kind in ("rounds", "third_parties", "events"):
        for name, item in _mappings(_mapping(agenda.get(kind))):
            yield from _names("issue", item.get("issues"), issues, (kind, name, "issues"))
            yield from _names("dispute", item.get("disputed"), disputes, (kind, name, "disputed"))
            yield from _sides(_mapping(item.get("heads")), sides, (kind, name, "heads"))
    for number, target in enumerate(_list(agenda.get("targets"))):
        yield from _names("issue", _mapping(target).get("issues"), issues, ("targets", number, "issues"))
        said, by, came, off = (_date(_mapping(target).get(key)) for key in ("said", "by", "came", "cancelled"))
        for key, day, what in (("came", came, "outcome date"), ("cancelled", off, "date of the cancellation")):
            if said and day and day.certainly_before(said):
                yield Complaint(
                    f"the {what} {day} is earlier than the announcement on {said}", ("targets", number, key)
                )
        if said and by and by.certainly_before(said):
            yield Complaint(
                f"the announced date {by} is earlier than the announcement on {said}", ("targets", number, "by")
            )
    yield from _cycle(issues)
    if isinstance(agenda.get("sources", {}), Mapping):
        yield from _documents(agenda, sources)


def _sides(given: Mapping[str, Any], sides: Mapping[str, Any], path: _Path) -> Iterator[Complaint]:
    for side in given:
        if side not in sides:
            yield _unknown("side", side, sides, (*path, side), on_key=True)


def _names(what: str, given: object, known: Mapping[str, Any], path: _Path) -> Iterator[Complaint]:
    for number, name in enumerate(_list(given)):
        if isinstance(name, str) and name not in known:
            yield _unknown(what, name, known, (*path, number))


def _history(history: list[Any], path: _Path) -> Iterator[Complaint]:
    latest: PartialDate | None = None
    before: list[Status] = []
    for number, change in enumerate(map(_mapping, history)):
        date, status = _date(change.get("date")), _LABELS.get(str(change.get("status")))
        if date and latest and date.certainly_before(latest):
            yield Complaint(
                f"{date} is earlier than {latest}, the date of an entry above", (*path, number, "date"), "oldest first"
            )
        if date and (latest is None or date.earliest > latest.earliest):
            latest = date
        if status is None:
            continue
        if before and status is not before[-1]:  # the same status again is a milestone
            allowed = _moves(before)
            if status not in allowed:
                message = f"{before[-1].label} can't become {status.label}"
                labels = one_of(move.label for move in sorted(allowed)) if allowed else "nothing"
                yield Complaint(message, (*path, number, "status"), labels)
            elif status in REOPENED.get(before[-1], ()) and change.get("what") in (None, NOT_DESCRIBED):
                message = f'an issue that returns from {before[-1].label} to {status.label} needs "what"'
                yield Complaint(message, (*path, number), "what: and why it was reopened")
        if not before or status is not before[-1]:
            before.append(status)


def _moves(before: list[Status]) -> frozenset[Status]:
    """The legal moves after the last of these statuses; a suspended issue returns to its status before."""
    moves = LEGAL_MOVES[before[-1]] | REOPENED.get(before[-1], frozenset())
    if before[-1] is Status.SUSPENDED and len(before) > 1:
        return moves & {before[-2], Status.AGREED, Status.LAPSED}
    return moves


def _opening(name: str, issue: Mapping[str, Any], issues: Mapping[str, Any]) -> Iterator[Complaint]:
    path: _Path = ("issues", name, "opens_after")
    yield from _names("issue", issue.get("opens_after"), issues, path)
    history = _list(issue.get("history"))
    first = _mapping(history[0]).get("status") if history else "dormant"
    if _list(issue.get("opens_after")) and first not in ("dormant", Status.DORMANT):
        yield Complaint(
            f'"{name}" is open from its first entry, so opens_after has no effect',
            path,
            "only for dormant issues",
            on_key=True,
        )


def _cycle(issues: Mapping[str, Any]) -> Iterator[Complaint]:
    waits = {
        name: [other for other in _list(issue.get("opens_after")) if isinstance(other, str) and other in issues]
        for name, issue in _mappings(issues)
    }
    done: set[str] = set()

    def walk(name: str, way: tuple[str, ...]) -> tuple[str, ...] | None:
        if name in way:
            return (*way[way.index(name) :], name)
        if name in done:
            return None
        found = next((ring for other in waits.get(name, ()) if (ring := walk(other, (*way, name)))), None)
        done.add(name)
        return found

    for name in waits:
        if ring := walk(name, ()):
            yield Complaint(
                f"these issues wait for each other: {' -> '.join(ring)}",
                ("issues", ring[0], "opens_after"),
                on_key=True,
            )
            return


def _documents(agenda: Mapping[str, Any], sources: Mapping[str, Any]) -> Iterator[Complaint]:
    for path, value in _walk(agenda, (), lambda key: key == "citations"):
        for number, text in enumerate(_list(value)):
            try:
                cited = Citation.parse(text)
            except ValueError:
                continue
            if is_link(cited.document):
                continue
            if cited.document not in sources:
                yield _unknown("document", cited.document, sources, (*path, number))
                continue
            count = _mapping(sources[cited.document]).get("sentences")
            if isinstance(count, int) and cited.sentence > count:
                message = f"the document has no sentence {cited.sentence}"
                yield Complaint(message, (*path, number), f"1 to {count}")


def loose_citations(data: object) -> Iterator[Complaint]:
    """Citations that are neither verified nor reported, and cited sources that can't be verified.

    They are errors in a record that says ``citations: required``.
    """
    cited: set[str] = set()
    for path, value in _walk(_mapping(data), (), lambda key: key == "citations"):
        for number, text in enumerate(_list(value)):
            try:
                citation = Citation.parse(text)
            except ValueError:
                continue
            cited.add(citation.document)
            if citation.exact or citation.reported:
                continue
            lacks = "date and confidence" if is_link(citation.document) else "sentence and fingerprint"
            form = REPORTED_FORM if is_link(citation.document) else VERIFIED_FORM
            yield Complaint(f"{was(str(text))} has no {lacks}", (*path, number), form)
    for name, source in _mappings(_mapping(_mapping(data).get("sources"))):
        for key in () if name not in cited and "url" in source else ("about", "sentences", "sha256"):
            if key not in source:
                yield Complaint(f'{name} has no "{key}"', ("sources", name))


def uncited(data: object) -> Iterator[Complaint]:
    """Claims without a citation: errors in a record that says ``citations: required``."""
    agenda = _mapping(data)
    claims: list[tuple[_Path, Any]] = []
    for name, issue in _mappings(_mapping(agenda.get("issues"))):
        claims.append((("issues", name), issue))
        for key in ("demands", "stances"):
            claims += [
                (("issues", name, key, side), position)
                for side, position in _mappings(_mapping(issue.get(key)))
                if _is_claim(position.get("text"))
            ]
        claims += [(("issues", name, "history", n), change) for n, change in enumerate(_list(issue.get("history")))]
    for kind in ("rounds", "third_parties", "events"):
        claims += [((kind, name), item) for name, item in _mappings(_mapping(agenda.get(kind)))]
    for name, dispute in _mappings(_mapping(agenda.get("disputed"))):
        claims += [
            (("disputed", name, "versions", n), version) for n, version in enumerate(_list(dispute.get("versions")))
        ]
    claims += [(("targets", n), target) for n, target in enumerate(_list(agenda.get("targets")))]
    for path, claim in claims:
        if isinstance(claim, Mapping) and not _list(claim.get("citations")):
            yield Complaint("this claim has no citation", path, "at least one (citations: required)", on_key=True)


def _is_claim(text: object) -> bool:
    return isinstance(text, str) and text != NO_POSITION


def _walk(value: object, path: _Path, wanted: Callable[[str], bool]) -> Iterator[tuple[_Path, Any]]:
    if isinstance(value, Mapping):
        for key, child in value.items():
            if wanted(key):
                yield (*path, key), child
            else:
                yield from _walk(child, (*path, key), wanted)
    elif isinstance(value, list | tuple):
        for number, child in enumerate(value):
            yield from _walk(child, (*path, number), wanted)


def _unknown(what: str, name: object, known: Iterable[str], path: _Path, on_key: bool = False) -> Complaint:
    return Complaint(f'there is no {what} "{name}"', path, one_of(known), did_you_mean(name, known), on_key)


def _date(value: object) -> PartialDate | None:
    try:
        return PartialDate.parse(value)
    except ValueError:
        return None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((key, child) for key, child in value.items() if isinstance(child, Mapping))


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
