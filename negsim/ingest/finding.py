"""Proposals from the sentences of a document: the phrases of the lexicon beside sides, issues and dates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from negsim.agenda import Agenda, Status
from negsim.ingest.contradictions import contradictions
from negsim.ingest.dates import find_dates
from negsim.ingest.documents import Document
from negsim.ingest.language_model import LanguageModel
from negsim.ingest.lexicon import Cue, Lexicon, load_lexicon
from negsim.ingest.marks import marks_at
from negsim.ingest.names import Gazetteer
from negsim.ingest.proposals import Proposal, event_type
from negsim.ingest.sentence import Sentence, actor, objects
from negsim.quantities import PartialDate

#: Longer sentences are not searched; a proposal below the least confidence is not made.
LONGEST, LEAST = 2_000, 0.3
_STATUS = {status.label: status for status in Status}
_NUMBERS = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
}
_HOURS = re.compile(rf"\b([0-9]{{1,2}}(?:\.[0-9])?|{'|'.join(_NUMBERS)})[ -]hours?\b", re.IGNORECASE)
_BUILDING = "(?:[Cc]onsulate(?: [Gg]eneral)?|[Ee]mbassy|[Mm]inistry|[Hh]otel|[Pp]alace)"
_VENUE = re.compile(rf"\b(?:at|in) (?:the )?((?:[A-Z][\w'-]+ |of |the ){{0,5}}{_BUILDING})")
_DEFINITE = re.compile(
    r"\b(?:these|the|this|second|third|fourth|first) (?:[\w-]+ )?"
    r"(?:talks|round|consultations|discussions|negotiations|meeting)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"""[.!?]["')\]]*$""")


