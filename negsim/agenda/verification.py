"""The check of all citations of an agenda against the documents."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from negsim.agenda.agenda import Agenda
from negsim.agenda.citations import Citation, read_document
from negsim.agenda.sentences import document_fingerprint, fingerprint, split
from negsim.errors import InputError, Problem


@dataclass(frozen=True, slots=True)
class Failure:
    """A citation or source that does not hold: its path, its place in the document, the reason."""

    where: str
    cited: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.cited}: {self.what}"


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of `verify`: the numbers of citations and documents, and all failures.

    ``reported`` counts addresses with a date and a confidence; ``unchecked`` counts links and other citations without
    a fingerprint.
    """

    count: int
    documents: int
    failures: tuple[Failure, ...]
    unchecked: int = 0
    reported: int = 0

    @property
    def ok(self) -> bool:
        """Whether there are no failures.

        >>> Verification(3, 1, ()).ok
        True
        """
        return not self.failures

    @property
    def text(self) -> str:
        """The result as the command prints it.

        >>> Verification(3, 1, ()).text
        '3 citations of 1 document hold'
        """
        plural = "" if self.documents == 1 else "s"
        rest = f"; {self.reported} are reported (an address, not checked)" if self.reported else ""
        rest += f"; {self.unchecked} without a fingerprint are not checked" if self.unchecked else ""
        if self.ok:
            return f"{self.count} citations of {self.documents} document{plural} hold{rest}"
        lines = [str(failure) for failure in self.failures]
        return "\n".join(
            [*lines, f"{len(lines)} failures in {self.count} citations of {self.documents} document{plural}{rest}"]
        )

    def data(self) -> dict[str, Any]:
        """The result as plain data for ``--json``.

        >>> Verification(3, 1, ()).data()
        {'citations': 3, 'documents': 1, 'reported': 0, 'unchecked': 0, 'failures': []}
        """
        failures = [{"where": failure.where, "cited": failure.cited, "what": failure.what} for failure in self.failures]
        return {
            "citations": self.count,
            "documents": self.documents,
            "reported": self.reported,
            "unchecked": self.unchecked,
            "failures": failures,
        }


def verify(agenda: Agenda, documents: Path) -> Verification:
    """Check every citation of an agenda, and every source it names, against the documents in a folder.

    A citation holds if the sentence with its number has its fingerprint. A reported citation (an address with a date
    and a confidence) is counted and not checked. A source holds if the number of sentences and
    the fingerprint of the text are as stated.

    Raises:
        InputError: there is no such folder, or a document can't be read.
    """
    if not documents.is_dir():
        raise InputError([Problem(str(documents), 0, 0, "there is no such folder of documents")])
    every = list(agenda.citations())
    citations = [(where, cited) for where, cited in every if cited.exact]
    stated = [name for name, source in agenda.sources.items() if source.sha256 is not None]
    names = list(dict.fromkeys([*stated, *(cited.document for _, cited in citations)]))
    texts = {name: read_document(documents, name) for name in names}
    sentences = {name: split(text) for name, text in texts.items() if text is not None}
    prints = {name: [fingerprint(sentence) for sentence in found] for name, found in sentences.items()}
    failures: list[Failure] = []
    for name in stated:
        source, text = agenda.sources[name], texts[name]
        if text is None:
            failures.append(Failure("sources", name, f"there is no {name}.txt in {documents}"))
            continue
        if source.sentences is not None and len(sentences[name]) != source.sentences:
            failures.append(
                Failure("sources", name, f"the document has {len(sentences[name])} sentences, not {source.sentences}")
            )
        if source.sha256 is not None and document_fingerprint(text) != source.sha256:
            failures.append(
                Failure("sources", name, f"the text has changed: its SHA-256 is {document_fingerprint(text)}")
            )
    for where, cited in citations:
        what = _wrong(cited, prints.get(cited.document))
        if what:
            failures.append(Failure(where, cited.place, what))
    reported = sum(cited.reported for _, cited in every)
    loose = len(every) - len(citations) - reported
    return Verification(len(citations), len(names), tuple(failures), loose, reported)


def _wrong(cited: Citation, prints: list[str] | None) -> str:
    if prints is None:
        return "the document is missing"
    if cited.sentence <= len(prints) and prints[cited.sentence - 1] == cited.sha256:
        return ""
    if cited.sha256 in prints:
        return f"the sentence is now number {prints.index(cited.sha256) + 1}"
    if cited.sentence > len(prints):
        return f"the document has only {len(prints)} sentences"
    return f"the sentence has another fingerprint: {prints[cited.sentence - 1]}"
