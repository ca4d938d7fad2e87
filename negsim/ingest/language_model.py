"""A spaCy model that the user names: the subject of a verb and its negation, for the same proposals.

Without a parser in the model (a blank one) neither question has an answer, and the patterns decide alone.
"""

from __future__ import annotations

from typing import Any

from negsim.errors import NegsimError


class LanguageModel:
    """Answers questions about sentences by a spaCy pipeline."""

    def __init__(self, pipeline: Any) -> None:
        self._pipeline = pipeline
        self._last: tuple[str, Any] = ("", None)

    def subject(self, sentence: str, at: int) -> tuple[int, int] | None:
        """Where the subject of the verb at a place begins and ends; None if the model does not tell."""
        token = self._token(sentence, at)
        for verb in (token, *token.ancestors) if token is not None else ():
            for child in verb.children:
                if child.dep_ in ("nsubj", "nsubjpass", "csubj"):
                    part = list(child.subtree)
                    return part[0].idx, part[-1].idx + len(part[-1])
        return None

    def negated(self, sentence: str, at: int) -> bool:
        """Whether the verb at a place has a negation of its own."""
        token = self._token(sentence, at)
        return token is not None and any(child.dep_ == "neg" for child in token.children)

    def _token(self, sentence: str, at: int) -> Any:
        if self._last[0] != sentence:
            self._last = (sentence, self._pipeline(sentence))
        return next((token for token in self._last[1] if token.idx <= at < token.idx + len(token)), None)


def load_model(name: str) -> LanguageModel:
    """A model by the name of its package or the path of its folder; nothing is downloaded.

    Raises:
        NegsimError: spaCy or the model is not installed.
    """
    try:
        import spacy
    except ImportError:
        raise NegsimError("--nlp needs the extra nlp: pip install 'negsim[nlp]'") from None
    try:
        return LanguageModel(spacy.load(name))
    except OSError:
        raise NegsimError(f"there is no spaCy model {name!r}; python -m spacy download installs one") from None
