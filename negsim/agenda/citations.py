"""Citations of sentences in documents, by number and fingerprint."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from negsim.agenda.sentences import fingerprint, split
from negsim.errors import Complaint, ComplaintsError, InputError, NegsimError, Problem, one_of, was
from negsim.files import CONFIDENCE, Model, Text
from negsim.quantities import PartialDate

_DATE = r"[0-9]{4}(?:-[0-9]{2}){0,2}"
_LINK = rf"https?://[^\s]+( {_DATE} ({'|'.join(CONFIDENCE)}))?"
_PATTERN = rf"^({_LINK}|[A-Za-z0-9][A-Za-z0-9_.-]*(#[1-9][0-9]*( [0-9a-f]{{64}})?)?)$"
VERIFIED_FORM = "DOCUMENT#SENTENCE and 64 hexadecimal digits, such as report#17 9f86d081..."
REPORTED_FORM = f"an address, its date and a confidence ({one_of(CONFIDENCE)})"

#: The pattern of the id of a document.
DOCUMENT_ID = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
DocumentId = Annotated[str, StringConstraints(pattern=DOCUMENT_ID)]


@dataclass(frozen=True, slots=True)
class Citation:
    """A sentence of a document: its number (from 1) and the SHA-256 of its normalised text.

    A citation without a fingerprint cites a place only; without a number (0), a document or a link. A link with the
    date of the report and a confidence is a *reported* citation, for a text of which no document is at hand.

    >>> Citation.parse("https://example.org/report").exact
    False
    >>> Citation.parse("https://example.org/report 2025-06-10 partly").shown
    'https://example.org/report (reported 2025-06-10, partly)'
    >>> cited = Citation.parse("doc_1#17 " + 64 * "0")
    >>> cited.document, cited.sentence, cited.place
    ('doc_1', 17, 'doc_1#17')
    """

    document: str
    sentence: int
    sha256: str
    date: PartialDate | None = None
    confidence: str = ""

    @classmethod
    def parse(cls, value: object) -> Citation:
        """Read ``DOCUMENT#SENTENCE FINGERPRINT``, ``DOCUMENT``, ``LINK``, ``LINK DATE CONFIDENCE``.

        Raises:
            ValueError: it has another form.
        """
        if isinstance(value, Citation):
            return value
        if not isinstance(value, str) or not re.fullmatch(_PATTERN, value):
            allowed = f"{VERIFIED_FORM}; {REPORTED_FORM}; a document such as report; a link"
            raise ComplaintsError([Complaint(f"{was(value)} is not a citation", allowed=allowed)])
        link, _, rest = value.partition(" ")
        if is_link(link):
            day, _, confidence = rest.partition(" ")
            return cls(link, 0, "", PartialDate.parse(day) if day else None, confidence)
        place, _, sha256 = value.partition(" ")
        document, _, sentence = place.partition("#")
        return cls(document, int(sentence or 0), sha256)

    @property
    def place(self) -> str:
        """Document and number, without the fingerprint."""
        return f"{self.document}#{self.sentence}" if self.sentence else self.document

    @property
    def exact(self) -> bool:
        """Whether it has a fingerprint, so that it can be verified."""
        return bool(self.sha256)

    @property
    def reported(self) -> bool:
        """Whether it is an address with a date and a confidence."""
        return self.date is not None

    @property
    def shown(self) -> str:
        """The place as people read it; a reported citation says so."""
        return f"{self.place} (reported {self.date}, {self.confidence})" if self.reported else self.place

    def known_by(self, on: datetime.date) -> bool:
        """Whether it exists by the end of the day ``on``; only a reported citation has a date of its own."""
        return self.date is None or self.date.certainly_by(on)

    def __str__(self) -> str:
        if self.reported:
            return f"{self.place} {self.date} {self.confidence}"
        return f"{self.place} {self.sha256}".rstrip()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.parse, serialization=core_schema.plain_serializer_function_ser_schema(str, when_used="json")
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        description = "Document, sentence, SHA-256 of the sentence; a document; a link, with date and confidence."
        return {"type": "string", "pattern": _PATTERN, "description": description}


def is_link(value: object) -> bool:
    """Whether a value is a web address.

    >>> is_link("https://example.org"), is_link("report#3")
    (True, False)
    """
    return isinstance(value, str) and re.fullmatch(r"https?://[^\s/]+\S*", value) is not None


def _link(value: object) -> object:
    if value is None or is_link(value):
        return value
    raise ComplaintsError(
        [Complaint(f"{{what}} was {was(value)}", allowed="an address such as https://example.org/report")]
    )


class Source(Model):
    """A cited document, with what it shows about its author, place and date."""

    title: Text | None = Field(None, description="The headline, if the document shows one.")
    subtitle: Text | None = Field(None, description="The part of a long headline after the colon.")
    publisher: Text | None = Field(None, description="If the document shows one.")
    author: Text | None = Field(None, description="If the document shows one.")
    date: PartialDate | None = Field(None, description="Date of publication, if the document shows one.")
    url: Annotated[str | None, BeforeValidator(_link)] = Field(None, description="Its address.")
    about: Text | None = Field(None, description="The kind of text, in your own words.")
    sentences: int | None = Field(None, ge=1, description="Number of its sentences.")
    sha256: str | None = Field(None, pattern="^[0-9a-f]{64}$", description="SHA-256 of its normalised text.")

    @model_serializer(mode="wrap")
    def _without_unused(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return without_unused(dump(self), "url", "about", "sentences", "sha256")


def without_unused(data: dict[str, Any], *names: str) -> dict[str, Any]:
    """Plain data without the named keys whose value is None."""
    return {key: value for key, value in data.items() if value is not None or key not in names}


def read_document(documents: Path, document: str) -> str | None:
    """The text of ``DOCUMENT.txt`` in the folder, or ``None`` if there is no such file.

    Raises:
        InputError: the file can't be read or is not UTF-8.
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
    """The citation of a sentence (counted from 1) of a document in a folder, to paste into an agenda.

    Raises:
        NegsimError: there is no such document or sentence.

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
