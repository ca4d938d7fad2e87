"""What a sentence says against the agenda: another year, place or length of a round; a status that can't follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from negsim.agenda import LEGAL_MOVES, REOPENED, Agenda, Citation, Status
from negsim.ingest.proposals import Proposal
from negsim.ingest.sentence import Sentence

#: Statuses that are claims; a topic that is discussed again contradicts nothing.
_CLAIMS = (Status.AGREED, Status.IMPLEMENTING, Status.RESOLVED, Status.LAPSED)


def contradictions(
    agenda: Agenda, citation: Citation, sentence: Sentence, made: Sequence[Proposal]
) -> Iterator[Proposal]:
    """The contradictions of a sentence, given the proposals that were made from it."""
    yield from _other_year(agenda, citation, sentence)
    for one in made:
        if one.kind == "round" and one.meeting == "held":
            yield from _other_facts(agenda, citation, one)
        elif one.kind == "status" and one.issue is not None:
            yield from _other_status(agenda, citation, one)


def _other_year(agenda: Agenda, citation: Citation, sentence: Sentence) -> Iterator[Proposal]:
    """The day and month of a round in another year, in a sentence that names its city."""
    for name, held in agenda.rounds.items():
        for found in sentence.dates:
            day = found.date
            same = held.date.exact and (day.month, day.day) == (held.date.month, held.date.day)
            if same and day.year != held.date.year and held.city and held.city in sentence.text:
                what = f"The document has {held.title} on {day}; the record has {held.date}."
                yield _against(citation, f"rounds.{name}.date", what, 0.8, date=day)


def _other_facts(agenda: Agenda, citation: Citation, one: Proposal) -> Iterator[Proposal]:
    """Another city or length of a round on the day of one on record."""
    for name, held in agenda.rounds.items():
        if one.date is None or not held.date.exact or one.date != held.date:
            continue
        cities = [each.city for each in agenda.rounds.values() if each.city]
        if one.location and held.city and one.location != held.city and one.location in cities:
            what = f"The document has {held.title} in {one.location}; the record has {held.city}."
            yield _against(citation, f"rounds.{name}.city", what, 0.6, date=one.date)
        if one.hours and held.hours and abs(one.hours - held.hours) >= 0.5:
            what = f"The document gives {held.title} {one.hours:g} hours; the record gives {held.hours:g}."
            yield _against(citation, f"rounds.{name}.hours", what, 0.7, date=one.date)


def _other_status(agenda: Agenda, citation: Citation, one: Proposal) -> Iterator[Proposal]:
    """A status that can't follow the one on record at its date."""
    if one.date is None or one.issue is None or one.status is None:
        return
    issue = agenda.issues[one.issue]
    entry = issue.entry(one.date.latest)
    if entry is None or entry.status is one.status or entry.status is Status.DORMANT:
        return
    if one.status not in _CLAIMS or "hedged" in one.marks or "conditional" in one.marks:
        return
    if one.status not in LEGAL_MOVES[entry.status] | REOPENED.get(entry.status, frozenset()):
        number = issue.history.index(entry)
        since = f"{entry.status.label} since {entry.date}"
        what = f"The document has {issue.short_title} {one.status.label}; the record has {since}."
        confidence = round(0.8 * one.confidence, 2)
        yield _against(
            citation, f"issues.{one.issue}.history.{number}", what, confidence, date=one.date, issue=one.issue
        )


def _against(citation: Citation, path: str, what: str, confidence: float, **more: object) -> Proposal:
    facts = {"citation": citation, "kind": "contradiction", "contradicts": path, "what": what, "confidence": confidence}
    return Proposal.model_validate({**facts, **more})
