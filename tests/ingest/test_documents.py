"""Reading documents: text, HTML and PDF, and hostile files, which give an error or nothing in bounded time."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from negsim.agenda import load_agenda
from negsim.errors import InputError, NegsimError
from negsim.ingest import Document, Finder, extraction, id_of, read
from negsim.ingest.dates import find_dates
from negsim.quantities import PartialDate

ROOT = Path(__file__).parents[2]
SAID = "Moscow demands the return of its diplomatic property. The talks ended on Thursday."


def pdf(stream: bytes, filters: str = "", more: str = "", catalog: str = "") -> bytes:
    """A PDF of one page with a content stream."""
    objects = [
        f"<</Type/Catalog/Pages 2 0 R{catalog}>>".encode(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        f"<</Length {len(stream)}{filters}>>\nstream\n".encode() + stream + b"\nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    return out + f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R{more}>>\nstartxref\n{start}\n%%EOF".encode()


def made(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_a_pdf_is_read_in_sentences_with_its_lines_joined(tmp_path: Path) -> None:
    text = (
        b"BT /F 12 Tf 14 TL 50 700 Td (Moscow demands the return of its diplomatic) ' (property. The talks ended.) ' ET"
    )
    document = read(made(tmp_path, "news.pdf", pdf(text)))
    assert document.sentences == ("Moscow demands the return of its diplomatic property.", "The talks ended.")
    assert document.id == "news"


def test_a_web_page_gives_its_text_and_not_its_scripts(tmp_path: Path) -> None:
    body = f"<p>{SAID}</p><p>Both sides signed an agreement on banking, an official said.</p>" * 3
    page = (
        '<!doctype html><html><head><title>Talks</title><meta property="article:published_time" content="2025-06-17">'
        f"<script>document.write('Moscow refuses visas.')</script></head><body><article>{body}</article></body></html>"
    )
    document = read(made(tmp_path, "page.html", page.encode()))
    assert SAID.split(". ")[0] + "." in document.sentences
    assert not any("refuses" in sentence for sentence in document.sentences)
    assert str(document.date) == "2025-06-17"


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.txt", b"\x7fELF\x00\x00\x00\x01" * 100, "the file is binary; allowed: text, HTML or PDF"),
        ("a.pdf", b"PK\x03\x04 no pdf", "named .pdf, but is no PDF"),
        ("a.txt", b"They met.\n\xff\xfa They agreed.", "a.txt:2:1: the text is not UTF-8"),
        ("a.txt", b" \n---\n\n", "has no sentences"),
        ("a.txt", b"x " * 15_000, "this line is too long; allowed: at most 20,000 characters"),
        ("a.pdf", b"%PDF-1.4\n" + b"garbage " * 50, "the PDF is broken|can't be read"),
        ("a.pdf", pdf(b"BT ET"), "the PDF has no text"),
    ],
)
def test_a_file_that_is_no_document_says_why(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(made(tmp_path, name, data))


def test_an_encrypted_pdf_is_named(tmp_path: Path) -> None:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(b"BT /F 12 Tf 50 700 Td (They met.) Tj ET")))
    writer.encrypt("secret", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    with pytest.raises(InputError, match="encrypted"):
        read(made(tmp_path, "a.pdf", stream.getvalue()))


@pytest.mark.parametrize(
    "action",
    [
        "/OpenAction<</S/JavaScript/JS(this.exportDataObject\\(\\))>>",
        "/OpenAction<</S/Launch/F(touch TRAP)/Unix(touch TRAP)>>",
        "/OpenAction<</S/URI/URI(file://TRAP)>>",
        "/Names<</EmbeddedFiles<</Names[(TRAP)<</Type/Filespec/F(TRAP)/EF<</F 4 0 R>>>>]>>>>",
        "/Pages 1 0 R/Kids[1 0 R]",
    ],
)
def test_what_a_pdf_asks_for_is_not_done(tmp_path: Path, action: str) -> None:
    trap = tmp_path / "trap"
    text = b"BT /F 12 Tf 50 700 Td (They met on Thursday.) Tj ET"
    path = made(tmp_path, "a.pdf", pdf(text, catalog=action.replace("TRAP", str(trap))))
    try:
        assert read(path).sentences == ("They met on Thursday.",)
    except InputError as error:
        assert error.problems[0].file == str(path)  # noqa: PT017  (a circle of pages has no text)
    assert [each.name for each in tmp_path.iterdir()] == ["a.pdf"]


@pytest.mark.parametrize(
    ("limit", "message"),
    [("PAGES", "the PDF has 1 pages"), ("CHARACTERS", "the PDF has too much text")],
)
def test_pages_and_letters_of_a_pdf_are_bounded(monkeypatch: pytest.MonkeyPatch, limit: str, message: str) -> None:
    data = pdf(b"BT /F 12 Tf 50 700 Td (They met on Thursday.) Tj ET")
    assert extraction.from_pdf(data)["text"] == "They met on Thursday."
    monkeypatch.setattr(extraction, limit, 0)
    assert extraction.from_pdf(data)["error"] == message


def test_a_pdf_larger_than_any_report_is_not_read(tmp_path: Path) -> None:
    path = made(tmp_path, "a.pdf", b"%PDF-1.4")
    with path.open("r+b") as file:
        file.truncate(40_000_001)
    with pytest.raises(InputError, match="the file has 40,000,001 bytes; allowed: at most 40,000,000"):
        read(path)


def test_the_process_that_reads_a_pdf_is_bounded() -> None:
    """Memory, processor time and core dumps, as the process itself sees them."""
    code = "import resource as r; from negsim.ingest import extraction as e; e.limit(); "
    code += "print(*(r.getrlimit(k)[0] for k in (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_CORE)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert said.split() == [str(extraction.MEMORY), str(extraction.SECONDS), "0"]


def test_a_stream_outside_a_pdf_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("BT /F 12 Tf 50 700 Td (The secret terms.) Tj ET")
    with pytest.raises(InputError, match="no text"):
        read(made(tmp_path, "a.pdf", pdf(b"", filters=f"/F({tmp_path / 'secret.txt'})")))


def test_fifty_megabytes_of_text_are_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    start = time.perf_counter()
    with pytest.raises(InputError, match="the file has 50,000,000 bytes; allowed: at most 4,000,000"):
        read(path)
    assert time.perf_counter() - start < 1


@pytest.mark.slow
def test_a_zip_bomb_ends_its_own_process_only(tmp_path: Path) -> None:
    bomb = b"BT /F 1 Tf " + b"(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) Tj " * 3_000_000
    twice = zlib.compress(zlib.compress(bomb, 9), 9)
    start = time.perf_counter()
    with pytest.raises(InputError, match=r"too much|can't be read|broken|no text"):
        read(made(tmp_path, "bomb.pdf", pdf(twice, "/Filter[/FlateDecode/FlateDecode]")))
    assert len(twice) < 100_000
    assert time.perf_counter() - start < 35


def test_folders_pipes_and_missing_files_are_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, message in (("", "a folder"), ("pipe", "no ordinary file"), ("none.txt", "no such file")):
        with pytest.raises(InputError, match=message):
            read(tmp_path / name)
    with pytest.raises(InputError, match=r"can't be read|no such file"):
        read(tmp_path / ("x" * 300))


def test_an_id_never_leads_out_of_a_folder() -> None:
    names = ["../../etc/passwd.txt", "..txt", ".hidden.txt", "a b/c#d e.txt", "会談.txt", "-rf.txt"]
    assert [id_of(Path(name)) for name in names] == ["passwd", "document", "hidden", "c_d_e", "document", "rf"]


def test_invisible_and_right_to_left_characters_change_no_sentence(tmp_path: Path) -> None:
    hidden = SAID.replace("demands", "de\u200bman\u00adds").replace("property", "\u202eproperty\u202c")
    document = read(made(tmp_path, "a.txt", hidden.encode()))
    assert document.sentences == tuple(read(made(tmp_path, "b.txt", SAID.encode())).sentences)


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_are_a_document_or_an_error(tmp_path: Path, data: bytes) -> None:
    if b"%PDF-" in data or data.lstrip()[:1] == b"<":
        return  # each would start a process; test_a_broken_pdf_or_page_is_an_error does that
    try:
        document = read(made(tmp_path, "a.txt", data))
    except NegsimError:
        return
    assert document.sentences
    assert document.cite(len(document.sentences)).exact


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder(load_agenda(ROOT / "seeds" / "agenda.yaml"))


_SAID = """Moscow Washington demands refuses not if may said talks round held next visas banking on Monday 31 June 2025
in 10 ago the by end of year signed agreement ... U.S. <script> {{ | ( \" \u202e \u200b \x1b[2J"""
_WORDS = st.sampled_from(_SAID.split())


@given(st.lists(_WORDS, max_size=60).map(" ".join))
@settings(max_examples=80, deadline=None)
def test_any_words_give_valid_proposals(finder: Finder, text: str) -> None:
    for one in finder.proposals(Document("a", "a.txt", text, (text,), PartialDate(2025, 6, 17))):
        assert 0.3 <= one.confidence <= 1
        assert one.what.isprintable()


@given(st.text(max_size=200))
@settings(deadline=None)
def test_dates_never_fail(text: str) -> None:
    found = find_dates(text, PartialDate(2025, 6, 17))
    assert all(0 <= one.start < one.end <= len(text) for one in found)


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(9, 500), st.binary(min_size=1, max_size=30), st.booleans())
def test_a_broken_pdf_or_page_is_an_error(tmp_path: Path, at: int, junk: bytes, web: bool) -> None:
    data = pdf(b"BT /F 12 Tf 50 700 Td (They met.) Tj ET")
    data = b"<html><body><p>They met.</p>" + junk * 20 if web else data[:at] + junk + data[at + len(junk) :]
    path = made(tmp_path, "a.html" if web else "a.pdf", data)
    with contextlib.suppress(NegsimError):
        assert read(path).sentences
