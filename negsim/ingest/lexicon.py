"""The stance lexicon: data in ``lexicon.yaml``, compiled into patterns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from negsim.errors import NegsimError
from negsim.files import Node, read_yaml

_FILE = Path(__file__).with_name("lexicon.yaml")
_GAP = r"(?:[ ,-]+[\w'.$-]+){0,6}?[ ,-]+"


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase that stands for a kind: its weight, and the value that it gives (a status, the fate of a round)."""

    pattern: re.Pattern[str]
    weight: float
    value: str = ""
    denied: str = ""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The phrases of each kind, the patterns of the marks, and lists of words."""

    cues: Mapping[str, tuple[Cue, ...]]
    marks: Mapping[str, re.Pattern[str]]
    factors: Mapping[str, float]
    words: Mapping[str, re.Pattern[str]]
    places: re.Pattern[str]

    def find(self, kind: str, sentence: str) -> Iterator[tuple[Cue, re.Match[str]]]:
        """The phrases of a kind in a sentence, the first of each cue."""
        for cue in self.cues[kind]:
            match = cue.pattern.search(sentence)
            if match is not None:
                yield cue, match


@cache
def load_lexicon(path: Path = _FILE) -> Lexicon:
    """Read a lexicon; without a path, the built-in one.

    Raises:
        InputError: the file is not YAML.
        NegsimError: a part is missing.
    """
    node = read_yaml(path)
    try:
        cues = {kind: tuple(_cues(part)) for kind, part in node.mapping["kinds"].mapping.items()}
        marks = node.mapping["marks"].mapping
        words = {name: compiled(part.data) for name, part in node.mapping["words"].mapping.items()}
        return Lexicon(
            cues,
            {name: compiled(part.mapping["say"].data) for name, part in marks.items()},
            {name: float(part.mapping["factor"].data) for name, part in marks.items()},
            words,
            compiled(node.mapping["places"].data, exact=True),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NegsimError(f"{path}: the lexicon is not complete: {error}") from None


def _cues(part: Node) -> Iterator[Cue]:
    for item in part.items:
        facts = item.data
        yield Cue(compiled(facts["say"]), float(facts["weight"]), facts.get("value", ""), facts.get("denied", ""))


def compiled(phrases: list[str], exact: bool = False) -> re.Pattern[str]:
    """Phrases as one pattern: ``*`` ends a stem, ``...`` is up to six words, ``(a|b)`` a choice.

    >>> bool(compiled(["call* for"]).search("They called for talks."))
    True
    >>> bool(compiled(["put ... aside"]).search("It put the whole question aside."))
    True
    """
    parts = []
    for phrase in sorted(phrases, key=len, reverse=True):
        text = re.sub(r"[^\w*|() .'?-]", "", phrase)
        text = text.replace(".", "\x00" if "..." not in text else ".").replace(" ... ", "\x01")
        text = text.replace("*", r"\w*").replace(" ", r"[ -]").replace("\x01", _GAP).replace("\x00", r"\.")
        parts.append(text)
    # A phrase that ends in a stop has no word boundary after it.
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?!\w)", 0 if exact else re.IGNORECASE)
