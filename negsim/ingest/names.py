"""Who and what a sentence names: gazetteers of sides, people and issues, all from the agenda."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from negsim.agenda import Agenda
from negsim.errors import NegsimError

#: The least similarity of words (rapidfuzz, 0 to 100), and the least share of the words of a title.
_SIMILAR, _SHARE = 88, 0.6
_WORD = re.compile(r"[A-Za-z][\w'-]*")
_SMALL = frozenset(
    ("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "other", "the", "their", "to", "with", "its")
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A side, a person of a side or an issue in a sentence; ``score`` is 1 for the exact words."""

    start: int
    end: int
    name: str
    score: float = 1.0


class Gazetteer:
    """The names of an agenda, ready for search.

    >>> from negsim.agenda import load_agenda
    >>> from negsim.files import find_data
    >>> names = Gazetteer(load_agenda(find_data("seeds/agenda.yaml").path))
    >>> said = "Moscow demands its diplomatic property back."
    >>> [one.name for one in names.sides(said)], [one.name for one in names.issues(said)]
    (['russia'], ['property'])
    """

    def __init__(self, agenda: Agenda) -> None:
        self._sides = {name: _names_of(agenda, name) for name in agenda.sides}
        self._patterns = {name: _alternatives(words) for name, words in self._sides.items()}
        self._phrases = [
            (name, phrase, _words(phrase))
            for name, issue in agenda.issues.items()
            for phrase in dict.fromkeys((issue.title, issue.label or "", name.replace("_", " "), *issue.aliases))
            if _words(phrase)
        ]
        self._parts = {part for _, _, parts in self._phrases for part in parts}
        self._known: dict[str, tuple[str, ...]] = {}

    def sides(self, sentence: str) -> list[Mention]:
        """The sides and their people in a sentence, in its order; a name inside a longer one does not count."""
        found = [
            Mention(match.start(), match.end(), name)
            for name, pattern in self._patterns.items()
            for match in pattern.finditer(sentence)
        ]
        return sorted(_longest(found), key=lambda one: one.start)

    def issues(self, sentence: str) -> list[Mention]:
        """The issues in a sentence: those whose title or alias its words resemble, each once, the surest first."""
        words = [(match.start(), match.end(), _stem(match[0])) for match in _WORD.finditer(sentence)]
        words = [word for word in words if word[2] not in _SMALL]
        places: dict[str, list[int]] = {}
        for number, (_, _, word) in enumerate(words):
            for part in self._like(word):
                places.setdefault(part, []).append(number)
        found = [one for name, _, parts in self._phrases if (one := _match(name, parts, words, places)) is not None]
        taken: list[Mention] = []
        # The exact words win over words that stand apart, and the longer phrase over the shorter.
        for one in sorted(found, key=lambda one: (-one.score, one.start - one.end)):
            if all(one.name != other.name and (one.end <= other.start or other.end <= one.start) for other in taken):
                taken.append(one)
        return taken

    def _like(self, word: str) -> tuple[str, ...]:
        """The words of titles and aliases that a word resembles."""
        if word not in self._known and len(self._known) < 100_000:
            self._known[word] = tuple(sorted(part for part in self._parts if _alike(part, word)))
        return self._known.get(word, ())


def _match(
    name: str, parts: list[str], words: list[tuple[int, int, str]], places: Mapping[str, list[int]]
) -> Mention | None:
    """The place where the words of a phrase stand close together in a sentence."""
    if not words:
        return None
    near = [places.get(part, []) for part in parts]
    present = [places for places in near if places]
    if len(present) / len(parts) < (_SHARE if len(parts) > 2 else 1):
        return None
    best: tuple[int, int, int] | None = None
    for first in present[0]:
        chosen = [min(each, key=lambda n: abs(n - first)) for each in present]
        low, high = min(chosen), max(chosen)
        if high - low <= len(parts) + 2 and (best is None or high - low < best[0]):
            best = (high - low, low, high)
    if best is None:
        return None
    spread = 1 - 0.04 * max(0, best[0] + 1 - len(present))
    return Mention(words[best[1]][0], words[best[2]][1], name, round(len(present) / len(parts) * spread, 3))


def _alike(part: str, word: str) -> bool:
    """Whether two words are the same but for a letter or two."""
    if part == word:
        return True
    return len(part) > 4 and part[0] == word[0] and _likeness()(part, word) >= _SIMILAR


@cache
def _likeness() -> Callable[[str, str], float]:
    try:
        from rapidfuzz.fuzz import ratio
    except ImportError:
        raise NegsimError("negsim ingest needs the extra ingest: pip install 'negsim[ingest]'") from None
    return ratio


def _longest(found: Iterable[Mention]) -> Iterator[Mention]:
    """The mentions that lie inside no longer mention of another name."""
    every = list(found)
    for one in every:
        length = one.end - one.start
        if not any(
            other.name != one.name and other.start <= one.start and one.end <= other.end
            and other.end - other.start > length for other in every
        ):  # fmt: skip
            yield one


def _names_of(agenda: Agenda, side: str) -> list[str]:
    """Title, id in capitals, aliases and heads of delegation of a side."""
    heads = [one.heads[side] for one in agenda.rounds.values() if side in one.heads]
    people = [head.partition(",")[0].strip() for head in heads]
    surnames = [person.split()[-1] for person in people if len(person.split()) > 1]
    short = [side.upper()] if len(side) <= 4 else [side.replace("_", " ").title()]
    return list(dict.fromkeys([agenda.sides[side].title, *short, *agenda.sides[side].aliases, *people, *surnames]))


def _alternatives(names: Iterable[str]) -> re.Pattern[str]:
    longest = sorted(names, key=len, reverse=True)
    # A name in small letters, such as "the union", may open a sentence.
    either = [f"(?i:{re.escape(name)})" if name[:1].islower() else re.escape(name) for name in longest]
    return re.compile(rf"(?<!\w)(?:{'|'.join(either)})(?!\w)")


def _words(phrase: str) -> list[str]:
    return [_stem(word) for word in _WORD.findall(phrase) if _stem(word) not in _SMALL]


def _stem(word: str) -> str:
    """A word without the endings of plural and possession, in small letters.

    >>> [_stem(word) for word in ("Properties", "flights", "Moscow's", "access")]
    ['property', 'flight', 'moscow', 'access']
    """
    word = word.lower().removesuffix("'s").removesuffix("'")
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
