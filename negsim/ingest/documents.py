"""Documents: text, HTML and PDF as numbered sentences. Hostile files give an error or nothing, in bounded time."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from negsim.agenda import DOCUMENT_ID, Citation, document_fingerprint, fingerprint, split
from negsim.errors import InputError, NegsimError, Problem
from negsim.ingest.extraction import CHARACTERS, SECONDS
from negsim.quantities import PartialDate

#: The largest file of text, and of HTML or PDF, in bytes; the longest line of text, in characters.
TEXT_BYTES, FILE_BYTES, LINE = 4_000_000, 40_000_000, 20_000
_EXTRACTION = Path(__file__).with_name("extraction.py")
_TERMINAL = re.compile(r"[.!?:;\"')\]”’]$")
_HYPHEN = re.compile(r"(?<=[a-z])-$")


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read: its id, its text in lines, its sentences, and what it states about itself."""

    id: str
    file: str
    text: str
    sentences: tuple[str, ...]
    date: PartialDate | None = None
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    url: str | None = None

    @property
    def sha256(self) -> str:
        """The fingerprint of the text."""
        return document_fingerprint(self.text)

    def cite(self, number: int) -> Citation:
        """The citation of a sentence, counted from 1.

        Raises:
            NegsimError: there is no such sentence.
        """
        if not 1 <= number <= len(self.sentences):
            raise NegsimError(f"{self.id} has sentences 1 to {len(self.sentences)}, but was {number}")
        return Citation(self.id, number, fingerprint(self.sentences[number - 1]))

    def source(self, about: str | None = None) -> dict[str, Any]:
        """The entry of the document under ``sources`` of an agenda."""
        stated = {"title": self.title, "publisher": self.publisher, "author": self.author, "url": self.url}
        facts: dict[str, Any] = {key: value for key, value in stated.items() if value}
        if self.date is not None:
            facts["date"] = str(self.date)
        if about:
            facts["about"] = about
        return {**facts, "sentences": len(self.sentences), "sha256": self.sha256}


def read(path: Path, date: PartialDate | None = None) -> Document:
    """Read a document; ``date`` is its date if it states none.

    The kind is told by the contents, not by the name. PDF and HTML are read in a process with limits.

    Raises:
        InputError: the file is missing, too large, binary, broken, encrypted or without text.

    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "note.txt"
    >>> _ = file.write_text("They met. They agreed.")
    >>> read(file).sentences
    ('They met.', 'They agreed.')
    """
    data = _bytes(path)
    kind = kind_of(data, path)
    facts = {"text": _decoded(data, path)} if kind == "text" else _extracted(data, kind, path)
    text = facts["text"].replace("\x00", " ") if kind == "text" else unwrapped(facts["text"].replace("\x00", " "))
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LINE:
            raise _refused(path, "this line is too long", f"at most {LINE:,} characters", number)
    sentences = tuple(split(text))
    if not sentences:
        raise _refused(path, "the document has no sentences")
    stated = _stated_date(facts.get("date"), sentences)
    texts = {key: _one_line(facts.get(key)) for key in ("title", "publisher", "author", "url")}
    return Document(id_of(path), str(path), text, sentences, stated or date, **texts)


def id_of(path: Path) -> str:
    """The id of a document: the name of its file, with other characters replaced.

    >>> id_of(Path("news/A report (1).pdf"))
    'A_report_1_'
    """
    name = re.sub(r"[^A-Za-z0-9_.-]+", "_", path.stem).lstrip("._-")[:100]
    return name if re.fullmatch(DOCUMENT_ID, name) else "document"


def kind_of(data: bytes, path: Path) -> str:
    """The kind of a file by its contents: pdf, html or text.

    Raises:
        InputError: it is binary, or named .pdf and no PDF.
    """
    head = data[:1024].lstrip()
    if b"%PDF-" in head:
        return "pdf"
    if path.suffix.lower() == ".pdf":
        raise _refused(path, "the file is named .pdf, but is no PDF")
    if b"\x00" in data[:8192] and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise _refused(path, "the file is binary", "text, HTML or PDF")
    start = head[:300].lower()
    if start.startswith((b"<!doctype html", b"<html")) or path.suffix.lower() in (".html", ".htm", ".xhtml"):
        return "html"
    return "text"


def unwrapped(text: str) -> str:
    r"""Text with its wrapped lines joined, so that a sentence is on one line.

    >>> unwrapped("Heading\nThe delegations met on Thursday in the consu-\nlate of the city. They agreed\nto go on.")
    'Heading\nThe delegations met on Thursday in the consulate of the city. They agreed to go on.'
    """
    out: list[str] = []
    before = ""
    for line in (line.strip() for line in text.splitlines()):
        joins = bool(before) and bool(line) and not _TERMINAL.search(before) and "|" not in line + before
        joins = joins and (len(before) >= 40 or line[:1].islower())
        if joins and len(out[-1]) < LINE - len(line):
            broken = _HYPHEN.search(before) and line[:1].islower()
            out[-1] = out[-1][:-1] + line if broken else f"{out[-1]} {line}"
        else:
            out.append(line)
        before = line
    return "\n".join(out)


def _bytes(path: Path) -> bytes:
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise _refused(path, "this is a folder and not a file" if path.is_dir() else "this is no ordinary file")
        with path.open("rb") as file:
            head = file.read(1024)
            most = FILE_BYTES if b"%PDF-" in head or b"<" in head[:1] else TEXT_BYTES
            if facts.st_size > most:
                raise _refused(path, f"the file has {facts.st_size:,} bytes", f"at most {most:,}")
            return head + file.read(most)
    except FileNotFoundError:
        raise _refused(path, "there is no such file") from None
    except (OSError, ValueError) as error:
        raise _refused(path, f"the file can't be read: {getattr(error, 'strerror', None) or error}") from None


def _decoded(data: bytes, path: Path) -> str:
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _refused(path, "the text is not UTF-8", "UTF-8, with or without a byte order mark", line) from None
    if len(text) > CHARACTERS:
        raise _refused(path, "the document has too much text", f"at most {CHARACTERS:,} characters")
    return text


def _extracted(data: bytes, kind: str, path: Path) -> dict[str, Any]:
    command = [sys.executable, "-P", str(_EXTRACTION), kind]
    try:
        ended = subprocess.run(command, input=data, capture_output=True, timeout=2 * SECONDS, check=False)
        found = (
            json.loads(ended.stdout) if ended.returncode == 0 else {"error": "reading it took too much time or memory"}
        )
    except subprocess.TimeoutExpired:
        raise _refused(path, "reading it took too much time", f"at most {2 * SECONDS} seconds") from None
    except ValueError:
        found = {"error": "the reader of the document failed"}
    if "missing" in found:
        raise NegsimError(f"{kind.upper()} needs the extra ingest: pip install 'negsim[ingest]' ({found['missing']})")
    if "error" in found:
        raise _refused(path, str(found["error"]), str(found.get("allowed", "")))
    result: dict[str, Any] = found
    return result


def _stated_date(given: object, sentences: tuple[str, ...]) -> PartialDate | None:
    from negsim.ingest.dates import publication_date

    try:
        return PartialDate.parse(given) if given else publication_date(sentences[:15])
    except ValueError:
        return None


def _one_line(text: object) -> str | None:
    shown = "".join(c if c.isprintable() else " " for c in text) if isinstance(text, str) else ""
    return " ".join(shown.split())[:300] or None


def _refused(path: Path, message: str, allowed: str = "", line: int = 0) -> InputError:
    return InputError([Problem(str(path), line, 1 if line else 0, message, allowed=allowed)])
