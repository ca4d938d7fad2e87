"""A sentence of a document, with the sides, issues and dates that it names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from negsim.ingest.dates import Found
from negsim.ingest.names import Mention

_BESIDE = re.compile(r"\b(?:to|in|with|at|against|between|from) (?:the )?$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with what was found in it."""

    number: int
    text: str
    sides: tuple[Mention, ...]
    issues: tuple[Mention, ...]
    dates: tuple[Found, ...]
    row: bool
    heading: bool


def actor(sentence: Sentence, start: int, end: int) -> str | None:
    """The side that acts: the nearest before the phrase; else the first after "of", "by" or a verb of speech."""
    before = [one for one in sentence.sides if one.end <= end]
    heads = [one for one in before if not _BESIDE.search(sentence.text[: one.start])]
    if heads or before:
        return (heads or before)[-1].name
    speaks = r"\b(?:of|by|said|says|told|added) (?:the )?$"
    after = [one for one in sentence.sides if re.search(speaks, sentence.text[: one.start])]
    return after[0].name if after else None


def objects(sentence: Sentence, start: int, end: int) -> list[Mention]:
    """The issues that a stance is about: those after the phrase; without any, those before it."""
    sure = [one for one in sentence.issues if one.score >= 0.6]
    return [one for one in sure if one.end > end] or sure
