"""Entering accepted proposals into an agenda file: comments and order stay, and doing it twice changes nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from negsim.agenda import NO_POSITION, Agenda, Citation, load_agenda
from negsim.errors import InputError, NegsimError
from negsim.files import read_yaml, write_file
from negsim.ingest.proposals import Proposal
from negsim.quantities import PartialDate

_IN_HISTORY = ("demand", "offer", "refusal", "status", "unplaced")


@dataclass
class Entered:
    """The result: proposals that were entered, that were there already, and that were refused, with the reason."""

    entered: list[Proposal] = field(default_factory=list)
    known: list[Proposal] = field(default_factory=list)
    refused: list[tuple[Proposal, str]] = field(default_factory=list)


def lacking(one: Proposal) -> str:
    """What a proposal needs before it can be entered; empty if nothing.

    >>> facts = {"citation": "https://a.org", "kind": "demand", "confidence": 1, "what": "More."}
    >>> lacking(Proposal.model_validate(facts))
    'date, issue'
    """
    needed = {"status": ("date", "issue", "status"), "round": ("date", "meeting"), "announced": ("date", "by", "issue")}
    needed |= {"contradiction": ("contradicts", "date"), "event": ("what",)}
    keys = needed.get(one.kind, ("date", "issue"))
    keys = (*keys, "by") if one.meeting == "announced" else keys
    return ", ".join(key for key in keys if getattr(one, key) is None)


def enter(path: Path, accepted: Sequence[Proposal], sources: Mapping[str, Mapping[str, Any]]) -> Entered:
    """Enter proposals into an agenda file; ``sources`` has the entries of the documents that they cite.

    The file is written once, whole, and only if it is valid. A proposal that the agenda refuses (an illegal change of
    status, for example) is left out and reported with the reason.

    Raises:
        InputError: the agenda is invalid before anything is entered.
        NegsimError: the extra ingest is not installed, or a file can't be written.
    """
    load_agenda(path)
    result = Entered()
    files = _Files(path)
    for one in accepted:
        before = files.texts()
        if lack := lacking(one):
            result.refused.append((one, f"it has no {lack}"))
            continue
        try:
            if _place(files.agenda, one) is False:
                result.known.append(one)
                continue
            files.source(one.citation, sources)
            files.check()
        except (InputError, ValueError) as error:
            problems = error.problems if isinstance(error, InputError) else []
            result.refused.append((one, "; ".join(each.message for each in problems) or str(error)))
            files.restore(before)
            continue
        result.entered.append(one)
    if result.entered:
        files.write()
    return result


class _Files:
    """The agenda file and its file of sources, as trees that keep comments and order."""

    def __init__(self, path: Path) -> None:
        self.path = path
        named = read_yaml(path).find("sources")
        beside = path.parent / str(named.value) if named is not None and isinstance(named.value, str) else None
        self.paths = [path] + ([beside] if beside is not None else [])
        self.restore([each.read_text(encoding="utf-8") for each in self.paths])

    def restore(self, texts: Sequence[str]) -> None:
        """Read the trees from texts."""
        self._yaml = [_yaml(text) for text in texts]
        self._trees = [yaml.load(text) for yaml, text in zip(self._yaml, texts, strict=True)]
        self.agenda = self._trees[0]

    def texts(self) -> list[str]:
        """The trees as texts."""
        out = []
        for yaml, tree in zip(self._yaml, self._trees, strict=True):
            stream = io.StringIO()
            yaml.dump(tree, stream)
            out.append(stream.getvalue())
        return out

    def source(self, citation: Citation, sources: Mapping[str, Mapping[str, Any]]) -> None:
        """Add the entry of a cited document, if the agenda has none."""
        if not citation.exact or citation.document not in sources:
            return
        tree = self._trees[-1] if len(self._trees) > 1 else self.agenda
        listed = tree.setdefault("sources", {})
        if citation.document not in listed:
            listed[citation.document] = dict(sources[citation.document])

    def check(self) -> None:
        """Raise InputError if the files as they would be written are no valid agenda."""
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            for path, text in zip(self.paths, self.texts(), strict=True):
                text = re.sub(r"(?m)^sources: .*$", "sources: sources.yaml", text) if len(self.paths) > 1 else text
                place = (
                    Path(folder) / path.relative_to(self.path.parent) if path != self.path else Path(folder, path.name)
                )
                place.write_text(text, encoding="utf-8")
            load_agenda(Path(folder, self.path.name))

    def write(self) -> None:
        """Write the files that have changed, each whole."""
        for path, text in zip(self.paths, self.texts(), strict=True):
            if path.read_text(encoding="utf-8") != text:
                write_file(path, text.encode())


def _yaml(text: str) -> Any:
    try:
        from ruamel.yaml import YAML
    except ImportError:
        raise NegsimError("negsim review needs the extra ingest: pip install 'negsim[ingest]'") from None
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    flush = re.search(r"^( *)[\w]+:\n\1- ", text, re.MULTILINE) is not None
    yaml.indent(mapping=2, sequence=2 if flush else 4, offset=0 if flush else 2)
    return yaml


def _place(tree: Any, one: Proposal) -> bool:
    """Enter one proposal into the tree of an agenda; False if it is there already."""
    if one.kind in _IN_HISTORY:
        return _in_history(tree, one)
    if one.kind == "event":
        return _named(tree, "events", one, {"title": one.what.rstrip("."), "date": _plain(one.date), "what": one.what})
    if one.kind == "contradiction":
        return _dispute(tree, one)
    if one.kind == "round" and one.meeting == "held":
        return _round(tree, one)
    return _target(tree, one)


def _in_history(tree: Any, one: Proposal) -> bool:
    """A status change or a milestone of an issue; a first demand also becomes the position of its side."""
    issue = _issue(tree, str(one.issue), one.new_issue)
    history = issue.setdefault("history", [])
    assert one.date is not None
    for entry in history:
        if _cites(entry, one) and (one.kind != "status" or entry.get("status") == one.status.label):  # type: ignore[union-attr]
            return False
    before = [entry for entry in history if not one.date.certainly_before(PartialDate.parse(entry["date"]))]
    status = before[-1]["status"] if before else history[0]["status"] if history else issue.get("status", "raised")
    label = one.status.label if one.kind == "status" and one.status is not None else status
    history.insert(
        len(before), {"date": _plain(one.date), "status": label, "what": one.what, "citations": [str(one.citation)]}
    )
    if one.kind == "demand" and len(one.actor) == 1:
        demands = issue.setdefault("demands", {})
        given = demands.get(one.actor[0])
        text = given.get("text") if isinstance(given, Mapping) else given
        if text in (None, NO_POSITION):
            demands[one.actor[0]] = {"text": one.what, "since": _plain(one.date), "citations": [str(one.citation)]}
    return True


def _issue(tree: Any, name: str, new: str | None = None) -> Any:
    """The mapping of an issue; short forms become mappings. ``new`` is the title of one that may be added."""
    issues = tree["issues"]
    if not isinstance(issues, Mapping):
        from negsim.agenda import id_of

        tree["issues"] = issues = {id_of(str(each)) or str(each): {"title": str(each)} for each in issues}
    if name not in issues and new is not None:
        issues[name] = {"title": new}
    if name not in issues:
        raise ValueError(f'there is no issue "{name}"')
    if not isinstance(issues[name], Mapping):
        issues[name] = {"title": issues[name]} if issues[name] else {}
    return issues[name]


def _round(tree: Any, one: Proposal) -> bool:
    """A meeting held: a citation more for the round on record on that date, else a new round."""
    rounds = tree.get("rounds") or {}
    if any(_cites(held, one) for held in rounds.values()):
        return False
    for held in rounds.values():
        if PartialDate.parse(held["date"]) == one.date:
            held.setdefault("citations", []).append(str(one.citation))
            return True
    facts = {"title": f"Round of {one.date}", "date": _plain(one.date), "city": one.location, "venue": one.venue}
    more = {"host": one.host, "hours": one.hours, "issues": [one.issue] if one.issue else None, "what": one.what}
    return _named(tree, "rounds", one, {**facts, **more})


def _target(tree: Any, one: Proposal) -> bool:
    """An announced date; a cancellation closes the one that it is about, if there is one."""
    targets = tree.setdefault("targets", [])
    assert one.date is not None
    off = one.meeting in ("cancelled", "postponed")
    if any(_cites(each, one) and (not off or each.get("cancelled") is not None) for each in targets):
        return False
    if off:
        for each in targets:
            said, by = PartialDate.parse(each["said"]), PartialDate.parse(each["by"])
            over = each.get("came") is not None or each.get("cancelled") is not None
            if not over and not one.date.certainly_before(said) and by.latest >= one.date.earliest:
                each["cancelled"] = _plain(one.date)
                each.setdefault("citations", []).append(str(one.citation))
                return True
    who = " and ".join(one.actor) or "not named"
    facts = {"who": who, "said": _plain(one.date), "what": one.what, "by": _plain(one.by or one.date)}
    facts |= {"cancelled": _plain(one.date)} if off else {}
    facts |= {"issues": [one.issue]} if one.issue else {}
    targets.append({**facts, "citations": [str(one.citation)]})
    return True


def _dispute(tree: Any, one: Proposal) -> bool:
    """A disputed fact with two versions: that of the record, and that of the document."""
    disputed = tree.setdefault("disputed", {})
    if any(_cites(version, one) for each in disputed.values() for version in each["versions"]):
        return False
    try:
        section, name, *rest = str(one.contradicts).split(".")
        part = _issue(tree, name) if section == "issues" else tree[section][name]
        of_record = part["history"][int(rest[1])] if rest[:1] == ["history"] else part
        of_record.get("what")
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        raise ValueError(f'"{one.contradicts}" is no part of the agenda') from None
    record = {"text": of_record.get("what") or part.get("title"), "says": "the record"}
    record["citations"] = list(of_record.get("citations") or [str(one.citation)])
    key = _unused(disputed, f"{name}_{rest[0] if rest else 'fact'}")
    disputed[key] = {
        "question": f"{one.contradicts}: which version holds?",
        "date": _plain(one.date),
        "versions": [record, {"text": one.what, "says": one.citation.document, "citations": [str(one.citation)]}],
        "we_take": "the version of the record",
        "why": "The document alone does not overrule the record.",
    }
    part.setdefault("disputed", []).append(key)
    return True


def _named(tree: Any, section: str, one: Proposal, facts: Mapping[str, Any]) -> bool:
    """A new entry of a section by id."""
    listed = tree.get(section)
    if listed is None:
        tree[section] = listed = {}
    if any(_cites(each, one) for each in listed.values()):
        return False
    said = {key: value for key, value in facts.items() if value is not None}
    key = _unused(listed, f"{section.removesuffix('s')}_{str(one.date or 'undated').replace('-', '_')}")
    listed[key] = {**said, "citations": [str(one.citation)]}
    return True


def _unused(listed: Mapping[str, Any], name: str) -> str:
    return next(key for key in _numbered(name) if key not in listed)


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}_{number}" for number in range(2, 10_000))


def _cites(entry: Any, one: Proposal) -> bool:
    return str(one.citation) in [str(each) for each in entry.get("citations") or ()]


def _plain(date: PartialDate | None) -> Any:
    """A date as YAML writes it without quotes."""
    return None if date is None else date.earliest if date.exact else date.year if date.month is None else str(date)


def source_entries(agenda: Agenda, documents: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The entries under ``sources`` of documents that the agenda does not have."""
    return {
        name: {"about": one.title or "document read by negsim ingest", "sentences": one.sentences, "sha256": one.sha256}
        for name, one in documents.items()
        if name not in agenda.sources
    }
