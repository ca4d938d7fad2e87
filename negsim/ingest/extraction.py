"""Text of a PDF or a web page, extracted in a process of its own with limits on time and memory.

This file is run as a script (``python -P extraction.py pdf``) and imports nothing of negsim: it reads the bytes from
standard input and writes one JSON object. Hostile files can only end this process.
"""

from __future__ import annotations

import io
import json
import sys
from typing import Any

#: Limits of the process: address space in bytes, processor time in seconds, characters of text, pages.
MEMORY, SECONDS, CHARACTERS, PAGES = 1_500_000_000, 15, 2_000_000, 2_000


def limit() -> None:
    """Set the limits, where the system has them."""
    try:
        import resource
    except ImportError:  # Windows: the parent's clock remains
        return
    for kind, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def from_pdf(data: bytes) -> dict[str, Any]:
    """The text of a PDF, page by page."""
    import logging

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            return {"error": "the PDF is encrypted with a password"}
        pages, length = [], 0
        if len(reader.pages) > PAGES:
            return {"error": f"the PDF has {len(reader.pages)} pages", "allowed": f"at most {PAGES}"}
        for page in reader.pages:
            pages.append(page.extract_text())
            length += len(pages[-1])
            if length > CHARACTERS:
                return {"error": "the PDF has too much text", "allowed": f"at most {CHARACTERS:,} characters"}
        title = reader.metadata.title if reader.metadata else None
    except PyPdfError as error:
        return {"error": f"the PDF is broken: {error}"}
    except ImportError:
        return {"error": "the PDF is encrypted in a way that pypdf can't read without another library"}
    text = "\n\n".join(pages)
    if not any(letter.isalnum() for letter in text):
        return {"error": "the PDF has no text; perhaps its pages are pictures"}
    return {"text": text, "title": title if isinstance(title, str) else None}


def from_html(data: bytes) -> dict[str, Any]:
    """The main text of a web page, with the title, author, publisher and date that it states."""
    import trafilatura

    found: Any = trafilatura.bare_extraction(data, include_comments=False, favor_recall=True, with_metadata=True)
    if found is None:
        return {"error": "the web page has no text that can be told from its frame"}
    text = found.text or ""
    if len(text) > CHARACTERS:
        return {"error": "the web page has too much text", "allowed": f"at most {CHARACTERS:,} characters"}
    return {
        "text": text,
        "title": found.title,
        "author": found.author,
        "publisher": found.sitename,
        "date": found.date,
        "url": found.url,
    }


def main() -> None:
    """Read standard input, write the result."""
    limit()
    data = sys.stdin.buffer.read()
    try:
        found = from_pdf(data) if sys.argv[1:] == ["pdf"] else from_html(data)
    except (MemoryError, RecursionError):
        found = {"error": "the document needs too much memory", "allowed": f"at most {MEMORY // 1_000_000:,} MB"}
    except ModuleNotFoundError as error:
        found = {"missing": error.name or str(error)}
    except Exception as error:  # any failure of a parser is a fact about the document
        found = {"error": f"the document can't be read: {type(error).__name__}: {error}"[:300]}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
