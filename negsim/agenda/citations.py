"""Citations: which sentence of which document says it, by number and fingerprint, and the check that it still does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, StringConstraints
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from negsim.agenda.sentences import document_fingerprint, fingerprint, split
from negsim.errors import Complaint, ComplaintsError, InputError, NegsimError, Problem, was
from negsim.files.models import Model, Text
from negsim.quantities.dates import PartialDate

if TYPE_CHECKING:
    from negsim.agenda.agenda import Agenda

_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]*#[1-9][0-9]* [0-9a-f]{64}$"

DocumentId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


@dataclass(frozen=True, slots=True)
class Citation:
    """A sentence of a document: its number (from 1) and the SHA-256 of its normalised text.

    >>> cited = Citation.parse("doc_1#17 " + 64 * "0")
    >>> cited.document, cited.sentence, cited.place
    ('doc_1', 17, 'doc_1#17')
    """

    document: str
    sentence: int
    sha256: str

    @classmethod
    def parse(cls, value: object) -> Citation:
        """Read ``DOCUMENT#SENTENCE FINGERPRINT``.

        Raises:
            ValueError: If it does not have that form.
        """
        if isinstance(value, Citation):
            return value
        if not isinstance(value, str) or not re.fullmatch(_PATTERN, value):
            form = "DOCUMENT#SENTENCE and 64 hexadecimal digits, such as report#17 9f86d081..."
            raise ComplaintsError([Complaint(f"{was(value)} is no citation", allowed=form)])
        place, sha256 = value.split(" ")
        document, sentence = place.split("#")
        return cls(document, int(sentence), sha256)

    @property
    def place(self) -> str:
        """Document and number, without the fingerprint."""
        return f"{self.document}#{self.sentence}"

    def __str__(self) -> str:
        return f"{self.place} {self.sha256}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.parse, serialization=core_schema.plain_serializer_function_ser_schema(str, when_used="json")
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        description = "Document, number of the sentence, SHA-256 of the normalised sentence."
        return {"type": "string", "pattern": _PATTERN, "description": description}


class Source(Model):
    """A document that is cited, as far as it shows who wrote it, when and where."""

    title: Text | None = Field(None, description="The headline, where the document shows one.")
    subtitle: Text | None = Field(None, description="What follows the colon of a long headline.")
    publisher: Text | None = Field(None, description="Where the document shows one.")
    author: Text | None = Field(None, description="Where the document shows one.")
    date: PartialDate | None = Field(None, description="Day of publication, where the document shows one.")
    about: Text = Field(description="What kind of text it is, in our words.")
    sentences: int = Field(ge=1, description="Number of its sentences.")
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="SHA-256 of its normalised text.")


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that does not hold: where it is said, what is cited, what is wrong."""

    where: str
    cited: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.cited}: {self.what}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What `verify` found: how many citations and documents were checked, and each that does not hold."""

    count: int
    documents: int
    failures: tuple[Failure, ...]

    @property
    def ok(self) -> bool:
        """Whether everything holds.

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
        if self.ok:
            return f"{self.count} citations of {self.documents} document{plural} hold"
        lines = [str(failure) for failure in self.failures]
        return "\n".join(
            [*lines, f"{len(lines)} failures in {self.count} citations of {self.documents} document{plural}"]
        )

    def data(self) -> dict[str, Any]:
        """The result as plain data for ``--json``.

        >>> Verification(3, 1, ()).data()
        {'citations': 3, 'documents': 1, 'failures': []}
        """
        failures = [{"where": failure.where, "cited": failure.cited, "what": failure.what} for failure in self.failures]
        return {"citations": self.count, "documents": self.documents, "failures": failures}


def read_document(documents: Path, document: str) -> str | None:
    """The text of ``DOCUMENT.txt`` in the folder, or ``None`` if there is no such file.

    Raises:
        InputError: If the file can't be read or is not UTF-8.
    """
    path = documents / f"{document}.txt"
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise InputError([Problem(str(path), 0, 0, "the document is not UTF-8 text")]) from None
    except OSError as error:
        raise InputError([Problem(str(path), 0, 0, f"the document can't be read: {error.strerror}")]) from None


def cite(documents: Path, document: str, sentence: int) -> Citation:
    """The citation of a sentence (counted from 1) of a document in a folder, ready to be pasted into an agenda.

    Raises:
        NegsimError: If there is no such document or sentence.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "note.txt").write_text("First. Second.")
    >>> str(cite(folder, "note", 2))[:20]
    'note#2 1e8bbbab2a0b0'
    """
    text = read_document(documents, document)
    if text is None:
        raise NegsimError(f"there is no document {document}.txt in {documents}")
    sentences = split(text)
    if not 1 <= sentence <= len(sentences):
        raise NegsimError(f"{document} has sentences 1 to {len(sentences)}, but was {sentence}")
    return Citation(document, sentence, fingerprint(sentences[sentence - 1]))


def verify(agenda: Agenda, documents: Path) -> Verification:
    """Check every citation of an agenda, and every source it names, against the documents in a folder.

    A citation holds if the sentence of that number has that fingerprint; a source if the number of its sentences and
    the fingerprint of its text are as stated.

    Raises:
        InputError: If the folder does not exist, or a document in it can't be read.
    """
    if not documents.is_dir():
        raise InputError([Problem(str(documents), 0, 0, "there is no such folder of documents")])
    citations = list(agenda.citations())
    names = list(dict.fromkeys([*agenda.sources, *(cited.document for _, cited in citations)]))
    texts = {name: read_document(documents, name) for name in names}
    sentences = {name: split(text) for name, text in texts.items() if text is not None}
    prints = {name: [fingerprint(sentence) for sentence in found] for name, found in sentences.items()}
    failures: list[Failure] = []
    for name, source in agenda.sources.items():
        text = texts[name]
        if text is None:
            failures.append(Failure("sources", name, f"there is no {name}.txt in {documents}"))
            continue
        if len(sentences[name]) != source.sentences:
            failures.append(
                Failure("sources", name, f"{source.sentences} sentences are stated, there are {len(sentences[name])}")
            )
        if document_fingerprint(text) != source.sha256:
            failures.append(
                Failure("sources", name, f"the text has changed: its SHA-256 is {document_fingerprint(text)}")
            )
    for where, cited in citations:
        what = _wrong(cited, prints.get(cited.document))
        if what:
            failures.append(Failure(where, cited.place, what))
    return Verification(len(citations), len(names), tuple(failures))


def _wrong(cited: Citation, prints: list[str] | None) -> str:
    if prints is None:
        return "the document is not there"
    if cited.sentence <= len(prints) and prints[cited.sentence - 1] == cited.sha256:
        return ""
    if cited.sha256 in prints:
        return f"the sentence is now number {prints.index(cited.sha256) + 1}"
    if cited.sentence > len(prints):
        return f"the document has only {len(prints)} sentences"
    return f"the sentence has another fingerprint: {prints[cited.sentence - 1]}"
