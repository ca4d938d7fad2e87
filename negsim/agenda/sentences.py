"""Numbers and fingerprints of sentences, so that a citation needs no copy of the text.

The rules are fixed; ``docs/agenda-format.md`` states them. The same text gives the same numbers whatever its line ends,
quotation marks and spaces. The rules are made for English prose from web pages.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator

# Invisible characters: zero-width characters, marks of direction, the soft hyphen, the byte order mark.
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_SAME = {
    **dict.fromkeys(map(ord, _INVISIBLE), None),
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u2032`"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-"),
}
_LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_BULLETS = re.compile(r"^(?:[-*+\u2022\u25aa\u25cf\u00b7\u2023]\s+)+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Never the end of a sentence.
_NEVER = _words("""
    mr mrs ms dr prof gen col lt sgt capt maj adm cmdr rep sen gov amb hon rev pres st mt messrs
    e.g i.e cf vs viz al approx ca esp incl
""")
# Not the end before a number.
_NUMBERED = _words("""
    no nos p pp art arts par para ch sec vol fig figs eq jan feb mar apr jun jul aug sep sept oct nov dec
""")
# The end only before a word that commonly opens a sentence, as with initials: "the U.S. The talks", "the U.S. Embassy".
_UNSURE = _words("inc ltd co corp jr sr dept univ etc a.m p.m")
_OPENERS = _words("""
    a after all although an and another any as at because before both but by despite during each even every few for from
    he her here his how however i if in instead it its last later many meanwhile more moreover most nearly neither no
    nobody none nor not nothing now on once one only or other our over she since so some still such that the their then
    there these they this those though through to today under until we what when where whether which while who why with
    within without yet you
""")
_STOP = re.compile(
    r"(?P<stop>[.!?]+)"
    r"(?P<close>[)\]}]*(?:\"|'(?!\w))?[)\]}]*)"
    r"(?P<space>\s*)"
    r"(?=(?P<open>[\"'(\[{]*[$#\u20ac\u00a3]?)(?P<next>\w[\w']*))"
)
_LAST_WORD = re.compile(r"[\w.&]*$")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_NOT_PROSE = re.compile(r"://|www\.|@", re.IGNORECASE)


def normalise(text: str) -> str:
    """The text of one line in a form for comparison, in which texts that look the same are equal.

    Unicode NFKC (a non-breaking space is a space, an ellipsis three points), straight quotation marks, one kind of
    hyphen and dash, no invisible characters, runs of white space as one space, none at the ends. Doing it twice
    changes nothing.

    >>> print(normalise("  “It’s  slow…” he said "))
    "It's slow..." he said
    """
    # Before NFKC, so that characters compose; after it, because NFKC makes some of these characters from others.
    return " ".join(unicodedata.normalize("NFKC", text.translate(_SAME)).translate(_SAME).split())


def fingerprint(sentence: str) -> str:
    """SHA-256 of the normalised sentence (UTF-8), as 64 hexadecimal digits.

    >>> fingerprint("It’s slow.") == fingerprint(" It's  slow. ")
    True
    """
    return hashlib.sha256(normalise(sentence).encode("utf-8", "surrogatepass")).hexdigest()


def document_fingerprint(text: str) -> str:
    r"""SHA-256 of a whole document: its normalised lines that are not empty, joined by single line ends.

    It does not depend on the rules for sentences, so it separates a changed document from a changed rule.

    >>> document_fingerprint("One.\r\n\r\nTwo.") == document_fingerprint("One.\n Two.\n")
    True
    """
    return hashlib.sha256("\n".join(_lines(text)).encode("utf-8", "surrogatepass")).hexdigest()


def split(text: str) -> list[str]:
    r"""The normalised sentences of a document, in order; a citation's number 1 is the first.

    A line end ends a sentence, so a heading without a full stop is a sentence. A row of a table is one sentence; the
    line below its heads is none. List markers are removed. Points of abbreviations, initials and numbers do not end
    a sentence.
    ``docs/agenda-format.md`` has all rules.

    >>> split("Talks today\n-\nMr. Lee met U.S. envoys. “Good,” he said. It went on.")
    ['Talks today', 'Mr. Lee met U.S. envoys.', '"Good," he said.', 'It went on.']
    >>> split("Item | Result |\n---|---|\nRent | Paid. Closed |")
    ['Item | Result', 'Rent | Paid. Closed']
    """
    return [sentence for line in _lines(text) for sentence in _sentences(line)]


def _lines(text: str) -> Iterator[str]:
    return filter(None, (normalise(line) for line in _LINE_END.split(text)))


def _sentences(line: str) -> Iterator[str]:
    line = _without_marks(line)
    if "|" in line:
        if _says_something(line):
            yield line
        return
    start = 0
    for stop in _STOP.finditer(line):
        sentence = _without_marks(line[start : stop.start()])
        if _says_something(sentence) and _ends(sentence, line, stop):
            end = stop.start("open") if stop["space"] else _glued_end(sentence, stop)
            yield sentence + line[stop.start() : end].rstrip()
            start = end
    rest = _without_marks(line[start:])
    if _says_something(rest):
        yield rest


def _without_marks(text: str) -> str:
    """Text without list markers before it and without the outer bars of a table's row."""
    before = None
    while before != text:
        before, text = text, _BULLETS.sub("", text.strip("| "))
    return text


def _says_something(sentence: str) -> bool:
    return any(character.isalnum() for character in sentence)


def _ends(sentence: str, line: str, stop: re.Match[str]) -> bool:
    """Whether the sentence so far ends at the stop that follows it."""
    following = stop["next"]
    if following[0].islower():
        return False
    found = _LAST_WORD.search(sentence)
    word = found[0] if found else ""
    if not stop["space"] and not _is_glued(word, following, line, stop):
        return False
    if stop["stop"] != ".":
        return True
    lower = word.lower().strip(".")
    if lower in _NEVER or (lower in _NUMBERED and following[0].isdigit()):
        return False
    # "1. First point": a number that opens a sentence counts it.
    if sentence == word and word.isdigit():
        return False
    if lower in _UNSURE or _INITIALS.fullmatch(word):
        return following.lower() in _OPENERS
    return True


def _is_glued(word: str, following: str, line: str, stop: re.Match[str]) -> bool:
    """Whether two sentences touch without a space, as on some web pages ("... the end.Sources: ...")."""
    if not (following[0].isupper() and following[1:2].islower()):
        return False
    before = word or line[: stop.start()]
    closed = stop["close"] or before[-1:] in tuple("%)]") or before[-1:].isdigit()
    if not closed and not (before[-2:].isalpha() and before[-2:].islower() and len(before) > 1):
        return False
    token = line[line.rfind(" ", 0, stop.start()) + 1 : stop.end()]
    return not _NOT_PROSE.search(token)


def _glued_end(sentence: str, stop: re.Match[str]) -> int:
    """The end of the first of two glued sentences; a quotation mark closes an open quotation, else opens one."""
    if stop["close"].endswith('"') and sentence.count('"') % 2 == 0:
        return stop.end("close") - 1
    return stop.end("close")
