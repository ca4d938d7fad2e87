"""How a sentence says a thing: hedged, conditional, negated, quoted, reported."""

from __future__ import annotations

import re

from negsim.ingest.lexicon import Lexicon

#: Words between a negation and what it denies.
_REACH = 5
_WORD = re.compile(r"[\w'-]+")


def marks_at(sentence: str, start: int, end: int, lexicon: Lexicon) -> tuple[str, ...]:
    """The marks of the words from ``start`` to ``end`` of a sentence, in the order of the lexicon.

    A negation stands at most five words before them in the same clause. A hedge or a condition stands before them in
    the sentence, or after them if it opens a clause ("if", "unless"). Quoted: inside quotation marks. Reported: a
    verb of speech or "according to" outside of them.

    >>> from negsim.ingest.lexicon import load_lexicon
    >>> said = "Moscow said it would not demand the return if talks go on."
    >>> at = said.index("demand")
    >>> marks_at(said, at, at + 6, load_lexicon())
    ('negated', 'hedged', 'conditional', 'reported')
    """
    clause = _clause(sentence, start)
    near = " ".join(_WORD.findall(sentence[clause:start])[-_REACH:])
    found = []
    if lexicon.marks["negated"].search(near):
        found.append("negated")
    if lexicon.marks["hedged"].search(sentence[clause:end]):
        found.append("hedged")
    if lexicon.marks["conditional"].search(sentence):
        found.append("conditional")
    if quoted(sentence, start):
        found.append("quoted")
    outside = sentence[:start] + " " + sentence[end:]
    if lexicon.marks["reported"].search(outside):
        found.append("reported")
    return tuple(found)


def quoted(sentence: str, at: int) -> bool:
    """Whether a place is inside quotation marks.

    >>> quoted('He said "we demand it" today.', 13), quoted('He said "we demand it" today.', 24)
    (True, False)
    """
    return sentence.count('"', 0, at) % 2 == 1


def _clause(sentence: str, at: int) -> int:
    """Where the clause of a place begins: after a semicolon, a dash, or a comma with a conjunction."""
    start = 0
    for stop in re.finditer(r"; |: | - |, (?:but|while|though|although|whereas|and|which|yet) ", sentence[:at]):
        start = stop.end()
    return start