class Finder:
    """Finds proposals for one agenda; ``reader`` may add what a language model knows about a sentence."""

    def __init__(self, agenda: Agenda, lexicon: Lexicon | None = None, reader: LanguageModel | None = None) -> None:
        self.agenda = agenda
        self.lexicon = lexicon or load_lexicon()
        self.names = Gazetteer(agenda)
        self.reader = reader

    def proposals(self, document: Document) -> list[Proposal]:
        """The proposals of a document, in the order of its sentences.

        >>> from negsim.agenda import load_agenda, split
        >>> from negsim.files import find_data
        >>> said = "Moscow demands the return of its property."
        >>> document = Document("note", "note.txt", said, tuple(split(said)))
        >>> (one,) = Finder(load_agenda(find_data("seeds/agenda.yaml").path)).proposals(document)
        >>> one.kind, one.issue, one.actor
        ('demand', 'property', ('russia',))
        """
        found: list[Proposal] = []
        for number, text in enumerate(document.sentences, 1):
            if len(text) > LONGEST or text.endswith("?"):
                continue
            sentence = self._read(number, text, document)
            made = list(self._of(sentence, document))
            found += made
            found += contradictions(self.agenda, document.cite(number), sentence, made)
        return _unique(found)

    def _read(self, number: int, text: str, document: Document) -> Sentence:
        row = "|" in text
        heading = not row and _SENTENCE.search(text) is None
        dates = tuple(find_dates(text, document.date))
        return Sentence(
            number, text, tuple(self.names.sides(text)), tuple(self.names.issues(text)), dates, row, heading
        )

    def _of(self, sentence: Sentence, document: Document) -> Iterator[Proposal]:
        if sentence.heading and not sentence.sides and not sentence.issues:
            return
        stances = list(self._stances(sentence, document))
        yield from stances
        yield from self._statuses(sentence, document, {one.issue for one in stances})
        rounds = list(self._rounds(sentence, document))
        yield from rounds
        if not rounds:
            yield from self._announced(sentence, document)
        if not stances or sentence.dates:
            yield from self._events(sentence, document)

    def _stances(self, sentence: Sentence, document: Document) -> Iterator[Proposal]:
        """Demands, offers and refusals: a side, a phrase, and issues after it."""
        for kind in ("demand", "refusal", "offer"):
            best = self._best(kind, sentence)
            if best is None:
                continue
            cue, match = best
            side = self._subject(sentence, match) or actor(sentence, match.start(), match.end())
            if side is None:
                continue
            issues = objects(sentence, match.start(), match.end())
            if not issues:
                if cue.weight >= 0.8 and not sentence.heading and self._about_sides(sentence):
                    yield self._make("unplaced", sentence, document, cue, match, 0.6, actor=(side,))
                continue
            for issue in issues:
                title = self.agenda.issues[issue.name].short_title
                what = f"{kind.capitalize()} of {self.agenda.sides[side].title}: {title}."
                more = {"issue": issue.name, "actor": (side,), "recipient": self._others(side), "what": what}
                yield self._make(kind, sentence, document, cue, match, issue.score, **more)
            return

    def _statuses(self, sentence: Sentence, document: Document, taken: set[str | None]) -> Iterator[Proposal]:
        """Status changes: a phrase and the issues beside it; a denied phrase has another status."""
        if not sentence.issues or sentence.heading or self.lexicon.words["past"].search(sentence.text):
            return
        best = self._best("status", sentence)
        if best is None:
            return
        cue, match = best
        marks = self._marks(sentence, match)
        value = cue.denied if "negated" in marks else cue.value
        weak = value in ("discussing", "raised") and "negated" not in marks and cue.weight < 0.9
        if not value or (weak and ("hedged" in marks or not (sentence.row or self._about_talks(sentence)))):
            return
        near = 80 if value in ("resolved", "implementing", "lapsed") else LONGEST
        for issue in sentence.issues:
            apart = max(issue.start - match.end(), match.start() - issue.end)
            if issue.name in taken or issue.score < 0.7 or apart > near:
                continue
            status = _STATUS[value]
            what = f"{self.agenda.issues[issue.name].short_title}: {status.label}."
            more = {"issue": issue.name, "status": status, "what": what}
            yield self._make("status", sentence, document, cue, match, issue.score, **more)

    def _rounds(self, sentence: Sentence, document: Document) -> Iterator[Proposal]:
        """A round held, announced, postponed or cancelled: a phrase in a sentence about both sides or the talks."""
        if sentence.heading or not self._about_talks(sentence) or self.lexicon.words["past"].search(sentence.text):
            return
        best = self._best("round", sentence)
        if best is None:
            return
        cue, match = best
        if cue.value == "held" and not self._of_both(sentence):
            return
        held = cue.value != "announced"
        venue, hours = _VENUE.search(sentence.text), _HOURS.search(sentence.text)
        date = sentence.dates[0].date if sentence.dates and held else None
        by = _ahead(sentence.dates[-1].date, document.date) if sentence.dates and not held else None
        said = {"held": "A round was held", "announced": "A round is announced"}.get(
            cue.value, f"A round was {cue.value}"
        )
        city = _place(sentence.text, self.lexicon)
        more = {
            "meeting": cue.value, "actor": tuple(self.agenda.sides), "location": city,
            "venue": venue[1] if venue else None, "by": by, "date": date or document.date,
            "hours": _hours(hours[1]) if hours and held else None,
            "what": f"{said}{f' in {city}' if city else ''}.",
        }  # fmt: skip
        yield self._make("round", sentence, document, cue, match, 1, **more)

    def _announced(self, sentence: Sentence, document: Document) -> Iterator[Proposal]:
        """An announced date for an issue."""
        best = self._best("announced", sentence)
        if best is None or not sentence.dates or not sentence.issues or sentence.heading:
            return
        cue, match = best
        when = sentence.dates[-1]
        if document.date is not None and when.last < document.date.earliest:
            return
        side = actor(sentence, match.start(), match.end())
        for issue in sentence.issues[:1]:
            what = f"{self.agenda.issues[issue.name].short_title}: announced for {when.date}."
            more = {"issue": issue.name, "by": when.date, "date": document.date, "what": what}
            yield self._make(
                "announced", sentence, document, cue, match, issue.score, actor=(side,) if side else (), **more
            )

    def _events(self, sentence: Sentence, document: Document) -> Iterator[Proposal]:
        """An outside event of a side: sanctions, expulsions, closures, contact of leaders, war and peace."""
        if sentence.heading:
            return
        best = self._best("event", sentence)
        if best is None or (not sentence.sides and not sentence.dates):
            return
        cue, match = best
        if "negated" in self._marks(sentence, match):
            return
        side = actor(sentence, match.start(), match.end())
        date = min(sentence.dates, key=lambda one: abs(one.start - match.start())).date if sentence.dates else None
        factor = 1.0 if sentence.dates else 0.75
        issues = sentence.issues[0].name if sentence.issues else None
        more = {"actor": (side,) if side else (), "date": date, "what": f"Outside event: {cue.value}.", "issue": issues}
        yield self._make("event", sentence, document, cue, match, factor, **more)

    def _subject(self, sentence: Sentence, match: re.Match[str]) -> str | None:
        """The side in the subject of the phrase's verb, if a language model tells it."""
        place = self.reader.subject(sentence.text, match.start()) if self.reader is not None else None
        inside = [one.name for one in sentence.sides if place is not None and place[0] <= one.start < place[1]]
        return inside[0] if inside else None

    def _marks(self, sentence: Sentence, match: re.Match[str]) -> tuple[str, ...]:
        marks = marks_at(sentence.text, match.start(), match.end(), self.lexicon)
        denied = self.reader is not None and self.reader.negated(sentence.text, match.start())
        return ("negated", *marks) if denied and "negated" not in marks else marks

    def _best(self, kind: str, sentence: Sentence) -> tuple[Cue, re.Match[str]] | None:
        """The phrase of the largest weight, the first of equals."""
        found = [*self.lexicon.find(kind, sentence.text)]
        return max(found, key=lambda pair: (pair[0].weight, -pair[1].start()), default=None)

    def _make(
        self,
        kind: str,
        sentence: Sentence,
        document: Document,
        cue: Cue,
        match: re.Match[str],
        score: float,
        **more: object,
    ) -> Proposal:
        marks = self._marks(sentence, match)
        factor = score * (0.6 if sentence.heading else 1.0)
        for mark in marks:
            denied = mark == "negated" and kind == "status" and bool(cue.denied)
            factor *= 1.0 if denied else self.lexicon.factors[mark]
        status = more.get("status")
        value = cue.value if kind in ("round", "event") else ""
        default = {"what": "An item that fits no issue.", "date": self._date(sentence, document)}
        facts = {key: fact for key, fact in more.items() if fact is not None}
        return Proposal.model_validate(
            {
                "citation": document.cite(sentence.number),
                "kind": kind,
                "confidence": round(min(1.0, cue.weight * factor), 2),
                "event_type": event_type(kind, status if isinstance(status, Status) else None, value),
                "context": ("diplomatic",),
                "marks": marks,
                **default,
                **facts,
            }
        )

    def _date(self, sentence: Sentence, document: Document) -> object:
        return sentence.dates[0].date if sentence.dates else document.date

    def _others(self, side: str) -> tuple[str, ...]:
        return tuple(name for name in self.agenda.sides if name != side)

    def _about_sides(self, sentence: Sentence) -> bool:
        return (
            len({one.name for one in sentence.sides}) == 2
            or self.lexicon.words["both"].search(sentence.text) is not None
        )

    def _about_talks(self, sentence: Sentence) -> bool:
        return self._about_sides(sentence) or self.lexicon.words["talks"].search(sentence.text) is not None

    def _of_both(self, sentence: Sentence) -> bool:
        """Whether a meeting is one of the two sides, and not of a side with somebody else."""
        one_side = len({one.name for one in sentence.sides}) == 1
        definite = _DEFINITE.search(sentence.text)
        return self._about_sides(sentence) or definite is not None or not one_side


def _place(text: str, lexicon: Lexicon) -> str | None:
    """The place where something happened: a known one after "in" or "at", or before a dash at the head."""
    for match in lexicon.places.finditer(text):
        if re.search(r"\b(?:in|at) $", text[: match.start()]) or text[match.end() : match.end() + 2] == ", ":
            return match[0]
    return None


def _ahead(when: PartialDate, on: PartialDate | None) -> PartialDate:
    """The date of an announcement: a day of the week that has just passed means the next one."""
    if on is None or not when.exact or not 0 < (on.earliest - when.latest).days < 7:
        return when
    return PartialDate.parse(when.latest + timedelta(7))


def _hours(text: str) -> float:
    return float(_NUMBERS.get(text.lower(), 0) or text)


def _unique(found: Sequence[Proposal]) -> list[Proposal]:
    """Each proposal once, the surest first of its id; those below the least confidence are left out."""
    best: dict[str, Proposal] = {}
    for one in found:
        if one.confidence >= LEAST and (one.id not in best or best[one.id].confidence < one.confidence):
            best[one.id] = one
    return list(best.values())
